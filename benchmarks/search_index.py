"""How fast the index is made, opened and changed, and the index of the set ten times over.

`python -m benchmarks.search` runs it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.search_set import REPOSITORY
from search import SearchIndex
from search.generation import Generation
from search.library import Library
from search.places import Folder
from search.table import Row
from search.writing import GenerationWriter
from store import Workspace

if TYPE_CHECKING:
    from search.entries import IndexedDocument

_QUESTION = "没有按时发工资怎么办"
# In a process of its own: what is counted begins after the imports and the dictionary.
_OPEN = """
import sys, time, rjieba, search.index, search.results
from store import Workspace
started, spent = time.perf_counter(), time.process_time()
index = search.index.SearchIndex.open(Workspace.open(sys.argv[1]))
opened = time.process_time() - spent
index.search(sys.argv[2]).hits
print(opened * 1000, (time.process_time() - spent) * 1000, (time.perf_counter() - started) * 1000)
"""
# Started by a small process: what one needed at most before it ran a program counts as its own.
_RUN = """
import json, resource, subprocess, sys, time
started = time.perf_counter()
subprocess.run(sys.argv[1:], capture_output=True, check=True)
wall = time.perf_counter() - started
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([wall, used.ru_utime + used.ru_stime, used.ru_maxrss]))
"""


def parsed(index: SearchIndex) -> list[IndexedDocument]:
    """Every document of the workspace, parsed."""
    library = Library(index.workspace)
    return [library.document(entry, "") for entry in index.workspace.entries]


def indexing(index: SearchIndex, root: Path) -> None:
    """Print how fast the index is made, opened and changed."""
    documents = parsed(index)
    analysis = index._generation.analysis  # noqa: SLF001
    analysis.segmenter.words(_QUESTION)
    with tempfile.TemporaryDirectory() as folder:
        started = time.process_time()
        GenerationWriter(Folder(Path(folder)), analysis).write(documents)
        spent = time.process_time() - started
    units = sum(len(document.units) for document in documents)
    text = sum(len(unit.text.encode()) for document in documents for unit in document.units)
    size = sum(mark.size for mark in index._generation.marks)  # noqa: SLF001
    print(f"\n- from parsed documents: {units / spent:,.0f} units a second of CPU, one core")
    print(f"- size: {size / 1e6:.0f} MB, {size / text:.1f} times the text")
    wall, cpu, peak = _command(root, "index", "--rebuild")
    print(
        f"- `wenshu index --rebuild` of {len(documents):,} documents: {wall:.1f} s, {cpu:.1f} s of "
        f"CPU, largest process {peak:.0f} MB"
    )
    _command(root, "search", _QUESTION)
    runs = sorted(_command(root, "search", _QUESTION) for _ in range(5))
    print(f"- `wenshu search`, whole process: {runs[2][0]:.2f} s, {runs[2][1]:.2f} s of CPU")
    command = [sys.executable, "-c", _OPEN, str(root), _QUESTION]
    told = subprocess.run(command, cwd=REPOSITORY, capture_output=True, check=True).stdout
    opened, answered, wall = map(float, told.split())
    print(
        f"- open in a new process, after imports and dictionary: {opened:.0f} ms of CPU, with the "
        f"first question {answered:.0f} ms of CPU, {wall:.0f} ms by the clock"
    )
    print("- one changed document:", _changes(root))


def _command(root: Path, *arguments: str) -> tuple[float, float, float]:
    """Seconds, seconds of CPU and MB of the largest process of a `wenshu` command."""
    wenshu = [sys.executable, "-m", "cli.main", "--workspace", str(root), *arguments]
    environment = {**os.environ, "PYTHONUTF8": "1"}
    told = subprocess.run(
        [sys.executable, "-c", _RUN, *wenshu],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        check=True,
    ).stdout
    wall, cpu, peak = json.loads(told)
    return wall, cpu, peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def _changes(root: Path) -> str:
    index = SearchIndex.open(Workspace.open(root))
    path = next(iter(index.workspace.entries)).path
    before = path.read_bytes()
    times, spent = [], []
    try:
        for at in range(8):
            path.write_bytes(before + f"\n改动{at}\n".encode())
            wall, cpu = time.perf_counter(), time.process_time()
            index.refresh()
            times.append((time.perf_counter() - wall) * 1000)
            spent.append((time.process_time() - cpu) * 1000)
    finally:
        path.write_bytes(before)
        index.refresh()
    return f"{np.median(times):.0f} ms, {np.median(spent):.0f} ms of CPU"


def large(index: SearchIndex, folder: Path, copies: int = 10) -> SearchIndex:
    """The set several times over with changed ids."""
    documents = parsed(index)
    analysis = index._generation.analysis  # noqa: SLF001
    writer = GenerationWriter(Folder(folder), analysis)
    writer.write(replace(d, id=f"{d.id}-{n}") for n in range(copies) for d in documents)
    known = {row.id: row for row in index._generation.table.rows}  # noqa: SLF001
    rows = [
        Row(
            f"{d.id}-{n}",
            "",
            title=d.id,
            kind="policy",
            family=f"{d.id}-{n}",
            since=1,
            cited=known[d.id].cited,
        )
        for n in range(copies)
        for d in documents
    ]
    writer.commit(rows, "")
    generation = Generation.open(Folder(folder))
    assert generation is not None
    return SearchIndex(index.workspace, generation, None)

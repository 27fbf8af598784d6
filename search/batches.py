"""Parsing and inverting documents: a few at once here, many in several processes.

A worker is another Python running `search.worker`: it opens the workspace by its path, and nothing
but ids and small results crosses between the two. So no program that uses us is imported again in
a child, on any system.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Final

from search.inversion import SegmentBuilder
from search.library import cited_titles
from search.marks import SegmentMark, write_segment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from search.frozen import Analysis
    from search.library import Library
    from store.catalogue import Entry

    Progress = Callable[[int, int], None]

_PARALLEL_FROM: Final = 120
_CHUNK_BYTES: Final = 24_000_000
_MAX_WORKERS: Final = 8


@dataclass
class Batch:
    """A written segment and its documents with the titles they cite."""

    mark: SegmentMark
    documents: list[tuple[str, list[str]]]


def index_batches(
    library: Library,
    analysis: Analysis,
    entries: Sequence[tuple[Entry, str]],
    folder: Path,
    progress: Progress,
) -> list[Batch]:
    """Write segments with these documents.

    Args:
        library: Where they come from.
        analysis: The frozen analysis.
        entries: Each with its stamp.
        folder: Where segments are written.
        progress: Told how many are done, of how many.
    """
    if not entries:
        return []
    workers = min(os.cpu_count() or 1, _MAX_WORKERS)
    if len(entries) < _PARALLEL_FROM or workers < 2:
        return _alone(library, analysis, entries, folder, progress)
    return _together(library, analysis, entries, folder, progress, workers)


def _alone(
    library: Library,
    analysis: Analysis,
    entries: Sequence[tuple[Entry, str]],
    folder: Path,
    progress: Progress,
) -> list[Batch]:
    batches = []
    done = 0
    for chunk in _chunks(entries, _CHUNK_BYTES):
        batches.append(write_batch(library, analysis, chunk, folder))
        done += len(chunk)
        progress(done, len(entries))
    return batches


def write_batch(
    library: Library,
    analysis: Analysis,
    entries: Sequence[tuple[Entry, str]],
    folder: Path,
    report: Callable[[int], None] = lambda _more: None,
) -> Batch:
    """Write one segment."""
    builder = SegmentBuilder(analysis.folder, analysis.segmenter)
    documents = []
    for entry, stamp in entries:
        document = library.document(entry, stamp)
        builder.add(document)
        documents.append((entry.id, cited_titles(document)))
        report(1)
    return Batch(write_segment(folder, *builder.arrays()), documents)


def _chunks(entries: Sequence[tuple[Entry, str]], limit: int) -> list[list[tuple[Entry, str]]]:
    chunks: list[list[tuple[Entry, str]]] = [[]]
    size = 0
    for pair in entries:
        if chunks[-1] and size + pair[0].size > limit:
            chunks.append([])
            size = 0
        chunks[-1].append(pair)
        size += pair[0].size
    return chunks


def _together(
    library: Library,
    analysis: Analysis,
    entries: Sequence[tuple[Entry, str]],
    folder: Path,
    progress: Progress,
    workers: int,
) -> list[Batch]:
    total = sum(entry.size for entry, _ in entries)
    chunks = _chunks(entries, min(_CHUNK_BYTES, max(1, total // workers + 1)))
    counter = _Counter(len(entries), progress)
    frozen = analysis.to_json()

    def work(chunk: list[tuple[Entry, str]]) -> Batch:
        job: dict[str, object] = {
            "root": str(library.workspace.root),
            "analysis": frozen,
            "folder": str(folder),
            "entries": [(entry.id, stamp) for entry, stamp in chunk],
        }
        batch = run_worker(job, counter)
        return batch or write_batch(library, analysis, chunk, folder)

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(work, chunks))


class _Counter:
    """Adds up what several workers have done."""

    def __init__(self, total: int, progress: Progress) -> None:
        self._total = total
        self._progress = progress
        self._done = 0
        self._lock = Lock()

    def __call__(self, more: int) -> None:
        with self._lock:
            self._done += more
            self._progress(min(self._done, self._total), self._total)


def run_worker(job: dict[str, object], report: Callable[[int], None]) -> Batch | None:
    """Let another Python do a share; None when it could not."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    environment["PYTHONUTF8"] = "1"
    command = [sys.executable, "-m", "search.worker"]
    try:
        process = subprocess.Popen(  # noqa: S603 - our own module
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
    except OSError:
        return None
    found: Batch | None = None
    with process, suppress(OSError, ValueError, KeyError, TypeError):
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(job).encode() + b"\n")
        process.stdin.close()
        for line in process.stdout:
            told = json.loads(line)
            if "done" in told:
                report(int(told["done"]))
            else:
                found = Batch(SegmentMark(*told["mark"]), [(n, c) for n, c in told["documents"]])
    return found if process.returncode == 0 else None

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
from bisect import bisect_left
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import accumulate, pairwise
from threading import Lock
from typing import TYPE_CHECKING, Final

from search.inversion import SegmentBuilder
from search.library import cited_titles
from search.marks import SegmentMark, write_segment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from search.frozen import Analysis
    from search.library import Library
    from store.catalogue import Entry

    Progress = Callable[[int, int], None]

_PARALLEL_FROM: Final = 120
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
    counter = _Counter(len(entries), progress)
    return list(write_batches(library, analysis, entries, folder, counter))


def write_batches(
    library: Library,
    analysis: Analysis,
    entries: Sequence[tuple[Entry, str]],
    folder: Path,
    report: Callable[[int], None] = lambda _more: None,
) -> Iterator[Batch]:
    """Write segments of bounded size."""
    builder = SegmentBuilder(analysis.folder, analysis.segmenter)
    documents: list[tuple[str, list[str]]] = []
    for entry, stamp in entries:
        document = library.document(entry, stamp)
        builder.add(document)
        documents.append((entry.id, cited_titles(document)))
        if builder.is_full:
            yield Batch(write_segment(folder, *builder.arrays()), documents)
            builder = SegmentBuilder(analysis.folder, analysis.segmenter)
            documents = []
        report(1)
    if documents:
        yield Batch(write_segment(folder, *builder.arrays()), documents)


def _shares(
    entries: Sequence[tuple[Entry, str]], workers: int
) -> list[Sequence[tuple[Entry, str]]]:
    """As many runs of documents as there are workers, of about the same size."""
    ends = list(accumulate(entry.size for entry, _ in entries))
    cuts = [bisect_left(ends, ends[-1] * part / workers) for part in range(1, workers)]
    edges = pairwise([0, *cuts, len(entries)])
    return [entries[low:high] for low, high in edges if low < high]


def _together(
    library: Library,
    analysis: Analysis,
    entries: Sequence[tuple[Entry, str]],
    folder: Path,
    progress: Progress,
    workers: int,
) -> list[Batch]:
    counter = _Counter(len(entries), progress)
    frozen = analysis.to_json()

    def work(share: Sequence[tuple[Entry, str]]) -> list[Batch]:
        job: dict[str, object] = {
            "root": str(library.workspace.root),
            "analysis": frozen,
            "folder": str(folder),
            "entries": [(entry.id, stamp) for entry, stamp in share],
        }
        found = run_worker(job, counter)
        return found or list(write_batches(library, analysis, share, folder))

    with ThreadPoolExecutor(workers) as pool:
        return [batch for found in pool.map(work, _shares(entries, workers)) for batch in found]


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


def run_worker(job: dict[str, object], report: Callable[[int], None]) -> list[Batch]:
    """Let another Python do a share; empty when it could not."""
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
        return []
    found: list[Batch] = []
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
                documents = [(n, c) for n, c in told["documents"]]
                found.append(Batch(SegmentMark(*told["mark"]), documents))
    return found if process.returncode == 0 else []

"""Search beside other engines: quality, speed, index. `make bench-search`.

python -m benchmarks.search                  quality, and speed at 57 thousand clauses; the first
                                             time five minutes more, for the vectors of `semantic`
python -m benchmarks.search --quality        quality only
python -m benchmarks.search --gate           the same in short, for tests; exit 1 below the gate
python -m benchmarks.search --large          speed at 570 thousand clauses, too
python -m benchmarks.search --no-whoosh      without stock Whoosh, whose index takes minutes
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks import search_engines as others
from benchmarks.search_quality import MARGIN, REFERENCE, quality
from benchmarks.search_set import REPOSITORY, laws, questions, set_folder
from search import SearchIndex
from search.generation import Generation
from search.index import SearchIndex as Index
from search.places import Folder
from search.ranking import Wanted, rank
from search.segment import GRAMS, WORDS
from search.table import Row
from search.terms import QUESTION_WORDS
from search.writing import GenerationWriter
from store import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from benchmarks.search_set import Asked
    from search.entries import IndexedDocument
    from search.frozen import Analysis

SLOW = {"Whoosh, stock", "SQLite FTS5"}


# -- speed ----------------------------------------------------------------------------------------


def clock(action: Callable[[str], object], texts: Sequence[str]) -> tuple[float, float, float]:
    """p50, p95 and the mean of CPU milliseconds."""
    for text in texts[:50]:
        action(text)
    times = []
    for text in texts:
        started = time.process_time()
        action(text)
        times.append((time.process_time() - started) * 1000)
    return float(np.percentile(times, 50)), float(np.percentile(times, 95)), float(np.mean(times))


def keywords(index: Index, text: str) -> str:
    """The three most telling words of a question."""
    generation = index._generation  # noqa: SLF001
    words = {w for w, _, _ in generation.analysis.segmenter.words(text)} - QUESTION_WORDS
    known = [w for w in words if generation.corpus.frequency(WORDS, w)]
    known.sort(key=lambda word: (-generation.corpus.idf(WORDS, word), word))
    return " ".join(known[:3]) or text


def shown(index: Index, text: str) -> None:
    """Everything a page of hits shows."""
    results = index.search(text)
    _ = results.facets, [(hit.snippet, hit.citation, hit.sub_label) for hit in results]


def speed(index: Index, asked: Sequence[Asked], *, whoosh: bool, memory: bool) -> None:
    """Print the table of speed."""
    texts = [one.text for one in asked]
    short = [keywords(index, text) for text in texts]
    generation = index._generation  # noqa: SLF001
    units = generation.corpus.units
    print(f"\n{units:,} units\n")
    print(
        "| engine | keywords p50 / p95 | questions p50 / p95 | build CPU s | MB |\n"
        "|---|---:|---:|---:|---:|"
    )
    rows = [
        ("Wenshu, first stage only", lambda text: reference_rank(index, text)),
        ("Wenshu, whole search", index.search),
        ("Wenshu, with snippets, facets, citations", lambda text: shown(index, text)),
    ]
    size = sum(mark.size for mark in generation.marks) / 1e6
    for name, action in rows:
        _row(name, clock(action, short), clock(action, texts), None, size)
    terms = [others.unit_terms(generation.analysis, generation.corpus, u) for u in range(units)]
    with tempfile.TemporaryDirectory() as folder:
        for engine in _engines(Path(folder), whoosh=whoosh, memory=memory):
            started = time.process_time()
            engine.build(terms)
            built = time.process_time() - started
            limited = texts[:60] if engine.name in SLOW else texts
            asks = partial(ask, engine, generation.analysis)
            few = [keywords(index, text) for text in limited]
            size = sum(p.stat().st_size for p in Path(folder, engine.name).rglob("*")) / 1e6
            _row(engine.name, clock(asks, few), clock(asks, limited), built, size)


def ask(engine: others.Engine, analysis: Analysis, text: str) -> list[int]:
    """A question's ten best units from another engine, its analysis included."""
    return engine.ask(others.question_terms(analysis, text), 10)


def _engines(folder: Path, *, whoosh: bool, memory: bool) -> Iterator[others.Engine]:
    for kind in (others.Tantivy, others.Fts5):
        place = folder / kind.name
        place.mkdir()
        yield kind(place)
    if memory:
        yield others.Bm25s()
    if whoosh:
        place = folder / others.StockWhoosh.name
        place.mkdir()
        yield others.StockWhoosh(place)


def _row(
    name: str, few: tuple[float, ...], many: tuple[float, ...], built: float | None, size: float
) -> None:
    build = "" if built is None else f"{built:.0f}"
    print(
        f"| {name} | {few[0]:.2f} / {few[1]:.2f} | {many[0]:.2f} / {many[1]:.2f} "
        f"| {build} | {size:.0f} |",
        flush=True,
    )


def reference_rank(index: Index, text: str) -> None:
    """The first stage alone: words and pairs of the question."""
    generation = index._generation  # noqa: SLF001
    words, pairs = others.question_terms(generation.analysis, text)
    wanted = [Wanted(WORDS, w, 1.0) for w in words] + [Wanted(GRAMS, g, 1.0) for g in pairs]
    rank(generation.corpus, wanted, [None] * len(generation.segments))


# -- index ----------------------------------------------------------------------------------------


def parsed(index: SearchIndex) -> list[IndexedDocument]:
    """Every document of the workspace, parsed."""
    from search.library import Library  # noqa: PLC0415

    library = Library(index.workspace)
    return [library.document(entry, "") for entry in index.workspace.entries]


def indexing(index: SearchIndex, root: Path) -> None:
    """Print how fast the index is made, opened and changed."""
    documents = parsed(index)
    analysis = index._generation.analysis  # noqa: SLF001
    with tempfile.TemporaryDirectory() as folder:
        started = time.process_time()
        writer = GenerationWriter(Folder(Path(folder)), analysis)
        writer.write(documents)
        spent = time.process_time() - started
    units = sum(len(document.units) for document in documents)
    text = sum(len(unit.text.encode()) for document in documents for unit in document.units)
    size = sum(mark.size for mark in index._generation.marks)  # noqa: SLF001
    print(f"\n- from parsed documents: {units / spent:,.0f} units a second on one core")
    print(f"- size: {size / 1e6:.0f} MB, {size / text:.1f} times the text")
    started = time.perf_counter()
    SearchIndex.open(Workspace.open(root), rebuild=True)
    print(
        f"- `wenshu index --rebuild` of {len(documents)} documents: "
        f"{time.perf_counter() - started:.1f} s"
    )
    started = time.perf_counter()
    again = SearchIndex.open(Workspace.open(root))
    opened = time.perf_counter() - started
    again.search("没有按时发工资怎么办")
    print(
        f"- open {opened * 1000:.0f} ms, with the first question "
        f"{(time.perf_counter() - started) * 1000:.0f} ms"
    )
    path = next(iter(again.workspace.entries)).path
    before = path.read_bytes()
    times = []
    try:
        for at in range(8):
            path.write_bytes(before + f"\n改动{at}\n".encode())
            started = time.perf_counter()
            again.refresh()
            times.append(time.perf_counter() - started)
    finally:
        path.write_bytes(before)
        again.refresh()
    print(f"- one changed document: {np.median(times) * 1000:.0f} ms")


def large(index: SearchIndex, folder: Path, copies: int = 10) -> Index:
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
    return Index(index.workspace, generation, None)


def main() -> int:
    """Run what the options ask for."""
    options = argparse.ArgumentParser(description=__doc__)
    for name in ("gate", "quality", "large", "no-whoosh", "no-index"):
        options.add_argument(f"--{name}", action="store_true")
    chosen = options.parse_args()
    folder = set_folder()
    if folder is None:
        print("The evaluation set is not here; nothing was measured.")
        return 0
    root = laws(folder, REPOSITORY / "build" / "search-eval")
    index = SearchIndex.open(Workspace.open(root))
    asked = questions(folder)
    reached, reference = quality(index, asked, everything=not chosen.gate)
    wanted = max(REFERENCE, reference) + MARGIN
    print(f"- gate: nDCG@10 {reached:.4f}, wanted {wanted:.4f}")
    if chosen.gate or chosen.quality:
        return 0 if reached >= wanted else 1
    speed(index, asked, whoosh=not chosen.no_whoosh, memory=True)
    if not chosen.no_index:
        indexing(index, root)
    if chosen.large:
        with tempfile.TemporaryDirectory() as place:
            speed(large(index, Path(place)), asked, whoosh=False, memory=False)
    return 0 if reached >= wanted else 1


if __name__ == "__main__":
    sys.exit(main())

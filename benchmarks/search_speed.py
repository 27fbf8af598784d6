"""The speed of the search beside other engines, each given the same terms of the same units.

`python -m benchmarks.search` runs it. Times are CPU milliseconds of one query.
"""

from __future__ import annotations

import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks import search_engines as others
from search import whoosh_queries as wq
from search.ranking import Wanted, rank
from search.segment import GRAMS, WORDS
from search.terms import QUESTION_WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.search_set import Asked
    from search import SearchIndex
    from search.frozen import Analysis

    Times = tuple[float, float]

SLOW = {others.StockWhoosh.name: 40, others.Fts5.name: 60}
_HEAD = (
    "| engine | keywords p50 / p95 | questions p50 / p95 | tantivy = 1 (p95) | build CPU s | MB |\n"
    "|---|---:|---:|---:|---:|---:|"
)


def speed(
    index: SearchIndex, asked: Sequence[Asked], *, whoosh: bool, compared: int | None
) -> None:
    """Print the table of speed.

    Args:
        index: Ours; the others are built from its units.
        asked: The questions.
        whoosh: Whether stock Whoosh, whose index takes minutes, is built.
        compared: How many questions stock Whoosh is compared by; None for all.
    """
    texts = [one.text for one in asked]
    generation = index._generation  # noqa: SLF001
    terms = others.all_terms(generation.analysis, generation.corpus)
    size = sum(mark.size for mark in generation.marks) / 1e6
    print(f"\n{generation.corpus.units:,} units\n\n{_HEAD}", flush=True)
    same, tantivy = "", None
    with tempfile.TemporaryDirectory() as folder:
        for kind in _engines(whoosh=whoosh):
            place = Path(folder, kind.name)
            place.mkdir()
            try:
                engine = kind(place)
            except ImportError:
                print(f"| {kind.name}: not installed |")
                continue
            started = time.process_time()
            engine.build(terms)
            built = time.process_time() - started
            asks = partial(ask, engine, generation.analysis)
            times = _times(asks, index, texts[: SLOW.get(engine.name)])
            tantivy = tantivy or times
            megabytes = sum(path.stat().st_size for path in place.rglob("*")) / 1e6
            print(_row(engine.name, times, tantivy, f"{built:.0f}", megabytes), flush=True)
            if isinstance(engine, others.StockWhoosh):
                same = equal_to_stock(index, engine, texts[:compared])
            del engine, asks
    for name, action in _ours(index).items():
        print(_row(name, _times(action, index, texts), tantivy, "", size), flush=True)
    print(same, flush=True)


def _ours(index: SearchIndex) -> dict[str, Callable[[str], object]]:
    return {
        "Wenshu, first stage only": partial(first_stage, index),
        "Wenshu, whole search": index.search,
        "Wenshu, with highlights, facets, citations": partial(shown, index),
    }


def _engines(*, whoosh: bool) -> list[type[others.OnDisk]]:
    """The others, tantivy first: it is the measure of all."""
    stock: list[type[others.OnDisk]] = [others.StockWhoosh] if whoosh else []
    return [others.Tantivy, others.Fts5, *stock, others.Bm25s]


def _times(
    action: Callable[[str], object], index: SearchIndex, texts: Sequence[str]
) -> tuple[Times, Times]:
    return clock(action, [keywords(index, text) for text in texts]), clock(action, texts)


def clock(action: Callable[[str], object], texts: Sequence[str]) -> Times:
    """Median and 95th percentile of CPU milliseconds, after a start with a tenth of the texts."""
    for text in texts[: len(texts) // 10]:
        action(text)
    times = []
    for text in texts:
        started = time.process_time()
        action(text)
        times.append((time.process_time() - started) * 1000)
    return float(np.percentile(times, 50)), float(np.percentile(times, 95))


def _row(
    name: str,
    times: tuple[Times, Times],
    tantivy: tuple[Times, Times] | None,
    built: str,
    megabytes: float,
) -> str:
    few, many = times
    ratio = f"{few[1] / tantivy[0][1]:.1f} / {many[1] / tantivy[1][1]:.1f}" if tantivy else ""
    shown_times = f"{few[0]:.2f} / {few[1]:.2f} | {many[0]:.2f} / {many[1]:.2f}"
    size = f"{megabytes:.0f}" if megabytes else "in memory"
    return f"| {name} | {shown_times} | {ratio} | {built} | {size} |"


def keywords(index: SearchIndex, text: str) -> str:
    """The three most telling words of a question."""
    generation = index._generation  # noqa: SLF001
    words = {w for w, _, _ in generation.analysis.segmenter.words(text)} - QUESTION_WORDS
    known = [w for w in words if generation.corpus.frequency(WORDS, w)]
    known.sort(key=lambda word: (-generation.corpus.idf(WORDS, word), word))
    return " ".join(known[:3]) or text


def shown(index: SearchIndex, text: str) -> None:
    """Everything a page of hits shows."""
    results = index.search(text)
    _ = results.facets, [(hit.snippet, hit.citation, hit.sub_label) for hit in results]


def first_stage(index: SearchIndex, text: str) -> None:
    """The first stage alone: words and pairs of the question, as the others are given them."""
    generation = index._generation  # noqa: SLF001
    words, pairs = others.question_terms(generation.analysis, text)
    wanted = [Wanted(WORDS, w, 1.0) for w in words] + [Wanted(GRAMS, g, 1.0) for g in pairs]
    rank(generation.corpus, wanted, [None] * len(generation.segments))


def ask(engine: others.Engine, analysis: Analysis, text: str) -> list[int]:
    """A question's ten best units from another engine, its analysis included."""
    return engine.ask(others.question_terms(analysis, text), 10)


def equal_to_stock(index: SearchIndex, stock: others.StockWhoosh, texts: Sequence[str]) -> str:
    """How many questions have the same ten best units and scores as in stock Whoosh."""
    equal = 0
    for text in texts:
        terms = others.question_terms(index._generation.analysis, text)  # noqa: SLF001
        query = wq.Or(others.whoosh_terms(terms))
        mine = index.whoosh(query, 10).top_n
        theirs = stock.best(query, 10)
        equal += [(round(s, 6), u) for s, u in mine] == [(round(s, 6), u) for s, u in theirs]
    return f"\n- same ten units and scores as stock Whoosh: {equal} of {len(texts)} questions"

"""Search beside other engines: quality, speed, index. `make bench-search`.

python -m benchmarks.search                  quality, and speed at 57 thousand clauses
python -m benchmarks.search --gate           quality only; exit 1 below the gate
python -m benchmarks.search --large          speed at 570 thousand clauses, too
python -m benchmarks.search --no-whoosh      without stock Whoosh, whose index takes minutes
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks import search_engines as others
from benchmarks.search_set import (
    REPOSITORY,
    interval,
    laws,
    ndcg,
    questions,
    recall,
    reciprocal,
    set_folder,
)
from search import SearchIndex
from search.analysis import grams
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

    from benchmarks.search_set import (
        Asked,
        Place,
    )
    from search.entries import IndexedDocument
    from search.frozen import Analysis

REFERENCE, MARGIN = 0.3745, 0.010
DEPTH = 100
SLOW = {"Whoosh, stock", "SQLite FTS5"}
GATE = REFERENCE + MARGIN


# -- quality --------------------------------------------------------------------------------------


def ranked(index: SearchIndex, text: str, **options: bool) -> list[Place]:
    """Documents and labels of the hits, in order."""
    return [(hit.id, hit.clause or "") for hit in index.search(text, limit=DEPTH, **options)]


def reference(index: SearchIndex, text: str) -> list[Place]:
    """Words + pairs over heading and text, nothing else: what we measure ourselves against."""
    generation = index._generation  # noqa: SLF001
    words, pairs = others.question_terms(generation.analysis, text)
    wanted = [Wanted(WORDS, w, 1.0) for w in words] + [Wanted(GRAMS, g, 1.0) for g in pairs]
    found = rank(generation.corpus, wanted, [None] * len(generation.segments))
    order = np.argsort(-found.scores, kind="stable")[: DEPTH + 20]
    places = []
    for unit in found.units[order].tolist():
        label = generation.corpus.info(unit)[0]
        if label:
            places.append((generation.table.rows[generation.unit_rows[unit]].id, str(label)))
    return places


def figures(runs: Sequence[list[Place]], asked: Sequence[Asked]) -> tuple[list[float], str]:
    """nDCG@10 of each question, and the line of the table."""
    pairs = list(zip(runs, asked, strict=True))
    gains = [ndcg(run, one.answers) for run, one in pairs]
    return gains, " | ".join(
        f"{value:.4f}"
        for value in (
            np.mean(gains),
            np.mean(gains[::2]),
            np.mean(gains[1::2]),
            np.mean([reciprocal(run, one.answers) for run, one in pairs]),
            np.mean([recall(run, one.answers, 10) for run, one in pairs]),
            np.mean([recall(run, one.answers, 100) for run, one in pairs]),
        )
    )


def mistyped(index: SearchIndex, text: str, rng: random.Random) -> str:
    """The question with one character of a word replaced by one that sounds the same."""
    generation = index._generation  # noqa: SLF001
    readings = index._speller.readings  # noqa: SLF001
    words = [
        (start, end)
        for word, start, end in generation.analysis.segmenter.words(text)
        if end - start > 1 and word not in QUESTION_WORDS and "一" <= word[0] <= "龥"
    ]
    rng.shuffle(words)
    for start, end in words:
        at = rng.randrange(start, end)
        sound = (readings.character(text[at]) or [""])[0]
        alike = [
            c for c in _common(index) if c != text[at] and readings.character(c)[:1] == [sound]
        ]
        if alike:
            return text[:at] + rng.choice(alike) + text[at + 1 :]
    return text


_frequent: list[str] = []


def _common(index: SearchIndex) -> list[str]:
    """The characters of the library that are not rare."""
    if not _frequent:
        segment = index._generation.segments[0]  # noqa: SLF001
        counts: dict[str, int] = {}
        field = segment.fields[GRAMS]
        for number in range(len(field.vocabulary)):
            character = field.vocabulary.text(number)[0]
            counts[character] = counts.get(character, 0) + field.frequency(number)
        _frequent.extend(c for c, n in counts.items() if n > 100 and "一" <= c <= "龥")
    return _frequent


def quality(index: SearchIndex, asked: Sequence[Asked]) -> float:
    """Print the table of quality; gives nDCG@10 of the development questions."""
    from opencc import OpenCC  # noqa: PLC0415

    traditional = OpenCC("s2t").convert
    rng = random.Random(5)
    rows: dict[str, list[list[Place]]] = {
        "reference: words + pairs, heading in the text": [reference(index, a.text) for a in asked],
        "Wenshu": [ranked(index, a.text) for a in asked],
        "Wenshu, expansion off": [ranked(index, a.text, expand=False) for a in asked],
        "Wenshu, in traditional characters": [ranked(index, traditional(a.text)) for a in asked],
        "Wenshu, one homophone typo": [ranked(index, mistyped(index, a.text, rng)) for a in asked],
    }
    print(
        "| | nDCG@10 | even half | odd half | MRR@10 | R@10 | R@100 |\n"
        "|---|---:|---:|---:|---:|---:|---:|"
    )
    gains = {}
    for name, runs in rows.items():
        gains[name], line = figures(runs, asked)
        print(f"| {name} | {line} |", flush=True)
    names = list(rows)
    for name in names[1:]:
        print(f"- {name} against the reference:", _difference(gains[names[0]], gains[name]))
    print(
        "- the odd half alone:",
        _difference(gains[names[0]][1::2], gains["Wenshu"][1::2]),
    )
    print("- typo against as typed:", _difference(gains["Wenshu"], gains[names[4]]))
    print(phrases(index))
    return float(np.mean(gains["Wenshu"]))


def _difference(first: Sequence[float], second: Sequence[float]) -> str:
    mean, low, high = interval(first, second)
    return f"{mean:+.4f} [{low:+.4f} {high:+.4f}]"


def phrases(index: SearchIndex, count: int = 500) -> str:
    """Quoted phrases of 4 to 12 characters against the text itself."""
    corpus = index._generation.corpus  # noqa: SLF001
    fold = index._generation.analysis.folder  # noqa: SLF001
    texts = [fold(corpus.text(unit)) for unit in range(corpus.units)]
    whole = "\n\n".join(texts)
    rng = random.Random(11)
    right = wanted = given = 0
    while count:
        text = rng.choice(texts)
        length = rng.randint(4, 12)
        if len(text) <= length:
            continue
        at = rng.randrange(len(text) - length)
        phrase = text[at : at + length]
        if phrase != phrase.strip() or "\n" in phrase or '"' in phrase or not grams(phrase):
            continue
        count -= 1
        wanted += sum(phrase in text for text in texts) if whole.count(phrase) > 1 else 1
        for hit in index.search(f'"{phrase}"', limit=corpus.units):
            found = hit._found  # noqa: SLF001 - other versions are folded under a hit
            given += 1
            right += phrase in texts[found.unit]
            folded = sum(phrase in texts[unit] for unit, _ in found.others)
            given += folded
            right += folded
    return f"- 500 quoted phrases: recall {right / wanted:.3f}, precision {right / given:.3f}"


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
    for name in ("gate", "large", "no-whoosh", "no-index"):
        options.add_argument(f"--{name}", action="store_true")
    chosen = options.parse_args()
    folder = set_folder()
    if folder is None:
        print("The evaluation set is not here; nothing was measured.")
        return 0
    root = laws(folder, REPOSITORY / "build" / "search-eval")
    index = SearchIndex.open(Workspace.open(root))
    asked = questions(folder)
    reached = quality(index, asked)
    print(f"- gate: nDCG@10 {reached:.4f}, wanted {GATE:.4f}")
    if chosen.gate:
        return 0 if reached >= GATE else 1
    speed(index, asked, whoosh=not chosen.no_whoosh, memory=True)
    if not chosen.no_index:
        indexing(index, root)
    if chosen.large:
        with tempfile.TemporaryDirectory() as place:
            speed(large(index, Path(place)), asked, whoosh=False, memory=False)
    return 0 if reached >= GATE else 1


if __name__ == "__main__":
    sys.exit(main())

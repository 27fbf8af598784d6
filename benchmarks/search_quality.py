"""The quality of the search: half of the development questions tune, the other half is reported.

`python -m benchmarks.search` runs it. Every difference has a paired bootstrap interval of 95 %.
"""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks import search_engines as others
from benchmarks.search_set import (
    DEPTH,
    HELD_OUT,
    REPOSITORY,
    TUNED,
    difference,
    ndcg,
    ranked,
    recall,
    reciprocal,
)
from benchmarks.search_tuning import KNOBS, MEANING_KNOB, tuning
from search import SearchIndex, semantic
from search.analysis import grams
from search.ranking import Wanted, rank
from search.segment import GRAMS, WORDS
from search.terms import QUESTION_WORDS
from search.vectors import VectorFolder
from store import Workspace
from store.scaffold import init_workspace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.search_set import Asked, Place

REFERENCE, MARGIN = 0.3745, 0.010
_HAND_MADE = REPOSITORY / "tests" / "data" / "search_questions.tsv"


def quality(index: SearchIndex, asked: Sequence[Asked], *, everything: bool) -> tuple[float, float]:
    """Print the table of quality.

    Args:
        index: The index of the laws.
        asked: The development questions.
        everything: Also the extra `semantic`, and what tuning on one half would bring.

    Returns:
        nDCG@10 of Wenshu without extras, and of the reference.
    """
    runs = _runs(index, asked)
    near = with_meaning(index) if everything else None
    if near:
        runs["Wenshu with the extra semantic"] = [ranked(near, a.text) for a in asked]
    print(
        "| | nDCG@10 | tuned half | held-out half | MRR@10 | R@10 | R@100 |\n"
        "|---|---:|---:|---:|---:|---:|---:|"
    )
    gains = {}
    for name, places in runs.items():
        gains[name], line = figures(places, asked)
        print(f"| {name} | {line} |", flush=True)
    _print_differences(gains)
    if everything:
        print(tuning("Wenshu", index, asked, KNOBS))
    if near:
        print(tuning("with the extra semantic", near, asked, (MEANING_KNOB,)))
    print(phrases(index))
    print(hand_made())
    return float(np.mean(gains["Wenshu"])), float(np.mean(gains["reference"]))


def _runs(index: SearchIndex, asked: Sequence[Asked]) -> dict[str, list[list[Place]]]:
    from opencc import OpenCC  # noqa: PLC0415

    traditional = OpenCC("s2t").convert
    rng = random.Random(5)
    return {
        "reference": [reference(index, a.text) for a in asked],
        "Wenshu": [ranked(index, a.text) for a in asked],
        "Wenshu, expansion off": [ranked(index, a.text, expand=False) for a in asked],
        "Wenshu, in traditional characters": [ranked(index, traditional(a.text)) for a in asked],
        "Wenshu, one homophone typo": [ranked(index, mistyped(index, a.text, rng)) for a in asked],
    }


def _print_differences(gains: Mapping[str, Sequence[float]]) -> None:
    base, ours = gains["reference"], gains["Wenshu"]
    print("- reference: words + pairs, heading in the text; differences of the held-out half:")
    for name, found in gains.items():
        if name != "reference":
            print(f"- {name} against the reference:", difference(base, found, HELD_OUT))
    for name in list(gains)[3:]:
        print(f"- {name} against Wenshu:", difference(ours, gains[name], HELD_OUT))


def figures(runs: Sequence[list[Place]], asked: Sequence[Asked]) -> tuple[list[float], str]:
    """nDCG@10 of each question, and the line of the table."""
    pairs = list(zip(runs, asked, strict=True))
    gains = [ndcg(run, one.answers) for run, one in pairs]
    return gains, " | ".join(
        f"{value:.4f}"
        for value in (
            np.mean(gains),
            np.mean(gains[TUNED]),
            np.mean(gains[HELD_OUT]),
            np.mean([reciprocal(run, one.answers) for run, one in pairs]),
            np.mean([recall(run, one.answers, 10) for run, one in pairs]),
            np.mean([recall(run, one.answers, 100) for run, one in pairs]),
        )
    )


# -- runs -----------------------------------------------------------------------------------------


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


def with_meaning(index: SearchIndex) -> SearchIndex | None:
    """The same index with vectors, which are made the first time; None without the extra."""
    if not semantic.is_installed():
        print("(the extra semantic is not installed: its row is missing)")
        return None
    generation = index._generation  # noqa: SLF001
    folder = VectorFolder(index.workspace.cache / semantic.FOLDER, semantic.MODEL)
    folder.fill(generation, semantic.encode, lambda _done, _all: None)
    vectors = [found for segment in generation.segments if (found := folder.open(segment))]
    near = SearchIndex(index.workspace, generation, None)
    near.__dict__["_meaning"] = semantic.Meaning(vectors, generation)
    return near


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


# -- exactness ------------------------------------------------------------------------------------


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


def hand_made() -> str:
    """The hand-made questions on the starter library: which expected hits come first."""
    lines = _HAND_MADE.read_text(encoding="utf-8").splitlines()
    ranks = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "w"
        init_workspace(root)
        index = SearchIndex.open(Workspace.open(root))
        for line in lines:
            if line and not line.startswith("#"):
                query, document, clause, *options = line.split("\t")
                given = dict(option.split("=", 1) for option in options)
                hits = index.search(query, **given).hits  # type: ignore[arg-type]
                fits = (h.id == document and clause in {"*", h.clause or "-"} for h in hits)
                ranks.append(next((at for at, fit in enumerate(fits) if fit), DEPTH))
    first, third = sum(at == 0 for at in ranks), sum(at < 3 for at in ranks)
    return f"- {len(ranks)} hand-made questions: first {first}, among the first three {third}"

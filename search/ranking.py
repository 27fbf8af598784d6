"""Ranking a plain question: BM25 over words and pairs, a threshold, and what stands around a unit.

Scores of the first stage are Whoosh's BM25F, here with a precision of 32 bits. It is told how many
hits there are, so all postings of a question are run over; each takes one or two nanoseconds.

A unit is a hit when it carries a fair part of the question. What a unit of its length would score
with every term in it once is the whole; the part is measured against the best unit's part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from search.saturation import K1
from search.segment import GRAMS, WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from search.corpus import Corpus

    Array = NDArray[Any]

_SHORT, _SHORT_SHARE = 2, 0.5
_LONG, _LONG_SHARE = 7, 0.15
_LEAST: Final = 0.15


class Wanted(NamedTuple):
    """A term of a question with its weight; `counts` is false for what was added to it."""

    field: str
    term: str
    weight: float
    counts: bool = True


class _Term(NamedTuple):
    """A term in one segment: its number there and its factor."""

    field: str
    number: int
    factor: float


class Scores(NamedTuple):
    """Candidate units of the corpus, their scores, and what part of the question they carry."""

    units: Array
    scores: Array
    shares: Array


def nothing() -> Scores:
    """No units at all."""
    return Scores(np.zeros(0, np.int64), np.zeros(0), np.zeros(0))


def rank(corpus: Corpus, wanted: Sequence[Wanted], masks: Sequence[Array | None]) -> Scores:
    """Score the units that carry a fair part of the question.

    Args:
        corpus: The segments.
        wanted: The terms.
        masks: For each segment, which units are allowed; None for all.
    """
    if not corpus.segments:
        return nothing()
    factors = [item.weight * corpus.idf(item.field, item.term) * (K1 + 1) for item in wanted]
    whole = {WORDS: 0.0, GRAMS: 0.0}
    for item, factor in zip(wanted, factors, strict=True):
        if item.counts and corpus.frequency(item.field, item.term):
            whole[item.field] += factor
    found = [
        _Question(corpus, at, wanted, factors, whole).scores(masks[at])
        for at in range(len(corpus.segments))
    ]
    units = np.concatenate([s.units + o for s, o in zip(found, corpus.offsets, strict=True)])
    scores = np.concatenate([s.scores for s in found])
    shares = np.concatenate([s.shares for s in found])
    if len(shares):
        keep = shares >= share_limit(float(shares.max()), fair_share(wanted))
        units, scores, shares = units[keep], scores[keep], shares[keep]
    return Scores(units, scores, shares)


def brevity(wanted: Sequence[Wanted]) -> float:
    """1 for a question of two words or less, 0 for one of many."""
    words = sum(item.field == WORDS and item.counts and item.weight >= 1 for item in wanted)
    return 1 - min(max((words - _SHORT) / (_LONG - _SHORT), 0.0), 1.0)


def fair_share(wanted: Sequence[Wanted]) -> float:
    """What part of the best unit's part a hit must carry: half for two words, less for many."""
    return _LONG_SHARE + (_SHORT_SHARE - _LONG_SHARE) * brevity(wanted)


def share_limit(best: float, fair: float) -> float:
    """The part of the question that a hit must carry."""
    return fair * min(max(best, _LEAST), 1.0)


class _Question:
    """One question in one segment."""

    def __init__(
        self,
        corpus: Corpus,
        at: int,
        wanted: Sequence[Wanted],
        factors: Sequence[float],
        whole: dict[str, float],
    ) -> None:
        self.segment = corpus.segments[at]
        self.alive = corpus.alive[at] if corpus.removed[at] else None
        self.averages = corpus.averages
        self.whole = whole
        self.fair = fair_share(wanted)
        self.terms = self._terms(wanted, factors)

    def _terms(self, wanted: Sequence[Wanted], factors: Sequence[float]) -> list[_Term]:
        terms = []
        for item, factor in zip(wanted, factors, strict=True):
            number = self.segment.fields[item.field].vocabulary.find(item.term)
            if number >= 0:
                terms.append(_Term(item.field, number, factor))
        return terms

    def scores(self, mask: Array | None) -> Scores:
        if not self.terms:
            return nothing()
        sums = self.sums()
        shares, limit = self._shares(sums, mask)
        units = np.flatnonzero(shares >= limit)
        return Scores(units, sums[units].astype(np.float64), shares[units].astype(np.float64))

    def sums(self) -> Array:
        """The score of each unit."""
        sums: Array = np.zeros(self.segment.units, np.float32)
        for name in (WORDS, GRAMS):
            terms = [(term.number, term.factor) for term in self.terms if term.field == name]
            self.segment.fields[name].add_up(sums, terms, self.averages[name])
        return sums

    def _shares(self, sums: Array, mask: Array | None) -> tuple[Array, np.float32]:
        """What part of the question each allowed unit carries, and what a hit must carry."""
        shares: Array = sums / self._expected()
        if mask is not None:
            shares[~mask] = 0.0
        if self.alive is not None:
            shares[~self.alive] = 0.0
        best = float(shares.max(initial=0.0))
        return shares, np.float32(max(share_limit(best, self.fair), 1e-9))

    def _expected(self) -> Array:
        """What a unit of each length would score with every term in it once."""
        words, grams = (
            self.segment.fields[name].single(self.averages[name]) for name in (WORDS, GRAMS)
        )
        expected: Array = words * np.float32(self.whole[WORDS] + 1e-6)
        expected += grams * np.float32(self.whole[GRAMS])
        return expected


def supported(rows: Array, scores: Array, weight: float, depth: int = 3) -> Array:
    """Scores raised by the other good units of the same document.

    Args:
        rows: The document of each unit, in descending order of scores.
        scores: The scores.
        weight: How much of the mean of a document's best units is added.
        depth: How many of them.
    """
    order = np.argsort(rows, kind="stable")
    ordered = rows[order]
    first = np.flatnonzero(np.diff(ordered, prepend=-1))
    position = np.arange(len(order)) - np.repeat(first, np.diff(np.append(first, len(order))))
    best = np.where(position < depth, scores[order], 0.0)
    means = np.add.reduceat(best, first) / depth
    added = np.repeat(means, np.diff(np.append(first, len(order))))
    result = scores.copy()
    result[order] += weight * added
    return result


def whole_scores(corpus: Corpus, wanted: Sequence[Wanted], masks: Sequence[Array | None]) -> Scores:
    """Score every allowed unit, also one without any of the terms."""
    if not corpus.segments:
        return nothing()
    factors = [item.weight * corpus.idf(item.field, item.term) * (K1 + 1) for item in wanted]
    units, scores, shares = [], [], []
    for at, offset in enumerate(corpus.offsets):
        mask = masks[at]
        here = np.flatnonzero(corpus.alive[at] if mask is None else mask & corpus.alive[at])
        sums = _Question(corpus, at, wanted, factors, {}).sums()
        units.append(here + offset)
        scores.append(sums[here].astype(np.float64) + 1e-6)
        shares.append(np.ones(len(here)))
    return Scores(np.concatenate(units), np.concatenate(scores), np.concatenate(shares))


def coverage(corpus: Corpus, wanted: Sequence[Wanted], units: Array) -> Array:
    """What part of the question's words, by their weight, stands in each unit.

    Args:
        corpus: The segments.
        wanted: The terms; only the question's own words count.
        units: Units of the corpus.
    """
    order = np.argsort(units)
    ordered = units[order]
    edges = np.searchsorted(ordered, [*corpus.offsets, corpus.units])
    held: Array = np.zeros(len(units))
    whole = 0.0
    for item in wanted:
        if item.field != WORDS or not item.counts or not corpus.frequency(WORDS, item.term):
            continue
        weight = item.weight * corpus.idf(WORDS, item.term)
        whole += weight
        for at, segment in enumerate(corpus.segments):
            here = slice(edges[at], edges[at + 1])
            number = segment.fields[WORDS].vocabulary.find(item.term)
            if number >= 0 and here.start < here.stop:
                found, _ = segment.fields[WORDS].postings(number)
                local = ordered[here] - corpus.offsets[at]
                place = np.minimum(found.searchsorted(local), len(found) - 1)
                held[here] += weight * (found[place] == local)
    result: Array = np.ones(len(units))
    if whole:
        result[order] = held / whole
    return result

"""Whoosh query trees scored on arrays.

`evaluate` gives, for one segment, the matching units and their scores: the same units and the same
BM25F scores as Whoosh's own matchers give over the same postings (a test holds the two together).
What a tree contains besides Term, And, Or, Not, AndNot, AndMaybe, Require, Phrase, Prefix and Every
raises `NotCoveredError`; the caller then asks Whoosh's matchers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from search import whoosh_queries as wq
from search.phrases import phrase_units
from search.saturation import K1
from search.segment import GRAMS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from search.corpus import Corpus
    from search.segment import Segment

    Array = NDArray[Any]

_EMPTY: Final = np.zeros(0, np.int64)


class NotCoveredError(Exception):
    """The tree holds a query that is not scored on arrays."""


class Matches(NamedTuple):
    """Matching units of one segment in ascending order, and their scores."""

    units: Array
    scores: Array


class Evaluator:
    """Scores query trees over a corpus.

    Args:
        corpus: The segments.
        filters: Given a metadata field, a value and the number of a segment, a mask of its units.
    """

    def __init__(self, corpus: Corpus, filters: Callable[[str, str, int], Array]) -> None:
        """Keep the corpus and where masks for metadata fields come from."""
        self.corpus = corpus
        self._filters = filters
        self._handlers: dict[type[wq.Query], Callable[[Any, int], Matches]] = {
            wq.Term: self.term,
            wq.Or: self._or,
            wq.And: self._and,
            wq.Not: self._not,
            wq.AndNot: self._and_not,
            wq.AndMaybe: self._and_maybe,
            wq.Require: self._require,
            wq.Phrase: self._phrase,
            wq.Prefix: self._prefix,
            wq.Every: self._every,
        }

    def add(self, kind: type[wq.Query], handler: Callable[[Any, int], Matches]) -> None:
        """Evaluate a kind of query by this function."""
        self._handlers[kind] = handler

    def evaluate(self, node: wq.Query, at: int) -> Matches:
        """The matches of a tree in one segment.

        Raises:
            NotCoveredError: The tree holds something else.
        """
        if node is wq.NullQuery:
            return _none()
        handler = self._handlers.get(type(node))
        if handler is None:
            raise NotCoveredError(type(node).__name__)
        return handler(node, at)

    # -- leaves -----------------------------------------------------------------------------------

    def term(self, node: wq.Term, at: int) -> Matches:
        """The units of a term; a metadata term scores its boost."""
        segment = self.corpus.segments[at]
        name, text = str(node.fieldname), str(node.text)
        if name not in segment.fields:
            units = np.flatnonzero(self._filters(name, text, at))
            return Matches(units, np.full(len(units), float(node.boost)))
        number = segment.fields[name].vocabulary.find(text)
        if number < 0:
            return _none()
        units, scores = self._scored(segment, name, number)
        scores *= self.corpus.idf(name, text)
        if node.boost != 1.0:
            scores *= node.boost
        return self._without_removed(Matches(units.astype(np.int64), scores), at)

    def _scored(self, segment: Segment, name: str, number: int) -> tuple[Array, Array]:
        field = segment.fields[name]
        units, tf = field.postings(number)
        below = field.norms(self.corpus.averages[name])[units]
        below += tf
        scores = tf * (K1 + 1)
        scores /= below
        return units, scores

    def _phrase(self, node: wq.Phrase, at: int) -> Matches:
        if node.fieldname != GRAMS or node.slop != 1:
            raise NotCoveredError("Phrase")
        units = phrase_units(self.corpus.segments[at], [str(word) for word in node.words])
        scores = np.zeros(len(units))
        for word in node.words:
            scores += self._at(self.term(wq.Term(GRAMS, str(word)), at), units)
        return self._without_removed(Matches(units, scores * node.boost), at)

    def _prefix(self, node: wq.Prefix, at: int) -> Matches:
        """The units with any term that begins so, all with the same score."""
        segment = self.corpus.segments[at]
        name = str(node.fieldname)
        if name not in segment.fields or not node.constantscore:
            raise NotCoveredError("Prefix")
        field = segment.fields[name]
        first, last = field.vocabulary.prefix(str(node.text))
        if last - first == 1:
            return self.term(wq.Term(name, field.vocabulary.text(first), boost=node.boost), at)
        units = np.unique(field.docs[int(field.at[first]) : int(field.at[last])]).astype(np.int64)
        return self._without_removed(Matches(units, np.full(len(units), float(node.boost))), at)

    def _every(self, node: wq.Every, at: int) -> Matches:
        units = np.flatnonzero(self.corpus.alive[at])
        return Matches(units, np.full(len(units), float(node.boost)))

    # -- compounds --------------------------------------------------------------------------------

    def _or(self, node: wq.Or, at: int) -> Matches:
        found = [self.evaluate(child, at) for child in node.subqueries]
        size = self.corpus.segments[at].units
        scores = np.zeros(size)
        matched = np.zeros(size, bool)
        for match in found:
            scores[match.units] += match.scores
            matched[match.units] = True
        units = np.flatnonzero(matched)
        return Matches(units, scores[units] * node.boost)

    def _and(self, node: wq.And, at: int) -> Matches:
        """All children; a Not counts as Whoosh counts it, with a score of its own."""
        found = [self.evaluate(child, at) for child in node.subqueries]
        units = min((match.units for match in found), key=len)
        for match in found:
            units = units[_contains(match.units, units)]
        scores = np.zeros(len(units))
        for match in found:
            scores += self._at(match, units)
        return Matches(units, scores * node.boost)

    def _not(self, node: wq.Not, at: int) -> Matches:
        units = np.flatnonzero(self.corpus.alive[at])
        units = units[~_contains(self.evaluate(node.query, at).units, units)]
        return Matches(units, np.full(len(units), float(node.boost)))

    def _and_not(self, node: wq.AndNot, at: int) -> Matches:
        match = self.evaluate(node.a, at)
        keep = ~_contains(self.evaluate(node.b, at).units, match.units)
        return Matches(match.units[keep], match.scores[keep])

    def _and_maybe(self, node: wq.AndMaybe, at: int) -> Matches:
        match = self.evaluate(node.a, at)
        extra = self._at(self.evaluate(node.b, at), match.units)
        return Matches(match.units, match.scores + extra)

    def _require(self, node: wq.Require, at: int) -> Matches:
        match = self.evaluate(node.a, at)
        keep = _contains(self.evaluate(node.b, at).units, match.units)
        return Matches(match.units[keep], match.scores[keep])

    # -- helpers ----------------------------------------------------------------------------------

    def _without_removed(self, match: Matches, at: int) -> Matches:
        if not self.corpus.removed[at]:
            return match
        keep = self.corpus.alive[at][match.units]
        return Matches(match.units[keep], match.scores[keep])

    @staticmethod
    def _at(match: Matches, units: Array) -> Array:
        """The scores at these units, 0 where the match has none."""
        if not len(match.units):
            return np.zeros(len(units))
        at = np.minimum(match.units.searchsorted(units), len(match.units) - 1)
        return np.where(match.units[at] == units, match.scores[at], 0.0)


def top(matches: Sequence[Matches], offsets: Sequence[int], limit: int) -> list[tuple[float, int]]:
    """The best (score, unit) of all segments, equal scores by unit."""
    units = np.concatenate([match.units + o for match, o in zip(matches, offsets, strict=True)])
    scores = np.concatenate([match.scores for match in matches])
    if len(units) > limit:
        edge = np.partition(scores, len(scores) - limit)[len(scores) - limit]
        keep = scores >= edge
        units, scores = units[keep], scores[keep]
    order = np.lexsort((units, -scores))[:limit]
    return [(float(scores[at]), int(units[at])) for at in order]


def _none() -> Matches:
    return Matches(_EMPTY, np.zeros(0))


def _contains(sorted_units: Array, wanted: Array) -> Array:
    """Which of `wanted` are in the ascending `sorted_units`."""
    if not len(sorted_units):
        return np.zeros(len(wanted), bool)
    at = np.minimum(sorted_units.searchsorted(wanted), len(sorted_units) - 1)
    found: Array = sorted_units[at] == wanted
    return found

"""The engine over one generation: masks, ranking, versions folded, facets counted."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from search.citing import named_first
from search.engine import Answer, Found
from search.entries import TITLE
from search.masks import Masks
from search.names import Names
from search.ranking import brevity, coverage, nothing, rank, supported, whole_scores
from search.reading import DEPTH as READ
from search.reading import Reader, Texts
from search.table import IN_FORCE, UNKNOWN
from search.versions import VersionGroups

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from numpy.typing import NDArray

    from search.generation import Generation
    from search.ranking import Scores
    from search.syntax import Request
    from search.terms import Question

    Array = NDArray[Any]
    Similarity = Callable[[Question, Array], Array | None]

DEPTH: Final = 200
SUPPORT: Final = 0.3
COVERED: Final = 0.3
OUT_OF_FORCE: Final = 0.35
UNCERTAIN_FORCE: Final = 0.85
MEANING, MEANING_SHORT = 1.0, 0.3
TITLE_FACTOR: Final = 0.6
NAMED_FACTOR: Final = 1.5
IN_NAMED: Final = 1.2
OF_KIND: Final = 1.15
LONG_NAME: Final = 4
PARTLY, EXACTLY = 1, 2
_ASKING: Final = re.compile(
    "^(?:请问|查一?下|我想看|找)|(?:都?(?:是什么|有哪些|有什么|是哪些|包括什么|包括哪些|怎么规定的?|"
    "在哪里?|内容|全文|呢|吗|的))+$"
)
_DUTY: Final = re.compile("(?<!岗位|部门|工作)职责$")
FACETS: Final = ("kind", "department", "status", "year")


class ArrayEngine:
    """Answers requests from one generation."""

    def __init__(self, generation: Generation, similarity: Similarity | None = None) -> None:
        """Answer from this generation; `similarity` tells how near units are in meaning."""
        self._similarity = similarity
        self.generation = generation
        self.corpus = generation.corpus
        self.table = generation.table
        self.masks = Masks(generation)
        self._priors: dict[int, Array] = {}
        self._versions = VersionGroups(generation)
        self._texts = Texts(generation.corpus, generation.analysis.folder)

    def run(
        self, request: Request, question: Question, day: int, *, on: int | None, limit: int
    ) -> Answer:
        """Answer a request; see `search.engine.Engine.run`."""
        rows = self.masks.rows(request, on)
        scores, relaxed = self._scores(request, question, rows)
        if not len(scores.units):
            return Answer(0, [], lambda: {name: {} for name in FACETS}, relaxed)
        day = day if on is None else on
        final = self.final_scores(scores, day, question.folded.replace(" ", ""))
        if question.kinds:
            final[self._of_kinds(question.kinds)[self.generation.unit_rows[scores.units]]] *= (
                OF_KIND
            )
        # A clause by its number: the one in force, however long it is.
        if request.label or request.place:
            state = self.table.in_force(day)[self.generation.unit_rows[scores.units]]
            final[state != IN_FORCE] *= OUT_OF_FORCE
        return self._answer(scores, final, question, day, limit, relaxed)

    def _scores(
        self, request: Request, question: Question, rows: Array | None
    ) -> tuple[Scores, list[str]]:
        masks = self.masks.units(request, rows, headings=False)
        scores = self._ranked(request, question, masks)
        if len(scores.units) or not (request.phrases or request.label):
            return scores, []
        if request.phrases:
            masks = self.masks.units(request, rows, headings=True)
            scores = self._ranked(request, question, masks)
        return scores, ["headings"] if len(scores.units) else []

    def _ranked(self, request: Request, question: Question, masks: list[Array | None]) -> Scores:
        """Plain questions need a fair share; what was asked for exactly needs no more."""
        exact = bool(request.phrases or request.tree is not None)
        filtered = request.filters or request.titles or request.label or request.refused
        if exact or (not question.wanted and (filtered or request.excluded)):
            return whole_scores(self.corpus, question.wanted, masks)
        if not question.wanted:
            return nothing()
        return rank(self.corpus, question.wanted, masks)

    # -- second stage -----------------------------------------------------------------------------

    def prior(self, day: int) -> Array:
        """A factor for each document: its authority, and whether it is in force."""
        if day not in self._priors:
            state = self.table.in_force(day)
            force = np.where(state == IN_FORCE, 1.0, OUT_OF_FORCE)
            force = np.where(state == UNKNOWN, UNCERTAIN_FORCE, force)
            self._priors = {day: self.table.authority * force}
        return self._priors[day]

    def final_scores(self, scores: Scores, day: int, plain: str) -> Array:
        """First-stage scores with authority, validity and the sort of unit."""
        rows = self.generation.unit_rows[scores.units]
        final: Array = scores.scores * self.prior(day)[rows]
        plain = _DUTY.sub("岗位职责", _ASKING.sub("", plain).replace("的", "")) or plain
        if len(plain) >= LONG_NAME:
            final[self._titles.holding(plain)[rows]] *= IN_NAMED
        title = self._types[scores.units] == TITLE
        places = np.flatnonzero(title)
        factors = {0: TITLE_FACTOR, PARTLY: 1.0, EXACTLY: NAMED_FACTOR}
        titles, posts = self._titles, self._posts
        final[places] *= [
            factors[_named(plain, titles[row], posts[row])] for row in rows[places].tolist()
        ]
        return final

    def _of_kinds(self, kinds: Collection[str]) -> Array:
        """The documents of these kinds."""
        values, codes = self.table.codes("kind")
        found: Array = np.array([value in kinds for value in values], bool)[codes]
        return found

    @cached_property
    def _titles(self) -> Names:
        return Names(self.table.column("title"), self.generation.analysis.folder)

    @cached_property
    def _posts(self) -> Names:
        return Names(self.table.column("position"), self.generation.analysis.folder)

    def _answer(
        self,
        scores: Scores,
        final: Array,
        question: Question,
        day: int,
        limit: int,
        relaxed: list[str],
    ) -> Answer:
        units, shares, first = scores.units, scores.shares, scores.scores
        rows = self.generation.unit_rows[units]
        groups = self._versions.groups(rows)[units]
        representative = self._versions.fold(groups, final, rows, day)
        total = len(representative)
        counted = rows[representative]
        if not limit:  # the count alone is wanted
            return Answer(total, [], lambda: self._facets(counted), relaxed)
        depth = max(DEPTH, 2 * limit)
        best = representative
        if len(best) > depth:
            best = best[np.argpartition(-final[best], depth)[:depth]]
        best = best[np.lexsort((units[best], -final[best]))]
        raised = supported(rows[best], self._covered(question, units[best], final[best]), SUPPORT)
        reader = Reader(self._texts, question)
        raised = self._read(reader, units[best], raised)
        meant = self._meant(question, units[best], raised)
        raised += meant
        raised += named_first(self.generation, units[best], raised)
        order = np.lexsort((units[best], -raised))[:limit]
        found = []
        for at in order.tolist():
            k = int(best[at])
            others = self._versions.others(int(units[k]), int(rows[k]))
            found.append(
                Found(
                    int(units[k]),
                    int(rows[k]),
                    float(raised[at]),
                    float(first[k]),
                    float(shares[k]),
                    others,
                    float(meant[at]),
                )
            )
        return Answer(total, found, lambda: self._facets(counted), relaxed, reader.answers)

    def _covered(self, question: Question, units: Array, final: Array) -> Array:
        """Short questions want all their words; in long ones some always miss."""
        weight = COVERED * brevity(question.wanted)
        if not weight:
            return final
        said = [word for word, _ in question.expansions]
        own = [w for w in question.wanted if not any(w.term in word for word in said)]
        lowered: Array = final * (1 - weight + weight * coverage(self.corpus, own, units))
        return lowered

    @staticmethod
    def _read(reader: Reader, units: Array, scores: Array) -> Array:
        """The scores after the best were read; those behind are lowered as these on average."""
        first = np.argsort(-scores, kind="stable")[:READ]
        factors = reader.factors(units[first].tolist())
        result: Array = scores * factors.mean()
        result[first] = scores[first] * factors
        return result

    def _meant(self, question: Question, units: Array, scores: Array) -> Array:
        """What nearness in meaning adds: less to few words, nothing without vectors."""
        near = self._similarity(question, units) if self._similarity and len(units) else None
        if near is None:
            return np.zeros(len(units))
        weight = MEANING - (MEANING - MEANING_SHORT) * brevity(question.wanted)
        added: Array = weight * float(scores.max()) * near
        return added

    def _facets(self, rows: Array) -> dict[str, dict[str, int]]:
        facets = {}
        for name in FACETS:
            values, codes = self.table.codes(name)
            counts = np.bincount(codes[rows], minlength=len(values))
            order = np.lexsort((np.arange(len(values)), -counts))
            facets[name] = {
                values[at]: int(counts[at]) for at in order if counts[at] and values[at]
            }
        return facets

    @cached_property
    def _types(self) -> Array:
        return self.corpus.gather("types")


def _named(plain: str, title: str, post: str) -> int:
    """Whether a query is a document's title or post, or a part of one."""
    if not plain:
        return 0
    if plain == title or (plain in title and 5 * len(plain) >= 3 * len(title)):
        return EXACTLY
    if post and plain.startswith(post) and plain[len(post) :] in title:
        return EXACTLY
    return PARTLY if plain in title or plain in post else 0

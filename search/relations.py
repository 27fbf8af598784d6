"""Related documents: those whose clauses share the telling words of a document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from search.ranking import Wanted, whole_scores
from search.segment import WORDS
from search.table import IN_FORCE
from store.dates import today
from store.exceptions import DocumentNotFound

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from search.generation import Generation
    from search.table import Row

    Array = NDArray[Any]

_TERMS: Final = 30
_BEST_UNITS: Final = 3
_TITLE_BONUS: Final = 3.0
_LEAST: Final = 0.15


@dataclass(frozen=True)
class Related:
    """A document that is about the same things."""

    id: str
    title: str
    kind: str
    score: float

    def to_json(self) -> dict[str, object]:
        """For the web and for scripts."""
        return {"id": self.id, "title": self.title, "kind": self.kind, "score": self.score}


def related(generation: Generation, document_id: str, limit: int) -> list[Related]:
    """The documents nearest to one, other versions of it left out.

    Raises:
        DocumentNotFound: There is no such document in the index.
    """
    table = generation.table
    row = table.by_id.get(document_id)
    if row is None:
        raise DocumentNotFound(document_id)
    wanted = _telling(generation, row)
    family = table.rows[row].family
    outside = np.array([other.family != family for other in table.rows], bool)
    masks: list[Array | None] = [(owners >= 0) & outside[owners] for owners in generation.rows_of]
    scores = whole_scores(generation.corpus, wanted, masks)
    best = _by_document(generation, scores.units, scores.scores)
    order = [at for at in np.argsort(-best, kind="stable").tolist() if best[at] > 0]
    top = float(best[order[0]]) if order else 0.0
    near = [at for at in order if best[at] > _LEAST * top]
    return [
        Related(found.id, found.title, found.kind, round(score / top, 4))
        for found, score in _by_family(generation, near, best)[:limit]
    ]


def _by_family(generation: Generation, near: list[int], best: Array) -> list[tuple[Row, float]]:
    """One version of each text, the one in force or else the newest, with the text's best score."""
    rows = generation.table.rows
    state = generation.table.in_force(today().toordinal())
    versions: dict[str, list[int]] = {}
    for at in near:
        versions.setdefault(rows[at].family, []).append(at)
    return [
        (
            rows[max(found, key=lambda at: (state[at] == IN_FORCE, rows[at].age))],
            max(float(best[at]) for at in found),
        )
        for found in versions.values()
    ]


def _telling(generation: Generation, row: int) -> list[Wanted]:
    """The words that tell most about a document, those of its title first."""
    corpus = generation.corpus
    segmenter = generation.analysis.segmenter
    fold = generation.analysis.folder
    weights: dict[str, float] = {}
    for unit in np.flatnonzero(generation.unit_rows == row).tolist():
        for word, _, _ in segmenter.words(fold(corpus.text(unit))):
            if len(word) > 1:
                weights[word] = weights.get(word, 0.0) + 1.0
    for word, _, _ in segmenter.words(fold(generation.table.rows[row].title)):
        if len(word) > 1:
            weights[word] = weights.get(word, 0.0) + _TITLE_BONUS
    scored = {w: (1 + np.log(n)) * corpus.idf(WORDS, w) for w, n in weights.items()}
    chosen = sorted(scored, key=lambda word: (-scored[word], word))[:_TERMS]
    return [Wanted(WORDS, word, float(1 + np.log(weights[word]))) for word in chosen]


def _by_document(generation: Generation, units: Array, scores: Array) -> Array:
    """The sum of each document's best units."""
    rows = generation.unit_rows[units]
    order = np.lexsort((-scores, rows))
    rows, scores = rows[order], scores[order]
    first = np.flatnonzero(np.diff(rows, prepend=-1))
    lengths = np.diff(np.append(first, len(rows)))
    position = np.arange(len(rows)) - np.repeat(first, lengths)
    keep = position < _BEST_UNITS
    sums: Array = np.bincount(rows[keep], scores[keep], len(generation.table))
    return sums

"""The part of an index that somebody may see: what is hidden is as if it had been removed.

Hits, totals, facets, other versions, related documents and suggestions all come from the visible
part alone; only the statistics behind the scores are those of the whole library.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Final

import numpy as np

from search.corpus import Corpus
from search.index import SearchIndex
from search.table import Table

if TYPE_CHECKING:
    from collections.abc import Collection

    from search.generation import Generation
    from search.suggestions import Suggestion

_SURELY_VISIBLE: Final = frozenset({"title", "position"})
_LOOKED_AT: Final = 4


def restrict(index: SearchIndex, ids: Collection[str]) -> SearchIndex:
    """The index as somebody sees it who may see these documents only.

    Args:
        index: The whole index, as it is now; later changes of it are not followed.
        ids: The documents that may be seen.
    """
    generation = index._generation  # noqa: SLF001 - the package's own
    allowed = frozenset(ids)
    if allowed.issuperset(generation.table.column("id")):
        return index
    return _VisibleIndex(index.workspace, _restricted(generation, allowed), None)


def _restricted(generation: Generation, allowed: frozenset[str]) -> Generation:
    rows = generation.table.rows
    kept = [at for at, row in enumerate(rows) if row.id in allowed]
    numbers = np.full(len(rows) + 1, -1, np.int64)  # the last answers for -1
    numbers[kept] = np.arange(len(kept))
    part = copy.copy(generation)
    for name in ("unit_rows", "_unit_rows"):
        part.__dict__.pop(name, None)
    part.table = Table(rows[at] for at in kept)
    part.rows_of = [numbers[owners] for owners in generation.rows_of]
    part.corpus = Corpus(generation.segments, [owners >= 0 for owners in part.rows_of])
    return part


class _VisibleIndex(SearchIndex):
    """An index over a restricted generation; words that stand only in hidden texts are not told."""

    def refresh(self) -> bool:
        """A restricted index is a picture of one moment."""
        return False

    def suggest(self, prefix: str, limit: int = 8) -> list[Suggestion]:
        """Suggestions whose words stand in what may be seen."""
        found = super().suggest(prefix, limit * _LOOKED_AT)
        return [item for item in found if self._may_be_told(item)][:limit]

    def _may_be_told(self, item: Suggestion) -> bool:
        if item.kind in _SURELY_VISIBLE:
            return True
        if item.kind != "query":
            return self._stands(item.text)
        words = self.search(item.text, limit=0, expand=False).question.words
        return all(self._stands(word) for word in words)

    def _stands(self, text: str) -> bool:
        return self.search(f'"{text}"', limit=0, expand=False).total > 0

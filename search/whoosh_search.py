"""Whoosh queries to Whoosh results: scored on arrays, else by Whoosh's own matchers."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from whoosh.searching import Results

from search.codec import searcher
from search.scoring import Evaluator, NotCoveredError, top

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from whoosh.searching import Searcher

    from search.corpus import Corpus
    from search.whoosh_queries import Query

    Array = NDArray[Any]


class WhooshSearch:
    """Runs Whoosh query trees over a corpus.

    Args:
        corpus: The segments.
        filters: Masks for metadata fields, see `search.scoring.Evaluator`.
    """

    def __init__(self, corpus: Corpus, filters: Callable[[str, str, int], Array]) -> None:
        """Search this corpus."""
        self._corpus = corpus
        self._evaluator = Evaluator(corpus, filters)

    @cached_property
    def searcher(self) -> Searcher:
        """Whoosh's own searcher over the same postings."""
        return searcher(self._corpus)

    def search(self, query: Query, limit: int = 10) -> Results:
        """The best units, as Whoosh's `Searcher.search` would give them."""
        query = query.normalize()
        try:
            segments = range(len(self._corpus.segments))
            found = [self._evaluator.evaluate(query, at) for at in segments]
        except NotCoveredError:
            return self.searcher.search(query, limit=limit)
        results = Results(self.searcher, query, top(found, self._corpus.offsets, limit))
        total: Any = sum(len(matches.units) for matches in found)
        results._total = total  # noqa: SLF001
        return results

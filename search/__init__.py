"""Search: the right clause, in Chinese, at array speed, behind Whoosh.

    from search import SearchIndex

    index = SearchIndex.open(workspace)
    results = index.search("年假 没休完", limit=10, kind="policy")

Everything else is private; names are imported when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from search.errors import IndexBusyError, IndexNotWritableError, QueryError, UnknownFieldError
    from search.index import SearchIndex
    from search.results import Hit, Results

__all__ = [
    "Hit",
    "IndexBusyError",
    "IndexNotWritableError",
    "QueryError",
    "Results",
    "SearchIndex",
    "UnknownFieldError",
]

_MODULES = {"SearchIndex": "index", "Hit": "results", "Results": "results"}


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for."""
    if name not in __all__:
        raise AttributeError(name)
    from importlib import import_module  # noqa: PLC0415 - that is the point

    return getattr(import_module(f"search.{_MODULES.get(name, 'errors')}"), name)

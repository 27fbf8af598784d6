"""Long lists are shown in pages; which one is wanted stands in the address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar
from urllib.parse import urlencode

from flask import request

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list.

    Attributes:
        items: What stands on it.
        number: Counts from 1.
        count: How many pages there are.
    """

    items: Sequence[T]
    number: int
    count: int

    def address(self, number: int) -> str:
        """The address of another page of the same list."""
        values = [(name, value) for name, value in request.args.items(multi=True) if value]
        kept = [(name, value) for name, value in values if name != "page"]
        return "?" + urlencode([*kept, ("page", str(number))])


def paged(items: Sequence[T], size: int) -> Page[T]:
    """The page of a list that the address asks for, the nearest there is."""
    count = max(1, -(-len(items) // size))
    number = max(1, min(count, request.args.get("page", 1, int)))
    return Page(items[(number - 1) * size : number * size], number, count)

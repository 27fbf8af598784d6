"""Things that were worked out and may be wanted again: the last used stay."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
Key = tuple[object, ...]


class Kept:
    """So many things at most, by what they depend on; safe among threads."""

    def __init__(self, most: int, few: int = 0, bulky: frozenset[str] = frozenset()) -> None:
        """Keep `most` things, and `few` of those whose key begins with one of the bulky sorts."""
        self._most, self._few, self._bulky = most, few, bulky
        self._things: OrderedDict[Key, object] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Key, make: Callable[[], T]) -> T:
        """The thing of this key; made, outside the lock, where it is not there."""
        with self._lock:
            if key in self._things:
                self._things.move_to_end(key)
                return cast("T", self._things[key])
        made = make()
        with self._lock:
            self._things[key] = made
            self._things.move_to_end(key)
            self._sweep(key)
        return made

    def _sweep(self, key: Key) -> None:
        while len(self._things) > self._most:
            self._things.popitem(last=False)
        if key and key[0] in self._bulky:
            same = [kept for kept in self._things if kept[0] in self._bulky]
            for old in same[: -self._few]:
                del self._things[old]

"""How long a text a call in a template would make, told before it is made.

Jinja's sandbox keeps a template from what it must not touch; it does not keep it from filling the
memory with one expression. For each method and filter whose result can be much longer than what it
is given, there is an upper bound here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Bound = Callable[[Any, tuple[Any, ...], Mapping[str, Any]], int]

# A bare width may be a tenth of what a text may be long.
_WIDTH_WEIGHT: Final = 10


def size(value: object) -> int:
    """Characters of a text, items of a list; little for all else."""
    return len(value) if isinstance(value, (str, bytes, list, tuple, dict)) else 20


def joined(separator: object, items: Iterable[object]) -> int:
    """How long items are when they are joined."""
    return sum(size(item) + size(separator) for item in items)


def formatted(pattern: str, args: Iterable[object]) -> int:
    """How long a pattern gets when each of its places takes the longest value."""
    places = pattern.count("{") + pattern.count("%")
    return len(pattern) + places * max(map(size, args), default=0)


def _widths(_: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> int:
    given = (*args, *kwargs.values())
    return _WIDTH_WEIGHT * max((value for value in given if isinstance(value, int)), default=0)


def _tabs(text: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> int:
    tabs = text.count("\t" if isinstance(text, str) else b"\t")
    return _widths(text, args, kwargs) * max(int(tabs), 1)


def _replaced(text: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> int:
    new = args[1] if len(args) > 1 else kwargs.get("new", "")
    return (size(text) + 1) * size(new)


def _translated(text: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> int:
    del kwargs
    table = args[0] if args and isinstance(args[0], dict) else {}
    return size(text) * max(map(size, table.values()), default=1)


def _indented(text: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> int:
    width = args[0] if args else kwargs.get("width", 4)
    return (str(text).count("\n") + 1) * (width if isinstance(width, int) else size(width))


def _wrapped(text: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> int:
    mark = args[2] if len(args) > 2 else kwargs.get("wrapstring") or "\n"
    return size(text) * size(mark)


def _summed(items: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> int:
    del args, kwargs
    return joined((), items)


METHODS: Final[dict[str, Bound]] = {
    **dict.fromkeys(("ljust", "rjust", "center", "zfill"), _widths),
    "expandtabs": _tabs,
    "replace": _replaced,
    "translate": _translated,
    "join": lambda text, args, _: joined(text, args[0]) if args else 0,
}
FILTERS: Final[dict[str, Bound]] = {
    **dict.fromkeys(("center", "batch", "slice", "round", "tojson"), _widths),
    "indent": _indented,
    "wordwrap": _wrapped,
    "join": lambda items, args, kwargs: joined(args[0] if args else kwargs.get("d", ""), items),
    "sum": _summed,
}
# What these look at may be a stream that can be read only once.
STREAMS: Final = frozenset({"join", "sum"})

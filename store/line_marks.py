"""Marks that carry line numbers through a Jinja rendering.

Each line of the source gets a mark with its number in front; the marks survive loops, conditions,
macros and white-space control, so that every line that comes out knows the line it was written on.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jinja2 import Environment

    from store.cursor import Line

OPEN: Final = "\ufdd0"
_MARK: Final = re.compile("\ufdd0([0-9]+)\ufdd1")
_LEAD: Final = re.compile("(?:[ \t]|\ufdd0[0-9]+\ufdd1)*")
_BEGINS: Final = frozenset({"block_begin", "comment_begin", "raw_begin", "raw_end"})
_ENDS: Final = frozenset({"block_end", "comment_end", "raw_begin", "raw_end"})


def mark_lines(source: str, environment: Environment) -> tuple[str, set[int]]:
    r"""Put a mark with its number in front of each line that is not inside a tag.

    Args:
        source: With `\\n` as its only line end.
        environment: Whose tags the source holds.

    Returns:
        The marked source, line for line as before, and the numbers of the lines that hold
        statements or comments: where such a line prints nothing, it leaves no line behind.
    """
    pieces = [_mark(1)]
    statements: set[int] = set()
    begun = marked = 1
    for number, kind, value in _tokens(source, environment):
        if kind == "data":
            first, *further = value.split("\n")
            pieces.append(_mark(number) + first)
            pieces += [f"\n{_mark(number + at)}{line}" for at, line in enumerate(further, 1)]
            marked = number + len(further)
            continue
        if kind == "variable_begin" and number != marked and not value.endswith("-"):
            pieces.append(_mark(number))  # `-%}` took the line ends before it away
            marked = number
        if kind in _BEGINS:
            begun = number
        if kind in _ENDS:
            statements.update(range(begun, number + 1))
        pieces.append(value)
    return "".join(pieces), statements


def _mark(number: int) -> str:
    return f"\ufdd0{number}\ufdd1"


def _tokens(source: str, environment: Environment) -> Iterator[tuple[int, str, str]]:
    """Jinja's own pieces of the source, and between them the white space that `{%-` takes away."""
    at = 0
    for number, kind, value in environment.lex(source):
        start = source.find(value, at)
        if start > at:
            yield number, "stripped", source[at:start]
        at = start + len(value)
        yield number, kind, value


def unmark(text: str, statements: set[int]) -> list[Line]:
    """Take the marks off rendered text: (source line, text) pairs.

    Args:
        text: Rendered.
        statements: What `mark_lines` gave.
    """
    lines: list[Line] = []
    current = 1
    for line in text.split("\n"):
        lead = _LEAD.match(line)
        leading = _MARK.findall(lead[0]) if lead else []
        marks = _MARK.findall(line)
        content = _MARK.sub("", line) if marks else line
        own = int(leading[-1]) if leading else current
        current = int(marks[-1]) if marks else current
        if marks and not content.strip() and any(int(mark) in statements for mark in marks):
            continue
        lines.append((own, content))
    return lines

"""Pieces of text back into Markdown, with as little escaped as will do.

Each candidate is parsed again; the first that gives the same pieces is taken. Where emphasis that
runs into emphasis cannot be written so that it reads back, the text stays and the emphasis goes.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from store.inline import parse_inlines
from store.markers import read_marker
from store.shapes import (
    BULLET,
    DEFINITION,
    FENCE,
    FOOTNOTE,
    HEADING,
    ORDERED,
    PAGE_BREAK,
    RULE,
    take_attributes,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from store.model import Inline, Inlines

    Escape = Callable[[str], str]

_MARKS: Final = re.compile(r"[\\`*_\[\]<>&~{}]")
_ALL_MARKS: Final = re.compile(r"[\\`*_\[\]<>&~{}|#!^():\s]")
_BRACES: Final = re.compile(r"\{(?=[{%#])")
_FORMATS: Final = (("bold", "**"), ("italic", "*"), ("strike", "~~"))
_SHAPES: Final = (HEADING, BULLET, RULE, PAGE_BREAK, FENCE, FOOTNOTE, DEFINITION)


def write_inlines(inlines: Inlines, *, jinja: bool = False, cell: bool = False) -> str:
    """The Markdown of a text.

    Args:
        inlines: Its pieces.
        jinja: Keep double braces from being read as Jinja.
        cell: The text stands in a table.
    """
    written = next(_fitting(inlines, jinja=jinja))
    return written.replace("|", "\\|").replace("\\\n", "<br>") if cell else written


def _fitting(inlines: Inlines, *, jinja: bool) -> Iterator[str]:
    """The candidates that read back as they should, the last one in any case."""
    plain = tuple(_plainly(piece, jinja=jinja) for piece in inlines)
    for pieces in (inlines, plain):
        wanted = _bare(pieces)
        for escape in (_as_it_is, _backslashed, _entities):
            candidate = _marked(pieces, escape)
            if jinja:
                candidate = _BRACES.sub("&#123;", candidate)
            if _bare(parse_inlines(candidate)) == wanted:
                yield candidate
    yield _marked(plain, _entities)


def _marked(pieces: Iterable[Inline], escape: Escape, depth: int = 0) -> str:
    """Pieces with their marks; neighbours of one formatting share them."""
    if depth == len(_FORMATS):
        return "".join(_piece(piece, escape) for piece in pieces)
    name, mark = _FORMATS[depth]
    parts = []
    for on, run in groupby(pieces, key=attrgetter(name)):
        inner = _marked(run, escape, depth + 1)
        parts.append(f"{mark}{inner}{mark}" if on else inner)
    return "".join(parts)


def _plainly(piece: Inline, *, jinja: bool) -> Inline:
    """The piece without emphasis; code with braces is text where Jinja would read them."""
    as_text = jinja and piece.type == "code" and _BRACES.search(piece.text)
    kind = "text" if as_text else piece.type
    return replace(piece, type=kind, bold=False, italic=False, strike=False)


def _as_it_is(text: str) -> str:
    return text


def _backslashed(text: str) -> str:
    return _MARKS.sub(lambda match: f"\\{match[0]}" if match[0] not in "{}" else match[0], text)


def _entities(text: str) -> str:
    """Every mark as an entity, and the edges too, so that emphasis begins beside no letter."""
    inner = _ALL_MARKS.sub(_entity, text[1:-1])
    return "".join([_entity_of(text[:1]), inner, _entity_of(text[1:][-1:])])


def _entity(match: re.Match[str]) -> str:
    return _entity_of(match[0])


def _entity_of(char: str) -> str:
    return f"&#{ord(char)};" if char else ""


def _bare(inlines: Iterable[Inline]) -> list[Inline]:
    """The pieces as a parser that can't look references up gives them."""
    return [replace(piece, text="") if piece.type == "reference" else piece for piece in inlines]


def _piece(piece: Inline, escape: Escape) -> str:
    match piece.type:
        case "break":
            return "\\\n"
        case "footnote":
            return f"[^{piece.target}]"
        case "code":
            return _code(piece.text)
        case "blank":
            return "\\_" * (2 * piece.width)
        case "image":
            return f"![{escape(piece.text)}]({_address(piece.target)})"
        case "reference":
            target = piece.target if "#" in piece.target else f"#{piece.target}"
            return f"[]({_address(target)})"
        case "link":
            return f"[{escape(piece.text)}]({_address(piece.target)})"
        case _:
            return escape(piece.text)


def _code(text: str) -> str:
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    ticks = "`" * (longest + 1)
    return f"{ticks} {text} {ticks}" if longest else f"{ticks}{text}{ticks}"


def _address(target: str) -> str:
    return f"<{target}>" if re.search(r"[\s()\"']", target) else target


def guard_start(line: str) -> str:
    """A line of text so that it begins no block."""
    if ORDERED.match(line):
        return line.replace(".", "\\.", 1)
    begins = line.startswith((">", "|", "<!--")) or any(shape.match(line) for shape in _SHAPES)
    return f"\\{line}" if begins or read_marker(line) else line


def guard_end(line: str) -> str:
    """A line of text so that it ends with no id."""
    _, anchor, unnumbered = take_attributes(line)
    return f"{line.rstrip()[:-1]}&#125;" if anchor or unnumbered else line

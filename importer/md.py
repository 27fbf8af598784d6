"""Markdown without a table in front: headings, lists and tables as pieces."""

from __future__ import annotations

import re
from typing import Final

from importer.model import Piece, TableCell
from store.tables import split_row

_HEADING: Final = re.compile(r"^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_BULLET: Final = re.compile(r"^(\s*)[-*+]\s+(.*)$")
_DELIMITER: Final = re.compile(r"^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_FENCE: Final = re.compile(r"^\s*(```+|~~~+)")


def read_md_body(text: str) -> list[Piece]:
    """The pieces of a Markdown text; soft line ends are joined, one `#` is the title."""
    pieces: list[Piece] = []
    lines = text.split("\n")
    at, after_blank = 0, True
    while at < len(lines):
        line = lines[at]
        if not line.strip():
            after_blank, at = True, at + 1
            continue
        used = _block(lines, at, pieces)
        if not used:
            _text(line, at, pieces, after_blank=after_blank)
            used = 1
        at, after_blank = at + used, False
    return pieces


def _block(lines: list[str], at: int, pieces: list[Piece]) -> int:
    """Read a heading, a fence, a table or a bullet; gives how many lines it took."""
    line = lines[at]
    if match := _HEADING.match(line):
        level = len(match[1])
        title = level == 1 and not any(piece.title for piece in pieces)
        pieces.append(
            Piece(line=at + 1, text=_bare(match[2]), heading=0 if title else level, title=title)
        )
        return 1
    if match := _FENCE.match(line):
        end = next(
            (i for i in range(at + 1, len(lines)) if lines[i].strip().startswith(match[1])),
            len(lines),
        )
        pieces.append(Piece(line=at + 1, type="code", text="\n".join(lines[at + 1 : end])))
        return end - at + 1
    if (
        "|" in line
        and at + 1 < len(lines)
        and "-" in lines[at + 1]
        and _DELIMITER.match(lines[at + 1])
    ):
        end = at + 2
        while end < len(lines) and "|" in lines[end]:
            end += 1
        rows = [
            [TableCell(_bare(cell)) for cell in split_row(row)]
            for row in (line, *lines[at + 2 : end])
        ]
        pieces.append(Piece(line=at + 1, type="table", rows=rows))
        return end - at
    if match := _BULLET.match(line):
        pieces.append(
            Piece(line=at + 1, type="bullet", text=_bare(match[2]), level=len(match[1]) // 2)
        )
        return 1
    return 0


def _text(line: str, at: int, pieces: list[Piece], *, after_blank: bool) -> None:
    from importer.joining import begins_anew  # noqa: PLC0415

    text = _bare(line)
    if (
        not after_blank
        and pieces
        and pieces[-1].type == "text"
        and not pieces[-1].heading
        and not begins_anew(text)
    ):
        pieces[-1].text += text
        return
    depth = len(line) - len(line.lstrip()) if begins_anew(text) else -1
    pieces.append(Piece(line=at + 1, text=text, depth=depth))


def _bare(text: str) -> str:
    """Without the marks of emphasis and links."""
    text = re.sub(r"\*\*(.+?)\*\*|__(.+?)__", lambda m: m[1] or m[2], text.strip())
    return re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", text)

"""Paragraphs that were broken over lines, put together again."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from importer.lines import is_signing
from importer.marks import read_lost, read_mark
from importer.model import Doubt
from store.inline import is_cjk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from importer.model import Piece

_TERMINAL: Final = frozenset("。！？!?；;：:…")
_CLOSING: Final = frozenset("”’」』》)）]】\"'")
_LONG: Final = 25
_REFERENCE: Final = re.compile(r"^\s*\[\d{1,3}\]")
_FIELD: Final = re.compile(r"^.{1,12}[:：]\s*\S{0,30}$")
_STANDALONE: Final = re.compile(
    r"^(?:附则|总则|结语|结束语|参考文献|摘\s*要|关键词.{0,60}|引言|前言|附件.{0,30}|致谢|目\s*录|特此.{0,10}|此致|敬礼[!！]?)$"
)


@dataclass(slots=True, frozen=True)
class Wrapping:
    """How a text breaks its lines: at `width` columns, paragraphs indented or not; 0: it does not.

    `done` says that the reader has joined the lines already.
    """

    width: int = 0
    indented: bool = False
    done: bool = False


def columns(text: str) -> int:
    """Columns of a line: wide characters take two."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)


def wrapping_of(lines: Sequence[str]) -> Wrapping:
    """Whether lines were broken at a fixed width: many of those that go on are about equally long."""  # noqa: E501
    runs = [one.rstrip() for one, following in pairwise(lines) if one.strip() and following.strip()]
    if len(runs) < 4:
        return Wrapping()
    widths = sorted(columns(line) for line in runs)
    width = widths[int(len(widths) * 0.9)]
    near = sum(width - 6 <= one <= width + 2 for one in widths)
    if width < 36 or near < len(widths) * 0.4:
        return Wrapping()
    indented = any(line[:1] in " \u3000" for line in runs)
    return Wrapping(width, indented)


def ends_sentence(text: str) -> bool:
    """Whether a text ends as a sentence does."""
    text = text.rstrip()
    while text and text[-1] in _CLOSING:
        if text[-1] in ")）]】" and "。" not in text[-4:]:
            return False
        text = text[:-1]
    return bool(text) and text[-1] in _TERMINAL


def join_broken(
    pieces: Sequence[Piece],
    doubts: list[Doubt],
    wrapping: Wrapping = Wrapping(),
    titles: frozenset[int] = frozenset(),
) -> list[Piece]:
    """Join what belongs to one paragraph.

    Args:
        pieces: In order; their texts keep the indentation of the source.
        doubts: Gets a notice for each paragraph that was broken between empty lines.
        wrapping: How the source breaks its lines.
        titles: Lines that are titles of documents and never join.
    """
    if wrapping.done:
        return [_stripped(piece) for piece in pieces]
    joined: list[Piece] = []
    last_line, last_text = 0, ""
    for piece in pieces:
        before = joined[-1] if joined else None
        if before is not None and _belongs(before, piece, (last_line, last_text), wrapping, titles):
            if not wrapping.width:
                doubts.append(
                    Doubt(
                        piece.line,
                        "joined-lines",
                        f"断开的段落已接到上一行：…{before.text[-8:]}|{piece.text.strip()[:8]}…",
                    )
                )
            joined[-1] = _join(before, piece)
        else:
            joined.append(piece)
        last_line, last_text = piece.line, piece.text
    return [_stripped(piece) for piece in joined]


def _belongs(
    before: Piece,
    piece: Piece,
    last: tuple[int, str],
    wrapping: Wrapping,
    titles: frozenset[int],
) -> bool:
    if before.type != "text" or piece.type != "text" or {before.line, piece.line} & titles:
        return False
    if before.heading or piece.heading or piece.label or piece.title or before.title:
        return False
    text = piece.text.strip()
    if (
        not text
        or begins_anew(text)
        or is_signing(text)
        or _STANDALONE.match(text)
        or _STANDALONE.match(before.text.strip())
    ):
        return False
    tail = before.text.rstrip()
    if wrapping.width and piece.line - last[0] == 1:
        if columns(last[1].rstrip()) < wrapping.width - 8:
            return False
        if piece.text[:1] in " \u3000" and wrapping.indented and not before.text[:1].strip():
            return False
        return not ends_sentence(tail) or (wrapping.indented and piece.text[:1] not in " \u3000")
    if len(tail.strip()) < _LONG or ends_sentence(tail) or _REFERENCE.match(before.text):
        return False
    if wrapping.width and piece.line - last[0] > 1:
        return False
    return not _FIELD.match(text) and not (len(text) < 16 and text[-1] not in "。，,;；、")


def begins_anew(text: str) -> bool:
    """Whether a line begins with a number or the trace of one."""
    mark = read_mark(text)
    if mark is not None and not mark.weak:
        return True
    return read_lost(text) is not None or bool(_REFERENCE.match(text))


def _join(before: Piece, piece: Piece) -> Piece:
    one, other = before.text.rstrip(), piece.text.strip()
    gap = "" if not one or is_cjk(one[-1]) or is_cjk(other[0]) else " "
    return replace(before, text=f"{one}{gap}{other}", runs=(), lines=(*before.lines, piece.line))


def _stripped(piece: Piece) -> Piece:
    if piece.type == "text" and piece.text != piece.text.strip():
        return replace(piece, text=piece.text.strip(" \t\u3000\n"))
    return piece

"""A document's title: what the source calls so, else a first line that reads like one."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from importer.joining import ends_sentence
from importer.lines import NUMBER_LINE, is_unit
from importer.marks import read_mark
from importer.model import Doubt
from importer.splitting import is_rule, is_title_like, names_document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from importer.model import Piece

DATE_LINE: Final = re.compile(
    r"^\s*(?:发布(?:时间|日期)[:：]\s*)?[12][0-9]{3}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?(?:\s+[0-9:]{4,8})?\s*$"
)
_NAME_NOISE: Final = re.compile(
    r"[\s_\-—]*(?:最终|终稿|定稿|修订稿?|修改稿?|副本|复件|新建|扫描件|[vV][0-9.]+|[（(][0-9]{1,2}[)）])+[0-9]*$"
)
_RED_HEAD: Final = re.compile(r"^([\u4e00-\u9fff（）()]{2,30}?)\s*文\s*件$")
_FIELD_LINE: Final = re.compile(r"^\S{2,8}\s*[:：].{0,60}$")
_STYLED: Final = 12
_LOOKED_AT: Final = 6
_MOST_LINES: Final = 4
_LONGEST: Final = 40
_LONGEST_NAMED: Final = 70


@dataclass(slots=True)
class Title:
    """A title, its line in the source (0: none stands there), and the pieces left for the text.

    `fields` is the front matter that the lines above and below the title give.
    """

    text: str
    line: int
    pieces: list[Piece]
    fields: dict[str, object] = field(default_factory=dict)


def take_title(pieces: list[Piece], given: str, name: str, doubts: list[Doubt]) -> Title:
    """Take the title off a document's pieces.

    Args:
        pieces: All of the document.
        given: The title that the file's properties name.
        name: The file's name, for want of anything better.
        doubts: Gets a notice for each line that went elsewhere than the text.
    """
    at = _place(pieces)
    if at is None:
        title = given
        if not title:
            title = name_title(name)
            doubts.append(Doubt(0, "title-from-name", f"文中没有题目，用文件名“{title}”代替。"))
        return _with_number(Title(title, 0, pieces), 0, doubts)
    end = _end(pieces, at)
    title = clean_title("".join(piece.text for piece in pieces[at:end]))
    line = pieces[at].line
    if given and names_document(given) and not names_document(title):
        title, end = given, at
    found = Title(title, line, [])
    above = _above(pieces[:at], found.fields, doubts)
    found.pieces = [*above, *pieces[end:]]
    return _with_number(found, len(above), doubts)


def name_title(name: str) -> str:
    """A title from a file's name: without extension, copy marks and version words."""
    stem = PurePath(name).stem
    return _NAME_NOISE.sub("", stem).strip(" _-—") or stem or "未命名"


def clean_title(text: str) -> str:
    """A title without white space inside Chinese and without marks around all of it."""
    title = re.sub(r"\s+", "" if re.search(r"[\u4e00-\u9fff]", text) else " ", text.strip())
    return (
        title.removeprefix("《").removesuffix("》")
        if title.count("《") == 1 and title.endswith("》")
        else title
    )


def _place(pieces: Sequence[Piece]) -> int | None:
    """Where the title stands, or begins."""
    for at, piece in enumerate(pieces[:_STYLED]):
        if piece.title and piece.text.strip():
            return at
    for at in range(1, min(_LOOKED_AT, len(pieces))):
        if not _FIELD_LINE.match(pieces[at - 1].text.strip()):
            break
        if _names(pieces, at):
            return at
    first = next(
        (at for at, piece in enumerate(pieces[:_MOST_LINES]) if not _is_before(piece)), None
    )
    if first is None or not _could_be(pieces, first):
        return None
    if not names_document(pieces[first].text):
        for at in range(first + 1, min(first + _LOOKED_AT, len(pieces) - 1)):
            if all(_is_head(pieces[i]) for i in range(first, at)) and _names(pieces, at):
                return at
    return first


def _is_before(piece: Piece) -> bool:
    """Lines that are no title but may stand above one: dates, rules, empty ones."""
    return (piece.type == "text" and (
        not piece.text.strip() or bool(DATE_LINE.match(piece.text)) or is_rule(piece)
    )) or piece.type == "rule"  # fmt: skip


def _could_be(pieces: Sequence[Piece], at: int) -> bool:
    piece = pieces[at]
    text = piece.text.strip()
    if piece.type != "text" or piece.label or at + 1 >= len(pieces):
        return False
    mark = read_mark(text)
    if names_document(text) and len(text) <= _LONGEST_NAMED:
        return not ends_sentence(text) and (mark is None or mark.weak)
    return is_title_like(text) and len(text) <= _LONGEST


def _names(pieces: Sequence[Piece], at: int) -> bool:
    return _could_be(pieces, at) and names_document(pieces[at].text)


def _is_head(piece: Piece) -> bool:
    """A line above a title: the issuer, its red head, the document's number."""
    text = piece.text.strip()
    return piece.type == "text" and bool(
        is_unit(text) or _RED_HEAD.match(text) or NUMBER_LINE.match(text) or is_rule(piece)
    )


def _end(pieces: Sequence[Piece], at: int) -> int:
    """Behind the title's last line: a styled title may take several, and so may a centred one."""
    end = at + 1
    while pieces[at].title and end < min(len(pieces), at + _MOST_LINES) and pieces[end].title:
        end += 1
    following = pieces[end] if end < len(pieces) - 1 else None
    broken = (
        end == at + 1
        and following is not None
        and pieces[at].centered
        and following.centered
        and not names_document(pieces[at].text)
        and not ends_sentence(pieces[at].text)
        and _names(pieces, end)
    )
    return end + 1 if broken else end


def _above(pieces: Sequence[Piece], fields: dict[str, object], doubts: list[Doubt]) -> list[Piece]:
    """What stands above the title and is text; the issuer goes to the front matter."""
    kept = []
    for piece in pieces:
        text = piece.text.strip()
        head = _RED_HEAD.match(text)
        unit = head[1] if head else text if piece.type == "text" and is_unit(text) else ""
        if unit:
            fields["发布单位"] = re.sub(r"\s+", "", unit)
            doubts.append(
                Doubt(piece.line, "letterhead-to-fields", f"题目上方的单位写入信息表：{text}")
            )
        else:
            kept.append(piece)
    return kept


def _with_number(title: Title, above: int, doubts: list[Doubt]) -> Title:
    """Without the line of the document's number, which the front matter holds."""
    for at, piece in enumerate(title.pieces[: above + 2]):
        match = NUMBER_LINE.match(piece.text) if piece.type == "text" else None
        if match is None:
            continue
        title.fields["编号"] = re.sub(r"\s+", "", match[1])
        title.pieces = [*title.pieces[:at], *title.pieces[at + 1 :]]
        doubts.append(
            Doubt(piece.line, "number-to-fields", f"文号写入信息表：{piece.text.strip()}")
        )
        break
    return title

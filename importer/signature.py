"""The signature at the end of a text: who issued it and the day, for the front matter."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from importer.facts import department_of
from importer.joining import ends_sentence
from importer.lines import DAY_LINE, SIGNED_LINE, is_unit, iso_day
from importer.marks import read_mark
from importer.model import Doubt
from importer.splitting import is_title_like, names_document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from importer.model import Piece

_STAMP: Final = re.compile(r"\s*[（(]\s*(?:盖章|公章|印章|章)\s*[)）]$")
_AFTER: Final = re.compile(r"^(?:附[件表录图]?\s*[:：0-9一二三四五六七八九十]|附[件表录图]$|抄送|抄报|主题词|共印|印发)")  # fmt: skip  # noqa: E501
_SOUND_NAMES: Final = re.compile(r"(?:公司|集团|委员会|办公室|政府|[分支总]行)$")
_COMPANY: Final = re.compile(r"^.*(?:公司|集团|银行|[分支]行|学校|医院|局|厂)(?=.)")
_MOST_UNITS: Final = 3
_SEARCHED: Final = 40


@dataclass(slots=True, frozen=True)
class Signature:
    """Who signed, and the day as ISO; both empty where a text has no signature."""

    units: tuple[str, ...] = ()
    day: str = ""

    @property
    def fields(self) -> dict[str, object]:
        """The front matter that the signature gives."""
        found: dict[str, object] = {}
        if self.units:
            found["发布单位"] = "、".join(self.units)
        if self.day:
            found["发布日期"] = self.day
        return found

    @property
    def department(self) -> str:
        """The department that signed, without its company; empty where a company did."""
        unit = _COMPANY.sub("", self.units[-1]) if self.units else ""
        return unit if unit and department_of(unit) == unit else ""


@dataclass(slots=True)
class _Block:
    """Where a signature stands: its pieces, and whether the text ends with it."""

    first: int
    last: int
    units: list[str] = field(default_factory=list)
    day: str = ""
    at_end: bool = True


def take_signature(pieces: list[Piece], doubts: list[Doubt]) -> tuple[list[Piece], Signature]:
    """The pieces without the signature that ends them; its words go into a notice.

    A signature above a text that follows (the notice that comes with a rule) is read and stays.
    """
    block = _find(pieces)
    if block is None:
        return pieces, Signature()
    signature = Signature(tuple(block.units), block.day)
    if not block.at_end:
        return pieces, signature
    taken = pieces[block.first : block.last + 1]
    words = "；".join(piece.text.strip() for piece in taken)
    doubts.append(
        Doubt(taken[0].line, "signature-to-fields", f"落款写入信息表，没有放进正文：{words}")
    )
    return [*pieces[: block.first], *pieces[block.last + 1 :]], signature


def _find(pieces: Sequence[Piece]) -> _Block | None:
    for at in range(len(pieces) - 1, max(0, len(pieces) - _SEARCHED), -1):
        following = pieces[at + 1] if at + 1 < len(pieces) else None
        at_end = following is None or bool(_AFTER.match(following.text.strip()))
        if not at_end and not _begins_text(following):
            continue
        block = _block_at(pieces, at)
        if block is not None:
            block.at_end = at_end
            return block
    return None


def _begins_text(piece: Piece | None) -> bool:
    """Whether a piece is the title of a text that a notice comes with."""
    return piece is not None and is_title_like(piece.text) and names_document(piece.text)


def _block_at(pieces: Sequence[Piece], at: int) -> _Block | None:
    """The signature whose last line is this piece."""
    text = pieces[at].text
    if not _is_plain(pieces[at]):
        return None
    if both := SIGNED_LINE.match(text):
        day = iso_day(both[2])
        return _Block(at, at, [_name(both[1])], day) if day else None
    if dated := DAY_LINE.match(text):
        day = iso_day(dated[1])
        return _with_units(pieces, at, day) if day else None
    if not is_unit(text) or not _SOUND_NAMES.search(_name(text)):
        return None
    before = pieces[at - 1]
    return _Block(at, at, [_name(text)]) if at > 1 and ends_sentence(before.text) else None


def _with_units(pieces: Sequence[Piece], at: int, day: str) -> _Block | None:
    """A day and the units above it; below a person's name or a blank it is no issuer's."""
    block = _Block(at, at, day=day)
    while (
        block.first > 1
        and len(block.units) < _MOST_UNITS
        and _is_plain(pieces[block.first - 1])
        and is_unit(pieces[block.first - 1].text)
    ):
        block.first -= 1
        block.units.insert(0, _name(pieces[block.first].text))
    return None if not block.units and _is_signer(pieces[block.first - 1]) else block


def _is_signer(piece: Piece) -> bool:
    """Whether a line is the name of a person, or a place to sign."""
    text = piece.text.rstrip(" \t\u3000_")
    if piece.type != "text" or read_mark(text) is not None:
        return False
    return text.endswith((":", "：")) or not ends_sentence(text)


def _is_plain(piece: Piece) -> bool:
    return piece.type == "text" and not piece.label and not piece.heading and not piece.title


def _name(text: str) -> str:
    return _STAMP.sub("", re.sub(r"[\s\u3000]+", "", text))

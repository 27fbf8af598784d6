"""Folding: traditional to simplified, full width to half width, upper to lower case.

Every character is folded to exactly one character, so an offset in the folded text is the same
offset in the text as written: highlights stand right without a map. The table is made once with
OpenCC when an index is built and is frozen with the index, so a query never loads OpenCC.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

# Same-length pairs that a table of single characters cannot know.
_PHRASES: Final = {
    "答覆": "答复",
    "回覆": "回复",
    "反覆": "反复",
    "批覆": "批复",
    "家俱": "家具",
    "计画": "计划",
    "身分": "身份",
    "帐户": "账户",
    "帐号": "账号",
    "帐单": "账单",
    "帐目": "账目",
    "帐款": "账款",
    "对帐": "对账",
    "转帐": "转账",
    "记帐": "记账",
}
_ZHE: Final = "意味|随|按|沿|凭|本|看|带|跟|有|接|存在|关系|围绕|朝|向|拿|抱|伴随|面临|穿|站|坐|当"
_PATTERN: Final = re.compile("|".join(_PHRASES) + f"|(?:{_ZHE})著(?![作名书述者])")
# No phrase of the pattern is without one of these: most texts need not be looked through with it.
_MARKS: Final = ("覆", "家俱", "计画", "身分", "帐", "著")
_LONG: Final = 40
_CODES: Final = 0x110000
_IDEOGRAPHS: Final = ((0x3400, 0xA000), (0xF900, 0xFB00), (0x20000, 0x2A6E0))
_WIDE: Final = ((0xFF01, 0xFF5F), (0xFFE0, 0xFFE7))


class Folder:
    """Folds text with a frozen table; the length never changes."""

    def __init__(self, source: str, target: str) -> None:
        """Take the table as two strings of equal length.

        Raises:
            ValueError: The strings differ in length.
        """
        if len(source) != len(target):
            raise ValueError("a folding table needs two strings of equal length")
        self.source = source
        self.target = target
        self._table = str.maketrans(source, target)

    def __call__(self, text: str) -> str:
        """The folded text, character for character."""
        folded = self._long(text) if len(text) >= _LONG else text.translate(self._table)
        if any(mark in folded for mark in _MARKS):
            return _PATTERN.sub(_replace, folded)
        return folded

    def _long(self, text: str) -> str:
        """The characters of a longer text, all at once."""
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
        return self._codes.take(codes).tobytes().decode("utf-32-le", "surrogatepass")

    @cached_property
    def _codes(self) -> Array:
        """The table as an array: to what code each code is folded."""
        codes = np.arange(_CODES, dtype="<u4")
        source, target = (
            np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
            for text in (self.source, self.target)
        )
        codes[source] = target
        return codes

    @classmethod
    @cache
    def build(cls) -> Folder:
        """Make the table from OpenCC and the Unicode database."""
        pairs = _variants() | _case_and_width()
        return cls("".join(pairs), "".join(pairs.values()))


def _replace(match: re.Match[str]) -> str:
    text = match.group()
    return _PHRASES.get(text) or text[:-1] + "着"


def _variants() -> dict[str, str]:
    """Traditional characters and compatibility ideographs with their simplified forms."""
    from opencc import OpenCC  # noqa: PLC0415

    characters = [chr(code) for first, last in _IDEOGRAPHS for code in range(first, last)]
    folded = OpenCC("t2s").convert("\n".join(characters)).split("\n")
    pairs = {}
    for character, simple in zip(characters, folded, strict=True):
        plain = unicodedata.normalize("NFKC", simple)
        if plain != character and len(plain) == 1:
            pairs[character] = plain
    return pairs


def _case_and_width() -> dict[str, str]:
    """Full-width forms and capitals with the plain small characters."""
    pairs = {"\u3000": " "}
    for first, last in _WIDE:
        for code in range(first, last):
            plain = unicodedata.normalize("NFKC", chr(code)).lower()
            if len(plain) == 1:
                pairs[chr(code)] = plain
    for code in range(0x41, 0x530):
        lower = chr(code).lower()
        if lower != chr(code) and len(lower) == 1:
            pairs[chr(code)] = lower
    return pairs

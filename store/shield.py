"""Inserted values pass through the Markdown parser untouched.

A value that a Jinja body inserts may hold anything: a bar, a hash, a star, a line end. Each such
character is replaced by its twin in Unicode's plane 15 (private use), which no parser rule knows,
and put back when the plain text of a block is made. So a value can never break a table, begin a
list or pass for a clause number. Figures and blanks travel as noncharacter tokens.
"""

from __future__ import annotations

import re
from typing import Final

from store.markers import ENCLOSED
from store.numerals import CIRCLED

LINE_END: Final = "\n"
_BASE: Final = 0xF0000
_SHIELDED: Final = (
    "".join(chr(code) for code in range(33, 127) if not chr(code).isalnum())
    + " \t\u00a0\u3000"
    + LINE_END
    + "（）、第．："
    + CIRCLED
    + ENCLOSED
)
_TWINS: Final = {ord(char): chr(_BASE + ord(char)) for char in _SHIELDED}
# Noncharacters are our own tokens; control characters are none of XML's.
_DROPPED: Final = (*range(0xFDD0, 0xFDF0), *range(9), *range(11, 13), *range(14, 32), 127)
_TABLE: Final = _TWINS | dict.fromkeys(_DROPPED, "")
_BACK: Final = {ord(twin): chr(code) for code, twin in _TWINS.items()}
_PRIVATE: Final = re.compile("[\U000f0000-\U000ffffd]")

FIGURE: Final = re.compile("\ufdd2([0-9]+)\ufdd3")
BLANK: Final = re.compile("\ufdd4([0-9]+)\ufdd5")


def shield(value: str) -> str:
    """Replace every character that could mean something to the parser by its twin."""
    if "\r" in value:
        value = value.replace("\r\n", LINE_END).replace("\r", LINE_END)
    return value.translate(_TABLE)


def unshield(text: str) -> str:
    """Put the real characters back."""
    if text.isascii() or not _PRIVATE.search(text):
        return text
    return text.translate(_BACK)


def figure_token(index: int) -> str:
    """The stand-in of the figure with this index; on a line of its own it becomes a block."""
    return f"\ufdd2{index}\ufdd3"


def blank_token(width: int) -> str:
    """The stand-in of a place to fill by hand, `width` characters wide."""
    return f"\ufdd4{width}\ufdd5"

"""Inserted values pass through the Markdown parser untouched.

A value that a Jinja body inserts may hold anything: a bar, a hash, a star, a line end. Each such
character is replaced by its twin in Unicode's plane 15 (private use), which no parser rule knows,
and put back when the plain text of a block is made. So a value can never break a table, begin a
list or pass for a clause number. Figures and blanks travel as noncharacter tokens.
"""

from __future__ import annotations

import re
from typing import Final

from store.numerals import CIRCLED

_BASE: Final = 0xF0000
_SHIELDED: Final = (
    "".join(chr(code) for code in range(33, 127) if not chr(code).isalnum())
    + " \t\n（）、第．\u3000"
    + CIRCLED
)
_DROPPED: Final = (*range(0xFDD0, 0xFDF0), 2, 3)
_TABLE: Final = {
    **{ord(char): chr(_BASE + ord(char)) for char in _SHIELDED},
    **dict.fromkeys(_DROPPED),
}
_TWIN: Final = re.compile("[\U000f0000-\U000ffffd]")

FIGURE: Final = re.compile("\ufdd2([0-9]+)\ufdd3")
BLANK: Final = re.compile("\ufdd4([0-9]+)\ufdd5")


def shield(value: str) -> str:
    """Replace every character that could mean something to the parser by its twin."""
    return value.replace("\r\n", "\n").translate(_TABLE)


def unshield(text: str) -> str:
    """Put the real characters back."""
    if text.isascii() or not _TWIN.search(text):
        return text
    return _TWIN.sub(lambda match: chr(ord(match[0]) - _BASE), text)


def figure_token(index: int) -> str:
    """The stand-in of the figure with this index; on a line of its own it becomes a block."""
    return f"\ufdd2{index}\ufdd3"


def blank_token(width: int) -> str:
    """The stand-in of a place to fill by hand, `width` characters wide."""
    return f"\ufdd4{width}\ufdd5"

"""Pinyin of characters, without tones, for typing and for typing mistakes.

The table is made once with pypinyin when an index is built, and frozen with it. A query loads it
only when it is needed (Latin letters, or a word that the library does not have).
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections import defaultdict
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_FIRST: Final = 0x4E00
_LAST: Final = 0x9FA6
_READINGS_KEPT: Final = 2
_MOST_VARIANTS: Final = 4
_WORDS_KEPT: Final = 10
_FUZZY: Final = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"))


def build_readings(frequencies: Mapping[str, int]) -> dict[str, object]:
    """The readings of ideographs, and the library's words by how they sound.

    Args:
        frequencies: The words of the library and how frequent each is.
    """
    rows = _character_rows()
    readings = Readings({"first": _FIRST, "readings": rows})
    spelled: defaultdict[str, list[str]] = defaultdict(list)
    initials: defaultdict[str, list[str]] = defaultdict(list)
    for word in sorted(frequencies, key=lambda word: (-frequencies[word], word)):
        for key in {fuzzy("".join(syllables)) for syllables in readings.spellings(word)}:
            spelled[key].append(word)
        initials[readings.initials(word)].append(word)
    return {
        "first": _FIRST,
        "readings": rows,
        "spelled": _lines(spelled),
        "initials": _lines(initials),
    }


def _lines(words: Mapping[str, list[str]]) -> str:
    lines = (f"{key} {' '.join(found[:_WORDS_KEPT])}" for key, found in words.items())
    return "\n".join(sorted(lines))


def _character_rows() -> str:
    """For each ideograph its usual readings, in order of codes."""
    from pypinyin.pinyin_dict import pinyin_dict  # noqa: PLC0415

    rows = []
    for code in range(_FIRST, _LAST):
        spelled = str(pinyin_dict.get(code, "")).split(",")
        plain = dict.fromkeys(_without_tone(reading) for reading in spelled if reading)
        rows.append(" ".join(list(plain)[:_READINGS_KEPT]))
    return "\n".join(rows)


def _without_tone(reading: str) -> str:
    umlaut = unicodedata.normalize("NFD", reading).replace("u\u0308", "v")
    return "".join(c for c in umlaut if c.isascii() and c.isalpha()).lower()


class WordsBySound:
    """The words of each spelling; a question asks for a few of many thousand.

    Args:
        lines: A spelling and its words each, in order.
    """

    def __init__(self, lines: str) -> None:
        """Keep the lines."""
        self._lines = lines.split("\n")
        self._lines.sort()  # as they should be: this takes a millisecond

    def get(self, spelling: str) -> list[str]:
        """The words of a spelling, none for one that no word has."""
        key = f"{spelling} "
        at = bisect_left(self._lines, key)
        found = at < len(self._lines) and self._lines[at].startswith(key)
        return self._lines[at].split(" ")[1:] if found else []


class Readings:
    """Looks up how words are read."""

    def __init__(self, value: Mapping[str, object]) -> None:
        """Take the table as `build_readings` made it."""
        self._first = int(str(value["first"]))
        self._rows = str(value["readings"]).split("\n")
        self._value = value

    @cached_property
    def spelled(self) -> WordsBySound:
        """The library's words by fuzzy spelling, the most frequent first."""
        return WordsBySound(str(self._value.get("spelled", "")))

    @cached_property
    def by_initials(self) -> WordsBySound:
        """The library's words by the first letters of their syllables."""
        return WordsBySound(str(self._value.get("initials", "")))

    def character(self, character: str) -> list[str]:
        """The readings of a character; a letter or digit reads as itself."""
        at = ord(character) - self._first
        if 0 <= at < len(self._rows):
            return self._rows[at].split()
        return [character] if character.isascii() and character.isalnum() else []

    def spellings(self, word: str) -> Iterator[tuple[str, ...]]:
        """The ways to spell a word, the usual one first; none when a character has no reading."""
        choices = [self.character(character) for character in word]
        if all(choices):
            for number, spelling in enumerate(product(*choices)):
                if number == _MOST_VARIANTS:
                    return
                yield spelling

    def initials(self, word: str) -> str:
        """The first letters of the usual spelling."""
        return "".join(
            readings[0][0] for character in word if (readings := self.character(character))
        )


def fuzzy(spelling: str) -> str:
    """A spelling with the sounds made equal that many speakers do not tell apart."""
    for sound, plain in _FUZZY:
        spelling = spelling.replace(sound, plain)
    return spelling

"""What becomes a term: words by rjieba, and pairs of neighbouring characters.

Words rank; pairs (grams) find every part of a word and every quoted phrase exactly. Both are taken
from folded text. The segmenter's own words are frozen with the index: the same text must give the
same words when it is searched as when it was indexed.

A gram is a number: the first character's code shifted by 21 bits plus the second one's, 0 for a
character that stands alone between punctuation.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rjieba import Jieba

ANALYSIS_VERSION: Final = 1
SHIFT: Final = 21
MASK: Final = (1 << SHIFT) - 1
_ASTRAL: Final = 0x10000


# Importing rjieba loads its dictionary, 0.15 s, and each further segmenter loads it again.
_lent = Lock()


def _new_jieba() -> Jieba:
    """The segmenter that the import made, once; the next ones have dictionaries of their own."""
    import rjieba  # noqa: PLC0415 - loads a dictionary

    if _lent.acquire(blocking=False):
        return getattr(rjieba, "_DEFAULT_JIEBA", None) or rjieba.Jieba()
    return rjieba.Jieba()


class Segmenter:
    """Cuts folded text into words; the dictionary is loaded at the first cut."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        """Keep the words that join the built-in dictionary."""
        self._words = tuple(words)
        self._jieba: Jieba | None = None

    def _load(self) -> Jieba:
        if self._jieba is None:
            jieba = _new_jieba()
            for word in self._words:
                jieba.add_word(word, None, None)
            self._jieba = jieba
        return self._jieba

    def search_words(self, text: str) -> list[str]:
        """Words with their sub-words, punctuation included."""
        return self._load().cut_for_search(text)

    def words(self, text: str) -> list[tuple[str, int, int]]:
        """The words of one cut with their offsets, punctuation left out."""
        return [piece for piece in self._load().tokenize(text) if is_word(piece[0])]

    def is_real(self, text: str) -> bool:
        """Whether the dictionary holds a text as one word."""
        return self._load().cut(text, False) == [text]

    def all_words(self, text: str) -> list[tuple[str, int, int]]:
        """Words and sub-words with their offsets, punctuation left out."""
        found = self._load().tokenize(text, "search")
        return [piece for piece in found if is_word(piece[0])]


def is_word(text: str) -> bool:
    """Whether a piece holds at least one letter, digit or ideograph."""
    return any(is_word_character(character) for character in text)


def is_word_character(character: str) -> bool:
    """Letters, digits, ideographs, and everything beyond the basic plane."""
    return character.isalnum() or ord(character) >= _ASTRAL


def gram_code(pair: str) -> int:
    """The number of a pair, or of a character that stands alone."""
    second = ord(pair[1]) if len(pair) > 1 else 0
    return ord(pair[0]) << SHIFT | second


def gram_text(code: int) -> str:
    """The characters of a gram's number."""
    second = code & MASK
    return chr(code >> SHIFT) + (chr(second) if second else "")


def grams(text: str) -> list[tuple[str, int]]:
    """The grams of folded text with their offsets."""
    marks = [is_word_character(character) for character in text]
    found = []
    for at, mark in enumerate(marks):
        if not mark:
            continue
        after = at + 1 < len(text) and marks[at + 1]
        if after:
            found.append((text[at : at + 2], at))
        elif at == 0 or not marks[at - 1]:
            found.append((text[at], at))
    return found

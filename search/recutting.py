"""Where the segmenter cut across a word of the library, the library is right.

`移机要多久` is cut into 移, 机要, 多久; the library knows no 机要, but 移机.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from search.segment import WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from search.corpus import Corpus

    Piece = tuple[str, int, int]

_LONGEST: Final = 4


def recut(cut: Sequence[Piece], corpus: Corpus) -> list[Piece]:
    """The pieces, cut anew around words that the library does not have."""
    pieces = list(cut)
    at = 0
    while at < len(pieces):
        word = pieces[at][0]
        if 2 <= len(word) <= _LONGEST and not corpus.frequency(WORDS, word):
            low, high = _neighbours(pieces, at)
            better = _better(pieces[low:high], corpus)
            if better:
                pieces[low:high] = better
                at = low + len(better) - 1
        at += 1
    return pieces


def _neighbours(pieces: Sequence[Piece], at: int) -> tuple[int, int]:
    """The range of a piece with those that touch it."""
    low = at - 1 if at and pieces[at - 1][2] == pieces[at][1] else at
    after = at + 1
    high = after + 1 if after < len(pieces) and pieces[after][1] == pieces[at][2] else after
    return low, high


def _better(pieces: Sequence[Piece], corpus: Corpus) -> list[Piece]:
    """Another cut of the same text in which more stands in words of the library."""
    text, start = "".join(word for word, _, _ in pieces), pieces[0][1]

    def known(word: str) -> int:
        return len(word) if len(word) > 1 and corpus.frequency(WORDS, word) else 0

    @lru_cache(None)
    def best(at: int) -> tuple[int, int, tuple[str, ...]]:
        if at == len(text):
            return 0, 0, ()
        found = []
        for end in range(at + 1, min(at + _LONGEST, len(text)) + 1):
            word = text[at:end]
            if len(word) == 1 or known(word):
                covered, fewer, rest = best(end)
                found.append((covered + known(word), fewer - 1, (word, *rest)))
        return max(found, key=lambda one: one[:2])

    covered, _, words = best(0)
    if covered <= sum(known(word) for word, _, _ in pieces):
        return []
    result = []
    for word in words:
        result.append((word, start, start + len(word)))
        start += len(word)
    return result

"""Everyday words and the official terms that say the same.

`lexicon.tsv` in this package, overlaid by `lexicon.tsv` at the root of a workspace. A line is an
everyday word, a tab, and official terms with blanks between them; a line without terms takes a
built-in word out.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

FILE_NAME: Final = "lexicon.tsv"
_LONGEST_NAME: Final = 6


class Expansion(NamedTuple):
    """An everyday word found in a query, where it stands, and its official terms."""

    word: str
    start: int
    terms: tuple[str, ...]


class Lexicon:
    """The words, looked up in a query by the longest that fits."""

    def __init__(self, entries: Mapping[str, tuple[str, ...]]) -> None:
        """Take the words with their terms."""
        self.entries = dict(entries)
        self._lengths: dict[str, list[int]] = {}
        for word in self.entries:
            if word:
                lengths = self._lengths.setdefault(word[0], [])
                if len(word) not in lengths:
                    lengths.append(len(word))
        for lengths in self._lengths.values():
            lengths.sort(reverse=True)

    @classmethod
    def load(cls, root: Path | None = None) -> Lexicon:
        """The built-in lexicon with a workspace's own entries over it."""
        entries = dict(_built_in())
        if root is not None:
            for word, terms in _read(root / FILE_NAME).items():
                if terms:
                    entries[word] = terms
                else:
                    entries.pop(word, None)
        return cls(entries)

    def folded(self, fold: Callable[[str], str]) -> Lexicon:
        """The same lexicon in folded characters."""
        lines = "\n".join(f"{word}\t{' '.join(terms)}" for word, terms in self.entries.items())
        pairs = (line.partition("\t") for line in fold(lines).split("\n") if line)
        return Lexicon({word: tuple(terms.split(" ")) for word, _, terms in pairs})

    def find(self, folded: str, edges: frozenset[int]) -> list[Expansion]:
        """The everyday words in a folded query.

        Args:
            folded: The query.
            edges: Where words begin or end; a word of two characters must begin or end there.
        """
        found = []
        at = 0
        while at < len(folded):
            word = self._longest(folded, at, edges)
            if word:
                terms = tuple(t for t in self.entries[word] if t not in folded and word not in t)
                if terms:
                    found.append(Expansion(word, at, terms))
            at += len(word) or 1
        return found

    def _longest(self, folded: str, at: int, edges: frozenset[int]) -> str:
        for length in self._lengths.get(folded[at], ()):
            word = folded[at : at + length]
            if word in self.entries and (length > 2 or at in edges or at + length in edges):
                return word
        return ""

    def segmenter_words(self) -> Iterator[str]:
        """Short official terms that should be one word."""
        for terms in self.entries.values():
            yield from (term for term in terms if 2 <= len(term) <= _LONGEST_NAME)


@lru_cache(1)
def _built_in() -> dict[str, tuple[str, ...]]:
    return _read(Path(__file__).with_name(FILE_NAME))


def _read(path: Path) -> dict[str, tuple[str, ...]]:
    try:
        text = path.read_bytes().decode("utf-8-sig", "replace")
    except OSError:
        return {}
    entries = {}
    for line in text.splitlines():
        word, _, terms = line.partition("\t")
        if word.strip() and not line.startswith("#"):
            entries[word.strip()] = tuple(terms.split())
    return entries

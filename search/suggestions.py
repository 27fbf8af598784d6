"""Suggestions while typing: titles, posts, clause headings, frequent words of the library."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from search.analysis import is_word_character
from search.segment import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from search.generation import Generation
    from search.spelling import Speller

_WORDS_LOOKED_AT: Final = 400
_LONGEST: Final = 40
_KINDS: Final = ("title", "position", "heading", "word")


@dataclass(frozen=True)
class Suggestion:
    """Something the user may be about to type.

    Attributes:
        text: What to put into the field.
        kind: `title`, `position`, `heading` or `word`.
        id: The document, for titles.
    """

    text: str
    kind: str
    id: str | None = None

    def to_json(self) -> dict[str, object]:
        """For the web."""
        return {"text": self.text, "kind": self.kind, "id": self.id}


class Suggester:
    """Completes what is being typed, in characters, pinyin or initials."""

    def __init__(self, generation: Generation, speller: Speller) -> None:
        """Suggest from this generation."""
        self._generation = generation
        self._speller = speller
        self._fold = generation.analysis.folder

    @cached_property
    def _names(self) -> list[tuple[str, Suggestion]]:
        """Folded names with their suggestions: titles, posts, headings."""
        found: dict[tuple[str, str], Suggestion] = {}
        for row in self._generation.table.rows:
            found.setdefault((row.title, "title"), Suggestion(row.title, "title", row.id))
            if row.position:
                found.setdefault((row.position, "position"), Suggestion(row.position, "position"))
        for heading in self._headings():
            found.setdefault((heading, "heading"), Suggestion(heading, "heading"))
        return [(self._fold(text), suggestion) for (text, _), suggestion in found.items()]

    def _headings(self) -> Iterator[str]:
        seen: set[str] = set()
        for segment in self._generation.segments:
            for unit in range(segment.units):
                path = str(segment.info(unit)[2])
                if path and path not in seen:
                    seen.add(path)
                    heading = path.rpartition(" / ")[2]
                    yield heading.split("、", 1)[-1].split(" ", 1)[-1]

    @cached_property
    def _initials(self) -> list[str]:
        return [self._speller.readings.initials(name) for name, _ in self._names]

    def suggest(self, prefix: str, limit: int) -> list[Suggestion]:
        """The likeliest completions: names that begin so, words, names that hold it."""
        typed = self._fold(prefix).strip()[:_LONGEST]
        if not any(is_word_character(character) for character in typed):
            return []
        found = self._begin(typed) + self._words(typed) + self._inside(typed)
        if typed.isascii():
            found += self._spelled(typed)
        unique = {suggestion.text: suggestion for suggestion in reversed(found)}
        ordered = [s for s in dict.fromkeys(found) if unique[s.text] == s]
        return ordered[:limit]

    def _begin(self, typed: str) -> list[Suggestion]:
        found = [s for name, s in self._names if name.startswith(typed)]
        found.sort(key=lambda s: (_KINDS.index(s.kind), len(s.text)))
        return found

    def _inside(self, typed: str) -> list[Suggestion]:
        found = [s for name, s in self._names if typed in name[1:]]
        found.sort(key=lambda s: (_KINDS.index(s.kind), len(s.text)))
        return found

    def _words(self, typed: str) -> list[Suggestion]:
        counts: dict[str, int] = {}
        for segment in self._generation.segments:
            field = segment.fields[WORDS]
            first, last = field.vocabulary.prefix(typed)
            numbers = range(first, min(last, first + _WORDS_LOOKED_AT))
            for number in numbers:
                word = field.vocabulary.text(number)
                counts[word] = counts.get(word, 0) + field.frequency(number)
        words = [word for word in counts if len(word) > len(typed)]
        words.sort(key=lambda word: -counts[word])
        return [Suggestion(word, "word") for word in words[:5]]

    def _spelled(self, typed: str) -> list[Suggestion]:
        letters = "".join(character for character in typed if character.isalnum())
        names = [
            suggestion
            for (_, suggestion), initials in zip(self._names, self._initials, strict=True)
            if len(letters) > 1 and initials.startswith(letters)
        ]
        names.sort(key=lambda s: (_KINDS.index(s.kind), len(s.text)))
        return names + [Suggestion(word, "word") for word in self._speller.spelled(letters)]

"""Suggestions while typing: past queries, titles, posts, clause headings, words of the library."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, islice
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from search.analysis import is_word_character
from search.segment import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from search.generation import Generation
    from search.past_queries import PastQueries
    from search.segment import Segment
    from search.spelling import Speller

    Array = NDArray[Any]

_LONGEST: Final = 40
_PAST: Final = 3
_WORDS: Final = 5
# A unit's record is [clause, anchor, heading, line, parts]; see `search.inversion`.
_STRING: Final = rb'"(?:[^"\\]|\\.)*"'
_HEADING: Final = re.compile(rb'\[(?:null|%s),%s,"((?:[^"\\]|\\.)+)"' % (_STRING, _STRING))
_NUMERAL: Final = "[0-9一二三四五六七八九十百]+"
_NUMBER: Final = re.compile(f"^(?:第{_NUMERAL}[编章节条] *|{_NUMERAL}[、.]|（{_NUMERAL}）)")


@dataclass(frozen=True)
class Suggestion:
    """Something the user may be about to type.

    Attributes:
        text: What to put into the field.
        kind: `query`, `title`, `position`, `heading` or `word`.
        id: The document, for titles.
    """

    text: str
    kind: str
    id: str | None = None

    def to_json(self) -> dict[str, object]:
        """For the web."""
        return {"text": self.text, "kind": self.kind, "id": self.id}


class _Names:
    """Names of one sort, the shortest first, in one text that is searched as a whole."""

    def __init__(self, suggestions: Iterable[Suggestion], folded: Sequence[str]) -> None:
        pairs = sorted(zip(folded, suggestions, strict=True), key=lambda pair: len(pair[0]))
        self._suggestions = [suggestion for _, suggestion in pairs]
        self._keys = [key for key, _ in pairs]
        self._text, self._starts = _joined(self._keys)

    def beginning(self, typed: str) -> Iterator[Suggestion]:
        """Those that begin so."""
        return self._at(_found(self._text, self._starts, "\n" + typed))

    def holding(self, typed: str) -> Iterator[Suggestion]:
        """Those that hold it anywhere."""
        return self._at(_found(self._text, self._starts, typed))

    def spelled(self, letters: str, speller: Speller) -> Iterator[Suggestion]:
        """Those whose syllables begin with these letters."""
        if not hasattr(self, "_initials"):
            self._initials = _joined([speller.readings.initials(key) for key in self._keys])
        return self._at(_found(*self._initials, "\n" + letters))

    def _at(self, numbers: Iterator[int]) -> Iterator[Suggestion]:
        return (self._suggestions[number] for number in numbers)


def _joined(keys: Sequence[str]) -> tuple[str, list[int]]:
    """The keys, each on a line, and where each line begins."""
    starts = list(accumulate((len(key) + 1 for key in keys), initial=0))
    return "\n" + "\n".join(keys), starts


def _found(text: str, starts: list[int], wanted: str) -> Iterator[int]:
    """The numbers of the lines that hold the wanted text, in order."""
    at = text.find(wanted)
    while at >= 0:
        number = bisect_right(starts, at) - 1
        yield number
        at = text.find(wanted, starts[number + 1])


class Suggester:
    """Completes what is being typed, in characters, pinyin or initials."""

    def __init__(self, generation: Generation, speller: Speller, past: PastQueries) -> None:
        """Suggest from this generation and from what was asked before."""
        self._generation = generation
        self._speller = speller
        self._past = past
        self._fold = generation.analysis.folder

    @cached_property
    def _names(self) -> list[_Names]:
        """Titles, posts and headings."""
        rows = self._generation.table.rows
        titles = {row.title: Suggestion(row.title, "title", row.id) for row in reversed(rows)}
        posts = {row.position: Suggestion(row.position, "position") for row in rows if row.position}
        headings = {text: Suggestion(text, "heading") for text in self._headings()}
        return [self._gathered(found) for found in (titles, posts, headings)]

    def _gathered(self, found: dict[str, Suggestion]) -> _Names:
        folded = self._fold("\n".join(text.replace("\n", " ") for text in found)).split("\n")
        return _Names(found.values(), folded if found else [])

    def _headings(self) -> Iterator[str]:
        generation = self._generation
        paths: dict[bytes, None] = {}
        for segment, rows in zip(generation.segments, generation.rows_of, strict=True):
            _gather_paths(segment, np.flatnonzero(rows >= 0), paths)
        for path in paths:
            heading = path.decode("utf-8", "replace").rpartition(" / ")[2]
            yield _NUMBER.sub("", heading).replace("\\", "")

    def suggest(self, prefix: str, limit: int) -> list[Suggestion]:
        """The likeliest completions: what was asked before, names, words; no sort drowns the rest.

        Args:
            prefix: What was typed.
            limit: How many are wanted.
        """
        typed = " ".join(self._fold(prefix)[:_LONGEST].split())
        if limit <= 0 or not any(is_word_character(character) for character in typed):
            return []
        past = [Suggestion(text, "query") for text in self._past.beginning(typed, _PAST)]
        found = [past]
        found += [list(islice(names.beginning(typed), limit)) for names in self._names]
        found.append(self._words(typed))
        if typed.isascii():
            found += self._spelled("".join(filter(str.isalnum, typed)), limit)
        if len({s.text for sort in found for s in sort}) < limit:
            found += [list(islice(names.holding(typed), limit)) for names in self._names]
        return _mixed(found, limit)

    def _words(self, typed: str) -> list[Suggestion]:
        counts: dict[str, int] = {}
        for segment in self._generation.segments:
            field = segment.fields[WORDS]
            first, last = field.vocabulary.prefix(typed)
            found = np.diff(field.at[first : last + 1])
            best = np.argsort(-found, kind="stable")[: 2 * _WORDS]
            for number in best.tolist():
                word = field.vocabulary.text(first + number)
                counts[word] = counts.get(word, 0) + int(found[number])
        words = [word for word in counts if len(word) > len(typed)]
        words.sort(key=lambda word: (-counts[word], word))
        return [Suggestion(word, "word") for word in words[:_WORDS]]

    def _spelled(self, letters: str, limit: int) -> list[list[Suggestion]]:
        if len(letters) < 2:
            return []
        words = [Suggestion(word, "word") for word in self._speller.spelled(letters)]
        names = [islice(names.spelled(letters, self._speller), limit) for names in self._names]
        return [*(list(found) for found in names), words]


def _gather_paths(segment: Segment, units: Array, into: dict[bytes, None]) -> None:
    """The heading paths of these units, as they are written; reading whole records takes long."""
    records = segment.file["u.info"].data
    starts = segment.file["u.info_at"]
    match = _HEADING.match
    for start in starts[units].tolist():
        found = match(records, start)
        if found:
            into[found[1]] = None


def _mixed(sorts: Sequence[Sequence[Suggestion]], limit: int) -> list[Suggestion]:
    """Half the places at most for each sort at first; what is left goes to who has more."""
    share = max(1, limit // 2)
    first = [suggestion for sort in sorts for suggestion in sort[:share]]
    rest = [suggestion for sort in sorts for suggestion in sort[share:]]
    unique = {suggestion.text: suggestion for suggestion in reversed([*first, *rest])}
    ordered = dict.fromkeys(s for s in [*first, *rest] if unique[s.text] == s)
    return list(ordered)[:limit]

"""All segments of one generation as one collection: numbers, statistics, texts.

Units are numbered through all segments. Statistics count removed units until their segment is
merged, as Whoosh's do.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from math import log
from typing import TYPE_CHECKING, Any

import numpy as np

from search.segment import GRAMS, WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from search.segment import Segment

    Array = NDArray[Any]


class Corpus:
    """The segments of a generation, read together."""

    def __init__(self, segments: Sequence[Segment], alive: Sequence[Array]) -> None:
        """Take the segments and, for each, which of its units are not removed."""
        self.segments = list(segments)
        self.alive = list(alive)
        self.removed = [not bool(mask.all()) for mask in alive]
        self.offsets: list[int] = []
        total = 0
        for segment in segments:
            self.offsets.append(total)
            total += segment.units
        self.units = total
        self.averages = {name: self._average(name) for name in (WORDS, GRAMS)}
        self.frequency = lru_cache(8192)(self._frequency)

    def total_length(self, name: str) -> int:
        """The number of terms in a field."""
        return sum(segment.fields[name].total for segment in self.segments)

    def _average(self, name: str) -> float:
        return self.total_length(name) / max(self.units, 1) or 1.0

    def _frequency(self, name: str, term: str) -> int:
        found = 0
        for segment in self.segments:
            field = segment.fields[name]
            number = field.vocabulary.find(term)
            if number >= 0:
                found += field.frequency(number)
        return found

    def idf(self, name: str, term: str) -> float:
        """Inverse document frequency as Whoosh computes it."""
        return log(max(self.units, 1) / (self.frequency(name, term) + 1)) + 1

    def place(self, unit: int) -> tuple[Segment, int]:
        """The segment of a unit and its number there."""
        at = bisect_right(self.offsets, unit) - 1
        return self.segments[at], unit - self.offsets[at]

    def text(self, unit: int) -> str:
        """A unit's own text."""
        segment, local = self.place(unit)
        return segment.whole_text(local)[segment.body_offset(local) :]

    def whole_text(self, unit: int) -> tuple[str, int]:
        """Context and text of a unit, and where the text begins."""
        segment, local = self.place(unit)
        return segment.whole_text(local), segment.body_offset(local)

    def info(self, unit: int) -> list[Any]:
        """Clause, anchor, heading, line and parts of a unit."""
        segment, local = self.place(unit)
        return segment.info(local)

    def gather(self, name: str) -> Array:
        """An array of all segments end to end: `owners`, `labels` or `types`."""
        arrays = [getattr(segment, name) for segment in self.segments]
        return np.concatenate(arrays) if arrays else np.zeros(0, np.uint64)

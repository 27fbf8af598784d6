"""Reading one segment: its units, and the postings of its two fields."""

from __future__ import annotations

import json
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from search.analysis import SHIFT, gram_code, gram_text
from search.arrays import ArrayFile, DamagedFileError, Strings
from search.saturation import BYTE_LENGTHS, saturation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Array = NDArray[Any]

WORDS: Final = "words"
GRAMS: Final = "grams"
_FREQUENT: Final = 1000
_VERY_FREQUENT: Final = 5
_KEPT_BYTES: Final = 32_000_000


class Vocabulary(Protocol):
    """The terms of a field, in order."""

    def __len__(self) -> int: ...

    def find(self, term: str) -> int:
        """The number of a term, -1 when the segment does not have it."""

    def text(self, number: int) -> str:
        """The term of a number."""

    def prefix(self, prefix: str) -> tuple[int, int]:
        """The range of numbers whose terms begin with a prefix."""


class _Words:
    """Words in the order of their bytes."""

    def __init__(self, file: ArrayFile) -> None:
        self._strings = Strings(file["w.blob"], file["w.starts"])
        self.find = lru_cache(4096)(self._strings.find)

    def __len__(self) -> int:
        return len(self._strings)

    def text(self, number: int) -> str:
        return self._strings[number]

    def prefix(self, prefix: str) -> tuple[int, int]:
        return self._strings.prefix_range(prefix)


class _Grams:
    """Pairs of characters in the order of their codes."""

    def __init__(self, file: ArrayFile) -> None:
        self.codes = file["g.codes"]
        self.find = lru_cache(16384)(self._find)

    def __len__(self) -> int:
        return len(self.codes)

    def _find(self, term: str) -> int:
        code = np.uint64(gram_code(term))
        at = int(self.codes.searchsorted(code))
        return at if at < len(self.codes) and self.codes[at] == code else -1

    def text(self, number: int) -> str:
        return gram_text(int(self.codes[number]))

    def prefix(self, prefix: str) -> tuple[int, int]:
        if not prefix:
            return 0, len(self.codes)
        if len(prefix) > 1:
            at = self.find(prefix[:2])
            return (at, at + 1) if at >= 0 and len(prefix) == 2 else (0, 0)
        low = np.uint64(ord(prefix) << SHIFT)
        high = np.uint64((ord(prefix) + 1) << SHIFT)
        return int(self.codes.searchsorted(low)), int(self.codes.searchsorted(high))


class Field:
    """The postings of one field of one segment."""

    def __init__(self, file: ArrayFile, name: str) -> None:
        """Take the arrays of a field."""
        letter = name[0]
        self.vocabulary: Vocabulary = _Words(file) if name == WORDS else _Grams(file)
        self.at = file[f"{letter}.at"]
        self.docs = file[f"{letter}.docs"]
        self.tf = file[f"{letter}.tf"]
        self.lengths = file[f"{letter}.len"]
        self.total = int(file.extra["totals"][name])
        self._norms: tuple[float, Array] | None = None
        self._addends: tuple[float, Array] | None = None
        self._single: tuple[float, Array] | None = None
        self._kept: dict[int, Array] = {}
        self._kept_bytes = 0
        if len(self.at) != len(self.vocabulary) + 1 or int(self.at[-1]) != len(self.docs):
            raise DamagedFileError(str(file.path))

    def norms(self, average: float) -> Array:
        """What BM25 adds to the term frequency, for each unit, at this average length."""
        if self._norms is None or self._norms[0] != average:
            self._norms = average, saturation(BYTE_LENGTHS, average)[self.lengths]
        return self._norms[1]

    def single(self, average: float) -> Array:
        """What a term that stands once gives in each unit."""
        if self._single is None or self._single[0] != average:
            self._single = average, 1 / (1 + self._short_norms(average))
        return self._single[1]

    def _short_norms(self, average: float) -> Array:
        """The norms in half the bytes: all units of a question's terms are run over."""
        if self._addends is None or self._addends[0] != average:
            norms = saturation(BYTE_LENGTHS, average).astype(np.float32)
            self._addends = average, norms[self.lengths]
            self._kept, self._kept_bytes = {}, 0
        return self._addends[1]

    def add_up(self, sums: Array, terms: Sequence[tuple[int, float]], average: float) -> None:
        """Add to each unit's sum what terms give it: factor * tf / (tf + norm).

        Args:
            sums: A number for each unit.
            terms: The number and the factor of each.
            average: The average length of the field.
        """
        norms = self._short_norms(average)
        few: list[tuple[int, float]] = []
        for number, factor in terms:
            frequency = self.frequency(number)
            if frequency < _FREQUENT:
                few.append((number, factor))
            elif frequency * _VERY_FREQUENT >= len(norms) and self._spread(number, norms):
                sums += self._kept[number] * np.float32(factor)
            else:
                units, tf = self.postings(number)
                units = units.astype(np.intp)
                np.add.at(sums, units, _saturated(units, tf, norms) * np.float32(factor))
        if few:
            units = np.concatenate([self.postings(number)[0] for number, _ in few]).astype(np.intp)
            tf = np.concatenate([self.postings(number)[1] for number, _ in few])
            counts = [self.frequency(number) for number, _ in few]
            factors = np.array([factor for _, factor in few], np.float32).repeat(counts)
            np.add.at(sums, units, _saturated(units, tf, norms) * factors)

    def _spread(self, number: int, norms: Array) -> bool:
        """Keep what a very frequent term gives to each of all units, if there is room."""
        if number in self._kept:
            return True
        if self._kept_bytes + norms.nbytes > _KEPT_BYTES:
            return False
        units, tf = self.postings(number)
        spread = np.zeros(len(norms), np.float32)
        spread[units] = _saturated(units, tf, norms)
        self._kept[number] = spread
        self._kept_bytes += spread.nbytes
        return True

    def frequency(self, number: int) -> int:
        """In how many units a term stands."""
        return int(self.at[number + 1]) - int(self.at[number])

    def postings(self, number: int) -> tuple[Array, Array]:
        """The units of a term and how often it stands in each."""
        low, high = int(self.at[number]), int(self.at[number + 1])
        return self.docs[low:high], self.tf[low:high]


def _saturated(units: Array, tf: Array, norms: Array) -> Array:
    """What postings give: tf / (tf + norm)."""
    below = norms.take(units)
    below += tf
    values: Array = tf / below
    return values


class Segment:
    """One immutable segment of the index."""

    def __init__(self, path: Path) -> None:
        """Map the file.

        Raises:
            DamagedFileError: It is not complete.
        """
        self.file = ArrayFile(path)
        self.path = path
        self.units = int(self.file.extra["units"])
        self.documents: list[str] = self.file.extra["documents"]
        self.fields = {WORDS: Field(self.file, WORDS), GRAMS: Field(self.file, GRAMS)}
        self.owners = self.file["u.doc"]
        self.labels = self.file["u.label"]
        self.types = self.file["u.type"]
        self.base = self.file["u.base"]
        self.bodies = self.file["u.body"]
        self.occurrences = self.file["g.occ"]
        self.occurrence_at = self.file["g.occ_at"]
        self._text = Strings(self.file["u.text"], self.file["u.text_at"])
        self._info = Strings(self.file["u.info"], self.file["u.info_at"])
        if len(self.owners) != self.units or len(self._text) != self.units:
            raise DamagedFileError(str(path))

    def words(self) -> list[bytes]:
        """All words, in the order of their bytes."""
        blob, starts = self.file["w.blob"].tobytes(), self.file["w.starts"].tolist()
        return [blob[low:high] for low, high in pairwise(starts)]

    def whole_text(self, unit: int) -> str:
        """Context and text of a unit as they were indexed, unfolded."""
        return self._text[unit]

    def body_offset(self, unit: int) -> int:
        """Where a unit's own text begins in its whole text."""
        return int(self.bodies[unit]) - int(self.base[unit])

    def info(self, unit: int) -> list[Any]:
        """Clause, anchor, heading, line and parts of a unit."""
        record: list[Any] = json.loads(self._info.raw(unit))
        return record

    def gram_places(self, gram: str) -> Array:
        """Where a gram stands in the segment's running text, in order."""
        number = self.fields[GRAMS].vocabulary.find(gram)
        if number < 0:
            return self.occurrences[:0]
        low, high = int(self.occurrence_at[number]), int(self.occurrence_at[number + 1])
        return self.occurrences[low:high]

    def unit_of_place(self, places: Array) -> Array:
        """The units in which places of the running text lie."""
        units: Array = self.base.searchsorted(places, side="right") - 1
        return units

"""A generation: what one search reads, opened and checked once."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from search.arrays import DamagedFileError
from search.corpus import Corpus
from search.frozen import Analysis
from search.marks import SegmentMark
from search.segment import Segment
from search.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from search.places import Folder

    Array = NDArray[Any]


class Generation:
    """Segments, table and analysis that belong together."""

    def __init__(self, place: Folder, number: int, value: dict[str, Any]) -> None:
        """Open the files that a generation names.

        Raises:
            DamagedFileError: One is missing, different or of another version.
        """
        try:
            self._open(place, number, value)
        except (KeyError, TypeError, ValueError, IndexError, OSError) as error:
            raise DamagedFileError(f"generation {number}") from error

    def _open(self, place: Folder, number: int, value: dict[str, Any]) -> None:
        self.number = number
        self.place = place
        self.stamp = str(value["stamp"])
        self.skipped: dict[str, list[int]] = dict(value["skipped"])
        self.marks = [SegmentMark(*mark) for mark in value["segments"]]
        for mark in self.marks:
            place.check_segment(mark.name, mark.size, mark.mtime_ns, mark.checksum)
        self.analysis_mark: tuple[str, int] = (value["analysis"][0], value["analysis"][1])
        self.analysis = Analysis.load(place, *self.analysis_mark)
        self.readings_mark: tuple[str, int] = (value["readings"][0], value["readings"][1])
        place.check(*self.readings_mark)
        self.table = Table.from_json(value["table"])
        self.segments = [Segment(place.path / mark.name) for mark in self.marks]
        self.rows_of = [
            self._rows_of(mark.name, s) for mark, s in zip(self.marks, self.segments, strict=True)
        ]
        alive = [rows >= 0 for rows in self.rows_of]
        self.corpus = Corpus(self.segments, alive)

    def _rows_of(self, name: str, segment: Segment) -> Array:
        """The row of each unit's document, -1 for units of removed documents."""
        rows = np.full(len(segment.documents), -1, np.int64)
        names, numbers = self.table.codes("segment")
        here = np.flatnonzero(numbers == names.index(name)) if name in names else rows[:0]
        places, ids = self.table.column("ordinal"), self.table.column("id")
        mine = here.tolist()
        if [segment.documents[places[at]] for at in mine] != [ids[at] for at in mine]:
            raise DamagedFileError(name)
        rows[[places[at] for at in mine]] = here
        owned: Array = rows[segment.owners]
        return owned

    @cached_property
    def unit_rows(self) -> Array:
        """The row of each unit of the corpus."""
        return np.concatenate(self.rows_of) if self.rows_of else np.zeros(0, np.int64)

    @classmethod
    def open(cls, place: Folder) -> Generation | None:
        """The present generation, None when there is none.

        Raises:
            DamagedFileError: It is damaged, foreign or of another version.
        """
        for attempt in range(3):
            current = place.current()
            if current is None:
                return None
            try:
                value = place.read_json(str(current["file"]), int(current["checksum"]))
                return cls(place, int(current["number"]), value)
            except (DamagedFileError, KeyError, TypeError, ValueError) as error:
                # A writer may have switched and swept between our two reads.
                if attempt == 2 or place.current() == current:
                    raise DamagedFileError(str(place.path)) from error
        return None

    def to_json(self) -> dict[str, object]:
        """What the generation's file says."""
        return generation_json(
            self.stamp,
            self.marks,
            self.analysis_mark,
            self.readings_mark,
            self.table,
            self.skipped,
        )


def generation_json(
    stamp: str,
    marks: list[SegmentMark],
    analysis: tuple[str, int],
    readings: tuple[str, int],
    table: Table,
    skipped: Mapping[str, Sequence[int]],
) -> dict[str, object]:
    """What a generation's file says."""
    return {
        "stamp": stamp,
        "skipped": {name: list(mark) for name, mark in skipped.items()},
        "segments": [[m.name, m.size, m.mtime_ns, m.checksum] for m in marks],
        "analysis": list(analysis),
        "readings": list(readings),
        "table": table.to_json(),
    }

"""Writing a generation: segments, the places of documents, merging, the switch."""

from __future__ import annotations

import secrets
from collections import Counter
from typing import TYPE_CHECKING, Final

import numpy as np

from search.arrays import DamagedFileError
from search.generation import generation_json
from search.inversion import SegmentBuilder
from search.library import cited_titles, short_title
from search.marks import mark_segment, new_segment, write_segment
from search.readings import build_readings
from search.segment import Segment
from search.spelling import word_frequencies
from search.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from search.entries import IndexedDocument
    from search.frozen import Analysis
    from search.generation import Generation
    from search.marks import SegmentMark
    from search.places import Folder
    from search.table import Row

_SMALL_SEGMENTS: Final = 8
_REMOVED_SHARE: Final = 0.25


class GenerationWriter:
    """Writes the next generation of an index; nothing is seen of it before `commit`."""

    def __init__(self, place: Folder, analysis: Analysis, old: Generation | None = None) -> None:
        """Go on from a generation, or begin anew with this analysis."""
        self._place = place
        self._analysis = analysis
        self._old = old
        self._marks = list(old.marks) if old else []
        self._placed: dict[str, tuple[str, int, list[str]]] = {}
        if old is not None:
            names = ("id", "segment", "ordinal", "cites")
            columns = (old.table.column(name) for name in names)
            for name, segment, ordinal, cites in zip(*columns, strict=True):
                self._placed[name] = segment, ordinal, cites

    def write(self, documents: Iterable[IndexedDocument]) -> None:
        """Add documents, each in place of the one with its id."""
        builder = SegmentBuilder(self._analysis.folder, self._analysis.segmenter)
        cites: list[tuple[str, list[str]]] = []
        for document in documents:
            builder.add(document)
            cites.append((document.id, cited_titles(document)))
            if builder.is_full:
                self.take(write_segment(self._place.path, *builder.arrays()), cites)
                builder = SegmentBuilder(self._analysis.folder, self._analysis.segmenter)
                cites = []
        if cites:
            self.take(write_segment(self._place.path, *builder.arrays()), cites)

    def take(self, mark: SegmentMark, documents: Sequence[tuple[str, list[str]]]) -> None:
        """Take over a segment that was written elsewhere, with the titles its documents cite."""
        self._marks.append(mark)
        for ordinal, (name, cites) in enumerate(documents):
            self._placed[name] = (mark.name, ordinal, cites)

    def remove(self, ids: Iterable[str]) -> None:
        """Remove documents."""
        for name in ids:
            self._placed.pop(name, None)

    def commit(
        self, rows: Iterable[Row], stamp: str, skipped: Mapping[str, Sequence[int]] | None = None
    ) -> Table:
        """Make what was written the present generation.

        Args:
            rows: What is known about each document; those without units are left out.
            stamp: What all documents depend on.
            skipped: Size and time of files that cannot be read as documents.
        """
        table = self._table(rows)
        marks = self._merged(table)
        old = self._old
        analysis_mark = old.analysis_mark if old else self._write_analysis()
        readings_mark = old.readings_mark if old else self._write_readings(marks)
        number = 1 + (old.number if old else self._last_number())
        self._place.switch(
            number,
            generation_json(stamp, marks, analysis_mark, readings_mark, table, skipped or {}),
        )
        keep = [mark.name for mark in marks] + [analysis_mark[0], readings_mark[0]]
        self._place.sweep([*keep, f"generation-{number}.json"])
        return table

    def _table(self, rows: Iterable[Row]) -> Table:
        kept = []
        for row in rows:
            if row.id in self._placed:
                row.segment, row.ordinal, row.cites = self._placed[row.id]
                kept.append(row)
        _count_citations(kept)
        return Table(kept)

    def _last_number(self) -> int:
        try:
            current = self._place.current()
        except DamagedFileError:
            return 0
        return int(current["number"]) if current else 0

    def _write_analysis(self) -> tuple[str, int]:
        name = f"analysis-{secrets.token_hex(4)}.json"
        return name, self._place.write_json(name, self._analysis.to_json())

    def _write_readings(self, marks: Sequence[SegmentMark]) -> tuple[str, int]:
        segments = [self._open(mark) for mark in marks]
        words = word_frequencies(segments, self._analysis.words)
        name = f"analysis-{secrets.token_hex(4)}-readings.json"
        return name, self._place.write_json(name, build_readings(words))

    def _open(self, mark: SegmentMark) -> Segment:
        return Segment(self._place.path / mark.name)

    # -- merging ----------------------------------------------------------------------------------

    def _merged(self, table: Table) -> list[SegmentMark]:
        """Drop segments without documents; merge when there are many or much is removed."""
        used = Counter(row.segment for row in table.rows)
        marks = [mark for mark in self._marks if used[mark.name]]
        chosen = self._choose(marks, used)
        if not chosen:
            return marks
        new = self._merge(chosen, table)
        names = {mark.name for mark in chosen}
        at = next(i for i, mark in enumerate(marks) if mark.name in names)
        kept = [mark for mark in marks if mark.name not in names]
        return [*kept[:at], new, *kept[at:]]

    def _choose(self, marks: list[SegmentMark], used: Counter[str]) -> list[SegmentMark]:
        """Segments to merge: all of a new build, those worn by removals, many small ones."""
        if self._old is None:
            return marks if len(marks) > 1 else []
        worn = [mark for mark in marks if self._is_worn(mark, used)]
        small = marks[1:] if len(marks) > _SMALL_SEGMENTS else []
        half = marks and sum(mark.size for mark in small) * 2 > marks[0].size
        chosen = marks if half and small else small
        return [mark for mark in marks if mark in chosen or mark in worn]

    def _is_worn(self, mark: SegmentMark, used: Counter[str]) -> bool:
        total = len(self._open(mark).documents)
        return total > 1 and used[mark.name] < (1 - _REMOVED_SHARE) * total

    def _merge(self, marks: list[SegmentMark], table: Table) -> SegmentMark:
        from search.merging import merge  # noqa: PLC0415

        segments = [self._open(mark) for mark in marks]
        living = {(row.segment, row.ordinal) for row in table.rows}
        alive = []
        for segment, mark in zip(segments, marks, strict=True):
            numbers = range(len(segment.documents))
            kept = np.array([(mark.name, at) in living for at in numbers], bool)
            alive.append(kept[segment.owners])
        path = new_segment(self._place.path)
        checksum, documents = merge(path, segments, alive)
        new = mark_segment(path, checksum)
        names = {mark.name for mark in marks}
        by_id = {row.id: row for row in table.rows if row.segment in names}
        for ordinal, name in enumerate(documents):
            by_id[name].segment, by_id[name].ordinal = new.name, ordinal
        return new


def _count_citations(rows: list[Row]) -> None:
    """How many other texts cite each title."""
    citing: dict[str, set[str]] = {}
    names = {row.id: short_title(row.title) for row in rows}
    for row in rows:
        for title in row.cites:
            if title != names[row.id]:
                citing.setdefault(title, set()).add(row.family)
    for row in rows:
        row.cited = len(citing.get(names[row.id], ()))

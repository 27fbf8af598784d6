"""Bringing an index up to date with its library: one writer, whole or not at all."""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from filelock import FileLock, Timeout

from search.arrays import DamagedFileError
from search.batches import index_batches
from search.errors import IndexBusyError, IndexNotWritableError
from search.frozen import Analysis
from search.generation import Generation, generation_json
from search.lexicon import Lexicon
from search.library import short_title
from search.marks import write_segment
from search.readings import build_readings
from search.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from search.batches import Batch
    from search.library import Library
    from search.marks import SegmentMark
    from search.places import Folder
    from search.segment import Segment
    from search.table import Row
    from store.catalogue import Entry

    Progress = Callable[[int, int], None]

_SMALL_SEGMENTS: Final = 8
_REMOVED_SHARE: Final = 0.25


@dataclass
class Summary:
    """What an update did."""

    documents: int = 0
    units: int = 0
    added: int = 0
    removed: int = 0
    rebuilt: bool = False
    set_aside: Path | None = None
    notes: list[str] = field(default_factory=list)


class Updater:
    """Writes generations into an index folder."""

    def __init__(self, place: Folder, library: Library, progress: Progress | None = None) -> None:
        """Update the index in this folder from this library."""
        self.place = place
        self.library = library
        self.progress = progress or (lambda _done, _all: None)
        self.summary = Summary()

    def run(self, *, rebuild: bool = False, wait: float = 600.0) -> Summary:
        """Bring the index up to date.

        Raises:
            IndexBusyError: Another program writes it, longer than `wait` seconds.
            IndexNotWritableError: The folder cannot be written.
        """
        try:
            self.place.path.mkdir(parents=True, exist_ok=True)
            with FileLock(self.place.path / "lock", timeout=wait):
                self._run(rebuild=rebuild)
        except Timeout as error:
            raise IndexBusyError from error
        except OSError as error:
            raise IndexNotWritableError(str(self.place.path), error.strerror or "") from error
        return self.summary

    def _run(self, *, rebuild: bool) -> None:
        old = self._present()
        if old is None or rebuild:
            self.summary.rebuilt = True
            old_table, kept = Table(()), None
        else:
            old_table, kept = old.table, old
        self.library.workspace.refresh()
        entries = self.library.workspace.entries
        stamps = {e.id: self.library.workspace.fingerprint(e) for e in entries}
        known = {row.id: row for row in old_table.rows}
        fresh = [e for e in entries if e.id not in known or known[e.id].stamp != stamps[e.id]]
        self.summary.added = len(fresh)
        self.summary.removed = sum(row.id not in stamps for row in old_table.rows)
        self._write(kept, entries, fresh, stamps)

    def _present(self) -> Generation | None:
        try:
            return Generation.open(self.place)
        except DamagedFileError:
            self.summary.set_aside = self.place.set_aside()
            self.summary.notes.append("索引已损坏或版本不符，已移到一旁并重新建立。")
            return None

    def _write(
        self,
        old: Generation | None,
        entries: list[Entry],
        fresh: list[Entry],
        stamps: dict[str, str],
    ) -> None:
        analysis, analysis_mark = self._analysis(old)
        batches = index_batches(
            self.library,
            analysis,
            [(e, stamps[e.id]) for e in fresh],
            self.place.path,
            self.progress,
        )
        table = self._table(old, entries, stamps, batches)
        marks = ([] if old is None else list(old.marks)) + [b.mark for b in batches if b.documents]
        marks, table = self._merged(marks, table)
        readings_mark = old.readings_mark if old else self._readings(analysis, marks)
        generation = generation_json(self.library.stamp, marks, analysis_mark, readings_mark, table)
        number = 1 + (old.number if old else self._last_number())
        self.place.switch(number, generation)
        keep = [mark.name for mark in marks] + [analysis_mark[0], readings_mark[0]]
        self.place.sweep([*keep, f"generation-{number}.json"])
        self.summary.documents = len(table)

    def _last_number(self) -> int:
        try:
            current = self.place.current()
        except DamagedFileError:
            return 0
        return int(current["number"]) if current else 0

    def _analysis(self, old: Generation | None) -> tuple[Analysis, tuple[str, int]]:
        if old is not None:
            return old.analysis, old.analysis_mark
        lexicon = Lexicon.load(self.library.workspace.root)
        analysis = Analysis.build([*self.library.words(), *lexicon.segmenter_words()])
        name = f"analysis-{secrets.token_hex(4)}.json"
        return analysis, (name, self.place.write_json(name, analysis.to_json()))

    def _readings(self, analysis: Analysis, marks: list[SegmentMark]) -> tuple[str, int]:
        from search.segment import Segment  # noqa: PLC0415
        from search.spelling import word_frequencies  # noqa: PLC0415

        segments = [Segment(self.place.path / mark.name) for mark in marks]
        words = word_frequencies(segments, analysis.words)
        name = f"analysis-{secrets.token_hex(4)}-readings.json"
        return name, self.place.write_json(name, build_readings(words))

    def _table(
        self,
        old: Generation | None,
        entries: Iterable[Entry],
        stamps: dict[str, str],
        batches: list[Batch],
    ) -> Table:
        placed: dict[str, tuple[str, int, list[str]]] = {}
        if old is not None:
            placed = {row.id: (row.segment, row.ordinal, row.cites) for row in old.table.rows}
        for batch in batches:
            for ordinal, (name, cites) in enumerate(batch.documents):
                placed[name] = (batch.mark.name, ordinal, cites)
        rows = []
        for entry in entries:
            if entry.id in placed:
                row = self.library.row(entry, stamps[entry.id])
                row.segment, row.ordinal, row.cites = placed[entry.id]
                rows.append(row)
        _count_citations(rows)
        return Table(rows)

    # -- merging ----------------------------------------------------------------------------------

    def _merged(self, marks: list[SegmentMark], table: Table) -> tuple[list[SegmentMark], Table]:
        """Drop segments without documents; merge when there are many or much is removed."""
        used = Counter(row.segment for row in table.rows)
        marks = [mark for mark in marks if used[mark.name]]
        chosen = self._choose(marks, used)
        if not chosen:
            return marks, table
        from search.segment import Segment  # noqa: PLC0415

        segments = [Segment(self.place.path / mark.name) for mark in chosen]
        new = self._merge(segments, chosen, table)
        names = {mark.name for mark in chosen}
        at = next(i for i, mark in enumerate(marks) if mark.name in names)
        kept = [mark for mark in marks if mark.name not in names]
        return [*kept[:at], new, *kept[at:]], table

    def _choose(self, marks: list[SegmentMark], used: Counter[str]) -> list[SegmentMark]:
        """Segments to merge: many small ones, those with much removed, parts of one build."""
        if len(marks) <= 1 and not self._worn(marks, used):
            return []
        largest = max((mark.size for mark in marks), default=0)
        small = [mark for mark in marks if mark.size * 4 < largest]
        if self.summary.rebuilt or self._worn(marks, used):
            return marks
        return small if len(small) >= _SMALL_SEGMENTS else self._similar(marks)

    def _similar(self, marks: list[SegmentMark]) -> list[SegmentMark]:
        return marks if len(marks) > 2 * _SMALL_SEGMENTS else []

    def _worn(self, marks: list[SegmentMark], used: Counter[str]) -> bool:
        from search.segment import Segment  # noqa: PLC0415

        total = sum(len(Segment(self.place.path / mark.name).documents) for mark in marks)
        return bool(total) and sum(used.values()) < (1 - _REMOVED_SHARE) * total

    def _merge(
        self, segments: list[Segment], marks: list[SegmentMark], table: Table
    ) -> SegmentMark:
        from search.merging import merge  # noqa: PLC0415

        alive = []
        rows = {(row.segment, row.ordinal): row for row in table.rows}
        for segment, mark in zip(segments, marks, strict=True):
            living = np.array(
                [(mark.name, at) in rows for at in range(len(segment.documents))], bool
            )
            alive.append(living[segment.owners])
        arrays, extra = merge(segments, alive)
        new = write_segment(self.place.path, arrays, extra)
        by_id = {row.id: row for row in table.rows if row.segment in {mark.name for mark in marks}}
        documents: Any = extra["documents"]
        for ordinal, (name, _) in enumerate(documents):
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

"""Bringing an index up to date with its library: one writer, whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from search.arrays import DamagedFileError
from search.batches import index_batches
from search.errors import IndexBusyError, IndexNotWritableError
from search.frozen import Analysis
from search.generation import Generation
from search.lexicon import Lexicon
from search.table import Table
from search.writing import GenerationWriter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from search.library import Library
    from search.places import Folder
    from store.catalogue import Entry

    Progress = Callable[[int, int], None]


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
        analysis = old.analysis if old else self._new_analysis()
        writer = GenerationWriter(self.place, analysis, old)
        wanted = [(entry, stamps[entry.id]) for entry in fresh]
        for batch in index_batches(self.library, analysis, wanted, self.place.path, self.progress):
            writer.take(batch.mark, batch.documents)
        rows = [self.library.row(entry, stamps[entry.id]) for entry in entries]
        known = {entry.id for entry in entries}
        skipped = {name: mark for name, mark in self.library.files().items() if name not in known}
        table = writer.commit(rows, self.library.stamp, skipped)
        self.summary.documents = len(table)

    def _new_analysis(self) -> Analysis:
        lexicon = Lexicon.load(self.library.workspace.root)
        return Analysis.build([*self.library.words(), *lexicon.segmenter_words()])

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
    from collections.abc import Callable, Sequence
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
        refers = self._referred(entries, old_table)
        fingerprint = self.library.workspace.fingerprint
        stamps = {e.id: fingerprint(e, refers[e.id]) for e in entries}
        known = dict(zip(old_table.column("id"), old_table.column("stamp"), strict=True))
        fresh = [e for e in entries if known.get(e.id) != stamps[e.id]]
        for entry in fresh:
            refers[entry.id] = self.library.workspace.referred(entry)
            stamps[entry.id] = fingerprint(entry, refers[entry.id])
        self.summary.added = len(fresh)
        self.summary.removed = len(known.keys() - stamps.keys())
        self._write(kept, entries, fresh, stamps, refers)

    def _referred(self, entries: list[Entry], old: Table) -> dict[str, Sequence[str]]:
        """The documents whose labels each prints; files that are as they were are not read."""
        columns = (old.column(name) for name in ("id", "size", "mtime_ns", "refers"))
        known = {name: what for name, *what in zip(*columns, strict=True)}
        refers: dict[str, Sequence[str]] = {}
        for entry in entries:
            size, time, found = known.get(entry.id, (-1, -1, ()))
            same = (size, time) == (entry.size, entry.mtime_ns)
            refers[entry.id] = found if same else self.library.workspace.referred(entry)
        return refers

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
        refers: dict[str, Sequence[str]],
    ) -> None:
        analysis = old.analysis if old else self._new_analysis()
        writer = GenerationWriter(self.place, analysis, old)
        wanted = [(entry, stamps[entry.id]) for entry in fresh]
        for batch in index_batches(self.library, analysis, wanted, self.place.path, self.progress):
            writer.take(batch.mark, batch.documents)
        rows = [self.library.row(e, stamps[e.id], refers[e.id]) for e in entries]
        table = writer.commit(rows, self.library.stamp, self.library.unreadable())
        self.summary.documents = len(table)

    def _new_analysis(self) -> Analysis:
        lexicon = Lexicon.load(self.library.workspace.root)
        return Analysis.build([*self.library.words(), *lexicon.segmenter_words()])

"""From the store's workspace to what the engine takes: documents, rows, words of the library."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from search.entries import TITLE, UNIT_TYPES, IndexedDocument, IndexedUnit
from search.table import ALWAYS, DATED, NEVER, OPEN_END, UNCERTAIN, Row
from store.catalogue import scan
from store.exceptions import WenshuError
from store.kinds import OTHER
from store.versions import DRAFT_STATUSES, ENDED_STATUSES, start_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from store import Workspace
    from store.catalogue import Entry
    from store.document import Meta
    from store.units import Unit

_CITED: Final = re.compile(r"《([^《》\n]{2,60})》")
_NAME: Final = re.compile(r"[一-龥]{2,6}")
_NATION: Final = "中华人民共和国"
_EDITION: Final = re.compile(r"[（(][^（）()]*[）)]$")
_PART: Final = re.compile(r"[·•].*$")


class Library:
    """What the index reads from a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        """Read from this workspace."""
        self.workspace = workspace

    def files(self) -> dict[str, tuple[int, int]]:
        """Size and time of every document file, without opening any."""
        return {name: (size, time) for name, _, size, time in scan(self.workspace.kb)}

    def unreadable(self) -> dict[str, tuple[int, int]]:
        """Size and time of the files that are no documents."""
        found = {}
        for broken in self.workspace.catalogue.broken:
            _, size, time = file_mark(str(broken.path))
            found[broken.id] = size, time
        return found

    @cached_property
    def stamp(self) -> str:
        """What all documents depend on: kinds and the workspace's own settings."""
        places = [folder.glob("*/kind.toml") for folder in self.workspace.template_folders()]
        paths = [path for found in places for path in sorted(found)]
        paths.append(self.workspace.root / "wenshu.toml")
        marks = []
        for path in paths:
            try:
                status = path.stat()
            except OSError:
                continue
            marks.append(f"{path.parent.name}/{path.name}:{status.st_size}:{status.st_mtime_ns}")
        return "|".join(marks)

    def document(self, entry: Entry, stamp: str) -> IndexedDocument:
        """A document with its units; one that cannot be read has its title only."""
        try:
            units = self.workspace.units_of(entry)
        except WenshuError:
            units = []
        meta = entry.meta
        found = tuple(self._unit(unit, meta) for unit in units) or (self._bare(meta),)
        return IndexedDocument(entry.id, {}, stamp, found)

    def _unit(self, unit: Unit, meta: Meta) -> IndexedUnit:
        kind = UNIT_TYPES[unit.type]
        context = self._about(meta) if kind == TITLE else f"{meta.title} {unit.heading}".rstrip()
        parts = tuple((p.start, p.line, p.label, p.anchor) for p in unit.parts)
        return IndexedUnit(
            kind, unit.clause, unit.anchor, unit.heading, context, unit.text, unit.line, parts
        )

    def _bare(self, meta: Meta) -> IndexedUnit:
        return IndexedUnit(TITLE, None, "", "", self._about(meta), meta.title, 1)

    def _about(self, meta: Meta) -> str:
        """What a title is found by besides its words."""
        kind = self.workspace.kinds.get(meta.kind, OTHER)
        period = str(meta.period) if meta.period else ""
        parts = (kind.name, meta.department, meta.position, meta.number, period, *meta.tags)
        return " ".join(part for part in parts if part)

    def row(self, entry: Entry, stamp: str, refers: Sequence[str] = ()) -> Row:
        """What filters and hits need to know about a document.

        Args:
            entry: The document.
            stamp: What its text depends on.
            refers: The documents whose labels it prints.
        """
        meta = entry.meta
        versions = self.workspace.versions
        kind = self.workspace.kinds.get(meta.kind, OTHER)
        start, end = start_of(meta), versions.ends_on(entry)
        return Row(
            id=entry.id,
            stamp=stamp,
            path=entry.place,
            size=entry.size,
            mtime_ns=entry.mtime_ns,
            data=self.data_marks(entry),
            refers=list(refers),
            title=meta.title,
            kind=meta.kind,
            department=meta.department,
            position=meta.position,
            status=meta.status,
            number=meta.number,
            version=meta.version,
            effective=start.isoformat() if start else None,
            expires=end.isoformat() if end else None,
            year=meta.year,
            tags=list(meta.tags),
            family=versions.family_name(entry),
            age=start.toordinal() if start else 0,
            since=start.toordinal() if start else 0,
            until=end.toordinal() if end else OPEN_END,
            mode=self._mode(entry, kind.life_cycle),
            weight=kind.weight,
        )

    def _mode(self, entry: Entry, life_cycle: bool) -> int:  # noqa: FBT001
        meta = entry.meta
        if not life_cycle:
            return ALWAYS
        if meta.status in DRAFT_STATUSES:
            return NEVER
        if start_of(meta) is None or meta.status == "效力待确认":
            return UNCERTAIN
        ended = meta.status in ENDED_STATUSES and self.workspace.versions.ends_on(entry) is None
        return UNCERTAIN if ended else DATED

    def data_marks(self, entry: Entry) -> list[list[Any]]:
        """The metric files of a document, and what they add up, as they are now."""
        return [file_mark(str(path)) for path in self.workspace.metric_files(entry)]

    def words(self) -> Iterator[str]:
        """Names, posts, departments: what should be one word in this library."""
        for entry in self.workspace.entries:
            meta = entry.meta
            for text in (meta.department, meta.position, meta.subject, *meta.tags):
                if _NAME.fullmatch(text):
                    yield text


def file_mark(path: str) -> list[Any]:
    """A file's path, size and time; -1 where there is none."""
    from os import stat  # noqa: PLC0415

    try:
        status = stat(path)  # noqa: PTH116
    except OSError:
        return [path, -1, -1]
    return [path, status.st_size, status.st_mtime_ns]


def short_title(title: str) -> str:
    """A title as others cite it: without the nation's name, edition and part."""
    plain = _EDITION.sub("", title.strip().strip("《》").removeprefix(_NATION))
    return _PART.sub("", plain)


def cited_titles(document: IndexedDocument) -> list[str]:
    """The titles that a document cites, in order of first mention."""
    found: dict[str, None] = {}
    for unit in document.units:
        for title in _CITED.findall(unit.text):
            found.setdefault(short_title(title))
    return list(found)

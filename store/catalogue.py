"""The catalogue: path, size, time, hash and front matter of every file under `kb/`.

It makes `list` fast and tells the index what changed. It is a cache: a JSON file that may be
deleted at any time; a file whose size and time are as noted is not read again.
"""

from __future__ import annotations

import json
import os
import time
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from store.exceptions import EnvironmentRefused, FrontMatterError, InputError
from store.files import decode, digest, read_bytes, write_atomic
from store.model import Problem
from store.schema import convert

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from store.document import Meta
    from store.kinds import Kind

    Row = tuple[str, str, int, int]
    Link = tuple[str, str]

FORMAT: Final = 4
_RACY_NANOSECONDS: Final = 2_000_000_000
_SKIPPED_FOLDERS: Final = frozenset({"__pycache__", "node_modules", "__MACOSX"})


class Entry:
    """One document file, without its body.

    Attributes:
        id: Path under `kb/` without `.md`, forward slashes, NFC.
        place: Absolute path as text; `path` is the same as a `Path`.
        size, mtime_ns: As the file system told.
        hash: SHA-256 of the bytes.
        values: Front matter as written.
        key_lines: The lines of the front-matter keys, in their order.
    """

    __slots__ = (
        "__dict__",
        "_find_kind",
        "hash",
        "id",
        "key_lines",
        "mtime_ns",
        "place",
        "size",
        "values",
    )

    def __init__(  # noqa: PLR0913, PLR0917 - a record
        self,
        document_id: str,
        place: str,
        size: int,
        mtime_ns: int,
        content_hash: str,
        values: dict[str, object],
        key_lines: Sequence[int],
        find_kind: Callable[[str], Kind | None],
    ) -> None:
        self.id = document_id
        self.place = place
        self.size = size
        self.mtime_ns = mtime_ns
        self.hash = content_hash
        self.values = values
        self.key_lines = key_lines
        self._find_kind = find_kind

    @property
    def path(self) -> Path:
        """Absolute path; made when asked for, since ten thousand `Path` objects take their time."""
        return Path(self.place)

    @property
    def lines(self) -> dict[str, int]:
        """The line of each front-matter key."""
        return dict(zip(self.values, self.key_lines, strict=True))

    @cached_property
    def meta(self) -> Meta:
        """Typed front matter; a missing title is the file's name."""
        meta = convert(self.values, self._find_kind).meta
        meta.title = meta.title or self.id.rpartition("/")[2].partition("@")[0]
        return meta

    @property
    def name(self) -> str:
        """The file's name without folder and `@version`."""
        return self.id.rpartition("/")[2].partition("@")[0]

    def __repr__(self) -> str:
        return f"Entry({self.id!r})"


@dataclass(slots=True, frozen=True)
class Broken:
    """A file that cannot be read as a document, and why."""

    id: str
    path: Path
    problem: Problem


class Catalogue:
    """All documents of a workspace, read when needed, kept in step with the disk by `refresh`."""

    def __init__(
        self, kb: Path, store: Path | None, find_kind: Callable[[str], Kind | None]
    ) -> None:
        """Catalogue the folder `kb`; `store` is the cache file, None to keep nothing."""
        self.kb = kb
        self.store = store
        self.find_kind = find_kind
        self.entries: list[Entry] = []
        self.broken: list[Broken] = []
        self._by_id: dict[str, Entry] = {}
        self._scanned = 0
        self.refresh()

    def get(self, document_id: str) -> Entry | None:
        """The entry with exactly this id."""
        return self._by_id.get(unicodedata.normalize("NFC", document_id))

    def refresh(self) -> bool:
        """Look at the disk again; True when anything changed."""
        old = {entry.id: entry for entry in self.entries} or self._load()
        trusted = self._scanned - _RACY_NANOSECONDS
        started = time.time_ns()
        entries: list[Entry] = []
        broken: list[Broken] = []
        fresh = 0
        for document_id, place, size, mtime_ns in scan(self.kb):
            known = old.get(document_id)
            same = known is not None and (known.size, known.mtime_ns) == (size, mtime_ns)
            if known is not None and same and mtime_ns < trusted:
                known.place = place  # its name on the disk may be spelled in another Unicode form
                entries.append(known)
                continue
            fresh += 1
            try:
                entries.append(_kept(known, self._read(document_id, place, size, mtime_ns)))
            except InputError as error:
                broken.append(_broken(document_id, Path(place), error))
        changed = [(e.id, e.hash) for e in entries] != [(e.id, e.hash) for e in self.entries]
        self.entries, self.broken = entries, broken
        self._scanned = started
        self._by_id = {entry.id: entry for entry in entries}
        if fresh > len(broken) or len(entries) != len(old):
            self._save(started)
        return changed

    def _read(self, document_id: str, place: str, size: int, mtime_ns: int) -> Entry:
        path = Path(place)
        data = read_bytes(path)
        from store import frontmatter  # noqa: PLC0415 - PyYAML costs start-up, listing has a cache

        found = frontmatter.parse(decode(data, path), str(path))
        return Entry(
            document_id,
            place,
            size,
            mtime_ns,
            digest(data),
            found.values,
            [found.lines[key] for key in found.values],
            self.find_kind,
        )

    def _load(self) -> dict[str, Entry]:
        if self.store is None:
            return {}
        try:
            data = json.loads(self.store.read_bytes())
            if data["format"] != FORMAT:
                return {}
            found = {
                name: Entry(name, "", size, at, content_hash, values, key_lines, self.find_kind)
                for name, size, at, content_hash, values, key_lines in data["entries"]
                if isinstance(values, dict) and len(values) == len(key_lines)
            }
            self._scanned = int(data["scanned"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return {}
        return found

    def _save(self, scanned: int) -> None:
        if self.store is None:
            return
        rows = [[e.id, e.size, e.mtime_ns, e.hash, e.values, e.key_lines] for e in self.entries]
        data = {"format": FORMAT, "scanned": scanned, "entries": rows}
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        try:
            write_atomic(self.store, text.encode("utf-8", errors="surrogatepass"))
        except (EnvironmentRefused, UnicodeEncodeError):
            self.store = None


def _kept(known: Entry | None, read: Entry) -> Entry:
    """The entry that others hold already, when a second reading gave the same bytes."""
    if known is None or known.hash != read.hash:
        return read
    known.place, known.size, known.mtime_ns = read.place, read.size, read.mtime_ns
    return known


def _broken(document_id: str, path: Path, error: InputError) -> Broken:
    code = "front-matter" if isinstance(error, FrontMatterError) else "unreadable"
    return Broken(
        document_id,
        path,
        Problem(str(path), error.line or 1, "error", code, error.message, error.hint),
    )


def scan(kb: Path) -> list[Row]:
    """Every Markdown file under a folder: (id, path, size, mtime in ns), in order of ids.

    Hidden folders and Office lock files are left out; a folder that links back into itself is
    visited once.
    """
    found: list[Row] = []
    seen: set[tuple[int, int]] = set()
    waiting = [(str(kb), "")]
    while waiting:  # links come last, so that a folder is known by its own name
        folder, prefix = waiting.pop(0)
        _scan_folder(folder, prefix, found, seen, waiting)
    found.sort(key=lambda row: row[0])
    return found


def _scan_folder(
    folder: str, prefix: str, found: list[Row], seen: set[tuple[int, int]], links: list[Link]
) -> None:
    try:
        status = os.stat(folder)  # noqa: PTH116 - a Path a file is slow on 10,000 of them
        if (status.st_dev, status.st_ino) in seen and status.st_ino:
            return
        seen.add((status.st_dev, status.st_ino))
        with os.scandir(folder) as entries:
            items = list(entries)
    except OSError:
        return
    for item in items:
        if not item.name.startswith((".", "~$")):
            _scan_item(item, prefix, found, seen, links)


def _scan_item(
    item: os.DirEntry[str],
    prefix: str,
    found: list[Row],
    seen: set[tuple[int, int]],
    links: list[Link],
) -> None:
    try:
        if item.is_dir():
            inside = f"{prefix}{item.name}/"
            if item.is_symlink():
                links.append((item.path, inside))
            elif item.name not in _SKIPPED_FOLDERS:
                _scan_folder(item.path, inside, found, seen, links)
        elif item.name.endswith(".md"):
            status = item.stat()
            document_id = unicodedata.normalize("NFC", prefix + item.name[:-3])
            found.append((document_id, item.path, status.st_size, status.st_mtime_ns))
    except OSError:
        return

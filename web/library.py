"""The library as it stands now: a workspace and its index that belong together.

Waitress answers in several threads. What they read is a `State` that never changes; when something
changed on the disk, a new state is made and put in its place at once.
"""

from __future__ import annotations

import copy
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar, cast

from store import Workspace
from store.dates import today
from store.exceptions import DocumentNotFound, EnvironmentRefused
from store.settings import FILE_NAME
from web.refusals import AccessDenied
from web.rights import visible_ids

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from search import SearchIndex
    from store.catalogue import Entry
    from web.rights import Rights

T = TypeVar("T")
Mark = tuple[str, int, int]
_VIEWS: Final = 64
_CACHED: Final = 400
_BULKY: Final = frozenset({"word", "pdf"})
_FILES_CACHED: Final = 40


@dataclass(slots=True)
class State:
    """One moment of the library.

    Attributes:
        workspace: Its catalogue is never refreshed.
        index: None where there is none and none could be made; `why` says why.
        number: Counts the states.
        data: Every file besides documents that texts depend on, with size and time.
        views: What each sort of reader sees, by rights and day.
        lock: Guards `views`.
    """

    workspace: Workspace
    index: SearchIndex | None
    number: int
    why: str = ""
    data: tuple[Mark, ...] = ()
    views: OrderedDict[tuple[object, ...], View] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)


class View:
    """The library as somebody with certain rights sees it."""

    def __init__(self, state: State, rights: Rights) -> None:
        """Keep the part of the state that these rights show."""
        self.state = state
        self.workspace = state.workspace
        self.rights = rights
        entries = state.workspace.entries
        if rights.sees_everything:
            self.ids = frozenset(entry.id for entry in entries)
        else:
            self.ids = visible_ids(state.workspace, entries, rights)
        self.entries: list[Entry] = [entry for entry in entries if entry.id in self.ids]
        self._index: SearchIndex | None = None
        self._kept: OrderedDict[tuple[object, ...], object] = OrderedDict()

    def kept(self, key: tuple[object, ...], make: Callable[[], T]) -> T:
        """Something worked out for this view; it goes when the library or the day changes."""
        with self.state.lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return cast("T", self._kept[key])
        made = make()
        with self.state.lock:
            self._kept[key] = made
            while len(self._kept) > _CACHED:
                self._kept.popitem(last=False)
        return made

    @property
    def index(self) -> SearchIndex:
        """The visible part of the search index.

        Raises:
            EnvironmentRefused: There is no index.
        """
        if self._index is None:
            if self.state.index is None:
                raise EnvironmentRefused(f"检索索引暂不可用：{self.state.why}")
            from search.visible import restrict  # noqa: PLC0415 - with the engine

            self._index = restrict(self.state.index, self.ids)
        return self._index

    def entry(self, document_id: str) -> Entry:
        """The document with this id.

        Raises:
            DocumentNotFound: There is none; near names come from the visible part.
            AccessDenied: It may not be seen; the error says why.
        """
        found = self.workspace.catalogue.get(document_id)
        if found is None:
            tail = document_id.rpartition("/")[2].partition("@")[0]
            near = [e.id for e in self.entries if tail and tail in e.id][:3]
            raise DocumentNotFound(document_id, near)
        if found.id not in self.ids:
            why = self.rights.why_hidden(self.workspace, found)
            raise AccessDenied(
                "您不能查看这份文档。", hint=f"原因：{why}需要查看请联系制度管理员。"
            )
        return found

    def family(self, entry: Entry) -> list[Entry]:
        """The visible versions of a text, newest first."""
        return [e for e in self.workspace.versions.family(entry) if e.id in self.ids]


class Library:
    """Gives the present state, and notices what changes on the disk."""

    def __init__(self, path: str | Path, *, refresh_seconds: float = 1.0) -> None:
        """Open the workspace and its index.

        Raises:
            WorkspaceNotFound: There is no workspace.
        """
        self._scout = Workspace.open(path)
        self._seconds = refresh_seconds
        self._looking = threading.Lock()
        self._looked = time.monotonic()
        self._rendered: OrderedDict[tuple[object, ...], object] = OrderedDict()
        self._render_lock = threading.Lock()
        self._state = self._make(1)

    @property
    def root(self) -> Path:
        """The workspace's folder."""
        return self._scout.root

    def state(self) -> State:
        """The present state; the disk is looked at when the last look is long enough ago."""
        if time.monotonic() - self._looked >= self._seconds and self._looking.acquire(
            blocking=False
        ):
            try:
                self._look()
            finally:
                self._looked = time.monotonic()
                self._looking.release()
        return self._state

    def notice(self) -> State:
        """Look at the disk now, after something was written."""
        with self._looking:
            self._look()
            self._looked = time.monotonic()
        return self._state

    def _look(self) -> None:
        changed = self._scout.refresh()
        if changed or self._marks(self._scout) != self._state.data:
            self._state = self._make(self._state.number + 1)

    def for_writing(self) -> Workspace:
        """A workspace of one's own: what writes refreshes it, and readers must not see that."""
        workspace = Workspace.open(self._scout.root)
        workspace.catalogue = copy.copy(self._scout.catalogue)
        return workspace

    def _make(self, number: int) -> State:
        workspace = self.for_writing()
        marks = self._marks(workspace)
        index, why = _open_index(workspace)
        return State(workspace, index, number, why, marks)

    @staticmethod
    def _marks(workspace: Workspace) -> tuple[Mark, ...]:
        """Settings, kinds, lexicon and metric files, with size and time."""
        paths = {workspace.root / FILE_NAME, *workspace.root.glob("templates/*/kind.toml")}
        paths |= set(workspace.root.glob("*.tsv"))
        for entry in workspace.entries:
            if entry.values.get("数据") or entry.values.get("data"):
                paths |= set(workspace.data_paths(entry))
        return tuple(sorted(_mark(path) for path in paths))

    def view(self, rights: Rights, state: State | None = None) -> View:
        """What somebody sees today."""
        state = state or self.state()
        key = (rights.key, rights.levels, _day())
        with state.lock:
            found = state.views.get(key)
            if found is not None and found.rights.read_only == rights.read_only:
                state.views.move_to_end(key)
                return found
        made = View(state, rights)
        with state.lock:
            state.views[key] = made
            while len(state.views) > _VIEWS:
                state.views.popitem(last=False)
        return made

    def cached(self, key: tuple[object, ...], make: Callable[[], T]) -> T:
        """Something made from documents; `key` holds all it depends on, its sort first."""
        with self._render_lock:
            if key in self._rendered:
                self._rendered.move_to_end(key)
                return cast("T", self._rendered[key])
        made = make()
        with self._render_lock:
            self._rendered[key] = made
            while len(self._rendered) > _CACHED:
                self._rendered.popitem(last=False)
            if key[0] in _BULKY:
                files = [kept for kept in self._rendered if kept[0] in _BULKY]
                for old in files[:-_FILES_CACHED]:
                    del self._rendered[old]
        return made


def _day() -> date:
    return today()


def _mark(path: Path) -> Mark:
    try:
        status = path.stat()
    except OSError:
        return str(path), -1, -1
    return str(path), status.st_size, status.st_mtime_ns


def _open_index(workspace: Workspace) -> tuple[SearchIndex | None, str]:
    from search import SearchIndex as Opened  # noqa: PLC0415 - with the engine

    try:
        return Opened.open(workspace), ""
    except EnvironmentRefused as error:
        return None, error.message

"""The library as it stands now: a workspace and its index that belong together.

Waitress answers in several threads. What they read is a `State` that never changes; when something
changed on the disk, a new state is made and put in its place at once.
"""

from __future__ import annotations

import copy
import logging
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

from store import Workspace
from store.dates import today
from store.exceptions import DocumentNotFound, EnvironmentRefused, WenshuError
from store.files import reason
from store.settings import FILE_NAME
from web.checking import Checks
from web.kept import Kept
from web.refusals import AccessDenied
from web.rights import visible_ids
from web.signals import Signals

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from search import SearchIndex
    from store.catalogue import Entry
    from web.rights import Rights

LOG: Final = logging.getLogger("wenshu.web")
T = TypeVar("T")
Mark = tuple[str, int, int]
_VIEWS: Final = 64
_CACHED: Final = 400
_PAGES: Final = 200
_LARGE: Final = 1000
_BULKY: Final = frozenset({"word", "pdf", "returned"})
_FILES_CACHED: Final = 40
_PAUSE: Final = 1.6  # after so many times the seconds between looks, no thread is waited for


@dataclass(slots=True)
class State:
    """One moment of the library.

    Attributes:
        workspace: Its catalogue is never refreshed.
        index: None where there is none and none could be made; `why` says why.
        number: Counts the states.
        data: Every file besides documents that texts depend on, with size and time.
        views: What each sort of reader sees, by rights and day.
        pages: Whole pages, by person and address; see `web.whole_pages`.
    """

    workspace: Workspace
    index: SearchIndex | None
    number: int
    why: str = ""
    data: tuple[Mark, ...] = ()
    views: Kept = field(default_factory=lambda: Kept(_VIEWS))
    pages: Kept = field(default_factory=lambda: Kept(_PAGES))


class View:
    """The library as somebody with certain rights sees it."""

    def __init__(self, state: State, rights: Rights) -> None:
        """Keep the part of the state that these rights show."""
        self.state = state
        self.workspace = state.workspace
        self.rights = rights
        self.day = _day()
        entries = state.workspace.entries
        if rights.sees_everything:
            self.ids = frozenset(entry.id for entry in entries)
        else:
            self.ids = visible_ids(state.workspace, entries, rights)
        self.entries: list[Entry] = [entry for entry in entries if entry.id in self.ids]
        self._index: SearchIndex | None = None
        self._kept = Kept(_CACHED)

    def kept(self, key: tuple[object, ...], make: Callable[[], T]) -> T:
        """Something worked out for this view; it goes when the library or the day changes."""
        return self._kept.get(key, make)

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
        self.signals = Signals()
        self._seen = self.signals.changes()
        self.signals.looked(time.monotonic_ns())
        self._rendered = Kept(_CACHED, _FILES_CACHED, _BULKY)
        self.checks = Checks()
        self._follower: threading.Thread | None = None
        self._behind = False
        self._lag = ""  # why the index is not that of the state
        self.trouble = ""  # why the state is not that of the disk
        self._state = self._make(1)

    @property
    def root(self) -> Path:
        """The workspace's folder."""
        return self._scout.root

    def state(self) -> State:
        """The present state; the disk is looked at when the last look is long enough ago.

        While requests keep coming a thread looks, so that none of them waits for it. After a
        pause, and after another process wrote, the request itself looks before it is answered.
        """
        age = (time.monotonic_ns() - self.signals.last_look()) / 1e9
        if self.signals.changes() != self._seen:
            with self._looking:
                if self.signals.changes() != self._seen:
                    self._look()
        elif age >= self._seconds and self._looking.acquire(blocking=False):
            if age >= self._seconds * _PAUSE:
                self._look_and_release()
            else:
                threading.Thread(target=self._look_and_release, daemon=True).start()
        return self._state

    def _look_and_release(self) -> None:
        try:
            self._look()
        finally:
            self._looking.release()

    def notice(self) -> State:
        """Look at the disk now, after something was written."""
        with self._looking:
            self._look()
        return self._state

    def _look(self) -> None:
        """Make a new state when anything changed, and tell the other processes."""
        self._seen = self.signals.changes()
        self.signals.looked(time.monotonic_ns())
        if not self._scout.kb.is_dir():  # a network drive that is away for a moment
            self.trouble = f"暂时读不到文件夹 {self._scout.kb}，显示的是之前的内容。"
            return
        try:
            self._behind |= self._scout.refresh()
            if self._behind or self._marks(self._scout) != self._state.data:
                self._state = self._next()
                self.signals.changed()
                self._seen += 1
            self._behind, self.trouble = False, self._lag
        except WenshuError as error:  # settings that cannot be read: the state before stays
            self.trouble = f"{error.message}显示的是之前的内容。"
        except OSError as error:
            self.trouble = f"读不到资料库：{reason(error)}。显示的是之前的内容。"
        finally:
            self.signals.looked(time.monotonic_ns())

    def for_writing(self) -> Workspace:
        """A workspace of one's own: what writes refreshes it, and readers must not see that."""
        workspace = Workspace.open(self._scout.root)
        workspace.catalogue = copy.copy(self._scout.catalogue)
        return workspace

    def _next(self) -> State:
        """The state after a change; of a large library the index follows a little later."""
        before = self._state
        if before.index is None or len(self._scout.entries) <= _LARGE:
            return self._make(before.number + 1)
        workspace = self.for_writing()
        marks = self._marks(workspace)
        if self._follower is None or not self._follower.is_alive():
            self._follower = threading.Thread(target=self._follow, daemon=True)
            self._follower.start()
        return State(workspace, before.index, before.number + 1, before.why, marks)

    def _follow(self) -> None:
        """Bring the index up to date; where that fails, it is said and the next change tries."""
        try:
            self._catch_up()
        except Exception:  # the pages must hear of it
            LOG.exception("the index cannot be brought up to date")
            with self._looking:
                self._follower = None
                self._lag = self.trouble = "检索索引更新失败，检索到的可能是之前的内容。"

    def _catch_up(self) -> None:
        """Until the index is that of the present state."""
        while True:
            with self._looking:
                seen, workspace = self._state, self.for_writing()
            index, why = _open_index(workspace)
            with self._looking:
                now = self._state
                index = index or now.index
                self._state = State(now.workspace, index, now.number + 1, why, now.data)
                if now is seen:
                    self._follower = None
                    if self.trouble == self._lag:
                        self.trouble = ""
                    self._lag = ""
                    return

    def _make(self, number: int) -> State:
        workspace = self.for_writing()
        marks = self._marks(workspace)
        index, why = _open_index(workspace)
        return State(workspace, index, number, why, marks)

    @staticmethod
    def _marks(workspace: Workspace) -> tuple[Mark, ...]:
        """Settings, kinds, Word templates, lexicon and metric files, with size and time."""
        paths = {workspace.root / FILE_NAME, *workspace.root.glob("templates/*/kind.toml")}
        paths |= set(workspace.root.glob("templates/*/*.docx"))
        paths |= set(workspace.root.glob("*.tsv"))
        for entry in workspace.entries:
            if entry.values.get("数据") or entry.values.get("data"):
                paths |= set(workspace.metric_files(entry))
        return tuple(sorted(_mark(path) for path in paths))

    def view(self, rights: Rights, state: State | None = None) -> View:
        """What somebody sees today."""
        state = state or self.state()
        key = (rights.key, rights.levels, rights.read_only, _day())
        return state.views.get(key, lambda: View(state, rights))

    def cached(self, key: tuple[object, ...], make: Callable[[], T]) -> T:
        """Something made from documents; `key` holds all it depends on, its sort first."""
        return self._rendered.get(key, make)


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
    except OSError as error:
        return None, f"{reason(error)}。"

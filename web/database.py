"""The permanent records in SQLite: accounts, sessions, tokens, audit, drafts.

`PRAGMA user_version` counts the steps that were taken; each step runs in one transaction.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
import weakref
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Final

from store.exceptions import EnvironmentRefused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

FILE_NAME: Final = "wenshu.db"
Value = str | int | float | bytes | None

_STEPS: Final = (
    """
    CREATE TABLE setting (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE account (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE COLLATE NOCASE,
        display TEXT NOT NULL DEFAULT '',
        role TEXT NOT NULL,
        department TEXT NOT NULL DEFAULT '',
        level TEXT NOT NULL DEFAULT '',
        password TEXT NOT NULL DEFAULT '',
        must_change INTEGER NOT NULL DEFAULT 0,
        disabled INTEGER NOT NULL DEFAULT 0,
        created TEXT NOT NULL
    );
    CREATE TABLE session (
        hash TEXT PRIMARY KEY,
        account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
        created INTEGER NOT NULL,
        seen INTEGER NOT NULL,
        address TEXT NOT NULL DEFAULT '',
        agent TEXT NOT NULL DEFAULT ''
    ) WITHOUT ROWID;
    CREATE INDEX session_of ON session (account);
    CREATE TABLE token (
        id INTEGER PRIMARY KEY,
        account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
        hash TEXT NOT NULL UNIQUE,
        label TEXT NOT NULL,
        created TEXT NOT NULL,
        used TEXT NOT NULL DEFAULT ''
    );
    CREATE TABLE failure (key TEXT PRIMARY KEY, count INTEGER NOT NULL, at INTEGER NOT NULL)
        WITHOUT ROWID;
    CREATE TABLE audit (
        id INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        who TEXT NOT NULL,
        address TEXT NOT NULL,
        action TEXT NOT NULL,
        target TEXT NOT NULL DEFAULT '',
        detail TEXT NOT NULL DEFAULT ''
    );
    CREATE INDEX audit_at ON audit (at);
    """,
    """
    CREATE TABLE draft (
        owner TEXT NOT NULL,
        sort TEXT NOT NULL,
        target TEXT NOT NULL,
        value TEXT NOT NULL,
        file BLOB,
        changed INTEGER NOT NULL,
        PRIMARY KEY (owner, sort, target)
    ) WITHOUT ROWID;
    ALTER TABLE account ADD COLUMN subject TEXT NOT NULL DEFAULT '';
    CREATE UNIQUE INDEX account_subject ON account (subject) WHERE subject <> '';
    """,
)

VERSION: Final = len(_STEPS)


def version_of(path: Path) -> int | None:
    """The version of a file that is not opened for use; None where there is none."""
    if not path.is_file():
        return None
    with closing(sqlite3.connect(path)) as found:
        return int(found.execute("PRAGMA user_version").fetchone()[0])


def _reason(error: sqlite3.Error) -> str:
    words = {"full": "磁盘空间不足", "locked": "正被别的程序占用", "readonly": "文件只读"}
    return next((said for word, said in words.items() if word in str(error)), str(error))


class _Held:
    """A thread's connection: it is closed when the thread ends and this goes with it."""

    def __init__(
        self, connection: sqlite3.Connection, known: dict[int, sqlite3.Connection]
    ) -> None:
        self.connection = connection
        known[id(connection)] = connection
        weakref.finalize(self, _end, connection, known).atexit = False


def _end(connection: sqlite3.Connection, known: dict[int, sqlite3.Connection]) -> None:
    known.pop(id(connection), None)
    connection.close()


def _refused(what: str, error: sqlite3.Error) -> EnvironmentRefused:
    return EnvironmentRefused(
        f"账号数据库无法{what}：{_reason(error)}。", hint="请检查磁盘空间和文件夹权限。"
    )


@contextmanager
def _told(what: str) -> Iterator[None]:
    """Say in a sentence why the file cannot be used; a broken rule stays what it is."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise _refused(what, error) from error
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise
    except sqlite3.DatabaseError as error:
        raise _refused(what, error) from error


class Database:
    """One SQLite file, a connection for each thread; in memory where `path` is None."""

    def __init__(self, path: Path | None, *, wal: bool = True) -> None:
        """Open the file and bring it to the present version.

        Args:
            path: The file.
            wal: Write ahead; not on network drives.

        Raises:
            EnvironmentRefused: It cannot be opened, or a newer Wenshu made it.
        """
        self.path = path
        self._wal = wal
        self._local = threading.local()
        self._memory = f"file:wenshu-{secrets.token_hex(8)}?mode=memory&cache=shared"
        self._all: dict[int, sqlite3.Connection] = {}
        try:
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._keeper = _Held(self._connect(), self._all)  # memory lasts as long as it
            self._upgrade()
        except (sqlite3.Error, OSError) as error:
            raise EnvironmentRefused(
                f"账号数据库 {path} 无法打开：{error}。",
                hint="请检查文件夹权限和磁盘空间；文件损坏时请用备份恢复。",
            ) from error

    def _connect(self) -> sqlite3.Connection:
        if self.path is None:
            found = sqlite3.connect(self._memory, uri=True, timeout=10, check_same_thread=False)
        else:
            found = sqlite3.connect(self.path, timeout=10, check_same_thread=False)
            if self._wal:
                found.execute("PRAGMA journal_mode = WAL")
        found.isolation_level = None
        found.row_factory = sqlite3.Row
        found.execute("PRAGMA foreign_keys = ON")
        found.execute("PRAGMA synchronous = NORMAL")
        return found

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection; it ends with the thread.

        Raises:
            EnvironmentRefused: The file cannot be opened.
        """
        held: _Held | None = getattr(self._local, "held", None)
        if held is None:
            with _told("打开"):
                held = self._local.held = _Held(self._connect(), self._all)
        return held.connection

    @property
    def version(self) -> int:
        """How many steps the file has seen."""
        return int(self.connection.execute("PRAGMA user_version").fetchone()[0])

    def _upgrade(self) -> None:
        if self.version > len(_STEPS):
            raise EnvironmentRefused(
                f"账号数据库 {self.path} 是较新版本的文枢建立的。", hint="请安装新版文枢后再启动。"
            )
        while (done := self.version) < len(_STEPS):
            script = f"BEGIN IMMEDIATE; {_STEPS[done]} PRAGMA user_version = {done + 1}; COMMIT;"
            try:
                self.connection.executescript(script)
            except sqlite3.Error:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                if self.version == done:  # nobody else took the step in between
                    raise

    def run(self, sql: str, *values: Value) -> int:
        """Run one statement; gives how many rows it changed."""
        return self._execute(sql, values).rowcount

    def insert(self, sql: str, *values: Value) -> int:
        """Run one INSERT; gives the new row's number."""
        return int(self._execute(sql, values).lastrowid or 0)

    def _execute(self, sql: str, values: Sequence[Value]) -> sqlite3.Cursor:
        """Write.

        Raises:
            EnvironmentRefused: The disk is full, or the file cannot be written.
        """
        with _told("写入"):
            return self.connection.execute(sql, values)

    def rows(self, sql: str, *values: Value) -> Sequence[sqlite3.Row]:
        """All rows of a query.

        Raises:
            EnvironmentRefused: The file cannot be read.
        """
        with _told("读取"):
            return self.connection.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Value) -> sqlite3.Row | None:
        """The first row of a query.

        Raises:
            EnvironmentRefused: The file cannot be read.
        """
        with _told("读取"):
            found: sqlite3.Row | None = self.connection.execute(sql, values).fetchone()
        return found

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Several statements as one.

        Raises:
            EnvironmentRefused: The disk is full, or the file cannot be written.
        """
        with _told("写入"):
            self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if self.connection.in_transaction:  # SQLite itself rolls back on a full disk
                self.connection.execute("ROLLBACK")
            raise
        with _told("写入"):
            self.connection.execute("COMMIT")

    def secret(self, name: str) -> bytes:
        """A random secret that is made once and kept."""
        self.run(
            "INSERT OR IGNORE INTO setting (name, value) VALUES (?, ?)",
            name,
            secrets.token_bytes(32),
        )
        row = self.row("SELECT value FROM setting WHERE name = ?", name)
        assert row is not None
        return bytes(row["value"])

    def close(self) -> None:
        """Close every connection; the next use opens anew."""
        for connection in list(self._all.values()):
            _end(connection, self._all)
        self._local = threading.local()

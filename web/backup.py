"""Everything of a workspace in one zip, and back: documents, templates, history, accounts, record.

What may be made anew (`.wenshu/cache`) stays out. A backup may be taken while the page is served:
writers wait only until every file has a second name (files are replaced, never written into, so the
bytes under that name stay), and the database is copied by SQLite itself.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import sqlite3
import stat
import tempfile
import zipfile
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from store.exceptions import EnvironmentRefused, InputError
from store.files import locked, reason
from store.history import lock_path
from web.database import FILE_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from store import Workspace

FORMAT: Final = 1
NOTE: Final = "wenshu-backup.json"
MOST_FILES: Final = 500_000
MOST_BYTES: Final = 20 * 1024**3
_TOPS: Final = ("kb", "templates", ".wenshu/history", ".wenshu/data")
_ALLOWED: Final = frozenset({"kb", "templates", ".wenshu"})
_DATABASE: Final = f".wenshu/data/{FILE_NAME}"
_DATABASE_FILES: Final = frozenset(FILE_NAME + end for end in ("", "-wal", "-shm", "-journal"))
_IMPORT_LOCK: Final = "working.lock"


@dataclass(frozen=True, slots=True)
class Backup:
    """What went into a backup, or came out of one."""

    path: Path
    files: int
    size: int


def back_up(workspace: Workspace, target: Path) -> Backup:
    """Write a backup; the file appears whole or not at all.

    Raises:
        EnvironmentRefused: The file is there already, or cannot be written.
    """
    if target.exists():
        raise EnvironmentRefused(f"“{target}”已经存在，没有覆盖。", hint="请换一个文件名。")
    temporary = target.with_name(f".~{target.name}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _frozen(workspace) as files:
            count = _write(workspace, files, temporary)
        temporary.replace(target)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise EnvironmentRefused(f"备份无法写入 {target}：{reason(error)}。") from error
    return Backup(target, count, target.stat().st_size)


@contextmanager
def _frozen(workspace: Workspace) -> Iterator[list[tuple[Path, str]]]:
    """Every file as it is now, with its name in the backup; writers go on meanwhile.

    Where files cannot have a second name (some network drives), writers wait until the end.
    """
    root = workspace.root
    second = root / ".wenshu" / f".~backup-{secrets.token_hex(6)}"
    with ExitStack() as stack:
        lock = stack.enter_context(ExitStack())
        lock.enter_context(locked(lock_path(workspace)))
        files = [(path, path.relative_to(root).as_posix()) for path in _files(root)]
        try:
            second.mkdir(parents=True)
            stack.callback(shutil.rmtree, second, ignore_errors=True)
            linked = [(second / str(at), name) for at, (_, name) in enumerate(files)]
            for (path, _), (link, _) in zip(files, linked, strict=True):
                link.hardlink_to(path)
        except OSError:
            yield files
            return
        lock.close()
        yield linked


def _write(workspace: Workspace, files: Sequence[tuple[Path, str]], target: Path) -> int:
    count = len(files)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
        for path, name in files:
            archive.write(path, name)
        database = workspace.root / _DATABASE
        if database.is_file():
            archive.writestr(_DATABASE, _copy(database))
            count += 1
        when = datetime.now().astimezone().isoformat(timespec="seconds")
        archive.writestr(NOTE, json.dumps({"format": FORMAT, "when": when, "files": count}))
    return count


def _files(root: Path) -> Iterator[Path]:
    """Every file that belongs in: no caches, no half-written files, no database."""
    yield from (
        path for path in sorted(root.glob("*")) if _wanted(path) and path.suffix.lower() != ".zip"
    )
    for top in _TOPS:
        folder = root / top
        own = top == ".wenshu/data"
        for path in sorted(folder.rglob("*")):
            if _wanted(path) and not (own and _is_running(path, folder)):
                yield path


def _is_running(path: Path, data: Path) -> bool:
    """Whether it is the database, which is copied by itself, or a lock of an import at work."""
    return path.name == _IMPORT_LOCK or (path.parent == data and path.name in _DATABASE_FILES)


def _wanted(path: Path) -> bool:
    """Whether it is a whole file that lies here itself."""
    return path.is_file() and not path.is_symlink() and not path.name.startswith((".~", "~$"))


def _copy(database: Path) -> bytes:
    """The database as one consistent file."""
    with tempfile.TemporaryDirectory(prefix="wenshu-backup-") as folder:
        target = Path(folder) / FILE_NAME
        with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
        return target.read_bytes()


def bring_back(source: Path, target: Path) -> Backup:
    """Unpack a backup into a new or empty folder.

    Raises:
        InputError: It is no backup, is damaged, or holds what no backup holds.
        EnvironmentRefused: The folder is not empty, or cannot be written.
    """
    if target.exists() and any(target.iterdir()):
        raise EnvironmentRefused(f"“{target}”里已有文件，没有恢复。", hint="请给一个新的文件夹。")
    try:
        with zipfile.ZipFile(source) as archive:
            members = _members(archive, source)
            if (bad := archive.testzip()) is not None:
                raise InputError(f"备份 {source} 已损坏：{bad}。", path=str(source))
            for member in members:
                path = target.joinpath(*PurePosixPath(member.filename).parts)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(archive.read(member))
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError) as error:
        raise InputError(f"{source} 不是完好的备份文件。", path=str(source)) from error
    except OSError as error:
        raise EnvironmentRefused(f"无法恢复到 {target}：{reason(error)}。") from error
    (target / "kb").mkdir(parents=True, exist_ok=True)
    return Backup(target, len(members), source.stat().st_size)


def _members(archive: zipfile.ZipFile, source: Path) -> list[zipfile.ZipInfo]:
    """The files to unpack, each checked to stay within the folder.

    Raises:
        InputError: It is no backup of ours.
    """
    try:
        note = json.loads(archive.read(NOTE))
        known = int(note["format"]) <= FORMAT
    except (KeyError, ValueError, TypeError) as error:
        raise InputError(f"{source} 不是文枢的备份。", path=str(source)) from error
    if not known:
        raise InputError(f"{source} 是较新版本的备份。", hint="请先升级文枢。", path=str(source))
    members = [m for m in archive.infolist() if m.filename != NOTE and not m.is_dir()]
    if len(members) > MOST_FILES or sum(m.file_size for m in members) > MOST_BYTES:
        raise InputError(f"备份 {source} 过大，没有恢复。", path=str(source))
    for member in members:
        if not _is_safe(member):
            raise InputError(
                f"备份 {source} 中有不该有的文件“{member.filename}”，没有恢复。", path=str(source)
            )
    return members


def _is_safe(member: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(member.filename)
    if (
        path.is_absolute()
        or ".." in path.parts
        or "\\" in member.filename
        or (":" in member.filename and os.name == "nt")
        or re.match("[A-Za-z]:", member.filename)
    ):
        return False
    if stat.S_ISLNK(member.external_attr >> 16):
        return False
    return len(path.parts) == 1 or path.parts[0] in _ALLOWED

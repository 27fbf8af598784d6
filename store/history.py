"""Every text that Wenshu overwrote or removed, and how to get it back.

`.wenshu/history/<id>/0001.md` holds the bytes before a change, `0001.json` who changed what and
why. Deleted documents are kept the same way, with the action 删除. Nothing here is ever
overwritten.
"""

from __future__ import annotations

import getpass
import json
import os
import unicodedata
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from store.exceptions import (
    ConflictError,
    InputError,
    InvalidValue,
    NotFoundError,
    UsageError,
)
from store.files import digest, locked, read_bytes, remove, write_atomic

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from store.workspace import Workspace

_FORBIDDEN: Final = frozenset('<>:"|?*\\')
_RESERVED: Final = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{name}{n}" for name in ("com", "lpt") for n in range(1, 10)}
)


@dataclass(slots=True, frozen=True)
class Record:
    """One kept text.

    Attributes:
        number: Counts from 1 for each document.
        when: Local time, ISO with seconds.
        who: The user's name.
        action: 保存, 发布, 文字更正, 恢复, 删除, …
        why: The reason given.
        hash: SHA-256 of the kept text.
    """

    number: int
    when: str
    who: str
    action: str
    why: str
    hash: str


_acting: ContextVar[str] = ContextVar("acting", default="")


@contextmanager
def acting_as(name: str) -> Iterator[None]:
    """Record changes made meanwhile, in this thread, under a person's name."""
    token = _acting.set(name)
    try:
        yield
    finally:
        _acting.reset(token)


def current_user() -> str:
    """The name under which changes are recorded: who acts, WENSHU_USER, else the system's user."""
    if name := _acting.get():
        return name
    try:
        return os.environ.get("WENSHU_USER") or getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "未知"


def document_path(workspace: Workspace, document_id: str) -> Path:
    """Where the document of an id lies; the id is checked first.

    Raises:
        InvalidValue: The id leaves `kb/` or is no file name on Windows.
    """
    parts = document_id.split("/")
    for part in parts:
        stem = part.partition(".")[0].lower()
        bad = not part.strip() or part in {".", ".."} or part[0] in "~." or part[-1] in ". "
        if bad or stem in _RESERVED or set(part) & _FORBIDDEN or any(map(_unprintable, part)):
            raise InvalidValue(
                f"“{document_id}”不能用作文档名。",
                hint='名称里不要有 < > : " | ? * \\，不要以点或空格结尾，也不要用 .. 。',
            )
        if len(part.encode("utf-8")) > 240:
            raise InvalidValue("文档名过长。", hint="请控制在 80 个汉字以内。")
    return workspace.kb.joinpath(*parts[:-1], f"{parts[-1]}.md")


def _unprintable(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}


def _folder(workspace: Workspace, document_id: str) -> Path:
    document_path(workspace, document_id)  # refuses what leaves the folder
    return workspace.history.joinpath(*document_id.split("/"))


def records(workspace: Workspace, document_id: str) -> list[Record]:
    """The kept texts of a document, oldest first.

    A text whose record was lost to a crash is listed with what is known of it.
    """
    found: dict[int, Record] = {}
    folder = _folder(workspace, document_id)
    for number, path in _numbered(folder, ".json"):
        try:
            found[number] = Record(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            continue
    for number, path in _numbered(folder, ".md"):
        if number not in found:
            with suppress(OSError, InputError):
                when = datetime.fromtimestamp(path.stat().st_mtime).astimezone()
                stamp = when.isoformat(timespec="seconds")
                found[number] = Record(number, stamp, "", "保存", "", digest(read_bytes(path)))
    return [found[number] for number in sorted(found)]


def _numbered(folder: Path, suffix: str) -> list[tuple[int, Path]]:
    """The files of a folder that are named by a number."""
    if not folder.is_dir():
        return []
    paths = (path for path in folder.glob(f"[0-9]*{suffix}") if path.stem.isdecimal())
    return [(int(path.stem), path) for path in paths]


def text_of(workspace: Workspace, document_id: str, number: int) -> bytes:
    """The bytes of a kept text.

    Raises:
        NotFoundError: There is no such number.
    """
    path = _folder(workspace, document_id) / f"{number:04d}.md"
    if not path.is_file():
        numbers = [str(record.number) for record in records(workspace, document_id)]
        raise NotFoundError(
            f"“{document_id}”没有第 {number} 次留存的文本。",
            hint=f"现有：{'、'.join(numbers)}" if numbers else "这份文档还没有被改写过。",
        )
    return read_bytes(path)


def keep(workspace: Workspace, document_id: str, data: bytes, action: str, why: str = "") -> Record:
    """Keep a text before it is overwritten; the caller holds the lock."""
    folder = _folder(workspace, document_id)
    number = max((number for number, _ in _numbered(folder, ".md")), default=0) + 1
    when = datetime.now().astimezone().isoformat(timespec="seconds")
    record = Record(number, when, current_user(), action, why, digest(data))
    write_atomic(folder / f"{number:04d}.md", data)
    text = json.dumps(asdict(record), ensure_ascii=False, indent=1)
    write_atomic(folder / f"{number:04d}.json", text.encode("utf-8"))
    return record


def keep_file(workspace: Workspace, path: Path, data: bytes) -> Path:
    """Keep the bytes of a file that is no document (a Word template); gives the copy's place."""
    place = workspace.history / path.relative_to(workspace.root).parent
    stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    copy = place / f"{path.stem}-{stamp}{path.suffix}"
    count = 1
    while copy.exists():
        count += 1
        copy = place / f"{path.stem}-{stamp}-{count}{path.suffix}"
    write_atomic(copy, data)
    return copy


def lock_path(workspace: Workspace) -> Path:
    """The lock that every writer of documents holds."""
    return workspace.root / ".wenshu" / "saving.lock"


def save(
    workspace: Workspace,
    document_id: str,
    text: str,
    *,
    expected: str | None,
    action: str = "保存",
    why: str = "",
) -> str:
    """Write a document whole; what stood there goes to the history first.

    Args:
        workspace: The workspace.
        document_id: Which document.
        text: The whole new file.
        expected: The hash of the text that was changed; None when the document must be new.
        action: What is done, for the record.
        why: The reason, for the record.

    Returns:
        The hash of the new text.

    Raises:
        ConflictError: The file on the disk is not the one that was changed.
        EnvironmentRefused: The disk is full, the folder read-only, or another program is saving.
    """
    path = document_path(workspace, document_id)
    data = text.encode("utf-8")
    with locked(lock_path(workspace)):
        before = read_bytes(path) if path.exists() else None
        check_unchanged(document_id, before, expected)
        if before is not None and before != data:
            keep(workspace, document_id, before, action, why)
        write_atomic(path, data)
    return digest(data)


def check_unchanged(document_id: str, before: bytes | None, expected: str | None) -> None:
    """Refuse to overwrite what somebody else wrote.

    Raises:
        ConflictError: The present bytes are not the expected ones.
    """
    present = None if before is None else digest(before)
    if present == expected:
        return
    if expected is None:
        raise ConflictError(
            f"“{document_id}”已经存在，没有覆盖。",
            hint="请换一个名称，或用 wenshu revise 起草新版本。",
        )
    if present is None:
        raise ConflictError(
            f"“{document_id}”在此期间已被删除或改名。", hint="请先另存您的文本，再查看回收站。"
        )
    raise ConflictError(
        f"“{document_id}”在此期间已被别人保存过，您的修改没有写入。",
        hint="请重新打开，对照两处改动后再保存。",
    )


def delete(
    workspace: Workspace, document_id: str, why: str = "", *, expected: str | None = None
) -> Record:
    """Move a document to the bin: its text is kept, the file goes.

    Args:
        workspace: The workspace.
        document_id: Which document.
        why: The reason, for the record.
        expected: The hash of the text that the person saw; None for whatever stands there.

    Raises:
        NotFoundError: There is no such file.
        ConflictError: Somebody else saved in between.
    """
    path = document_path(workspace, document_id)
    with locked(lock_path(workspace)):
        if not path.is_file():
            raise NotFoundError(f"没有文档“{document_id}”。")
        before = read_bytes(path)
        if expected is not None:
            check_unchanged(document_id, before, expected)
        record = keep(workspace, document_id, before, "删除", why)
        _unlock(workspace, document_id, why)
        remove(path)
    return record


def _unlock(workspace: Workspace, document_id: str, why: str) -> None:
    """A new document may have the name of a published one that was deleted."""
    from store import locks  # noqa: PLC0415 - most documents were never published here

    if document_id in locks.locks(workspace):
        lock = locks.new_lock(document_id, "", who=current_user(), action=locks.DELETED, why=why)
        locks.record(workspace, lock)


def _lock_again(workspace: Workspace, document_id: str, text: str) -> None:
    """A published text that comes back out of the bin is locked as before."""
    from store import locks  # noqa: PLC0415

    last = locks.lock_records(workspace, document_id)[-1:]
    if last and last[0].action == locks.DELETED:
        lock = locks.new_lock(document_id, text, who=current_user(), action="恢复")
        locks.record(workspace, lock)


def restore(workspace: Workspace, document_id: str, number: int | None = None) -> Record:
    """Bring a kept text back; what stands there now is kept first.

    Args:
        workspace: The workspace.
        document_id: Which document.
        number: Which kept text; None for the newest.

    Raises:
        NotFoundError: There is no such text.
        UsageError: The text is the present one already.
        LockedDocument: A published text stands there, and this is another.
    """
    from store.locks import refuse_change  # noqa: PLC0415

    kept = records(workspace, document_id)
    if number is None:
        if not kept:
            raise NotFoundError(
                f"“{document_id}”没有留存的文本。", hint="没有被改写或删除过的文档无需恢复。"
            )
        number = kept[-1].number
    data = text_of(workspace, document_id, number)
    path = document_path(workspace, document_id)
    text = data.decode("utf-8", errors="replace")
    with locked(lock_path(workspace)):
        before = read_bytes(path) if path.exists() else None
        if before == data:
            raise UsageError(f"“{document_id}”现在的文本与第 {number} 次留存的相同，不必恢复。")
        refuse_change(workspace, document_id, text)
        if before is not None:
            keep(workspace, document_id, before, "恢复", f"恢复到第 {number} 次留存的文本")
        write_atomic(path, data)
        _lock_again(workspace, document_id, text)
    return next((record for record in kept if record.number == number), kept[-1])


def deleted(workspace: Workspace) -> list[tuple[str, Record]]:
    """What lies in the bin: documents whose last record is a deletion and whose file is gone."""
    root = workspace.history
    found = []
    folders = {path.parent for path in root.rglob("[0-9]*.json")} if root.is_dir() else set()
    for folder in sorted(folders):
        document_id = folder.relative_to(root).as_posix()
        last = records(workspace, document_id)[-1:]
        gone = not (workspace.kb / f"{document_id}.md").exists()
        if last and gone and last[0].action == "删除":
            found.append((document_id, last[0]))
    return found

"""Attachments as acts: a file is put beside a document, taken out into the bin, brought back.

A document names its attachments in its front matter (附件); the files lie in `附件/<name>/` beside
it. What is taken out is kept with the history and listed in `.wenshu/data/attachments.jsonl`.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from html import unescape
from typing import TYPE_CHECKING, Final
from unicodedata import normalize
from urllib.parse import unquote

from store import frontmatter
from store.exceptions import NotFoundError, UsageError
from store.files import decode, digest, locked, read_bytes, remove, write_atomic
from store.history import check_unchanged, current_user, keep, keep_file, lock_path
from store.schema import ALIASES, ATTACHMENT_TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from store.catalogue import Entry
    from store.workspace import Workspace

FOLDER: Final = "附件"
RECORD_FILE: Final = "attachments.jsonl"
MOST: Final = 100
_NEVER_MOVED: Final = frozenset({".md", ".markdown", ".toml", ".yaml", ".yml"})
_KEYS: Final = ("附件", "attachments")


@dataclass(slots=True, frozen=True)
class Removed:
    """An attachment that was taken out: of which document, and where its bytes are kept.

    `kept` is relative to the workspace; empty where the file stayed in its place because a document
    uses it, or is one. `back` says that it was brought back.
    """

    number: int
    document: str
    row: dict[str, object]
    kept: str
    when: str
    who: str
    back: bool = False


def listed(entry: Entry) -> list[dict[str, object]]:
    """The rows of a document's attachments as they are written."""
    return _rows(entry.values)


def _rows(values: Mapping[str, object]) -> list[dict[str, object]]:
    raw = next((values[key] for key in _KEYS if key in values), [])
    items = raw if isinstance(raw, list) else [raw]
    return [dict(item) for item in items if isinstance(item, dict)]


def _rows_in(entry: Entry, present: bytes) -> list[dict[str, object]]:
    """The rows as the file has them now; the catalogue may be older."""
    return _rows(frontmatter.parse(decode(present, entry.path), str(entry.path)).values)


def file_of(row: Mapping[str, object]) -> str:
    """The file that a row names, relative to the document's folder."""
    return str(row.get("文件", row.get("file", "")) or "")


def add(
    workspace: Workspace,
    document_id: str,
    file_name: str,
    data: bytes,
    *,
    title: str,
    type_name: str,
    expected: str,
) -> str:
    """Put a file beside a document and name it in the front matter; gives the file's path there.

    Args:
        workspace: The workspace.
        document_id: Which document.
        file_name: A name that is safe on every system, with its ending.
        data: The file.
        title: How it is called.
        type_name: One of the types of attachments.
        expected: The hash of the document that the person saw.

    Raises:
        ConflictError: Somebody else saved the document in between.
        UsageError: The type is none, or there are too many.
    """
    entry = workspace.entry(document_id)
    if type_name not in ATTACHMENT_TYPES:
        raise UsageError(f"附件类型应为 {'、'.join(ATTACHMENT_TYPES)} 之一。")
    with locked(lock_path(workspace)):
        before = read_bytes(entry.path)
        check_unchanged(document_id, before, expected)
        rows = _rows_in(entry, before)
        if len(rows) >= MOST:
            raise UsageError(f"一份文档最多 {MOST} 个附件。")
        path = _free(entry.path.parent / FOLDER / entry.path.stem / file_name, data)
        name = path.relative_to(entry.path.parent).as_posix()
        if all(file_of(row) != name for row in rows):
            rows.append({"名称": title or path.stem, "文件": name, "类型": type_name})
        if not path.is_file():
            write_atomic(path, data)
        _write_rows(workspace, entry, before, rows, "添加附件")
    workspace.refresh()
    return name


def _free(path: Path, data: bytes) -> Path:
    """This place, or the next one; a file with the same bytes is the same file."""
    found, number = path, 1
    while found.is_file() and digest(found.read_bytes()) != digest(data):
        number += 1
        found = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return found


def _write_rows(
    workspace: Workspace, entry: Entry, before: bytes, rows: list[dict[str, object]], action: str
) -> None:
    """Write the list of attachments; the caller holds the lock."""
    text = frontmatter.edit(decode(before, entry.path), {"附件": rows or None}, ALIASES)
    if text.encode() != before:
        keep(workspace, entry.id, before, action)
        write_atomic(entry.path, text.encode())


def take_out(workspace: Workspace, document_id: str, name: str, *, expected: str) -> Removed:
    """Take an attachment out: its row goes, its file goes to the bin.

    Raises:
        NotFoundError: The document names no such file.
        ConflictError: Somebody else saved the document in between.
    """
    entry = workspace.entry(document_id)
    path = (entry.path.parent / name).resolve()
    with locked(lock_path(workspace)):
        before = read_bytes(entry.path)
        check_unchanged(document_id, before, expected)
        rows = _rows_in(entry, before)
        row = next((row for row in rows if file_of(row) == name), None)
        if row is None:
            raise NotFoundError("没有这个附件。", hint="它可能已被移走。")
        kept = ""
        workspace.refresh()
        alone = (
            path.is_relative_to(workspace.kb.resolve())
            and path.suffix.lower() not in _NEVER_MOVED
            and not _is_used(workspace, path, entry.id, [r for r in rows if r is not row])
        )
        if alone and path.is_file():
            copy = keep_file(workspace, workspace.kb / path.relative_to(workspace.kb.resolve()),
                             path.read_bytes())  # fmt: skip
            kept = copy.relative_to(workspace.root).as_posix()
        now = datetime.now().astimezone().isoformat(timespec="seconds")
        number = len(_records(workspace)) + 1
        made = Removed(number, document_id, row, kept, now, current_user())
        _append(workspace, made)
        _write_rows(workspace, entry, before, [r for r in rows if r is not row], "移除附件")
        if kept:
            remove(path)
    workspace.refresh()
    return made


def _is_used(
    workspace: Workspace, path: Path, document_id: str, left: list[dict[str, object]]
) -> bool:
    """Whether a document names this very file: as an attachment, as 数据, or in its text.

    Of the document itself the rows that are left count. In a text every mention of the file's name
    counts, and a text that cannot be read might have one: a file that stays is never lost.
    """
    for other in workspace.entries:
        rows = left if other.id == document_id else listed(other)
        places = [other.path.parent / file_of(row) for row in rows if file_of(row)]
        places += workspace.metric_files(other)
        if any(place.resolve() == path for place in places):
            return True
    return any(_mentions(other.path, path.name) for other in workspace.entries)


def _mentions(document: Path, name: str) -> bool:
    try:
        text = document.read_text(encoding="utf-8-sig", errors="replace")
    except OSError:
        return True
    parts = frontmatter.split(text)
    body = normalize("NFC", unquote(parts[1] if parts else text))
    return normalize("NFC", name) in unescape(body.replace("\\", ""))


def removed(workspace: Workspace) -> list[Removed]:
    """What lies in the bin, newest first."""
    return [one for one in reversed(_records(workspace)) if not one.back]


def put_back(workspace: Workspace, number: int) -> Removed:
    """Bring an attachment back to its document.

    Raises:
        NotFoundError: It is not in the bin, or its document or file is gone.
    """
    with locked(lock_path(workspace)):
        one = next((one for one in removed(workspace) if one.number == number), None)
        if one is None:
            raise NotFoundError("回收站里没有这个附件。", hint="它可能已经取回。")
        entry = workspace.catalogue.get(one.document)
        if entry is None or not entry.path.is_file():
            raise NotFoundError(
                f"“{one.document}”已不在资料库里。", hint="请先取回文档，再取回附件。"
            )
        before = read_bytes(entry.path)
        rows = _rows_in(entry, before)
        row = dict(one.row)
        if one.kept:
            row |= _bring_file(workspace.root / one.kept, entry, file_of(row))
        if all(file_of(other) != file_of(row) for other in rows):
            _write_rows(workspace, entry, before, [*rows, row], "取回附件")
        _append(workspace, Removed(**(asdict(one) | {"back": True})))
    workspace.refresh()
    return one


def _bring_file(kept: Path, entry: Entry, name: str) -> dict[str, object]:
    """Write a kept file to its place, or beside what lies there now; gives what its row changes."""
    if not kept.is_file():
        raise NotFoundError("这个附件留存的文件已经不在了。")
    data = kept.read_bytes()
    path = _free(entry.path.parent / name, data)
    if not path.is_file():
        write_atomic(path, data)
    if not path.is_relative_to(entry.path.parent):
        return {}
    return {"文件": path.relative_to(entry.path.parent).as_posix()}


def _records(workspace: Workspace) -> list[Removed]:
    """Every attachment that was taken out, its last record, by number."""
    path = workspace.data / RECORD_FILE
    if not path.is_file():
        return []
    found: dict[int, Removed] = {}
    for line in path.read_text(encoding="utf-8", errors="replace").split("\n"):
        try:
            one = Removed(**json.loads(line))
        except (ValueError, TypeError):
            continue
        found[one.number] = one
    return [found[number] for number in sorted(found)]


def _append(workspace: Workspace, one: Removed) -> None:
    path = workspace.data / RECORD_FILE
    before = path.read_bytes() if path.is_file() else b""
    if before and not before.endswith(b"\n"):
        before += b"\n"
    line = json.dumps(asdict(one), ensure_ascii=False) + "\n"
    write_atomic(path, before + line.encode())

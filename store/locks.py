"""Which texts were published here: the hash of each body, and every correction to it.

`.wenshu/data/published.jsonl` has a line for each publication and correction; the last one of a
document counts. A deletion ends the lock.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from store import frontmatter
from store.exceptions import LockedDocument
from store.files import digest, read_bytes, write_atomic

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from store.catalogue import Entry
    from store.workspace import Workspace

RECORD_FILE: Final = "published.jsonl"
DELETED: Final = "删除"


@dataclass(slots=True, frozen=True)
class Lock:
    """The record of a published text or of a correction to it.

    `hash` is that of the body's text with line ends unified, `action` 发布 or 文字更正.
    """

    id: str
    hash: str
    when: str
    who: str
    action: str
    why: str = ""
    version: str = ""


def body_hash(text: str) -> str:
    """The hash that locks a text: the body without the front matter, line ends unified."""
    parts = frontmatter.split(text)
    body = (parts[1] if parts else text).replace("\r\n", "\n").strip("\n")
    return digest(body.encode("utf-8"))


def locks(workspace: Workspace) -> Mapping[str, Lock]:
    """The last record of each published document."""
    return _last_records(*_state(workspace))


def lock_records(workspace: Workspace, document_id: str | None = None) -> list[Lock]:
    """All records, or those of one document, oldest first."""
    return [lock for lock in _read_records(*_state(workspace)) if document_id in {None, lock.id}]


def _state(workspace: Workspace) -> tuple[Path, int, int]:
    """The file of the records with its size and time: a check asks once for each document."""
    path = workspace.data / RECORD_FILE
    try:
        status = path.stat()
    except OSError:
        return path, 0, 0
    return path, status.st_size, status.st_mtime_ns


@lru_cache(maxsize=4)
def _read_records(path: Path, size: int, mtime_ns: int) -> tuple[Lock, ...]:  # noqa: ARG001
    if not size:
        return ()
    found = []
    for line in read_bytes(path).decode("utf-8", errors="replace").split("\n"):
        try:
            found.append(Lock(**json.loads(line)))
        except (ValueError, TypeError):
            continue
    return tuple(found)


@lru_cache(maxsize=4)
def _last_records(path: Path, size: int, mtime_ns: int) -> Mapping[str, Lock]:
    last = {lock.id: lock for lock in _read_records(path, size, mtime_ns)}
    return {name: lock for name, lock in last.items() if lock.action != DELETED}


def record(workspace: Workspace, *new: Lock) -> None:
    """Append records; the caller holds the lock of all writers."""
    path = workspace.data / RECORD_FILE
    before = read_bytes(path) if path.is_file() else b""
    if before and not before.endswith(b"\n"):
        before += b"\n"
    lines = "".join(json.dumps(asdict(lock), ensure_ascii=False) + "\n" for lock in new)
    write_atomic(path, before + lines.encode("utf-8"))


def new_lock(
    document_id: str, text: str, *, who: str, action: str, why: str = "", version: str = ""
) -> Lock:
    """The record of what is done now to a text."""
    when = datetime.now().astimezone().isoformat(timespec="seconds")
    return Lock(document_id, body_hash(text), when, who, action, why, version)


def is_locked(workspace: Workspace, entry: Entry) -> bool:
    """Whether a document was published here, so that its text may not be changed plainly."""
    return entry.id in locks(workspace)


def changed_since_published(workspace: Workspace, entry: Entry, text: str) -> Lock | None:
    """The record of a published text that is not the present one, else None."""
    lock = locks(workspace).get(entry.id)
    return lock if lock is not None and lock.hash != body_hash(text) else None


def refuse_change(workspace: Workspace, document_id: str, text: str) -> None:
    """Refuse another body for a published document.

    Raises:
        LockedDocument: The body is not the published one.
    """
    lock = locks(workspace).get(document_id)
    if lock is not None and lock.hash != body_hash(text):
        raise LockedDocument(
            f"“{document_id}”已于 {lock.when[:10]} 发布，正文不能直接修改。",
            hint=f"内容变化请用 wenshu revise {document_id} 起草新版；"
            "只改错别字请用 wenshu correct。",
        )

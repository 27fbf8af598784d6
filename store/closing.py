"""Versions that end because a new one comes into force."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store import frontmatter
from store.exceptions import UsageError
from store.files import read_bytes, write_atomic
from store.history import current_user, document_path, keep
from store.locks import locks, new_lock, record
from store.revising import plain_id
from store.schema import ALIASES
from store.versions import DRAFT_STATUSES, ENDED_STATUSES, has_ended, start_of

if TYPE_CHECKING:
    from datetime import date

    from store.catalogue import Entry
    from store.document import Meta
    from store.workspace import Workspace


def closed_on(workspace: Workspace, entry: Entry, day: date) -> str | None:
    """The id of the version of this text that ends on a day."""
    family = workspace.versions.family(entry)
    return next((other.id for other in family if other.meta.expires == day), None)


def close(workspace: Workspace, old: Entry, draft: Meta, begins: date, now: date) -> str:
    """Write the version before under its own name, with its last day; gives that id."""
    text, _, meta, _, _ = workspace.read(old)
    start = start_of(meta)
    closed_id = f"{plain_id(old.id)}@{meta.version or '1.0'}"
    if draft.version == (meta.version or "1.0"):
        raise UsageError(
            f"新旧两版的版本号都是“{draft.version}”。", hint="请先改正草案信息表里的“版本”。"
        )
    if start is not None and begins <= start:
        raise UsageError(
            f"新版生效日期 {begins} 不晚于旧版的 {start}。",
            hint="请用 --effective 给出更晚的日期。",
        )
    closed_text = frontmatter.edit(text, _ending(meta, begins, now), ALIASES)
    put(workspace, closed_id, closed_text)
    if old.id in locks(workspace):
        why = "新版发布后改名"
        lock = new_lock(
            closed_id, closed_text, who=current_user(), action="发布", why=why, version=meta.version
        )
        record(workspace, lock)
    return closed_id


def superseded(
    workspace: Workspace, draft: Entry, begins: date, besides: Entry | None
) -> list[Entry]:
    """What ends with a new version apart from the text under its plain name.

    Versions of the text that stand under other names, and what its 替代 names plainly.
    """
    versions = workspace.versions
    found = {entry.id: entry for entry in versions.family(draft)}
    for wanted in draft.meta.supersedes:
        named = versions.replaced_by(draft, wanted)
        if len({versions.family_name(entry) for entry in named}) == 1:
            found |= {entry.id: entry for entry in named}
    return [
        entry
        for entry in found.values()
        if entry.id not in {draft.id, besides.id if besides else ""}
        and entry.meta.status not in {*DRAFT_STATUSES, *ENDED_STATUSES}
        and (start := start_of(entry.meta)) is not None
        and start < begins
        and not has_ended(entry.meta, begins)
    ]


def end(workspace: Workspace, entry: Entry, begins: date, now: date) -> None:
    """Give a text its last day where it stands; its body is as it was."""
    text, _, meta, _, _ = workspace.read(entry)
    put(workspace, entry.id, frontmatter.edit(text, _ending(meta, begins, now), ALIASES))


def _ending(meta: Meta, begins: date, now: date) -> dict[str, object | None]:
    changes: dict[str, object | None] = {}
    if not has_ended(meta, begins):  # what ended before the new version does not live on
        changes |= {"失效日期": begins.isoformat(), "有效期至": None}
    if begins <= now and meta.status not in ENDED_STATUSES:
        changes["状态"] = "已废止"
    return changes


def put(workspace: Workspace, document_id: str, text: str) -> None:
    """Write a document; what stood there goes to the history."""
    path = document_path(workspace, document_id)
    data = text.encode("utf-8")
    if path.exists() and (before := read_bytes(path)) != data:
        keep(workspace, document_id, before, "发布")
    write_atomic(path, data)

"""Versions as acts: draft the next one, publish it, correct a published text on the record.

A text that was published is locked by the hash of its body, kept in
`.wenshu/data/published.jsonl`: changes go through a revision, or through a recorded 文字更正. The
present version has the plain name, older ones and drafts `<name>@<version>`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from store import frontmatter
from store.dates import today
from store.exceptions import UsageError
from store.files import locked, read_bytes, remove, write_atomic
from store.history import check_unchanged, current_user, document_path, keep, lock_path, save
from store.locks import (
    RECORD_FILE,
    Lock,
    body_hash,
    changed_since_published,
    is_locked,
    lock_records,
    locks,
    new_lock,
    record,
    refuse_change,
)
from store.placeholders import UnfinishedText, find_placeholders
from store.schema import ALIASES
from store.versions import DRAFT_STATUSES, ENDED_STATUSES, has_ended, start_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from store.catalogue import Entry
    from store.document import Meta
    from store.workspace import Workspace

__all__ = [
    "RECORD_FILE",
    "Lock",
    "Published",
    "body_hash",
    "changed_since_published",
    "correct",
    "is_locked",
    "lock_records",
    "locks",
    "next_version",
    "publish",
    "revise",
    "save_text",
]

_YEAR = re.compile(r"((?:19|20)[0-9]{2})(?:\.([0-9]+))?(年版|年|版)?")


# -- revise -------------------------------------------------------------------------------------


def next_version(version: str, effective: date | None) -> str:
    """The name of the version after this one: 2024 → the new year, 1.0 → 2.0, 1.2 → 1.3."""
    if yearly := _YEAR.fullmatch(version):
        year = (effective or today()).year
        if year <= int(yearly[1]):
            return f"{yearly[1]}.{int(yearly[2] or 0) + 1}{yearly[3] or ''}"
        return f"{year}{yearly[3] or ''}"
    match = re.fullmatch(r"(.*?)([0-9]+)(?:\.([0-9]+))?(\D*)", version)
    if not match:
        return "2.0"
    prefix, major, minor, suffix = match.groups()
    if minor is None:
        return f"{prefix}{int(major) + 1}{suffix}"
    if int(minor) == 0:
        return f"{prefix}{int(major) + 1}.0{suffix}"
    return f"{prefix}{major}.{int(minor) + 1}{suffix}"


def revise(
    workspace: Workspace, wanted: str, *, effective: date | None = None, version: str | None = None
) -> str:
    """Write the next version of a document as a draft beside it; gives the draft's id.

    Raises:
        UsageError: The kind has no versions in force, or a draft of it lies there already.
    """
    entry = workspace.resolve(wanted)
    if not workspace.versions.has_life_cycle(entry):
        raise UsageError(f"“{entry.id}”不是有效期管理的文档，直接修改即可。")
    entry = workspace.versions.present(entry)
    for other in workspace.versions.family(entry):
        if other.meta.status in DRAFT_STATUSES:
            raise UsageError(
                f"“{entry.meta.title}”已有草案：{other.id}。",
                hint=f"请修改它，再用 wenshu publish {other.id} 发布。",
            )
    text, _, meta, _, _ = workspace.read(entry)
    new = version or next_version(meta.version, effective)
    draft_id = f"{_plain_id(entry.id)}@{new}"
    changes: dict[str, object | None] = {
        "版本": new,
        "状态": "草案",
        "发布日期": None,
        "生效日期": effective.isoformat() if effective else None,
        "失效日期": None,
        "有效期至": None,
        "公示": None,
        "告知": None,
        "修订记录": _revised(meta.raw, new),
    }
    if meta.affects_interests:
        changes["民主程序"] = None
    save(
        workspace, draft_id, frontmatter.edit(text, changes, ALIASES), expected=None, action="修订"
    )
    workspace.refresh()
    return draft_id


def _plain_id(document_id: str) -> str:
    head, slash, name = document_id.rpartition("/")
    return f"{head}{slash}{name.partition('@')[0]}"


def _revised(raw: Mapping[str, object], version: str) -> list[object]:
    rows = raw.get("修订记录", raw.get("revisions", []))
    earlier = list(rows) if isinstance(rows, list) else []
    return [*earlier, {"版本": version, "说明": ""}]


# -- publish ------------------------------------------------------------------------------------


@dataclass(slots=True, frozen=True)
class Published:
    """What `publish` did: the document's id now, and the id that the closed version has now."""

    id: str
    closed: str | None
    effective: date


def publish(workspace: Workspace, wanted: str, *, effective: date | None = None) -> Published:
    """Bring a draft into force and close the version before it.

    Every step leaves a state that the next run of this function completes: first the closed text is
    written under `<name>@<version>`, then the new one under the plain name, then the draft goes.

    Raises:
        UsageError: The document is in force already, or its kind has no life cycle.
        UnfinishedText: There are still places to fill.
    """
    entry = _draft_of(workspace, workspace.resolve(wanted))
    text, _, meta, _, seen = workspace.read(entry)
    if unfilled := find_placeholders(text):
        raise UnfinishedText(entry.id, unfilled)
    now = today()
    begins = effective or meta.effective or now
    status = "试行" if "试行" in meta.title or meta.raw.get("状态") == "试行" else "现行"
    published = meta.published or min(now, begins)
    new_text = frontmatter.edit(
        text,
        {"状态": status, "发布日期": published.isoformat(), "生效日期": begins.isoformat()},
        ALIASES,
    )
    plain = _plain_id(entry.id)
    old = workspace.catalogue.get(plain) if entry.id != plain else None
    with locked(lock_path(workspace)):
        check_unchanged(entry.id, read_bytes(document_path(workspace, entry.id)), seen)
        if old is None:
            closed = None
        elif _written_already(workspace, old, meta, text):
            begins = start_of(old.meta) or begins
            new_text = workspace.read(old)[0]
            closed = _closed_on(workspace, old, begins)
        else:
            closed = _close(workspace, old, meta, begins, now)
        _bring_in(workspace, entry, plain, new_text, meta.version)
    workspace.refresh()
    return Published(plain, closed, begins)


def _bring_in(workspace: Workspace, draft: Entry, plain: str, new_text: str, version: str) -> None:
    """Write the new text, lock it, remove the draft; the draft goes last, so this can be redone.

    The text is kept as it was published, for whoever changes the file by hand.
    """
    lock = new_lock(plain, new_text, who=current_user(), action="发布", version=version)
    if draft.id == plain:  # the body stays as it is, so that the lock may come first
        record(workspace, lock)
        _put(workspace, plain, new_text)
        keep(workspace, plain, new_text.encode(), "发布", "发布时的文本")
        return
    _put(workspace, plain, new_text)
    record(workspace, lock)
    keep(workspace, plain, new_text.encode(), "发布", "发布时的文本")
    path = document_path(workspace, draft.id)
    keep(workspace, draft.id, read_bytes(path), "发布", f"发布为 {plain}")
    remove(path)


def _written_already(workspace: Workspace, old: Entry, draft: Meta, text: str) -> bool:
    """Whether an interrupted run left the draft's text under the plain name."""
    present, _, meta, _, _ = workspace.read(old)
    published = meta.status not in DRAFT_STATUSES and meta.version == draft.version
    return published and body_hash(present) == body_hash(text)


def _closed_on(workspace: Workspace, entry: Entry, day: date) -> str | None:
    family = workspace.versions.family(entry)
    return next((other.id for other in family if other.meta.expires == day), None)


def _draft_of(workspace: Workspace, entry: Entry) -> Entry:
    """The draft that is meant: the document itself, or the one draft of its family."""
    if not workspace.versions.has_life_cycle(entry):
        raise UsageError(f"“{entry.id}”不是有效期管理的文档，无需发布。")
    unpublished = (*DRAFT_STATUSES, "效力待确认", "修订中")
    if entry.meta.status in unpublished:
        return entry
    drafts = [e for e in workspace.versions.family(entry) if e.meta.status in DRAFT_STATUSES]
    if len(drafts) == 1:
        return drafts[0]
    raise UsageError(
        f"“{entry.id}”已经是“{entry.meta.status}”，没有待发布的草案。",
        hint=f"要改内容请先用 wenshu revise {entry.id} 起草下一版。",
    )


def _close(workspace: Workspace, old: Entry, draft: Meta, begins: date, now: date) -> str:
    """Write the version before under its own name, with its last day; gives that id."""
    text, _, meta, _, _ = workspace.read(old)
    start = start_of(meta)
    closed_id = f"{_plain_id(old.id)}@{meta.version or '1.0'}"
    if draft.version == (meta.version or "1.0"):
        raise UsageError(
            f"新旧两版的版本号都是“{draft.version}”。", hint="请先改正草案信息表里的“版本”。"
        )
    if start is not None and begins <= start:
        raise UsageError(
            f"新版生效日期 {begins} 不晚于旧版的 {start}。",
            hint="请用 --effective 给出更晚的日期。",
        )
    changes: dict[str, object | None] = {}
    if not has_ended(meta, begins):  # what ended before the new version does not live on
        changes |= {"失效日期": begins.isoformat(), "有效期至": None}
    if begins <= now and meta.status not in ENDED_STATUSES:
        changes["状态"] = "已废止"
    closed_text = frontmatter.edit(text, changes, ALIASES)
    _put(workspace, closed_id, closed_text)
    if old.id in locks(workspace):
        why = "新版发布后改名"
        lock = new_lock(
            closed_id, closed_text, who=current_user(), action="发布", why=why, version=meta.version
        )
        record(workspace, lock)
    return closed_id


def _put(workspace: Workspace, document_id: str, text: str) -> None:
    path = document_path(workspace, document_id)
    data = text.encode("utf-8")
    if path.exists() and (before := read_bytes(path)) != data:
        keep(workspace, document_id, before, "发布")
    write_atomic(path, data)


# -- corrections --------------------------------------------------------------------------------


def correct(workspace: Workspace, wanted: str, why: str, new_text: str | None = None) -> str:
    """Record a 文字更正: who, when, why; gives the document's id.

    Args:
        workspace: The workspace.
        wanted: Which document.
        why: The reason; must not be empty.
        new_text: The corrected file; None when the file on the disk was corrected already.

    Raises:
        UsageError: There is no reason, the document was never published here, or nothing changed.
    """
    if not why.strip():
        raise UsageError("文字更正要写明原因。", hint='例如：--why "第五条错别字"。')
    entry = workspace.resolve(wanted)
    lock = locks(workspace).get(entry.id)
    if lock is None:
        raise UsageError(f"“{entry.id}”没有在这里发布过，直接修改即可。")
    text, _, meta, _, seen = workspace.read(entry)
    if body_hash(new_text or text) == lock.hash:
        raise UsageError(f"“{entry.id}”的正文与发布时相同，没有要登记的更正。")
    if new_text is not None:
        save(workspace, entry.id, new_text, expected=seen, action="文字更正", why=why)
    with locked(lock_path(workspace)):
        now = new_lock(
            entry.id,
            new_text or text,
            who=current_user(),
            action="文字更正",
            why=why.strip(),
            version=meta.version,
        )
        record(workspace, now)
    workspace.refresh()
    return entry.id


def save_text(workspace: Workspace, document_id: str, text: str, *, expected: str | None) -> str:
    """Save an edited document; a published text is refused.

    Raises:
        LockedDocument: The body of a published text would change.
        ConflictError: Somebody else saved in between.
    """
    refuse_change(workspace, document_id, text)
    return save(workspace, document_id, text, expected=expected)

"""Versions as acts: draft the next one, publish it, correct a published text on the record.

A text that was published is locked by the hash of its body, kept in
`.wenshu/data/published.jsonl`: changes go through a revision, or through a recorded 文字更正. The
present version has the plain name, older ones and drafts `<name>@<version>`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from store import frontmatter
from store.closing import close, closed_on, end, put, superseded
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
from store.revising import next_version, plain_id, revise
from store.schema import ALIASES
from store.versions import DRAFT_STATUSES, start_of

if TYPE_CHECKING:
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

# -- publish ------------------------------------------------------------------------------------


@dataclass(slots=True, frozen=True)
class Published:
    """What `publish` did.

    Attributes:
        id: The document's id now.
        closed: The id that the version before it has now.
        effective: The first day in force.
        ended: Further documents that end on that day: other versions, and what 替代 names.
    """

    id: str
    closed: str | None
    effective: date
    ended: tuple[str, ...] = ()


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
    plain = plain_id(entry.id)
    old = workspace.catalogue.get(plain) if entry.id != plain else None
    with locked(lock_path(workspace)):
        check_unchanged(entry.id, read_bytes(document_path(workspace, entry.id)), seen)
        if old is None:
            closed = None
        elif _written_already(workspace, old, meta, text):
            begins = start_of(old.meta) or begins
            new_text = workspace.read(old)[0]
            closed = closed_on(workspace, old, begins)
        else:
            closed = close(workspace, old, meta, begins, now)
        ended = superseded(workspace, entry, begins, besides=old)
        for other in ended:
            end(workspace, other, begins, now)
        _bring_in(workspace, entry, plain, new_text, meta.version)
    workspace.refresh()
    return Published(plain, closed, begins, tuple(other.id for other in ended))


def _bring_in(workspace: Workspace, draft: Entry, plain: str, new_text: str, version: str) -> None:
    """Write the new text, lock it, remove the draft; the draft goes last, so this can be redone.

    The text is kept as it was published, for whoever changes the file by hand.
    """
    lock = new_lock(plain, new_text, who=current_user(), action="发布", version=version)
    if draft.id == plain:  # the body stays as it is, so that the lock may come first
        record(workspace, lock)
        put(workspace, plain, new_text)
        keep(workspace, plain, new_text.encode(), "发布", "发布时的文本")
        return
    put(workspace, plain, new_text)
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


# -- corrections --------------------------------------------------------------------------------


def correct(
    workspace: Workspace,
    wanted: str,
    why: str,
    new_text: str | None = None,
    *,
    expected: str | None = None,
) -> str:
    """Record a 文字更正: who, when, why; gives the document's id.

    Args:
        workspace: The workspace.
        wanted: Which document.
        why: The reason; must not be empty.
        new_text: The corrected file; None when the file on the disk was corrected already.
        expected: The hash of the text that the person saw; None for the text as it is now.

    Raises:
        UsageError: There is no reason, the document was never published here, or nothing changed.
        ConflictError: Somebody else saved in between.
    """
    if not why.strip():
        raise UsageError("文字更正要写明原因。", hint='例如：--why "第五条错别字"。')
    entry = workspace.resolve(wanted)
    text, _, meta, _, seen = workspace.read(entry)
    if new_text is not None:
        text = new_text
    with locked(lock_path(workspace)):
        before = read_bytes(entry.path) if entry.path.exists() else None
        check_unchanged(entry.id, before, expected or seen)
        lock = locks(workspace).get(entry.id)
        if lock is None:
            raise UsageError(f"“{entry.id}”没有在这里发布过，直接修改即可。")
        if body_hash(text) == lock.hash:
            raise UsageError(f"“{entry.id}”的正文与发布时相同，没有要登记的更正。")
        if before is not None and before != text.encode() and new_text is not None:
            keep(workspace, entry.id, before, "文字更正", why)
            write_atomic(entry.path, text.encode())
        now = new_lock(
            entry.id,
            text,
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

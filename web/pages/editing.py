"""What the pages for writing share: who may, which texts are published, how each is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint

from store import history, publishing
from store.exceptions import UsageError
from store.files import decode
from store.locks import body_hash, refuse_change
from web.refusals import AccessDenied
from web.rights import Act
from web.site import demand, rights, site, view

if TYPE_CHECKING:
    from store import Workspace
    from store.catalogue import Entry
    from store.history import Record

blueprint: Final = Blueprint("edit", __name__, url_prefix="/edit")


def entry_to_edit(doc_id: str) -> Entry:
    """The document, when the person may change it.

    Raises:
        AccessDenied: The person may not.
    """
    entry = view().entry(doc_id)
    if not rights().edits(entry):
        demand(Act.EDIT)
        raise AccessDenied("您不能修改这份文档。")
    return entry


def is_published(entry: Entry) -> bool:
    """Whether a text holds now, so that it is changed by a revision or a recorded correction."""
    versions = view().workspace.versions
    in_force = versions.has_life_cycle(entry) and versions.in_force(entry) is True
    return in_force or publishing.is_locked(view().workspace, entry)


def write_text(entry: Entry, text: str, seen: str, why: str = "", *, action: str = "保存") -> None:
    """Save a text in the way that its state asks for.

    Raises:
        UsageError: A published text is changed without a reason.
        ConflictError: Somebody else saved in between.
    """
    workspace = site().library.for_writing()
    if publishing.is_locked(workspace, entry):
        publishing.correct(workspace, entry.id, why, text, expected=seen)
    elif is_published(entry):
        if not why.strip():
            raise UsageError("这份文本现行有效，更正要写明原因；改内容请先起草修订。")
        history.save(workspace, entry.id, text, expected=seen, action="文字更正", why=why.strip())
    else:
        refuse_change(workspace, entry.id, text)
        history.save(workspace, entry.id, text, expected=seen, action=action)


def bring_back(workspace: Workspace, entry: Entry, number: int | None) -> Record:
    """Restore a kept text of a document that is there; not over a text that holds now.

    Raises:
        UsageError: The text holds now, and the kept one is another; or nothing is kept.
    """
    kept = history.records(workspace, entry.id)
    if not kept:
        raise UsageError("这份文档还没有被改写过，没有可以撤销的。")
    wanted = number or kept[-1].number
    before = decode(history.text_of(workspace, entry.id, wanted), entry.path)
    if is_published(entry) and body_hash(before) != body_hash(workspace.read(entry)[0]):
        raise UsageError(
            "这份文本已经发布、现行有效，不能直接恢复旧文。",
            hint="请先起草修订，或登记文字更正。",
        )
    return history.restore(workspace, entry.id, wanted)

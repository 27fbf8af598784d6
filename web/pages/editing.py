"""What the pages for writing share: who may, which texts are published, how each is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint

from store import history, publishing
from store.exceptions import UsageError
from store.locks import refuse_change
from web.refusals import AccessDenied
from web.rights import Act
from web.site import demand, rights, site, view

if TYPE_CHECKING:
    from store.catalogue import Entry

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

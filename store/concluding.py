"""Setting a document to 定稿: the one way there, for the button, the form and the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from store import frontmatter
from store.exceptions import UsageError
from store.finishing import finish
from store.history import save
from store.placeholders import refuse_unfilled
from store.schema import ALIASES

if TYPE_CHECKING:
    from store.workspace import Workspace

FINISHED: Final = "定稿"


def conclude(workspace: Workspace, wanted: str) -> bool:
    """Set a document to 定稿; where it has figures they are frozen, which the answer tells.

    Raises:
        UsageError: Its kind is published instead.
        InputError: A metric file is missing.
        UnfinishedText: Places are left to fill.
    """
    entry = workspace.resolve(wanted)
    if workspace.versions.has_life_cycle(entry):
        raise UsageError("这类文档用“发布”，不用定稿。")
    text, _, meta, _, seen = workspace.read(entry)
    refuse_unfilled(entry.id, text, meta.kind)
    if meta.data:
        finish(workspace, entry.id)
        return True
    edited = frontmatter.edit(text, {"状态": FINISHED}, ALIASES)
    if edited != text:
        save(workspace, entry.id, edited, expected=seen, action=FINISHED)
    return False

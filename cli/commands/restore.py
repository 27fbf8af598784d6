"""`wenshu restore`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from cli.common import open_workspace, workspace_option
from cli.output import echo_warning, emit

if TYPE_CHECKING:
    from store import Workspace


@click.command(
    "restore", help="取回第 N 次留存的文本（ID@N），或从回收站取回（ID）。现在的文本会先留存。"
)
@click.argument("wanted", metavar="ID[@N]")
@workspace_option
def command(wanted: str, workspace_path: str | None) -> None:
    """Bring a kept text back."""
    from store.exceptions import NotFoundError, UsageError  # noqa: PLC0415
    from store.history import document_path, records, restore  # noqa: PLC0415

    workspace = open_workspace(workspace_path)
    name, number = wanted, None
    if (match := re.fullmatch(r"(.+)@([0-9]{1,6})", wanted)) and not records(workspace, wanted):
        name, number = match[1], int(match[2])
    document_id = find_kept(workspace, name)
    if number is None and document_path(workspace, document_id).exists():
        raise UsageError(
            f"“{name_of(workspace, document_id)}”没有被删除。",
            hint=f"要取回以前的文本，请写明第几次：{document_id}@N"
            "（用 wenshu history 查看）。" + _others(workspace, name, document_id),
        )
    try:
        record = restore(workspace, document_id, number)
    except NotFoundError as error:
        error.hint += _others(workspace, name, document_id)
        raise
    when = record.when[:16].replace("T", " ")
    emit(f"已恢复：{name_of(workspace, document_id)}（{when} 的文本）。")
    workspace.refresh()
    _warn(workspace, document_id)


def find_kept(workspace: Workspace, wanted: str) -> str:
    """The id of a document that is there, or of one that lies in the bin, by id or title."""
    from store.exceptions import DocumentNotFound  # noqa: PLC0415
    from store.history import deleted, records  # noqa: PLC0415

    try:
        return workspace.resolve(wanted).id
    except DocumentNotFound:
        if records(workspace, wanted):
            return wanted
        gone = [name for name, _ in deleted(workspace) if name.rpartition("/")[2] == wanted]
        if len(gone) != 1:
            raise
        return gone[0]


def versions_named(workspace: Workspace, wanted: str, document_id: str) -> list[str]:
    """The ids that a name stands for: a title names all versions, newest first; an id one."""
    entry = workspace.catalogue.get(document_id)
    if entry is None or wanted.strip().strip("《》") != entry.meta.title:
        return [document_id]
    return [version.id for version in workspace.versions.family(entry)]


def name_of(workspace: Workspace, document_id: str) -> str:
    """An id and the version that lies there."""
    entry = workspace.catalogue.get(document_id)
    meta = entry.meta if entry else None
    words = [f"{meta.version}版" if meta.version else "", meta.status] if meta else []
    told = "，".join(word for word in words if word)
    return f"{document_id}（{told}）" if told else document_id


def _others(workspace: Workspace, wanted: str, document_id: str) -> str:
    """The other versions of a text that was named by its title."""
    others = [i for i in versions_named(workspace, wanted, document_id) if i != document_id]
    return f"其他版本请写 ID：{'、'.join(others[:5])}。" if others else ""


def _warn(workspace: Workspace, document_id: str) -> None:
    """Say it when the restored text leaves no version in force."""
    entry = workspace.catalogue.get(document_id)
    if entry is None or not workspace.versions.has_life_cycle(entry):
        return
    if not any(workspace.versions.in_force(other) for other in workspace.versions.family(entry)):
        echo_warning(
            f"恢复后这份文档没有今天有效的版本（现为“{entry.meta.status}”），"
            "请用 wenshu check 核对状态和日期。"
        )

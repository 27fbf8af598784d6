"""`wenshu restore`."""

from __future__ import annotations

import re

import click

from cli.common import open_workspace, workspace_option
from cli.output import emit


@click.command(
    "restore", help="取回第 N 次留存的文本（ID@N），或从回收站取回（ID）。现在的文本会先留存。"
)
@click.argument("wanted", metavar="ID[@N]")
@workspace_option
def command(wanted: str, workspace_path: str | None) -> None:
    """Bring a kept text back."""
    from store.exceptions import DocumentNotFound  # noqa: PLC0415
    from store.history import records, restore  # noqa: PLC0415

    workspace = open_workspace(workspace_path)
    name, number = wanted, None
    if (match := re.fullmatch(r"(.+)@([0-9]{1,6})", wanted)) and not records(workspace, wanted):
        name, number = match[1], int(match[2])
    try:
        document_id = workspace.resolve(name).id
    except DocumentNotFound:
        if not records(workspace, name):
            raise
        document_id = name
    record = restore(workspace, document_id, number)
    emit(f"已恢复：{document_id}（{record.when[:16].replace('T', ' ')} 的文本）。")

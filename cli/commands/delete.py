"""`wenshu delete`."""

from __future__ import annotations

import click

from cli.common import complete_ids, open_workspace, workspace_option
from cli.output import emit


@click.command("delete", help="把文档移入回收站，可用 wenshu restore 取回。")
@click.argument("wanted", metavar="ID", shell_complete=complete_ids)
@click.option("--why", default="", metavar="原因", help="删除的原因。")
@workspace_option
def command(wanted: str, why: str, workspace_path: str | None) -> None:
    """Move a document to the bin."""
    from store.history import delete  # noqa: PLC0415

    workspace = open_workspace(workspace_path)
    document_id = workspace.resolve(wanted).id
    delete(workspace, document_id, why)
    emit(f'已移入回收站：{document_id}。取回：wenshu restore "{document_id}"')

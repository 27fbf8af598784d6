"""`wenshu correct`."""

from __future__ import annotations

import click

from cli.common import complete_ids, open_workspace, workspace_option
from cli.output import emit


@click.command("correct", help="登记文字更正：已发布的文本改了错别字之后，写明原因并重新锁定。")
@click.argument("wanted", metavar="ID", shell_complete=complete_ids)
@click.option("--why", required=True, metavar="原因", help="更正的原因。")
@workspace_option
def command(wanted: str, why: str, workspace_path: str | None) -> None:
    """Record who corrected a published text, when and why."""
    from store.publishing import correct, lock_records  # noqa: PLC0415

    workspace = open_workspace(workspace_path)
    document_id = correct(workspace, wanted, why)
    last = lock_records(workspace, document_id)[-1]
    emit(f"已登记：{document_id}，{last.when[:10]} 由 {last.who} 更正（{last.why}）。")

"""`wenshu revise`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.common import Day, complete_ids, open_workspace, workspace_option
from cli.output import emit

if TYPE_CHECKING:
    from datetime import date


@click.command("revise", help="把现行文本复制为下一版的草案，原文照常有效。")
@click.argument("wanted", metavar="ID", shell_complete=complete_ids)
@click.option("--effective", type=Day(), metavar="日期", help="新版的生效日期。")
@click.option("--version", "version", metavar="版本", help="新版的版本号（缺省自动递增）。")
@workspace_option
def command(
    wanted: str, effective: date | None, version: str | None, workspace_path: str | None
) -> None:
    """Draft the next version."""
    from store.publishing import revise  # noqa: PLC0415

    workspace = open_workspace(workspace_path)
    draft = revise(workspace, wanted, effective=effective, version=version)
    emit(f"已起草：{draft}")
    emit(f"文件：{workspace.entry(draft).path}")
    emit(f'改好后用 wenshu publish "{draft}" 发布，旧版随之到期。')

"""`wenshu upgrade`."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime

import click

from cli.common import open_workspace, workspace_option
from cli.output import emit


@click.command(
    "upgrade", help="安装新版文枢以后，把资料库的格式升到新版；先自动备份，已是新版时什么也不做。"
)
@workspace_option
def command(workspace_path: str | None) -> None:
    """Back up where something will change, then bring the database to the present version."""
    from web.backup import back_up  # noqa: PLC0415 - help needs no database
    from web.database import FILE_NAME, VERSION, Database, version_of  # noqa: PLC0415

    workspace = open_workspace(workspace_path)
    path = workspace.data / FILE_NAME
    before = version_of(path)
    if before in {None, VERSION}:
        emit("资料库已是最新格式，不用升级。")
        return
    stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    made = back_up(workspace, workspace.root / ".wenshu" / "backups" / f"{stamp}.zip")
    emit(f"已先备份：{made.path}")
    with closing(Database(path)) as database:
        emit(f"账号数据库已从第 {before} 版升到第 {database.version} 版。")

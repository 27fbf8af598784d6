"""`wenshu backup`."""

from __future__ import annotations

from pathlib import Path

import click

from cli.common import open_workspace, workspace_option
from cli.output import emit


@click.command(
    "backup",
    help="把文档、模板、历史、账号和操作记录备份成一个 zip；网页开着时也可以备份。",
)
@click.argument("file", metavar="FILE.zip")
@workspace_option
def command(file: str, workspace_path: str | None) -> None:
    """Write the backup."""
    from store.exceptions import UsageError  # noqa: PLC0415
    from web.backup import back_up  # noqa: PLC0415 - help needs no database

    target = Path(file).expanduser().absolute()
    if target.suffix.lower() != ".zip":
        raise UsageError(f"备份文件“{file}”应以 .zip 结尾。")
    made = back_up(open_workspace(workspace_path), target)
    emit(f"已备份：{made.path}（{made.files} 个文件，{made.size / 1024 / 1024:.1f} MB）")

"""`wenshu restore-backup`."""

from __future__ import annotations

from pathlib import Path

import click

from cli.output import emit


@click.command(
    "restore-backup",
    help="把备份恢复到一个新的文件夹；不给文件夹时取备份的文件名。已有文件的文件夹不会动。",
)
@click.argument("file", metavar="FILE.zip", type=click.Path(exists=True, dir_okay=False))
@click.argument("folder", metavar="[目录]", required=False)
def command(file: str, folder: str | None) -> None:
    """Unpack the backup."""
    from web.backup import bring_back  # noqa: PLC0415 - help needs no database

    source = Path(file).absolute()
    target = Path(folder).expanduser().absolute() if folder else Path.cwd() / source.stem
    made = bring_back(source, target)
    emit(f"已恢复到：{made.path}（{made.files} 个文件）")
    emit(f"使用它：wenshu --workspace {made.path} serve")

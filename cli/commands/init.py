"""`wenshu init`."""

from __future__ import annotations

from pathlib import Path

import click

from cli.output import emit


@click.command("init", help="新建资料库 DIR，并放入入门文档和 Word 模板。")
@click.argument("target", metavar="DIR")
def command(target: str) -> None:
    """Copy the starter library."""
    from store.scaffold import init_workspace  # noqa: PLC0415

    path = Path(target).expanduser()
    count = init_workspace(path)
    emit(f"已建立资料库：{path.absolute()}（{count} 份文档）")
    emit("接下来：")
    emit(f'  cd "{target}"')
    emit("  wenshu check              检查全部文档")
    emit("  wenshu search 年假 没休完  检索条款")
    emit("  wenshu render 信贷客户部岗位职责    生成 Word 文件")

"""`wenshu new`."""

from __future__ import annotations

import click

from cli.common import complete_kinds, open_workspace, workspace_option
from cli.output import emit


@click.command(
    "new", help="按类别的提纲新建一份文档。例：wenshu new 管理制度 差旅管理办法 --department 财务部"
)
@click.argument("kind", metavar="KIND", shell_complete=complete_kinds)
@click.argument("title", metavar="[TITLE]", default="")
@click.option("--department", default="", metavar="部门", help="归口部门。")
@click.option("--period", default="", metavar="期间", help="总结的期间，如 2024年上半年。")
@click.option(
    "--subject", type=click.Choice(["单位", "部门", "个人"]), help="总结的主体，不写时为部门。"
)
@workspace_option
def command(
    kind: str,
    title: str,
    department: str,
    period: str,
    subject: str | None,
    workspace_path: str | None,
) -> None:
    """Scaffold from the kind's outline."""
    from store.scaffold import new_document  # noqa: PLC0415

    workspace = open_workspace(workspace_path)
    document_id = new_document(
        workspace, kind, title, department=department, period=period, subject=subject or ""
    )
    emit(f"已新建：{document_id}")
    entry = workspace.entry(document_id)
    emit(f"文件：{entry.path}")
    for data in workspace.data_paths(entry):
        emit(f"数据文件：{data}（一行一个指标）")
        sheet = data.with_suffix(".xlsx")
        emit(f'要用表格填：wenshu metrics --blank "{sheet}"')
        emit(f"  再把信息表里的“数据”一行改为  数据: [{sheet.parent.name}/{sheet.name}]")
        emit("落款要印日期时，在信息表里加一行  成文日期: 年月日")
    emit(f'填好〔〕处后，用 wenshu check "{document_id}" 检查。')

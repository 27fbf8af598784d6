"""`wenshu import`."""  # noqa: N999

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.common import json_option, open_workspace, workspace_option
from cli.output import echo_warning, emit, print_json, progress, table

if TYPE_CHECKING:
    from importer.result import Result
    from store import Workspace

_ACTIONS = {
    "new": "新", "version": "新版本", "unchanged": "无变化", "skipped": "未选", "failed": "未写入",
    "": "拟导入",
}  # fmt: skip
_SHOWN_ERRORS = 50


@click.command(
    "import",
    help="把旧的 Word、PDF、网页、文本、表格和压缩包导入资料库。文件夹会逐级查找。"
    "没有把握的地方写在“导入报告”里；有文件读不出时退出码为 1。",
)
@click.argument(
    "paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option("-n", "--dry-run", is_flag=True, help="只看会导入成什么，不写任何文件。")
@click.option("--link-metrics", is_flag=True, help="正文里的指标数字换成对指标文件的引用。")
@workspace_option
@json_option
def command(
    paths: tuple[Path, ...],
    dry_run: bool,  # noqa: FBT001
    link_metrics: bool,  # noqa: FBT001
    workspace_path: str | None,
    as_json: bool,  # noqa: FBT001
) -> int:
    """Import files."""
    from importer import import_paths  # noqa: PLC0415

    workspace = open_workspace(workspace_path)
    with progress("导入") as advance:
        result = import_paths(
            workspace,
            paths,
            dry_run=dry_run,
            link_metrics=link_metrics,
            keep_clauses=as_json,
            advance=advance,
        )
    if as_json:
        from importer.report import result_json  # noqa: PLC0415

        print_json(result_json(result))
    else:
        _print(result, workspace)
    return int(bool(result.failed))


def _print(result: Result, workspace: Workspace) -> None:
    from importer.choices import is_written  # noqa: PLC0415
    from importer.report import count_clauses  # noqa: PLC0415

    names = {slug: kind.name for slug, kind in workspace.kinds.items()}
    rows = [
        (
            ("  " if draft.parent >= 0 else "") + draft.id,
            names.get(draft.kind, "其他"),
            f"{draft.confidence:.0%}",
            str(count_clauses(draft)),
            str(len(draft.doubts)),
            _ACTIONS[draft.action],
        )
        for draft in result.documents
    ]
    for line in table(("文档", "类别", "把握", "条目", "存疑", "结果"), rows):
        emit(line)
    for source in result.failed[:_SHOWN_ERRORS]:
        echo_warning(f"{source.path}：{source.error}")
    if len(result.failed) > _SHOWN_ERRORS:
        echo_warning(f"还有 {len(result.failed) - _SHOWN_ERRORS} 个文件未能读取，见导入报告。")
    new = sum(is_written(draft) for draft in result.documents)
    same = sum(source.unchanged for source in result.sources)
    emit(
        f"{len(result.sources)} 个文件：{'拟' if result.dry_run else '已'}导入 {new} 份文档，"
        f"{same} 个文件没有变化，{len(result.failed)} 个未能读取，"
        f"存疑 {sum(len(draft.doubts) for draft in result.documents)} 处。"
    )
    for group in result.groups:
        emit(f"相近（拟作版本）：{'、'.join(group.ids)}")
    if result.report is not None:
        emit(f"导入报告：{result.report}")

"""`wenshu batch`: one Word file a row, one booklet, one zip, or a sending list of messages."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING

import click

from cli.common import Day, complete_ids, json_option, open_workspace, user_path, workspace_option
from cli.output import echo_warning, emit, print_json, progress

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from generator.batch import Batch, BatchResult
    from generator.batch_render import BatchSource
    from generator.batch_rows import BatchTable
    from generator.batch_volume import Volume
    from store import Workspace
    from store.catalogue import Entry

_SHOWN = 20
_NO_FOLDERS = {".txt", ".doc", ".xls", ".pdf", ".xlsm", ".md"}


@click.command("batch", short_help="按表格逐行批量生成")
@click.argument("wanted", metavar="文档或模板.docx", shell_complete=complete_ids)
@click.argument("table", metavar="[表格]", required=False)
@click.option(
    "-o", "--output", required=True, metavar="位置",
    help="输出文件夹；写成 .docx 时合订为一册，写成 .zip 时打成一包；短信写 .xlsx 或 .csv。",
)  # fmt: skip
@click.option(
    "--name", "pattern", default="", metavar="格式",
    help="文件名，如 {岗位}-{姓名}。不写时为 {row:04d}-{姓名}；没有姓名列时取名称、工号或第一列。",
)  # fmt: skip
@click.option("--template", metavar="名称", help="另用一个 Word 模板。")
@click.option("--data", multiple=True, metavar="文件", help="另外的指标数据文件，可多次给出。")
@click.option("--blank", is_flag=True, help="手填处一律留空。")
@click.option("--overwrite", is_flag=True, help="同名文件已存在时覆盖。")
@click.option("--processes", type=click.IntRange(1, 64), metavar="个数", help="同时运行的进程数。")
@click.option("--department", metavar="部门", help="合订成册时只取这个部门的文档。")
@click.option("--status", metavar="状态", help="合订成册时只取这个状态的文档。")
@click.option("--on", type=Day(), metavar="日期", help="合订成册时取这一天有效的，不写为今天。")
@workspace_option
@json_option
def command(  # noqa: PLR0913, PLR0917 - click passes each option
    wanted: str,
    table: str | None,
    output: str,
    pattern: str,
    template: str | None,
    data: tuple[str, ...],
    blank: bool,  # noqa: FBT001
    overwrite: bool,  # noqa: FBT001
    processes: int | None,
    department: str | None,
    status: str | None,
    on: date | None,
    workspace_path: str | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """按表格逐行生成：一行一个 Word 文件。

    \b
    wenshu batch 岗位职责 人员.xlsx -o 输出            （按“岗位”列取文档）
    wenshu batch 通知.docx 名单.csv -o 输出 --name {姓名}
    wenshu batch 短信模板/银行客户关怀短信#生日问候 客户.xlsx -o 发送.xlsx
    wenshu batch 管理制度 -o 制度汇编.docx             （不给表格：现行文档合订成册）
    wenshu batch 行为规范、管理制度、员工个人保密承诺书 -o 员工手册.docx
    再次运行只补做失败和改动过的行。
    """  # noqa: D301 - click's own marks
    from generator.batch import Batch as Making  # noqa: PLC0415 - help needs no generator
    from generator.batch_rows import read_table  # noqa: PLC0415

    target = user_path(output)
    if table is None:
        from generator.booklet import choose_entries  # noqa: PLC0415 - see above

        workspace = open_workspace(workspace_path)
        entries = choose_entries(workspace, wanted, department=department, status=status, on=on)
        _booklet(workspace, entries, target, overwrite=overwrite, as_json=as_json)
        return
    if target.suffix.lower() in {".xlsx", ".csv"}:
        _send(wanted, user_path(table), target, workspace_path, as_json=as_json)
        return
    _refuse_file(target)
    source = _source(wanted, template, data, workspace_path, blank=blank)
    rows: BatchTable = read_table(user_path(table))
    volume = _volume(target, overwrite=overwrite)
    batch = Making(
        source,
        rows,
        volume.folder if volume else target,
        wanted="" if source.template_file else wanted,
        pattern=pattern,
        overwrite=overwrite,
        processes=processes,
    )
    result = _run(batch)
    same = len(result.outputs) - result.made
    if volume is not None:
        if sys.stderr.isatty():
            emit("正在合成一个文件，请稍候……", sys.stderr)
        volume.bind(result)
    _tell(result, target, same, as_json=as_json)
    if result.failed:
        raise SystemExit(1)


def _refuse_file(target: Path) -> None:
    """A folder that bears the name of a file of another sort is a slip."""
    from store.exceptions import UsageError  # noqa: PLC0415

    if target.suffix.lower() in _NO_FOLDERS and not target.is_dir():
        hint = "一行一份写文件夹，合订写 .docx，打包写 .zip；短信的发送名单写 .xlsx 或 .csv。"
        raise UsageError(f"-o 不能写成 {target.suffix} 文件。", hint=hint)


def _volume(target: Path, *, overwrite: bool) -> Volume | None:
    """The zip or booklet that the files are put into, when one is asked for."""
    from generator.batch_volume import Volume as Made  # noqa: PLC0415

    if target.suffix.lower() not in {".zip", ".docx"}:
        return None
    volume = Made(target, overwrite=overwrite)
    volume.refuse_existing()
    return volume


def _run(batch: Batch) -> BatchResult:
    """Make the files; after Ctrl-C say how to go on."""
    try:
        with progress("批量生成") as update:
            return batch.run(update)
    except KeyboardInterrupt:
        text = f"\n已中断。已生成的 {batch.made()} 份都在；再运行一次同样的命令，只补做其余的行。"
        emit(text, sys.stderr)
        raise SystemExit(130) from None


def _source(
    wanted: str,
    template: str | None,
    data: tuple[str, ...],
    workspace_path: str | None,
    *,
    blank: bool,
) -> BatchSource:
    from generator.batch_render import BatchSource as Source  # noqa: PLC0415

    file = user_path(wanted)
    if file.suffix.lower() == ".docx" and file.is_file():
        return Source(template_file=file, blank=blank)
    workspace = open_workspace(workspace_path)
    paths = tuple(user_path(name) for name in data)
    return Source(workspace=workspace.root, template=template, data=paths, blank=blank)


def _booklet(
    workspace: Workspace, entries: list[Entry], target: Path, *, overwrite: bool, as_json: bool
) -> None:
    """Bind documents into one file."""
    from generator.booklet import render_booklet  # noqa: PLC0415
    from store.exceptions import EnvironmentRefused, UsageError  # noqa: PLC0415
    from store.files import write_atomic  # noqa: PLC0415

    if target.suffix.lower() != ".docx":
        raise UsageError("合订成册时，-o 应写成 .docx 文件；要一行一份，请给出表格。")
    if target.exists() and not overwrite:
        raise EnvironmentRefused(f"“{target.name}”已经存在，没有覆盖。", hint="可加 --overwrite。")
    company = workspace.settings.company.get("名称", "")
    with progress("合订成册") as update:
        data, warnings = render_booklet(
            workspace,
            entries,
            title=target.stem,
            cover=[company] if company else [],
            progress=update,
        )
    write_atomic(target, data)
    if as_json:
        print_json({"outputs": [str(target)], "failed": []})
        return
    for warning in warnings[:_SHOWN]:
        echo_warning(warning)
    emit(f"已合订 {len(entries)} 份文档：{target}")


def _tell(result: BatchResult, target: Path, same: int, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "outputs": [str(path) for path in result.outputs],
                "failed": [
                    {"row": failure.row, "field": failure.field or None, "message": failure.message}
                    for failure in result.failed
                ],
            }
        )
        return
    for warning in result.warnings[:_SHOWN]:
        echo_warning(warning)
    for failure in result.failed[:_SHOWN]:
        echo_warning(f"未生成：{failure.message}")
    if len(result.failed) > _SHOWN:
        echo_warning(f"另有 {len(result.failed) - _SHOWN} 处问题未列出，可加 --json 查看全部。")
    rows = len({failure.row for failure in result.failed})
    done = f"，{same} 份早已生成、没有变动" if same > 0 else ""
    bad = f"，{rows} 行失败" if rows else ""
    made = f"新生成 {result.made} 份{done}{bad}"
    if not rows or target.is_dir():
        emit(f"{made}：{target}")
    elif result.outputs:
        emit(f"{made}。{target} 缺这 {rows} 行；改正表格后再运行一次同样的命令，就补齐。")
    else:
        emit(f"{made}，没有写出 {target}。")


def _send(
    wanted: str, table: Path, target: Path, workspace_path: str | None, *, as_json: bool
) -> None:
    """Write a sending list; customers are read, and nothing of them is kept elsewhere."""
    from generator.batch_rows import read_table  # noqa: PLC0415
    from generator.sending_list import make_sending_list, write_sending_list  # noqa: PLC0415

    workspace = open_workspace(workspace_path)
    made = make_sending_list(workspace, wanted, read_table(table))
    if made.messages:
        write_sending_list(made, target)
    if as_json:
        print_json(
            {
                "outputs": [str(target)] if made.messages else [],
                "failed": [
                    {"row": fault.row, "field": fault.field, "message": fault.message}
                    for fault in made.removed
                ],
            }
        )
    else:
        absent = Counter(name for fault in made.removed for name in fault.absent)
        for name, count in absent.items():
            echo_warning(f"未列入：客户表没有“{name}”一列，共 {count} 行。请加上这一列。")
        shown = [fault for fault in made.removed if not fault.absent]
        for fault in shown[:_SHOWN]:
            echo_warning(f"未列入：{fault.message}")
        parts = sum(message.parts for message in made.messages)
        if made.messages:
            emit(f"已列入 {len(made.messages)} 人，共 {parts} 条短信：{target}")
        else:
            emit(f"没有可以发送的短信，没有写出 {target}。")
    if any(fault.is_error for fault in made.removed):
        raise SystemExit(1)

"""`wenshu metrics`: the figures of a document or a data file, and the blank sheet to fill."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from cli.common import complete_ids, json_option, open_workspace, user_path, workspace_option
from cli.output import echo_error, echo_warning, emit, table, width, wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.sheet_mapping import MappedSheet
    from store.amounts import Json
    from store.metrics import MetricSet
    from store.model import Problem

_SUFFIXES = {".yaml", ".yml", ".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".tsv", ".txt"}


@click.command("metrics", short_help="查看指标及其算出的数")
@click.argument("wanted", metavar="文档或数据文件", required=False, shell_complete=complete_ids)
@click.option("--blank", metavar="文件.xlsx", help="生成一张供填写的空白指标表。")
@click.option("--last", metavar="文件", help="上年的数据文件：补上年初和上年同期，并核对两年的数。")
@click.option("--map", "show_map", is_flag=True, help="列出表格各列、各行读作什么，可逐条更正。")
@click.option(
    "--fix",
    "said",
    multiple=True,
    metavar="更正",
    help="更正读法并记下，可多次给出：C=年初、D=不用、单位=万元、行:票据.性质=时期、表头=3-4、工作表=名称。",
)
@click.option("--save-mapping", is_flag=True, help="记下这张表现有的读法，以后照此读取。")
@click.option("--freeze", is_flag=True, help="定稿：状态改为定稿，并把现有的数存在文档旁边。")
@click.option(
    "--filed-copy", metavar="文件.docx", help="把发出的 Word 文件存为定稿件，并与数据核对。"
)
@click.option("--to-yaml", "yaml_file", metavar="文件.yaml", help="另存为文枢的指标文件。")
@workspace_option
@json_option
def command(  # noqa: PLR0913, PLR0917 - click passes each option
    wanted: str | None,
    blank: str | None,
    last: str | None,
    show_map: bool,  # noqa: FBT001
    said: tuple[str, ...],
    save_mapping: bool,  # noqa: FBT001
    freeze: bool,  # noqa: FBT001
    filed_copy: str | None,
    yaml_file: str | None,
    workspace_path: str | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """查看一份文档或一个数据文件（xlsx、xls、csv、yaml）中的指标，以及算出的增减、完成率和句子。

    \b
    wenshu metrics 财务快报.xlsx --last 上年.xlsx
    wenshu metrics 财务快报.xlsx --fix C=年初 --fix 行:合计=不用
    wenshu metrics --blank 指标表.xlsx
    """  # noqa: D301 - click's own marks
    if blank is not None:
        _write_blank(user_path(blank))
        return
    if wanted is None:
        raise click.UsageError("请写明文档或数据文件；要空白表请用 --blank 文件.xlsx。")
    if filed_copy is not None:
        _file_copy(wanted, user_path(filed_copy), workspace_path)
        return
    if freeze:
        _freeze(wanted, workspace_path)
    mapping = None
    if show_map or said or save_mapping:
        mapping = _map(wanted, said, workspace_path, save=save_mapping, as_json=as_json)
        if mapping is None:
            return
    metrics = mapping.metrics if mapping else _load(wanted, workspace_path)
    if last is not None:
        from store.metric_years import fill_from_last_year  # noqa: PLC0415
        from store.metrics import load_metrics  # noqa: PLC0415

        before = load_metrics([user_path(last)], mappings=_mappings(workspace_path))
        metrics = fill_from_last_year(metrics, before)
    if yaml_file is not None:
        from store.metric_writer import write_yaml  # noqa: PLC0415

        write_yaml(metrics, user_path(yaml_file))
    _show(metrics, mapping if show_map else None, as_json=as_json)
    if any(problem.severity == "error" for problem in metrics.problems):
        raise SystemExit(1)


def _freeze(wanted: str, workspace_path: str | None) -> None:
    from store.finishing import finish  # noqa: PLC0415

    kept = finish(open_workspace(workspace_path), wanted)
    emit(f"已定稿，数据存于 {kept}")


def _map(
    wanted: str, said: Sequence[str], workspace_path: str | None, *, save: bool, as_json: bool
) -> MappedSheet | None:
    """How a spreadsheet is read, corrected and kept as asked; None where the person gave up."""
    from cli.sheet_mapping import MappedSheet as Mapped  # noqa: PLC0415
    from cli.sheet_mapping import dialog, wants_dialog  # noqa: PLC0415

    sheet = Mapped(_spreadsheet(wanted, workspace_path), _mappings(workspace_path), said)
    if not as_json:
        sheet.show()
        if not (said or save) and wants_dialog():
            if not dialog(sheet):
                emit("没有记下。")
                return None
            save = True
    if said or save:
        kept = sheet.save()
        if not as_json:
            emit(f"已记下，同样格式的表格以后照此读取：{kept}")
    elif not as_json and not sheet.mapping.saved:
        emit("要更正请用 --fix，如 --fix C=年初；没有错就加 --save-mapping 记下。")
    if not as_json:
        emit("")
    return sheet


def _spreadsheet(wanted: str, workspace_path: str | None) -> Path:
    """The spreadsheet itself, or that of a document."""
    path = user_path(wanted)
    if path.suffix.lower() in _SUFFIXES:
        return path
    from store.exceptions import UsageError  # noqa: PLC0415
    from store.spreadsheet import SHEET_SUFFIXES, TEXT_SUFFIXES  # noqa: PLC0415

    workspace = open_workspace(workspace_path)
    for found in workspace.data_paths(workspace.resolve(wanted)):
        if found.suffix.lower() in SHEET_SUFFIXES | TEXT_SUFFIXES:
            return found
    raise UsageError(f"“{wanted}”的数据不是表格，没有对应关系。", hint="请给出表格文件。")


def _mappings(workspace_path: str | None) -> Path | None:
    """Where the workspace keeps mappings; None outside one."""
    from store.exceptions import WorkspaceNotFound  # noqa: PLC0415

    try:
        return open_workspace(workspace_path).data / "mappings"
    except WorkspaceNotFound:
        return None


def _file_copy(wanted: str, copy: Path, workspace_path: str | None) -> None:
    from store.finishing import file_copy  # noqa: PLC0415

    filed, problems = file_copy(open_workspace(workspace_path), wanted, copy)
    for problem in problems:
        echo_warning(problem.message)
    emit(f"已存为定稿件：{filed}")
    emit("其中的数与数据一致。" if not problems else f"有 {len(problems)} 处与数据不一致。")
    if problems:
        raise SystemExit(1)


def _write_blank(path: Path) -> None:
    from store.exceptions import EnvironmentRefused, UsageError  # noqa: PLC0415
    from store.files import write_atomic  # noqa: PLC0415
    from store.spreadsheet_blank import blank_workbook  # noqa: PLC0415

    if path.suffix.lower() != ".xlsx":
        raise UsageError(f"空白表“{path.name}”应以 .xlsx 结尾。")
    if path.exists():
        raise EnvironmentRefused(f"“{path.name}”已经存在，没有覆盖。", hint="请换一个文件名。")
    write_atomic(path, blank_workbook())
    emit(f"已生成空白指标表：{path}")
    emit("接下来：")
    emit("1. 填好后，放到文档旁的“数据”文件夹；")
    emit(f"2. 在文档的信息表里写  数据: 数据/{path.name}")
    emit("3. 正文里写  {{ 指标名.句 }}。  数就填进去了，后面的句号要自己写；")
    emit("4. 用 wenshu metrics 文档 看算出的数，wenshu check 核对，wenshu render 文档 生成 Word。")


def _load(wanted: str, workspace_path: str | None) -> MetricSet:
    from store.exceptions import UsageError  # noqa: PLC0415
    from store.metrics import load_metrics, load_workspace_metrics  # noqa: PLC0415

    path = user_path(wanted)
    if path.suffix.lower() in _SUFFIXES:
        return load_metrics([path], mappings=_mappings(workspace_path))
    workspace = open_workspace(workspace_path)
    entry = workspace.resolve(wanted)
    paths = workspace.data_paths(entry)
    if not paths:
        raise UsageError(
            f"《{entry.meta.title}》没有指标数据。", hint="请在信息表的“数据”一栏写明数据文件。"
        )
    return load_workspace_metrics(workspace, paths)


def _show(metrics: MetricSet, mapping: MappedSheet | None, *, as_json: bool) -> None:
    """The figures; as JSON with the mapping where that was asked for."""
    from store.amounts import dump_json  # noqa: PLC0415
    from store.metrics import to_json  # noqa: PLC0415

    rows = to_json(metrics)
    if as_json:
        from cli.output import print_json_text  # noqa: PLC0415

        told: dict[str, object] = {} if mapping is None else {"mapping": mapping.as_json()}
        print_json_text(dump_json(cast("Json", {"metrics": rows, **told})))
    else:
        _print(metrics, rows)
    for problem in metrics.problems:
        _tell(problem)


def _print(metrics: MetricSet, rows: Sequence[dict[str, object]]) -> None:
    """The figures as a table, and below it the sentences whole."""
    if not rows:
        echo_warning(
            "没有读到指标：数据里还没有填写。可用 wenshu metrics --blank 文件.xlsx 生成空白表来填。"
        )
        return
    from store.figures import FigureMaker  # noqa: PLC0415

    columns = ["期末", "较年初", "同比", "完成计划"]
    cells = map(_cells, FigureMaker(metrics).table(列=columns).rows)
    for line in table(("指标", "数值", "较年初", "同比", "完成计划"), cells):
        emit(line)
    if any(metric.completion_is_given for metric in metrics):
        emit("* 完成率是填报的，不是按计划算出的。")
    sentences = [str(row["sentence"]) for row in rows if row["sentence"]]
    if sentences:
        emit("")
    for sentence in sentences:
        first, *rest = wrap(sentence, width() - 2)
        emit(f"· {first}")
        for line in rest:
            emit(f"  {line}")


def _cells(row: Sequence[str]) -> list[str]:
    """A line of the indicator table, the unit behind the value, empty where there is nothing."""
    name, unit, value, *rest = ("" if cell == "—" else cell for cell in row)
    return [name, value and value + unit, *rest]


def _tell(problem: Problem) -> None:
    place = f"{Path(problem.path).name} "
    place += "" if "工作表" in problem.message else f"第 {problem.line} 行："
    if problem.severity == "error":
        echo_error(place + problem.message, problem.hint)
    else:
        echo_warning(place + problem.message)
        if problem.hint:
            emit(f"      {problem.hint}", sys.stderr)

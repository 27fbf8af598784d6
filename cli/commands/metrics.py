"""`wenshu metrics`: the figures of a document or a data file, and the blank sheet to fill."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from cli.common import complete_ids, json_option, open_workspace, workspace_option
from cli.output import echo_error, echo_warning, emit, table, width, wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.amounts import Json
    from store.metrics import MetricSet
    from store.model import Problem

_MAPPINGS = Path(".wenshu", "data", "mappings")
_SUFFIXES = {".yaml", ".yml", ".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".tsv", ".txt"}


@click.command("metrics", short_help="查看指标及其算出的数")
@click.argument("wanted", metavar="文档或数据文件", required=False, shell_complete=complete_ids)
@click.option("--blank", metavar="文件.xlsx", help="生成一张供填写的空白指标表。")
@click.option("--last", metavar="文件", help="上年的数据文件：补上年初和上年同期，并核对两年的数。")
@click.option("--save-mapping", is_flag=True, help="记下这张表各列的对应关系，以后照此读取。")
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
    wenshu metrics --blank 指标表.xlsx
    """  # noqa: D301 - click's own marks
    if blank is not None:
        _write_blank(Path(blank).expanduser().absolute())
        return
    if wanted is None:
        raise click.UsageError("请写明文档或数据文件；要空白表请用 --blank 文件.xlsx。")
    if filed_copy is not None:
        _file_copy(wanted, Path(filed_copy).expanduser().absolute(), workspace_path)
        return
    if freeze:
        from store.finishing import finish  # noqa: PLC0415

        kept = finish(open_workspace(workspace_path), wanted)
        emit(f"已定稿，数据存于 {kept}")
    metrics = _load(wanted, workspace_path)
    if save_mapping:
        _save_mapping(Path(wanted), workspace_path)
    if last is not None:
        from store.metric_years import fill_from_last_year  # noqa: PLC0415
        from store.metrics import load_metrics  # noqa: PLC0415

        metrics = fill_from_last_year(metrics, load_metrics([Path(last).expanduser()]))
    if yaml_file is not None:
        from store.metric_writer import write_yaml  # noqa: PLC0415

        write_yaml(metrics, Path(yaml_file).expanduser().absolute())
    _show(metrics, as_json=as_json)
    if any(problem.severity == "error" for problem in metrics.problems):
        raise SystemExit(1)


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
    emit("3. 正文里写  {{ 指标名.句 }}  ，数就填进去了；")
    emit("4. 用 wenshu metrics 文档 看算出的数，wenshu check 核对，wenshu render 文档 生成 Word。")


def _load(wanted: str, workspace_path: str | None) -> MetricSet:
    from store.exceptions import UsageError, WorkspaceNotFound  # noqa: PLC0415
    from store.metrics import load_metrics  # noqa: PLC0415

    path = Path(wanted).expanduser()
    if path.suffix.lower() in _SUFFIXES:
        try:
            mappings = open_workspace(workspace_path).root / _MAPPINGS
        except WorkspaceNotFound:
            mappings = None
        return load_metrics([path.absolute()], mappings=mappings)
    workspace = open_workspace(workspace_path)
    entry = workspace.resolve(wanted)
    paths = workspace.data_paths(entry)
    if not paths:
        raise UsageError(
            f"《{entry.meta.title}》没有指标数据。", hint="请在信息表的“数据”一栏写明数据文件。"
        )
    return load_metrics(paths, mappings=workspace.root / _MAPPINGS)


def _save_mapping(path: Path, workspace_path: str | None) -> None:
    from store.spreadsheet import read_sheets  # noqa: PLC0415
    from store.spreadsheet_mapping import guess_mapping, save_mapping  # noqa: PLC0415

    mapping = guess_mapping(read_sheets(path), path)
    saved = save_mapping(open_workspace(workspace_path).data / "mappings", mapping)
    echo_warning(f"已记下各列的对应关系：{mapping.describe()}。需要改动时请编辑 {saved}。")


def _show(metrics: MetricSet, *, as_json: bool) -> None:
    from store.amounts import dump_json  # noqa: PLC0415
    from store.metrics import to_json  # noqa: PLC0415

    rows = to_json(metrics)
    if as_json:
        from cli.output import print_json_text  # noqa: PLC0415

        print_json_text('{"metrics": ' + dump_json(cast("Json", rows)) + "}")
    else:
        _print(rows)
    for problem in metrics.problems:
        _tell(problem)


def _print(rows: Sequence[dict[str, object]]) -> None:
    """The figures as a table, and below it the sentences whole."""
    if not rows:
        echo_warning(
            "没有读到指标：数据里还没有填写。可用 wenshu metrics --blank 文件.xlsx 生成空白表来填。"
        )
        return
    for line in table(("指标", "数值", "较年初", "同比", "完成计划"), map(_cells, rows)):
        emit(line)
    sentences = [str(row["sentence"]) for row in rows if row["sentence"]]
    if sentences:
        emit("")
    for sentence in sentences:
        first, *rest = wrap(f"{sentence}。", width() - 2)
        emit(f"· {first}")
        for line in rest:
            emit(f"  {line}")


def _cells(row: dict[str, object]) -> list[str]:
    from store.amounts import plain  # noqa: PLC0415

    def shown(key: str, unit: str = "") -> str:
        value = row[key]
        return "" if value is None else plain(value, strip=True) + unit  # type: ignore[arg-type]

    return [
        str(row["name"]),
        shown("value", str(row["unit"])),
        shown("change"),
        shown("yoy_percent", "%"),
        shown("completion_percent", "%"),
    ]


def _tell(problem: Problem) -> None:
    place = f"{Path(problem.path).name} "
    place += "" if "工作表" in problem.message else f"第 {problem.line} 行："
    if problem.severity == "error":
        echo_error(place + problem.message, problem.hint)
    else:
        echo_warning(place + problem.message)

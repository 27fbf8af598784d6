"""The metrics of a document: read from YAML, spreadsheets and CSV, looked up by name.

::

    metrics = load_metrics([Path("数据/2024年.yaml")])
    metrics["各项存款"].computed_completion     # Decimal("248.70625")
    environment.render_text(template, metrics.context())

What is wrong with the files is in `MetricSet.problems`; only a file that cannot be read at all
raises.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from store import files, sentences
from store.amounts import round_half_up
from store.exceptions import InputError
from store.metric import RATE_DIGITS
from store.metric_checks import check_plan, check_whole, twice
from store.metric_days import read_day
from store.metric_rows import RowReader
from store.metric_set import MetricNotFoundError, MetricSet, Standing, folded
from store.metric_yaml import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from decimal import Decimal
    from pathlib import Path

    from store.metric import Metric
    from store.model import Problem
    from store.workspace import Workspace

__all__ = [
    "MetricNotFoundError",
    "MetricSet",
    "Standing",
    "build_set",
    "load_metric_file",
    "load_metrics",
    "load_workspace_metrics",
    "to_json",
]

YAML_SUFFIXES: Final = frozenset({".yaml", ".yml"})


# -- reading files ---------------------------------------------------------------------------


def load_metrics(paths: Sequence[Path], *, mappings: Path | None = None) -> MetricSet:
    """Read metric files; where names repeat, later files win with a warning.

    Args:
        paths: YAML, .xlsx, .xls, .csv files.
        mappings: The folder with saved mappings of foreign spreadsheets.

    Raises:
        InputError: A file is not there or cannot be read as what its name says.
    """
    merged = MetricSet()
    for path in paths:
        merged = merged.merged(load_metric_file(path, mappings=mappings))
    return merged


def load_workspace_metrics(workspace: Workspace, paths: Sequence[Path]) -> MetricSet:
    """Read metric files as a workspace's people said they are to be read.

    Raises:
        InputError: A file is not there or cannot be read as what its name says.
    """
    return load_metrics(paths, mappings=workspace.data / "mappings")


def load_metric_file(path: Path, *, mappings: Path | None = None) -> MetricSet:
    """Read one metric file.

    Raises:
        InputError: It is not there or cannot be read as what its name says.
    """
    if path.suffix.lower() in YAML_SUFFIXES:
        return _load_yaml(path, mappings=mappings)
    from store.spreadsheet_metrics import load_spreadsheet  # noqa: PLC0415 (heavy)

    return load_spreadsheet(path, mappings=mappings)


def _load_yaml(
    path: Path, above: tuple[Path, ...] = (), *, mappings: Path | None = None
) -> MetricSet:
    if not path.is_file():
        raise InputError(
            f"没有找到指标文件 {path}。", hint="请检查“数据”一栏中的文件名。", path=str(path)
        )
    found = read_yaml(files.decode(files.read_bytes(path), path), path)
    day = read_day(found.head.get("截至日期"))
    reader = RowReader(
        defaults=found.head, problems=found.problems, year=day[0].year if day else None
    )
    own = build_set(reader.read(found.rows), reader.problems, path=path, head=found.head)
    members = found.head.get("汇总")
    if members is None:
        return own
    return _with_members(own, members, path, (*above, path.resolve()), mappings)


def _with_members(
    own: MetricSet,
    members: object,
    path: Path,
    above: tuple[Path, ...],
    mappings: Path | None,
) -> MetricSet:
    """The departments' metrics added up (汇总), under the file's own ones."""
    from store.metric_years import roll_up  # noqa: PLC0415 (needs this module)

    if not isinstance(members, dict):
        hint = "请写成“汇总:”下面一行一个“部门: 文件名”。"
        raise InputError(f"指标文件 {path.name} 的“汇总”写法有误。", hint=hint, path=str(path))
    departments: dict[str, MetricSet] = {}
    for name, file in members.items():
        member = path.parent / str(file)
        if member.resolve() in above:
            raise InputError(f"指标文件 {path.name} 不能汇总自己。", path=str(path))
        if not member.resolve().is_relative_to(path.resolve().parent.parent):
            hint = "请把各部门的数据文件放在同一个文件夹中。"
            raise InputError(f"汇总的文件 {file} 离得太远。", hint=hint, path=str(path))
        is_yaml = member.suffix.lower() in YAML_SUFFIXES
        departments[str(name)] = (
            _load_yaml(member, above, mappings=mappings)
            if is_yaml
            else load_metric_file(member, mappings=mappings)
        )
    rolled = roll_up(departments).total
    problems = [problem for one in departments.values() for problem in one.problems]
    summed = replace(rolled, problems=[*problems, *rolled.problems])
    return summed.merged(own)


def build_set(
    metrics: Sequence[Metric],
    problems: list[Problem],
    *,
    path: Path,
    head: Mapping[str, object] | None = None,
) -> MetricSet:
    """A set from the metrics of one file, its names and wholes checked."""
    unique: dict[str, Metric] = {}
    for metric in metrics:
        first = unique.setdefault(folded(metric.name), metric)
        if first is not metric:
            problems.append(twice(first, metric))
    day = read_day((head or {}).get("截至日期"))
    result = MetricSet(
        metrics=tuple(unique.values()),
        problems=problems,
        as_of=day[0] if day else _common_day(unique.values()),
        head=head or {},
        paths=(path,),
    )
    for metric in result:
        problems.extend(check_whole(result, metric))
        problems.extend(check_plan(metric))
    return result


def _common_day(metrics: Iterable[Metric]) -> date | None:
    """The day that all metrics share, if they do."""
    days = {metric.as_of for metric in metrics if metric.as_of is not None}
    return days.pop() if len(days) == 1 else None


# -- as JSON ---------------------------------------------------------------------------------


def to_json(metrics: MetricSet) -> list[dict[str, object]]:
    """Every metric as `wenshu metrics --json` has it: exact Decimals at the printed digits."""
    return [_metric_json(metrics, metric) for metric in metrics]


def _metric_json(metrics: MetricSet, metric: Metric) -> dict[str, object]:
    def figure(value: Decimal | None) -> Decimal | None:
        return None if value is None else metric.rounded(value)

    def rate(value: Decimal | None) -> Decimal | None:
        return None if value is None else round_half_up(value, RATE_DIGITS)

    whole = metrics.whole(metric)
    comparable = whole is not None and whole.unit.dimension == metric.unit.dimension
    said = sentences.sentence(metric, report_day=metrics.as_of).text
    return {
        "name": metric.name,
        "unit": metric.unit.name,
        "nature": metric.nature,
        "as_of": None if metric.as_of is None else metric.as_of.isoformat(),
        "value": figure(metric.value),
        "year_start": figure(metric.year_start),
        "last_year": figure(metric.last_year),
        "previous": figure(metric.previous),
        "plan": figure(metric.plan),
        "plan_basis": metric.plan_basis,
        "change": figure(metric.change),
        "change_percent": rate(metric.change_percent),
        "yoy_percent": rate(metric.yoy_percent),
        "completion_percent": rate(metric.completion_percent),
        "share_percent": rate(metric.share_percent(whole)) if whole and comparable else None,
        "sentence": said or None,
    }

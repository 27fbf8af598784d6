"""The metrics of a document: read from YAML, spreadsheets and CSV, looked up by name.

::

    metrics = load_metrics([Path("数据/2024年.yaml")])
    metrics["各项存款"].computed_completion     # Decimal("248.70625")
    environment.render_text(template, metrics.context())

What is wrong with the files is in `MetricSet.problems`; only a file that cannot be read at all
raises.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

from store import files, phrases
from store.amounts import normalise, round_half_up
from store.exceptions import InputError, NotFoundError
from store.metric import RATE_DIGITS
from store.metric_rows import RowReader, read_day
from store.metric_view import MetricsView, MetricView
from store.metric_yaml import read_yaml
from store.model import Problem
from store.units_of_measure import UnitMismatch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from decimal import Decimal
    from pathlib import Path

    from store.metric import Metric

YAML_SUFFIXES: Final = frozenset({".yaml", ".yml"})
_NEAR: Final = 3


class MetricNotFoundError(NotFoundError):
    """A metric that is not in the data."""

    def __init__(self, wanted: str, near: Sequence[str] = ()) -> None:
        """Name what was wanted and the nearest names."""
        hint = "您要找的是不是：" + "、".join(near) if near else "请检查指标文件中的名称。"
        super().__init__(f"数据中没有指标“{wanted}”。", hint=hint)
        self.wanted = wanted
        self.near = tuple(near)


@dataclass(slots=True, frozen=True)
class Standing:
    """One department's figure in a roll-up and its place, 1 for the best."""

    department: str
    value: Decimal
    place: int


@dataclass(frozen=True)
class MetricSet:
    """Metrics in their order, with what was odd about their files.

    Attributes:
        metrics: Every metric, names unique.
        problems: What was odd about the files.
        as_of: The day of the report (截至日期 at the head of the file).
        head: The top-level values of the files.
        paths: The files.
        standings: Of a roll-up: the departments behind each metric, best first.
    """

    metrics: tuple[Metric, ...] = ()
    problems: list[Problem] = field(default_factory=list)
    as_of: date | None = None
    head: Mapping[str, object] = field(default_factory=dict)
    paths: tuple[Path, ...] = ()
    standings: Mapping[str, tuple[Standing, ...]] = field(default_factory=dict)

    @cached_property
    def _by_name(self) -> dict[str, Metric]:
        found = {_folded(metric.name): metric for metric in self.metrics}
        for metric in self.metrics:
            for alias in metric.aliases:
                found.setdefault(_folded(alias), metric)
        return found

    def __iter__(self) -> Iterator[Metric]:
        return iter(self.metrics)

    def __len__(self) -> int:
        return len(self.metrics)

    def get(self, name: str) -> Metric | None:
        """The metric of that name or alias; width and spaces do not matter."""
        return self._by_name.get(_folded(name))

    def __getitem__(self, name: str) -> Metric:
        """The metric of that name or alias.

        Raises:
            MetricNotFoundError: There is none; the error proposes the nearest names.
        """
        if (metric := self.get(name)) is None:
            raise MetricNotFoundError(name, self.near(name))
        return metric

    def select(self, names: Iterable[str]) -> list[Metric]:
        """The metrics of those names, in that order.

        Raises:
            MetricNotFoundError: One is not there.
        """
        return [self[name] for name in names]

    def names(self) -> Iterator[str]:
        """Every name, then every alias."""
        yield from (metric.name for metric in self.metrics)
        yield from (alias for metric in self.metrics for alias in metric.aliases)

    def near(self, name: str) -> list[str]:
        """The names that look most like that one, best first."""
        pool = list(dict.fromkeys(self.names()))
        close = difflib.get_close_matches(name, pool, n=_NEAR, cutoff=0.5)
        inside = [other for other in pool if other in name or name in other]
        return list(dict.fromkeys([*close, *inside]))[:_NEAR]

    @property
    def groups(self) -> list[str]:
        """The groups in the order of their first metric."""
        return list(dict.fromkeys(metric.group for metric in self.metrics if metric.group))

    def group(self, name: str) -> list[Metric]:
        """The metrics of a group."""
        return [metric for metric in self.metrics if metric.group == name]

    def whole(self, metric: Metric) -> Metric | None:
        """The metric that this one is a part of."""
        return self.get(metric.parent) if metric.parent else None

    def parts(self, metric: Metric) -> list[Metric]:
        """The metrics that name this one as their whole."""
        return [part for part in self.metrics if part.parent and self.whole(part) is metric]

    def rank(self, metric: Metric) -> int | None:
        """The metric's place in its group, 1 for the best; None where nothing compares."""
        rivals = [
            other.unit.convert(other.value, metric.unit)
            for other in self.group(metric.group)
            if other.value is not None and other.unit.dimension == metric.unit.dimension
        ]
        value = metric.value
        if not metric.group or value is None or len(rivals) < 2:
            return None
        if metric.lower_is_better:
            return 1 + sum(rival < value for rival in rivals)
        return 1 + sum(rival > value for rival in rivals)

    def context(self, length: str | None = None) -> dict[str, object]:
        """What a template gets: 指标, 图, 指标表, and each metric that is an identifier.

        Args:
            length: 简版 and 一页版 make every phrase short.
        """
        from store.figures import FigureMaker  # noqa: PLC0415 (figures need a set)

        maker = FigureMaker(self)
        short = length in {"简版", "一页版"}
        style = phrases.Style(length="简") if short else phrases.STANDARD
        bare: dict[str, object] = {
            name: MetricView(self, metric, style)
            for metric in reversed(self.metrics)
            for name in (*metric.aliases, metric.name)
            if name.isidentifier()
        }
        return {**bare, "指标": MetricsView(self, style), "图": maker.chart, "指标表": maker.table}

    def merged(self, other: MetricSet) -> MetricSet:
        """Both sets; where a name stands in both, the other's metric counts, with a warning."""
        problems = [*self.problems, *other.problems]
        metrics = {metric.name: metric for metric in self.metrics}
        for metric in other.metrics:
            mine = metrics.get(metric.name)
            if mine is not None and replace(mine, source=metric.source) != metric:
                problems.append(_overridden(mine, metric))
            metrics[metric.name] = metric
        return MetricSet(
            metrics=tuple(metrics.values()),
            problems=problems,
            as_of=other.as_of or self.as_of,
            head={**self.head, **other.head},
            paths=(*self.paths, *other.paths),
            standings={**self.standings, **other.standings},
        )


def _folded(name: str) -> str:
    return "".join(normalise(name).split()).casefold()


def _overridden(mine: Metric, theirs: Metric) -> Problem:
    def shown(metric: Metric) -> str:
        return "无" if metric.value is None else phrases.value_text(metric, metric.value)

    return Problem(
        path=theirs.source.path,
        line=theirs.source.line,
        severity="warning",
        code="metric-overridden",
        message=f"指标“{mine.name}”在两份数据中都有：{shown(mine)}、{shown(theirs)}，以后一份为准。",
        hint="若不是有意更新，请删去其中一份。",
    )


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


def load_metric_file(path: Path, *, mappings: Path | None = None) -> MetricSet:
    """Read one metric file.

    Raises:
        InputError: It is not there or cannot be read as what its name says.
    """
    if path.suffix.lower() in YAML_SUFFIXES:
        return _load_yaml(path)
    from store.spreadsheet_metrics import load_spreadsheet  # noqa: PLC0415 (heavy)

    return load_spreadsheet(path, mappings=mappings)


def _load_yaml(path: Path, above: tuple[Path, ...] = ()) -> MetricSet:
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
    return own if members is None else _with_members(own, members, path, (*above, path.resolve()))


def _with_members(
    own: MetricSet, members: object, path: Path, above: tuple[Path, ...]
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
        departments[str(name)] = _load_yaml(member, above) if is_yaml else load_metric_file(member)
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
        first = unique.setdefault(_folded(metric.name), metric)
        if first is not metric:
            problems.append(_twice(first, metric))
    day = read_day((head or {}).get("截至日期"))
    result = MetricSet(
        metrics=tuple(unique.values()),
        problems=problems,
        as_of=day[0] if day else _common_day(unique.values()),
        head=head or {},
        paths=(path,),
    )
    problems.extend(problem for metric in result for problem in _check_whole(result, metric))
    problems.extend(problem for metric in result for problem in _check_plan(metric))
    return result


def _common_day(metrics: Iterable[Metric]) -> date | None:
    """The day that all metrics share, if they do."""
    days = {metric.as_of for metric in metrics if metric.as_of is not None}
    return days.pop() if len(days) == 1 else None


def _twice(first: Metric, second: Metric) -> Problem:
    places = [metric.source.place("指标") for metric in (first, second)]
    return Problem(
        path=second.source.path,
        line=second.source.line,
        severity="error",
        code="metric-twice",
        message=f"指标“{second.name}”出现了两次：{places[0]}、{places[1]}，只用了前一个。",
        hint="请删去一个，或改成不同的名称。",
    )


def _check_whole(metrics: MetricSet, metric: Metric) -> Iterator[Problem]:
    if not metric.parent:
        return
    whole = metrics.get(metric.parent)
    message = hint = ""
    if whole is None:
        message = f"指标“{metric.name}”的上级指标“{metric.parent}”不在数据中。"
        near = metrics.near(metric.parent)
        hint = "是不是：" + "、".join(near) if near else "请补上该指标，或清空“上级指标”。"
    elif _is_circular(metrics, metric):
        message = f"指标“{metric.name}”的上级指标绕回了自己。"
        hint = "请检查“上级指标”一栏。"
    elif whole.unit.dimension != metric.unit.dimension:
        error = UnitMismatch(metric.unit, whole.unit)
        message = f"指标“{metric.name}”与上级指标“{whole.name}”{error.message}"
        hint = "请改正单位或“上级指标”。"
    if message:
        source = metric.source
        yield Problem(source.path, source.line, "error", "bad-parent-metric", message, hint)


def _is_circular(metrics: MetricSet, metric: Metric) -> bool:
    seen = {metric.name}
    whole = metrics.whole(metric)
    while whole is not None:
        if whole.name in seen:
            return True
        seen.add(whole.name)
        whole = metrics.whole(whole)
    return False


def _check_plan(metric: Metric) -> Iterator[Problem]:
    """A plan whose basis does not go with the nature, or a given rate that is not the computed."""
    source, given, computed = metric.source, metric.given_completion, metric.computed_completion
    if metric.plan_basis and metric.plan is not None and metric.value is not None:
        reason = phrases.completion(metric).reason
        if metric.plan_actual is None:
            message = f"指标“{metric.name}”{reason}，完成率不予计算。"
            hint = "时点指标用余额或净增（净增须有年初数），时期指标用累计。"
            yield Problem(source.path, source.line, "warning", "bad-plan-basis", message, hint)
    if given is None or computed is None:
        return
    digits = max(0, -int(given.as_tuple().exponent)) if given else 0
    if round_half_up(computed, min(digits, 2)) != round_half_up(given, min(digits, 2)):
        shown = (
            phrases.rate_text(given, phrases.Style(rate_digits=2)),
            phrases.rate_text(computed),
        )
        message = f"指标“{metric.name}”填报的完成率{shown[0]}与按计划计算的{shown[1]}不一致。"
        yield Problem(source.path, source.line, "warning", "completion-mismatch", message,
                      "请核对计划数、计划口径和填报的完成率；正文用计算出的数。")  # fmt: skip


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
    said = phrases.sentence(metric, report_day=metrics.as_of).text
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

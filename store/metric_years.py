"""Metrics over the years and over departments: last year's figures, roll-ups, frozen files."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from store import files, phrases
from store.amounts import add
from store.consistency_years import opening_differences
from store.exceptions import InputError
from store.metrics import MetricSet, Standing, load_metrics
from store.model import Problem
from store.units_of_measure import UnitMismatch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from store.metric import Metric

_FIGURES: Final = ("value", "year_start", "last_year", "previous", "plan")
_FROZEN: Final = (
    ("value", "期末（本期）"),
    ("year_start", "年初"),
    ("last_year", "上年同期"),
    ("plan", "计划"),
)


# -- last year -------------------------------------------------------------------------------


def fill_from_last_year(metrics: MetricSet, last: MetricSet) -> MetricSet:
    """年初 and 上年同期 from last year's file where they are empty; disagreements are problems."""
    filled = tuple(_filled(metric, last.get(metric.name)) for metric in metrics)
    problems = [*metrics.problems, *opening_differences(metrics, last)]
    return replace(metrics, metrics=filled, problems=problems)


def _filled(metric: Metric, last: Metric | None) -> Metric:
    if last is None or last.value is None or last.unit.dimension != metric.unit.dimension:
        return metric
    closing = last.unit.convert(last.value, metric.unit)
    if metric.nature == "时点":
        return metric if metric.year_start is not None else replace(metric, year_start=closing)
    return metric if metric.last_year is not None else replace(metric, last_year=closing)


def next_year(metrics: MetricSet) -> tuple[Metric, ...]:
    """The metrics of the year to come: this year's figures as bases, nothing filled in yet."""
    return tuple(
        replace(
            metric,
            value=None,
            year_start=metric.value if metric.nature == "时点" else None,
            last_year=None if metric.nature == "时点" else metric.value,
            previous=None,
            plan=None,
            given_completion=None,
            as_of=None,
            as_of_month_end=False,
            history=(),
        )
        for metric in metrics
    )


# -- roll-up ---------------------------------------------------------------------------------


@dataclass(slots=True, frozen=True)
class RollUp:
    """Departments' metrics summed up.

    Attributes:
        total: A metric for each that all of one name can be added up to.
        standings: For each metric the departments, best first.
        problems: What could not be added, and which department lacks what.
    """

    total: MetricSet
    standings: Mapping[str, tuple[Standing, ...]]
    problems: list[Problem]

    def best(self, name: str) -> Standing:
        """The department that stands first."""
        return self.standings[name][0]

    def worst(self, name: str) -> Standing:
        """The department that stands last."""
        return self.standings[name][-1]


def roll_up(departments: Mapping[str, MetricSet]) -> RollUp:
    """Add the metrics of departments by name; rates are compared but not added."""
    by_name: dict[str, list[tuple[str, Metric]]] = {}
    for department, metrics in departments.items():
        for metric in metrics:
            by_name.setdefault(metric.name, []).append((department, metric))
    problems: list[Problem] = []
    totals: list[Metric] = []
    standings: dict[str, tuple[Standing, ...]] = {}
    for name, members in by_name.items():
        try:
            standings[name] = _standings(members)
            if not members[0][1].is_rate:
                totals.append(_total(members))
        except UnitMismatch as error:
            problems.append(_not_added(name, members[0][1], error.message))
        missing = [department for department in departments if department not in dict(members)]
        if missing and len(members) > 1:
            problems.append(_lacking(name, members[0][1], missing))
    days = {metrics.as_of for metrics in departments.values()}
    as_of = days.pop() if len(days) == 1 else None
    total = MetricSet(tuple(totals), problems=problems, as_of=as_of, standings=standings)
    return RollUp(total, standings, problems)


def _standings(members: Sequence[tuple[str, Metric]]) -> tuple[Standing, ...]:
    first = members[0][1]
    values = [
        (department, metric.unit.convert(metric.value, first.unit))
        for department, metric in members
        if metric.value is not None
    ]
    ordered = sorted(values, key=lambda pair: pair[1], reverse=not first.lower_is_better)
    places = {value: at for at, (_, value) in reversed(list(enumerate(ordered, 1)))}
    return tuple(Standing(department, value, places[value]) for department, value in ordered)


def _total(members: Sequence[tuple[str, Metric]]) -> Metric:
    """The sum of each figure that all members have; a plan only where all share its basis."""
    first = members[0][1]
    metrics = [metric for _, metric in members]
    sums: dict[str, Decimal | None] = {}
    for key in _FIGURES:
        figures = [getattr(metric, key) for metric in metrics]
        if any(figure is None for figure in figures):
            sums[key] = None
            continue
        total = Decimal(0)
        for metric, figure in zip(metrics, figures, strict=True):
            total = add(total, metric.unit.convert(figure, first.unit))
        sums[key] = total
    if len({metric.plan_basis for metric in metrics}) > 1:
        sums["plan"] = None
    days = {metric.as_of for metric in metrics}
    digits = max((m.digits for m in metrics if m.digits is not None), default=None)
    return replace(
        first,
        value=sums["value"],
        year_start=sums["year_start"],
        last_year=sums["last_year"],
        previous=sums["previous"],
        plan=sums["plan"],
        given_completion=None,
        as_of=first.as_of if len(days) == 1 else None,
        digits=digits,
        history=(),
    )


def _not_added(name: str, metric: Metric, reason: str) -> Problem:
    message = f"各部门的“{name}”不能汇总：{reason}"
    source = metric.source
    return Problem(source.path, source.line, "error", "roll-up-units", message, "请统一单位。")


def _lacking(name: str, metric: Metric, missing: Sequence[str]) -> Problem:
    message = f"“{name}”缺少{'、'.join(missing)}的数据，合计中不含。"
    source = metric.source
    hint = "请补上，或确认这些部门没有该项业务。"
    return Problem(source.path, source.line, "warning", "roll-up-missing", message, hint)


# -- frozen files ----------------------------------------------------------------------------


def frozen_path(document: Path) -> Path:
    """Where the frozen figures of a document lie: beside it, `<name>.定稿数据.json`."""
    return document.with_suffix(".定稿数据.json")


def freeze(document: Path, data: Sequence[Path], metrics: MetricSet | None = None) -> Path:
    """Keep a finished report's figures and the hashes of its metric files beside it.

    Args:
        document: The report.
        data: Its metric files.
        metrics: The figures as they were read; None reads them here.

    Raises:
        InputError: A metric file cannot be read.
        EnvironmentRefused: The file cannot be written.
    """
    metrics = metrics or load_metrics(data)
    raw = {
        "说明": "定稿时的指标数据，由文枢保存，用于核对以后的改动；请勿修改。",
        "文件": {path.name: files.digest(path.read_bytes()) for path in data},
        "指标": {metric.name: _frozen_figures(metric) for metric in metrics},
    }
    path = frozen_path(document)
    files.write_atomic(path, (json.dumps(raw, ensure_ascii=False, indent=1) + "\n").encode())
    return path


def _frozen_figures(metric: Metric) -> dict[str, str]:
    return {
        key: phrases.value_text(metric, figure)
        for key, _ in _FROZEN
        if (figure := getattr(metric, key)) is not None
    }


def check_frozen(document: Path, data: Sequence[Path], metrics: MetricSet) -> list[Problem]:
    """Every figure that was changed after the report was finished, with both values."""
    path = frozen_path(document)
    if not path.is_file():
        return []
    try:
        raw = json.loads(files.decode(files.read_bytes(path), path))
        known, hashes = dict(raw["指标"]), dict(raw["文件"])
    except (ValueError, KeyError, TypeError, InputError):
        message = f"定稿数据 {path.name} 已损坏，无法核对。"
        hint = "请从备份恢复，或确认数据无误后重新定稿。"
        return [Problem(str(document), 1, "warning", "frozen-damaged", message, hint)]
    present = [one for one in data if one.is_file()]
    now = {one.name: files.digest(files.read_bytes(one)) for one in present}
    if hashes == now and "汇总" not in metrics.head:  # a roll-up reads further files
        return []
    problems = [
        _changed(metric, key, name, known[metric.name].get(key))
        for metric in metrics
        if metric.name in known
        for key, name in _FROZEN
        if _frozen_figures(metric).get(key) != known[metric.name].get(key)
    ]
    problems += [
        Problem(str(document), 1, "warning", "frozen-changed",
                f"定稿后指标“{name}”从数据中删去了（定稿时为{figures.get('value', '无')}）。",
                "请恢复该指标，或重新定稿。")
        for name, figures in known.items()
        if metrics.get(name) is None
    ]  # fmt: skip
    return problems


def _changed(metric: Metric, key: str, name: str, before: str | None) -> Problem:
    now = _frozen_figures(metric).get(key)
    message = (
        f"定稿后指标“{metric.name}”的{name}被改动：定稿时为{before or '空'}，现为{now or '空'}。"
    )
    hint = "若确需更正，请重新定稿；否则请恢复原数。"
    source = metric.source
    return Problem(source.path, source.line, "warning", "frozen-changed", message, hint)

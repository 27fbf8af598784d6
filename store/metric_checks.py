"""What is odd about the metrics of one file, each at its cell: doubles, wholes, plans and rates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store import phrases
from store.amounts import decimals, round_half_up
from store.model import Problem
from store.units_of_measure import UnitMismatch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from store.metric import Metric
    from store.metric_set import MetricSet
    from store.model import Severity

_MOST_DIGITS = 2


def _problem(
    metric: Metric, key: str, severity: Severity, code: str, message: str, hint: str
) -> Problem:
    """A problem at the cell of a key, or at the line of a YAML file."""
    source = metric.source
    place = f"{source.place(key)}：" if source.sheet else ""
    return Problem(source.path, source.line, severity, code, place + message, hint)


def twice(first: Metric, second: Metric) -> Problem:
    """Two metrics of one name."""
    places = [metric.source.place("指标") for metric in (first, second)]
    message = f"指标“{second.name}”出现了两次：{places[0]}、{places[1]}，只用了前一个。"
    source = second.source
    hint = "请删去一个，或改成不同的名称。"
    return Problem(source.path, source.line, "error", "metric-twice", message, hint)


def check_whole(metrics: MetricSet, metric: Metric) -> Iterator[Problem]:
    """A whole that is not there, is the metric itself, or measures something else."""
    if not metric.parent:
        return
    whole = metrics.get(metric.parent)
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
    else:
        return
    yield _problem(metric, "上级指标", "error", "bad-parent-metric", message, hint)


def _is_circular(metrics: MetricSet, metric: Metric) -> bool:
    seen = {metric.name}
    whole = metrics.whole(metric)
    while whole is not None:
        if whole.name in seen:
            return True
        seen.add(whole.name)
        whole = metrics.whole(whole)
    return False


def check_plan(metric: Metric) -> Iterator[Problem]:
    """A plan whose basis does not go with the nature, or a given rate that is not the computed."""
    if metric.plan_basis and metric.plan is not None and metric.value is not None:
        reason = phrases.completion(metric).reason
        if metric.plan_actual is None:
            message = f"指标“{metric.name}”{reason}，完成率不予计算。"
            hint = "时点指标用余额或净增（净增须有年初数），时期指标用累计。"
            yield _problem(metric, "计划口径", "warning", "bad-plan-basis", message, hint)
    given, computed = metric.given_completion, metric.computed_completion
    if given is None or computed is None:
        return
    digits = min(decimals(given), _MOST_DIGITS)
    if round_half_up(computed, digits) != round_half_up(given, digits):
        yield _rates_differ(metric, given, computed)


def _rates_differ(metric: Metric, given: Decimal, computed: Decimal) -> Problem:
    """A reported rate beside the computed one; 2.487 is likely 248.7% typed as a fraction."""
    shown = (
        phrases.rate_text(given, phrases.Style(rate_digits=2)),
        phrases.rate_text(computed),
    )
    message = f"指标“{metric.name}”填报的完成率{shown[0]}与按计划计算的{shown[1]}不一致。"
    hint = "请核对计划数、计划口径和填报的完成率；正文用计算出的数。"
    if round_half_up(given * 100, 1) == round_half_up(computed, 1):
        hint = f"填的像是小数，请写成 {shown[1]}，或把单元格设为百分比格式；正文用计算出的数。"
    return _problem(metric, "完成率", "warning", "completion-mismatch", message, hint)

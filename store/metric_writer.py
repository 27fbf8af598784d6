"""Metric files written: the YAML that lies beside a document, from whatever the figures came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from store import files
from store.amounts import plain

if TYPE_CHECKING:
    from pathlib import Path

    from store.metric import Metric
    from store.metrics import MetricSet

_FIGURES: Final = (
    ("年初", "year_start"),
    ("上年同期", "last_year"),
    ("上期", "previous"),
    ("计划", "plan"),
)


def metric_pairs(metric: Metric) -> dict[str, object]:
    """The keys of a metric file and their values, in their order; what is absent is left out."""
    pairs: dict[str, object] = {
        "指标": metric.name,
        "分组": metric.group,
        "上级指标": metric.parent,
    }
    pairs |= {"单位": metric.unit.name, "性质": metric.nature, "谓语": metric.predicate}
    if metric.value is not None:
        pairs["期末" if metric.nature == "时点" else "本期"] = plain(metric.value)
    for key, attribute in _FIGURES:
        figure = getattr(metric, attribute)
        if figure is not None:
            pairs[key] = plain(figure)
    pairs["计划口径"] = metric.plan_basis or ""
    if metric.given_completion is not None:
        pairs["完成率"] = plain(metric.given_completion)
    if metric.as_of is not None:
        day = metric.as_of
        month_end = f"{day.year}年{day.month}月末"
        pairs["截至日期"] = month_end if metric.as_of_month_end else day.isoformat()
    pairs["方向"] = "越低越好" if metric.lower_is_better else ""
    pairs["小数位"] = "" if metric.digits is None else str(metric.digits)
    pairs["别名"] = list(metric.aliases)
    pairs["备注"] = metric.note
    pairs["历史"] = {label: plain(past) for label, past in metric.history}
    return {key: value for key, value in pairs.items() if value not in ("", [], {})}


def to_yaml(metrics: MetricSet) -> str:
    """The text of a metric file: a line a metric."""
    lines = []
    if metrics.as_of is not None:
        lines.append(f"截至日期: {metrics.as_of.isoformat()}")
    lines.append("指标:")
    for metric in metrics:
        pairs = ", ".join(f"{key}: {_scalar(value)}" for key, value in metric_pairs(metric).items())
        lines.append(f"  - {{{pairs}}}")
    if not len(metrics):
        lines[-1] = "指标: []"
    return "\n".join(lines) + "\n"


def _scalar(value: object) -> str:
    """A value inside a flow mapping, quoted where YAML would take it for something else."""
    if isinstance(value, list):
        return "[" + ", ".join(_scalar(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(k)}: {_scalar(v)}" for k, v in value.items()) + "}"
    text = str(value)
    plain_text = text.replace("_", "").replace("-", "").replace(".", "").isalnum()
    if plain_text and text[0] not in "-.":
        return text
    if text.lstrip("-").replace(".", "", 1).isdigit():
        return text
    return "'" + text.replace("'", "''").replace("\n", " ") + "'"


def write_yaml(metrics: MetricSet, path: Path) -> None:
    """Write a metric file, whole or not at all.

    Raises:
        EnvironmentRefused: It cannot be written.
    """
    files.write_atomic(path, to_yaml(metrics).encode())

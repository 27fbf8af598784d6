"""Rates whose figures do not share a scale: 0.965 typed where last year has 95.2%."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from store.amounts import plain
from store.model import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.metric import Metric
    from store.metrics import MetricSet

_LEAST: Final = Decimal("0.5")
_MOST: Final = Decimal(2)
_HUNDRED: Final = Decimal(100)


def check_scales(metrics: MetricSet) -> Iterator[Problem]:
    """A percentage near one hundredth of its other figures: its cell was no percentage."""
    for metric in metrics:
        if metric.unit.name != "%":
            continue
        named = _figures(metric)
        for name, figure in named:
            base = next(((n, f) for n, f in named if _is_hundredth(figure, f)), None)
            if base is not None:
                yield _problem(metric, (name, figure), base)


def _figures(metric: Metric) -> list[tuple[str, Decimal]]:
    """The figures that are rates themselves, by name; a planned gain is a difference."""
    plan = None if metric.plan_basis == "净增" else metric.plan
    figures = {
        "期末（本期）": metric.value,
        "上年同期": metric.last_year,
        "年初": metric.year_start,
        "上期": metric.previous,
        "计划": plan,
    }
    return [(name, figure) for name, figure in figures.items() if figure is not None]


def _is_hundredth(figure: Decimal, base: Decimal) -> bool:
    if not 0 < figure <= 1 or base <= 0:
        return False
    return _LEAST <= figure * _HUNDRED / base <= _MOST


def _problem(metric: Metric, odd: tuple[str, Decimal], base: tuple[str, Decimal]) -> Problem:
    source = metric.source
    message = (
        f"“{metric.name}”的{odd[0]}为{_shown(odd[1])}，{base[0]}为{_shown(base[1])}，"
        f"相差约一百倍：是不是{_shown(odd[1] * _HUNDRED)}？"
    )
    hint = "表格里的单元格没有设成百分比格式时，0.965 会读成 0.965%；请改填 96.5，或写成 96.5%。"
    return Problem(source.path, source.line, "warning", "rate-scale", message, hint)


def _shown(figure: Decimal) -> str:
    return plain(figure, strip=True) + "%"

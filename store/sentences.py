"""A whole sentence of a metric: value, movement and plan, short, usual or long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from store.phrases import (
    NO_VALUE,
    STANDARD,
    as_of,
    beyond_plan,
    completion,
    growth_since_year_start,
    period_on_period,
    plan_in_full,
    since_year_start,
    subject,
    value_text,
    year_on_year,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from store.metric import Metric
    from store.phrases import Phrase, Style


@dataclass(slots=True, frozen=True)
class Sentence:
    """A sentence and the reasons of what was left out of it."""

    text: str
    left_out: tuple[str, ...] = ()


def sentence(
    metric: Metric, style: Style = STANDARD, *, report_day: date | None = None
) -> Sentence:
    """各项存款余额161131万元，比年初增加39793万元，完成计划的248.7%.

    A metric whose day is not the report's begins with it. Without a value the text is empty.
    """
    if metric.value is None:
        return Sentence("", (NO_VALUE.reason,))
    parts = _LENGTHS[style.length](metric, style)
    texts = [f"{subject(metric)}{value_text(metric, metric.value)}"]
    if metric.as_of is not None and report_day is not None and metric.as_of != report_day:
        texts.insert(0, as_of(metric, report_day).text)
    texts += [part.text for part in parts if part]
    return Sentence("，".join(texts), tuple(part.reason for part in parts if part.serious))


def _first(*phrases: Phrase) -> Phrase:
    """The first phrase that has a text."""
    return next((phrase for phrase in phrases if phrase), phrases[-1])


def _standard(metric: Metric, style: Style) -> list[Phrase]:
    return [_movement(metric, style), _against_plan(metric, style)]


def _against_plan(metric: Metric, style: Style) -> Phrase:
    """Completion; of a rate the points beyond its target, which say more than a rate of a rate."""
    done = completion(metric, style)
    if not done or not metric.is_rate or metric.lower_is_better or metric.plan_actual is None:
        return done
    return beyond_plan(metric)


def _movement(metric: Metric, style: Style) -> Phrase:
    """The comparison that comes first: with the year's start for balances, else with last year."""
    if metric.nature == "时期":
        return _first(year_on_year(metric, style), period_on_period(metric, style))
    return _first(since_year_start(metric, style), year_on_year(metric, style))


def _short(metric: Metric, style: Style) -> list[Phrase]:
    done = _against_plan(metric, style)
    return [done] if done else [_movement(metric, style), done]


def _long(metric: Metric, style: Style) -> list[Phrase]:
    plan = plan_in_full(metric, style)
    if metric.nature == "时期":
        return [year_on_year(metric, style), period_on_period(metric, style), plan]
    moved, grown = since_year_start(metric, style), growth_since_year_start(metric, style)
    return [moved, grown, year_on_year(metric, style), plan]


_LENGTHS: Final[dict[str, Callable[[Metric, Style], list[Phrase]]]] = {
    "标准": _standard,
    "简": _short,
    "详": _long,
}

"""Whether a typed figure is that of the data, and what the data say where it is not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from store import phrases
from store.amounts import decimals, round_half_up
from store.consistency_text import decimals_as_typed
from store.units_of_measure import read_unit

if TYPE_CHECKING:
    from decimal import Decimal

    from store.consistency_text import Claim
    from store.metric import Metric
    from store.metrics import MetricSet
    from store.units_of_measure import Unit


@dataclass(slots=True, frozen=True)
class Verdict:
    """A disagreement: its code and what the data say."""

    code: str
    expected: str


def judge(claim: Claim, metrics: MetricSet) -> Verdict | None:
    """What is wrong with a claim, None where it agrees or cannot be held against the data."""
    metric = claim.metric
    if (odd := _odd_unit(claim)) is not None:
        return odd
    expected, unit, said = _expected(claim, metrics)
    if expected is None or unit.dimension != claim.unit.dimension:
        return None
    typed = claim.value
    digits = decimals_as_typed(claim.number)
    shown = round_half_up(unit.convert(expected, claim.unit), digits)
    if typed == shown:
        return None
    if claim.verb and typed and shown and (typed < 0) != (shown < 0):
        return Verdict("wrong-verb", said)
    printed = metric.rounded(expected) if unit is metric.unit else expected
    if decimals(typed) > decimals(printed) and typed == round_half_up(printed, digits):
        return None
    return Verdict(_CODES[claim.key], said)


_CODES: Final = {
    "value": "figure-mismatch",
    "change": "change-mismatch",
    "growth": "change-mismatch",
    "yoy": "growth-mismatch",
    "previous": "growth-mismatch",
    "completion": "completion-mismatch",
    "beyond": "completion-mismatch",
    "share": "share-mismatch",
}


def _odd_unit(claim: Claim) -> Verdict | None:
    """% where a rate moved by points, points where an amount grew."""
    if claim.key not in {"change", "yoy", "previous", "growth"}:
        return None
    if claim.metric.is_rate and claim.unit.is_rate and claim.key != "growth":
        points = claim.metric.unit.difference.name
        return Verdict("points-not-percent", f"{claim.number}{points}")
    if not claim.metric.is_rate and claim.unit.dimension == "个百分点":
        return Verdict("percent-not-points", f"{claim.number}%")
    return None


def _expected(claim: Claim, metrics: MetricSet) -> tuple[Decimal | None, Unit, str]:
    """The figure that the data give for a claim, its unit, and how it prints."""
    metric, percent = claim.metric, read_unit("%")
    amount = metric.unit.difference if metric.is_rate else metric.unit
    in_percent = claim.unit.is_rate and not metric.is_rate
    match claim.key:
        case "value":
            return metric.value, metric.unit, _shown_value(metric)
        case "change" if not in_percent:
            return metric.change, amount, phrases.since_year_start(metric).text
        case "change" | "growth":
            return metric.change_percent, percent, phrases.growth_since_year_start(metric).text
        case "yoy" | "previous":
            return _against(claim, amount, in_percent=in_percent)
        case "completion":
            return metric.completion_percent, percent, phrases.completion(metric).text
        case "beyond":
            return metric.plan_gap, amount, phrases.beyond_plan(metric).text
        case _:
            return _share(claim, metrics)


def _against(claim: Claim, amount: Unit, *, in_percent: bool) -> tuple[Decimal | None, Unit, str]:
    """Growth against last year or the period before, in percent or by its amount."""
    metric = claim.metric
    yoy = claim.key == "yoy"
    base = metric.last_year if yoy else metric.previous
    said = phrases.year_on_year(metric) if yoy else phrases.period_on_period(metric)
    if in_percent:
        rate = metric.yoy_percent if yoy else metric.previous_percent
        return rate, read_unit("%"), said.text
    if metric.value is None or base is None:
        return None, amount, ""
    delta = metric.value - base
    verb = "减少" if delta < 0 else "增加"
    text = said.text if metric.is_rate else f"{verb}{phrases.difference_text(metric, delta)}"
    return delta, amount, text


def _share(claim: Claim, metrics: MetricSet) -> tuple[Decimal | None, Unit, str]:
    whole = metrics.whole(claim.metric)
    percent = read_unit("%")
    if whole is None or whole.unit.dimension != claim.metric.unit.dimension:
        return None, percent, ""
    share = claim.metric.share_percent(whole)
    return share, percent, "" if share is None else f"占比{phrases.rate_text(share)}"


def _shown_value(metric: Metric) -> str:
    return "" if metric.value is None else phrases.value_text(metric, metric.value)

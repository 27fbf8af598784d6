"""Tables of metrics: a line a metric, a column a figure, in the words of the sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from store import phrases
from store.amounts import plain
from store.exceptions import InvalidValue
from store.model import Block, Cell

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from decimal import Decimal

    from store.metric import Metric
    from store.metric_set import MetricSet
    from store.model import Align
    from store.phrases import Phrase

_DASH: Final = "—"


@dataclass(slots=True, frozen=True)
class IndicatorTable:
    """A table of metrics: header and rows as they print."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    aligns: tuple[Align, ...]

    def to_block(self, line: int) -> Block:
        """The table as a block of a document."""
        cells = [[Cell(text) for text in row] for row in (self.header, *self.rows)]
        return Block(
            type="table",
            line=line,
            rows=cells,
            header_rows=1,
            aligns=self.aligns,
            caption=self.title,
        )

    def __str__(self) -> str:
        """The rows as lines of text, where only text can stand."""
        return "\n".join("\t".join(row) for row in (self.header, *self.rows))


def indicator_table(
    metrics: Sequence[Metric], columns: Sequence[str], title: str, metric_set: MetricSet
) -> IndicatorTable:
    """A table of these metrics with these columns; reported rates are marked.

    Raises:
        InvalidValue: A column is unknown.
    """
    unknown = [column for column in columns if column not in _COLUMNS]
    if unknown:
        hint = "可用的列：" + "、".join(_COLUMNS) + "。"
        raise InvalidValue(f"指标表没有“{'、'.join(unknown)}”列。", hint=hint)
    rows = tuple(
        (
            metric.name,
            metric.unit.name or _DASH,
            *(_COLUMNS[column](metric, metric_set) for column in columns),
        )
        for metric in metrics
    )
    given = any(cell.endswith("*") for row in rows for cell in row)
    title = title + ("（*为填报数）" if given else "")
    header = ("指标", "单位", *(_heading(column, metrics) for column in columns))
    figures: list[Align] = ["right"] * len(columns)
    aligns: tuple[Align, ...] = ("left", "center", *figures)
    return IndicatorTable(title, header, rows, aligns)


def _number(metric: Metric, figure: Decimal | None) -> str:
    if figure is None:
        return _DASH
    return plain(figure, metric.print_digits, strip=metric.digits is None or metric.is_rate)


def _change(metric: Metric, base: Decimal | None) -> str:
    """A signed difference; of rates in points."""
    if metric.value is None or base is None:
        return _DASH
    text = _number(metric, metric.value - base)
    return text + (metric.unit.difference.name if metric.is_rate else "")


def _rate(rate: Decimal | None) -> str:
    return _DASH if rate is None else phrases.rate_text(rate)


def _growth(metric: Metric, rate: Decimal | None, base: Decimal | None, phrase: Phrase) -> str:
    """Growth in percent, in points for rates, in words where a percentage has no meaning."""
    if metric.is_rate:
        return _change(metric, base)
    if rate is not None or not phrase:
        return _rate(rate)
    return phrase.text.removeprefix("同比").removeprefix("环比")


def _completion(metric: Metric) -> str:
    phrase = phrases.completion(metric)
    mark = "*" if metric.completion_is_given else ""
    return phrase.text.removeprefix("完成计划的") + mark if phrase else _DASH


def _share(metric: Metric, metrics: MetricSet) -> str:
    whole = metrics.whole(metric)
    if whole is None or whole.unit.dimension != metric.unit.dimension:
        return _DASH
    return _rate(metric.share_percent(whole))


_COLUMNS: Final[dict[str, Callable[[Metric, MetricSet], str]]] = {
    "期末": lambda metric, _: _number(metric, metric.value),
    "年初": lambda metric, _: _number(metric, metric.year_start),
    "较年初": lambda metric, _: _change(
        metric, None if metric.nature == "时期" else metric.year_start
    ),
    "增幅": lambda metric, _: _rate(metric.change_percent),
    "上年同期": lambda metric, _: _number(metric, metric.last_year),
    "同比": lambda metric, _: _growth(
        metric, metric.yoy_percent, metric.last_year, phrases.year_on_year(metric)
    ),
    "上期": lambda metric, _: _number(metric, metric.previous),
    "环比": lambda metric, _: _growth(
        metric, metric.previous_percent, metric.previous, phrases.period_on_period(metric)
    ),
    "计划": lambda metric, _: _number(metric, metric.plan),
    "完成计划": lambda metric, _: _completion(metric),
    "占比": _share,
    "备注": lambda metric, _: metric.note or _DASH,
}
_COLUMNS["本期"] = _COLUMNS["期末"]
_USUAL: Final = ("年初", "较年初", "上年同期", "同比", "计划", "完成计划")


def usual_columns(metrics: Sequence[Metric], metric_set: MetricSet) -> list[str]:
    """The value and every usual column in which something stands."""
    return ["期末"] + [
        column
        for column in _USUAL
        if any(_COLUMNS[column](metric, metric_set) != _DASH for metric in metrics)
    ]


def _heading(column: str, metrics: Sequence[Metric]) -> str:
    if column in {"期末", "本期"}:
        natures = {metric.nature == "时点" for metric in metrics}
        return "期末（本期）" if len(natures) == 2 else ("期末" if natures == {True} else "本期")
    return {"较年初": "较年初增减"}.get(column, column)

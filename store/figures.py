"""Charts and indicator tables of metrics: what stands in them, not how they are drawn.

`{{ 图("各项存款", "个人存款") }}` and `{{ 指标表("负债业务") }}` give these; both turn into blocks
of the document model. Their figures are the rounded ones of the sentences.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final, Literal

from store.amounts import round_half_up
from store.exceptions import InvalidValue
from store.indicator_table import indicator_table, usual_columns
from store.metric import RATE_DIGITS
from store.metric_set import MetricNotFoundError
from store.model import Block

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from decimal import Decimal

    from store.indicator_table import IndicatorTable
    from store.metric import Metric
    from store.metric_set import MetricSet

ChartType = Literal["column", "line", "pie", "combined"]
CHART_TYPES: Final[dict[str, ChartType]] = {
    "柱形图": "column", "柱状图": "column", "柱形": "column", "柱": "column", "column": "column",
    "折线图": "line", "折线": "line", "线": "line", "line": "line",
    "饼图": "pie", "饼": "pie", "pie": "pie",
    "组合图": "combined", "组合": "combined", "combined": "combined",
}  # fmt: skip
MAX_POINTS: Final = 200


@dataclass(slots=True, frozen=True)
class Series:
    """One row of figures of a chart; `line` draws it as a line in a combined chart."""

    name: str
    values: tuple[Decimal | None, ...]
    line: bool = False
    secondary: bool = False


@dataclass(slots=True, frozen=True)
class ChartFigure:
    """A chart: its figures are final, nothing is computed when it is drawn.

    Attributes:
        title: Stands above it.
        type: column, line, pie or combined (columns with lines over them).
        categories: The labels of the points.
        series: The figures, each series as long as `categories`.
        unit: The unit of the figures, empty for bare numbers.
        secondary_unit: The unit of the series on the second axis.
        digits: Digits behind the point.
    """

    title: str
    type: ChartType
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""
    secondary_unit: str = ""
    digits: int = 0

    def to_block(self, line: int) -> Block:
        """The chart as a block of a document."""
        return Block(type="chart", line=line, text=self.title, caption=self.title, figure=self)

    def __str__(self) -> str:
        """Its title, where only text can stand."""
        return self.title


# -- charts ----------------------------------------------------------------------------------

_FIGURES: Final[dict[str, Callable[[Metric], Decimal | None]]] = {
    "期末": lambda metric: metric.value,
    "本期": lambda metric: metric.value,
    "年初": lambda metric: metric.year_start,
    "上年同期": lambda metric: metric.last_year,
    "上期": lambda metric: metric.previous,
    "计划": lambda metric: metric.plan,
    "实际": lambda metric: metric.plan_actual,
    "较年初": lambda metric: metric.change,
}
_RATES: Final[dict[str, Callable[[Metric], Decimal | None]]] = {
    "完成率": lambda metric: metric.completion_percent,
    "增幅": lambda metric: metric.change_percent,
    "同比": lambda metric: metric.yoy_percent,
    "环比": lambda metric: metric.previous_percent,
}
_OPTIONS: Final = ("类型", "标题", "系列", "单位")


class FigureMaker:
    """The functions `图` and `指标表` of a template."""

    def __init__(self, metrics: MetricSet) -> None:
        self._set = metrics

    def chart(self, *names: str, **options: object) -> ChartFigure:
        """`图("各项存款", 类型="柱形图", 标题="…", 系列=["年初", "期末"], 单位="亿元")`.

        Raises:
            InvalidValue: An option is unknown, or there is nothing to draw.
            MetricNotFoundError: A name is neither a metric nor a group.
            UnitMismatch: The metrics measure different things.
        """
        _check_options(options, _OPTIONS, "图")
        kind = _chart_type(options.get("类型", "柱形图"))
        metrics = self._one_unit(self._chosen(names), str(options.get("单位") or ""))
        wanted = _texts(options.get("系列"))
        if kind == "line":
            categories, series = _over_time(metrics, wanted)
        else:
            categories = tuple(metric.name for metric in metrics)
            series = _series(metrics, wanted or _usual_series(metrics, kind), kind)
        title = str(options.get("标题") or "") or _title(names, metrics, series)
        figure = ChartFigure(
            title=title,
            type=kind,
            categories=categories,
            series=series,
            unit=metrics[0].unit.name,
            secondary_unit="%" if any(row.secondary for row in series) else "",
            digits=max(metric.print_digits for metric in metrics),
        )
        _check_drawable(figure)
        return figure

    def table(self, *names: str, **options: object) -> IndicatorTable:
        """`指标表("负债业务", 列=["期末", "年初", "较年初"], 标题="…")`; no names: all metrics.

        Raises:
            InvalidValue: An option or a column is unknown.
            MetricNotFoundError: A name is neither a metric nor a group.
        """
        _check_options(options, ("列", "标题"), "指标表")
        metrics = self._chosen(names) if names else list(self._set)
        if not metrics:
            raise InvalidValue("指标表中没有指标。", hint="请在数据文件中填写指标。")
        columns = _texts(options.get("列")) or usual_columns(metrics, self._set)
        return indicator_table(metrics, columns, str(options.get("标题") or ""), self._set)

    def _chosen(self, names: Sequence[str]) -> list[Metric]:
        chosen: list[Metric] = []
        for name in names:
            metric = self._set.get(str(name))
            group = [] if metric else self._set.group(str(name))
            if metric is None and not group:
                known = [*self._set.groups, *self._set.names()]
                near = get_close_matches(str(name), known, cutoff=0.5)
                raise MetricNotFoundError(str(name), near)
            chosen += [metric] if metric else group
        return list(dict.fromkeys(chosen))

    def _one_unit(self, metrics: list[Metric], unit: str) -> list[Metric]:
        if not metrics:
            raise InvalidValue("图中没有指标。", hint="请写明指标名称，如 图(“各项存款”)。")
        from store.units_of_measure import read_unit  # noqa: PLC0415

        target = read_unit(unit) if unit else metrics[0].unit
        return [metric if metric.unit == target else metric.in_unit(target) for metric in metrics]


def _check_options(options: Iterable[str], known: Sequence[str], function: str) -> None:
    if unknown := [name for name in options if name not in known]:
        hint = "可用的选项：" + "、".join(known) + "。"
        raise InvalidValue(f"{function}没有“{'、'.join(unknown)}”这个选项。", hint=hint)


def _chart_type(wanted: object) -> ChartType:
    if (kind := CHART_TYPES.get(str(wanted))) is None:
        hint = "可用的类型：柱形图、折线图、饼图、组合图。"
        raise InvalidValue(f"没有“{wanted}”这种图。", hint=hint)
    return kind


def _texts(value: object) -> list[str]:
    if value is None:
        return []
    if isinstance(value, str):
        return [value]
    return [str(item) for item in value] if isinstance(value, list | tuple) else [str(value)]


def _usual_series(metrics: Sequence[Metric], kind: ChartType) -> list[str]:
    """What is drawn when the template does not say: value and base, or done and planned."""
    if kind == "pie":
        return ["期末"]
    if kind == "combined":
        return ["实际", "计划"]
    if all(metric.nature == "时点" for metric in metrics):
        return ["年初", "期末"] if any(metric.year_start for metric in metrics) else ["期末"]
    return ["上年同期", "本期"] if any(metric.last_year for metric in metrics) else ["本期"]


def _series(
    metrics: Sequence[Metric], wanted: Sequence[str], kind: ChartType
) -> tuple[Series, ...]:
    rows: list[Series] = []
    for position, key in enumerate(wanted):
        over = kind == "combined" and position > 0
        if key in _RATES:
            rates = tuple(_rounded(_RATES[key](metric), RATE_DIGITS) for metric in metrics)
            rows.append(Series(key, rates, line=True, secondary=True))
        elif key in _FIGURES:
            values = tuple(_figure(metric, key) for metric in metrics)
            rows.append(Series(_series_name(key, metrics), values, line=over))
        else:
            hint = "可用的系列：" + "、".join((*_FIGURES, *_RATES)) + "。"
            raise InvalidValue(f"图没有“{key}”这个系列。", hint=hint)
    return tuple(rows)


def _series_name(key: str, metrics: Sequence[Metric]) -> str:
    """实际 is named after the plan's basis where all share it: 净增."""
    bases = {metric.plan_basis for metric in metrics}
    if key == "实际" and bases == {"净增"}:
        return "净增"
    return "计划净增" if key == "计划" and bases == {"净增"} else key


def _figure(metric: Metric, key: str) -> Decimal | None:
    figure = _FIGURES[key](metric)
    return None if figure is None else metric.rounded(figure)


def _rounded(rate: Decimal | None, digits: int) -> Decimal | None:
    return None if rate is None else round_half_up(rate, digits)


def _over_time(
    metrics: Sequence[Metric], wanted: Sequence[str]
) -> tuple[tuple[str, ...], tuple[Series, ...]]:
    """Categories are moments: the history's labels and now, else the bases and now."""
    labels = list(dict.fromkeys(label for metric in metrics for label, _ in metric.history))
    if labels and not wanted:
        now = _now_label(metrics)
        rows = []
        for metric in metrics:
            past = dict(metric.history)
            points = [_rounded(past.get(label), metric.print_digits) for label in sorted(labels)]
            rows.append(Series(metric.name, (*points, _figure(metric, "期末"))))
        return (*sorted(labels), now), tuple(rows)
    moments = list(wanted) or _usual_series(metrics, "line")
    for moment in moments:
        if moment not in _FIGURES:
            raise InvalidValue(
                f"折线图的系列不能是“{moment}”。", hint="可用：年初、上年同期、上期、期末。"
            )
    return tuple(moments), tuple(
        Series(metric.name, tuple(_figure(metric, moment) for moment in moments))
        for metric in metrics
    )


def _now_label(metrics: Sequence[Metric]) -> str:
    years = {metric.as_of.year for metric in metrics if metric.as_of is not None}
    return f"{years.pop()}年" if len(years) == 1 else "本期"


def _title(names: Sequence[str], metrics: Sequence[Metric], series: Sequence[Series]) -> str:
    what = "、".join(names) if len(names) <= 3 else f"{names[0]}等{len(metrics)}项指标"
    if len(series) == 1 and series[0].name in {"期末", "本期"}:
        return what
    return (
        f"{what}完成情况"
        if any(row.name.startswith("计划") for row in series)
        else f"{what}变化情况"
    )


def _check_drawable(figure: ChartFigure) -> None:
    values = [value for row in figure.series for value in row.values if value is not None]
    if not values:
        raise InvalidValue(
            f"图“{figure.title}”没有可画的数。", hint="请检查这些指标的数据是否填写。"
        )
    if len(figure.categories) * len(figure.series) > MAX_POINTS:
        hint = "请减少指标，或分成几张图。"
        raise InvalidValue(f"图“{figure.title}”的数据点超过 {MAX_POINTS} 个。", hint=hint)
    if figure.type == "pie" and any(value < 0 for value in values):
        raise InvalidValue(f"饼图“{figure.title}”中有负数。", hint="请改用柱形图。")

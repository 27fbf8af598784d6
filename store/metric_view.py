"""What a template sees of a metric: Chinese attributes that print finished phrases.

`{{ 各项存款.句 }}`, `{{ 各项存款.较年初 }}`, `{{ 各项存款.较.句 }}` (较 instead of 比),
`{{ 各项存款.简.句 }}`, `{{ 各项存款.换算("亿元").值 }}`. A phrase that cannot be said prints
nothing and leaves a warning with the rendering under way (`store.missing`); a figure that is
missing is reported like any missing name.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from store import phrases, sentences
from store.amounts import plain
from store.exceptions import InvalidValue
from store.missing import MissingValue, current_session
from store.units_of_measure import Quantity, read_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from decimal import Decimal

    from store.metric import Metric
    from store.metric_set import MetricSet, Standing
    from store.phrases import Phrase, Style


class MetricView:
    """One metric in one style, as templates see it."""

    def __init__(self, metrics: MetricSet, metric: Metric, style: Style = phrases.STANDARD) -> None:
        self._set = metrics
        self._metric = metric
        self._style = style

    def __getattr__(self, name: str) -> object:
        """The attribute of that Chinese name.

        Raises:
            AttributeError: There is none; Jinja reports it with the nearest names.
        """
        if (maker := ATTRIBUTES.get(name)) is None:
            raise AttributeError(name)
        return maker(self)

    def __dir__(self) -> list[str]:
        return [*ATTRIBUTES]

    def __str__(self) -> str:
        return str(self.figure("值", self._metric.value))

    def __bool__(self) -> bool:
        return self._metric.value is not None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, MetricView):
            return NotImplemented
        return (self._metric, self._style) == (other._metric, other._style)

    def __hash__(self) -> int:
        return hash((self._metric.name, self._style))

    def __add__(self, other: object) -> Quantity:
        return self.to_quantity() + _quantity(other)

    def __sub__(self, other: object) -> Quantity:
        return self.to_quantity() - _quantity(other)

    def __lt__(self, other: MetricView) -> bool:
        return self.to_quantity() < other.to_quantity()

    def to_quantity(self) -> Quantity:
        """The value with its unit.

        Raises:
            InvalidValue: The metric has no value.
        """
        if (quantity := self._metric.quantity) is None:
            raise InvalidValue(f"指标“{self._metric.name}”没有期末（本期）数。")
        return quantity

    def figure(self, key: str, figure: Decimal | None) -> object:
        """A figure with its unit, or a missing name."""
        if figure is None:
            return _unfilled(self._metric, key)
        return phrases.value_text(self._metric, figure)

    def number(self, figure: Decimal | None, key: str = "数") -> object:
        """A figure without its unit, or a missing name."""
        if figure is None:
            return _unfilled(self._metric, key)
        return plain(figure, self._metric.print_digits, strip=self._metric.digits is None)

    def rate(self, key: str, rate: Decimal | None) -> str:
        """A computed percentage, or nothing with a warning."""
        if rate is None:
            return self.say(key, phrases.Phrase(reason="缺少计算所需的数"))
        return phrases.rate_text(rate, self._style)

    def say(self, key: str, phrase: Phrase) -> str:
        """The text of a phrase; the reason of a missing one becomes a warning."""
        if not phrase:
            self.warn(f"指标“{self._metric.name}”{phrase.reason}，“{key}”已略去。")
        return phrase.text

    def warn(self, message: str) -> None:
        """Leave a warning with the rendering under way."""
        session = current_session()
        if session is not None and message not in session.warnings:
            session.warnings.append(message)

    def sentence(self, style: Style | None = None) -> object:
        """The whole sentence."""
        metric = self._metric
        if metric.value is None:
            return _unfilled(metric, "句")
        said = sentences.sentence(metric, style or self._style, report_day=self._set.as_of)
        for reason in said.left_out:
            self.warn(f"指标“{metric.name}”{reason}，句中已略去。")
        return said.text

    def styled(self, **changes: str) -> MetricView:
        """The same metric in another style."""
        return MetricView(self._set, self._metric, replace(self._style, **changes))  # type: ignore[arg-type]

    def in_unit(self, unit: str, digits: int | None = None) -> MetricView:
        """The same metric in another unit of its dimension.

        Raises:
            UnitMismatch: The unit measures something else.
        """
        converted = self._metric.in_unit(read_unit(unit), digits)
        return MetricView(self._set, converted, self._style)

    @property
    def whole(self) -> Metric | None:
        """The metric that this one is a part of."""
        return self._set.whole(self._metric)

    @property
    def metric(self) -> Metric:
        """The metric itself."""
        return self._metric

    @property
    def standings(self) -> Sequence[Standing]:
        """The departments behind a rolled-up metric, best first."""
        return self._set.standings.get(self._metric.name, ())

    def share(self) -> str:
        """占比78.9%，较年初上升1.9个百分点."""
        return self.say("占比", phrases.share_of(self._metric, self.whole, self._style))

    def share_named(self) -> str:
        """占各项存款的78.9%."""
        whole = self.whole
        share = None if whole is None else self._metric.share_percent(whole)
        if whole is None or share is None:
            return self.say("占上级", phrases.share_of(self._metric, whole))
        return f"占{whole.name}的{phrases.rate_text(share, self._style)}"

    def rank(self) -> str:
        """第1位, among the metrics of its group."""
        place = self._set.rank(self._metric)
        return (
            f"第{place}位"
            if place
            else self.say("位次", phrases.Phrase(reason="没有可比的同组指标"))
        )


def _unfilled(metric: Metric, key: str) -> MissingValue:
    """A figure that the data lack; the metric is there, so no near name is proposed."""
    return MissingValue(obj={}, name=f"{metric.name}.{key}")


def _standing(view: MetricView, key: str, place: int) -> str:
    """The best or the worst department of a roll-up with its figure; all of them that share it."""
    standings = view.standings
    if not standings:
        return view.say(key, phrases.Phrase(reason="不是汇总的指标，没有各部门的数"))
    value = standings[place].value
    names = "、".join(one.department for one in standings if one.value == value)
    return f"{names}（{phrases.value_text(view.metric, value)}）"


def _standings(view: MetricView) -> str:
    """Every department of a roll-up with its figure, best first."""
    texts = [
        f"{one.department}{phrases.value_text(view.metric, one.value)}" for one in view.standings
    ]
    if not texts:
        return view.say("各部门", phrases.Phrase(reason="不是汇总的指标，没有各部门的数"))
    return "、".join(texts)


def _quantity(other: object) -> Quantity:
    return other.to_quantity() if isinstance(other, MetricView) else _as_quantity(other)


def _as_quantity(other: object) -> Quantity:
    if isinstance(other, Quantity):
        return other
    raise InvalidValue("指标只能与指标相加减。", hint="两个指标的单位须属同一类，如万元与亿元。")


def _phrase(key: str, say: Callable[[Metric, Style], Phrase]) -> Callable[[MetricView], object]:
    return lambda view: view.say(key, say(view.metric, view._style))  # noqa: SLF001


def _figure(key: str, read: Callable[[Metric], Decimal | None]) -> Callable[[MetricView], object]:
    return lambda view: view.figure(key, read(view.metric))


def _rate(key: str, read: Callable[[Metric], Decimal | None]) -> Callable[[MetricView], object]:
    return lambda view: view.rate(key, read(view.metric))


ATTRIBUTES: Final[dict[str, Callable[[MetricView], object]]] = {
    "句": lambda view: view.sentence(),
    "短句": lambda view: view.sentence(replace(view._style, length="简")),  # noqa: SLF001
    "详句": lambda view: view.sentence(replace(view._style, length="详")),  # noqa: SLF001
    "名称": lambda view: view.metric.name,
    "单位": lambda view: view.metric.unit.name,
    "分组": lambda view: view.metric.group,
    "备注": lambda view: view.metric.note,
    "值": _figure("值", lambda metric: metric.value),
    "期末": _figure("期末", lambda metric: metric.value),
    "本期": _figure("本期", lambda metric: metric.value),
    "年初": _figure("年初", lambda metric: metric.year_start),
    "上年同期": _figure("上年同期", lambda metric: metric.last_year),
    "上期": _figure("上期", lambda metric: metric.previous),
    "计划": _figure("计划", lambda metric: metric.plan),
    "数": lambda view: view.number(view.metric.value),
    "数值": lambda view: view.metric.value,
    "较年初": _phrase("较年初", phrases.since_year_start),
    "比年初": _phrase("较年初", phrases.since_year_start),
    "增幅": _phrase("增幅", phrases.growth_since_year_start),
    "同比": _phrase("同比", phrases.year_on_year),
    "环比": _phrase("环比", phrases.period_on_period),
    "倍数": _phrase("倍数", phrases.times),
    "完成计划": _phrase("完成计划", phrases.completion),
    "超计划": _phrase("超计划", lambda metric, _: phrases.beyond_plan(metric)),
    "完成率": _rate("完成率", lambda metric: metric.completion_percent),
    "增长率": _rate("增长率", lambda metric: metric.change_percent),
    "同比率": _rate("同比率", lambda metric: metric.yoy_percent),
    "占比": lambda view: view.share(),
    "占上级": lambda view: view.share_named(),
    "位次": lambda view: view.rank(),
    "最好": lambda view: _standing(view, "最好", 0),
    "最差": lambda view: _standing(view, "最差", -1),
    "各部门": _standings,
    "截至": lambda view: view.say("截至", phrases.as_of(view.metric)),
    "较": lambda view: view.styled(against="较"),
    "比": lambda view: view.styled(against="比"),
    "简": lambda view: view.styled(length="简"),
    "详": lambda view: view.styled(length="详"),
    "换算": lambda view: view.in_unit,
}
"""Every attribute that a template may ask of a metric."""

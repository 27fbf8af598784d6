"""The sentences of business figures: one rule for each verb, sign, unit and special case.

Every function takes a `Metric` and gives a `Phrase`: the text, or an empty text and the reason why
there is none. A wrong figure is never printed: what cannot be computed is left out and said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from store.amounts import decimals, percent_of, plain, round_half_up, subtract
from store.metric import RATE_DIGITS

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from store.metric import Metric

Length = Literal["标准", "简", "详"]


@dataclass(slots=True, frozen=True)
class Style:
    """How phrases are worded: 比年初 or 较年初, and how much is said."""

    against: Literal["比", "较"] = "比"
    length: Length = "标准"
    rate_digits: int = RATE_DIGITS


STANDARD: Final = Style()


@dataclass(slots=True, frozen=True)
class Phrase:
    """A phrase, or why there is none; `serious` reasons are told even inside a sentence."""

    text: str = ""
    reason: str = ""
    serious: bool = False

    def __bool__(self) -> bool:
        return bool(self.text)


@dataclass(slots=True, frozen=True)
class _Base:
    """What a value is compared with: its name, the verb's prefix and the key of its figure."""

    name: str
    prefix: str
    key: Literal["year_start", "last_year", "previous"]

    def figure(self, metric: Metric) -> Decimal | None:
        """The base's figure of a metric."""
        figure: Decimal | None = getattr(metric, self.key)
        return figure


YEAR_START: Final = _Base("年初", "", "year_start")
LAST_YEAR: Final = _Base("上年同期", "同比", "last_year")
PREVIOUS: Final = _Base("上期", "环比", "previous")

NO_VALUE: Final = Phrase(reason="没有期末（本期）数", serious=True)
_BEFORE_BALANCES: Final = frozenset(
    {"拥有", "现有", "共有", "在管", "管理", "服务", "结存", "持有", "保有"}
)
_AFTER_FLOWS: Final = frozenset(
    {
        "为",
        "达",
        "达到",
        "累放",
        "累计",
        "合计",
        "共计",
        "完成",
        "余额",
        "户数",
        "总额",
        "总量",
        "发生额",
        "净增",
        "新增额",
    }
)
_SPEAKS_ITSELF: Final = ("余额", "总额", "规模", "存量", "净额", "总量")
_GAINS: Final = ("收入", "利润", "产值", "销售额", "营业额", "保费", "交易额")
_COSTS: Final = ("支出", "费用", "成本", "损失")


# -- figures ---------------------------------------------------------------------------------


def value_text(metric: Metric, figure: Decimal) -> str:
    """A figure of the metric with its unit: `161131万元`, `84.5%`."""
    strip = metric.digits is None or metric.is_rate
    return plain(figure, metric.print_digits, strip=strip) + metric.unit.name


def difference_text(metric: Metric, difference: Decimal) -> str:
    """A difference without its sign: `39793万元`, `0.3个百分点`."""
    strip = metric.digits is None or metric.is_rate
    number = plain(abs(difference), metric.print_digits, strip=strip)
    return number + (metric.unit.difference.name if metric.is_rate else metric.unit.name)


def rate_text(rate: Decimal, style: Style = STANDARD) -> str:
    """A computed percentage: one digit, zeros at the end dropped: `248.7%`, `123%`."""
    return plain(rate, style.rate_digits, strip=True) + "%"


def subject(metric: Metric) -> str:
    """Name and predicate in their order: 各项存款余额, 实现银行卡业务收入, 不良率为."""
    text = _subject(metric, metric.predicate or _usual_predicate(metric))
    return text + "为" if text[-1:].isdigit() else text


def _subject(metric: Metric, predicate: str) -> str:
    name = metric.name
    if "～" in predicate:
        return predicate.replace("～", name)
    if not predicate or name.endswith(predicate) or name.startswith(predicate):
        return name
    before = predicate in _BEFORE_BALANCES
    if metric.nature == "时期":
        before = predicate not in _AFTER_FLOWS
    return predicate + name if before else name + predicate


def _usual_predicate(metric: Metric) -> str:
    if metric.is_rate:
        return "为"
    if not metric.unit.is_money or metric.name.endswith(_SPEAKS_ITSELF):
        return ""
    if metric.nature == "时点":
        return "余额"
    if metric.name.endswith(_GAINS):
        return "实现"
    return "发生" if metric.name.endswith(_COSTS) else ""


# -- against a base --------------------------------------------------------------------------


def _missing_base(metric: Metric, base: _Base) -> Phrase | None:
    """Why there is nothing to compare with, if so."""
    if metric.value is None:
        return NO_VALUE
    if base is YEAR_START and metric.nature == "时期":
        return Phrase(reason="时期指标不与年初比较，请用同比或环比", serious=True)
    return Phrase(reason=f"没有{base.name}数") if base.figure(metric) is None else None


def _delta(metric: Metric, base: _Base) -> tuple[Decimal, Decimal, Decimal]:
    value, figure = metric.value, base.figure(metric)
    assert value is not None
    assert figure is not None
    return value, figure, subtract(value, figure)


def since_year_start(metric: Metric, style: Style = STANDARD) -> Phrase:
    """比年初增加39793万元; of a rate 比年初下降0.3个百分点."""
    if (missing := _missing_base(metric, YEAR_START)) is not None:
        return missing
    _, _, delta = _delta(metric, YEAR_START)
    return Phrase(_change(metric, delta, YEAR_START, style))


def _change(metric: Metric, delta: Decimal, base: _Base, style: Style) -> str:
    """A change by its amount: 比年初增加…, 与年初持平."""
    if not metric.rounded(delta):
        return f"与{base.name}持平"
    verbs = ("上升", "下降") if metric.is_rate else ("增加", "减少")
    verb = verbs[delta < 0]
    return f"{style.against}{base.name}{verb}{difference_text(metric, delta)}"


def growth_since_year_start(metric: Metric, style: Style = STANDARD) -> Phrase:
    """增幅32.8%, 降幅5%: the change in percent of a positive start of year."""
    if (missing := _missing_base(metric, YEAR_START)) is not None:
        return missing
    growth = metric.change_percent
    if growth is None:
        return Phrase(reason="比率或年初数不为正数，不计算增幅")
    if not round_half_up(growth, style.rate_digits):
        return Phrase(reason="与年初基本持平，不写增幅")
    return Phrase(("降幅" if growth < 0 else "增幅") + rate_text(abs(growth), style))


def year_on_year(metric: Metric, style: Style = STANDARD) -> Phrase:
    """同比增长12.3%; of a rate 同比上升0.5个百分点; 扭亏为盈 and the like."""
    return _growth(metric, LAST_YEAR, style)


def period_on_period(metric: Metric, style: Style = STANDARD) -> Phrase:
    """环比增长3.2%, against the period before."""
    return _growth(metric, PREVIOUS, style)


def _growth(metric: Metric, base: _Base, style: Style) -> Phrase:
    if (missing := _missing_base(metric, base)) is not None:
        return missing
    value, figure, delta = _delta(metric, base)
    if not metric.rounded(delta):
        return Phrase(f"与{base.name}持平")
    if metric.is_rate:
        verb = "下降" if delta < 0 else "上升"
        return Phrase(f"{base.prefix}{verb}{difference_text(metric, delta)}")
    if not figure:
        return Phrase(f"{base.name}为零")
    if figure < 0 or value < 0:
        return Phrase(base.prefix + _across_zero(metric, value, figure, delta))
    growth = percent_of(delta, figure)
    if not round_half_up(growth, style.rate_digits):
        return Phrase(f"与{base.name}基本持平")
    return Phrase(base.prefix + ("下降" if growth < 0 else "增长") + rate_text(abs(growth), style))


def _across_zero(metric: Metric, value: Decimal, base: Decimal, delta: Decimal) -> str:
    """What is said instead of a percentage where a figure is negative."""
    if base < 0 < value:
        return "扭亏为盈" if metric.is_profit else "由负转正"
    if value < 0 < base:
        return "由盈转亏" if metric.is_profit else "由正转负"
    verbs = ("减亏", "增亏") if metric.is_profit else ("增加", "减少")
    return verbs[delta < 0] + difference_text(metric, delta)


def times(metric: Metric, style: Style = STANDARD, base: _Base = LAST_YEAR) -> Phrase:
    """比上年同期翻一番, 是上年同期的2.5倍; never of a decrease."""
    if (missing := _missing_base(metric, base)) is not None:
        return missing
    value, figure, _ = _delta(metric, base)
    if metric.is_rate or figure <= 0:
        return Phrase(reason=f"比率或{base.name}不为正数，不说倍数")
    ratio = round_half_up(percent_of(value, figure) / 100, 2)
    for count, factor in (("一", 2), ("两", 4), ("三", 8)):
        if ratio == factor:
            return Phrase(f"{style.against}{base.name}翻{count}番")
    if round_half_up(ratio, style.rate_digits) <= 1:
        return Phrase(reason="没有增长，不说倍数")
    return Phrase(f"是{base.name}的{plain(ratio, style.rate_digits, strip=True)}倍")


# -- against the plan ------------------------------------------------------------------------


def _missing_plan(metric: Metric) -> Phrase | None:
    """Why nothing can be held against the plan, if so."""
    if metric.plan is None:
        return Phrase(reason="没有计划数")
    if metric.value is None:
        return NO_VALUE
    if metric.plan_basis is None:
        return Phrase(reason="没有写明计划口径（余额、净增或累计）", serious=True)
    if metric.plan_actual is not None:
        return None
    if metric.plan_basis == "净增":
        return Phrase(reason="计划口径是净增，却没有年初数", serious=True)
    return Phrase(reason=f"{metric.nature}指标的计划口径不能是{metric.plan_basis}", serious=True)


def completion(metric: Metric, style: Style = STANDARD) -> Phrase:
    """完成计划的248.7%; where lower is better 控制在计划以内 or 超出控制目标."""
    missing = _missing_plan(metric)
    if missing is not None and metric.completion_is_given:
        assert metric.given_completion is not None
        digits = max(style.rate_digits, min(2, decimals(metric.given_completion)))
        given = plain(metric.given_completion, digits, strip=True)
        return Phrase(f"完成计划的{given}%")
    if missing is not None:
        return missing
    actual, plan = metric.plan_actual, metric.plan
    assert actual is not None
    assert plan is not None
    if metric.lower_is_better:
        return Phrase("超出控制目标" if actual > plan else "控制在计划以内")
    if plan <= 0:
        what = "为零" if not plan else "是负数"
        return Phrase(reason=f"计划数{what}，不计算完成率", serious=True)
    if actual < 0:
        return Phrase("未完成计划")
    return Phrase(f"完成计划的{rate_text(percent_of(actual, plan), style)}")


def beyond_plan(metric: Metric) -> Phrase:
    """超计划23793万元, 欠计划5万元, 与计划持平; 低于控制目标… where lower is better."""
    if (missing := _missing_plan(metric)) is not None:
        return missing
    gap = metric.plan_gap
    assert gap is not None
    goal = "控制目标" if metric.lower_is_better else "计划"
    if not metric.rounded(gap):
        return Phrase(f"与{goal}持平")
    words = ("超出", "低于") if metric.lower_is_better else ("超", "欠")
    return Phrase(f"{words[gap < 0]}{goal}{difference_text(metric, gap)}")


def plan_in_full(metric: Metric, style: Style) -> Phrase:
    """Completion with the amount beyond or short of the plan."""
    rate, gap = completion(metric, style), beyond_plan(metric)
    if not rate or not gap:
        return rate
    if metric.is_rate and not metric.lower_is_better:
        return gap
    if metric.lower_is_better and rate.text == "超出控制目标":
        return gap if gap.text.startswith("超出") else rate
    return Phrase(f"{rate.text}，{gap.text}")


# -- part of a whole -------------------------------------------------------------------------


def share_of(metric: Metric, whole: Metric | None, style: Style = STANDARD) -> Phrase:
    """占比78.9%，较年初上升1.9个百分点."""
    if whole is None:
        return Phrase(reason="没有写明上级指标，或上级指标不在数据中", serious=True)
    now = metric.share_percent(whole)
    if now is None:
        return Phrase(reason="缺少本指标或上级指标的数值，或上级指标不为正数", serious=True)
    text = f"占比{rate_text(now, style)}"
    moved = metric.share_change(whole)
    if moved is None or style.length == "简" or metric.nature == "时期":
        return Phrase(text)
    points = plain(abs(moved), style.rate_digits, strip=True)
    if points == "0":
        return Phrase(f"{text}，与年初持平")
    return Phrase(f"{text}，较年初{'下降' if moved < 0 else '上升'}{points}个百分点")


# -- sentences -------------------------------------------------------------------------------


def as_of(metric: Metric, report_day: date | None = None) -> Phrase:
    """截至12月30日, 截至11月末; with the year where it is not the report's."""
    day = metric.as_of
    if day is None:
        return Phrase(reason="没有截至日期")
    year = "" if report_day is None or report_day.year == day.year else f"{day.year}年"
    rest = f"{day.month}月末" if metric.as_of_month_end else f"{day.month}月{day.day}日"
    return Phrase(f"截至{year}{rest}")

"""Figures that were typed in a text: what each claims, and whether the data say the same.

The raw text is read, not the rendered one: what a reference like `{{ 各项存款.值 }}` prints is
right by itself. A claim belongs to the metric named before it in the same sentence; claims about
other times (3月末, 去年), other units or plans to come are left alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from store.amounts import normalise, read_decimal
from store.units_of_measure import read_unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.metric import Metric
    from store.metrics import MetricSet
    from store.units_of_measure import Unit

REFERENCE_START, REFERENCE_END = "\ue000", "\ue001"
# A character for a character, so that places in the line stay where they are.
_HALF_WIDTH: Final = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), 0xFF05, 0xFF0D)}
_HALF_WIDTH[0x2212] = 0x2D
_JINJA: Final = re.compile(r"\{\{(.*?)\}\}|\{%.*?%\}|\{#.*?#\}")
_SENTENCE: Final = re.compile(r"[^。；！？;!?]+")
UNIT: Final = (
    r"(?:[十百千]?[万亿]?(?:元|美元|欧元|港元|吨|平方米|千瓦时|人次|户次|千伏安|公里)"
    r"|万?(?:户|张|笔|部|人|名|件|台|家|次|个(?!百分点)|辆|套|亩|条|份|项|天|小时|分钟)"
    r"|%|‰|个百分点|百分点|个千分点|倍)"
)
_NUMBER: Final = rf"(?P<number>-?[0-9][0-9,]*(?:\.[0-9]+)?)\s*(?P<unit>{UNIT})"
VERBS: Final = "净?增加|净?减少|增长|下降|上升|提高|降低|提升|净增|净减|回落|下滑|攀升"
DOWN: Final = re.compile("减|下降|降低|回落|下滑")
_VERB: Final = rf"(?P<verb>{VERBS})了?"
_MONTH: Final = re.compile(r"(?:(?P<year>(?:19|20)\d\d)年)?(?P<month>\d{1,2})月")
_OTHER_TIME: Final = re.compile(
    r"季度|半年|去年|上年(?!末|同期)|前年|月均|日均|(?:19|20)\d\d年|同期(?=.{0,2}[为是])|上月|本月|当月"
)
_TO_COME: Final = re.compile(
    r"力争|争取|目标|确保|预计|预期|拟|将达|计划(?:到|新增|净增|实现)|下年|明年|来年"
)
_PLAN_HEADINGS: Final = re.compile(r"打算|下年|明年|来年|下一步|展望|今后|下半年.*(?:计划|安排)")
_AMONG: Final = re.compile("其中")
_SHARE: Final = re.compile("占比|占[^，。；]{1,12}的")
_GROWS: Final = re.compile(r"(?:增加|新增|净增|带动|吸收|带来|派生|揽存|压降|减少)[^，。；]{0,8}$")
_ABOUT: Final = re.compile(r"(?:约|近|超过?|逾|突破|不足|达到?近)$")


@dataclass(slots=True, frozen=True)
class Claim:
    """A typed figure and what it is said to be.

    Attributes:
        line: Its line in the file.
        metric: The metric it is about.
        key: value, change, growth, yoy, previous, completion, beyond or share.
        verb: The verb before it, empty where none stands.
        number: The figure as typed, without unit.
        unit: Its unit.
        text: The words around it, for the message.
    """

    line: int
    metric: Metric
    key: str
    verb: str
    number: str
    unit: Unit
    text: str

    @property
    def value(self) -> Decimal:
        """The figure; downward verbs make it negative, a sign after a verb has its own remark."""
        value = read_decimal(self.number) or Decimal(0)
        value = abs(value) if self.verb else value
        down = bool(DOWN.search(self.verb)) or self.verb in {"欠", "降幅", "低于"}
        return -value if down and self.key != "completion" else value


_CLAIMS: Final = [
    (key, re.compile(pattern.format(number=_NUMBER, verb=_VERB)))
    for key, pattern in (
        ("change", r"(?:比|较)(?:上?年初|上年末|去年末|年初数){verb}{number}"),
        ("yoy", r"(?:同比|(?:比|较)(?:上年同期|去年同期|上年|去年)){verb}{number}"),
        ("previous", r"(?:环比|(?:比|较)(?:上期|上月|上季度?)){verb}{number}"),
        ("completion", r"完成了?(?:全年|年度|年|本年)?(?:计划|任务|目标)(?:任务|的|数)*{number}"),
        ("completion", r"(?:计划)?完成率(?:为|达到?|是)?{number}"),
        ("beyond", r"(?P<verb>超|欠)(?:额完成)?(?:全年|年度)?计划{number}"),
        ("growth", r"(?P<verb>增幅|降幅)(?:为|达到?|是)?{number}"),
        ("share", r"占比(?:为|达到?|是)?{number}"),
    )
]
_VALUE: Final = re.compile(
    r"(?P<words>(?:余额|总额|总量|累计|合计|共计?|完成|实现|为|达到?|是|有|发放|办理|新增|净增|到)*)"
    + _NUMBER
)


def plain_source(source: str) -> list[tuple[int, str]]:
    """The body's lines with their numbers; references leave only their metric's name, marked."""
    lines = source.split("\n")
    start = 0
    if lines and lines[0].strip() == "---":
        ends = (at for at, line in enumerate(lines[1:], 1) if line.strip() in {"---", "..."})
        start = next(ends, -1) + 1
    return [
        (at + 1, _JINJA.sub(_reference, line.translate(_HALF_WIDTH)))
        for at, line in enumerate(lines)
        if at >= start
    ]


def _reference(match: re.Match[str]) -> str:
    name = re.match(
        r"\s*(?:指标\s*\[\s*[\"'](?P<quoted>[^\"']+)[\"']\s*\]|(?P<bare>\w+))", match[1] or ""
    )
    found = (name["quoted"] or name["bare"]) if name else ""
    return f"{REFERENCE_START}{found}{REFERENCE_END}"


def find_claims(source: str, metrics: MetricSet) -> Iterator[Claim]:
    """Every typed figure that is said of a metric."""
    names = sorted({name for name in metrics.names() if len(name) > 1}, key=len, reverse=True)
    if not names:
        return
    mention = re.compile("|".join(map(re.escape, names)))
    to_come = False
    for line, text in plain_source(source):
        if text.startswith("#"):
            to_come = bool(_PLAN_HEADINGS.search(text))
            continue
        if to_come or text.lstrip().startswith("|"):
            continue
        for sentence in _SENTENCE.finditer(text):
            yield from _sentence_claims(line, sentence[0], mention, metrics)


def _sentence_claims(
    line: int, text: str, mention: re.Pattern[str], metrics: MetricSet
) -> Iterator[Claim]:
    places = list(mention.finditer(text))
    for at, place in enumerate(places):
        metric = metrics.get(place[0])
        end = places[at + 1].start() if at + 1 < len(places) else len(text)
        if metric is None or _is_longer_word(text, place) or _in_turn(text, place.start()):
            continue
        yield from _claims_of(line, metric, text, (place.end(), end))


def _in_turn(text: str, at: int) -> bool:
    """Whether the figures here are given in turn (分别): which is whose is not judged."""
    start = max(text.rfind(mark, 0, at) for mark in "；;") + 1
    ends = [found for mark in "；;" if (found := text.find(mark, at)) >= 0]
    return "分别" in text[start : min(ends, default=len(text))]


def _is_longer_word(text: str, place: re.Match[str]) -> bool:
    """Whether the name is only the beginning of another noun: 个人存款客户."""
    rest = text[place.end() : place.end() + 2]
    return bool(
        re.match(r"客户|户均|日均|计划|任务|占|增量|增长|业务|市场|利率|产品|工作", rest)
    ) and not (rest.startswith(("占比", "增长")))


def _claims_of(line: int, metric: Metric, text: str, span: tuple[int, int]) -> Iterator[Claim]:
    start, end = span
    segment = _AMONG.split(text[start:end])[0]
    taken: list[tuple[int, int]] = []
    for key, pattern in _CLAIMS:
        for match in pattern.finditer(segment):
            taken.append(match.span())
            before = text[: start + match.start()]
            of_share = key != "share" and bool(_SHARE.search(segment[: match.start()]))
            if _is_comparable(before, metric, is_value=False) and not of_share:
                verb = match.groupdict().get("verb") or ""
                yield _claim(line, metric, key, verb, match)
    value = _VALUE.match(segment)
    if value and not any(first <= value.start("number") < last for first, last in taken):
        before = text[: start + value.start("number")]
        if metric.nature != "时期" and _is_growth(value["words"], text[: start - 1]):
            return
        if _is_comparable(before, metric, is_value=True) and value["unit"] != "倍":
            yield _claim(line, metric, "value", "", value)


def _is_growth(words: str, before: str) -> bool:
    """Whether the figure behind a balance's name is what it grew by: 增加单位存款960万元."""
    return "增" in words or bool(_GROWS.search(before))


def _claim(line: int, metric: Metric, key: str, verb: str, match: re.Match[str]) -> Claim:
    unit = read_unit(match["unit"])
    return Claim(line, metric, key, verb, normalise(match["number"]), unit, match[0])


def _is_comparable(before: str, metric: Metric, *, is_value: bool) -> bool:
    """Whether the words before a figure leave it at the metric's own day."""
    if _ABOUT.search(before) or _TO_COME.search(before):
        return False
    months = list(_MONTH.finditer(before))
    if months and metric.as_of is not None:
        last = months[-1]
        year = int(last["year"]) if last["year"] else metric.as_of.year
        return (year, int(last["month"])) == (metric.as_of.year, metric.as_of.month)
    if months:
        return False
    own_year = f"{metric.as_of.year}年" if metric.as_of else ""
    rest = before.replace(own_year, "") if own_year else before
    return not (is_value and _OTHER_TIME.search(rest)) and not re.search(r"季度|半年|月末", rest)


def decimals_as_typed(number: str) -> int:
    """How many digits were typed behind the point."""
    return len(number.partition(".")[2])

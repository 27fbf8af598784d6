"""Wording and arithmetic that are wrong in the text itself, whatever the data say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from store.amounts import plain, read_decimal, round_half_up
from store.consistency_text import DOWN, UNIT, VERBS, decimals_as_typed, plain_source
from store.units_of_measure import read_unit

if TYPE_CHECKING:
    from collections.abc import Iterator

_RATE_SUBJECT: Final = (
    r"(?P<rate>[\u4e00-\u9fff]{1,10}(?:率|占比|比重|满意度))"
    r"(?:(?:为|达到?|是)?[0-9.]+%)?，?(?:同比|环比|(?:比|较)[^，。；0-9]{1,8})?"
)
_WORDING: Final = [
    (
        "points-not-percent",
        re.compile(
            _RATE_SUBJECT + r"(?:上升|下降|提高|降低|提升|回落)了?(?P<number>[0-9.]+)%(?!以)"
        ),
        "两个比率之差应写“个百分点”",
        "请改成“{number}个百分点”。",
    ),
    (
        "sign-after-verb",
        re.compile(rf"(?:{VERBS}|增幅|降幅)了?为?(?P<number>-[0-9][0-9.,]*)"),
        "增减的方向已由动词说明，数字前不再写负号",
        "请删去负号，并核对动词。",
    ),
    (
        "times-with-decrease",
        re.compile(r"(?:下降|减少|降低)了?(?P<number>[0-9.]+)倍"),
        "减少不能用“倍”",
        "请改用百分比，如“下降50%”。",
    ),
    (
        "until-not-as-of",
        re.compile(r"截止(?:到|至)?(?P<number>(?:(?:19|20)\d\d年)?\d{1,2}月)"),
        "说明数据的日期应写“截至”",
        "请改成“截至{number}”。",
    ),
]  # fmt: skip
_FROM_TO: Final = re.compile(
    rf"(?:由|从)[^，。；0-9]{{0,8}}(?P<first>[0-9][0-9,.]*)(?P<unit>{UNIT})?[^，。；0-9]{{0,8}}?"
    rf"(?P<verb>{VERBS}|缩短|压缩)(?:到|至|为)(?P<last>[0-9][0-9,.]*)(?P<unit2>{UNIT})?"
)
_TYPED_PLAN: Final = re.compile(
    rf"计划(?:数|任务|目标)?(?:为|是)?(?P<plan>[0-9][0-9,.]*)(?P<unit>{UNIT})[^。；]{{0,20}}?"
    rf"(?:实际)?(?:完成|实现)(?P<done>[0-9][0-9,.]*)(?P<unit2>{UNIT})[^。；]{{0,12}}?"
    r"完成(?:率|了?(?:全年|年度)?(?:计划|任务)的?)(?:为|达到?)?(?P<rate>[0-9.]+)%"
)


@dataclass(slots=True, frozen=True)
class Remark:
    """Something odd about the wording or the arithmetic of a line."""

    line: int
    code: str
    message: str
    hint: str


def find_remarks(source: str) -> Iterator[Remark]:
    """What is wrong in the text itself, without any data."""
    for line, text in plain_source(source):
        for code, pattern, message, hint in _WORDING:
            for match in pattern.finditer(text):
                mended = hint.format(number=match["number"])
                yield Remark(line, code, f"“{match[0]}”：{message}。", mended)
        yield from _check_from_to(line, text)
        yield from _check_typed_plan(line, text)


def _check_from_to(line: int, text: str) -> Iterator[Remark]:
    for match in _FROM_TO.finditer(text):
        first, last = _read(match["first"]), _read(match["last"])
        units = {match["unit"], match["unit2"]} - {None}
        if first is None or last is None or len(units) > 1 or first == last:
            continue
        down = bool(DOWN.search(match["verb"])) or match["verb"] in {"缩短", "压缩"}
        if down != (last < first):
            message = f"“{match[0]}”：从{match['first']}到{match['last']}不是“{match['verb']}”。"
            yield Remark(line, "wrong-verb", message, "请核对两个数和动词。")


def _check_typed_plan(line: int, text: str) -> Iterator[Remark]:
    for match in _TYPED_PLAN.finditer(text):
        plan, done = _read(match["plan"]), _read(match["done"])
        units = read_unit(match["unit"]), read_unit(match["unit2"])
        if not plan or done is None or units[0].dimension != units[1].dimension:
            continue
        rate = units[1].convert(done, units[0]) * 100 / plan
        digits = decimals_as_typed(match["rate"])
        if round_half_up(rate, digits) != Decimal(match["rate"].rstrip(".")):
            shown = plain(rate, max(digits, 1), strip=True)
            message = f"计划{match['plan']}{match['unit']}、完成{match['done']}{match['unit2']}，"
            message += f"完成率应为{shown}%，文中写的是{match['rate']}%。"
            yield Remark(line, "completion-mismatch", message, "请核对计划、实际和完成率。")


def _read(text: str) -> Decimal | None:
    try:
        return read_decimal(text.rstrip(",.").replace(",", ""))
    except ValueError:
        return None

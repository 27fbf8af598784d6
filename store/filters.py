"""The filters that Chinese office text needs, for Markdown bodies and Word templates alike.

Each takes what a table cell may hold (number, Decimal, ``"1,234.5"``, ``"12万"``, date, text) and
gives text. Nothing (None, an empty cell) gives nothing; what is no number or date is an error that
shows it. Rounding is `Decimal` with ROUND_HALF_UP, in `store.amounts`.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from jinja2 import Undefined

from store.amounts import (
    SCALES,
    WAN,
    YI,
    divide,
    grouped,
    normalise,
    plain,
    read_amount,
    round_half_up,
)
from store.blank import Blank
from store.exceptions import InvalidValue
from store.missing import current_session
from store.numerals import to_chinese

if TYPE_CHECKING:
    from collections.abc import Callable

_CAPITALS: Final = "零壹贰叁肆伍陆柒捌玖"
_PLACES: Final = ("", "拾", "佰", "仟")
_GROUPS: Final = ("", "万", "亿", "万亿")
_LARGEST: Final = Decimal(10) ** 16
_DATE: Final = re.compile(
    r"\s*(\d{4})\s*(?:[-/.年]\s*(\d{1,2})(?:\s*[-/.月]\s*(\d{1,2})\s*日?)?\s*月?|(\d{2})(\d{2}))"
    r"(?:[T\s]+[\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?\s*"
)
_WEEKDAYS: Final = "一二三四五六日"


def _number(value: object) -> Decimal | None:
    """Read a number in yuan: 万元 and 亿元 after it are understood, an absent one is None."""
    if isinstance(value, Decimal):
        return value if value.is_finite() else _refuse(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    amount = read_amount(value)
    if amount is None:
        return None
    unit = amount.unit.removesuffix("元")
    scale = SCALES.get(unit, Decimal(1)) if amount.unit.endswith("元") else Decimal(1)
    return amount.scaled * scale


def _refuse(value: object) -> Decimal:
    raise InvalidValue(f"“{value}”不是数字。", hint="请填写阿拉伯数字，如 1234.5。")


def _scaled(value: object, scale: Decimal, digits: int | None, *, comma: bool) -> str:
    number = _number(value)
    if number is None:
        return ""
    number = divide(number, scale)
    if digits is None:
        number = round_half_up(number, 2)
        if not comma:
            return plain(number, strip=True)
        text = grouped(number)
        return text.rstrip("0").rstrip(".") if "." in text else text
    return grouped(number, digits) if comma else plain(number, digits)


def in_wan(value: object, digits: int | None = None, comma: bool = False) -> str:  # noqa: FBT001, FBT002
    """``{{ 金额|万元 }}``: yuan as 万元, two digits after the point at most, or `digits`."""
    return _scaled(value, WAN, digits, comma=comma)


def in_yi(value: object, digits: int | None = None, comma: bool = False) -> str:  # noqa: FBT001, FBT002
    """``{{ 金额|亿元 }}``: yuan as 亿元."""
    return _scaled(value, YI, digits, comma=comma)


def thousands(value: object, digits: int | None = None) -> str:
    """``{{ 金额|千分位 }}``: 1234567.5 as 1,234,567.5."""
    number = _number(value)
    return "" if number is None else grouped(number, digits)


def rounded(value: object, digits: int = 0) -> str:
    """``{{ 数|四舍五入(2) }}``: rounded half up with exactly `digits` after the point."""
    number = _number(value)
    return "" if number is None else plain(number, digits)


def percentage(value: object, digits: int = 2, strip: bool = True) -> str:  # noqa: FBT001, FBT002
    """``{{ 0.1234|百分比 }}``: a ratio as 12.34%; a text that ends in % is left at its value."""
    text = normalise(value) if isinstance(value, str) else ""
    if text.endswith("%"):
        number = _number(text[:-1])
        scale = Decimal(1)
    else:
        number, scale = _number(value), Decimal(100)
    return "" if number is None else plain(number * scale, digits, strip=strip) + "%"


def capital_amount(value: object) -> str:
    """``{{ 金额|大写金额 }}``: an amount in capitals, by the rules for bills (支付结算办法 附一).

    整 follows 元 and 角, not 分; one 零 stands for zeros inside the integer, before the units of a
    group that has no thousands, and between 元 and 分 when there are no 角.

    Raises:
        InvalidValue: Not a number, or ten thousand trillions and more.
    """
    number = _number(value)
    if number is None:
        return ""
    if abs(number) >= _LARGEST:
        raise InvalidValue(f"金额 {plain(number)} 过大，无法写成大写。")
    cents = int(round_half_up(abs(number), 2) * 100)
    yuan, rest = divmod(cents, 100)
    sign = "负" if number < 0 and cents else ""
    return sign + _yuan(yuan) + _jiao_fen(rest, has_yuan=yuan > 0)


def _yuan(number: int) -> str:
    if not number:
        return ""
    text, zero = "", False
    for index in range(3, -1, -1):
        group = number // 10_000**index % 10_000
        if not group:
            zero = bool(text)
            continue
        if text and (zero or group < 1000):
            text += "零"
        text += _capital_group(group) + _GROUPS[index]
        zero = False
    return _one_yi(text) + "元"


def _one_yi(text: str) -> str:
    """One 亿 only: 壹万亿零贰亿 is read 壹万零贰亿."""
    head, separator, tail = text.rpartition("万亿")
    return head + "万" + tail if separator and "亿" in tail else text


def _capital_group(group: int) -> str:
    text, zero = "", False
    for place in range(3, -1, -1):
        digit = group // 10**place % 10
        if digit:
            text += ("零" if zero else "") + _CAPITALS[digit] + _PLACES[place]
            zero = False
        else:
            zero = bool(text)
    return text


def _jiao_fen(rest: int, *, has_yuan: bool) -> str:
    jiao, fen = divmod(rest, 10)
    if not rest:
        return "整" if has_yuan else "零元整"
    text = f"{_CAPITALS[jiao]}角" if jiao else ("零" if has_yuan else "")
    return text + (f"{_CAPITALS[fen]}分" if fen else "整")


def read_date(value: object) -> date | None:
    """A day from a date, 2024-1-5, 2024/01/05, 2024.1.5, 20240105 or 2024年1月5日.

    Raises:
        InvalidValue: Something else stands there.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if value is None or value == "":
        return None
    match = _DATE.fullmatch(str(value))
    if match and (match[3] or match[5]):
        try:
            return date(int(match[1]), int(match[2] or match[4]), int(match[3] or match[5]))
        except ValueError:
            pass
    raise InvalidValue(f"“{value}”不是日期。", hint="请写成 2024-01-05 或 2024年1月5日。")


def chinese_date(value: object, style: str = "") -> str:
    """``{{ 日期|中文日期 }}``: 2024年1月5日; with ``"大写"`` 二〇二四年一月五日.

    ``"月"`` leaves the day out, ``"星期"`` appends the weekday. A year and month without a day
    (2024-03) gives 2024年3月.
    """
    match = _DATE.fullmatch(value) if isinstance(value, str) else None
    if match and match[2] and not match[3]:
        return f"{match[1]}年{int(match[2])}月"
    day = read_date(value)
    if day is None:
        return ""
    if style == "大写":
        year = "".join("〇一二三四五六七八九"[int(digit)] for digit in f"{day.year:04d}")
        return f"{year}年{to_chinese(day.month)}月{to_chinese(day.day)}日"
    if style == "月":
        return f"{day.year}年{day.month}月"
    weekday = f"星期{_WEEKDAYS[day.weekday()]}" if style == "星期" else ""
    return f"{day.year}年{day.month}月{day.day}日{weekday}"


def in_numerals(value: object) -> str:
    """``{{ 12|中文数字 }}``: 十二."""
    number = _number(value)
    if number is None:
        return ""
    if number != number.to_integral_value() or not 0 <= number < 10**8:
        raise InvalidValue(f"“{value}”不能写成中文数字。", hint="只能是零到九千多万的整数。")
    return to_chinese(int(number))


def by_hand(value: object, width: int = 8) -> object:
    """``{{ 姓名|手填(8) }}``: the value, or a `Blank` that wide when there is none."""
    session = current_session()
    absent = value is None or value == "" or isinstance(value, (Undefined, Blank))
    if absent or (session is not None and session.blank):
        return Blank(max(1, min(int(width), 60)))
    return value


def yes_no(value: object, yes: str = "是", no: str = "否") -> str:
    """``{{ 党员|是否 }}``: 是 or 否; ``{{ 党员|是否("■", "□") }}`` ticks a box."""
    if isinstance(value, str):
        value = value.strip().lower() not in {"", "否", "0", "false", "no", "n", "无"}
    return yes if value else no


FILTERS: Final[dict[str, Callable[..., object]]] = {
    "万元": in_wan,
    "亿元": in_yi,
    "千分位": thousands,
    "四舍五入": rounded,
    "百分比": percentage,
    "大写金额": capital_amount,
    "中文日期": chinese_date,
    "中文数字": in_numerals,
    "手填": by_hand,
    "是否": yes_no,
}
"""The Chinese filters by the name that templates use."""

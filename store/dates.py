"""Chinese dates and periods, read and written."""

from __future__ import annotations

import calendar
import re
import unicodedata
from datetime import date, datetime
from functools import lru_cache
from typing import Final

from store.model import Period
from store.numerals import from_chinese

_ISO: Final = re.compile(r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}")
_DATE: Final = re.compile(
    r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*[日号]?(?:[ T]00:00(?::00)?)?"
)
_CHINESE: Final = re.compile(
    r"([〇零○一二三四五六七八九]{4})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})[日号]"
)
_PERIOD: Final = re.compile(
    r"([0-9]{4})\s*年?\s*(?:度|全年|(上|下|前|后)半年|第?([一二三四1-4])季度|[qQ]([1-4])|([0-9]{1,2})月份?)?"
)
_QUARTERS: Final = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}


@lru_cache(maxsize=8192)
def parse_date(text: str) -> date:
    """Read a day: `2024-1-5`, `2024年1月5日`, `2024/1/5`, `20240105`, `二〇二四年一月五日`.

    Raises:
        ValueError: The text is not a date, or there is no such day.
    """
    if _ISO.fullmatch(text):
        return date.fromisoformat(text)
    text = unicodedata.normalize("NFKC", text).strip()
    if match := _DATE.fullmatch(text):
        return date(int(match[1]), int(match[2]), int(match[3]))
    if match := _CHINESE.fullmatch(text):
        return date(from_chinese(match[1]), from_chinese(match[2]), from_chinese(match[3]))
    raise ValueError(f"not a date: {text}")


def today() -> date:
    """The day it is where this computer stands."""
    return datetime.now().astimezone().date()


def chinese_date(day: date) -> str:
    """Write a day as GB/T 9704-2012 7.3.5.4 has it: `2025年1月5日`, no leading zero."""
    return f"{day.year}年{day.month}月{day.day}日"


def parse_period(text: str) -> Period:
    """Read a period: `2024年`, `2024年上半年`, `2024年第三季度`, `2024年11月`.

    Raises:
        ValueError: The text is not such a period.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    match = _PERIOD.fullmatch(text)
    if not match:
        raise ValueError(f"not a period: {text}")
    year = int(match[1])
    if match[2]:
        return _span(year, "half", 1 if match[2] in "上前" else 2)
    if match[3] or match[4]:
        return _span(year, "quarter", _QUARTERS[match[3] or match[4]])
    if match[5]:
        return _span(year, "month", int(match[5]))
    return _span(year, "year", 1)


_MONTHS: Final = {"year": 12, "half": 6, "quarter": 3, "month": 1}


def _span(year: int, part: str, index: int) -> Period:
    months = _MONTHS[part]
    if not 1 <= index <= 12 // months or not 1 <= year <= 9998:
        raise ValueError(f"no such period: {year} {part} {index}")
    first_month = (index - 1) * months + 1
    last_month = index * months
    last_day = calendar.monthrange(year, last_month)[1]
    first, last = date(year, first_month, 1), date(year, last_month, last_day)
    match part:
        case "year":
            return Period(year, "year", 1, first, last)
        case "half":
            return Period(year, "half", index, first, last)
        case "quarter":
            return Period(year, "quarter", index, first, last)
        case _:
            return Period(year, "month", index, first, last)

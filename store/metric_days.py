"""The day of a figure as people write it: 2024-12-30, 12月30日, 2024年11月末."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from store.amounts import normalise
from store.dates import parse_date, parse_period

if TYPE_CHECKING:
    from collections.abc import Iterable

_MONTH_END: Final = re.compile(r"(?:(\d{4})\s*[年\-/.])?\s*(\d{1,2})\s*月?\s*(末|底)?")
_MONTH_DAY: Final = re.compile(r"(\d{1,2})\s*[月\-/.]\s*(\d{1,2})\s*[日号]?")


def common_year(raws: Iterable[object]) -> int | None:
    """The year of the days that name one, where it is the same for all."""
    written = {raw for raw in raws if isinstance(raw, str | date) and raw}
    years = {day[0].year for day in map(read_day, written) if day is not None}
    return years.pop() if len(years) == 1 else None


def read_day(raw: object, year: int | None = None) -> tuple[date, bool] | None:
    """A day, and whether only its month was given (then it is the month's last day).

    Args:
        raw: A date, `2024-12-30`, `12月30日`, `2024年11月末`, a spreadsheet's day number.
        year: The year where the text names none.
    """
    if isinstance(raw, datetime):
        return raw.date(), False
    if isinstance(raw, date):
        return raw, False
    text = normalise(str(raw or "")).removeprefix("截至").removeprefix("截止")
    try:
        return parse_date(text), False
    except ValueError:
        pass
    try:
        return _month(text, year) or _day_of_year(text, year)
    except ValueError:
        return None


def _month(text: str, year: int | None) -> tuple[date, bool] | None:
    match = _MONTH_END.fullmatch(text)
    if not match or not (match[1] or year) or not (match[3] or "月" in text or match[1]):
        return None
    return parse_period(f"{match[1] or year}年{int(match[2])}月").last, True


def _day_of_year(text: str, year: int | None) -> tuple[date, bool] | None:
    match = _MONTH_DAY.fullmatch(text)
    return (date(year, int(match[1]), int(match[2])), False) if match and year else None

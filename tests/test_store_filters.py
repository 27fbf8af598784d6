"""The Chinese filters: amounts, dates, percentages, blanks."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.blank import Blank
from store.exceptions import InvalidValue
from store.filters import (
    by_hand,
    capital_amount,
    chinese_date,
    in_numerals,
    in_wan,
    in_yi,
    percentage,
    read_date,
    rounded,
    thousands,
    yes_no,
)
from store.missing import open_session


@pytest.mark.parametrize(
    ("amount", "capitals"),
    [
        (0, "零元整"),
        ("0.5", "伍角整"),
        ("0.05", "伍分"),
        (1, "壹元整"),
        (10, "壹拾元整"),
        (15, "壹拾伍元整"),
        (100, "壹佰元整"),
        (1010, "壹仟零壹拾元整"),
        (10001, "壹万零壹元整"),
        (100100, "壹拾万零壹佰元整"),
        (20000000, "贰仟万元整"),
        (100000000, "壹亿元整"),
        (100010000, "壹亿零壹万元整"),
        (100000001, "壹亿零壹元整"),
        (1000000000000, "壹万亿元整"),
        (1000200000000, "壹万零贰亿元整"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("-3.1", "负叁元壹角整"),
        ("120.005", "壹佰贰拾元零壹分"),
        ("12万元", "壹拾贰万元整"),
        ("1,234.5", "壹仟贰佰叁拾肆元伍角整"),
        (
            Decimal("999999999999999.99"),
            "玖佰玖拾玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分",
        ),
    ],
)
def test_amounts_in_capitals(amount: object, capitals: str) -> None:
    assert capital_amount(amount) == capitals


@given(st.integers(min_value=0, max_value=10**15))
def test_capitals_read_back(cents: int) -> None:
    text = capital_amount(Decimal(cents) / 100)
    assert _read_capitals(text) == cents
    assert "零零" not in text


def _read_capitals(text: str) -> int:
    """An independent reader, digit by digit."""
    yuan, separator, rest = text.removesuffix("整").partition("元")
    if not separator:
        yuan, rest = "", text.removesuffix("整")
    digits = {char: value for value, char in enumerate("零壹贰叁肆伍陆柒捌玖")}
    units = {"拾": 10, "佰": 100, "仟": 1000}
    total = part = digit = 0
    for char in yuan:
        if char in digits:
            digit = digits[char]
        elif char in units:
            part, digit = part + digit * units[char], 0
        elif char == "万":
            total, part, digit = total + (part + digit) * 10**4, 0, 0
        else:
            total, part, digit = (total + part + digit) * 10**8, 0, 0
    cents = (total + part + digit) * 100
    digit = 0
    for char in rest:
        digit = digits.get(char, digit)
        cents += {"角": digit * 10, "分": digit}.get(char, 0)
    return cents


@pytest.mark.parametrize("value", ["abc", "二十", True, float("nan"), Decimal("Infinity"), 10**16])
def test_what_is_no_amount_is_refused(value: object) -> None:
    if isinstance(value, float):
        assert capital_amount(value) == ""
        return
    with pytest.raises(InvalidValue):
        capital_amount(value)


@pytest.mark.parametrize(
    ("filtered", "text"),
    [
        (in_wan(1611310000), "161131"),
        (in_wan("123456"), "12.35"),
        (in_wan(123456, 0), "12"),
        (in_wan(125000, 1), "12.5"),
        (in_wan(5000000000, None, comma=True), "500,000"),
        (in_wan(12345678900, 2, comma=True), "1,234,567.89"),
        (in_wan(50), "0.01"),
        (in_wan(None), ""),
        (in_wan(""), ""),
        (in_yi(161131 * 10000), "16.11"),
        (in_yi(1, 2), "0.00"),
        (thousands(1234567.5), "1,234,567.5"),
        (thousands("1234.565", 2), "1,234.57"),
        (rounded("2.345", 2), "2.35"),
        (rounded(2.5), "3"),
        (rounded(-2.5), "-3"),
        (percentage("0.12345"), "12.35%"),
        (percentage(Decimal("2.487")), "248.7%"),
        (percentage(1), "100%"),
        (percentage("12.5%"), "12.5%"),
        (percentage("12.5％"), "12.5%"),
        (percentage(0.5, 2, strip=False), "50.00%"),
        (percentage(None), ""),
        (in_numerals(12), "十二"),
        (in_numerals("2024"), "二千零二十四"),
        (yes_no(True), "是"),
        (yes_no("否"), "否"),
        (yes_no("", "■", "□"), "□"),
        (yes_no(1, "■", "□"), "■"),
    ],
)
def test_numbers(filtered: str, text: str) -> None:
    assert filtered == text


@pytest.mark.parametrize("value", [date(2024, 1, 5), datetime(2024, 1, 5, 8, 30), "2024-1-5",  # noqa: DTZ001
                                   "2024/01/05", "2024.1.5", "20240105", "2024年1月5日",
                                   "2024-01-05T08:00:00", " 2024 年 1 月 5 日 "])  # fmt: skip
def test_dates_of_any_form(value: object) -> None:
    assert read_date(value) == date(2024, 1, 5)
    assert chinese_date(value) == "2024年1月5日"


def test_styles_of_dates() -> None:
    assert chinese_date("2024-10-30", "大写") == "二〇二四年十月三十日"
    assert chinese_date("2024-10-30", "月") == "2024年10月"
    assert chinese_date("2024-10-30", "星期") == "2024年10月30日星期三"
    assert chinese_date("2024-03") == "2024年3月"
    assert chinese_date(None) == ""


@pytest.mark.parametrize("value", ["2024-13-01", "2024-02-30", "昨天", "2024", 7])
def test_what_is_no_date_is_refused(value: object) -> None:
    with pytest.raises(InvalidValue, match="不是日期"):
        chinese_date(value)


def test_a_place_to_fill_by_hand() -> None:
    assert by_hand("张三", 4) == "张三"
    assert by_hand(None, 4) == Blank(4)
    assert by_hand("", 4) == Blank(4)
    assert by_hand(0, 4) == 0
    assert by_hand(None, 10_000) == Blank(60)
    with open_session({}, blank=True):
        assert by_hand("张三", 4) == Blank(4)


@pytest.mark.parametrize("value", [-1, "1.5", 10**8])
def test_numerals_are_for_small_whole_numbers(value: object) -> None:
    with pytest.raises(InvalidValue):
        in_numerals(value)

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.dates import chinese_date, parse_date, parse_period, today


@pytest.mark.parametrize(
    "text",
    [
        "2024-01-05",
        "2024-1-5",
        "2024年1月5日",
        "2024年01月05日",
        "2024年1月5号",
        "2024 年 1 月 5 日",
        "2024/1/5",
        "2024.1.5",
        "20240105",
        "２０２４年１月５日",
        "２０２４－１－５",
        " 2024-1-5 ",
        "2024-01-05 00:00:00",
        "2024-01-05T00:00",
        "二〇二四年一月五日",
        "二○二四年一月五日",
        "二零二四年一月五号",
    ],
)
def test_one_day_in_many_spellings(text):
    assert parse_date(text) == date(2024, 1, 5)


def test_chinese_numerals():
    assert parse_date("二〇二四年十二月三十一日") == date(2024, 12, 31)
    assert parse_date("二〇二四年十月二十日") == date(2024, 10, 20)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "明年",
        "2024",
        "2024-1",
        "2024年1月",
        "2024-13-01",
        "2024-02-30",
        "2023-02-29",
        "2024-00-10",
        "0000-01-01",
        "24-1-5",
        "2024-01-05 10:30",
        "20241305",
        "2024-0105",
        "二〇二四年十三月一日",
        "二四年一月五日",
        "2024年1月5日起",
    ],
)
def test_what_is_no_day_is_refused(text):
    with pytest.raises(ValueError):
        parse_date(text)


@given(st.dates())
def test_days_are_written_and_read(day):
    assert parse_date(chinese_date(day)) == day if day.year > 999 else chinese_date(day)
    assert parse_date(day.isoformat()) == day


def test_written_without_leading_zeros():
    assert chinese_date(date(2025, 1, 5)) == "2025年1月5日"


def test_today_is_the_day_of_this_place():
    before = datetime.now().astimezone().date()
    assert before <= today() <= datetime.now().astimezone().date()


@pytest.mark.parametrize(
    ("text", "shown", "first", "last"),
    [
        ("2024", "2024年", "2024-01-01", "2024-12-31"),
        ("2024年", "2024年", "2024-01-01", "2024-12-31"),
        ("2024年度", "2024年", "2024-01-01", "2024-12-31"),
        ("2024年全年", "2024年", "2024-01-01", "2024-12-31"),
        ("２０２４年", "2024年", "2024-01-01", "2024-12-31"),
        ("2024年上半年", "2024年上半年", "2024-01-01", "2024-06-30"),
        ("2024年前半年", "2024年上半年", "2024-01-01", "2024-06-30"),
        ("2024下半年", "2024年下半年", "2024-07-01", "2024-12-31"),
        ("2024年后半年", "2024年下半年", "2024-07-01", "2024-12-31"),
        ("2024年第一季度", "2024年第一季度", "2024-01-01", "2024-03-31"),
        ("2024年三季度", "2024年第三季度", "2024-07-01", "2024-09-30"),
        ("2024年第4季度", "2024年第四季度", "2024-10-01", "2024-12-31"),
        ("2024Q2", "2024年第二季度", "2024-04-01", "2024-06-30"),
        ("2024年11月", "2024年11月", "2024-11-01", "2024-11-30"),
        ("2024年2月份", "2024年2月", "2024-02-01", "2024-02-29"),
        ("2023年02月", "2023年2月", "2023-02-01", "2023-02-28"),
    ],
)
def test_periods(text, shown, first, last):
    period = parse_period(text)
    assert (str(period), period.first.isoformat(), period.last.isoformat()) == (shown, first, last)
    assert period.year == int(shown[:4])
    assert parse_period(shown) == period


@pytest.mark.parametrize(
    "text",
    [
        "",
        "去年",
        "2024年第五季度",
        "2024年13月",
        "2024年0月",
        "0000年",
        "24年",
        "2024年夏",
        "9999年",
    ],
)
def test_what_is_no_period_is_refused(text):
    with pytest.raises(ValueError):
        parse_period(text)

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.numerals import from_chinese, read_number, to_chinese, to_circled


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "零"),
        (1, "一"),
        (10, "十"),
        (11, "十一"),
        (20, "二十"),
        (100, "一百"),
        (101, "一百零一"),
        (110, "一百一十"),
        (111, "一百一十一"),
        (1001, "一千零一"),
        (1010, "一千零一十"),
        (1260, "一千二百六十"),
        (10_000, "一万"),
        (10_001, "一万零一"),
        (10_010, "一万零一十"),
        (11_000, "一万一千"),
        (100_000, "十万"),
        (1_000_000, "一百万"),
        (99_999_999, "九千九百九十九万九千九百九十九"),
    ],
)
def test_numbers_are_written(number, text):
    assert to_chinese(number) == text
    assert from_chinese(text) == number


@given(st.integers(0, 99_999_999))
def test_what_is_written_reads_back(number):
    assert from_chinese(to_chinese(number)) == number


@pytest.mark.parametrize("number", [-1, 100_000_000])
def test_numbers_out_of_range_are_refused(number):
    with pytest.raises(ValueError, match="out of range"):
        to_chinese(number)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("一十", 10),
        ("一十二", 12),
        ("二〇二四", 2024),
        ("二○二四", 2024),
        ("〇", 0),
        ("零", 0),
        ("两", 2),
        ("两百", 200),
        ("廿", 20),
        ("廿三", 23),
        ("卅一", 31),
        ("百", 100),
        ("一百零五", 105),
        ("万", None),
        ("一万", 10_000),
        ("三万五", 30_005),
        ("", None),
        ("一万二万", None),
        ("十百", None),
        ("一二十", None),
        ("三廿", None),
        ("十廿", None),
        ("第", None),
        ("甲", None),
    ],
)
def test_numerals_are_read(text, number):
    if number is None:
        with pytest.raises(ValueError, match="numeral"):
            from_chinese(text)
    else:
        assert from_chinese(text) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12), ("１２", 12), ("①", 1), ("㊿", 50), ("二十一", 21), ("007", 7)],
)
def test_any_numeral_is_read(text, number):
    assert read_number(text) == number


@pytest.mark.parametrize("text", ["", "123456789", "1a", "①②", "-1"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError, match="numeral"):
        read_number(text)


@pytest.mark.parametrize(("number", "text"), [(1, "①"), (50, "㊿"), (51, "（51）"), (0, "（0）")])
def test_circled_numbers(number, text):
    assert to_circled(number) == text

"""Chinese numerals, circled numbers and their values.

The range is 0 to 99,999,999, which is more than any clause number needs. Ten is 十, not 一十, as
in GB/T 15835-2011's examples of ordinal use; 一十 is read, and so are 〇, 零, 两, 廿 and 卅.
"""

from __future__ import annotations

import re
from typing import Final

DIGITS: Final = "零一二三四五六七八九"
_VALUES: Final = {char: value for value, char in enumerate(DIGITS)} | {"〇": 0, "○": 0, "两": 2}
_UNITS: Final = {"十": 10, "百": 100, "千": 1000}
_TENS: Final = {"廿": 20, "卅": 30}
_PLACES: Final = ("", "十", "百", "千")
CIRCLED: Final = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳㉑㉒㉓㉔㉕㉖㉗㉘㉙㉚㉛㉜㉝㉞㉟㊱㊲㊳㊴㊵㊶㊷㊸㊹㊺㊻㊼㊽㊾㊿"
CHINESE_PATTERN: Final = r"[零〇○一二三四五六七八九十百千万两廿卅]"
_LIMIT: Final = 100_000_000


def to_chinese(number: int) -> str:
    """Write a number with Chinese numerals.

    Args:
        number: 0 to 99,999,999.

    Raises:
        ValueError: The number is outside that range.
    """
    if not 0 <= number < _LIMIT:
        raise ValueError(f"out of range: {number}")
    high, low = divmod(number, 10_000)
    if not high:
        return _strip_one(_group(low)) if low else DIGITS[0]
    tail = ("零" if 0 < low < 1000 else "") + _group(low)
    return _strip_one(_group(high)) + "万" + tail


def _group(number: int) -> str:
    """Write 1 to 9,999; 10 comes out as 一十."""
    text = ""
    pending_zero = False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit:
            text += ("零" if pending_zero else "") + DIGITS[digit] + _PLACES[place]
            pending_zero = False
        elif text:
            pending_zero = True
    return text


def _strip_one(text: str) -> str:
    return text[1:] if text.startswith("一十") else text


def from_chinese(text: str) -> int:
    """Read a number written with Chinese numerals, or digit by digit (二〇二四).

    Raises:
        ValueError: The text is not such a number.
    """
    if not text:
        raise ValueError("empty numeral")
    if len(text) > 1 and all(char in _VALUES for char in text):
        return int("".join(str(_VALUES[char]) for char in text))
    high, separator, low = text.partition("万")
    if not separator:
        return _read_group(high)
    if not high or "万" in low:
        raise ValueError(f"not a numeral: {text}")
    return _read_group(high) * 10_000 + (_read_group(low) if low else 0)


def _read_group(text: str) -> int:
    total, digit, last_unit = 0, None, 10_000
    for char in text:
        if char in _VALUES:
            if digit not in {None, 0}:
                raise ValueError(f"not a numeral: {text}")
            digit = _VALUES[char]
            continue
        amount, unit = _amount(char, digit, text)
        if unit >= last_unit:
            raise ValueError(f"not a numeral: {text}")
        total, digit, last_unit = total + amount, None, unit
    return total + (digit or 0)


def _amount(char: str, digit: int | None, text: str) -> tuple[int, int]:
    if char in _TENS and digit in {None, 0}:
        return _TENS[char], 10
    if char not in _UNITS:
        raise ValueError(f"not a numeral: {text}")
    return (digit or 1) * _UNITS[char], _UNITS[char]


def to_circled(number: int) -> str:
    """Write 1 to 50 as ①…㊿, larger numbers in full-width parentheses."""
    return CIRCLED[number - 1] if 1 <= number <= len(CIRCLED) else f"（{number}）"


_FULL_WIDTH: Final = str.maketrans("０１２３４５６７８９", "0123456789")


def read_number(text: str) -> int:
    """Read a number in Arabic (half or full width), circled or Chinese numerals.

    Raises:
        ValueError: The text is none of these.
    """
    text = text.translate(_FULL_WIDTH)
    if re.fullmatch(r"[0-9]{1,8}", text):
        return int(text)
    if len(text) == 1 and text in CIRCLED:
        return CIRCLED.index(text) + 1
    return from_chinese(text)

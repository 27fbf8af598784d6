"""Long titles in lines of like length, words kept whole (GB/T 9704-2012: 词意完整，排列对称)."""

from __future__ import annotations

import re
from itertools import combinations, pairwise
from math import ceil
from typing import Final

from generator.body.columns import text_units

_NEVER_BEFORE: Final = re.compile(
    r"^[年月日的度、，）》”：半和与]|^[上下]半年|^季度|^(?:专员|主管|经理|岗位?|人员)"
)
_GOOD_AFTER: Final = (
    "部", "公司", "中心", "营业厅", "银行", "关于", "年度", "季度", "半年", "专员", "主管", "经理",
)  # fmt: skip
_MAX_WORDS: Final = 40


def balance_title(title: str, capacity: float) -> str:
    """The title with line ends where it is longer than a line.

    Args:
        title: The title.
        capacity: How many Chinese characters fit into a line.
    """
    length = text_units(title) / 2
    if length <= capacity or capacity < 4 or "\n" in title:
        return title
    words = _words(title)
    lines = ceil(length / capacity)
    if not lines <= len(words) <= _MAX_WORDS:
        return title
    best = min(
        (_cost(words, cuts, length / lines, capacity), cuts)
        for cuts in combinations(range(1, len(words)), lines - 1)
    )
    if best[0] >= _REFUSED:
        return title
    return "\n".join(_lines(words, best[1]))


_REFUSED: Final = 1000.0


def _words(title: str) -> list[str]:
    import rjieba  # noqa: PLC0415 - most titles fit into a line

    words: list[str] = []
    for word in rjieba.cut(title):
        joins = words and (_NEVER_BEFORE.match(word) or words[-1][-1].isdigit())
        if joins or (words and words[-1][-1] in "《（“第"):
            words[-1] += word
        else:
            words.append(word)
    return words


def _lines(words: list[str], cuts: tuple[int, ...]) -> list[str]:
    edges = [0, *cuts, len(words)]
    return ["".join(words[left:right]) for left, right in pairwise(edges)]


def _cost(words: list[str], cuts: tuple[int, ...], ideal: float, capacity: float) -> float:
    """How uneven the lines are; a line that ends at the end of a name counts less."""
    lines = _lines(words, cuts)
    if any(text_units(line) / 2 > capacity for line in lines):
        return _REFUSED
    uneven = sum(abs(text_units(line) / 2 - ideal) for line in lines)
    return uneven - sum(3 for line in lines[:-1] if line.endswith(_GOOD_AFTER))

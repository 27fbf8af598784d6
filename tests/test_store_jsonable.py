from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from store.dates import parse_period
from store.jsonable import to_jsonable


@dataclass
class Pair:
    one: object
    other: tuple[Decimal, ...] = ()


class Odd:
    def __str__(self) -> str:
        return "怪"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (3, 3),
        ("甲", "甲"),
        (1.5, 1.5),
        (Decimal("12.50"), 12.5),
        (Decimal(161131), 161131),
        (Decimal("1E+3"), 1000),
        (Decimal(10) ** 30, 10**30),
        (Decimal("NaN"), None),
        (Decimal("-Infinity"), None),
        (float("inf"), None),
        (date(2024, 1, 5), "2024-01-05"),
        (parse_period("2024年上半年"), "2024年上半年"),
        (Path("a") / "b", str(Path("a/b"))),
        ({1: {2}}, {"1": [2]}),
        ((1, [2]), [1, [2]]),
        (frozenset(), []),
        (Pair("a", (Decimal(1),)), {"one": "a", "other": [1]}),
        (Odd(), "怪"),
    ],
)
def test_values(value, expected):
    found = to_jsonable(value)
    assert found == expected
    assert type(found) is type(expected)
    json.dumps(found, allow_nan=False)

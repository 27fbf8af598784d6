"""Values as JSON has them: ISO dates, numbers without exponent, dataclasses as objects."""

from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal
from math import isfinite
from pathlib import Path

from store.model import Period


def to_jsonable(value: object) -> object:
    """Turn a value into what `json.dumps` takes.

    A `Decimal` becomes an int where it is whole and a float otherwise, which prints the shortest
    digits that read back the same; use strings where more than 15 digits matter. What is no
    number (NaN, infinity) becomes None: JSON has neither.
    """
    match value:
        case Decimal() | float() if not isfinite(value):
            return None
        case None | bool() | int() | float() | str():
            return value
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case date():
            return value.isoformat()
        case Period() | Path():
            return str(value)
        case dict():
            return {str(key): to_jsonable(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [to_jsonable(item) for item in value]
        case _ if dataclasses.is_dataclass(value):
            return {
                field.name: to_jsonable(getattr(value, field.name))
                for field in dataclasses.fields(value)
            }
        case _:
            return str(value)

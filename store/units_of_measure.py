"""Units of business figures as types: 万元 and 亿元 convert, 万元 and 户 do not mix.

A unit is a base word (元, 户, 平方米) with a scale (万, 亿) in front; units of one base have one
dimension. Unknown words are units of their own, so a company's 车次 or 单 needs no registration.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final, Protocol

from store.amounts import SCALES, add, normalise, plain, proportion, subtract
from store.exceptions import InvalidValue

MONEY: Final = {
    "元": "元",
    "人民币": "元",
    "圆": "元",
    "块": "元",
    "美元": "美元",
    "美金": "美元",
    "欧元": "欧元",
    "港元": "港元",
    "港币": "港元",
    "日元": "日元",
    "英镑": "英镑",
}
# Words that begin with a scale's character and are nevertheless bases.
_WHOLE: Final = {
    "千克": ("克", Decimal(1000)),
    "公斤": ("克", Decimal(1000)),
    "吨": ("克", Decimal(1_000_000)),
    "千米": ("米", Decimal(1000)),
    "公里": ("米", Decimal(1000)),
    "千瓦时": ("千瓦时", Decimal(1)),
    "度": ("千瓦时", Decimal(1)),
    "千瓦": ("瓦", Decimal(1000)),
    "兆瓦": ("瓦", Decimal(1_000_000)),
    "千伏安": ("千伏安", Decimal(1)),
    "千卡": ("千卡", Decimal(1)),
    "平方公里": ("平方米", Decimal(1_000_000)),
    "公顷": ("平方米", Decimal(10_000)),
}
_POINTS: Final = {"百分点": "个百分点", "个百分点": "个百分点", "pp": "个百分点", "bp": "个基点"}
_RATES: Final = {
    "%": ("%", Decimal(1)),
    "百分比": ("%", Decimal(1)),
    "‰": ("%", Decimal("0.1")),
    "千分比": ("%", Decimal("0.1")),
}
_SCALES_LONGEST_FIRST: Final = sorted(SCALES, key=len, reverse=True)


class UnitMismatch(InvalidValue):
    """Two figures of different sorts were to be added, compared or drawn together."""

    def __init__(self, first: Unit, second: Unit) -> None:
        """Name both units."""
        names = "与".join(unit.name or "（无单位）" for unit in (first, second))
        super().__init__(
            f"单位不同，不能合在一起：{names}。",
            hint="请只对同一类单位的指标求和、比较或作图。",
        )


@dataclass(slots=True, frozen=True)
class Unit:
    """A unit as it prints, the dimension it measures, and how many base units it holds."""

    name: str
    dimension: str
    factor: Decimal = Decimal(1)

    def __str__(self) -> str:
        """The unit as it prints after a number."""
        return self.name

    @property
    def is_rate(self) -> bool:
        """Whether it is a percentage or a per mille."""
        return self.dimension == "%"

    @property
    def difference(self) -> Unit:
        """The unit of a difference: points for rates, the unit itself for all else."""
        if not self.is_rate:
            return self
        return POINTS if self.factor == 1 else Unit("个千分点", "个千分点")

    @property
    def is_money(self) -> bool:
        """Whether it counts a currency."""
        return self.dimension in MONEY.values()

    def convert(self, value: Decimal, to: Unit) -> Decimal:
        """The value in another unit of the same dimension.

        Raises:
            UnitMismatch: The other unit measures something else.
        """
        if self.dimension != to.dimension:
            raise UnitMismatch(self, to)
        return value if self.factor == to.factor else proportion(value, self.factor, to.factor)


@lru_cache(maxsize=1024)
def read_unit(text: str) -> Unit:
    """Read a unit's name: 万元, 亿千瓦时, 万美元, 户, %, ‰; an empty text is a bare number."""
    name = normalise(text).strip("()[]").replace(" ", "")
    name = name.removeprefix("单位:")
    if name != "人民币":
        name = name.removeprefix("人民币")
    if name in _RATES:
        base, factor = _RATES[name]
        return Unit("‰" if factor != 1 else "%", base, factor)
    if name in _POINTS:
        return Unit(_POINTS[name], _POINTS[name])
    for scale in ("", *_SCALES_LONGEST_FIRST):
        if scale and (not name.startswith(scale) or name in _WHOLE):
            continue
        if (unit := _scaled(name, scale)) is not None:
            return unit
    return Unit(name, name)


def _scaled(name: str, scale: str) -> Unit | None:
    factor = SCALES[scale] if scale else Decimal(1)
    base = name[len(scale) :]
    if base in MONEY:
        return Unit(scale + MONEY[base], MONEY[base], factor)
    if base in _WHOLE:
        dimension, own = _WHOLE[base]
        return Unit(name, dimension, own * factor)
    return Unit(name, base, factor) if scale else None


PERCENT: Final = read_unit("%")
POINTS: Final = read_unit("个百分点")
YUAN: Final = read_unit("元")
WAN_YUAN: Final = read_unit("万元")
YI_YUAN: Final = read_unit("亿元")


@dataclass(slots=True, frozen=True)
class Quantity:
    """A number with its unit; arithmetic keeps the left unit and refuses other dimensions."""

    value: Decimal
    unit: Unit

    def to(self, unit: Unit) -> Quantity:
        """The same quantity in another unit.

        Raises:
            UnitMismatch: The other unit measures something else.
        """
        return Quantity(self.unit.convert(self.value, unit), unit)

    def __add__(self, other: object) -> Quantity:
        if not isinstance(other, Quantity):
            return NotImplemented
        return Quantity(add(self.value, other.to(self.unit).value), self.unit)

    def __sub__(self, other: object) -> Quantity:
        if not isinstance(other, Quantity):
            return NotImplemented
        return Quantity(subtract(self.value, other.to(self.unit).value), self.unit)

    def __lt__(self, other: Quantity) -> bool:
        return self.value < other.to(self.unit).value

    def __str__(self) -> str:
        """Number and unit as they print: `161131万元`."""
        return f"{plain(self.value)}{self.unit}"


class HasQuantity(Protocol):
    """Anything that stands for a figure with a unit: the metrics of a body."""

    def to_quantity(self) -> Quantity:
        """The figure."""

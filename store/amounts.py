"""Numbers as office people write them, read into `Decimal`; rounding and printing in one place.

Everything that reads, rounds or prints a figure (metrics, phrases, filters, charts, the consistency
check) goes through this module, so that one number looks the same everywhere: `Decimal` with
ROUND_HALF_UP, no exponent, no float.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from typing import TYPE_CHECKING, Final

from store.exceptions import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from store.units_of_measure import Quantity

    Json = None | bool | int | str | Decimal | Sequence["Json"] | Mapping[str, "Json"]

WAN: Final = Decimal(10_000)
YI: Final = Decimal(100_000_000)
HUNDRED: Final = Decimal(100)
MAX_DIGITS: Final = 30
PRECISION: Final = 60
_LONGEST: Final = 64
_FLOAT_DIGITS: Final = 15

SCALES: Final[dict[str, Decimal]] = {
    "十": Decimal(10),
    "百": HUNDRED,
    "千": Decimal(1000),
    "万": WAN,
    "十万": Decimal(100_000),
    "百万": Decimal(1_000_000),
    "千万": Decimal(10_000_000),
    "亿": YI,
    "十亿": YI * 10,
    "百亿": YI * 100,
    "千亿": YI * 1000,
    "万亿": YI * WAN,
}
BLANKS: Final = frozenset(
    {"", "-", "--", "/", "\\", "无", "暂无", "不适用", "n/a", "na", "null", "none", "nil", "*"}
)
SHEET_ERRORS: Final[dict[str, str]] = {
    "#DIV/0!": "公式的除数为零或为空",
    "#N/A": "公式没有查到数据",
    "#NAME?": "公式中的名称无法识别",
    "#NULL!": "公式引用的区域不相交",
    "#NUM!": "公式的数值超出范围",
    "#REF!": "公式引用的单元格已被删除",
    "#VALUE!": "公式引用了不是数字的单元格",
    "#SPILL!": "公式的结果无处摆放",
    "#CALC!": "公式无法计算",
    "#GETTING_DATA": "公式的数据尚未取回",
}
_HALF_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    0x3000: " ",
    0x00A0: " ",
    0x2009: " ",
    0x202F: " ",
    0x2010: "-",
    0x2011: "-",
    0x2012: "-",
    0x2013: "-",
    0x2014: "-",
    0x2015: "-",
    0x2212: "-",
    0xFFE5: "¥",
    0x3001: ",",
    0x066A: "%",
}
_NUMBER: Final = re.compile(
    r"(?P<open>\()?(?P<currency>[¥$€£]|RMB|CNY|USD)?(?P<sign>[+-])?(?P<currency2>[¥$€£])?"
    r"(?P<number>(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+|[0-9]+)(?:\.[0-9]*)?"
    r"|\.[0-9]+)"
    r"(?:e(?P<exponent>[+-]?[0-9]{1,2}))?(?P<tail>[^0-9()]*)(?P<close>\))?(?P<tail2>[^0-9()]*)",
    re.IGNORECASE,
)


class NotANumber(InvalidValue):
    """A number was wanted and something else stands there."""

    def __init__(self, value: object, reason: str = "", *, hint: str = "") -> None:
        """Show what stood there (shortened) and why it is no number."""
        shown = str(value)
        shown = shown if len(shown) <= 30 else shown[:30] + "…"
        super().__init__(
            f"“{shown}”{reason or '不是数字'}。", hint=hint or "请填写阿拉伯数字，如 1234.5。"
        )
        self.value = value


@dataclass(slots=True, frozen=True)
class Amount:
    """A number as it was written, with what stood after it (`万元`, `%`, `户`) and its sort.

    `scale` is the factor of a bare 万 or 亿 at the end (`12万`), else 1; `value` is not multiplied
    by it.
    """

    value: Decimal
    unit: str = ""
    scale: Decimal = Decimal(1)

    @property
    def scaled(self) -> Decimal:
        """The value with its 万 or 亿 multiplied in."""
        return self.value if self.scale == 1 else _checked(self.value * self.scale, self.value)


def normalise(text: str) -> str:
    """Full-width digits, signs and spaces as half-width ones, without spaces at the ends."""
    return text.translate(_HALF_WIDTH).strip()


def is_blank(value: object) -> bool:
    """Whether a cell says that there is no figure: empty, a dash, 无, N/A."""
    if value is None:
        return True
    if not isinstance(value, str):
        return isinstance(value, float) and math.isnan(value)
    return normalise(value).replace(" ", "").lower() in BLANKS


def read_decimal(value: object) -> Decimal | None:
    """Read a number; a unit after it is refused, a 万, 亿 or % is understood as scale.

    `12万` is 120000, `12%` is 12 (percentages stay in percent).

    Returns:
        The number, or None where the cell says that there is none (see `is_blank`).

    Raises:
        NotANumber: Something else stands there.
    """
    amount = read_amount(value)
    if amount is None:
        return None
    if amount.unit not in {"", "%"}:
        raise NotANumber(value, f"带有单位“{amount.unit}”，这里只能是数字")
    return amount.scaled


def read_amount(value: object) -> Amount | None:
    """Read a number with whatever unit follows it.

    Returns:
        The number and its unit, or None where the cell says that there is none.

    Raises:
        NotANumber: Something else stands there: a word, a date, a spreadsheet error, an infinity.
    """
    if is_blank(value):
        return None
    if (quantity := getattr(value, "to_quantity", None)) is not None:
        figure: Quantity = quantity()
        return Amount(figure.value, figure.unit.name)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise NotANumber(value)
    if not isinstance(value, str):
        return Amount(_from_number(value))
    return _from_text(value)


def _from_number(value: float | Decimal) -> Decimal:
    if isinstance(value, float):
        if not math.isfinite(value):
            raise NotANumber(value)
        # A spreadsheet shows 15 significant digits; what follows is the noise of binary fractions.
        value = Context(prec=_FLOAT_DIGITS, rounding=ROUND_HALF_UP).create_decimal(repr(value))
    return _checked(Decimal(value), value)


def _checked(number: Decimal, shown: object) -> Decimal:
    """Refuse what no business figure is, and drop exponents and zeros behind the point."""
    if not number.is_finite():
        raise NotANumber(shown)
    if number and not -MAX_DIGITS < number.adjusted() < MAX_DIGITS:
        raise NotANumber(shown, "超出了可以处理的范围")
    if len(number.as_tuple().digits) > PRECISION:
        raise NotANumber(shown, "的位数太多")
    if number == number.to_integral_value():
        return _WIDE.plus(number.quantize(Decimal(1), context=_WIDE))
    return number.normalize(_WIDE)


_WIDE: Final = Context(prec=PRECISION + MAX_DIGITS, rounding=ROUND_HALF_UP)


def _from_text(text: str) -> Amount:
    plain_text = normalise(text)
    if (upper := plain_text.upper()) in SHEET_ERRORS:
        raise NotANumber(
            plain_text,
            f"是表格的出错标记（{SHEET_ERRORS[upper]}）",
            hint="请在表格中改正公式，或直接填写数字。",
        )
    match = _NUMBER.fullmatch(plain_text) if len(plain_text) <= _LONGEST else None
    if match is None or bool(match["open"]) != bool(match["close"]) or _two_signs(match):
        raise NotANumber(text)
    number = Decimal(match["number"].replace(",", "").replace(" ", ""))
    if match["exponent"]:
        number = number.scaleb(int(match["exponent"]))
    if match["sign"] == "-" or match["open"]:
        number = -number
    scale, unit = _tail((match["tail"] + match["tail2"]).strip())
    return Amount(_checked(number, text), unit or _currency(match), scale)


def _two_signs(match: re.Match[str]) -> bool:
    return bool(match["open"] and match["sign"]) or bool(match["currency"] and match["currency2"])


def _currency(match: re.Match[str]) -> str:
    sign = (match["currency"] or match["currency2"] or "").upper()
    return {"$": "美元", "USD": "美元", "€": "欧元", "£": "英镑"}.get(sign, "")


def _tail(tail: str) -> tuple[Decimal, str]:
    """What follows a number: a bare scale (万) or a unit (万元, %, 户)."""
    return (SCALES[tail], "") if tail in SCALES else (Decimal(1), tail)


def round_half_up(value: Decimal, digits: int) -> Decimal:
    """Round to that many digits after the point; halves go away from zero; never minus zero."""
    return _WIDE.plus(value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, context=_WIDE))


def proportion(value: Decimal, times: Decimal, by: Decimal) -> Decimal:
    """Value x times / by, with room enough for any business figure.

    Raises:
        ZeroDivisionError: `by` is zero.
    """
    with localcontext(_WIDE):
        return value * times / by


def divide(dividend: Decimal, divisor: Decimal) -> Decimal:
    """Divide with room enough for any business figure.

    Raises:
        ZeroDivisionError: The divisor is zero.
    """
    return _WIDE.divide(dividend, divisor)


def percent_of(part: Decimal, whole: Decimal) -> Decimal:
    """The part in percent of the whole.

    Raises:
        ZeroDivisionError: The whole is zero.
    """
    return proportion(part, HUNDRED, whole)


def subtract(value: Decimal, base: Decimal) -> Decimal:
    """Value less base, exact."""
    return _WIDE.subtract(value, base)


def add(value: Decimal, other: Decimal) -> Decimal:
    """The sum, exact."""
    return _WIDE.add(value, other)


def decimals(value: Decimal) -> int:
    """How many digits stand after the point, zeros at the end not counted."""
    exponent = value.normalize(_WIDE).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def plain(value: Decimal, digits: int | None = None, *, strip: bool = False) -> str:
    """Print a number without exponent.

    Args:
        value: The number.
        digits: Digits after the point (rounded half up); None keeps all there are.
        strip: Drop zeros at the end of the fraction.
    """
    text = f"{value if digits is None else round_half_up(value, digits):f}"
    if strip and "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def grouped(value: Decimal, digits: int | None = None) -> str:
    """Print a number with a comma between thousands: `1,234.50`."""
    return f"{value if digits is None else round_half_up(value, digits):,f}"


def dump_json(value: Json) -> str:
    """Write JSON with exact Decimals: no exponent, no float in between."""
    import json  # noqa: PLC0415 (only commands need it)

    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, dict):
        items = (
            f"{json.dumps(key, ensure_ascii=False)}: {dump_json(item)}"
            for key, item in value.items()
        )
        return "{" + ", ".join(items) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(dump_json(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)

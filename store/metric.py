"""A metric: a named business figure with its bases, its plan, and everything computed from them.

Computed figures are exact (`Decimal`); rounding belongs to printing. A figure that cannot be
computed is None, and `store.phrases` says why.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal, get_args

from store.amounts import decimals, percent_of, round_half_up, subtract
from store.units_of_measure import Quantity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date
    from decimal import Decimal

    from store.units_of_measure import Unit

Nature = Literal["时点", "时期", "比率"]
PlanBasis = Literal["余额", "净增", "累计"]
NATURES: Final = get_args(Nature)
PLAN_BASES: Final = get_args(PlanBasis)
RATE_DIGITS: Final = 1
_NATURAL_DIGITS: Final = 2
_MOST_DIGITS: Final = 8
_PROFIT_WORDS: Final = ("利润", "盈", "亏", "损益", "收益", "结余", "净利", "毛利")


@dataclass(slots=True, frozen=True)
class Source:
    """Where a metric stands: a file, a line of it; of a sheet also the column of each key."""

    path: str = ""
    line: int = 0
    sheet: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)

    def place(self, key: str = "") -> str:
        """How the place is called in a message: `工作表“指标”C5 单元格`, `第 7 行`."""
        if self.sheet:
            column = self.columns.get(key, "")
            place = f"{column}{self.line} 单元格" if column else f"第 {self.line} 行"
            return f"工作表“{self.sheet}”{place}"
        return f"第 {self.line} 行" if self.line else ""


@dataclass(slots=True, frozen=True, kw_only=True)
class Metric:
    """A named business figure.

    Attributes:
        name: What it is called: 各项存款.
        unit: The unit of all its figures.
        nature: 时点 (a balance on a day), 时期 (a flow over a period) or 比率.
        predicate: The word that goes with the value (余额, 实现); `～` marks the name's place.
        value: 期末 of a balance, 本期 of a flow.
        year_start, last_year, previous: The bases 年初, 上年同期 and 上期.
        plan: The plan, in the metric's unit, on the basis `plan_basis`.
        given_completion: A completion rate in percent that was reported, not computed.
        as_of: The day of the figure; `as_of_month_end` prints it as 11月末.
        lower_is_better: Costs and bad loans: the plan is a limit.
        digits: Digits behind the point; None prints what there is, at most two.
        history: Values of earlier periods by label, oldest first.
    """

    name: str
    unit: Unit
    nature: Nature
    predicate: str = ""
    value: Decimal | None = None
    year_start: Decimal | None = None
    last_year: Decimal | None = None
    previous: Decimal | None = None
    plan: Decimal | None = None
    plan_basis: PlanBasis | None = None
    given_completion: Decimal | None = None
    as_of: date | None = None
    as_of_month_end: bool = False
    lower_is_better: bool = False
    digits: int | None = None
    group: str = ""
    parent: str = ""
    aliases: tuple[str, ...] = ()
    note: str = ""
    history: tuple[tuple[str, Decimal], ...] = ()
    source: Source = field(default_factory=Source, compare=False)

    def figures(self) -> Iterator[Decimal]:
        """Every given figure in the metric's unit."""
        for figure in (self.value, self.year_start, self.last_year, self.previous, self.plan):
            if figure is not None:
                yield figure
        yield from (figure for _, figure in self.history)

    @property
    def print_digits(self) -> int:
        """Digits behind the point where the figures print; enough to tell small ones from zero."""
        if self.digits is not None:
            return self.digits
        digits = max(
            (min(_NATURAL_DIGITS, decimals(figure)) for figure in self.figures()), default=0
        )
        while digits < _MOST_DIGITS and any(
            figure and not round_half_up(figure, digits) for figure in self.figures()
        ):
            digits += 1
        return digits

    def rounded(self, figure: Decimal) -> Decimal:
        """The figure as it prints."""
        return round_half_up(figure, self.print_digits)

    def in_unit(self, unit: Unit, digits: int | None = None) -> Metric:
        """The same metric in another unit of its dimension.

        Raises:
            UnitMismatch: The unit measures something else.
        """

        def convert(figure: Decimal | None) -> Decimal | None:
            return None if figure is None else self.unit.convert(figure, unit)

        return replace(
            self,
            unit=unit,
            digits=digits,
            value=convert(self.value),
            year_start=convert(self.year_start),
            last_year=convert(self.last_year),
            previous=convert(self.previous),
            plan=convert(self.plan),
            history=tuple((label, self.unit.convert(past, unit)) for label, past in self.history),
        )

    @property
    def quantity(self) -> Quantity | None:
        """The value with its unit."""
        return None if self.value is None else Quantity(self.value, self.unit)

    @property
    def is_profit(self) -> bool:
        """Whether a negative figure is a loss (亏)."""
        return self.unit.is_money and any(
            word in self.name or word in self.predicate for word in _PROFIT_WORDS
        )

    @property
    def change(self) -> Decimal | None:
        """Value less start of year; None for flows, which have no start of year."""
        if self.nature == "时期":
            return None
        return _difference(self.value, self.year_start)

    @property
    def change_percent(self) -> Decimal | None:
        """Change in percent of the start of year; None for rates and without a positive base."""
        return None if self.nature == "时期" else self._growth(self.year_start)

    @property
    def yoy_percent(self) -> Decimal | None:
        """Growth against the same period last year in percent."""
        return self._growth(self.last_year)

    @property
    def previous_percent(self) -> Decimal | None:
        """Growth against the period before in percent."""
        return self._growth(self.previous)

    def _growth(self, base: Decimal | None) -> Decimal | None:
        if self.is_rate or self.value is None or base is None or base <= 0 or self.value < 0:
            return None
        return percent_of(subtract(self.value, base), base)

    @property
    def is_rate(self) -> bool:
        """Whether differences are points and growth in percent has no meaning."""
        return self.nature == "比率" or self.unit.is_rate

    @property
    def plan_actual(self) -> Decimal | None:
        """What is held against the plan, on the plan's own basis."""
        match self.plan_basis, self.nature:
            case "净增", "时点" | "比率":
                return self.change
            case ("余额", "时点" | "比率") | ("累计" | "净增", "时期"):
                return self.value
            case _:
                return None

    @property
    def plan_gap(self) -> Decimal | None:
        """What was done beyond the plan; negative when it falls short."""
        return _difference(self.plan_actual, self.plan)

    @property
    def computed_completion(self) -> Decimal | None:
        """Done ÷ plan in percent; None where lower is better or the plan is not positive."""
        actual = self.plan_actual
        if self.lower_is_better or actual is None or self.plan is None or self.plan <= 0:
            return None
        return percent_of(actual, self.plan)

    @property
    def completion_percent(self) -> Decimal | None:
        """The completion rate: computed, else as it was given."""
        computed = self.computed_completion
        if computed is not None or self.lower_is_better:
            return computed
        return self.given_completion

    @property
    def completion_is_given(self) -> bool:
        """Whether the completion rate was reported and could not be computed."""
        return self.completion_percent is not None and self.computed_completion is None

    def share_percent(self, whole: Metric) -> Decimal | None:
        """The share of a whole in percent.

        Raises:
            UnitMismatch: The whole measures something else.
        """
        return share(self, self.value, whole, whole.value)

    def share_change(self, whole: Metric) -> Decimal | None:
        """How many points the share moved since the start of the year.

        Raises:
            UnitMismatch: The whole measures something else.
        """
        now = self.share_percent(whole)
        before = share(self, self.year_start, whole, whole.year_start)
        return _difference(now, before)


def share(
    part: Metric, part_value: Decimal | None, whole: Metric, whole_value: Decimal | None
) -> Decimal | None:
    """One figure of a metric in percent of one figure of another.

    Raises:
        UnitMismatch: They measure different things.
    """
    if part.is_rate or part_value is None or whole_value is None or whole_value <= 0:
        return None
    return percent_of(part.unit.convert(part_value, whole.unit), whole_value)


def _difference(value: Decimal | None, base: Decimal | None) -> Decimal | None:
    return None if value is None or base is None else subtract(value, base)

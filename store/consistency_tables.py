"""Figures typed into the tables of a text, held against the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from store import phrases
from store.amounts import NotANumber, read_amount, round_half_up
from store.consistency_text import REFERENCE_START, decimals_as_typed, plain_source
from store.spreadsheet_headers import key_of
from store.units_of_measure import read_unit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from store.metric import Metric
    from store.metrics import MetricSet

_FIGURES: Final = {
    "期末": "value", "本期": "value", "年初": "year_start", "上年同期": "last_year",
    "上期": "previous", "计划": "plan", "完成率": "completion_percent",
}  # fmt: skip
Row = tuple[int, list[str]]


def find_table_errors(source: str, metrics: MetricSet) -> Iterator[tuple[int, str, str]]:
    """Line, message and expected figure of each cell that disagrees with the data."""
    for table in _tables(source):
        header = table[0][1]
        keys = {at: _FIGURES.get(key_of(text), "") for at, text in enumerate(header)}
        for line, cells in table[1:]:
            metric = metrics.get(cells[0]) if cells else None
            if metric is None:
                continue
            for at, text in enumerate(cells[1:], 1):
                if keys.get(at) and REFERENCE_START not in text:
                    yield from _check(line, metric, header[at], keys[at], text)


def _check(
    line: int, metric: Metric, heading: str, key: str, text: str
) -> Iterator[tuple[int, str, str]]:
    expected: Decimal | None = getattr(metric, key)
    try:
        amount = read_amount(text.strip("* "))
    except NotANumber:
        return
    if amount is None or expected is None:
        return
    unit = read_unit("%") if key == "completion_percent" else metric.unit
    typed = read_unit(amount.unit) if amount.unit else unit
    if typed.dimension != unit.dimension:
        return
    digits = decimals_as_typed(text.strip("*% " + typed.name))
    if round_half_up(unit.convert(expected, typed), digits) == amount.value:
        return
    if key == "completion_percent":
        shown = phrases.rate_text(expected)
    else:
        shown = phrases.value_text(metric, expected)
    yield line, f"表格中“{metric.name}”的“{heading}”写的是{text.strip()}，数据为{shown}。", shown


def _tables(source: str) -> Iterator[list[Row]]:
    """The pipe tables of a text: header first, the line of dashes left out."""
    rows: list[Row] = []
    for line, text in [*plain_source(source), (0, "")]:
        stripped = text.strip()
        if stripped.startswith("|") and stripped.count("|") > 1:
            cells = [cell.strip() for cell in stripped.strip("|").split("|")]
            if not all(set(cell) <= set("-: ") for cell in cells):
                rows.append((line, cells))
        elif rows:
            yield rows
            rows = []

"""A spreadsheet on a page: a grid of its cells, those marked that something is odd about."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from store.spreadsheet import cell_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.model import Problem
    from store.spreadsheet import Sheet, Value
    from store.spreadsheet_mapping import SheetMapping

MOST_ROWS: Final = 40
MOST_COLUMNS: Final = 26
_LONGEST: Final = 60
_PLACE: Final = re.compile(
    r"工作表“(?P<sheet>.+?)”(?:(?P<cell>[A-Z]{1,3}[0-9]{1,7}) 单元格|第 (?P<row>[0-9]{1,7}) 行)：?"
)
_LETTERS: Final = re.compile(r"[0-9]+")


def cell_of(problem: Problem) -> tuple[str, str]:
    """The sheet and the cell that a problem speaks of; empty where it speaks of more."""
    match = _PLACE.match(problem.message)
    return (match["sheet"], match["cell"] or "") if match else ("", "")


def letters(at: int) -> str:
    """The letters of a column."""
    return _LETTERS.sub("", cell_name(0, at))


@dataclass(slots=True)
class GridCell:
    """A cell as it is shown; `marks` are the numbers of what is odd about it."""

    name: str
    text: str
    figure: bool = False
    tone: str = ""
    marks: list[int] = field(default_factory=list)


@dataclass(slots=True)
class GridRow:
    """A row of the grid.

    Attributes:
        number: As the spreadsheet counts.
        cells: From the first column on.
        header: It belongs to the header.
        gap: Rows before it are left out.
        marks: What is odd about the whole row.
    """

    number: int
    cells: list[GridCell]
    header: bool = False
    gap: bool = False
    marks: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something odd: its number in the grid, where, what, how to mend it."""

    number: int
    severity: str
    place: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet with its marks; `columns` are (position, letters, header text)."""

    columns: list[tuple[int, str, str]]
    rows: list[GridRow]
    remarks: list[Remark]
    left_out: int = 0


def grid_of(sheet: Sheet, mapping: SheetMapping | None, problems: Sequence[Problem]) -> Grid:
    """The grid of a sheet: its first rows, and further those that something is odd about."""
    remarks = [_remark(number, problem) for number, problem in enumerate(problems, 1)]
    by_cell, by_row = _places(sheet, remarks, problems)
    width = min(MOST_COLUMNS, max((_width(row) for row in sheet.rows), default=0))
    header = range(mapping.header[0], mapping.header[1] + 1) if mapping is not None else range(0)
    odd = {row for row, _ in by_cell} | set(by_row)
    shown = [at for at in range(len(sheet.rows)) if at < MOST_ROWS or at in odd]
    rows = []
    for place, at in enumerate(shown):
        cells = [_cell(sheet, at, column, by_cell) for column in range(width)]
        gap = place > 0 and shown[place - 1] != at - 1
        marks = [remark.number for remark in by_row.get(at, ())]
        rows.append(GridRow(at + 1, cells, at in header, gap, marks))
    titles = mapping.titles if mapping is not None else {}
    columns = [(at, letters(at), titles.get(at, "")) for at in range(width)]
    return Grid(columns, rows, remarks, len(sheet.rows) - len(shown))


def _remark(number: int, problem: Problem) -> Remark:
    match = _PLACE.match(problem.message)
    message = problem.message[match.end() :] if match else problem.message
    place = (match["cell"] or f"第 {match['row']} 行") if match else ""
    hint = "" if "wenshu " in problem.hint else problem.hint
    return Remark(number, problem.severity, place, message, hint)


def _places(
    sheet: Sheet, remarks: Sequence[Remark], problems: Sequence[Problem]
) -> tuple[dict[tuple[int, int], list[Remark]], dict[int, list[Remark]]]:
    """The remarks on this sheet, by cell and by row."""
    by_cell: dict[tuple[int, int], list[Remark]] = {}
    by_row: dict[int, list[Remark]] = {}
    for remark, problem in zip(remarks, problems, strict=True):
        match = _PLACE.match(problem.message)
        if match is None or match["sheet"] != sheet.name:
            continue
        row = int(_digits(match["cell"]) if match["cell"] else match["row"]) - 1
        if match["cell"]:
            by_cell.setdefault((row, _column(match["cell"])), []).append(remark)
        else:
            by_row.setdefault(row, []).append(remark)
    return by_cell, by_row


def _digits(name: str) -> str:
    return name.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def _column(name: str) -> int:
    column = 0
    for letter in name.rstrip("0123456789"):
        column = column * 26 + ord(letter) - 64
    return column - 1


def _width(row: Sequence[Value]) -> int:
    return max((at + 1 for at, value in enumerate(row) if value not in {None, ""}), default=0)


def _cell(
    sheet: Sheet, row: int, column: int, remarks: dict[tuple[int, int], list[Remark]]
) -> GridCell:
    value = sheet.cell(row, column)
    found = remarks.get((row, column), [])
    tones = {remark.severity for remark in found}
    tone = next((name for name in ("error", "warning", "notice") if name in tones), "")
    figure = isinstance(value, int | float) and not isinstance(value, bool)
    marks = [remark.number for remark in found]
    return GridCell(cell_name(row, column), _shown(value), figure, tone, marks)


def _shown(value: Value) -> str:
    """A value as a person reads it."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.10g}" if value != int(value) else str(int(value))
    if isinstance(value, datetime) and (value.hour, value.minute) == (0, 0):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    text = " ".join(str(value).split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"

"""The rows of a batch: a spreadsheet of people, posts or departments, one row a document."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from store.amounts import SHEET_ERRORS, plain
from store.dates import chinese_date
from store.exceptions import InputError
from store.spreadsheet import cell_name, read_sheets
from store.spreadsheet_notes import cell_notes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from store.spreadsheet import Sheet, Value
    from store.spreadsheet_notes import CellNotes

_HEADER_ROWS: Final = 20
_EXACT_DIGITS: Final = 15
_LONG_NUMBERS: Final = re.compile(r"身份证|证件号|卡号|账号|帐号|编号|编码|工号")


@dataclass(slots=True, frozen=True)
class BatchRow:
    """One row.

    Attributes:
        number: Its place below the header, from 1; empty rows count.
        line: Its line in the spreadsheet.
        values: The cells that are filled, by column name.
        empty: The columns whose cell is empty.
        faults: Cells that cannot be used: column and reason.
    """

    number: int
    line: int
    values: dict[str, object]
    empty: tuple[str, ...] = ()
    faults: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class BatchTable:
    """The rows of a spreadsheet and the names of its columns."""

    path: Path
    columns: tuple[str, ...]
    rows: list[BatchRow] = field(default_factory=list)


def read_table(path: Path) -> BatchTable:
    """Read the first sheet that has a header and rows.

    Raises:
        InputError: The file cannot be read, has no rows, or names a column twice.
    """
    for sheet in read_sheets(path):
        header = _find_header(sheet)
        if header is not None and not sheet.hidden:
            table = _read_sheet(path, sheet, header)
            if table.rows:
                return table
    raise InputError(
        f"表格 {path.name} 中没有数据行。",
        hint="第一行写列名（如 姓名、岗位），下面一行一份。",
        path=str(path),
    )


def _find_header(sheet: Sheet) -> int | None:
    """The first row that names columns: a title in a single cell above it is passed over."""
    filled = [sum(value not in {None, ""} for value in row) for row in sheet.rows[:_HEADER_ROWS]]
    widest = max(filled, default=0)
    return next((at for at, count in enumerate(filled) if count >= max(1, widest // 2)), None)


def _read_sheet(path: Path, sheet: Sheet, header: int) -> BatchTable:
    names = [_name(value) for value in sheet.rows[header]]
    doubles = sorted({name for name in names if name and names.count(name) > 1})
    if doubles:
        raise InputError(
            f"表格 {path.name} 的列名重复：{'、'.join(doubles)}。",
            hint="请给每一列不同的名称。",
            path=str(path),
            line=header + 1,
        )
    notes = cell_notes(path, sheet.name)
    columns = [(at, name) for at, name in enumerate(names) if name]
    table = BatchTable(path, tuple(name for _, name in columns))
    for index in range(header + 1, len(sheet.rows)):
        row = _read_row(sheet, index, index - header, columns, notes)
        if row.values or row.faults:
            table.rows.append(row)
    return table


def _name(value: Value) -> str:
    text = "" if value is None else str(_plain(value))
    return "".join(text.split()).strip("*")


def _read_row(
    sheet: Sheet, index: int, number: int, columns: Sequence[tuple[int, str]], notes: CellNotes
) -> BatchRow:
    values: dict[str, object] = {}
    empty: list[str] = []
    faults: list[tuple[str, str]] = []
    for at, name in columns:
        raw = sheet.cell(index, at)
        fault = _fault(raw, (index, at), name, notes)
        if fault:
            faults.append((name, f"{cell_name(index, at)} 单元格{fault}"))
            continue
        value = _plain(raw, percent=(index, at) in notes.percent)
        if value in {None, ""}:
            empty.append(name)
        else:
            values[name] = value
    return BatchRow(number, index + 1, values, tuple(empty), tuple(faults))


def _fault(raw: Value, place: tuple[int, int], name: str, notes: CellNotes) -> str:
    """Why a cell cannot be used, empty when it can."""
    error = notes.errors.get(place) or (raw if isinstance(raw, str) and raw in SHEET_ERRORS else "")
    if error:
        return f"是出错标记 {error}（{SHEET_ERRORS.get(error, '公式有误')}）"
    if place in notes.uncached:
        return "是公式，文件中没有存下结果，请用 Excel 或 WPS 打开后另存"
    if isinstance(raw, float) and abs(raw) >= 10**_EXACT_DIGITS and _LONG_NUMBERS.search(name):
        return "的号码被表格当作数字，末尾几位已丢失，请改为文本格式重填"
    return ""


def _plain(value: Value, *, percent: bool = False) -> object:
    """A cell as text or number, as it is read on the screen."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        return _number(value, percent=percent)
    if isinstance(value, datetime):
        day = chinese_date(value.date())
        return day if value.time() == time() else f"{day}{value:%H:%M}"
    if isinstance(value, date):
        return chinese_date(value)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, timedelta):
        return str(value)
    return None


def _number(value: float, *, percent: bool) -> object:
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if percent:
        return plain(round(number * 100, 6), strip=True) + "%"
    if number == number.to_integral_value():
        return int(number)
    # The noise of binary fractions goes: a spreadsheet shows 15 digits.
    return Decimal(f"{value:.15g}")

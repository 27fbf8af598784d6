"""Spreadsheets (.xlsx, .xls, .ods, .csv) as tables, one a sheet."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, time
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from importer.cleaning import clean_text
from importer.model import Doubt, Piece, Reading, TableCell
from importer.text import detect, printed_encoding
from store.exceptions import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MAX_ROWS: Final = 2000
MAX_COLUMNS: Final = 60


def read_sheet(path: Path, name: str) -> Reading:
    """Read a spreadsheet: a heading and a table for each sheet.

    Raises:
        InputError: It is damaged or has a password.
    """
    if name.lower().endswith(".csv"):
        return _read_csv(path, name)
    from python_calamine import CalamineWorkbook  # noqa: PLC0415 - heavy

    found = Reading()
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        for sheet in workbook.sheet_names:
            rows = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
            _add(found, sheet, rows, several=len(workbook.sheet_names) > 1)
    except Exception as error:  # calamine raises its own and plain ones alike
        text = (
            "表格有打开密码，请去掉密码后再导入。"
            if "password" in str(error).lower()
            else "表格已损坏，无法打开。"
        )
        raise InputError(text, path=str(path)) from error
    _title(found, name)
    return found


def _read_csv(path: Path, name: str) -> Reading:
    data = path.read_bytes()
    encoding = detect(data)
    text = data.decode("big5hkscs" if encoding == "big5" else encoding, "replace")
    found = Reading(encoding=printed_encoding(encoding))
    dialect = (
        ";"
        if text[:2000].count(";") > text[:2000].count(",")
        else "\t"
        if text[:2000].count("\t") > text[:2000].count(",")
        else ","
    )
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=dialect))
    except csv.Error as error:
        raise InputError("CSV 文件无法读取。", path=str(path)) from error
    _add(found, "", rows, several=False)
    _title(found, name)
    return found


def _title(found: Reading, name: str) -> None:
    if found.pieces:
        found.facts.setdefault("标题", PurePath(name).stem)


def _add(found: Reading, sheet: str, rows: Sequence[Sequence[object]], *, several: bool) -> None:
    grid = [[_text(value) for value in row[:MAX_COLUMNS]] for row in rows[:MAX_ROWS]]
    while grid and not any(grid[-1]):
        grid.pop()
    kept = [
        at
        for at in range(max(map(len, grid), default=0))
        if any(at < len(row) and row[at] for row in grid)
    ]
    grid = [[row[at] if at < len(row) else "" for at in kept] for row in grid]
    line = next((number for number, row in enumerate(grid, 1) if any(row)), 1)
    grid = [row for row in grid if any(row)]
    if not grid:
        return
    if len(rows) > MAX_ROWS or any(len(row) > MAX_COLUMNS for row in rows):
        found.doubts.append(
            Doubt(
                line,
                "sheet-cut",
                f"工作表“{sheet}”超过 {MAX_ROWS} 行或 {MAX_COLUMNS} 列，多出的没有导入。",
            )
        )
    if several:
        found.pieces.append(Piece(line=line, text=sheet, heading=2))
    while len(grid) > 1 and sum(bool(text) for text in grid[0]) == 1 and len(kept) > 1:
        text = next(text for text in grid[0] if text)
        first = not any(piece.title for piece in found.pieces) and not several
        found.pieces.append(Piece(line=line, text=text, title=first))
        grid = grid[1:]
    found.pieces.append(
        Piece(line=line, type="table", rows=[[TableCell(text) for text in row] for row in grid])
    )


def _text(value: object) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, datetime):
        return (
            value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
        )
    if isinstance(value, date):
        return value.isoformat()
    return clean_text(str(value)).strip()

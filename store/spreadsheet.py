"""Spreadsheets as grids of plain values: .xlsx, .xls, .ods by calamine, .csv by hand.

calamine is fast but keeps silent about errors, percent formats and formulas without a stored
result; for .xlsx those are read from the XML of the one sheet that is used: see
`store.spreadsheet_notes`.
"""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from store import files
from store.exceptions import EnvironmentRefused, InputError

if TYPE_CHECKING:
    from pathlib import Path

Value = str | int | float | bool | date | datetime | time | timedelta | None
Cell = tuple[int, int]

SHEET_SUFFIXES: Final = frozenset({".xlsx", ".xlsm", ".xls", ".ods"})
TEXT_SUFFIXES: Final = frozenset({".csv", ".tsv", ".txt"})
MAX_BYTES: Final = 100 * 1024 * 1024
MAX_EXPANDED: Final = 600 * 1024 * 1024
MAX_ROWS: Final = 200_000
MAX_COLUMNS: Final = 500
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(slots=True)
class Sheet:
    """One sheet: its rows from the first on, all values as they stand; row 0 is line 1."""

    name: str
    rows: list[list[Value]]
    merged: list[tuple[Cell, Cell]] = field(default_factory=list)
    hidden: bool = False

    def cell(self, row: int, column: int) -> Value:
        """A value, None outside the sheet."""
        if 0 <= row < len(self.rows) and 0 <= column < len(self.rows[row]):
            return self.rows[row][column]
        return None


def cell_name(row: int, column: int) -> str:
    """`C5` for row 4, column 2."""
    name, rest = "", column + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        name = chr(65 + digit) + name
    return f"{name}{row + 1}"


def read_sheets(path: Path) -> list[Sheet]:
    """Every sheet of a spreadsheet, visible ones first.

    Raises:
        InputError: The file is not there, is locked by a password, too large, or no spreadsheet.
        EnvironmentRefused: Another program holds it.
    """
    _refuse_lock_file(path)
    data = _read(path)
    if path.suffix.lower() in TEXT_SUFFIXES:
        return [Sheet(path.stem, read_csv(data, path))]
    _refuse_disguises(data, path)
    return _by_calamine(data, path)


def _refuse_lock_file(path: Path) -> None:
    """`~$表.xlsx` is what Excel or WPS lays beside a file that is open, `.~lock.表.xlsx#` likewise.

    Raises:
        InputError: The file is one of these.
    """
    if path.name.startswith(("~$", ".~lock.")):
        name = path.name.removeprefix("~$").removeprefix(".~lock.").removesuffix("#")
        hint = f"请改用表格本身（{name}），先在 Excel 或 WPS 中保存并关闭它。"
        raise InputError(f"{path.name} 是打开表格时的锁文件，不是表格。", hint=hint, path=str(path))


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            limit = MAX_BYTES // 1024 // 1024
            hint = "请删去不用的工作表，或拆成几个文件。"
            raise InputError(f"表格 {path.name} 超过 {limit} MB。", hint=hint, path=str(path))
        return path.read_bytes()
    except FileNotFoundError as error:
        hint = "请检查文件名和所在文件夹。"
        raise InputError(f"没有找到表格 {path}。", hint=hint, path=str(path)) from error
    except PermissionError as error:
        raise EnvironmentRefused(
            f"表格 {path.name} 正被其他程序（如 Excel、WPS）打开，或没有权限读取。",
            hint="请先在该程序中关闭文件，再试一次。",
        ) from error
    except OSError as error:
        raise InputError(
            f"表格 {path.name} 无法读取：{files.reason(error)}。", path=str(path)
        ) from error


def _refuse_disguises(data: bytes, path: Path) -> None:
    """A password, a web page or a text under a spreadsheet's name; a bomb."""
    if data.startswith(_OLE) and "EncryptedPackage".encode("utf-16-le") in data:
        raise _password(path)
    if data.startswith(b"PK"):
        _refuse_bomb(data, path)
    elif not data.startswith(_OLE):
        start = data[:2000].lstrip().lower()
        what = "网页" if start.startswith((b"<html", b"<table", b"<!doctype")) else "别的格式"
        if not data.strip():
            what = "空文件"
        raise InputError(
            f"{path.name} 的内容是{what}，不是 Excel 表格。",
            hint="请用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”；文本数据请用 .csv。",
            path=str(path),
        )


def _password(path: Path) -> InputError:
    return InputError(
        f"表格 {path.name} 设有打开密码。",
        hint="请在 Excel 或 WPS 中去掉密码（文件、信息、保护工作簿），另存后再用。",
        path=str(path),
    )


def _refuse_bomb(data: bytes, path: Path) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            total = sum(info.file_size for info in archive.infolist())
    except zipfile.BadZipFile as error:
        raise broken(path) from error
    if total > MAX_EXPANDED:
        limit = MAX_EXPANDED // 1024 // 1024
        hint = "请删去不用的工作表和空行后另存。"
        raise InputError(f"表格 {path.name} 展开后超过 {limit} MB。", hint=hint, path=str(path))


def broken(path: Path) -> InputError:
    """What is said of a file that cannot be opened."""
    return InputError(
        f"表格 {path.name} 已损坏，无法读取。",
        hint="请用 Excel 或 WPS 打开并另存一份；打不开时请找原来的文件。",
        path=str(path),
    )


def _by_calamine(data: bytes, path: Path) -> list[Sheet]:
    import python_calamine  # noqa: PLC0415 (start-up)

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [_sheet(book, meta, path) for meta in book.sheets_metadata]
    except python_calamine.PasswordError as error:  # pragma: no cover (old .xls only)
        raise _password(path) from error
    except (python_calamine.CalamineError, OSError, ValueError, EOFError) as error:
        raise broken(path) from error
    return sorted(sheets, key=lambda sheet: sheet.hidden)


def _sheet(book: object, meta: object, path: Path) -> Sheet:
    import python_calamine  # noqa: PLC0415 (start-up)

    assert isinstance(book, python_calamine.CalamineWorkbook)
    assert isinstance(meta, python_calamine.SheetMetadata)
    hidden = meta.visible != python_calamine.SheetVisibleEnum.Visible
    if meta.typ != python_calamine.SheetTypeEnum.WorkSheet:
        return Sheet(meta.name, [], hidden=True)
    sheet = book.get_sheet_by_name(meta.name)
    last_row, last_column = sheet.end or (0, 0)
    if last_row >= MAX_ROWS or last_column >= MAX_COLUMNS:
        raise InputError(
            f"表格 {path.name} 的工作表“{meta.name}”有 {last_row + 1} 行、"
            f"{last_column + 1} 列，超过 {MAX_ROWS} 行或 {MAX_COLUMNS} 列的上限。",
            hint="请删去不用的空行、空列，或拆成几个文件。",
            path=str(path),
        )
    rows = sheet.to_python(skip_empty_area=False)
    return Sheet(meta.name, rows, sheet.merged_cell_ranges or [], hidden)  # type: ignore[arg-type]


# -- text ------------------------------------------------------------------------------------


def read_csv(data: bytes, path: Path) -> list[list[Value]]:
    """Rows of a text table: UTF-8, GB18030 or UTF-16, with commas, tabs or semicolons.

    Raises:
        InputError: The encoding is none of these, or a row cannot be read.
    """
    text = decode_text(data, path)
    sample = text[:4000]
    first = sample.split("\n", 1)[0]
    delimiter = max(",\t;，", key=first.count)
    try:
        rows: list[list[Value]] = []
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append([*row])
            if len(rows) > MAX_ROWS:
                raise InputError(f"表格 {path.name} 超过 {MAX_ROWS} 行。", path=str(path))
    except csv.Error as error:
        hint = "请检查引号是否成对。"
        raise InputError(f"表格 {path.name} 无法读取。", hint=hint, path=str(path)) from error
    return rows


def decode_text(data: bytes, path: Path) -> str:
    """The text of a CSV file: UTF-8 (with or without mark), UTF-16 with mark, else GB18030.

    Raises:
        InputError: It is none of these.
    """
    wide = data[:2] in {b"\xff\xfe", b"\xfe\xff"}
    for encoding in ["utf-16"] if wide else ["utf-8-sig", "gb18030"]:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    hint = "请用 Excel 或 WPS 另存为“CSV UTF-8”。"
    raise InputError(f"表格 {path.name} 的文字编码无法识别。", hint=hint, path=str(path))

"""Metrics from a spreadsheet: Wenshu's own form as it stands, foreign sheets by a mapping."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from store.amounts import SHEET_ERRORS, NotANumber, is_blank, normalise, read_amount
from store.metric import Source
from store.metric_days import read_day
from store.metric_rows import RawRow, RowReader
from store.metrics import build_set
from store.model import Problem
from store.spreadsheet import cell_name, read_sheets
from store.spreadsheet_headers import FIGURE_KEYS, IGNORED, has_figure, near_key
from store.spreadsheet_notes import cell_notes
from store.spreadsheet_saved import find_mapping

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from store.metrics import MetricSet
    from store.spreadsheet import Sheet, Value
    from store.spreadsheet_mapping import SheetMapping
    from store.spreadsheet_notes import CellNotes

_NUMBER: Final = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}[、.]|\([一二三四五六七八九十0-9]{1,3}\)"
    r"|[0-9]{1,2}(?:\.[0-9]{1,2})*[、.)]?(?=[^0-9.%年月日]))\s*"
)
_AMONG: Final = re.compile(r"^(?:其\s*中|#)\s*:?\s*")
_MARKS: Final = str.maketrans({0xFF08: "(", 0xFF09: ")", 0xFF0E: ".", 0xFF1A: ":", 0xFF03: "#"})
_FOOTER: Final = re.compile(r"^(?:注|备注|说明|填表|制表|审核|复核|单位负责人|负责人|填报|联系)")
_RATES: Final = re.compile(r"率$|占比|比例|比重|满意度")
_FLOWS: Final = re.compile(
    r"收入|利润|费用|成本|支出|累放|累计|发放|新增|净增|销售|产值|产量|营业额|交易|投诉|件数|清收|受理|办理|保费|人次"
)
_CLOSING: Final = re.compile("期末|余额|月末|年末|季末|存量")
_BALANCES: Final = re.compile(r"存款|贷款|余额|存量|客户数|户数|人数|资产|负债|面积|保有|在管|在网")


@dataclass(slots=True)
class _Outline:
    """Where in the sheet a row stands: its group and the metric whose parts follow."""

    group: str = ""
    whole: str = ""
    whole_indent: int = 0
    among: bool = False
    among_indent: int = 0


def load_spreadsheet(path: Path, *, mappings: Path | None = None) -> MetricSet:
    """Read the metrics of a spreadsheet.

    Args:
        path: An .xlsx, .xls, .ods or .csv file.
        mappings: The folder with saved mappings.

    Raises:
        InputError: It cannot be read, or no sheet looks like metrics.
    """
    sheets = read_sheets(path)
    return read_mapped(path, sheets, find_mapping(sheets, path, mappings))


def read_mapped(path: Path, sheets: list[Sheet], mapping: SheetMapping) -> MetricSet:
    """Read the metrics of a sheet by a mapping."""
    sheet = next(sheet for sheet in sheets if sheet.name == mapping.sheet)
    notes = cell_notes(path, sheet.name)
    reader = RowReader(defaults=mapping.defaults)
    day = read_day(mapping.defaults.get("截至日期"))
    reader.year = day[0].year if day else None
    rows = list(_rows(path, sheet, mapping, notes))
    if not mapping.saved:
        reader.problems += _unused(path, sheet, mapping)
        if not mapping.own:
            reader.problems.append(_guessed(path, mapping))
    head = {**mapping.defaults}
    return build_set(reader.read(rows), reader.problems, path=path, head=head)


def _guessed(path: Path, mapping: SheetMapping) -> Problem:
    return Problem(
        path=str(path),
        line=mapping.header[0] + 1,
        severity="notice",
        code="mapping-guessed",
        message=f"这不是文枢的表格，各列是推测的：{mapping.describe()}。",
        hint="请用 wenshu metrics 文件名 --map 核对；改正并记下后，同样格式的表格不再提示。",
    )


def _unused(path: Path, sheet: Sheet, mapping: SheetMapping) -> Iterator[Problem]:
    """Columns with figures whose header is nearly that of one we know; of our own form, all."""
    data = sheet.rows[mapping.header[1] + 1 :]
    for at, title in sorted(mapping.titles.items()):
        near = near_key(title)
        suspicious = near in FIGURE_KEYS and near not in mapping.columns.values()
        if at in mapping.columns or not (mapping.own or suspicious) or not has_figure(data, at):
            continue
        cell = cell_name(mapping.header[1], at)
        meant = f"，是不是“{near}”？" if near else "。"
        yield Problem(
            path=str(path),
            line=mapping.header[1] + 1,
            severity="warning",
            code="unknown-column",
            message=f"工作表“{sheet.name}”{cell} 单元格：不认识列名“{title}”，"
            f"这一列没有使用{meant}",
            hint="请改正列名，或用 wenshu metrics 文件名 --fix 列=用处 指明。",
        )


def _rows(path: Path, sheet: Sheet, mapping: SheetMapping, notes: CellNotes) -> Iterator[RawRow]:
    """The raw rows below the header; group headings and footers are no metrics."""
    outline = _Outline()
    keys = [(at, key) for at, key in mapping.columns.items() if key != IGNORED]
    letters = {key: cell_name(0, at)[:-1] for at, key in keys}
    for index in range(mapping.header[1] + 1, len(sheet.rows)):
        row = sheet.rows[index]
        values = {key: _value(row, at) for at, key in keys}
        for at, key in keys:
            if (index, at) in notes.errors:
                values[key] = notes.errors[index, at]
        if all(is_blank(value) for value in values.values()):
            continue
        if not _is_metric(values, mapping, outline):
            continue
        _add_units(values, keys, mapping)
        yield RawRow(
            values,
            Source(path=str(path), line=index + 1, sheet=sheet.name, columns=letters),
            percent=frozenset(key for at, key in keys if (index, at) in notes.percent),
            uncached=frozenset(key for at, key in keys if (index, at) in notes.uncached),
        )


def _is_metric(values: dict[str, object], mapping: SheetMapping, outline: _Outline) -> bool:
    """Fit a row of a foreign sheet and take in what a person said; False for what is no metric."""
    if not (mapping.own or _fit_foreign(values, outline)):
        return False
    if mapping.rows and _corrected(values, mapping, outline).get("指标") == IGNORED:
        return False
    if not mapping.own and is_blank(values.get("性质")) and "性质" not in mapping.defaults:
        name = str(values["指标"])
        values["性质"] = _nature(name, values, closing=_is_closing(mapping))
    return True


def _value(row: list[Value], at: int) -> object:
    return row[at] if at < len(row) else None


def _add_units(
    values: dict[str, object], keys: list[tuple[int, str]], mapping: SheetMapping
) -> None:
    """A unit in a column's header counts where the row names none."""
    if not is_blank(values.get("单位")):
        return
    units = {mapping.units[at] for at, key in keys if at in mapping.units and key in FIGURE_KEYS}
    rates = {unit for unit in units if normalise(unit) in {"%", "百分比"}}
    if len(units - rates) == 1:
        values["单位"] = (units - rates).pop()


# -- foreign sheets --------------------------------------------------------------------------


def _fit_foreign(values: dict[str, object], outline: _Outline) -> bool:
    """Clean the name, add group and whole; False for rows that are no metric."""
    raw = str(values.get("指标") or "")
    if not raw.strip() or _FOOTER.match(raw.strip()):
        return False
    figures = [key for key in FIGURE_KEYS if _is_figure(values.get(key))]
    name, among = _clean(raw)
    if not figures:
        outline.group, outline.whole, outline.among = name, "", False
        return False
    _place(outline, name, _indent(raw), among=among)
    values["指标"] = name
    if outline.group and is_blank(values.get("分组")):
        values["分组"] = outline.group
    if outline.among and is_blank(values.get("上级指标")):
        values["上级指标"] = outline.whole
    return True


def _corrected(
    values: dict[str, object], mapping: SheetMapping, outline: _Outline
) -> Mapping[str, str]:
    """Put in what a person said of this row, by its name or by `上级/名称`, `分组/名称`."""
    name = str(values.get("指标") or "").strip()
    above = (outline.whole if outline.among else "", outline.group)
    keys = [f"{one}/{name}" for one in above if one] + [name]
    said = next((mapping.rows[key] for key in keys if key in mapping.rows), {})
    values.update(said)
    return said


def _clean(raw: str) -> tuple[str, bool]:
    """The name without its number and 其中, and whether 其中 stood before it."""
    text = raw.replace("\u3000", " ").strip()
    half = text.translate(_MARKS)
    stripped = _NUMBER.sub("", half)
    among = _AMONG.match(stripped) is not None
    stripped = _NUMBER.sub("", _AMONG.sub("", stripped))
    # The marks before the name were made half-width to be read; the name itself stays as it was.
    return "".join(text[len(half) - len(stripped) :].split()) or text, among


def _indent(raw: str) -> int:
    text = raw.replace("\u3000", "  ")
    return len(text) - len(text.lstrip())


def _place(outline: _Outline, name: str, indent: int, *, among: bool) -> None:
    """Follow 其中 and indentation: the parts of a whole stand below it."""
    if among:
        outline.among = True
        outline.among_indent = indent
    elif outline.among and indent > outline.whole_indent:
        return
    else:
        outline.whole, outline.whole_indent, outline.among = name, indent, False


def _is_figure(value: object) -> bool:
    if value in SHEET_ERRORS:
        return True
    try:
        return read_amount(value) is not None
    except NotANumber:
        return False


def _is_closing(mapping: SheetMapping) -> bool:
    """Whether the header of the value says that it is a balance: 期末数, 12月末余额."""
    return any(
        _CLOSING.search(mapping.titles.get(at, ""))
        for at, key in mapping.columns.items()
        if key == "期末"
    )


def _nature(name: str, values: dict[str, object], *, closing: bool) -> str:
    """时点, 时期 or 比率 by the words of the name, else by the header and the start of year."""
    if _RATES.search(name) or normalise(str(values.get("单位") or "")) == "%":
        return "比率"
    flow, balance = _FLOWS.search(name), _BALANCES.search(name)
    if bool(flow) != bool(balance):
        return "时期" if flow else "时点"
    if name.endswith("余额"):
        return "时点"
    balance_sheet = closing or not is_blank(values.get("年初"))
    return "时点" if balance_sheet and not flow else "时期"

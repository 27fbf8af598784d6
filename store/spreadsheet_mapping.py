"""Which column of a foreign spreadsheet is what, guessed from its headers.

Finance's own sheets have titles above the header, headers of two levels, merged cells, units in
parentheses and years in the text. `guess_mapping` finds the header and proposes a key for each
column; a person corrects the proposal (`store.spreadsheet_corrections`), and it is kept for sheets
of the same layout (`store.spreadsheet_saved`).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from store.amounts import is_blank
from store.exceptions import InputError
from store.metric_rows import KEYS
from store.spreadsheet import cell_name
from store.spreadsheet_headers import (
    FIGURE_KEYS,
    IGNORED,
    guess_name_column,
    has_figure,
    has_number,
    header_keys,
    header_titles,
    header_units,
    key_of,
    near_key,
    settle_unit_column,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from store.spreadsheet import Sheet

HELP_SHEETS: Final = frozenset({"示例", "填写说明"})
_HEADER_ROWS: Final = 30
_HEADER_DEPTH: Final = 3
_DATA_ROWS: Final = 60
_TITLE_UNIT: Final = re.compile(r"单位\s*[:：]\s*(?:人民币)?\s*([^\s,，;；、/)）]{1,6})")
_TITLE_DAY: Final = re.compile(
    r"(?:19|20)\d\d\s*[-年./]\s*\d{1,2}\s*(?:[-月./]\s*\d{1,2}\s*日?|月末?|月底)"
)
_YEAR: Final = re.compile(r"((?:19|20)\d\d)年?")
_BASES: Final = (("净增|增量|新增", "净增"), ("余额|时点|存量", "余额"), ("累计|发生", "累计"))


@dataclass(slots=True, frozen=True)
class SheetMapping:
    """How a sheet is read.

    Attributes:
        sheet: The sheet's name.
        header: The first and the last row of the header, from 0.
        columns: The key of each column that has one; `不用` for columns that are left aside.
        titles: The header text of each column, as it is shown to a person.
        units: Units that stand in a column's header.
        defaults: Values for metrics whose own cell is empty: 单位, 截至日期, 计划口径, 性质.
        rows: What a person said about single metrics, by the name in the sheet.
        own: The sheet is Wenshu's own form: names are taken as they stand, nothing is guessed.
        saved: The mapping was confirmed by a person.
        placed: A person pointed out sheet and header.
        layout: The fingerprint under which it is kept: that of the guess it was corrected from.
    """

    sheet: str
    header: tuple[int, int]
    columns: Mapping[int, str]
    titles: Mapping[int, str] = field(default_factory=dict)
    units: Mapping[int, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    own: bool = False
    saved: bool = False
    placed: bool = False
    layout: str = ""

    @property
    def fingerprint(self) -> str:
        """The same for sheets of one layout, whatever the year in their headers."""
        return self.layout or fingerprint(
            f"{at}:{text}" for at, text in sorted(self.titles.items())
        )

    def describe(self) -> str:
        """The columns in words: `A 列“项目”→指标`."""
        return "，".join(
            f"{cell_name(0, at)[:-1]} 列“{self.titles.get(at, '')}”→{key}"
            for at, key in sorted(self.columns.items())
            if key != IGNORED
        )


def fingerprint(texts: Iterable[str]) -> str:
    """A short name for a layout: the same whatever the numbers in its texts."""
    bare = [re.sub(r"[0-9]+", "#", text) for text in texts]
    return hashlib.sha256("\n".join(bare).encode()).hexdigest()[:16]


def guess_mapping(sheets: Sequence[Sheet], path: Path) -> SheetMapping:
    """The sheet and header that look most like metrics.

    Raises:
        InputError: No sheet has a column of names with a column of figures.
    """
    best: tuple[int, SheetMapping] | None = None
    for sheet in sheets:
        if sheet.name in HELP_SHEETS:
            continue
        found = _best_header(sheet)
        if found is not None and (best is None or found[0] > best[0]):
            best = found
    if best is None:
        raise _no_header(sheets, path)
    return replace(best[1], layout=best[1].fingerprint)


def mapping_at(sheet: Sheet, first: int, last: int) -> SheetMapping:
    """The mapping where rows first…last are the header, whether it looks like one or not."""
    titles = header_titles(sheet, first, last)
    columns = header_keys(titles)
    data = sheet.rows[last + 1 : last + _DATA_ROWS]
    if "指标" not in columns.values():
        guess_name_column(columns, titles, data)
    settle_unit_column(columns, data)
    return SheetMapping(
        sheet=sheet.name,
        header=(first, last),
        columns=columns,
        titles=titles,
        units=header_units(titles),
        defaults=_defaults(sheet, first, titles, columns),
    )


def _no_header(sheets: Sequence[Sheet], path: Path) -> InputError:
    if not any(not is_blank(value) for sheet in sheets for row in sheet.rows for value in row):
        return InputError(f"表格 {path.name} 是空的。", path=str(path))
    near = "".join(_near_headers(sheets))
    if not near and _is_unfilled(sheets[0]):
        hint = "请在“指标”工作表中一行填一个指标；“示例”工作表只供参考。"
        return InputError(f"表格 {path.name} 还没有填写。", hint=hint, path=str(path))
    names = "、".join(f"“{sheet.name}”" for sheet in sheets)
    usual = (
        "表头须有一列指标名称（指标、项目……）和至少一列数值（期末、本期）；"
        "可用 wenshu metrics 文件名 --fix 表头=行号 --fix 列=用处 指明，"
        "或用 wenshu metrics --blank 得到一份空白表。"
    )
    return InputError(
        f"在表格 {path.name} 的工作表{names}中没有找到指标的表头。",
        hint=near + usual,
        path=str(path),
    )


def _is_unfilled(sheet: Sheet) -> bool:
    """Whether a sheet is our own form with nothing below its header."""
    return sheet.cell(0, 0) == "指标" and not any(
        not is_blank(value) for row in sheet.rows[1:] for value in row
    )


def _near_headers(sheets: Sequence[Sheet]) -> Iterable[str]:
    """Cells near the top that misspell the header of a column."""
    for sheet in sheets:
        if sheet.name in HELP_SHEETS:
            continue
        for row, values in enumerate(sheet.rows[:_HEADER_ROWS]):
            if not any(isinstance(value, str) and key_of(value) for value in values):
                continue
            for column, value in enumerate(values):
                if isinstance(value, str) and (near := near_key(value)):
                    yield f"{sheet.name}!{cell_name(row, column)} 的“{value}”是不是“{near}”？"


def _best_header(sheet: Sheet) -> tuple[int, SheetMapping] | None:
    best: tuple[int, SheetMapping] | None = None
    for first in range(min(_HEADER_ROWS, len(sheet.rows))):
        for depth in range(1, _HEADER_DEPTH + 1):
            found = _try_header(sheet, first, first + depth - 1)
            if found is not None and (best is None or found[0] > best[0]):
                best = found
    return best


def _try_header(sheet: Sheet, first: int, last: int) -> tuple[int, SheetMapping] | None:
    """The mapping if rows first…last are the header, and how well it fits."""
    if last + 1 >= len(sheet.rows):
        return None
    mapping = mapping_at(sheet, first, last)
    columns, titles = mapping.columns, mapping.titles
    data = sheet.rows[last + 1 : last + _DATA_ROWS]
    keys = set(columns.values())
    figures = keys & set(FIGURE_KEYS)
    filled = [at for at, key in columns.items() if key in FIGURE_KEYS and has_figure(data, at)]
    if "指标" not in keys or not figures & {"期末", "本期"} or not filled:
        return None
    if any(has_number(row) for row in sheet.rows[first : last + 1]):
        return None
    score = 100 * len(keys - {IGNORED}) + 20 * len(filled) - 7 * (last - first) - first
    own = first == last and all(
        titles.get(at, "") in KEYS or _YEAR.fullmatch(titles.get(at, "")) for at in columns
    )
    return score + (500 if own else 0), replace(mapping, own=own)


def _defaults(
    sheet: Sheet, first: int, titles: Mapping[int, str], columns: Mapping[int, str]
) -> dict[str, str]:
    """Unit and day from the lines above the header, the plan's basis from its own header."""
    above = " ".join(
        str(value) for row in sheet.rows[:first] for value in row if not is_blank(value)
    )
    found: dict[str, str] = {}
    if match := _TITLE_UNIT.search(above):
        found["单位"] = match[1]
    if days := _TITLE_DAY.findall(above):
        found["截至日期"] = max(days, key=len)
    plan = next((titles.get(at, "") for at, key in columns.items() if key == "计划"), "")
    for pattern, basis in _BASES:
        if re.search(pattern, plan):
            found["计划口径"] = basis
    return found

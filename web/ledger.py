"""制度台账: what a company has to show of its rules on a given day, as rows and as Excel."""

from __future__ import annotations

import io
from datetime import date
from typing import TYPE_CHECKING, Final

from store.versions import start_of

if TYPE_CHECKING:
    from web.library import View

HEADER: Final = (
    "序号", "类别", "题目", "编号", "版本", "归口部门", "状态", "发布日期", "生效日期", "失效日期",
    "当日效力", "复审日期", "密级", "批准", "解释部门", "文档位置",
)  # fmt: skip
_WIDTHS: Final = (6, 12, 36, 18, 8, 16, 10, 12, 12, 12, 12, 12, 8, 14, 16, 40)
_STATES: Final = {True: "有效", False: "无效", None: "效力待确认"}
_FORMULA: Final = tuple("=+-@\t\r")


def rows(view: View, day: date, *, only_in_force: bool) -> list[tuple[object, ...]]:
    """The lines of the ledger, by kind, department and title."""
    versions, kinds = view.workspace.versions, view.workspace.kinds
    entries = [entry for entry in view.entries if versions.has_life_cycle(entry)]
    if only_in_force:
        entries = [entry for entry in entries if versions.in_force(entry, day) is not False]
    entries.sort(
        key=lambda e: (e.meta.kind, e.meta.department, e.meta.title, str(start_of(e.meta)))
    )
    found: list[tuple[object, ...]] = []
    for number, entry in enumerate(entries, 1):
        meta = entry.meta
        found.append(
            (
                number,
                kinds[meta.kind].name if meta.kind in kinds else "其他",
                meta.title,
                meta.number,
                meta.version,
                meta.department,
                meta.status,
                meta.published,
                meta.effective,
                versions.ends_on(entry),
                _STATES[versions.in_force(entry, day)],
                meta.review_due,
                meta.confidentiality,
                meta.approved_by,
                meta.interpreted_by,
                entry.id,
            )
        )
    return found


def workbook(view: View, day: date, *, only_in_force: bool) -> bytes:
    """The ledger as an Excel file, ready to print on A4 across."""
    from openpyxl import Workbook  # noqa: PLC0415 - few requests
    from openpyxl.styles import Alignment, Font, PatternFill  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415
    from openpyxl.worksheet.properties import PageSetupProperties  # noqa: PLC0415

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "制度台账"
    sheet.append([f"制度台账（{day.year}年{day.month}月{day.day}日）"])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(HEADER))
    sheet["A1"].font = Font(bold=True, size=16)
    sheet["A1"].alignment = Alignment(horizontal="center")
    sheet.append(HEADER)
    for cell in sheet[2]:
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="EFE9DC")
        cell.alignment = Alignment(horizontal="center", vertical="center")
    for row in rows(view, day, only_in_force=only_in_force):
        sheet.append([_cell(value) for value in row])
    for number, width in enumerate(_WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    for line in sheet.iter_rows(min_row=3):
        for cell in line:
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            if isinstance(cell.value, date):
                cell.number_format = "yyyy-mm-dd"
    sheet.freeze_panes = "D3"
    sheet.auto_filter.ref = f"A2:{get_column_letter(len(HEADER))}{max(sheet.max_row, 2)}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(value: object) -> int | str | date | None:
    """A value for a cell; no text begins a formula."""
    if value is None or isinstance(value, int | date):
        return value
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text

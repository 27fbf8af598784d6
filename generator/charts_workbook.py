"""The smallest workbook Excel and WPS open: one sheet of texts and numbers.

It lies inside each chart, so that the chart stays editable in Word. Written by hand, it costs a
fraction of a millisecond; the same figures always give the same bytes.
"""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from generator.wordml import DECLARATION, escape
from store.amounts import plain
from store.spreadsheet import cell_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    Value = str | Decimal | None

SHEET: Final = "Sheet1"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS: Final = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}.worksheet+xml"/>'
        "</Types>"
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name="{SHEET}" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}


def workbook(rows: Sequence[Sequence[Value]]) -> bytes:
    """An .xlsx with these rows from A1 on."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _PARTS.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), DECLARATION + content)
        info = zipfile.ZipInfo("xl/worksheets/sheet1.xml", _EPOCH)
        info.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(info, _sheet(rows))
    return buffer.getvalue()


def _sheet(rows: Sequence[Sequence[Value]]) -> str:
    lines = ""
    for number, row in enumerate(rows):
        cells = "".join(_cell(number, at, value) for at, value in enumerate(row))
        lines += f'<row r="{number + 1}">{cells}</row>'
    return f'{DECLARATION}<worksheet xmlns="{_MAIN}"><sheetData>{lines}</sheetData></worksheet>'


def _cell(row: int, column: int, value: Value) -> str:
    name = cell_name(row, column)
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f'<c r="{name}"><v>{plain(value)}</v></c>'
    text = f'<t xml:space="preserve">{escape(value)}</t>'
    return f'<c r="{name}" t="inlineStr"><is>{text}</is></c>'

"""What a grid of values does not tell: percent formats, errors, formulas without a stored result.

They are read from the XML of the one sheet of an .xlsx file that is used.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from lxml import etree

from store.spreadsheet import broken

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator
    from pathlib import Path

    from store.spreadsheet import Cell

_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_FORMULA: Final = f"{_MAIN}f"
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_PERCENT_FORMATS: Final = frozenset({9, 10})
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


@dataclass(slots=True, frozen=True)
class CellNotes:
    """What a grid of values does not tell: percent formats, errors, formulas without a result."""

    percent: frozenset[Cell] = frozenset()
    uncached: frozenset[Cell] = frozenset()
    errors: dict[Cell, str] = field(default_factory=dict)


def cell_notes(path: Path, sheet: str) -> CellNotes:
    """Percent formats, errors and formulas without a result of one sheet of an .xlsx file."""
    if path.suffix.lower() not in {".xlsx", ".xlsm"}:
        return CellNotes()
    try:
        with zipfile.ZipFile(path) as archive:
            part = _sheet_part(archive, sheet)
            if part is None:
                return CellNotes()
            percent = _percent_styles(archive)
            with archive.open(part) as handle:
                return _scan(handle, percent)  # type: ignore[arg-type]
    except (OSError, zipfile.BadZipFile, KeyError, etree.XMLSyntaxError) as error:
        raise broken(path) from error


def _parse(archive: zipfile.ZipFile, part: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return etree.fromstring(archive.read(part), parser)


def _sheet_part(archive: zipfile.ZipFile, wanted: str) -> str | None:
    for sheet in _parse(archive, "xl/workbook.xml").iter(f"{_MAIN}sheet"):
        if sheet.get("name") == wanted:
            relation = sheet.get(_RELATION)
            for item in _parse(archive, "xl/_rels/workbook.xml.rels"):
                if item.get("Id") == relation:
                    target = str(item.get("Target"))
                    return target[1:] if target.startswith("/") else f"xl/{target}"
    return None


def _percent_styles(archive: zipfile.ZipFile) -> frozenset[str]:
    """The indexes of the cell styles that print a percentage."""
    if "xl/styles.xml" not in archive.namelist():
        return frozenset()
    root = _parse(archive, "xl/styles.xml")
    own = {
        str(item.get("numFmtId"))
        for item in root.iter(f"{_MAIN}numFmt")
        if "%" in re.sub(r'"[^"]*"|\\.', "", str(item.get("formatCode")))
    }
    wanted = own | {str(number) for number in _PERCENT_FORMATS}
    styles = root.find(f"{_MAIN}cellXfs")
    if styles is None:
        return frozenset()
    return frozenset(str(i) for i, style in enumerate(styles) if style.get("numFmtId") in wanted)


def _scan(handle: io.BufferedIOBase, styles: frozenset[str]) -> CellNotes:
    percent: set[Cell] = set()
    uncached: set[Cell] = set()
    errors: dict[Cell, str] = {}
    for cell in _cells(handle):
        error, formula = cell.get("t") == "e", len(cell) and cell[0].tag == _FORMULA
        formatted = cell.get("s", "0") in styles
        if not (error or formula or formatted):
            continue
        place = _place(cell.get("r", ""))
        if place is None:
            continue
        value = cell.findtext(f"{_MAIN}v")
        if formatted:
            percent.add(place)
        if error:
            errors[place] = value or ""
        elif formula and not value:
            uncached.add(place)
    return CellNotes(frozenset(percent), frozenset(uncached), errors)


def _cells(handle: io.BufferedIOBase) -> Iterator[etree._Element]:
    rows = etree.iterparse(handle, tag=f"{_MAIN}row", resolve_entities=False, no_network=True)
    for _, row in rows:
        yield from row.iter(f"{_MAIN}c")
        row.clear()


def _place(reference: str) -> Cell | None:
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        return None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]) - 1, column - 1

"""The repair on the way out: what data can leave empty or uneven.

The compiler puts a mark where it cannot prove that a container keeps its content. No value can
contain a mark, since the character is not allowed in XML.
"""

from __future__ import annotations

import re
from typing import Final

_MARK: Final = re.compile("\0(.)")
_GRID: Final = re.compile(
    r"<(/?)w:(tbl|tr|tc)[ >/]|<w:(gridSpan|gridBefore|gridAfter)\b[^>]*?w:val=\"(\d+)\"[^>]*/>"
)
_COLUMN: Final = re.compile(r'<w:gridCol\b(?:[^>]*?w:w="(\d+)")?[^>]*/>')
_TABLE_GRID: Final = re.compile(r"<w:tblGrid\b[^>]*?(?:/>|>.*?</w:tblGrid>)", re.DOTALL)
_CELL_WIDTH: Final = re.compile(r'<w:tcW\b[^>]*?w:w="\d+"[^>]*?w:type="dxa"[^>]*/>')
_CELL_WIDTH_OTHER: Final = re.compile(r'<w:tcW\b[^>]*?w:type="dxa"[^>]*?w:w="\d+"[^>]*/>')
_DEFAULT_WIDTH: Final = 2000


def repair(xml: str) -> str:
    """Act on the marks and take them out."""
    pieces = _MARK.split(xml)
    out = [pieces[0]]
    tables: list[int] = []
    for letter, text in zip(pieces[1::2], pieces[2::2], strict=True):
        if letter == "G":
            tables.append(len(out))
        elif letter == "E":
            start = tables.pop()
            out[start:] = [fix_grid("".join(out[start:]))]
        elif letter == "<":
            _cut_back(out, "<w:p")
        rest = _closed(out, letter, text) if letter in "PRT>" else text
        out.append(rest)
    return "".join(out)


def _closed(out: list[str], letter: str, text: str) -> str:
    """Fill or take out the container that ends here; give what follows it."""
    if letter == "P":
        if not _ends(out, "</w:p>", "<w:p/>", "</w:sdt>"):
            out.append("<w:p/>")
    elif letter == ">":
        text = text[text.find("</w:p>") + 6 :]
        if text.startswith("</w:tc>") and not _ends(out, "</w:p>", "<w:p/>"):
            out.append("<w:p/>")
    else:
        name, child = ("tr", "</w:tc>") if letter == "R" else ("tbl", "</w:tr>")
        if not _ends(out, child, "</w:sdt>", "</w:customXml>"):
            _cut_back(out, f"<w:{name}")
            return text.removeprefix(f"</w:{name}>")
    return text


def _ends(out: list[str], *endings: str) -> bool:
    for piece in reversed(out):
        if piece:
            return piece.endswith(endings)
    return False


def _cut_back(out: list[str], start: str) -> None:
    """Drop everything from the last opening of that element."""
    pattern = re.compile(re.escape(start) + r"[ >]")
    for index in range(len(out) - 1, -1, -1):
        found = [match.start() for match in pattern.finditer(out[index])]
        if found:
            out[index] = out[index][: found[-1]]
            del out[index + 1 :]
            return


def fix_grid(table: str) -> str:
    """Let ``w:tblGrid`` have as many columns as the widest row, in the same total width.

    `table` is the inside of a table, from its properties to its last row.
    """
    match = _TABLE_GRID.search(table)
    columns = max(_row_widths(table), default=0)
    if match is None or not columns:
        return table
    widths = [int(width or _DEFAULT_WIDTH) for width in _COLUMN.findall(match[0])]
    if len(widths) == columns:
        return table
    new = _scaled(widths, columns)
    grid = "<w:tblGrid>" + "".join(f'<w:gridCol w:w="{width}"/>' for width in new) + "</w:tblGrid>"
    return table[: match.start()] + grid + _fit_cells(table[match.end() :], new)


def _scaled(widths: list[int], columns: int) -> list[int]:
    total = sum(widths) or _DEFAULT_WIDTH * columns
    if not widths:
        return [total // columns] * columns
    kept = (widths + [total // len(widths)] * columns)[:columns]
    factor = total / (sum(kept) or 1)
    return [max(1, int(width * factor)) for width in kept]


def _row_widths(table: str) -> list[int]:
    """How many columns each row of the outer table spans."""
    rows: list[int] = []
    depth = 0
    span = -1
    for closing, name, extra, value in _GRID.findall(table):
        if name == "tbl":
            depth += -1 if closing else 1
        elif depth:
            continue
        elif name == "tr" and not closing:
            rows.append(0)
        elif name == "tc" and rows:
            if not closing:
                span = 1
            else:
                rows[-1] += span
        elif extra == "gridSpan":
            span = max(1, int(value))
        elif extra and rows:
            rows[-1] += int(value)
    return rows


def _fit_cells(rows: str, widths: list[int]) -> str:
    """Give the cells of the outer table the widths of the columns they span."""
    parts: list[str] = []
    position = depth = column = 0
    for match in _GRID.finditer(rows):
        closing, name = match[1], match[2]
        if name == "tbl":
            depth += -1 if closing else 1
        elif depth:
            continue
        elif name == "tr":
            column = 0
        elif match[3] == "gridBefore":
            column += int(match[4])
        elif name == "tc" and not closing:
            parts.append(rows[position : match.start()])
            position = match.start()
            end = rows.find("</w:tcPr>", position)
            after = rows.find("<w:p", position)
            if 0 <= end < after:
                head = rows[position:end]
                span = re.search(r'<w:gridSpan\b[^>]*w:val="(\d+)"', head)
                count = int(span[1]) if span else 1
                width = sum(widths[column : column + count])
                new = f'<w:tcW w:w="{width}" w:type="dxa"/>'
                head = _CELL_WIDTH_OTHER.sub(new, _CELL_WIDTH.sub(new, head))
                parts.append(head)
                position = end
                column += count
            else:
                column += 1
    return "".join(parts) + rows[position:]

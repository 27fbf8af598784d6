"""Tables of Markdown: rows into cells, with escapes and joined cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.inline import parse_inlines, plain
from store.model import Block, Cell
from store.oddities import Oddity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.model import Align

Place = tuple[int, int]

ABOVE = "^^"
LEFT = "<<"


def read_table(lines: Sequence[tuple[int, str]]) -> tuple[Block, list[Oddity]]:
    """A table from its lines, the second of which is the delimiter; short rows are filled up.

    Args:
        lines: (line number, text) pairs.
    """
    (line, header), (_, delimiter), *below = lines
    rows = [split_row(header), *(split_row(text) for _, text in below)]
    oddities = [
        Oddity(number, "table-row-too-long", str(len(row) - len(rows[0])))
        for (number, _), row in zip(below, rows[1:], strict=True)
        if len(row) > len(rows[0])
    ]
    columns = max(len(row) for row in rows)
    merged, torn = merge_cells([row + [""] * (columns - len(row)) for row in rows])
    numbers = [line, *(number for number, _ in below)]
    oddities += [Oddity(numbers[row], "table-merge") for row in torn]
    none: tuple[Align, ...] = ("",)
    aligns = tuple(_align(cell) for cell in split_row(delimiter)) + none * columns
    block = Block(
        type="table",
        line=line,
        rows=merged,
        header_rows=1,
        aligns=aligns[:columns],
        text=table_text(merged),
    )
    return block, oddities


def table_text(rows: Sequence[Sequence[Cell]]) -> str:
    """The plain text of a table: cells divided by tabs, rows by line ends."""
    return "\n".join("\t".join(cell.text for cell in row) for row in rows)


def cell_columns(rows: Sequence[Sequence[Cell]]) -> list[list[int]]:
    """The column in which each cell begins, behind the cells that reach down from above."""
    covered: set[Place] = set()
    columns: list[list[int]] = []
    for r, row in enumerate(rows):
        at = 0
        columns.append([])
        for cell in row:
            while (r, at) in covered:
                at += 1
            columns[-1].append(at)
            below = range(r, r + cell.row_span)
            covered.update((down, at + c) for down in below for c in range(cell.column_span))
            at += cell.column_span
    return columns


def _align(cell: str) -> Align:
    left, right = cell.startswith(":"), cell.endswith(":")
    if left and right:
        return "center"
    return "right" if right else "left" if left else ""


def split_row(text: str) -> list[str]:
    r"""The cells of a row; `\|` and a bar in a code span do not divide."""
    text = text.strip().removeprefix("|")
    if "\\" not in text and "`" not in text:
        return [cell.strip() for cell in text.removesuffix("|").split("|")]
    cells, current, code, at = [], "", False, 0
    while at < len(text):
        char = text[at]
        pair = text[at : at + 2]
        if pair == "\\|" or (char == "\\" and not code):
            current, at = current + ("|" if pair == "\\|" else pair), at + 2
            continue
        if char == "`":
            code = not code and "`" in text[at + 1 :]
        if char == "|" and not code:
            cells.append(current.strip())
            current = ""
        else:
            current += char
        at += 1
    return [*cells, current.strip()] if current.strip() or not cells else cells


def merge_cells(rows: Sequence[Sequence[str]]) -> tuple[list[list[Cell]], list[int]]:
    """Join cells: `^^` with the cell above, `<<` with the cell to the left.

    Returns:
        The cells, and the rows where joined cells make no rectangle; those stay apart.
    """
    owner: dict[Place, Place] = {}
    alone: set[int] = set()
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            owner[r, c] = owner.get(_source(text, r, c), (r, c))
            if text in {ABOVE, LEFT} and owner[r, c] == (r, c):
                alone.add(r)
    spans, torn = _spans(owner)
    cells = [
        [_cell(text, spans[r, c]) for c, text in enumerate(row) if (r, c) in spans]
        for r, row in enumerate(rows)
    ]
    return cells, sorted(alone.union(torn))


def _source(text: str, r: int, c: int) -> Place:
    """The cell that this one is joined to; the heading row is not joined to the rows below."""
    if text == ABOVE and r > 1:
        return r - 1, c
    return (r, c - 1) if text == LEFT else (-1, -1)


def _spans(owner: dict[Place, Place]) -> tuple[dict[Place, tuple[int, int]], list[int]]:
    """Columns and rows that each cell covers; cells of no rectangle cover themselves."""
    parts: dict[Place, list[Place]] = {}
    for place, top in owner.items():
        parts.setdefault(top, []).append(place)
    spans: dict[Place, tuple[int, int]] = {}
    torn: list[int] = []
    for (r, c), places in parts.items():
        width = max(column for _, column in places) - c + 1
        height = max(row for row, _ in places) - r + 1
        if width * height == len(places):
            spans[r, c] = (width, height)
        else:
            torn.append(max(places)[0])
            spans |= dict.fromkeys(places, (1, 1))
    return spans, torn


def _cell(text: str, span: tuple[int, int]) -> Cell:
    if text in {ABOVE, LEFT}:
        text = ""
    if "<br" in text:
        text = text.replace("<br>", "  \n").replace("<br/>", "  \n").replace("<br />", "  \n")
    inlines = parse_inlines(text)
    return Cell(plain(inlines), inlines, span[0], span[1])

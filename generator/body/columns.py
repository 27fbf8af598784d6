"""The columns of a table: where each cell stands, how wide columns are, how their texts stand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from typing import TYPE_CHECKING, Final

from store.model import Cell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.model import Align, Block

_NUMBER: Final = re.compile(
    r"[-+－]?[\d,，]+(?:\.\d+)?\s*(?:%|％|‰|个百分点|万元|亿元|元|户|笔|台|件|人|次|分)?|[-—－]+|"
)
_TOKEN: Final = re.compile(r"[\x21-\x7e]+")
PADDING: Final = 240
_SLACK: Final = 20
"""What `PADDING` holds beyond the margins of a cell, in twips."""
_SHORT: Final = 14
EMPTY: Final = Cell("")


@dataclass(slots=True)
class Placed:
    """A cell in the grid; `continues` means the cell above goes on here."""

    cell: Cell
    column: int
    span: int
    rows: int
    continues: bool = False


def place_cells(block: Block) -> list[list[Placed]]:
    """Every cell with its column; a row too short is filled up, cells below a span continue it."""
    open_spans: dict[int, tuple[int, Placed]] = {}
    grid = [_place_row(cells, open_spans) for cells in block.rows]
    width = max((row[-1].column + row[-1].span for row in grid if row), default=0)
    for row in grid:
        filled = row[-1].column + row[-1].span if row else 0
        row += [Placed(EMPTY, column, 1, 1) for column in range(filled, width)]
    return grid


def _place_row(cells: Sequence[Cell], open_spans: dict[int, tuple[int, Placed]]) -> list[Placed]:
    """One row; `open_spans` says how many rows the spans above still go on, by column."""
    row: list[Placed] = []
    column = _continue(row, open_spans, 0)
    for cell in cells:
        placed = Placed(cell, column, max(cell.column_span, 1), max(cell.row_span, 1))
        row.append(placed)
        if placed.rows > 1:
            open_spans[column] = (placed.rows - 1, placed)
        column = _continue(row, open_spans, column + placed.span)
    while behind := [start for start in open_spans if start > column]:
        row += [Placed(EMPTY, gap_column, 1, 1) for gap_column in range(column, min(behind))]
        column = _continue(row, open_spans, min(behind))
    return row


def _continue(row: list[Placed], open_spans: dict[int, tuple[int, Placed]], column: int) -> int:
    """Write the continuations that begin at this column and give the next free one."""
    while column in open_spans:
        left, origin = open_spans.pop(column)
        row.append(Placed(origin.cell, column, origin.span, 1, continues=True))
        if left > 1:
            open_spans[column] = (left - 1, origin)
        column += origin.span
    return column


def text_units(text: str) -> int:
    """The width of a text in half characters."""
    return len(text) if text.isascii() else sum(1 if char < "\u2000" else 2 for char in text)


def column_widths(
    grid: Sequence[Sequence[Placed]], columns: int, total: int, size: float
) -> list[int]:
    """Widths in twips that add up to `total`.

    Columns whose longest cell fits into a fair share get what they need; the others divide the
    rest by the root of their amount of text, but none becomes narrower than its longest word.
    """
    unit = size * 10
    wanted, least, amount = [0.0] * columns, [0.0] * columns, [0.0] * columns
    for row in grid:
        for item in row:
            if item.span > 1 or item.continues:
                continue
            units = max((text_units(line) for line in item.cell.text.split("\n")), default=0)
            words = max((len(token) for token in _TOKEN.findall(item.cell.text)), default=0)
            column = item.column
            wanted[column] = max(wanted[column], units * unit + PADDING)
            least[column] = max(least[column], min(max(words, 4), 24) * unit + PADDING)
            amount[column] += units
    return _divide(wanted, least, amount, total)


def _divide(wanted: list[float], least: list[float], amount: list[float], total: int) -> list[int]:
    extra = (total - sum(wanted)) / len(wanted)
    if extra >= -_SLACK:
        return _whole([width + extra for width in wanted], total)
    fixed: dict[int, float] = {}
    while True:
        rest = [column for column in range(len(wanted)) if column not in fixed]
        left = total - sum(fixed.values())
        fair = left / max(len(rest), 1)
        small = [column for column in rest if wanted[column] <= fair]
        if not small or len(small) == len(rest):
            break
        fixed |= {column: wanted[column] for column in small}
    weights = {column: sqrt(amount[column] + 1) for column in rest}
    for _ in rest:
        pool = left - sum(least[c] for c in rest if c not in weights)
        share = pool / max(sum(weights.values()), 1)
        tight = [c for c, weight in weights.items() if weight * share < least[c]]
        if not tight or len(tight) == len(weights):
            break
        for column in tight:
            del weights[column]
    if any(weight * share < least[c] / 2 for c, weight in weights.items()):
        weights = {}  # the longest words leave too little to divide: all give way alike
    widths = [
        fixed.get(c, weights[c] * share if c in weights else least[c]) for c in range(len(wanted))
    ]
    return _whole(widths, total)


def _whole(widths: list[float], total: int) -> list[int]:
    """Whole twips that add up exactly, in proportion."""
    factor = total / (sum(widths) or 1)
    edges = [0]
    reached = 0.0
    for width in widths:
        reached += width * factor
        edges.append(round(reached))
    edges[-1] = total
    return [max(right - left, 1) for left, right in pairwise(edges)]


def column_aligns(grid: Sequence[Sequence[Placed]], columns: int, block: Block) -> list[Align]:
    """How the cells of each column stand: as written, else figures right, short texts centred."""
    aligns: list[Align] = []
    for column in range(columns):
        given = block.aligns[column] if column < len(block.aligns) else ""
        texts = [
            item.cell.text.strip()
            for row in grid[block.header_rows :]
            for item in row
            if item.column == column and item.span == 1 and not item.continues
        ]
        aligns.append(given or _natural_align(texts))
    return aligns


def _natural_align(texts: Sequence[str]) -> Align:
    filled = [text for text in texts if text]
    if filled and all(_NUMBER.fullmatch(text) for text in filled):
        return "right"
    if all(text_units(text) <= _SHORT for text in filled):
        return "center"
    return "left"

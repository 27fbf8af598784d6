"""Tables: column widths by content, repeated header rows, rows that do not split, merged cells."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from typing import TYPE_CHECKING, Final

from generator.body.inlines import write_runs
from generator.wordml import mm, paragraph
from store.model import Cell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generator.body.context import BodyContext
    from store.model import Align, Block

_NUMBER: Final = re.compile(
    r"[-+－]?[\d,，]+(?:\.\d+)?\s*(?:%|％|‰|个百分点|万元|亿元|元|户|笔|台|件|人|次|分)?|[-—－]+|"
)
_TOKEN: Final = re.compile(r"[\x21-\x7e]+")
_PADDING: Final = 240
_SHORT: Final = 14
_MAX_COLUMNS: Final = 63
_FILL_HEIGHT: Final = 9.0
WHOLE_TABLE: Final = 12
_STYLED: Final = re.compile(r'(<w:pPr>(?:<w:pStyle w:val="[^"]*"/>)?)(?!<w:keepNext)')
_PAIR_HEADS: Final = (
    {"项目", "内容"},
    {"项目", "填写"},
    {"项目", "说明"},
    {"栏目", "内容"},
    {"名称", "内容"},
)
EMPTY: Final = Cell("")


@dataclass(slots=True)
class Placed:
    """A cell in the grid; `continues` means the cell above goes on here."""

    cell: Cell
    column: int
    span: int
    rows: int
    continues: bool = False


def write_table(context: BodyContext, block: Block) -> str:
    """A table as wide as the text, its caption above it."""
    if is_pairs(block) and len(block.rows[0]) > 2:
        return _pairs_table(context, block)
    grid = place_cells(block)
    columns = max((item.column + item.span for row in grid for item in row), default=0)
    if not columns:
        return ""
    if columns > _MAX_COLUMNS:
        context.warn(block.line, f"表格有{columns}列，Word最多{_MAX_COLUMNS}列，多出的列已略去。")
        grid = [[item for item in row if item.column < _MAX_COLUMNS] for row in grid]
        columns = _MAX_COLUMNS
    size = context.size("table")
    widths = column_widths(grid, columns, context.width, size)
    _warn_narrow(context, block, widths, size)
    aligns = column_aligns(grid, columns, block)
    rows = "".join(
        _kept(
            _row(context, row, widths, aligns, header=number < block.header_rows, line=block.line),
            number,
            block.header_rows,
            len(grid),
        )
        for number, row in enumerate(grid)
    )
    head = (
        paragraph(
            write_runs(context, (), block.caption, block.line),
            context.styles["caption"],
            "<w:keepNext/>",
        )
        if block.caption
        else ""
    )
    return head + table_xml(context, widths, rows) + gap()


def is_pairs(block: Block) -> bool:
    """Whether a table is names and values side by side, its heading row saying nothing."""
    return (
        block.type == "table"
        and block.header_rows == 1
        and len(block.rows[0]) in {2, 4, 6}
        and {cell.text.strip() for cell in block.rows[0]} in _PAIR_HEADS
    )


def _pairs_table(context: BodyContext, block: Block) -> str:
    """Names on a shade, values beside them, high enough to write where a value is missing."""
    columns = len(block.rows[0])
    names = max(text_units(cell.text) for row in block.rows[1:] for cell in row[:columns:2])
    unit = context.size("formlabel") * 10
    fair = context.width // (columns // 2)
    name = min(max(round(min(names, 12) * unit) + _PADDING, fair // 4), fair // 2)
    widths = [name, fair - name] * (columns // 2)
    widths[-1] = context.width - sum(widths[:-1])
    rows: list[str] = []
    for cells in block.rows[1:]:
        parts: list[str] = []
        for column in range(columns):
            cell = cells[column] if column < len(cells) else None
            runs = write_runs(context, cell.inlines, cell.text, block.line) if cell else ""
            label = column % 2 == 0
            shade = context.layout.tables.header_shade if label else ""
            style = context.styles["formlabel" if label else "formtext"]
            properties = cell_properties(widths[column], shade=shade)
            parts.append(f"<w:tc>{properties}{paragraph(runs, style)}</w:tc>")
        rows.append(f"<w:tr>{row_head(to_fill=True)}{''.join(parts)}</w:tr>")
    rows[:-1] = [keep_next(row) for row in rows[:-1]]
    return table_xml(context, widths, "".join(rows)) + gap()


def _kept(row: str, number: int, header_rows: int, rows: int) -> str:
    """Small tables stay on one page; of large ones no row stands alone at either end."""
    if rows <= WHOLE_TABLE:
        stays = number + 1 < rows
    else:
        stays = number <= header_rows or number == rows - 2
    return keep_next(row) if stays else row


def keep_next(xml: str) -> str:
    """Paragraphs that stay with what follows them."""
    return _STYLED.sub(r"\1<w:keepNext/>", xml)


def row_head(*, to_fill: bool = False, header: bool = False) -> str:
    """`w:trPr`: a row that does not split; one to write into by hand is high enough for that."""
    high = f'<w:trHeight w:val="{mm(_FILL_HEIGHT)}" w:hRule="atLeast"/>' if to_fill else ""
    repeat = "<w:tblHeader/>" if header else ""
    return f"<w:trPr><w:cantSplit/>{high}{repeat}</w:trPr>"


def gap(*, keep: bool = False) -> str:
    """A short distance behind a table."""
    kept = "<w:keepNext/>" if keep else ""
    return (
        f'<w:p><w:pPr>{kept}<w:spacing w:before="0" w:after="0" w:line="120" w:lineRule="exact"/>'
        '<w:rPr><w:sz w:val="8"/><w:szCs w:val="8"/></w:rPr></w:pPr></w:p>'
    )


def table_xml(context: BodyContext, widths: Sequence[int], rows: str) -> str:
    """The `w:tbl` around finished rows: fixed layout, widths said twice for WPS and Word."""
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="{context.styles.table_style()}"/>'
        f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>'
    )


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
            wanted[column] = max(wanted[column], units * unit + _PADDING)
            least[column] = max(least[column], min(max(words, 4), 24) * unit + _PADDING)
            amount[column] += units
    return _divide(wanted, least, amount, total)


def _divide(wanted: list[float], least: list[float], amount: list[float], total: int) -> list[int]:
    if sum(wanted) <= total:
        extra = (total - sum(wanted)) / len(wanted)
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


def _warn_narrow(context: BodyContext, block: Block, widths: list[int], size: float) -> None:
    if min(widths) < size * 20 + 200:
        context.warn(
            block.line,
            f"表格有{len(widths)}列，列太窄，每行只能排一个字。请减少列数或另用横排页面。",
        )


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


def _row(
    context: BodyContext,
    row: Sequence[Placed],
    widths: Sequence[int],
    aligns: Sequence[Align],
    *,
    header: bool,
    line: int,
) -> str:
    cells = "".join(_cell(context, item, widths, aligns, header=header, line=line) for item in row)
    to_fill = not header and any(not item.cell.text.strip() for item in row)
    return f"<w:tr>{row_head(to_fill=to_fill, header=header)}{cells}</w:tr>"


def _cell(
    context: BodyContext,
    item: Placed,
    widths: Sequence[int],
    aligns: Sequence[Align],
    *,
    header: bool,
    line: int,
) -> str:
    width = sum(widths[item.column : item.column + item.span])
    shade = context.layout.tables.header_shade if header else ""
    properties = cell_properties(width, span=item.span, merge=_merge(item), shade=shade)
    if item.continues:
        return f"<w:tc>{properties}<w:p/></w:tc>"
    style = context.styles["tablehead" if header else "table"]
    align = "" if header and context.styles.own else "center" if header else aligns[item.column]
    justify = f'<w:jc w:val="{align}"/>' if align else ""
    bold = "" if context.styles.own or not header else "<w:rPr><w:b/></w:rPr>"
    content = write_runs(context, item.cell.inlines, item.cell.text, line)
    if bold:
        content = content.replace("<w:r><w:t", f"<w:r>{bold}<w:t")
    return f"<w:tc>{properties}{paragraph(content, style, justify)}</w:tc>"


def _merge(item: Placed) -> str:
    if item.continues:
        return "continue"
    return "restart" if item.rows > 1 else ""


def cell_properties(
    width: int, *, span: int = 1, merge: str = "", shade: str = "", align: str = "center"
) -> str:
    """A `w:tcPr` in the schema's order."""
    xml = f'<w:tcW w:w="{width}" w:type="dxa"/>'
    xml += f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    if merge:
        xml += '<w:vMerge w:val="restart"/>' if merge == "restart" else "<w:vMerge/>"
    xml += f'<w:shd w:val="clear" w:color="auto" w:fill="{shade}"/>' if shade else ""
    return f'<w:tcPr>{xml}<w:vAlign w:val="{align}"/></w:tcPr>'

"""Tables: column widths by content, repeated header rows, rows that do not split, merged cells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from generator.body.captions import write_caption
from generator.body.columns import (
    PADDING,
    column_aligns,
    column_widths,
    place_cells,
    text_units,
)
from generator.body.inlines import write_runs
from generator.wordml import mm, paragraph

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from generator.body.columns import Placed
    from generator.body.context import BodyContext
    from store.model import Align, Block

_MAX_COLUMNS: Final = 63
_FILL_HEIGHT: Final = 9.0
WHOLE_TABLE: Final = 12
_ABOVE: Final = 80
_STYLED: Final = re.compile(r'(<w:pPr>(?:<w:pStyle w:val="[^"]*"/>)?+)(?!<w:keepNext)')
_PAIR_HEADS: Final = (
    {"项目", "内容"},
    {"项目", "填写"},
    {"项目", "说明"},
    {"栏目", "内容"},
    {"名称", "内容"},
)


def write_table(context: BodyContext, block: Block) -> Iterator[str]:
    """A table as wide as the text, its caption above it, a row a piece."""
    if is_pairs(block) and len(block.rows[0]) > 2:
        yield _pairs_table(context, block)
        return
    grid = place_cells(block)
    columns = max((item.column + item.span for row in grid for item in row), default=0)
    if not columns:
        return
    if columns > _MAX_COLUMNS:
        context.warn(block.line, f"表格有{columns}列，Word最多{_MAX_COLUMNS}列，多出的列已略去。")
        grid = [[item for item in row if item.column < _MAX_COLUMNS] for row in grid]
        columns = _MAX_COLUMNS
    size = context.size("table")
    widths = column_widths(grid, columns, context.width, size)
    _warn_narrow(context, block, widths, size)
    aligns = column_aligns(grid, columns, block)
    yield _above(context, block) + table_head(context, widths)
    row = ""
    for number, placed in enumerate(grid):
        yield row
        header = number < block.header_rows
        row = _row(context, placed, widths, aligns, header=header, line=block.line)
        row = _kept(row, number, block.header_rows, len(grid))
    # The last row goes with the end: what follows may have to be held by it.
    yield f"{row}</w:tbl>{gap()}"


def _above(context: BodyContext, block: Block) -> str:
    """The caption of a table, or a little distance."""
    if not block.caption:
        return gap(_ABOVE, keep=True)
    return write_caption(context, block, above=True)


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
    name = min(max(round(min(names, 12) * unit) + PADDING, fair // 4), fair // 2)
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
    return gap(_ABOVE, keep=True) + table_xml(context, widths, "".join(rows)) + gap()


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


def gap(height: int = 120, *, keep: bool = False) -> str:
    """A short distance, in twips, behind a table or before it."""
    kept = "<w:keepNext/>" if keep else ""
    return (
        f'<w:p><w:pPr>{kept}<w:spacing w:before="0" w:after="0" w:line="{height}" '
        'w:lineRule="exact"/>'
        '<w:rPr><w:sz w:val="8"/><w:szCs w:val="8"/></w:rPr></w:pPr></w:p>'
    )


def table_xml(context: BodyContext, widths: Sequence[int], rows: str) -> str:
    """The `w:tbl` around finished rows."""
    return f"{table_head(context, widths)}{rows}</w:tbl>"


def table_head(context: BodyContext, widths: Sequence[int]) -> str:
    """What stands above the rows: fixed layout, widths said twice for WPS and Word."""
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="{context.styles.table_style()}"/>'
        f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
    )


def _warn_narrow(context: BodyContext, block: Block, widths: list[int], size: float) -> None:
    if min(widths) < size * 20 + 200:
        context.warn(
            block.line,
            f"表格有{len(widths)}列，列太窄，每行只能排一个字。请减少列数或另用横排页面。",
        )


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

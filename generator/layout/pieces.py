"""The pieces around the body as WordprocessingML with Jinja tags: paragraphs, tables, rules."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from generator.layout.styles import TABLE_STYLE, resolved, style_id
from generator.wordml import escape, field, mm, paragraph, pt, run, thin_paragraph

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generator.layout.model import CellPiece, Layout, Piece, TablePiece

_MARKS: Final = re.compile("(〈页码〉|〈页数〉)")
_FIELDS: Final = {"〈页码〉": "PAGE", "〈页数〉": "NUMPAGES"}
# At the foot of the text area. LibreOffice lets a table as wide as the text float only where it is
# placed from the edge of the page; without margins in its cells Word measures from the same place.
_FOOT: Final = (
    '<w:tblpPr w:leftFromText="0" w:rightFromText="0" w:topFromText="113" w:vertAnchor="margin" '
    'w:horzAnchor="page" w:tblpX="{}" w:tblpYSpec="bottom"/>'
)
_NO_MARGINS: Final = (
    '<w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar>'
)
# GB/T 9704-2012, 7.4.1: the first and last rule 0.35 mm, those between 0.25 mm.
_RULES: Final = "<w:tblBorders>{}</w:tblBorders>".format(
    "".join(
        f'<w:{side} w:val="single" w:sz="{width}" w:space="0" w:color="000000"/>'
        for side, width in (("top", 8), ("bottom", 8), ("insideH", 6))
    )
)
SHADE: Final = "F2F2F2"


def pieces_xml(layout: Layout, pieces: Sequence[Piece], *, logo: str = "") -> str:
    """Pieces one after the other; adjacent tables are kept apart by a thin paragraph."""
    parts: list[str] = []
    for position, piece in enumerate(pieces):
        xml = _piece(layout, piece, logo)
        if xml and piece.each:
            xml = _tag(f"{{%p for {piece.each} %}}") + xml + _tag("{%p endfor %}")
        if xml and piece.when:
            xml = _tag(f"{{%p if {piece.when} %}}") + xml + _tag("{%p endif %}")
        parts.append(xml)
        following = pieces[position + 1] if position + 1 < len(pieces) else None
        if piece.table is not None and following is not None and following.table is not None:
            parts.append(thin_paragraph(keep=piece.keep))
    return "".join(parts)


def _tag(text: str) -> str:
    return f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>"


def _piece(layout: Layout, piece: Piece, logo: str) -> str:
    if piece.block:
        return _tag(f"{{{{p {piece.block} }}}}")
    if piece.table is not None:
        return table_piece_xml(layout, piece.table, keep=piece.keep)
    if piece.section_break:
        return thin_paragraph(section=section_xml(layout, (), kind="nextPage"))
    if piece.break_page:
        return '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
    if piece.logo:
        return paragraph(logo, style_id(piece.style), _direct(layout, piece)) if logo else ""
    return paragraph(
        marked_runs(piece.text), style_id(piece.style or "base"), _direct(layout, piece)
    )


def _direct(layout: Layout, piece: Piece) -> str:
    """Direct properties of a piece: keep with next, a rule below, a tab stop at the right edge."""
    xml = "<w:keepNext/>" if piece.keep else ""
    if piece.rule:
        color, _, width = piece.rule.removeprefix("#").partition(" ")
        eighths = round(float(width or "0.75") * 8)
        below = f'<w:bottom w:val="single" w:sz="{eighths}" w:space="1" w:color="{color}"/>'
        xml += f"<w:pBdr>{below}</w:pBdr>"
    if "\t" in piece.text:
        style = resolved(layout, piece.style or "base")
        edge = mm(layout.page.text_width) - pt(style.right * style.size)
        xml += f'<w:tabs><w:tab w:val="right" w:pos="{edge}"/></w:tabs>'
    return xml


def marked_runs(text: str) -> str:
    """Runs of a text in which 〈页码〉 and 〈页数〉 become fields."""
    return "".join(
        field(_FIELDS[part], "1") if part in _FIELDS else run(part)
        for part in _MARKS.split(text)
        if part
    )


def table_piece_xml(layout: Layout, table: TablePiece, *, keep: bool = False) -> str:
    """A table of the page; unless splittable, its rows stay together on one page."""
    total = mm(layout.page.text_width)
    share = sum(table.widths) or 1
    widths = [round(total * width / share) for width in table.widths]
    rows: list[str] = []
    open_spans = [0] * len(widths)
    for number, cells in enumerate(table.rows):
        last = number + 1 == len(table.rows)
        stays = not table.splittable and (keep or not last)
        xml = _row(cells, widths, open_spans, _row_head(table, number), keep=stays)
        if table.each and number == table.each_row:
            xml = (
                _tag_row(f"{{%tr for {table.each} %}}", widths)
                + xml
                + _tag_row("{%tr endfor %}", widths)
            )
        rows.append(xml)
    style = f'<w:tblStyle w:val="{TABLE_STYLE}"/>' if table.borders and not table.rules else ""
    place = '<w:jc w:val="center"/>'
    if table.bottom:
        style += _FOOT.format(mm(layout.page.left))
        place = ""
    lines = _RULES if table.rules else ""
    margins = _NO_MARGINS if table.bottom else ""
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl><w:tblPr>{style}<w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f"{place}{lines}"
        f'<w:tblLayout w:type="fixed"/>{margins}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
        f"{''.join(rows)}</w:tbl>"
    )


def _row_head(table: TablePiece, number: int) -> str:
    height = table.heights[min(number, len(table.heights) - 1)] if table.heights else 0
    xml = "<w:cantSplit/>"
    xml += f'<w:trHeight w:val="{mm(height)}" w:hRule="atLeast"/>' if height else ""
    xml += "<w:tblHeader/>" if number < table.header_rows else ""
    return f"<w:trPr>{xml}</w:trPr>"


def _tag_row(text: str, widths: list[int]) -> str:
    span = f'<w:gridSpan w:val="{len(widths)}"/>' if len(widths) > 1 else ""
    return (
        f'<w:tr><w:tc><w:tcPr><w:tcW w:w="{sum(widths)}" w:type="dxa"/>{span}</w:tcPr>'
        f"{_tag(text)}</w:tc></w:tr>"
    )


def _row(
    cells: Sequence[CellPiece], widths: list[int], open_spans: list[int], head: str, *, keep: bool
) -> str:
    """One row; cells that a cell above covers are written as its continuation."""
    xml: list[str] = []
    column = 0
    waiting = list(cells)
    while column < len(widths):
        if open_spans[column]:
            open_spans[column] -= 1
            xml.append(
                f'<w:tc><w:tcPr><w:tcW w:w="{widths[column]}" w:type="dxa"/><w:vMerge/></w:tcPr>'
                "<w:p/></w:tc>"
            )
            column += 1
            continue
        if not waiting:
            break
        cell = waiting.pop(0)
        width = sum(widths[column : column + cell.span])
        xml.append(_cell(cell, width, keep=keep))
        for covered in range(column, min(column + cell.span, len(widths))):
            open_spans[covered] = cell.rows - 1
        column += cell.span
    return f"<w:tr>{head}{''.join(xml)}</w:tr>"


def _cell(cell: CellPiece, width: int, *, keep: bool) -> str:
    properties = f'<w:tcW w:w="{width}" w:type="dxa"/>'
    properties += f'<w:gridSpan w:val="{cell.span}"/>' if cell.span > 1 else ""
    properties += '<w:vMerge w:val="restart"/>' if cell.rows > 1 else ""
    properties += f'<w:shd w:val="clear" w:color="auto" w:fill="{SHADE}"/>' if cell.shade else ""
    properties += '<w:vAlign w:val="center"/>'
    kept = "<w:keepNext/>" if keep else ""
    style = style_id(cell.style or ("formlabel" if cell.shade else "formtext"))
    if cell.block:
        content = _tag(f"{{{{p {cell.block} }}}}") + "<w:p/>"
    else:
        content = "".join(
            paragraph(marked_runs(line), style, kept) for line in cell.text.split("\n")
        )
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>"


def section_xml(layout: Layout, references: Sequence[str], *, kind: str = "") -> str:
    """`w:sectPr`: references to headers and footers, paper, margins."""
    page = layout.page
    section_type = f'<w:type w:val="{kind}"/>' if kind else ""
    return (
        f"<w:sectPr>{''.join(references)}{section_type}"
        f'<w:pgSz w:w="{mm(page.width)}" w:h="{mm(page.height)}"/>'
        f'<w:pgMar w:top="{mm(page.top)}" w:right="{mm(page.right)}" w:bottom="{mm(page.bottom)}" '
        f'w:left="{mm(page.left)}" w:header="{mm(page.header)}" w:footer="{mm(page.footer)}" '
        'w:gutter="0"/><w:cols w:space="425"/></w:sectPr>'
    )

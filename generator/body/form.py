"""The body as one form of tables: what a role description looks like.

Each section is a band of the form: a label column with the heading, and what belongs to it at
the right. A table of the text becomes cells of the form; duties that name their share (占比40%)
get a column for it. All bands share one table, whose grid is the union of all column edges.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from generator.body.blocks import BlockWriter
from generator.body.columns import column_aligns, column_widths, place_cells, text_units
from generator.body.form_table import FormCell, FormRow, form_table
from generator.body.inlines import write_runs
from generator.body.tables import is_pairs, keep_next
from generator.wordml import mm, paragraph, run, thin_paragraph
from store.model import Clause

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generator.body.context import BodyContext
    from generator.layout.model import FormLook
    from store.model import Block, Inline, Section

_SHARE: Final = re.compile(r"（\s*(?:占比|权重|比重)?\s*(\d{1,3}(?:\.\d+)?)\s*[%％]\s*）")
_SHORT_ROW: Final = 700
_WHOLE_ROWS: Final = 9
_TOGETHER: Final = 2
_SHORT_BAND: Final = 3


def write_form(context: BodyContext, root: Section, look: FormLook) -> str:
    """The whole body as a form."""
    return _Form(context, look).write(root)


class _Form:
    def __init__(self, context: BodyContext, look: FormLook) -> None:
        self.context = context
        self.look = look
        self.writer = BlockWriter(context, small=True)
        self.width = context.width
        self.label = mm(look.label)
        self.rows: list[FormRow] = []

    def write(self, root: Section) -> str:
        if root.blocks:
            content = self.writer.blocks(root.blocks)
            self.rows.append(FormRow([self._plain(0, self.width, content)], whole=False))
        band = 0
        for section in root.sections:
            band = len(self.rows)
            self._section(section)
        if not self.context.signed_later or not self.rows:
            return self._whole(self.rows)
        cut = self._cut(band)
        end = keep_next(self._whole(self.rows[cut:]))
        return f"{self._whole(self.rows[:cut])}{thin_paragraph()}{end}" if cut else end

    def _whole(self, rows: Sequence[FormRow]) -> str:
        return form_table(self.context, rows, self.width, self.look.shade) if rows else ""

    def _cut(self, band: int) -> int:
        """Where the end of the form becomes a table of its own, which stays with the signatures.

        LibreOffice keeps only whole tables with what follows: so it is the last band, or its last
        row.
        """
        last = self.rows[band:]
        if len(last) <= _SHORT_BAND and all(row.whole for row in last):
            return band
        for cell in self.rows[-1].cells:
            cell.merge = ""
        return len(self.rows) - 1

    def _plain(self, left: int, right: int, content: str) -> FormCell:
        if not content.endswith("</w:p>"):
            content += "<w:p/>"
        return FormCell(left, right, content)

    def _section(self, section: Section) -> None:
        if self._is_pairs(section):
            for block in section.blocks:
                self._pairs(section, block)
            return
        if section.blocks and all(block.type == "definition" for block in section.blocks):
            self._terms(section)
            return
        rows: list[FormRow] = []
        waiting: list[Block] = []
        shares = any(isinstance(b, Clause) and _SHARE.search(b.text) for b in section.blocks)
        for block in section.blocks:
            if block.type == "table" and not block.caption:
                rows += self._flush(waiting)
                rows += self._table(block)
            elif shares and isinstance(block, Clause):
                rows += self._flush(waiting)
                rows.append(self._duty(block))
            else:
                waiting.append(block)
        rows += self._flush(waiting)
        for child in section.sections:
            content = self.writer.section(child)
            rows.append(FormRow([self._plain(self.label, self.width, content)], whole=False))
        if shares:
            rows.insert(0, self._share_head())
        self._label(section, rows)

    def _flush(self, waiting: list[Block]) -> list[FormRow]:
        if not waiting:
            return []
        content = self.writer.blocks(waiting)
        units = sum(text_units(piece.text) for block in waiting for piece in block.walk())
        waiting.clear()
        return [FormRow([self._plain(self.label, self.width, content)], whole=units < _SHORT_ROW)]

    def _label(self, section: Section, rows: list[FormRow]) -> None:
        """Put the heading into the label column beside these rows."""
        if not rows:
            rows.append(FormRow([self._plain(self.label, self.width, "<w:p/>")]))
        style = self.context.styles["formlabel"]
        runs = write_runs(self.context, section.inlines, section.heading, section.line)
        content = paragraph(self.writer.marked(section.anchor, runs), style)
        several = len(rows) > 1
        for number, row in enumerate(rows):
            merge = ("restart" if number == 0 else "continue") if several else ""
            text = content if number == 0 else paragraph("", style)
            row.cells.insert(0, FormCell(0, self.label, text, shade=True, merge=merge))
        self.rows += rows

    # -- tables ------------------------------------------------------------------------------

    def _is_pairs(self, section: Section) -> bool:
        """Whether a section is nothing but tables of names and values side by side."""
        return (
            bool(section.blocks)
            and not section.sections
            and all(is_pairs(block) for block in section.blocks)
        )

    def _pairs(self, section: Section, block: Block) -> None:
        """Names and values over the whole width; the heading row says nothing and is left out."""
        columns = len(block.rows[0])
        value = (self.width - self.label * (columns // 2)) // (columns // 2)
        widths = [self.label, value] * (columns // 2)
        widths[-1] = self.width - sum(widths[:-1])
        edges = [0, *accumulate(widths)]
        bookmark = section.anchor
        for cells in block.rows[1:]:
            row = FormRow()
            for column, cell in enumerate(cells[:columns]):
                runs = write_runs(self.context, cell.inlines, cell.text, block.line)
                if bookmark:
                    runs, bookmark = self.writer.marked(bookmark, runs), ""
                is_name = column % 2 == 0
                style = self.context.styles["formlabel" if is_name else "formtext"]
                row.cells.append(
                    FormCell(
                        edges[column], edges[column + 1], paragraph(runs, style), shade=is_name
                    )
                )
            self.rows.append(row)

    def _terms(self, section: Section) -> None:
        """Terms and what they say: two side by side where both are short, else one a row."""
        half = self.width // 2
        room = (half - self.label) / (self.context.size("formtext") * 10) - 3
        bookmark = section.anchor
        row = FormRow()
        for block in section.blocks:
            text = "\n".join(child.text for child in block.children)
            short = text_units(text) <= room and len(block.children) == 1
            if row.cells and (len(row.cells) == 4 or not short):
                self.rows.append(self._closed(row))
                row = FormRow()
            left = half if row.cells else 0
            runs = write_runs(self.context, block.inlines, block.text, block.line)
            if bookmark:
                runs, bookmark = self.writer.marked(bookmark, runs), ""
            name = paragraph(runs, self.context.styles["formlabel"])
            right = left + half if short else self.width
            row.cells += [
                FormCell(left, left + self.label, name, shade=True),
                self._plain(left + self.label, right, self.writer.blocks(block.children)),
            ]
            if not short:
                self.rows.append(row)
                row = FormRow()
        if row.cells:
            self.rows.append(self._closed(row))

    def _closed(self, row: FormRow) -> FormRow:
        """A row whose last cell reaches the edge."""
        row.cells[-1].right = self.width
        return row

    def _table(self, block: Block) -> list[FormRow]:
        """A small table as one row that stays on one page, a large one row by row.

        LibreOffice keeps no row of a table with the next one. So what must not stand alone at the
        foot or the head of a page is one row that holds a table: the header with the first rows,
        and the last rows.
        """
        rows = self._table_rows(block)
        if len(rows) <= _WHOLE_ROWS:
            return [self._nested(rows)]
        first, last = block.header_rows + _TOGETHER, len(rows) - _TOGETHER
        while first < len(rows) and _continues(rows[first]):
            first += 1
        while last > first and _continues(rows[last]):
            last -= 1
        if first >= last:
            return rows
        return [self._nested(rows[:first]), *rows[first:last], self._nested(rows[last:])]

    def _nested(self, rows: Sequence[FormRow]) -> FormRow:
        """Rows as a table in a cell, which stays on one page."""
        for row in rows:
            for cell in row.cells:
                cell.left, cell.right = cell.left - self.label, cell.right - self.label
        inner = form_table(
            self.context, rows, self.width - self.label, self.look.shade, inside=True
        )
        cell = FormCell(self.label, self.width, inner + thin_paragraph(), flush=True)
        return FormRow([cell])

    def _table_rows(self, block: Block) -> list[FormRow]:
        grid = place_cells(block)
        columns = max((item.column + item.span for row in grid for item in row), default=1)
        size = self.context.size("table")
        widths = column_widths(grid, columns, self.width - self.label, size)
        edges = [self.label, *(self.label + edge for edge in accumulate(widths))]
        aligns = column_aligns(grid, columns, block)
        rows: list[FormRow] = []
        for number, placed in enumerate(grid):
            row = FormRow()
            header = number < block.header_rows
            style = self.context.styles["tablehead" if header else "table"]
            for item in placed:
                justify = "" if header else f'<w:jc w:val="{aligns[item.column]}"/>'
                runs = write_runs(self.context, item.cell.inlines, item.cell.text, block.line)
                content = "<w:p/>" if item.continues else paragraph(runs, style, justify)
                merge = "continue" if item.continues else "restart" if item.rows > 1 else ""
                left, right = edges[item.column], edges[item.column + item.span]
                content = keep_next(content) if header else content
                row.cells.append(FormCell(left, right, content, merge=merge))
            rows.append(row)
        return rows

    # -- duties ------------------------------------------------------------------------------

    @property
    def _share_edge(self) -> int:
        return self.width - mm(14)

    def _share_head(self) -> FormRow:
        style = self.context.styles["tablehead"]
        left = paragraph(run("职责内容"), style, "<w:keepNext/>")
        right = paragraph(run(self.look.share), style, "<w:keepNext/>")
        return FormRow(
            [
                FormCell(self.label, self._share_edge, left),
                FormCell(self._share_edge, self.width, right),
            ]
        )

    def _duty(self, clause: Clause) -> FormRow:
        match = _SHARE.search(clause.text)
        share = f"{match[1]}%" if match else ""
        content = self.writer.blocks([_without_share(clause)] if match else [clause])
        centred = paragraph(run(share) if share else "", self.context.styles["tablehead"])
        centred = centred.replace(
            f'"{self.context.styles["tablehead"]}"', f'"{self.context.styles["table"]}"'
        ).replace("</w:pPr>", '<w:jc w:val="center"/></w:pPr>', 1)
        units = sum(text_units(piece.text) for piece in clause.walk())
        return FormRow(
            [
                self._plain(self.label, self._share_edge, content),
                FormCell(self._share_edge, self.width, centred),
            ],
            whole=units < _SHORT_ROW,
        )


def _continues(row: FormRow) -> bool:
    """Whether a cell of the row above goes on in this one."""
    return any(cell.merge == "continue" for cell in row.cells)


def _without_share(clause: Clause) -> Clause:
    """The clause without its share, which stands in a column of its own."""
    inlines: list[Inline] = []
    done = False
    for piece in clause.inlines:
        if not done and piece.type == "text" and _SHARE.search(piece.text):
            piece = replace(piece, text=_SHARE.sub("", piece.text, count=1))  # noqa: PLW2901
            done = True
        inlines.append(piece)
    if not done and clause.inlines:
        return clause
    return replace(clause, text=_SHARE.sub("", clause.text, count=1), inlines=tuple(inlines))

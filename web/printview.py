"""The print view: a document on its layout's page, drawn by the browser, without Word.

Page, margins, fonts, sizes, header and footer come from the layout; the pieces around the body
(title, table of revisions, signature block) are filled in as in the Word file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final

from generator.body.tables import is_pairs
from generator.facts import page_facts, watermark
from generator.layout.styles import style_id
from generator.templates import find_template
from store.loading import prepare
from store.sandbox import SandboxEnvironment, plain_text
from web.markup import page_html
from web.printstyle import style_sheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jinja2 import Template

    from generator.layout import Layout
    from generator.layout.model import CellPiece, Piece, TablePiece
    from store import Workspace
    from store.blank import Blank
    from store.catalogue import Entry
    from store.model import Section

_TITLE: Final = re.compile(r"<h1>.*?</h1>", re.DOTALL)
_SECTION: Final = re.compile(r"(?=<h2[ >])")
_HEADING: Final = re.compile(r"<h2[^>]*>.*?</h2>", re.DOTALL)
_HEAD_ROW: Final = re.compile(r"<thead>.*?</thead>", re.DOTALL)
_ONLY_TABLE: Final = re.compile(
    r'\s*<div class="scroll" tabindex="0"><table>(?:(?!<table>).)*</table></div>\s*', re.DOTALL
)
_NAMES: Final = re.compile(r"\{\{\s*(版面\.本人|姓名|工号|签名|所在部门|日期)\b")
_FIELD: Final = "\ue000"


@dataclass(frozen=True, slots=True)
class PrintView:
    """A page to print: its markup, its style sheet, and the names that may be filled in."""

    html: str
    css: str
    names: list[str]
    landscape: bool


def print_view(
    workspace: Workspace,
    entry: Entry,
    *,
    template: str | None = None,
    values: Mapping[str, object] | None = None,
) -> PrintView:
    """A document on its layout's page.

    Raises:
        WenshuError: The document or the template cannot be read.
    """
    document = workspace.load(entry, values=values)
    layout = find_template(workspace, document.kind, template).layout
    context = dict(prepare(workspace, entry, document.meta, values=values or {}).context)
    facts = page_facts(document, workspace.settings.company, context)
    context["版面"] = {**facts, "封面": False, "目录": False}
    filler = _Filler(layout, context)
    body = ""
    if layout.body:
        body = _TITLE.sub("", page_html(document, tools=False), count=1)
        body = _form(body, document.body.root.sections) if layout.form else body
    before = "".join(filler.piece(piece) for piece in layout.before)
    after = "".join(filler.piece(piece) for piece in layout.after)
    mark = ""
    if (layout.watermark and document.kind.life_cycle) or document.meta.status == "草稿":
        mark = watermark(document.meta, workspace.versions.in_force(entry))
    stamp = f'<div class="watermark" aria-hidden="true">{escape(mark)}</div>' if mark else ""
    names = _names("".join(_texts(layout)) + document.source)
    html = f'{stamp}{before}<div class="body">{body}</div>{after}'
    return PrintView(
        html,
        style_sheet(layout, filler, filler.tables),
        names,
        layout.page.width > layout.page.height,
    )


def _names(text: str) -> list[str]:
    """What may be filled in, in the order in which it stands; 本人 becomes the person's name."""
    found = ["姓名" if name == "版面.本人" else name for name in _NAMES.findall(text)]
    return list(dict.fromkeys(found))


def _form(html: str, sections: Sequence[Section]) -> str:
    """The body as one form, as in Word: a label and what belongs to it, a row for each section."""
    lead, *chunks = _SECTION.split(html.removeprefix('<article class="document">'))
    lead = lead.replace("</article>", "")
    rows = [f'<tr><td colspan="2">{lead}</td></tr>'] if _has_text(lead) else []
    for chunk, section in zip(chunks, sections, strict=False):
        inner = _HEADING.sub("", chunk, count=1).replace("</article>", "")
        tables = [block for block in section.blocks if block.type == "table"]
        if tables and len(tables) == len(section.blocks) and all(map(is_pairs, tables)):
            cells = _HEAD_ROW.sub("", inner)
            rows.append(f'<tr><td class="inner pairs" colspan="2">{cells}</td></tr>')
            continue
        look = ' class="inner"' if _ONLY_TABLE.fullmatch(inner) else ""
        label = escape(section.heading)
        rows.append(f'<tr><th class="form-label">{label}</th><td{look}>{inner}</td></tr>')
    table = f'<table class="form"><tbody>{"".join(rows)}</tbody></table>'
    return f'<article class="document">{table}</article>'


def _has_text(html: str) -> bool:
    return bool(re.sub(r"<[^>]*>|\s", "", html))


def _texts(layout: Layout) -> Iterator[str]:
    for piece in (*layout.before, *layout.after):
        yield piece.text
        for row in piece.table.rows if piece.table else ():
            yield from (cell.text for cell in row)


class _Filler:
    """Fills the pieces around a body and writes them as HTML; everything filled in is escaped."""

    def __init__(self, layout: Layout, context: dict[str, object]) -> None:
        self._layout = layout
        self._context = context
        self.tables: list[TablePiece] = []
        self._environment = SandboxEnvironment("blank", draw_blank=_blank)

    def text(self, source: str, more: Mapping[str, object] | None = None) -> str:
        """A piece's text with its values."""
        if "{" not in source:
            return source
        return self._environment.render_text(
            self._template(source), self._context | dict(more or {})
        )

    def _template(self, source: str) -> Template:
        return self._environment.from_string(source)

    def holds(self, condition: str) -> bool:
        """Whether a piece prints."""
        if not condition:
            return True
        return bool(self.text(f"{{% if {condition} %}}1{{% endif %}}"))

    def items(self, each: str) -> list[dict[str, object]]:
        """What a piece is repeated for: the context of each turn."""
        if not each:
            return [{}]
        name, _, source = each.partition(" in ")
        found = self._environment.compile_expression(source.strip(), undefined_to_none=True)
        listed = found(**self._context)
        return [{name.strip(): item} for item in listed] if isinstance(listed, list) else []

    def piece(self, piece: Piece) -> str:
        """A piece as HTML."""
        if piece.block or piece.logo or piece.section_break or not self.holds(piece.when):
            return ""
        if piece.break_page:
            return '<hr class="page">'
        if piece.table is not None:
            return self._table(piece.table)
        look = style_id(piece.style or "base")
        lines = [self.text(piece.text, more) for more in self.items(piece.each)]
        return "".join(f'<p class="{look}">{_tabbed(line)}</p>' for line in lines)

    def _table(self, table: TablePiece) -> str:
        rows: list[str] = []
        for number, cells in enumerate(table.rows):
            repeated = bool(table.each) and number == table.each_row
            for more in self.items(table.each) if repeated else [{}]:
                inner = "".join(self._cell(cell, more) for cell in cells)
                rows.append(f'<tr class="row-{number}">{inner}</tr>')
        self.tables.append(table)
        look = "piece" if table.borders else "piece open"
        look += f"{' rules' if table.rules else ''} piece-{len(self.tables)}"
        columns = f"<colgroup>{'<col>' * len(table.widths)}</colgroup>"
        return f'<table class="{look}">{columns}<tbody>{"".join(rows)}</tbody></table>'

    def _cell(self, cell: CellPiece, more: Mapping[str, object]) -> str:
        spans = f' colspan="{cell.span}"' if cell.span > 1 else ""
        spans += f' rowspan="{cell.rows}"' if cell.rows > 1 else ""
        look = style_id(cell.style or "formtext") + (" shade" if cell.shade else "")
        return f'<td{spans} class="{look}">{_tabbed(self.text(cell.text, more))}</td>'


def _blank(blank: Blank) -> str:
    return f"{_FIELD}{blank.width}{_FIELD}"


def _tabbed(text: str) -> str:
    """Escaped text; a tab pushes what follows to the right, blanks are lines to write on."""
    parts = escape(plain_text(text)).replace("\n", "<br>").split("\t")
    html = parts[0] + "".join(f'<span class="right-part">{part}</span>' for part in parts[1:])
    return re.sub(
        f"{_FIELD}(\\d+){_FIELD}",
        lambda match: f'<span class="blank w{min(40, int(match[1]))}"></span>',
        html,
    )

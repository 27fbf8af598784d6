"""A document as HTML: headings and clauses with their labels and anchors, everything escaped.

The markup is plain and semantic; pages bring their own style sheets.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Final

from store.captions import caption_text
from store.markers import label_gap
from store.model import Clause
from store.tables import cell_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from store.document import Document
    from store.model import Block, Cell, Inline, Inlines, Section

    ChartDrawer = Callable[[Block], str]

_SCHEMES: Final = frozenset({"http", "https", "mailto", "tel"})
_ELSEWHERE: Final = re.compile(r"[\s\\/]*[\\/]\s*[\\/]")
_TAG: Final = re.compile(r"^<[a-z0-9]+")


def document_html(document: Document, draw_chart: ChartDrawer | None = None) -> str:
    """The document as an `<article>`.

    Args:
        document: With its body.
        draw_chart: Gives the markup of a chart block; without it charts show their caption.
    """
    writer = _Writer(document, draw_chart)
    inner = "".join(writer.section(document.body.root))
    notes = "".join(writer.footnotes())
    title = escape(document.meta.title)
    return f'<article class="document"><h1>{title}</h1>{inner}{notes}</article>\n'


def inlines_html(inlines: Inlines) -> str:
    """Pieces of text as HTML."""
    return "".join(map(_inline_html, inlines))


def _inline_html(piece: Inline) -> str:
    text = escape(piece.text)
    match piece.type:
        case "break":
            return "<br>"
        case "code":
            return f"<code>{text}</code>"
        case "blank":
            style = f"display:inline-block;min-width:{piece.width}em"
            return f'<span class="blank" style="{style}"></span>'
        case "footnote":
            key = escape(piece.target)
            return f'<sup id="fnref-{key}"><a href="#fn-{key}">{text}</a></sup>'
        case "image":
            return f'<img src="{_safe(piece.target)}" alt="{escape(piece.text)}">'
        case "reference":
            target = piece.target if "#" in piece.target else f"#{piece.target}"
            return f'<a class="reference" href="{_safe(target)}">{text}</a>'
        case "link":
            text = f'<a href="{_safe(piece.target)}">{text}</a>'
    for on, tag in ((piece.strike, "del"), (piece.italic, "em"), (piece.bold, "strong")):
        if on:
            text = f"<{tag}>{text}</{tag}>"
    return text


def _label(label: str) -> str:
    return f'<span class="label">{escape(label)}</span>{label_gap(label)}' if label else ""


def _named(markup: str, anchor: str) -> str:
    """Markup whose first tag bears an id."""
    return _TAG.sub(lambda tag: f'{tag[0]} id="{escape(anchor)}"', markup) if anchor else markup


def _safe(target: str) -> str:
    """An address for an attribute; anything but web, mail and relative addresses is dropped."""
    scheme, colon, _ = target.partition(":")
    schemed = colon and "/" not in scheme and "#" not in scheme
    if schemed and scheme.lower() not in _SCHEMES:
        return ""
    if _ELSEWHERE.match(target):
        return ""
    return escape(target)


class _Writer:
    def __init__(self, document: Document, draw_chart: ChartDrawer | None) -> None:
        self.document = document
        self.draw_chart = draw_chart

    def section(self, section: Section) -> Iterator[str]:
        if section.level:
            level = min(section.level + 1, 6)
            label = _label(section.label)
            anchor = escape(section.anchor)
            inner = label + inlines_html(section.inlines)
            yield f'<h{level} id="{anchor}">{inner}</h{level}>'
        yield from self.blocks(section.blocks)
        for child in section.sections:
            yield from self.section(child)

    def blocks(self, blocks: list[Block]) -> Iterator[str]:
        for block in blocks:
            yield _named(self.block(block), "" if isinstance(block, Clause) else block.anchor)

    def block(self, block: Block) -> str:
        inner = inlines_html(block.inlines)
        if isinstance(block, Clause):
            return self._clause(block, inner)
        match block.type:
            case "paragraph":
                return f"<p>{inner}</p>" + "".join(self.blocks(block.children))
            case "list":
                items = "".join(self._item(child) for child in block.children)
                return f"<ul>{items}</ul>"
            case "table":
                return self._table(block)
            case "quote":
                return f"<blockquote>{''.join(self.blocks(block.children))}</blockquote>"
            case "code":
                return f"<pre><code>{escape(block.text)}</code></pre>"
            case "definition":
                described = "".join(f"<dd>{self.block(child)}</dd>" for child in block.children)
                return f"<dl><dt>{inner}</dt>{described}</dl>"
            case "image" | "chart":
                return self._figure(block)
            case _:
                return '<hr class="page">' if block.text == "page" else "<hr>"

    def _figure(self, block: Block) -> str:
        if block.type == "chart" and self.draw_chart is not None:
            return self.draw_chart(block)
        if block.type == "chart":
            return f'<figure class="chart"><figcaption>{escape(block.text)}</figcaption></figure>'
        caption = f"<figcaption>{escape(caption_text(block))}</figcaption>" if block.caption else ""
        alt = escape(block.text)
        return f'<figure><img src="{_safe(block.target)}" alt="{alt}">{caption}</figure>'

    def _clause(self, clause: Clause, inner: str) -> str:
        label = _label(clause.label)
        children = "".join(self.blocks(clause.children))
        anchor = escape(clause.anchor)
        return (
            f'<section class="clause level-{clause.level}" id="{anchor}">'
            f"<p>{label}{inner}</p>{children}</section>"
        )

    def _item(self, item: Block) -> str:
        further = "".join(self.blocks(item.children))
        return _named(f"<li>{inlines_html(item.inlines)}{further}</li>", item.anchor)

    def _table(self, block: Block) -> str:
        caption = f"<caption>{escape(caption_text(block))}</caption>" if block.caption else ""
        rows = [
            self._row(row, columns, "th" if at < block.header_rows else "td", block.aligns)
            for at, (row, columns) in enumerate(
                zip(block.rows, cell_columns(block.rows), strict=True)
            )
        ]
        head, body = "".join(rows[: block.header_rows]), "".join(rows[block.header_rows :])
        return f"<table>{caption}<thead>{head}</thead><tbody>{body}</tbody></table>"

    @staticmethod
    def _row(row: list[Cell], columns: list[int], tag: str, aligns: tuple[str, ...]) -> str:
        cells = []
        for cell, at in zip(row, columns, strict=True):
            attributes = f' colspan="{cell.column_span}"' if cell.column_span > 1 else ""
            attributes += f' rowspan="{cell.row_span}"' if cell.row_span > 1 else ""
            align = aligns[at] if at < len(aligns) else ""
            attributes += f' class="{align}"' if align else ""
            inner = inlines_html(cell.inlines) or escape(cell.text)
            cells.append(f"<{tag}{attributes}>{inner}</{tag}>")
        return f"<tr>{''.join(cells)}</tr>"

    def footnotes(self) -> Iterator[str]:
        notes = self.document.body.footnotes
        if not notes:
            return
        yield '<section class="footnotes"><ol>'
        for key, blocks in notes.items():
            name = escape(key)
            yield f'<li id="fn-{name}">{"".join(self.blocks(blocks))}</li>'
        yield "</ol></section>"

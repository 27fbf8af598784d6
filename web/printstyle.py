"""The style sheet of a page to print, from its layout: page, fonts, header, footer, tables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Protocol

from generator.layout.styles import resolved, style_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generator.layout import Layout
    from generator.layout.model import TablePiece

PAGE, PAGES = "〈页码〉", "〈页数〉"
_GENERIC: Final = {
    "黑体": '"Noto Sans CJK SC", sans-serif',
    "default": '"Noto Serif CJK SC", serif',
}


class Filler(Protocol):
    """Fills the texts of a layout."""

    def text(self, source: str) -> str:
        """A text with its tags filled."""

    def holds(self, condition: str) -> bool:
        """Whether a piece prints."""


def style_sheet(layout: Layout, filler: Filler, tables: Sequence[TablePiece]) -> str:
    """The style sheet of a page to print: what a layout says, as CSS."""
    page = layout.page
    size = f"{page.width:g}mm {page.height:g}mm"
    margins = f"{page.top:g}mm {page.right:g}mm {page.bottom:g}mm {page.left:g}mm"
    rules = [
        f"@page {{ size: {size}; margin: {margins}; {_boxes(layout, filler)} }}",
        f".paper {{ width: {page.width:g}mm; min-height: {page.height:g}mm; padding: {margins}; }}",
        _style(layout, "base", ".paper p"),
        f".paper {{ {_letters(layout, 'base')}; }}",
    ]
    selectors = {
        "body": ".paper .body > .document > p",
        "heading1": ".paper .body h2",
        "heading2": ".paper .body h3",
        "heading3": ".paper .body h4",
        "heading4": ".paper .body h5, .paper .body h6",
        **{f"clause{n}": f".paper .body .level-{n} > p" for n in range(1, 6)},
        "continuation": ".paper .body .clause > p + p",
        "table": ".paper .body td",
        "tablehead": ".paper .body th",
        "caption": ".paper figcaption, .paper caption",
        "quote": ".paper blockquote p",
    }
    if layout.form:
        selectors |= {
            "formtext": ".paper .form td p, .paper .form td.inner td, .paper .form td.inner th",
            "formlabel": ".paper .form th",
        }
        rules.append(f".paper .form .form-label {{ width: {layout.form.label:g}mm; }}")
        rules.append(
            f".paper .form th, .paper .shade {{ background: #{_hex(layout.form.shade)}; }}"
        )
    keys = {piece.style for piece in (*layout.before, *layout.after) if piece.style}
    for piece in (*layout.before, *layout.after):
        keys |= {
            c.style for row in (piece.table.rows if piece.table else ()) for c in row if c.style
        }
    rules += [_style(layout, key, selector) for key, selector in selectors.items()]
    rules += [
        _style(layout, key, f".paper .{style_id(key)}") for key in sorted(keys | {"formtext"})
    ]
    label = resolved(layout, "clause1")
    if layout.style("clause1").label_font:
        rules.append(f".paper .label {{ font-family: {_fonts(layout, label.label_font)}; }}")
    for number, table in enumerate(tables, 1):
        rules += _table(f".paper .piece-{number}", table)
    return "\n".join(rules) + "\n"


def _table(selector: str, table: TablePiece) -> list[str]:
    """Widths and heights of a table around the body."""
    whole = sum(table.widths) or 1
    rules = [f"{selector} {{ table-layout: fixed; }}"]
    rules += [
        f"{selector} col:nth-child({at}) {{ width: {100 * width / whole:.2f}%; }}"
        for at, width in enumerate(table.widths, 1)
    ]
    rules += [
        f"{selector} .row-{at} td {{ height: {height:g}mm; }}"
        for at, height in enumerate(table.heights)
        if height
    ]
    return rules


def _style(layout: Layout, key: str, selector: str) -> str:
    style = resolved(layout, key)
    align = {"both": "justify", "": "start"}.get(style.align, style.align)
    parts = [
        f"{_letters(layout, key)}; text-align: {align}",
        f"margin: {style.before:g}pt 0 {style.after:g}pt",
        f"text-indent: {style.indent - style.hanging:g}em",
        f"padding-left: {style.left + style.hanging:g}em; padding-right: {style.right:g}em",
    ]
    parts += ["break-before: page"] if style.page_break_before else []
    parts += ["break-after: avoid"] if style.keep_next else []
    if style.color:
        parts.append(f"color: #{_hex(style.color)}")
    return f"{selector} {{ {'; '.join(parts)}; }}"


def _letters(layout: Layout, key: str) -> str:
    """Font, size, weight and line height of a style."""
    style = resolved(layout, key)
    height = f"{style.line:g}pt" if style.line_rule == "exact" else f"{style.line or 1.5:g}"
    weight = 700 if style.bold else 400
    return (
        f"font-family: {_fonts(layout, style.font, style.latin)}; font-size: {style.size:g}pt; "
        f"font-weight: {weight}; line-height: {height}"
    )


def _hex(color: str) -> str:
    clean = color.removeprefix("#")
    return clean if re.fullmatch(r"[0-9A-Fa-f]{6}", clean) else "f2f2f2"


def _fonts(layout: Layout, font: str, latin: str = "") -> str:
    names: Sequence[str] = [latin, font, *layout.fallbacks.get(font, ())]
    listed = [_string(name) for name in dict.fromkeys(names) if name]
    return ", ".join([*listed, _GENERIC.get(font, _GENERIC["default"])])


def _string(text: str) -> str:
    """A text as a CSS string that cannot end early."""
    safe = re.sub(r'[\\"\n\r<>&]', lambda match: f"\\{ord(match[0]):x} ", text)
    return f'"{safe}"'


def _boxes(layout: Layout, filler: Filler) -> str:
    """Header and footer as margin boxes of the page."""
    found = []
    for edge, pieces in (("top", layout.header), ("bottom", layout.footer)):
        for piece in pieces:
            if piece.table is not None or not piece.text or not filler.holds(piece.when):
                continue
            style = resolved(layout, piece.style or edge)
            parts = filler.text(piece.text).split("\t")
            sides = ("center",) if len(parts) == 1 else ("left", "right")
            for side, text in zip(sides, parts, strict=False):
                look = f"font: {style.size:g}pt {_fonts(layout, style.font, style.latin)}"
                found.append(f"@{edge}-{side} {{ content: {_content(text)}; {look}; }}")
    return " ".join(found)


def _content(text: str) -> str:
    parts = re.split(f"({PAGE}|{PAGES})", text)
    named = {PAGE: "counter(page)", PAGES: "counter(pages)"}
    return " ".join(named.get(part) or _string(part) for part in parts if part) or '""'

"""An estimate of where pages break, for PCs without LibreOffice.

Lines are counted on the layout's fixed line heights: the width of a text in half characters
against the width of its column. Headings stay with what follows them, table rows do not split, as
in the layouts. Benchmarks tell how far the estimate is from LibreOffice's layout.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from generator.body.columns import column_widths, place_cells, text_units
from generator.body.tables import WHOLE_TABLE
from generator.layout.styles import resolved
from generator.wordml import mm
from store.model import Clause

if TYPE_CHECKING:
    from collections.abc import Iterable

    from generator.layout.model import Layout, TextStyle
    from store.model import Block, Body, Section

_NATURAL: Final = 1.3
_CHART_SHAPES: Final = {"pie": 0.6}
_CHART_SHAPE: Final = 0.52
_WIDEST_CHART: Final = 450.0
_CHART_SPACE: Final = 12.0
_TABLE_GAP: Final = 10.0
_RULE: Final = 12.0
_IMAGE_HEIGHT: Final = 240.0
_CELL_PADDING: Final = 216
_SHARE_WIDTH: Final = 14.0


@dataclass(slots=True)
class Estimate:
    """Pages in all, the page of each heading's anchor, and how full the last page is (0 to 1)."""

    pages: int
    anchors: dict[str, int]
    filled: float


@dataclass(slots=True)
class _Flow:
    """Paragraphs dropped onto pages one after the other; heights in points."""

    height: float
    page: int = 1
    used: float = 0.0
    pending: float = 0.0
    waiting: list[str] = field(default_factory=list)
    anchors: dict[str, int] = field(default_factory=dict)

    def keep(self, height: float, anchor: str) -> None:
        """Something that stays with what comes next."""
        self.pending += height
        if anchor:
            self.waiting.append(anchor)

    def lines(self, count: int, line: float, extra: float = 0.0) -> None:
        """A paragraph of so many lines, which may split but leaves no single line alone."""
        first = min(count, 2) * line + extra + self.pending
        if self.used + first > self.height + 0.5:
            self._turn()
        self._settle()
        self.used += self.pending + extra
        self.pending = 0.0
        for _ in range(count):
            if self.used + line > self.height + 0.5:
                self._turn()
            self.used += line

    def whole(self, height: float) -> None:
        """Something that does not split."""
        if self.used + self.pending + height > self.height + 0.5 and self.used:
            self._turn()
        self._settle()
        self.used += self.pending + height
        self.pending = 0.0

    def _turn(self) -> None:
        self.page += 1
        self.used = 0.0

    def turn(self) -> None:
        """A page break."""
        self._settle()
        self._turn()

    def _settle(self) -> None:
        for anchor in self.waiting:
            self.anchors[anchor] = self.page
        self.waiting.clear()


def estimate(body: Body, layout: Layout, *, first_page: int = 1, above: float = 0.0) -> Estimate:
    """Estimate the pages of a body.

    Args:
        body: The document's body.
        layout: Its layout.
        first_page: The page on which the body begins.
        above: Points taken on that page before the body (title), or more.
    """
    flow = _Flow(layout.page.text_height * 72 / 25.4, page=first_page, used=above)
    _Estimator(layout, flow).section(body.root)
    flow.whole(0)
    return Estimate(flow.page, flow.anchors, flow.used / flow.height)


def estimate_rows(rows: Iterable[float], layout: Layout, *, repeated: float = 0.0) -> Estimate:
    """Estimate the pages of what does not split: the rows of a sheet.

    Args:
        rows: Their heights in points.
        layout: Whose page they fall on.
        repeated: Points that the repeated header row takes on each further page.
    """
    flow = _Flow(layout.page.text_height * 72 / 25.4)
    for row in rows:
        page = flow.page
        flow.whole(row)
        if flow.page > page:
            flow.used += repeated
    return Estimate(flow.page, {}, flow.used / flow.height)


class _Estimator:
    def __init__(self, layout: Layout, flow: _Flow) -> None:
        self.layout = layout
        self.flow = flow
        self.form = layout.form is not None
        self.width = layout.page.text_width * 72 / 25.4
        if layout.form is not None:
            self.width -= layout.form.label * 72 / 25.4 + _CELL_PADDING / 20
        self.styles: dict[str, TextStyle] = {}

    def section(self, section: Section) -> None:
        if section.level and not self.form:
            style = self.style(f"heading{min(section.level, 4)}")
            count = self.count(section.title, style, self.width)
            self.flow.keep(count * height(style) + style.before + style.after, section.anchor)
        elif section.level:
            self.flow.keep(0, section.anchor)
        for block in section.blocks:
            self.block(block, self.width)
        for child in section.sections:
            self.section(child)

    def style(self, key: str) -> TextStyle:
        if key not in self.styles:
            self.styles[key] = resolved(self.layout, key)
        return self.styles[key]

    def count(self, text: str, style: TextStyle, width: float) -> int:
        """The lines of a text in a style."""
        char = style.size + style.spacing / 20
        indent = max(style.indent, 0) * char
        room = width - (style.left + style.right) * char
        units = sum(text_units(line) for line in text.split("\n")) * char / 2 + indent
        return max(math.ceil(units / max(math.floor(room / char) * char, char)), 1)

    def block(self, block: Block, width: float) -> None:
        match block.type:
            case "table":
                self._table(block)
            case "chart":
                shape = _CHART_SHAPES.get(getattr(block.figure, "type", ""), _CHART_SHAPE)
                self.flow.whole(min(self.width, _WIDEST_CHART) * shape + _CHART_SPACE)
            case "image":
                self.flow.whole(_IMAGE_HEIGHT)
            case "break" if block.text == "rule":
                self.flow.whole(_RULE)
            case "break":
                self.flow.turn()
            case "definition":
                self._text(" ".join(piece.text for piece in block.walk()), "formtext", width * 0.75)
            case _:
                self._running(block, width)

    def _running(self, block: Block, width: float) -> None:
        key = "formtext" if self.form else _style_key(block)
        text = f"{block.label} {block.text}" if isinstance(block, Clause) else block.text
        if text.strip():
            self._text(text, key, width)
        for child in block.children:
            self.block(child, width)

    def _text(self, text: str, key: str, width: float) -> None:
        style = self.style(key)
        lines = self.count(text, style, width)
        self.flow.lines(lines, height(style), style.before + style.after)

    def _table(self, block: Block) -> None:
        grid = place_cells(block)
        columns = max((item.column + item.span for row in grid for item in row), default=0)
        if not columns:
            return
        if block.caption:
            caption = self.style("caption")
            self.flow.keep(height(caption) + caption.before + caption.after, "")
        style = self.style("table")
        widths = column_widths(grid, columns, mm(self.width * 25.4 / 72), style.size)
        heights = [
            max(
                self.count(
                    item.cell.text,
                    style,
                    (sum(widths[item.column : item.column + item.span]) - _CELL_PADDING) / 20,
                )
                for item in row
            )
            * height(style)
            + style.before
            + style.after
            + 0.5
            for row in grid
        ]
        if len(heights) <= WHOLE_TABLE and not self.form:
            heights = [sum(heights)]
        for row_height in heights:
            self.flow.whole(row_height)
        if not self.form:
            self.flow.whole(_TABLE_GAP)


def height(style: TextStyle) -> float:
    """The height of a line in points."""
    if style.line_rule == "exact":
        return style.line
    return style.size * _NATURAL * (style.line or 1.0)


def _style_key(block: Block) -> str:
    if isinstance(block, Clause):
        return f"clause{min(max(block.level, 1), 5)}"
    return {"quote": "quote", "code": "code", "list": "list"}.get(block.type, "body")

"""The main part of a web page, walked element by element: paragraphs, headings, lists, tables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from importer import html_word
from importer.cleaning import clean_text
from importer.docx_cells import form_cells
from importer.docx_form import is_form, read_form
from importer.html_noise import DROPPED, SILENT, is_noise, words
from importer.html_tables import cell_text, is_layout, nearest, span
from importer.model import Doubt, Piece, Run, TableCell

if TYPE_CHECKING:
    from lxml.etree import _Element

    from importer.model import Reading

_BLOCKS: Final = frozenset({"p", "div", "section", "article", "main", "header", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "table", "blockquote", "pre", "dl", "dt", "dd", "figure", "figcaption", "center", "address", "hr", "body", "html", "tr", "td", "th", "tbody", "thead", "fieldset", "details", "summary"})  # fmt: skip  # noqa: E501
MAX_DEPTH: Final = 200
_MOST_SAID: Final = 2000
# A line of the source that ends within Chinese text is no blank.
_BROKEN_CJK: Final = re.compile(
    r"(?<=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef])[ \t]*\r?\n[ \t]*"
    r"(?=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef])"
)


class Page:
    """Walks a page and gathers its pieces."""

    def __init__(self, found: Reading) -> None:
        self.found = found
        self.runs: list[Run] = []
        self.heading = 0
        self.label = ""
        self.type = "text"
        self.level = 0
        self.depth = 0
        self.line = 0

    def read(self, element: _Element) -> None:
        """Gather the pieces of an element."""
        self._children(element, Run(""), 0)
        self._flush()

    def _children(self, element: _Element, look: Run, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise RecursionError
        self._text(element.text, look)
        for one in element:
            if isinstance(one.tag, str):
                self._element(one, look, depth)
            self._text(one.tail, look)

    def _text(self, text: str | None, look: Run) -> None:
        if text and (text.strip(" \t\r\n") or self.runs):
            text = re.sub(r"[ \t\r\n]+", " ", clean_text(_BROKEN_CJK.sub("", text)))
            self.runs.append(Run(text, look.bold, look.italic, look.strike, look.link))

    def _element(self, element: _Element, look: Run, depth: int) -> None:
        tag = str(element.tag).lower().rpartition(":")[2]
        if tag in DROPPED or is_noise(element):
            self._drop(element, tag)
        elif tag == "br":
            self._flush()
        elif tag == "hr":
            self._flush()
            self.found.pieces.append(Piece(line=self._next_line(element), type="rule"))
        elif tag == "table":
            self._flush()
            self._table(element, depth)
        elif re.fullmatch(r"h[1-6]", tag):
            self._heading(element, int(tag[1]), depth)
        elif tag in {"ol", "ul"}:
            self._flush()
            self._list(element, depth, ordered=tag == "ol")
        elif tag == "pre":
            self._lines(element, look)
        elif tag in _BLOCKS:
            self._flush(element)
            self._number(element)
            self._children(element, look, depth + 1)
            self._flush(element)
            self._end_number(element)
        else:
            self._children(element, _look(tag, element, look), depth + 1)

    def _lines(self, element: _Element, look: Run) -> None:
        self._flush()
        for line in "".join(str(t) for t in element.itertext()).split("\n"):
            self._text(line, look)
            self._flush()

    def _number(self, element: _Element) -> None:
        """The automatic number or the bullet of a paragraph that Word or WPS wrote."""
        if label := element.get(html_word.LABEL):
            self.label = label
        elif bullet := element.get(html_word.BULLET):
            self.type, self.level = "bullet", int(bullet) - 1

    def _end_number(self, element: _Element) -> None:
        """A number of a paragraph without text is not the next one's."""
        if element.get(html_word.LABEL) or element.get(html_word.BULLET):
            self.label, self.type, self.level = "", "text", 0

    def _drop(self, element: _Element, tag: str) -> None:
        """Text of navigation and the like is reported; scripts are not text."""
        if tag not in SILENT and (text := words(element)):
            self.leave_out(element, text)

    def leave_out(self, element: _Element, text: str) -> None:
        """Report words that are not taken into the text."""
        self.found.doubts.append(
            Doubt(
                self._next_line(element),
                "web-navigation",
                f"网页的导航、推荐等部分，没有放进正文：{text[:_MOST_SAID]}",
            )
        )

    def _next_line(self, element: _Element | None = None) -> int:
        source = getattr(element, "sourceline", None) if element is not None else None
        self.line = max(self.line, source or 0)
        return self.line

    def _flush(self, element: _Element | None = None) -> None:
        """End the paragraph that is being gathered."""
        if element is not None and not self.runs:
            self._next_line(element)
            return
        text = re.sub(r"[ \t]*\n[ \t]*", "\n", "".join(run.text for run in self.runs)).strip(
            " \t\n\u3000"
        )
        if text:
            piece = Piece(
                line=max(self.line, 1),
                text=text,
                heading=self.heading,
                label=self.label,
                level=self.level,
                depth=self.depth if self.label else -1,
            )
            piece.type = "bullet" if self.type == "bullet" else "text"
            piece.bold = all(run.bold for run in self.runs if run.text.strip())
            if any(run.bold or run.italic or run.link or run.strike for run in self.runs):
                piece.runs = _tidied(self.runs)
            self.found.pieces.append(piece)
            self.label, self.type = "", "text"
        self.runs = []
        if element is not None:
            self._next_line(element)

    def _heading(self, element: _Element, level: int, depth: int) -> None:
        self._flush(element)
        self._number(element)
        self.heading = level
        before = len(self.found.pieces)
        self._children(element, Run(""), depth + 1)
        self._flush()
        self.heading, self.label = 0, ""
        for piece in self.found.pieces[before:]:
            piece.runs = ()
            if level == 1:
                piece.title, piece.heading = True, 0

    def _list(self, element: _Element, depth: int, *, ordered: bool, level: int = 0) -> None:
        start = element.get("start") or ""
        count = int(start) - 1 if re.fullmatch(r"[0-9]{1,4}", start) else 0
        for item in element:
            if item.tag != "li":
                if isinstance(item.tag, str):
                    self._element(item, Run(""), depth + 1)
                continue
            count = (
                int(item.get("value") or "")
                if re.fullmatch(r"[0-9]{1,4}", item.get("value") or "")
                else count + 1
            )
            self._flush(item)
            self.label = (
                f"{count}." if ordered and level == 0 else f"（{count}）" if ordered else ""
            )
            self.type, self.level = ("text", 0) if ordered else ("bullet", level)
            self.depth = level
            self._item(item, depth, level)
            self._flush()
            self.label, self.type, self.level = "", "text", 0

    def _item(self, item: _Element, depth: int, level: int) -> None:
        self._text(item.text, Run(""))
        for one in item:
            tag = str(one.tag).lower() if isinstance(one.tag, str) else ""
            if tag in {"ol", "ul"}:
                self._flush()
                self._list(one, depth + 1, ordered=tag == "ol", level=level + 1)
            elif tag:
                inner = tag in {"p", "div"} and not self.runs
                (
                    self._children(one, Run(""), depth + 1)
                    if inner
                    else self._element(one, Run(""), depth + 1)
                )
            self._text(one.tail, Run(""))

    def _table(self, element: _Element, depth: int) -> None:
        rows = [row for row in element.iter("tr") if nearest(row, "table") is element]
        cells = [[cell for cell in row if cell.tag in {"td", "th"}] for row in rows]
        line = self._next_line(element)
        if all(len(row) <= 1 for row in cells) or is_layout(element, cells):
            for row in cells:
                for cell in row:
                    self._children(cell, Run(""), depth + 1)
                    self._flush()
            return
        grid = [
            [
                TableCell(cell_text(cell), span(cell, "colspan"), span(cell, "rowspan"))
                for cell in row
            ]
            for row in cells
        ]
        grid = [row for row in grid if row]
        form = form_cells(grid)
        if is_form(form):
            self.found.pieces += read_form(form, line, ours=False)
        elif any(cell.text for row in grid for cell in row):
            self.found.pieces.append(Piece(line=line, type="table", rows=grid))


def _tidied(runs: list[Run]) -> tuple[Run, ...]:
    found = [run for run in runs if run.text]
    while found and not found[0].text.strip():
        found.pop(0)
    if found:
        first = found[0]
        found[0] = Run(first.text.lstrip(), first.bold, first.italic, first.strike, first.link)
    return tuple(found)


def _look(tag: str, element: _Element, look: Run) -> Run:
    href = element.get("href") or ""
    return Run(
        "",
        bold=look.bold or tag in {"b", "strong"},
        italic=look.italic or tag in {"i", "em"},
        strike=look.strike or tag in {"s", "strike", "del"},
        link=href if tag == "a" and re.match(r"https?://[^\s()<>]+$", href) else look.link,
    )

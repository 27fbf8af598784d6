"""The tables of a web page: which only arrange it, and what stands in the cells of the others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from importer.cleaning import clean_text
from importer.html_noise import DROPPED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element


def nearest(element: _Element, tag: str) -> _Element | None:
    """The innermost element of this tag around an element."""
    return next((one for one in element.iterancestors() if one.tag == tag), None)


def is_layout(table: _Element, cells: list[list[_Element]]) -> bool:
    """A table that only arranges the page: it holds tables, or few cells with much text."""
    if any(True for _ in table.iter("table") if _ is not table):
        return True
    count = sum(map(len, cells))
    paragraphs = sum(1 for _ in table.iter("p", "div", "h1", "h2", "h3", "li"))
    return count <= 4 and paragraphs > 6 * max(count, 1)


def cell_text(element: _Element) -> str:
    """A cell's text, its paragraphs on lines."""
    text = re.sub(r"[ \t\r]+", " ", clean_text("".join(_cell_parts(element))))
    return re.sub(r"\s*\n\s*", "\n", text).strip()


def _cell_parts(element: _Element) -> Iterator[str]:
    yield re.sub(r"\s+", " ", element.text or "")
    for one in element:
        if isinstance(one.tag, str) and one.tag not in DROPPED:
            if one.tag in {"br", "p", "div", "li"}:
                yield "\n"
            yield from _cell_parts(one)
        yield re.sub(r"\s+", " ", one.tail or "")


def span(cell: _Element, name: str) -> int:
    """How many columns or rows a cell covers."""
    text = cell.get(name) or "1"
    return min(int(text), 200) if re.fullmatch(r"[1-9][0-9]{0,3}", text) else 1

"""The tables of a Word file: their rows and cells, and which of them are forms or furniture."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from importer.docx_cells import FormCell, unnested
from importer.docx_numbering import child, local, number, value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from lxml.etree import _Element

    from importer.docx_styles import Styles
    from importer.model import Piece

_WRAPPERS: Final = frozenset(
    {"sdt", "sdtContent", "ins", "customXml", "smartTag", "AlternateContent", "Choice", "moveTo"}
)
_SIGNING: Final = frozenset({"意见", "落款", "落款日期"})
_MOST_BEFORE: Final = 60


def through(element: _Element) -> Iterator[_Element]:
    """Children, those inside content controls and insertions included."""
    for one in element:
        if local(one) in _WRAPPERS:
            yield from through(one)
        else:
            yield one


def rows_of(table: _Element) -> list[_Element]:
    """The rows that tracked changes leave."""
    return [
        one for one in through(table) if local(one) == "tr" and child(one, "trPr", "del") is None
    ]


def tail_of(table: _Element) -> _Element | None:
    """The end of a Wenshu form, which stands in a table of its own behind an empty paragraph."""
    between = table.getnext()
    if between is None or local(between) != "p" or "".join(map(str, between.itertext())).strip():
        return None
    tail = between.getnext()
    if tail is None or local(tail) != "tbl":
        return None
    said = re.sub(r"\s+", "", "".join(map(str, tail.itertext())))
    return None if _is_signing(said) else tail


def only_cell(rows: list[_Element]) -> _Element | None:
    """The cell of a table that has one: a frame around text."""
    cells = [one for one in through(rows[0]) if local(one) == "tc"] if len(rows) == 1 else []
    return cells[0] if len(cells) == 1 else None


def read_row(row: _Element, read: Callable[[_Element], Iterable[Piece]]) -> list[FormCell]:
    """The cells of a row.

    Args:
        row: The row.
        read: Gives the pieces that stand in a cell.
    """
    before = number(value(child(row, "trPr", "gridBefore")))
    found = [FormCell([]) for _ in range(min(before, _MOST_BEFORE))]
    for cell in through(row):
        if local(cell) != "tc":
            continue
        properties = child(cell, "tcPr")
        merge = child(properties, "vMerge")
        state = "" if merge is None else value(merge) or "continue"
        pieces = [unnested(piece) for piece in read(cell)]
        span = max(1, number(value(child(properties, "gridSpan")), 1))
        marked = any(local(one) == "bookmarkStart" for one in cell.iter())
        found.append(FormCell(pieces, span, state, marked))
    return found


def is_furniture(table: _Element, styles: Styles) -> bool:
    """Whether a table of a Wenshu file is for signing: it holds paragraphs of such a style."""
    names = {_style_name(one, styles) for one in table.iter() if local(one) == "p"}
    if names & _SIGNING:
        return True
    said = "".join(str(one.text or "") for one in table.iter() if local(one) == "t")
    text = re.sub(r"\s+", "", said)
    return _is_signing(text)


def _is_signing(text: str) -> bool:
    return text.startswith("编制") and "审核" in text and "签收" in text


def names_terms(rows: list[_Element], styles: Styles) -> bool:
    """Whether every row begins with a cell in the style of terms."""
    firsts = [next((one for one in row.iter() if local(one) == "p"), None) for row in rows]
    return all(one is not None and _style_name(one, styles) == "表单栏目" for one in firsts)


def _style_name(paragraph: _Element, styles: Styles) -> str:
    return styles.name(value(child(paragraph, "pPr", "pStyle")))

"""The rows of a form as one table, whose grid is the union of all cell edges."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from generator.body.tables import cell_properties, table_xml

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generator.body.context import BodyContext

_SNAP: Final = 90
_LAYOUT: Final = '<w:tblLayout w:type="fixed"/>'
_INSIDE: Final = (
    "<w:tblBorders>"
    + "".join(f'<w:{side} w:val="nil"/>' for side in ("top", "left", "bottom", "right"))
    + "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("insideH", "insideV")
    )
    + "</w:tblBorders>"
)
_NO_MARGINS: Final = (
    '<w:tcMar><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tcMar>'
)


@dataclass(slots=True)
class FormCell:
    """A cell between two edges (twips from the left)."""

    left: int
    right: int
    content: str
    shade: bool = False
    merge: str = ""
    flush: bool = False


@dataclass(slots=True)
class FormRow:
    """A row of the form; `whole` rows are kept on one page, header rows cling to the next."""

    cells: list[FormCell] = field(default_factory=list)
    whole: bool = True


def form_table(
    context: BodyContext,
    rows: Sequence[FormRow],
    width: int,
    shade: str,
    *,
    inside: bool = False,
) -> str:
    """Rows as a table; one `inside` a cell has no outer lines."""
    edges = _edges(rows, width)
    widths = [right - left for left, right in pairwise(edges)]
    xml = "".join(_row_xml(row, edges, shade) for row in rows)
    made = table_xml(context, widths, xml)
    return made.replace(_LAYOUT, _INSIDE + _LAYOUT, 1) if inside else made


def _edges(rows: Sequence[FormRow], width: int) -> list[int]:
    """The union of all cell edges; edges closer than a hair's breadth become one."""
    wanted = sorted(
        {edge for row in rows for cell in row.cells for edge in (cell.left, cell.right)}
    )
    edges = [0]
    for edge in wanted:
        if edge - edges[-1] > _SNAP and width - edge > _SNAP:
            edges.append(edge)
    return [*edges, width]


def _position(edges: Sequence[int], value: int) -> int:
    return min(range(len(edges)), key=lambda index: abs(edges[index] - value))


def _row_xml(row: FormRow, edges: Sequence[int], shade: str) -> str:
    cells: list[str] = []
    for cell in row.cells:
        left, right = _position(edges, cell.left), _position(edges, cell.right)
        properties = cell_properties(
            edges[right] - edges[left],
            span=max(right - left, 1),
            merge=cell.merge,
            shade=shade if cell.shade else "",
        )
        if cell.flush:
            properties = properties.replace("<w:vAlign", _NO_MARGINS + "<w:vAlign", 1)
        cells.append(f"<w:tc>{properties}{cell.content}</w:tc>")
    head = "<w:trPr><w:cantSplit/></w:trPr>" if row.whole else ""
    return f"<w:tr>{head}{''.join(cells)}</w:tr>"

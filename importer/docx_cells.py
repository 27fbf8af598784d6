"""The cells of tables that may be forms: what stands in them, how far they reach."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from importer.model import Piece, TableCell

if TYPE_CHECKING:
    from collections.abc import Sequence

_LABEL: Final = re.compile(r"^[^。；;！？]{1,12}$")
_LONG: Final = 60
_BAND: Final = re.compile(
    r"概述|目的|职责|职能|任务|权限|资格|要求|条件|关系|指标|标准|发展|环境|描述|说明|内容"
)


@dataclass(slots=True)
class FormCell:
    """A cell: what stands in it, its width in columns, its vertical merge, whether it has a bookmark."""  # noqa: E501

    pieces: list[Piece]
    columns: int = 1
    merge: str = ""
    marked: bool = False

    @property
    def text(self) -> str:
        """The text on lines."""
        return "\n".join(
            f"{piece.label}{piece.text}" for piece in self.pieces if piece.text or piece.label
        )

    @property
    def is_label(self) -> bool:
        """A short name without punctuation."""
        return bool(_LABEL.match(self.name))

    @property
    def name(self) -> str:
        """The text as a name: without any white space."""
        return re.sub(r"[\s\u3000]+", "", self.text)

    @property
    def is_band(self) -> bool:
        """The usual name of a part of a role description."""
        return self.is_label and bool(_BAND.search(self.name))

    @property
    def is_table(self) -> bool:
        """Nothing but a table."""
        return len(self.pieces) == 1 and self.pieces[0].type == "table"

    @property
    def is_long(self) -> bool:
        """More than a name or a value: several paragraphs, numbers, or a long text."""
        return (
            len(self.pieces) > 1
            or len(self.text) > _LONG
            or any(p.label or p.type != "text" for p in self.pieces)
        )


def going_on(rows: list[list[FormCell]]) -> list[list[FormCell]]:
    """The rows of a form's end; one without a name goes on from the band above."""
    if rows and rows[0] and not rows[0][0].name:
        rows[0][0].merge = "continue"
    return rows


def form_cells(rows: Sequence[Sequence[TableCell]]) -> list[list[FormCell]]:
    """Cells as a form has them: those that a cell above covers are there and go on from it."""
    covered: dict[tuple[int, int], int] = {}
    grid: list[list[FormCell]] = []
    for r, row in enumerate(rows):
        line: list[FormCell] = []
        waiting = list(row)
        column = 0
        while waiting or (r, column) in covered:
            if (r, column) in covered:
                line.append(FormCell([], covered[r, column], "continue"))
                column += covered[r, column]
                continue
            cell = waiting.pop(0)
            pieces = [Piece(line=0, text=text) for text in cell.text.split("\n") if text.strip()]
            line.append(FormCell(pieces, cell.columns, "restart" if cell.rows > 1 else ""))
            covered |= {(r + down, column): cell.columns for down in range(1, cell.rows)}
            column += cell.columns
        grid.append(line)
    return grid


def spans(grid: list[list[FormCell]]) -> list[list[TableCell]]:
    """Vertical merges into row spans; the continued cells go."""
    starts: dict[int, tuple[int, int]] = {}
    rows: list[list[TableCell]] = []
    for r, row in enumerate(grid):
        cells: list[TableCell] = []
        column = 0
        for one in row:
            text, span, merge = flat_text(one.pieces), one.columns, one.merge
            if merge == "continue" and column in starts:
                top, at = starts[column]
                cell = rows[top][at]
                rows[top][at] = TableCell(cell.text, cell.columns, r - top + 1)
            else:
                starts.pop(column, None)
                if merge == "restart":
                    starts[column] = (r, len(cells))
                cells.append(TableCell(text, span))
            column += span
        rows.append(cells)
    return rows


def flat_text(pieces: list[Piece]) -> str:
    """A cell's text on lines; a table inside it row by row."""
    lines: list[str] = []
    for piece in pieces:
        if piece.type == "table":
            lines += [" ".join(cell.text for cell in row) for row in piece.rows]
        elif piece.type == "definition":
            lines.append(f"{piece.text}：{piece.caption}")
        else:
            lines.append(f"{piece.label}{piece.text}")
    return "\n".join(line for line in lines if line)


def unnested(piece: Piece) -> Piece:
    """A heading inside a cell is a paragraph of the cell."""
    piece.heading, piece.title = 0, False
    return piece

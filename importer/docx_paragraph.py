"""What the style of a Word paragraph makes of it: heading, title, centred, bold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from importer.docx_numbering import child, number, value
from importer.docx_text import merged, trimmed
from importer.model import Piece

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.etree import _Element

    from importer.docx_styles import Style
    from importer.model import Run


def base_piece(properties: _Element | None, chain: Sequence[Style], line: int) -> Piece:
    """What a paragraph's style and properties say of it, without its text."""
    outline = value(child(properties, "outlineLvl"))
    level = (
        number(outline, -1) if outline else next((s.outline for s in chain if s.outline >= 0), -1)
    )
    name = chain[0].name if chain else ""
    heading = re.match(r"(?:heading|标题)\s*([1-9])$", name)
    title = name in {"title", "标题", "文档标题", "题目", "公文标题"}
    if heading:
        level = int(heading[1]) - 1
    align = value(child(properties, "jc")) or next((s.align for s in chain if s.align), "")
    bold = next((s.bold for s in chain if s.bold is not None), False)
    size = next((s.size for s in chain if s.size), 0.0)
    continues = name in {"款", "条款续段", "续段", "list continue"}
    return Piece(
        line=line,
        heading=level + 1 if 0 <= level <= 8 and not title else 0,
        title=title,
        bold=bool(bold),
        centered=align == "center",
        size=size,
        level=1 if continues else 0,
    )


def piece_of(runs: list[Run], base: Piece) -> Piece:
    """One line of a paragraph: its text, and its runs where they have formatting."""
    runs = [run for run in merged(runs) if run.text or run.note or run.picture]
    piece = Piece(
        line=base.line,
        heading=base.heading,
        title=base.title,
        centered=base.centered,
        level=base.level,
    )
    words = [run for run in runs if run.text.strip() and not run.picture]
    if len(runs) == 1 and runs[0].picture:
        piece.type, piece.target, piece.text = "image", runs[0].picture, runs[0].text
        return piece
    piece.text = "".join(run.text for run in runs if not run.picture).strip(" \t\u3000\n")
    piece.bold = (bool(words) and all(run.bold for run in words)) or (base.bold and bool(words))
    piece.size = base.size
    if any(
        run.bold or run.italic or run.strike or run.link or run.note or run.picture for run in runs
    ):
        piece.runs = trimmed(runs)
    return piece

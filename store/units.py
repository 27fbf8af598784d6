"""Search units: the pieces of a document that a search can hit and a person can quote.

The unit is the article (第X条) with everything under it, else the first clause level under a
heading; titles, openings and unnumbered text are units without a clause.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True, frozen=True)
class Part:
    """A piece inside a unit, for placing a match more exactly.

    Attributes:
        start: Where it begins in the unit's `text`, in code points.
        line: Its line in the file.
        label: How it is called inside the unit, empty for the opening: `第二款`, `第（三）项`,
            `第二款第（三）项`, `（三）`, `2.`.
        anchor: The anchor of the nearest numbered piece.
    """

    start: int
    line: int
    label: str
    anchor: str


@dataclass(slots=True, frozen=True)
class Unit:
    """One thing that can be found.

    Attributes:
        type: `title` (the document itself: title and opening), `clause` or `text`.
        clause: The label where it is unique in the document, else the path from the nearest
            numbered heading (`二、（三）`); None for titles and unnumbered text.
        anchor: Where a link to it points; empty for the document itself.
        heading: The heading path as it prints, joined by ` / `.
        text: The plain text with everything under it, one block a line, labels of sub-items
            included as they print.
        line: Its line in the file, 1-based.
        parts: The pieces inside, by `start`; the first starts at 0.
    """

    type: str
    clause: str | None
    anchor: str
    heading: str
    text: str
    line: int
    parts: tuple[Part, ...] = ()

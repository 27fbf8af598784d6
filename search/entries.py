"""What the engine is given: documents with their searchable units, and nothing of the store."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

TITLE, CLAUSE, TEXT = 0, 1, 2
UNIT_TYPES = {"title": TITLE, "clause": CLAUSE, "text": TEXT}


@dataclass(slots=True, frozen=True)
class IndexedUnit:
    """One searchable piece of a document.

    Attributes:
        type: TITLE, CLAUSE or TEXT.
        clause: Its label, None without one.
        anchor: Where a link to it points.
        heading: The heading path as it prints, without the document's title.
        context: What is searched and ranked with the text but not part of it.
        text: The text as it prints.
        line: Its line in the file.
        parts: (start in the text, line, label, anchor) of the pieces inside.
    """

    type: int
    clause: str | None
    anchor: str
    heading: str
    context: str
    text: str
    line: int
    parts: tuple[tuple[int, int, str, str], ...] = ()


@dataclass(slots=True, frozen=True)
class IndexedDocument:
    """A document as the engine keeps it.

    Attributes:
        id: The document's id.
        fields: What a hit tells about the document and what filters look at; JSON values only.
        stamp: What must be unchanged for the indexed text to stay valid.
        units: The pieces, the title first.
    """

    id: str
    fields: Mapping[str, object]
    stamp: str
    units: tuple[IndexedUnit, ...] = field(default=())

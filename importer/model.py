"""What passes between the steps of an import: pieces of a source, then drafts of documents."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

PieceType = Literal[
    "text", "bullet", "table", "image", "break", "rule", "code", "quote", "footnote", "definition"
]


@dataclass(slots=True, frozen=True)
class Run:
    """A stretch of text with one formatting.

    `link` is an address, or `#` and the bookmark whose number the text is; `note` is a footnote's
    key.
    """

    text: str
    bold: bool = False
    italic: bool = False
    strike: bool = False
    link: str = ""
    note: str = ""
    picture: str = ""


@dataclass(slots=True, frozen=True)
class TableCell:
    """A cell of a table and how many columns and rows it covers."""

    text: str
    columns: int = 1
    rows: int = 1


@dataclass(slots=True, kw_only=True)
class Piece:
    """A paragraph, a table or an image of a source, at its line.

    Attributes:
        line: Its line in the source: of a text file the line, else the paragraph's number.
        text: The plain text, an automatic number not included.
        runs: The same text with its formatting; empty when there is none.
        label: The automatic number as it prints (Word).
        heading: The heading level that the source gives, 0 for none.
        title: The source says that this is a document's title.
        level: The nesting of a bullet.
        counted: A heading or clause whose number is computed, whatever the source prints.
        depth: The level of an automatic list, -1 where the source has none.
        caption: A table's caption, or what a term means.
        target: An image's file name in `Source.files`, or a footnote's key.
        size: A figure for the text's size, 0 when unknown.
        lines: Further source lines that were joined into this piece.
        anchors: The bookmarks that stand in it, which references point at.
    """

    line: int
    text: str = ""
    type: PieceType = "text"
    runs: tuple[Run, ...] = ()
    label: str = ""
    heading: int = 0
    title: bool = False
    level: int = 0
    bold: bool = False
    centered: bool = False
    counted: bool = False
    depth: int = -1
    rows: list[list[TableCell]] = field(default_factory=list)
    caption: str = ""
    target: str = ""
    size: float = 0.0
    lines: tuple[int, ...] = ()
    anchors: tuple[str, ...] = ()


@dataclass(slots=True, frozen=True)
class Doubt:
    """Something the importer was unsure of, or left out of the text; `code` is stable English."""

    line: int
    code: str
    message: str


@dataclass(slots=True, kw_only=True)
class Reading:
    """What a reader made of one file.

    Attributes:
        encoding: Of text and web pages; empty for the others.
        files: Images by name, to be saved beside the document.
        facts: What the file's properties say: title, author, 文枢文档 …
        raw: The whole text of a Markdown file with its table, taken over as it stands.
        joined: The reader put the lines of paragraphs together itself.
    """

    pieces: list[Piece] = field(default_factory=list)
    encoding: str = ""
    doubts: list[Doubt] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    raw: str = ""
    joined: bool = False


@dataclass(slots=True, kw_only=True)
class Node:
    """A heading, a clause or a block of a document that is being made."""

    sort: Literal["section", "clause", "block"]
    piece: Piece
    label: str = ""
    number: int = 0
    scheme: str = ""
    rank: int = 99
    nested: int = 0
    recovered: bool = False
    text: str = ""
    runs: tuple[Run, ...] = ()
    children: list[Node] = field(default_factory=list)

    @property
    def line(self) -> int:
        """The line in the source."""
        return self.piece.line

    def walk(self) -> Iterator[Node]:
        """This node and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(slots=True, kw_only=True)
class Figure:
    """A business figure found in a summary; all numbers are as printed."""

    name: str
    value: Decimal
    unit: str
    line: int
    text: str
    as_of: str = ""
    predicate: str = ""
    nature: str = "时期"
    change: Decimal | None = None
    change_percent: Decimal | None = None
    yoy: Decimal | None = None
    completion: Decimal | None = None
    share: Decimal | None = None
    approximate: str = ""
    group: str = ""
    parent: str = ""


@dataclass(slots=True, kw_only=True)
class Draft:
    """A document as the importer proposes it.

    Attributes:
        title: As the source prints it; equal titles stay equal here.
        ordinal: How the compilation counts it (第3篇), empty outside one.
        kind: The kind's slug.
        reasons: Why it was taken for that kind, strongest first.
        line: The title's line in the source, 0 when the file's name is the title.
        parent: Index of the parent among the file's drafts, -1 for none.
        fields: Front matter, by Chinese key.
        places: Places to fill by hand, proposed as fields.
        nodes: The outline; given up for `clauses` once the Markdown is written.
        clauses: The numbered pieces as JSON has them.
        body: The Markdown.
        raw: A Markdown file taken over as it stands, its table included.
        facts: What a file that Wenshu made says about itself.
        folder: The folder of its id where a person chose one.
    """

    title: str
    line: int
    ordinal: str = ""
    kind: str = "other"
    confidence: float = 0.0
    reasons: list[str] = field(default_factory=list)
    parent: int = -1
    fields: dict[str, object] = field(default_factory=dict)
    places: list[str] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    clauses: list[dict[str, object]] = field(default_factory=list)
    body: str = ""
    figures: list[Figure] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    raw: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    signature: tuple[int, ...] = ()
    length: int = 0
    id: str = ""
    path: str = ""
    action: str = ""
    folder: str = ""

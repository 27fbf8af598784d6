"""The document model: what a Markdown file says, block by block, each with its line.

A document is front matter plus a tree of sections; a section holds blocks and further sections.
Lines are 1-based in the file, front matter included. Every text is plain (no Markdown marks); the
`inlines` of a block keep emphasis, links and references for those who draw it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from store.markers import label_gap

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

BlockType = Literal[
    "paragraph", "clause", "list", "table", "quote", "image", "code", "definition", "chart", "break"
]
InlineType = Literal["text", "link", "reference", "image", "code", "footnote", "break", "blank"]
Align = Literal["left", "center", "right", ""]
Severity = Literal["error", "warning", "notice"]


@dataclass(slots=True, frozen=True)
class Inline:
    """A stretch of text with one formatting.

    `text` is what prints (for a reference: the present label of its target; for an image: its
    alternative text; for a blank: empty). `target` is a link's address, a reference's anchor or
    `document-id#anchor`, an image's path, or a footnote's key. `width` is a blank's width in
    characters.
    """

    text: str
    type: InlineType = "text"
    bold: bool = False
    italic: bool = False
    strike: bool = False
    target: str = ""
    width: int = 0


Inlines = tuple[Inline, ...]


@dataclass(slots=True, kw_only=True)
class Block:
    """A block of the text: `type` tells which; unused fields stay empty.

    - paragraph, quote, code, break: `text` (`language` for code; a break is a page break)
    - clause: see `Clause`
    - list: unordered items in `children` (each a paragraph or nested list)
    - table: `rows` (the first `header_rows` are headings), `aligns`, `caption`
    - image: `target` (path as written), `text` (alternative text, used as caption)
    - `caption_label`: the number of a caption, `图1` (see `store.captions`)
    - definition: `text` is the term, `children` its descriptions
    - chart: `figure`, whatever the metrics put there (`store.metrics` names the class)
    """

    type: BlockType
    line: int
    text: str = ""
    inlines: Inlines = ()
    children: list[Block] = field(default_factory=list)
    rows: list[list[Cell]] = field(default_factory=list)
    header_rows: int = 0
    aligns: tuple[Align, ...] = ()
    caption: str = ""
    caption_label: str = ""
    target: str = ""
    language: str = ""
    anchor: str = ""
    figure: object = None

    def walk(self) -> Iterator[Block]:
        """This block and all below it, in reading order."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(slots=True, frozen=True)
class Cell:
    """A cell of a table: its plain text, its inlines, and how many columns and rows it covers."""

    text: str
    inlines: Inlines = ()
    column_span: int = 1
    row_span: int = 1


class BlockSource(Protocol):
    """A value of a Jinja body that becomes a block: a chart, an indicator table."""

    def to_block(self, line: int) -> Block:
        """The block that stands at `line`."""


@dataclass(slots=True, kw_only=True)
class Clause(Block):
    """A numbered piece of the text.

    Attributes:
        label: What prints before the text: `第十二条`, `（二）`, `3.`; empty when unnumbered.
        number: Its value.
        level: 1 for the first clause level of the kind, 2 below it, and so on.
        scheme: The numbering scheme of the label as a sample: `第一条`, `一、`, `（一）`, `1.`, …
        literal: The label was typed in the text and prints as it stands.
        explicit_anchor: The anchor was given as `{: #id}`.
        typed: The number that stands in the Markdown source of an ordered list's item.
        text: The first paragraph. Further paragraphs (款), sub-clauses and tables are `children`.
    """

    type: BlockType = "clause"
    label: str = ""
    number: int = 0
    level: int = 1
    scheme: str = ""
    literal: bool = False
    explicit_anchor: bool = False
    typed: int = 0


@dataclass(slots=True, kw_only=True)
class Section:
    """A heading and what stands under it; the document's root has level 0 and no heading.

    `heading` is plain text without the label, `label` the printed number (第一章, 一、) or empty,
    `level` the nesting depth from 1 (not the number of hashes).
    """

    heading: str = ""
    label: str = ""
    number: int = 0
    level: int = 0
    line: int = 0
    inlines: Inlines = ()
    anchor: str = ""
    explicit_anchor: bool = False
    literal: bool = False
    scheme: str = ""
    blocks: list[Block] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)

    @property
    def title(self) -> str:
        """Label and heading as they print: `第一章 总则`, `一、工作措施`."""
        return f"{self.label}{label_gap(self.label)}{self.heading}"

    def walk(self) -> Iterator[Section]:
        """This section and all below it, in reading order."""
        yield self
        for section in self.sections:
            yield from section.walk()

    def walk_blocks(self) -> Iterator[Block]:
        """Every block of this section and all below, nested ones included."""
        for section in self.walk():
            for block in section.blocks:
                yield from block.walk()


@dataclass(slots=True, frozen=True)
class Problem:
    """Something about the content that a person should mend.

    `code` is stable English kebab-case; `line` is 0 where the whole file is meant.
    """

    path: str
    line: int
    severity: Severity
    code: str
    message: str
    hint: str = ""


@dataclass(slots=True)
class Body:
    """A parsed body: the root section, footnotes by key, and what was odd about the text."""

    root: Section
    footnotes: dict[str, list[Block]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def anchors(self) -> dict[str, Section | Clause]:
        """Every anchor of the body and what it names."""
        found: dict[str, Section | Clause] = {}
        for section in self.root.walk():
            if section.anchor:
                found.setdefault(section.anchor, section)
            for block in section.blocks:
                for piece in block.walk():
                    if isinstance(piece, Clause) and piece.anchor:
                        found.setdefault(piece.anchor, piece)
        return found


@dataclass(slots=True, frozen=True)
class Period:
    """What a summary covers: `2024年`, `2024年上半年`, `2024年第三季度`, `2024年11月`."""

    year: int
    part: Literal["year", "half", "quarter", "month"]
    index: int
    first: date
    last: date

    def __str__(self) -> str:
        """The period as it prints."""
        match self.part:
            case "year":
                return f"{self.year}年"
            case "half":
                return f"{self.year}年{'上' if self.index == 1 else '下'}半年"
            case "quarter":
                return f"{self.year}年第{'一二三四'[self.index - 1]}季度"
            case _:
                return f"{self.year}年{self.index}月"

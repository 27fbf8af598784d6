"""What a layout says, as typed data: paper, fonts, styles, the pieces around the body.

Lengths are millimetres where they belong to the page, points where they belong to text, and
characters (of the style's own size) where they are indents.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Align = Literal["left", "center", "right", "both", ""]
LineRule = Literal["exact", "multiple", ""]


@dataclass(frozen=True, slots=True)
class Page:
    """Paper and margins in millimetres; `lines` and `characters` say the grid that is aimed at."""

    width: float = 210
    height: float = 297
    top: float = 37
    bottom: float = 35
    left: float = 28
    right: float = 26
    header: float = 15
    footer: float = 24.5
    lines: int = 0
    characters: int = 0
    odd_even: bool = False

    @property
    def text_width(self) -> float:
        """Width of the text area in millimetres."""
        return self.width - self.left - self.right

    @property
    def text_height(self) -> float:
        """Height of the text area in millimetres."""
        return self.height - self.top - self.bottom


@dataclass(frozen=True, slots=True)
class TextStyle:
    """A paragraph style; a field left at its default is inherited from the base text.

    Attributes:
        font: East Asian font, `latin` the font of letters and digits.
        size: Points.
        line: Points for `exact`, a factor for `multiple`.
        indent: First line in characters; `left`, `right` and `hanging` too.
        spacing: Character spacing in twentieths of a point.
        label_font: Font of a computed number, `label_bold` its weight.
    """

    font: str = ""
    latin: str = ""
    size: float = 0
    bold: bool = False
    italic: bool = False
    color: str = ""
    align: Align = ""
    line: float = 0
    line_rule: LineRule = ""
    before: float = 0
    after: float = 0
    indent: float = 0
    left: float = 0
    right: float = 0
    hanging: float = 0
    spacing: int = 0
    keep_next: bool = False
    keep_lines: bool = False
    page_break_before: bool = False
    label_font: str = ""
    label_bold: bool = False


@dataclass(frozen=True, slots=True)
class CellPiece:
    """A cell of a table that stands in the page around the body."""

    text: str = ""
    style: str = ""
    span: int = 1
    rows: int = 1
    shade: bool = False
    block: str = ""


@dataclass(frozen=True, slots=True)
class TablePiece:
    """A table around the body: rows of cells, column widths as shares, row height in mm.

    `each` (`one in many`) repeats the row numbered `each_row`; `header_rows` repeat on each page.
    `rules` draws lines above, between and below rows only; `bottom` puts the table at the foot of
    the text area (版记).
    """

    widths: tuple[float, ...]
    rows: tuple[tuple[CellPiece, ...], ...]
    heights: tuple[float, ...] = ()
    each: str = ""
    each_row: int = 0
    header_rows: int = 0
    borders: bool = True
    rules: bool = False
    bottom: bool = False
    splittable: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """Something around the body: a paragraph of text with tags, a table, a rule, a break.

    Attributes:
        text: Text with Jinja tags and the marks 〈页码〉 〈页数〉 for page numbers.
        style: Key of a style.
        when: Jinja condition under which the piece prints.
        each: `one in many`: the piece prints once for each.
        block: Name of a value that stands for whole blocks (`正文`, `目录`).
        rule: A rule under the paragraph: `#RRGGBB 宽度` in points, empty for none.
        logo: The piece is the company's logo, if there is one.
        keep: The piece stays with the one after it.
    """

    text: str = ""
    style: str = ""
    when: str = ""
    each: str = ""
    block: str = ""
    rule: str = ""
    break_page: bool = False
    section_break: bool = False
    logo: bool = False
    keep: bool = False
    table: TablePiece | None = None


@dataclass(frozen=True, slots=True)
class TableLook:
    """How tables of the body look: colours as RRGGBB, border widths in points."""

    header_shade: str = ""
    border: str = "000000"
    border_width: float = 0.5
    style: Literal["grid", "open"] = "grid"


@dataclass(frozen=True, slots=True)
class FormLook:
    """The body as one form of tables: a label column and what belongs to it.

    Attributes:
        label: Width of the label column in millimetres.
        shade: Colour of label cells.
        share: Heading of the column that takes a duty's share (`（占比40%）`).
    """

    label: float = 22
    shade: str = "F2F2F2"
    share: str = "占比"


@dataclass(frozen=True, slots=True)
class Fit:
    """Slight tightening that may bring a page count down: factors on line height and size."""

    pages: int = 0
    steps: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """A layout as read from its TOML file.

    Attributes:
        name: Its name, the file's stem.
        fallbacks: What stands in for a font, best first.
        contents_from: Characters of body text from which cover and table of contents appear
            (0: never).
        before: Pieces before the body, `after` behind it.
        body: Whether the document's text stands in it; a sheet for signatures has none.
        signature: What stands behind the body is signed: the end of the body stays with it.
        header: Pieces of the header; `header_even`, `footer_even` for even pages.
        remarks: What the user is to be told about the company's settings.
        logo_place: Where the logo is set, for messages.
    """

    name: str
    description: str = ""
    page: Page = field(default_factory=Page)
    fallbacks: dict[str, tuple[str, ...]] = field(default_factory=dict)
    styles: dict[str, TextStyle] = field(default_factory=dict)
    tables: TableLook = field(default_factory=TableLook)
    form: FormLook | None = None
    fit: Fit = field(default_factory=Fit)
    contents_from: int = 0
    contents_levels: int = 2
    before: tuple[Piece, ...] = ()
    after: tuple[Piece, ...] = ()
    header: tuple[Piece, ...] = ()
    header_even: tuple[Piece, ...] = ()
    footer: tuple[Piece, ...] = ()
    footer_even: tuple[Piece, ...] = ()
    logo: str = ""
    watermark: bool = True
    body: bool = True
    signature: bool = False
    remarks: tuple[str, ...] = ()
    logo_place: str = ""

    def style(self, key: str) -> TextStyle:
        """A style by key; unknown ones look like the base text."""
        return self.styles.get(key) or self.styles["base"]

    @property
    def base(self) -> TextStyle:
        """The base text, which every style inherits from."""
        return self.styles["base"]

"""Lines of Markdown into blocks, each with its line: the first half of parsing a body.

The rules are those of the `markdown` package with `sane_lists`, tables, fenced code, footnotes and
definition lists, and the office dialect on top: a list may begin right after a line of text,
nesting is by four spaces, a typed number (`第五条 …`, `（二）…`) ends the block before it. Blocks
come out flat where numbers decide the nesting; `store.structure` builds the tree. The package
itself keeps no line numbers, therefore the block level is ours; the text inside a block is the
package's work.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from store.inline import parse_inlines, plain
from store.markers import read_heading_marker, read_marker
from store.model import Block, Cell, Clause
from store.shield import FIGURE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.markers import Marker
    from store.model import Align, BlockSource, Inlines

Line = tuple[int, str]

MAX_DEPTH: Final = 12
_HEADING: Final = re.compile(
    r"^ {0,3}(#{2,6}|#(?=[ \t\u3000]))[ \t\u3000]*(.*?)[ \t\u3000]*#*[ \t]*$"
)
_ORDERED: Final = re.compile(r"^( {0,3})([0-9]{1,3})\.(?:[ \t\u3000]+(.*)|)$")
_BULLET: Final = re.compile(r"^( {0,3})[-*+](?:[ \t\u3000]+(.*)|)$")
_RULE: Final = re.compile(r"^ {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$")
_PAGE_BREAK: Final = re.compile(r"^\s*(?:<!--\s*分页\s*-->|\\newpage|\f)\s*$")
_FENCE: Final = re.compile(r"^ {0,3}(```+|~~~+)[ \t]*([\w+#.-]*)[ \t]*$")
_DELIMITER: Final = re.compile(r"^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_FOOTNOTE: Final = re.compile(r"^ {0,3}\[\^([^\]\s]+)\]:[ \t]*(.*)$")
_DEFINITION: Final = re.compile(r"^ {0,3}:[ \t\u3000]+(.*)$")
_ATTRIBUTES: Final = re.compile(r"[ \t]*\{:?[ \t]*(#[^\s}]+)?[ \t]*(\.unnumbered)?[ \t]*\}[ \t]*$")
_IMAGE: Final = re.compile(r"^!\[([^\]]*)\]\(\s*<?([^)>\s]+)>?(?:\s+\"([^\"]*)\")?\s*\)$")
_LOOKS_LIKE_MARKER: Final = re.compile(
    r"^(?:[0-9]{1,4}[.](?:[ \t\u3000]+\S|[^\s0-9.,，:：%\-—~～年月日])"
    r"|[０-９]{1,3}[．.、）)]|[0-9]{1,3}．"
    r"|第[一二三四五六七八九十百零〇0-9]{1,6}条"
    r"[^\s\u3000：:【之规第的、和至到或中与及款项，。；）)》”所以])"
)
_FULL_WIDTH_ITEM: Final = re.compile(r"^(?:[０-９]{1,3}[．.]|[0-9]{1,3}．)")
_PLAIN_STARTS: Final = re.compile(
    r"[^\s#>|`~\-*+_!\[<:\\0-9０-９第（(一二三四五六七八九十百廿卅①-⑳\ufdd2\f=]"
)


@dataclass(slots=True)
class Heading:
    """A heading as it stands: `hashes` 1 to 6, the marker typed in front of it if any."""

    line: int
    hashes: int
    text: str
    inlines: Inlines
    marker: Marker | None
    anchor: str
    unnumbered: bool


@dataclass(slots=True, frozen=True)
class Oddity:
    """Something about the text that a person should look at."""

    line: int
    code: str
    detail: str = ""


@dataclass(slots=True)
class Scan:
    """What `parse_blocks` found: headings and blocks in order, footnotes, oddities."""

    pieces: list[Heading | Block] = field(default_factory=list)
    footnotes: dict[str, list[Block]] = field(default_factory=dict)
    footnote_lines: dict[str, int] = field(default_factory=dict)
    oddities: list[Oddity] = field(default_factory=list)


def parse_blocks(lines: Sequence[Line], figures: Sequence[BlockSource] = ()) -> Scan:
    """Read the lines of a body.

    Args:
        lines: (line number in the file, text without line end) pairs.
        figures: What the figure tokens in the text stand for, by index.
    """
    scan = Scan()
    expanded = [(number, _expand(text)) for number, text in lines]
    _Reader(expanded, scan, figures, depth=0).read_into(scan.pieces)
    return scan


def _expand(text: str) -> str:
    """Tabs at the start become four spaces; full-width spaces at the start go."""
    if "\t" in text:
        stripped = text.lstrip(" \t")
        lead = text[: len(text) - len(stripped)].expandtabs(4)
        text = lead + stripped
    if text and text[0] == "\u3000":
        text = text.lstrip("\u3000 ")
    return text.rstrip("\r")


def take_attributes(text: str) -> tuple[str, str, bool]:
    """Split `{: #id .unnumbered}` off the end: (text, id, unnumbered)."""
    if not text.endswith("}"):
        return text, "", False
    match = _ATTRIBUTES.search(text)
    if not match or not (match[1] or match[2]):
        return text, "", False
    return text[: match.start()], (match[1] or "#")[1:], bool(match[2])


class _Reader:
    """Reads one run of lines; the insides of items and quotes are read by further readers."""

    def __init__(
        self, lines: Sequence[Line], scan: Scan, figures: Sequence[BlockSource], depth: int
    ) -> None:
        self.lines = lines
        self.scan = scan
        self.figures = figures
        self.depth = depth
        self.at = 0
        self.out: list[Heading | Block] = []
        self.after_blank = True

    def read_into(self, out: list[Heading | Block]) -> None:
        self.out = out
        while self.at < len(self.lines):
            self._step()

    def read_blocks(self) -> list[Block]:
        """Read lines that can't hold sections: a heading inside an item stays a paragraph."""
        pieces: list[Heading | Block] = []
        self.read_into(pieces)
        return [_as_block(piece) for piece in pieces]

    def _step(self) -> None:
        number, text = self.lines[self.at]
        if not text or text.isspace():
            self.at += 1
            self.after_blank = True
            return
        if not _PLAIN_STARTS.match(text) and self._special(number, text):
            self.after_blank = False
            return
        self._paragraph()
        self.after_blank = False

    def _special(self, number: int, text: str) -> bool:
        """Try every block that begins with a mark of its own."""
        return (
            self._heading(number, text)
            or self._break(number, text)
            or self._comment(text)
            or self._fence(number, text)
            or self._footnote(number, text)
            or self._items(text)
            or self._table(number, text)
            or self._quote(text)
            or self._figure(number, text)
            or self._literal(number, text)
        )

    def _note(self, line: int, code: str, detail: str = "") -> None:
        self.scan.oddities.append(Oddity(line, code, detail))

    # -- single lines -------------------------------------------------------------------------

    def _heading(self, number: int, text: str) -> bool:
        match = _HEADING.match(text) if "#" in text[:4] else None
        if not match:
            return False
        content, anchor, unnumbered = take_attributes(match[2])
        marker = read_heading_marker(content)
        inlines = parse_inlines(content[marker.length :] if marker else content)
        heading = Heading(
            number, len(match[1]), plain(inlines), inlines, marker, anchor, unnumbered
        )
        self.out.append(heading)
        self.at += 1
        if self.depth:
            self._note(number, "heading-inside-item")
        return True

    def _break(self, number: int, text: str) -> bool:
        if _PAGE_BREAK.match(text):
            self.out.append(Block(type="break", line=number, text="page"))
        elif text.lstrip()[0] in "-*_" and _RULE.match(text):
            self.out.append(Block(type="break", line=number, text="rule"))
        else:
            return False
        self.at += 1
        return True

    def _comment(self, text: str) -> bool:
        if not text.lstrip().startswith("<!--"):
            return False
        while self.at < len(self.lines):
            content = self.lines[self.at][1]
            self.at += 1
            if "-->" in content:
                break
        return True

    def _figure(self, number: int, text: str) -> bool:
        match = FIGURE.fullmatch(text.strip())
        if not match or int(match[1]) >= len(self.figures):
            return False
        self.out.append(self.figures[int(match[1])].to_block(number))
        self.at += 1
        return True

    # -- fenced code, footnotes, quotes ---------------------------------------------------------

    def _fence(self, number: int, text: str) -> bool:
        match = _FENCE.match(text)
        if not match:
            return False
        end = self.at + 1
        while end < len(self.lines) and not self.lines[end][1].strip().startswith(match[1]):
            end += 1
        content = "\n".join(text for _, text in self.lines[self.at + 1 : end])
        self.out.append(Block(type="code", line=number, text=content, language=match[2]))
        if end == len(self.lines):
            self._note(number, "fence-not-closed")
        self.at = end + 1
        return True

    def _footnote(self, number: int, text: str) -> bool:
        match = _FOOTNOTE.match(text)
        if not match:
            return False
        inner: list[Line] = [(number, match[2])]
        self.at += 1
        while self.at < len(self.lines) and self._belongs(self.lines[self.at][1]):
            line, content = self.lines[self.at]
            inner.append((line, content[4:]))
            self.at += 1
        if match[1] in self.scan.footnotes:
            self._note(number, "footnote-double", match[1])
        self.scan.footnotes[match[1]] = self._inside(inner).read_blocks()
        self.scan.footnote_lines[match[1]] = number
        return True

    def _belongs(self, text: str) -> bool:
        """Whether a line is blank before an indented one, or indented itself."""
        if text.strip():
            return text.startswith("    ")
        following = next((t for _, t in self.lines[self.at :] if t.strip()), "")
        return following.startswith("    ")

    def _quote(self, text: str) -> bool:
        if not text.lstrip(" ").startswith(">"):
            return False
        start = self.lines[self.at][0]
        inner: list[Line] = []
        while self.at < len(self.lines):
            line, content = self.lines[self.at]
            if not content.lstrip(" ").startswith(">"):
                break
            inner.append((line, re.sub(r"^ *> ?", "", content)))
            self.at += 1
        children = self._inside(inner).read_blocks()
        text = "\n".join(child.text for child in children if child.text)
        self.out.append(Block(type="quote", line=start, text=text, children=children))
        return True

    def _inside(self, lines: list[Line]) -> _Reader:
        if self.depth >= MAX_DEPTH:
            self._note(lines[0][0], "nested-too-deep")
            lines = [(number, text.strip()) for number, text in lines]
            lines = [
                (number, "\\" + text if text[:1] in "->*+#" else text) for number, text in lines
            ]
        return _Reader(lines, self.scan, self.figures, self.depth + 1)

    # -- lists ------------------------------------------------------------------------------------

    def _items(self, text: str) -> bool:
        ordered = _ORDERED.match(text)
        if ordered and not self._begins_list(int(ordered[2])):
            return False
        if ordered:
            self._ordered_items()
        elif _BULLET.match(text):
            self._bullet_items()
        else:
            return False
        return True

    def _begins_list(self, number: int) -> bool:
        """Right after a line of text a list must begin with 1; after anything else it may go on."""
        if self.after_blank or number == 1:
            return True
        return bool(self.out) and not _is_open_text(self.out[-1])

    def _ordered_items(self) -> None:
        while self.at < len(self.lines):
            number, text = self.lines[self.at]
            match = _ORDERED.match(text)
            if not match:
                break
            if match[1]:
                self._note(number, "odd-indent", text.strip()[:20])
            clause = Clause(line=number, typed=int(match[2]))
            self._fill(clause, self._item_lines(match[3] or ""))
            self.out.append(clause)
            self._skip_blanks_before(_ORDERED)

    def _fill(self, clause: Clause, lines: list[Line]) -> None:
        blocks = self._inside(lines).read_blocks()
        if blocks and blocks[0].type == "paragraph":
            first = blocks.pop(0)
            clause.text, clause.inlines = first.text, first.inlines
            if first.anchor:
                clause.anchor, clause.explicit_anchor = first.anchor, True
        clause.children = blocks

    def _bullet_items(self) -> None:
        block = Block(type="list", line=self.lines[self.at][0])
        while self.at < len(self.lines):
            number, text = self.lines[self.at]
            match = _BULLET.match(text)
            if not match or _RULE.match(text):
                break
            if match[1]:
                self._note(number, "odd-indent", text.strip()[:20])
            children = self._inside(self._item_lines(match[2] or "")).read_blocks()
            if not children:
                children = [Block(type="paragraph", line=number)]
            first, *rest = children
            first.children.extend(rest)
            block.children.append(first)
            self._skip_blanks_before(_BULLET)
        self.out.append(block)

    def _item_lines(self, first: str) -> list[Line]:
        """The lines of one item, its own indentation taken off."""
        lines: list[Line] = [(self.lines[self.at][0], first)]
        self.at += 1
        blank = False
        while self.at < len(self.lines):
            number, text = self.lines[self.at]
            if not text.strip():
                blank = True
                lines.append((number, ""))
            elif text.startswith("    "):
                lines.append((number, text[4:]))
                blank = False
            elif blank or not self._continues(number, text):
                break
            else:
                lines.append((number, text.strip()))
            self.at += 1
        while len(lines) > 1 and not lines[-1][1]:
            lines.pop()
        return lines

    def _continues(self, number: int, text: str) -> bool:
        """Whether a line right below an item's text is more of that text."""
        if _ORDERED.match(text) or _BULLET.match(text) or self._starts_block(text):
            return False
        if read_marker(text.lstrip()):
            return False
        self._look(number, text)
        if 1 <= len(text) - len(text.lstrip(" ")) <= 3:
            self._note(number, "odd-indent", text.strip()[:20])
        return True

    @staticmethod
    def _starts_block(text: str) -> bool:
        return bool(
            (text[0] in "#>|" and (text[0] != "#" or _HEADING.match(text)))
            or _FENCE.match(text)
            or _RULE.match(text)
            or FIGURE.fullmatch(text.strip())
            or text.startswith("<!--")
            or _PAGE_BREAK.match(text)
        )

    def _skip_blanks_before(self, pattern: re.Pattern[str]) -> None:
        """Step over blank lines when another item of the same list follows."""
        at = self.at
        while at < len(self.lines) and not self.lines[at][1].strip():
            at += 1
        if at < len(self.lines) and at > self.at and pattern.match(self.lines[at][1]):
            self.at = at

    # -- tables -----------------------------------------------------------------------------------

    def _table(self, number: int, text: str) -> bool:
        if "|" not in text or self.at + 1 >= len(self.lines):
            return False
        delimiter = self.lines[self.at + 1][1]
        if "-" not in delimiter or "|" not in delimiter or not _DELIMITER.match(delimiter):
            return False
        aligns = tuple(_align(cell) for cell in split_row(delimiter))
        rows = [split_row(text)]
        numbers = [number]
        self.at += 2
        while self.at < len(self.lines):
            line, content = self.lines[self.at]
            if not content.strip() or "|" not in content:
                break
            rows.append(split_row(content))
            numbers.append(line)
            self.at += 1
        self.out.append(self._table_block(numbers, rows, aligns))
        return True

    def _table_block(
        self, numbers: list[int], rows: list[list[str]], aligns: tuple[Align, ...]
    ) -> Block:
        width = len(rows[0])
        for line, row in zip(numbers, rows, strict=True):
            if len(row) > width:
                self._note(line, "table-row-too-long", str(len(row) - width))
        columns = max(len(row) for row in rows)
        cells = merge_cells([row + [""] * (columns - len(row)) for row in rows])
        text = "\n".join("\t".join(cell.text for cell in row) for row in cells)
        none: tuple[Align, ...] = ("",)
        padded = (aligns + none * columns)[:columns]
        return Block(
            type="table", line=numbers[0], rows=cells, header_rows=1, aligns=padded, text=text
        )

    # -- text -------------------------------------------------------------------------------------

    def _literal(self, number: int, text: str) -> bool:
        stripped = text.lstrip(" ")
        marker = read_marker(stripped)
        if not marker:
            return False
        self.at += 1
        content = self._paragraph_lines([stripped[marker.length :]], in_list=True)
        content, anchor, _ = take_attributes(content)
        inlines = parse_inlines(content)
        clause = Clause(
            line=number,
            label=marker.label,
            number=marker.number,
            scheme=marker.scheme,
            literal=True,
            text=plain(inlines),
            inlines=inlines,
            anchor=anchor,
            explicit_anchor=bool(anchor),
            typed=-1 if marker.inserted else marker.number,
        )
        self.out.append(clause)
        return True

    def _paragraph(self) -> None:
        number, text = self.lines[self.at]
        indent = len(text) - len(text.lstrip(" "))
        if indent:
            code = "odd-indent" if indent < 4 else "stray-indent"
            self._note(number, code, text.strip()[:20])
        self._look(number, text)
        self.at += 1
        content = self._paragraph_lines([text])
        content, anchor, _ = take_attributes(content)
        if not content and anchor and self.out and _give_anchor(self.out[-1], anchor):
            return
        self.out.append(self._text_block(number, content, anchor))
        self._definitions()

    def _text_block(self, number: int, content: str, anchor: str) -> Block:
        if content.startswith("!") and (image := _IMAGE.match(content.strip())):
            return Block(
                type="image",
                line=number,
                text=image[1],
                target=image[2],
                caption=image[3] or image[1],
                anchor=anchor,
            )
        inlines = parse_inlines(content)
        return Block(
            type="paragraph", line=number, text=plain(inlines), inlines=inlines, anchor=anchor
        )

    def _paragraph_lines(self, content: list[str], *, in_list: bool = False) -> str:
        """Gather the lines that belong to the paragraph that has begun."""
        while self.at < len(self.lines):
            number, text = self.lines[self.at]
            if not text.strip() or self._ends_paragraph(text, in_list=in_list):
                break
            self._look(number, text)
            content.append(text)
            self.at += 1
        return "\n".join(content).strip("\n")

    def _ends_paragraph(self, text: str, *, in_list: bool) -> bool:
        if _PLAIN_STARTS.match(text):
            return False
        stripped = text.lstrip(" ")
        if self._starts_block(text) or _DEFINITION.match(text) or _FOOTNOTE.match(text):
            return True
        if (item := _ORDERED.match(text)) and (in_list or int(item[2]) == 1):
            return True
        if read_marker(stripped) or (_BULLET.match(text) and not text.startswith("    ")):
            return True
        return self._is_table_start(text)

    def _is_table_start(self, text: str) -> bool:
        if "|" not in text or self.at + 1 >= len(self.lines):
            return False
        return bool(_DELIMITER.match(self.lines[self.at + 1][1]))

    def _definitions(self) -> None:
        """`: …` lines after a paragraph make it a term with descriptions."""
        if self.at >= len(self.lines) or not _DEFINITION.match(self.lines[self.at][1]):
            return
        term = self.out[-1]
        if not isinstance(term, Block) or term.type != "paragraph":
            return
        term.type = "definition"
        while self.at < len(self.lines):
            match = _DEFINITION.match(self.lines[self.at][1])
            if not match:
                break
            lines = self._item_lines(match[1])
            term.children.extend(self._inside(lines).read_blocks())

    def _look(self, number: int, text: str) -> None:
        """Note a line that looks like an item and is none."""
        stripped = text.lstrip(" ")
        if stripped[:1] not in "0123456789０１２３４５６７８９第":
            return
        if _FULL_WIDTH_ITEM.match(stripped):
            self._note(number, "full-width-item", stripped[:20])
        elif _LOOKS_LIKE_MARKER.match(stripped):
            self._note(number, "suspicious-marker", stripped[:20])


def _is_open_text(piece: Heading | Block) -> bool:
    return isinstance(piece, Block) and piece.type == "paragraph"


def _give_anchor(piece: Heading | Block, anchor: str) -> bool:
    """A line that holds nothing but `{: #id}` names the block above it."""
    piece.anchor = anchor
    if isinstance(piece, Clause):
        piece.explicit_anchor = True
    return True


def _as_block(piece: Heading | Block) -> Block:
    if isinstance(piece, Block):
        return piece
    label = piece.marker.label if piece.marker else ""
    return Block(type="paragraph", line=piece.line, text=label + piece.text, inlines=piece.inlines)


def _align(cell: str) -> Align:
    left, right = cell.startswith(":"), cell.endswith(":")
    return "center" if left and right else "right" if right else "left" if left else ""


def split_row(text: str) -> list[str]:
    r"""The cells of a table's row; `\|` and a bar in a code span do not divide."""
    text = text.strip()
    text = text.removeprefix("|")
    if text.endswith("|") and not text.endswith("\\|"):
        text = text[:-1]
    if "\\" not in text and "`" not in text:
        return [cell.strip() for cell in text.split("|")]
    cells, current, code, at = [], "", False, 0
    while at < len(text):
        char = text[at]
        if char == "\\" and text[at : at + 2] == "\\|":
            current, at = current + "|", at + 2
            continue
        if char == "`":
            code = not code and "`" in text[at + 1 :]
        if char == "|" and not code:
            cells.append(current.strip())
            current = ""
        else:
            current += char
        at += 1
    return [*cells, current.strip()]


def merge_cells(rows: list[list[str]]) -> list[list[Cell]]:
    """Cells of a table; `^^` joins the cell above, `<<` the cell to the left."""
    spans: dict[tuple[int, int], list[int]] = {}
    owner: dict[tuple[int, int], tuple[int, int]] = {}
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            source = (
                (r - 1, c) if text == "^^" and r else (r, c - 1) if text == "<<" and c else None
            )
            if source is None:
                owner[r, c] = (r, c)
                spans[r, c] = [1, 1]
                continue
            top, left = owner[r, c] = owner[source]
            spans[top, left][0] = max(spans[top, left][0], c - left + 1)
            spans[top, left][1] = max(spans[top, left][1], r - top + 1)
    return [
        [_cell(text, spans[r, c]) for c, text in enumerate(row) if owner[r, c] == (r, c)]
        for r, row in enumerate(rows)
    ]


def _cell(text: str, span: list[int]) -> Cell:
    inlines = parse_inlines(text.replace("<br>", "  \n").replace("<br/>", "  \n"))
    return Cell(plain(inlines), inlines, span[0], span[1])

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

from store.cursor import Cursor
from store.inline import parse_inlines, plain
from store.markers import ARTICLE_RANK, read_heading_marker, read_marker
from store.model import Block, Clause
from store.oddities import Oddity
from store.shapes import (
    BULLET,
    DEFINITION,
    FENCE,
    FOOTNOTE,
    HEADING,
    IMAGE,
    ORDERED,
    PAGE_BREAK,
    PLAIN_START,
    RULE,
    expand,
    indent_of,
    is_blank,
    take_attributes,
    unguarded,
)
from store.shield import FIGURE
from store.tables import read_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from store.cursor import Line
    from store.markers import Marker
    from store.model import BlockSource, Inlines

MAX_DEPTH: Final = 12
_TOP_HASHES: Final = 2
_LONGEST_TYPED_HEADING: Final = 40
_SENTENCE_ENDS: Final = ("，", "。", "；", "：", "！", "？")


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
    expanded = [(number, expand(text)) for number, text in lines]
    if figures:
        expanded = list(_figures_apart(expanded, scan.oddities))
    _Reader(expanded, scan, figures, depth=0).read_into(scan.pieces)
    return scan


def _figures_apart(lines: Sequence[Line], oddities: list[Oddity]) -> Iterator[Line]:
    """Give each figure a line of its own: below its item, behind its table."""
    held: list[Line] = []
    for number, text in lines:
        tokens = [match.group() for match in FIGURE.finditer(text)]
        rest = FIGURE.sub("", text).rstrip() if tokens else text
        if held and "|" not in text:
            yield from held
            held = []
        if not tokens or rest:
            yield number, rest
        item = ORDERED.match(rest.lstrip()) or BULLET.match(rest.lstrip())
        if tokens and rest and not (item and not item[2 if item.re is BULLET else 3]):
            oddities.append(Oddity(number, "figure-in-text"))
        lead = " " * (indent_of(text) + (4 if item else 0))
        apart = [(number, lead + token) for token in tokens]
        if "|" in rest:
            held += apart
        else:
            yield from apart
    yield from held


class _Reader(Cursor):
    """Reads one run of lines; the insides of items and quotes are read by further readers."""

    def __init__(
        self, lines: list[Line], scan: Scan, figures: Sequence[BlockSource], depth: int
    ) -> None:
        super().__init__(lines, scan.oddities)
        self.scan = scan
        self.figures = figures
        self.depth = depth
        self.out: list[Heading | Block] = []

    def read_into(self, out: list[Heading | Block]) -> None:
        self.out = out
        while self.at < len(self.lines):
            self._step()

    def _step(self) -> None:
        number, text = self.lines[self.at]
        if is_blank(text):
            self.at += 1
        elif (PLAIN_START.match(text) and "|" not in text) or not self._special(number, text):
            self._paragraph()

    def _special(self, number: int, text: str) -> bool:
        """Try every block that begins with a mark of its own."""
        return (
            self._heading(number, text)
            or self._break(number, text)
            or self._comment(number, text)
            or self._fence(number, text)
            or self._footnote(number, text)
            or self._items(text)
            or self._table(text)
            or self._quote(text)
            or self._figure(number, text)
            or self._literal(number, text)
        )

    # -- single lines -------------------------------------------------------------------------

    def _heading(self, number: int, text: str) -> bool:
        match = HEADING.match(text) if "#" in text[:4] else None
        if not match:
            return False
        content, anchor, unnumbered = take_attributes(match[2])
        self.at += 1
        if self.depth:
            self.note(number, "heading-inside-item")
            self.out.append(self._text_block(number, content, anchor))
            return True
        marker = read_heading_marker(content)
        inlines = parse_inlines(content[marker.length :] if marker else unguarded(content))
        heading = Heading(
            number, len(match[1]), plain(inlines), inlines, marker, anchor, unnumbered
        )
        if not heading.text and not marker:
            self.note(number, "heading-empty")
        self.out.append(heading)
        return True

    def _break(self, number: int, text: str) -> bool:
        if PAGE_BREAK.match(text):
            self.out.append(Block(type="break", line=number, text="page"))
        elif RULE.match(text):
            self.out.append(Block(type="break", line=number, text="rule"))
        else:
            return False
        self.at += 1
        return True

    def _comment(self, number: int, text: str) -> bool:
        """A comment from the start of a line; what follows its end on the line is read."""
        if not text.lstrip().startswith("<!--"):
            return False
        if self.comment_end() < self.at:
            self.note(number, "comment-not-closed")
            return False
        while "-->" not in self.lines[self.at][1]:
            self.at += 1
        line, content = self.lines[self.at]
        rest = content.partition("-->")[2]
        if rest.strip():
            self.lines[self.at] = (line, rest.lstrip())
        else:
            self.at += 1
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
        match = FENCE.match(text)
        if not match:
            return False
        end = self.at + 1
        while end < len(self.lines) and not self.lines[end][1].strip().startswith(match[1]):
            end += 1
        content = "\n".join(text for _, text in self.lines[self.at + 1 : end])
        self.out.append(Block(type="code", line=number, text=content, language=match[2]))
        if end == len(self.lines):
            self.note(number, "fence-not-closed")
        self.at = end + 1
        return True

    def _footnote(self, number: int, text: str) -> bool:
        match = FOOTNOTE.match(text)
        if not match:
            return False
        inner: list[Line] = [(number, match[2])]
        self.at += 1
        while self.at < (end := self.indented_end()):
            inner += [(line, content[4:]) for line, content in self.lines[self.at : end]]
            self.at = end
        if match[1] in self.scan.footnotes:
            self.note(number, "footnote-double", match[1])
        self.scan.footnotes[match[1]] = self._inside(inner)
        self.scan.footnote_lines[match[1]] = number
        return True

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
        children = self._inside(inner)
        text = "\n".join(child.text for child in children if child.text)
        self.out.append(Block(type="quote", line=start, text=text, children=children))
        return True

    def _inside(self, lines: list[Line]) -> list[Block]:
        """The blocks inside an item, quote or footnote; a heading there stays a paragraph."""
        if self.depth >= MAX_DEPTH:
            number = lines[0][0]
            self.note(number, "nested-too-deep")
            inlines = parse_inlines("\n".join(text for _, text in lines))
            return [Block(type="paragraph", line=number, text=plain(inlines), inlines=inlines)]
        pieces: list[Heading | Block] = []
        _Reader(lines, self.scan, self.figures, self.depth + 1).read_into(pieces)
        return [piece for piece in pieces if isinstance(piece, Block)]

    # -- lists ------------------------------------------------------------------------------------

    def _items(self, text: str) -> bool:
        """A list; one that does not begin with 1 was left in the text right above it."""
        if ORDERED.match(text):
            self._ordered_items()
        elif BULLET.match(text):
            self._bullet_items()
        else:
            return False
        return True

    def _ordered_items(self) -> None:
        while self.at < len(self.lines):
            number, text = self.lines[self.at]
            match = ORDERED.match(text)
            if not match:
                break
            if match[1]:
                self.note(number, "odd-indent", text.strip())
            clause = Clause(line=number, typed=int(match[2]))
            self._fill(clause, self.item_lines(match[3] or ""))
            self.out.append(clause)
            self.skip_blanks_before(ORDERED)

    def _fill(self, clause: Clause, lines: list[Line]) -> None:
        blocks = self._inside(lines)
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
            match = BULLET.match(text)
            if not match or RULE.match(text):
                break
            if match[1]:
                self.note(number, "odd-indent", text.strip())
            children = self._inside(self.item_lines(match[2] or ""))
            if not children or children[0].type != "paragraph":
                children.insert(0, Block(type="paragraph", line=number))
            first, *rest = children
            first.children.extend(rest)
            block.children.append(first)
            self.skip_blanks_before(BULLET)
        self.out.append(block)

    # -- tables -----------------------------------------------------------------------------------

    def _table(self, text: str) -> bool:
        if not self.is_table_start(text):
            return False
        end = self.at + 2
        while end < len(self.lines):
            content = self.lines[end][1]
            if is_blank(content) or "|" not in content:
                break
            end += 1
        block, oddities = read_table(self.lines[self.at : end])
        self.out.append(block)
        self.oddities.extend(oddities)
        self.at = end
        return True

    # -- text -------------------------------------------------------------------------------------

    def _literal(self, number: int, text: str) -> bool:
        stripped = text.lstrip(" ")
        marker = read_marker(stripped)
        if not marker:
            return False
        if marker.rank < ARTICLE_RANK and self._typed_heading(number, stripped, marker):
            return True
        self.at += 1
        lines = [(number, stripped[marker.length :]), *self.paragraph_lines(in_list=True)]
        content, anchor, _ = take_attributes(_joined(lines))
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

    def _typed_heading(self, number: int, text: str, marker: Marker) -> bool:
        """A chapter typed without hashes (`第二章 组织`) is a heading all the same."""
        content, anchor, _ = take_attributes(text[marker.length :])
        if self.depth or len(content) > _LONGEST_TYPED_HEADING or content.endswith(_SENTENCE_ENDS):
            return False
        inlines = parse_inlines(content)
        self.out.append(
            Heading(number, _TOP_HASHES, plain(inlines), inlines, marker, anchor, unnumbered=False)
        )
        self.at += 1
        return True

    def _paragraph(self) -> None:
        number, text = self.lines[self.at]
        if indent := indent_of(text):
            self.note(number, "odd-indent" if indent < 4 else "stray-indent", text.strip())
        self.look(number, text)
        self.at += 1
        lines = [(number, text), *self.paragraph_lines()]
        if self.descriptions_follow():
            self._definitions(lines)
            return
        content, anchor, _ = take_attributes(_joined(lines))
        if not content and anchor and self.out:
            _give_anchor(self.out[-1], anchor)
            return
        self.out.append(self._text_block(number, content, anchor))

    def _text_block(self, number: int, content: str, anchor: str) -> Block:
        if content.startswith("!") and (image := IMAGE.match(content.strip())):
            return Block(
                type="image",
                line=number,
                text=image[1],
                target=image[2] or image[3],
                caption=image[4] or image[1],
                anchor=anchor,
            )
        inlines = parse_inlines(content)
        text = plain(inlines)
        if len(inlines) == 1 and inlines[0].type == "image":
            target = inlines[0].target
            return Block(
                type="image", line=number, text=text, target=target, caption=text, anchor=anchor
            )
        return Block(type="paragraph", line=number, text=text, inlines=inlines, anchor=anchor)

    def _definitions(self, terms: list[Line]) -> None:
        """Terms, one a line, with the descriptions below."""
        for number, text in terms:
            content, anchor, _ = take_attributes(unguarded(text))
            inlines = parse_inlines(content)
            block = Block(type="definition", line=number, text=plain(inlines), inlines=inlines)
            block.anchor = anchor
            self.out.append(block)
        while self.descriptions_follow():
            self.skip_blanks_before(DEFINITION)
            match = DEFINITION.match(self.lines[self.at][1])
            block.children.extend(self._inside(self.item_lines(match[1] if match else "")))


def _give_anchor(piece: Heading | Block, anchor: str) -> None:
    """A line that holds nothing but `{: #id}` names the block above it."""
    piece.anchor = anchor
    if isinstance(piece, Clause):
        piece.explicit_anchor = True


def _joined(lines: Sequence[Line]) -> str:
    return "\n".join(unguarded(text) for _, text in lines).strip("\n")

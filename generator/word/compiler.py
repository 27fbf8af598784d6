"""From the source of a part to a template: chunks of XML with a site for each printed value.

The Jinja source that is compiled holds no XML. Line *n* is tag *n* and a mark for the chunk that
follows it, so a line number is a tag is a place; the code generator writes the chunks back in.

Well-formedness is proven here, once: the chunks in their order are the part itself, which is
well-formed. A block (loop, condition, macro) may be left out or repeated without harm when all its
tags stand inside the same open elements, so that is what is checked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from generator.word.drawings import link_drawings
from generator.word.errors import Place
from generator.word.numbering import apply_directives
from generator.word.proof import check_blocks
from generator.word.structure import Structure, is_closer, is_opener
from generator.word.tags import Tag, TagFinder, make_tag
from generator.word.tokens import (
    Element,
    attribute,
    build_tree,
    declare_namespaces,
    tokenise,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.word.numbering import NumberedParagraphs
    from generator.word.tags import Mended

GUARD: Final = "\0"
"""Begins a mark in the output that `generator.word.repair` acts on; no value can contain it."""

_ATTRIBUTE_TAG: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}")
_NOISE: Final = re.compile(r' w:rsid\w*="[^"]*"')
_PARAGRAPH_IDS: Final = re.compile(r' w14:(?:paraId|textId)="[^"]*"')
_DROPPED: Final = re.compile(r"<w:(?:proofErr|lastRenderedPageBreak)\b[^>]*/>")
_CONTAINERS: Final = frozenset(
    {"w:tc", "w:hdr", "w:ftr", "w:footnote", "w:endnote", "w:comment", "w:txbxContent"}
)
_BOUND: Final = frozenset({"w:dataBinding", "w15:dataBinding", "w:showingPlcHdr"})


@dataclass(slots=True)
class Site:
    """A tag in its place in the tree.

    Attributes:
        number: Its line in the Jinja source, from 1.
        tag: The tag.
        path: The open elements around it, outermost first.
        attribute: Whether it stands inside an attribute's value.
        alone: Whether it is all that its paragraph holds.
    """

    number: int
    tag: Tag
    path: tuple[Element, ...]
    attribute: bool = False
    alone: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the open elements."""
        return tuple(element.name for element in self.path)

    @property
    def inner(self) -> str:
        """The name of the innermost element."""
        return self.path[-1].name if self.path else ""

    def enclosing(self, name: str) -> Element | None:
        """The nearest open element of that name."""
        return next((e for e in reversed(self.path) if e.name == name), None)


@dataclass(slots=True)
class PartSource:
    """A part ready for Jinja.

    Attributes:
        name: The part's name.
        source: The Jinja source.
        chunks: XML by number; chunk *n* follows tag *n*, chunk 0 comes first.
        sites: The tags by number; index 0 is empty.
        mended: Tags that had been in pieces.
        guarded: Whether the output has marks to repair.
    """

    name: str
    source: str = ""
    chunks: list[str] = field(default_factory=list)
    sites: list[Site | None] = field(default_factory=lambda: [None])
    mended: list[Mended] = field(default_factory=list)
    guarded: bool = False


def compile_part(
    name: str,
    xml: str,
    *,
    lenient: bool,
    warnings: list[str],
    numbers: NumberedParagraphs,
    ignored: frozenset[tuple[str, str]] = frozenset(),
) -> PartSource:
    """Find, join and lift the tags of a part and prove its blocks.

    Args:
        name: The part's name.
        xml: Its source, without declaration.
        lenient: Drop text beside structural tags instead of refusing.
        warnings: Gets sentences for the user.
        numbers: Knows which numbered lists begin again in loops.
        ignored: Tags that are left as text.

    Raises:
        TemplateMistake: A tag is wrong.
    """
    xml = _DROPPED.sub("", _NOISE.sub("", xml))
    if "comments" not in name:
        xml = _PARAGRAPH_IDS.sub("", xml)
    if name.startswith("word/") and not name.endswith(".rels"):
        xml = declare_namespaces(xml)
    finder = TagFinder(name, tokenise(xml), ignored)
    top = build_tree(finder.run())
    if "{{" in xml or "{%" in xml:
        _find_attribute_tags(top, name)
        link_drawings(top)
    if "编号" in xml:
        apply_directives(top)
    if "<w:sdt>" in xml:
        _free_controls(top)
    Structure(lenient=lenient, warnings=warnings).apply(top)
    result = PartSource(name, mended=finder.mended)
    _Writer(result, numbers).write(top)
    check_blocks(result)
    return result


def _free_controls(element: Element) -> bool:
    """Untie content controls with tags from the data that Word would put in their place.

    Returns:
        Whether the element holds tags.
    """
    tagged = any(isinstance(child, Tag) for child in element.children)
    for child in element.elements():
        tagged = _free_controls(child) or tagged
    properties = element.find("w:sdtPr") if tagged and element.name == "w:sdt" else None
    if properties is not None:
        properties.children = [
            child
            for child in properties.children
            if not (isinstance(child, Element) and child.name in _BOUND)
        ]
    return tagged


def _find_attribute_tags(element: Element, part: str) -> None:
    if "{{" in element.open or "{%" in element.open:
        pieces: list[str | Tag] = []
        position = 0
        for match in _ATTRIBUTE_TAG.finditer(element.open):
            tag = make_tag(match[0], Place(part))
            before = element.open[position : match.start()]
            if part.endswith(".rels") and before.endswith('Target="'):
                tag.lifted = "address"
            pieces += [before, tag]
            position = match.end()
        element.pieces = [*pieces, element.open[position:]]
    for child in element.elements():
        _find_attribute_tags(child, part)


class _Writer:
    """Writes a tree as chunks and sites."""

    def __init__(self, result: PartSource, numbers: NumberedParagraphs) -> None:
        self._result = result
        self._numbers = numbers
        self._buffer: list[str] = []
        self._lines: list[str] = []
        self._stack: list[Element] = []
        self._loops = 0
        self._drawn: set[str] = set()
        self._restarting: frozenset[str] = frozenset()

    def write(self, top: Element) -> None:
        """Write everything and finish the result."""
        self._restarting = self._numbers.restarting(top)
        for child in top.children:
            self._node(child)
        self._result.chunks.append("".join(self._buffer))
        self._lines.append(mark(len(self._lines)))
        self._result.source = "".join(self._lines)

    def _node(self, node: Element | str | Tag) -> None:
        if isinstance(node, str):
            self._buffer.append(node)
        elif isinstance(node, Tag):
            self._tag(node)
        else:
            self._element(node)

    def _tag(self, tag: Tag, *, attribute: bool = False) -> None:
        if tag.kind == "{#":
            return
        self._flush(tag)
        if tag.kind == "{%":
            if is_opener(tag) and tag.keyword in {"for", "macro", "call"}:
                self._loops += 1
            elif is_closer(tag) and tag.keyword[3:] in {"for", "macro", "call"}:
                self._loops -= 1
        site = Site(len(self._result.sites), tag, tuple(self._stack), attribute=attribute)
        site.alone = not attribute and site.inner == "w:t" and _alone(site)
        self._result.sites.append(site)

    def _flush(self, tag: Tag) -> None:
        """End the chunk; the mark of the one before goes on the line of its own tag."""
        self._result.chunks.append("".join(self._buffer))
        self._buffer.clear()
        self._lines.append(mark(len(self._lines)))
        closer = "%}" if tag.kind == "{%" else "}}"
        # The space keeps {{ {…} }} apart.
        self._lines[-1] += f"{tag.kind} {tag.body} {closer}"

    def _element(self, element: Element) -> None:
        name = element.name
        if self._loops or name == "wp:docPr":
            self._make_unique(element)
        self._buffer.append("<" + name)
        if element.pieces is None:
            self._buffer.append(element.open)
        else:
            self._stack.append(element)
            for piece in element.pieces:
                if isinstance(piece, Tag):
                    self._tag(piece, attribute=True)
                else:
                    self._buffer.append(piece)
            self._stack.pop()
        if not element.children:
            self._buffer.append("/>")
            return
        if name == "w:t" and "xml:space" not in element.open:
            self._buffer.append(' xml:space="preserve"')
        self._buffer.append(">")
        self._stack.append(element)
        if name == "w:tbl" and _is_dynamic(element):
            self._guard("G")
        for child in element.children:
            self._node(child)
        self._stack.pop()
        self._close(element)

    def _close(self, element: Element) -> None:
        """Mark containers that may come out empty, and tables whose columns may change."""
        name = element.name
        if name in _CONTAINERS and not _ends_with_paragraph(element):
            self._guard("P")
        elif name == "w:tr" and not _always_has(element, "w:tc"):
            self._guard("R")
        elif name == "w:tbl":
            if _is_dynamic(element):
                self._guard("E")
            if not _always_has(element, "w:tr"):
                self._guard("T")
        self._buffer.append(f"</{name}>")

    def _guard(self, letter: str) -> None:
        self._buffer.append(GUARD + letter)
        self._result.guarded = True

    def _make_unique(self, element: Element) -> None:
        """Let ids inside loops be counted anew in each turn."""
        name = element.name
        if name == "wp:docPr":
            number = attribute(element, "id") or ""
            if self._loops or number in self._drawn:
                _print_attribute(element, "id", "_next_id()", self._result.name)
            self._drawn.add(number)
        elif name in {"w:bookmarkStart", "w:bookmarkEnd"}:
            number = attribute(element, "w:id") or "0"
            start = name == "w:bookmarkStart"
            function = "_bookmark" if start else "_bookmark_end"
            _print_attribute(element, "w:id", f"{function}({number!r})", self._result.name)
            if start:
                text = attribute(element, "w:name") or ""
                _print_attribute(element, "w:name", f"_bookmark_name({text!r})", self._result.name)
        elif name == "w:sdtPr":
            element.children = [
                child
                for child in element.children
                if not (isinstance(child, Element) and child.name == "w:id")
            ]
        elif name == "w:numId" and self._loops > 1 and element.pieces is None:
            number = attribute(element, "w:val") or "0"
            if number in self._restarting:
                _print_attribute(element, "w:val", f"_list({number}, loop)", self._result.name)


def mark(number: int) -> str:
    """The mark of a chunk in the Jinja source; it ends the line."""
    return f"\x02{number}\x02\n"


def _print_attribute(element: Element, name: str, body: str, part: str) -> None:
    """Let an attribute be printed by an expression."""
    tag = Tag("{{", "", body, "", Place(part))
    raw = element.pieces if element.pieces is not None else [element.open]
    pieces: list[str | Tag] = []
    for piece in raw:
        match = (
            re.search(rf"""(?<![\w:]){re.escape(name)}\s*=\s*["']""", piece)
            if isinstance(piece, str)
            else None
        )
        if match is None or not isinstance(piece, str):
            pieces.append(piece)
            continue
        end = piece.index(piece[match.end() - 1], match.end())
        pieces += [piece[: match.end()], tag, piece[end:]]
    element.pieces = pieces


def _alone(site: Site) -> bool:
    """Whether the tag is all that its paragraph prints."""
    paragraph = site.enclosing("w:p")
    if paragraph is None or len(site.path) < 3 or site.path[-2].name != "w:r":
        return False
    if site.path[-3] is not paragraph:
        return False
    return all(_silent(node, site.tag) for node in _printed(paragraph))


def _silent(node: Element | str | Tag, tag: Tag) -> bool:
    if isinstance(node, str):
        return not node.strip()
    if isinstance(node, Tag):
        return node is tag
    return node.name not in {"w:drawing", "w:pict", "w:object", "w:br", "w:tab", "w:fldChar"}


def _printed(element: Element) -> Iterator[Element | str | Tag]:
    for child in element.children:
        if isinstance(child, Element):
            if not child.name.endswith("Pr"):
                yield child
                yield from _printed(child)
        else:
            yield child


def _is_dynamic(table: Element) -> bool:
    """Whether the number of columns depends on data."""
    for row in table.children:
        if isinstance(row, Tag):
            if row.kind == "{{":
                return True
            continue
        if not isinstance(row, Element) or row.name != "w:tr":
            continue
        for cell in row.children:
            if isinstance(cell, Tag):
                return True
            if isinstance(cell, Element) and cell.name == "w:tc" and _dynamic_cell(cell):
                return True
    return False


def _dynamic_cell(cell: Element) -> bool:
    properties = cell.find("w:tcPr")
    span = properties.find("w:gridSpan") if properties else None
    if span is not None and span.pieces is not None:
        return True
    depth = 0
    for node in cell.walk("w:tbl"):
        if isinstance(node, Tag) and node.kind == "{%":
            depth += is_opener(node) - is_closer(node)
    return depth != 0


def _unconditional(element: Element) -> Iterator[Element]:
    """The children that come out whatever the data."""
    depth = 0
    for child in element.children:
        if isinstance(child, Tag) and child.kind == "{%":
            depth += is_opener(child) - is_closer(child)
        elif isinstance(child, Element) and depth == 0:
            yield child


def _always_has(element: Element, name: str) -> bool:
    return any(child.name == name for child in _unconditional(element))


def _ends_with_paragraph(element: Element) -> bool:
    """Whether a container's last block is a paragraph whatever the data."""
    last: Element | Tag | None = None
    for child in element.children:
        if isinstance(child, Tag) or (
            isinstance(child, Element) and child.name in {"w:p", "w:tbl", "w:sdt"}
        ):
            last = child
    if not isinstance(last, Element):
        return False
    return last.name != "w:tbl" and any(child is last for child in _unconditional(element))

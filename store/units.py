"""Search units: the pieces of a document that a search can hit and a person can quote.

The unit is the article (第X条) with everything under it, else the first clause level under a
heading; titles, openings and unnumbered text are units without a clause.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from store.labels import appendix_label
from store.markers import is_article, label_gap, normalise_label, read_heading_marker
from store.model import Clause
from store.numerals import to_chinese

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.document import Document
    from store.model import Block, Section


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


def units_of(document: Document, title_line: int = 1) -> list[Unit]:
    """Cut a document into its search units, in reading order, the title first.

    Args:
        document: With its body parsed.
        title_line: The line of the title in the front matter.
    """
    found = [_title_unit(document, title_line)]
    labels: list[tuple[str, ...]] = [()]
    for unit, above in _section_units(document.body.root, "", ()):
        found.append(unit)
        labels.append(above)
    for key, blocks in document.body.footnotes.items():
        found += _text_unit(blocks, "", f"脚注{key}")
    _make_unique(found, labels)
    return found


def _make_unique(units: list[Unit], labels: list[tuple[str, ...]]) -> None:
    """Put the numbers of headings before the labels that stand more than once, nearest first."""
    for depth in range(1, max(map(len, labels)) + 1):
        counts = Counter(normalise_label(unit.clause or "") for unit in units)
        for at, above in enumerate(labels):
            clause = units[at].clause
            if clause and len(above) >= depth and counts[normalise_label(clause)] > 1:
                units[at] = replace(units[at], clause=above[-depth] + clause)


def _title_unit(document: Document, title_line: int) -> Unit:
    gathered = _Gatherer()
    gathered.add(document.meta.title, title_line, "", "")
    for block in document.body.root.blocks:
        if isinstance(block, Clause):
            break
        gathered.block(block, "", "")
    return gathered.unit("title", None, "", "", title_line)


def _section_units(
    section: Section, path: str, above: tuple[str, ...]
) -> Iterator[tuple[Unit, tuple[str, ...]]]:
    """The units of a section and all below, each with the numbers of the headings it is under."""
    if label := section.label or appendix_label(section.heading):
        above = (*above, label)
    blocks = section.blocks
    if not section.level:
        first = next((i for i, b in enumerate(blocks) if isinstance(b, Clause)), len(blocks))
        blocks = blocks[first:]
    run: list[Block] = []
    for block in blocks:
        if not isinstance(block, Clause):
            run.append(block)
            continue
        yield from ((unit, above) for unit in _text_unit(run, section.anchor, path))
        run = []
        yield _clause_unit(block, path), above
    yield from ((unit, above) for unit in _text_unit(run, section.anchor, path))
    for child in section.sections:
        title = child.title
        yield from _section_units(child, f"{path} / {title}" if path else title, above)


def _text_unit(run: list[Block], anchor: str, path: str) -> Iterator[Unit]:
    gathered = _Gatherer()
    for block in run:
        gathered.block(block, "", anchor)
    if gathered.text:
        yield gathered.unit("text", None, anchor, path, gathered.parts[0].line)


def _clause_unit(clause: Clause, path: str) -> Unit:
    gathered = _Gatherer()
    if is_article(clause.scheme):
        _gather_article(clause, gathered)
    else:
        gathered.add(clause.text, clause.line, "", clause.anchor)
        for child in clause.children:
            gathered.block(child, "", clause.anchor)
    return gathered.unit("clause", clause.label or None, clause.anchor, path, clause.line)


def _gather_article(clause: Clause, gathered: _Gatherer) -> None:
    """Name the paragraphs 第一款 …, the items 第（一）项 …, what is below them 第1目 …."""
    count = 1 if clause.text else 0
    several = count + sum(child.type == "paragraph" for child in clause.children) > 1
    prefix = "第一款" if several and count else ""
    gathered.add(clause.text, clause.line, prefix, clause.anchor)
    for child in clause.children:
        if child.type == "paragraph" and several:
            count += 1
            prefix = f"第{to_chinese(count)}款"
        gathered.block(child, prefix, clause.anchor, words=("项", "目"))


class _Gatherer:
    """Builds a unit's text and its parts."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.parts: list[Part] = []
        self.length = 0

    @property
    def text(self) -> str:
        return "\n".join(self.pieces)

    def add(self, text: str, line: int, label: str, anchor: str) -> None:
        if not text:
            return
        start = self.length + 1 if self.pieces else 0
        self.parts.append(Part(start, line, label, anchor))
        self.pieces.append(text)
        self.length = start + len(text)

    def block(self, block: Block, label: str, anchor: str, *, words: tuple[str, ...] = ()) -> None:
        """Add a block with all below it; `words` say what its levels are called in an article."""
        anchor = block.anchor or anchor
        if isinstance(block, Clause):
            own = _below(label, _part_name(block.label, words))
            self.add(f"{block.label}{label_gap(block.label)}{block.text}", block.line, own, anchor)
            label, words = own, words[1:]
        elif block.type == "chart":
            self.add(block.caption or block.text, block.line, label, anchor)
        elif block.type not in {"break", "quote"}:
            self.add(block.text, block.line, label, anchor)
        for child in block.children:
            self.block(child, label, anchor, words=words)

    def unit(self, kind: str, clause: str | None, anchor: str, heading: str, line: int) -> Unit:
        return Unit(kind, clause, anchor, heading, self.text, line, tuple(self.parts))


def _part_name(label: str, words: tuple[str, ...]) -> str:
    """`第（三）项` of the label （三） right below an article, the label itself elsewhere."""
    if not label or not words:
        return label
    return f"第{label.rstrip('.、．')}{words[0]}"


def _below(outer: str, inner: str) -> str:
    """A label below another; a decimal one (2.1.3) says already what it stands under."""
    return inner if outer and inner.startswith(f"{outer}.") else outer + inner


def citation(
    title: str, version: str, clause: str | None, part: str = "", heading: str = ""
) -> str:
    """A complete citation: `《考勤与休假管理办法》（2024版）第十二条第二款第（三）项`.

    Args:
        title: The document's title.
        version: Its version, empty when it has none.
        clause: The unit's label or path, None for the document itself.
        part: The label inside the unit.
        heading: The unit's heading path. A clause that is no article is cited with the number of
            its heading: `三、7`.
    """
    edition = f"（{version.removesuffix('版')}版）" if version else ""
    number = _heading_number(heading, clause)
    place = f"{number}{_below(clause or '', part)}".rstrip("、.．")
    return f"《{title.strip('《》')}》{edition}{place}"


def _heading_number(heading: str, clause: str | None) -> str:
    if not clause or not heading or clause.startswith("第"):
        return ""
    marker = read_heading_marker(heading.rpartition(" / ")[2])
    if marker is None or marker.label in clause:
        return ""
    return marker.label

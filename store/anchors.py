"""Names for the pieces of a document, and what a reference to each prints.

An anchor is the id given as `{: #id}`, else made from the label's path; `-2` when it repeats.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.markers import is_article, slug
from store.model import Clause
from store.numerals import to_chinese
from store.oddities import Oddity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from store.model import Block, Body, Section


def give_anchors(root: Section, oddities: list[Oddity]) -> None:
    """Name every section and clause in reading order; an id given twice is odd."""
    taken: set[str] = set()
    for anchor, line in _explicit(root):
        if anchor in taken:
            oddities.append(Oddity(line, "double-anchor", anchor))
        taken.add(anchor)
    _Namer(taken).section(root, "")


def _explicit(root: Section) -> Iterator[tuple[str, int]]:
    for section in root.walk():
        if section.explicit_anchor:
            yield section.anchor, section.line
        for block in section.blocks:
            yield from ((piece.anchor, piece.line) for piece in block.walk() if piece.anchor)


class _Namer:
    """Gives anchors that are not taken, counting on from the last repetition of each."""

    def __init__(self, taken: set[str]) -> None:
        self.taken = taken
        self.repeated: dict[str, int] = {}

    def section(self, section: Section, path: str) -> None:
        if section.level:
            piece = slug(section.label) or slug(section.heading) or "节"
            path = f"{path}-{piece}" if path else piece
            if not section.explicit_anchor:
                section.anchor = self._free(path)
        self.blocks(section.blocks, path)
        for child in section.sections:
            self.section(child, path)

    def blocks(self, blocks: list[Block], path: str) -> None:
        for block in blocks:
            own = path
            if isinstance(block, Clause):
                piece = slug(block.label) or "项"
                own = piece if is_article(block.scheme) or not path else f"{path}-{piece}"
                if not block.explicit_anchor:
                    block.anchor = self._free(own)
            self.blocks(block.children, own)

    def _free(self, anchor: str) -> str:
        name, number = anchor, self.repeated.get(anchor, 1)
        while name in self.taken:
            number += 1
            name = f"{anchor}-{number}"
        self.repeated[anchor] = number
        self.taken.add(name)
        return name


# -- what a reference prints ----------------------------------------------------------------------


def reference_labels(body: Body) -> dict[str, str]:
    """What a reference to each anchor prints: the label, else the heading or the first words.

    A further paragraph of an article prints as `第五条第二款`; a table or any other block without a
    number prints what it stands under; a caption prints its own (图1).
    """
    found: dict[str, str] = {}
    for section in body.root.walk():
        own = _label(section.label) or section.heading
        if section.anchor:
            found.setdefault(section.anchor, own)
        for anchor, label in _block_labels(section.blocks, own):
            found.setdefault(anchor, label)
    return found


def _block_labels(blocks: Iterable[Block], above: str) -> Iterator[tuple[str, str]]:
    for block in blocks:
        if isinstance(block, Clause):
            own = _label(block.label) or block.text[:20]
            yield block.anchor, own
            yield from _child_labels(block, own)
            continue
        if block.anchor:
            yield block.anchor, block.caption_label or above or block.text[:20]
        yield from _block_labels(block.children, above)


def _child_labels(clause: Clause, own: str) -> Iterator[tuple[str, str]]:
    count = 1 if clause.text else 0
    for child in clause.children:
        above = own
        if child.type == "paragraph":
            count += 1
            above = f"{own}第{to_chinese(count)}款" if is_article(clause.scheme) else own
        yield from _block_labels([child], above)


def _label(label: str) -> str:
    return label.rstrip("、.．")

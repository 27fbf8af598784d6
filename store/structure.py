"""Blocks into the tree of sections and clauses: the second half of parsing.

Sections nest by their hashes, and where those are equal by the rank of their typed numbers
(编 > 章 > 节 > 一、 > （一）). Typed clauses nest by rank; what follows an article unnumbered
belongs to it. Then `store.labels` computes the numbers that were not typed, and `store.anchors`
names every numbered piece.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from store.anchors import give_anchors
from store.blocks import Heading
from store.labels import label_blocks, label_tree, scheme_at
from store.markers import is_article, rank_of
from store.model import Clause, Section
from store.oddities import Oddity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from store.kinds import Numbering
    from store.model import Block

_TOP_HASHES: Final = 2


def build_tree(
    pieces: Iterable[Heading | Block], numbering: Numbering, oddities: list[Oddity]
) -> Section:
    """Make the root section of a body from its flat pieces."""
    root = Section()
    _Sections(root, oddities).place(pieces)
    for section in root.walk():
        section.blocks = nest(section.blocks, numbering.clauses)
    label_tree(root, numbering, oddities)
    give_anchors(root, oddities)
    return root


def build_notes(blocks: list[Block], oddities: list[Oddity]) -> list[Block]:
    """The blocks of a footnote, nested and numbered on their own."""
    nested = nest(blocks, ())
    label_blocks(nested, oddities)
    return nested


# -- sections -----------------------------------------------------------------------------------


@dataclass(slots=True)
class _Open:
    """A section that further pieces may still belong to."""

    section: Section
    hashes: int
    rank: int | None


class _Sections:
    """Puts each piece into the section that is open where it stands."""

    def __init__(self, root: Section, oddities: list[Oddity]) -> None:
        self.open: list[_Open] = [_Open(root, _TOP_HASHES - 1, None)]
        self.oddities = oddities

    def place(self, pieces: Iterable[Heading | Block]) -> None:
        for piece in pieces:
            if isinstance(piece, Heading):
                self._open_section(piece)
            else:
                self.open[-1].section.blocks.append(piece)

    def _open_section(self, heading: Heading) -> None:
        if heading.hashes == 1:
            self._note("heading-level-one", heading)
        hashes = max(heading.hashes, _TOP_HASHES)
        rank = heading.marker.rank if heading.marker else None
        while len(self.open) > 1 and not _contains(self.open[-1], hashes, rank):
            self.open.pop()
        parent = self.open[-1]
        if hashes > parent.hashes + 1:
            self._note("heading-jump", heading)
        section = _section(heading, level=len(self.open))
        parent.section.sections.append(section)
        self.open.append(_Open(section, hashes, rank))

    def _note(self, code: str, heading: Heading) -> None:
        self.oddities.append(Oddity(heading.line, code, heading.text[:20]))


def _contains(outer: _Open, hashes: int, rank: int | None) -> bool:
    if outer.hashes != hashes:
        return outer.hashes < hashes
    return outer.rank is not None and rank is not None and outer.rank < rank


def _section(heading: Heading, level: int) -> Section:
    marker = heading.marker
    return Section(
        heading=heading.text,
        label=marker.label if marker else "",
        number=marker.number if marker else (-1 if heading.unnumbered else 0),
        scheme=marker.scheme if marker else "",
        literal=bool(marker),
        level=level,
        line=heading.line,
        inlines=heading.inlines,
        anchor=heading.anchor,
        explicit_anchor=bool(heading.anchor),
    )


# -- clauses ------------------------------------------------------------------------------------


def nest(blocks: list[Block], schemes: tuple[str, ...], index: int = 0) -> list[Block]:
    """Nest typed clauses by rank and give what follows them to them.

    Args:
        blocks: Flat, as they stand.
        schemes: The kind's clause schemes, outermost first.
        index: The place in them of the outermost computed clauses here.
    """
    nester = _Nester(schemes, index)
    for block in blocks:
        nester.add(block)
    return nester.out


@dataclass(slots=True)
class _Link:
    """A clause that further blocks may belong to; `index` is where computed ones below it begin."""

    clause: Clause
    rank: int
    article: bool
    index: int


class _Nester:
    """Holds the chain of clauses that further blocks may belong to, outermost first.

    The chain has typed clauses and at most one computed one: those below it came indented.
    """

    def __init__(self, schemes: tuple[str, ...], index: int) -> None:
        self.schemes = schemes
        self.index = index
        self.out: list[Block] = []
        self.chain: list[_Link] = []

    def add(self, block: Block) -> None:
        if not isinstance(block, Clause):
            block.children = nest(block.children, self.schemes, self.index)
            self._add_text(block)
        elif block.literal:
            self._add_literal(block)
        else:
            self._add_computed(block)

    def _below(self) -> int:
        return self.chain[-1].index if self.chain else self.index

    def _add_literal(self, clause: Clause) -> None:
        rank = rank_of(clause.scheme)
        while self.chain and self.chain[-1].rank >= rank:
            self.chain.pop()
        index = self._below()
        if clause.scheme in self.schemes:
            index = self.schemes.index(clause.scheme) + 1
        self._append(_Link(clause, rank, is_article(clause.scheme), index))

    def _add_computed(self, clause: Clause) -> None:
        while self.chain and any(not link.clause.literal for link in self.chain):
            self.chain.pop()
        index = self._below()
        sample = scheme_at(self.schemes, index)
        clause.children = nest(clause.children, self.schemes, index + 1)
        self._append(_Link(clause, rank_of(sample), is_article(sample), index + 1))

    def _append(self, link: _Link) -> None:
        (self.chain[-1].clause.children if self.chain else self.out).append(link.clause)
        self.chain.append(link)

    def _add_text(self, block: Block) -> None:
        """Further paragraphs belong to the article, else to the innermost typed clause."""
        owners = [at for at, link in enumerate(self.chain) if link.article][:1]
        owners = owners or [at for at, link in enumerate(self.chain) if link.clause.literal][-1:]
        if not owners:
            self.chain.clear()
            self.out.append(block)
            return
        del self.chain[owners[0] + 1 :]
        self.chain[-1].clause.children.append(block)

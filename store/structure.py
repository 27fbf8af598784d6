"""Blocks into the tree of sections and clauses, with labels: the second half of parsing.

Sections nest by their hashes, and where those are equal by the rank of their typed numbers
(编 > 章 > 节 > 一、 > （一）). Typed clauses nest by rank; what follows an article unnumbered
belongs to it. Then the numbers that were not typed are computed from the kind's numbering.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from store.blocks import Heading, Oddity
from store.markers import format_label, is_article, rank_of, slug
from store.model import Clause, Section

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from store.kinds import Numbering
    from store.model import Block

_APPENDIX: Final = re.compile(r"^附\s*[件表录图](?:\s*[0-9一二三四五六七八九十]+)?(?:[\s：:].*)?$")
_FALLBACK_SCHEMES: Final = ("1.", "（1）", "①", "1）")
_TOP_HASHES: Final = 2


def build_tree(
    pieces: Iterable[Heading | Block], numbering: Numbering, oddities: list[Oddity]
) -> Section:
    """Make the root section of a body from its flat pieces."""
    root = Section()
    _Sections(root, oddities, articles=_counts_articles(numbering)).place(pieces)
    labeller = _Labeller(numbering, root, oddities)
    labeller.run()
    _give_anchors(root)
    return root


def _counts_articles(numbering: Numbering) -> bool:
    return bool(numbering.clauses) and is_article(numbering.clauses[0])


# -- sections -----------------------------------------------------------------------------------


@dataclass(slots=True)
class _Open:
    """A section that further pieces may still belong to."""

    section: Section
    hashes: int
    rank: int | None


class _Sections:
    def __init__(self, root: Section, oddities: list[Oddity], *, articles: bool) -> None:
        self.open: list[_Open] = [_Open(root, 0, None)]
        self.oddities = oddities
        self.articles = articles

    def place(self, pieces: Iterable[Heading | Block]) -> None:
        for piece in pieces:
            if isinstance(piece, Heading):
                self._open_section(piece)
            else:
                self.open[-1].section.blocks.append(piece)
        for section in self.open[0].section.walk():
            section.blocks = nest(section.blocks, articles=self.articles)

    def _open_section(self, heading: Heading) -> None:
        if heading.hashes == 1:
            self.oddities.append(Oddity(heading.line, "heading-level-one", heading.text[:20]))
        hashes = max(heading.hashes, _TOP_HASHES)
        rank = heading.marker.rank if heading.marker else None
        while len(self.open) > 1 and not _contains(self.open[-1], hashes, rank):
            self.open.pop()
        parent = self.open[-1]
        if hashes > max(parent.hashes, _TOP_HASHES - 1) + 1:
            self.oddities.append(Oddity(heading.line, "heading-jump", heading.text[:20]))
        section = _section(heading, level=len(self.open))
        parent.section.sections.append(section)
        self.open.append(_Open(section, hashes, rank))


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


def nest(blocks: list[Block], *, articles: bool = False) -> list[Block]:
    """Nest typed clauses by rank and give what follows them to them.

    `articles` says that the outermost computed clauses here are articles.
    """
    if not any(isinstance(block, Clause) for block in blocks):
        return blocks
    nester = _Nester(articles=articles)
    for block in blocks:
        nester.add(block)
    return nester.out


class _Nester:
    """Holds the chain of clauses that further blocks may belong to.

    `chain` has typed clauses and at most one run of computed ones; computed clauses have no rank
    yet, so a typed one nests below them unless it is an article or an outer number.
    """

    def __init__(self, *, articles: bool) -> None:
        self.out: list[Block] = []
        self.chain: list[Clause] = []
        self.articles = articles

    def add(self, block: Block) -> None:
        if not isinstance(block, Clause):
            self._add_text(block)
        elif block.literal:
            self._add_literal(block)
        else:
            self._add_computed(block)

    def _add_literal(self, clause: Clause) -> None:
        rank = rank_of(clause.scheme)
        while self.chain and not _is_above(self.chain[-1], rank):
            self.chain.pop()
        self._append(clause)

    def _add_computed(self, clause: Clause) -> None:
        clause.children = nest(clause.children)
        place = next((i for i, link in enumerate(self.chain) if not link.literal), None)
        if place is not None:
            del self.chain[place:]
        self._append(clause)

    def _append(self, clause: Clause) -> None:
        (self.chain[-1].children if self.chain else self.out).append(clause)
        self.chain.append(clause)

    def _add_text(self, block: Block) -> None:
        """Further paragraphs belong to the article, else to the innermost typed clause."""
        owner = next((link for link in self.chain if self._is_article(link)), None)
        if owner is not None:
            del self.chain[self.chain.index(owner) + 1 :]
        elif self.chain and self.chain[-1].literal:
            owner = self.chain[-1]
        if owner is None:
            self.out.append(block)
            self.chain.clear()
        else:
            owner.children.append(block)

    def _is_article(self, link: Clause) -> bool:
        if link.literal:
            return is_article(link.scheme)
        return self.articles and link is self.chain[0]


def _is_above(link: Clause, rank: int) -> bool:
    if link.literal:
        return rank_of(link.scheme) < rank
    return rank > rank_of("一、")


# -- labels -------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Sequence:
    """The numbers of one scheme seen so far in one place, for gaps and doubles."""

    last: int = 0
    line: int = 0
    seen: set[int] = field(default_factory=set)


class _Labeller:
    """Computes the numbers that were not typed and checks the ones that were."""

    def __init__(self, numbering: Numbering, root: Section, oddities: list[Oddity]) -> None:
        self.numbering = numbering
        self.root = root
        self.oddities = oddities
        self.running: dict[str, int] = {}
        self.articles: dict[str, _Sequence] = {}
        self.literal_levels = {section.level for section in root.walk() if section.literal}

    def run(self) -> None:
        self._section(self.root)

    # headings

    def _section(self, section: Section) -> None:
        self._blocks(section.blocks, depth=1, index=0)
        count = 0
        sequences: dict[str, _Sequence] = {}
        for child in section.sections:
            if child.literal:
                self._check(child, self._sequence(child.scheme, sequences, chapters=True))
            else:
                count = self._label_heading(child, count)
            self._section(child)

    def _label_heading(self, section: Section, count: int) -> int:
        unnumbered, section.number = section.number < 0, 0
        schemes = self.numbering.headings
        if (
            unnumbered
            or section.level > len(schemes)
            or section.level in self.literal_levels
            or _APPENDIX.match(section.heading)
        ):
            return count
        sample = schemes[section.level - 1]
        section.scheme = sample
        if sample in self.numbering.continuous:
            section.number = self.running[sample] = self.running.get(sample, 0) + 1
        else:
            section.number = count + 1
        section.label = format_label(sample, section.number)
        return section.number

    # clauses

    def _blocks(self, blocks: list[Block], depth: int, index: int) -> None:
        """Number the clauses of one list of blocks.

        `depth` is the clause level here, `index` the place in the kind's clause schemes for
        computed numbers.
        """
        count, interrupted = 0, False
        sequences: dict[str, _Sequence] = {}
        for block in blocks:
            if isinstance(block, Clause):
                if block.literal:
                    self._literal(block, depth, index, sequences)
                else:
                    if interrupted and block.typed <= 1:
                        count = 0
                    count = self._computed(block, depth, index, count)
                interrupted = False
            else:
                interrupted = True
                self._inner(block, depth, index)

    def _inner(self, block: Block, depth: int, index: int) -> None:
        if block.children and block.type in {"list", "quote", "definition", "paragraph"}:
            for child in block.children:
                if not isinstance(child, Clause):
                    self._inner(child, depth, index)
            self._blocks([c for c in block.children if isinstance(c, Clause)], depth, index)

    def _literal(
        self, clause: Clause, depth: int, index: int, sequences: dict[str, _Sequence]
    ) -> None:
        clause.level = depth
        clause_schemes = self.numbering.clauses
        below = (
            clause_schemes.index(clause.scheme) + 1 if clause.scheme in clause_schemes else index
        )
        self._check(clause, self._sequence(clause.scheme, sequences, chapters=False))
        self._blocks(clause.children, depth + 1, below)

    def _computed(self, clause: Clause, depth: int, index: int, count: int) -> int:
        clause.level = depth
        sample = self._scheme(index)
        clause.scheme = sample
        if sample in self.numbering.continuous:
            clause.number = self.running[sample] = self.running.get(sample, 0) + 1
        else:
            clause.number = count + 1
        clause.label = format_label(sample, clause.number)
        self._blocks(clause.children, depth + 1, index + 1)
        return clause.number

    def _scheme(self, index: int) -> str:
        schemes = self.numbering.clauses
        if index < len(schemes):
            return schemes[index]
        further = [sample for sample in _FALLBACK_SCHEMES if sample not in schemes]
        return further[min(index - len(schemes), len(further) - 1)] if further else schemes[-1]

    # typed numbers

    def _sequence(self, sample: str, local: dict[str, _Sequence], *, chapters: bool) -> _Sequence:
        """Articles are counted through the whole document, all else in its own place."""
        place = self.articles if is_article(sample) and not chapters else local
        return place.setdefault(sample, _Sequence())

    def _check(self, piece: Section | Clause, sequence: _Sequence) -> None:
        inserted = isinstance(piece, Clause) and piece.typed < 0
        if inserted or "之" in piece.label:
            return
        number = piece.number
        if number in sequence.seen:
            if number != 1 or is_article(piece.scheme):
                self.oddities.append(Oddity(piece.line, "number-double", piece.label))
            else:
                sequence.seen = set()
        elif (sequence.seen and number != sequence.last + 1) or (not sequence.seen and number != 1):
            self.oddities.append(Oddity(piece.line, "number-gap", piece.label))
        sequence.seen.add(number)
        sequence.last = number


# -- anchors ------------------------------------------------------------------------------------


def _give_anchors(root: Section) -> None:
    """An anchor is the explicit id, else made from the label's path; `-2` when it repeats."""
    taken = {anchor for anchor in _explicit(root) if anchor}
    for section in root.sections:
        _anchor_section(section, "", taken)
    _anchor_blocks(root.blocks, "", taken)


def _explicit(root: Section) -> Iterator[str]:
    for section in root.walk():
        if section.explicit_anchor:
            yield section.anchor
        for block in section.blocks:
            for piece in block.walk():
                if isinstance(piece, Clause) and piece.explicit_anchor:
                    yield piece.anchor


def _anchor_section(section: Section, path: str, taken: set[str]) -> None:
    piece = slug(section.label) or slug(section.heading) or "节"
    own = f"{path}-{piece}" if path else piece
    if not section.explicit_anchor:
        section.anchor = _free(own, taken)
    _anchor_blocks(section.blocks, own, taken)
    for child in section.sections:
        _anchor_section(child, own, taken)


def _anchor_blocks(blocks: list[Block], path: str, taken: set[str]) -> None:
    for block in blocks:
        if not isinstance(block, Clause):
            _anchor_blocks(block.children, path, taken)
            continue
        piece = slug(block.label) or "项"
        own = piece if is_article(block.scheme) or not path else f"{path}-{piece}"
        if not block.explicit_anchor:
            block.anchor = _free(own, taken)
        _anchor_blocks(block.children, own, taken)


def _free(anchor: str, taken: set[str]) -> str:
    name, number = anchor, 1
    while name in taken:
        number += 1
        name = f"{anchor}-{number}"
    taken.add(name)
    return name

"""The numbers of headings and clauses: those not typed are computed, those typed are checked.

Numbers restart under each heading and each clause, except for the schemes that the kind calls
continuous. A typed number counts for the computed ones that follow in its scheme. An appendix
(附件) counts its articles anew.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from store.kinds import Numbering
from store.markers import format_label, is_article
from store.model import Clause, Section
from store.oddities import Oddity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.model import Block

_APPENDIX: Final = re.compile(
    r"^(附\s*[件表录图](?:\s*[0-9０-９一二三四五六七八九十]+)?)(?:[\s：:（(《].*)?$"
)
_FURTHER_SCHEMES: Final = ("1.", "（1）", "①", "1）")
_NOTES: Final = Numbering((), ("1.", "（1）"))


def label_tree(root: Section, numbering: Numbering, oddities: list[Oddity]) -> None:
    """Number every section and clause below the root."""
    _Labeller(numbering, oddities, root).section(root)


def label_blocks(blocks: list[Block], oddities: list[Oddity]) -> None:
    """Number the clauses of a text on its own, a footnote."""
    _Labeller(_NOTES, oddities, Section()).blocks(blocks, depth=1, index=0)


def scheme_at(schemes: Sequence[str], index: int) -> str:
    """The scheme of a clause level: the kind's, below those 1. （1） ① 1） as far as unused."""
    if index < len(schemes):
        return schemes[index]
    further = [sample for sample in _FURTHER_SCHEMES if sample not in schemes]
    return further[min(index - len(schemes), len(further) - 1)] if further else schemes[-1]


def appendix_label(heading: str) -> str:
    """`附件1` of the heading `附件1：申请表`; empty for any other heading."""
    match = _APPENDIX.match(heading)
    return re.sub(r"\s+", "", match[1]) if match else ""


@dataclass(slots=True)
class _Sequence:
    """The numbers of one scheme given so far in one place."""

    last: int = 0
    seen: set[int] = field(default_factory=set)
    inserted: set[str] = field(default_factory=set)

    def take(self, number: int) -> int:
        self.seen.add(number)
        self.last = number
        return number


class _Labeller:
    def __init__(self, numbering: Numbering, oddities: list[Oddity], root: Section) -> None:
        self.numbering = numbering
        self.oddities = oddities
        self.running: dict[str, _Sequence] = {}
        self.latest: dict[str, int] = {}
        self.typed_levels = {section.level for section in root.walk() if section.literal}

    # -- headings

    def section(self, section: Section) -> None:
        self.blocks(section.blocks, depth=1, index=0)
        local: dict[str, _Sequence] = {}
        for child in section.sections:
            if appendix_label(child.heading):
                self.running.clear()
            if child.literal:
                self._check(
                    child, self._sequence(child.scheme, local), inserted="之" in child.label
                )
            else:
                self._label_heading(child, local)
            self.section(child)

    def _label_heading(self, section: Section, local: dict[str, _Sequence]) -> None:
        unnumbered, section.number = section.number < 0, 0
        schemes = self.numbering.headings
        if (
            unnumbered
            or section.level > len(schemes)
            or section.level in self.typed_levels
            or appendix_label(section.heading)
        ):
            return
        section.scheme = schemes[section.level - 1]
        sequence = self._sequence(section.scheme, local)
        section.number = sequence.take(sequence.last + 1)
        section.label = format_label(section.scheme, section.number)

    # -- clauses

    def blocks(self, blocks: list[Block], depth: int, index: int) -> None:
        """Number the clauses of one list of blocks.

        `depth` is the clause level here, `index` the place in the kind's clause schemes for
        computed numbers.
        """
        local: dict[str, _Sequence] = {}
        interrupted = True
        for block in blocks:
            if not isinstance(block, Clause):
                self.blocks(block.children, depth, index)
                interrupted = True
                continue
            block.level = depth
            if block.literal:
                self._literal(block, index, local)
            else:
                self._computed(block, index, local, interrupted=interrupted)
            interrupted = False

    def _literal(self, clause: Clause, index: int, local: dict[str, _Sequence]) -> None:
        schemes = self.numbering.clauses
        below = schemes.index(clause.scheme) + 1 if clause.scheme in schemes else index
        self._check(clause, self._sequence(clause.scheme, local), inserted=clause.typed < 0)
        self.blocks(clause.children, clause.level + 1, below)

    def _computed(
        self, clause: Clause, index: int, local: dict[str, _Sequence], *, interrupted: bool
    ) -> None:
        """After other text a list begins anew where its typed number says 1, else it goes on."""
        clause.scheme = sample = scheme_at(self.numbering.clauses, index)
        if interrupted and clause.typed <= 1:
            local.pop(sample, None)
        sequence = self._sequence(sample, local)
        clause.number = sequence.take(sequence.last + 1)
        clause.label = format_label(sample, clause.number)
        if interrupted and clause.typed > 1 and clause.typed != clause.number:
            self.oddities.append(Oddity(clause.line, "list-start", f"{clause.typed}."))
        self.blocks(clause.children, clause.level + 1, index + 1)

    # -- counting

    def _sequence(self, sample: str, local: dict[str, _Sequence]) -> _Sequence:
        """Articles and continuous schemes count through the document, all else in its place."""
        through = is_article(sample) or sample in self.numbering.continuous
        return (self.running if through else local).setdefault(sample, _Sequence())

    def _check(self, piece: Section | Clause, sequence: _Sequence, *, inserted: bool) -> None:
        """Compare a typed number with those before it: gaps and doubles are odd."""
        number = piece.number
        if inserted:
            code = "number-double" if piece.label in sequence.inserted else ""
            code = code or ("number-gap" if number != sequence.last else "")
            sequence.inserted.add(piece.label)
        else:
            code = self._code(number, sequence, piece.scheme)
            sequence.take(number)
            self.latest[piece.scheme] = number
        if code:
            self.oddities.append(Oddity(piece.line, code, piece.label))

    def _code(self, number: int, sequence: _Sequence, sample: str) -> str:
        """A sequence may begin anew with 1, and one under a new heading may go on from before."""
        if number in sequence.seen:
            if number == 1 and not is_article(sample):
                sequence.seen.clear()
                return ""
            return "number-double"
        goes_on = not sequence.seen and number == self.latest.get(sample, 0) + 1
        return "" if goes_on or number == sequence.last + 1 else "number-gap"

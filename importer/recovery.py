"""Numbers that a file lost, given back where their neighbours prove them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from importer.marks import Mark, normalise_forms, printed_like, read_lost, read_mark
from importer.model import Doubt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from importer.marks import Lost
    from importer.model import Piece

_SHORTEST: Final = 4


@dataclass(slots=True)
class Numbered:
    """A piece with what stands in front of its text.

    Attributes:
        skip: How many characters of the piece's text are its number.
        heading: The source itself calls it a heading.
    """

    piece: Piece
    mark: Mark | None = None
    lost: Lost | None = None
    recovered: bool = False
    skip: int = 0

    @property
    def text(self) -> str:
        """The text without its number."""
        return self.piece.text[self.skip :].strip(" \t\u3000")


def number_pieces(pieces: Sequence[Piece], doubts: list[Doubt]) -> list[Numbered]:
    """Read the numbers of a document's pieces, give lost ones back, drop the implausible."""
    found = [_read(piece) for piece in pieces]
    _drop_weak(found)
    _recover_marked(found, doubts)
    _recover_unmarked(found, doubts)
    doubts += [
        Doubt(
            one.piece.line,
            "number-lost",
            f"编号丢失，无法由前后编号推定，原样保留：{one.piece.text[:20]}",
        )
        for one in found
        if one.lost is not None and not one.recovered and one.lost.certain
    ]
    return found


def _read(piece: Piece) -> Numbered:
    if piece.type != "text":
        return Numbered(piece)
    if piece.label:
        mark = read_mark(f"{piece.label} 文")
        if mark is not None:
            return Numbered(
                piece,
                mark=Mark(mark.label, mark.number, mark.scheme, mark.rank, 0, depth=mark.depth),
            )
    piece.text = normalise_forms(piece.text)
    mark = read_mark(piece.text)
    if mark is not None:
        return Numbered(piece, mark=mark, skip=mark.length)
    lost = read_lost(piece.text) if not piece.heading else None
    return Numbered(piece, lost=lost)


def _drop_weak(found: list[Numbered]) -> None:
    """A bare number (1 总则) counts only beside another of its sort, one apart."""
    weak = [one for one in found if one.mark is not None and one.mark.weak]
    for at, one in enumerate(weak):
        assert one.mark is not None
        near = weak[max(0, at - 1) : at] + weak[at + 1 : at + 2]
        steps = {
            other.mark.number - one.mark.number
            for other in near
            if other.mark and other.mark.scheme == one.mark.scheme
        }
        if not steps & {1, -1} and not one.piece.heading:
            one.mark, one.skip = None, 0


# -- marks that were there ------------------------------------------------------------------------


def _recover_marked(found: list[Numbered], doubts: list[Doubt]) -> None:
    """Runs of lost numbers between two that are there, or between a beginning and one that is."""
    at = 0
    while at < len(found):
        if found[at].lost is None:
            at += 1
            continue
        run = [at]
        end = at + 1
        while end < len(found) and found[end].mark is None:
            if found[end].lost is not None:
                run.append(end)
            elif found[end].piece.heading:
                break
            end += 1
        if end < len(found) and (following := found[end].mark) is not None:
            _prove(found, run, following, doubts)
        at = end


def _chain(found: list[Numbered], at: int) -> list[Mark]:
    """The numbers that are open before a place, outermost first."""
    chain: list[Mark] = []
    for one in found[:at]:
        if one.mark is None:
            if one.piece.heading:
                chain = []
            continue
        while chain and chain[-1].rank >= one.mark.rank:
            chain.pop()
        chain.append(one.mark)
    return chain


def _prove(found: list[Numbered], run: list[int], following: Mark, doubts: list[Doubt]) -> None:
    """Give numbers to a run of lost ones if exactly one reading fits."""
    chain = _chain(found, run[0])
    same = next((mark for mark in chain if mark.scheme == following.scheme), None)
    deepest = chain[-1] if chain else None
    readings: list[tuple[Mark, int]] = []
    if following.number - (same.number if same else 0) == len(run) + 1 and (
        same or _may_begin(chain, following)
    ):
        readings.append((following, (same.number if same else 0) + 1))
    if (
        deepest is not None
        and same is not None
        and deepest.scheme != following.scheme
        and following.number - same.number == 1
    ):
        readings.append((deepest, deepest.number + 1))
    wanted = {found[at].lost.scheme for at in run if found[at].lost} - {""}  # type: ignore[union-attr]
    if wanted:
        readings = [
            one for one in readings if all(one[0].scheme.startswith(form[:1]) for form in wanted)
        ]
    if len(readings) != 1:
        return
    sample, first = readings[0]
    for number, at in enumerate(run, first):
        one = found[at]
        assert one.lost is not None
        _give(one, sample, number, one.lost.length, doubts)


def _may_begin(chain: list[Mark], following: Mark) -> bool:
    return not chain or chain[-1].rank < following.rank


def _give(one: Numbered, sample: Mark, number: int, skip: int, doubts: list[Doubt]) -> None:
    label = printed_like(sample, number)
    one.mark = Mark(label, number, sample.scheme, sample.rank, skip, depth=sample.depth)
    one.skip, one.recovered = skip, True
    doubts.append(
        Doubt(
            one.piece.line,
            "number-recovered",
            f"编号“{label}”在原文中丢失，由前后编号推定：{one.text[:16]}…",
        )
    )


# -- marks that are gone altogether -----------------------------------------------------------------  # noqa: E501


def _recover_unmarked(found: list[Numbered], doubts: list[Doubt]) -> None:
    """Plain lines where exactly so many numbers are missing between two of one list.

    Certain only where the list has no other plain lines among its items.
    """
    by_scheme: dict[str, int] = {}
    for at, one in enumerate(found):
        if one.mark is None:
            continue
        mark = one.mark
        before = by_scheme.get(mark.scheme)
        by_scheme = {
            scheme: place for scheme, place in by_scheme.items() if _rank(found, place) < mark.rank
        }
        by_scheme[mark.scheme] = at
        if before is None:
            continue
        previous = found[before].mark
        assert previous is not None
        gap = mark.number - previous.number - 1
        between = found[before + 1 : at]
        if gap < 1 or len(between) != gap or not all(_like_item(one) for one in between):
            continue
        if _has_plain_lines(found, before, at, mark.scheme):
            continue
        for number, lost in enumerate(between, previous.number + 1):
            _give(lost, mark, number, 0, doubts)


def _rank(found: list[Numbered], at: int) -> int:
    mark = found[at].mark
    return mark.rank if mark else 99


def _like_item(one: Numbered) -> bool:
    return (
        one.piece.type == "text"
        and one.mark is None
        and not one.piece.heading
        and len(one.piece.text) >= _SHORTEST
        and one.piece.text[-1:] not in "：:"
    )


def _has_plain_lines(found: list[Numbered], first: int, last: int, scheme: str) -> bool:
    """Whether other neighbours of the list have plain lines between them."""
    places = [
        at for at, one in enumerate(found) if one.mark is not None and one.mark.scheme == scheme
    ]
    for one, other in pairwise(places):
        if (one, other) == (first, last):
            continue
        numbers = found[one].mark, found[other].mark
        assert numbers[0] is not None
        assert numbers[1] is not None
        if numbers[1].number == numbers[0].number + 1 and any(
            found[at].mark is None for at in range(one + 1, other)
        ):
            return True
    return False

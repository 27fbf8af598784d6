"""What is marked in a hit's text, and the piece of it that is shown."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from search.folding import Folder

Range = tuple[int, int]
SNIPPET_LENGTH: Final = 120
_BEFORE: Final = 24
_STOPS: Final = "。；！？\n"


def find_ranges(text: str, terms: Iterable[str], fold: Folder) -> list[Range]:
    """Where terms stand in a text, overlapping places joined.

    Args:
        text: As it prints.
        terms: Folded.
        fold: Keeps every offset.
    """
    folded = fold(text)
    places = []
    for term in terms:
        at = folded.find(term) if term else -1
        while at >= 0:
            if _whole(folded, at, term):
                places.append((at, at + len(term)))
            at = folded.find(term, at + 1)
    return join_ranges(places)


def _whole(folded: str, at: int, term: str) -> bool:
    """Latin words and numbers count where they stand alone."""
    if not (term.isascii() and term.isalnum()):
        return True
    around = folded[at - 1 : at] + folded[at + len(term) : at + len(term) + 1]
    return not any(c.isascii() and c.isalnum() for c in around)


def join_ranges(places: Iterable[Range]) -> list[Range]:
    """Ranges in order, those that touch made one."""
    joined: list[Range] = []
    for start, end in sorted(places):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def snippet(
    text: str,
    ranges: Sequence[Range],
    length: int = SNIPPET_LENGTH,
    part: Range | None = None,
) -> str:
    """The piece of a text with most marks in it, as HTML with `<mark>`.

    Args:
        text: As it prints.
        ranges: What is marked.
        length: Of the piece.
        part: The sub-item that was found; the piece begins in it.
    """
    start = best_start(text, ranges, length) if part is None else _start_in(part, ranges, length)
    end = min(len(text), start + length)
    pieces = ["…" if start else ""]
    at = start
    for low, high in ranges:
        if high <= start or low >= end:
            continue
        first, last = max(low, start), min(high, end)
        pieces += [_html(text[at:first]), "<mark>", _html(text[first:last]), "</mark>"]
        at = last
    pieces += [_html(text[at:end]), "…" if end < len(text) else ""]
    return "".join(pieces)


def _html(text: str) -> str:
    return escape(text).replace("\n", " ")


def _start_in(part: Range, ranges: Sequence[Range], length: int) -> int:
    """The sub-item's beginning, or its first mark where that lies too far behind."""
    start, end = part
    first = next((low for low, high in ranges if high > start and low < end), start)
    return start if first < start + length - _BEFORE else first - _BEFORE


def best_start(text: str, ranges: Sequence[Range], length: int) -> int:
    """Where the piece with most marked characters begins, at a sentence's start if one is near."""
    if len(text) <= length or not ranges:
        return 0
    best, best_weight = 0, -1
    for low, _ in ranges:
        start = max(0, low - _BEFORE)
        weight = sum(
            min(high, start + length) - max(other, start)
            for other, high in ranges
            if other < start + length and high > start
        )
        if weight > best_weight:
            best, best_weight = start, weight
    for back in range(best, max(-1, best - _BEFORE), -1):
        if back == 0 or text[back - 1] in _STOPS:
            return back
    return best

"""Where a run of characters stands: quoted phrases, exactly.

Every pair of neighbouring characters has its places in the running text. A phrase is found by
intersecting the places of its pairs, shifted by their offsets; where the phrase holds punctuation
the text itself is compared, so that a phrase matches what is written and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from search.analysis import SHIFT, grams, is_word_character
from search.segment import GRAMS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from search.folding import Folder
    from search.segment import Segment

    Array = NDArray[Any]


def phrase_units(segment: Segment, pairs: Sequence[str]) -> Array:
    """The units in which overlapping pairs follow each other at once."""
    places = _intersect(segment, [(pair, at) for at, pair in enumerate(pairs)])
    return np.unique(segment.unit_of_place(places)).astype(np.int64)


def text_places(segment: Segment, folded: str, folder: Folder) -> Array:
    """Where a folded string stands in the segment's running text."""
    if len(folded) == 1 and is_word_character(folded):
        return _character_places(segment, folded)
    pairs = grams(folded)
    if not pairs:
        return segment.occurrences[:0]
    places = _intersect(segment, pairs)
    if all(is_word_character(character) for character in folded):
        return places
    return _verified(segment, places, folded, folder)


def body_units(segment: Segment, places: Array) -> tuple[Array, Array]:
    """The units of places, and which of the places lie in the unit's own text."""
    units = segment.unit_of_place(places)
    return units, places >= segment.bodies[units]


def _intersect(segment: Segment, pairs: Sequence[tuple[str, int]]) -> Array:
    """Places p of the phrase's start such that each pair stands at p + its offset."""
    found = []
    last = max(at for _, at in pairs)
    for pair, at in pairs:
        if len(pair) == 1:
            found.append((_character_places(segment, pair), at))
        elif at == last or at % 2 == 0 or (pair, at) == pairs[0] or _gap_before(pairs, at):
            found.append((segment.gram_places(pair), at))
    found.sort(key=lambda item: len(item[0]))
    starts = found[0][0].astype(np.int64) - found[0][1]
    for places, at in found[1:]:
        if not len(starts):
            break
        wanted = starts + at
        if not len(places):
            return starts[:0]
        where = np.minimum(places.searchsorted(wanted), len(places) - 1)
        starts = starts[places[where] == wanted]
    return starts[starts >= 0]


def _gap_before(pairs: Sequence[tuple[str, int]], at: int) -> bool:
    return all(other != at - 1 for _, other in pairs)


def _character_places(segment: Segment, character: str) -> Array:
    """Where one character stands: in front of, behind, or between others."""
    vocabulary = segment.fields[GRAMS].vocabulary
    first, last = vocabulary.prefix(character)
    at = segment.occurrence_at
    stands = np.zeros(int(segment.base[-1]) + 1, bool)
    stands[segment.occurrences[int(at[first]) : int(at[last])]] = True
    codes = segment.file["g.codes"]
    second = np.flatnonzero(codes & np.uint64((1 << SHIFT) - 1) == np.uint64(ord(character)))
    for number in second.tolist():
        stands[segment.occurrences[int(at[number]) : int(at[number + 1])] + 1] = True
    return np.flatnonzero(stands)


def _verified(segment: Segment, places: Array, folded: str, folder: Folder) -> Array:
    """Those places where the text really reads so."""
    units = segment.unit_of_place(places)
    good = []
    texts: dict[int, str] = {}
    for unit, place in zip(units.tolist(), places.tolist(), strict=True):
        if unit not in texts:
            texts = {unit: folder(segment.whole_text(unit))}
        good.append(texts[unit].startswith(folded, place - int(segment.base[unit])))
    verified: Array = places[np.array(good, bool)]
    return verified

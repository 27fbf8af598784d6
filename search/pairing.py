"""Which clauses of several versions of a text say the same, by content and not by number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from search.analysis import SHIFT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Array = NDArray[Any]

ALIKE: Final = 0.18
_ALONE: Final = -1


def pair_versions(versions: Sequence[Sequence[str]]) -> list[list[int]]:
    """A number for each clause; clauses of different versions that say the same share it.

    Each version is held against the next newer one. Two clauses are paired when each is what the
    other is most like, and they are alike enough.

    Args:
        versions: The folded texts of each version's clauses, the newest version first.
    """
    bags = [[_pairs(text) for text in texts] for texts in versions]
    numbers: list[list[int]] = []
    count = 0
    for at, here in enumerate(bags):
        found = [_ALONE] * len(here)
        for newer in range(at - 1, -1, -1):
            for one, other in _partners(here, bags[newer]):
                if found[one] == _ALONE and numbers[newer][other] not in found:
                    found[one] = numbers[newer][other]
        for one, number in enumerate(found):
            if number == _ALONE:
                found[one] = count
                count += 1
        numbers.append(found)
    return numbers


def _distinct(codes: Array) -> Array:
    """As `np.unique`, which loads half of numpy."""
    ordered = np.sort(codes)
    return ordered[np.flatnonzero(np.diff(ordered, prepend=ordered[:1] + np.uint64(1)))]


def _pairs(text: str) -> Array:
    """The distinct pairs of neighbouring characters."""
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.uint64)
    if len(codes) < 2:
        return codes
    return _distinct(codes[:-1] << np.uint64(SHIFT) | codes[1:])


def _partners(here: Sequence[Array], there: Sequence[Array]) -> list[tuple[int, int]]:
    """Places of clauses that are each other's likest."""
    if not here or not there:
        return []
    alike = _likeness(here, there)
    best, back = alike.argmax(axis=1), alike.argmax(axis=0)
    return [
        (one, int(other))
        for one, other in enumerate(best)
        if back[other] == one and alike[one, other] >= ALIKE
    ]


def _likeness(here: Sequence[Array], there: Sequence[Array]) -> Array:
    """Cosine of pairs, those in many clauses counting less."""
    bags = [*here, *there]
    every = np.concatenate(bags)
    known = _distinct(every)
    codes = known.searchsorted(every)
    owners = np.repeat(np.arange(len(bags)), [len(bag) for bag in bags])
    frequency = np.bincount(codes, minlength=len(known))
    weights = np.log(1 + len(bags) / frequency)
    norms = np.sqrt(np.bincount(owners, weights[codes] ** 2, len(bags)))
    shared = np.flatnonzero(frequency > 1)  # what stands once is like nothing
    place = np.full(len(known), -1, np.int64)
    place[shared] = np.arange(len(shared))
    inside = place[codes] >= 0
    table = np.zeros((len(bags), len(shared)), np.float32)
    table[owners[inside], place[codes[inside]]] = weights[codes[inside]]
    table /= np.maximum(norms, 1e-6)[:, None]
    # not `@`: waking the threads of a matrix library takes longer than the sums
    found: Array = np.einsum("ik,jk->ij", table[: len(here)], table[len(here) :])
    return found

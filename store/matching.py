"""What two sequences have in common, found as `difflib` finds it, with a bound on the work.

Where the same item stands hundreds of times on both sides (blank lines, `0.00` in a table),
`difflib` would take minutes; here it is given up, and the caller compares more coarsely.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import accumulate
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

Code: TypeAlias = tuple[str, int, int, int, int]


class Steps:
    """How many comparisons of two items may still be made."""

    def __init__(self, left: int) -> None:
        """Allow this many."""
        self.left = left

    def take(self, count: int) -> bool:
        """Use up some; whether there were as many left."""
        self.left -= count
        return self.left >= 0


class _GivenUp(Exception):
    """There are no steps left."""


class _Matcher(SequenceMatcher[str]):
    """A matcher that counts what it compares before it does so."""

    def __init__(self, old: Sequence[str], new: Sequence[str], steps: Steps) -> None:
        super().__init__(None, old, new, autojunk=False)
        places: dict[str, list[int]] = self.b2j  # type: ignore[attr-defined]
        self._work = [0, *accumulate(1 + len(places.get(item, ())) for item in old)]
        self._steps = steps

    def find_longest_match(  # type: ignore[override] # `difflib` itself always names all four
        self, alo: int, ahi: int, blo: int, bhi: int
    ) -> object:
        if not self._steps.take(self._work[ahi] - self._work[alo]):
            raise _GivenUp
        return super().find_longest_match(alo, ahi, blo, bhi)


def opcodes(old: Sequence[str], new: Sequence[str], steps: Steps) -> list[Code] | None:
    """As `SequenceMatcher.get_opcodes` without junk; None where it takes too many steps."""
    try:
        return [tuple(code) for code in _Matcher(old, new, steps).get_opcodes()]  # type: ignore[misc]
    except _GivenUp:
        return None


def common_ends(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """How many items are the same at the beginning, and how many of the others at the end."""
    most = min(len(old), len(new))
    head = next((at for at in range(most) if old[at] != new[at]), most)
    rest = most - head
    tail = next((at for at in range(rest) if old[-1 - at] != new[-1 - at]), rest)
    return head, tail


def bounded_opcodes(old: Sequence[str], new: Sequence[str], steps: Steps) -> list[Code]:
    """As `opcodes`; where that takes too much, only equal ends are told from what is between."""
    found = opcodes(old, new, steps)
    if found is not None:
        return found
    head, tail = common_ends(old, new)
    ends = len(old) - tail, len(new) - tail
    whole: list[Code] = [
        ("equal", 0, head, 0, head),
        ("replace", head, ends[0], head, ends[1]),
        ("equal", ends[0], len(old), ends[1], len(new)),
    ]
    return [code for code in whole if code[1] < code[2] or code[3] < code[4]]

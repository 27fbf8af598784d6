"""Two people's changes to one text put together, line by line, where they do not touch."""

from __future__ import annotations

from itertools import accumulate
from typing import Final, TypeAlias

from store.matching import Steps, bounded_opcodes, common_ends, opcodes

_MOST_STEPS: Final = 3_000_000

Changed: TypeAlias = tuple[int, int, tuple[str, ...]]


def merge(base: str, mine: str, theirs: str) -> str | None:
    """Both changes in one text; None where both changed the same lines in different ways.

    Args:
        base: The text that both began with.
        mine: What one made of it.
        theirs: What the other made of it.
    """
    old = base.split("\n")
    changes = sorted(_changes(old, mine.split("\n")) + _changes(old, theirs.split("\n")))
    merged: list[str] = []
    at = 0
    last: Changed | None = None
    for start, end, lines in changes:
        if (start, end, lines) == last:  # both did the same
            continue
        if last is not None and (start < at or start == last[0]):
            return None
        merged += [*old[at:start], *lines]
        at, last = end, (start, end, lines)
    return "\n".join([*merged, *old[at:]])


def _changes(old: list[str], new: list[str]) -> list[Changed]:
    """What was changed: the first line, one past the last, and what stands there now."""
    codes = opcodes(old, new, Steps(_MOST_STEPS))
    if codes is None:
        return _of_paragraphs(old, new)
    return [(i1, i2, tuple(new[j1:j2])) for tag, i1, i2, j1, j2 in codes if tag != "equal"]


def _of_paragraphs(old: list[str], new: list[str]) -> list[Changed]:
    """The same for long texts: blank lines, which are all the same, go with the line before."""
    before, after = _paragraphs(old), _paragraphs(new)
    starts = [0, *accumulate(len(lines) for lines in before)]
    keys = ["\n".join(lines) for lines in before], ["\n".join(lines) for lines in after]
    found: list[Changed] = []
    for tag, i1, i2, j1, j2 in bounded_opcodes(*keys, Steps(_MOST_STEPS)):
        if tag == "equal":
            continue
        if i2 - i1 == j2 - j1:
            pairs = [
                ((i, i + 1), (j, j + 1)) for i, j in zip(range(i1, i2), range(j1, j2), strict=True)
            ]
        else:
            pairs = [((i1, i2), (j1, j2))]
        for (i, until), (j, ends) in pairs:
            gone = [line for lines in before[i:until] for line in lines]
            come = [line for lines in after[j:ends] for line in lines]
            head, tail = common_ends(gone, come)
            start, end = starts[i] + head, starts[until] - tail
            put = tuple(come[head : len(come) - tail])
            if found and found[-1][1] == start:  # no line between them: one change
                start, put = found[-1][0], (*found.pop()[2], *put)
            found.append((start, end, put))
    return found


def _paragraphs(lines: list[str]) -> list[list[str]]:
    """Each line with the blank ones behind it."""
    found: list[list[str]] = []
    for line in lines:
        if found and not line.strip():
            found[-1].append(line)
        else:
            found.append([line])
    return found

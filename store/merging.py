"""Two people's changes to one text put together, line by line, where they do not touch."""

from __future__ import annotations

from difflib import SequenceMatcher


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
    last: tuple[int, int, tuple[str, ...]] | None = None
    for start, end, lines in changes:
        if (start, end, lines) == last:  # both did the same
            continue
        if last is not None and (start < at or start == last[0]):
            return None
        merged += [*old[at:start], *lines]
        at, last = end, (start, end, lines)
    return "\n".join([*merged, *old[at:]])


def _changes(old: list[str], new: list[str]) -> list[tuple[int, int, tuple[str, ...]]]:
    """What was changed: the first line, one past the last, and what stands there now."""
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return [
        (i1, i2, tuple(new[j1:j2]))
        for tag, i1, i2, j1, j2 in matcher.get_opcodes()
        if tag != "equal"
    ]

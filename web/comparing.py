"""Two texts side by side, clause by clause, with the words that were put in and taken out."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field, replace
from math import ceil, floor
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from markupsafe import Markup, escape

from store.matching import Steps, bounded_opcodes, common_ends, opcodes
from store.model import Block, Clause

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from store.document import Document
    from store.model import Body, Section

Change = Literal["same", "changed", "added", "removed", "moved"]
FOOTNOTE: Final = "脚注"
_NOTHING: Final = Markup("")
_ALIKE: Final = 0.3
_LONGEST: Final = 6000
_SHORT_MOVE: Final = 8
_NEAR: Final = 40
_MOST_LOOKED: Final = 40_000
_MOST_STEPS: Final = 4_000_000  # for one piece; more than a text of the longest kind takes
_MOST_OF_ALL: Final = 40_000_000
_BETWEEN_CELLS: Final = " │ "
_TOKEN: Final = re.compile(r"[0-9][0-9.,:%]*|[A-Za-z]+|[ \t]+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Piece:
    """A heading, a first-level clause with all under it, or a paragraph.

    Attributes:
        label: Its number as it prints.
        text: Its plain text, a line for each block under it.
        node: The section or the block itself.
        depth: Of a block inside a clause, how deep it stands.
    """

    label: str
    text: str
    anchor: str = ""
    heading: bool = False
    node: Section | Block | None = field(default=None, compare=False)
    depth: int = 0

    @property
    def type(self) -> str:
        """What it is: `section`, or the type of the block."""
        return self.node.type if isinstance(self.node, Block) else "section"


@dataclass(frozen=True, slots=True)
class Pair:
    """What stands beside what; either may be missing."""

    change: Change
    left: Piece | None
    right: Piece | None
    left_html: Markup = _NOTHING
    right_html: Markup = _NOTHING


def pieces(body: Body) -> list[Piece]:
    """A text as pieces that can be set side by side, in reading order, its footnotes last."""
    return [*_section(body.root), *_footnotes(body)]


def _footnotes(body: Body) -> Iterator[Piece]:
    for number, blocks in enumerate(body.footnotes.values(), 1):
        text = "\n".join(line for block in blocks for line in _lines(block))
        if text.strip():
            yield Piece(f"{FOOTNOTE}{number}", text, node=blocks[0])


def _section(section: Section) -> Iterator[Piece]:
    if section.level:
        yield Piece(section.label, section.heading, section.anchor, heading=True, node=section)
    for block in section.blocks:
        text = "\n".join(_lines(block))
        if text.strip():
            label = block.label if isinstance(block, Clause) else ""
            yield Piece(label, text, block.anchor, node=block)
    for child in section.sections:
        yield from _section(child)


def _lines(block: Block, depth: int = 0) -> Iterator[str]:
    if block.type == "table":
        yield from (_BETWEEN_CELLS.join(cell.text for cell in row) for row in block.rows)
        return
    label = block.label if isinstance(block, Clause) and depth else ""
    if block.text:
        yield f"{label}{block.text}"
    for child in block.children:
        yield from _lines(child, depth + 1)


# -- what belongs to what -----------------------------------------------------------------------


def align(old: Sequence[Piece], new: Sequence[Piece]) -> list[tuple[int | None, int | None]]:
    """Which piece became which, in reading order; what only got another number is the same."""
    found: list[tuple[int | None, int | None]] = []
    keys = [f"{p.heading:d}{p.text}" for p in old], [f"{p.heading:d}{p.text}" for p in new]
    for tag, i1, i2, j1, j2 in bounded_opcodes(*keys, Steps(_MOST_STEPS)):
        if tag == "equal":
            found += zip(range(i1, i2), range(j1, j2), strict=True)
        else:
            found += _paired(old, new, range(i1, i2), range(j1, j2))
    return found


def _key(piece: Piece) -> tuple[bool, str]:
    return piece.heading, piece.text


def _paired(
    old: Sequence[Piece], new: Sequence[Piece], gone: range, come: range
) -> Iterator[tuple[int | None, int | None]]:
    """Pair what is alike, in order, so that all pairs together are as alike as can be."""
    at = come.start
    for one, other in _best_pairs(old, new, gone, come):
        if other is None:
            yield one, None
            continue
        yield from ((None, added) for added in range(at, other))
        yield one, other
        at = other + 1
    yield from ((None, added) for added in range(at, come.stop))


def _best_pairs(
    old: Sequence[Piece], new: Sequence[Piece], gone: range, come: range
) -> list[tuple[int, int | None]]:
    """Each piece that went with what it became, by dynamic programming."""
    before = [(old[at], _bigrams(old[at].text)) for at in gone]
    after = [(new[at], _bigrams(new[at].text)) for at in come]
    table = _Band(before, after)
    found: list[tuple[int, int | None]] = []
    i = j = 0
    while i < len(before):
        alike = table.alike(i, j)
        if alike and table.best(i, j) == alike + table.best(i + 1, j + 1):
            found.append((gone[i], come[j]))
            i, j = i + 1, j + 1
        elif j < len(after) and table.best(i, j) == table.best(i, j + 1):
            j += 1
        else:
            found.append((gone[i], None))
            i += 1
    return found


class _Band:
    """How alike the pieces of both sides are, and the best sum from each pair of them onward.

    Pieces far apart in a long text are no pair, so only a band around the diagonal is kept.
    """

    def __init__(
        self,
        before: Sequence[tuple[Piece, frozenset[str]]],
        after: Sequence[tuple[Piece, frozenset[str]]],
    ) -> None:
        count, width = len(before), len(after)
        reach = max(_NEAR, _MOST_LOOKED // max(1, count))
        step = width / max(1, count)
        self._low = [max(0, ceil(i * step - reach)) for i in range(count)]
        self._high = [min(width - 1, floor(i * step + reach)) for i in range(count)]
        self._alike = [
            [_likeness(*one, *after[j]) for j in range(self._low[i], self._high[i] + 1)]
            for i, one in enumerate(before)
        ]
        self._best: list[list[float]] = [[] for _ in before]
        for i in range(count - 1, -1, -1):
            low, high, likes = self._low[i], self._high[i], self._alike[i]
            row = self._best[i] = [0.0] * (high - low + 2)
            row[-1] = self.best(i + 1, high + 1)
            for j in range(high, low - 1, -1):
                at = j - low
                score = max(self.best(i + 1, j), row[at + 1])
                like = likes[at]
                row[at] = max(score, like + self.best(i + 1, j + 1)) if like else score

    def alike(self, i: int, j: int) -> float:
        """How alike two are; 0 where too little, or too far apart."""
        return self._alike[i][j - self._low[i]] if self._low[i] <= j <= self._high[i] else 0.0

    def best(self, i: int, j: int) -> float:
        """The best sum of the pairs from `i` and `j` on."""
        if i < len(self._high) and j > self._high[i] + 1:  # none of these rows reaches so far
            i = bisect_left(self._high, j - 1, i + 1)
        return self._best[i][max(0, j - self._low[i])] if i < len(self._best) else 0.0


def _bigrams(text: str) -> frozenset[str]:
    bare = "".join(text[:_LONGEST].split())
    return frozenset(bare[at : at + 2] for at in range(max(1, len(bare) - 1)))


def _likeness(piece: Piece, pairs: frozenset[str], other: Piece, others: frozenset[str]) -> float:
    """How alike two pieces are by the pairs of characters they share; 0 where too little."""
    if piece.heading != other.heading:
        return 0.0
    share = 2 * len(pairs & others) / (len(pairs) + len(others))
    same_label = bool(piece.label) and piece.label == other.label
    share += 0.1 if same_label else 0.0
    share += 0.3 if piece.type == other.type == "table" else 0.0
    share += 0.25 if piece.heading and same_label else 0.0
    return share if share > _ALIKE else 0.0


def compare(left: Document, right: Document) -> list[Pair]:
    """Set two versions side by side; what only got another number counts as the same."""
    old, new = pieces(left.body), pieces(right.body)
    steps = Steps(_MOST_OF_ALL)
    pairs = [
        pair(old[a] if a is not None else None, new[b] if b is not None else None, steps)
        for a, b in align(old, new)
    ]
    return _with_moves(pairs)


def _with_moves(pairs: list[Pair]) -> list[Pair]:
    """Mark what stands unchanged in another place."""
    gone = {p.left.text for p in pairs if p.change == "removed" and p.left}
    come = {p.right.text for p in pairs if p.change == "added" and p.right}
    moved = {text for text in gone & come if len(text) >= _SHORT_MOVE}
    found = []
    for one in pairs:
        piece = one.left or one.right
        is_moved = one.change in {"added", "removed"} and piece is not None and piece.text in moved
        found.append(replace(one, change="moved") if is_moved else one)
    return found


# -- what differs in it -------------------------------------------------------------------------


def pair(left: Piece | None, right: Piece | None, steps: Steps | None = None) -> Pair:
    """Two pieces beside each other, with the words that differ marked.

    `steps` is what may be spent on all the pairs of a comparison.
    """
    if left is None or right is None:
        change: Change = "removed" if left else "added"
        return Pair(change, left, right, _plain(left), _plain(right))
    if _key(left) == _key(right):
        return Pair("same", left, right, _plain(left), _plain(right))
    return Pair("changed", left, right, *marked(left.text, right.text, steps))


def _plain(piece: Piece | None) -> Markup:
    return escape(piece.text) if piece else _NOTHING


def marked(old: str, new: str, steps: Steps | None = None) -> tuple[Markup, Markup]:
    """Both texts with `<del>` and `<ins>`; numbers and words are marked whole."""
    if max(len(old), len(new)) > _LONGEST:
        return Markup("<del>{}</del>").format(old), Markup("<ins>{}</ins>").format(new)
    left, right = [], []
    for same, before, after in changes(old, new, steps):
        if same:
            left.append(escape(before))
            right.append(escape(after))
            continue
        if before:
            left.append(Markup("<del>{}</del>").format(before))
        if after:
            right.append(Markup("<ins>{}</ins>").format(after))
    return Markup("").join(left), Markup("").join(right)


Stretch: TypeAlias = tuple[bool, str, str]


def changes(old: str, new: str, steps: Steps | None = None) -> list[Stretch]:
    """Stretches of both texts: (whether they are the same, the old one, the new one).

    A character or two that happen to be the same between two changes belong to the change. What
    repeats itself so often that this would take long is compared by line, and a table by cell.
    """
    allowed = min(_MOST_STEPS, max(0, steps.left)) if steps else _MOST_STEPS
    mine = Steps(allowed)
    found = _by_word(old, new, mine)
    if found is None:
        mine = Steps(allowed)
        found = _joined(_by_line(old, new, mine))
        allowed *= 2
    if steps:
        steps.take(min(allowed, allowed - mine.left))
    return found


def _by_word(old: str, new: str, steps: Steps) -> list[Stretch] | None:
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    codes = opcodes(before, after, steps)
    if codes is None:
        return None
    found: list[Stretch] = []
    for at, (tag, i1, i2, j1, j2) in enumerate(codes):
        one, other = "".join(before[i1:i2]), "".join(after[j1:j2])
        inner = 0 < at < len(codes) - 1
        around = found[-1] if found else (True, "", "")
        short = len(one) <= min(2, max(len(around[1]), len(around[2])))
        same = tag == "equal" and not (inner and short and not one.isspace() and "\n" not in one)
        if not same and found and not found[-1][0]:
            found[-1] = (False, found[-1][1] + one, found[-1][2] + other)
        else:
            found.append((same, one, other))
    return found


def _by_line(old: str, new: str, steps: Steps) -> Iterator[Stretch]:
    before, after = _lines_of(old), _lines_of(new)
    for tag, i1, i2, j1, j2 in bounded_opcodes(before, after, steps):
        gone, come = before[i1:i2], after[j1:j2]
        if tag == "equal":
            yield True, "".join(gone), "".join(come)
        elif len(gone) == len(come):
            for one, other in zip(gone, come, strict=True):
                yield from _by_cell(one, other, steps)
        else:
            yield from _by_row(gone, come, steps)


def _lines_of(text: str) -> list[str]:
    lines = text.split("\n")
    return [*(f"{line}\n" for line in lines[:-1]), lines[-1]]


def _by_row(gone: list[str], come: list[str], steps: Steps) -> Iterator[Stretch]:
    """Rows that changed where others were put in or taken out: told by their first cell."""
    keys = [_first(line) for line in gone], [_first(line) for line in come]
    for tag, i1, i2, j1, j2 in bounded_opcodes(*keys, steps):
        if tag == "equal":
            for one, other in zip(gone[i1:i2], come[j1:j2], strict=True):
                yield from _by_cell(one, other, steps)
        else:
            yield False, "".join(gone[i1:i2]), "".join(come[j1:j2])


def _first(line: str) -> str:
    return line.partition(_BETWEEN_CELLS)[0]


def _by_cell(old: str, new: str, steps: Steps) -> Iterator[Stretch]:
    """A line, cell by cell where it is a row of a table."""
    before, after = old.split(_BETWEEN_CELLS), new.split(_BETWEEN_CELLS)
    if len(before) != len(after):
        before, after = [old], [new]
    for at, (one, other) in enumerate(zip(before, after, strict=True)):
        if at:
            yield True, _BETWEEN_CELLS, _BETWEEN_CELLS
        found = [(True, one, other)] if one == other else _by_word(one, other, steps)
        yield from _middle(one, other) if found is None else found


def _middle(old: str, new: str) -> Iterator[Stretch]:
    """Equal ends, and all between them as one change; words and numbers stay whole."""
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    head, tail = common_ends(before, after)
    ends = len(before) - tail, len(after) - tail
    yield True, "".join(before[:head]), "".join(after[:head])
    yield False, "".join(before[head : ends[0]]), "".join(after[head : ends[1]])
    yield True, "".join(before[ends[0] :]), "".join(after[ends[1] :])


def _joined(found: Iterator[Stretch]) -> list[Stretch]:
    """Stretches of the same sort beside each other as one."""
    joined: list[Stretch] = []
    for same, one, other in found:
        if joined and joined[-1][0] == same:
            joined[-1] = (same, joined[-1][1] + one, joined[-1][2] + other)
        elif one or other:
            joined.append((same, one, other))
    return joined

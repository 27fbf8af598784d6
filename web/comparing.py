"""Two texts side by side, clause by clause, with the words that were put in and taken out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final, Literal

from markupsafe import Markup, escape

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
        yield from (" │ ".join(cell.text for cell in row) for row in block.rows)
        return
    label = block.label if isinstance(block, Clause) and depth else ""
    if block.text:
        yield f"{label}{block.text}"
    for child in block.children:
        yield from _lines(child, depth + 1)


# -- what belongs to what -----------------------------------------------------------------------


def align(old: Sequence[Piece], new: Sequence[Piece]) -> list[tuple[int | None, int | None]]:
    """Which piece became which, in reading order; what only got another number is the same."""
    matcher = SequenceMatcher(None, [_key(p) for p in old], [_key(p) for p in new], autojunk=False)
    found: list[tuple[int | None, int | None]] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
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
    width = len(after)
    reach = max(_NEAR, _MOST_LOOKED // max(1, len(before)))  # far apart in a long text is no pair
    step = width / max(1, len(before))
    alike = [
        [_likeness(*one, *other) if abs(j - i * step) <= reach else 0.0
         for j, other in enumerate(after)]
        for i, one in enumerate(before)
    ]  # fmt: skip
    best = [[0.0] * (width + 1) for _ in range(len(before) + 1)]
    for i in range(len(before) - 1, -1, -1):
        row, below, likes = best[i], best[i + 1], alike[i]
        for j in range(width - 1, -1, -1):
            score = max(below[j], row[j + 1])
            row[j] = max(score, likes[j] + below[j + 1]) if likes[j] else score
    found: list[tuple[int, int | None]] = []
    i = j = 0
    while i < len(before):
        if j < width and alike[i][j] and best[i][j] == alike[i][j] + best[i + 1][j + 1]:
            found.append((gone[i], come[j]))
            i, j = i + 1, j + 1
        elif j < width and best[i][j] == best[i][j + 1]:
            j += 1
        else:
            found.append((gone[i], None))
            i += 1
    return found


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
    pairs = [
        pair(old[a] if a is not None else None, new[b] if b is not None else None)
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


def pair(left: Piece | None, right: Piece | None) -> Pair:
    """Two pieces beside each other, with the words that differ marked."""
    if left is None or right is None:
        change: Change = "removed" if left else "added"
        return Pair(change, left, right, _plain(left), _plain(right))
    if _key(left) == _key(right):
        return Pair("same", left, right, _plain(left), _plain(right))
    return Pair("changed", left, right, *marked(left.text, right.text))


def _plain(piece: Piece | None) -> Markup:
    return escape(piece.text) if piece else _NOTHING


def marked(old: str, new: str) -> tuple[Markup, Markup]:
    """Both texts with `<del>` and `<ins>`; numbers and words are marked whole."""
    if max(len(old), len(new)) > _LONGEST:
        return Markup("<del>{}</del>").format(old), Markup("<ins>{}</ins>").format(new)
    left, right = [], []
    for same, before, after in changes(old, new):
        if same:
            left.append(escape(before))
            right.append(escape(after))
            continue
        if before:
            left.append(Markup("<del>{}</del>").format(before))
        if after:
            right.append(Markup("<ins>{}</ins>").format(after))
    return Markup("").join(left), Markup("").join(right)


def changes(old: str, new: str) -> list[tuple[bool, str, str]]:
    """Stretches of both texts: (whether they are the same, the old one, the new one).

    A character or two that happen to be the same between two changes belong to the change.
    """
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    found: list[tuple[bool, str, str]] = []
    codes = matcher.get_opcodes()
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

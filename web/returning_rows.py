"""One clause that was changed in Word, block by block: only the blocks that differ are written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from store.model import Block, Clause
from web.comparing import Piece, align

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.model import Section
    from store.splicing import Edit, Source

_LABEL: Final = r"(?:[第（]?[0-9零〇一二三四五六七八九十百]+[）.、编章节条款项]?){1,4}"


class Unplaced(Exception):
    """A changed block has no line of its own in the file."""


class TooDifferent(Exception):
    """A clause was rebuilt, so that it is written as a whole."""


def places(own: Sequence[Piece], printed: Sequence[Piece]) -> dict[int, int]:
    """Which piece of the file each printed piece is."""
    return {b: a for a, b in align(own, printed) if a is not None and b is not None}


def is_item(node: Section | Block | None) -> bool:
    """Whether a piece is numbered."""
    return isinstance(node, Clause)


class Rows:
    """The blocks of one clause, old, printed and new: only those that differ are written."""

    def __init__(
        self,
        source: Source,
        own: Section | Block,
        old: Section | Block | None,
        new: Section | Block,
    ) -> None:
        self.source = source
        self.own, self.old, self.new = rows(own), rows(old), rows(new)
        self.places = places(self.own, self.old)
        self.found: list[Edit] = []
        self.lost = False

    def edits(self) -> tuple[list[Edit], bool]:
        """The edits, and whether references, figures or emphasis go.

        Raises:
            Unplaced: A changed block has no line of its own.
            TooDifferent: The clause is better written as a whole.
        """
        last = -1
        for a, b in align(self.old, self.new):
            place = self.places.get(a) if a is not None else None
            if a is not None and place is None:
                raise Unplaced
            if a is None:
                assert b is not None
                self._add(self.new[b], last)
            elif b is None:
                assert place is not None
                self._remove(place)
            else:
                assert place is not None
                last = place
                self._change(self.own[place], self.old[a], self.new[b])
        return self.found, self.lost

    def _change(self, own: Piece, old: Piece, new: Piece) -> None:
        if old.text == new.text or _only_labels_differ(own, new.text):
            return
        assert own.node is not None
        assert new.node is not None
        if old.type != new.type:
            raise TooDifferent
        if isinstance(own.node, Block) and isinstance(new.node, Block) and own.type == "table":
            if self.source.is_made(own.node) or new.type != "table":
                raise Unplaced
            self.found.append(self.source.retable(own.node, new.node))
            return
        edit, lost = self.source.retext(own.node, own.text, new.node)
        self.found.append(edit)
        self.lost |= lost

    def _remove(self, place: int) -> None:
        node = self.own[place].node
        if not isinstance(node, Block) or place == 0:
            raise TooDifferent
        following = self.own[place + 1 : place + 2]
        if following and following[0].depth > self.own[place].depth:
            raise TooDifferent
        self.found.append(self.source.remove(*self.source.own(node)))

    def _add(self, new: Piece, last: int) -> None:
        if last < 0 or not isinstance(new.node, Block):
            raise TooDifferent
        before = self.own[last].node
        assert isinstance(before, Block)
        indent, typed = self._indent(new, last)
        written = self.source.write(new.node, typed=typed, alone=True)
        at = self.source.own(before)[1]
        tight = is_item(new.node) and before.type in {"clause", "paragraph"} and not typed
        gap = at < len(self.source.lines) and bool(self.source.lines[at].strip())
        near = tight and (gap or last == len(self.own) - 1)
        lines = [f"{indent}{line}" if line else "" for line in written]
        self.found.append(self.source.insert(at, lines, tight=near))

    def _indent(self, new: Piece, last: int) -> tuple[str, bool]:
        """How far a new block goes to the right: as its neighbours of that depth."""
        for piece in reversed(self.own[: last + 1]):
            node = piece.node
            if node is None or piece.depth > new.depth:
                continue
            typed = bool(getattr(node, "literal", False))
            deeper = piece.depth < new.depth and not typed and isinstance(node, Clause)
            return " " * (self.source.indent(node) + (4 if deeper else 0)), typed
        return "", self.source.types_numbers


def rows(node: Section | Block | None) -> list[Piece]:
    """The blocks of a piece that have text of their own, each with its depth."""
    if not isinstance(node, Block):
        return [Piece(node.label, node.heading, heading=True, node=node)] if node else []
    return list(_rows(node, 0))


def _rows(block: Block, depth: int) -> list[Piece]:
    label = block.label if isinstance(block, Clause) else ""
    if block.type == "table":
        text = "\n".join(" │ ".join(cell.text for cell in row) for row in block.rows)
        return [Piece(label, text, node=block, depth=depth)]
    found = [Piece(label, block.text, node=block, depth=depth)] if block.text else []
    for child in block.children:
        found += _rows(child, depth if block.type == "list" else depth + 1)
    return found


def _only_labels_differ(own: Piece, text: str) -> bool:
    """Whether only references print another number, as they do by themselves."""
    inlines = own.node.inlines if own.node is not None else ()
    if not any(one.type == "reference" for one in inlines):
        return False
    pattern = "".join(
        _LABEL if one.type == "reference" else re.escape(one.text)
        for one in inlines
        if one.type != "footnote"
    )
    return re.fullmatch(pattern, text) is not None

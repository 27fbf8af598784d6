"""A document that was changed in Word comes back: what was changed, and what accepting it writes.

The document is printed anew and read back by the importer, the changed file as well; what differs
between the two is what was changed in Word. Each change names the lines of the Markdown file that
it touches, so that those not accepted stay as they were, to the byte.
"""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from importer.model import Draft
from importer.workers import Task, read_all
from store.exceptions import InputError, WenshuError
from store.parser import parse_body
from store.splicing import Source, apply
from web.comparing import FOOTNOTE, Pair, Piece, align, pair, pieces
from web.drafts import load_draft
from web.returning_rows import Rows, TooDifferent, Unplaced, is_item, places

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from store import Workspace
    from store.catalogue import Entry
    from store.document import Document
    from store.kinds import Kind
    from store.model import Block, Section
    from store.splicing import Edit

_SHORT_MOVE: Final = 6
_NOTHING: Final = Piece("", "")


@dataclass(slots=True)
class Returned:
    """A Word file as the importer reads it.

    Attributes:
        body: Its Markdown.
        title: Its title.
        pictures: How many pictures stand in it.
        facts: What the file says of itself.
    """

    body: str
    title: str
    pictures: int
    facts: dict[str, str]

    def pieces(self, kind: Kind) -> list[Piece]:
        """Its text, numbered as the kind does."""
        return pieces(parse_body(self.body, kind.numbering))


@dataclass(slots=True)
class WordChange:
    """One thing that was changed in Word.

    Attributes:
        pair: The old text beside the new one.
        heading: The heading under which it stands.
        edits: What accepting it does to the file; empty where it cannot be taken over.
        note: What a person should know before accepting.
    """

    pair: Pair
    heading: str = ""
    edits: list[Edit] = field(default_factory=list)
    note: str = ""


@dataclass(slots=True)
class Plan:
    """Everything that was changed in Word.

    Attributes:
        changes: In reading order.
        skipped: How many differences others made after the file had been downloaded.
        warnings: About the file as a whole.
    """

    changes: list[WordChange]
    source: Source
    skipped: int = 0
    warnings: list[str] = field(default_factory=list)

    def accept(self, numbers: Sequence[int]) -> str:
        """The document's whole file with these changes, by their place in the list."""
        edits = [edit for number in numbers for edit in self.changes[number].edits]
        return "\n".join(apply(self.source.lines, edits))


def read_back(files: Sequence[tuple[bytes, str]], kinds: dict[str, Kind]) -> list[Returned]:
    """Word files as the importer reads them, in a process of its own with limits.

    Raises:
        InputError: One of them cannot be read, or holds no text.
    """
    found: dict[int, Draft] = {}
    with tempfile.TemporaryDirectory(prefix="wenshu-word-") as folder:
        tasks = []
        for number, (data, name) in enumerate(files):
            path = Path(folder) / f"{number}.docx"
            path.write_bytes(data)
            tasks.append(Task(number, path, name))
        for answer in read_all(tasks, kinds, processes=1):
            if answer.sort == "error":
                raise InputError(str(answer.value))
            if answer.sort == "draft" and isinstance(answer.value, Draft):
                found.setdefault(answer.index, answer.value)
    if len(found) < len(files):
        raise InputError("文件里没有文字。")
    drafts = [found[number] for number in range(len(files))]
    return [Returned(d.body, d.title, len(d.files), d.facts) for d in drafts]


def make_plan(
    workspace: Workspace,
    entry: Entry,
    document: Document,
    printed: Sequence[Piece],
    changed: Sequence[Piece],
    base: Sequence[Piece] | None = None,
) -> Plan:
    """What was changed in Word.

    Args:
        workspace: The workspace.
        entry: The document that was downloaded.
        document: The same, loaded.
        printed: Its printed text as read back.
        changed: The text of the file that came back.
        base: The text that the file was made from, where that is not the present one.
    """
    planner = _Planner(Source(document), printed, changed)
    plan = planner.plan()
    if base is not None:
        old = {(piece.heading, piece.text) for piece in base}
        mine = [change for change in plan.changes if _is_mine(change.pair, old)]
        plan.skipped = len(plan.changes) - len(mine)
        plan.changes = mine
    _prove(workspace, entry, plan)
    return plan


def _is_mine(one: Pair, base: set[tuple[bool, str]]) -> bool:
    """Whether a difference was made in Word, not in the library since the download."""
    if one.right is not None:
        return (one.right.heading, one.right.text) not in base
    return one.left is not None and (one.left.heading, one.left.text) in base


def _prove(workspace: Workspace, entry: Entry, plan: Plan) -> None:
    """Load what accepting everything would write, and look for each new text in it."""
    numbers = [n for n, change in enumerate(plan.changes) if change.edits]
    if not numbers:
        return
    try:
        made, _ = load_draft(workspace, entry, plan.accept(numbers))
    except WenshuError:
        for number in numbers:
            plan.changes[number].note = "接受后请核对排版。"
        return
    texts = {_bare(piece.text) for piece in pieces(made.body)}
    for number in numbers:
        change = plan.changes[number]
        if change.pair.right is not None and _bare(change.pair.right.text) not in texts:
            change.note = change.note or "接受后请核对这一处的编号和引用。"


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


class _Planner:
    """Sets printed and changed text side by side, and both to the lines of the file."""

    def __init__(self, source: Source, printed: Sequence[Piece], changed: Sequence[Piece]) -> None:
        self.source = source
        self.own = pieces(source.document.body)
        self.printed, self.changed = printed, changed
        self.places = places(self.own, printed)

    def plan(self) -> Plan:
        aligned = align(self.printed, self.changed)
        moves = self._moves(aligned)
        found: list[WordChange] = []
        anchor: Piece | None = None
        heading = ""
        for a, b in aligned:
            old = self.printed[a] if a is not None else None
            new = self.changed[b] if b is not None else None
            heading = new.text if new is not None and new.heading else heading
            if old is None or new is None or _key(old) != _key(new):
                change = self._change(a, b, anchor, moves)
                if change is not None:
                    change.heading = heading
                    found.append(change)
            if a is not None and b is not None:
                anchor = self._own(a) or anchor
        return Plan(found, self.source)

    def _own(self, a: int) -> Piece | None:
        place = self.places.get(a)
        return self.own[place] if place is not None else None

    def _moves(
        self, aligned: Sequence[tuple[int | None, int | None]]
    ) -> dict[tuple[bool, str], int]:
        """What stands in another place now: its key, and where it stood."""
        come = {_key(self.changed[b]) for a, b in aligned if a is None and b is not None}
        gone = {_key(self.printed[a]): a for a, b in aligned if b is None and a is not None}
        return {key: a for key, a in gone.items() if key in come and len(key[1]) >= _SHORT_MOVE}

    def _change(
        self,
        a: int | None,
        b: int | None,
        anchor: Piece | None,
        moves: Mapping[tuple[bool, str], int],
    ) -> WordChange | None:
        old = self.printed[a] if a is not None else None
        new = self.changed[b] if b is not None else None
        if old is not None and new is not None:
            return self._changed(old, new, self._own(a or 0))
        if (old or new or _NOTHING).label.startswith(FOOTNOTE):
            return WordChange(pair(old, new), note="脚注的增删请在编辑器里改。")
        if old is not None:
            return None if moves.get(_key(old)) == a else self._removed(old, self._own(a or 0))
        assert new is not None
        if _key(new) in moves:
            return self._moved(moves[_key(new)], new, anchor)
        change = WordChange(pair(None, new))
        change.edits = [self._insertion(self._written(new.node, None), new, anchor)]
        return change

    def _removed(self, old: Piece, own: Piece | None) -> WordChange:
        change = WordChange(pair(old, None))
        if own is None or own.node is None:
            change.note = "这一处是排版生成的，正文里没有对应的文字，不能从 Word 改。"
        else:
            change.edits = [self.source.remove(*self.source.whole(own.node))]
        return change

    def _moved(self, a: int, new: Piece, anchor: Piece | None) -> WordChange:
        shown = pair(self.printed[a], new)
        change = WordChange(
            Pair("moved", shown.left, shown.right, shown.left_html, shown.right_html)
        )
        own = self._own(a)
        if own is None or own.node is None:
            change.note = "这一处不能从 Word 移动，请在编辑器里移动。"
            return change
        start, end = self.source.whole(own.node)
        lines = self.source.lines[start:end]
        change.edits = [self.source.remove(start, end), self._insertion(lines, new, anchor)]
        return change

    def _insertion(self, written: list[str], new: Piece, anchor: Piece | None) -> Edit:
        """Put a piece behind the one that it follows, or before all others."""
        first = next((piece.node for piece in self.own if piece.node is not None), None)
        if anchor is None or anchor.node is None:
            at = first.line - 1 if first is not None else len(self.source.lines)
            return self.source.insert(
                at, [*written, ""] if first is not None else written, tight=False
            )
        start, end = self.source.whole(anchor.node)
        lists = is_item(new.node) and is_item(anchor.node) and not self.source.types_numbers
        followed = end < len(self.source.lines) and bool(self.source.lines[end].strip())
        tight = lists and (followed or start == 0 or bool(self.source.lines[start - 1].strip()))
        return self.source.insert(end, written, tight=tight)

    def _written(self, node: Section | Block | None, like: Section | Block | None) -> list[str]:
        assert node is not None
        return self.source.write(node, typed=self.source.types_numbers, like=like)

    # -- a clause that was changed ------------------------------------------------------------

    def _changed(self, old: Piece, new: Piece, own: Piece | None) -> WordChange | None:
        change = WordChange(pair(old, new))
        if own is None or own.node is None or new.node is None:
            change.note = "这一处是排版生成的，正文里没有对应的文字，不能从 Word 改。"
            return change
        if self.source.is_made(own.node):
            change.note = "这张表由表格数据生成，请改数据，不能从 Word 改。"
            return change
        try:
            change.edits, lost = Rows(self.source, own.node, old.node, new.node).edits()
        except Unplaced:
            change.note = "这一处有由表格数据生成的内容，不能从 Word 改。"
            return change
        except TooDifferent:
            change.edits = [self.source.put(own.node, self._written(new.node, own.node))]
            lost = self.source.has_marks(own.node)
        if not change.edits:
            return None
        if lost:
            change.note = "接受后，这一处的自动引用、取数或加粗变成普通文字。"
        return change


def _key(piece: Piece) -> tuple[bool, str]:
    return piece.heading, piece.text

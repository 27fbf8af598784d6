"""Changes to single blocks of a document's file; every other line stays as it is.

Edits name lines of the file (0-based) and what stands there instead, so that several of them can be
chosen from and applied together.
"""

from __future__ import annotations

import copy
import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final

from store.inline_writer import write_inlines
from store.markers import read_heading_marker, read_marker
from store.model import Block, Body, Clause, Inline, Section
from store.shapes import indent_of, take_attributes
from store.tables import split_row
from store.writer import write_body

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from store.document import Document
    from store.model import Align

_PREFIX: Final = re.compile(
    r"^\s*(?:\[\^[^\]]+\]:\s*|[0-9]{1,3}\.(?:[ \t\u3000]+|$)|[-*+>:]\s+|#{1,6}\s*)?"
)
_REFERENCE: Final = re.compile(r"\[\]\([^()\s]+\)")
_MARKS: Final = 0xE000
_ITEM: Final = re.compile(r"^ *[0-9]{1,3}\.[ \t\u3000]")


@dataclass(frozen=True, slots=True)
class Edit:
    """Lines `start` to before `end` become `lines`; an empty range is an insertion."""

    start: int
    end: int
    lines: tuple[str, ...]


def apply(lines: Sequence[str], edits: Iterable[Edit]) -> list[str]:
    """The lines with all edits; of those at one place the first comes first."""
    found = list(lines)
    ordered = sorted(enumerate(edits), key=lambda one: (one[1].start, one[1].end, one[0]))
    for _, edit in reversed(ordered):
        found[edit.start : edit.end] = edit.lines
    return found


class Source:
    """A document's file, block by block."""

    def __init__(self, document: Document) -> None:
        """Note where each block begins."""
        self.document = document
        self.lines = document.source.replace("\r\n", "\n").split("\n")
        root = document.body.root
        notes = [block for blocks in document.body.footnotes.values() for block in blocks]
        starts = {section.line for section in root.walk() if section.level}
        starts |= {block.line for block in (*root.walk_blocks(), *notes)}
        self._starts = sorted(starts)
        clauses = [block for block in root.walk_blocks() if isinstance(block, Clause)]
        self.types_numbers = sum(c.literal for c in clauses) * 2 > len(clauses)
        self.uses_figures = "{{" in document.source or "{%" in document.source

    # -- places ---------------------------------------------------------------------------------

    def own(self, node: Section | Block) -> tuple[int, int]:
        """The lines of a block's own text, without what is under it and blank lines behind."""
        return self._until(node.line, node.line)

    def whole(self, node: Section | Block) -> tuple[int, int]:
        """The lines of a block with all under it; of a section its heading alone."""
        last = max(one.line for one in node.walk()) if isinstance(node, Block) else node.line
        return self._until(node.line, last)

    def _until(self, first: int, last: int) -> tuple[int, int]:
        at = bisect_right(self._starts, last)
        end = self._starts[at] - 1 if at < len(self._starts) else len(self.lines)
        while end > first and not self.lines[end - 1].strip():
            end -= 1
        return first - 1, end

    def indent(self, node: Section | Block) -> int:
        """How far a block stands to the right."""
        return indent_of(self.lines[node.line - 1])

    def is_made(self, node: Section | Block) -> bool:
        """Whether a table comes from figures, so that it has no text of its own."""
        line = self.lines[node.line - 1].lstrip()
        return isinstance(node, Block) and node.type == "table" and not line.startswith("|")

    def has_marks(self, node: Section | Block) -> bool:
        """Whether references, figures or emphasis stand in a block or below it."""
        start, end = self.whole(node)
        blocks = node.walk() if isinstance(node, Block) else ()
        pieces = [one for block in blocks for one in block.inlines]
        marked = any(p.bold or p.italic or p.type not in {"text", "break"} for p in pieces)
        return marked or any("{{" in line for line in self.lines[start:end])

    # -- edits ----------------------------------------------------------------------------------

    def remove(self, start: int, end: int) -> Edit:
        """Take lines out, and one of two blank lines that would meet."""
        above = start == 0 or not self.lines[start - 1].strip()
        while above and end < len(self.lines) - 1 and not self.lines[end].strip():
            end += 1
        return Edit(start, end, ())

    def insert(self, at: int, written: Sequence[str], *, tight: bool) -> Edit:
        """Put lines before a line, with the blank lines that they need around them."""
        before = [] if tight or at == 0 or not self.lines[at - 1].strip() else [""]
        followed = at < len(self.lines) and bool(self.lines[at].strip())
        listed = followed and bool(_ITEM.match(self.lines[at]) and _ITEM.match(written[-1]))
        after = [""] if followed and not listed else []
        return Edit(at, at, (*before, *written, *after))

    def put(self, node: Section | Block, written: Sequence[str]) -> Edit:
        """Another text in place of a block with all under it."""
        start, end = self.whole(node)
        return Edit(start, end, tuple(written))

    def retext(self, node: Section | Block, old: str, new: Section | Block) -> tuple[Edit, bool]:
        """Another text in a block; what is under it, its number and its id stay.

        Returns:
            The edit, and whether references, figures or emphasis of the old text became plain text.
        """
        start, end = self.own(node)
        raw = "\n".join(self.lines[start:end])
        prefix = self._prefix(node, raw)
        core, identifier = _without_attributes(raw[len(prefix) :])
        text = new.text if isinstance(new, Block) else new.heading
        made, lost = _patched_around(core, old, text, node.inlines)
        if made is None:
            made = write_inlines(_known(new.inlines, self.document), jinja=self.uses_figures)
        return Edit(start, end, tuple(f"{prefix}{made}{identifier}".split("\n"))), lost

    def _prefix(self, node: Section | Block, raw: str) -> str:
        match = _PREFIX.match(raw)
        prefix = match[0] if match else ""
        if getattr(node, "literal", False):
            read = read_heading_marker if isinstance(node, Section) else read_marker
            if marker := read(raw[len(prefix) :]):
                return raw[: len(prefix) + marker.length]
        return prefix

    def retable(self, node: Block, new: Block) -> Edit:
        """The cells of a table that changed; the whole table where rows or columns did."""
        start, end = self.own(node)
        indent = " " * self.indent(node)
        rows = [at for at in range(start, end) if self.lines[at].lstrip().startswith("|")]
        del rows[1:2]  # the line between the heading row and the others
        shape = [[(c.column_span, c.row_span) for c in row] for row in node.rows]
        same_shape = shape == [[(c.column_span, c.row_span) for c in row] for row in new.rows]
        if not same_shape or len(rows) != len(node.rows) or any(
            len(split_row(self.lines[at])) != len(row)
            for at, row in zip(rows, node.rows, strict=False)
        ):  # fmt: skip
            fresh = replace(new, aligns=_aligns(node, new), anchor=node.anchor, caption="")
            written = [f"{indent}{line}" for line in self.write(fresh)]
            return Edit(rows[0] if rows else start, end, tuple(written))
        lines = self.lines[start:end]
        for at, old_row, new_row in zip(rows, node.rows, new.rows, strict=True):
            cells = split_row(self.lines[at])
            for place, (before, after) in enumerate(zip(old_row, new_row, strict=True)):
                if before.text != after.text:
                    made = patched(cells[place], before.text, after.text)
                    cells[place] = made if made is not None else write_inlines(
                        after.inlines, jinja=self.uses_figures, cell=True
                    )  # fmt: skip
            if [c.text for c in old_row] != [c.text for c in new_row]:
                shown = " | ".join(cell.replace("\\|", "|").replace("|", "\\|") for cell in cells)
                lines[at - start] = f"{indent}| {shown} |"
        return Edit(start, end, tuple(lines))

    # -- new text -------------------------------------------------------------------------------

    def write(
        self,
        node: Section | Block,
        *,
        typed: bool = False,
        alone: bool = False,
        like: object = None,
    ) -> list[str]:
        """The Markdown of a block of another text, as this document writes.

        Args:
            node: The block.
            typed: Its numbers are typed instead of computed.
            alone: Without what is under it.
            like: The block whose id it takes over.
        """
        fresh = copy.deepcopy(node)
        if isinstance(fresh, Section):
            fresh.blocks, fresh.sections, fresh.literal = [], [], typed and bool(fresh.label)
            fresh.inlines = _known(fresh.inlines, self.document)
            root = Section(sections=[fresh])
        else:
            fresh.children = [] if alone else fresh.children
            for block in fresh.walk():
                block.inlines = _known(block.inlines, self.document)
                if isinstance(block, Clause):
                    block.literal, block.explicit_anchor = typed and bool(block.label), False
            root = Section(blocks=[fresh])
        if isinstance(fresh, Section | Clause) and getattr(like, "explicit_anchor", False):
            fresh.anchor, fresh.explicit_anchor = getattr(like, "anchor", ""), True
        numbering = self.document.kind.numbering
        return write_body(Body(root), numbering, jinja=self.uses_figures).rstrip("\n").split("\n")


def _aligns(old: Block, new: Block) -> tuple[Align, ...]:
    return old.aligns if len(old.aligns) == len(new.aligns) else new.aligns


def _known(inlines: tuple[Inline, ...], document: Document) -> tuple[Inline, ...]:
    """Pieces of another text without footnotes and pictures that this document has not.

    Its references name places of that text; here they are what they print.
    """
    return tuple(
        replace(one, type="text", target="") if one.type == "reference" else one
        for one in inlines
        if one.type != "image" and (one.type != "footnote" or one.target in document.body.footnotes)
    )


def _without_attributes(raw: str) -> tuple[str, str]:
    core = take_attributes(raw)[0]
    return core.rstrip(), raw[len(core.rstrip()) :]


def _patched_around(
    raw: str, old: str, new: str, inlines: tuple[Inline, ...]
) -> tuple[str | None, bool]:
    """Like `patched`, with every reference taken for one character; and whether something goes."""
    labels = [one.text for one in inlines if one.type == "reference"]
    written = _REFERENCE.findall(raw)
    if len(written) != len(labels):
        made = patched(raw, old, new)
        return made, made is None and raw != old
    at_old = at_new = 0
    for number, (label, source) in enumerate(zip(labels, written, strict=True)):
        mark = chr(_MARKS + number)
        raw = raw.replace(source, mark, 1)
        old, at_old = _replaced(old, label, mark, at_old)
        new, at_new = _replaced(new, label, mark, at_new)
    made = patched(raw, old, new)
    if made is None:
        return None, raw != old
    gone = False
    for number, source in enumerate(written):
        gone |= chr(_MARKS + number) not in made
        made = made.replace(chr(_MARKS + number), source)
    return made, gone


def _replaced(text: str, label: str, mark: str, start: int) -> tuple[str, int]:
    at = text.find(label, start) if label else -1
    return (text, start) if at < 0 else (text[:at] + mark + text[at + len(label) :], at + 1)


def patched(raw: str, old: str, new: str) -> str | None:
    """Markdown in which only the words that changed are written anew.

    Emphasis, references and figures elsewhere in it stay. None where a change touches one of them.
    """
    place: dict[int, int] = {}
    for block in SequenceMatcher(None, raw, old, autojunk=False).get_matching_blocks():
        place.update({block.b + n: block.a + n for n in range(block.size)})
    made = raw
    codes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for tag, i1, i2, j1, j2 in reversed(codes):
        if tag == "equal":
            continue
        span = _span(raw, place, i1, i2)
        if span is None:
            return None
        text = write_inlines((Inline(new[j1:j2]),)) if j2 > j1 else ""
        if text.strip() != new[j1:j2].strip():
            return None  # what must be escaped is better written as a whole
        made = made[: span[0]] + new[j1:j2] + made[span[1] :]
    return made


def _span(raw: str, place: dict[int, int], i1: int, i2: int) -> tuple[int, int] | None:
    """Where in the Markdown characters of the plain text stand, if nothing else is among them."""
    if i1 == i2:
        if i1 - 1 in place:
            return place[i1 - 1] + 1, place[i1 - 1] + 1
        return (place[i1], place[i1]) if i1 in place else (0, 0) if not raw else None
    spots = [place.get(at, -1) for at in range(i1, i2)]
    if min(spots) < 0 or spots != sorted(spots):
        return None
    between = set(range(spots[0], spots[-1] + 1)) - set(spots)
    if any(not raw[at].isspace() for at in between):
        return None
    return spots[0], spots[-1] + 1

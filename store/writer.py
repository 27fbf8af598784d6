"""The document model back into Markdown: what is written parses to the same model.

Computed numbers become ordered lists nested by four spaces, typed ones stay as they were typed.
Charts and blanks come from figures and have no Markdown of their own.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from store.inline_writer import guard_end, guard_start, write_inlines
from store.labels import appendix_label
from store.markers import read_heading_marker, read_marker
from store.model import Clause
from store.tables import ABOVE, LEFT, cell_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.kinds import Numbering
    from store.model import Block, Body, Cell, Section

_INDENT: Final = "    "
_MOST_HASHES: Final = 6
_LARGEST_TYPED: Final = 999
_RULES: Final = {"left": ":---", "center": ":---:", "right": "---:", "": "---"}
_ANCHORED_IN_TEXT: Final = frozenset({"paragraph", "image", "definition", "clause"})
_LIST_SEPARATOR: Final = "<!-- -->"


def write_body(body: Body, numbering: Numbering, *, jinja: bool = False) -> str:
    """The Markdown of a body.

    Args:
        body: Its lines, `typed` numbers and made-up anchors are not looked at.
        numbering: Of the document's kind, so that a heading without a number is marked as such
            where it would get one.
        jinja: Keep double braces from being read as Jinja.
    """
    lines = _Writer(body, numbering, jinja=jinja).write()
    return "\n".join([*lines, ""]) if lines else ""


class _Writer:
    def __init__(self, body: Body, numbering: Numbering, *, jinja: bool) -> None:
        self.body = body
        self.numbering = numbering
        self.jinja = jinja
        self.typed_levels = {section.level for section in body.root.walk() if section.literal}

    def write(self) -> list[str]:
        parts: list[list[str]] = []
        for section in self.body.root.walk():
            if section.level:
                parts.append([self._heading(section)])
            parts.append(self._blocks(section.blocks))
        parts += [self._footnote(key, blocks) for key, blocks in self.body.footnotes.items()]
        return _apart(parts)

    def _heading(self, section: Section) -> str:
        text = write_inlines(section.inlines, jinja=self.jinja)
        if section.literal:
            text = f"{section.label}{_gap(section.label)}{text}"
        elif read_heading_marker(text):
            text = f"\\{text}"
        text = re.sub(r"(?<=\s)(?=#+$)|^(?=#+$)", r"\\", guard_end(text))
        marks = f"#{section.anchor}" if section.explicit_anchor else ""
        if self._stays_unnumbered(section):
            marks = f"{marks} .unnumbered".strip()
        hashes = "#" * min(section.level + 1, _MOST_HASHES)
        return f"{hashes} {text} {{: {marks}}}" if marks else f"{hashes} {text}".rstrip()

    def _stays_unnumbered(self, section: Section) -> bool:
        """Whether a heading without a number would get one if nothing were said."""
        return (
            not section.label
            and section.level <= len(self.numbering.headings)
            and section.level not in self.typed_levels
            and not appendix_label(section.heading)
        )

    # -- blocks

    def _blocks(self, blocks: Sequence[Block]) -> list[str]:
        """Blocks one below the other, with a blank line between them where there must be one."""
        lines: list[str] = []
        count = 0
        before: Block | None = None
        for block in blocks:
            if isinstance(block, Clause) and not block.literal:
                count += 1
                through = block.scheme in self.numbering.continuous
                written = self._computed(block, count if through else block.number)
            else:
                count = count if isinstance(block, Clause) else 0
                written = self._block(block)
            lines += [*_between(before, block), *written] if before else written
            before = block
        return lines

    def _block(self, block: Block) -> list[str]:
        lines = self._lines(block)
        if block.anchor and block.type not in _ANCHORED_IN_TEXT:
            lines += ["", f"{{: #{block.anchor}}}"]
        return lines

    def _lines(self, block: Block) -> list[str]:
        if isinstance(block, Clause):
            return self._typed(block)
        match block.type:
            case "list":
                return [line for item in block.children for line in self._item(item)]
            case "table":
                return self._table(block)
            case "quote":
                return [f"> {line}".rstrip() for line in self._blocks(block.children) or [""]]
            case "code":
                return self._code(block)
            case "definition":
                return self._definition(block)
            case "break":
                return ["<!-- 分页 -->" if block.text == "page" else "---"]
            case "image":
                return [self._image(block)]
            case _:
                return self._text(block)

    def _text(self, block: Block, label: str = "") -> list[str]:
        """The lines of a block's own text, its id at the end."""
        lines = write_inlines(block.inlines, jinja=self.jinja).split("\n")
        lines[-1] = guard_end(lines[-1])
        if block.anchor and (not isinstance(block, Clause) or block.explicit_anchor):
            lines[-1] = f"{lines[-1]} {{: #{block.anchor}}}".lstrip()
        lines = [guard_start(line) if at or not label else line for at, line in enumerate(lines)]
        return [f"{label}{lines[0]}", *lines[1:]]

    # -- clauses

    def _typed(self, clause: Clause) -> list[str]:
        lines = self._text(clause, clause.label + _gap(clause.label))
        if read_marker(lines[0]) is None:  # `（二），` is no number, on two lines it is
            lines[:1] = [clause.label, lines[0].removeprefix(clause.label)]
        inner = self._blocks(clause.children)
        if clause.children and isinstance(clause.children[0], Clause):
            return [*lines, *inner]
        return _apart([lines, inner])

    def _computed(self, clause: Clause, number: int) -> list[str]:
        """An item; what follows it unindented and belongs to it all the same comes last."""
        inside = _indented_count(clause)
        first, *further = self._text(clause)
        lines = [f"{min(number, _LARGEST_TYPED)}. {first}".rstrip(), *_indented(further)]
        children = clause.children
        parts = [
            _below(lines, children[:inside], self._blocks(children[:inside])),
            self._blocks(children[inside:]),
        ]
        return _apart(parts)

    def _item(self, item: Block) -> list[str]:
        first, *further = self._text(item)
        lines = [f"- {first}".rstrip(), *_indented(further)]
        return _below(lines, item.children, self._blocks(item.children))

    # -- other blocks

    def _table(self, block: Block) -> list[str]:
        grid = _grid(block.rows, len(block.aligns))
        rows = [[self._cell(cell) for cell in row] for row in grid]
        rule = [_RULES[align] for align in block.aligns]
        return [f"| {' | '.join(row)} |" for row in (rows[0], rule, *rows[1:])]

    def _cell(self, cell: Cell | str) -> str:
        if isinstance(cell, str):
            return cell
        text = write_inlines(cell.inlines, jinja=self.jinja, cell=True)
        return f"\\{text}" if text in {ABOVE, LEFT} else text

    @staticmethod
    def _code(block: Block) -> list[str]:
        runs = re.findall(r"^ *(`{3,})", block.text, re.MULTILINE)
        fence = "`" * (max((len(run) for run in runs), default=2) + 1)
        return [f"{fence}{block.language}", *block.text.split("\n"), fence]

    def _definition(self, block: Block) -> list[str]:
        lines = self._text(block)
        if not block.children:
            return lines
        first, *further = self._blocks(block.children)
        return [*lines, f": {first}", *_indented(further)]

    def _image(self, block: Block) -> str:
        caption = f' "{block.caption}"' if block.caption != block.text else ""
        target = f"<{block.target}>" if re.search(r"[\"()]", block.target) else block.target
        anchor = f" {{: #{block.anchor}}}" if block.anchor else ""
        return f"![{block.text}]({target}{caption}){anchor}"

    def _footnote(self, key: str, blocks: Sequence[Block]) -> list[str]:
        first, *further = self._blocks(blocks) or [""]
        return [f"[^{key}]: {first}".rstrip(), *_indented(further)]


def _gap(label: str) -> str:
    return " " if label[-1:] not in "、）．." and label[-1:].isalnum() else ""


def _apart(parts: Sequence[list[str]]) -> list[str]:
    """Parts with a blank line between each two."""
    lines: list[str] = []
    for part in parts:
        if part:
            lines += ["", *part] if lines else part
    return lines


def _between(before: Block, block: Block) -> list[str]:
    if isinstance(before, Clause) and isinstance(block, Clause):
        return [""] if before.children or block.children else []
    if before.type == "definition" and not before.children:
        return []
    return ["", _LIST_SEPARATOR, ""] if before.type == block.type == "list" else [""]


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"{_INDENT}{line}" if line else "" for line in lines]


def _below(lines: list[str], children: Sequence[Block], written: list[str]) -> list[str]:
    """An item with its indented children; items of its own need no blank line before them."""
    if not children:
        return lines
    close = isinstance(children[0], Clause) or children[0].type == "list"
    return [*lines, *([] if close else [""]), *_indented(written)]


def _indented_count(clause: Clause) -> int:
    """How many children of a computed clause must be indented.

    What belongs to an article although it stands unindented: a paragraph below an item without a
    text, and a block without a number that follows a typed clause.
    """
    children = clause.children
    if not clause.text and not clause.inlines and children and children[0].type == "paragraph":
        return 0
    for at, (before, child) in enumerate(pairwise(children), 1):
        if isinstance(before, Clause) and before.literal and not isinstance(child, Clause):
            return at
    return len(children)


def _grid(rows: Sequence[Sequence[Cell]], columns: int) -> list[list[Cell | str]]:
    """The cells with `<<` and `^^` where they cover others."""
    grid: list[list[Cell | str]] = [[LEFT] * columns for _ in rows]
    for r, (row, places) in enumerate(zip(rows, cell_columns(rows), strict=True)):
        for cell, c in zip(row, places, strict=True):
            for down in range(1, cell.row_span):
                grid[r + down][c] = ABOVE
            grid[r][c] = cell
    return grid

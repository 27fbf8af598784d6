"""A body's text into the document model.

`parse_body` reads plain Markdown, `parse_lines` text whose lines already carry their numbers (a
Jinja body after rendering, see `store.templating`).
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from store.blocks import parse_blocks
from store.inline import plain
from store.model import Body, Cell, Problem, Section
from store.oddities import problem_of
from store.structure import build_tree, nest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from store.blocks import Line
    from store.kinds import Numbering
    from store.model import Block, BlockSource, Clause, Inline, Inlines

    Resolver = Callable[[str], str | None]


def parse_body(text: str, numbering: Numbering, first_line: int = 1, path: str = "") -> Body:
    """Parse the Markdown of a body.

    Args:
        text: The body without front matter.
        numbering: How the document's kind numbers headings and clauses.
        first_line: The line of the body's first line in the file.
        path: The file, for the problems found.
    """
    lines = list(enumerate(text.split("\n"), first_line))
    return parse_lines(lines, numbering, path=path)


def parse_lines(
    lines: Sequence[Line],
    numbering: Numbering,
    *,
    path: str = "",
    figures: Sequence[BlockSource] = (),
    resolve: Resolver | None = None,
) -> Body:
    """Parse lines that carry their numbers.

    Args:
        lines: (line number, text) pairs.
        numbering: How the document's kind numbers.
        path: The file, for the problems found.
        figures: What the figure tokens in the lines stand for.
        resolve: Looks up a reference into another document (`id#anchor`) and gives its label;
            None leaves such references for later.
    """
    scan = parse_blocks(lines, figures)
    oddities = scan.oddities
    root = build_tree(scan.pieces, numbering, oddities)
    footnotes = {key: nest(blocks) for key, blocks in scan.footnotes.items()}
    body = Body(root, footnotes)
    problems = [problem_of(oddity, path) for oddity in oddities]
    problems += fill_references(body, path, resolve)
    problems += _check_footnotes(body, scan.footnote_lines, path)
    body.problems = sorted(problems, key=lambda problem: problem.line)
    return body


def fill_references(body: Body, path: str = "", resolve: Resolver | None = None) -> list[Problem]:
    """Give every `[](#id)` the present label of its target; report the dead ones.

    References into other documents are left empty, without a problem, when `resolve` is None.
    """
    holders = [block for block in _all_blocks(body) if _has_reference(block)]
    if not holders:
        return []
    anchors = body.anchors()
    filler = _Filler(anchors, path, resolve)
    for block in holders:
        filler.fill(block)
    return filler.problems


def _all_blocks(body: Body) -> Iterator[Block]:
    yield from body.root.walk_blocks()
    for blocks in body.footnotes.values():
        for block in blocks:
            yield from block.walk()


def _has_reference(block: Block) -> bool:
    return any(piece.type == "reference" for piece in block.inlines) or any(
        piece.type == "reference" for row in block.rows for cell in row for piece in cell.inlines
    )


class _Filler:
    def __init__(
        self, anchors: dict[str, Section | Clause], path: str, resolve: Resolver | None
    ) -> None:
        self.anchors = anchors
        self.path = path
        self.resolve = resolve
        self.problems: list[Problem] = []

    def fill(self, block: Block) -> None:
        if any(piece.type == "reference" for piece in block.inlines):
            block.inlines = self._pieces(block.inlines, block.line)
            block.text = plain(block.inlines)
        for row in block.rows:
            for at, cell in enumerate(row):
                if any(piece.type == "reference" for piece in cell.inlines):
                    pieces = self._pieces(cell.inlines, block.line)
                    row[at] = Cell(plain(pieces), pieces, cell.column_span, cell.row_span)

    def _pieces(self, inlines: Inlines, line: int) -> Inlines:
        return tuple(
            self._piece(piece, line) if piece.type == "reference" and not piece.text else piece
            for piece in inlines
        )

    def _piece(self, piece: Inline, line: int) -> Inline:
        label = self._label(piece.target)
        if label is None:
            if "#" in piece.target and self.resolve is None:
                return piece
            self.problems.append(
                Problem(
                    self.path,
                    line,
                    "error",
                    "dead-reference",
                    f"引用的“{piece.target}”不存在。",
                    "请核对编号后的 {: #名称} 与 [](#名称) 是否一致。",
                )
            )
            label = "〔引用失效〕"
        return dataclasses.replace(piece, text=label)

    def _label(self, target: str) -> str | None:
        found = self.anchors.get(target)
        if found is not None:
            return reference_label(found)
        if "#" in target and self.resolve is not None:
            return self.resolve(target)
        return None


def reference_label(target: Section | Clause) -> str:
    """How a reference to this section or clause prints: its label, else its text."""
    if target.label:
        return target.label.rstrip("、.．")
    return target.heading if isinstance(target, Section) else target.text[:20]


def _check_footnotes(body: Body, lines: dict[str, int], path: str) -> list[Problem]:
    used = {
        piece.target: block.line for block in _all_blocks(body) for piece in _footnote_marks(block)
    }
    problems = [
        Problem(
            path,
            line,
            "error",
            "footnote-missing",
            f"脚注“{key}”没有内容。",
            f"请在文末补上一行：[^{key}]: 脚注内容",
        )
        for key, line in used.items()
        if key not in lines
    ]
    problems += [
        Problem(
            path,
            line,
            "warning",
            "footnote-unused",
            f"脚注“{key}”在正文中没有用到。",
            f"请在正文相应位置写 [^{key}]，或删去这条脚注。",
        )
        for key, line in lines.items()
        if key not in used
    ]
    return problems


def _footnote_marks(block: Block) -> Iterator[Inline]:
    for piece in block.inlines:
        if piece.type == "footnote":
            yield piece
    for row in block.rows:
        for cell in row:
            yield from (piece for piece in cell.inlines if piece.type == "footnote")

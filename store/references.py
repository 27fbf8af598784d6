"""References and footnotes of a parsed body: filled in, and the dead ones told."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from store.anchors import reference_labels
from store.exceptions import AmbiguousDocument
from store.inline import plain
from store.model import Problem
from store.tables import table_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from store.model import Block, Body, Inline, Inlines, Section

    Resolver = Callable[[str], str | None]

DEAD = "〔引用失效〕"


def fill_references(body: Body, path: str = "", resolve: Resolver | None = None) -> list[Problem]:
    """Give every `[](#id)` the present label of its target; report the dead ones.

    A link with a text of its own into this document (`[休假](#pay)`) is looked up too.

    Args:
        body: Parsed; its inlines are changed.
        path: The file, for the problems.
        resolve: Gives the label of a reference into another document, None for a dead one; raises
            `AmbiguousDocument`. Without it such references stay empty.
    """
    sections = [section for section in body.root.walk() if _refers(section.inlines)]
    blocks = [block for block in all_blocks(body) if _has_reference(block)]
    if not sections and not blocks:
        return []
    filler = _Filler(reference_labels(body), path, resolve)
    for section in sections:
        filler.section(section)
    for block in blocks:
        filler.block(block)
    for block in all_blocks(body):
        if block.type == "quote":
            block.text = "\n".join(child.text for child in block.children if child.text)
    return filler.problems


def all_blocks(body: Body) -> Iterator[Block]:
    """Every block of the body and of its footnotes."""
    yield from body.root.walk_blocks()
    for blocks in body.footnotes.values():
        for block in blocks:
            yield from block.walk()


def _refers(inlines: Inlines) -> bool:
    return any(
        piece.type == "reference" or (piece.type == "link" and "#" in piece.target)
        for piece in inlines
    )


def _has_reference(block: Block) -> bool:
    return _refers(block.inlines) or any(
        _refers(cell.inlines) for row in block.rows for cell in row
    )


class _Filler:
    def __init__(self, labels: Mapping[str, str], path: str, resolve: Resolver | None) -> None:
        self.labels = labels
        self.path = path
        self.resolve = resolve
        self.problems: list[Problem] = []

    def section(self, section: Section) -> None:
        section.inlines = self._pieces(section.inlines, section.line)
        section.heading = plain(section.inlines)

    def block(self, block: Block) -> None:
        if _refers(block.inlines):
            block.inlines = self._pieces(block.inlines, block.line)
            block.text = plain(block.inlines)
        for row in block.rows:
            for at, cell in enumerate(row):
                if _refers(cell.inlines):
                    pieces = self._pieces(cell.inlines, block.line)
                    row[at] = dataclasses.replace(cell, text=plain(pieces), inlines=pieces)
        if block.rows:
            block.text = table_text(block.rows)

    def _pieces(self, inlines: Inlines, line: int) -> Inlines:
        return tuple(self._piece(piece, line) for piece in inlines)

    def _piece(self, piece: Inline, line: int) -> Inline:
        if piece.type == "reference" and not piece.text:
            return self._reference(piece, line)
        if piece.type == "link" and piece.target.startswith("#"):
            target = piece.target[1:]
            if target not in self.labels:
                self._dead(target, line)
        return piece

    def _reference(self, piece: Inline, line: int) -> Inline:
        label = self.labels.get(piece.target)
        if label is None and "#" in piece.target:
            if self.resolve is None:
                return piece
            label = self._elsewhere(piece.target, line)
        elif label is None:
            self._dead(piece.target, line)
        return dataclasses.replace(piece, text=label or DEAD)

    def _elsewhere(self, target: str, line: int) -> str | None:
        try:
            label = self.resolve(target) if self.resolve else None
        except AmbiguousDocument as error:
            message = f"引用的“{target}”不明确：{error.message}"
            self._problem(line, "ambiguous-reference", message, error.hint)
            return None
        if label is None:
            self._dead(target, line)
        return label

    def _dead(self, target: str, line: int) -> None:
        hint = "请核对编号后的 {: #名称} 与 [](#名称) 是否一致；引用别的文档写 [](文档#名称)。"
        self._problem(line, "dead-reference", f"引用的“{target}”不存在。", hint)

    def _problem(self, line: int, code: str, message: str, hint: str) -> None:
        self.problems.append(Problem(self.path, line, "error", code, message, hint))


# -- footnotes ----------------------------------------------------------------------------------


def check_footnotes(body: Body, lines: Mapping[str, int], path: str) -> list[Problem]:
    """Footnotes without a text, and texts that no mark calls for.

    Args:
        body: Parsed.
        lines: Where the text of each footnote stands.
        path: The file, for the problems.
    """
    used = dict(_footnote_marks(body))
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


def _footnote_marks(body: Body) -> Iterator[tuple[str, int]]:
    """The key and line of each footnote mark, the last of a key first, so that a dict has it."""
    marks: list[tuple[str, int]] = []
    for section in body.root.walk():
        marks += _marks(section.inlines, section.line)
    for block in all_blocks(body):
        marks += _marks(block.inlines, block.line)
        for row in block.rows:
            for cell in row:
                marks += _marks(cell.inlines, block.line)
    return reversed(marks)


def _marks(inlines: Sequence[Inline], line: int) -> list[tuple[str, int]]:
    return [(piece.target, line) for piece in inlines if piece.type == "footnote"]

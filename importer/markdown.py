"""Nodes into the Markdown that `store.parser` reads, proved by reading it back.

Numbers that the kind would compute itself become ordered lists and plain headings; all others
are typed (`五、…`, `第七条 …`). What was written is parsed, compared node by node, and lists whose
numbers came out differently are typed instead, until everything agrees.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from importer.markdown_text import (
    ATTRIBUTES_END,
    BRACES,
    bare,
    escape,
    escape_label,
    guard,
    heavily,
    marked,
    table,
)
from importer.model import Doubt
from importer.references import References, label_key
from store.markers import is_article
from store.model import Clause
from store.parser import parse_body

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from importer.model import Node
    from store.kinds import Numbering

_ROUNDS: Final = 5
_TYPED: Final = {"1.": "{}、", "1）": "{}）"}


@dataclass(slots=True)
class Written:
    """A body and what could not be written as the source has it."""

    text: str
    doubts: list[Doubt] = field(default_factory=list)


@dataclass(slots=True)
class _Plan:
    """Which lists are typed: (id of the parent node, scheme); `articles` types all 第X条."""

    typed: set[tuple[int, str]] = field(default_factory=set)
    articles: bool = False
    heavy: set[int] = field(default_factory=set)

    def is_typed(self, parent: int, node: Node) -> bool:
        if is_article(node.scheme) and node.sort == "clause" and self.articles:
            return True
        return (parent, node.scheme) in self.typed


def write_body(nodes: Sequence[Node], numbering: Numbering) -> Written:
    """The Markdown of a document's nodes.

    Args:
        nodes: The tree that `importer.outline` built.
        numbering: How the kind numbers.
    """
    plan = _Plan()
    references = References.of(nodes)
    writer = _Writer(numbering, plan, references)
    for _ in range(_ROUNDS):
        writer = _Writer(numbering, plan, references)
        writer.write(nodes)
        if not writer.compare():
            break
    return Written(writer.text, writer.remaining())


class _Writer:
    def __init__(self, numbering: Numbering, plan: _Plan, references: References) -> None:
        self.numbering = numbering
        self.references = references
        self.plan = plan
        self.lines: list[str] = []
        self.places: list[tuple[int, int, Node, bool]] = []
        self.text = ""
        self.notes: list[str] = []
        self.wrong: list[Node] = []

    # -- writing -----------------------------------------------------------------------------------

    def write(self, nodes: Sequence[Node]) -> None:
        self._nodes(nodes, 0, depth=1, indent="")
        for note in self.notes:
            self._put("", note)
        while self.lines and not self.lines[-1]:
            self.lines.pop()
        self.text = "\n".join(self.lines) + "\n"

    def _put(self, indent: str, content: str) -> int:
        """Write a block after an empty line; gives its line in the body."""
        if self.lines and self.lines[-1]:
            self.lines.append("")
        line = len(self.lines) + 1
        for part in content.split("\n"):
            self.lines.append(f"{indent}{part}" if part else "")
        return line

    def _nodes(self, nodes: Iterable[Node], parent: int, *, depth: int, indent: str) -> None:
        tight = ""
        for node in nodes:
            if node.sort == "section":
                self._section(node, parent, depth)
            elif node.sort == "clause":
                tight = self._clause(node, parent, depth, indent, tight)
                continue
            else:
                self._block(node, indent)
            tight = ""

    def _section(self, node: Node, parent: int, depth: int) -> None:
        typed = bool(node.label) and self.plan.is_typed(parent, node)
        label = _heading_label(node) if typed else ""
        text = escape(node.text, first=not label)
        computes = depth <= len(self.numbering.headings) and self.numbering.headings[depth - 1]
        end = " {: .unnumbered}" if computes and not node.label and not node.piece.counted else ""
        if not end and ATTRIBUTES_END.search(text):
            text = text[:-1] + "&#125;"
        end = end or self.references.mark(node)
        line = self._put("", f"{'#' * min(depth + 1, 6)} {label}{text}{end}")
        self.places.append((line, parent, node, typed))
        self._nodes(node.children, id(node), depth=depth + 1, indent="")

    def _clause(self, node: Node, parent: int, depth: int, indent: str, tight: str) -> str:
        """Write a clause; neighbours of one computed list stand line by line."""
        typed = self.plan.is_typed(parent, node)
        text = self._inline(node, first=not typed) + self.references.mark(node)
        if typed:
            label = _typed_label(node)
            line = self._put(indent, f"{label}{text}")
            self.places.append((line, parent, node, True))
            self._nodes(node.children, id(node), depth=depth, indent=indent)
            return ""
        content = f"{node.number}. {text}".rstrip()
        if tight == node.scheme and self.lines and self.lines[-1]:
            self.lines.append(indent + content)
            line = len(self.lines)
        else:
            line = self._put(indent, content)
        self.places.append((line, parent, node, False))
        inner = indent + "    "
        if node.children and all(
            c.sort == "clause" and not self.plan.is_typed(id(node), c) for c in node.children
        ):
            kept = ""
            for child in node.children:
                kept = self._tight_child(child, id(node), depth + 1, inner, kept)
        else:
            self._nodes(node.children, id(node), depth=depth + 1, indent=inner)
        return node.scheme if not node.children or self.lines[-1] else ""

    def _tight_child(self, node: Node, parent: int, depth: int, indent: str, kept: str) -> str:
        return self._clause(node, parent, depth, indent, kept or node.scheme)

    def _block(self, node: Node, indent: str) -> None:
        piece = node.piece
        match piece.type:
            case "table":
                if piece.rows:
                    self._put(indent, table(piece))
            case "image":
                self._put(indent, f"![{escape_label(piece.text)}]({piece.target})")
            case "bullet":
                self._bullet(node, indent)
            case "code":
                self._code(piece.text, indent)
            case "quote":
                line = self._put(indent, f"> {self._inline(node, first=True)}")
                self.places.append((line, 0, node, False))
            case "definition":
                self._definition(node, indent)
            case "footnote":
                self.notes.append(f"[^{piece.target}]: {escape(piece.text, first=False)}")
            case "text":
                self._text(node, indent)

    def _text(self, node: Node, indent: str) -> None:
        if node.text or node.runs:
            line = self._put(indent, self._inline(node, first=True))
            self.places.append((line, 0, node, False))

    def _code(self, text: str, indent: str) -> None:
        """A fence; braces can't be escaped inside one, so such code becomes paragraphs."""
        if BRACES.search(text):
            for line in text.split("\n"):
                self._put(indent, escape(line))
            return
        fence = "~~~~" if "```" in text else "```"
        self._put(indent, f"{fence}\n{text}\n{fence}")

    def _definition(self, node: Node, indent: str) -> None:
        first, *others = [line for line in node.piece.caption.split("\n") if line.strip()] or [""]
        content = f"{escape(node.text)}\n: {escape(first)}"
        for line in others:
            content += f"\n\n    {escape(line)}"
        self._put(indent, content)

    def _bullet(self, node: Node, indent: str) -> None:
        content = f"{indent}{'    ' * node.piece.level}- {self._inline(node, first=True)}"
        if self.lines and re.match(r"\s*- ", self.lines[-1]):
            self.lines.append(content)
        else:
            self._put("", content)

    def _inline(self, node: Node, *, first: bool) -> str:
        if id(node) in self.plan.heavy:
            return heavily(node.text)
        if node.runs:
            written = marked(node.runs, self.references.to)
            if written is not None:
                return guard(written) if first else written
        return escape(node.text, first=first)

    # -- proving -------------------------------------------------------------------------------------  # noqa: E501

    def compare(self) -> bool:
        """Read the text back; True when the plan had to change."""
        body = parse_body(self.text, self.numbering)
        found: dict[int, tuple[str, str]] = {}
        for section in body.root.walk():
            if section.level:
                found[section.line] = (section.label, section.heading)
        for block in body.root.walk_blocks():
            if isinstance(block, Clause):
                found[block.line] = (block.label, block.text)
            else:
                found.setdefault(block.line, ("", block.text))
        self.wrong = []
        changed = False
        for line, parent, node, typed in self.places:
            label, text = found.get(line, ("", ""))
            if label_key(label) != label_key(node.label) and not node.piece.counted:
                changed |= self._type_list(parent, node, typed=typed)
            elif bare(text) != bare(node.text) and not node.runs:
                changed |= id(node) not in self.plan.heavy
                self.plan.heavy.add(id(node))
        return changed

    def _type_list(self, parent: int, node: Node, *, typed: bool) -> bool:
        if typed or not node.label:
            self.wrong.append(node)
            return False
        if is_article(node.scheme) and node.sort == "clause":
            self.plan.articles = True
        self.plan.typed.add((parent, node.scheme))
        return True

    def remaining(self) -> list[Doubt]:
        """What prints another number than the source's."""
        return [
            Doubt(
                node.line,
                "number-form",
                f"编号“{node.label}”的写法无法原样保留，请核对：{node.text[:20]}",
            )
            for node in self.wrong
            if node.label
        ]


def _heading_label(node: Node) -> str:
    if node.scheme == "1.1" or node.scheme.startswith("第"):
        return f"{node.label.rstrip('.．、')} "
    if node.scheme == "1.":
        return f"{node.number}. "
    if node.scheme == "一、":
        return re.sub(r"[.．\s]+$", "", node.label).rstrip("、") + "、"
    return node.label


def _typed_label(node: Node) -> str:
    if node.scheme.startswith("第") or node.scheme == "1.1":
        return f"{node.label.rstrip('.．、')} "
    if node.scheme == "一、":
        return node.label.rstrip("、.．") + "、"
    if node.scheme in _TYPED:
        return _TYPED[node.scheme].format(node.number)
    return node.label.rstrip("、.．")

"""What was copied in Word, WPS, a spreadsheet or a browser, as Markdown for the editor.

The clipboard holds a web page; its paragraphs become clauses, headings and tables as in an import.
Where the kind computes the numbers, those of the clipboard are left to it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Final

from importer.cleaning import take_out_contents
from importer.filling import unglued
from importer.html import read_page
from importer.joining import join_broken
from importer.markdown import write_body
from importer.model import Reading
from importer.outline import build
from importer.splitting import is_rule
from store.exceptions import InputError
from store.kinds import Numbering

if TYPE_CHECKING:
    from collections.abc import Sequence

    from importer.model import Doubt, Node, Piece

MAX_PASTE: Final = 2_000_000
_PICTURE: Final = re.compile(r"<(?:img|v:imagedata)\b", re.IGNORECASE)
_TYPED_ARTICLE: Final = re.compile(r"^第[一二三四五六七八九十百零〇0-9]+条\s", re.MULTILINE)
_ITEM: Final = re.compile(r"^( *)[0-9]{1,3}\.\s")
_QUIET: Final = frozenset({"number-gap", "number-double", "number-restart"})


@dataclass(slots=True)
class Pasted:
    """What a paste becomes: Markdown, and what a person should look at."""

    text: str
    notes: list[str] = field(default_factory=list)


def paste_markdown(html: str, numbering: Numbering, *, before: str = "", title: str = "") -> Pasted:
    """The Markdown of what lies on the clipboard.

    Args:
        html: The clipboard's web page.
        numbering: How the document's kind numbers.
        before: The body above the cursor; it tells how deep the cursor stands.
        title: The document's title, which is not pasted again.

    Raises:
        InputError: It is too long, or holds no text.
    """
    if len(html) > MAX_PASTE:
        raise InputError("粘贴的内容过多。", hint="请分几次粘贴，或者用“导入”把整个文件交给文枢。")
    reading = read_page(html) if html.strip() else Reading()
    doubts: list[Doubt] = []
    pieces = take_out_contents(_without_title(reading.pieces, title), doubts)
    pieces = [piece for piece in pieces if not is_rule(piece)]
    nodes = build(unglued(join_broken(pieces, doubts)), doubts)
    if not nodes:
        raise InputError("剪贴板里没有可以粘贴的文字。")
    writer = _Placing(numbering, before)
    text = writer.write(nodes)
    notes = [doubt.message for doubt in doubts if doubt.code not in _QUIET] + writer.notes
    if count := len(_PICTURE.findall(html)):
        notes.append(f"有 {count} 张图片没有粘贴，请把图片另存后作为附件上传。")
    return Pasted(text, list(dict.fromkeys(notes)))


def _without_title(pieces: list[Piece], title: str) -> list[Piece]:
    """Headings stay headings; the document's own title goes."""
    found = []
    for piece in pieces:
        if piece.title:
            piece.title, piece.heading = False, 1
        if not (title and piece.type == "text" and piece.text.strip() == title):
            found.append(piece)
    return found


class _Placing:
    """Writes nodes so that they fit the place of the cursor."""

    def __init__(self, numbering: Numbering, before: str) -> None:
        self.numbering = numbering
        self.computes = not _TYPED_ARTICLE.search(before)
        self.deepest = _depth_of(before)
        self.notes: list[str] = []

    def write(self, nodes: Sequence[Node]) -> str:
        """The Markdown of all nodes, each list at its depth."""
        if not self.computes:
            written = write_body(nodes, Numbering((), ()))
            self.notes += [doubt.message for doubt in written.doubts]
            return written.text
        parts = []
        reached = self.deepest
        for depth, group in groupby(nodes, self._depth):
            members = list(group)
            fits = depth <= reached  # sub-items without the item above them keep their numbers
            if fits and any(node.sort == "clause" for node in members):
                reached = max(reached, depth + 1)
            parts.append(self._group(members, depth if fits else 0))
        return "\n".join(parts)

    def _depth(self, node: Node) -> int:
        """How deep a top-level node belongs: a sub-item goes below the item above the cursor."""
        schemes = self.numbering.clauses
        if node.sort == "clause" and node.scheme in schemes:
            return schemes.index(node.scheme)
        return 0

    def _group(self, nodes: Sequence[Node], depth: int) -> str:
        schemes = self.numbering.clauses[depth:]
        higher = self._heading_depth(nodes[0])
        headings = self.numbering.headings[higher:]
        clauses = (node for top in nodes for node in top.walk() if node.sort == "clause")
        first = next(clauses, None)
        if first and schemes and first.scheme == schemes[0] and first.number != 1 and not depth:
            self.notes.append(f"编号按所在位置自动编排，没有照搬原来的“{first.label}”。")
        _leave_to_kind(nodes, headings, schemes)
        written = write_body(nodes, Numbering(headings, schemes, self.numbering.continuous))
        self.notes += [doubt.message for doubt in written.doubts]
        text = re.sub(r"^(?=#)", "#" * higher, written.text, flags=re.MULTILINE)
        return re.sub(r"^(?=.)", "    " * depth, text, flags=re.MULTILINE)

    def _heading_depth(self, node: Node) -> int:
        headings = self.numbering.headings
        if node.sort == "section" and node.scheme in headings:
            return headings.index(node.scheme)
        return 0


def _leave_to_kind(nodes: Sequence[Node], headings: Sequence[str], clauses: Sequence[str]) -> None:
    """Numbers that the kind computes in this very form need not agree with those of the source."""
    count = 0
    for node in nodes:
        is_section = node.sort == "section"
        schemes = headings if is_section else clauses
        count = count + 1 if node.sort == "clause" else 0
        if node.sort != "block" and schemes and node.scheme == schemes[0]:
            node.piece.counted = True
            node.number = node.number if is_section else count
        sections = [child for child in node.children if child.sort == "section"]
        others = [child for child in node.children if child.sort != "section"]
        _leave_to_kind(sections, headings[1:], clauses)
        _leave_to_kind(others, headings, clauses if is_section else clauses[1:])


def _depth_of(before: str) -> int:
    """How deep a list reaches right above the cursor: 0 outside one, 1 below an article."""
    deepest = 0
    for line in reversed(before[-20_000:].split("\n")):
        if line.startswith("#"):
            break
        if match := _ITEM.match(line):
            deepest = max(deepest, len(match[1]) // 4 + 1)
            if not match[1]:
                break
        elif line.strip() and not line.startswith(" "):
            break
    return deepest

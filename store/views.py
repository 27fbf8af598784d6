"""A document as JSON and as lines of plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.jsonable import to_jsonable
from store.markers import label_gap
from store.model import Clause
from store.schema import meta_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.document import Document
    from store.model import Block, Section

    TextLine = tuple[int, str, bool]


def document_json(document: Document) -> dict[str, object]:
    """The object that `wenshu show --json` prints; text before the first heading has level 0."""
    root = document.body.root
    sections = [section_json(section) for section in root.sections]
    if root.blocks:
        sections.insert(0, section_json(root, deep=False))
    return {"id": document.id, "meta": meta_json(document.meta), "sections": sections}


def section_json(section: Section, *, deep: bool = True) -> dict[str, object]:
    """A section with its blocks and, when `deep`, the sections below it."""
    return {
        "heading": section.heading or None,
        "label": section.label or None,
        "level": section.level,
        "line": section.line or (section.blocks[0].line if section.blocks else 1),
        "anchor": section.anchor or None,
        "blocks": [block_json(block) for block in section.blocks],
        "sections": [section_json(child) for child in section.sections] if deep else [],
    }


def block_json(block: Block) -> dict[str, object]:
    """A block; clauses and lists carry their children, tables their rows."""
    if isinstance(block, Clause):
        return {
            "type": "clause",
            "label": block.label or None,
            "number": block.number,
            "level": block.level,
            "text": block.text,
            "anchor": block.anchor,
            "line": block.line,
            "children": [block_json(child) for child in block.children],
        }
    found: dict[str, object] = {"type": block.type, "text": block.text, "line": block.line}
    if block.children:
        found["children"] = [block_json(child) for child in block.children]
    if block.type == "table":
        found["rows"] = [[cell.text for cell in row] for row in block.rows]
        found["header_rows"] = block.header_rows
        found["caption"] = block.caption or None
    if block.type == "image":
        found["target"] = block.target
    if block.type == "code":
        found["language"] = block.language or None
    if block.type == "chart":
        found["figure"] = to_jsonable(block.figure)
    return found


def text_lines(document: Document) -> Iterator[TextLine]:
    """The document as lines for a terminal: (indentation in columns, text, bold)."""
    yield from _section_lines(document.body.root)
    for key, blocks in document.body.footnotes.items():
        for block in blocks:
            yield 0, f"[{key}] {block.text}", False


def _section_lines(section: Section) -> Iterator[TextLine]:
    if section.level:
        yield 0, "", False
        yield 0, section.title, True
    for block in section.blocks:
        yield from _block_lines(block, 0)
    for child in section.sections:
        yield from _section_lines(child)


def _own_lines(block: Block) -> list[str]:
    """The lines of a block without its children."""
    if isinstance(block, Clause):
        return [f"{block.label}{label_gap(block.label)}{block.text}"]
    match block.type:
        case "table":
            return ["  ".join(cell.text for cell in row) for row in block.rows]
        case "break":
            return ["" if block.text == "page" else "----"]
        case "image":
            return [f"〔图：{block.text or block.target}〕"]
        case "chart":
            return [f"〔图表：{block.text}〕"]
        case "list" | "quote":
            return []
        case _:
            return [block.text]


def _block_lines(block: Block, indent: int) -> Iterator[TextLine]:
    yield from ((indent, line, False) for line in _own_lines(block))
    for child in block.children:
        if block.type == "list":
            yield indent, f"· {child.text}", False
            for further in child.children:
                yield from _block_lines(further, indent + 2)
        else:
            yield from _block_lines(child, indent + 2)

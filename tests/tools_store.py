"""A tiny notation for documents and bodies, so that a test is one row of a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from store.document import Document, Meta
from store.kinds import Kind, Numbering
from store.model import Clause
from store.parser import parse_body

if TYPE_CHECKING:
    from store.model import Block, Body, Section

RULES = Numbering(("第一章", "第一节"), ("第一条", "（一）", "1.", "（1）"), ("第一条",))
PLAIN = Numbering(("一、", "（一）"), ("1.", "（1）"))
BARE = Numbering((), ("1.", "（1）"))


def document(body: str = "1. 正文。\n", **fields: str) -> str:
    """A file: front matter by Chinese key, then the body. `标题` and `类别` have defaults."""
    table = {"标题": "甲办法", "类别": "管理制度", **fields}
    lines = [f"{key}: {value}".rstrip() for key, value in table.items() if value != "-"]
    return "\n".join(["---", *lines, "---", "", body])


def outline(text: str, numbering: Numbering = PLAIN) -> list[str]:
    """A body, a line each: `# heading`, `label|text`, `type:text`, nested by two spaces."""
    return body_outline(parse_body(text, numbering))


def body_outline(body: Body) -> list[str]:
    """See `outline`."""
    return list(_section(body.root, 0))


def codes(text: str, numbering: Numbering = PLAIN) -> list[tuple[int, str]]:
    """The problems that parsing finds: (line, code)."""
    return [(p.line, p.code) for p in parse_body(text, numbering).problems]


def lines_of(body: Body) -> list[tuple[int, str]]:
    """Every heading and block with its line, in reading order: (line, text)."""
    found: list[tuple[int, str]] = []
    for section in body.root.walk():
        if section.level:
            found.append((section.line, section.title))
        for block in section.blocks:
            found.extend((piece.line, piece.text) for piece in block.walk())
    return found


def _section(section: Section, depth: int):
    if section.level:
        yield f"{'  ' * (depth - 1)}{'#' * section.level} {section.title}"
    for block in section.blocks:
        yield from _block(block, depth)
    for child in section.sections:
        yield from _section(child, depth + 1)


def _block(block: Block, depth: int):
    lead = "  " * depth
    if isinstance(block, Clause):
        yield f"{lead}{block.label}|{block.text}"
    elif block.type == "table":
        yield f"{lead}table:{'/'.join('|'.join(c.text for c in row) for row in block.rows)}"
    elif block.type == "paragraph":
        yield f"{lead}{block.text}"
    else:
        yield f"{lead}{block.type}:{'' if block.children else block.text or block.target}"
    for child in block.children:
        yield from _block(child, depth + 1)


def parsed(body: str, numbering: Numbering = RULES, **meta: object) -> Document:
    """A document with this body, without a file."""
    fields = {"title": "考勤办法", "version": "2024", **meta}
    return Document(
        id="制度/考勤办法",
        path=Path("考勤办法.md"),
        meta=Meta(**fields),
        kind=Kind("policy", "管理制度", numbering=numbering),
        source=body,
        body=parse_body(body, numbering, first_line=5),
    )

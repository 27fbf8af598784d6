"""Three lengths of one text: 详版 as written, 简版 without what may be left out, 一页版 in brief.

A paragraph, clause, heading or table that begins with 〔可略〕 is left out of the shorter versions;
the mark itself never prints. Figures are the same in all of them, because nothing is rewritten.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from store.model import Clause

if TYPE_CHECKING:
    from store.model import Block, Body, Inline, Section

MARK: Final = "〔可略〕"
LENGTHS: Final = ("详版", "简版", "一页版")
_SENTENCE_END: Final = re.compile(r"[。！？]")
_LONGEST_ROWS: Final = 13


def shorten(body: Body, length: str | None) -> None:
    """Cut a body down to a length, in place; without one only the marks go."""
    _section(body.root, length or "详版")
    if length == "一页版":
        _one_page(body.root)


def _section(section: Section, length: str) -> None:
    section.blocks = _blocks(section.blocks, length)
    kept = []
    for child in section.sections:
        if child.heading.startswith(MARK):
            if length != "详版":
                continue
            child.heading = child.heading.removeprefix(MARK)
            child.inlines = _unmarked(child.inlines)
        _section(child, length)
        kept.append(child)
    section.sections = kept


def _blocks(blocks: list[Block], length: str) -> list[Block]:
    kept = []
    drop_next = False
    for block in blocks:
        if block.text.strip() == MARK:
            drop_next = length != "详版"  # the mark alone speaks of the block behind it
            continue
        if drop_next or (block.text.startswith(MARK) and length != "详版"):
            drop_next = False
            continue
        if block.text.startswith(MARK):
            block.text = block.text.removeprefix(MARK).lstrip()
            block.inlines = _unmarked(block.inlines)
        block.children = _blocks(block.children, length)
        kept.append(block)
    return kept


def _unmarked(inlines: tuple[Inline, ...]) -> tuple[Inline, ...]:
    """The inlines without the mark at their beginning."""
    if not inlines or not inlines[0].text.startswith(MARK):
        return inlines
    first = replace(inlines[0], text=inlines[0].text.removeprefix(MARK).lstrip())
    return (first, *inlines[1:]) if first.text else inlines[1:]


# -- one page --------------------------------------------------------------------------------


def _one_page(root: Section) -> None:
    """First sentences, the first short table, no pictures, no sub-items."""
    tables = 0
    for section in root.walk():
        kept: list[Block] = []
        paragraphs = 0
        for block in section.blocks:
            if block.type in {"image", "chart", "code", "break"}:
                continue
            if block.type == "table":
                tables += 1
                if tables > 1 or len(block.rows) > _LONGEST_ROWS:
                    continue
            elif block.type == "paragraph":
                paragraphs += 1
                if paragraphs > 1:
                    continue
                _first_sentence(block)
            elif isinstance(block, Clause):
                block.children = []
                _first_sentence(block)
            kept.append(block)
        section.blocks = kept


def _first_sentence(block: Block) -> None:
    match = _SENTENCE_END.search(block.text)
    if match is None or match.end() == len(block.text):
        return
    end = match.end()
    block.text = block.text[:end]
    inlines: list[Inline] = []
    used = 0
    for inline in block.inlines:
        if used >= end:
            break
        inlines.append(replace(inline, text=inline.text[: end - used]))
        used += len(inline.text)
    block.inlines = tuple(inlines)

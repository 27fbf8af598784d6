"""Three lengths of one text: 详版 as written, 简版 without what may be left out, 一页版 in brief.

A paragraph, clause, heading or table that begins with 〔可略〕 is left out of the shorter versions;
the mark itself never prints. Figures are the same in all of them, because nothing is rewritten.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from store.model import Block, Clause, Inline

if TYPE_CHECKING:
    from store.model import Body, Section

MARK: Final = "〔可略〕"
LENGTHS: Final = ("详版", "简版", "一页版")
_SENTENCE_END: Final = re.compile(r"[。！？]")
_HALF_END: Final = re.compile(r"[；。！？]")
_LEFT_OUT: Final = frozenset({"image", "chart", "code", "break"})
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
    """First sentences, the first short table, no pictures, no sub-items, headings run in."""
    indicators = [_has_figures(section) for section in root.sections]
    tables = (block for block in root.walk_blocks() if block.type == "table")
    first = next(tables, None)
    for section in root.walk():
        section.blocks = _brief(section.blocks, first)
    for section, told in zip(root.sections, indicators, strict=True):
        if told:
            section.blocks += [block for child in section.sections for block in _run_in(child)]
        elif section.sections:
            section.blocks.append(_headings(section))
        section.sections = []


def _brief(blocks: list[Block], table: Block | None) -> list[Block]:
    """The first paragraph's first sentence, the beginnings of the clauses, and the one table."""
    kept: list[Block] = []
    for block in blocks:
        if isinstance(block, Clause):
            block.children = []
            _first_sentence(block, _HALF_END)
        elif block.type == "table":
            if block is not table or len(block.rows) > _LONGEST_ROWS:
                continue
        elif block.type == "paragraph":
            if any(one.type == "paragraph" for one in kept):
                continue
            _first_sentence(block)
        elif block.type in _LEFT_OUT:
            continue
        kept.append(block)
    return kept


def _has_figures(section: Section) -> bool:
    """Whether a section reports indicators: a table or a chart stands in it."""
    return any(block.type in {"table", "chart"} for block in section.walk_blocks())


def _headings(section: Section) -> Block:
    """The headings below a section as one paragraph: what was done, in a word each."""
    titles = [child.title.rstrip("。；，") for child in section.sections]
    text = "；".join(titles) + "。"
    return Block(
        type="paragraph", line=section.sections[0].line, text=text, inlines=(Inline(text),)
    )


def _run_in(section: Section) -> list[Block]:
    """A section below the first level as a paragraph that begins with its heading."""
    title = f"{section.title}。"
    first = section.blocks[0] if section.blocks else None
    if first is not None and first.type == "paragraph":
        rest, text, inlines = section.blocks[1:], first.text, first.inlines or (Inline(first.text),)
    else:
        rest, text, inlines = section.blocks, "", ()
    head = Block(
        type="paragraph",
        line=section.line,
        text=title + text,
        inlines=(Inline(title, bold=True), *inlines),
        anchor=section.anchor,
    )
    below = [block for child in section.sections for block in _run_in(child)]
    return [head, *rest, *below]


def _first_sentence(block: Block, end_mark: re.Pattern[str] = _SENTENCE_END) -> None:
    """Cut a block behind its first sentence, or the first part of it; a full stop ends it."""
    match = end_mark.search(block.text)
    if match is None or match.end() == len(block.text):
        return
    end = match.end() - (match[0] == "；")
    block.text = block.text[:end]
    inlines: list[Inline] = []
    used = 0
    for inline in block.inlines:
        if used >= end:
            break
        inlines.append(replace(inline, text=inline.text[: end - used]))
        used += len(inline.text)
    if match[0] == "；":
        block.text += "。"
        inlines.append(Inline("。"))
    block.inlines = tuple(inlines)

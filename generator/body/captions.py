"""Captions: 图1 and 表1 as Word's own counters, which its cross-references can point at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.wordml import bookmark_name, field, paragraph, run
from store.captions import caption_parts

if TYPE_CHECKING:
    from generator.body.context import BodyContext
    from store.model import Block

_GAP = "\u3000"


def write_caption(context: BodyContext, block: Block, *, above: bool) -> str:
    """The caption of a table or figure, or a paragraph that is one.

    Args:
        context: The body being written.
        block: It.
        above: The caption stands above what it names, and stays with it.
    """
    label, title = caption_parts(block)
    content = _label(context, block, label) + run(_GAP + title) if label else run(title)
    # One below its figure must not cling to what follows, as one above a table does.
    kept = "<w:keepNext/>" if above else '<w:keepNext w:val="0"/>'
    return paragraph(content, context.styles["caption"], kept)


def _label(context: BodyContext, block: Block, label: str) -> str:
    """The counter with its result filled in, bookmarked for references."""
    kind, number = label[0], int(label[1:])
    follows = number == context.counters.get(kind, 0) + 1
    context.counters[kind] = number
    jump = "" if follows else f" \\r {number}"
    content = run(kind) + field(f"SEQ {kind} \\* ARABIC{jump}", str(number))
    name = bookmark_name(block.anchor) if block.anchor else ""
    if not name or name in context.used_bookmarks:
        return content
    context.used_bookmarks.add(name)
    identity = context.package.next_id()
    return (
        f'<w:bookmarkStart w:id="{identity}" w:name="{name}"/>{content}'
        f'<w:bookmarkEnd w:id="{identity}"/>'
    )

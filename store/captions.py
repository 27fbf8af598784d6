"""The numbers of captions: 图1 and 表1, counted through the document.

An image with a caption and a table with one are numbered. A number typed in the text (`图3 流程`)
stays and the count goes on from it; a short paragraph `表2 标准` right above a table, or `图2 走势`
right below a figure, is a caption too. A reference to any of them prints the number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.model import Block, Body

FIGURE: Final = "图"
TABLE: Final = "表"
_TYPED: Final = re.compile(r"(图|表)\s?(\d{1,3})(?![\d.．-])(?:[\s：:、]\s*)(?=\S)")
_LONGEST: Final = 50
_STOPS: Final = ("。", "；", "：", "，")


def number_captions(body: Body) -> None:
    """Give every captioned block its `caption_label`."""
    counter = _Counter()
    for section in body.root.walk():
        counter.blocks(section.blocks)


def caption_parts(block: Block) -> tuple[str, str]:
    """The label of a block's caption and its title: `图1`, `流程`; no label without a number."""
    text = block.text if block.type == "paragraph" else block.caption
    if not block.caption_label:
        return "", text
    typed = _TYPED.match(text)
    return block.caption_label, text[typed.end() :] if typed else text


def caption_text(block: Block) -> str:
    """A caption as one line."""
    label, title = caption_parts(block)
    return f"{label}\u3000{title}" if label else title


@dataclass(slots=True)
class _Counter:
    counts: dict[str, int] = field(default_factory=lambda: {FIGURE: 0, TABLE: 0})

    def blocks(self, blocks: Sequence[Block]) -> None:
        """Neighbours, each after what it holds."""
        for position, block in enumerate(blocks):
            if block.type == "image" and block.caption:
                self._number(block, FIGURE, block.caption)
            elif block.type == "table" and block.caption:
                self._number(block, TABLE, block.caption)
            elif block.type == "paragraph" and (kind := _typed_kind(blocks, position)):
                self._number(block, kind, block.text)
            if block.children:
                self.blocks(block.children)

    def _number(self, block: Block, kind: str, text: str) -> None:
        typed = _TYPED.match(text)
        given = typed is not None and typed[1] == kind
        self.counts[kind] = int(typed[2]) if typed and given else self.counts[kind] + 1
        block.caption_label = f"{kind}{self.counts[kind]}"


def _typed_kind(blocks: Sequence[Block], position: int) -> str:
    """Whether a paragraph is the caption of its neighbour: 图, 表 or nothing."""
    text = blocks[position].text
    typed = _TYPED.match(text) if text[:1] in {FIGURE, TABLE} else None
    if typed is None or len(text) > _LONGEST or text.endswith(_STOPS):
        return ""
    beside = position + 1 if typed[1] == TABLE else position - 1
    if not 0 <= beside < len(blocks):
        return ""
    neighbour = blocks[beside]
    wanted = {"table"} if typed[1] == TABLE else {"image", "chart"}
    own = neighbour.caption and neighbour.type != "chart"
    return typed[1] if neighbour.type in wanted and not own else ""

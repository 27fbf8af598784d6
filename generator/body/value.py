"""`BodyValue`: what `{{p 正文 }}` stands for, and `write_blocks` for blocks alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from generator.body.blocks import BlockWriter
from generator.body.context import BodyContext
from generator.body.form import write_form
from generator.body.tables import keep_next

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from generator.layout.model import Layout
    from generator.word.values import RenderPackage
    from store.kinds import Numbering
    from store.model import Block, Body

_LONGEST_HELD: Final = 200
_SHORT_END: Final = 60
_TAGS: Final = re.compile(r"<[^>]*>")


@dataclass(slots=True)
class BodyValue:
    """The body of a document as a value of a Word template.

    Attributes:
        body: The parsed body, figures filled in.
        layout: The layout that maps blocks to styles.
        numbering: How the kind prints its numbers.
        folder: The folder of the document's file, where image paths start.
        workspace: The folder that images must not leave.
        path: The file's name in warnings.
        several_pages: The document takes more than one page.
    """

    body: Body
    layout: Layout
    numbering: Numbering
    folder: Path | None = None
    workspace: Path | None = None
    path: str = ""
    several_pages: bool = False

    def to_wordml(self, package: RenderPackage) -> str:
        """The whole body, in the template's styles."""
        return "".join(self.stream_wordml(package))

    def stream_wordml(self, package: RenderPackage) -> Iterator[str]:
        """The body paragraph by paragraph, in the template's styles."""
        before = last = ""
        for piece in self._pieces(package):
            if piece:
                yield before
                before, last = last, piece
        # One short line does not stand alone on a page.
        yield hold_end(before) if len(_TAGS.sub("", last)) <= _SHORT_END else before
        yield (hold_end(last) if self.layout.signature else last) or "<w:p/>"

    def _pieces(self, package: RenderPackage) -> Iterator[str]:
        context = BodyContext(
            package=package,
            layout=self.layout,
            numbering=self.numbering,
            anchors=self.body.anchors(),
            blocks={
                block.anchor: block.caption_label
                for block in self.body.root.walk_blocks()
                if block.anchor and (block.caption_label or block.type == "paragraph")
            },
            footnotes=self.body.footnotes,
            folder=self.folder,
            workspace=self.workspace,
            path=self.path,
            signed_later=self.several_pages and self.layout.signature,
        )
        if self.layout.form is not None:
            return iter((write_form(context, self.body.root, self.layout.form),))
        return BlockWriter(context).stream(self.body.root)


def hold_end(xml: str) -> str:
    """Keep the last paragraph, or the last row of a table, with what follows the body.

    `xml` is the last piece of the body, which holds that paragraph or row as a whole.

    A long paragraph is left as it is: LibreOffice does not split one that stays with the next.
    """
    start = max(xml.rfind("<w:p>"), xml.rfind("<w:p "))
    table_end = xml.rfind("</w:tbl>")
    if table_end > start or (table_end >= 0 and start == table_end + len("</w:tbl>")):
        start = xml.rfind("<w:tr>")
    if start < 0 or len(_TAGS.sub("", xml[start:])) > _LONGEST_HELD:
        return xml
    return xml[:start] + keep_next(xml[start:])


def write_blocks(
    blocks: Sequence[Block], package: RenderPackage, layout: Layout, numbering: Numbering
) -> str:
    """Blocks of the model alone, for values that bring their own (an indicator table)."""
    context = BodyContext(package=package, layout=layout, numbering=numbering)
    return BlockWriter(context).blocks(blocks)

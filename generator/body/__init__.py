"""The document model into WordprocessingML: headings, clauses, tables, images, notes.

`BodyValue` is what `{{p 正文 }}` stands for in a Word template; `write_blocks` serves everybody
else who has blocks of the model to write. One concept a module::

    styles     which style of the template a block takes
    inlines    text with emphasis, links, references, blanks and notes into runs
    numbers    real multilevel numbering that prints the labels the model computed
    columns    where the cells of a table stand, widths by content
    tables     repeated header rows, rows and small tables that stay whole
    captions   图1 and 表1 as Word's own counters
    pictures   images from the workspace, scaled to the text
    blocks     sections, clauses and all other blocks
    form       the body as one form of tables (role descriptions); `form_table` writes its rows
    value      `BodyValue`, the face
"""

from __future__ import annotations

from generator.body.blocks import HEADING_STYLES
from generator.body.value import BodyValue, write_blocks

__all__ = ["HEADING_STYLES", "BodyValue", "write_blocks"]

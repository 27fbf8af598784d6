"""What can be wrong with a Word template, and where it stands.

The tree::

    InputError
      TemplateFileError      the file is no usable .docx      (not a zip, encrypted, too large)
    TemplateSyntax
      TemplateMistake        a tag that cannot be understood, with its place
    ContentError
      ValueRefused           a value that a Word file cannot hold
      RenderFailed           an expression that failed while rendering, with its place
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from store.exceptions import ContentError, InputError, TemplateSyntax

_PART_NAMES = (
    (r"word/document\d*\.xml", "正文"),
    (r"word/header(\d*)\.xml", "页眉"),
    (r"word/footer(\d*)\.xml", "页脚"),
    (r"word/footnotes\.xml", "脚注"),
    (r"word/endnotes\.xml", "尾注"),
    (r"word/comments\.xml", "批注"),
    (r"word/charts/chart(\d*)\.xml", "图表"),
    (r"word/diagrams/\w+?(\d*)\.xml", "SmartArt 图形"),
    (r"docProps/\w+\.xml", "文档属性"),
    (r".*\.rels", "超链接地址"),
)


def part_title(name: str) -> str:
    """How a part is called in messages: 正文, 页眉 2."""
    for pattern, title in _PART_NAMES:
        match = re.fullmatch(pattern, name)
        if match:
            return f"{title} {match[1]}" if match.groups() and match[1] else title
    return name


@dataclass(frozen=True, slots=True)
class Place:
    """Where a tag stands in the template.

    Attributes:
        part: The part's name in the package.
        paragraph: The text of the paragraph.
        table: Which table of the part, from 1; 0 outside of tables.
        row: Which row of that table, from 1.
        cell: Which cell of that row, from 1.
    """

    part: str
    paragraph: str = ""
    table: int = 0
    row: int = 0
    cell: int = 0

    def __str__(self) -> str:
        text = part_title(self.part)
        if self.table:
            text += f"第 {self.table} 个表格第 {self.row} 行第 {self.cell} 格"
        shown = self.paragraph.strip()
        if shown:
            shown = shown if len(shown) <= 40 else shown[:40] + "…"
            text += f"，段落“{shown}”"
        return text


class TemplateFileError(InputError):
    """这不是可用的 Word 模板文件。"""


class TemplateMistake(TemplateSyntax):
    """模板中的标签有误。"""

    def __init__(
        self, problem: str, *, place: Place | None = None, tag: str = "", hint: str = ""
    ) -> None:
        """Say what is wrong, in which tag, and where."""
        where = f"{place}：" if place else ""
        shown = tag if len(tag) <= 80 else tag[:80] + "…"
        which = f"标签 {shown} " if tag else ""
        super().__init__(f"{where}{which}{problem}", hint=hint)
        self.place = place
        self.tag = tag
        self.problem = problem


class ValueRefused(ContentError):
    """给出的内容不能写入 Word 文件。"""


class RenderFailed(ContentError):
    """模板中的语句无法执行。"""

    def __init__(self, problem: str, *, place: Place | None = None, tag: str = "") -> None:
        """Say which tag failed, where and why."""
        where = f"{place}：" if place else ""
        super().__init__(f"{where}标签 {tag} 无法执行：{problem}" if tag else where + problem)
        self.place = place
        self.tag = tag

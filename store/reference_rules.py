"""Rules on what a text points to: pictures, and articles of its own that were typed by hand."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from store.files import is_file
from store.markers import is_article
from store.model import Clause
from store.numerals import from_chinese
from store.references import all_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.model import Problem
    from store.subject import Subject

_NUMERAL: Final = "[一二三四五六七八九十百千零〇0-9]+"
# 本办法第十二条、第十四条和第十六条至第十八条
_OWN_ARTICLES: Final = re.compile(
    rf"本(?:办法|规定|制度|规则|细则|章程|规程|守则|准则|规范|条例|程序|方案)(?:的)?"
    rf"(?:第{_NUMERAL}章)?(第{_NUMERAL}条(?:(?:[、和及与至到]|以及)第{_NUMERAL}条)*)"
)
_NUMBER: Final = re.compile(rf"第({_NUMERAL})条")


def check_pictures(subject: Subject) -> Iterator[Problem]:
    """Pictures that cannot be printed: missing, on the web, outside `kb/`."""
    folder, root = subject.entry.path.parent, subject.workspace.kb.resolve()
    for line, target in _pictures(subject):
        if "://" in target or target.startswith("data:"):
            hint = "请下载到资料库中，再写文件名。"
            yield subject.at(line, "error", "image-on-web", f"图片“{target}”在网上。", hint)
            continue
        path = folder / Path(unquote(target))
        real = path.resolve()
        inside = real.relative_to(root).parts if real.is_relative_to(root) else ()
        if not inside or any(part.startswith(".") for part in inside):
            hint = "请复制到资料库中，再写文件名。"
            message = f"图片“{target}”在资料库之外，不能使用。"
            yield subject.at(line, "error", "image-outside", message, hint)
        elif not is_file(path):
            hint = "请核对文件名和位置；路径从文档所在的文件夹算起。"
            yield subject.at(line, "error", "missing-image", f"图片“{target}”不存在。", hint)


def _pictures(subject: Subject) -> Iterator[tuple[int, str]]:
    for block in all_blocks(subject.document.body):
        if block.type == "image":
            yield block.line, block.target
        pieces = (
            *block.inlines,
            *(piece for row in block.rows for c in row for piece in c.inlines),
        )
        for piece in pieces:
            if piece.type == "image":
                yield block.line, piece.target


def check_typed_articles(subject: Subject) -> Iterator[Problem]:
    """`本办法第九十条` in a text that has no ninetieth article."""
    blocks = list(all_blocks(subject.document.body))
    articles = {
        block.number for block in blocks if isinstance(block, Clause) and is_article(block.scheme)
    }
    if not articles:
        return
    hint = "请核对条号；写成 [](#编号) 的引用会随条号自动更新。"
    for block in blocks:
        texts = [block.text] if not block.rows else [c.text for row in block.rows for c in row]
        for match in (found for text in texts for found in _OWN_ARTICLES.finditer(text)):
            for number in _NUMBER.finditer(match[1]):
                if _value(number[1]) not in articles:
                    message = f"文中提到“{match[0]}”，但本文没有{number[0]}。"
                    yield subject.at(block.line, "warning", "dead-article", message, hint)


def _value(numeral: str) -> int:
    """The number, or 0 where the numerals give none."""
    try:
        return int(numeral) if numeral.isdecimal() else from_chinese(numeral)
    except ValueError:
        return 0


REFERENCE_RULES: Final = (check_pictures, check_typed_articles)

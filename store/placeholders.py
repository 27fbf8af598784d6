"""Places that a writer has yet to fill in: `〔管理对象〕` of an outline.

`国发〔2013〕5号` is a document number, 〔可略〕 a mark of summaries; in message texts such places
are the variables themselves.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from store.exceptions import ContentError

if TYPE_CHECKING:
    from store.document import Document

_PLACE: Final = re.compile(r"〔(?!(?:19|20)[0-9]{2}〕|可略〕)[^〔〕\n]{1,60}〕")
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_VARIABLES_ALLOWED: Final = frozenset({"message-template"})


class UnfinishedText(ContentError):
    """文本里还有没有填写的地方。"""

    def __init__(self, document_id: str, found: list[tuple[int, str]]) -> None:
        """Name the first few places with their lines."""
        listed = "、".join(f"第 {line} 行{text}" for line, text in found[:4])
        super().__init__(
            f"“{document_id}”还有 {len(found)} 处没有填写：{listed}。",
            hint="请填好或删去〔〕处再试；用 wenshu check 可以看到全部位置。",
        )


def placeholders(document: Document) -> list[tuple[int, str]]:
    """Every place to fill of a document: (line in the file, the place as typed)."""
    if document.kind.slug in _VARIABLES_ALLOWED:
        return []
    return find_placeholders(document.source)


def refuse_unfilled(document_id: str, text: str, kind: str) -> None:
    """What keeps a text from being 定稿, whoever sets it so and however.

    Args:
        document_id: How it is called.
        text: The whole file.
        kind: The slug of its kind.

    Raises:
        UnfinishedText: Places are left to fill.
    """
    if kind not in _VARIABLES_ALLOWED and (unfilled := find_placeholders(text)):
        raise UnfinishedText(document_id, unfilled)


def find_placeholders(text: str) -> list[tuple[int, str]]:
    """Every place to fill of a text: (line, the place as typed); comments don't count."""
    if "〔" not in text:
        return []
    text = _COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    return [(text.count("\n", 0, m.start()) + 1, m[0]) for m in _PLACE.finditer(text)]

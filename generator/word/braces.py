"""Tags that were typed with full-width braces, or with a space between the braces."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from generator.word.errors import Place
from generator.word.tokens import Element, build_tree, tokenise

if TYPE_CHECKING:
    from collections.abc import Iterator

_BRACES: Final = re.compile("[\uff5b{]\\s?[\uff5b{]|[\uff5b{]\uff05|\uff05[\uff5d}]")
_LIKELY: Final = re.compile("[\uff5b\uff05]|{ {")


def odd_braces(name: str, xml: str) -> Iterator[str]:
    """Sentences on what looks like a tag in a part and is none."""
    if not _LIKELY.search(xml):
        return
    for paragraph in elements(build_tree(tokenise(xml)), "w:p"):
        text = text_of(paragraph)
        match = _BRACES.search(text)
        if match and match[0] not in {"{{", "{%"}:
            yield (
                f"{Place(name, text)}：“{match[0]}”看起来像标签，但用了全角符号或中间有空格，"
                "不会被替换，请改成英文半角的 {{ 和 }}。"
            )


def elements(root: Element, name: str) -> Iterator[Element]:
    """All elements of a name below another."""
    for node in root.walk():
        if isinstance(node, Element) and node.name == name:
            yield node


def text_of(element: Element) -> str:
    """The text of an element's runs."""
    return "".join(
        child
        for node in elements(element, "w:t")
        for child in node.children
        if isinstance(child, str)
    )

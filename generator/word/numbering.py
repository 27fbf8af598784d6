"""Numbered lists inside loops.

A list that an inner loop writes begins again at 1 in each turn of the outer loop. Lists whose
labels say 第…条 or 第…章 run on through the whole document, as rules want it, and so do lists that
the outer loop uses as well (its own items carry the number on). ``{% 重新编号 %}`` and
``{% 接续编号 %}`` in a numbered paragraph decide it by hand.
"""

from __future__ import annotations

import re
from typing import Final

from generator.word.errors import Place
from generator.word.structure import is_closer, is_opener, remove_tags
from generator.word.tags import Tag
from generator.word.tokens import Element, attribute

_NUM: Final = re.compile(r'<w:num\b[^>]*w:numId="(\d+)"[^>]*>(.*?)</w:num>', re.DOTALL)
_ABSTRACT_ID: Final = re.compile(r'<w:abstractNumId\b[^>]*w:val="(\d+)"')
_ABSTRACT: Final = re.compile(
    r'<w:abstractNum\b[^>]*w:abstractNumId="(\d+)"[^>]*>(.*?)</w:abstractNum>', re.DOTALL
)
_LABEL: Final = re.compile(r'<w:lvlText\b[^>]*w:val="([^"]*)"')
_WORDS: Final = {"重新编号": True, "接续编号": False}


class NumberedParagraphs:
    """What the template's numbering says about lists in loops.

    Args:
        numbering: The source of ``word/numbering.xml``, or nothing.
    """

    def __init__(self, numbering: str = "") -> None:
        running = {
            number
            for number, body in _ABSTRACT.findall(numbering)
            if any("第" in label for label in _LABEL.findall(body)[:1])
        }
        self.abstract_of: dict[str, str] = {}
        for number, body in _NUM.findall(numbering):
            match = _ABSTRACT_ID.search(body)
            if match:
                self.abstract_of[number] = match[1]
        self._running = {n for n, abstract in self.abstract_of.items() if abstract in running}

    def restarting(self, top: Element) -> frozenset[str]:
        """The lists that only inner loops of this part use."""
        if not self.abstract_of:
            return frozenset()
        depths: dict[str, int] = {}
        _measure(top, 0, depths)
        return frozenset(
            number for number, depth in depths.items() if depth > 1 and number not in self._running
        )


def _measure(element: Element, depth: int, depths: dict[str, int]) -> int:
    """Note for each list the least number of loops around its paragraphs."""
    for child in element.children:
        if isinstance(child, Tag):
            if child.keyword == "for":
                depth += is_opener(child)
            elif child.keyword == "endfor":
                depth -= is_closer(child)
        elif isinstance(child, Element):
            if child.name == "w:numPr":
                number = child.find("w:numId")
                value = attribute(number, "w:val") if number else None
                if value:
                    depths[value] = min(depth, depths.get(value, depth))
            else:
                depth = _measure(child, depth, depths)
    return depth


def apply_directives(top: Element) -> None:
    """Carry out ``{% 重新编号 %}`` and ``{% 接续编号 %}``, which stand in numbered paragraphs."""
    directed: set[str] = set()
    for node in list(top.walk()):
        if isinstance(node, Element) and node.name == "w:p":
            _direct(node, directed)
    if not directed:
        return
    for node in top.walk():
        if isinstance(node, Element) and node.name == "w:numId" and node.pieces is None:
            value = attribute(node, "w:val") or "0"
            if value in directed:
                follow = Tag("{{", "", f"_list({value}, none)", "", Place(""))
                node.pieces = [' w:val="', follow, '"']


def _direct(paragraph: Element, directed: set[str]) -> None:
    for tag in [node for node in paragraph.walk("w:p") if isinstance(node, Tag)]:
        fresh = _WORDS.get(tag.body) if tag.kind == "{%" else None
        if fresh is None:
            continue
        remove_tags(paragraph, {id(tag)})
        properties = paragraph.find("w:pPr")
        numbering = properties.find("w:numPr") if properties else None
        number = numbering.find("w:numId") if numbering else None
        if number is None:
            continue
        value = attribute(number, "w:val") or "0"
        directed.add(value)
        body = f"_list({value}, none, true)" if fresh else f"_list({value}, none)"
        number.pieces = [' w:val="', Tag("{{", "", body, tag.source, tag.place), '"']

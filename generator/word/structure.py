"""Tags that stand for something bigger than text: a paragraph, a row, a cell, a cell's property.

``{%tr for … %}`` takes the place of its row, ``{%p if … %}`` of its paragraph. Where the opening
and the closing tag stand in one row (or paragraph) together with other text, they go around it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from generator.word.errors import TemplateMistake
from generator.word.tags import Tag
from generator.word.tokens import Element, attribute, to_xml

if TYPE_CHECKING:
    from collections.abc import Iterator

LEVELS: Final = {"w:p": "p", "w:tr": "tr", "w:tc": "tc"}
_LEVEL_NAMES: Final = {"p": "段落", "tr": "表格行", "tc": "单元格"}
_SOLID: Final = frozenset({"w:drawing", "w:pict", "w:object", "w:sectPr", "m:oMath", "w:fldSimple"})
_OPENERS: Final = frozenset({"for", "if", "macro", "call", "filter", "with", "block", "autoescape"})
_DIRECTIVE: Final = re.compile(r"(colspan|cellbg|vm|hm)\b\s*(.*)", re.DOTALL)
_CELL_ORDER: Final = [
    "w:cnfStyle",
    "w:tcW",
    "w:gridSpan",
    "w:hMerge",
    "w:vMerge",
    "w:tcBorders",
    "w:shd",
    "w:noWrap",
    "w:tcMar",
    "w:textDirection",
    "w:tcFitText",
    "w:vAlign",
    "w:hideMark",
]


def is_opener(tag: Tag) -> bool:
    """Whether a statement opens a block; ``{% set x %}`` without ``=`` does."""
    word = tag.keyword
    if word == "set":
        return "=" not in re.sub(r"\"[^\"]*\"|'[^']*'|[=!<>]=", "", tag.body)
    return word in _OPENERS


def is_closer(tag: Tag) -> bool:
    """Whether a statement closes a block."""
    return tag.keyword.startswith("end")


class Structure:
    """Rewrites the tree of one part.

    Args:
        lenient: Drop text beside a structural tag, as docxtpl does, and warn; else refuse.
        warnings: Gets the sentences.
    """

    def __init__(self, *, lenient: bool, warnings: list[str]) -> None:
        self._lenient = lenient
        self._warnings = warnings
        self._merges = 0

    def apply(self, root: Element) -> None:
        """Lift all structural tags and carry out the cell directives."""
        for tag in self._visit(root):
            name = _LEVEL_NAMES[tag.level]
            raise TemplateMistake(
                f"不在{name}里。",
                place=tag.place,
                tag=tag.source,
                hint=f"{{%{tag.level} … %}} 只能用在{name}中，请检查它所在的位置。",
            )

    def _visit(self, parent: Element) -> list[Tag]:
        """Rewrite the children; give the structural tags that belong further up."""
        pending: list[Tag] = []
        children: list[Element | str | Tag] = []
        for child in parent.children:
            if isinstance(child, Tag):
                if child.level:
                    pending.append(child)
                children.append(child)
            elif isinstance(child, Element):
                inner = self._visit(child)
                level = LEVELS.get(child.name)
                replaced: list[Element | str | Tag] = [child]
                if level == "tc":
                    replaced = self._directives(child)
                own = [tag for tag in inner if tag.level == level]
                if own:
                    replaced = self._lift(child, own, level or "", replaced)
                pending.extend(tag for tag in inner if tag.level and tag.level != level)
                children.extend(replaced)
            else:
                children.append(child)
        parent.children = children
        return pending

    # -- a paragraph, row or cell with tags of its own -------------------------------------------

    def _lift(
        self,
        host: Element,
        own: list[Tag],
        level: str,
        around: list[Element | str | Tag],
    ) -> list[Element | str | Tag]:
        for tag in own:
            tag.level, tag.lifted, tag.host = "", level, host
        statements = [tag for tag in own if tag.kind == "{%"]
        prints = [tag for tag in own if tag.kind == "{{"]
        if not statements and not prints:
            return []
        marked = {id(tag) for tag in own}
        content = _content(host, marked)
        if not content:
            kept: list[Element | str | Tag] = list(statements + prints)
            if _has_section(host):
                remove_tags(host, marked)
                kept.append(host)
            return kept
        if not prints and (wrapped := _around(statements)):
            before, after = wrapped
            remove_tags(host, marked)
            _drop_emptied(host)
            return [*before, *around, *after]
        return self._beside(own, content, level)

    def _beside(self, own: list[Tag], content: str, level: str) -> list[Element | str | Tag]:
        name = _LEVEL_NAMES[level]
        tag = own[0]
        shown = content if len(content) <= 20 else content[:20] + "…"
        problem = f"所在的{name}里还有“{shown}”，渲染时会丢失。"
        if not self._lenient:
            raise TemplateMistake(
                problem,
                place=tag.place,
                tag=tag.source,
                hint=f"请把标签单独放在一个{name}里，或去掉标签中的 {level}。",
            )
        self._warnings.append(f"{tag.place}：标签 {tag.source} {problem}")
        return [tag for tag in own if tag.kind != "{#"]

    # -- colspan, cellbg, vm, hm -----------------------------------------------------------------

    def _directives(self, cell: Element) -> list[Element | str | Tag]:
        result: list[Element | str | Tag] = [cell]
        for tag in [node for node in cell.walk("w:tbl") if isinstance(node, Tag)]:
            match = _DIRECTIVE.fullmatch(tag.body) if tag.kind == "{%" else None
            if not match:
                continue
            remove_tags(cell, {id(tag)})
            word, argument = match[1], match[2].strip()
            if word in {"colspan", "cellbg"} and not argument:
                raise TemplateMistake("缺少参数。", place=tag.place, tag=tag.source)
            if word == "colspan":
                _set_cell(cell, "w:gridSpan", [' w:val="', _print(tag, f"({argument})|_span"), '"'])
            elif word == "cellbg":
                value = _print(tag, f"({argument})|_colour")
                _set_cell(cell, "w:shd", [' w:val="clear" w:color="auto" w:fill="', value, '"'])
            elif word == "vm":
                self._merge_down(cell, tag, argument or "none")
            else:
                result = _merge_across(cell, tag)
        return result

    def _merge_down(self, cell: Element, tag: Tag, expression: str) -> None:
        self._merges += 1
        number = self._merges
        state = _print(tag, f"_merge(loop, {number}, ({expression}))")
        properties = _set_cell(cell, "w:vMerge", [' w:val="', state, '"'])
        content = [child for child in cell.children if child is not properties]
        empty = Element("w:p")
        first = cell.find("w:p")
        if first is not None and (formats := first.find("w:pPr")) is not None:
            empty.children.append(formats)
        cell.children = [
            properties,
            _statement(tag, f"if _merged(loop, {number})"),
            empty,
            _statement(tag, "else"),
            *content,
            _statement(tag, "endif"),
        ]


def _merge_across(cell: Element, tag: Tag) -> list[Element | str | Tag]:
    properties = cell.find("w:tcPr")
    span = properties.find("w:gridSpan") if properties else None
    width = attribute(span, "w:val") if span else None
    value = _print(tag, f"(loop.length * {int(width) if width else 1})|_span")
    _set_cell(cell, "w:gridSpan", [' w:val="', value, '"'])
    return [_statement(tag, "if loop.first"), cell, _statement(tag, "endif")]


def _print(tag: Tag, body: str) -> Tag:
    return Tag("{{", "", body, tag.source, tag.place)


def _statement(tag: Tag, body: str) -> Tag:
    return Tag("{%", "", body, tag.source, tag.place, lifted="p")


def _set_cell(cell: Element, name: str, pieces: list[str | Tag]) -> Element:
    """Put a property into ``w:tcPr`` where the schema wants it, in place of an older one."""
    properties = cell.find("w:tcPr")
    if properties is None:
        properties = Element("w:tcPr")
        cell.children.insert(0, properties)
    properties.children = [
        child
        for child in properties.children
        if not (isinstance(child, Element) and child.name == name)
    ]
    element = Element(name)
    element.pieces = pieces
    rank = _CELL_ORDER.index(name)
    position = 0
    for index, child in enumerate(properties.children):
        if isinstance(child, Element) and child.name in _CELL_ORDER[:rank]:
            position = index + 1
    properties.children.insert(position, element)
    return properties


def remove_tags(element: Element, marked: set[int]) -> None:
    """Take tags out of an element, wherever they are in it."""
    element.children = [child for child in element.children if id(child) not in marked]
    for child in element.elements():
        remove_tags(child, marked)


def _texts(element: Element) -> Iterator[Element | str | Tag]:
    """Texts, tags and solid things inside; properties are passed over."""
    for child in element.children:
        if isinstance(child, Element):
            if child.name in _SOLID:
                yield child
            elif not child.name.endswith("Pr"):
                yield from _texts(child)
        elif isinstance(child, Tag) or element.name in {"w:t", "m:t"}:
            yield child


def _content(host: Element, marked: set[int]) -> str:
    """What would be lost with the element: its text, or a word for what is not text."""
    parts: list[str] = []
    for node in _texts(host):
        if isinstance(node, str):
            parts.append(node)
        elif isinstance(node, Tag):
            if id(node) not in marked and node.kind != "{#":
                parts.append(node.source)
        else:
            parts.append("〔图形〕")
    return "".join(parts).strip()


def _has_section(host: Element) -> bool:
    properties = host.find("w:pPr") if host.name == "w:p" else None
    return properties is not None and properties.find("w:sectPr") is not None


def _around(statements: list[Tag]) -> tuple[list[Tag], list[Tag]] | None:
    """Opening tags before and closing tags after, if they are a balanced pair of lists."""
    before: list[Tag] = []
    after: list[Tag] = []
    depth = 0
    for tag in statements:
        if is_opener(tag):
            if after:
                return None
            depth += 1
            before.append(tag)
        elif is_closer(tag):
            depth -= 1
            after.append(tag)
        elif tag.keyword in {"set", "do"} and not after:
            before.append(tag)
        else:
            return None
    return (before, after) if depth == 0 and before else None


def _drop_emptied(host: Element) -> None:
    """Leave out paragraphs that held nothing but the tags, where another one remains."""
    for cell in host.elements() if host.name == "w:tr" else [host]:
        if cell.name != "w:tc":
            continue
        paragraphs = [child for child in cell.elements() if child.name == "w:p"]
        empty = [child for child in paragraphs if _was_emptied(child)]
        if len(empty) < len(paragraphs):
            cell.children = [
                child
                for child in cell.children
                if not (isinstance(child, Element) and any(child is gone for gone in empty))
            ]


def _was_emptied(paragraph: Element) -> bool:
    """Whether a paragraph has a text run without text, as removed tags leave behind."""
    if _content(paragraph, set()):
        return False
    return any(
        isinstance(node, Element) and node.name == "w:t" and not node.children
        for node in paragraph.walk()
    )


def properties_of(element: Element | None, name: str, *, drop: tuple[str, ...] = ()) -> str:
    """The source of ``w:rPr`` or ``w:pPr``, without the children in `drop`."""
    properties = element.find(name) if element is not None else None
    if properties is None:
        return ""
    if drop:
        copy = Element(properties.name, properties.open)
        copy.children = [
            child
            for child in properties.children
            if not (isinstance(child, Element) and child.name in drop)
        ]
        properties = copy
    return to_xml(properties) if properties.children else ""

"""docxtpl's value objects, where that package is installed, as our own.

They are told by their class's module, so nothing is imported for it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from generator.word.errors import ValueRefused
from generator.word.images import InlineImage
from generator.word.richtext import Listing, RichParagraph, RichText, sort_properties
from generator.word.tokens import attribute, check_fragment, parse_fragment, to_xml

if TYPE_CHECKING:
    from collections.abc import Callable

    from generator.word.tokens import Element

_STAND_INS: Final = str.maketrans({"\a": "\ue007", "\f": "\ue00c"})
_BACK: Final = str.maketrans({"\ue007": "\a", "\ue00c": "\f"})


def adapted(value: Any) -> Any:
    """The value itself, or our equal of a docxtpl object."""
    kind = value.__class__
    if isinstance(value, Listing):
        return value.text
    if not kind.__module__.startswith("docxtpl"):
        return value
    adapter = _ADAPTERS.get(kind.__name__)
    return adapter(value) if adapter else value


def _listing(value: Any) -> str:
    from generator.word.sites import unescape  # noqa: PLC0415

    return unescape(value.xml.replace("&#x27;", "'"))


def _rich_text(value: Any) -> RichText:
    return _runs(_parsed(value.xml))


def _rich_paragraph(value: Any) -> RichParagraph:
    result = RichParagraph()
    for paragraph in _parsed(value.xml).elements():
        properties = paragraph.find("w:pPr")
        style = properties.find("w:pStyle") if properties else None
        name = attribute(style, "w:val") if style else None
        result.add(_runs(paragraph), name)
    return result


def _parsed(xml: str) -> Element:
    xml = xml.translate(_STAND_INS)
    problem = check_fragment(xml)
    if problem:
        raise ValueRefused(f"RichText 的内容不是正确的 XML：{problem}。")
    return parse_fragment(xml)


def _runs(parent: Element, url: str = "") -> RichText:
    from generator.word.sites import unescape  # noqa: PLC0415

    result = RichText()
    for child in parent.elements():
        if child.name == "w:hyperlink":
            result.add(_runs(child, attribute(child, "r:id") or ""))
        elif child.name == "w:r":
            text = child.find("w:t")
            content = "".join(c for c in text.children if isinstance(c, str)) if text else ""
            properties = child.find("w:rPr")
            inner = "".join(to_xml(c) for c in properties.elements()) if properties else ""
            result.add_formatted(
                unescape(content.replace("&#x27;", "'")).translate(_BACK), _mended(inner), url
            )
    return result


def _mended(inner: str) -> str:
    """Docxtpl writes the properties in an order, and a shading, that the schema does not allow."""
    inner = re.sub(r"<w:shd w:fill=", '<w:shd w:val="clear" w:color="auto" w:fill=', inner)
    return sort_properties(inner) if inner else ""


def _picture(value: Any) -> InlineImage:
    return InlineImage(
        value.image_descriptor, width=value.width, height=value.height, anchor=value.anchor
    )


def _subdocument(value: Any) -> Any:
    from generator.word.subdocument import SubDocument  # noqa: PLC0415

    return SubDocument.from_parts(value.subdocx.element.body, value.docx.part)


_ADAPTERS: Final[dict[str, Callable[[Any], Any]]] = {
    "RichText": _rich_text,
    "RichTextParagraph": _rich_paragraph,
    "Listing": _listing,
    "InlineImage": _picture,
    "Subdoc": _subdocument,
}

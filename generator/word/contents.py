"""A table of contents that HR put into the template, filled anew after each rendering.

Word keeps the last result of the field in the file, and WPS and LibreOffice show just that. So the
result is written here: the headings of the rendered document, linked, with page numbers that are
estimated from the text, or measured where the caller gives them. The field is marked dirty, which
lets Word count again when the file is opened.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from generator.word.streams import STREAM_MARK
from generator.word.tokens import Element, attribute, build_tree, escape_text, to_xml, tokenise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from generator.word.tags import Tag

_TOC: Final = re.compile(r"<w:instrText[^>]*>\s*TOC\b")
_RANGE: Final = re.compile(r'\\o\s+(?:"|&quot;)(\d)-(\d)')
_STYLE: Final = re.compile(r'<w:style\b[^>]*?w:styleId="([^"]*)"[^>]*>(.*?)</w:style>', re.DOTALL)
_NAME: Final = re.compile(r'<w:name w:val="(heading|toc) (\d)"', re.IGNORECASE)
_OUTLINE: Final = re.compile(r'<w:outlineLvl w:val="(\d)"')
_LINE: Final = 38
_LINES: Final = 36


def has_contents(xml: str) -> bool:
    """Whether a part has a table of contents."""
    return _TOC.search(xml) is not None


class KnownHeading(NamedTuple):
    """A heading that a value writes: its level, its text with its number, its page."""

    level: int
    text: str
    page: int


@dataclass(slots=True)
class _Heading:
    level: int
    text: str
    bookmark: str
    page: int


class Contents:
    """Fills the tables of contents of a document part.

    Args:
        styles: The source of the styles part.
        next_id: Gives ids for bookmarks.
        pages: Heading texts with their pages in order, as measured; None estimates.
        known: Headings of a value by their bookmark; all of them stand where a stream's mark is.
    """

    def __init__(
        self,
        styles: str,
        next_id: Callable[[], int],
        pages: Sequence[tuple[str, int]] | None = None,
        known: Mapping[str, KnownHeading] | None = None,
    ) -> None:
        self._next_id = next_id
        self._known = known or {}
        self._measured = list(pages) if pages is not None else None
        self._levels: dict[str, int] = {}
        self._toc_styles: dict[int, str] = {}
        for style_id, body in _STYLE.findall(styles):
            name, outline = _NAME.search(body), _OUTLINE.search(body)
            if name and name[1].lower() == "toc":
                self._toc_styles[int(name[2])] = style_id
            elif name:
                self._levels[style_id] = int(name[2])
            elif outline and int(outline[1]) < 9:
                self._levels[style_id] = int(outline[1]) + 1

    def fill(self, xml: str) -> str:
        """The part with its first table of contents written anew."""
        top = build_tree(tokenise(xml))
        place = _find_field(top)
        if place is None:
            return xml
        parent, first, last = place
        old = [child for child in parent.children[first : last + 1] if isinstance(child, Element)]
        instruction = "".join(_texts(old[0], "w:instrText"))
        match = _RANGE.search(instruction)
        lowest, highest = (int(match[1]), int(match[2])) if match else (1, 3)
        headings = [
            heading
            for heading in self._headings(top, skipped=old)
            if lowest <= heading.level <= highest
        ]
        lines: list[Element | str | Tag] = list(self._lines(headings, instruction, old))
        parent.children[first : last + 1] = lines
        return "".join(to_xml(child) for child in top.elements())

    # -- headings --------------------------------------------------------------------------------

    def _headings(self, top: Element, *, skipped: list[Element]) -> list[_Heading]:
        """The headings with bookmarks on them, and the page of each."""
        hidden = {id(each) for each in skipped}
        found: list[_Heading] = []
        lines = 0.0
        for paragraph in _paragraphs(top, hidden):
            if STREAM_MARK.fullmatch(to_xml(paragraph)):
                found += self._streamed()
                lines = max(lines, float(found[-1].page * _LINES if found else 0))
                continue
            text = "".join(_texts(paragraph, "w:t"))
            level = self._level(paragraph)
            if _breaks(paragraph) and lines:
                lines = (lines // _LINES + 1) * _LINES
            if level and text.strip():
                page = int(lines // _LINES) + 1
                if printed := self._printed(paragraph):
                    text, page = printed.text, printed.page
                found.append(_Heading(level, text.strip(), self._bookmark(paragraph), page))
            lines += max(1, -(-len(text) // _LINE)) * (1.5 if level else 1)
        if self._measured is not None:
            _take_pages(found, self._measured)
        return found

    def _streamed(self) -> list[_Heading]:
        """The headings of a value that is written later."""
        return [
            _Heading(each.level, each.text, name, each.page) for name, each in self._known.items()
        ]

    def _printed(self, paragraph: Element) -> KnownHeading | None:
        """What a heading's bookmark is known for."""
        names = (attribute(mark, "w:name") or "" for mark in paragraph.elements())
        return next((self._known[name] for name in names if name in self._known), None)

    def _level(self, paragraph: Element) -> int:
        properties = paragraph.find("w:pPr")
        if properties is None:
            return 0
        outline, style = properties.find("w:outlineLvl"), properties.find("w:pStyle")
        if outline is not None and (number := attribute(outline, "w:val") or "9") < "9":
            return int(number) + 1
        return self._levels.get(attribute(style, "w:val") or "", 0) if style is not None else 0

    def _bookmark(self, paragraph: Element) -> str:
        for child in paragraph.elements():
            name = attribute(child, "w:name") if child.name == "w:bookmarkStart" else None
            if name and name.startswith("_Toc"):
                return name
        number = self._next_id()
        name = f"_Toc{number:09d}"
        start = Element("w:bookmarkStart", f' w:id="{number}" w:name="{name}"')
        end = Element("w:bookmarkEnd", f' w:id="{number}"')
        position = 1 if paragraph.find("w:pPr") is not None else 0
        paragraph.children.insert(position, start)
        paragraph.children.append(end)
        return name

    # -- lines -----------------------------------------------------------------------------------

    def _lines(
        self, headings: list[_Heading], instruction: str, old: list[Element]
    ) -> Iterator[Element]:
        begin = (
            '<w:r><w:fldChar w:fldCharType="begin" w:dirty="true"/></w:r><w:r>'
            f'<w:instrText xml:space="preserve">{instruction}</w:instrText></w:r>'
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        )
        end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
        formats = self._old_formats(old)
        if not headings:
            yield _parsed(f"<w:p>{begin}{end}</w:p>")
        for index, heading in enumerate(headings):
            yield _parsed(
                f"<w:p>{formats.get(heading.level) or self._format(heading.level)}"
                f"{begin if index == 0 else ''}{_line(heading)}"
                f"{end if index == len(headings) - 1 else ''}</w:p>"
            )

    def _format(self, level: int) -> str:
        style = self._toc_styles.get(level)
        name = f'<w:pStyle w:val="{style}"/>' if style else ""
        indent = "" if style else f'<w:ind w:left="{(level - 1) * 420}"/>'
        tabs = '<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="8300"/></w:tabs>'
        return f"<w:pPr>{name}{tabs}{indent}</w:pPr>"

    def _old_formats(self, old: list[Element]) -> dict[int, str]:
        """How the template's own lines of each level look."""
        levels = {style: level for level, style in self._toc_styles.items()}
        found: dict[int, str] = {}
        for paragraph in old:
            properties = paragraph.find("w:pPr")
            style = properties.find("w:pStyle") if properties is not None else None
            level = levels.get(attribute(style, "w:val") or "") if style is not None else None
            if level and properties is not None and properties.find("w:tabs") is not None:
                found.setdefault(level, to_xml(properties))
        return found


def _line(heading: _Heading) -> str:
    text = escape_text(heading.text)
    return (
        f'<w:hyperlink w:anchor="{heading.bookmark}" w:history="1"><w:r><w:t xml:space="preserve">'
        f"{text}</w:t></w:r><w:r><w:tab/></w:r>"
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve">'
        f" PAGEREF {heading.bookmark} \\h </w:instrText></w:r>"
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        f"<w:r><w:t>{heading.page}</w:t></w:r>"
        '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:hyperlink>'
    )


def _parsed(xml: str) -> Element:
    return next(build_tree(tokenise(xml)).elements())


def _find_field(parent: Element) -> tuple[Element, int, int] | None:
    """The parent of the field's paragraphs, and the first and last of them among its children."""
    start, depth = -1, 0
    for index, child in enumerate(parent.children):
        if not isinstance(child, Element):
            continue
        if child.name == "w:p":
            if start < 0 and any(
                text.strip().startswith("TOC") for text in _texts(child, "w:instrText")
            ):
                start = index
            if start >= 0:
                depth += _field_balance(child)
                if depth <= 0:
                    return parent, start, index
        elif start < 0 and (found := _find_field(child)) is not None:
            return found
    return None


def _field_balance(paragraph: Element) -> int:
    kinds = [
        attribute(node, "w:fldCharType")
        for node in paragraph.walk()
        if isinstance(node, Element) and node.name == "w:fldChar"
    ]
    return kinds.count("begin") - kinds.count("end")


def _paragraphs(element: Element, hidden: set[int]) -> Iterator[Element]:
    for child in element.elements():
        if id(child) in hidden:
            continue
        if child.name == "w:p":
            yield child
        else:
            yield from _paragraphs(child, hidden)


def _texts(element: Element, name: str) -> Iterator[str]:
    for node in element.walk():
        if isinstance(node, Element) and node.name == name:
            raw = "".join(child for child in node.children if isinstance(child, str))
            yield raw if name == "w:instrText" else _plain(raw)


def _plain(raw: str) -> str:
    return raw.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _breaks(paragraph: Element) -> bool:
    return any(
        isinstance(node, Element)
        and (
            node.name == "w:pageBreakBefore"
            or (node.name == "w:br" and attribute(node, "w:type") == "page")
        )
        for node in paragraph.walk()
    )


def _take_pages(headings: list[_Heading], measured: list[tuple[str, int]]) -> None:
    """Give each heading its measured page: both lists are in the order of the document."""
    position = 0
    for heading in headings:
        wanted = "".join(heading.text.split())
        for index in range(position, len(measured)):
            if "".join(measured[index][0].split()).endswith(wanted):
                heading.page, position = measured[index][1], index + 1
                break


def measured_pages(data: bytes) -> list[tuple[str, int]] | None:
    """The headings and their pages as LibreOffice lays the file out; None where it is absent."""
    import tempfile  # noqa: PLC0415 (only where it is measured)
    from pathlib import Path  # noqa: PLC0415

    from generator.pdf import find_converter, outline, to_pdf  # noqa: PLC0415
    from store.exceptions import EnvironmentRefused  # noqa: PLC0415

    converter = find_converter()
    if converter is None or converter.kind != "libreoffice":
        return None
    with tempfile.TemporaryDirectory(prefix="wenshu-contents-") as folder:
        path = Path(folder, "document.docx")
        path.write_bytes(data)
        try:
            return outline(to_pdf([path])[0])
        except EnvironmentRefused:
            return None

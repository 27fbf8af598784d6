"""The table of contents: a field whose result is filled in, so that it is right at once.

Word refreshes it when asked; WPS and LibreOffice show what stands there. The page numbers come from
LibreOffice's layout where it is installed, else from an estimate (`generator.estimate`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from generator.layout.styles import PARAGRAPH_STYLES, paragraph_style
from generator.wordml import attribute, bookmark_name, run
from generator.wordml import field as word_field

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from generator.layout.model import Layout
    from generator.word.values import RenderPackage
    from store.model import Body, Section


@dataclass(frozen=True, slots=True)
class TocEntry:
    """A line of the table: its level from 1, its text as it prints, the anchor it leads to."""

    level: int
    text: str
    anchor: str


@dataclass(slots=True)
class TocValue:
    """The table of contents as a value of a Word template (`{{p 目录 }}`).

    Attributes:
        entries: Its lines.
        pages: The page of each anchor; an unknown page prints as 1.
        layout: Styles for templates that lack them.
        levels: How many heading levels it holds, for Word's refreshing.
    """

    entries: list[TocEntry]
    layout: Layout
    levels: int = 2
    pages: Mapping[str, int] = field(default_factory=dict)

    def to_wordml(self, package: RenderPackage) -> str:
        """One paragraph a line, the field around all of them."""
        if not self.entries:
            return ""
        begin = (
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve">'
            f' TOC \\o "1-{self.levels}" \\h \\z \\u </w:instrText></w:r>'
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        )
        end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
        last = len(self.entries) - 1
        return "".join(
            self._line(
                package,
                entry,
                begin if number == 0 else "",
                end if number == last else "",
            )
            for number, entry in enumerate(self.entries)
        )

    def _line(self, package: RenderPackage, entry: TocEntry, begin: str, end: str) -> str:
        key = f"toc{min(entry.level, 3)}"
        style = package.style_id(PARAGRAPH_STYLES[key][1]) or package.ensure_style(
            paragraph_style(self.layout, key)
        )
        name = bookmark_name(entry.anchor)
        page = word_field(f"PAGEREF {name} \\h", str(self.pages.get(entry.anchor, 1)))
        tab = (
            f'<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="{package.text_width()}"/></w:tabs>'
        )
        return (
            f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{tab}</w:pPr>{begin}'
            f'<w:hyperlink w:anchor="{attribute(name)}" w:history="1">{run(entry.text)}'
            f"<w:r><w:tab/></w:r>{page}</w:hyperlink>{end}</w:p>"
        )


def toc_entries(body: Body, levels: int) -> list[TocEntry]:
    """The headings of a body down to a level."""
    return [
        TocEntry(section.level, section.title, section.anchor)
        for section in body.root.walk()
        if 1 <= section.level <= levels and section.anchor
    ]


def match_pages(body: Body, marks: Iterable[tuple[str, int]]) -> dict[str, int]:
    """The page of each heading from a PDF's bookmarks, which stand in reading order."""
    pages: dict[str, int] = {}
    waiting = list(marks)
    for section in body.root.walk():
        if not section.level:
            continue
        place = next((i for i, (text, _) in enumerate(waiting) if _same(text, section)), None)
        if place is not None:
            pages[section.anchor] = waiting[place][1]
            del waiting[: place + 1]
    return pages


def _same(mark: str, section: Section) -> bool:
    plain = "".join(section.heading.split())
    return bool(plain) and "".join(mark.split()).endswith(plain)

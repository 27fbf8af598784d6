"""A document that goes on in a new section: the same page, beginning on an even side."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from generator.word.parts import RELATIONSHIPS, WORD_TYPE, document
from generator.word.tokens import XMLNS
from generator.wordml import thin_paragraph

if TYPE_CHECKING:
    from generator.word.values import RenderPackage

_SECTION: Final = re.compile(r"<w:sectPr\b(?:[^>]*/>|[^>]*>.*?</w:sectPr>)", re.DOTALL)
_REFERENCES: Final = re.compile(r"<w:(?:header|footer)Reference\b[^>]*/>")
_FOOTER: Final = re.compile(r'<w:footerReference\b[^>]*?w:type="(\w+)"[^>]*/>')
_KIND: Final = re.compile(r"<w:type\b[^>]*/>")


def section_end(section: str) -> str:
    """A thin paragraph that ends a section, and one that begins the next.

    LibreOffice loses the break where a table is the first thing behind it.
    """
    found = _SECTION.search(section)
    return thin_paragraph(section=found[0] if found else "<w:sectPr/>") + thin_paragraph()


def last_section_as(main: str, kind: str, footer: str) -> str:
    """The document part, its last section beginning as `kind` says.

    Args:
        main: The part.
        kind: Such as `evenPage`.
        footer: The relationship of the footer of all its pages; empty keeps what there is.
    """
    start = main.rfind("<w:sectPr")
    match = _SECTION.match(main, start) if start >= 0 else None
    if match is None:
        return main
    section = _KIND.sub("", match[0])
    if section.endswith("/>") and "</w:sectPr>" not in section:
        section = f"{section[:-2]}></w:sectPr>"
    if footer:
        section = _FOOTER.sub(
            lambda old: f'<w:footerReference w:type="{old[1]}" r:id="{footer}"/>', section
        )
    place = max((old.end() for old in _REFERENCES.finditer(section)), default=None)
    if place is None:
        place = section.index(">") + 1
    changed = f'{section[:place]}<w:type w:val="{kind}"/>{section[place:]}'
    return main[:start] + changed + main[match.end() :]


def empty_footer(package: RenderPackage, main: str) -> str:
    """Add a footer that prints nothing; its relationship."""
    return package.add_part(
        package.unique_name("word/footer{}.xml"),
        f"{WORD_TYPE}.footer+xml",
        document(f"<w:ftr {XMLNS}><w:p/></w:ftr>"),
        f"{RELATIONSHIPS}/footer",
        source=main,
    )

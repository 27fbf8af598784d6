"""Page and section breaks as values, so that data decides where a page ends."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from generator.word.rendering import Rendering

if TYPE_CHECKING:
    from generator.word.values import RenderPackage

_SECTION: Final = re.compile(r"<w:sectPr\b[^>]*?(?:/>|>(.*?)</w:sectPr>)", re.DOTALL)
_SIZE: Final = re.compile(r"<w:pgSz\b[^>]*/>")
_DIMENSION: Final = re.compile(r'w:(w|h)="(\d+)"')
_REFERENCES: Final = re.compile(r"^(?:<w:(?:header|footer)Reference\b[^>]*/>)*")


class PageBreak:
    """A new page: ``{{p 换页 }}`` or ``{{ 换页 }}``."""

    text = ""

    def to_wordml(self, package: RenderPackage) -> str:  # noqa: ARG002 (the protocol)
        """A paragraph with the break."""
        return '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'


class SectionBreak:
    """The end of a section: what stands before it is laid out as said here.

    Page, margins, header and footer are those of the document's last section.

    Args:
        landscape: Whether the pages before lie on their side; None leaves them as they are.
        restart: Whether page numbers begin at 1 in the section before.
    """

    text = ""

    def __init__(self, *, landscape: bool | None = None, restart: bool = False) -> None:
        self._landscape = landscape
        self._restart = restart

    def to_wordml(self, package: RenderPackage) -> str:
        """A paragraph that carries the section's properties."""
        source = package.template.main_section if isinstance(package, Rendering) else ""
        match = _SECTION.search(source)
        inner = (match[1] or "") if match else ""
        inner = re.sub(r"<w:(?:type|pgNumType)\b[^>]*/>", "", inner)
        references = _REFERENCES.match(inner)
        assert references is not None
        rest = inner[references.end() :]
        size = _SIZE.search(rest)
        page = self._page(size[0] if size else '<w:pgSz w:w="11906" w:h="16838"/>')
        rest = rest.replace(size[0], "", 1) if size else rest
        margins = re.search(r"<w:pgMar\b[^>]*/>", rest)
        margin = margins[0] if margins else ""
        rest = rest.replace(margin, "", 1) if margin else rest
        number = '<w:pgNumType w:start="1"/>' if self._restart else ""
        return (
            f'<w:p><w:pPr><w:sectPr>{references[0]}<w:type w:val="nextPage"/>{page}{margin}'
            f"{_with_number(rest, number)}</w:sectPr></w:pPr></w:p>"
        )

    def _page(self, size: str) -> str:
        if self._landscape is None:
            return size
        found = {key: int(value) for key, value in _DIMENSION.findall(size)}
        short, long = sorted((found.get("w", 11906), found.get("h", 16838)))
        if self._landscape:
            return f'<w:pgSz w:w="{long}" w:h="{short}" w:orient="landscape"/>'
        return f'<w:pgSz w:w="{short}" w:h="{long}"/>'


def _with_number(rest: str, number: str) -> str:
    """Put ``w:pgNumType`` behind the elements that come before it in the schema."""
    before = re.match(
        r"(?:<w:(?:paperSrc|lnNumType)\b[^>]*/>|<w:pgBorders\b.*?</w:pgBorders>)*", rest
    )
    end = before.end() if before else 0
    return rest[:end] + number + rest[end:]

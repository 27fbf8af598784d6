"""The sections of a booklet: each part keeps its paper, its headers and its footers.

Page numbers are the booklet's. A footer that prints none gets a line with it, and 共 … 页 counts
to the end of the run of numbers (the booklet, or the one person's part).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from generator.word.package import WordPackage
from generator.wordml import DECLARATION, XMLNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generator.word.values import RenderPackage

_TYPES: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SECTION: Final = re.compile(r"<w:sectPr\b[^>]*?(?:/>|>(.*?)</w:sectPr>)", re.DOTALL)
_CHANGED: Final = re.compile(r"<w:sectPrChange\b.*?</w:sectPrChange>", re.DOTALL)
_REFERENCE: Final = re.compile(
    r'<w:(?P<what>header|footer)Reference\b(?=[^>]*w:type="(?P<type>\w+)")'
    r'(?=[^>]*r:id="(?P<id>[^"]+)")[^>]*/>'
)
_REPLACED: Final = re.compile(
    r"<w:(pgNumType|footerReference|headerReference|footnotePr|endnotePr)\b(?:[^>]*/>|[^>]*>.*?</w:\1>)"
)
_TYPE: Final = re.compile(r"<w:type\b[^>]*/>")
_AFTER_NUMBERS: Final = re.compile(
    r"<w:(?:cols|formProt|vAlign|noEndnote|titlePg|textDirection|bidi|rtlGutter|docGrid|"
    r"printerSettings|sectPrChange)\b"
)
_PRINTS_PAGE: Final = re.compile(r"(?:<w:instrText[^>]*>|w:instr=\")\s*PAGE\b")
_TOTAL: Final = re.compile(r"((?:<w:instrText[^>]*>|w:instr=\")\s*)(?:NUMPAGES|SECTIONPAGES)\b")
_TOTAL_SHOWN: Final = re.compile(
    r'(PAGEREF wenshu_\w+(?:(?!instrText>\s*[A-Z]).)*?"separate"/>(?:(?!<w:fldChar).)*?'
    r"<w:t(?: [^>]*)?>)(\d+)(</w:t>)",
    re.DOTALL,
)
_RELATED: Final = re.compile(r'\br:(?:id|embed|link|pict)="([^"]+)"')
_NUMBERED: Final = re.compile(r"<w:numPr>.*?</w:numPr>", re.DOTALL)
_KINDS: Final = ("default", "first")

_References = dict[tuple[str, str], str]


@dataclass(slots=True, frozen=True)
class Numbers:
    """How the pages of a part are numbered.

    Attributes:
        last: The bookmark at the end of the run of numbers, for 共 … 页.
        total: The number of its page, as far as it is known.
        restart: The numbers begin again with the part.
    """

    last: str
    total: int
    restart: bool


class Sections:
    """Headers and footers of the parts, taken into the package.

    Args:
        package: The booklet being made.
    """

    def __init__(self, package: RenderPackage) -> None:
        self._package = package
        self._made: dict[tuple[str, bytes], str] = {}

    def dress(self, xml: str, data: bytes, numbers: Numbers) -> str:
        """Give the sections of a part their headers, footers and numbers.

        Args:
            xml: The part's content in the booklet; the last section's properties stand in a
                paragraph at its end, without headers and footers.
            data: The part's file.
            numbers: How its pages are numbered.
        """
        source = WordPackage(data)
        found = _effective(source.text(source.main))
        relations = source.relations(source.main)
        own = [{key: relations[rid].target for key, rid in one.items() if rid in relations}
               for one in found]  # fmt: skip
        footers = [one["footer", "default"] for one in own if ("footer", "default") in one]
        sections = iter([self._references(source, one, footers, numbers) for one in own])
        first = True

        def dressed(match: re.Match[str]) -> str:
            nonlocal first
            inner = numbered(match[1] or "", begins=first, restart=numbers.restart and first)
            first = False
            return f"<w:sectPr>{next(sections, '')}{inner}</w:sectPr>"

        return _SECTION.sub(dressed, _CHANGED.sub("", xml))

    def _references(
        self, source: WordPackage, own: _References, footers: Sequence[str], numbers: Numbers
    ) -> str:
        """The headers and footers of a section; without a footer the part's own, or a number."""
        own = dict(own)
        if ("footer", "default") not in own and footers:
            own["footer", "default"] = footers[0]
        xml = ""
        for what in ("header", "footer"):
            for kind in _KINDS:
                target = own.get((what, kind), "")
                if target in source.entries:
                    rid = self._copied(source, target, what, numbers)
                elif kind == "default":
                    rid = self._plain(what)
                else:
                    continue
                xml += f'<w:{what}Reference w:type="{kind}" r:id="{rid}"/>'
        return xml

    def _copied(self, source: WordPackage, target: str, what: str, numbers: Numbers) -> str:
        """A header or footer with its pictures; the same one only once."""
        text = _NUMBERED.sub("", source.text(target))
        text = _TOTAL.sub(rf"\g<1>PAGEREF {numbers.last}", text)
        text = _TOTAL_SHOWN.sub(rf"\g<1>{numbers.total}\g<3>", text)
        if what == "footer" and not _PRINTS_PAGE.search(text):
            text = text.replace("</w:ftr>", f"{_page_line()}</w:ftr>")
        inner = source.relations(target)
        pictures = b"".join(
            source.read(each.target) for each in inner.values() if each.target in source.entries
        )
        key = (what, text.encode() + pictures)
        if key not in self._made:
            self._made[key] = self._added(source, target, text, what)
        return self._made[key]

    def _added(self, source: WordPackage, target: str, text: str, what: str) -> str:
        name = self._package.unique_name(f"word/{what}{{}}.xml")
        kind, relation = f"{_TYPES}.{what}+xml", f"{_OFFICE}/{what}"
        new = self._package.add_part(name, kind, text.encode(), relation)
        ids = {}
        for old, each in source.relations(target).items():
            if each.external or each.target not in source.entries:
                continue
            extension = each.target.rpartition(".")[2]
            ids[old] = self._package.add_part(
                self._package.unique_name(f"word/media/image{{}}.{extension}"),
                source.content_type(each.target),
                source.read(each.target),
                each.type,
                source=name,
            )
        if ids:
            text = _RELATED.sub(
                lambda match: match[0].replace(f'"{match[1]}"', f'"{ids.get(match[1], match[1])}"'),
                text,
            )
            self._package.add_part(name, kind, text.encode(), relation)
        return new

    def _plain(self, what: str) -> str:
        """An empty header, or a footer with the page's number alone."""
        if (key := (what, b"")) not in self._made:
            name = self._package.unique_name(f"word/{what}{{}}.xml")
            tag, line = ("ftr", _page_line()) if what == "footer" else ("hdr", "<w:p/>")
            data = (DECLARATION + f"<w:{tag} {XMLNS}>{line}</w:{tag}>").encode()
            self._made[key] = self._package.add_part(
                name, f"{_TYPES}.{what}+xml", data, f"{_OFFICE}/{what}"
            )
        return self._made[key]


def last_section(data: bytes) -> str:
    """What the last section of a file says of its page, without headers, footers and numbers."""
    source = WordPackage(data)
    sections = _SECTION.findall(_CHANGED.sub("", source.text(source.main)))
    return _REPLACED.sub("", sections[-1]) if sections else ""


def _effective(xml: str) -> list[_References]:
    """The headers and footers of each section; what one does not say it has from the one before."""
    found: list[_References] = []
    now: _References = {}
    for match in _SECTION.finditer(_CHANGED.sub("", xml)):
        inner = match[1] or ""
        now = now | {
            (one["what"], one["type"]): one["id"]
            for one in _REFERENCE.finditer(inner)
            if one["type"] in _KINDS
        }
        has_first = "<w:titlePg" in inner
        found.append({key: rid for key, rid in now.items() if has_first or key[1] != "first"})
    return found


def numbered(inner: str, *, begins: bool, restart: bool) -> str:
    """A section's properties with the booklet's numbers.

    Args:
        inner: What stands in its `w:sectPr`.
        begins: It is the first of its part, and begins on a page of its own.
        restart: The numbers begin again here.
    """
    inner = _REPLACED.sub("", inner)
    start = ' w:start="1"' if restart else ""
    numbers = f'<w:pgNumType w:fmt="decimal"{start}/>'
    if begins:
        inner = '<w:type w:val="nextPage"/>' + _TYPE.sub("", inner)
    after = _AFTER_NUMBERS.search(inner)
    at = after.start() if after else len(inner)
    return inner[:at] + numbers + inner[at:]


def _page_line() -> str:
    """A centred line with the page's number."""
    field = "".join(
        f'<w:r><w:rPr><w:sz w:val="21"/></w:rPr>{inner}</w:r>'
        for inner in (
            '<w:t xml:space="preserve">— </w:t>',
            '<w:fldChar w:fldCharType="begin"/>',
            '<w:instrText xml:space="preserve"> PAGE </w:instrText>',
            '<w:fldChar w:fldCharType="separate"/>',
            "<w:t>1</w:t>",
            '<w:fldChar w:fldCharType="end"/>',
            '<w:t xml:space="preserve"> —</w:t>',
        )
    )
    return f'<w:p><w:pPr><w:jc w:val="center"/></w:pPr>{field}</w:p>'

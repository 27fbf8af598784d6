"""The parts of a booklet: the file they are put into, their sections, their own contents.

The booklet takes settings, styles and fonts from its first part, so that a line is as long there
as in the file on its own.
"""

from __future__ import annotations

import io
import re
import zipfile
from html import unescape
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from generator.wordml import DECLARATION, XMLNS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

A4: Final = (
    '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1440" w:right="1474" w:bottom="1440" '
    'w:left="1588" w:header="851" w:footer="992" w:gutter="0"/>'
)
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_TAKEN: Final = {
    "word/styles.xml": ("styles", f"{_WORD}.styles+xml"),
    "word/settings.xml": ("settings", f"{_WORD}.settings+xml"),
    "word/numbering.xml": ("numbering", f"{_WORD}.numbering+xml"),
    "word/theme/theme1.xml": ("theme", "application/vnd.openxmlformats-officedocument.theme+xml"),
}
_NOT_IN_SETTINGS: Final = re.compile(
    r"<w:(footnotePr|endnotePr|attachedTemplate|mailMerge|documentProtection|evenAndOddHeaders|"
    r"updateFields)\b(?:[^>]*/>|.*?</w:\1>)",
    re.DOTALL,
)
_NAME: Final = re.compile(r'<w:bookmarkStart\b[^>]*w:name="([^"]+)"')
_PAGE_FIELD: Final = re.compile(
    r'(PAGEREF [^<]*</w:instrText>(?:(?!<w:instrText).)*?"separate"/>'
    r"(?:(?!<w:instrText).)*?<w:t(?: [^>]*)?>)(\d+)(</w:t>)",
    re.DOTALL,
)
_TOC: Final = re.compile(r"(<w:instrText[^>]*> ?TOC )(?![^<]*\\b)(?=([^<]*))")
_LINE: Final = re.compile(r"<w:p[ >](?:(?!</w:p>).)*?PAGEREF .*?</w:p>", re.DOTALL)
_TEXT: Final = re.compile(r"<w:t(?: [^>]*)?>([^<]*)</w:t>")
_LONGEST_NAME: Final = 40


def base_file(first: bytes, looks: Mapping[str, bytes] = MappingProxyType({})) -> bytes:
    """An empty Word file with a place for the parts, dressed as the first of them.

    Args:
        first: The first part's file.
        looks: The style sheet and numbering of all parts, see `generator.booklet_styles`.
    """
    document = (
        f"<w:document {XMLNS}><w:body><w:p><w:r><w:t>{{{{p 各份 }}}}</w:t></w:r></w:p>"
        f'<w:sectPr><w:type w:val="continuous"/>{A4}</w:sectPr></w:body></w:document>'
    )
    entries = {"word/document.xml": (DECLARATION + document).encode(), **_dress(first), **looks}
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="{_TAKEN[name][1]}"/>'
        for name in entries
        if name in _TAKEN
    )
    relations = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{_TAKEN[name][0]}" '
        f'Target="{name.removeprefix("word/")}"/>'
        for number, name in enumerate(entries)
        if name in _TAKEN
    )
    entries["[Content_Types].xml"] = _xml(
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_WORD}.document.main+xml"/>'
        f"{overrides}</Types>"
    )
    entries["_rels/.rels"] = _xml(
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>'
    )
    entries["word/_rels/document.xml.rels"] = _xml(
        f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}</Relationships>'
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data)
    return buffer.getvalue()


def _xml(text: str) -> bytes:
    return (DECLARATION + text).encode()


def _dress(first: bytes) -> dict[str, bytes]:
    """Styles, settings, numbering and theme of a file, as far as they stand alone."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        names = set(archive.namelist())
        for name in _TAKEN:
            folder, _, file = name.rpartition("/")
            if name in names and (name == "word/settings.xml" or
                                  f"{folder}/_rels/{file}.rels" not in names):  # fmt: skip
                found[name] = archive.read(name)
    if settings := found.get("word/settings.xml"):
        text = _NOT_IN_SETTINGS.sub("", settings.decode("utf-8", errors="replace"))
        if "r:id=" in text:
            del found["word/settings.xml"]
        else:
            found["word/settings.xml"] = text.encode()
    return found


def own_bookmarks(xml: str, number: int, whole: str) -> str:
    """Tell a part's bookmarks from those of the others, and keep its table of contents to itself.

    Args:
        xml: The part's body.
        number: Its place in the booklet; two parts may use the same bookmark.
        whole: The bookmark around the part.
    """
    names = sorted(set(_NAME.findall(xml)), key=len, reverse=True)
    if names:
        prefix = f"p{number + 1}_"
        some = "|".join(map(re.escape, names))
        places = re.compile(rf'((?:w:name|w:anchor)="|PAGEREF |(?<!PAGE)REF )({some})(?=["\s<])')
        xml = places.sub(lambda match: match[1] + _short(prefix + match[2]), xml)

    def kept(match: re.Match[str]) -> str:
        levels = "" if "\\u" in match[2] else "\\u "  # headings of any style by their level
        return f"{match[1]}{levels}\\b {whole} "

    return _TOC.sub(kept, xml)


def own_pages(xml: str, page: int, marks: Sequence[tuple[str, int]]) -> str:
    """Print the booklet's page numbers in a part's own contents.

    Args:
        xml: The part's body.
        page: The number of its first page.
        marks: Its headings and their pages in it, in order, where they were measured.
    """
    waiting = list(marks)

    def renumbered(match: re.Match[str]) -> str:
        text = _bare("".join(_TEXT.findall(match[0].partition("PAGEREF")[0])))
        at = next((i for i, (mark, _) in enumerate(waiting) if _bare(mark) == text), None)
        measured = 0
        if at is not None:
            measured = waiting[at][1]
            del waiting[: at + 1]

        def number(field: re.Match[str]) -> str:
            return f"{field[1]}{(measured or int(field[2])) + page - 1}{field[3]}"

        return _PAGE_FIELD.sub(number, match[0])

    return _LINE.sub(renumbered, xml)


def _bare(text: str) -> str:
    return "".join(unescape(text).split())


def _short(name: str) -> str:
    """A bookmark's name within Word's limit; what is cut is the middle, the end differs."""
    if len(name) <= _LONGEST_NAME:
        return name
    return name[:8] + name[8 - _LONGEST_NAME :]

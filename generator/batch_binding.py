"""Finished Word files put together: a zip, or one booklet with contents and page numbers.

Every file keeps its paper and margins and begins on a page of its own. The booklet has one running
footer; where each person's packet is a part, the numbers begin again with each part.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from generator.batch_parts import A4, base_file, number_sections, own_bookmarks, own_pages
from generator.wordml import DECLARATION, XMLNS, attribute, escape
from store import files
from store.exceptions import EnvironmentRefused, InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from generator.word.values import RenderPackage

MAX_PARTS: Final = 2000
MISSING_NAME: Final = "未生成的行.txt"
_INCOMPLETE: Final = "尚不完整，以下各行没有生成："
_SECTION: Final = re.compile(r"<w:sectPr\b.*?</w:sectPr>|<w:sectPr\b[^>]*/>", re.DOTALL)
_PAGE: Final = re.compile(r"<w:pgSz\b[^>]*/>|<w:pgMar\b[^>]*/>")
_TYPES: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(slots=True, frozen=True)
class Part:
    """A file of a booklet.

    Attributes:
        data: The .docx.
        title: Its line in the contents.
        note: What stands after the title: the version.
        restart: Page numbers begin again here.
        pages: How many pages it takes, as far as that is known.
        marks: Its headings and their pages in it, from 1, where they were measured.
    """

    data: bytes
    title: str
    note: str = ""
    restart: bool = False
    pages: int = 1
    marks: tuple[tuple[str, int], ...] = ()


def bind_zip(
    paths: Sequence[Path], target: Path, *, missing: Sequence[str] = (), overwrite: bool = False
) -> None:
    """Put files into one zip; where rows are missing, a text in it says which.

    Raises:
        EnvironmentRefused: The zip is there already, or cannot be written.
    """
    _refuse_existing(target, overwrite=overwrite)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path in paths:
            archive.writestr(zipfile.ZipInfo(path.name, _EPOCH), path.read_bytes())
        if missing:
            text = "\r\n".join([_INCOMPLETE, *missing, ""])
            archive.writestr(zipfile.ZipInfo(MISSING_NAME, _EPOCH), text.encode("utf-8-sig"))
    files.write_atomic(target, buffer.getvalue())


def bind_booklet(
    paths: Sequence[Path], target: Path, *, missing: Sequence[str] = (), overwrite: bool = False
) -> None:
    """Put Word files into one, a contents in front, page numbers restarting with each.

    Args:
        paths: The files.
        target: The booklet.
        missing: What could not be made; stands below the contents.
        overwrite: Replace a file that is there.

    Raises:
        EnvironmentRefused: The file is there already, or cannot be written.
        InputError: There are too many files.
    """
    _refuse_existing(target, overwrite=overwrite)
    parts = [Part(path.read_bytes(), path.stem, restart=True) for path in paths]
    remarks = [_INCOMPLETE, *missing] if missing else []
    files.write_atomic(target, bind(parts, title=target.stem, remarks=remarks))


def _refuse_existing(target: Path, *, overwrite: bool) -> None:
    if target.exists() and not overwrite:
        raise EnvironmentRefused(
            f"“{target.name}”已经存在，没有覆盖。", hint="请换一个文件名，或加 --overwrite。"
        )


def bind(
    parts: Sequence[Part],
    *,
    title: str = "",
    cover: Sequence[str] = (),
    contents: bool = True,
    remarks: Sequence[str] = (),
) -> bytes:
    """One Word file of many.

    Args:
        parts: The files in order.
        title: Stands over the contents, and on the cover when there is one.
        cover: Lines below the title on a cover page; none without one.
        contents: Whether a table of contents stands in front.
        remarks: Lines below the contents.

    Raises:
        InputError: There are none, or too many.
    """
    from generator.word.template import WordTemplate  # noqa: PLC0415 (heavy)

    if not parts:
        raise InputError("没有可以合订的文件。")
    if len(parts) > MAX_PARTS:
        raise InputError(
            f"要合订的文件有 {len(parts)} 份，超过 {MAX_PARTS} 份的上限。", hint="请分成几册。"
        )
    template = WordTemplate(base_file(parts[0].data))
    value = _Bound(parts, title, tuple(cover), contents=contents, remarks=tuple(remarks))
    return template.render({"各份": value})


class _Bound:
    """The parts as one block value, a section each."""

    def __init__(
        self,
        parts: Sequence[Part],
        title: str,
        cover: tuple[str, ...],
        *,
        contents: bool,
        remarks: tuple[str, ...] = (),
    ) -> None:
        self._parts = parts
        self._title = title
        self._cover = cover
        self._contents = contents
        self._remarks = remarks
        self._pages = _first_pages(parts)

    def to_wordml(self, package: RenderPackage) -> str:
        """Cover, contents, then part after part."""
        footer = self._footer(package)
        xml = self._front(A4)
        for number, part in enumerate(self._parts):
            xml += self._part(package, part, number, footer)
        return xml

    def _part(self, package: RenderPackage, part: Part, number: int, footer: str) -> str:
        from generator.word.subdocument import SubDocument  # noqa: PLC0415 (heavy)

        page = _page_setup(part.data)
        whole = package.next_id()
        head = (
            f"<w:p><w:pPr>{_TINY}</w:pPr>{_mark(package, _bookmark(number))}"
            f'<w:bookmarkStart w:id="{whole}" w:name="{_whole(number)}"/></w:p>'
        )
        body = own_bookmarks(SubDocument(part.data).to_wordml(package), number, _whole(number))
        body = own_pages(body, self._pages[number], part.marks)
        section = f'<w:sectPr><w:type w:val="nextPage"/>{page}</w:sectPr>'
        end = f'<w:bookmarkEnd w:id="{whole}"/>'
        xml = f"{head}{body}<w:p><w:pPr>{_TINY}{section}</w:pPr>{end}</w:p>"
        restart = part.restart or number == 0
        return number_sections(xml, footer, restart=restart)

    def _front(self, page: str) -> str:
        """The cover and the contents, without page numbers."""
        xml = ""
        if self._cover:
            xml += _line(self._title, size=44, before=4000, after=800)
            xml += "".join(_line(text, size=28, before=120, after=120) for text in self._cover)
            xml += '<w:p><w:r><w:br w:type="page"/></w:r></w:p>' if self._contents else ""
        if self._contents:
            xml += _line("目　录" if self._cover else self._title or "目　录", size=32, after=400)
            xml += "".join(
                self._entry(part, number, self._pages[number])
                for number, part in enumerate(self._parts)
            )
        xml += "".join(_line(text, size=24, before=120) for text in self._remarks)
        if not xml:
            return ""
        section = f'<w:sectPr><w:type w:val="nextPage"/>{page}</w:sectPr>'
        return f"{xml}<w:p><w:pPr>{_TINY}{section}</w:pPr></w:p>"

    def _entry(self, part: Part, number: int, page: int) -> str:
        """A line of the contents: title, version, and a field that knows the page."""
        text = part.title + (f"（{part.note}）" if part.note else "")
        field = f" PAGEREF {_bookmark(number)} \\h "
        return (
            '<w:p><w:pPr><w:tabs><w:tab w:val="right" w:leader="dot" w:pos="8800"/></w:tabs>'
            '<w:spacing w:before="60" w:after="60" w:line="360" w:lineRule="auto"/>'
            '<w:ind w:firstLineChars="0" w:firstLine="0"/></w:pPr>'
            f'<w:hyperlink w:anchor="{_bookmark(number)}"><w:r><w:t xml:space="preserve">'
            f"{escape(text)}</w:t></w:r><w:r><w:tab/></w:r>"
            '<w:r><w:fldChar w:fldCharType="begin" w:dirty="true"/></w:r>'
            f'<w:r><w:instrText xml:space="preserve">{field}</w:instrText></w:r>'
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
            f"<w:r><w:t>{page}</w:t></w:r>"
            '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:hyperlink></w:p>'
        )

    def _footer(self, package: RenderPackage) -> str:
        """The footer with the page's number; its relationship id."""
        name = package.unique_name("word/footer{}.xml")
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
        xml = f'<w:ftr {XMLNS}><w:p><w:pPr><w:jc w:val="center"/></w:pPr>{field}</w:p></w:ftr>'
        data = (DECLARATION + xml).encode()
        return package.add_part(name, f"{_TYPES}.footer+xml", data, f"{_OFFICE}/footer")


_TINY: Final = '<w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>'


def _first_pages(parts: Sequence[Part]) -> list[int]:
    """The page on which each part begins, for the contents until Word refreshes its fields."""
    found, page = [], 1
    for part in parts:
        page = 1 if part.restart else page
        found.append(page)
        page += max(1, part.pages)
    return found


def _bookmark(number: int) -> str:
    return f"wenshu_part_{number + 1}"


def _whole(number: int) -> str:
    return f"wenshu_whole_{number + 1}"


def _mark(package: RenderPackage, name: str) -> str:
    mark = package.next_id()
    return f'<w:bookmarkStart w:id="{mark}" w:name="{name}"/><w:bookmarkEnd w:id="{mark}"/>'


def _line(text: str, *, size: int, before: int = 0, after: int = 0) -> str:
    return (
        f'<w:p><w:pPr><w:spacing w:before="{before}" w:after="{after}" '
        'w:line="360" w:lineRule="auto"/>'
        '<w:ind w:firstLineChars="0" w:firstLine="0"/><w:jc w:val="center"/></w:pPr>'
        f'<w:r><w:rPr><w:rFonts w:eastAsia="{attribute("黑体")}"/><w:sz w:val="{size}"/></w:rPr>'
        f'<w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'
    )


def _page_setup(data: bytes) -> str:
    """Paper and margins of a file's last section."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        xml = archive.read("word/document.xml").decode("utf-8", errors="replace")
    sections = _SECTION.findall(xml)
    found = _PAGE.findall(sections[-1]) if sections else []
    sizes = [item for item in found if item.startswith("<w:pgSz")]
    margins = [item for item in found if item.startswith("<w:pgMar")]
    return sizes[0] + margins[0] if sizes and margins else A4

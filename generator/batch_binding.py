"""Finished Word files put together: a zip, or one booklet with contents and page numbers.

Every part keeps its paper, its headers and footers and the looks of its own template, and begins
on a page of its own. Page numbers run on, or begin again with each person's part.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from generator.batch_parts import A4, base_file, own_bookmarks, own_pages
from generator.booklet_sections import Numbers, Sections, last_section
from generator.booklet_styles import Looks
from generator.wordml import attribute, escape
from store import files
from store.exceptions import EnvironmentRefused, InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from generator.word.values import RenderPackage

MAX_PARTS: Final = 2000
MAX_MEASURED: Final = 300
_LINES: Final = 26
_SHEET_PAGES: Final = "各份的页码自成一套，下列为全册的顺序页"
MISSING_NAME: Final = "未生成的行.txt"
_INCOMPLETE: Final = "尚不完整，以下各行没有生成："
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
    paths: Sequence[Path],
    target: Path,
    *,
    pages: Sequence[int] = (),
    missing: Sequence[str] = (),
    overwrite: bool = False,
) -> None:
    """Put Word files into one, a contents in front, page numbers restarting with each.

    Args:
        paths: The files.
        target: The booklet.
        pages: How many pages each has, as far as it is known; LibreOffice's layout counts more.
        missing: What could not be made; stands below the contents.
        overwrite: Replace a file that is there.

    Raises:
        EnvironmentRefused: The file is there already, or cannot be written.
        InputError: There are too many files.
    """
    _refuse_existing(target, overwrite=overwrite)
    known = [*pages, *[1] * (len(paths) - len(pages))]
    parts = [
        Part(path.read_bytes(), path.stem, restart=True, pages=count)
        for path, count in zip(paths, known, strict=True)
    ]
    remarks = [_INCOMPLETE, *missing] if missing else []
    front = 0
    if len(parts) <= MAX_MEASURED:
        from generator.booklet_pages import measure_parts, with_pages  # noqa: PLC0415 (few)

        plain = bind(parts, title=target.stem, remarks=remarks, fields=True)
        measured = measure_parts(plain, len(parts))
        if measured is not None:
            parts, front = with_pages(parts, measured.parts), measured.front
    data = bind(parts, title=target.stem, remarks=remarks, front=front)
    files.write_atomic(target, data)


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
    front: int = 0,
    fields: bool = False,
) -> bytes:
    """One Word file of many.

    Args:
        parts: The files in order.
        title: Stands over the contents, and on the cover when there is one.
        cover: Lines below the title on a cover page; none without one.
        contents: Whether a table of contents stands in front.
        remarks: Lines below the contents.
        front: How many pages cover and contents take; 0 estimates it.
        fields: The contents of a volume lead to the parts by fields, too, to be measured by.

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
    looks = Looks()
    first = parts[0].data
    parts = [replace(part, data=looks.take(part.data)) for part in parts]
    template = WordTemplate(base_file(first, looks.dress()))
    value = _Bound(
        parts,
        title,
        tuple(cover),
        contents=contents,
        remarks=tuple(remarks),
        front=front,
        fields=fields,
    )
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
        front: int = 0,
        fields: bool = False,
    ) -> None:
        self._parts = parts
        self._title = title
        self._cover = cover
        self._contents = contents
        self._remarks = remarks
        self._fields = fields
        self._runs = _runs(parts)
        several = len({number for number, _ in self._runs}) > 1
        lines = (len(parts) + len(remarks)) * contents
        before = front or bool(cover) + (1 + lines // _LINES) * (contents or bool(remarks))
        self._listed = _first_pages(parts, before if several else None)

    def to_wordml(self, package: RenderPackage) -> str:
        """Cover, contents, then part after part."""
        xml = self._front(A4)
        sections = Sections(package)
        for number, part in enumerate(self._parts):
            xml += self._part(package, part, number, sections)
        return xml

    def _part(self, package: RenderPackage, part: Part, number: int, sections: Sections) -> str:
        from generator.word.subdocument import SubDocument  # noqa: PLC0415 (heavy)

        whole = package.next_id()
        head = (
            f"<w:p><w:pPr>{_TINY}</w:pPr>{_mark(package, _bookmark(number))}"
            f'<w:bookmarkStart w:id="{whole}" w:name="{_whole(number)}"/></w:p>'
        )
        body = own_bookmarks(SubDocument(part.data).to_wordml(package), number, _whole(number))
        run, page = self._runs[number]
        body = own_pages(body, page, part.marks)
        section = f"<w:sectPr>{last_section(part.data)}</w:sectPr>"
        end = f'<w:bookmarkEnd w:id="{whole}"/>{_mark(package, _last(number))}'
        xml = f"{head}{body}<w:p><w:pPr>{_TINY}{section}</w:pPr>{end}</w:p>"
        last = max(at for at, (its, _) in enumerate(self._runs) if its == run)
        total = self._runs[last][1] + max(1, self._parts[last].pages) - 1
        restart = part.restart or number == 0
        return sections.dress(xml, part.data, Numbers(_last(last), total, restart))

    @property
    def _is_volume(self) -> bool:
        """Whether the numbers begin again, so that only the sheets can be counted through."""
        return self._runs[-1][0] > 0

    def _front(self, page: str) -> str:
        """The cover and the contents, without page numbers."""
        xml = ""
        if self._cover:
            xml += _line(self._title, size=44, before=4000, after=800)
            xml += "".join(_line(text, size=28, before=120, after=120) for text in self._cover)
            xml += '<w:p><w:r><w:br w:type="page"/></w:r></w:p>' if self._contents else ""
        if self._contents:
            after = 120 if self._is_volume else 400
            xml += _line("目　录" if self._cover else self._title or "目　录", size=32, after=after)
            if self._is_volume:
                xml += _line(_SHEET_PAGES, size=21, after=240)
            xml += "".join(
                self._entry(part, number, page)
                for number, (part, page) in enumerate(zip(self._parts, self._listed, strict=True))
            )
        xml += "".join(_line(text, size=24, before=120) for text in self._remarks)
        if not xml:
            return ""
        section = f'<w:sectPr><w:type w:val="nextPage"/>{page}</w:sectPr>'
        return f"{xml}<w:p><w:pPr>{_TINY}{section}</w:pPr></w:p>"

    def _entry(self, part: Part, number: int, page: int) -> str:
        """A line of the contents: title, version, and a field that knows the page.

        In a volume the number is that of the sheet, which no field knows: it is text.
        """
        text = part.title + (f"（{part.note}）" if part.note else "")
        shown = f"<w:r><w:t>{page}</w:t></w:r>"
        if self._fields or not self._is_volume:
            field = f" PAGEREF {_bookmark(number)} \\h "
            shown = (
                '<w:r><w:fldChar w:fldCharType="begin" w:dirty="true"/></w:r>'
                f'<w:r><w:instrText xml:space="preserve">{field}</w:instrText></w:r>'
                f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{shown}'
                '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
            )
        return (
            '<w:p><w:pPr><w:tabs><w:tab w:val="right" w:leader="dot" w:pos="8800"/></w:tabs>'
            '<w:spacing w:before="60" w:after="60" w:line="360" w:lineRule="auto"/>'
            '<w:ind w:firstLineChars="0" w:firstLine="0"/></w:pPr>'
            f'<w:hyperlink w:anchor="{_bookmark(number)}"><w:r><w:t xml:space="preserve">'
            f"{escape(text)}</w:t></w:r><w:r><w:tab/></w:r>{shown}</w:hyperlink></w:p>"
        )


_TINY: Final = '<w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>'


def _runs(parts: Sequence[Part]) -> list[tuple[int, int]]:
    """The run of page numbers that each part belongs to, and the number of its first page."""
    found, run, page = [], 0, 1
    for at, part in enumerate(parts):
        if part.restart and at:
            run, page = run + 1, 1
        found.append((run, page))
        page += max(1, part.pages)
    return found


def _first_pages(parts: Sequence[Part], front: int | None) -> list[int]:
    """The page on which each part begins: its number, or the sheet where `front` pages precede."""
    if front is None:
        return [page for _, page in _runs(parts)]
    found, page = [], front + 1
    for part in parts:
        found.append(page)
        page += max(1, part.pages)
    return found


def _bookmark(number: int) -> str:
    return f"wenshu_part_{number + 1}"


def _whole(number: int) -> str:
    return f"wenshu_whole_{number + 1}"


def _last(number: int) -> str:
    return f"wenshu_last_{number + 1}"


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

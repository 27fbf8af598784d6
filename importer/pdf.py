"""PDF files with a text layer: lines in reading order, page headers and numbers told apart."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from importer.cleaning import clean_text
from importer.joining import columns
from importer.model import Doubt, Piece, Reading
from importer.splitting import is_title_like, names_document
from store.exceptions import InputError

if TYPE_CHECKING:
    from pathlib import Path

MAX_PAGES: Final = 3000
_PAGE_NUMBER: Final = re.compile(
    r"^[\s\-—–－·~]*(?:第\s*)?[0-9]{1,4}(?:\s*页)?(?:\s*[/共]\s*[0-9]{1,4}\s*页?)?[\s\-—–－·~]*$"  # noqa: RUF001
)
_CJK_GAP: Final = re.compile(
    r"(?<=[\u4e00-\u9fff，。、；：（）《》]) +(?=[\u4e00-\u9fff，。、；：（）《》])"
)


def read_pdf(path: Path) -> Reading:
    """Read a PDF file.

    Raises:
        InputError: It is damaged, has a password, or holds pictures of pages and no text.
    """
    import pypdfium2  # noqa: PLC0415 - heavy
    from pypdfium2 import PdfiumError  # noqa: PLC0415

    try:
        document = pypdfium2.PdfDocument(path)
    except PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise InputError("PDF 有打开密码，请去掉密码后再导入。", path=str(path)) from error
        raise InputError("PDF 已损坏，无法打开。", path=str(path)) from error
    try:
        count = len(document)
        pages = [_lines(document, number) for number in range(min(count, MAX_PAGES))]
    except PdfiumError as error:
        raise InputError("PDF 已损坏，有的页无法读取。", path=str(path)) from error
    finally:
        document.close()
    if sum(len(line) for page in pages for line in page) < 10 * max(1, len(pages)) // 2:
        raise InputError(
            f"这是扫描件（{count} 页图片，没有文字层），请先做文字识别（OCR）再导入。",
            path=str(path),
        )
    return _reading(pages, count)


def _lines(document: object, number: int) -> list[str]:
    page = document[number]  # type: ignore[index]
    textpage = page.get_textpage()
    try:
        text = textpage.get_text_range()
    finally:
        textpage.close()
        page.close()
    lines = [
        clean_text(line.rstrip())
        for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    ]
    return [_CJK_GAP.sub("", line) for line in lines if line.strip()]


def _reading(pages: list[list[str]], count: int) -> Reading:
    found = Reading()
    furniture = _furniture(pages)
    line = 0
    dropped: Counter[str] = Counter()
    numbers = 0
    for page in pages:
        for place, text in enumerate(page):
            line += 1
            at_edge = place < 2 or place >= len(page) - 2
            if at_edge and _PAGE_NUMBER.match(text):
                numbers += 1
            elif at_edge and _key(text) in furniture:
                dropped[furniture_name(text)] += 1
            else:
                found.pieces.append(Piece(line=line, text=text))
    found.doubts += [
        Doubt(0, "page-header", f"每页重复的页眉或页脚（{times} 次）没有放进正文：{text}")
        for text, times in dropped.items()
    ]
    if numbers:
        found.doubts.append(Doubt(0, "page-number", f"{numbers} 个页码没有放进正文。"))
    if count > MAX_PAGES:
        found.doubts.append(
            Doubt(line, "too-many-pages", f"PDF 有 {count} 页，只读了前 {MAX_PAGES} 页。")
        )
    title = next((text for text in dropped if is_title_like(text) and names_document(text)), "")
    if title:
        found.facts["标题"] = title
    found.pieces, found.joined = join_lines(found.pieces), True
    return found


def furniture_name(text: str) -> str:
    """A page's header or footer as it is reported: page numbers count as one."""
    return re.sub(r"第\s*[0-9]+\s*页", "第…页", text.strip())


def _key(text: str) -> str:
    return re.sub(r"[0-9\s]+", "#", text.strip())


def _furniture(pages: list[list[str]]) -> set[str]:
    """Lines at the edges that stand on most pages."""
    if len(pages) < 3:
        return set()
    seen: Counter[str] = Counter()
    for page in pages:
        seen.update({_key(text) for text in [*page[:2], *page[-2:]]})
    return {
        key for key, times in seen.items() if times >= max(3, len(pages) * 0.6) and len(key) < 60
    }


def _fills(line: str, full: int) -> bool:
    """Whether a line was broken for want of room; one of a table, with gaps in it, was not."""
    from store.inline import is_cjk  # noqa: PLC0415

    width = columns(line)
    if width >= full - 7:
        return True
    return (
        bool(line)
        and width >= full * 0.75
        and is_cjk(line[-1])
        and " " not in line.strip()
        and line[-1] not in "。；：！？"
    )


def join_lines(pieces: list[Piece]) -> list[Piece]:
    """Join lines that fill the width: a PDF breaks every paragraph into lines."""
    from importer.joining import begins_anew, ends_sentence  # noqa: PLC0415
    from store.inline import is_cjk  # noqa: PLC0415

    widths = sorted(columns(piece.text) for piece in pieces)
    if len(widths) < 3:
        return pieces
    full = widths[int(len(widths) * 0.9)]
    joined: list[Piece] = []
    last = ""
    for piece in pieces:
        text = piece.text.strip()
        fills = _fills(last, full)
        if (
            joined
            and fills
            and not begins_anew(text)
            and not (ends_sentence(last) and columns(last) < full - 3)
        ):
            before = joined[-1]
            gap = "" if is_cjk(before.text[-1]) or is_cjk(text[0]) else " "
            before.text = f"{before.text}{gap}{text}"
            before.lines = (*before.lines, piece.line)
        else:
            joined.append(Piece(line=piece.line, text=text))
        last = piece.text.rstrip()
    return joined

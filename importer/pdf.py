"""PDF files with a text layer: lines in reading order, page headers and numbers told apart."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from importer.cleaning import clean_text
from importer.docx_cells import form_cells
from importer.docx_form import is_form, read_form
from importer.joining import columns
from importer.model import Doubt, Piece, Reading, TableCell
from importer.pdf_tables import grids_of
from importer.splitting import is_title_like, names_document
from store.exceptions import InputError
from store.inline import is_cjk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from importer.pdf_tables import Grid

Item = str | list[list[TableCell]]
MAX_PAGES: Final = 3000
_PAGE_NUMBER: Final = re.compile(
    r"^[\s\-—–－·~]*(?:第\s*)?[0-9]{1,4}(?:\s*页)?(?:\s*[/共]\s*[0-9]{1,4}\s*页?)?[\s\-—–－·~]*$"  # noqa: RUF001
)
_CJK_GAP: Final = re.compile(
    r"(?<=[\u4e00-\u9fff，。、；：（）《》]) +(?=[\u4e00-\u9fff，。、；：（）《》])"
)
_DIGIT_GAP: Final = re.compile(
    r"(?:(?<=[\u4e00-\u9fff，。、；：（）]) ?|^(?=[0-9]{3}))([0-9][0-9.,]*[%％]?) ?"
    r"(?=[\u4e00-\u9fff，。、；：（）])"
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
        pages = [_page(document, number) for number in range(min(count, MAX_PAGES))]
    except PdfiumError as error:
        raise InputError("PDF 已损坏，有的页无法读取。", path=str(path)) from error
    finally:
        document.close()
    if sum(_length(item) for page in pages for item in page) < 10 * max(1, len(pages)) // 2:
        raise InputError(
            f"这是扫描件（{count} 页图片，没有文字层），请先做文字识别（OCR）再导入。",
            path=str(path),
        )
    return _reading(pages, count)


def _length(item: Item) -> int:
    if isinstance(item, str):
        return len(item)
    return sum(len(cell.text) for row in item for cell in row)


def _page(document: object, number: int) -> list[Item]:
    """The lines and tables of a page from top to bottom."""
    page = document[number]  # type: ignore[index]
    textpage = page.get_textpage()
    try:
        grids = grids_of(page)
        if not grids:
            return [*_lines(textpage.get_text_range())]
        return _with_tables(textpage, page.get_size(), grids)
    finally:
        textpage.close()
        page.close()


def _with_tables(textpage: Any, size: tuple[float, float], grids: list[Grid]) -> list[Item]:
    """The lines between tables and the tables, each read within its bounds."""
    width, height = size
    found: list[Item] = []
    top = height
    for grid in grids:
        if grid.top > top + 1:  # beside another table
            continue
        found += _lines(textpage.get_text_bounded(0, grid.top, width, top))
        rows = [
            [
                TableCell(
                    _cell(textpage.get_text_bounded(box.left, box.bottom, box.right, box.top)),
                    box.columns,
                    box.rows,
                )
                for box in row
            ]
            for row in grid.rows
        ]
        found.append(rows)
        top = grid.bottom
    found += _lines(textpage.get_text_bounded(0, 0, width, top))
    return found


def _lines(text: str) -> list[str]:
    lines = [
        clean_text(line.rstrip())
        for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    ]
    return [_DIGIT_GAP.sub(r"\1", _CJK_GAP.sub("", line)) for line in lines if line.strip()]


def _cell(text: str) -> str:
    """A cell's text: lines that only broke for want of room are one."""
    from importer.joining import begins_anew, ends_sentence  # noqa: PLC0415

    lines: list[str] = []
    for line in _lines(text):
        part = line.strip()
        if lines and not begins_anew(part) and not ends_sentence(lines[-1]):
            gap = "" if is_cjk(lines[-1][-1]) or is_cjk(part[0]) else " "
            lines[-1] += gap + part
        else:
            lines.append(part)
    return "\n".join(lines)


def _reading(pages: list[list[Item]], count: int) -> Reading:
    found = Reading()
    furniture = _furniture([[item for item in page if isinstance(item, str)] for page in pages])
    line = 0
    dropped: Counter[str] = Counter()
    numbers = 0
    for page in pages:
        for place, item in enumerate(page):
            line += 1
            if not isinstance(item, str):
                _add_table(found.pieces, item, line)
                continue
            at_edge = place < 2 or place >= len(page) - 2
            if at_edge and _PAGE_NUMBER.match(item):
                numbers += 1
            elif at_edge and _key(item) in furniture:
                dropped[furniture_name(item)] += 1
            else:
                found.pieces.append(Piece(line=line, text=item))
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
    found.pieces, found.joined = [*_forms(join_lines(found.pieces))], True
    return found


def _forms(pieces: list[Piece]) -> Iterator[Piece]:
    """The pieces with forms taken apart into headings, terms and clauses."""
    for piece in pieces:
        grid = form_cells(piece.rows) if piece.type == "table" else []
        if grid and is_form(grid):
            yield from read_form(grid, piece.line, ours=False)
        else:
            yield piece


def _add_table(pieces: list[Piece], rows: list[list[TableCell]], line: int) -> None:
    """Add a table; one that the page's end broke goes on, its head not again."""
    last = pieces[-1] if pieces else None
    if not any(cell.text for row in rows for cell in row):
        return
    if last is not None and last.type == "table" and _width(last.rows) == _width(rows):
        same = [cell.text for cell in rows[0]] == [cell.text for cell in last.rows[0]]
        last.rows += rows[1:] if same else rows
        return
    pieces.append(Piece(line=line, type="table", rows=rows))


def _width(rows: list[list[TableCell]]) -> int:
    return sum(cell.columns for cell in rows[0])


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

    widths = sorted(columns(piece.text) for piece in pieces if piece.type == "text")
    if len(widths) < 3:
        return pieces
    full = widths[int(len(widths) * 0.9)]
    joined: list[Piece] = []
    last = ""
    for piece in pieces:
        if piece.type != "text":
            joined.append(piece)
            last = ""
            continue
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

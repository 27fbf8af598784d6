"""Where the parts of a booklet begin, as LibreOffice lays it out."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from generator.pdf import find_converter, link_targets, outline, to_pdf
from store.exceptions import EnvironmentRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generator.batch_binding import Part


@dataclass(frozen=True, slots=True)
class PartPages:
    """A part's pages, and its headings with the page of the part, from 1, on which they stand."""

    pages: int
    marks: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """The pages before the first part, and those of each part."""

    front: int
    parts: list[PartPages]


def measure_parts(data: bytes, count: int) -> Measured | None:
    """The pages of each part of a booklet with contents.

    Args:
        data: The booklet.
        count: How many parts it has.

    Returns:
        None where LibreOffice is absent or fails; estimates serve then.
    """
    converter = find_converter()
    if converter is None or converter.kind != "libreoffice":
        return None
    with tempfile.TemporaryDirectory(prefix="wenshu-pages-") as folder:
        path = Path(folder) / "booklet.docx"
        path.write_bytes(data)
        try:
            pdf = to_pdf([path])[0]
        except EnvironmentRefused:
            return None
        real = _real_pages(pdf)
        starts = _starts(link_targets(pdf), count)
        if starts is None:
            return None
        starts = [real[start] for start in starts]
        ends = [*starts[1:], max(real.values()) + 1]
        marks = [(text, real[page]) for text, page in outline(pdf)]
    parts = [
        PartPages(end - start, tuple((t, p - start + 1) for t, p in marks if start <= p < end))
        for start, end in zip(starts, ends, strict=True)
    ]
    return Measured(starts[0] - 1, parts)


def _real_pages(pdf: Path) -> dict[int, int]:
    """Each page's number without the blank sides that LibreOffice puts in, and Word does not.

    Where numbers begin again, LibreOffice wants the first page on the right-hand side; the side it
    leaves out has nothing at all on it, no header and no footer.
    """
    import pypdfium2  # noqa: PLC0415 - loaded where it is used
    from pypdfium2 import raw  # noqa: PLC0415 - loaded where it is used

    document = pypdfium2.PdfDocument(str(pdf))
    try:
        found, real = {}, 0
        for number, page in enumerate(document, 1):
            real += raw.FPDFPage_CountObjects(page.raw) > 0  # type: ignore[attr-defined]
            found[number] = max(real, 1)
        return found
    finally:
        document.close()


def _starts(links: Sequence[tuple[int, int]], count: int) -> list[int] | None:
    """The pages to which the contents in front lead: no two parts begin on the same one."""
    found: set[int] = set()
    for page, target in links:
        if found and page >= min(found):
            break
        found.add(target)
    return sorted(found) if len(found) == count else None


def with_pages(parts: Sequence[Part], measured: Sequence[PartPages]) -> list[Part]:
    """The parts with what was measured."""
    return [
        replace(part, pages=pages.pages, marks=pages.marks)
        for part, pages in zip(parts, measured, strict=True)
    ]

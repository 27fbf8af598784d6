"""Where the parts of a booklet begin, as LibreOffice lays it out."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from generator.pdf import find_converter, link_targets, outline, page_count, to_pdf
from store.exceptions import EnvironmentRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generator.batch_binding import Part


@dataclass(frozen=True, slots=True)
class PartPages:
    """A part's pages, and its headings with the page of the part, from 1, on which they stand."""

    pages: int
    marks: tuple[tuple[str, int], ...]


def measure_parts(data: bytes, count: int) -> list[PartPages] | None:
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
        starts = _starts(link_targets(pdf), count)
        if starts is None:
            return None
        ends = [*starts[1:], page_count(pdf) + 1]
        marks = outline(pdf)
    return [
        PartPages(end - start, tuple((t, p - start + 1) for t, p in marks if start <= p < end))
        for start, end in zip(starts, ends, strict=True)
    ]


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

"""The pages of headings as LibreOffice lays a Word file out; remembered by content."""

from __future__ import annotations

import hashlib
import json
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from generator.toc import match_pages
from store.exceptions import EnvironmentRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.model import Body

_FOLDER = "pages"
_Measured = tuple[int, dict[str, int]]


def measure_pages(data: bytes, body: Body, cache: Path | None) -> _Measured | None:
    """The number of pages and the page of each heading's anchor.

    Args:
        data: The .docx.
        body: Its body, whose headings are looked up.
        cache: A folder to remember answers in, or None.

    Returns:
        None where LibreOffice is absent or fails; an estimate serves then.
    """
    found = measure_files((data,), body, cache)
    return found[0] if found is not None else None


def measure_files(files: Sequence[bytes], body: Body, cache: Path | None) -> list[_Measured] | None:
    """What `measure_pages` gives, for several Word files in one start of LibreOffice."""
    places = [_place(data, cache) for data in files]
    known = [_remembered(place) for place in places]
    unknown = [data for data, found in zip(files, known, strict=True) if found is None]
    if not unknown:
        return [found for found in known if found is not None]
    measured = _measure(unknown, body)
    if measured is None:
        return None
    new = iter(measured)
    answers = []
    for place, found in zip(places, known, strict=True):
        answers.append(found if found is not None else next(new))
        if found is None:
            _remember(place, answers[-1])
    return answers


def _place(data: bytes, cache: Path | None) -> Path | None:
    if cache is None:
        return None
    return cache / _FOLDER / f"{hashlib.sha256(data).hexdigest()}.json"


def _remembered(place: Path | None) -> _Measured | None:
    if place is not None and place.is_file():
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            known = json.loads(place.read_text(encoding="utf-8"))
            return int(known["pages"]), {str(k): int(v) for k, v in known["anchors"].items()}
    return None


def _remember(place: Path | None, found: _Measured) -> None:
    if place is None:
        return
    text = json.dumps({"pages": found[0], "anchors": found[1]}, ensure_ascii=False)
    with suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")


def _measure(files: Sequence[bytes], body: Body) -> list[_Measured] | None:
    from generator.pdf import find_converter, outline, page_count, to_pdf  # noqa: PLC0415 - loaded where it is used

    converter = find_converter()
    if converter is None or converter.kind != "libreoffice":
        return None
    with tempfile.TemporaryDirectory(prefix="wenshu-pages-") as folder:
        paths = [Path(folder) / f"{number}.docx" for number in range(len(files))]
        for path, data in zip(paths, files, strict=True):
            path.write_bytes(data)
        try:
            made = to_pdf(paths)
        except EnvironmentRefused:
            return None
        return [(page_count(pdf), match_pages(body, outline(pdf))) for pdf in made]

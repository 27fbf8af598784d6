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
    from store.model import Body

_FOLDER = "pages"


def measure_pages(data: bytes, body: Body, cache: Path | None) -> tuple[int, dict[str, int]] | None:
    """The number of pages and the page of each heading's anchor.

    Args:
        data: The .docx.
        body: Its body, whose headings are looked up.
        cache: A folder to remember answers in, or None.

    Returns:
        None where LibreOffice is absent or fails; an estimate serves then.
    """
    key = hashlib.sha256(data).hexdigest()
    memory = cache / _FOLDER / f"{key}.json" if cache is not None else None
    if memory is not None and memory.is_file():
        with suppress(OSError, ValueError, KeyError):
            known = json.loads(memory.read_text(encoding="utf-8"))
            return int(known["pages"]), {str(k): int(v) for k, v in known["anchors"].items()}
    found = _measure(data, body)
    if found is not None and memory is not None:
        with suppress(OSError):
            memory.parent.mkdir(parents=True, exist_ok=True)
            memory.write_text(
                json.dumps({"pages": found[0], "anchors": found[1]}, ensure_ascii=False),
                encoding="utf-8",
            )
    return found


def _measure(data: bytes, body: Body) -> tuple[int, dict[str, int]] | None:
    from generator.pdf import find_converter, outline, page_count, to_pdf  # noqa: PLC0415 - loaded where it is used

    converter = find_converter()
    if converter is None or converter.kind != "libreoffice":
        return None
    with tempfile.TemporaryDirectory(prefix="wenshu-pages-") as folder:
        path = Path(folder) / "document.docx"
        path.write_bytes(data)
        try:
            pdf = to_pdf([path])[0]
        except EnvironmentRefused:
            return None
        return page_count(pdf), match_pages(body, outline(pdf))

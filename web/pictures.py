"""Finished pages as pictures: a document tried in a template, its PDF drawn page by page."""

from __future__ import annotations

import struct
import tempfile
import threading
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from generator.layout.build import COMMON
from store.exceptions import NotFoundError
from web import gate

if TYPE_CHECKING:
    from store import Workspace
    from store.catalogue import Entry

_SCALE: Final = 1.3
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_drawing = threading.Lock()  # PDFium is for one thread at a time


def trial(workspace: Workspace, entry: Entry, kind: str, name: str, data: bytes) -> bytes:
    """A document in a template that is not in its place yet.

    Raises:
        WenshuError: It cannot be rendered so; the error says why.
    """
    from generator.render import render_document  # noqa: PLC0415 - few requests

    with tempfile.TemporaryDirectory(prefix="wenshu-template-") as folder:
        path = Path(folder) / (COMMON if kind == COMMON else kind) / f"{name}.docx"
        path.parent.mkdir()
        path.write_bytes(data)
        with gate.outside():
            made = render_document(workspace, entry, template=str(path), blank=True)
        return made.data


def page_count(pdf: bytes) -> int:
    """The number of pages."""
    import pypdfium2  # noqa: PLC0415 - few requests

    with _drawing:
        document = pypdfium2.PdfDocument(pdf)
        try:
            return len(document)
        finally:
            document.close()


def page_png(pdf: bytes, number: int) -> bytes:
    """A page, from 1, as PNG.

    Raises:
        NotFoundError: There is no such page.
    """
    import pypdfium2  # noqa: PLC0415 - few requests

    with _drawing:
        document = pypdfium2.PdfDocument(pdf)
        try:
            if not 1 <= number <= len(document):
                raise NotFoundError("没有这一页。")
            drawn = document[number - 1].render(scale=_SCALE, rev_byteorder=True).to_numpy()
            height, width, _ = drawn.shape
            return png(width, height, drawn[:, :, :3].tobytes())
        finally:
            document.close()


def png(width: int, height: int, pixels: bytes) -> bytes:
    """A PNG file of pixels that are three bytes each: red, green, blue."""
    step = width * 3
    lines = b"".join(b"\0" + pixels[at : at + step] for at in range(0, step * height, step))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return _SIGNATURE + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in ((b"IHDR", head), (b"IDAT", zlib.compress(lines, 6)), (b"IEND", b""))
    )

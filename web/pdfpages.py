"""The pages of a PDF as pictures, drawn in a process of its own: `python -m web.pdfpages`.

A damaged or hostile file takes this process with it and nothing else.
"""

from __future__ import annotations

import json
import struct
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np

MOST_PAGES: Final = 30
WIDTH: Final = 1100
_HEIGHT: Final = 4000
_MEMORY: Final = 900 * 1024 * 1024


def png(rows: np.ndarray) -> bytes:
    """Rows of red, green and blue bytes as a PNG."""
    height, width = rows.shape[:2]
    raw = b"".join(b"\0" + rows[y, :, :3].tobytes() for y in range(height))

    def chunk(name: bytes, data: bytes) -> bytes:
        check = zlib.crc32(name + data)
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(raw, 6)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def draw(source: Path, folder: Path) -> int:
    """Draw the first pages into a folder; gives how many there are in all."""
    import pypdfium2  # noqa: PLC0415 - heavy

    document = pypdfium2.PdfDocument(source)
    count = len(document)
    texts = []
    for number in range(min(count, MOST_PAGES)):
        page = document[number]
        width, height = page.get_size()
        scale = min(WIDTH / max(width, 1), _HEIGHT / max(height, 1))
        bitmap = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=False)
        (folder / f"{number + 1}.png").write_bytes(png(bitmap.to_numpy()))
        texts.append(page.get_textpage().get_text_bounded()[:5000])
    (folder / "about.json").write_text(
        json.dumps({"pages": count, "texts": texts}, ensure_ascii=False), encoding="utf-8"
    )
    return count


def _limit_memory() -> None:
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


if __name__ == "__main__":
    _limit_memory()
    draw(Path(sys.argv[1]), Path(sys.argv[2]))

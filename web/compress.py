"""Answers are packed for the wire where the browser can unpack them.

For this computer itself only large ones: packing costs more time there than it saves. Tokens in
the pages are masked anew for each answer (`web.security.csrf_token`), so that packed sizes tell
nothing of them.
"""

from __future__ import annotations

import gzip
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from flask import request

from web.config import is_loopback

if TYPE_CHECKING:
    from flask import Flask, Response

LEAST: Final = 1024
LEAST_HERE: Final = 64 * 1024
LEVEL: Final = 4
_BEST: Final = 9
_TYPES: Final = frozenset(
    {
        "text/html", "text/css", "text/javascript", "application/javascript", "application/json",
        "image/svg+xml", "text/plain", "text/csv",
    }
)  # fmt: skip


def set_up(app: Flask) -> None:
    """Pack every answer of this application that is worth it."""
    app.after_request(pack)


def pack(answer: Response) -> Response:
    """The answer, packed where that saves time."""
    if answer.mimetype not in _TYPES or "Content-Encoding" in answer.headers:
        return answer
    answer.vary.add("Accept-Encoding")
    static = request.endpoint == "static"
    can_unpack = request.accept_encodings["gzip"] > 0
    if answer.status_code != 200 or request.method != "GET" or not can_unpack:
        return answer
    answer.direct_passthrough = False  # a file that is sent must be read to be packed
    data = answer.get_data()
    here = is_loopback(request.remote_addr or "") and not static
    if len(data) < (LEAST_HERE if here else LEAST):
        return answer
    answer.set_data(_packed(data) if static else gzip.compress(data, LEVEL, mtime=0))
    answer.headers["Content-Encoding"] = "gzip"
    if tag := answer.get_etag()[0]:
        answer.set_etag(tag, weak=True)
    answer.headers.pop("Accept-Ranges", None)
    return answer


@lru_cache(maxsize=32)
def _packed(data: bytes) -> bytes:
    return gzip.compress(data, _BEST, mtime=0)

"""The encoding of a web page: what it says of itself is believed where its bytes bear it out."""

from __future__ import annotations

import codecs
import re
from typing import Final

from importer.text import detect

_CHARSET: Final = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_\-]+)""", re.IGNORECASE
)
_XML_ENCODING: Final = re.compile(
    rb"""^\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([A-Za-z0-9_\-]+)["']"""
)
_ALIASES: Final = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs"}
# Every byte is a letter in these, so that they never fail: pages say them without meaning it.
_NEVER_FAIL: Final = re.compile(r"^(?:(?:iso-?8859|latin|windows-125|cp125)\S*|ascii|us-ascii)$")


def charset_of(data: bytes, header: str = "") -> str:
    """The encoding a page says it has (header, meta), if it can be read so; else the best guess."""
    match = _CHARSET.search(data[:4096]) or _XML_ENCODING.match(data[:200])
    for name in (header.encode(), match[1] if match else b""):
        codec = name.decode("ascii", "replace").strip().lower()
        codec = _ALIASES.get(codec, codec)
        try:
            if codec and codecs.lookup(codec) and data.decode(codec) is not None:
                if _NEVER_FAIL.match(codec) and not data.isascii():
                    continue
                return {"big5hkscs": "big5"}.get(codec, codec)
        except (LookupError, UnicodeDecodeError):
            continue
    return detect(data)

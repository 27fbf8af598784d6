"""Text files: which encoding, which lines, without holding a large file."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Final

from importer.cleaning import clean_text
from importer.model import Piece
from store.exceptions import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SAMPLE: Final = 262_144
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_COMMON: Final = frozenset(
    "的一是不在有人我他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生自会那后能对着事其里所去行过家十用发天如然作方成者多日都三小军二无同么经法当起与好看学进种将还分此心前面又定见只主没公从"
    "這個們說國時會後對著過發經當學進種將還從長動現業員務門開電車書東見間問實點給條處報應該頭變號總製規範職責部客戶工管理本單位，。、；：（）《》"
)


def detect(data: bytes, *, whole: bool = True) -> str:
    """The encoding of these bytes, as Python calls it.

    Args:
        data: A file, or its beginning.
        whole: False when the last character may be cut.
    """
    for bom, name in _BOMS:
        if data.startswith(bom):
            return name
    if (wide := _wide(data)) is not None:
        return wide
    if _decodes(data, "utf-8", whole=whole):
        return "utf-8"
    scores = {
        name: _score(data, name)
        for name in ("gb18030", "big5hkscs")
        if _decodes(data, name, whole=whole)
    }
    if not scores:
        return "gb18030"
    best = max(scores, key=lambda name: scores[name])
    return "big5" if best == "big5hkscs" else best


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of line ends and ASCII is zero."""
    if len(data) < 4 or (len(data) % 2 and len(data) < _SAMPLE):
        return None
    even, odd = data[0:4096:2].count(0), data[1:4096:2].count(0)
    half = len(data[:4096]) // 2
    if odd > half // 50 + 1 and odd > 4 * even:
        return "utf-16-le"
    if even > half // 50 + 1 and even > 4 * odd:
        return "utf-16-be"
    return None


def _decodes(data: bytes, name: str, *, whole: bool) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    try:
        decoder.decode(data, final=whole)
    except UnicodeDecodeError:
        return False
    return True


def _score(data: bytes, name: str) -> float:
    text = data[:_SAMPLE].decode(name, errors="replace")
    wide = [char for char in text if ord(char) > 127]
    return sum(char in _COMMON for char in wide) / max(len(wide), 1)


def encoding_of(path: Path) -> str:
    """The encoding of a file, from the whole of it if small, else from its beginning and a check."""  # noqa: E501
    with path.open("rb") as handle:
        data = handle.read(_SAMPLE)
        name = detect(data, whole=len(data) < _SAMPLE)
        if name != "utf-8" or len(data) < _SAMPLE:
            return name
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            decoder.decode(data)
            while chunk := handle.read(1 << 20):
                decoder.decode(chunk)
        except UnicodeDecodeError:
            return "gb18030"
    return name


def printed_encoding(name: str) -> str:
    """How the encoding is called in a report."""
    return {"utf-8-sig": "UTF-8", "utf-8": "UTF-8", "gb18030": "GB18030", "big5": "Big5"}.get(
        name, name.upper()
    )


def read_lines(path: Path, encoding: str) -> Iterator[Piece]:
    """Every line that is not empty, with its number and its indentation.

    Raises:
        InputError: The file holds no text but binary data.
    """
    codec = "big5hkscs" if encoding == "big5" else encoding
    zeros = 0
    with path.open(encoding=codec, errors="replace", newline=None) as handle:
        for number, line in enumerate(handle, 1):
            if "\0" in line:
                zeros += line.count("\0")
                if zeros > 16:
                    raise InputError("文件不是文本，而是其他程序的数据。", path=str(path))
            text = clean_text(line.rstrip("\r\n")) if line != "\n" else ""
            if "\f" in text or "\v" in text:
                text = text.replace("\f", "").replace("\v", " ")
            if text.strip(" \t\u3000"):
                yield Piece(line=number, text=text)

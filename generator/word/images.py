"""Pictures as values, and what their bytes say about themselves."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from generator.word.errors import ValueRefused
from generator.word.tokens import NAMESPACES

if TYPE_CHECKING:
    from generator.word.values import RenderPackage

MAX_IMAGE: Final = 30 * 1024 * 1024
_EMU_PER_INCH: Final = 914_400
_DEFAULT_DPI: Final = 96
_JPEG_SIZES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


class ImageInfo:
    """Format, pixels and resolution of a picture.

    Attributes:
        extension: Without a dot.
        content_type: Its media type.
        pixels: Width and height in its own dots.
        width: Its natural width in EMU; `height` likewise.
    """

    __slots__ = ("content_type", "extension", "height", "pixels", "width")

    def __init__(self, extension: str, size: tuple[float, float], dpi: tuple[float, float]) -> None:
        self.extension = extension
        subtype = {"jpg": "jpeg", "tif": "tiff", "emf": "x-emf", "wmf": "x-wmf", "svg": "svg+xml"}
        self.content_type = f"image/{subtype.get(extension, extension)}"
        self.pixels = (round(size[0]), round(size[1]))
        self.width = max(1, round(size[0] / (dpi[0] or _DEFAULT_DPI) * _EMU_PER_INCH))
        self.height = max(1, round(size[1] / (dpi[1] or _DEFAULT_DPI) * _EMU_PER_INCH))


def read_image(data: bytes) -> ImageInfo:
    """Recognise a picture by its bytes.

    Raises:
        ValueRefused: It is none that Word can show, is cut off, or is too large.
    """
    if len(data) > MAX_IMAGE:
        size = len(data) // 1024 // 1024
        raise ValueRefused(
            f"图片有 {size} MB，超过了 {MAX_IMAGE // 1024 // 1024} MB 的上限。",
            hint="请先压缩图片。",
        )
    try:
        for signature, reader in _READERS:
            if data.startswith(signature):
                return reader(data)
        if data[40:44] == b" EMF":
            left, top, right, bottom = struct.unpack("<4i", data[24:40])
            return ImageInfo("emf", ((right - left) / 100, (bottom - top) / 100), (25.4, 25.4))
    except (struct.error, IndexError, ZeroDivisionError) as exc:
        raise ValueRefused("图片文件不完整或已损坏。") from exc
    raise ValueRefused("不是 Word 支持的图片。", hint="支持 PNG、JPEG、GIF、BMP、TIFF 和 EMF。")


def _png(data: bytes) -> ImageInfo:
    width, height = struct.unpack(">2I", data[16:24])
    dpi = (0.0, 0.0)
    position = 8
    while position + 12 <= len(data):
        length, kind = struct.unpack(">I4s", data[position : position + 8])
        if kind == b"pHYs":
            x, y, unit = struct.unpack(">2IB", data[position + 8 : position + 17])
            dpi = (x * 0.0254, y * 0.0254) if unit == 1 else dpi
        if kind == b"IDAT":
            break
        position += 12 + length
    return ImageInfo("png", (width, height), dpi)


def _gif(data: bytes) -> ImageInfo:
    width, height = struct.unpack("<2H", data[6:10])
    return ImageInfo("gif", (width, height), (0, 0))


def _bmp(data: bytes) -> ImageInfo:
    width, height = struct.unpack("<2i", data[18:26])
    x, y = struct.unpack("<2i", data[38:46])
    return ImageInfo("bmp", (width, abs(height)), (x * 0.0254, y * 0.0254))


def _jpeg(data: bytes) -> ImageInfo:
    dpi = (0.0, 0.0)
    position = 2
    while True:
        _, marker, length = struct.unpack(">BBH", data[position : position + 4])
        if marker in _JPEG_SIZES:
            height, width = struct.unpack(">2H", data[position + 5 : position + 9])
            return ImageInfo("jpg", (width, height), dpi)
        if marker == 0xE0 and data[position + 4 : position + 9] == b"JFIF\0":
            unit, x, y = struct.unpack(">BHH", data[position + 11 : position + 16])
            factor = {1: 1.0, 2: 2.54}.get(unit, 0.0)
            dpi = (x * factor, y * factor)
        position += 2 + length


def _tiff(data: bytes) -> ImageInfo:
    order = "<" if data[:2] == b"II" else ">"
    (start,) = struct.unpack(f"{order}I", data[4:8])
    (count,) = struct.unpack(f"{order}H", data[start : start + 2])
    found = {}
    for index in range(count):
        at = start + 2 + index * 12
        tag, kind, _ = struct.unpack(f"{order}HHI", data[at : at + 8])
        code = "H" if kind == 3 else "I"
        size = 2 if kind == 3 else 4
        (found[tag],) = struct.unpack(f"{order}{code}", data[at + 8 : at + 8 + size])
    return ImageInfo("tif", (found[256], found[257]), (0, 0))


_READERS: Final = (
    (b"\x89PNG\r\n\x1a\n", _png),
    (b"\xff\xd8\xff", _jpeg),
    (b"GIF8", _gif),
    (b"BM", _bmp),
    (b"II*\0", _tiff),
    (b"MM\0*", _tiff),
)


def read_source(source: object) -> bytes:
    """The bytes of a picture given as bytes, a path or an open file.

    Raises:
        ValueRefused: There is no such file.
    """
    if isinstance(source, bytes):
        return source
    read = getattr(source, "read", None)
    if read is not None:
        seek = getattr(source, "seek", None)
        if seek is not None:
            seek(0)
        return bytes(read())
    path = Path(str(source))
    try:
        if path.stat().st_size > MAX_IMAGE:
            raise ValueRefused(
                f"图片“{path.name}”超过了 {MAX_IMAGE // 1024 // 1024} MB 的上限。",
                hint="请先压缩图片。",
            )
        return path.read_bytes()
    except OSError as exc:
        raise ValueRefused(f"读不到图片“{path}”。", hint="请检查文件是否存在。") from exc


class InlineImage:
    """A picture in the line of text, in the body, a header, a footer or a note.

    docxtpl's order of arguments is accepted too: ``InlineImage(template, "logo.png", …)``.

    Args:
        source: Bytes, a path or an open file.
        width: In EMU (python-docx's ``Mm(20)``, ``Cm``, ``Inches``, ``Pt``); None follows height.
        height: Likewise.
        anchor: An address that a click on the picture opens.
        title: The alternative text.
    """

    def __init__(
        self,
        source: object,
        image: object = None,
        width: int | None = None,
        height: int | None = None,
        anchor: str | None = None,
        *,
        title: str = "",
    ) -> None:
        self._source: str | bytes | Path | IO[bytes] | object
        self._source = image if image is not None else source
        self._data: bytes | None = None
        self.width = width
        self.height = height
        self.anchor = anchor
        self.title = title

    @property
    def text(self) -> str:
        """The alternative text."""
        return self.title

    def data(self) -> bytes:
        """The picture's bytes, read once."""
        if self._data is None:
            self._data = read_source(self._source)
        return self._data

    def size(self) -> tuple[int, int]:
        """Width and height in EMU; one that is not given follows the other in proportion."""
        info = read_image(self.data())
        if self.width and self.height:
            return int(self.width), int(self.height)
        if self.width:
            return int(self.width), max(1, round(info.height * self.width / info.width))
        if self.height:
            return max(1, round(info.width * self.height / info.height)), int(self.height)
        return info.width, info.height

    def to_runs(self, package: RenderPackage, properties: str) -> str:
        """A run with the drawing."""
        width, height = self.size()
        relation = package.add_image(self.data())
        link = ""
        if self.anchor and (target := package.add_hyperlink(self.anchor)):
            link = f'<a:hlinkClick xmlns:a="{NAMESPACES["a"]}" r:id="{target}"/>'
        drawing = inline_picture(
            relation, (width, height), package.next_id(), title=self.title, link=link
        )
        return f"<w:r>{properties}{drawing}</w:r>"


def inline_picture(
    relation: str, size: tuple[int, int], number: int, *, title: str = "", link: str = ""
) -> str:
    """The ``w:drawing`` of an inline picture."""
    from generator.word.richtext import quote  # noqa: PLC0415

    width, height = size
    a, pic = NAMESPACES["a"], NAMESPACES["pic"]
    description = f' descr="{quote(title)}"' if title else ""
    return (
        '<w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{width}" cy="{height}"/>'
        f'<wp:docPr id="{number}" name="Picture {number}"{description}>{link}</wp:docPr>'
        f'<wp:cNvGraphicFramePr><a:graphicFrameLocks xmlns:a="{a}" noChangeAspect="1"/>'
        f'</wp:cNvGraphicFramePr><a:graphic xmlns:a="{a}"><a:graphicData uri="{pic}">'
        f'<pic:pic xmlns:pic="{pic}"><pic:nvPicPr><pic:cNvPr id="{number}" '
        f'name="Picture {number}"{description}>{link}</pic:cNvPr><pic:cNvPicPr/></pic:nvPicPr>'
        f'<pic:blipFill><a:blip r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch>'
        f'</pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/>'
        '</a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic>'
        "</a:graphicData></a:graphic></wp:inline></w:drawing>"
    )

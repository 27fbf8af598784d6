"""Images of the text: read from the workspace, measured by their header, scaled to the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from generator.body.captions import write_caption
from generator.word.errors import ValueRefused
from generator.word.images import MAX_IMAGE, read_image
from generator.wordml import attribute, emu, paragraph, run
from store.exceptions import WenshuError

if TYPE_CHECKING:
    from pathlib import Path

    from generator.body.context import BodyContext
    from store.model import Block, Inline

MAX_SIDE: Final = 10_000
_TWIPS_PER_PIXEL: Final = 15.0
_PAGE_SHARE: Final = 0.8


class PictureError(Exception):
    """Why an image cannot be shown, as a sentence."""


@dataclass(frozen=True, slots=True)
class Picture:
    """An image's bytes and its size in pixels."""

    data: bytes
    width: int
    height: int


def load_picture(context: BodyContext, target: str) -> Picture:
    """Read an image that a document names.

    Raises:
        PictureError: It lies outside `kb/`, is missing, is no image, or is too large.
    """
    if "://" in target:
        raise PictureError(f"图片“{target}”在网上，请下载到资料库中，再写文件名")
    path = _resolve(context, unquote(target))
    if not path.is_file():
        raise PictureError(f"图片“{target}”不存在，请核对文件名和位置")
    size = path.stat().st_size
    if size > MAX_IMAGE:
        raise PictureError(
            f"图片“{target}”有{size // 1048576}MB，超过{MAX_IMAGE // 1048576}MB，请先压缩"
        )
    data = path.read_bytes()
    measured = measure(data)
    if measured is None:
        raise PictureError(f"“{target}”不是可用的图片，或文件不完整，请另存为PNG或JPEG")
    width, height = measured
    if max(width, height) > MAX_SIDE:
        raise PictureError(
            f"图片“{target}”为{width}×{height}像素，超过每边{MAX_SIDE}像素，请先缩小"
        )
    return Picture(data, width, height)


def _resolve(context: BodyContext, target: str) -> Path:
    if context.folder is None:
        raise PictureError(f"图片“{target}”无法定位")
    path = (context.folder / target).resolve()
    root = (context.workspace or context.folder).resolve()
    inside = path.relative_to(root).parts if path.is_relative_to(root) else ()
    if not inside or any(part.startswith(".") for part in inside):
        raise PictureError(f"图片“{target}”在资料库之外，不能使用，请复制到资料库中")
    return path


def measure(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels from the file's header; None where it is no known image."""
    try:
        pixels = read_image(data).pixels
    except ValueRefused:
        return None
    return pixels if min(pixels) > 0 else None


def drawing(identity: str, number: int, width: int, height: int, name: str) -> str:
    """An inline drawing of so many twips."""
    cx, cy, text = emu(width), emu(height), attribute(name)
    return (
        '<w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{cx}" cy="{cy}"/>'
        f'<wp:docPr id="{number}" name="图 {number}" descr="{text}"/>'
        '<a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:graphicData '
        'uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic '
        'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:nvPicPr>'
        f'<pic:cNvPr id="{number}" name="图 {number}"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>'
        f'<a:blip r:embed="{identity}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
        "<pic:spPr>"
        f'<a:xfrm><a:off x="0" y="0"/><a:ext cx="{cx}" cy="{cy}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData>'
        "</a:graphic></wp:inline></w:drawing>"
    )


def write_picture(context: BodyContext, block: Block) -> str:
    """An image block: the picture centred, its caption below it."""
    limit = context.width
    content = _draw(context, block.target, block.text, block.line, limit)
    caption = block.caption
    kept = "<w:keepNext/>" if caption else ""
    xml = paragraph(content, context.styles["figure"], kept)
    return xml + (write_caption(context, block, above=False) if caption else "")


def inline_picture(context: BodyContext, piece: Inline, line: int) -> str:
    """An image in running text."""
    return _draw(context, piece.target, piece.text, line, context.width)


def _draw(context: BodyContext, target: str, text: str, line: int, limit: int) -> str:
    try:
        picture = load_picture(context, target)
        identity = context.package.add_image(picture.data)
    except (PictureError, WenshuError, OSError) as error:
        context.warn(line, f"{error}。".replace("。。", "。"))
        return run(f"〔此处图片缺失：{text or target}〕")
    width, height = fit(picture, limit, context)
    number = context.package.next_id()
    return f"<w:r>{drawing(identity, number, width, height, text)}</w:r>"


def fit(picture: Picture, limit: int, context: BodyContext) -> tuple[int, int]:
    """Natural size at 96 dots an inch, made smaller where text width or page height demand it."""
    width = picture.width * _TWIPS_PER_PIXEL
    height = picture.height * _TWIPS_PER_PIXEL
    tallest = context.layout.page.text_height * 1440 / 25.4 * _PAGE_SHARE
    factor = min(1.0, limit / width, tallest / height)
    return max(round(width * factor), 1), max(round(height * factor), 1)

"""The company's logo: read from the workspace, measured, made into a drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from generator.body.pictures import MAX_SIDE, drawing, measure
from generator.layout.build import Logo
from generator.wordml import mm
from store.exceptions import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from generator.layout.model import Layout

_LOGO_HEIGHT: Final = 14.0
_LOGO_WIDTH: Final = 80.0
_EXTENSIONS: Final = {b"\x89PN": "png", b"\xff\xd8\xff": "jpeg"}


def load_logo(root: Path, layout: Layout) -> Logo | None:
    """The company's logo, measured; None where none is set.

    Raises:
        InputError: It lies outside the workspace, is missing, or is no PNG or JPEG image.
    """
    if not layout.logo:
        return None
    path = (root / layout.logo).resolve()
    if not path.is_relative_to(root.resolve()):
        raise _logo_error(layout, "在资料库之外，请复制到资料库中")
    if not path.is_file():
        raise _logo_error(layout, "不存在")
    data = path.read_bytes()
    measured, extension = measure(data), _EXTENSIONS.get(data[:3], "")
    if measured is None or not extension:
        raise _logo_error(layout, "不是PNG或JPEG图片")
    width, height = measured
    if max(width, height) > MAX_SIDE:
        raise _logo_error(layout, f"每边超过{MAX_SIDE}像素，请先缩小")
    factor = min(_LOGO_HEIGHT / height, _LOGO_WIDTH / width)
    shape = drawing("rIdLogo", 1, mm(width * factor), mm(height * factor), "标志")
    return Logo(data, extension, f"<w:r>{shape}</w:r>")


def _logo_error(layout: Layout, why: str) -> InputError:
    return InputError(
        f"{layout.logo_place or '版式设置'}：标志“{layout.logo}”{why}。",
        hint='标志写相对于资料库的路径，例如 标志 = "标志.png"。',
        path="wenshu.toml",
    )

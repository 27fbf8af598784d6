"""Which Word template a document takes, and from which layout it comes.

A template by name is looked for in the kind's folders, then among the common ones (公文 and the
ready sheets); the workspace's own come before the built-in ones. A path to a .docx serves too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from generator.body.pictures import MAX_SIDE, drawing, measure
from generator.layout import build_template, load_layouts
from generator.layout.build import COMMON, Logo
from generator.wordml import mm
from store.exceptions import InputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from generator.layout import Layout, Layouts
    from store import Workspace
    from store.kinds import Kind

LAYOUT_FOLDER: Final = "_layouts"
_LOGO_HEIGHT: Final = 14.0
_LOGO_WIDTH: Final = 80.0
_EXTENSIONS: Final = {b"\x89PNG": "png", b"\xff\xd8\xff\xe0": "jpeg", b"\xff\xd8\xff\xe1": "jpeg"}


@dataclass(frozen=True, slots=True)
class TemplateSource:
    """A template's bytes, its layout, and whether it is just what the layout makes.

    Attributes:
        path: Its file; None where the layout alone had to serve.
        standard: The bytes are what `template build` makes, so they may be made anew.
    """

    data: bytes
    layout: Layout
    path: Path | None
    standard: bool


def workspace_layouts(workspace: Workspace) -> Layouts:
    """The layouts of a workspace over the built-in ones, with the company's settings."""
    folders = [folder / LAYOUT_FOLDER for folder in reversed(workspace.template_folders())]
    return load_layouts(folders, workspace.settings.layout)


def find_template(workspace: Workspace, kind: Kind, name: str | None) -> TemplateSource:
    """The template for a document of this kind.

    Args:
        workspace: Where to look.
        kind: The document's kind.
        name: A template's name or path; None for the kind's own.

    Raises:
        NotFoundError: There is no template of that name; the error lists the others.
        InputError: The settings or the logo cannot be used.
    """
    layouts = workspace_layouts(workspace)
    path = _look(workspace, kind, name)
    layout_name = path.stem if path is not None and path.parent.name == COMMON else kind.layout
    if layout_name not in layouts.names:
        layout_name = kind.layout if kind.layout in layouts.names else "文章"
    layout = layouts.get(layout_name)
    logo = load_logo(workspace.root, layout)
    if path is None:
        return TemplateSource(build_template(layout, logo=logo), layout, None, standard=True)
    data = _read(path)
    standard = data == _plain(layouts, layout_name)
    if standard and (layouts.has_settings or logo is not None):
        data = build_template(layout, logo=logo)
    return TemplateSource(data, layout, path, standard)


def tightened(layout: Layout, line: float, size: float) -> Layout:
    """A layout whose lines and letters are smaller by these factors."""
    styles = {
        key: replace(
            style,
            size=round(style.size * size * 2) / 2,
            line=round(style.line * line, 1) if style.line_rule == "exact" else style.line,
            before=round(style.before * line, 1),
            after=round(style.after * line, 1),
        )
        for key, style in layout.styles.items()
    }
    return replace(layout, styles=styles)


@lru_cache(maxsize=32)
def _built(layout_key: str, layouts: Layouts) -> bytes:
    return build_template(layouts.get(layout_key, plain=True))


def _plain(layouts: Layouts, name: str) -> bytes:
    return _built(name, layouts)


def _look(workspace: Workspace, kind: Kind, name: str | None) -> Path | None:
    if name is None:
        return kind.find(kind.template)
    given = Path(name)
    if given.suffix.lower() == ".docx" and given.is_file():
        return given
    names = (name, f"{name}.docx")
    for option in names:
        if found := kind.find(option):
            return found
    for folder in workspace.template_folders():
        for option in names:
            if (path := folder / COMMON / option).is_file():
                return path
    raise NotFoundError(
        f"没有“{name}”这个Word模板。", hint="可用的模板：" + "、".join(available(workspace, kind))
    )


def available(workspace: Workspace, kind: Kind) -> list[str]:
    """The names of the templates a document of this kind can take."""
    folders: Iterable[Path] = [
        *kind.folders,
        *(folder / COMMON for folder in workspace.template_folders()),
    ]
    found = {
        path.stem: None
        for folder in folders
        for path in sorted(folder.glob("*.docx"))
        if not path.name.startswith("~$")
    }
    return list(found)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"Word模板 {path} 无法读取。", path=str(path)) from error


def load_logo(root: Path, layout: Layout) -> Logo | None:
    """The company's logo, measured; None where none is set.

    Raises:
        InputError: It lies outside the workspace, is missing, or is no PNG or JPEG image.
    """
    if not layout.logo:
        return None
    path = (root / layout.logo).resolve()
    if not path.is_relative_to(root.resolve()):
        raise _logo_error(layout.logo, "在资料库之外，请复制到资料库中")
    if not path.is_file():
        raise _logo_error(layout.logo, "不存在")
    data = path.read_bytes()
    measured, extension = measure(data), _EXTENSIONS.get(data[:4], "")
    if data[:3] == b"\xff\xd8\xff":
        extension = "jpeg"
    if measured is None or not extension:
        raise _logo_error(layout.logo, "不是PNG或JPEG图片")
    width, height = measured
    if max(width, height) > MAX_SIDE:
        raise _logo_error(layout.logo, f"每边超过{MAX_SIDE}像素，请先缩小")
    factor = min(_LOGO_HEIGHT / height, _LOGO_WIDTH / width)
    shape = drawing("rIdLogo", 1, mm(width * factor), mm(height * factor), "标志")
    return Logo(data, extension, f"<w:r>{shape}</w:r>")


def _logo_error(name: str, why: str) -> InputError:
    return InputError(
        f"wenshu.toml 的 [版式] 中标志“{name}”{why}。",
        hint='标志写相对于资料库的路径，例如 标志 = "标志.png"。',
        path="wenshu.toml",
    )

"""Which Word template a document takes, and from which layout it comes.

A template by name is looked for in the kind's folders, then among the common ones (公文 and the
ready sheets); the workspace's own come before the built-in ones. A path to a .docx serves too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from generator.layout import build_template, load_layouts
from generator.layout.build import COMMON
from generator.layout.logo import load_logo
from store.exceptions import InputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from generator.layout import Layout, Layouts
    from store import Workspace
    from store.kinds import Kind

LAYOUT_FOLDER: Final = "_layouts"


@dataclass(frozen=True, slots=True)
class TemplateSource:
    """A template's bytes, its layout, and whether it is just what the layout makes.

    Attributes:
        path: Its file; None where the layout alone had to serve.
        standard: The bytes are what `template build` makes, so they may be made anew.
        kind_own: It is the kind's own template, not one asked for by name.
    """

    data: bytes
    layout: Layout
    path: Path | None
    standard: bool
    kind_own: bool = True


def workspace_layouts(workspace: Workspace) -> Layouts:
    """The layouts of a workspace over the built-in ones, with the company's settings."""
    folders = [folder / LAYOUT_FOLDER for folder in reversed(workspace.template_folders())]
    settings = workspace.settings
    return load_layouts(folders, settings.layout, root=workspace.root, unknown=settings.unknown)


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
    if data == build_template(layouts.get(layout_name, plain=True)):
        changed = layouts.has_settings or logo is not None
        data = build_template(layout, logo=logo) if changed else data
        return TemplateSource(data, layout, path, standard=True)
    standard = layouts.has_settings and data == build_template(layout, logo=logo)
    return TemplateSource(data, layout, path, standard, kind_own=name is None)


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


def _look(workspace: Workspace, kind: Kind, name: str | None) -> Path | None:
    if name is None:
        return _in_folders(workspace, kind, (kind.template,))
    given = Path(name)
    if given.suffix.lower() == ".docx" and given.is_file():
        return given
    names = (name, f"{name}.docx")
    if found := _in_folders(workspace, kind, names):
        return found
    for folder in workspace.template_folders():
        for option in names:
            if (path := folder / COMMON / option).is_file():
                return path
    raise NotFoundError(
        f"没有“{name}”这个Word模板。", hint="可用的模板：" + "、".join(available(workspace, kind))
    )


def _in_folders(workspace: Workspace, kind: Kind, names: Iterable[str]) -> Path | None:
    """A template in the kind's folders; the workspace's own needs no kind.toml beside it."""
    for name in names:
        own = workspace.root / "templates" / kind.slug / name
        if own.is_file():
            return own
        if found := kind.find(name):
            return found
    return None


def available(workspace: Workspace, kind: Kind) -> list[str]:
    """The names of the templates a document of this kind can take."""
    folders: Iterable[Path] = [
        workspace.root / "templates" / kind.slug,
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

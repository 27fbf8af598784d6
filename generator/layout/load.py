"""Read layouts from `templates/_layouts/*.toml`, with inheritance and a company's own settings.

A layout may say `extends = "…"`: tables are merged key by key, lists replace each other. Settings
of a company come from the table `版式` in wenshu.toml; each unknown key, font size or length is an
error that names the file, the key and what would be right.
"""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Final

from generator.layout.records import TOP_KEYS, check_keys, layout_of, sub_table
from store.exceptions import InputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from generator.layout.model import Layout
    from generator.layout.records import Table

_PAGE_NAMES: Final = {
    "上": "top", "下": "bottom", "左": "left", "右": "right", "页眉": "header", "页脚": "footer",
}  # fmt: skip
_COMPANY_KEYS: Final = ("字体", "页边距", "标志", "字号", "水印")


class Layouts:
    """The layouts of one or more folders, later folders before earlier ones."""

    def __init__(
        self,
        folders: Iterable[Path],
        settings: Mapping[str, object] | None = None,
        root: Path | None = None,
    ) -> None:
        """Find the layout files; nothing is read before it is asked for."""
        self.root = root
        self._paths: dict[str, Path] = {}
        for folder in folders:
            self._paths.update({path.stem: path for path in sorted(folder.glob("*.toml"))})
        self._settings = dict(settings or {})
        self._built: dict[tuple[str, bool], Layout] = {}

    @property
    def names(self) -> list[str]:
        """All layouts by name, without those that only serve others (`_base`)."""
        return sorted(name for name in self._paths if not name.startswith("_"))

    @property
    def has_settings(self) -> bool:
        """Whether a company changed anything."""
        return bool(self._settings)

    def get(self, name: str, *, plain: bool = False) -> Layout:
        """A layout, with the company's settings unless `plain`.

        Raises:
            NotFoundError: There is no such layout.
            InputError: The file or the settings cannot be read.
        """
        key = (name, plain)
        if key not in self._built:
            self._built[key] = self._build(name, plain=plain)
        return self._built[key]

    def _build(self, name: str, *, plain: bool) -> Layout:
        table = self._table(name, ())
        if not plain and self._settings:
            _apply_settings(table, self._settings, name, self.names)
        return layout_of(name, table, str(self._paths[name]))

    def _table(self, name: str, seen: tuple[str, ...]) -> Table:
        path = self._paths.get(name)
        if path is None:
            raise NotFoundError(
                f"没有“{name}”这个版式。", hint="可用的版式：" + "、".join(self.names)
            )
        if name in seen:
            raise InputError(f"版式 {path.name} 的 extends 互相引用。", path=str(path))
        table = _read(path)
        check_keys(table, TOP_KEYS, str(path), "版式")
        parent = table.pop("extends", None)
        if parent is None:
            return table
        base = self._table(str(parent), (*seen, name))
        return _merge(base, table)


def load_layouts(
    folders: Iterable[Path],
    settings: Mapping[str, object] | None = None,
    *,
    root: Path | None = None,
) -> Layouts:
    """The layouts of these folders (the built-in one first), with a company's settings.

    Args:
        folders: Folders with `*.toml`.
        settings: The table 版式 of wenshu.toml.
        root: The workspace, where the company's logo is looked for.
    """
    return Layouts(folders, settings, root)


def _read(path: Path) -> Table:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise InputError(
            f"版式文件 {path} 无法读取：{error}", hint="请按 TOML 格式改正。", path=str(path)
        ) from error


def _merge(base: Table, table: Mapping[str, object]) -> Table:
    merged = dict(base)
    for key, value in table.items():
        old = merged.get(key)
        merged[key] = (
            _merge(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
        )
    return merged


def _apply_settings(
    table: Table, settings: Mapping[str, object], name: str, layouts: list[str]
) -> None:
    """Lay the company's settings over a layout: first those for all, then those for this one."""
    place = "wenshu.toml 的 [版式]"
    check_keys(settings, {*_COMPANY_KEYS, *layouts}, place, "版式设置")
    common = {key: value for key, value in settings.items() if key in _COMPANY_KEYS}
    own = settings.get(name, {})
    if not isinstance(own, dict):
        raise InputError(f"{place}中“{name}”应为一张表。", path="wenshu.toml")
    check_keys(own, {*_COMPANY_KEYS, *TOP_KEYS}, place, "版式设置")
    for part in (common, {key: value for key, value in own.items() if key in _COMPANY_KEYS}):
        _apply_company(table, part, place)
    raw = {key: value for key, value in own.items() if key not in _COMPANY_KEYS}
    table.update(_merge(table, raw))


def _apply_company(table: Table, part: Mapping[str, object], place: str) -> None:
    styles = sub_table(table, "styles", "版式")
    margins = sub_table(part, "页边距", place)
    check_keys(margins, set(_PAGE_NAMES), place, "页边距")
    page = sub_table(table, "page", place)
    table["page"] = page | {_PAGE_NAMES[key]: value for key, value in margins.items()}
    for old, new in sub_table(part, "字体", place).items():
        table["styles"] = styles = _replace_font(styles, old, str(new))
    for key, size in sub_table(part, "字号", place).items():
        check_keys({key: size}, set(styles), place, "字号")
        table["styles"] = styles = styles | {key: sub_table(styles, key, place) | {"size": size}}
    if "标志" in part:
        table["logo"] = part["标志"]
    if "水印" in part:
        table["watermark"] = part["水印"]


def _replace_font(styles: Mapping[str, object], old: str, new: str) -> Table:
    if not new.strip() or len(new) > 31:
        raise InputError(
            f"wenshu.toml 的 [版式] 中字体“{new}”不是可用的字体名（1 至 31 个字）。",
            path="wenshu.toml",
        )
    result: Table = {}
    for key, style in styles.items():
        if isinstance(style, dict):
            names = {
                field: new for field in ("font", "latin", "label_font") if style.get(field) == old
            }
            result[key] = style | names
        else:
            result[key] = style
    return result

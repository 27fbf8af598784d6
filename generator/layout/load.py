"""Read layouts from `templates/_layouts/*.toml`, with inheritance and a company's own settings.

A layout may say `extends = "…"`: tables are merged key by key, lists replace each other. What a
company sets in wenshu.toml is laid over them (`generator.layout.company`).
"""

from __future__ import annotations

import tomllib
from dataclasses import replace
from typing import TYPE_CHECKING

from generator.fonts import installed_fonts
from generator.layout.company import FILE, CompanySettings, fonts_of, merge
from generator.layout.records import TOP_KEYS, check_keys, layout_of
from store.exceptions import InputError, NotFoundError
from store.settings import KNOWN_TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from generator.layout.model import Layout
    from generator.layout.records import Table


class Layouts:
    """The layouts of one or more folders, later folders before earlier ones."""

    def __init__(
        self,
        folders: Iterable[Path],
        settings: Mapping[str, object] | None = None,
        root: Path | None = None,
        *,
        unknown: Iterable[str] = (),
    ) -> None:
        """Find the layout files; nothing is read before it is asked for."""
        self.root = root
        self._paths: dict[str, Path] = {}
        for folder in folders:
            self._paths.update({path.stem: path for path in sorted(folder.glob("*.toml"))})
        self._company = CompanySettings(
            dict(settings or {}),
            _text(root / FILE) if (settings or unknown) and root else "",
            installed_fonts,
        )
        self._strange = tuple(unknown)
        self._built: dict[tuple[str, bool], Layout] = {}

    @property
    def names(self) -> list[str]:
        """All layouts by name, without those that only serve others (`_base`)."""
        return sorted(name for name in self._paths if not name.startswith("_"))

    @property
    def has_settings(self) -> bool:
        """Whether a company changed anything."""
        return bool(self._company.values)

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
        if plain:
            return layout_of(name, table, str(self._paths[name]))
        layout = self.get(name, plain=True)  # it is right: what is wrong then, is set
        if self.has_settings:
            layout = self._changed(name, table)
        return replace(layout, remarks=(*self._unknown(), *layout.remarks, *self._elsewhere(name)))

    def _changed(self, name: str, table: Table) -> Layout:
        """A layout with the company's settings laid over its table."""
        remarks = self._company.apply(table, name, self.names, self._fonts)
        layout = layout_of(name, table, self._company.place(name))
        place = self._company.logo_place(name) if layout.logo else ""
        return replace(layout, remarks=tuple(remarks), logo_place=place)

    def _unknown(self) -> list[str]:
        """What is said of tables that nobody reads."""
        return [self._company.unknown(name, KNOWN_TABLES) for name in self._strange]

    def _elsewhere(self, name: str) -> list[str]:
        """What is wrong in the settings of other layouts, which does not stop this one."""
        found = []
        for other in self.names:
            if other != name and other in self._company.values:
                try:
                    self._changed(other, self._table(other, ()))
                except InputError as error:
                    found.append(error.message)
        return found

    def _fonts(self) -> set[str]:
        """The fonts that any layout names, and what stands in for them."""
        tables = [self._table(name, ()) for name in self._paths]
        return set().union(*(fonts_of(table.get("styles") or {}) for table in tables))  # type: ignore[arg-type]

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
        return merge(base, table)


def load_layouts(
    folders: Iterable[Path],
    settings: Mapping[str, object] | None = None,
    *,
    root: Path | None = None,
    unknown: Iterable[str] = (),
) -> Layouts:
    """The layouts of these folders (the built-in one first), with a company's settings.

    Args:
        folders: Folders with `*.toml`.
        settings: The table 版式 of wenshu.toml.
        root: The workspace: its logo, and its wenshu.toml for the lines of mistakes.
        unknown: Tables of wenshu.toml that nobody knows.
    """
    return Layouts(folders, settings, root, unknown=unknown)


def _read(path: Path) -> Table:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise InputError(
            f"版式文件 {path} 无法读取：{error}", hint="请按 TOML 格式改正。", path=str(path)
        ) from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return ""

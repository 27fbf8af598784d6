"""Kinds of document are data: a folder `templates/<slug>/` with a `kind.toml`.

The built-in starter kinds come first; the workspace's own folders overlay them key by key.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from store import toml
from store.exceptions import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

RULE_STATUSES = (
    "草案",
    "征求意见",
    "审批中",
    "现行",
    "试行",
    "修订中",
    "已废止",
    "已失效",
    "效力待确认",
)
PLAIN_STATUSES = ("草稿", "定稿", "已归档")


@dataclass(slots=True, frozen=True)
class Numbering:
    """How a kind prints its numbers; each entry is a sample such as `第一条` or `（1）`.

    `headings[0]` is for `##`, `clauses[0]` for the outermost ordered list. The schemes named in
    `continuous` run on through the whole document instead of restarting under each heading.
    """

    headings: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ("1.", "（1）")
    continuous: tuple[str, ...] = ()


@dataclass(slots=True, frozen=True)
class Kind:
    """A sort of document.

    Attributes:
        slug: Folder name and name in JSON: `job-duty`.
        name: Chinese name: 岗位职责.
        aliases: Other names that front matter and options may use.
        life_cycle: Whether documents of this kind come into force and go out of it.
        weight: Factor on search scores.
        template: File name of the default Word template in the kind's folder.
        layout: Name of the layout in `templates/_layouts/`.
        required_fields: Front-matter keys (Chinese) that must stand besides 标题 and 类别.
        usual_fields: Keys whose absence is a notice.
        required_sections: Groups of alternative headings; one of each group must stand.
        usual_sections: The same, absence is a notice.
        folders: The folders this kind was read from, the workspace's first.
    """

    slug: str
    name: str
    aliases: tuple[str, ...] = ()
    description: str = ""
    life_cycle: bool = False
    weight: float = 1.0
    template: str = "标准.docx"
    layout: str = "文章"
    required_fields: tuple[str, ...] = ()
    usual_fields: tuple[str, ...] = ()
    required_sections: tuple[tuple[str, ...], ...] = ()
    usual_sections: tuple[tuple[str, ...], ...] = ()
    numbering: Numbering = field(default_factory=Numbering)
    folders: tuple[Path, ...] = ()

    @property
    def statuses(self) -> tuple[str, ...]:
        """The statuses a document of this kind may have."""
        return RULE_STATUSES if self.life_cycle else PLAIN_STATUSES

    def find(self, name: str) -> Path | None:
        """A file of the kind (template, outline), the workspace's before the built-in."""
        for folder in self.folders:
            if (path := folder / name).is_file():
                return path
        return None


OTHER = Kind(slug="other", name="其他", weight=0.8)


def load_kinds(folders: Iterable[Path]) -> dict[str, Kind]:
    """Read every `<folder>/<slug>/kind.toml`, later folders overlaying earlier ones.

    Raises:
        InputError: A kind.toml is not valid TOML or has a field of the wrong sort.
    """
    tables: dict[str, dict[str, Any]] = {}
    places: dict[str, list[Path]] = {}
    for folder in folders:
        for path in sorted(folder.glob("*/kind.toml")):
            slug = path.parent.name
            _overlay(tables.setdefault(slug, {}), toml.read(path, "类别定义"))
            places.setdefault(slug, []).insert(0, path.parent)
    return {slug: _build(slug, table, places[slug]) for slug, table in tables.items()}


def _overlay(base: dict[str, Any], table: Mapping[str, Any]) -> None:
    for key, value in table.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            _overlay(base[key], value)
        else:
            base[key] = value


def _build(slug: str, table: Mapping[str, Any], folders: list[Path]) -> Kind:
    try:
        return _from_table(slug, table, folders)
    except TypeError as error:
        raise InputError(
            f"类别定义 {folders[0] / 'kind.toml'} 有误：{error}。",
            hint="请对照自带资料库中同名文件的写法。",
            path=str(folders[0] / "kind.toml"),
        ) from error


def _from_table(slug: str, table: Mapping[str, Any], folders: list[Path]) -> Kind:
    fields = _table(table, "fields")
    sections = _table(table, "sections")
    numbering = _table(table, "numbering")
    return Kind(
        slug=slug,
        name=_typed(table, "name", str, slug),
        aliases=_texts(table, "aliases"),
        description=_typed(table, "description", str, ""),
        life_cycle=_typed(table, "life_cycle", bool, default=False),
        weight=float(_typed(table, "weight", (int, float), 1.0)),
        template=_typed(table, "template", str, "标准.docx"),
        layout=_typed(table, "layout", str, "文章"),
        required_fields=_texts(fields, "required"),
        usual_fields=_texts(fields, "usual"),
        required_sections=_groups(sections, "required"),
        usual_sections=_groups(sections, "usual"),
        numbering=Numbering(
            headings=_texts(numbering, "headings"),
            clauses=_texts(numbering, "clauses") or ("1.", "（1）"),
            continuous=_texts(numbering, "continuous"),
        ),
        folders=tuple(folders),
    )


def _typed(
    table: Mapping[str, Any], key: str, sort: type | tuple[type, ...], default: object
) -> Any:
    value = table.get(key, default)
    if not isinstance(value, sort) or (isinstance(value, bool) and sort is not bool):
        raise TypeError(f"{key} 应为{_SORTS[sort]}，现为 {value!r}")
    return value


_SORTS: Final[dict[object, str]] = {
    str: "加引号的文字",
    bool: " true 或 false",
    (int, float): "数字",
    dict: "表",
    list: "列表",
}


def _table(table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = _typed(table, key, dict, {})
    return found


def _texts(table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    return tuple(str(_typed({key: item}, key, str, "")) for item in _typed(table, key, list, []))


def _groups(table: Mapping[str, Any], key: str) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (item,) if isinstance(item, str) else _texts({key: item}, key)
        for item in _typed(table, key, list, [])
    )

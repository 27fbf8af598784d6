"""The workspace's own settings: `wenshu.toml`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from store import toml
from store.exceptions import InputError
from store.schema import DEFAULT_CONFIDENTIALITY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE_NAME = "wenshu.toml"
KNOWN_TABLES = ("公司", "版式", "检索", "密级", "网页", "短信", "词典", "格式版本")


@dataclass(slots=True, frozen=True)
class Settings:
    """What `wenshu.toml` says.

    Attributes:
        company: The table [公司], text by name: `{{ 公司.投诉电话 }}`.
        layout: The table [版式], overrides of the layouts.
        confidentiality: The levels of 密级, lowest first.
        raw: The whole file.
        unknown: Top-level names that Wenshu does not know, for the checker.
    """

    company: Mapping[str, str] = field(default_factory=dict)
    layout: Mapping[str, Any] = field(default_factory=dict)
    confidentiality: tuple[str, ...] = DEFAULT_CONFIDENTIALITY
    raw: Mapping[str, Any] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()


def load_settings(path: Path) -> Settings:
    """Read `wenshu.toml`; a missing file means the defaults.

    Raises:
        InputError: The file is not valid TOML, or a table holds the wrong sort of value.
    """
    if not path.is_file():
        return Settings()
    raw = toml.read(path, "设置文件")
    company = raw.get("公司", {})
    layout = raw.get("版式", {})
    levels = raw.get("密级", list(DEFAULT_CONFIDENTIALITY))
    sorts = ((company, dict), (layout, dict), (levels, list))
    if not all(isinstance(value, sort) for value, sort in sorts):
        raise InputError(
            f"设置文件 {path} 中 [公司]、[版式] 应为表，密级应为列表。",
            path=str(path),
            hint='例如：[公司] 下一行写 名称 = "某某公司"；密级 = ["公开", "内部"]。',
        )
    return Settings(
        company={key: _text(value, key, path) for key, value in company.items()},
        layout=layout,
        confidentiality=tuple(str(level) for level in levels),
        raw=raw,
        unknown=tuple(key for key in raw if key not in KNOWN_TABLES),
    )


def _text(value: object, key: str, path: Path) -> str:
    """A value of the table [公司] as it prints."""
    if isinstance(value, dict):
        raise InputError(
            f"设置文件 {path} 中 [公司] 的“{key}”应为文字。",
            path=str(path),
            hint=f'例如：{key} = "内容"。',
        )
    if isinstance(value, list):
        return "、".join(_text(item, key, path) for item in value)
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value)

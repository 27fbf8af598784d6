"""The workspace's own settings: `wenshu.toml`."""

from __future__ import annotations

import tomllib
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
    try:
        raw = toml.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise InputError(
            f"设置文件 {path} 无法读取：{error}",
            hint='文字要加英文引号，例如 投诉电话 = "0000-1234567"。',
            path=str(path),
        ) from error
    company = raw.get("公司", {})
    layout = raw.get("版式", {})
    levels = raw.get("密级", list(DEFAULT_CONFIDENTIALITY))
    if (
        not isinstance(company, dict)
        or not isinstance(layout, dict)
        or not isinstance(levels, list)
    ):
        raise InputError(
            f"设置文件 {path} 中 [公司]、[版式] 应为表，密级应为列表。",
            path=str(path),
            hint='例如：[公司] 下一行写 名称 = "某某公司"；密级 = ["公开", "内部"]。',
        )
    return Settings(
        company={str(key): str(value) for key, value in company.items()},
        layout=layout,
        confidentiality=tuple(str(level) for level in levels),
        raw=raw,
        unknown=tuple(key for key in raw if key not in KNOWN_TABLES),
    )

"""Metric files in YAML: every scalar read as text, every metric with its line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import yaml

from store.exceptions import InputError
from store.metric import Source
from store.metric_rows import ENGLISH, KEYS, RawRow
from store.model import Problem
from store.yaml_safety import nests_too_deep

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


if TYPE_CHECKING:
    from yaml import BaseLoader as _Base
else:  # the C parser is ten times as fast; a few platforms lack it
    _Base = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_TAGS: Final[dict[type[yaml.Node], str]] = {
    yaml.ScalarNode: "tag:yaml.org,2002:str",
    yaml.SequenceNode: "tag:yaml.org,2002:seq",
    yaml.MappingNode: "tag:yaml.org,2002:map",
}
_LIST_KEYS: Final = ("指标", "metrics", "数据")
_KNOWN: Final = frozenset({*KEYS, "历史"})
_ALIAS: Final = re.compile(r"(?:^|[\s,\[{:])\*\w")
_DEEPEST: Final = 50
_YEAR: Final = re.compile(r"(?:19|20)\d\d年?")


class _Loader(_Base):
    """A loader for which every scalar is text: it need not be told apart from numbers."""

    def resolve(self, kind: type[yaml.Node], value: object, implicit: object) -> str:  # noqa: ARG002
        """The tag of a node without one."""
        return _TAGS[kind]


@dataclass(slots=True)
class YamlMetrics:
    """A metric file: its top-level values, its rows, and what was odd."""

    head: Mapping[str, object] = field(default_factory=dict)
    rows: list[RawRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_yaml(text: str, path: Path) -> YamlMetrics:
    """Read a metric file.

    Raises:
        InputError: It is not YAML, nests too deep, or holds neither a list nor a table of metrics.
    """
    try:
        _refuse_depth(text, path)
        _refuse_aliases(text, path)
        root = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        line = mark.line + 1 if mark is not None else 0
        raise InputError(
            f"指标文件 {path.name} 第 {line} 行的格式有误。",
            hint="请检查缩进是否用空格、冒号后面是否有空格、引号和括号是否成对。",
            path=str(path),
            line=line,
        ) from error
    found = YamlMetrics()
    entries = _entries(root, found)
    if entries is None and "汇总" not in found.head:
        raise InputError(
            f"指标文件 {path.name} 中没有“指标”列表。",
            hint="请按“指标:”下面一行一个“- 指标: 名称”的格式填写。",
            path=str(path),
        )
    for entry in entries or []:
        _add_row(entry, path, found)
    return found


def _refuse_depth(text: str, path: Path) -> None:
    """Many brackets may be many metrics: only the events, which need no stack, tell the depth.

    Raises:
        InputError: The file nests deeper than any honest one.
    """
    if not nests_too_deep(text):
        return
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise InputError(
                f"指标文件 {path.name} 的层次太多，无法读取。",
                hint="请按“指标:”下面一行一个“- 指标: 名称”的格式填写。",
                path=str(path),
            )


def _refuse_aliases(text: str, path: Path) -> None:
    """References inside a YAML file can grow without measure; a metric file needs none.

    Raises:
        InputError: The file uses them.
    """
    if not _ALIAS.search(text):
        return
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            line = event.start_mark.line + 1 if event.start_mark else 0
            raise InputError(
                f"指标文件 {path.name} 第 {line} 行用了引用（*）。",
                hint="请直接写出内容；以 * 开头的文字要加引号。",
                path=str(path),
                line=line,
            )


_Entry = tuple[str, yaml.Node]


def _entries(root: yaml.Node | None, found: YamlMetrics) -> list[_Entry] | None:
    """The nodes of the metrics, with their names where those are keys."""
    if isinstance(root, yaml.SequenceNode):
        return [("", node) for node in root.value]
    if not isinstance(root, yaml.MappingNode):
        return None
    head: dict[str, object] = {}
    entries: list[_Entry] | None = None
    for key, node in root.value:
        if key.value in _LIST_KEYS and not isinstance(node, yaml.ScalarNode):
            entries = (entries or []) + _listed(node)
        else:
            head[ENGLISH.get(key.value, key.value)] = _plain(node)
    found.head = head
    return entries


def _listed(node: yaml.Node) -> list[_Entry]:
    if isinstance(node, yaml.SequenceNode):
        return [("", item) for item in node.value]
    return [(key.value, item) for key, item in node.value]


def _plain(node: yaml.Node) -> object:
    """A node as text, list or dictionary."""
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item) for item in node.value]
    if isinstance(node, yaml.MappingNode):
        return {key.value: _plain(item) for key, item in node.value}
    return node.value


def _add_row(entry: _Entry, path: Path, found: YamlMetrics) -> None:
    name, node = entry
    line = node.start_mark.line + 1
    source = Source(path=str(path), line=line)
    if not isinstance(node, yaml.MappingNode):
        found.problems.append(
            Problem(str(path), line, "error", "not-a-metric", "这一项不是指标。",
                    "请写成“- 指标: 名称”，下面缩进写单位、期末等各项。")
        )  # fmt: skip
        return
    values: dict[str, object] = {"指标": name} if name else {}
    for key_node, item in node.value:
        key = ENGLISH.get(key_node.value, key_node.value)
        if key in values and not (key == "指标" and name):
            _note(found, path, key_node, "double-key", f"“{key}”写了两次，只用了第一个。")
            continue
        if key not in _KNOWN and not _YEAR.fullmatch(key):
            _note(found, path, key_node, "unknown-key", f"“{key}”不是指标文件的项目，没有使用。")
        values.setdefault(key, _plain(item))
    found.rows.append(RawRow(values, source))


def _note(found: YamlMetrics, path: Path, node: yaml.Node, code: str, message: str) -> None:
    hint = "可用的项目：" + "、".join(KEYS) + "。"
    line = node.start_mark.line + 1
    found.problems.append(Problem(str(path), line, "warning", code, message, hint))

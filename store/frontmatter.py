"""The table in front of a document: split off, read with its lines, edited in place.

Every scalar is read as a string (`版本: 1.10` stays `1.10`); `store.schema` converts. Edits touch
only the lines of the key they change, so that comments, order and unknown keys stay as they were.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import yaml

from store.exceptions import FrontMatterError

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_NODES: Final = 20_000
MAX_CHARS: Final = 1_000_000
_FENCE: Final = re.compile(r"^(?:---|\.\.\.)[ \t]*\r?$", re.MULTILINE)
_PLAIN: Final = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`=<~][^\n]*")

_BaseLoader: type[yaml.BaseLoader] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(slots=True)
class FrontMatter:
    """A parsed table.

    Attributes:
        values: The keys as written, scalars as strings.
        lines: The line of each key in the file.
        spans: The first and one past the last line of each key with its value, in the file.
        body: The text after the table.
        body_line: The line of the body's first line.
        doubles: Keys that stand more than once, with the line of the second.
    """

    values: dict[str, object] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    spans: dict[str, tuple[int, int]] = field(default_factory=dict)
    body: str = ""
    body_line: int = 1
    doubles: dict[str, int] = field(default_factory=dict)


def split(text: str) -> tuple[str, str, int] | None:
    """Split a file into (table, body, line of the body); None when there is no table."""
    text = text.removeprefix("\ufeff")
    first = _FENCE.match(text)
    if not first or not text.startswith("---"):
        return None
    second = _FENCE.search(text, first.end())
    if not second:
        return None
    table = text[first.end() + 1 : second.start()]
    body = text[second.end() + 1 :]
    return table, body, text.count("\n", 0, second.end()) + 2


def parse(text: str, path: str = "") -> FrontMatter:
    """Read the table of a file.

    Raises:
        FrontMatterError: There is none, it is not closed, or it is not a YAML mapping.
    """
    parts = split(text)
    if parts is None:
        raise _absent(text, path)
    table, body, body_line = parts
    if len(table) > MAX_CHARS:
        raise FrontMatterError("文件开头的信息表超过 100 万字符。", path=path, line=1)
    node = _compose(table, path)
    found = FrontMatter(body=body, body_line=body_line)
    if node is None:
        return found
    if not isinstance(node, yaml.MappingNode):
        raise FrontMatterError(
            "文件开头的信息表应为“键: 值”的形式，现在是列表或单个值。",
            hint="例如：标题: 考勤与休假管理办法",
            path=path,
            line=node.start_mark.line + 2,
        )
    _fill(found, node, path)
    return found


def _absent(text: str, path: str) -> FrontMatterError:
    if text.removeprefix("\ufeff").startswith("---"):
        return FrontMatterError(
            "文件开头的信息表没有结束。", hint="请在信息表末尾单独写一行 ---。", path=path, line=1
        )
    return FrontMatterError(
        "文件开头没有信息表。",
        hint="请在第一行写 ---，接着写“标题: …”“类别: …”，再写一行 ---。",
        path=path,
        line=1,
    )


def _compose(table: str, path: str) -> yaml.Node | None:
    try:
        node: yaml.Node | None = yaml.compose(table, Loader=_BaseLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = (mark.line if mark else 0) + 2
        raise _explained(error, table, line, path) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise FrontMatterError(
            "文件开头的信息表含有不允许的字符或嵌套过深。",
            hint="请删去控制字符后重试。",
            path=path,
            line=1,
        ) from error
    return node


def _explained(error: yaml.MarkedYAMLError, table: str, line: int, path: str) -> FrontMatterError:
    """A YAML error in words that help someone who has never heard of YAML."""
    lines = table.split("\n")
    text = lines[line - 2] if line - 2 < len(lines) else ""
    problem = str(error.problem)
    if "\t" in text or "'\\t'" in problem:
        hint = "这一行用了制表符（Tab），请改为空格。"
    elif "mapping values are not allowed" in problem:
        hint = '值里面有“: ”（冒号加空格），请给整个值加上英文引号，如 标题: "甲: 乙"。'
    elif "could not find expected ':'" in problem or "simple key" in problem:
        hint = "这一行缺少冒号，应写成“键: 值”（英文冒号后空一格）。"
    elif "found unexpected end" in problem or "quoted scalar" in str(error.context):
        hint = "引号没有成对。"
    elif "flow" in str(error.context):
        hint = "方括号或花括号没有成对。"
    else:
        hint = "请对照自带资料库中的文档改正；值里有特殊符号时加上英文引号。"
    return FrontMatterError("文件开头的信息表有语法错误。", hint=hint, path=path, line=line)


def _fill(found: FrontMatter, node: yaml.MappingNode, path: str) -> None:
    builder = _Builder(path)
    pairs: list[tuple[yaml.Node, yaml.Node]] = node.value
    for at, (key_node, value_node) in enumerate(pairs):
        key = key_node.value.strip() if isinstance(key_node.value, str) else str(key_node.value)
        line = key_node.start_mark.line + 2
        if key in found.values:
            found.doubles[key] = line
            continue
        found.values[key] = builder.build(value_node)
        found.lines[key] = line
        following = pairs[at + 1][0].start_mark.line + 2 if at + 1 < len(pairs) else None
        end = value_node.end_mark.line + 2 + (value_node.end_mark.column > 0)
        end = max(end, line + 1)
        found.spans[key] = (line, min(end, following) if following else end)


class _Builder:
    """Nodes into plain values, with a bound on their number (aliases multiply)."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.count = 0

    def build(self, node: yaml.Node, depth: int = 0) -> object:
        self.count += 1
        if self.count > MAX_NODES or depth > 20:
            raise FrontMatterError(
                "文件开头的信息表过大或嵌套过深。", hint="请精简信息表。", path=self.path, line=1
            )
        if isinstance(node, yaml.MappingNode):
            return {
                str(key.value).strip(): self.build(value, depth + 1) for key, value in node.value
            }
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, depth + 1) for item in node.value]
        text = str(node.value)
        return "" if text in {"~", "null"} and getattr(node, "style", None) is None else text


# -- writing ------------------------------------------------------------------------------------


def dump_value(value: object) -> str:
    """A value as it stands behind `key: ` on one line."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    return _scalar(str(value), flow=False)


def _flow(value: object) -> str:
    if isinstance(value, dict | list | tuple):
        return dump_value(value)
    return _scalar(str(value), flow=True)


def _scalar(text: str, *, flow: bool) -> str:
    risky = (
        not _PLAIN.fullmatch(text)
        or ": " in text
        or " #" in text
        or text.endswith((":", " "))
        or text.lower() in {"~", "null"}
        or (flow and any(char in text for char in ",[]{}"))
    )
    if not text or not risky:
        return text or '""'
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def dump(values: Mapping[str, object]) -> str:
    """A whole table with its fences; lists of mappings are written a line each."""
    lines = ["---"]
    for key, value in values.items():
        lines.extend(dump_entry(key, value))
    return "\n".join([*lines, "---", ""])


def dump_entry(key: str, value: object) -> list[str]:
    """The lines of one key."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [f"{key}:", *(f"  - {dump_value(item)}" for item in value)]
    return [f"{key}: {dump_value(value)}".rstrip()]


def edit(text: str, changes: Mapping[str, object | None], aliases: Mapping[str, str]) -> str:
    """Change keys of a file's table and nothing else.

    Args:
        text: The whole file.
        changes: Key (Chinese) → new value, None removes the key.
        aliases: Every accepted spelling of a key → its Chinese name.

    Raises:
        FrontMatterError: The table cannot be read.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    found = parse(text)
    spelled = {aliases.get(key, key): key for key in found.values}
    lines = text.split("\n")
    closing = found.body_line - 2
    replaced: list[tuple[int, int, list[str]]] = []
    for key, value in changes.items():
        new = [] if value is None else dump_entry(spelled.get(key, key), value)
        if key in spelled:
            start, end = found.spans[spelled[key]]
            replaced.append((start - 1, end - 1, new))
        elif new:
            replaced.append((closing, closing, new))
    for start, end, new in sorted(replaced, key=lambda part: part[0], reverse=True):
        lines[start:end] = [line + ("\r" if newline == "\r\n" else "") for line in new]
    return "\n".join(lines)

"""The table in front of a document: split off, read with its lines, edited in place.

Every scalar is read as a string (`版本: 1.10` stays `1.10`); `store.schema` converts. Edits touch
only the lines of the key they change, so that comments, order and unknown keys stay as they were.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import yaml

from store import frontmatter_hints
from store.exceptions import FrontMatterError
from store.yaml_safety import nests_too_deep

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_NODES: Final = 20_000
MAX_CHARS: Final = 1_000_000
MAX_DEPTH: Final = 20
_FENCE: Final = re.compile(r"^(?:---|\.\.\.)[ \t]*\r?$", re.MULTILINE)
_OPENING: Final = re.compile(r"\ufeff?(?:[ \t]*\r?\n)*---[ \t]*\r?$", re.MULTILINE)
_NEARLY_A_FENCE: Final = re.compile(r"\s*[-\u2010-\u2015－]{2,}\s*$", re.MULTILINE)
_PLAIN: Final = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`=<~][^\n]*")
_COMMENT: Final = re.compile(r"\s+#.*$")

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
        comments: What stands behind a key's value on the same line, `#` included.
    """

    values: dict[str, object] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    spans: dict[str, tuple[int, int]] = field(default_factory=dict)
    body: str = ""
    body_line: int = 1
    doubles: dict[str, int] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)


def split(text: str) -> tuple[str, str, int] | None:
    """Split a file into (table, body, line of the body); None when there is no table.

    Blank lines before the table are allowed.
    """
    found = _split(text)
    return None if found is None else (found[0], found[1], found[3])


def _split(text: str) -> tuple[str, str, int, int] | None:
    """(table, body, line of the table, line of the body)."""
    first = _OPENING.match(text)
    if not first:
        return None
    second = _FENCE.search(text, first.end())
    if not second:
        return None
    table = text[first.end() + 1 : second.start()]
    body = text[second.end() + 1 :]
    table_line = text.count("\n", 0, first.end()) + 2
    return table, body, table_line, text.count("\n", 0, second.end()) + 2


def parse(text: str, path: str = "") -> FrontMatter:
    """Read the table of a file.

    Raises:
        FrontMatterError: There is none, it is not closed, or it is not a YAML mapping.
    """
    parts = _split(text)
    if parts is None:
        raise _absent(text, path)
    table, body, table_line, body_line = parts
    if len(table) > MAX_CHARS:
        raise FrontMatterError("文件开头的信息表超过 100 万字符。", path=path, line=1)
    node = _compose(table, path, table_line)
    found = FrontMatter(body=body, body_line=body_line)
    if isinstance(node, yaml.MappingNode):
        _Filler(found, table, table_line, path).fill(node)
    elif node is not None:
        raise _no_mapping(table, path, table_line)
    return found


def _absent(text: str, path: str) -> FrontMatterError:
    if _OPENING.match(text):
        return FrontMatterError(
            "文件开头的信息表没有结束。", hint="请在信息表末尾单独写一行 ---。", path=path, line=1
        )
    hint = "请在第一行写 ---，接着写“标题: …”“类别: …”，再写一行 ---。"
    if _NEARLY_A_FENCE.match(text.removeprefix("\ufeff")):
        hint = "信息表的第一行和最后一行都要写成三个英文减号 ---。"
    return FrontMatterError("文件开头没有信息表。", hint=hint, path=path, line=1)


def _compose(table: str, path: str, table_line: int) -> yaml.Node | None:
    if nests_too_deep(table):
        raise _too_large(path)
    try:
        node: yaml.Node | None = yaml.compose(table, Loader=_BaseLoader)
    except yaml.YAMLError as error:
        line, hint = frontmatter_hints.explain(error, table.split("\n"))
        raise FrontMatterError(
            "文件开头的信息表有语法错误。", hint=hint, path=path, line=table_line + line
        ) from error
    return node


def _no_mapping(table: str, path: str, table_line: int) -> FrontMatterError:
    """A table that is a list or a bare text: mostly colons that are none."""
    lines = table.split("\n")
    first = next(at for at, text in enumerate(lines) if text.strip() and text.lstrip()[0] != "#")
    hint = frontmatter_hints.odd_line(lines[first]) or frontmatter_hints.EXAMPLE
    return FrontMatterError(
        "文件开头的信息表应为“键: 值”的形式，现在是列表或单个值。",
        hint=hint,
        path=path,
        line=table_line + first,
    )


def _too_large(path: str) -> FrontMatterError:
    return FrontMatterError(
        "文件开头的信息表过大或嵌套过深。", hint="请精简信息表。", path=path, line=1
    )


class _Filler:
    """Fills a `FrontMatter` from YAML nodes, with a bound on their number (aliases multiply)."""

    def __init__(self, found: FrontMatter, table: str, table_line: int, path: str) -> None:
        self.found = found
        self.lines = table.split("\n")
        self.table_line = table_line
        self.path = path
        self.count = 0

    def fill(self, node: yaml.MappingNode) -> None:
        for key_node, value_node in node.value:
            at = key_node.start_mark.line
            if not isinstance(key_node, yaml.ScalarNode):
                raise FrontMatterError(
                    "文件开头的信息表有语法错误。",
                    hint=frontmatter_hints.EXAMPLE,
                    path=self.path,
                    line=self.table_line + at,
                )
            self._pair(key_node.value.strip(), at, value_node)

    def _pair(self, key: str, at: int, node: yaml.Node) -> None:
        found = self.found
        if key in found.values:
            found.doubles[key] = self.table_line + at
            return
        found.values[key] = self._build(node)
        found.lines[key] = self.table_line + at
        end = max(_last_line(node, at), at)
        while end > at and not self.lines[end].strip():
            end -= 1
        found.spans[key] = (self.table_line + at, self.table_line + end + 1)
        if end == at:
            behind = node.end_mark.column if node.end_mark.line == at else 0
            comment = _COMMENT.search(self.lines[at].rstrip("\r")[max(behind - 1, 0) :])
            if comment:
                found.comments[key] = comment[0]

    def _build(self, node: yaml.Node, depth: int = 0) -> object:
        self.count += 1
        if self.count > MAX_NODES or depth > MAX_DEPTH:
            raise _too_large(self.path)
        if isinstance(node, yaml.MappingNode):
            return {
                str(key.value).strip(): self._build(value, depth + 1) for key, value in node.value
            }
        if isinstance(node, yaml.SequenceNode):
            return [self._build(item, depth + 1) for item in node.value]
        text = str(node.value)
        return "" if text in {"~", "null"} and not getattr(node, "style", None) else text


def _last_line(node: yaml.Node, above: int) -> int:
    """The last line of a value, comments and blank lines behind it left out."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        key, value = last if isinstance(last, tuple) else (None, last)
        return _last_line(value, key.start_mark.line if key else above)
    if isinstance(node, yaml.ScalarNode):
        if node.style in {"|", ">"}:
            return int(node.end_mark.line) - 1
        if not node.value and not node.style:
            return above
    return int(node.end_mark.line)


# -- writing ------------------------------------------------------------------------------------


def dump_value(value: object) -> str:
    """A value as it stands behind `key: ` on one line."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dict):
        pairs = (f"{_scalar(str(key), flow=True)}: {_flow(item)}" for key, item in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    return _scalar(str(value), flow=False)


def _flow(value: object) -> str:
    if isinstance(value, bool | dict | list | tuple):
        return dump_value(value)
    return _scalar(str(value), flow=True) or '""'


def _scalar(text: str, *, flow: bool) -> str:
    risky = (
        not _PLAIN.fullmatch(text)
        or ": " in text
        or " #" in text
        or text.endswith((":", " ", "\t", "\u3000"))
        or text.lower() in {"~", "null"}
        or not text.isprintable()
        or (flow and any(char in text for char in ",[]{}:"))
    )
    return _quoted(text) if text and risky else text


def _quoted(text: str) -> str:
    for char, escape in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t")):
        text = text.replace(char, escape)
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in text) + '"'


def dump(values: Mapping[str, object]) -> str:
    """A whole table with its fences; lists of mappings are written a line each."""
    lines = ["---"]
    for key, value in values.items():
        lines.extend(dump_entry(key, value))
    return "\n".join([*lines, "---", ""])


def dump_entry(key: str, value: object) -> list[str]:
    """The lines of one key."""
    key = _scalar(key, flow=True)
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
    found = parse(text)
    spelled = {_known(key, aliases): key for key in reversed(found.values)}
    lines = text.split("\n")
    closing = found.body_line - 2
    ending = "\r" if lines[closing].endswith("\r") else ""
    added: list[str] = []
    replaced: list[tuple[int, int, list[str]]] = []
    for key, value in changes.items():
        old = spelled.get(key)
        new = [] if value is None else dump_entry(old or key, value)
        if old is None:
            added += new
            continue
        if new:
            new[0] += found.comments.get(old, "")
        start, end = found.spans[old]
        replaced.append((start - 1, end - 1, new))
    replaced.append((closing, closing, added))
    for start, end, new in sorted(replaced, key=lambda part: part[0], reverse=True):
        lines[start:end] = [line + ending for line in new]
    return "\n".join(lines)


def _known(key: str, aliases: Mapping[str, str]) -> str:
    """The Chinese name of a key, however it is spelled; an unknown one stays."""
    return aliases.get(key) or aliases.get(re.sub(r"\s+", "", key).lower()) or key

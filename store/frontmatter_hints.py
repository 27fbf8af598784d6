"""What is wrong with a table that YAML can't read, for someone who has never heard of YAML."""

from __future__ import annotations

import re
from typing import Final

import yaml

TAB: Final = "这一行用了制表符（Tab），请改为空格。"
FULL_WIDTH_COLON: Final = "冒号要用英文冒号，后面空一格，如“标题: 考勤管理办法”。"
NO_SPACE: Final = "英文冒号后面要空一格，如“标题: 考勤管理办法”。"
NO_COLON: Final = "这一行缺少冒号，应写成“键: 值”（英文冒号后空一格）。"
COLON_IN_VALUE: Final = '值里面有“: ”（冒号加空格），请给整个值加上英文引号，如 标题: "甲: 乙"。'
INDENTED: Final = "这一行前面多了空格，请顶格写。"
BACKSLASH: Final = "英文双引号里面的反斜杠 \\ 要写成两个 \\\\，或改用英文单引号。"
QUOTES: Final = "英文引号没有成对。"
BRACKETS: Final = "方括号或花括号没有成对。"
CONTROL: Final = "这一行有看不见的控制字符，请删去后重新输入这一行。"
OTHER: Final = "请对照自带资料库中的文档改正；值里有特殊符号时加上英文引号。"
EXAMPLE: Final = "例如：标题: 考勤与休假管理办法"

_PAIR: Final = re.compile(r"^[^\s:：#\-][^:：]*?:(?:\s+(?P<value>.*))?$")
_SPECIAL_START: Final = re.compile(r"[@`%*&!|>?,\]}-]")
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ufdd0-\ufdef]")


def explain(error: yaml.YAMLError, lines: list[str]) -> tuple[int, str]:
    """The line of the table (from 0) that must be mended, and how.

    Args:
        error: What YAML said.
        lines: The table, line by line.
    """
    for number, text in enumerate(lines):
        if _CONTROL.search(text):
            return number, CONTROL
    if not isinstance(error, yaml.MarkedYAMLError):
        return 0, OTHER
    told = _line(error.problem_mark or error.context_mark, lines)
    begun = _line(error.context_mark or error.problem_mark, lines)
    if "escape" in str(error.problem):
        return told, BACKSLASH
    if "quoted scalar" in str(error.context):
        return begun, QUOTES
    if "flow" in str(error.context):
        return begun, BRACKETS
    for number in (begun, told - 1, told):
        if 0 <= number < len(lines) and (hint := odd_line(lines[number])):
            return number, hint
    if "mapping values are not allowed" in str(error.problem):
        return told, INDENTED if lines[told][:1] == " " else COLON_IN_VALUE
    return told, OTHER


def odd_line(text: str) -> str:
    """What is wrong with a line on its own, empty when nothing is."""
    bare = text.strip()
    if "\t" in text[: len(text) - len(text.lstrip())]:
        return TAB
    if not bare or bare[0] in "#-" or text[0] == " ":
        return ""
    pair = _PAIR.match(bare)
    if pair:
        return _odd_value(pair["value"] or "")
    if "：" in bare and ": " not in bare:
        return FULL_WIDTH_COLON
    return NO_SPACE if ":" in bare else NO_COLON


def _odd_value(value: str) -> str:
    if value[:1] in {'"', "'", "[", "{"}:
        return ""
    if ": " in value or value.endswith(":"):
        return COLON_IN_VALUE
    if _SPECIAL_START.match(value) and value not in {"|", ">", "|-", ">-"}:
        return f'值以“{value[0]}”开头，请给整个值加上英文引号，如 标题: "{value[0]}…"。'
    return ""


def _line(mark: yaml.error.Mark | None, lines: list[str]) -> int:
    return min(mark.line, len(lines) - 1) if mark else 0

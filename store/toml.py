"""TOML as Chinese users write it: bare keys may be Chinese.

TOML 1.0 allows only ASCII in bare keys; `[公司]` and `名称 = "…"` are quoted here before the
standard library reads them. What is wrong with a file is told in Chinese, with the line.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any, Final

from store.exceptions import InputError
from store.files import decode, read_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

# Texts and comments first, so that nothing inside them is taken for a key.
_PIECE: Final = re.compile(
    r'"""(?:\\.|(?!""").)*(?:"{3,5}|\Z)'
    r"|'''(?:(?!''').)*(?:'{3,5}|\Z)"
    r'|"(?:\\.|[^"\\\n])*"?'
    r"|'[^'\n]*'?"
    r"|#[^\n]*"
    r"""|[^\s.=,\[\]{}"'#]+(?:[ \t]+[^\s.=,\[\]{}"'#]+)*""",
    re.DOTALL,
)
_TABLE_START: Final = re.compile(r"[ \t]*\[{1,2}[^\]=]*")
_AT_LINE: Final = re.compile(r"line ([0-9]+)")
_EQUALS: Final = '名称后面要写英文等号，例如 名称 = "某某公司"。'
_BRACKETS: Final = "表名要写在一对英文方括号里，例如 [公司]。"
_HINTS: Final = (
    (re.compile(r"overwrite|twice|mutate"), "同一个名称写了两次，请只保留一处。"),
    (
        re.compile(r"Unterminated|Illegal character|Unclosed|Invalid value.*end of document"),
        "引号或括号没有成对，或值没有写完。",
    ),
    (re.compile(r"Invalid value"), '文字要加英文引号，例如 投诉电话 = "0000-1234567"。'),
    (re.compile(r"Expected '='"), _EQUALS),
    (re.compile(r"Expected '\]|Invalid initial character"), _BRACKETS),
    (re.compile(r"Unescaped"), "英文双引号里的反斜杠要写两个，或改用英文单引号。"),
)
_OTHER: Final = '每行写成 名称 = "内容"，表名写成 [公司]。'


def loads(text: str) -> dict[str, Any]:
    """Read TOML whose bare keys may hold any letters.

    Raises:
        tomllib.TOMLDecodeError: The text is not TOML; the line is that of the text.
    """
    return tomllib.loads(_PIECE.sub(_quoted, text.replace("\r\n", "\n")))


def _quoted(match: re.Match[str]) -> str:
    """A bare key with other letters than ASCII in quotation marks; all else as it is."""
    piece = match[0]
    if piece.isascii() or piece[0] in "\"'#":
        return piece
    text = match.string
    after = text[match.end() :].lstrip(" \t")[:1]
    before = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
    is_key = after in {"=", "."} or (after == "]" and _TABLE_START.fullmatch(before))
    return f'"{piece}"' if is_key else piece


def read(path: Path, what: str) -> dict[str, Any]:
    """Read a TOML file.

    Args:
        path: The file.
        what: How a message calls it: 设置文件, 类别定义.

    Raises:
        InputError: It cannot be read, or is not TOML; the error names the line.
    """
    try:
        text = decode(read_bytes(path), path)
    except InputError as error:
        message = f"{what} {path} 无法读取：{error.message}"
        raise InputError(message, hint=error.hint, path=str(path), line=error.line) from error
    try:
        return loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        line, hint = explain(text.split("\n"), str(error))
        message = f"{what} {path} 第 {line} 行写法有误。"
        raise InputError(message, hint=hint, path=str(path), line=line) from error


def explain(lines: Sequence[str], message: str) -> tuple[int, str]:
    """The line that the TOML parser complains about, and how to mend it."""
    at = _AT_LINE.search(message)
    number = min(int(at[1]) if at else len(lines), len(lines))
    bare = re.sub(r"\"[^\"]*\"|'[^']*'|#.*", "", lines[number - 1])
    if any(char in bare for char in "\uff1d："):
        return number, "请用英文等号 =，不要用全角等号或冒号。"
    if any(char in bare for char in "“”‘’\uff02"):
        return number, "请用英文引号，不要用中文引号。"
    if any(char in bare for char in "［］【】"):
        return number, "请用英文方括号 [ ]。"
    if "Invalid statement" in message:
        return number, _BRACKETS if bare.lstrip().startswith("[") else _EQUALS
    hint = next((hint for pattern, hint in _HINTS if pattern.search(message)), _OTHER)
    return number, hint

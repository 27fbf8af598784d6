"""Errors as a sentence and an exit code: the only place where codes are given."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from typing import Final

from cli.output import echo_error
from store.exceptions import ContentError, EnvironmentRefused, InputError, UsageError, WenshuError
from store.files import reason

CONTENT: Final = 1
USAGE: Final = 2
SURROUNDINGS: Final = 3


def code_of(error: BaseException) -> int:
    """The exit code of an error by its class."""
    if isinstance(error, EnvironmentRefused):
        return SURROUNDINGS
    if isinstance(error, UsageError | InputError):
        return USAGE
    if isinstance(error, ContentError | WenshuError):
        return CONTENT
    return SURROUNDINGS


def explain(error: Exception) -> int:
    """Print the sentence of an error and give its exit code."""
    if isinstance(error, WenshuError):
        place = _place(error) if isinstance(error, InputError) else ""
        echo_error(f"{place}{error.message}", error.hint)
        return code_of(error)
    if isinstance(error, OSError):
        return _system(error)
    if os.environ.get("WENSHU_DEBUG"):
        traceback.print_exc()
    name = type(error).__name__
    echo_error(
        f"程序内部出错（{name}：{error}）。",
        "您的文件没有改动。请把执行的命令和这行字告诉维护人员；"
        "设置环境变量 WENSHU_DEBUG=1 可显示细节。",
    )
    return SURROUNDINGS


def _place(error: InputError) -> str:
    if not error.path or error.path in error.message:
        return ""
    return f"{error.path}{f' 第 {error.line} 行' if error.line else ''}："


def _system(error: OSError) -> int:
    name = f"{error.filename}：" if error.filename else ""
    hint = "请换一个位置，或释放空间后重试。" if error.errno == errno.ENOSPC else ""
    echo_error(f"{name}{reason(error)}。", hint)
    return SURROUNDINGS if error.errno not in {errno.ENOENT, errno.EISDIR} else USAGE


def leave(code: int) -> None:
    """Leave a command with an exit code, after its output."""
    sys.stdout.flush()
    raise SystemExit(code)

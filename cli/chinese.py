"""Click's own words in Chinese: usage, options, and what it says about wrong ones."""

from __future__ import annotations

import gettext
from typing import Final

import click

_WORDS: Final = {
    "Usage:": "用法：",
    "Usage: {usage}": "用法：{usage}",
    "Options": "选项",
    "Commands": "命令",
    "[OPTIONS]": "[选项]",
    "COMMAND [ARGS]...": "命令 [参数]...",
    "Show this message and exit.": "显示这段说明。",
    "Show the version and exit.": "显示版本号。",
    "Aborted!": "已中断。",
    "Error: {message}": "错误：{message}",
    "default: {default}": "缺省：{default}",
    "required": "必填",
    "(dynamic)": "（自动）",
    "Argument {name!r} takes {nargs} values.": "参数“{name}”应给出 {nargs} 个值。",
    "Choose from:\n\t{choices}": "可选：{choices}",
    "Windows error: {error}": "系统错误：{error}",
    "deprecated": "已停用",
    "env var: {var}": "环境变量：{var}",
    "Positional arguments": "参数",
    "%(prog)s, version %(version)s": "%(prog)s %(version)s",
    "{name} {filename!r} is not executable.": "“{filename}”不能执行。",
    "No such option: {name}": "没有“{name}”这个选项。",
    "No such option: {name!r}": "没有“{name}”这个选项。",
    "No such option {name!r}.": "没有“{name}”这个选项。",
    "No such command {name!r}.": "没有“{name}”这个命令。",
    "Did you mean {possibility}?": "是不是 {possibility}？",
    "Did you mean {possibility!r}?": "是不是 {possibility}？",
    "(Possible options: {possibilities})": "（相近的选项：{possibilities}）",
    "Missing argument": "缺少参数",
    "Missing option": "缺少选项",
    "Missing parameter": "缺少参数",
    "Missing parameter: {param_name}": "缺少参数：{param_name}",
    "Missing command.": "缺少命令。",
    "Missing {param_type}": "缺少 {param_type}",
    "Invalid value": "值有误",
    "Invalid value: {message}": "值有误：{message}",
    "Invalid value for {param_hint}: {message}": "{param_hint} 的值有误：{message}",
    "Option {name!r} requires an argument.": "选项“{name}”后面要给出值。",
    "Option {name!r} does not take a value.": "选项“{name}”后面不能带值。",
    "{name!r} is not a valid {number_type}.": "“{name}”不是有效的数。",
    "{value!r} is not a valid {number_type}.": "“{value}”不是有效的数。",
    "{value!r} is not one of {choices}.": "“{value}”应为以下之一：{choices}。",
    "{value!r} is not one of {choice}.": "“{value}”应为 {choice}。",
    "{value} is not in the range {range}.": "{value} 不在 {range} 范围内。",
    "{name} {filename!r} does not exist.": "“{filename}”不存在。",
    "{name} {filename!r} is a directory.": "“{filename}”是文件夹。",
    "{name} {filename!r} is a file.": "“{filename}”是文件。",
    "{name} {filename!r} is not readable.": "“{filename}”无法读取。",
    "{name} {filename!r} is not writable.": "“{filename}”无法写入。",
    "Could not open file {filename!r}: {message}": "无法打开“{filename}”：{message}",
    "unknown error": "未知错误",
    "File": "文件",
    "Directory": "文件夹",
    "Path": "路径",
    "directory": "文件夹",
    "file": "文件",
    "path": "路径",
    "Argument": "参数",
    "Option": "选项",
    "argument": "参数",
    "option": "选项",
    "parameter": "参数",
    "Try '{command} {option}' for help.": "详见 {command} {option}。",
    "{prog_name}, version {version}": "{prog_name} {version}",
}
_PLURALS: Final = {
    "Got unexpected extra argument ({args})": "多出了参数：{args}",
    "Did you mean {possibility}?": "是不是 {possibility}？",
    "{value!r} is not {choice}.": "“{value}”应为 {choice}。",
    "Takes {nargs} values but 1 was given.": "应给出 {nargs} 个值，现为 1 个。",
    "Option {name!r} requires an argument.": "选项“{name}”后面要给出值。",
    "Possible options: {possibilities}": "相近的选项：{possibilities}",
    "(Possible options: {possibilities})": "（相近的选项：{possibilities}）",
    "Option {name!r} requires {nargs} arguments.": "选项“{name}”后面要给出 {nargs} 个值。",
    "Takes {nargs} values but {len} was given.": "应给出 {nargs} 个值，现为 {len} 个。",
}


class _Chinese(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        return _WORDS.get(message, message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        found = _PLURALS.get(msgid1) or _WORDS.get(msgid1)
        return found or (msgid1 if n == 1 else msgid2)


def install() -> None:
    """Give click's modules Chinese words in place of gettext's."""
    words = _Chinese()
    for name in ("core", "decorators", "exceptions", "formatting", "parser", "termui", "types"):
        module = getattr(click, name, None)
        if module is None:
            continue
        if hasattr(module, "_"):
            module._ = words.gettext
        if hasattr(module, "ngettext"):
            module.ngettext = words.ngettext

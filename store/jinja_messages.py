"""Jinja's complaints in Chinese, with the likely mend."""

from __future__ import annotations

import re
from typing import Final

_SYNTAX: Final = (
    (
        r"Encountered unknown tag '(\w+)'",
        "不认识语句“{0}”。",
        "可用的语句有 if、for、set、macro 等，请检查拼写。",
    ),
    (
        r"Unexpected end of template.*looking for.*?'(\w+)'",
        "没有结束。",
        "请在后面补上 {{% {0} %}}。",
    ),
    (
        r"expected token 'end of print statement', got '(.*)'",
        "多了“{0}”。",
        "名称里不能有空格或标点，运算符两边要完整。",
    ),
    (
        r"expected token 'end of statement block', got '(.*)'",
        "多了“{0}”。",
        "请检查语句写法；判断相等用 ==。",
    ),
    (
        r"expected token '(.*?)', got 'end of (?:print statement|statement block)'",
        "没有写完，少了“{0}”。",
        "",
    ),
    (r"expected token 'in', got .*", "循环应写成 for 变量 in 列表。", ""),
    (r"expected token '(.*?)', got '(.*)'", "这里要“{0}”，却写了“{1}”。", ""),
    (
        r"[Uu]nexpected '(.*?)', expected '(.*?)'",
        "这里要“{1}”，却写了“{0}”。",
        "请检查括号、引号是否成对。",
    ),
    (r"[Uu]nexpected '(.*?)'", "多了“{0}”。", "请检查括号、引号是否成对。"),
    (
        r"unexpected char '(.*)' at .*",
        "有不能用的字符“{0}”。",
        "请把名称与文字分开：文字要加引号。",
    ),
    (
        r"unexpected end of template.*|Expected an expression, got 'end of .*",
        "没有写内容。",
        "请在标签中写上名称。",
    ),
    (
        r"No filter named '(.*?)'.*",
        "没有“{0}”这个过滤器。",
        "可用的有 万元、百分比、中文日期、手填、default 等。",
    ),
    (
        r"No test named '(.*?)'.*",
        "没有“{0}”这种判断。",
        "可用的有 defined、none、number、string 等。",
    ),
    (
        r"access to internal attribute '(.*)'",
        "不允许读取内部属性“{0}”。",
        "以下划线开头的属性不能在模板中使用。",
    ),
    (r"chunk after expression", "表达式后面有多余的内容。", ""),
    (r"block '(.*)' defined twice", "块“{0}”定义了两次。", ""),
    (r"unbalanced.*", "括号不成对。", ""),
)
_FAILURES: Final = {
    "ZeroDivisionError": "除数为零",
    "RecursionError": "嵌套或递归过深，数据可能首尾相连",
    "OverflowError": "循环次数或数值过大",
    "MemoryError": "内容过大，内存不足",
}


def explain_syntax(message: str) -> tuple[str, str]:
    """What a syntax message of Jinja means, and how to mend it."""
    for pattern, problem, hint in _SYNTAX:
        match = re.fullmatch(pattern, message, re.DOTALL) or re.match(pattern, message, re.DOTALL)
        if match:
            groups = match.groups()
            return problem.format(*groups), hint.format(*groups) if hint else ""
    return f"写法有误（{message}）。", "请检查括号、引号和语句。"


def explain_failure(exc: BaseException) -> str:
    """What an exception inside an expression means."""
    name = type(exc).__name__
    if name in _FAILURES:
        return _FAILURES[name]
    text = str(exc)
    if name == "SecurityError":
        return f"出于安全不允许这样取值（{text}）"
    if name in {"UndefinedError", "AttributeError", "KeyError"}:
        return f"没有这一项（{text}）"
    if name in {"TypeError", "ValueError", "InvalidOperation"}:
        return f"数据类型不符（{text}）"
    return f"{name}：{text}"

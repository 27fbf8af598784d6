"""What the parser found odd about a text, as problems with a sentence and a way to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from store.model import Problem

if TYPE_CHECKING:
    from store.model import Severity


@dataclass(slots=True, frozen=True)
class Oddity:
    """Something about the text that a person should look at."""

    line: int
    code: str
    detail: str = ""


_MESSAGES: Final[dict[str, tuple[Severity, str, str]]] = {
    "odd-indent": (
        "warning",
        "“{}”前面空了 1 到 3 个格，不会成为下一级。",
        "下一级请缩进 4 个空格，同级请顶格写。",
    ),
    "stray-indent": (
        "notice",
        "“{}”缩进了 4 个空格，但上面没有可以从属的条目。",
        "正文请顶格写，首行缩进由 Word 模板负责。",
    ),
    "suspicious-marker": (
        "warning",
        "“{}”看起来像编号，但没有被当作编号。",
        (
            "条目请写成“1. 内容”（点后空一格），或“第五条 内容”（条后空一格）；"
            "确是正文时可在点前加反斜杠。"
        ),
    ),
    "full-width-item": (
        "warning",
        "“{}”用了全角数字或全角点，没有被当作条目。",
        "请改为半角，如“1. 内容”。",
    ),
    "number-gap": (
        "warning",
        "“{}”与前面的编号不连续。",
        "请核对是否漏了条款，或改用自动编号。",
    ),
    "number-double": (
        "warning",
        "“{}”这个编号重复。",
        "请改正编号，或改用自动编号。",
    ),
    "heading-level-one": (
        "warning",
        "标题“{}”只用了一个 #。",
        "文档的题目写在开头的信息表里，正文标题从 ## 开始。",
    ),
    "heading-jump": (
        "warning",
        "标题“{}”比上一级深了不止一级。",
        "请逐级使用 ##、###、####。",
    ),
    "heading-inside-item": (
        "warning",
        "标题写在了条目里面。",
        "请把标题顶格写。",
    ),
    "heading-empty": (
        "warning",
        "这个标题没有文字。",
        "请补上标题，或删去这一行的 #。",
    ),
    "list-start": (
        "warning",
        "“{}”是自动编号，印出来的号码与写的不同。",
        "自动编号按顺序从头数；要按原样印出，请写成“2、内容”或“第二条 内容”。",
    ),
    "comment-not-closed": (
        "warning",
        "注释 <!-- 没有结束，按正文处理。",
        "请在注释末尾写上 -->。",
    ),
    "figure-in-text": (
        "warning",
        "图表与文字写在同一行，图表已移到另一行。",
        "请让 {{ 图(…) }} 或 {{ 指标表(…) }} 单独占一行。",
    ),
    "double-anchor": (
        "error",
        "名称“{}”用了两次。",
        "同一份文档里每个 {: #名称} 只能用一次，请改名。",
    ),
    "fence-not-closed": (
        "warning",
        "代码块没有结束。",
        "请在末尾补上一行 ```。",
    ),
    "table-row-too-long": (
        "warning",
        "这一行比表头多出 {} 个单元格，表格已加宽。",
        "请核对竖线“|”的数目；内容里的竖线请写成 \\|。",
    ),
    "table-merge": (
        "warning",
        "表格里的 ^^ 或 << 合并后不成矩形，没有合并。",
        "合并的单元格要围成一个矩形；表头不能与下面的行合并。",
    ),
    "footnote-double": (
        "warning",
        "脚注“{}”写了两次，以后一次为准。",
        "请改用不同的脚注名。",
    ),
    "nested-too-deep": (
        "warning",
        "嵌套超过 12 层，更深的内容按普通文字处理。",
        "请减少层级。",
    ),
}


def problem_of(oddity: Oddity, path: str) -> Problem:
    """The problem a person reads."""
    severity, message, hint = _MESSAGES[oddity.code]
    text = message.format(oddity.detail)
    return Problem(path, oddity.line, severity, oddity.code, text, hint)

"""Places that a form or a template leaves open: `姓名：`, `XXX`, `____`, `〔客户姓名〕`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from importer.model import Node

_BLANK_FIELD: Final = re.compile(
    "(?:^|(?<=[\\s\u3000；;：:，。,（(]))(?!各|全体|尊敬|诸位)(?P<name>[\u4e00-\u9fffA-Za-z]{2,8})(?:[（(][^（()）]{1,8}[)）])?\\s*[:：]"
    "\\s*(?:(?P<drawn>[_\uff3f]{2,}|\\s{3,}(?=\\S))|[ \u3000]*$)",
    re.MULTILINE,
)
_FORM_WORD: Final = re.compile(
    r"(?:姓名|名称|单位|部门|岗位|职务|职位|职称|日期|时间|电话|手机|传真|地址|住址|编号|工号|证号|号码|性别|年龄|籍贯|民族|"
    r"学历|专业|工龄|生日|签[字名章]|盖章|人|者|员|方|金额|数量|原因|事由|意见|备注|邮箱|邮编|账号|户名|开户行|期限|车牌|规格|型号|关系)$"
)
_BLANK_RUN: Final = re.compile(
    r"([_＿]{2,}|[XxＸ]{2,}|[×]{2,}|〔[^〔〕\d]{1,12}〕|\[[^\[\]\d]{1,12}\]|【\s*】|（\s{2,}）|\(\s{2,}\))"  # noqa: RUF001
)
_WORD: Final = re.compile(r"[\u4e00-\u9fff]{2,12}")
_WORD_BEFORE: Final = re.compile(r"[\u4e00-\u9fff]+$")
_FUNCTION_WORDS: Final = re.compile(
    r"^[和与及的]+|(?:[于为是的在由自至从向按经共计约将达给对和与及您你我请祝]|人民币)+$"
)
_PERSON: Final = re.compile(r"\s*(?:先生|女士|小姐|同志)")
_MOST: Final = 40


def places_to_fill(nodes: Sequence[Node]) -> list[str]:
    """Names of the places to fill by hand, each once, in order."""
    found: dict[str, None] = {}
    for top in nodes:
        for node in top.walk():
            names = [*_named(node.text)]
            dated = any(name.endswith("日期") for name in names)
            found |= dict.fromkeys(names)
            found |= dict.fromkeys(
                name for name in _drawn(node.text) if not (dated and name == "日期")
            )
    return list(found)[:_MOST]


def _named(text: str) -> Iterator[str]:
    """Names with a colon and nothing behind it; only words of forms where nothing is drawn."""
    if ":" not in text and "：" not in text:
        return
    for match in _BLANK_FIELD.finditer(text):
        if match["drawn"] or _FORM_WORD.search(match["name"]):
            yield match["name"]


def _drawn(text: str) -> Iterator[str]:
    """Blanks drawn in the text, named by what stands in them, behind them or before them."""
    for match in _BLANK_RUN.finditer(text):
        inner = match[1].strip("〔〕[]【】（）() ")
        before = _WORD_BEFORE.search(text[max(0, match.start() - 6) : match.start()])
        name = before[0] if before else ""
        if _WORD.fullmatch(inner):
            yield inner
        elif text[match.end() : match.end() + 1] in {"年", "月", "日"}:
            yield "日期"
        elif _PERSON.match(text, match.end()) or name.endswith(("本人", "尊敬的", "我叫", "我是")):
            yield "姓名"
        elif name := _FUNCTION_WORDS.sub("", name):
            yield name

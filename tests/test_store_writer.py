"""What is written parses to the same model."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
import test_store_blocks
import test_store_inline
import test_store_structure
from hypothesis import given, settings
from hypothesis import strategies as st
from tools_store import BARE, PLAIN, RULES

from store.inline import parse_inlines, plain
from store.inline_writer import write_inlines
from store.parser import parse_body
from store.writer import write_body

if TYPE_CHECKING:
    from store.kinds import Numbering
    from store.workspace import Workspace

NOT_COMPARED = {"line", "typed", "problems"}


def shape(value: object) -> object:
    """A model as nested tuples without lines and without the numbers typed in the source."""
    if isinstance(value, list | tuple):
        return [shape(item) for item in value]
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    if is_dataclass(value):
        return {
            field.name: shape(getattr(value, field.name))
            for field in fields(value)
            if field.name not in NOT_COMPARED
        }
    return value


def check(text: str, numbering: Numbering, *, jinja: bool = False) -> str:
    body = parse_body(text, numbering)
    written = write_body(body, numbering, jinja=jinja)
    again = parse_body(written, numbering)
    assert shape(again) == shape(body), written
    assert write_body(again, numbering, jinja=jinja) == written
    return written


@pytest.mark.parametrize("numbering", [RULES, PLAIN, BARE], ids=["rules", "plain", "bare"])
@pytest.mark.parametrize("text", [text for text, _ in test_store_blocks.CASES])
def test_the_dialect(text, numbering):
    check(text, numbering)


def _cases(test) -> list[tuple]:
    return next(mark.args[1] for mark in test.pytestmark if mark.name == "parametrize")


@pytest.mark.parametrize(
    ("text", "numbering"),
    [row[:2] for row in _cases(test_store_structure.test_numbers_and_nesting)],
)
def test_structures(text, numbering):
    check(text, numbering)


@pytest.mark.parametrize("text", [row[0] for row in _cases(test_store_inline.test_inline_cases)])
def test_inlines(text):
    pieces = parse_inlines(text)
    if any(piece.type == "blank" for piece in pieces):
        assert parse_inlines(write_inlines(pieces))[-1].text == "姓名：________________。"
    else:
        assert parse_inlines(write_inlines(pieces)) == pieces


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("## 甲\n1. 乙\n1. 丙", "## 甲\n\n1. 乙\n2. 丙\n"),
        ("1. 甲\n\n说\n\n2. 乙", "1. 甲\n\n说\n\n2. 乙\n"),
        ("第五条 甲\n(一)乙", "第五条 甲\n（一）乙\n"),
        ("1. 甲 {: #a}\n    1. 乙", "1. 甲 {: #a}\n    1. 乙\n"),
        ("| a | b |\n|:-|-:|\n| x\\|y | << |", "| a | b |\n| :--- | ---: |\n| x\\|y | << |\n"),
        ("见[](#a)\n\n1. 甲 {: #a}", "见[](#a)\n\n1. 甲 {: #a}\n"),
        ("## 甲 {: .unnumbered}", "## 甲 {: .unnumbered}\n"),
        ("", ""),
    ],
)
def test_how_it_is_written(text, written):
    assert check(text, PLAIN) == written


@pytest.mark.parametrize(
    "text",
    [
        "1. 甲：\n    1. 子\n\n第二款。\n\n2. 乙",
        "1. 甲：\n（一）子\n\n第二款。\n\n2. 乙",
        "1. 甲：\n\n    （一）子\n\n        深\n\n    （二）丑\n\n2. 乙",
        "1. 甲\n\n    | a |\n    |---|\n    | 1 |\n\n第二款\n\n（一）项\n\n第三款",
        "1. 甲 {: #a}\n\n    后 {: #b}\n\n| a |\n|---|\n\n{: #c}",
        "- 甲\n\n<!-- x -->\n\n- 乙",
        "- 甲\n\n    续\n\n    - 乙\n- 丙",
        "> 第五条 甲\n> （一）乙\n>\n> 丙\n\n丁",
        "甲[^1]乙[^b]\n\n[^1]: 注\n\n    1. 项\n    2. 项\n\n[^b]: 另",
        "甲\n乙\n: 一\n\n    二\n\n丙\n: 三",
        "```\n````\n```\n",
        "````\n```\n1. 甲\n\n2. 乙\n```\n````",
        "## 甲 \\#\n\n#标签\n\n\\# 甲\n\n\\- 乙\n\n1\\. 丙\n\n\\: 丁\n\n\\> 戊\n\n\\| a\n",
        "\\第五条 甲\n\n\\（一）乙\n\n\\一、丙\n\n## \\一、丁",
        "甲 \\{: #x\\}\n\n## 乙 {: #x\\}",
        "甲  \n- 不是项\n\n甲  \n\\- 乙  \n\\1、丙",
        "**\\第五条** 甲",
        "\\newpage 甲\n\n\\\\newpage",
        '![图](<a (1).png> "题注")\n\n![图](b 2.png) {: #p}',
        "| **a** | `b|c` |\n|---|---|\n| 1<br>2 | \\^^ |\n| ^^ | 3 |",
        "| a | b | c |\n|---|---|---|\n| 1 | << | x |\n| ^^ | << | y |",
        "## 第一编 甲\n## 第一章 乙\n## 第一节 丙\n### 一、丁\n### （一）戊\n### 1. 己\n文字",
        "甲\n\n---\n\n<!-- 分页 -->\n\n乙",
        "1. 甲\n\n    1. 乙\n\n    说明\n\n    1. 丙\n2. 丁",
        "&#35; 甲\n\n&#62; 乙",
        "1.\n\n    | a |\n    |---|\n",
        "1.\n| a | b |",
        "（1）\n、甲",
        "*1**2*3*4** ~~*5~~6*",
        "甲{#x\n**粗**}",
        "#\n{: #x}",
    ],
)
@pytest.mark.parametrize("numbering", [RULES, PLAIN], ids=["rules", "plain"])
def test_difficult_texts(text, numbering):
    check(text, numbering)


@pytest.mark.parametrize(
    "text", ["甲{{ 乙 }}{% if %}{# x #}", "- {{ a }}", "| {{ a }} |\n|---|", "`{{ a }}`"]
)
def test_braces_of_a_jinja_body(text):
    written = check(text, PLAIN, jinja="`" not in text)
    assert "`" in text or not any(mark in written for mark in ("{{", "{%", "{#"))


def test_long_lists_keep_their_numbers():
    check("\n".join(f"{min(n, 999)}. 第{n}项" for n in range(1, 1203)), PLAIN)


def test_every_text_of_the_starter_library(starter: Workspace):
    written = 0
    for entry in starter.entries:
        _, found, meta, _, _ = starter.read(entry)
        if "{%" in found.body or "{{" in found.body:
            continue
        check(found.body, starter.kinds[meta.kind].numbering)
        written += 1
    assert written > 20


lines = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "",
                "",
                "## 甲",
                "### 乙",
                "## 第二章 丙",
                "1. 项",
                "2. 项",
                "    1. 子项",
                "- 点",
                "    - 子点",
                "第三条 条",
                "（二）款",
                "1、丁",
                "三、事",
                "| a | b |",
                "|---|---|",
                "> 引",
                "> 1. 项",
                "文字",
                "    缩进",
                ": 释",
                "```",
                "---",
                "[^1]: 注",
                "见[^1]",
                "**粗**与`码`",
                "\\newpage",
                "![图](a.png)",
                "{: #x}",
                "见[](#x)",
                "附件1：表",
                "## 附件1",
            ]
        ),
        st.text(alphabet="甲1一.、（）第条#>|-*`~[]^:\\{} ", max_size=10),
    ),
    max_size=20,
)


@settings(max_examples=400, deadline=None)
@given(lines, st.sampled_from([RULES, PLAIN, BARE]))
def test_any_parsed_text_is_written_and_read_again(source, numbering):
    body = parse_body("\n".join(source), numbering)
    written = write_body(body, numbering)
    assert shape(parse_body(written, numbering)) == shape(body)


formats = st.sampled_from(
    ["{}", "**{}**", "~~{}~~", "`{}`", "[{}](http://a.cn)", "***{}***", "[](#a{:.0})", "[^a{:.0}]"]
)
texts = st.text(alphabet="甲乙a1 *_`[]<>&\\~#|{%", min_size=1, max_size=6)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(formats, texts), max_size=4), st.booleans())
def test_any_inlines_are_written_and_read_again(parts, jinja):
    """The text to the letter; emphasis too, unless it runs into other emphasis."""
    pieces = parse_inlines("，".join(form.format(text) for form, text in parts))
    again = parse_inlines(write_inlines(pieces, jinja=jinja))
    assert plain(again) == plain(pieces)
    apart = {"text", "code"} if jinja else {"text"}
    assert [(p.type, p.target) for p in again if p.type not in apart] == [
        (p.type, p.target) for p in pieces if p.type not in apart
    ]
    if not jinja and not any(
        _emphasised(one) and _emphasised(other) for one, other in pairwise(pieces)
    ):
        assert again == pieces


def _emphasised(piece) -> bool:
    return piece.bold or piece.italic or piece.strike

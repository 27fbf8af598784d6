"""The Markdown dialect of bodies, case by case."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tools_store import BARE, PLAIN, RULES, body_outline, codes, lines_of, outline

from store.blocks import MAX_DEPTH
from store.model import Block
from store.parser import parse_body, parse_lines
from store.shield import figure_token, shield

if TYPE_CHECKING:
    from store.kinds import Numbering

CASES = [
    # -- paragraphs
    ("", []),
    ("\n\n", []),
    ("一段\n接着\n\n又一段", ["一段接着", "又一段"]),
    ("　　首行空两格", ["首行空两格"]),
    ("\u00a0\u00a0不断行空格", ["不断行空格"]),
    ("\u200b\ufeff看不见的空格", ["看不见的空格"]),
    ("甲\r\n乙\r\n", ["甲乙"]),
    # -- headings
    ("## 甲", ["# 一、甲"]),
    ("##甲", ["# 一、甲"]),
    ("## 甲 ##", ["# 一、甲"]),
    ("## C#", ["# 一、C#"]),
    ("  ## 甲", ["# 一、甲"]),
    ("段\n## 甲\n段二", ["段", "# 一、甲", "  段二"]),
    ("# 甲", ["# 一、甲"]),
    ("#标签", ["#标签"]),
    ("####### 七级", ["####### 七级"]),
    ("## **甲**乙", ["# 一、甲乙"]),
    ("## 甲 {: #x}", ["# 一、甲"]),
    ("## 甲 {: .unnumbered}\n## 乙", ["# 甲", "# 一、乙"]),
    ("## 甲\n### 乙\n## 丙", ["# 一、甲", "  ## （一）乙", "# 二、丙"]),
    (r"## \一、甲", ["# 一、一、甲"]),
    # -- ordered lists
    ("1. 甲\n2. 乙", ["1.|甲", "2.|乙"]),
    ("1. 甲\n1. 乙", ["1.|甲", "2.|乙"]),
    ("1.　甲\n2.\u00a0乙", ["1.|甲", "2.|乙"]),
    ("说明：\n1. 甲\n2. 乙", ["说明：", "1.|甲", "2.|乙"]),
    ("说明\n2. 乙", ["说明2. 乙"]),
    ("1. 甲\n\n2. 乙", ["1.|甲", "2.|乙"]),
    ("1. 甲\n接着\n2. 乙", ["1.|甲接着", "2.|乙"]),
    ("1. 甲\n  接着", ["1.|甲接着"]),
    ("1. 甲\n\n    后段\n\n2. 乙", ["1.|甲", "  后段", "2.|乙"]),
    ("1. 甲\n\n说明\n\n1. 乙", ["1.|甲", "说明", "1.|乙"]),
    ("1. 甲\n\n说明\n\n2. 乙", ["1.|甲", "说明", "2.|乙"]),
    ("1. 甲\n    1. 乙\n    2. 丙\n2. 丁", ["1.|甲", "  （1）|乙", "  （2）|丙", "2.|丁"]),
    ("1. 甲\n\n    1. 乙", ["1.|甲", "  （1）|乙"]),
    ("1. 甲\n\t1. 乙", ["1.|甲", "  （1）|乙"]),
    (
        "1. 甲\n    1. 乙\n        1. 丙\n            1. 丁",
        ["1.|甲", "  （1）|乙", "    ①|丙", "      1）|丁"],
    ),
    ("1.\n    甲", ["1.|甲"]),
    ("1.", ["1.|"]),
    ("2024. 年", ["2024. 年"]),
    ("10. 甲", ["1.|甲"]),
    ("1. 甲\n- 乙", ["1.|甲", "list:", "  乙"]),
    ("1. 甲\n## 乙", ["1.|甲", "# 一、乙"]),
    ("1. 甲\n第五条 乙", ["1.|甲", "第五条|乙"]),
    ("1. 甲\n\n    | a | b |\n    |---|---|\n    | 1 | 2 |", ["1.|甲", "  table:a|b/1|2"]),
    ("1. 甲\n\n        不是代码", ["1.|甲", "  不是代码"]),
    # -- bullets
    ("- 甲\n- 乙", ["list:", "  甲", "  乙"]),
    ("* 甲\n+ 乙", ["list:", "  甲", "  乙"]),
    ("说明：\n- 甲", ["说明：", "list:", "  甲"]),
    ("- 甲\n    - 乙\n- 丙", ["list:", "  甲", "    list:", "      乙", "  丙"]),
    ("- 甲\n\n- 乙", ["list:", "  甲", "  乙"]),
    ("- 甲\n    1. 乙", ["list:", "  甲", "    1.|乙"]),
    ("-\n", ["list:", "  "]),
    ("- | a | b |\n    |---|---|", ["list:", "  ", "    table:a|b"]),
    ("-5%的降幅", ["-5%的降幅"]),
    # -- typed numbers
    ("三、甲\n续\n四、乙", ["三、|甲续", "四、|乙"]),
    ("段落\n（二）甲", ["段落", "（二）|甲"]),
    ("(二)甲", ["（二）|甲"]),
    ("第五条 甲\n第六条规定如此", ["第五条|甲第六条规定如此"]),
    ("第五条 甲\n1. 乙", ["第五条|甲", "  1.|乙"]),
    ("第二章 组织\n第五条 甲", ["# 第二章 组织", "  第五条|甲"]),
    ("第二章\n第五条 甲", ["# 第二章 ", "  第五条|甲"]),
    ("第三节 课后，应当总结。", ["第三节|课后，应当总结。"]),
    ("1、甲\n2、乙", ["1、|甲", "2、|乙"]),
    ("1）甲", ["1）|甲"]),
    ("①甲②乙\n②丙", ["①|甲②乙", "②|丙"]),
    (r"\第五条 不是条", ["第五条 不是条"]),
    ("甲\n\\（二）不是项", ["甲（二）不是项"]),
    (r"1\. 不是项", ["1. 不是项"]),
    # -- rules, page breaks, comments
    ("甲\n\n---\n\n乙", ["甲", "break:rule", "乙"]),
    ("甲\n***\n乙", ["甲", "break:rule", "乙"]),
    ("甲\n\n<!-- 分页 -->\n\n乙", ["甲", "break:page", "乙"]),
    ("甲\n\\newpage\n乙", ["甲", "break:page", "乙"]),
    ("甲\n\f\n乙", ["甲", "break:page", "乙"]),
    ("甲\n<!-- 备注 -->\n乙", ["甲", "乙"]),
    ("<!-- 两行\n备注 -->\n乙", ["乙"]),
    ("<!-- 备注 --> 1. 乙", ["1.|乙"]),
    ("<!-- 没有结束\n乙", ["<!-- 没有结束乙"]),
    # -- code
    ("```\n1. 甲\n```\n乙", ["code:1. 甲", "乙"]),
    ("```python title\nx = 1\n```", ["code:x = 1"]),
    ("~~~\n```\n~~~", ["code:```"]),
    ("段\n```\n码\n```", ["段", "code:码"]),
    ("```\n没有结束", ["code:没有结束"]),
    # -- quotes
    ("> 甲\n> 乙\n\n丙", ["quote:", "  甲乙", "丙"]),
    ("> 1. 甲\n>     1. 乙", ["quote:", "  1.|甲", "    （1）|乙"]),
    (">甲\n>\n>乙", ["quote:", "  甲", "  乙"]),
    ("> 第五条 甲\n> （一）乙", ["quote:", "  第五条|甲", "    （一）|乙"]),
    # -- definitions
    ("术语\n: 解释", ["definition:", "  解释"]),
    ("术语\n\n:   解释\n\n    续", ["definition:", "  解释", "  续"]),
    ("甲\n乙\n: 解释", ["definition:甲", "definition:", "  解释"]),
    ("甲\n: 一\n: 二", ["definition:", "  一", "  二"]),
    ("甲\n: 一\n\n乙\n: 二", ["definition:", "  一", "definition:", "  二"]),
    (": 没有术语", [": 没有术语"]),
    # -- tables
    ("| 甲 | 乙 |\n|---|:-:|\n| 1 | 2 |", ["table:甲|乙/1|2"]),
    ("甲 | 乙\n--- | ---\n1 | 2", ["table:甲|乙/1|2"]),
    ("| 甲 |\n|---|", ["table:甲"]),
    ("说明\n| 甲 | 乙 |\n|---|---|\n| 1 | 2 |\n结尾", ["说明", "table:甲|乙/1|2", "结尾"]),
    ("甲|乙\n---", ["甲|乙", "break:rule"]),
    ("这里 a|b 不是表", ["这里 a|b 不是表"]),
    ("1. 甲 | 乙\n2. 丙", ["1.|甲 | 乙", "2.|丙"]),
    # -- images
    ("![现场](图/现场 1.png)", ["image:现场"]),
    ("![](a.png)", ["image:a.png"]),
    ('![甲](<a(1).png> "题注")', ["image:甲"]),
    ("看![甲](a.png)图", ["看甲图"]),
    ("\\\n![甲](a.png)", ["image:甲"]),
    ("甲\n: ", ["甲: "[:2]]),
    # -- footnotes
    ("甲[^1]\n\n[^1]: 注\n    续\n\n    又", ["甲"]),
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[repr(text) for text, _ in CASES])
def test_dialect(text, expected):
    assert outline(text) == expected


NOTED = [
    ("1. 甲\n  2. 乙", [(2, "odd-indent")]),
    ("- 甲\n  - 乙", [(2, "odd-indent")]),
    ("1. 甲\n     1. 乙", [(2, "odd-indent")]),
    ("1. 甲\n  续", [(2, "odd-indent")]),
    (" 甲", [(1, "odd-indent")]),
    ("    甲", [(1, "stray-indent")]),
    ("　　甲", []),
    ("2024. 年", [(1, "suspicious-marker")]),
    ("说明\n2. 乙", [(2, "suspicious-marker")]),
    ("1. 甲\n\n说明\n2. 乙", [(4, "suspicious-marker")]),
    ("1.内容", [(1, "suspicious-marker")]),
    ("1.5亿元", []),
    ("2024.12", []),
    ("3.15晚会", []),
    ("第五条员工应当", [(1, "suspicious-marker")]),
    ("第五条、员工应当", [(1, "suspicious-marker")]),
    ("第五条、第六条规定", []),
    ("第五条规定", []),
    ("第五条第一款规定", []),
    ("１．甲", [(1, "full-width-item")]),
    ("1．甲", [(1, "full-width-item")]),
    ("１. 甲", [(1, "full-width-item")]),
    (r"1\. 甲", []),
    ("2. 甲", [(1, "list-start")]),
    ("1. 甲\n\n说明\n\n5. 乙", [(5, "list-start")]),
    ("1. 甲\n3. 乙", []),
    ("# 甲", [(1, "heading-level-one")]),
    ("## 甲\n#### 乙", [(2, "heading-jump")]),
    ("### 甲", [(1, "heading-jump")]),
    ("##", [(1, "heading-empty")]),
    ("1. 甲\n    ## 乙", [(2, "heading-inside-item")]),
    ("```\n甲", [(1, "fence-not-closed")]),
    ("<!-- 甲", [(1, "comment-not-closed")]),
    ("| 甲 |\n|---|\n| 1 | 2 |", [(3, "table-row-too-long")]),
    ("甲[^a]\n\n[^a]: 一\n[^a]: 二", [(4, "footnote-double")]),
    ("甲[^a]", [(1, "footnote-missing")]),
    ("[^a]: 一", [(1, "footnote-unused")]),
    ("见[](#无)", [(1, "dead-reference")]),
    ("## 甲 {: #x}\n\n乙 {: #x}", [(3, "double-anchor")]),
    ("> " * (MAX_DEPTH + 2) + "甲", [(1, "nested-too-deep")]),
]


@pytest.mark.parametrize(("text", "expected"), NOTED, ids=[repr(text[:30]) for text, _ in NOTED])
def test_what_is_odd_is_told_with_its_line(text, expected):
    assert codes(text) == expected


def test_every_oddity_has_a_sentence_and_a_hint():
    for text, _ in NOTED:
        for problem in parse_body(text, PLAIN, path="a.md").problems:
            assert problem.path == "a.md"
            assert problem.message.endswith("。")
            assert problem.hint.endswith("。") or "]" in problem.hint
            assert "{}" not in problem.message


@pytest.mark.parametrize("mark", ["> ", "1. ", "- "])
def test_nesting_without_end_is_cut(mark):
    body = parse_body(mark * 3000 + "甲", PLAIN)
    assert "nested-too-deep" in {problem.code for problem in body.problems}
    assert any("甲" in block.text for block in body.root.walk_blocks())


def test_lines_count_from_the_first_line():
    body = parse_body("## 甲\n\n1. 乙\n\n    丙\n\n| a |\n|---|", PLAIN, first_line=10)
    assert lines_of(body) == [(10, "一、甲"), (12, "乙"), (14, "丙"), (16, "a")]


def test_an_image_has_path_and_caption():
    (image,) = parse_body('![现场](<图/a (1).png> "会场")', PLAIN).root.blocks
    assert (image.type, image.target, image.text, image.caption) == (
        "image",
        "图/a (1).png",
        "现场",
        "会场",
    )
    (image,) = parse_body("![现场](a.png)", PLAIN).root.blocks
    assert image.caption == "现场"


def test_footnotes_are_kept_apart_and_numbered():
    body = parse_body("甲[^1]\n\n[^1]: 注：\n    1. 子一\n    2. 子二\n\n后文", RULES)
    assert body_outline(body) == ["甲", "后文"]
    assert [(b.text, getattr(b, "label", "")) for b in body.footnotes["1"]] == [
        ("注：", ""),
        ("子一", "1."),
        ("子二", "2."),
    ]
    assert body.problems == []


@pytest.mark.parametrize(
    ("text", "anchors"),
    [
        ("## 甲 {: #a}", ["a"]),
        ("1. 甲 {: #a}", ["a"]),
        ("1. 甲{: #a}\n\n    乙", ["a"]),
        ("1. 甲 {:#a} ", ["a"]),
        ("第五条 甲\n续 {: #a}", ["a"]),
        ("第五条 甲\n\n{: #a}", ["a"]),
        ("甲 {#a}", []),
    ],
)
def test_ids(text, anchors):
    body = parse_body(text, PLAIN)
    assert [anchor for anchor in body.anchors() if anchor == "a"] == anchors
    assert "{" not in "".join(text for _, text in lines_of(body))


@pytest.mark.parametrize(
    "text", ["甲 {: #a}", "甲\n{: #a}", "甲\n\n{: #a}", "- 甲 {: #a}", "| 甲 |\n|---|\n\n{: #a}"]
)
def test_ids_of_blocks_without_a_number(text):
    blocks = [block for block in parse_body(text, PLAIN).root.walk_blocks() if block.anchor == "a"]
    assert [block.text for block in blocks] == ["甲"]


def test_braces_that_are_no_id_stay():
    assert outline("集合 {甲, 乙}") == ["集合 {甲, 乙}"]
    assert outline("空 {}") == ["空 {}"]


class Figure:
    def to_block(self, line: int) -> Block:
        return Block(type="chart", line=line, text="图")


def figures(text: str, numbering: Numbering = PLAIN) -> tuple[list[str], list[str]]:
    lines = list(enumerate(text.replace("@", figure_token(0)).split("\n"), 1))
    body = parse_lines(lines, numbering, figures=[Figure()])
    return body_outline(body), [problem.code for problem in body.problems]


@pytest.mark.parametrize(
    ("text", "expected", "noted"),
    [
        ("@", ["chart:图"], []),
        ("甲\n@\n乙", ["甲", "chart:图", "乙"], []),
        ("  @", ["chart:图"], []),
        ("1. 甲\n\n    @", ["1.|甲", "  chart:图"], []),
        ("1. @\n2. 乙", ["1.|", "  chart:图", "2.|乙"], []),
        ("1. 甲@\n2. 乙", ["1.|甲", "  chart:图", "2.|乙"], ["figure-in-text"]),
        ("甲@乙", ["甲乙", "chart:图"], ["figure-in-text"]),
        ("@@", ["chart:图", "chart:图"], []),
        ("## 甲@", ["# 一、甲", "  chart:图"], ["figure-in-text"]),
        ("| 甲 | @ |\n|---|---|", ["table:甲|", "chart:图"], ["figure-in-text"]),
        ("| @ | 甲 |\n|---|---|\n乙", ["table:|甲", "chart:图", "乙"], ["figure-in-text"]),
    ],
)
def test_figures_have_a_line_of_their_own(text, expected, noted):
    assert figures(text) == (expected, noted)


def test_a_token_without_a_figure_is_text():
    body = parse_lines([(1, figure_token(7))], PLAIN, figures=[Figure()])
    assert [block.type for block in body.root.blocks] == ["paragraph"]


BLOCK_MARKS = [
    "## 甲",
    "1. 甲",
    "- 甲",
    "（一）甲",
    "第五条 甲",
    "| a |",
    "> 甲",
    "```",
    "---",
    "[^1]: 甲",
    ": 甲",
    "<!--",
    "\\newpage",
    "　甲",
    "１．甲",
    "\f",
]


@pytest.mark.parametrize("value", BLOCK_MARKS)
def test_a_value_at_the_start_of_a_line_begins_no_block(value):
    body = parse_lines([(1, "前文"), (2, ""), (3, shield(value))], PLAIN)
    assert [block.type for block in body.root.walk_blocks()] in (
        [["paragraph", "paragraph"]] if value != "\f" else [["paragraph"]]
    )
    assert body.root.sections == []
    assert body.root.blocks[-1].text in {value, "前文"}
    assert body.problems == []


lines = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "",
                "",
                "## 甲",
                "### 乙",
                "1. 项",
                "    1. 子项",
                "- 点",
                "第三条 条",
                "（二）款",
                "三、事",
                "| a | b |",
                "|---|---|",
                "> 引",
                "文字",
                "    缩进",
                ": 释",
                "```",
                "---",
                "[^1]: 注",
                "见[^1]",
                "<!-- 注",
                "-->",
                "  1. 斜",
                "\\newpage",
                "第二章 章",
                "![图](a.png)",
                "{: #x}",
                "见[](#x)",
            ]
        ),
        st.text(alphabet="甲1一.、（）第条#>|-*`~[]^:\\{} \t　", max_size=12),
    ),
    max_size=25,
)


@settings(max_examples=300)
@given(lines, st.sampled_from([RULES, PLAIN, BARE]))
def test_any_text_is_parsed_and_lines_only_go_down(source, numbering):
    body = parse_body("\n".join(source), numbering)
    at = 0
    for section in body.root.walk():
        if section.level:
            assert section.line >= at
            at = section.line
        for block in section.blocks:
            for piece in block.walk():
                assert at <= piece.line <= len(source)
                at = piece.line
    for problem in body.problems:
        assert 1 <= problem.line <= len(source)


words = st.text(alphabet="甲乙丙丁戊己", min_size=1, max_size=6)


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                [
                    "{}",
                    "\n{}",
                    "## {}\n",
                    "1. {}",
                    "    1. {}",
                    "- {}",
                    "第三条 {}",
                    "（二）{}",
                    "> {}",
                    "\n{}\n: {}",
                    "\n| {} | b |\n|---|---|\n| {} | 1 |\n",
                ]
            ),
            words,
        ),
        max_size=20,
    )
)
def test_every_block_stands_on_its_line(shapes):
    """A token that is written on a line comes out on a block that begins there or goes on there."""
    text = ""
    expected: dict[str, int] = {}
    for number, (shape, _) in enumerate(shapes):
        token = f"〈{number}〉"
        part = shape.replace("{}", token, 1).replace("{}", f"〔{number}〕")
        expected[token] = text.count("\n") + 1 + part[: part.index(token)].count("\n")
        text += part + "\n"
    found: dict[str, tuple[int, str]] = {}
    body = parse_body(text, PLAIN)
    for line, content in lines_of(body):
        for token in expected:
            if token in content:
                found[token] = (line, content)
    assert set(found) == set(expected)
    for token, line in expected.items():
        begins, content = found[token]
        joined = set(content[: content.index(token)]) & {"〉", "〕"}
        assert begins <= line
        assert joined or begins == line

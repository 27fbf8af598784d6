from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.inline import MAX_MARKED_CHARS, is_cjk, join_lines, parse_inlines, plain
from store.shield import blank_token, figure_token, shield, unshield


def shown(text: str) -> str:
    """Pieces in a short notation: `<b>bold</b>`, `<link 地址>文字</>`, other types likewise."""
    parts = []
    for piece in parse_inlines(text):
        part = piece.text
        for on, tag in ((piece.strike, "s"), (piece.italic, "i"), (piece.bold, "b")):
            part = f"<{tag}>{part}</{tag}>" if on else part
        if piece.type == "blank":
            part = f"<blank {piece.width}>"
        elif piece.type == "break":
            part = "<br>"
        elif piece.type != "text":
            part = f"<{piece.type} {piece.target}>{part}</>".replace(" >", ">")
        parts.append(part)
    return "".join(parts)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("  \n　", ""),
        ("平常的话。", "平常的话。"),
        ("**重点**内容", "<b>重点</b>内容"),
        ("这是**重点**内容", "这是<b>重点</b>内容"),
        ("这是__重点__内容", "这是__重点__内容"),
        ("**甲****乙**", "<b>甲乙</b>"),
        ("<!-- 注 --> **甲**", "<b>甲</b>"),
        (f"**甲**{shield(chr(10) * 2)}乙", "<b>甲</b><br><br>乙"),
        ("see *this* now", "see <i>this</i> now"),
        ("***both***", "<b><i>both</i></b>"),
        ("甲 **乙** 丙", "甲 <b>乙</b> 丙"),
        # stars and underscores between CJK characters and digits
        ("10*20*30", "10*20*30"),
        ("长*宽*高", "长*宽*高"),
        ("附件_1_表_2", "附件_1_表_2"),
        ("3*（2+1）*4", "3*（2+1）*4"),
        ("2*3**4**", "2*3<b>4</b>"),
        ("user_name_x", "user_name_x"),
        ("~~作废~~的话", "<s>作废</s>的话"),
        ("~~作**重**废~~", "<s>作</s><b><s>重</s></b><s>废</s>"),
        ("约~30%至~40%", "约~30%至~40%"),
        # what the package gets wrong stays as it is typed
        ("*~~1~~**[*[](http://a.cn)", "*~~1~~**[*[](http://a.cn)"),
        ("**1*<**，`1`，*<，*", "**1*<**，`1`，*<，*"),
        # escapes
        (r"\*不是\*", "*不是*"),
        (r"1\. 内容", "1. 内容"),
        (r"\~~甲~~", "~~甲~~"),
        (r"\<!-- 甲 -->", "<!-- 甲 -->"),
        (r"C:\目录\文件", r"C:\目录\文件"),
        (r"\&amp;", "&amp;"),
        (r"\[^1]", "[^1]"),
        (r"甲\|乙", "甲|乙"),
        # entities and HTML
        ("A&amp;B", "A&B"),
        ("A&B", "A&B"),
        ("&#123;{ 甲 }}", "{{ 甲 }}"),
        ("<b>粗</b>", "<b>粗</b>"),
        ("a < b 且 c > d", "a < b 且 c > d"),
        ("见<script>alert(1)</script>", "见<script>alert(1)</script>"),
        ("甲<!-- 内部备注 -->乙", "甲乙"),
        ("甲<!-- 两行\n备注 -->乙", "甲乙"),
        # code
        ("命令`a*b*c`结束", "命令<code>a*b*c</>结束"),
        ("`[^1]~~x~~<!-- y -->`", "<code>[^1]~~x~~<!-- y --></>"),
        ("`a\n b`", "<code>a b</>"),
        ("`\n`", "``"),
        ("``a ` b``", "<code>a ` b</>"),
        ("`&lt;`", "<code>&lt;</>"),
        # links, references, images, footnotes
        ("[官网](http://a.cn/b_c)", "<link http://a.cn/b_c>官网</>"),
        ("<http://a.cn>", "<link http://a.cn>http://a.cn</>"),
        ("按[](#pay)办", "按<reference pay></>办"),
        ("按[](管理制度/甲 办法#pay)办", "按<reference 管理制度/甲 办法#pay></>办"),
        ("按[](甲（试行）@2022#第五条)办", "按<reference 甲（试行）@2022#第五条></>办"),
        ("按[](甲(1)#x)办", "按<reference 甲(1)#x></>办"),
        ("按[休假](#pay)办", "按<link #pay>休假</>办"),
        ("[](http://a.cn/#x)", "<link http://a.cn/#x></>"),
        ("图![现场](图/现场.png)示", "图<image 图/现场.png>现场</>示"),
        ("甲[^1]乙", "甲<footnote 1>[1]</>乙"),
        ("[方括号]不是链接", "[方括号]不是链接"),
        (
            "**[](#a)**",
            "<b><reference a></></b>".replace("<b><reference a></></b>", "<reference a><b></b></>"),
        ),
        # line ends
        ("甲\n乙", "甲乙"),
        ("one\ntwo", "one two"),
        ("甲\ntwo", "甲two"),
        ("甲  \n乙", "甲<br>乙"),
        ("甲\\\n乙", "甲<br>乙"),
        ("甲  \n  乙", "甲<br>乙"),
        ("*a*\n*、*b", "<i>a、</i>b"),
        ("甲\n**乙**\n丙", "甲<b>乙</b>丙"),
        ("abc\n**def**\nghi", "abc <b>def</b> ghi"),
        ("abc **def\nghi** x", "abc <b>def ghi</b> x"),
        (f"姓名：{blank_token(8)}。", "姓名：<blank 8>。"),
    ],
)
def test_inline_cases(text, expected):
    assert shown(text) == expected


def test_a_reference_knows_its_weight():
    (piece,) = parse_inlines("**[](#a)**")
    assert (piece.type, piece.target, piece.bold) == ("reference", "a", True)


@pytest.mark.parametrize(
    "value",
    [
        "**粗** *斜* _下_ ~~删~~ `码`",
        "# 标题",
        "| 甲 | 乙 |",
        "1. 条目",
        "（一）第五条 内容",
        "第五条 内容",
        "① ⑴ ㈠",
        "- 项\n- 项",
        "[](#x) [a](b) ![c](d) [^1]",
        "&amp; &lt; <b> <!-- x -->",
        "{: #id}",
        "{{ x }} {% if %}",
        "尾部  ",
        "  头部",
        "\u00a0不断行\u00a0",
        "a\\b\\",
        "```",
        ": 解释",
    ],
)
def test_a_shielded_value_prints_as_it_is(value):
    """Even where the text around it holds marks of its own."""
    pieces = parse_inlines(f"前**重**{shield(value)}后")
    assert plain(pieces) == f"前重{value}后"
    assert [piece.type for piece in pieces if piece.type != "break"] == ["text"] * (
        3 + value.count("\n")
    )


@given(
    st.text(alphabet=st.characters(exclude_categories=["Cs", "Co", "Cn"], exclude_characters="\r"))
)
def test_any_value_survives(value):
    """All but control characters, which XML does not allow."""
    allowed = "".join(c for c in value if c in "\t\n" or (ord(c) >= 32 and ord(c) != 127))
    assert plain(parse_inlines(f"甲{shield(value)}乙")) == f"甲{allowed}乙"
    assert plain(parse_inlines(f"**甲**{shield(value)}*乙*x")).startswith(f"甲{allowed}")


@pytest.mark.parametrize(
    ("value", "text"), [("甲\r\n乙", "甲\n乙"), ("甲\r乙", "甲\n乙"), ("\x00\x0b甲", "甲")]
)
def test_line_ends_and_control_characters_of_values(value, text):
    assert unshield(shield(value)) == text


def test_a_value_cannot_pass_for_a_token():
    assert shield(figure_token(3) + blank_token(2)) == "32"


def test_private_characters_that_are_no_twins_stay():
    rare = "\U000f1234\U0010fffd\ue000"
    assert plain(parse_inlines(rare)) == rare


@given(st.text(max_size=60))
def test_any_text_is_read_without_harm(text):
    assert isinstance(plain(parse_inlines(text)), str)


@given(st.text(alphabet="甲乙ab1 \n　。", max_size=40))
def test_text_without_marks_reads_the_same_both_ways(text):
    """The quick way for plain text and the way through Markdown agree."""
    if "  \n" not in text:
        assert (
            plain(parse_inlines(text + "`x`")).removesuffix("x").strip()
            == plain(parse_inlines(text + "x")).removesuffix("x").strip()
        )


def test_a_huge_text_is_not_handed_to_markdown():
    text = "[" * (MAX_MARKED_CHARS + 1)
    assert plain(parse_inlines(text)) == text
    pieces = parse_inlines(f"{text}{blank_token(3)}{shield(chr(10))}尾")
    assert [piece.type for piece in pieces] == ["text", "blank", "break", "text"]


@pytest.mark.parametrize(
    ("text", "joined"),
    [(" 甲 ", "甲"), ("甲\n\n乙", "甲乙"), ("a\n　b", "a b"), ("a，\nb", "a，b")],
)
def test_lines_are_joined(text, joined):
    assert join_lines(text) == joined


@pytest.mark.parametrize(
    ("char", "expected"),
    [
        ("甲", True),
        ("，", True),
        ("“", True),
        ("豈", True),
        ("𠀀", True),
        ("a", False),
        ("é", False),
        ("1", False),
    ],
)
def test_what_is_chinese(char, expected):
    assert is_cjk(char) is expected


def test_threads_do_not_disturb_each_other():
    texts = [f"第**{number}**项`码{number}`[](#a{number})" for number in range(200)]
    expected = [shown(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(shown, texts)) == expected


def test_the_plain_text_of_marks():
    assert plain(parse_inlines("[^1]")) == ""
    assert plain(parse_inlines(f"甲[^1]{blank_token(3)}乙")) == "甲乙"

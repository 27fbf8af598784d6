"""Jinja bodies: figures go in, lines stay known."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tools_store import PLAIN, body_outline, lines_of

from store.blank import Blank
from store.model import Block
from store.parser import parse_lines
from store.templating import plain_lines, render_body, wants_rendering

if TYPE_CHECKING:
    from store.templating import RenderedBody


class Figure:
    def __init__(self, name: str = "图") -> None:
        self.name = name

    def to_block(self, line: int) -> Block:
        return Block(type="chart", line=line, text=self.name)

    def __str__(self) -> str:
        return "不该印出来"


def draw(name: str = "图") -> Figure:
    return Figure(name)


CONTEXT = {
    "甲": "甲值",
    "数": Decimal("12.50"),
    "空": "",
    "真": True,
    "假": False,
    "几": ["一", "二", "三"],
    "行": [{"名": "张三", "数": 1}, {"名": "李四", "数": 2}],
    "两行": "上\n下",
    "标": "1. 不是条目 | **不粗** # {{ 甲 }}",
    "公司": {"名称": "某公司"},
    "图": draw,
}


def rendered(body: str, context: dict[str, object] | None = None, **options) -> RenderedBody:
    return render_body(body, 1, {**CONTEXT, **(context or {})}, **options)


def said(body: str, **options) -> list[str]:
    found = rendered(body, **options)
    return body_outline(parse_lines(found.lines, PLAIN, figures=found.figures))


def placed(body: str) -> list[tuple[int, str]]:
    found = rendered(body)
    assert found.problems == []
    return lines_of(parse_lines(found.lines, PLAIN, figures=found.figures))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("是{{ 甲 }}。", ["是甲值。"]),
        ("共{{ 数 }}万", ["共12.50万"]),
        ("{{ 甲 }}", ["甲值"]),
        ("甲\n{{ 空 }}\n乙", ["甲", "乙"]),
        ("{% for 名 in 几 %}\n1. {{ 名 }}\n{% endfor %}", ["1.|一", "2.|二", "3.|三"]),
        ("{% for 名 in 几 -%}\n1. {{ 名 }}\n{% endfor %}", ["1.|一", "2.|二", "3.|三"]),
        (
            "| 名 | 数 |\n|---|---|\n{% for r in 行 %}\n| {{ r.名 }} | {{ r.数 }} |\n{% endfor %}",
            ["table:名|数/张三|1/李四|2"],
        ),
        ("| 名 |\n|---|\n{% if 假 %}| 无 |{% endif %}\n| 有 |", ["table:名/有"]),
        ("甲{% if 真 %}乙{% else %}丙{% endif %}丁", ["甲乙丁"]),
        ("1. 甲\n{% if 假 %}\n2. 乙\n{% endif %}\n3. 丙", ["1.|甲", "2.|丙"]),
        ("1. 甲\n{# 备注\n两行 #}\n2. 乙", ["1.|甲", "2.|乙"]),
        ("{% set 总 = 数 * 2 %}\n是{{ 总 }}", ["是25.00"]),
        ("{% raw %}{{ 甲 }}{% endraw %}", ["{{ 甲 }}"]),
        ("甲\r\n{{ 甲 }}\r\n\r\n乙", ["甲甲值", "乙"]),
        # values are values
        ("{{ 标 }}", ["1. 不是条目 | **不粗** # {{ 甲 }}"]),
        ("| {{ 标 }} | 乙 |\n|---|---|", ["table:1. 不是条目 | **不粗** # {{ 甲 }}|乙"]),
        ("前{{ 两行 }}后", ["前上\n下后"]),
        ("1. {{ 两行 }}\n2. 乙", ["1.|上\n下", "2.|乙"]),
        ("**{{ 甲 }}**", ["甲值"]),
        # what the text itself gives back is text
        (
            "{% macro 项(名) %}\n1. {{ 名 }}*重*\n{% endmacro %}{{ 项('甲') }}{{ 项('1. 乙') }}",
            ["1.|甲*重*", "2.|1. 乙*重*"],
        ),
        ("{% set 段 %}\n1. {{ 甲 }}\n{% endset %}\n{{ 段 }}", ["1.|甲值"]),
        # figures
        ("{{ 图() }}", ["chart:图"]),
        ("段\n\n{{ 图('存款') }}\n\n段", ["段", "chart:存款", "段"]),
        ("{% for 名 in 几 %}\n{{ 图(名) }}\n{% endfor %}", ["chart:一", "chart:二", "chart:三"]),
        ("{% macro 画() %}\n{{ 图('内') }}\n{% endmacro %}{{ 画() }}", ["chart:内"]),
    ],
)
def test_bodies(body, expected):
    assert said(body) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("## 题\n\n{{ 甲 }}\n\n尾", [(1, "一、题"), (3, "甲值"), (5, "尾")]),
        ("前{{ 两行 }}\n\n后", [(1, "前上\n下"), (3, "后")]),
        (
            "{% for 名 in 几 %}\n\n{{ 名 }}\n\n{% endfor %}\n尾",
            [(3, "一"), (3, "二"), (3, "三"), (6, "尾")],
        ),
        ("甲\n\n{{ 甲 ~\n  '乙' ~\n  '丙' }}\n\n丁", [(1, "甲"), (3, "甲值乙丙"), (7, "丁")]),
        ("{% set x = [1,\n 2,\n 3] %}\n甲", [(4, "甲")]),
        ("{# 一\n二\n三 #}\n甲", [(4, "甲")]),
        ("甲\n\n{%- if 真 %}\n\n乙\n{%- endif %}\n\n丙", [(1, "甲"), (5, "乙"), (8, "丙")]),
        ("甲\n\n{% if 真 -%}\n\n\n乙\n{% endif -%}\n\n丙", [(1, "甲"), (6, "乙丙")]),
        ("甲\n{%- if 真 -%}\n乙\n{%- endif -%}\n丙", [(1, "甲乙丙")]),
        ("{% raw %}\n\n{{ 甲 }}\n{% endraw %}\n\n乙", [(3, "{{ 甲 }}"), (6, "乙")]),
        ("甲\n\n\n\n{{ 图() }}", [(1, "甲"), (5, "图")]),
        (
            "{% macro m() %}\n1. 内\n{% endmacro %}\n甲\n\n{{ m() }}\n\n乙",
            [(4, "甲"), (2, "内"), (8, "乙")],
        ),
    ],
)
def test_every_block_knows_its_line(body, expected):
    assert placed(body) == expected


def test_lines_count_from_the_first_line_of_the_body():
    found = render_body("{% if 真 %}\n{{ 无 }}\n{% endif %}\n尾", 8, CONTEXT)
    assert found.lines == [(9, ""), (11, "尾")]
    assert [problem.line for problem in found.problems] == [9]


# -- a random body: a token on each line must come out on a block of that line ---------------------


BEGINS = ("{% ", "{%- ")
ENDS = (" %}", " -%}")
Piece = tuple[str, object]
leaf = st.sampled_from(
    [
        "para",
        "item",
        "bullet",
        "value",
        "long",
        "multi",
        "set",
        "comment",
        "table",
        "inline",
        "heading",
        "blank",
    ]
)
pieces = st.recursive(
    st.lists(st.tuples(leaf, st.none()), max_size=4),
    lambda inner: st.lists(
        st.tuples(
            st.sampled_from(["for0", "for1", "for2", "if", "ifnot", "else"]),
            st.tuples(inner, st.sampled_from([("{% ", " %}"), ("{%- ", " %}"), ("{% ", " -%}")])),
        ),
        max_size=3,
    ),
    max_leaves=20,
)


class Writer:
    """Writes a random body and notes where each token that must print stands."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.expected: dict[str, int] = {}

    def token(self, *, printed: bool) -> str:
        token = f"〈{len(self.lines) + 1}〉"
        if printed:
            self.expected[token] = len(self.lines) + 1
        return token

    def write(self, parts: list[Piece], *, printed: bool = True) -> None:
        for shape, detail in parts:
            if detail is None:
                self.leaf(shape, printed=printed)
            else:
                self.nested(shape, *detail, printed=printed)

    def leaf(self, shape: str, *, printed: bool) -> None:
        if shape in {"set", "comment", "blank"}:
            more = {
                "set": ["{% set x =", "  3", "%}"],
                "comment": ["{# 注", "注 #}"],
                "blank": [""],
            }
            self.lines += more[shape]
            return
        if shape not in {"item", "bullet", "heading"}:
            self.lines.append("")
        token = self.token(printed=printed)
        self.lines += {
            "para": [token, ""],
            "item": [f"1. {token}"],
            "bullet": [f"- {token}"],
            "value": [f"{token}{{{{ 两行 }}}}尾", ""],
            "long": [f"{token}{{{{ 甲 ~", "  '乙' ~", "  '丙' }}尾", ""],
            "multi": [f"{{{{ 两行 }}}}{token}", ""],
            "table": [f"| {token} | 乙 |", "|---|---|", "| {{ 标 }} | {{ 两行 }} |", ""],
            "inline": [f"{{% if 真 %}}{token}{{% endif %}}{{% if 假 %}}无{{% endif %}}", ""],
            "heading": [f"## {token}"],
        }[shape]

    def nested(
        self, shape: str, inner: list[Piece], dashes: tuple[str, str], *, printed: bool
    ) -> None:
        begin, end = dashes
        words = {"if": "if 真", "ifnot": "if 假", "else": "if 假"}
        what = f"for i in range({shape[3:]})" if shape.startswith("for") else words[shape]
        self.lines += ["", f"{begin}{what}{end}", ""]
        if shape == "else":
            self.lines += ["不印", f"{begin}else{end}", ""]
        self.write(inner, printed=printed and shape not in {"ifnot", "for0"})
        last = "endfor" if shape.startswith("for") else "endif"
        self.lines += ["", f"{begin}{last}{end}", ""]


@settings(max_examples=250, deadline=None)
@given(pieces, st.integers(1, 30))
def test_a_token_comes_out_on_a_block_of_its_line(parts, first):
    writer = Writer()
    writer.write(parts)
    found = render_body("\n".join(writer.lines), first, CONTEXT)
    assert found.problems == []
    seen: dict[str, set[int]] = {}
    for line, text in lines_of(parse_lines(found.lines, PLAIN, figures=found.figures)):
        for token in writer.expected:
            if token in text:
                seen.setdefault(token, set()).add(line)
        assert "不印" not in text
    assert seen == {token: {line + first - 1} for token, line in writer.expected.items()}


# -- what goes wrong -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "line", "words"),
    [
        ("甲\n{% for x in 几 %}\n乙", 2, "没有结束"),
        ("甲\n{{ 甲", 2, "语句有错"),
        ("甲\n\n{% 如果 甲 %}", 3, "语句有错"),
        ("{{ 甲|没有的 }}", 1, "过滤器"),
        ("甲\n{{ 1 / 0 }}", 2, "除数为零"),
        ("甲\n{%- if 真 %}\n\n{%- endif %}\n\n\n{{ 1 // 0 }}", 7, "除数为零"),
        ("甲\n\n{{ 甲.__class__ }}", 3, "内部属性"),
        ("{{ 甲 + 1 }}", 1, "数据类型"),
        (
            "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
            1,
            "循环",
        ),
        ("{{ 'x' * 99999999 }}", 1, "过长"),
        ("{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}", 1, "过深"),
        ("{% macro m() %}{{ 1 / 0 }}{% endmacro %}\n\n{{ m() }}", 1, "除数为零"),
    ],
)
def test_errors_are_problems_with_their_line(body, line, words):
    found = rendered(body, path="a.md")
    (problem,) = found.problems
    assert (problem.path, problem.line, problem.code) == ("a.md", line, "template-error")
    assert words in problem.message
    assert problem.hint
    assert found.lines == plain_lines(body, 1)


@pytest.mark.parametrize(
    ("body", "missing"),
    [
        ("甲\n\n{{ 没有 }}", [(3, "没有")]),
        ("{{ 没有.句 }}\n{{ 也没有 }}", [(1, "没有.句"), (2, "也没有")]),
        ("{% for x in 没有 %}{% endfor %}", [(1, "没有")]),
        ("{% if 没有 %}甲{% endif %}{{ 没有|default('x') }}{{ 没有|手填(8) }}", []),
        ("{{ 没有 is defined }}", []),
    ],
)
def test_missing_names_are_told_all_at_once(body, missing):
    found = rendered(body)
    assert [(p.line, p.code) for p in found.problems] == [
        (line, "missing-name") for line, _ in missing
    ]
    assert [name.name for name in found.missing] == [name for _, name in missing]


def test_a_missing_name_has_near_names():
    (problem,) = rendered("{{ 两行儿 }}").problems
    assert "两行" in problem.hint


@pytest.mark.parametrize(("blank", "shown"), [(False, "甲值"), (True, "")])
def test_blanks(blank, shown):
    found = rendered("名：{{ 甲|手填(8) }}。{{ 没有|手填(3) }}", blank=blank)
    (block,) = parse_lines(found.lines, PLAIN).root.blocks
    assert block.text == f"名：{shown}。"
    assert [piece.width for piece in block.inlines if piece.type == "blank"] == (
        [8, 3] if blank else [3]
    )


def test_a_blank_as_a_value():
    found = render_body("名：{{ x }}", 1, {"x": Blank(4)})
    (block,) = parse_lines(found.lines, PLAIN).root.blocks
    assert [(piece.type, piece.width) for piece in block.inlines] == [("text", 0), ("blank", 4)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("{{ 公司.电话 }}", True),
        ("{{ 公司['电话'] }}", True),
        ("{{ 文档.标题 }}", True),
        ("{{ 姓名|手填(8) }}", True),
        ("{{ 姓名 }}", False),
        ("公司.电话", False),
        ("", False),
    ],
)
def test_bodies_that_ask_for_values_without_data(body, expected):
    assert wants_rendering(body) is expected


def test_plain_lines_hold_no_tokens_of_ours():
    assert plain_lines("甲\ufdd00\ufdd1\r\n乙\r丙", 5) == [(5, "甲0"), (6, "乙 丙")]

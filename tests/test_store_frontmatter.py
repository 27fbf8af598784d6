from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import frontmatter
from store.exceptions import FrontMatterError
from store.frontmatter import MAX_CHARS, MAX_DEPTH, MAX_NODES, dump, edit, parse, split
from store.schema import ALIASES


def table(*lines: str) -> str:
    return "\n".join(["---", *lines, "---", "正文"])


@pytest.mark.parametrize(
    ("text", "values", "body", "body_line"),
    [
        ("---\n标题: 甲\n---\n正文\n", {"标题": "甲"}, "正文\n", 4),
        ("---\r\n标题: 甲\r\n---\r\n正文\r\n", {"标题": "甲"}, "正文\r\n", 4),
        ("\ufeff---\n标题: 甲\n---\n", {"标题": "甲"}, "", 4),
        ("--- \n标题: 甲\n--- ", {"标题": "甲"}, "", 4),
        ("\n \n---\n标题: 甲\n---\n文", {"标题": "甲"}, "文", 6),
        ("---\n---\n正文", {}, "正文", 3),
        ("---\n# 只有注释\n---\n正文", {}, "正文", 4),
        ("---\n标题: 甲\n...\n正文", {"标题": "甲"}, "正文", 4),
        ("---\n标题: 甲\n---\n甲\n---\n乙", {"标题": "甲"}, "甲\n---\n乙", 4),
    ],
)
def test_the_table_is_split_off(text, values, body, body_line):
    found = parse(text)
    assert (found.values, found.body, found.body_line) == (values, body, body_line)
    assert split(text)[1:] == (body, body_line)


@pytest.mark.parametrize(
    ("lines", "values"),
    [
        (["版本: 1.10", "编号: 012"], {"版本": "1.10", "编号": "012"}),
        (
            ["甲: 是", "乙: no", "丙: true", "丁: 1e3", "戊: 0x1f"],
            {"甲": "是", "乙": "no", "丙": "true", "丁": "1e3", "戊": "0x1f"},
        ),
        (["日: 2024-01-05", "时: 12:30"], {"日": "2024-01-05", "时": "12:30"}),
        (["空:", "无: ~", "零: null", "引: '~'"], {"空": "", "无": "", "零": "", "引": "~"}),
        (['名: "甲: 乙"', "名二: '甲 #乙'"], {"名": "甲: 乙", "名二": "甲 #乙"}),
        (["标签: [甲, 乙]"], {"标签": ["甲", "乙"]}),
        (["标签:", "- 甲", "- 乙"], {"标签": ["甲", "乙"]}),
        (
            ["修订:", "  - {版本: 1.0, 日期: 2024-1-5}"],
            {"修订": [{"版本": "1.0", "日期": "2024-1-5"}]},
        ),
        (["说明: >", "  长", "  文"], {"说明": "长 文\n"}),
        (["名: 甲 # 注"], {"名": "甲"}),
        (["a b: 1", "键 : 值"], {"a b": "1", "键": "值"}),
        (["甲: &x 一", "乙: *x"], {"甲": "一", "乙": "一"}),
    ],
)
def test_all_scalars_are_read_as_texts(lines, values):
    assert parse(table(*lines)).values == values


def test_lines_and_doubles_of_keys():
    found = parse(table("标题: 甲", "# 注", "类别: 乙", "标题: 丙"))
    assert found.lines == {"标题": 2, "类别": 4}
    assert found.doubles == {"标题": 5}
    assert found.values["标题"] == "甲"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("正文", 1, "没有信息表"),
        ("", 1, "没有信息表"),
        ("# 题\n---\n标题: 甲\n---", 1, "没有信息表"),
        ("----\n标题: 甲\n----", 1, "三个英文减号"),
        ("——\n标题: 甲\n——", 1, "三个英文减号"),
        ("---\n标题: 甲\n\n正文", 1, "没有结束"),
        (table("- 甲", "- 乙"), 2, "“键: 值”的形式"),
        (table("甲"), 2, "缺少冒号"),
        (table("# 注", "标题：甲", "类别：乙"), 3, "英文冒号"),
        (table("标题:甲", "类别:乙"), 2, "空一格"),
        (table("标题 甲", "类别: 乙"), 2, "缺少冒号"),
        (table("标题：甲", "类别: 乙"), 2, "英文冒号"),
        (table("标题: 甲", "类别 乙", "部门: 丙"), 3, "缺少冒号"),
        (table("标题: 甲: 乙"), 2, "英文引号"),
        (table("标题: 甲:"), 2, "英文引号"),
        (table("标题: 甲", "类别: [乙]: 丙"), 3, "英文引号"),
        (table("标题: 甲", "\t类别: 乙"), 3, "Tab"),
        (table("标题: 甲", " 类别: 乙"), 3, "顶格"),
        (table('标题: "甲', "类别: 乙"), 2, "引号没有成对"),
        (table("类别: 乙", "标签: [甲"), 3, "括号没有成对"),
        (table("类别: 乙", "标签: {甲: 1"), 3, "括号没有成对"),
        (table("类别: 乙", "标题: @甲"), 3, "以“@”开头"),
        (table("标题: *甲*"), 2, "以“*”开头"),
        (table("标题: `甲`"), 2, "以“`”开头"),
        (table("标题: %甲"), 2, "以“%”开头"),
        (table("标题: - 甲"), 2, "以“-”开头"),
        (table("标题: 甲\x00乙"), 2, "控制字符"),
        (table("标题: 甲", "类别: 乙\x07"), 3, "控制字符"),
        (table("? [甲]", ": 乙"), 2, "语法错误"),
        (table('标题: "\\q"'), 2, "反斜杠"),
        (table("标签:", "- *甲"), 3, "对照自带资料库"),
        (table("甲: !<乙"), 2, "以“!”开头"),
        (table("x" * (MAX_CHARS + 1)), 1, "100 万"),
        (table("甲: " + "[" * (MAX_DEPTH + 2) + "]" * (MAX_DEPTH + 2)), 1, "嵌套过深"),
        (table("甲: [" + "a," * (MAX_NODES + 1) + "]"), 1, "过大"),
        (table("甲: " + "[" * 5000), 3, "括号没有成对"),
        (table("甲: " + "[" * 100_000 + "]" * 100_000), 1, "嵌套过深"),
        (table("- " * 100_000), 1, "嵌套过深"),
        (table("? " * 100_000), 1, "嵌套过深"),
        (table("甲: &a [*a]"), 1, "嵌套过深"),
        (table("甲: &a", "- *a"), 1, "嵌套过深"),
        (
            table(
                "甲: &a [x,x,x,x,x,x,x,x]",
                "乙: &b [*a,*a,*a,*a,*a,*a,*a,*a]",
                "丙: &c [*b,*b,*b,*b,*b,*b,*b,*b]",
                "丁: &d [*c,*c,*c,*c,*c,*c,*c,*c]",
                "戊: [*d,*d,*d,*d,*d,*d,*d,*d]",
            ),
            1,
            "过大",
        ),
    ],
)
def test_what_is_no_table_is_told_with_line_and_hint(text, line, words):
    with pytest.raises(FrontMatterError) as caught:
        parse(text, "a.md")
    error = caught.value
    assert error.line == line
    assert words in error.message + error.hint
    assert error.path == "a.md"
    assert (
        error.hint.endswith("。")
        or "：" in error.hint
        or error.hint.endswith(("”", '"'))
        or "100 万" in error.message
    )


@given(st.text(max_size=200))
def test_any_table_is_read_or_refused_in_words(text):
    try:
        keys = list(parse(f"---\n{text}\n---\n尾").values)
        line, message = 1, "read"
    except FrontMatterError as error:
        keys, line, message = [], error.line, error.message
    assert all(isinstance(key, str) for key in keys)
    assert line >= 1
    assert message


# -- writing --------------------------------------------------------------------------------------


scalars = st.text(
    alphabet=st.one_of(
        st.sampled_from("甲乙丙:#,[]{}&*!|>'\"%@`-?~ \n\t\\"),
        st.characters(
            exclude_categories=["Cs", "Cn"],
            exclude_characters="\x7f\x85\ufeff\ufffe\uffff",
            min_codepoint=32,
        ),
    ),
    max_size=12,
)
values = st.one_of(
    scalars,
    st.lists(scalars, max_size=3),
    st.dictionaries(scalars.filter(lambda key: key.strip() == key and key), scalars, max_size=3),
    st.lists(
        st.dictionaries(st.sampled_from(["版本", "日期", "说明"]), scalars, min_size=1), max_size=3
    ),
)


@given(st.dictionaries(st.sampled_from(["标题", "编号", "a b", "标签"]), values))
def test_what_is_dumped_reads_back(table_values):
    assert parse(dump(table_values)).values == table_values


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("甲", "k: 甲"),
        ("", "k:"),
        (True, "k: 是"),
        (False, "k: 否"),
        ("甲: 乙", 'k: "甲: 乙"'),
        ("12:30", "k: 12:30"),
        ("甲, 乙", "k: 甲, 乙"),
        ("null", 'k: "null"'),
        ("- 甲", 'k: "- 甲"'),
        ("甲\n乙", 'k: "甲\\n乙"'),
        (["甲", "乙, 丙", ""], 'k: [甲, "乙, 丙", ""]'),
        ({"版本": "1.0", "是": True}, "k: {版本: 1.0, 是: 是}"),
        (["a", ["b"]], "k: [a, [b]]"),
        (2024, "k: 2024"),
    ],
)
def test_how_values_are_written(value, line):
    assert frontmatter.dump_entry("k", value) == [line]


def test_lists_of_mappings_have_a_line_each():
    assert frontmatter.dump_entry("k", [{"a": "1"}, {"a": "2"}]) == [
        "k:",
        "  - {a: 1}",
        "  - {a: 2}",
    ]


COMMENTED = """---
# 开头
标题: 甲  # 题目
# 类别在下
类别: 管理制度

# 修订
修订记录:
  - {版本: 1.0}
  - 版本: 2.0
    日期: 2024-01-01

# 结尾
标签: [甲,
  乙]  # 两个
说明: >
  长文

  再

状态: 草案   # 还没定
空:
未知键: 留着
---

正文 标题: 不动
"""


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"状态": "现行"}, {"状态: 草案   # 还没定": "状态: 现行   # 还没定"}),
        ({"标题": "乙: 丙"}, {"标题: 甲  # 题目": '标题: "乙: 丙"  # 题目'}),
        (
            {"修订记录": [{"版本": "3.0"}]},
            {"  - {版本: 1.0}\n  - 版本: 2.0\n    日期: 2024-01-01\n": "  - {版本: 3.0}\n"},
        ),
        ({"标签": ["丙"]}, {"标签: [甲,\n  乙]  # 两个": "标签: [丙]"}),
        ({"说明": "短"}, {"说明: >\n  长文\n\n  再\n": "说明: 短\n"}),
        ({"说明": None}, {"说明: >\n  长文\n\n  再\n": ""}),
        ({"状态": None, "空": "满"}, {"状态: 草案   # 还没定\n": "", "空:\n": "空: 满\n"}),
        ({"部门": "人力资源部"}, {"未知键: 留着\n": "未知键: 留着\n部门: 人力资源部\n"}),
        ({"部门": None}, {}),
        ({"部门": "甲", "版本": "1.0"}, {"未知键: 留着\n": "未知键: 留着\n部门: 甲\n版本: 1.0\n"}),
        ({}, {}),
    ],
)
@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_edit_changes_its_keys_and_nothing_else(changes, expected, ending):
    wanted = COMMENTED
    for old, new in expected.items():
        assert old in wanted
        wanted = wanted.replace(old, new, 1)
    text = COMMENTED.replace("\n", ending)
    assert edit(text, changes, ALIASES) == wanted.replace("\n", ending)


@pytest.mark.parametrize(
    ("line", "changes", "expected"),
    [
        ("status: 草案", {"状态": "现行"}, "status: 现行"),
        ("Status : 草案", {"状态": "现行"}, "Status: 现行"),
        ("施行日期: 2024-1-1", {"生效日期": "2024-02-01"}, "施行日期: 2024-02-01"),
        ("标 题: 甲", {"标题": "乙"}, "标 题: 乙"),
        ("标题: 甲#乙", {"标题": "丙"}, "标题: 丙"),
        ('标题: "甲 #乙" # 注', {"标题": "丙"}, "标题: 丙 # 注"),
        ("标题:   # 注", {"标题": "丙"}, "标题: 丙   # 注"),
    ],
)
def test_edit_keeps_the_spelling_of_keys(line, changes, expected):
    assert edit(f"---\n{line}\n---\n", changes, ALIASES) == f"---\n{expected}\n---\n"


def test_edit_of_a_table_without_keys_and_without_an_end_of_line():
    assert edit("---\n---", {"标题": "甲"}, ALIASES) == "---\n标题: 甲\n---"


def test_edit_refuses_what_is_no_table():
    with pytest.raises(FrontMatterError):
        edit("正文", {"标题": "甲"}, ALIASES)


@given(
    st.dictionaries(
        st.sampled_from(["标题", "修订记录", "标签", "说明", "状态", "空", "部门"]),
        st.one_of(st.none(), scalars),
    )
)
def test_edited_tables_read_as_meant(changes):
    before, after = parse(COMMENTED), parse(edit(COMMENTED, changes, ALIASES))
    expected = {**before.values, **changes}
    assert after.values == {key: value for key, value in expected.items() if value is not None}
    assert after.body == before.body

"""A file into a document: front matter, figures, references, what goes wrong on the way."""

from __future__ import annotations

import pytest
from tools_store import body_outline, document

from store.context import build_context, front_matter_names
from store.dates import parse_period
from store.document import Meta
from store.exceptions import InputError
from store.missing import MissingNames

FIGURES = """截至日期: 2024-12-31
指标:
  - {指标: 各项存款, 单位: 万元, 性质: 时点, 谓语: 余额, 期末: 161131, 年初: 121338}
"""


def codes(found) -> list[tuple[int, str]]:
    return [(p.line, p.code) for p in found.problems]


def test_a_document_with_its_figures(make_workspace):
    workspace = make_workspace(
        {
            "总结/甲": document(
                "存款{{ 各项存款.值 }}。\n\n{{ 指标表() }}\n", 类别="年终总结", 数据="[甲.yaml]"
            ),
            "总结/甲.yaml": FIGURES,
        }
    )
    found = workspace.load("总结/甲")
    assert codes(found) == []
    assert found.body.root.blocks[0].text == "存款161131万元。"
    assert found.body.root.blocks[1].type == "table"
    assert [block.line for block in found.body.root.blocks] == [7, 9]
    assert found.metrics is not None
    assert found.content_hash == workspace.entry("总结/甲").hash


def test_a_body_without_data_is_no_jinja_text(make_workspace):
    workspace = make_workspace({"甲": document("{{ 各项存款 }}与{% x %}。\n")})
    assert workspace.load("甲").body.root.blocks[0].text == "{{ 各项存款 }}与{% x %}。"
    assert workspace.load("甲", values={"各项存款": "一"}).problems[0].code == "template-error"


@pytest.mark.parametrize(
    ("body", "options", "text"),
    [
        (
            "{{ 姓名 }}{{ 部门 }}{{ 编号 }}",
            {"values": {"姓名": "张三", "编号": "B-2"}},
            "张三办公室B-2",
        ),
        ("{{ 公司.名称 }}", {}, "某公司"),
        ("{{ 文档.标题 }}", {}, "甲办法"),
        ("{{ 公司 }}x", {"values": {"公司": "假的"}}, "{'名称': '某公司'}x"),
        ("{{ 姓名|手填(4) }}。", {"blank": True, "values": {"姓名": "张三"}}, "。"),
        ("{{ 姓名|手填(4) }}。", {"values": {"姓名": "张三"}}, "张三。"),
    ],
)
def test_names_by_their_precedence(make_workspace, body, options, text):
    workspace = make_workspace(
        {
            "甲": document(body, 部门="办公室", 编号="A-1"),
            "wenshu.toml": '[公司]\n名称 = "某公司"\n',
        }
    )
    assert workspace.load("甲", **options).body.root.blocks[0].text == text


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("没有.yaml", "dead-data"),
        ("../../外面.yaml", "data-outside"),
        ("目录", "dead-data"),
        ("很" * 300, "dead-data"),
    ],
)
def test_data_that_cannot_be_had(make_workspace, data, code):
    workspace = make_workspace({"甲": document("{{ 存款 }}", 数据=data), "目录/乙": document()})
    found = workspace.load("甲")
    assert codes(found) == [(4, code)]
    with pytest.raises(InputError) as caught:
        workspace.load("甲", strict=True)
    assert caught.value.line == 4
    assert caught.value.hint


def test_strict_loading_refuses_what_is_missing(make_workspace):
    workspace = make_workspace({"甲": document("{{ 姓名 }}与{{ 岗位 }}。")})
    assert [p.code for p in workspace.load("甲", values={"x": 1}).problems] == ["missing-name"] * 2
    with pytest.raises(MissingNames, match=r"姓名.*岗位"):
        workspace.load("甲", values={"x": 1}, strict=True)
    with pytest.raises(InputError, match=r"没有写完|语句"):
        make_workspace({"乙": document("{{ 姓名")}).load("乙", values={"x": 1}, strict=True)


def test_warnings_of_filters_are_told(make_workspace):
    workspace = make_workspace({"甲": document("{{ 数|万元 }}。")})
    found = workspace.load("甲", values={"数": "不是数"})
    assert {p.code for p in found.problems} & {"figure-warning", "template-error"}


@pytest.mark.parametrize(
    ("values", "extra", "words"),
    [
        ({"公司": "x"}, {}, "--set"),
        ({}, {"公司": "x"}, "文档["),
        ({"存款": "x"}, {}, "给出的数据"),
        ({}, {"存款": "x"}, "信息表"),
        ({}, {}, ""),
    ],
)
def test_clashing_names_are_told(values, extra, words):
    context, warnings = build_context(
        Meta(title="甲", extra=extra), {"名称": "某公司"}, {"存款": "指标值", "指标": {}}, values
    )
    assert len(warnings) == bool(words)
    assert words in "".join(warnings)
    assert context["公司"] == {"名称": "某公司"}
    assert context["存款"] == (values | extra).get("存款", "指标值")


def test_front_matter_as_names():
    names = front_matter_names(
        Meta(
            title="甲",
            period=parse_period("2024年"),
            tags=("一", "二"),
            affects_interests=True,
            extra={"自定": "值", "标题": "乙"},
        )
    )
    assert names == {
        "标题": "甲",
        "标签": "一、二",
        "期间": "2024年",
        "涉及切身利益": "是",
        "自定": "值",
        "类别": "other",
    }


@pytest.mark.parametrize(
    ("body", "shown", "code"),
    [
        ("按[](制度/乙#pay)办", "按第二条办", None),
        ("按[](乙办法#pay)办", "按第二条办", None),
        ("按[](制度/乙#第一章)办", "按第一章办", None),
        ("按[](制度/乙#)办", "按《乙办法》办", None),
        ("按[](制度/乙#没有)办", "按〔引用失效〕办", "dead-reference"),
        ("按[](没有#pay)办", "按〔引用失效〕办", "dead-reference"),
        ("按[](制度/坏#pay)办", "按〔引用失效〕办", "dead-reference"),
        ("按[](同名#pay)办", "按〔引用失效〕办", "ambiguous-reference"),
    ],
)
def test_references_into_other_documents(make_workspace, body, shown, code):
    workspace = make_workspace(
        {
            "甲": document(body),
            "制度/乙": document("## 总则\n\n1. 一。\n2. 见[](没有#x)。 {: #pay}\n", 标题="乙办法"),
            "制度/坏": "没有信息表",
            "制度/同名": document(标题="同名", 部门="一"),
            "规范/同名": document(标题="同名", 部门="二"),
        }
    )
    found = workspace.load("甲")
    assert body_outline(found.body) == [shown]
    assert [p.code for p in found.problems] == ([code] if code else [])


def test_a_reference_follows_the_other_document(make_workspace):
    files = {"甲": document("按[](乙#pay)办"), "乙": document("1. 一。 {: #pay}\n", 标题="乙")}
    workspace = make_workspace(files)
    assert workspace.load("甲").body.root.blocks[0].text == "按第一条办"
    workspace = make_workspace({"乙": document("1. 新。\n2. 一。 {: #pay}\n", 标题="乙")})
    workspace.refresh()
    assert workspace.load("甲").body.root.blocks[0].text == "按第二条办"


def test_shorter_versions(make_workspace):
    workspace = make_workspace({"甲": document("〔可略〕细节。\n\n要点。\n")})
    assert body_outline(workspace.load("甲").body) == ["细节。", "要点。"]
    assert body_outline(workspace.load("甲", length="简版").body) == ["要点。"]


def test_problems_of_the_table_are_told_with_the_rest(make_workspace):
    text = "---\n标题: 甲\n标题: 乙\n类别: 管理制度\n生效日期: 明天\n---\n\n按[](#x)\n"
    found = make_workspace({"甲": text}).load("甲")
    assert codes(found) == [(5, "bad-date"), (3, "double-key"), (8, "dead-reference")]
    assert found.meta.title == "甲"

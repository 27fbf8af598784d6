from __future__ import annotations

from datetime import date

import pytest
from tools_store import document

from store.checker import check_workspace

TODAY = date(2026, 11, 23)
RULE = {
    "编号": "A-1",
    "部门": "办公室",
    "版本": "1.0",
    "状态": "现行",
    "生效日期": "2024-01-01",
    "适用范围": "全体",
    "解释部门": "办公室",
}
BODY = "## 总则\n\n1. 为规范管理，制定本办法。\n\n2. {}\n\n## 附则\n\n1. 由办公室解释。\n"


def told(workspace, *codes: str) -> list[tuple[int, str, str, str]]:
    found = check_workspace(workspace, today=TODAY)
    return [(p.line, p.severity, p.code, p.message) for p in found if p.code in codes]


def line_of(text: str, words: str) -> int:
    return next(at for at, line in enumerate(text.split("\n"), 1) if words in line)


@pytest.mark.parametrize(
    ("sentence", "missing"),
    [
        ("违反本办法第九条的，照第一条处理。", ["第九条"]),
        ("按本办法第一条、第二条和第十二条执行。", ["第十二条"]),
        ("按本办法第4条、第三条、第13条执行。", ["第4条", "第13条"]),
        ("按本制度第一章第八条执行。", ["第八条"]),
        ("按本办法第十十条执行。", ["第十十条"]),
        ("按本办法第一条至第三条执行。", []),
        ("依照《劳动合同法》第三十九条执行。", []),
        ("依照该办法第三十九条执行。", []),
        ("本办法第九项不在此列。", []),
    ],
)
def test_a_typed_article_of_its_own_must_exist(make_workspace, sentence, missing):
    text = document(BODY.format(sentence), **RULE)
    found = told(make_workspace({"甲": text}), "dead-article")
    named = [row[3].rpartition("没有")[2].rstrip("。") for row in found]
    assert sorted(named) == sorted(missing)
    assert {row[:2] for row in found} <= {(line_of(text, sentence), "warning")}


def test_typed_articles_in_a_table_are_looked_at_too(make_workspace):
    table = "见下表。\n\n| 情形 | 依据 |\n|---|---|\n| 迟到 | 本办法第七条 |"
    assert (
        len(told(make_workspace({"甲": document(BODY.format(table), **RULE)}), "dead-article")) == 1
    )


def test_a_text_without_articles_names_those_of_others(make_workspace):
    text = document("## 工作要求\n\n- 依本规定第九条办理。\n", 类别="文章")
    assert told(make_workspace({"甲": text}), "dead-article") == []


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("图/没有.png", "missing-image"),
        ("https://example.com/a.png", "image-on-web"),
        ("../../../外面.png", "image-outside"),
        ("../wenshu.png", "image-outside"),
        ("../templates/章.png", "image-outside"),
        (".隐藏/章.png", "image-outside"),
        ("有.png", ""),
        ("%E6%9C%89.png", ""),
    ],
)
def test_a_picture_must_be_there(make_workspace, target, code):
    text = document(BODY.format(f"见图。\n\n![流程]({target})"), **RULE)
    workspace = make_workspace({"甲": text})
    (workspace.entry("甲").path.parent / "有.png").write_bytes(b"png")
    found = told(workspace, "missing-image", "image-on-web", "image-outside")
    expected = [(line_of(text, "![流程]"), "error", code)] if code else []
    assert [row[:3] for row in found] == expected


def test_a_picture_within_a_sentence_and_a_cell(make_workspace):
    text = "点 ![图标](a.png) 进入。\n\n| 甲 | 乙 |\n|---|---|\n| 一 | ![标](b.png) |"
    found = told(make_workspace({"甲": document(BODY.format(text), **RULE)}), "missing-image")
    assert [row[3] for row in found] == ["图片“a.png”不存在。", "图片“b.png”不存在。"]

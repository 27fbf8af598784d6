"""Numbers, nesting, anchors: what is computed and what was typed."""

from __future__ import annotations

import pytest
from tools_store import BARE, PLAIN, RULES, codes, outline

from store.anchors import reference_labels
from store.kinds import Numbering
from store.labels import appendix_label, scheme_at
from store.model import Clause
from store.parser import parse_body

LAWS = Numbering(("第一编", "第一章"), ("第一条", "（一）"), ("第一条", "第一章"))


@pytest.mark.parametrize(
    ("text", "numbering", "expected"),
    [
        # articles run on through the chapters
        (
            "## 总则\n\n1. 甲\n2. 乙\n\n## 附则\n\n1. 丙",
            RULES,
            ["# 第一章 总则", "  第一条|甲", "  第二条|乙", "# 第二章 附则", "  第三条|丙"],
        ),
        # chapters may run on through the parts
        (
            "## 甲\n### 乙\n## 丙\n### 丁",
            LAWS,
            ["# 第一编 甲", "  ## 第一章 乙", "# 第二编 丙", "  ## 第二章 丁"],
        ),
        # all else begins anew under each heading
        (
            "## 甲\n1. 一\n## 乙\n1. 一\n2. 二",
            PLAIN,
            ["# 一、甲", "  1.|一", "# 二、乙", "  1.|一", "  2.|二"],
        ),
        (
            "## 甲\n### 乙\n## 丙\n### 丁",
            PLAIN,
            ["# 一、甲", "  ## （一）乙", "# 二、丙", "  ## （一）丁"],
        ),
        # clauses begin at the first level whatever the heading's depth
        ("## 甲\n### 乙\n1. 丙", PLAIN, ["# 一、甲", "  ## （一）乙", "    1.|丙"]),
        ("### 甲\n1. 乙", RULES, ["# 第一章 甲", "  第一条|乙"]),
        # headings below the kind's levels have no number
        ("## 甲\n### 乙\n#### 丙", PLAIN, ["# 一、甲", "  ## （一）乙", "    ### 丙"]),
        ("## 甲", BARE, ["# 甲"]),
        # levels below the kind's get the usual schemes
        (
            "1. 甲\n    1. 乙\n        1. 丙\n            1. 丁\n                1. 戊",
            BARE,
            ["1.|甲", "  （1）|乙", "    ①|丙", "      1）|丁", "        1）|戊"],
        ),
        # an appendix has no number, and its articles count anew
        (
            "## 总则\n1. 甲\n## 附件1：办法\n1. 乙\n第二条 丙",
            RULES,
            ["# 第一章 总则", "  第一条|甲", "# 附件1：办法", "  第一条|乙", "  第二条|丙"],
        ),
        ("## 附则\n1. 甲", RULES, ["# 第一章 附则", "  第一条|甲"]),
        # further paragraphs and tables belong to the article
        (
            "1. 甲：\n    1. 子\n\n第二款。\n\n| a |\n|---|\n\n2. 乙",
            RULES,
            ["第一条|甲：", "  （一）|子", "  第二款。", "  table:a", "第二条|乙"],
        ),
        # but not to any other clause
        ("1. 甲\n\n说明\n\n2. 乙", PLAIN, ["1.|甲", "说明", "2.|乙"]),
        # typed numbers stay, and suppress the computed one
        ("第五条 甲\n\n第二款", RULES, ["第五条|甲", "  第二款"]),
        ("1. 甲\n\n第二条 乙\n\n1. 丙", RULES, ["第一条|甲", "第二条|乙", "  （一）|丙"]),
        ("## 第二章 甲\n## 乙", RULES, ["# 第二章 甲", "# 乙"]),
        ("## 第二章 甲\n### 乙", RULES, ["# 第二章 甲", "  ## 第一节 乙"]),
        # a computed number counts on from a typed one of its scheme
        ("第一条 甲\n\n## 乙\n1. 丙", RULES, ["第一条|甲", "# 第一章 乙", "  第二条|丙"]),
        # typed headings nest by rank where their hashes are equal
        (
            "## 第一编 甲\n## 第一章 乙\n## 第一节 丙\n## 第二章 丁\n## 第二编 戊",
            RULES,
            ["# 第一编 甲", "  ## 第一章 乙", "    ### 第一节 丙", "  ## 第二章 丁", "# 第二编 戊"],
        ),
        (
            "## 一、甲\n## （一）乙\n## 二、丙",
            BARE,
            ["# 一、甲", "  ## （一）乙", "# 二、丙"],
        ),
        ("## 1. 甲\n## 1.1 乙\n## 1.1.1 丙", BARE, ["# 1. 甲", "  ## 1.1 乙", "    ### 1.1.1 丙"]),
        ("## 第一章 甲\n## 附件\n## 说明", RULES, ["# 第一章 甲", "# 附件", "# 说明"]),
        ("## 第一章 甲\n### 第一编 乙", RULES, ["# 第一章 甲", "  ## 第一编 乙"]),
        # typed clauses nest by rank
        (
            "第五条 甲：\n（一）乙：\n1、丙\n（1）丁\n①戊\n（二）己\n\n第六条 庚",
            RULES,
            [
                "第五条|甲：",
                "  （一）|乙：",
                "    1、|丙",
                "      （1）|丁",
                "        ①|戊",
                "  （二）|己",
                "第六条|庚",
            ],
        ),
        (
            "一、甲\n（一）乙\n1. 丙\n2. 丁\n\n二、戊",
            PLAIN,
            ["一、|甲", "  （一）|乙", "    1.|丙", "    2.|丁", "二、|戊"],
        ),
        (
            "1. 甲：\n（1）乙\n（2）丙\n2. 丁",
            PLAIN,
            ["1.|甲：", "  （1）|乙", "  （2）|丙", "2.|丁"],
        ),
        ("1. 甲\n（一）乙\n2. 丙", RULES, ["第一条|甲", "  （一）|乙", "第二条|丙"]),
        ("1. 甲\n一、乙\n2. 丙", RULES, ["第一条|甲", "  一、|乙", "第二条|丙"]),
        ("1. 甲\n（一）乙", PLAIN, ["1.|甲", "（一）|乙"]),
        # a paragraph after typed clauses belongs to the innermost one
        ("一、甲\n\n说明\n\n（一）乙", PLAIN, ["一、|甲", "  说明", "  （一）|乙"]),
        ("一、甲\n1. 乙\n\n说明", PLAIN, ["一、|甲", "  1.|乙", "  说明"]),
        # lists inside other blocks
        ("> 1. 甲\n> 2. 乙", PLAIN, ["quote:", "  1.|甲", "  2.|乙"]),
        (
            "- 甲\n    1. 乙\n- 丙\n    1. 丁",
            PLAIN,
            ["list:", "  甲", "    1.|乙", "  丙", "    1.|丁"],
        ),
        (
            "- 甲\n\n    说明\n\n    （1）乙\n    ①丙",
            PLAIN,
            ["list:", "  甲", "    说明", "    （1）|乙", "      ①|丙"],
        ),
    ],
)
def test_numbers_and_nesting(text, numbering, expected):
    assert outline(text, numbering) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("第一条 甲\n\n第二条 乙", []),
        ("第一条 甲\n\n第三条 乙", [(3, "number-gap")]),
        ("第二条 甲", [(1, "number-gap")]),
        ("第一条 甲\n\n第一条 乙", [(3, "number-double")]),
        ("第二条 甲\n第二条 乙\n第三条 丙", [(1, "number-gap"), (2, "number-double")]),
        ("第一条 甲\n第一条之一 乙\n第一条之二 乙\n第二条 丙", []),
        ("第一条 甲\n第一条之一 乙\n第一条之一 丙", [(3, "number-double")]),
        ("第一条 甲\n第二条之一 乙", [(2, "number-gap")]),
        # articles count through the document, headings among them
        ("## 甲\n第一条 一\n## 乙\n第二条 二", []),
        ("## 甲\n第一条 一\n## 乙\n第一条 二", [(4, "number-double")]),
        ("## 第一章 甲\n### 第一条 一\n## 第二章 乙\n### 第二条 二", []),
        ("## 第一章 甲\n### 第一条 一\n## 第二章 乙\n### 第三条 二", [(4, "number-gap")]),
        ("## 甲\n第一条 一\n## 附件\n第一条 二", []),
        # all else in its place, or going on from before
        ("## 第一章 甲\n## 第三章 乙", [(2, "number-gap")]),
        ("## 第一编 甲\n## 第一章 一\n## 第二编 乙\n## 第一章 二", []),
        ("## 第一编 甲\n## 第一章 一\n## 第二编 乙\n## 第二章 二", []),
        ("## 第一编 甲\n## 第一章 一\n## 第二编 乙\n## 第四章 二", [(4, "number-gap")]),
        ("（一）甲\n（二）乙\n（四）丙", [(3, "number-gap")]),
        ("（一）甲\n（一）乙", []),
        ("（二）甲\n（二）乙", [(1, "number-gap"), (2, "number-double")]),
        ("第一条 甲\n（一）乙\n（二）丙\n第二条 丁\n（一）戊", []),
        ("1. 甲\n\n第二条 乙", []),
        ("1. 甲\n\n第三条 乙", [(3, "number-gap")]),
        ("1. 甲\n\n第一条 乙", [(3, "number-double")]),
        ("## 甲\n## 第一章 乙", []),
    ],
)
def test_gaps_and_doubles_of_typed_numbers(text, expected):
    assert [found for found in codes(text, RULES) if found[1].startswith("number")] == expected


def test_levels_and_schemes():
    body = parse_body("第五条 甲\n（一）乙\n\n## 丙\n1. 丁\n    1. 戊", RULES)
    found = [
        (piece.label, piece.number, piece.level, piece.scheme, piece.literal, piece.typed)
        for piece in body.root.walk_blocks()
        if isinstance(piece, Clause)
    ]
    assert found == [
        ("第五条", 5, 1, "第一条", True, 5),
        ("（一）", 1, 2, "（一）", True, 1),
        ("第六条", 6, 1, "第一条", False, 1),
        ("（一）", 1, 2, "（一）", False, 1),
    ]
    section = body.root.sections[0]
    assert (section.label, section.number, section.scheme, section.literal) == (
        "第一章",
        1,
        "第一章",
        False,
    )
    assert section.title == "第一章 丙"


@pytest.mark.parametrize(
    ("schemes", "index", "sample"),
    [
        (("第一条", "（一）"), 1, "（一）"),
        (("第一条", "（一）"), 2, "1."),
        (("第一条", "（一）"), 9, "1）"),
        (("1.", "（1）", "①", "1）"), 4, "1）"),
        ((), 0, "1."),
    ],
)
def test_schemes_of_deeper_levels(schemes, index, sample):
    assert scheme_at(schemes, index) == sample


@pytest.mark.parametrize(
    ("heading", "label"),
    [
        ("附件", "附件"),
        ("附件1：表", "附件1"),
        ("附件 二 表", "附件二"),
        ("附表（样式）", "附表"),
        ("附件《样表》", "附件"),
        ("附则", ""),
        ("附件管理", ""),
        ("附加说明", ""),
    ],
)
def test_appendices(heading, label):
    assert appendix_label(heading) == label


@pytest.mark.parametrize(
    ("text", "numbering", "anchors"),
    [
        ("## 甲\n1. 乙\n    1. 丙", RULES, ["第一章", "第一条", "第一条-一"]),
        ("## 甲\n1. 乙\n    1. 丙", PLAIN, ["一", "一-1", "一-1-1"]),
        ("## 甲\n### 乙\n1. 丙", PLAIN, ["一", "一-一", "一-一-1"]),
        ("## 甲\n## 甲", BARE, ["甲", "甲-2"]),
        ("1. 甲\n\n说\n\n1. 乙\n\n说\n\n1. 丙", PLAIN, ["1", "1-2", "1-3"]),
        ("## 甲 {: #leave}\n1. 乙 {: #pay}", RULES, ["leave", "pay"]),
        ("## 甲 {: #第一条}\n1. 乙", RULES, ["第一条", "第一条-2"]),
        ("1. 甲 {: #1-2}\n\n说\n\n1. 乙\n\n说\n\n1. 丙", PLAIN, ["1-2", "1", "1-3"]),
        ("## ！\n1. 甲", Numbering((), ("·",)), ["节", "节-·"]),
        ("## ！\n1. 甲", Numbering((), ("",)), ["节", "节-项"]),
        ("第一条 甲\n\n## 附件\n第一条 乙", RULES, ["附件", "第一条", "第一条-2"]),
        ("> 1. 甲", PLAIN, ["1"]),
    ],
)
def test_anchors(text, numbering, anchors):
    assert sorted(parse_body(text, numbering).anchors()) == sorted(anchors)


def test_anchors_repeat_in_reading_order():
    body = parse_body("1. 甲\n\n说\n\n1. 乙", PLAIN)
    assert [block.anchor for block in body.root.blocks] == ["1", "", "1-2"]
    body = parse_body("第一条 前\n\n## 附件\n第一条 后", RULES)
    assert body.root.blocks[0].anchor == "第一条"
    assert body.root.sections[0].blocks[0].anchor == "第一条-2"


def test_many_repetitions_are_quick():
    body = parse_body("1. 甲\n\n说\n\n" * 5000, PLAIN)
    assert body.root.blocks[-2].anchor == "1-5000"


def test_what_references_print():
    body = parse_body(
        "## 总则 {: #ch}\n\n"
        "1. 甲 {: #a}\n    1. 子 {: #s}\n\n第二款 {: #k}\n\n| a |\n|---|\n{: #t}\n\n"
        "## 附件：表 {: #f}\n\n文字 {: #p}\n\n- 点 {: #b}\n",
        RULES,
    )
    labels = reference_labels(body)
    assert {key: labels[key] for key in ("ch", "a", "s", "k", "t", "f", "p", "b")} == {
        "ch": "第一章",
        "a": "第一条",
        "s": "（一）",
        "k": "第一条第二款",
        "t": "第一条",
        "f": "附件：表",
        "p": "附件：表",
        "b": "附件：表",
    }


def test_what_references_print_without_labels():
    body = parse_body("文字很长 {: #p}\n\n1. 甲 {: #q}\n\n2、乙 {: #r}", Numbering((), ("",)))
    labels = reference_labels(body)
    assert (labels["p"], labels["q"], labels["r"]) == ("文字很长", "甲", "2")

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tools_store import BARE, PLAIN, RULES, parsed

from store.units import citation, units_of

if TYPE_CHECKING:
    from store.units import Unit

RULE_TEXT = """开头的话。

## 总则

1. 为了加强管理，制定本办法。
2. 请假按下列程序办理：
    1. 提出申请；
    2. 审批：
        1. 三天以内由部门审批；
        2. 三天以上由公司审批。

    | 天数 | 审批 |
    |---|---|
    | 3 | 部门 |

逾期不归的，按旷工处理：
（一）一天以内；
（二）一天以上。

## 附则

说明文字。

1. 本办法自发布之日起施行。[^1]

## 附件1：申请表

1. 一式两份。

[^1]: 即2024年1月1日。
"""


def brief(units: list[Unit]) -> list[tuple[str, str | None, str, int]]:
    return [(unit.type, unit.clause, unit.heading, unit.line) for unit in units]


def test_rules_are_cut_by_article():
    units = units_of(parsed(RULE_TEXT), title_line=2)
    assert brief(units) == [
        ("title", None, "", 2),
        ("clause", "第一章第一条", "第一章 总则", 9),
        ("clause", "第二条", "第一章 总则", 10),
        ("text", None, "第二章 附则", 26),
        ("clause", "第三条", "第二章 附则", 28),
        ("clause", "附件1第一条", "附件1：申请表", 32),
        ("text", None, "脚注1", 34),
    ]
    assert units[0].text == "考勤办法\n开头的话。"
    assert units[-1].text == "即2024年1月1日。"


def test_the_parts_of_an_article_are_called_by_their_names():
    unit = units_of(parsed(RULE_TEXT))[2]
    lines = unit.text.split("\n")
    assert lines[:3] == ["请假按下列程序办理：", "（一）提出申请；", "（二）审批："]
    assert [(part.label, part.line) for part in unit.parts] == [
        ("第一款", 10),
        ("第一款第（一）项", 11),
        ("第一款第（二）项", 12),
        ("第一款第（二）项第1目", 13),
        ("第一款第（二）项第2目", 14),
        ("第一款", 16),
        ("第二款", 20),
        ("第二款第（一）项", 21),
        ("第二款第（二）项", 22),
    ]
    for part in unit.parts:
        assert unit.text[part.start :].startswith(lines[unit.text[: part.start].count("\n")])


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("1. 甲\n    1. 乙", ["", "第（一）项"]),
        ("1. 甲\n\n乙", ["第一款", "第二款"]),
        ("第五条\n\n甲\n\n乙", ["第一款", "第二款"]),
        ("第五条\n\n甲", [""]),
        (
            "第五条 甲\n（一）乙\n1、丙\n（1）丁",
            ["", "第（一）项", "第（一）项第1目", "第（一）项第1目（1）"],
        ),
        ("1. 甲\n\n    - 点\n\n    > 引", ["", "", ""]),
        ("1. 甲\n\n    术语\n    : 释", ["", "", ""]),
    ],
)
def test_names_of_parts(text, labels):
    (unit,) = units_of(parsed(text))[1:]
    assert [part.label for part in unit.parts] == labels


def test_other_documents_are_cut_by_the_first_clause_level():
    units = units_of(
        parsed(
            "## 甲\n1. 一\n    1. 子\n2. 二\n## 乙\n1. 三\n## 丙\n### 丁\n3、四\n### 戊\n3、五",
            PLAIN,
        )
    )
    assert [unit.clause for unit in units] == [
        None, "一、1.", "2.", "二、1.", "（一）3、", "（二）3、",
    ]  # fmt: skip
    assert [part.label for part in units[1].parts] == ["", "（1）"]


def test_labels_grow_outwards_until_they_are_unique():
    units = units_of(parsed("## 甲\n### 子\n1. 一\n## 乙\n### 子\n1. 二", PLAIN))
    assert [unit.clause for unit in units[1:]] == ["一、（一）1.", "二、（一）1."]


def test_labels_that_nothing_makes_unique_stay():
    units = units_of(parsed("1. 甲\n\n说\n\n1. 乙", BARE))
    assert [unit.clause for unit in units] == [None, "1.", None, "1."]


def test_a_typed_chapter_is_a_heading_not_a_unit():
    units = units_of(parsed("第一章 总则\n第一条 甲\n第二章 附则\n第二条 乙"))
    assert brief(units)[1:] == [
        ("clause", "第一条", "第一章 总则", 6),
        ("clause", "第二条", "第二章 附则", 8),
    ]


def test_anchors_point_at_the_nearest_piece():
    (unit,) = units_of(parsed("1. 甲 {: #a}\n    1. 乙 {: #b}\n\n丙 {: #c}"))[1:]
    assert unit.anchor == "a"
    assert [part.anchor for part in unit.parts] == ["a", "b", "c"]


def test_what_holds_no_text_is_no_unit():
    assert brief(units_of(parsed("## 甲\n\n---\n\n<!-- 分页 -->"))) == [("title", None, "", 1)]


def test_every_text_is_in_a_unit_once():
    document = parsed(RULE_TEXT)
    units = units_of(document)
    whole = "\n".join(unit.text for unit in units)
    for block in document.body.root.walk_blocks():
        for line in block.text.split("\n"):
            assert whole.count(line) >= 1


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            ("考勤办法", "2024", "第十二条", "第二款第（三）项"),
            "《考勤办法》（2024版）第十二条第二款第（三）项",
        ),
        (("《考勤办法》", "2024版", "第十二条"), "《考勤办法》（2024版）第十二条"),
        (("考勤办法", "", "二、（三）"), "《考勤办法》二、（三）"),
        (("考勤办法", "1.0", None), "《考勤办法》（1.0版）"),
        (("考勤办法", "", "2."), "《考勤办法》2"),
        (("考勤办法", "", "2.", "（1）"), "《考勤办法》2.（1）"),
        (("考勤办法", "", "2.", "", "一、甲 / （三）乙"), "《考勤办法》（三）2"),
        (("考勤办法", "", "一、（三）2.", "", "一、甲 / （三）乙"), "《考勤办法》一、（三）2"),
        (("考勤办法", "", "第二条", "", "第一章 总则"), "《考勤办法》第二条"),
        (("考勤办法", "", "2.", "", "概况"), "《考勤办法》2"),
        (("考勤办法", "", None, "", "一、甲"), "《考勤办法》"),
    ],
)
def test_citations(arguments, expected):
    assert citation(*arguments) == expected


def test_units_of_the_starter_library(starter):
    for entry in starter.entries:
        units = starter.units_of(entry)
        assert units[0].type == "title"
        assert units[0].line == entry.lines["标题"]
        last = entry.path.read_text(encoding="utf-8").count("\n") + 1
        assert all(1 <= unit.line <= last for unit in units)
        clauses = [unit.clause for unit in units if unit.clause]
        if entry.meta.kind == "policy":
            assert len(clauses) == len(set(clauses))
            assert all(clause.startswith("第") for clause in clauses)
    assert RULES.continuous


def test_decimal_numbers_are_cited_once():
    _, unit = units_of(parsed("2.1 设备部负责\n\n2.1.1 采购；\n\n2.1.1.1 招标。\n", PLAIN))
    assert [part.label for part in unit.parts] == ["", "2.1.1", "2.1.1.1"]
    assert citation("制度", "", unit.clause, unit.parts[2].label) == "《制度》2.1.1.1"
    assert citation("制度", "", "2", "2.1") == "《制度》2.1"

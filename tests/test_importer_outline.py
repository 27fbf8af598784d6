"""Headings, clauses, nesting, gaps, doubles and lost numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools_importer import codes, draft, kinds, labels, model, parsed, shape

from importer.markdown import write_body
from importer.model import Piece
from importer.outline import build
from store.model import Clause
from store.parser import parse_body

if TYPE_CHECKING:
    from importer.model import Doubt

NUMBERS = "一二三四五六七八九十"


def test_numbers_nest_by_rank() -> None:
    made = draft(
        "工作总结\n一、业务情况\n（一）存款业务\n存款增加了不少，比上年同期有所好转，各项任务顺利完成。\n1.对公存款稳步增加。\n2.个人存款稳步增加。\n"
        "（二）贷款业务\n贷款按计划投放，质量保持稳定，没有新增不良，客户结构有所改善。\n二、存在问题\n人手不足，培训不够，客户资料还不完整，有待改进。"
    )
    assert shape(made.nodes) == [
        "#一、业务情况",
        ["#（一）存款业务", ["存款增加了不少，比上年同期有所好转，各项任务顺利完成。", "1.", "2."], "#（二）贷款业务",  # noqa: E501
         ["贷款按计划投放，质量保持稳定，没有新增不良，客户结构有所改善。"]],
        "#二、存在问题", ["人手不足，培训不够，客户资料还不完整，有待改进。"],
    ]  # fmt: skip


def test_a_lesser_number_may_stand_above_a_greater_one() -> None:
    made = draft(
        "检查办法\n（1）准备工作：\n1.通知；\n2.分组。\n（2）现场检查：\n1.核对；\n2.记录。"
    )
    assert shape(made.nodes) == ["（1）", ["1.", "2."], "（2）", ["1.", "2."]]


def test_a_heading_that_runs_into_its_paragraph_is_taken_apart() -> None:
    made = draft(
        "工作总结\n一、措施\n（一）加强宣传。年初订制了海报，走访了全部乡镇，效果明显。\n（二）细化营销\n1、分片包干。每片定人。\n2、按月通报。逐项落实。"
    )
    assert shape(made.nodes) == [
        "#一、措施",
        [
            "#（一）加强宣传",
            ["年初订制了海报，走访了全部乡镇，效果明显。"],
            "#（二）细化营销",
            ["1、", "2、"],
        ],
    ]


def test_lists_that_restart_are_two_lists() -> None:
    made = draft(
        "岗位职责\n1.接待客户。\n2.登记来访。\n下半年做好以下工作，务必落实到人，按期完成。\n1.参加培训。\n2.整理档案。"
    )
    assert labels(made.nodes) == ["1.", "2.", "1.", "2."]
    rows = model(parse_body(made.body, kinds()["job-duty"].numbering).root)
    assert [row[2] for row in rows if row[1] == "clause"] == ["1.", "2.", "1.", "2."]


def test_a_gap_stays_a_gap() -> None:
    made = draft("管理制度\n1.第一项要求应当落实。\n2.第二项要求应当落实。\n4.第四项要求应当落实。")
    assert labels(made.nodes) == ["1.", "2.", "4."]
    assert "number-gap" in codes(made)
    assert "4、第四项" in made.body


def test_a_double_stays_a_double() -> None:
    made = draft("岗位职责\n一、负责甲事。\n二、负责乙事。\n二、负责丙事。\n三、负责丁事。")
    assert labels(made.nodes) == ["一、", "二、", "二、", "三、"]
    assert "number-double" in codes(made)


def test_lost_numbers_come_back_between_neighbours_and_are_marked() -> None:
    made = draft("岗位职责\n1.接待客户。\n___登记来访。\n口、整理档案。\n4.完成交办工作。")
    nodes = [node for top in made.nodes for node in top.walk() if node.label]
    assert [(node.label, node.recovered) for node in nodes] == [
        ("1.", False), ("2.", True), ("3.", True), ("4.", False),
    ]  # fmt: skip
    assert codes(made).count("number-recovered") == 2


def test_lost_numbers_at_the_beginning_are_proved_by_the_next() -> None:
    made = draft("岗位职责\n___负责接待。\n___负责登记。\n3.负责归档。")
    assert labels(made.nodes) == ["1.", "2.", "3."]


def test_a_lost_number_that_nothing_proves_is_kept_and_said() -> None:
    made = draft("岗位职责\n1.负责接待。\n2.负责登记。\n___负责归档。")
    assert labels(made.nodes) == ["1.", "2."]
    assert "number-lost" in codes(made)
    assert "___负责归档。" in made.body.replace("\\", "")


def test_a_lost_number_with_the_wrong_count_is_not_guessed() -> None:
    made = draft("岗位职责\n1.负责接待。\n___负责登记。\n4.负责归档。")
    assert labels(made.nodes) == ["1.", "4."]


def test_a_lost_inner_number_is_told_from_an_outer_one() -> None:
    made = draft("岗位职责\n1.负责接待：\n（1）登记；\n___引导。\n2.负责归档。")
    assert labels(made.nodes) == ["1.", "（1）", "（2）", "2."]


def test_numbers_gone_altogether_come_back_where_the_count_fits() -> None:
    made = draft("岗位职责\n1.负责接待客户。\n负责登记来访。\n3.负责归档资料。\n4.负责送达文件。")
    assert labels(made.nodes) == ["1.", "2.", "3.", "4."]


def test_lost_article_numbers_come_back() -> None:
    made = draft("考勤办法\n第一条 按时上班。\n第__条 按时下班。\n第三条 请假应当书面申请。")
    assert labels(made.nodes) == ["第一条", "第二条", "第三条"]


def test_paragraphs_after_an_article_belong_to_it() -> None:
    made = draft(
        "考勤办法\n第一条 按时上班。\n迟到的应当说明原因，并由部门负责人登记备查。\n第二条 按时下班。"  # noqa: E501
    )
    assert shape(made.nodes) == [
        "第一条", ["迟到的应当说明原因，并由部门负责人登记备查。"], "第二条",
    ]  # fmt: skip


def test_computed_numbers_are_preferred_where_they_agree() -> None:
    made = draft(
        "考勤办法\n第一章 总则\n第一条 按时上班。\n第二条 按时下班。\n第二章 附则\n第三条 本办法自发布之日起施行。"  # noqa: E501
    )
    assert made.body.startswith("## 总则\n\n1. 按时上班。\n2. 按时下班。\n\n## 附则\n\n3. 本办法")


def test_typed_numbers_are_kept_where_they_do_not() -> None:
    made = draft(
        "考勤办法\n第一章 总则\n第一条 按时上班。\n第三条 按时下班。\n第四条 自发布之日起施行。"
    )
    assert "第三条 按时下班。" in made.body
    rows = model(parse_body(made.body, kinds()["policy"].numbering).root)
    assert [row[2] for row in rows if row[1] == "clause"] == ["第一条", "第三条", "第四条"]


def test_plain_headings_stand_without_a_number() -> None:
    text = (
        "窗口排队问题调研\n背景\n"
        + "近年来客户需求变化很快，窗口排队时间长，群众意见较多。" * 3
        + "\n做法\n"
        + "我们先摸清了排队的原因，再逐项改进，三个月后见到成效。" * 3
    )
    made = draft(text)
    assert [node.text for node in made.nodes if node.sort == "section"] == ["背景", "做法"]
    assert "## 背景 {: .unnumbered}" in made.body


def test_automatic_numbers_count_like_typed_ones() -> None:
    nodes = build(
        [Piece(line=1, text="接待", label="1."), Piece(line=2, text="登记", label="2.")], []
    )
    assert labels(nodes) == ["1.", "2."]


def test_decimal_headings_keep_their_numbers() -> None:
    made = draft(
        "操作规程\n1 总则\n适用于全部网点的柜面业务，自印发之日起执行，由运营部负责解释。\n1.1 范围\n适用于柜面业务，不适用于自助设备业务和线上业务的处理。\n2 职责\n运营部负责检查和指导，各网点负责执行，每季度报告一次情况。"  # noqa: E501
    )
    assert labels(made.nodes) == ["1", "1.1", "2"]


def test_decimal_numbers_nest_by_their_depth_and_come_back_as_clauses() -> None:
    made = draft(
        "设备管理制度\n1 总则\n1.1 目的\n为规范设备管理，制定本制度。\n1.2 人员要求\n操作人员应当持证。\n2 职责\n2.1 设备部负责\n"  # noqa: E501
        "2.1.1 设备的采购；\n2.1.2 1.5万元以上设备的验收；\n2.2 使用部门负责日常保养。\n3 附则\n3.1 本制度自2023年3月1日起执行。"  # noqa: E501
    )
    assert labels(made.nodes) == [
        "1", "1.1", "1.2", "2", "2.1", "2.1.1", "2.1.2", "2.2", "3", "3.1",
    ]  # fmt: skip
    assert "number-form" not in codes(made)
    rows = [
        (label, text)
        for _, sort, label, text in parsed(made, kinds()["policy"].numbering)
        if sort == "clause"
    ]
    assert rows[0] == ("2.1", "设备部负责")
    assert rows[2:] == [
        ("2.1.2", "1.5万元以上设备的验收；"),
        ("2.2", "使用部门负责日常保养。"),
        ("3.1", "本制度自2023年3月1日起执行。"),
    ]


def test_automatic_lists_whose_levels_print_alike_nest_by_level() -> None:
    rows = (
        (0, 1, "采购"),
        (1, 1, "公开"),
        (1, 2, "公平"),
        (2, 1, "本地"),
        (0, 2, "验收"),
        (1, 1, "清点"),
    )
    pieces = [
        Piece(line=n, text=f"{text}应当按规定进行。", label=f"{number}.", depth=depth)
        for n, (depth, number, text) in enumerate(rows, 1)
    ]
    doubts: list[Doubt] = []
    nodes = build(pieces, doubts)
    assert [node.number for node in nodes] == [1, 2]
    assert [node.number for node in nodes[0].children] == [1, 2]
    assert [node.number for node in nodes[0].children[1].children] == [1]
    assert [doubt.code for doubt in doubts] == ["number-levels"]
    body = parse_body(
        write_body(nodes, kinds()["year-end-summary"].numbering).text,
        kinds()["year-end-summary"].numbering,
    )
    found = [block for block in body.root.walk_blocks() if isinstance(block, Clause)]
    assert [block.level for block in found] == [1, 2, 2, 3, 1, 2]

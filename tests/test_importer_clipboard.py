"""Paste from Word and WPS: clauses, headings and tables stay what they were."""

from __future__ import annotations

import pytest
from tools_clipboard import word, word_item, word_table, word_text, wps, wps_item, wps_text
from tools_importer import kinds, model

from importer.clipboard import MAX_PASTE, paste_markdown
from importer.html import read_html
from store.exceptions import InputError
from store.parser import parse_body

RULES = kinds()["policy"].numbering
SUMMARY = kinds()["year-end-summary"].numbering


def read(text: str) -> list[tuple[int, str, str, str]]:
    body = parse_body(text, RULES)
    assert [p.code for p in body.problems] == []
    return model(body.root)


@pytest.mark.parametrize("comments", [False, True])
def test_words_numbers_become_clauses(comments):
    html = word(
        word_item("第一章", "总则", tag="h1", comments=comments),
        word_item("第一条", "员工每日上班、下班各打卡<span\nlang=EN-US>1</span>次，使用\n考勤机。",
                  comments=comments),
        word_item("第二条", "按下列标准认定：", comments=comments),
        word_item("（一）", "迟到；", 2, comments=comments),
        word_item("（二）", "早退。", 2, comments=comments),
        word_text("前款所称迟到，是指到岗时间晚于排班时间。"),
        word_item("第三条", "自发布之日起施行。", comments=comments),
    )  # fmt: skip
    made = paste_markdown(html, RULES)
    assert read(made.text) == [
        (1, "section", "第一章", "总则"),
        (0, "clause", "第一条", "员工每日上班、下班各打卡1次，使用考勤机。"),
        (0, "clause", "第二条", "按下列标准认定："),
        (1, "clause", "（一）", "迟到；"),
        (1, "clause", "（二）", "早退。"),
        (1, "paragraph", "", "前款所称迟到，是指到岗时间晚于排班时间。"),
        (0, "clause", "第三条", "自发布之日起施行。"),
    ]
    assert made.notes == []
    assert "1. 员工" in made.text


def test_wps_numbers_become_clauses():
    html = wps(
        wps_item("第一条", "为规范用印，制定本办法。"),
        wps_item("第二条", "用印分为："),
        wps_item("（一）", "公章；", 2),
        wps_item("（二）", "合同专用章。", 2),
    )
    assert read(paste_markdown(html, RULES).text) == [
        (0, "clause", "第一条", "为规范用印，制定本办法。"),
        (0, "clause", "第二条", "用印分为："),
        (1, "clause", "（一）", "公章；"),
        (1, "clause", "（二）", "合同专用章。"),
    ]


def test_a_table_keeps_its_merged_cells():
    rows = [["假别", "天数"], ["年假", "5", "10"], ["15"]]
    html = word(word_table(rows, {(0, 1): "colspan=2", (1, 0): "rowspan=2"}))
    made = paste_markdown(html, RULES)
    table = parse_body(made.text, RULES).root.blocks[0]
    assert [[(c.text, c.column_span, c.row_span) for c in row] for row in table.rows] == [
        [("假别", 1, 1), ("天数", 2, 1)],
        [("年假", 1, 2), ("5", 1, 1), ("10", 1, 1)],
        [("15", 1, 1), ("", 1, 1)],
    ]


def test_bullets_of_symbol_fonts_are_bullets():
    html = word(word_item("l", "要点甲"), word_item("·", "要点乙"), word_item("Ø", "细目", 2))
    assert paste_markdown(html, RULES).text == "- 要点甲\n- 要点乙\n    - 细目\n"


def test_numbers_in_the_middle_are_left_to_the_kind():
    html = word(word_item("第五条", "甲。"), word_item("第六条", "乙。"))
    made = paste_markdown(html, RULES, before="## 总则\n\n1. 老条文。\n")
    assert made.text == "1. 甲。\n2. 乙。\n"
    assert made.notes == ["编号按所在位置自动编排，没有照搬原来的“第五条”。"]
    assert [row[2] for row in read("## 总则\n\n1. 老条文。\n\n" + made.text)][1:] == [
        "第一条", "第二条", "第三条",
    ]  # fmt: skip


def test_sub_items_go_below_the_clause_above_the_cursor():
    html = wps(wps_text("（三）丙项；"), wps_text("（四）丁项。"))
    below = paste_markdown(html, RULES, before="1. 老条文：\n    1. 甲项；\n")
    assert below.text == "    1. 丙项；\n    2. 丁项。\n"
    alone = paste_markdown(html, RULES, before="## 总则\n")
    assert alone.text == "（三）丙项；\n\n（四）丁项。\n"


def test_typed_numbers_stay_typed_in_a_typed_document():
    html = word(word_item("第六条", "新条文。"), word_item("（一）", "新项。", 2))
    made = paste_markdown(html, RULES, before="第五条 老条文。\n")
    assert made.text == "第六条 新条文。\n\n（一）新项。\n"


def test_a_lesser_heading_keeps_its_depth():
    html = word(word_item("第一节", "工作时间", tag="h2"), word_text("每日八小时，每周四十小时。"))
    assert paste_markdown(html, RULES).text == "### 工作时间\n\n每日八小时，每周四十小时。\n"


def test_the_documents_own_title_is_not_pasted_again():
    html = word("<p class=MsoTitle><span>用印办法</span></p>", word_text("一段正文，有一句话。"))
    assert paste_markdown(html, RULES, title="用印办法").text == "一段正文，有一句话。\n"


def test_emphasis_stays_and_marks_are_escaped():
    html = word(
        "<p class=MsoNormal>注意<b>时限</b>：*号、{{ 变量 }}和&lt;b&gt;照写，1_2_3 也照写。</p>",
        word_text("第二段在这里，也有一句话。"),
    )
    made = paste_markdown(html, SUMMARY)
    texts = [block.text for block in parse_body(made.text, SUMMARY).root.blocks]
    assert texts[0] == "注意时限：*号、{{ 变量 }}和<b>照写，1_2_3 也照写。"
    assert "**时限**" in made.text
    assert "{{" not in made.text


def test_pictures_and_scripts_do_not_come_along():
    html = word(
        "<p class=MsoNormal><!--[if gte vml 1]><v:shape><v:imagedata src='file:///C:/a.png'/>"
        "</v:shape><![endif]--><![if !vml]><img width=5 src='file:///C:/a.png'><![endif]></p>",
        "<script>alert(1)</script><p onclick='x()'>留下的文字。</p>",
    )
    made = paste_markdown(html, RULES)
    assert made.text == "留下的文字。\n"
    assert "图片没有粘贴" in made.notes[0]


@pytest.mark.parametrize("html", ["", "<p> </p>", "<!--StartFragment--><!--EndFragment-->"])
def test_nothing_to_paste_is_said(html):
    with pytest.raises(InputError, match=r"没有可以(粘贴|导入)的文字"):
        paste_markdown(html, RULES)


def test_too_much_and_too_deep_are_refused():
    with pytest.raises(InputError, match="过多"):
        paste_markdown("<p>" + "字" * MAX_PASTE, RULES)
    with pytest.raises(InputError):
        paste_markdown("<div>" * 5000 + "字" + "</div>" * 5000, RULES)


def test_a_page_saved_by_word_has_its_numbers_too():
    html = word(word_item("第一条", "甲。"), word_item("第二条", "乙。"))
    pieces = read_html(html.encode()).pieces
    assert [(piece.label, piece.text) for piece in pieces] == [
        ("第一条", "甲。"),
        ("第二条", "乙。"),
    ]

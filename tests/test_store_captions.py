"""图1 and 表1: captions are counted through the document, references print them."""

from __future__ import annotations

import pytest

from store.captions import caption_parts, caption_text
from store.html import document_html
from store.kinds import Numbering
from store.parser import parse_body

PLAIN = Numbering(("一、", "（一）"), ("1.", "（1）"))
TABLE = "| 项目 | 金额 |\n|---|---|\n| 甲 | 1 |\n"


def captions(text):
    """Label and line of each captioned block."""
    body = parse_body(text, PLAIN)
    return [caption_text(block) for block in body.root.walk_blocks() if block.caption_label]


def test_figures_and_captions_above_tables_are_counted_apart_through_all_sections():
    text = f"## 甲\n\n![流程](a.png)\n\n表1 标准\n\n{TABLE}\n"
    text += f"## 乙\n\n![走势](b.png)\n\n表2：价目\n\n{TABLE}"
    assert captions(text) == ["图1　流程", "表1　标准", "图2　走势", "表2　价目"]


def test_a_typed_number_stays_and_the_count_goes_on_from_it():
    assert captions("![图3 流程](a.png)\n\n![走势](b.png)\n") == ["图3　流程", "图4　走势"]


def test_images_in_list_items_are_counted_in_reading_order():
    text = "1. 步骤：\n\n    ![甲](a.png)\n\n2. 步骤：\n\n    ![乙](b.png)\n\n![丙](c.png)\n"
    assert captions(text) == ["图1　甲", "图2　乙", "图3　丙"]


@pytest.mark.parametrize(
    "text",
    [
        f"表1 标准如下，请执行。\n\n{TABLE}",  # a sentence
        "表1 标准\n\n后文。\n",  # no table below
        f"表1.2 标准\n\n{TABLE}",
        f"表格 标准\n\n{TABLE}",
        "![](a.png)\n",  # nothing to say
        f"图1 流程\n\n{TABLE}",  # a figure's caption stands below it
    ],
)
def test_what_is_no_caption(text):
    assert captions(text) == []


def test_a_reference_prints_the_number():
    text = f"见[](#a)和[](#b)。\n\n![流程](a.png){{: #a}}\n\n表1 标准 {{: #b}}\n\n{TABLE}"
    body = parse_body(text, PLAIN)
    assert body.root.blocks[0].text == "见图1和表1。"
    assert not body.problems


def test_the_web_shows_the_same_numbers(make_workspace):
    source = "---\n标题: 图\n类别: 文章\n---\n\n![流程](a.png)\n"
    workspace = make_workspace({"文章/图": source})
    html = document_html(workspace.load(workspace.resolve("文章/图")))
    assert "<figcaption>图1　流程</figcaption>" in html


def test_a_block_without_a_number_has_no_label():
    body = parse_body("文字。\n", PLAIN)
    assert caption_parts(body.root.blocks[0]) == ("", "文字。")

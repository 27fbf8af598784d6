"""Three lengths of one text: what may be left out, and how little one page takes."""

from __future__ import annotations

from store.kinds import Numbering
from store.lengths import shorten
from store.model import Inline
from store.parser import parse_body

TEXT = """开头一句。开头第二句。

第二段。

## 一级

〔可略〕细节。

1. 条款一。后面还有。
    1. 子项。
2. 〔可略〕条款二。

〔可略〕

| 甲 | 乙 |
|---|---|
| 1 | 2 |

| 丙 | 丁 |
|---|---|
| 3 | 4 |

| 戊 | 己 |
|---|---|
| 5 | 6 |

![图](a.png)

## 〔可略〕二级

内容。
"""


def cut(length):
    body = parse_body(TEXT, Numbering())
    shorten(body, length)
    found = []
    for section in body.root.walk():
        found.append(section.heading)
        for block in section.blocks:
            pieces = block.walk()
            found += [piece.rows[0][0].text if piece.rows else piece.text for piece in pieces]
    return [text for text in found if text]


def test_the_whole_text_loses_only_its_marks():
    whole = cut(None)
    assert whole == cut("详版")
    assert not any("可略" in text for text in whole)
    assert {"细节。", "条款二。", "二级", "内容。", "甲", "丙"} <= set(whole)


def test_the_short_text_leaves_out_what_is_marked():
    short = cut("简版")
    assert not {"细节。", "条款二。", "二级", "内容。", "甲"} & set(short)
    assert {"开头一句。开头第二句。", "第二段。", "条款一。后面还有。", "子项。", "丙"} <= set(
        short
    )


def test_one_page_has_first_sentences_and_one_table():
    page = cut("一页版")
    assert page == ["开头一句。", "一级", "条款一。", "丙"]


def test_inlines_are_cut_with_their_text():
    body = parse_body("**甲乙**丙。丁戊。\n\n〔可略〕**粗**体。\n", Numbering())
    block = body.root.blocks[0]
    shorten(body, "一页版")
    assert "".join(inline.text for inline in block.inlines) == block.text == "甲乙丙。"
    whole = parse_body("〔可略〕**粗**体。\n", Numbering())
    whole.root.blocks[0].inlines = (Inline("〔可略〕"), Inline("粗", bold=True), Inline("体。"))
    shorten(whole, None)
    assert [inline.text for inline in whole.root.blocks[0].inlines] == ["粗", "体。"]
    other = parse_body("〔可略〕甲。\n", Numbering())
    other.root.blocks[0].inlines = ()
    shorten(other, None)
    assert other.root.blocks[0].text == "甲。"


REPORT = """## 指标

### 收入

收入5万元，增长8%。后话。

| 甲 | 乙 |
|---|---|
| 1 | 2 |

### 客户

1. 条款；半句。

## 做法

### 走访客户

走了很多。

### 培训员工。

## 打算

1. 到6月，收入达到6万元；每月通报。
2. **客户**增加；
"""


def test_one_page_runs_headings_in_and_keeps_what_was_done_in_a_word():
    body = parse_body(REPORT, Numbering(headings=("一、", "（一）"), clauses=("1.",)))
    shorten(body, "一页版")
    found = [
        [section.title, *[block.rows[0][0].text if block.rows else block.text
                          for block in section.blocks]]
        for section in body.root.sections
    ]  # fmt: skip
    assert found == [
        ["一、指标", "（一）收入。收入5万元，增长8%。", "甲", "（二）客户。", "条款。"],
        ["二、做法", "（一）走访客户；（二）培训员工。"],
        ["三、打算", "到6月，收入达到6万元。", "客户增加；"],
    ]
    for section in body.root.sections:
        for block in section.blocks:
            if not block.rows:
                assert "".join(inline.text for inline in block.inlines) == block.text

"""Single blocks of a file are changed; every other line stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools_importer import kinds

from store.model import Clause
from store.parser import parse_body
from store.splicing import Edit, Source, apply, patched

RULES = kinds()["policy"].numbering
TEXT = """---
标题: 甲
类别: 管理制度
状态: 草案
---

## 总则

1. 第一款，**加粗**，见[](#b)。{: #a}

    第二款。
2. 用于：{: #b}
    1. 甲项；
    2. 乙项。[^1]

    | 列 | 值 |
    |---|:-:|
    | 甲\\|乙 | 1 |

## 附

> 引文。

[^1]: 脚注文字。
"""


@pytest.fixture
def source(make_workspace):
    workspace = make_workspace({"管理制度/甲": TEXT})
    return Source(workspace.load(workspace.entry("管理制度/甲")))


def block(source, text: str):
    root = source.document.body.root
    found = [*root.walk(), *root.walk_blocks()]
    return next(one for one in found if text in (getattr(one, "text", "") or one.heading
                if hasattr(one, "heading") else one.text))  # fmt: skip


def new(text: str):
    return parse_body(text, RULES).root.blocks[0]


def after(source, *edits: Edit) -> list[str]:
    return apply(source.lines, edits)


def test_own_and_whole_lines(source):
    item = block(source, "用于：")
    first, last = source.whole(item)
    assert source.lines[first].startswith("2. 用于")
    assert source.lines[last - 1].strip() == "| 甲\\|乙 | 1 |"
    assert source.own(item) == (first, first + 1)
    assert source.whole(block(source, "总则")) == (6, 7)
    assert source.lines[slice(*source.whole(block(source, "引文")))] == ["> 引文。"]


@pytest.mark.parametrize(
    ("old", "text", "line"),
    [
        ("第一款，加粗", "第一款，加粗，见第二条，并记录。",
         "1. 第一款，**加粗**，见[](#b)，并记录。{: #a}"),
        ("甲项；", "甲项、丙项；", "    1. 甲项、丙项；"),
        ("用于：", "适用于：", "2. 适用于：{: #b}"),
        ("第二款。", "第二款，改了。", "    第二款，改了。"),
        ("引文。", "引文改了。", "> 引文改了。"),
        ("乙项。", "乙项改。", "    2. 乙项改。[^1]"),
    ],
)  # fmt: skip
def test_a_text_changes_and_what_is_around_it_stays(source, old, text, line):
    node = block(source, old)
    edit, lost = source.retext(node, node.text, new(text))
    assert not lost
    assert list(edit.lines) == [line]
    assert after(source, edit) == [
        line if at == node.line - 1 else one for at, one in enumerate(source.lines)
    ]


def test_a_change_inside_bold_text_stays_bold(source):
    node = block(source, "第一款，加粗")
    edit, lost = source.retext(node, node.text, new("第一款，加重，见第二条。"))
    assert (edit.lines[0], lost) == ("1. 第一款，**加重**，见[](#b)。{: #a}", False)


def test_what_a_change_runs_over_becomes_text_and_is_told(source):
    node = block(source, "第一款，加粗")
    edit, lost = source.retext(node, node.text, new("全新的一句话。"))
    assert (edit.lines[0], lost) == ("1. 全新的一句话。{: #a}", True)


def test_a_cell_changes_in_its_row(source):
    node = next(b for b in source.document.body.root.walk_blocks() if b.type == "table")
    other = new("| 列 | 值 |\n|---|---|\n| 甲\\|乙 | 2\\|3 |\n")
    found = after(source, source.retable(node, other))
    assert found[node.line + 1] == "    | 甲\\|乙 | 2\\|3 |"
    assert len(found) == len(source.lines)


def test_another_shape_of_a_table_is_written_anew_with_its_alignment(source):
    node = next(b for b in source.document.body.root.walk_blocks() if b.type == "table")
    other = new("| 列 | 值 |\n|---|---|\n| 甲 | 2 |\n| 乙 | 3 |\n")
    lines = source.retable(node, other).lines
    assert lines == ("    | 列 | 值 |", "    | --- | :---: |", "    | 甲 | 2 |", "    | 乙 | 3 |")


def test_removing_leaves_no_double_blank_line(source):
    found = after(source, source.remove(*source.whole(block(source, "引文"))))
    assert "\n\n\n" not in "\n".join(found)
    assert "> 引文。" not in found


def test_a_block_of_another_text_is_written_as_here(source):
    clause = parse_body("第七条 新条文：\n\n（一）新项。\n", RULES).root.blocks[0]
    assert isinstance(clause, Clause)
    assert source.write(clause) == ["1. 新条文：", "    1. 新项。"]
    assert source.write(clause, typed=True)[0] == "第七条 新条文："
    assert source.write(clause, alone=True) == ["1. 新条文："]
    like = block(source, "用于：")
    assert source.write(clause, alone=True, like=like) == ["1. 新条文： {: #b}"]


def test_edits_at_one_place_come_in_their_order():
    lines = ["甲", "乙"]
    edits = [Edit(1, 1, ("一",)), Edit(1, 1, ("二",)), Edit(1, 2, ("丙",)), Edit(0, 1, ("丁",))]
    assert apply(lines, edits) == ["丁", "一", "二", "丙"]


@given(st.text("甲乙丙，。", max_size=12), st.text("甲乙丙，。", max_size=12))
def test_plain_text_is_patched_to_the_new_one(old, text):
    assert patched(old, old, text) == text


@given(st.text("甲乙丙", min_size=1, max_size=6), st.text("甲乙丙丁", max_size=6))
def test_what_stands_between_marks_is_patched_or_refused(old, text):
    made = patched(f"**{old}**", old, text)
    assert made is None or made.replace("*", "") == text

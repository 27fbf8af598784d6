"""Two texts side by side: what became what, and which words differ."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from tools_importer import kinds

from store.matching import Steps
from store.parser import parse_body
from web import comparing
from web.comparing import Piece, align, changes, marked, pair, pieces

RULES = kinds()["policy"].numbering


def of(*texts: str) -> list[Piece]:
    return [Piece(f"第{n}条", text) for n, text in enumerate(texts, 1)]


def test_a_deleted_clause_is_not_taken_for_its_changed_neighbour():
    old = of(
        "员工每日上班打卡一次，使用考勤机或者手机定位打卡。",
        "漏打卡的，应当在3个工作日内提出补卡申请，由部门负责人确认。",
        "加班实行事先审批。",
    )
    new = of("漏打卡的，应当在5个工作日内提出补卡申请，由部门负责人确认。", "加班实行事先审批。")
    assert align(old, new) == [(0, None), (1, 0), (2, 1)]


def test_only_another_number_is_the_same():
    old = [Piece("第一条", "甲乙丙丁。"), Piece("第二条", "戊己庚辛。")]
    new = [
        Piece("第一条", "新的一条。"),
        Piece("第二条", "甲乙丙丁。"),
        Piece("第三条", "戊己庚辛。"),
    ]
    assert align(old, new) == [(None, 0), (0, 1), (1, 2)]


def test_headings_go_with_headings():
    old = [Piece("第一章", "总则", heading=True), Piece("第一条", "总则规定如下。")]
    new = [Piece("第一章", "总则规定", heading=True), Piece("第一条", "总则规定如下各项。")]
    assert align(old, new) == [(0, 0), (1, 1)]


@given(
    st.lists(st.text("甲乙丙丁", min_size=1, max_size=6), max_size=8),
    st.lists(st.text("甲乙丙丁", min_size=1, max_size=6), max_size=8),
)
def test_every_piece_stands_once_and_in_order(old, new):
    pairs = align(of(*old), of(*new))
    assert [a for a, _ in pairs if a is not None] == list(range(len(old)))
    assert [b for _, b in pairs if b is not None] == list(range(len(new)))
    assert all(a is not None or b is not None for a, b in pairs)


@pytest.mark.parametrize(
    ("old", "new", "left", "right"),
    [
        ("保存3年。", "保存5年。", "保存<del>3</del>年。", "保存<ins>5</ins>年。"),
        ("自2024年起", "自2026年起", "自<del>2024</del>年起", "自<ins>2026</ins>年起"),
        ("经理批准", "总经理批准", "经理批准", "<ins>总</ins>经理批准"),
        (
            "由甲乙的丙丁办",
            "由戊己的庚辛办",
            "由<del>甲乙的丙丁</del>办",
            "由<ins>戊己的庚辛</ins>办",
        ),
        ("<b>甲", "<b>乙", "&lt;b&gt;<del>甲</del>", "&lt;b&gt;<ins>乙</ins>"),
        ("同样", "同样", "同样", "同样"),
    ],
)
def test_words_and_numbers_are_marked_whole(old, new, left, right):
    assert marked(old, new) == (Markup(left), Markup(right))


@given(st.text("甲乙丙1.a \n", max_size=30), st.text("甲乙丙1.a \n", max_size=30))
def test_the_stretches_make_up_both_texts(old, new):
    found = changes(old, new)
    assert "".join(one for _, one, _ in found) == old
    assert "".join(other for _, _, other in found) == new
    assert all(one == other for same, one, other in found if same)


def test_tables_and_what_is_below_a_clause_are_part_of_it():
    body = "## 总则\n\n1. 甲：\n    1. 乙；\n\n    | 丙 | 丁 |\n    |---|---|\n    | 1 | 2 |\n"
    found = pieces(parse_body(body, RULES))
    assert [(p.label, p.heading, p.text) for p in found] == [
        ("第一章", True, "总则"),
        ("第一条", False, "甲：\n（一）乙；\n丙 │ 丁\n1 │ 2"),
    ]


def test_one_side_alone():
    piece = Piece("第一条", "甲")
    assert pair(piece, None).change == "removed"
    assert pair(None, piece).change == "added"
    assert pair(piece, piece).change == "same"


def test_a_table_that_repeats_itself_is_marked_by_cell():
    rows = [" │ ".join([f"项目{n}", *["0.00"] * 6]) for n in range(115)]
    old, new = "\n".join(rows), "\n".join(row.replace("0.00", "1.50", 1) for row in rows)
    left, right = marked(old, new)
    assert left.count("<del>0.00</del>") == right.count("<ins>1.50</ins>") == len(rows)


@pytest.mark.parametrize("changed", ["乙甲" * 1500, "丙" + "甲乙" * 1400 + "丁"])
def test_work_on_repetitive_texts_is_bounded(changed):
    steps = Steps(3_000_000)
    found = changes("甲乙" * 1500, changed, steps)
    assert steps.left >= -3_000_000  # at most by word and then by line
    assert "".join(other for _, _, other in found) == changed


def test_what_is_far_apart_is_not_even_looked_at(monkeypatch):
    looked = []
    monkeypatch.setattr(comparing, "_likeness", lambda *sides: looked.append(sides) or 0.0)
    count = 1500
    pairs = align(of(*["甲" + str(n) for n in range(count)]), of(*["乙"] * count))
    assert len(pairs) == 2 * count
    assert len(looked) <= count * 82

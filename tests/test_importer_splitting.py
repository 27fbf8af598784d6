"""Compilations cut at their titles; a single document is left whole."""

from __future__ import annotations  # noqa: I001

from typing import TYPE_CHECKING

import pytest
from importer.large import large_text
from importer.model import Draft, Piece
from importer.splitting import could_be_title, is_title_like, split
from tools_importer import draft, drafts, kinds, labels

if TYPE_CHECKING:
    from pathlib import Path

RULES = "第一条 按时上班，不得迟到。\n第二条 请假应当书面申请。\n"
DUTIES = "1.负责接待来访客户。\n2.完成领导交办的工作。\n"


@pytest.mark.parametrize(
    "form", ["考勤办法 第{}篇", "第{}篇 考勤办法", "第{}篇：考勤办法", "【篇{}】考勤办法", "考勤办法篇{}", "范文{}：考勤办法"]  # noqa: E501
)  # fmt: skip
def test_counted_titles(form: str) -> None:
    for numbers in (("1", "2", "3"), ("一", "二", "三")):
        made = drafts("考勤办法大全\n" + "".join(f"{form.format(n)}\n{RULES}" for n in numbers))
        assert [one.title for one in made] == ["考勤办法"] * 3
        assert "考勤办法大全" in made[0].doubts[0].message


def test_parts_inside_a_part_have_it_as_parent() -> None:
    made = drafts(
        f"某部 第1篇\n某部职责\n{DUTIES}某部职责篇2\n{DUTIES}某部职责篇3\n{DUTIES}某部制度 第2篇\n{RULES}"  # noqa: E501
    )
    assert [(one.title, one.parent) for one in made] == [
        ("某部", -1), ("某部职责", 0), ("某部职责", 0), ("某部职责", 0), ("某部制度", -1),
    ]  # fmt: skip


def test_a_gap_in_the_count_is_said() -> None:
    made = drafts(f"考勤办法 第1篇\n{RULES}印章办法 第3篇\n{RULES}")
    assert "part-gap" in [doubt.code for doubt in made[1].doubts]


def test_titles_after_which_the_numbering_begins_anew() -> None:
    made = drafts(f"考勤管理制度\n{RULES}印章管理制度\n{RULES}用车管理制度\n{RULES}")
    assert [one.title for one in made] == ["考勤管理制度", "印章管理制度", "用车管理制度"]


def test_a_title_that_repeats() -> None:
    made = drafts(f"物业岗位职责\n{DUTIES}物业岗位职责\n{DUTIES}")
    assert len(made) == 2


def test_separator_lines() -> None:
    made = drafts(
        f"考勤管理规定\n员工应当按时上班，不得迟到早退，违者按规定处理。\n----------\n印章管理规定\n印章由专人保管，用印应当逐次登记，并由负责人批准。\n"  # noqa: F541
    )
    assert [one.title for one in made] == ["考勤管理规定", "印章管理规定"]


def test_title_styles() -> None:
    pieces = [
        Piece(line=1, text="考勤办法", title=True), *(Piece(line=n, text="正文") for n in range(2, 7)),  # noqa: E501
        Piece(line=7, text="印章办法", title=True), Piece(line=8, text="正文"),
    ]  # fmt: skip
    assert [cut.title for cut in split(pieces).cuts] == ["考勤办法", "印章办法"]


def test_one_document_with_chapters_stays_one() -> None:
    made = draft(
        f"考勤办法\n第一章 总则\n{RULES}第二章 奖惩规定\n第三条 表彰先进。\n第四条 处理违规。\n"
    )
    assert labels(made.nodes) == ["第一章", "第一条", "第二条", "第二章", "第三条", "第四条"]


@pytest.mark.parametrize(
    "text", ["一、总则", "应当按时上班。", "编号：甲", "标题，", "", "长" * 50]
)
def test_lines_that_are_no_titles(text: str) -> None:
    assert not is_title_like(text)


@pytest.mark.parametrize(
    ("text", "expected"), [("办法 第3篇", True), ("=======", True), ("正文。", False), ("", False)]
)
def test_a_cheap_look_at_a_line(text: str, expected: bool) -> None:  # noqa: FBT001
    assert could_be_title(text) is expected


def test_a_large_text_is_cut_at_its_titles(tmp_path: Path) -> None:
    path = tmp_path / "汇编.txt"
    path.write_text(
        "制度汇编\n" + "".join(f"考勤办法 第{n}篇\n{RULES}" for n in (1, 2, 3)), encoding="gb18030"
    )
    encoding, *made = large_text(path, path.name, kinds())
    assert encoding == "GB18030"
    assert all(isinstance(one, Draft) for one in made)
    assert [one.ordinal for one in made if isinstance(one, Draft)] == ["第1篇", "第2篇", "第3篇"]


def test_a_large_text_without_titles_is_cut_at_a_size(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("importer.large.VOLUME", 400)
    path = tmp_path / "长文.txt"
    path.write_text("没有题目的长文，一段接着一段，没有可以分开的地方。\n" * 40, encoding="utf-8")
    made = [one for one in large_text(path, path.name, kinds()) if isinstance(one, Draft)]
    assert len(made) >= 2
    assert "split-by-size" in [doubt.code for doubt in made[0].doubts]

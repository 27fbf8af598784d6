"""Widths, wrapping and tables on a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.commands.search import marked_lines
from cli.output import MARK, UNMARK, cell_width, fit, table, wrap

TEXT = st.text(st.sampled_from("中文字，。《》（）abc 123%\n"), max_size=80)


@pytest.mark.parametrize(
    ("text", "columns"),
    [("", 0), ("abc", 3), ("年假", 4), ("（a）", 5), (f"{MARK}年假{UNMARK}", 4), ("①", 1)],
)
def test_cell_width(text: str, columns: int) -> None:
    assert cell_width(text) == columns


@pytest.mark.parametrize(
    ("text", "columns", "wanted"),
    [
        ("年假", 6, "年假  "),
        ("考勤与休假", 8, "考勤与.."),
        ("考勤与休假", 7, "考勤.. "),
        ("ab", 2, "ab"),
    ],
)
def test_fit(text: str, columns: int, wanted: str) -> None:
    assert fit(text, columns) == wanted
    assert cell_width(fit(text, columns)) == columns


@given(TEXT, st.integers(6, 40))
def test_wrap_loses_nothing_and_fits(text: str, columns: int) -> None:
    lines = wrap(text, columns)
    assert all(cell_width(line) <= columns for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace("\n", "").replace(" ", "")


def test_wrap_breaks_neither_numbers_nor_before_closing_marks() -> None:
    lines = wrap("满10年、不满20年的，每年年假为10天。", 15)
    assert not any(line[0] in "，。、）" for line in lines)
    assert all("1" not in line[-1] for line in lines)


def test_marks_go_on_over_line_ends() -> None:
    lines = marked_lines("甲乙<mark>丙丁戊己</mark>庚 &lt;b&gt;", 8)
    assert lines[0] == "甲乙\x1b[1;33m丙丁\x1b[0m"
    assert lines[1].startswith("\x1b[1;33m戊己\x1b[0m")
    assert "<b>" in "".join(lines)


def test_table_fits_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    rows = [("很长的题目" * 12, "管理制度", "人力资源部", "现行")]
    lines = list(table(("题目", "类别", "部门", "状态"), rows))
    assert len(lines) == 2
    assert cell_width(lines[1]) <= 80
    assert lines[1].endswith("现行")
    assert not list(table(("题目",), []))

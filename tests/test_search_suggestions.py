"""Suggestions while typing, and what was asked before."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from search import SearchIndex
from search.past_queries import FILE_NAME
from search.visible import restrict

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import WorkspaceMaker

    from store import Workspace

RULES = """---
标题: 考勤与休假管理办法
类别: 管理制度
岗位: 考勤专员
生效日期: 2024-01-01
---
## 考勤、休假的登记

1. 员工忘记打卡的，当日补卡。
2. 年休假没休完的，按规定折算工资报酬。
3. 客户投诉应当当日登记，三日内答复。
"""
SECRET = """---
标题: 薪酬保密办法
类别: 管理制度
生效日期: 2024-01-01
---
1. 绩效系数由总经理核定。
2. 员工不得打听绩效系数。
"""


@pytest.fixture
def workspace(make_workspace: WorkspaceMaker) -> Workspace:
    return make_workspace({"制度/考勤": RULES, "制度/薪酬": SECRET})


@pytest.fixture
def index(workspace: Workspace) -> SearchIndex:
    return SearchIndex.open(workspace)


def ask(index: SearchIndex, query: str, times: int = 1) -> bool:
    return all(index.remember(index.search(query)) for _ in range(times))


def texts(index: SearchIndex, typed: str, kind: str = "") -> list[str]:
    return [s.text for s in index.suggest(typed) if kind in {"", s.kind}]


def log(workspace: Workspace) -> Path:
    return workspace.cache / FILE_NAME


def test_titles_posts_and_headings_without_their_numbers(index: SearchIndex) -> None:
    assert texts(index, "考勤") == ["考勤与休假管理办法", "考勤专员", "考勤、休假的登记"]
    assert texts(index, "休假") == ["考勤与休假管理办法", "考勤、休假的登记"]
    assert "考勤专员" in texts(index, "kqzy")


@pytest.mark.parametrize("typed", ["", "  ", "？", "!!", "\n"])
def test_nothing_is_suggested_for_nothing(index: SearchIndex, typed: str) -> None:
    assert index.suggest(typed) == []


def test_no_sort_takes_all_places(make_workspace: WorkspaceMaker) -> None:
    head = "---\n标题: 客户{}办法\n类别: 管理制度\n岗位: 客户{}\n---\n1. 客户投诉。\n"
    names = {f"制度/{n}": head.format("甲乙丙丁戊己庚辛壬癸"[n], n % 2) for n in range(10)}
    index = SearchIndex.open(make_workspace(names))
    kinds = [s.kind for s in index.suggest("客户", limit=6)]
    assert kinds == ["title", "title", "title", "position", "position", "title"]
    kinds = [s.kind for s in index.suggest("客户", limit=20)]
    assert (kinds.count("title"), kinds.count("position")) == (10, 2)


def test_what_is_asked_often_is_offered_first(index: SearchIndex) -> None:
    assert ask(index, "年休假没休完")
    assert texts(index, "年休", "query") == []
    assert ask(index, "年休假没休完")
    assert ask(index, "年休假", 3)
    assert texts(index, "年休")[:2] == ["年休假", "年休假没休完"]
    assert texts(index, "年休假没休完", "query") == []


@pytest.mark.parametrize(
    "query",
    [
        "王小明 投诉",
        "13912345678 投诉",
        "客户投诉 6222020200112233",
        "zhang@example.com 投诉",
        "投诉 -年休假",
        '"客户投诉"',
        "部门:客户部 投诉",
        "股票期权怎么行权",
        "没有这句话吧 投诉",
        "客户投诉应当当日登记三日内答复员工忘记打卡的当日补卡",
    ],
)
def test_names_figures_and_what_was_not_answered_are_not_kept(
    workspace: Workspace, index: SearchIndex, query: str
) -> None:
    assert not ask(index, query)
    assert not log(workspace).exists()


def test_the_count_says_neither_who_nor_when(workspace: Workspace, index: SearchIndex) -> None:
    ask(index, "客户投诉", 2)
    assert log(workspace).read_text(encoding="utf-8") == "客户投诉\t1\n客户投诉\t1\n"


def test_the_count_is_bounded(
    workspace: Workspace, index: SearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.past_queries._LARGEST", 200)
    monkeypatch.setattr("search.past_queries._KEPT", 1)
    ask(index, "忘记打卡")
    ask(index, "客户投诉", 30)
    assert log(workspace).stat().st_size <= 220
    lines = log(workspace).read_text(encoding="utf-8").splitlines()
    counts = [int(line.split("\t")[1]) for line in lines]
    assert {line.split("\t")[0] for line in lines} == {"客户投诉"}
    assert sum(counts) == 30


def test_it_can_be_switched_off(make_workspace: WorkspaceMaker) -> None:
    workspace = make_workspace(
        {"制度/考勤": RULES, "wenshu.toml": "[检索]\n常用查询 = false\n"}, name="关"
    )
    index = SearchIndex.open(workspace)
    log(workspace).write_text("客户投诉\t9\n", encoding="utf-8")
    assert not ask(index, "客户投诉")
    assert texts(index, "客户", "query") == []
    assert log(workspace).read_text(encoding="utf-8") == "客户投诉\t9\n"


def test_a_damaged_count_is_no_trouble(workspace: Workspace, index: SearchIndex) -> None:
    log(workspace).parent.mkdir(parents=True, exist_ok=True)
    log(workspace).write_bytes(b"\xff\xfe\t\n\t3\nabc\n" + "客户投诉\t-3\n客户登记\t4\n".encode())
    assert texts(index, "客户", "query") == ["客户登记"]


def test_words_of_hidden_texts_are_not_told(workspace: Workspace, index: SearchIndex) -> None:
    ask(index, "绩效系数", 3)
    ask(index, "客户投诉", 3)
    assert texts(index, "绩效", "query") == ["绩效系数"]
    seen = restrict(index, ["制度/考勤"])
    assert [s.text for s in seen.suggest("绩效")] == []
    assert "客户投诉" in [s.text for s in seen.suggest("客户") if s.kind == "query"]


def test_a_suggestion_is_quick(starter: Workspace) -> None:
    index = SearchIndex.open(starter)
    index.suggest("kh")
    started = time.process_time()
    for typed in ("客", "客户", "khts", "kehutousu", "管理办法"):
        index.suggest(typed)
    assert time.process_time() - started < 5 * 0.02

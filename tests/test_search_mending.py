"""Typing mistakes, and words that the segmenter cut across."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from search import SearchIndex
from search.recutting import recut

if TYPE_CHECKING:
    from store import Workspace


@pytest.fixture(scope="module")
def index(starter: Workspace) -> SearchIndex:
    return SearchIndex.open(starter)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("年修假", "年休假"),
        ("投诉处里办法", "投诉处理办法"),
        ("印张管理", "印章管理"),
        ("考情管理", "考勤管理"),
        ("离之手续", "离职手续"),
        ("客户投素复核", "客户投诉复核"),
        ("忘记打咔", "忘记打卡"),
    ],
)
def test_what_is_meant_is_searched_and_told(index: SearchIndex, typed: str, meant: str) -> None:
    results, right = index.search(typed), index.search(meant)
    assert results.suggestion == meant
    assert results.hits[0].citation == right.hits[0].citation
    assert results.question.words == right.question.words


@pytest.mark.parametrize(
    "typed",
    [
        "宠物可以带进小区吗",
        "置业顾问怎么提成",
        "离职要提前多少天说",
        "年假没休完能折钱吗",
        "房东卖房",
    ],
)
def test_real_words_stay(index: SearchIndex, typed: str) -> None:
    assert index.search(typed).suggestion is None


def test_the_suggestion_keeps_what_was_typed_around(index: SearchIndex) -> None:
    assert index.search("客户投素，怎么复核？").suggestion == "客户投诉，怎么复核？"
    assert index.search("客户投素 -电话 部门:客户部").suggestion == "客户投诉 -电话 部门:客户部"


def test_mending_is_off_where_only_what_was_typed_is_wanted(index: SearchIndex) -> None:
    results = index.search("客户投素", expand=False)
    assert results.suggestion is None
    assert "投素" in results.question.words


def test_the_library_knows_better_where_words_end(index: SearchIndex) -> None:
    hit = index.search("移机要多久").hits[0]
    assert hit.id == "服务承诺/宽带装维服务承诺"
    corpus = index._generation.corpus
    cut = [("移", 0, 1), ("机要", 1, 3), ("多久", 3, 5)]
    assert recut(cut, corpus) == [("移机", 0, 2), ("要", 2, 3), ("多久", 3, 5)]
    sound = [("客户", 0, 2), ("投诉", 2, 4)]
    assert recut(sound, corpus) == sound
    assert recut([], corpus) == []

"""Clauses of several versions are paired by what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from search import SearchIndex
from search.pairing import pair_versions

if TYPE_CHECKING:
    from store import Workspace

LEAVE = "员工请事假每次不超过五天，全年累计不超过十五天，须由本人办理。"
OLD_LEAVE = "员工请事假每次不超过三天，全年累计不超过十天，以半天为最小单位。"
PAPER = "印章外带应当填写登记簿并由两人同行。"


def test_what_says_the_same_shares_a_number() -> None:
    newer, older = pair_versions([[PAPER, LEAVE], [OLD_LEAVE, "食堂周末停止供餐。"]])
    assert older[0] == newer[1]
    assert older[1] not in newer


def test_a_clause_has_one_partner_in_each_version() -> None:
    numbers = pair_versions([[LEAVE], [OLD_LEAVE, LEAVE], [LEAVE]])
    assert numbers[1][1] == numbers[0][0] == numbers[2][0]
    assert numbers[1][0] not in {numbers[0][0], numbers[2][0]}


def test_short_and_missing_texts() -> None:
    assert pair_versions([[], ["甲"], ["甲", ""]]) == [[], [0], [0, 1]]
    assert pair_versions([]) == []


def test_folded_versions_are_about_the_same_thing(starter: Workspace) -> None:
    index = SearchIndex.open(starter)
    leave = next(hit for hit in index.search("事假 全年累计").hits if hit.clause == "第十五条")
    assert [version["clause"] for version in leave.versions] == ["第十三条"]
    carried = index.search("年假没休完怎么办").hits[0]
    assert [version["clause"] for version in carried.versions] == ["第十一条"]
    weekly = index.search("申请提前几个工作日提交").hits[0]
    assert weekly.version == "2024"
    assert all(version["clause"] != weekly.clause for version in weekly.versions)

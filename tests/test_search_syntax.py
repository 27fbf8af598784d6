"""The query language as a table, and bad input."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search import QueryError, SearchIndex, UnknownFieldError
from search.syntax import parse
from store.exceptions import InvalidValue, KindNotFound

if TYPE_CHECKING:
    from store import Workspace


@pytest.mark.parametrize(
    ("query", "plain"),
    [
        ("年假没休完", "年假没休完"),
        ("  年假　没休完 ", "年假 没休完"),
        ('"客户满意度" 提升', "客户满意度 提升"),
        ("名为“个体户”实为“合伙”", "名为 个体户 实为 合伙"),
        ("投诉 -电话 部门:客户部", "投诉"),
        ("《考勤办法》第十二条 年假", "年假"),
        ("客户* 投?诉", "客户 投 诉"),
        ("注意：加班要审批", "注意：加班要审批"),
        ('没有配对的"引号', "没有配对的 引号"),
        ("时间10:30到岗", "时间10:30到岗"),
    ],
)
def test_what_is_ranked(query: str, plain: str) -> None:
    assert parse(query).plain == plain


@pytest.mark.parametrize(
    ("query", "phrases"),
    [
        ('"客户满意度"', ["客户满意度"]),
        ("“客户满意度” 提升", ["客户满意度"]),
        ("「客户满意度」", ["客户满意度"]),
        ('"甲 乙" "丙"', ["甲 乙", "丙"]),
        ("所谓“客户满意度”是指", []),
        ('"依照第十二条第二款规定"', ["依照第十二条第二款规定"]),
        ('"称“公之于众”，是指"', ["称“公之于众”，是指"]),
        ('""', []),
    ],
)
def test_what_must_stand(query: str, phrases: list[str]) -> None:
    assert parse(query).phrases == phrases


@pytest.mark.parametrize(
    ("query", "filters", "refused"),
    [
        ("部门:客户部 投诉", {"department": ["客户部"]}, {}),
        ("部门：客户部", {"department": ["客户部"]}, {}),
        ('部门:"客户 服务部"', {"department": ["客户 服务部"]}, {}),
        ("状态:现行,试行", {"status": ["现行", "试行"]}, {}),
        ("-部门:办公室 印章", {}, {"department": ["办公室"]}),
        ("年度:2024 标签:反诈", {"year": ["2024"], "tag": ["反诈"]}, {}),
        ("kind:policy", {"kind": ["policy"]}, {}),
    ],
)
def test_filters(query: str, filters: dict[str, list[str]], refused: dict[str, list[str]]) -> None:
    request = parse(query)
    assert request.filters == filters
    assert request.refused == refused


@pytest.mark.parametrize(
    ("query", "label", "part", "titles"),
    [
        ("第十二条", "第十二条", "", []),
        ("考勤 第12条第二款", "第12条", "第二款", []),
        ("《印章管理办法》第三条第（二）项", "第三条", "第（二）项", ["印章管理办法"]),
        ("标题:印章 第五条之一", "第五条之一", "", ["印章"]),
        ("公司没有按照第三条的规定支付加班工资应当怎么处理", "", "", []),
    ],
)
def test_articles_and_titles(query: str, label: str, part: str, titles: list[str]) -> None:
    request = parse(query)
    assert (request.label, request.part, request.titles) == (label, part, titles)


def test_operators_are_read_by_whoosh() -> None:
    request = parse("投诉 AND (电话 OR 短信) NOT 回访")
    assert request.plain == "投诉 电话 短信"
    assert str(request.tree).count("text:") == 4
    exact = parse('"客户投诉" OR 回访')
    assert "exact:客户投诉" in str(exact.tree)


@pytest.mark.parametrize(
    "query",
    ["年假 AND", "年假 OR", "AND 年假", "年假 NOT", "年假 AND OR", "(年假 AND)", "OR AND 年假"],
)
def test_operators_that_join_nothing_are_left_out(query: str) -> None:
    request = parse(query)
    assert request.tree is None
    assert request.plain.strip("() ") == "年假"


def test_an_unknown_field_is_told_with_those_that_exist() -> None:
    with pytest.raises(UnknownFieldError, match="部位") as caught:
        parse("部位:客户部")
    assert "部门" in caught.value.hint
    assert parse("https://example.com/路径").plain


@pytest.fixture(scope="module")
def index(starter: Workspace) -> SearchIndex:
    opened = SearchIndex.open(starter)
    opened.search("年假 khts 打咔")  # dictionaries are loaded once
    return opened


BAD = [
    "",
    "   ",
    "，。！？",
    "字" * 10_000,
    "投诉 " * 3_000,
    '"' * 51,
    "((((((((((投诉",
    ") AND (",
    "AND OR NOT",
    "NOT 投诉",
    "*",
    "????",
    "投*",
    "\x00\x01投诉\x1b[31m\u202e",
    "'; drop table units; --",
    "(a+)+$" * 200,
    "😀😀 投诉 👍",
    "\ud800",
    "-",
    "- - -",
    "-投诉",
    "《》",
    "《" * 300,
    "第条",
    "第九百九十九亿条",
    "部门:",
    "a" * 5000,
    "abcdefghijklmnop",
    "(" * 300 + "投诉" + ")" * 300 + " AND x",
    "投诉 AND " * 60 + "投诉",
    "标题:* 状态:*",
]


@pytest.mark.parametrize("query", BAD, ids=range(len(BAD)))
def test_bad_input_is_answered_soon(index: SearchIndex, query: str) -> None:
    started = time.process_time()
    try:
        results = index.search(query)
        assert results.total >= len(results.hits)
        results.to_json()
    except QueryError as error:
        assert error.message  # noqa: PT017 - either an answer or a clear sentence
    assert time.process_time() - started < 0.2


def test_filters_that_cannot_be_are_told(index: SearchIndex) -> None:
    with pytest.raises(KindNotFound):
        index.search("投诉", kind="没有这个类别")
    with pytest.raises(InvalidValue, match="日期"):
        index.search("投诉", on="昨天")
    assert index.search("投诉", department="没有这个部门").total == 0
    assert index.search("投诉", limit=0).hits == []


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet='投诉客户第十二条AND OR NOT"（）()-:：《》*年a1 \n', max_size=40))
def test_any_text_is_answered(index: SearchIndex, query: str) -> None:
    try:
        found = index.search(query)
    except QueryError:
        return
    assert len(found.hits) <= 10
    for hit in found.hits:
        assert "<mark>" not in hit.text
        assert hit.citation.startswith("《")

"""Hand-made questions on the starter library, over all kinds of documents and sorts of query."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from search import SearchIndex
from search.results import UNSURE_NOTE
from store.units import citation

if TYPE_CHECKING:
    from search import Hit
    from store import Workspace

QUESTIONS = Path(__file__).parent / "data" / "search_questions.tsv"


def read_questions() -> list[tuple[str, str, str, dict[str, Any]]]:
    rows = []
    for line in QUESTIONS.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            query, document, clause, *options = line.split("\t")
            rows.append((query, document, clause, dict(o.split("=", 1) for o in options)))
    return rows


@pytest.fixture(scope="module")
def index(starter: Workspace) -> SearchIndex:
    return SearchIndex.open(starter)


def fits(hit: Hit, document: str, clause: str) -> bool:
    return hit.id == document and clause in {"*", hit.clause or "-"}


def test_there_are_enough_questions_on_all_kinds() -> None:
    rows = read_questions()
    assert len(rows) >= 120
    assert len({document.partition("/")[0] for _, document, _, _ in rows}) == 8


def test_the_expected_hit_comes_first(index: SearchIndex) -> None:
    rows = read_questions()
    ranks = []
    for query, document, clause, options in rows:
        hits = index.search(query, **options).hits
        ranks.append(next((k for k, h in enumerate(hits) if fits(h, document, clause)), 99))
    missed = [(row[0], rank) for row, rank in zip(rows, ranks, strict=True) if rank]
    assert sum(rank == 0 for rank in ranks) >= 0.97 * len(rows), missed
    assert max(ranks) < 3, missed


def test_what_is_answered_is_seldom_doubted(index: SearchIndex) -> None:
    asked = [index.search(query, **options) for query, _, _, options in read_questions()]
    doubted = [results.query for results in asked if UNSURE_NOTE in results.notes]
    assert len(doubted) <= 0.02 * len(asked), doubted


NEWCOMER = (
    "年假",
    "客户投诉几天内必须处理完",
    "客户投诉多久答复",
    "生病请假要什么证明",
    "产假多少天",
    "结婚可以休几天假",
    "迟到三次怎么处罚",
    "离职以后还要保密吗",
    "收客户红包怎么办",
    "客户经理岗位职责是什么",
)


@pytest.mark.parametrize("query", NEWCOMER)
def test_what_a_newcomer_asks_is_answered_first(index: SearchIndex, query: str) -> None:
    row = next(row for row in read_questions() if row[0] == query)
    assert fits(index.search(query).hits[0], row[1], row[2])


def test_clauses_of_form_come_first_only_when_they_are_asked_for(index: SearchIndex) -> None:
    content = [hit.clause for hit in index.search("客户投诉几天内必须处理完").hits[:5]]
    assert not {"第一条", "第二十九条", "第三十条"} & set(content)
    formal = index.search("客户投诉处理办法由谁负责解释").hits[:2]
    assert "第二十九条" in {hit.clause for hit in formal}


def test_official_terms_do_not_outweigh_the_word_itself(index: SearchIndex) -> None:
    results = index.search("年假")
    assert all("年假" in hit.text for hit in results.hits[:4])


@pytest.mark.parametrize(
    "query",
    [
        "出差住宿标准",
        "食堂几点开饭",
        "股票期权怎么行权",
        "退休年龄是多少",
        "公积金缴存比例是多少",
        "飞机延误怎么赔偿",
        "宠物可以带进小区吗",
    ],
)
def test_what_the_library_does_not_rule_is_told(index: SearchIndex, query: str) -> None:
    assert any("没有直接规定" in note for note in index.search(query).notes)


@pytest.mark.parametrize("query", ["年假没休完能折钱吗", "客户投诉多久答复", "公章丢了怎么办"])
def test_what_the_library_rules_is_not_doubted(index: SearchIndex, query: str) -> None:
    assert index.search(query).notes == []


def test_a_sound_question_is_not_mended(index: SearchIndex) -> None:
    assert index.search("离职要提前多少天说").suggestion is None
    assert index.search("宠物可以带进小区吗").suggestion is None
    assert index.search("客户投素").suggestion == "客户投诉"


def test_words_in_quotes_stand_in_every_hit(index: SearchIndex) -> None:
    results = index.search('"客户满意度"', limit=200)
    assert results.total == len(results.hits) > 5
    assert all("客户满意度" in hit.text for hit in results)
    assert all("<mark>客户满意度</mark>" in hit.snippet for hit in results)


def test_initials_find_what_the_words_find(index: SearchIndex) -> None:
    typed, words = index.search("khts"), index.search("客户投诉")
    assert [hit.citation for hit in typed] == [hit.citation for hit in words]
    assert typed.expansions[0] == ("khts", ("客户投诉",))
    assert "<mark>客户投诉</mark>" in typed.hits[0].snippet


def test_traditional_characters_find_the_same(index: SearchIndex) -> None:
    traditional, simplified = index.search("客戶投訴"), index.search("客户投诉")
    assert traditional.total == simplified.total > 0
    assert [h.citation for h in traditional] == [h.citation for h in simplified]


def test_title_words_and_an_article(index: SearchIndex) -> None:
    results = index.search("考勤 第十二条")
    assert results.hits[0].citation.startswith("《考勤与休假管理办法》（2024版）第十二条")
    assert all(hit.clause == "第十二条" for hit in results)
    assert [v["version"] for v in results.hits[0].versions] == ["2022"]


def test_a_paragraph_of_an_article(index: SearchIndex) -> None:
    hit = index.search("《考勤与休假管理办法》第十二条第二款").hits[0]
    assert hit.citation == "《考勤与休假管理办法》（2024版）第十二条第二款"
    assert hit.sub_label == "第二款"


def test_the_snippet_shows_the_sub_item_that_is_named(index: SearchIndex) -> None:
    hit = index.search("年假没休完能折钱吗").hits[0]
    assert hit.sub_label
    assert hit.sub_label == "第二款第（二）项"
    assert hit.snippet.replace("<mark>", "").startswith("…（二）公司不能安排")


def test_left_out_words_and_a_department(index: SearchIndex) -> None:
    results = index.search("投诉 -电话 部门:客户部", limit=200)
    assert results.total == len(results.hits) > 5
    for hit in results:
        assert hit.department == "客户部"
        assert "电话" not in hit.text
    assert set(results.facets["department"]) == {"客户部"}


def test_the_article_that_the_best_hit_names_comes_first(index: SearchIndex) -> None:
    results = index.search("受托支付标准")
    assert [hit.clause for hit in results.hits[:2]] == ["第三十三条", "三、3."]
    assert "第三十三条受托支付标准" in results.hits[1].text


def test_in_force_on_a_day(index: SearchIndex) -> None:
    then = index.search("请假", on="2023-06-01").hits[0]
    now = index.search("请假", on="2026-11-23").hits[0]
    assert (then.version, now.version) == ("2022", "2024")
    assert then.in_force is now.in_force is True


def test_facets_count_the_hits(index: SearchIndex) -> None:
    results = index.search("投诉 处理", limit=500)
    for name in ("kind", "department", "status"):
        assert sum(results.facets[name].values()) == results.total
    assert results.facets["kind"]["policy"] == sum(hit.kind == "policy" for hit in results)


def test_everyday_words_can_be_switched_off(index: SearchIndex) -> None:
    with_terms = index.search("公章带出去")
    without = index.search("公章带出去", expand=False)
    assert ("公章", ("印章",)) in with_terms.expansions
    assert not without.expansions
    assert with_terms.hits[0].clause == "第十五条"


def test_a_mistyped_word_is_mended_and_told(index: SearchIndex) -> None:
    results = index.search("客户投素")
    assert results.suggestion == "客户投诉"
    assert "客户投诉" in results.hits[0].text


def test_json_is_the_contract(index: SearchIndex) -> None:
    found: dict[str, Any] = index.search("年假 没休完").to_json()
    assert list(found) == ["query", "total", "took_ms", "suggestion", "facets", "hits"]
    hit = found["hits"][0]
    names = (
        "id title kind department status number version effective expires in_force clause "
        "sub_label citation anchor heading text snippet highlights score path line versions"
    )
    assert list(hit) == names.split()
    for start, end in hit["highlights"]:
        assert 0 <= start < end <= len(hit["text"])
    lines = Path(hit["path"]).read_text(encoding="utf-8").splitlines()
    assert "没休完" in "".join(lines[hit["line"] - 1 : hit["line"] + 12]) or lines[hit["line"] - 1]


def test_every_hit_is_explained(index: SearchIndex) -> None:
    hit = index.search("印章 遗失").hits[0]
    explanation = hit.explain()
    assert {"印章", "遗失"} <= {share.term for share in explanation.terms}
    assert sum(share.score for share in explanation.terms) == pytest.approx(
        explanation.first, rel=1e-3
    )
    assert "得分" in explanation.lines()[0]


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("客户投", "客户投诉处理办法"),
        ("置业", "置业顾问岗位职责"),
        ("khts", "客户投诉处理办法"),
        ("刻制", "刻制与启用"),
    ],
)
def test_suggestions_while_typing(index: SearchIndex, typed: str, wanted: str) -> None:
    texts = [suggestion.text for suggestion in index.suggest(typed)]
    assert any(wanted in text or text in wanted for text in texts), texts


def test_related_documents(index: SearchIndex) -> None:
    found = index.related("管理制度/客户投诉处理办法")
    assert 0 < len(found) <= 5
    assert "管理制度/客户投诉处理办法@1.0" not in {other.id for other in found}
    assert any("客户" in other.title for other in found)


def test_a_related_document_is_named_once_in_its_present_version(index: SearchIndex) -> None:
    found = index.related("管理制度/印章管理办法", limit=20)
    titles = [other.title for other in found]
    assert len(titles) == len(set(titles)) > 5
    assert "管理制度/考勤与休假管理办法" in {other.id for other in found}


def test_quoted_text_is_not_expanded(index: SearchIndex) -> None:
    assert index.search('"客户满意度"').expansions == []
    assert index.search("客户满意度").expansions != []


def test_nothing_found_in_a_department_offers_all(index: SearchIndex) -> None:
    results = index.search("公章", department="火星部")
    assert results.total == 0
    assert results.wider == ["公章"]


def test_nothing_found_offers_wider_queries(index: SearchIndex) -> None:
    results = index.search('"完全没有这句话的" 印章')
    assert results.total == 0
    assert results.wider
    assert all(index.search(query).total for query in results.wider[:1])


def test_every_citation_finds_its_clause(index: SearchIndex) -> None:
    """What is copied from a hit is understood when it is searched, in every version."""
    generation = index._generation
    rows = generation.table.rows
    missed = []
    for unit, row in enumerate(generation.unit_rows.tolist()):
        clause, _, heading, _, _ = generation.corpus.info(unit)
        if clause is None:
            continue
        cited = citation(rows[row].title, rows[row].version, clause, heading=str(heading))
        found = index.search(cited, limit=1).hits
        if not found or (found[0].id, found[0].clause) != (rows[row].id, clause):
            missed.append(cited)
    assert missed == []


@pytest.mark.parametrize(
    ("cited", "version", "part"),
    [
        ("《考勤与休假管理办法》（2022版）第十一条", "2022", None),
        ("《考勤与休假管理办法》(2024版) 第十二条第二款第（二）项", "2024", "第二款第（二）项"),
        ("《信贷客户部岗位职责》（2024版）三、3.（2）", "2024", "（2）"),
        ("考勤办法 2022版 年假", "2022", None),
    ],
)
def test_a_citation_names_the_version_and_the_part(
    index: SearchIndex, cited: str, version: str, part: str | None
) -> None:
    hit = index.search(cited).hits[0]
    assert (hit.version, hit.sub_label) == (version, part)


def test_a_version_that_does_not_exist_offers_the_others(index: SearchIndex) -> None:
    results = index.search("《考勤与休假管理办法》（2019版）第十一条")
    assert results.total == 0
    assert results.wider[0] == "《考勤与休假管理办法》第十一条"
    assert index.search(results.wider[0]).hits[0].clause == "第十一条"


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("停电短信怎么写", "message-template"),
        ("客户经理的职责", "job-duty"),
        ("何守田的事迹", "deeds-report"),
        ("第三季度工作总结", "year-end-summary"),
    ],
)
def test_a_kind_that_is_named_comes_first(index: SearchIndex, query: str, kind: str) -> None:
    assert index.search(query).hits[0].kind == kind

"""The seed text: seventeen samples in one page. Runs only where the text lies beside the checkout."""  # noqa: E501

from __future__ import annotations

from decimal import Decimal

import pytest
from tools_importer import SEED, kinds, labels

from importer.drafting import outline_all
from importer.model import Reading
from importer.text import encoding_of, read_lines

pytestmark = pytest.mark.skipif(not SEED.is_file(), reason="the seed text is not here")


@pytest.fixture(scope="module")
def drafts():
    encoding = encoding_of(SEED)
    source = Reading(pieces=list(read_lines(SEED, encoding)), encoding=encoding)
    return outline_all(source, SEED.name, kinds())


def top(drafts):
    return [draft for draft in drafts if draft.parent < 0]


def numbers(draft):
    return [node.number for node in draft.nodes for node in node.walk() if node.label]


def test_there_are_seventeen_documents_and_seven_parts(drafts) -> None:
    assert len(drafts) == 24
    assert len(top(drafts)) == 17
    assert [draft.parent for draft in drafts[1:8]] == [0] * 7


def test_the_kinds_are_right(drafts) -> None:
    expected = {
        1: "job-duty", 2: "code-of-conduct", 3: "article", 4: "article", 5: "policy", 6: "deeds-report",  # noqa: E501
        7: "year-end-summary", 8: "article", 9: "year-end-summary", 10: "message-template", 11: "job-duty",  # noqa: E501
        12: "article", 13: "job-duty", 14: "job-duty", 15: "job-duty", 16: "article", 17: "service-pledge",  # noqa: E501
    }  # fmt: skip
    assert {n: draft.kind for n, draft in enumerate(top(drafts), 1)} == expected
    assert {draft.kind for draft in drafts[1:8]} == {"job-duty"}


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (1, range(1, 9)),
        (2, range(1, 4)),
        (3, range(1, 6)),
        (4, range(1, 6)),
        (5, range(1, 9)),
        (6, range(1, 14)),
        (7, range(1, 4)),
    ],
)
def test_every_clause_of_the_parts_has_its_number(drafts, part: int, expected: range) -> None:
    assert numbers(drafts[part]) == list(expected)


def test_every_clause_of_the_documents_has_its_number(drafts) -> None:
    documents = top(drafts)
    assert numbers(documents[1]) == list(range(1, 22))
    assert numbers(documents[4]) == list(range(2, 11))
    assert numbers(documents[8]) == [1, 2, 3, 4, 5, 6, 1]
    assert numbers(documents[9]) == [1, 2, 3, 4]
    assert numbers(documents[10]) == [1, 2, 3, 4, 5, 5, 6, 7]
    assert numbers(documents[12]) == [1, 2, 3]
    assert numbers(documents[14]) == [2, 3]
    assert labels(documents[16].nodes) == [
        "一、",
        "二、",
        "三、",
        "四、",
        *"①②③④⑤⑥⑦⑧",
        "五、",
        "六、",
    ]


def test_lost_numbers_are_recovered_and_marked(drafts) -> None:
    found = {
        (place, node.number)
        for place, draft in enumerate(drafts)
        for top_node in draft.nodes
        for node in top_node.walk()
        if node.recovered
    }
    assert found == {(1, 3), (2, 1), (2, 2), (6, 4)}


def test_figures_of_the_summary_are_metrics_and_deleted_ones_are_not(drafts) -> None:
    documents = top(drafts)
    figures = {figure.name: figure for figure in documents[6].figures}
    deposits = figures["各项存款"]
    assert (deposits.value, deposits.unit, deposits.as_of) == (Decimal(161131), "万元", "--12-30")
    assert (deposits.change, deposits.completion) == (Decimal(39793), Decimal("248.7"))
    assert figures["单位存款"].completion == Decimal(123)
    assert figures["个人存款"].change == Decimal(33645)
    assert figures["个人网银客户新增"].completion == Decimal(304)
    assert figures["企业网银客户新增"].completion == Decimal("44.4")
    assert [figures[name].completion for name in ("国际结算量", "国际结算业务收入", "结售汇业务量", "结售汇收入")] == [  # noqa: E501
        Decimal("42.5"), Decimal(91), Decimal("56.9"), Decimal(44),
    ]  # fmt: skip
    assert figures["信用证贷款"].unit == "万美元"
    assert not documents[5].figures
    assert sum(doubt.code == "figure-missing" for doubt in documents[5].doubts) >= 15
    assert all(not draft.figures for draft in drafts if draft.kind != "year-end-summary")


def test_advertising_is_in_warnings_and_not_in_the_text(drafts) -> None:
    said = "\n".join(doubt.message for draft in drafts for doubt in draft.doubts)
    bodies = "\n".join(draft.body for draft in drafts)
    for words in ("特地为大家整理", "99学术网", "上一篇", "全站热搜", "相关推荐"):
        assert words in said
        assert words not in bodies


def test_no_line_disappears(drafts) -> None:
    """Every line's words are in a body, a heading, a title or a warning."""
    kept = "".join(
        "".join(
            [draft.title, draft.ordinal, draft.body, *(doubt.message for doubt in draft.doubts)]
        )
        + "".join(node.label + node.text for top_node in draft.nodes for node in top_node.walk())
        for draft in drafts
    )
    kept = "".join(kept.replace("\\", "").split())
    missing = []
    for line in SEED.read_text(encoding="utf-8").split("\n"):
        words = "".join(line.split()).lstrip("0123456789.、_（）()一二三四五六七八九十①②③④⑤⑥⑦⑧")
        if "篇" in words[-8:] or not words:
            continue
        if words[:12] not in kept or words[-12:] not in kept:
            missing.append(line)
    assert missing == []

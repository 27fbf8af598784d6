"""Folding keeps offsets, snippets are escaped, the lexicon is read, labels compare by meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search import folding
from search.analysis import Segmenter, gram_code, gram_text, grams
from search.folding import Folder
from search.frozen import Analysis
from search.labels import label_key
from search.lexicon import Lexicon
from search.readings import Readings, build_readings, fuzzy
from search.snippets import find_ranges, join_ranges, snippet

if TYPE_CHECKING:
    from pathlib import Path

FOLD = Folder.build()


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("客戶投訴處理", "客户投诉处理"),
        ("ＯＡ系统（２０２４）", "oa系统(2024)"),
        ("答覆與回覆", "答复与回复"),
        ("意味著", "意味着"),
        ("著作權", "著作权"),
        ("乾淨的裏面", "干净的里面"),
        ("POS机", "pos机"),
        ("𠮷野家😀", "𠮷野家😀"),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert FOLD(text) == folded


@given(st.text(max_size=60))
def test_folding_never_changes_the_length(text: str) -> None:
    folded = FOLD(text)
    assert len(folded) == len(text)
    assert FOLD(folded) == folded


@given(st.text(alphabet="客户投诉a1，。 \n", max_size=30))
def test_grams_cover_every_word_character(text: str) -> None:
    covered = {at + k for gram, at in grams(text) for k in range(len(gram))}
    assert covered == {at for at, character in enumerate(text) if character.isalnum()}
    for gram, at in grams(text):
        assert text[at : at + len(gram)] == gram
        assert gram_text(gram_code(gram)) == gram


def test_own_words_join_the_dictionary() -> None:
    text = "信贷客户经理岗位"
    assert "信贷客户经理" not in [word for word, _, _ in Segmenter().words(text)]
    assert "信贷客户经理" in [word for word, _, _ in Segmenter(["信贷客户经理"]).words(text)]


@given(st.text(), st.text(min_size=60))
def test_long_texts_are_folded_as_short_ones(piece: str, filling: str) -> None:
    assert FOLD(f"{piece}\n{filling}").split("\n")[0] == FOLD(f"{piece}\n").split("\n")[0]


def test_every_phrase_is_noticed_in_long_texts() -> None:
    for phrase, folded in [*folding._PHRASES.items(), ("按著", "按着")]:
        assert FOLD(f"{phrase}。{'文' * 60}") == f"{folded}。{'文' * 60}"


def test_marks_stand_right_in_unfolded_text() -> None:
    text = "【客戶】的ＰＯＳ机<b>投訴</b>"
    ranges = find_ranges(text, ["客户", "pos", "投诉"], FOLD)
    assert [text[a:b] for a, b in ranges] == ["客戶", "ＰＯＳ", "投訴"]
    assert snippet(text, ranges) == (
        "【<mark>客戶</mark>】的<mark>ＰＯＳ</mark>机&lt;b&gt;<mark>投訴</mark>&lt;/b&gt;"
    )


@given(
    st.text(alphabet="客户投诉<&。\n", max_size=400),
    st.lists(st.sampled_from(["客户", "投诉", "诉客", "户"]), max_size=3),
)
def test_snippets_are_escaped_pieces_of_the_text(text: str, terms: list[str]) -> None:
    ranges = find_ranges(text, terms, FOLD)
    shown = snippet(text, ranges)
    plain = shown.replace("<mark>", "").replace("</mark>", "").strip("…")
    plain = plain.replace("&lt;", "<").replace("&amp;", "&")
    assert plain in text.replace("\n", " ")
    assert shown.count("<mark>") == shown.count("</mark>")


def test_the_snippet_of_a_sub_item_begins_with_it() -> None:
    opening = "开头一句写明这一条管什么。" * 9
    item = "（二）第二项的内容在此。"
    text = f"{opening}{item}{'后面还有很多字，' * 30}最末才提到公章。"
    part = (len(opening), len(text))
    fold = Folder.build()
    assert snippet(text, find_ranges(text, ["内容"], fold), part=part).startswith("…（二）第二项")
    late = snippet(text, find_ranges(text, ["公章"], fold), part=part)
    assert "<mark>公章</mark>" in late


def test_the_same_words_share_one_segmenter() -> None:
    one, other = Analysis.build(["客户部"]), Analysis.build(["客户部"])
    assert one.segmenter is other.segmenter
    assert Analysis.build(["财务部"]).segmenter is not one.segmenter


def test_ranges_that_touch_are_joined() -> None:
    assert join_ranges([(4, 6), (0, 2), (1, 3), (6, 7)]) == [(0, 3), (4, 7)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("第十二条", "第12条"),
        ("第１２条", "第十二条"),
        ("二、（三）", "二、(三)"),
        ("第一百零五条", "第105条"),
    ],
)
def test_labels_that_say_the_same(one: str, other: str) -> None:
    assert label_key(one) == label_key(other) != 0


def test_labels_that_differ() -> None:
    assert (
        len({label_key(x) for x in ("第十条", "第十一条", "第十条之一", "一、", "（一）", None)})
        == 6
    )


def test_the_lexicon_is_large_and_names_real_words() -> None:
    entries = Lexicon.load().entries
    assert len(entries) >= 400
    assert all(terms and word not in terms for word, terms in entries.items())
    assert entries["辞退"] == ("解除劳动合同",)


def test_a_company_adds_and_removes_words(tmp_path: Path) -> None:
    (tmp_path / "lexicon.tsv").write_text(
        "\ufeff# 本公司\n小蓝本\t员工手册\n辞退\n", encoding="utf-8"
    )
    lexicon = Lexicon.load(tmp_path)
    assert lexicon.entries["小蓝本"] == ("员工手册",)
    assert "辞退" not in lexicon.entries
    found = lexicon.find("小蓝本在哪里", frozenset({0, 3}))
    assert [(e.word, e.terms) for e in found] == [("小蓝本", ("员工手册",))]


def test_the_longest_everyday_word_wins() -> None:
    lexicon = Lexicon({"签合同": ("订立合同",), "没签合同": ("未订立书面劳动合同",)})
    assert [e.word for e in lexicon.find("公司没签合同", frozenset())] == ["没签合同"]


def test_readings() -> None:
    readings = Readings(build_readings({"客户": 5, "合同": 9, "银行": 2}))
    assert readings.initials("客户投诉") == "khts"
    assert ("he", "tong") in set(readings.spellings("合同"))
    assert readings.spelled.get(fuzzy("yinhang")) == ["银行"]
    assert readings.by_initials.get("kh") == ["客户"]
    assert readings.by_initials.get("k") == readings.by_initials.get("zzz") == []

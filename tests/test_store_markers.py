from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.markers import (
    format_label,
    is_article,
    normalise_label,
    rank_of,
    read_heading_marker,
    read_marker,
    scheme,
    slug,
)


@pytest.mark.parametrize(
    ("line", "label", "number", "sample", "rest"),
    [
        ("第五条 员工应当", "第五条", 5, "第一条", "员工应当"),
        ("第五条　员工", "第五条", 5, "第一条", "员工"),
        ("第五条：员工", "第五条", 5, "第一条", "：员工"),
        ("第五条【试用期】试用", "第五条", 5, "第一条", "【试用期】试用"),
        ("第五条", "第五条", 5, "第一条", ""),
        ("第12条 员工", "第12条", 12, "第1条", "员工"),
        ("第１２条 员工", "第１２条", 12, "第1条", "员工"),
        ("第五条之一 员工", "第五条之一", 5, "第一条", "员工"),
        ("第二章 组织", "第二章", 2, "第一章", "组织"),
        ("第一分编 通则", "第一分编", 1, "第一分编", "通则"),
        ("三、工作措施", "三、", 3, "一、", "工作措施"),
        ("3、工作措施", "3、", 3, "1、", "工作措施"),
        ("（二）负债", "（二）", 2, "（一）", "负债"),
        ("(二)负债", "（二）", 2, "（一）", "负债"),
        ("（2）负债", "（2）", 2, "（1）", "负债"),
        ("(十二) 负债", "（十二）", 12, "（一）", "负债"),
        ("2）负债", "2）", 2, "1）", "负债"),
        ("2)负债", "2）", 2, "1）", "负债"),
        ("②负债", "②", 2, "①", "负债"),
        ("⑵负债", "⑵", 2, "（1）", "负债"),
        ("㈢负债", "㈢", 3, "（一）", "负债"),
        ("⒉负债", "⒉", 2, "1.", "负债"),
        ("廿三、其他", "廿三、", 23, "一、", "其他"),
    ],
)
def test_typed_numbers_are_read(line, label, number, sample, rest):
    marker = read_marker(line)
    assert marker is not None
    assert (marker.label, marker.number, marker.scheme) == (label, number, sample)
    assert line[marker.length :] == rest
    assert marker.rank == rank_of(sample)
    assert marker.inserted == ("之" in label)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "员工应当",
        "第五条规定如下",
        "第五条第二款 规定",
        "第五条、第六条",
        "第一季度工作",
        "1. 条目",
        "1.5亿元",
        "2024年工作",
        "2024、2025两年",
        "（2024）京01号",
        "（一）、（二）项",
        "（一），其余",
        "（甲）",
        "一年来",
        "十二月",
        "第十百条 错",
        "十百、错",
        "（一千零一）错",
    ],
)
def test_sentences_stay_sentences(line):
    assert read_marker(line) is None


@pytest.mark.parametrize(
    ("heading", "label", "sample", "rest"),
    [
        ("第一章总则", "第一章", "第一章", "总则"),
        ("第一章 总则", "第一章", "第一章", "总则"),
        ("第二条之一 例外", "第二条之一", "第一条", "例外"),
        ("一、基本情况", "一、", "一、", "基本情况"),
        ("一．基本情况", "一．", "一、", "基本情况"),
        ("（三）其他", "（三）", "（一）", "其他"),
        ("1. 目的", "1.", "1.", "目的"),
        ("1.目的", "1.", "1.", "目的"),
        ("1.2 范围", "1.2", "1.1", "范围"),
        ("1.2.3 范围", "1.2.3", "1.1.1", "范围"),
        ("㈠概况", "㈠", "（一）", "概况"),
    ],
)
def test_numbers_of_headings_are_read(heading, label, sample, rest):
    marker = read_heading_marker(heading)
    assert marker is not None
    assert (marker.label, marker.scheme, heading[marker.length :]) == (label, sample, rest)


@pytest.mark.parametrize(
    "heading", ["", "总则", "2024年总结", "3.15专项行动", "1.5万户", "第一季度", "一季度", "1 目的"]
)
def test_headings_without_a_number(heading):
    assert read_heading_marker(heading) is None


@pytest.mark.parametrize(
    ("sample", "number", "label"),
    [
        ("第一章", 12, "第十二章"),
        ("第一条", 105, "第一百零五条"),
        ("第1条", 7, "第7条"),
        ("一、", 3, "三、"),
        ("（一）", 11, "（十一）"),
        ("1.", 4, "4."),
        ("（1）", 4, "（4）"),
        ("１、", 4, "4、"),
        ("①", 3, "③"),
        ("①", 60, "（60）"),
        ("附件1：", 2, "附件2："),
        ("·", 2, "·"),
        ("", 2, ""),
    ],
)
def test_labels_print(sample, number, label):
    assert format_label(sample, number) == label
    assert scheme(sample).sample == sample


def test_ranks_follow_the_order_of_office_texts():
    order = [
        "第一编",
        "第一分编",
        "第一章",
        "第一节",
        "第一条",
        "一、",
        "（一）",
        "1.",
        "（1）",
        "①",
    ]
    ranks = [rank_of(sample) for sample in order]
    assert ranks == sorted(set(ranks))
    assert rank_of("1）") == rank_of("（1）") == rank_of("1.1")
    assert rank_of("1.1.1") == rank_of("①") < rank_of("1.1.1.1")
    assert rank_of("第一款") == rank_of("第一条")


def test_articles():
    assert is_article("第一条")
    assert not is_article("第一章")
    assert not is_article("一、")


@pytest.mark.parametrize(
    ("one", "other"),
    [("（三）", "(三)"), ("第１２条", "第12条"), ("⑶", "（3）"), ("第 五 条", "第五条")],
)
def test_labels_are_compared_after_nfkc(one, other):
    assert normalise_label(one) == normalise_label(other)


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("第一章", "第一章"),
        ("（三）", "三"),
        ("一、", "一"),
        ("目的 与/依据", "目的与依据"),
        ("。", ""),
    ],
)
def test_slugs_hold_no_punctuation(text, piece):
    assert slug(text) == piece


@given(st.text(max_size=20))
def test_any_line_is_read_without_harm(line):
    for read in (read_marker, read_heading_marker):
        marker = read(line)
        if marker is not None:
            assert 0 < marker.length <= len(line)
            assert marker.number >= 0
            assert marker.label


@given(
    st.sampled_from(["第一章", "第一节", "第一条", "一、", "（一）", "（1）", "①"]),
    st.integers(1, 50),
)
def test_a_printed_label_reads_back(sample, number):
    marker = read_marker(format_label(sample, number) + " 正文")
    assert marker is not None
    assert (marker.number, marker.scheme) == (number, sample)


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("1.1 部门职责", "1.1"),
        ("2.1.3 设备的报废。", "2.1.3"),
        ("1.2　（一）类物资", "1.2"),
        ("1.5 万元以上的支出", ""),
        ("1.5 倍工资", ""),
        ("1.1.", ""),
        ("3.14", ""),
    ],
)
def test_decimal_numbers_are_clauses_and_amounts_are_not(line: str, label: str) -> None:
    found = read_marker(line)
    assert (found.label if found else "") == label

"""Numbers in front of old texts, and the traces of lost ones."""

from __future__ import annotations

import pytest

from importer.marks import normalise_forms, printed_like, read_lost, read_mark


@pytest.mark.parametrize(
    ("text", "label", "number", "scheme"),
    [
        ("第一章 总则", "第一章", 1, "第一章"),
        ("第十二条 员工应当", "第十二条", 12, "第一条"),
        ("第12条员工应当", "第12条", 12, "第1条"),
        ("第五条：适用范围", "第五条", 5, "第一条"),
        ("第三条之一 补充", "第三条之一", 3, "第一条"),
        ("一、总则", "一、", 1, "一、"),
        ("二十一.合理安排", "二十一.", 21, "一、"),
        ("（三）检查", "（三）", 3, "（一）"),
        ("(3)检查", "（3）", 3, "（1）"),
        ("3.检查", "3.", 3, "1."),
        ("３．检查", "３．", 3, "1."),
        ("3、检查", "3、", 3, "1."),
        ("3）检查", "3）", 3, "1）"),
        ("③检查", "③", 3, "①"),
        ("1.2 范围", "1.2", 2, "1.1"),
        ("1.2.3范围", "1.2.3", 3, "1.1"),
    ],
)
def test_every_usual_form_is_read(text: str, label: str, number: int, scheme: str) -> None:
    mark = read_mark(text)
    assert mark is not None
    assert (mark.label, mark.number, mark.scheme) == (label, number, scheme)


@pytest.mark.parametrize(
    "text",
    [
        "第五条规定的情形", "第三条和第四条", "2024年工作", "3.5万元以上", "三、四季度完成情况", "1、2号楼",  # noqa: E501
        "（一），", "12万户居民", "普通文字", "", "2024.5.1起施行",
    ],
)  # fmt: skip
def test_sentences_and_quantities_are_no_numbers(text: str) -> None:
    mark = read_mark(text)
    assert mark is None or mark.weak


@pytest.mark.parametrize(
    ("text", "expected"),
    [("㈠ 检查", "(一) 检查"), ("⑴检查", "(1)检查"), ("⒊检查", "3.检查"), ("检查⑴", "检查⑴")],
)
def test_one_character_forms_become_ordinary_at_the_beginning(text: str, expected: str) -> None:
    assert normalise_forms(text) == expected


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("___日常的走访", 3),
        ("__、日常", 3),
        ("口、日常", 2),
        ("、日常的走访", 1),
        ("（  ）日常", 4),
        ("l.日常", 2),
    ],
)
def test_traces_of_lost_numbers_are_seen(text: str, length: int) -> None:
    lost = read_lost(text)
    assert lost is not None
    assert lost.length == length


@pytest.mark.parametrize("text", ["日常的走访", "……日常", "__", "。日常"])
def test_ordinary_text_has_no_trace(text: str) -> None:
    assert read_lost(text) is None


@pytest.mark.parametrize(
    ("sample", "number", "expected"),
    [
        ("三、x", 4, "四、"),
        ("（3）x", 4, "（4）"),
        ("第十条 x", 9, "第九条"),
        ("③x", 4, "④"),
        ("1.2 x", 3, "1.3"),
        ("9.x", 10, "10."),
    ],
)
def test_a_number_is_printed_like_its_neighbour(sample: str, number: int, expected: str) -> None:
    mark = read_mark(sample)
    assert mark is not None
    assert printed_like(mark, number) == expected

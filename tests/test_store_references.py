from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tools_store import PLAIN, RULES, body_outline, outline

from store.exceptions import AmbiguousDocument
from store.parser import parse_body, parse_lines
from store.references import DEAD

if TYPE_CHECKING:
    from store.model import Problem


def resolve(target: str) -> str | None:
    if target.startswith("多"):
        raise AmbiguousDocument("多", ["制度/多", "规范/多"])
    return {"制度/乙#x": "第三条", "制度/乙#": "《乙》"}.get(target)


def parse(text: str):
    return parse_lines(list(enumerate(text.split("\n"), 1)), RULES, resolve=resolve)


def told(problems: list[Problem]) -> list[tuple[int, str, str]]:
    return [(p.line, p.severity, p.code) for p in problems]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1. 按[](#b)办\n2. 乙 {: #b}", ["第一条|按第二条办", "第二条|乙"]),
        ("按[](#s)办\n## 职责 {: #s}", ["按第一章办", "# 第一章 职责"]),
        ("## 见[](#b)\n1. 乙 {: #b}", ["# 第一章 见第一条", "  第一条|乙"]),
        (
            "1. 甲 {: #b}\n\n| [](#b) |\n|---|\n| 按[](#b) |",
            ["第一条|甲", "  table:第一条/按第一条"],
        ),
        ("> 按[](#b)\n\n1. 乙 {: #b}", ["quote:", "  按第一条", "第一条|乙"]),
        ("按[](制度/乙#x)办", ["按第三条办"]),
        ("按[](制度/乙#)办", ["按《乙》办"]),
        ("按[](#第一条)办\n\n1. 甲", ["按第一条办", "第一条|甲"]),
        ("按[第一条](#b)办\n\n1. 甲 {: #b}", ["按第一条办", "第一条|甲"]),
    ],
)
def test_references_print_the_present_label(text, expected):
    body = parse(text)
    assert body.problems == []
    assert body_outline(body) == expected


def test_texts_of_containers_follow():
    body = parse("> 按[](#b)\n\n| [](#b) |\n|---|\n\n1. 乙 {: #b}")
    quote, table, _ = body.root.blocks
    assert (quote.text, table.text) == ("按第一条", "第一条")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("按[](#无)办", [(1, "error", "dead-reference")]),
        ("甲\n\n按[](制度/乙#y)办", [(3, "error", "dead-reference")]),
        ("按[](多#x)办", [(1, "error", "ambiguous-reference")]),
        ("按[休假](#无)办", [(1, "error", "dead-reference")]),
        ("## 见[](#无)", [(1, "error", "dead-reference")]),
        ("| a |\n|---|\n| [](#无) |", [(1, "error", "dead-reference")]),
        ("甲[^1]\n\n[^1]: 见[](#无)", [(3, "error", "dead-reference")]),
        ("[官网](http://a.cn/#x)", []),
    ],
)
def test_dead_references_are_told(text, expected):
    assert told(parse(text).problems) == expected


def test_a_dead_reference_prints_as_dead():
    assert outline("按[](#无)办") == [f"按{DEAD}办"]


def test_without_a_resolver_other_documents_wait():
    body = parse_body("按[](制度/乙#x)办", PLAIN)
    assert body.problems == []
    assert body.root.blocks[0].text == "按办"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("甲[^1]\n\n[^1]: 注", []),
        ("甲[^1]\n乙[^1]", [(1, "error", "footnote-missing")]),
        ("## 题[^1]\n\n[^1]: 注", []),
        ("| 甲[^1] |\n|---|\n\n[^1]: 注", []),
        ("甲\n\n[^1]: 注", [(3, "warning", "footnote-unused")]),
        ("甲\n\n甲[^2]", [(3, "error", "footnote-missing")]),
    ],
)
def test_footnotes_are_checked(text, expected):
    assert told(parse(text).problems) == expected

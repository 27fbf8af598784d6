"""Official documents (GB/T 9704-2012): 落款 in both forms, 版记 at the foot of an even page."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from tools_word import absent, audit_errors, layout, part, pdf_of, pdf_pages, sdk_errors, text_of

from generator.closing import Closing, right_indents
from generator.facts import page_facts
from generator.imprint import EvenPage, asks_for_even_page, even_page
from generator.render import render_document

if TYPE_CHECKING:
    from pathlib import Path

    from generator.render import Rendered

HEAD = """标题: 关于值班工作的通知
类别: 文章
发文机关: 某某公司
主送机关: 各部门
署名: 某某公司
成文日期: 2024-5-01
抄送: 办公室，财务部，各分公司综合管理部，工会委员会，信息中心，后勤保障部，审计部
印发机关: 某某公司办公室
印发日期: 2024-05-02
"""
LINE = "本段文字用来排满页面。\n\n"
ODD, EVEN, FULL = LINE * 2, LINE * 20, LINE * 31
"""Texts that end on page 1, on page 2 with room left, on page 2 without room."""


@pytest.fixture
def render(make_workspace, tmp_path):
    """Render an official document of that text: what came of it, and its file."""

    def make(text: str, **options: object) -> tuple[Rendered, Path]:
        workspace = make_workspace({"文章/通知": f"---\n{HEAD}---\n\n{text}"})
        rendered = render_document(workspace, "文章/通知", template="公文", **options)
        path = tmp_path / "公文.docx"
        path.write_bytes(rendered.data)
        return rendered, path

    return make


# -- 落款 ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("signer", "day", "sealed", "expected"),
    [
        ("一二三四五六七八", "二〇二四年五月一日", True, (4.5, 4)),  # eight on nine characters
        ("一二三四五六七八九十十一", "二〇二四年五月", True, (4 - 2.5, 4)),
        ("一" * 30, "二〇二四年五月", True, (0, 11.5)),
        ("一二三四五六七八九", "二〇二四年五月", False, (2, 2)),
        ("财务部", "二〇二四年五月", False, (8, 2)),
        ("一二三四五六七八", "2024年5月1日", True, (4 - (8 - 7.25) / 2, 4)),
    ],
)
def test_signer_and_day_stand_as_the_standard_has_it(signer, day, sealed, expected):
    assert right_indents(signer, day, sealed=sealed) == pytest.approx(expected)


def test_without_a_seal_the_day_begins_two_characters_behind_the_signer():
    for signer in ("财务部", "某某商贸有限公司", "某某商贸有限公司综合管理部"):
        day = "二〇二四年五月一日"
        right = right_indents(signer, day, sealed=False)
        begins = [-indent - len(text) for indent, text in zip(right, (signer, day), strict=True)]
        assert begins[1] - begins[0] == pytest.approx(2)
        assert min(right) == 2 or right[1] >= 0


@pytest.mark.parametrize(("signer", "day", "lines"), [("甲", "乙", 3), ("", "乙", 2), ("", "", 0)])
def test_the_closing_counts_its_lines(signer, day, lines):
    assert Closing(signer, day, layout("公文")).lines == lines


def test_the_days_of_an_official_document_are_written_as_it_asks(make_workspace):
    workspace = make_workspace({"文章/通知": f"---\n{HEAD}---\n\n{ODD}"})
    document = workspace.load(workspace.resolve("文章/通知"))
    facts = page_facts(document, {}, {"成文日期": "2024-5-01", "印发日期": "五月"})
    assert facts["成文日期"] == "2024年5月1日"
    assert facts["印发日期"] == "五月"


# -- 版记 ----------------------------------------------------------------------------------


@dataclass
class Word:
    """A word of a PDF page and its box in points."""

    page: int
    text: str
    top: float
    bottom: float


def words(path: Path) -> list[Word]:
    """The words of a Word file's PDF with their places."""
    if shutil.which("pdftotext") is None:
        absent("pdftotext")
    command = ["pdftotext", "-bbox", str(pdf_of(path)), "-"]
    done = subprocess.run(command, capture_output=True, timeout=60, check=True)
    from lxml import html  # noqa: PLC0415 - only here

    found = []
    pages = html.fromstring(done.stdout.decode()).iter("page")
    for number, page in enumerate(pages, 1):
        for word in page.iter("word"):
            top, bottom = float(word.get("ymin")), float(word.get("ymax"))
            found.append(Word(number, word.text or "", top, bottom))
    return found


def imprint(path: Path) -> tuple[int, float]:
    """The page of 版记, and how far its last line is above the foot of the text area, in mm."""
    last = [word for word in words(path) if "办公室" in word.text or "印发" in word.text]
    assert len({word.page for word in last[-2:]}) == 1
    foot = (297 - 35) * 72 / 25.4
    return last[-1].page, (foot - last[-1].bottom) * 25.4 / 72


@pytest.mark.parametrize(
    ("text", "pages", "numbers"),
    [(ODD, 2, ["1", "2"]), (EVEN, 2, ["1", "2"]), (FULL, 4, ["1", "2", "", ""])],
)
def test_the_imprint_stands_at_the_foot_of_an_even_last_page(render, text, pages, numbers):
    rendered, path = render(text)
    page, above = imprint(path)
    assert rendered.pages == page == pages
    assert 0 <= above < 4
    found = pdf_pages(path.with_suffix(".pdf"))
    assert len(found) == pages
    shown = ["".join(line for line in text.split("\n") if "—" in line) for text in found]
    assert [text.strip("— \n") for text in shown] == numbers
    assert sdk_errors(path) == []


def test_the_copies_go_on_behind_the_colon(render):
    rendered, path = render(EVEN)
    assert rendered.pages_measured
    boxes = [word for word in words(path) if word.page == 2]
    rows = sorted({round(word.bottom) for word in boxes})
    assert all(lower > upper for upper, lower in pairwise(rows))
    style = part(rendered.data, "word/styles.xml")
    assert 'w:leftChars="400" w:left="1120" w:rightChars="100"' in style


def test_printed_on_one_side_the_imprint_stays_on_the_last_page(render):
    rendered, path = render(ODD, values={"单面印刷": "是"})
    assert imprint(path)[0] == rendered.pages == 1


def test_without_libreoffice_the_place_is_estimated(render):
    for text, pages in ((ODD, 2), (EVEN, 2), (FULL, 4)):
        rendered, path = render(text, measure=False)
        assert (rendered.pages, rendered.pages_measured) == (pages, False)
        assert audit_errors(path) == []
        even = 'w:val="evenPage"' in part(rendered.data)
        assert even == (text != EVEN)


def test_without_an_imprint_nothing_is_added(render):
    rendered, _ = render(ODD, values={"印发机关": ""}, measure=False)
    xml = part(rendered.data)
    assert "evenPage" not in xml
    assert "抄送" not in text_of(xml)
    assert rendered.pages == 1


@pytest.mark.parametrize(
    ("text", "whole", "expected"),
    [(1, 1, 2), (1, 2, 2), (2, 2, None), (2, 3, 4), (3, 3, 4), (4, 5, 6), (4, 4, None)],
)
def test_the_number_of_the_last_page_is_even(text, whole, expected):
    even = even_page(text, whole)
    assert (even.last if even else None) == expected
    assert (even is not None and even.blank_before) == (text % 2 == 0 and whole > text)


@pytest.mark.parametrize(
    ("values", "expected"),
    [({}, False), ({"印发机关": "某"}, True), ({"印发机关": "某", "单面印刷": "是"}, False)],
)
def test_who_asks_for_an_even_page(values, expected):
    assert asks_for_even_page(values) is expected
    assert EvenPage(3).last == 4


def test_a_draft_has_its_watermark_on_even_pages_too(make_workspace):
    source = f"---\n{HEAD}状态: 草稿\n---\n\n{EVEN}"
    workspace = make_workspace({"文章/通知": source})
    data = render_document(workspace, "文章/通知", template="公文", measure=False).data
    kinds = re.findall(r'<w:headerReference w:type="(\w+)"', part(data))
    assert sorted(kinds) == ["default", "even"]

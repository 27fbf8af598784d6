"""Booklets as LibreOffice lays them out: contents, footers and the parts' own contents agree."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from tools_word import pdf_of, pdf_pages, sdk_errors

from generator.batch_parts import number_sections, own_bookmarks, own_pages
from generator.booklet import render_booklet, render_packet
from store import Workspace

ROOT = Path(__file__).resolve().parent.parent


def footer(page: str) -> int:
    """The number that a page carries; 0 for none."""
    found = re.findall(r"—\s*(\d+)\s*—", page)
    return int(found[-1]) if found else 0


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return Workspace.open(ROOT)


def test_a_collection_of_rules(workspace, tmp_path):
    titles = ["信贷业务管理办法", "印章管理办法", "考勤与休假管理办法"]
    data, _ = render_booklet(workspace, [workspace.resolve(one) for one in titles], title="汇编")
    path = tmp_path / "汇编.docx"
    path.write_bytes(data)
    pages = pdf_pages(pdf_of(path))
    assert sdk_errors(path) == []
    lines = dict(re.findall(r"^(\S+办法)（.*?(\d+)$", pages[1], re.MULTILINE))
    assert list(lines) == titles
    assert [footer(page) for page in pages[2:]] == list(range(1, len(pages) - 1))
    for title, number in lines.items():
        page = next(p for p in pages[2:] if footer(p) == int(number))
        assert "".join(page.split()).startswith(("清河农商银行" + title, title))
    chapters = [
        (heading, int(number))
        for page in pages[2:]
        for heading, number in re.findall(r"^(第\S+章 .+?)[\s.]*\.(\d+)$", page, re.MULTILINE)
    ]
    assert len(chapters) > 15
    for heading, number in chapters:
        bare = "".join(heading.split())
        text = pages[number + 1]
        assert footer(text) == number
        assert bare in ["".join(line.split()) for line in text.split("\n")], heading


def test_a_packet_counts_from_one(workspace, tmp_path):
    wanted = [workspace.resolve(one).id for one in ("会员服务专员岗位职责", "考勤与休假管理办法")]
    known = {}
    data, _ = render_packet(workspace, wanted, {"姓名": "甲"}, measured=known)
    path = tmp_path / "材料.docx"
    path.write_bytes(data)
    pages = pdf_pages(pdf_of(path))
    found = dict(re.findall(r"^(\S+?)（.*?(\d+)$", pages[0], re.MULTILINE))
    assert found["会员服务专员岗位职责"] == "1"
    place = next(p for p in pages[1:] if footer(p) == int(found["考勤与休假管理办法"]))
    assert "考勤与休假管理办法" in place
    assert [part.pages for part in known[tuple(wanted)]] == [
        int(found["考勤与休假管理办法"]) - 1, len(pages) - int(found["考勤与休假管理办法"]),
    ]  # fmt: skip
    again, _ = render_packet(workspace, wanted, {"姓名": "甲"}, measured=known)
    with zipfile.ZipFile(io.BytesIO(data)) as one, zipfile.ZipFile(io.BytesIO(again)) as two:
        assert one.read("word/document.xml") == two.read("word/document.xml")


def test_sections_of_a_part_run_on():
    xml = (
        '<w:sectPr><w:type w:val="continuous"/><w:pgSz w:w="1"/><w:pgNumType w:start="7"/>'
        '<w:cols w:space="4"/><w:titlePg/></w:sectPr><w:sectPr/>'
    )
    reference = '<w:footerReference w:type="default" r:id="f"/>'
    assert number_sections(xml, "f", restart=True) == (
        f'<w:sectPr>{reference}<w:type w:val="nextPage"/><w:pgSz w:w="1"/>'
        '<w:pgNumType w:fmt="decimal" w:start="1"/><w:cols w:space="4"/></w:sectPr>'
        f'<w:sectPr>{reference}<w:pgNumType w:fmt="decimal"/></w:sectPr>'
    )


def test_contents_of_a_part():
    xml = (
        '<w:p><w:r><w:instrText> TOC \\o "1-2" </w:instrText></w:r>'
        '<w:hyperlink w:anchor="a"><w:r><w:t>第一章</w:t></w:r><w:r><w:instrText> PAGEREF a \\h '
        '</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>3</w:t>'
        '</w:r></w:hyperlink></w:p><w:p><w:bookmarkStart w:id="1" w:name="a"/></w:p>'
    )
    marked = own_bookmarks(xml, 4, "whole")
    assert 'w:anchor="p5_a"' in marked
    assert "PAGEREF p5_a " in marked
    assert 'w:name="p5_a"' in marked
    assert "TOC \\b whole \\o" in marked
    assert "<w:t>12</w:t>" in own_pages(marked, 10, ())
    assert "<w:t>14</w:t>" in own_pages(marked, 10, [("别的", 2), ("第 一章", 5)])

"""Measuring Word files against a layout: what is right passes, each planted fault is found."""

from __future__ import annotations

import zipfile

import docx
import pytest
from docx.shared import Mm, Pt
from tools_word import layout, render_body

from generator.inspect import inspect_document
from store.exceptions import InputError
from store.kinds import Numbering
from store.parser import parse_body

OFFICE = Numbering(("一、", "（一）"), ("1.", "（1）"))
TEXT = (
    "为进一步规范客户服务工作，提高办事效率和服务质量，现将有关事项通知如下，请认真贯彻执行。\n\n"
    "## 压实责任\n\n各部门负责人对本部门的服务质量负总责，每月至少检查一次并留存书面记录备查。\n\n"
    "### 明确分工\n\n1. 客户部牵头。\n2. 办公室配合。\n"
)


@pytest.fixture
def official(tmp_path):
    path = tmp_path / "公文.docx"
    path.write_bytes(render_body(parse_body(TEXT, OFFICE), layout("公文"), OFFICE))
    return path


def items(path, name="公文"):
    return {deviation.item for deviation in inspect_document(path, layout(name)).deviations}


def make(tmp_path, *texts, prepare=None):
    """A file by python-docx with the standard's page, changed by `prepare`."""
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    for text in texts:
        document.add_paragraph(text)
    if prepare:
        prepare(document)
    path = tmp_path / "made.docx"
    document.save(str(path))
    return path


def test_what_we_make_keeps_to_its_own_layout(official):
    report = inspect_document(official, layout("公文"))
    assert report.deviations == []
    assert report.ok
    assert report.to_json()["paragraphs"] == report.paragraphs


def test_the_same_file_does_not_keep_to_another_layout(official):
    assert {"上边距", "页码形式"} & items(official, "规章制度") or "上边距" in items(
        official, "文章"
    )


@pytest.mark.parametrize(
    ("data", "name"),
    [(b"", "空.docx"), (b"PK\x03\x04broken", "坏.docx"), (b"\xd0\xcf\x11\xe0old", "旧.docx")],
)
def test_a_file_that_does_not_open_is_an_error(tmp_path, data, name):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(InputError, match="打不开"):
        inspect_document(path, layout("公文"))


def test_a_zip_that_is_no_word_file_is_an_error(tmp_path):
    path = tmp_path / "x.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "x")
    with pytest.raises(InputError, match="打不开"):
        inspect_document(path, layout("公文"))


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(InputError, match="打不开"):
        inspect_document(tmp_path / "无.docx", layout("公文"))


def test_margins_are_measured(tmp_path):
    def narrow(document):
        document.sections[0].left_margin = Mm(20)

    path = make(tmp_path, "通知", prepare=narrow)
    report = inspect_document(path, layout("公文"))
    found = next(item for item in report.deviations if item.item == "左边距")
    assert (found.found, found.wanted, found.severity) == ("20.0毫米", "28毫米", "error")
    assert not report.ok


def test_fonts_sizes_and_the_grid_are_measured(tmp_path):
    def style(document):
        document.paragraphs[0].runs[0].font.size = Pt(12)

    found = items(make(tmp_path, "正" * 60, prepare=style))
    assert {"正文字体", "正文字号", "行距", "每行字数", "首行缩进"} <= found


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("(一)半角括号", "层次序号"),
        ("（一）、多了顿号", "层次序号"),
        ("一.用了点", "层次序号"),
        ("1、用了顿号", "层次序号"),
        ("2025年01月05日", "日期形式"),
        ("二〇二五年一月五日", "日期形式"),
        ("2025.1.5", "日期形式"),
        ("清供发[2026]18号", "发文字号"),
        ("清供发〔2026〕018号", "发文字号"),
        ("清供发〔2026〕第18号", "发文字号"),
    ],
)
def test_typed_forms_are_checked(tmp_path, text, item):
    assert item in items(make(tmp_path, "关于某事的通知", text))


@pytest.mark.parametrize(
    "text", ["清供发〔2026〕18号", "2025年1月5日", "（一）工作目标", "一、工作目标"]
)
def test_right_forms_pass(tmp_path, text):
    assert not {"层次序号", "日期形式", "发文字号"} & items(make(tmp_path, "关于某事的通知", text))


def test_a_gap_in_typed_numbers_is_found(tmp_path):
    path = make(tmp_path, "一、甲", "（一）子", "（三）丑", "二、乙", "（一）寅")
    found = [
        item
        for item in inspect_document(path, layout("公文")).deviations
        if item.item == "序号连续"
    ]
    assert [(item.found, item.wanted) for item in found] == [("“（三）”", "“（二）”")]


def test_a_file_without_page_number_is_told(tmp_path):
    assert "页码" in items(make(tmp_path, "通知"))


def test_a_sentence_names_place_found_and_wanted(tmp_path):
    report = inspect_document(make(tmp_path, "通知", "2025年01月05日"), layout("公文"))
    told = next(item.sentence() for item in report.deviations if item.item == "日期形式")
    assert told.startswith("第2段“2025年01月05日”：日期形式为")


def test_a_page_that_the_file_does_not_set_is_told(tmp_path):
    def bare(document):
        section = document.element.body.sectPr
        document.element.body.remove(section)

    report = inspect_document(make(tmp_path, "通知", prepare=bare), layout("公文"))
    found = {item.item: item.found for item in report.deviations}
    assert found["纸宽"] == found["左边距"] == "未指定"


def test_a_short_sentence_is_body_text(tmp_path):
    found = items(make(tmp_path, "关于某事的通知", "现将有关事项通知如下。"))
    assert {"正文字体", "正文字号", "首行缩进", "行距"} <= found

"""Word files to PDF by an outside program: found, limited in time, failures told."""

from __future__ import annotations

import stat
import sys
import time
from xml.etree import ElementTree as ET

import pytest
from tools_word import layout, pdf_of, render_body

from generator import pdf
from generator.pdf import ConversionFailed, Converter, NoConverter, fonts_conf, page_count, to_pdf
from store.exceptions import InputError
from store.kinds import Numbering
from store.parser import parse_body

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands in")


@pytest.fixture
def word_file(tmp_path):
    path = tmp_path / "通知 一.docx"
    body = parse_body("## 事项\n\n正文。\n", Numbering(("一、",)))
    path.write_bytes(render_body(body, layout("文章"), Numbering(("一、",))))
    return path


def stand_in(tmp_path, monkeypatch, script):
    """A program that is called instead of LibreOffice."""
    program = tmp_path / "soffice"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    found = Converter("LibreOffice", "libreoffice", str(program))
    monkeypatch.setattr(pdf, "find_converter", lambda: found)


def test_the_pdf_lies_beside_the_word_file(word_file):
    made = pdf_of(word_file)
    assert made == word_file.with_suffix(".pdf")
    assert made.read_bytes().startswith(b"%PDF")
    assert page_count(made) == 1


def test_several_files_are_made_in_one_start(word_file, tmp_path):
    pdf_of(word_file)
    other = tmp_path / "b.docx"
    other.write_bytes(word_file.read_bytes())
    assert to_pdf([word_file, other]) == [word_file.with_suffix(".pdf"), other.with_suffix(".pdf")]


def test_nothing_to_do_starts_nothing(monkeypatch):
    monkeypatch.setattr(pdf, "find_converter", lambda: None)
    assert to_pdf([]) == []


def test_without_a_program_the_message_says_what_to_install(word_file, monkeypatch):
    monkeypatch.setattr(pdf, "find_converter", lambda: None)
    with pytest.raises(NoConverter) as caught:
        to_pdf([word_file])
    assert "LibreOffice" in caught.value.hint


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(InputError, match="不存在"):
        to_pdf([tmp_path / "无.docx"])


@POSIX
def test_a_program_that_hangs_is_stopped(word_file, tmp_path, monkeypatch):
    stand_in(tmp_path, monkeypatch, "sleep 60")
    begun = time.monotonic()
    with pytest.raises(ConversionFailed, match="没有完成，已停止"):
        to_pdf([word_file], timeout=1)
    assert time.monotonic() - begun < 20


@POSIX
def test_a_program_that_fails_is_told_with_its_own_words(word_file, tmp_path, monkeypatch):
    stand_in(tmp_path, monkeypatch, "echo broken profile >&2; exit 7")
    with pytest.raises(ConversionFailed, match=r"错误7.*broken profile"):
        to_pdf([word_file])


@POSIX
def test_a_program_that_makes_nothing_is_told(word_file, tmp_path, monkeypatch):
    stand_in(tmp_path, monkeypatch, "exit 0")
    with pytest.raises(ConversionFailed, match="没有生成PDF"):
        to_pdf([word_file])


def test_a_program_that_does_not_start_is_told(word_file, tmp_path, monkeypatch):
    found = Converter("LibreOffice", "libreoffice", str(tmp_path / "nothing"))
    monkeypatch.setattr(pdf, "find_converter", lambda: found)
    with pytest.raises(ConversionFailed, match="无法启动"):
        to_pdf([word_file])


@POSIX
def test_a_named_program_comes_first(tmp_path, monkeypatch):
    program = tmp_path / "my-office"
    program.write_text("", encoding="utf-8")
    monkeypatch.setenv("WENSHU_SOFFICE", str(program))
    pdf.find_converter.cache_clear()
    try:
        assert pdf.find_converter() == Converter("LibreOffice", "libreoffice", str(program))
    finally:
        pdf.find_converter.cache_clear()


def test_the_font_rules_are_xml_and_name_each_office_font():
    families = {node.text for node in ET.fromstring(fonts_conf()).iter("family")}
    assert {"仿宋", "黑体", "楷体", "宋体", "方正小标宋简体", "Noto Serif CJK SC"} <= families


def test_the_command_for_word_names_each_file_once(tmp_path):
    found = Converter("Microsoft Word", "word", "Word.Application")
    command = pdf._office_command(found, [tmp_path / "张三's.docx", tmp_path / "b.docx"])
    assert command[0] == "powershell"
    assert "New-Object -ComObject Word.Application" in command[-1]
    assert "张三''s.docx'" in command[-1]
    assert "Open($p,$false,$true)" in command[-1]
    assert command[-1].count("{") == command[-1].count("}")


def test_a_converter_reads_well():
    assert str(Converter("LibreOffice", "libreoffice", "/x")) == "LibreOffice（/x）"

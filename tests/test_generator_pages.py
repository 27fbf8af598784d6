"""Page numbers that LibreOffice measured are remembered by the file's content."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator import pages
from generator.pages import measure_files, measure_pages
from generator.pdf import ConversionFailed, Converter
from store.kinds import Numbering
from store.parser import parse_body

BODY = parse_body("## 总则\n\n文字。\n", Numbering(("一、",)))
OFFICE = Converter("LibreOffice", "libreoffice", "soffice")


@pytest.fixture
def starts(monkeypatch):
    """The files of each start of a LibreOffice that makes pages as many as the file has bytes."""
    made: list[list[bytes]] = []

    def to_pdf(paths):
        made.append([path.read_bytes() for path in paths])
        return paths

    monkeypatch.setattr("generator.pdf.find_converter", lambda: OFFICE)
    monkeypatch.setattr("generator.pdf.to_pdf", to_pdf)
    monkeypatch.setattr("generator.pdf.page_count", lambda path: len(Path(path).read_bytes()))
    monkeypatch.setattr("generator.pdf.outline", lambda _path: [("一、总则", 2)])
    return made


def test_only_files_that_are_not_known_are_laid_out_in_one_start(starts, tmp_path):
    anchor = BODY.root.sections[0].anchor
    assert measure_pages(b"abc", BODY, tmp_path) == (3, {anchor: 2})
    found = measure_files((b"ab", b"abc", b"abcd"), BODY, tmp_path)
    assert found is not None
    assert [count for count, _ in found] == [2, 3, 4]
    assert measure_pages(b"ab", BODY, tmp_path) == (2, {anchor: 2})
    assert starts == [[b"abc"], [b"ab", b"abcd"]]


def test_a_damaged_memory_is_measured_anew(starts, tmp_path):
    measure_pages(b"abc", BODY, tmp_path)
    for path in tmp_path.rglob("*.json"):
        path.write_text("[]", encoding="utf-8")
    assert measure_pages(b"abc", BODY, tmp_path)[0] == 3
    assert len(starts) == 2


def test_without_a_cache_nothing_is_remembered(starts):
    assert measure_files((b"a",), BODY, None)[0][0] == 1
    assert measure_files((b"a",), BODY, None)[0][0] == 1
    assert len(starts) == 2


def test_where_libreoffice_is_absent_or_fails_there_is_no_answer(monkeypatch, tmp_path):
    monkeypatch.setattr("generator.pdf.find_converter", lambda: None)
    assert measure_pages(b"abc", BODY, tmp_path) is None
    monkeypatch.setattr("generator.pdf.find_converter", lambda: OFFICE)

    def fail(_paths):
        raise ConversionFailed

    monkeypatch.setattr("generator.pdf.to_pdf", fail)
    assert measure_pages(b"abc", BODY, tmp_path) is None
    assert pages._FOLDER not in [path.name for path in tmp_path.iterdir()]

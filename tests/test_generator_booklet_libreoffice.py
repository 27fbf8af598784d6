"""Booklets as LibreOffice lays them out: contents, footers and the parts' own contents agree."""

from __future__ import annotations

import io
import itertools
import re
import zipfile
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from docx import Document
from docx.shared import Pt
from tools_docx import png
from tools_word import pdf_of, pdf_pages, sdk_errors

from generator.batch import Batch
from generator.batch_binding import Part, bind
from generator.batch_parts import own_bookmarks, own_pages
from generator.batch_render import BatchSource
from generator.batch_rows import read_table
from generator.batch_volume import Volume
from generator.booklet import choose_entries, render_booklet, render_packet
from generator.booklet_sections import numbered
from generator.booklet_styles import Looks
from generator.render import render_document
from store import Workspace
from store.exceptions import DocumentNotFound

ROOT = Path(__file__).resolve().parent.parent


def footer(page: str) -> int:
    """The number that a page carries; 0 for none."""
    found = re.findall(r"—\s*(\d+)\s*—|第\s*(\d+)\s*页\s*共", page)
    return int("".join(found[-1])) if found else 0


def sheets(path: Path) -> list[str]:
    """The pages without the blank ones that LibreOffice, not Word, puts before an odd number."""
    return [page for page in pdf_pages(pdf_of(path)) if page.strip()]


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


def test_which_documents_go_into_a_handbook(workspace):
    chosen = choose_entries(workspace, "行为规范，员工个人保密承诺书、员工行为规范")
    names = [entry.name for entry in chosen]
    assert names[-1] == "员工个人保密承诺书"
    assert {"员工行为规范", "营业窗口服务行为规范"} <= set(names)
    assert "员工行为规范@2021" not in names
    assert len(set(names)) == len(names)
    day = date(2023, 1, 1)
    before = choose_entries(workspace, "管理制度", on=day)
    assert before
    assert all(workspace.versions.in_force(entry, day) for entry in before)
    assert before != choose_entries(workspace, "管理制度")
    office = {
        entry.meta.department
        for entry in choose_entries(workspace, "岗位职责", department="客户部")
    }
    assert office == {"客户部"}
    assert choose_entries(workspace, "管理制度", status="草案") == []
    with pytest.raises(DocumentNotFound):
        choose_entries(workspace, "没有的")


def test_a_packet_counts_from_one(workspace, tmp_path):
    wanted = [workspace.resolve(one).id for one in ("会员服务专员岗位职责", "考勤与休假管理办法")]
    known = {}
    data, _, count = render_packet(workspace, wanted, {"姓名": "甲"}, measured=known)
    path = tmp_path / "材料.docx"
    path.write_bytes(data)
    pages = sheets(path)
    assert count == len(pages)
    found = dict(re.findall(r"^(\S+?)（.*?(\d+)$", pages[0], re.MULTILINE))
    assert found["会员服务专员岗位职责"] == "1"
    place = next(p for p in pages[1:] if footer(p) == int(found["考勤与休假管理办法"]))
    assert "考勤与休假管理办法" in place
    assert [part.pages for part in known[tuple(wanted)].parts] == [
        int(found["考勤与休假管理办法"]) - 1, len(pages) - int(found["考勤与休假管理办法"]),
    ]  # fmt: skip
    again, *_ = render_packet(workspace, wanted, {"姓名": "甲"}, measured=known)
    with zipfile.ZipFile(io.BytesIO(data)) as one, zipfile.ZipFile(io.BytesIO(again)) as two:
        assert one.read("word/document.xml") == two.read("word/document.xml")


def test_sections_of_a_part_run_on():
    inner = (
        '<w:headerReference w:type="default" r:id="a"/><w:type w:val="continuous"/>'
        '<w:pgSz w:w="1"/><w:pgNumType w:start="7"/><w:cols w:space="4"/><w:titlePg/>'
    )
    assert numbered(inner, begins=True, restart=True) == (
        '<w:type w:val="nextPage"/><w:pgSz w:w="1"/><w:pgNumType w:fmt="decimal" w:start="1"/>'
        '<w:cols w:space="4"/><w:titlePg/>'
    )
    assert numbered("", begins=False, restart=False) == '<w:pgNumType w:fmt="decimal"/>'


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
    assert "TOC \\u \\b whole \\o" in marked
    assert "<w:t>12</w:t>" in own_pages(marked, 10, ())
    assert "<w:t>14</w:t>" in own_pages(marked, 10, [("别的", 2), ("第 一章", 5)])


KINDS = ("信贷客户部岗位职责", "考勤与休假管理办法", "供电营业厅服务承诺",
         "清河农商银行客户部2024年工作总结", "信贷客户经理何守田先进事迹")  # fmt: skip


def characters(page: str) -> Counter[str]:
    """What stands on a page, its numbers of pages aside; tables are read in no fixed order."""
    text = re.sub(r"第\s*\d+\s*页\s*共\s*\d+\s*页|— \d+ —|\.{4,}\s*\d+", "", page)
    return Counter("".join(text.split()))


def test_each_kind_keeps_its_look(workspace, tmp_path):
    """Every page holds what it holds in the document on its own, header and footer included."""
    entries = [workspace.resolve(one) for one in KINDS]
    data, _ = render_booklet(workspace, entries, title="汇编")
    path = tmp_path / "汇编.docx"
    path.write_bytes(data)
    assert sdk_errors(path) == []
    bound = pdf_pages(pdf_of(path))
    alone = []
    for entry in entries:
        single = tmp_path / f"{entry.name}.docx"
        single.write_bytes(render_document(workspace, entry).data)
        alone += pdf_pages(pdf_of(single))
    assert len(bound) == len(alone) + 2
    for number, (mine, its) in enumerate(zip(bound[2:], alone, strict=True), 1):
        assert characters(its) <= characters(mine), number
        assert footer(mine) == number
        if re.search(r"第\s*\d+\s*页\s*共", its):
            assert re.search(rf"共\s*{len(alone)}\s*页", mine)


def test_a_volume_of_rows_lists_its_sheets(workspace, tmp_path):
    """The numbers begin again with each person; the contents count the sheets through."""
    table = tmp_path / "人员.csv"
    posts = ["信贷客户部岗位职责", "考勤与休假管理办法", "信贷客户部岗位职责"]
    rows = "".join(f"{name},{post}\n" for name, post in zip("甲乙丙", posts, strict=True))
    table.write_text("姓名,文档\n" + rows, encoding="utf-8")
    source = BatchSource(workspace=workspace.root)
    volume = Volume(tmp_path / "全册.docx")
    result = Batch(source, read_table(table), volume.folder, pattern="{姓名}").run()
    assert result.pages[0] > 1
    volume.bind(result)
    assert sdk_errors(tmp_path / "全册.docx") == []
    pages = sheets(tmp_path / "全册.docx")
    found = [int(n) for n in re.findall(r"^[甲乙丙][\s.]*\.(\d+)$", pages[0], re.MULTILINE)]
    assert found[0] == 2
    assert [footer(pages[at - 1]) for at in found] == [1, 1, 1]
    counts = [end - start for start, end in itertools.pairwise([*found, len(pages) + 1])]
    assert counts == result.pages
    for start, count in zip(found, counts, strict=True):
        assert [footer(page) for page in pages[start - 1 :][:count]] == list(range(1, count + 1))
        assert re.search(rf"共\s*{count}\s*页", pages[start - 1])


def page(styles: str, body: str) -> bytes:
    """A small Word file with a style sheet of its own."""
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    document = Document()
    buffer = io.BytesIO()
    document.save(buffer)
    with zipfile.ZipFile(buffer) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    entries["word/styles.xml"] = f"<w:styles {space}>{styles}</w:styles>".encode()
    entries["word/document.xml"] = (
        f"<w:document {space}><w:body>{body}<w:sectPr/></w:body></w:document>"
    ).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return out.getvalue()


def style(name: str, size: int, extra: str = "", *, default: bool = False) -> str:
    mark = ' w:default="1"' if default else ""
    return (
        f'<w:style w:type="paragraph"{mark} w:styleId="{name}"><w:name w:val="{name}"/>{extra}'
        f'<w:rPr><w:sz w:val="{size}"/></w:rPr></w:style>'
    )


def test_styles_of_one_name_are_told_apart():
    based = '<w:basedOn w:val="Normal"/>'
    defaults = "<w:docDefaults><w:rPrDefault><w:rPr><w:b/></w:rPr></w:rPrDefault></w:docDefaults>"
    body = (
        '<w:p><w:pPr><w:pStyle w:val="Body"/></w:pPr></w:p><w:p><w:r><w:t>x</w:t></w:r></w:p><w:p/>'
    )
    first = page(style("Normal", 20, default=True) + style("Body", 30, based), body)
    second = page(style("Normal", 22, default=True) + style("Body", 30, based), body)
    third = page(defaults + style("Normal", 20, default=True) + style("Body", 30, based), body)
    looks = Looks()
    made = [looks.take(data) for data in (first, second, first, second, third)]
    texts = []
    for data in made:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            texts.append(archive.read("word/document.xml").decode())
    used = [re.findall(r'<w:pStyle w:val="([^"]*)"', text) for text in texts]
    assert used == [
        ["Body"], ["Body_2", "Normal_2", "Normal_2"], ["Body"],
        ["Body_2", "Normal_2", "Normal_2"], ["Body_3", "Normal_3", "Normal_3"],
    ]  # fmt: skip
    sheet = looks.dress()["word/styles.xml"].decode()
    names = re.findall(r'<w:name w:val="([^"]*)"', sheet)
    assert names == ["Normal", "Body", "Normal 2", "Body 2", "Normal 3", "Body 3"]
    assert sheet.count('w:default="1"') == 1
    assert re.search(r'w:styleId="Normal_3".*?<w:b/><w:sz w:val="20"/>', sheet, re.DOTALL)
    assert re.search(r'w:styleId="Body_2".*?<w:basedOn w:val="Normal_2"/>', sheet, re.DOTALL)


def test_numbers_of_styles_do_not_run_on():
    """Headings numbered by their style begin again in each part, all levels in one list."""
    numbering = (
        '<w:numbering xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        '<w:abstractNum w:abstractNumId="4"><w:lvl w:ilvl="0"><w:pStyle w:val="H1"/></w:lvl>'
        '<w:lvl w:ilvl="1"><w:pStyle w:val="H2"/></w:lvl></w:abstractNum>'
        '<w:num w:numId="7"><w:abstractNumId w:val="4"/></w:num></w:numbering>'
    )

    def heading(name: str, level: int) -> str:
        numbered = (
            f'<w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="7"/></w:numPr></w:pPr>'
        )
        return (
            f'<w:style w:type="paragraph" w:styleId="{name}"><w:name w:val="{name}"/>{numbered}'
            "</w:style>"
        )

    data = page(
        heading("H1", 0) + heading("H2", 1), '<w:p><w:pPr><w:pStyle w:val="H2"/></w:pPr></w:p>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as archive:
        for name in old.namelist():
            if name != "word/numbering.xml":
                archive.writestr(name, old.read(name))
        archive.writestr("word/numbering.xml", numbering)
    looks = Looks()
    looks.take(out.getvalue())
    with zipfile.ZipFile(io.BytesIO(looks.take(out.getvalue()))) as archive:
        assert 'w:pStyle w:val="H2_2"' in archive.read("word/document.xml").decode()
    dress = {name: text.decode() for name, text in looks.dress().items()}
    assert re.findall(r'<w:num w:numId="(\d+)"', dress["word/numbering.xml"]) == ["7", "8"]
    assert re.findall(r'<w:pStyle w:val="(\w+)"', dress["word/numbering.xml"]) == [
        "H1", "H2", "H1_2", "H2_2",
    ]  # fmt: skip
    assert re.findall(r'<w:numId w:val="(\d+)"', dress["word/styles.xml"]) == ["7", "7", "8", "8"]


def own_file(text: str, size: int) -> bytes:
    """A Word file as a person makes it: a picture in the header, another first page."""
    document = Document()
    document.styles["Normal"].font.size = Pt(size)
    section = document.sections[0]
    section.different_first_page_header_footer = True
    run = section.header.paragraphs[0].add_run(f"页眉{text}")
    run.add_picture(io.BytesIO(png(size, size)))
    section.first_page_header.paragraphs[0].text = f"首页{text}"
    document.add_paragraph(text)
    document.add_page_break()
    document.add_paragraph(text)
    document.add_table(rows=1, cols=2).style = "Light Grid"
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_headers_with_pictures_and_first_pages(tmp_path):
    """Files made in Word: each keeps its headers, and gets a number where it printed none."""
    files = [own_file("甲", 9), own_file("乙", 12), own_file("甲", 9)]
    data = bind([Part(one, name) for one, name in zip(files, "甲乙丙", strict=True)])
    path = tmp_path / "册.docx"
    path.write_bytes(data)
    assert sdk_errors(path) == []
    pages = sheets(path)[1:]
    assert [re.findall(r"(?:页眉|首页)\S", page)[0] for page in pages] == [
        "首页甲", "页眉甲", "首页乙", "页眉乙", "首页甲", "页眉甲",
    ]  # fmt: skip
    assert [footer(page) for page in pages[1::2]] == [2, 4, 6]
    with zipfile.ZipFile(path) as archive:
        headers = [name for name in archive.namelist() if re.match(r"word/header\d*\.xml", name)]
        assert len(headers) == 4  # the third file brings nothing new
        sheet = archive.read("word/styles.xml").decode()
    assert re.search(r'w:styleId="Normal_2"', sheet)

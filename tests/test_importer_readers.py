"""Text in every encoding, web pages, PDF, spreadsheets, Markdown, and files that are none of these."""  # noqa: E501

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from tools_importer import codes, docx, kinds, labels, p

from importer.drafting import outline_all
from importer.html import read_html, read_mht
from importer.reading import read, sort_of
from importer.text import detect
from store.exceptions import InputError
from store.office import find_office

if TYPE_CHECKING:
    from pathlib import Path

RULES = "客户部管理规定\r\n\r\n一、应当按时上班，不得迟到早退。\r\n二、应当着装整齐，佩戴工牌。\r\n三、应当爱护公司财物。\r\n"  # noqa: E501
TRADITIONAL = "客戶部管理規定\r\n\r\n一、應當按時上班，不得遲到早退。\r\n二、應當著裝整齊，佩戴工牌。\r\n三、應當愛護公司財物。\r\n"  # noqa: E501


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_text_is_read_in_every_encoding(tmp_path: Path, codec: str) -> None:
    path = tmp_path / "规定.txt"
    path.write_bytes(RULES.encode(codec))
    made = outline_all(read(path, path.name), path.name, kinds())[0]
    assert made.title == "客户部管理规定"
    assert labels(made.nodes) == ["一、", "二、", "三、"]


def test_big5_is_told_from_gb18030() -> None:
    assert detect(TRADITIONAL.encode("big5")) == "big5"
    assert detect(RULES.encode("gb18030")) == "gb18030"


def test_bytes_that_cannot_be_read_are_counted_and_said(tmp_path: Path) -> None:
    path = tmp_path / "坏.txt"
    path.write_bytes("一、按时上班。\n".encode("gb18030") * 20 + b"\xff\xff\n")
    assert "bad-bytes" in [doubt.code for doubt in read(path, path.name).doubts]


def test_lines_broken_at_a_fixed_width_are_joined(tmp_path: Path) -> None:
    width = 30
    paragraph = (
        "第一条为了加强考勤管理维护正常的工作秩序根据国家有关规定结合本公司实际情况制定本办法全体员工应当遵照执行不得违反"
        * 2
    )
    lines = [paragraph[at : at + width] for at in range(0, len(paragraph), width)]
    path = tmp_path / "办法.txt"
    path.write_text("考勤办法\n\n" + "\n".join(lines) + "。\n", encoding="utf-8")
    made = outline_all(read(path, path.name), path.name, kinds())[0]
    assert sum(len(node.text) for node in made.nodes) >= len(paragraph) - 3
    assert len(made.nodes) == 1


PAGE = """<html><head><meta charset="gb2312"><title>考勤办法_某某网</title><script>var a=1</script></head><body>
<div class="nav">首页 > 制度 > 考勤</div><h1>考勤办法</h1><p>一、按时上班，不得<b>迟到</b>早退。</p><p>二、请假应当书面申请。</p>
<ol><li>病假交证明</li><li>事假提前报批<ul><li>半天由班长批</li></ul></li></ol>
<table><tr><th>假别</th><th>天数</th></tr><tr><td rowspan="2">年假</td><td>5</td></tr><tr><td>10</td></tr></table>
<div id="related">相关文章 加班办法</div><p>转载请注明出处</p></body></html>"""  # noqa: E501


def test_a_web_page_gives_its_text_and_reports_the_rest() -> None:
    found = read_html(PAGE.encode("gb2312"))
    made = outline_all(found, "页.html", kinds())[0]
    assert found.encoding == "GB18030"
    assert made.title == "考勤办法"
    assert "首页" not in made.body
    assert "相关文章" not in made.body
    said = "".join(doubt.message for doubt in made.doubts)
    assert "首页" in said
    assert "相关文章" in said
    assert "转载请注明出处" in said
    assert "| 年假 | 5 |\n| ^^ | 10 |" in made.body
    assert labels(made.nodes) == ["一、", "二、", "1.", "2."]


def test_the_header_beats_the_meta_and_a_wrong_one_is_passed_over() -> None:
    text = "<p>按时上班</p>"
    assert read_html(text.encode("gbk"), "gbk").pieces[0].text == "按时上班"
    assert read_html(text.encode("utf-8"), "no-such").pieces[0].text == "按时上班"
    assert read_html(b'<meta charset="utf-8">' + text.encode("gbk")).pieces[0].text == "按时上班"


def test_a_web_archive_gives_its_page() -> None:
    data = b'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="x"\n\n--x\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n<p>\xe6\xad\xa3\xe6\x96\x87</p>\n--x--\n'  # noqa: E501
    assert read_mht(data).pieces[0].text == "正文"


def test_markdown_without_a_table_in_front_is_read_as_text(tmp_path: Path) -> None:
    path = tmp_path / "规定.md"
    path.write_text(
        "# 考勤规定\n\n## 总则\n\n- 按时\n- 守纪\n\n| 甲 | 乙 |\n|---|---|\n| 1 | 2 |\n",
        encoding="utf-8",
    )
    made = outline_all(read(path, path.name), path.name, kinds())[0]
    assert made.title == "考勤规定"
    assert "- 按时\n- 守纪" in made.body
    assert "| 1 | 2 |" in made.body


def test_markdown_with_a_table_in_front_is_taken_over(tmp_path: Path) -> None:
    text = "---\n标题: 考勤办法\n类别: 管理制度\n---\n\n1. 按时。\n"
    path = tmp_path / "a.md"
    path.write_text(text, encoding="utf-8")
    made = outline_all(read(path, path.name), path.name, kinds())[0]
    assert made.raw == text


def test_spreadsheets_become_tables(tmp_path: Path) -> None:
    from openpyxl import Workbook  # noqa: PLC0415

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["员工名册", None], ["姓名", "工龄"], ["甲", 3], ["乙", 2.5]):
        sheet.append(row)
    book.save(tmp_path / "名册.xlsx")
    made = outline_all(read(tmp_path / "名册.xlsx", "名册.xlsx"), "名册.xlsx", kinds())[0]
    assert made.kind == "other"
    assert made.title == "员工名册"
    assert "| 甲 | 3 |\n| 乙 | 2.5 |" in made.body


def test_csv_in_gbk(tmp_path: Path) -> None:
    path = tmp_path / "台账.csv"
    path.write_bytes("名称,数量\n印章,2\n".encode("gbk"))
    assert [[c.text for c in row] for row in read(path, path.name).pieces[0].rows] == [
        ["名称", "数量"],
        ["印章", "2"],
    ]


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("空.docx", b"", "空的"),
        ("空白.txt", b" \r\n\r\n", "空的"),
        ("坏.docx", b"PK\x03\x04 nonsense", "损坏"),
        (
            "密.docx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "密码",
        ),
        ("图.pdf", b"\x89PNG\r\n", "图片"),
        ("包.txt", b"Rar!\x1a\x07", "解压"),
        ("数.doc", bytes(range(8)) + b"\0" * 4000, "不是文本"),
        (
            "演.doc",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "PowerPoint Document".encode("utf-16-le"),
            "演示文稿",
        ),
    ],
)
def test_unreadable_files_say_why(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(InputError, match=message):
        sort_of(path, name)


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("其实是网页.doc", b"<html><body>x</body></html>", "html"),
        ("其实是RTF.doc", b"{\\rtf1 x}", "office"),
        ("其实是docx.doc", docx(p("x")), "docx"),
        ("其实是文本.docx", ("一、" + "为规范会议室使用，制定本办法。" * 3).encode(), "text"),
        ("其实是PDF.docx", b"%PDF-1.4 x", "pdf"),
    ],
)
def test_the_bytes_decide_and_not_the_name(
    tmp_path: Path, name: str, data: bytes, expected: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert sort_of(path, name) == expected
    if expected not in {"office", "pdf"}:
        assert "wrong-extension" in [doubt.code for doubt in read(path, name).doubts]


def test_a_damaged_pdf_says_so(tmp_path: Path) -> None:
    path = tmp_path / "坏.pdf"
    path.write_bytes(b"%PDF-1.7\nnothing")
    with pytest.raises(InputError, match="损坏"):
        read(path, path.name)


def test_a_scanned_pdf_is_told_apart(tmp_path: Path) -> None:
    import pypdfium2  # noqa: PLC0415

    document = pypdfium2.PdfDocument.new()
    document.new_page(595, 842)
    document.save(str(tmp_path / "扫描.pdf"))
    with pytest.raises(InputError, match="扫描件"):
        read(tmp_path / "扫描.pdf", "扫描.pdf")


@pytest.mark.slow
@pytest.mark.skipif(find_office() is None, reason="LibreOffice is not installed")
def test_a_pdf_with_text_gives_joined_paragraphs(tmp_path: Path) -> None:
    text = (
        "考勤办法\n第一条 "
        + "为了加强考勤管理，维护正常的工作秩序，根据国家有关规定，结合本公司实际，制定本办法。" * 4
        + "\n第二条 按时上班。\n"
    )
    source = tmp_path / "考勤.html"
    source.write_text(
        "<meta charset=utf-8>" + "".join(f"<p>{line}</p>" for line in text.split("\n")),
        encoding="utf-8",
    )
    office = find_office()
    assert office is not None
    subprocess.run(
        [office, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to", "pdf:writer_web_pdf_Export", "--outdir", str(tmp_path), str(source)],  # noqa: E501
        check=True, timeout=120, capture_output=True,
    )  # fmt: skip
    made = outline_all(read(tmp_path / "考勤.pdf", "考勤.pdf"), "考勤.pdf", kinds())[0]
    assert labels(made.nodes) == ["第一条", "第二条"]
    assert made.nodes[0].text.count("结合本公司实际") == 4
    shutil.rmtree(tmp_path / "profile", ignore_errors=True)


def test_contents_of_a_text_are_left_out_and_said() -> None:
    from tools_importer import draft  # noqa: PLC0415

    made = draft(
        "考勤办法\n目录\n第一章 总则 1\n第二章 考勤 3\n第三章 附则 9\n第一章 总则\n第一条 按时上班，不得迟到。\n第二章 考勤\n第二条 打卡。\n第三章 附则\n第三条 解释。"  # noqa: E501
    )
    assert labels(made.nodes) == ["第一章", "第一条", "第二章", "第二条", "第三章", "第三条"]
    dots = "." * 90
    made = draft(
        f"考勤办法\n第一章总则{dots}\n第二章考勤{dots}3\n第三章附则{dots}\n第一条 按时上班，不得迟到。\n第二条 打卡。"  # noqa: E501
    )
    assert labels(made.nodes) == ["第一条", "第二条"]
    assert "contents-left-out" in codes(made)


@pytest.mark.parametrize(
    ("name", "data"), [("坏.docx", "abc垃圾".encode()), ("a.jpg", b"\xff\xff")]
)
def test_a_broken_file_is_no_text(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(InputError, match="可能已损坏"):
        sort_of(path, name)


def test_traditional_characters_are_numbered_and_judged_and_stay(tmp_path: Path) -> None:
    text = "客戶服務管理規定\n第一條 為規範客戶服務，制定本規定。\n第二條 員工應當熱情接待客戶，不得推諉。\n第三條 本規定自發布之日起施行。\n"  # noqa: E501
    path = tmp_path / "規定.txt"
    path.write_bytes(text.encode("big5"))
    made = outline_all(read(path, path.name), path.name, kinds())[0]
    assert made.kind == "policy"
    assert labels(made.nodes) == ["第一条", "第二条", "第三条"]
    assert "員工應當熱情接待客戶，不得推諉。" in made.body
    assert "number-form" not in codes(made)

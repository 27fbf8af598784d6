"""Word files: numbers, tables, boxes, notes, changes, pictures, forms, damage."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest
from tools_importer import STRICT, W, docx, kinds, labels, p, parsed, shape

from importer.docx import read_docx
from importer.docx_numbering import printed
from importer.drafting import outline_all
from importer.reading import read
from store.exceptions import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from importer.model import Reading


def opened(folder: Path, data: bytes, name: str = "文件.docx") -> Reading:
    path = folder / name
    path.write_bytes(data)
    return read_docx(path)


def level(at: int, form: str, text: str, start: int = 1, more: str = "") -> str:
    return f'<w:lvl w:ilvl="{at}"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/>{more}<w:lvlText w:val="{text}"/></w:lvl>'  # noqa: E501


def numbering(
    levels: str, nums: str = '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
) -> str:
    return f'<w:numbering xmlns:w="{W}"><w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum>{nums}</w:numbering>'  # noqa: E501


def item(text: str, at: int = 0, num: int = 1) -> str:
    return p(text, f'<w:numPr><w:ilvl w:val="{at}"/><w:numId w:val="{num}"/></w:numPr>')


LEGAL = (
    level(0, "chineseCounting", "第%1章")
    + level(1, "chineseCountingThousand", "第%2条", more='<w:lvlRestart w:val="0"/>')
    + level(2, "decimal", "（%3）")
)


def test_automatic_numbers_come_out_as_printed(tmp_path: Path) -> None:
    body = (
        item("总则")
        + item("甲", 1)
        + item("乙", 1)
        + item("子", 2)
        + item("丑", 2)
        + item("附则")
        + item("丙", 1)
    )
    found = opened(tmp_path, docx(body, parts={"numbering.xml": numbering(LEGAL)}))
    assert [piece.label for piece in found.pieces] == [
        "第一章",
        "第一条",
        "第二条",
        "（1）",
        "（2）",
        "第二章",
        "第三条",
    ]


def test_a_start_override_begins_anew_and_shared_lists_run_on(tmp_path: Path) -> None:
    nums = (
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="0"/></w:num>'  # noqa: E501
        '<w:num w:numId="3"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride></w:num>'  # noqa: E501
    )
    body = item("甲", 0, 1) + item("乙", 0, 2) + item("丙", 0, 3) + item("丁", 0, 3)
    found = opened(
        tmp_path, docx(body, parts={"numbering.xml": numbering(level(0, "decimal", "%1."), nums)})
    )
    assert [piece.label for piece in found.pieces] == ["1.", "2.", "5.", "6."]


def test_numbers_by_style_and_bullets(tmp_path: Path) -> None:
    styles = (
        f'<w:styles xmlns:w="{W}"><w:style w:type="paragraph" w:styleId="a"><w:name w:val="条"/>'
        '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="b"><w:name w:val="子条"/><w:basedOn w:val="a"/></w:style></w:styles>'  # noqa: E501
    )
    nums = '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>'  # noqa: E501
    lists = numbering(level(0, "ideographDigital", "%1、"), "").replace(
        "</w:numbering>",
        f'<w:abstractNum w:abstractNumId="1">{level(0, "bullet", "●")}</w:abstractNum>{nums}</w:numbering>',  # noqa: E501
    )
    body = p("甲", '<w:pStyle w:val="a"/>') + p("乙", '<w:pStyle w:val="b"/>') + item("丙", 0, 2)
    found = opened(tmp_path, docx(body, parts={"numbering.xml": lists, "styles.xml": styles}))
    assert [(piece.type, piece.label) for piece in found.pieces] == [
        ("text", "一、"),
        ("text", "二、"),
        ("bullet", ""),
    ]


@pytest.mark.parametrize(
    ("form", "number", "expected"),
    [("upperRoman", 4, "IV"), ("lowerLetter", 28, "bb"), ("decimalEnclosedCircle", 3, "③"), ("chineseLegalSimplified", 12, "壹拾贰"),  # noqa: E501
     ("decimalZero", 7, "07"), ("decimalFullWidth", 10, "１０"), ("ideographDigital", 20, "二〇"), ("none", 1, "")],  # noqa: E501
)  # fmt: skip
def test_number_formats(form: str, number: int, expected: str) -> None:
    expected = "拾贰" if form == "chineseLegalSimplified" else expected
    assert printed(number, form) == expected


def test_strict_files_read_like_transitional_ones(tmp_path: Path) -> None:
    found = opened(tmp_path, docx("<w:p><w:r><w:t>正文</w:t></w:r></w:p>", namespace=STRICT))
    assert [piece.text for piece in found.pieces] == ["正文"]


def test_tracked_changes_count_as_accepted_and_comments_stay_out(tmp_path: Path) -> None:
    body = (
        "<w:p><w:r><w:t>员工</w:t></w:r><w:del><w:r><w:delText>可以</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>应当</w:t></w:r></w:ins><w:r><w:commentReference/></w:r><w:r><w:t>打卡</w:t></w:r></w:p>"
    )
    assert [piece.text for piece in opened(tmp_path, docx(body)).pieces] == ["员工应当打卡"]


def test_line_breaks_fields_and_hidden_text(tmp_path: Path) -> None:
    body = (
        "<w:p><w:r><w:t>一、甲</w:t><w:br/><w:t>二、乙</w:t></w:r>"
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>丙</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'  # noqa: E501
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>暗</w:t></w:r></w:p>"
    )
    assert [piece.text for piece in opened(tmp_path, docx(body)).pieces] == ["一、甲", "二、乙丙"]


def test_text_boxes_follow_their_paragraph_once(tmp_path: Path) -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>框里的字</w:t></w:r></w:p></w:txbxContent>"
    body = (
        '<w:p><w:r><w:t>前</w:t></w:r><w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f"<mc:Choice><w:drawing>{box}</w:drawing></mc:Choice><mc:Fallback><w:pict>{box}</w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p>"
    )
    assert [piece.text for piece in opened(tmp_path, docx(body)).pieces] == ["前", "框里的字"]


def cell(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{p(text)}</w:tc>"


def test_merged_cells(tmp_path: Path) -> None:
    body = (
        "<w:tbl><w:tr>" + cell("表头", '<w:gridSpan w:val="2"/>') + "</w:tr>"
        "<w:tr>" + cell("甲", '<w:vMerge w:val="restart"/>') + cell("1") + "</w:tr>"
        "<w:tr>" + cell("", "<w:vMerge/>") + cell("2|3") + "</w:tr></w:tbl>"
    )
    path = tmp_path / "表.docx"
    path.write_bytes(docx(p("附件清单说明") + body))
    made = outline_all(read_docx(path), "表.docx", kinds())[0]
    assert "| 表头 | << |\n| --- | --- |\n| 甲 | 1 |\n| ^^ | 2\\|3 |" in made.body


def test_footnotes_and_emphasis_reach_the_markdown(tmp_path: Path) -> None:
    notes = f'<w:footnotes xmlns:w="{W}"><w:footnote w:id="2"><w:p><w:r><w:t>见附件一</w:t></w:r></w:p></w:footnote></w:footnotes>'  # noqa: E501
    body = p("考勤办法") + (
        "<w:p><w:r><w:t>员工</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>应当</w:t></w:r><w:r><w:t>打卡</w:t></w:r>"
        '<w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:t>，不得代打。</w:t></w:r></w:p>'
    )
    path = tmp_path / "注.docx"
    path.write_bytes(docx(body, parts={"footnotes.xml": notes}))
    made = outline_all(read_docx(path), "注.docx", kinds())[0]
    assert "员工**应当**打卡[^1]，不得代打。" in made.body
    assert "[^1]: 见附件一" in made.body


def test_headers_of_forms_give_number_and_version(tmp_path: Path) -> None:
    header = f'<w:hdr xmlns:w="{W}">{p("文件编号：GS-RL-07　版本：2.1")}</w:hdr>'
    footer = f'<w:ftr xmlns:w="{W}">{p("第 1 页 共 3 页")}</w:ftr>'
    path = tmp_path / "表.docx"
    data = docx(
        p("考勤管理办法") + p("第一条 按时上班。"),
        parts={"header1.xml": header, "footer1.xml": footer},
    )
    path.write_bytes(data)
    made = outline_all(read_docx(path), "表.docx", kinds())[0]
    assert (made.fields["编号"], made.fields["版本"]) == ("GS-RL-07", "2.1")
    assert [doubt.message for doubt in made.doubts if doubt.code == "page-header"] == [
        "页眉页脚的文字没有放进正文：文件编号：GS-RL-07　版本：2.1"
    ]


def test_pictures_are_handed_over_as_files(tmp_path: Path) -> None:
    drawing = (
        '<w:p><w:r><w:drawing><wp:docPr xmlns:wp="x" descr="流程图"/>'
        '<a:blip xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" r:embed="r0"/></w:drawing></w:r></w:p>'  # noqa: E501
    )
    found = opened(tmp_path, docx(drawing, parts={"media/image1.png": b"\x89PNG data"}))
    assert [(piece.type, piece.text) for piece in found.pieces] == [("image", "流程图")]
    assert list(found.files.values()) == [b"\x89PNG data"]
    assert found.pieces[0].target in found.files


def test_a_role_description_in_a_table_becomes_headings(tmp_path: Path) -> None:
    duties = (
        p("1.负责接待来访客户，登记来意并引导到相应窗口。")
        + p("2.负责整理客户资料，按月归档。")
        + p("3.完成领导交办的其他工作。")
    )
    body = p("前台岗位说明书") + (
        f"<w:tbl><w:tr>{cell('岗位名称')}{cell('前台')}{cell('所属部门')}{cell('客户部')}</w:tr>"
        f"<w:tr>{cell('岗位职责')}<w:tc><w:tcPr><w:gridSpan w:val='3'/></w:tcPr>{duties}</w:tc></w:tr>"  # noqa: E501
        f"<w:tr>{cell('任职资格')}<w:tc><w:tcPr><w:gridSpan w:val='3'/></w:tcPr>{p('1.大专以上学历。')}{p('2.普通话标准。')}</w:tc></w:tr></w:tbl>"  # noqa: E501
    )
    path = tmp_path / "岗位.docx"
    path.write_bytes(docx(body))
    made = outline_all(read_docx(path), "岗位.docx", kinds())[0]
    assert made.kind == "job-duty"
    assert [node.text for node in made.nodes if node.sort == "section"] == ["岗位职责", "任职资格"]
    assert labels(made.nodes) == ["1.", "2.", "3.", "1.", "2."]
    assert shape(made.nodes)[:2] == ["岗位名称", "所属部门"]


def test_wordprocessing_from_python_docx(tmp_path: Path) -> None:
    import docx as python_docx  # noqa: PLC0415

    document = python_docx.Document()
    document.add_heading("印章管理办法", 0)
    document.add_heading("总则", 1)
    document.add_paragraph("第一条 为规范用印，制定本办法。")
    document.add_table(2, 2).cell(0, 0).text = "印章"
    document.save(str(tmp_path / "印章.docx"))
    made = outline_all(read(tmp_path / "印章.docx", "印章.docx"), "印章.docx", kinds())[0]
    assert (made.title, made.kind) == ("印章管理办法", "policy")
    assert labels(made.nodes) == ["第一条"]


# -- damage ------------------------------------------------------------------------------------------  # noqa: E501


def test_a_truncated_file_is_said_to_be_damaged(tmp_path: Path) -> None:
    data = docx(p("正文"))
    with pytest.raises(InputError, match="损坏"):
        opened(tmp_path, data[: len(data) // 2])


def test_a_broken_part_is_said_to_be_damaged(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="损坏"):
        opened(tmp_path, docx("<w:p><w:r>"))


def test_external_entities_are_refused(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(
            "word/document.xml",
            f'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><w:document xmlns:w="{W}"><w:body><w:p><w:r><w:t>&a;</w:t></w:r></w:p></w:body></w:document>',  # noqa: E501
        )
    with pytest.raises(InputError, match="外部实体"):
        opened(tmp_path, stream.getvalue())


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"<x>" + b" " * 30_000_000)
    with pytest.raises(InputError, match="不像正常的文档"):
        opened(tmp_path, stream.getvalue())


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    depth = 60
    body = "<w:tbl><w:tr><w:tc>" * depth + p("底") + "</w:tc></w:tr></w:tbl>" * depth
    with pytest.raises(InputError, match="嵌套过深"):
        opened(tmp_path, docx(body))


def field(text: str, columns: int = 1) -> str:
    span = f'<w:gridSpan w:val="{columns}"/>' if columns > 1 else ""
    return f"<w:tc><w:tcPr>{span}</w:tcPr>{''.join(p(one) for one in text.split('|'))}</w:tc>"


def form(*rows: list[str]) -> str:
    return "<w:tbl>" + "".join(f"<w:tr>{''.join(row)}</w:tr>" for row in rows) + "</w:tbl>"


def test_a_role_description_in_a_table_becomes_headings_terms_and_clauses(tmp_path) -> None:
    path = tmp_path / "仓管.docx"
    path.write_bytes(
        docx(
            p("仓库管理员岗位说明书")
            + form(
                [field("一、基本信息", 4)],
                [field("岗位名称"), field("仓库管理员"), field("所属部门"), field("采购部")],
                [field("二、岗位职责", 4)],
                [field("岗|位|职|责"), field("1、负责物资入库验收；|2、负责盘点。", 3)],
                [field("三、任职资格", 4)],
                [field("资格"), field("学历"), field("高中以上", 2)],
                [field("工作经验"), field("一年以上", 3)],
                [field("编制人"), field(""), field("审核人"), field("")],
            )
        )
    )
    made = outline_all(read(path, path.name), path.name, kinds())[0]
    assert made.kind == "job-duty"
    assert (made.fields["岗位"], made.fields["部门"]) == ("仓库管理员", "采购部")
    assert labels(made.nodes) == ["一、", "二、", "1、", "2、", "三、"]
    assert "岗位名称\n: 仓库管理员" in made.body
    assert "学历\n: 高中以上" in made.body
    assert "heading-added" not in [doubt.code for doubt in made.doubts]
    assert made.places == ["编制人", "审核人"]


def test_a_paragraph_whose_end_was_deleted_goes_on_in_the_next(tmp_path) -> None:
    gone = '<w:rPr><w:del w:id="1" w:author="a"/></w:rPr>'
    body = (
        p("考勤办法")
        + p("第一条 请假须书面", gone)
        + p("申请。")
        + f"<w:p><w:pPr>{gone}</w:pPr><w:del><w:r><w:delText>删去。</w:delText></w:r></w:del></w:p>"
        + p("第二条 迟到扣款。", gone)
    )
    path = tmp_path / "a.docx"
    path.write_bytes(docx(body))
    assert [piece.text for piece in read(path, path.name).pieces] == [
        "考勤办法",
        "第一条 请假须书面申请。",
        "第二条 迟到扣款。",
    ]


def referring(target: str, text: str, switches: str = "\\n \\h") -> str:
    """A paragraph's run with a cross-reference as Word writes it."""
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f"<w:r><w:instrText> REF {target} {switches} </w:instrText></w:r>"
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        f'<w:r><w:t>{text}</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def test_cross_references_to_numbers_stay_references(tmp_path) -> None:
    marked = '<w:bookmarkStart w:id="1" w:name="_Ref1"/><w:bookmarkEnd w:id="1"/>'
    body = (
        p("考勤办法")
        + f"<w:p>{marked}<w:r><w:t>第一条 上班打卡。</w:t></w:r></w:p>"
        + f"<w:p><w:r><w:t>第二条 违反</w:t></w:r>{referring('_Ref1', '第一条')}"
        + "<w:r><w:t>的，扣发工资。</w:t></w:r></w:p>"
        + f"<w:p><w:r><w:t>第三条 按</w:t></w:r>{referring('_Ref1', '第九条')}"
        + f"<w:r><w:t>和</w:t></w:r>{referring('_Ref1', '上班打卡', chr(92) + 'h')}"
        + "<w:r><w:t>执行。</w:t></w:r></w:p>"
    )
    path = tmp_path / "考勤.docx"
    path.write_bytes(docx(body))
    made = outline_all(read(path, path.name), path.name, kinds())[0]
    assert made.body.split("\n")[:3] == [
        "1. 上班打卡。 {: #ref-1}",
        "2. 违反[](#ref-1)的，扣发工资。",
        "3. 按第九条和上班打卡执行。",
    ]
    assert [text for _, _, _, text in parsed(made, kinds()["policy"].numbering)][1] == (
        "违反第一条的，扣发工资。"
    )

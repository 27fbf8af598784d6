"""Whole documents as values: sub-documents, docxtpl's objects, charts; the clinic."""

from __future__ import annotations

import io
import json
import re
import zipfile
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from docx import Document
from docx.shared import Mm
from openpyxl import load_workbook
from tools_docx import (
    MAIN,
    STYLES,
    WORD,
    Xml,
    assert_valid,
    body_of,
    make_docx,
    names_of,
    png,
    read_part,
    run,
    text_of,
)

from generator import (
    InlineImage,
    RichText,
    SubDocument,
    TemplateFileError,
    ValueRefused,
    WordTemplate,
)
from generator.charts import ChartBlock
from generator.word.clinic import check_template
from generator.word.drawings import as_refill
from generator.word.tokens import XMLNS
from store.figures import ChartFigure, Series
from store.missing import MissingNames, MissingValue

if TYPE_CHECKING:
    from generator.word.clinic import TemplateReport

MASTER = make_docx("前", "{{p sub }}", "后")


def numbering(label: str) -> tuple[str, str, str]:
    xml = (
        f'<w:numbering {XMLNS}><w:abstractNum w:abstractNumId="4"><w:lvl w:ilvl="0"><w:start w:val="1"/>'  # noqa: E501
        f'<w:numFmt w:val="decimal"/><w:lvlText w:val="{label}"/></w:lvl></w:abstractNum>'
        '<w:num w:numId="7"><w:abstractNumId w:val="4"/></w:num></w:numbering>'
    )
    return "numbering", f"{WORD}.numbering+xml", xml


def a_whole_document() -> bytes:
    """A file with a list, a style of its own, a link, a picture, a note and a bookmark."""
    items = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="Own"/><w:numPr><w:ilvl w:val="0"/><w:numId w:val="7"/></w:numPr>'  # noqa: E501
        f"</w:pPr>{run(text)}</w:p>"
        for text in ("甲", "乙")
    )
    note = '<w:p><w:r><w:footnoteReference w:id="1"/></w:r></w:p>'
    mark = '<w:p><w:bookmarkStart w:id="0" w:name="m"/><w:bookmarkEnd w:id="0"/></w:p>'
    link = f'<w:p><w:hyperlink r:id="rIdL">{run("网站")}</w:hyperlink></w:p>'
    footnotes = (
        f'<w:footnotes {XMLNS}><w:footnote w:id="1"><w:p><w:r><w:footnoteRef/></w:r>{run("注文")}</w:p>'  # noqa: E501
        "</w:footnote></w:footnotes>"
    )
    own = '<w:style w:type="paragraph" w:customStyle="1" w:styleId="Own"><w:name w:val="自定"/><w:basedOn w:val="Normal"/></w:style>'  # noqa: E501
    relation = (
        '<Relationship Id="rIdL" TargetMode="External" Target="https://example.com" Type='
        '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"/>'
    )
    data = make_docx(
        Xml(items + note + mark + link),
        "{{ pic }}",
        parts={
            "word/numbering.xml": numbering("%1、"),
            "word/footnotes.xml": ("footnotes", f"{WORD}.footnotes+xml", footnotes),
        },
        files={"word/styles.xml": STYLES.replace("</w:styles>", own + "</w:styles>").encode()},
        rels=relation,
    )
    return WordTemplate(data).render({"pic": InlineImage(png())})


# -- sub-documents ------------------------------------------------------------------------------


def test_a_whole_file_is_taken_over() -> None:
    data = WordTemplate(MASTER).render({"sub": SubDocument(a_whole_document())})
    assert_valid(data)
    assert body_of(data) == ["前", "甲", "乙", "", "", "网站", "", "后"]
    xml = read_part(data)
    number = re.search(r'<w:numId w:val="(\d+)"/>', xml)
    assert number is not None
    assert f'<w:num w:numId="{number[1]}">' in read_part(data, "word/numbering.xml")
    assert 'w:val="%1、"' in read_part(data, "word/numbering.xml")
    assert '<w:name w:val="自定"/>' in read_part(data, "word/styles.xml")
    assert "注文" in read_part(data, "word/footnotes.xml")
    assert "https://example.com" in read_part(data, "word/_rels/document.xml.rels")
    assert "word/media/wenshu1.png" in names_of(data)


def test_twice_the_same_file_has_its_own_lists() -> None:
    template = WordTemplate(make_docx("{{p a }}", "{{p b }}", [["{{p a }}"]]))
    data = template.render(
        {"a": SubDocument(a_whole_document()), "b": SubDocument(a_whole_document())}
    )
    assert_valid(data)
    assert len(set(re.findall(r'<w:numId w:val="(\d+)"/>', read_part(data)))) == 3


def test_a_built_one_uses_the_template_s_styles() -> None:
    template = WordTemplate(MASTER)
    sub = template.new_subdoc()
    sub.add_paragraph("标题", style="heading 1")
    paragraph = sub.add_paragraph("文字")
    paragraph.add_run("粗").bold = True
    sub.add_table(rows=2, cols=2).cell(1, 1).text = "格"
    sub.add_picture(io.BytesIO(png()), width=Mm(10))
    data = template.render({"sub": sub})
    assert_valid(data)
    assert body_of(data) == ["前", "标题", "文字粗", [["", ""], ["", "格"]], "", "后"]
    assert 'w:val="Heading1"' in read_part(data)


def test_a_table_at_the_end_of_a_cell_is_closed() -> None:
    template = WordTemplate(make_docx([["{{p sub }}"]]))
    sub = template.new_subdoc()
    sub.add_table(rows=1, cols=1)
    data = template.render({"sub": sub})
    assert_valid(data)
    assert "</w:tbl><w:p/></w:tc>" in read_part(data)


def test_a_bad_file_as_sub_document() -> None:
    with pytest.raises(Exception, match="不是 Word 文件"):
        WordTemplate(MASTER).render({"sub": SubDocument(b"no docx")})


# -- docxtpl's objects --------------------------------------------------------------------------


def test_objects_of_docxtpl_are_accepted() -> None:
    docxtpl = pytest.importorskip("docxtpl")
    source = make_docx(
        "{{r rich }}", "{{ listing }}", "{{ pic }}", "{{p para }}", "{{p sub }}", "尾"
    )
    other = docxtpl.DocxTemplate(io.BytesIO(source))
    rich = docxtpl.RichText("<红>", color="#ff0000", highlight="#ffff00", bold=True, size=20)
    rich.add("宋", font="eastAsia:宋体")
    paragraph = docxtpl.RichTextParagraph("段", parastyle="Heading1")
    sub = other.new_subdoc()
    sub.add_paragraph("子文档")
    data = WordTemplate(source).render(
        {
            "rich": rich,
            "listing": docxtpl.Listing("一\n<二>'"),
            "pic": docxtpl.InlineImage(other, io.BytesIO(png()), width=Mm(5)),
            "para": paragraph,
            "sub": sub,
        }
    )
    assert_valid(data)
    assert body_of(data) == ["<红>宋", "一\n<二>'", "", "段", "子文档", "尾"]
    assert '<w:shd w:val="clear"' in read_part(data)
    assert 'w:eastAsia="宋体"' in read_part(data)


@pytest.mark.parametrize(
    "blocks",
    [
        ("甲{{ a }}乙", "{%p for x in xs %}", "-{{ x.n }}", "{%p endfor %}"),
        (
            [
                ["项", "数"],
                ["{%tr for x in xs %}", ""],
                ["{{ x.n }}", "{{ x.v }}"],
                ["{%tr endfor %}", ""],
            ],
        ),
        ("{%p if a %}", "有{{ a }}", "{%p else %}", "无", "{%p endif %}"),
        ([["{%tc for x in xs %}", "{{ x.n }}", "{%tc endfor %}"]],),
        ("我{%- if a %}有{% else %}无{% endif -%}", "了"),
        (["{", "{ a", " }", "}"], "{{ a|default(“x”) }}", "{_{ a }_}"),
    ],
)
def test_the_same_text_as_docxtpl(blocks: tuple[object, ...]) -> None:
    docxtpl = pytest.importorskip("docxtpl")
    source = make_docx(*blocks)
    context: dict[str, Any] = {"a": "值", "xs": [{"n": "甲", "v": 1}, {"n": "乙", "v": 2.5}]}
    theirs = docxtpl.DocxTemplate(io.BytesIO(source))
    theirs.render(context, autoescape=True)
    out = io.BytesIO()
    theirs.save(out)
    assert body_of(WordTemplate(source, undefined="blank").render(context)) == body_of(
        out.getvalue()
    )


# -- charts -------------------------------------------------------------------------------------


def chart_template(name: str) -> bytes:
    """A template with a native chart whose alternative text names its data."""
    figure = ChartFigure(
        "样例", "column", ("甲", "乙"), (Series("存款", (Decimal(1), Decimal(2))),)
    )
    data = WordTemplate(make_docx("{{p c }}", "尾")).render({"c": ChartBlock(figure)})
    source = zipfile.ZipFile(io.BytesIO(data))
    files = {n: source.read(n) for n in source.namelist()}
    files[MAIN] = re.sub(rb'descr="[^"]*"', f'descr="{name}"'.encode(), files[MAIN])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in files.items():
            archive.writestr(part, content)
    return out.getvalue()


@pytest.mark.parametrize(
    "value",
    [
        {"类别": ["一月", "二月", "三月"], "系列": {"存款": [10, "20.5", None], "贷款": [1, 2, 3]}},
        [
            {"月": "一月", "存款": 10, "贷款": 1},
            {"月": "二月", "存款": Decimal("20.5"), "贷款": 2},
            {"月": "三月", "存款": None, "贷款": 3},
        ],
        ChartBlock(
            ChartFigure(
                "存款与贷款",
                "column",
                ("一月", "二月", "三月"),
                (
                    Series("存款", (Decimal(10), Decimal("20.5"), None)),
                    Series("贷款", (Decimal(1), Decimal(2), Decimal(3))),
                ),
            )
        ),
    ],
)
def test_a_chart_of_the_template_gets_its_figures(value: object) -> None:
    data = WordTemplate(chart_template("{{ 图 }}")).render({"图": value})
    assert_valid(data)
    name = next(n for n in names_of(data) if n.startswith("word/charts/chart"))
    xml = read_part(data, name)
    for wanted in ("一月", "三月", "20.5", "贷款"):
        assert wanted in xml
    book = next(n for n in names_of(data) if n.endswith(".xlsx"))
    sheet = load_workbook(io.BytesIO(zipfile.ZipFile(io.BytesIO(data)).read(book))).active
    assert sheet is not None
    assert [cell.value for cell in sheet[3]][:3] == ["二月", 20.5, 2]


def test_other_values_are_the_chart_s_alternative_text() -> None:
    data = WordTemplate(chart_template("{{ 图 }}")).render({"图": "没有数据"})
    assert 'descr="没有数据"' in read_part(data)
    assert "样例" in read_part(data, next(n for n in names_of(data) if "charts/chart" in n))


def test_missing_figures_and_cells_are_told() -> None:
    with pytest.raises(MissingNames, match="图"):
        WordTemplate(chart_template("{{ 图 }}")).render({})
    with pytest.raises(MissingNames, match="缺"):
        WordTemplate(make_docx([["{{tr 行 }}", ""]])).render({"行": [[1, MissingValue(name="缺")]]})


def test_series_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueRefused, match="有 1 个数，类别却有 2 个"):
        as_refill({"类别": ["a", "b"], "系列": {"x": [1]}})
    assert as_refill("x") is None


# -- the clinic ---------------------------------------------------------------------------------


def clinic(*blocks: object) -> TemplateReport:
    return check_template(make_docx(*blocks))


def test_what_an_if_guards_is_text_and_may_be_absent() -> None:
    report = clinic(
        "{% if 甲 and 组.乙 %}{{ 甲 }}{{ 组.乙 }}{{ 丙 }}{% endif %}{% if 丁 %}x{% endif %}"
    )
    fields = {item.name: item for item in report.fields}
    fields |= {"乙": fields.pop("组").fields["乙"]}
    assert {name: (item.type, item.optional) for name, item in fields.items()} == {
        "甲": ("text", True),
        "乙": ("text", True),
        "丙": ("text", False),
        "丁": ("yes/no", True),
    }
    assert report.preview is not None
    assert text_of(report.preview).startswith("〔甲〕〔乙〕〔丙〕x")


def test_the_schema_of_a_template() -> None:
    table = [["{%tr for r in 明细 %}"], ["{{ r.名称 }}{{ r.金额|万元 }}"], ["{%tr endfor %}"]]
    report = clinic(
        "{{ 标题 }}{{ 公司.名称 }}{{ 日期|中文日期 }}{{ 总额 / 2 }}{{ 姓名|手填(8) }}",
        "{% if 是否公开 %}x{% endif %}{% if 人数 > 3 %}y{% endif %}{{ 标签|join('、') }}",
        "{{p 正文 }}",
        table,
    )
    fields = {item.name: item for item in report.fields}
    assert {name: item.type for name, item in fields.items()} == {
        "标题": "text", "公司": "group", "日期": "date", "总额": "number", "姓名": "text",
        "是否公开": "yes/no", "人数": "number", "标签": "list", "正文": "block", "明细": "list",
    }  # fmt: skip
    assert {c.name: c.type for c in fields["明细"].fields.values()} == {
        "名称": "text",
        "金额": "number",
    }
    assert [name for name, item in fields.items() if item.optional] == ["姓名", "是否公开", "人数"]
    assert fields["标题"].places[0].startswith("正文，段落“{{ 标题 }}")
    assert report.ok
    assert report.preview is not None
    assert "〔标题〕〔名称〕2024年1月5日" in text_of(report.preview)
    assert_valid(report.preview)
    assert (
        "明细[].金额",
        "数字",
        "正文第 1 个表格第 2 行第 1 格，段落“{{ r.名称 }}{{ r.金额|万元 }}”",
    ) in report.field_rows()
    shown = json.loads(json.dumps(report.to_json(), ensure_ascii=False))
    assert shown["ok"] is True
    assert shown["fields"][0]["name"] == "标题"


def test_all_mistakes_are_found() -> None:
    report = clinic(
        "{{ a b }}",
        "{{ 未完",
        "{% endfor %}",
        "{% for x in xs %}{{ x }}{% endfor %}",
        "｛｛ 全角 ｝｝",
        "{{ 好 }}",
    )
    assert not report.ok
    assert report.preview is None
    assert [m.severity for m in report.mistakes] == ["error"] * 3 + ["warning"]
    assert {m.tag for m in report.mistakes} == {"{{ a b }}", "{{ 未完", "{% endfor %}", ""}
    assert {item.name for item in report.fields} == {"xs", "好"}
    assert any("全角" in sentence for sentence in report.sentences())


def test_mended_tags_and_fonts() -> None:
    latin = run("中文", '<w:rPr><w:rFonts w:ascii="Arial" w:hAnsi="Arial"/></w:rPr>')
    absent = run("x", '<w:rPr><w:rFonts w:eastAsia="没有这种字体"/></w:rPr>')
    report = clinic(["{", "{ 甲 }", "}"], Xml(f"<w:p>{latin}{absent}</w:p>"))
    assert [mended.tag for mended in report.mended] == ["{{ 甲 }}"]
    assert report.latin_only == ["正文：“中文”只设置了西文字体 Arial，没有中文字体"]
    assert set(report.fonts) == {"Arial", "没有这种字体"}
    assert any("已自动拼好" in sentence for sentence in report.sentences())


def test_a_template_that_is_no_file(tmp_path: Any) -> None:
    with pytest.raises(TemplateFileError):
        check_template(tmp_path / "没有.docx")
    path = tmp_path / "好.docx"
    path.write_bytes(make_docx("{{ x }}"))
    assert check_template(path).path == str(path)


def test_python_docx_opens_what_comes_out() -> None:
    document = Document(io.BytesIO(WordTemplate(MASTER).render({"sub": RichText("x")})))
    assert [paragraph.text for paragraph in document.paragraphs] == ["前", "x", "后"]

"""Templates that HR made in Word: the body takes their styles, their table of contents is right."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.shared import Pt
from test_generator_pages_libreoffice import long_rule
from tools_docx import make_docx
from tools_word import part, pdf_of, pdf_pages, sdk_errors, text_of

from generator.render import render_document
from generator.wordml import NAMESPACES
from store.exceptions import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from generator.render import Rendered

HEAD = "标题: 长办法\n类别: 管理制度\n编号: CS-01\n版本: 1.0\n状态: 现行\n生效日期: 2024-02-01\n"
TEXT = """## 总则

1. 第一件事如下：

    | 事项 | 说明 |
    |---|---|
    | 甲 | 乙 |

    前款所称事项不含其他事项。
"""
FIELD = (
    f'<w:p xmlns:w="{NAMESPACES["w"]}"><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r>'
    '<w:instrText xml:space="preserve"> TOC \\o "1-3" \\h </w:instrText></w:r><w:r>'
    '<w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>旧目录</w:t></w:r><w:r>'
    '<w:fldChar w:fldCharType="end"/></w:r></w:p>'
)


@pytest.fixture
def rendered(make_workspace, tmp_path):
    """Render a rule into a template given by its paragraphs, with Word's own styles."""

    def make(*texts: str, body: str = TEXT, contents: bool = False, **options: object) -> Rendered:
        workspace = make_workspace({"管理制度/长办法": f"---\n{HEAD}---\n\n{body}"})
        document = Document()
        document.styles["Normal"].font.size = Pt(12)
        document.styles["Normal"].paragraph_format.first_line_indent = Pt(24)
        for text in texts:
            document.add_paragraph(text)
        if contents:
            document.element.body.insert(0, parse_xml(FIELD))
        path = tmp_path / "自己的.docx"
        document.save(str(path))
        return render_document(workspace, "长办法", template=str(path), **options)

    return make


def contents_lines(data: bytes) -> list[tuple[str, int]]:
    xml = part(data, "word/document.xml")
    found = re.findall(r"<w:hyperlink [^>]*>.*?</w:hyperlink>", xml)
    texts = [re.sub(r"<w:instrText.*?</w:instrText>|<[^>]+>", "", line) for line in found]
    return [
        (match[1], int(match[2])) for text in texts if (match := re.match(r"(.*?)(\d+)$", text))
    ]


@pytest.mark.parametrize("contents", [True, False], ids=["Word", "tag"])
def test_the_contents_of_an_own_template_are_numbered_and_measured(rendered, tmp_path, contents):
    texts = ("{{p 正文 }}",) if contents else ("{{p 目录 }}", "{{p 正文 }}")
    made = rendered(*texts, body=long_rule(4, 60), contents=contents)
    path = tmp_path / "长.docx"
    path.write_bytes(made.data)
    assert sdk_errors(path) == []
    pages = pdf_pages(pdf_of(path))
    assert made.pages == len(pages) > 2
    lines = contents_lines(made.data)
    assert [title for title, _ in lines] == [
        f"第{number}章 事项{number}管理" for number in ("一", "二", "三", "四")
    ]
    for number, (title, page) in enumerate(lines):
        words = title.replace(" ", "")
        start = 1 if number else 0
        real = [at for at, text in enumerate(pages, 1) if words in re.sub(r"[\s.]", "", text)]
        assert page == real[-1 if start or len(real) == 1 else 0]


def test_further_paragraphs_are_indented_and_cells_are_not(rendered, tmp_path):
    made = rendered("{{p 正文 }}")
    xml = part(made.data, "word/document.xml")
    further = re.search(r"<w:p>(?:(?!<w:p>).)*前款所称", xml)
    cell = re.search(r"<w:tc>(?:(?!<w:tc>).)*>甲<", xml)
    assert further is not None
    assert cell is not None
    assert 'w:firstLineChars="200"' in further[0]
    assert '<w:pStyle w:val="TableText"/>' in cell[0]
    style = re.search(r'<w:style [^>]*w:styleId="TableText">.*?</w:style>', part_styles(made.data))
    assert style is not None
    assert 'w:firstLine="0"' in style[0]
    assert '<w:basedOn w:val="Normal"/>' in style[0]


def part_styles(data: bytes) -> str:
    return part(data, "word/styles.xml")


def test_styles_are_based_on_the_base_text_under_the_id_it_has(make_workspace, tmp_path):
    workspace = make_workspace({"管理制度/长办法": f"---\n{HEAD}---\n\n{TEXT}"})
    styles = (
        f'<w:styles xmlns:w="{NAMESPACES["w"]}"><w:style w:type="paragraph" w:default="1" '
        'w:styleId="a"><w:name w:val="Normal"/></w:style></w:styles>'
    )
    path = tmp_path / "中文.docx"
    path.write_bytes(make_docx("{{p 正文 }}", files={"word/styles.xml": styles.encode()}))
    data = render_document(workspace, "长办法", template=str(path)).data
    found = part_styles(data)
    assert '<w:basedOn w:val="a"/>' in found
    assert '<w:basedOn w:val="Normal"/>' not in found


def test_a_template_without_a_place_for_the_text_is_told(rendered):
    assert any("没有 {{p 正文 }}" in text for text in rendered("没有标签").warnings)
    assert not any("正文 }}" in text for text in rendered("{{ 标题 }}签收单").warnings)
    assert rendered("{{p 正文 }}").warnings == []


# -- lists of people -----------------------------------------------------------------------


def listed(starter, tmp_path: Path, text: str, template: str | None = "签收表") -> Rendered:
    path = tmp_path / "名单.csv"
    path.write_text(text, encoding="utf-8")
    return render_document(starter, "印章管理办法", template=template, data=[path])


def test_a_list_of_people_fills_the_sheet(starter, tmp_path):
    rows = "".join(f"张{number},财务部\n" for number in range(45))
    made = listed(starter, tmp_path, "姓名,部门\n" + rows)
    text = text_of(part(made.data, "word/document.xml"))
    assert "张0" in text
    assert "张44" in text
    assert "财务部" in text
    assert made.pages in {2, 3}


def test_a_fault_in_the_list_is_told_with_its_cell(starter, tmp_path):
    with pytest.raises(InputError, match=r"名单\.csv 的“部门”列：B3 单元格"):
        listed(starter, tmp_path, "姓名,部门\n张三,财务部\n李四,#REF!\n")


def test_other_tables_are_figures_still(starter, tmp_path):
    with pytest.raises(InputError, match="指标"):
        listed(starter, tmp_path, "工号,部门\n1,财务部\n")
    with pytest.raises(InputError, match="指标"):
        listed(starter, tmp_path, "姓名,部门\n张三,财务部\n", template=None)


def test_a_sheet_is_one_page_however_long_the_text_is(starter):
    assert render_document(starter, "考勤与休假管理办法", template="回执").pages == 1
    many = render_document(starter, "印章管理办法", template="签到册", values={"行数": "100"})
    assert many.pages == 5

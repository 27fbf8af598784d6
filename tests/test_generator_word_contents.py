"""A table of contents of the template is right without anybody pressing F9."""

from __future__ import annotations

import re

import pytest
from tools_docx import STYLES, Xml, assert_valid, make_docx, read_part, run

from generator import WordTemplate
from generator.pdf import find_converter

TOC_STYLE = (
    '<w:style w:type="paragraph" w:styleId="TOC1"><w:name w:val="toc 1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Heading2"><w:name w:val="heading 2"/></w:style></w:styles>'  # noqa: E501
)
FIELD = (
    "<w:sdt><w:sdtContent><w:p><w:r><w:t>目录</w:t></w:r></w:p>"
    '<w:p><w:pPr><w:pStyle w:val="TOC1"/><w:tabs><w:tab w:val="right" w:leader="dot" w:pos="9000"/>'
    '</w:tabs></w:pPr><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> TOC \\o "1-2" \\h '  # noqa: E501
    '</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>旧的一行</w:t></w:r>'  # noqa: E501
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> PAGEREF x </w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    '<w:p><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p></w:sdtContent></w:sdt>'
)


def heading(text: str, level: int = 1) -> Xml:
    return Xml(f'<w:p><w:pPr><w:pStyle w:val="Heading{level}"/></w:pPr>{run(text)}</w:p>')


def template(*blocks: object) -> WordTemplate:
    styles = STYLES.replace("</w:styles>", TOC_STYLE).encode()
    return WordTemplate(make_docx(Xml(FIELD), *blocks, files={"word/styles.xml": styles}))


def lines(data: bytes) -> list[tuple[str, str, str]]:
    """Bookmark, text and page of each line."""
    pattern = r'<w:hyperlink w:anchor="(\w+)"[^>]*><w:r><w:t[^>]*>([^<]*)</w:t></w:r>.*?<w:r><w:t>(\d+)</w:t>'  # noqa: E501
    return re.findall(pattern, read_part(data))


LOOP = ("{%p for d in 部门 %}", heading("{{ d }}"), "{{ 文 }}", heading("小节", 2), "{%p endfor %}")
BREAK = Xml('<w:p><w:r><w:br w:type="page"/></w:r></w:p>')


def test_the_lines_are_the_rendered_headings() -> None:
    data = template(*LOOP, BREAK, heading("末章 <&>")).render({"部门": ["甲", "乙"], "文": "文字"})
    assert_valid(data)
    found = lines(data)
    assert [text for _, text, _ in found] == ["甲", "小节", "乙", "小节", "末章 &lt;&amp;&gt;"]
    assert [page for _, _, page in found] == ["1", "1", "1", "1", "2"]
    xml = read_part(data)
    assert "旧的一行" not in xml
    assert "目录" in xml
    for bookmark, _, _ in found:
        assert xml.count(f'w:name="{bookmark}"') == 1
    assert xml.count('fldCharType="begin"') == xml.count('fldCharType="end"') == 6
    assert xml.count('w:pos="9000"') == 3
    assert 'w:dirty="true"' in xml


def test_pages_follow_the_text() -> None:
    data = template(*LOOP).render({"部门": ["甲", "乙", "丙"], "文": "很长的文字" * 400})
    pages = [int(page) for _, text, page in lines(data) if text in {"甲", "乙", "丙"}]
    assert pages == sorted(pages)
    assert pages[0] == 1
    assert pages[2] > pages[1] > 1


def test_no_headings_leave_an_empty_field() -> None:
    data = template(*LOOP).render({"部门": [], "文": ""})
    assert_valid(data)
    assert lines(data) == []


@pytest.mark.slow
def test_measured_pages() -> None:
    converter = find_converter()
    if converter is None or converter.kind != "libreoffice":
        pytest.skip("LibreOffice is absent")
    blocks = (BREAK, heading("第二页"), BREAK, BREAK, heading("第四页"))
    data = template(*blocks).render({}, measure=True)
    assert [(text, page) for _, text, page in lines(data)] == [("第二页", "2"), ("第四页", "4")]

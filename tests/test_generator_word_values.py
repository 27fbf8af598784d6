"""Values come out as typed: escaping, illegal characters, rich text, pictures, blocks."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from docx.shared import Mm
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup
from tools_docx import Xml, assert_valid, body_of, header, make_docx, names_of, png, read_part, run

from generator import (
    InlineImage,
    Listing,
    Markdown,
    PageBreak,
    RenderFailed,
    RichParagraph,
    RichText,
    SectionBreak,
    ValueRefused,
    WordTemplate,
)

if TYPE_CHECKING:
    from generator.word.values import RenderPackage

ONE = WordTemplate(make_docx("部门：{{ a }}。"))
BOLD = '<w:rPr><w:b/><w:sz w:val="30"/></w:rPr>'


def one(value: object) -> object:
    """The text of a paragraph with that value."""
    data = ONE.render({"a": value})
    assert_valid(data)
    return body_of(data)[0]


@pytest.mark.parametrize(
    "value",
    [
        "研发&生产",
        "增长<5%，利润>3%",
        "</w:t></w:r></w:p><w:p><w:r><w:t>注入",
        "&lt;已经转义&gt;",
        "😀𠮷",
        "{{ 7*7 }}",
        "{% for x in y %}",
        "\"引号\"与'单引号'",
        "**加粗**",
        "=1+1",
        "}_} {_{",
        "  空格  ",
        "]]>",
        "\u202e倒",
    ],
)
def test_values_come_out_as_typed(value: str) -> None:
    assert one(value) == f"部门：{value}。"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (0, "0"),
        (12.5, "12.5"),
        (Decimal("1E+3"), "1000"),
        (True, "True"),
        ([1, "<"], "[1, '<']"),
        (Markup("&lt;b&gt;"), "<b>"),
        (Markup("<b>粗</b>"), "<b>粗</b>"),
        (b"bytes", "bytes"),
        (Listing("a\nb"), "a\nb"),
    ],
)
def test_other_values(value: object, text: str) -> None:
    assert one(value) == f"部门：{text}。"


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))))
def test_any_text_survives(value: str) -> None:
    data = ONE.render({"a": value})
    text = str(body_of(data)[0])
    expected = "".join(char for char in value if char not in "\ufffe\uffff")
    assert text == f"部门：{expected}。"


@pytest.mark.parametrize("value", ["甲\x0b乙", "甲\ud800乙", "甲\x00乙", "甲\ufffe乙"])
def test_illegal_characters_go_with_a_warning(value: str) -> None:
    data = ONE.render({"a": value})
    assert body_of(data)[0] == "部门：甲乙。"
    assert "非法字符" in ONE.warnings[0]
    assert "{{ a }}" in ONE.warnings[0]
    strict = WordTemplate(make_docx("{{ a }}"), illegal="refuse")
    with pytest.raises(RenderFailed, match="非法字符") as caught:
        strict.render({"a": value})
    assert str(caught.value).count("段落“") == 1


def test_a_megabyte_of_text() -> None:
    text = "长文字<&>" * 150_000
    assert one(text) == f"部门：{text}。"


def test_line_paragraph_tab_and_page_breaks() -> None:
    data = ONE.render({"a": "一\n二\a三\t四\f五\r\n六"})
    assert_valid(data)
    assert body_of(data) == ["部门：一\n二", "三\t四", "", "五\n六。"]
    assert '<w:br w:type="page"/>' in read_part(data)


def test_new_paragraphs_keep_the_formats() -> None:
    template = Xml(f'<w:p><w:pPr><w:jc w:val="center"/></w:pPr>{run("{{ a }}", BOLD)}</w:p>')
    xml = read_part(WordTemplate(make_docx(template)).render({"a": "一\a二"}))
    assert xml.count('<w:jc w:val="center"/>') == 2
    assert xml.count(BOLD) == 2


def test_none_and_escaping_through_filters() -> None:
    template = WordTemplate(make_docx("{{ a|upper }}{{ a|e }}{{ b }}{{ [a, a]|join('<') }}"))
    assert body_of(template.render({"a": "x&", "b": None})) == ["X&x&x&<x&"]


# -- rich text ----------------------------------------------------------------------------------


def test_rich_text_has_all_attributes_in_the_order_of_the_schema() -> None:
    text = RichText("<粗>", bold=True, italic=True, color="#ff0000", size=28, underline="wave")
    text.add("二", strike=True, highlight="#ffff00", superscript=True, style="Strong")
    text.add("三", font="eastAsia:微软雅黑", lang="zh-CN", rtl=True, bold=True)
    text.add("四", url="https://example.com/?a=1&b=2", underline=True)
    text.add(RichText("五", subscript=True))
    for source in ("前{{r a }}后", "前{{ a }}后"):
        data = WordTemplate(make_docx(source)).render({"a": text})
        assert_valid(data)
        xml = read_part(data)
        assert body_of(data)[0] == "前<粗>二三四五后"
        for wanted in ("微软雅黑", 'w:fill="ffff00"', "superscript"):
            assert wanted in xml
        rels = read_part(data, "word/_rels/document.xml.rels")
        assert 'Target="https://example.com/?a=1&amp;b=2" TargetMode="External"' in rels


def test_rich_text_inherits_what_it_does_not_say() -> None:
    template = Xml(f"<w:p>{run('{{r a }}', BOLD)}</w:p>")
    xml = read_part(WordTemplate(make_docx(template)).render({"a": RichText("红", color="f00")}))
    assert '<w:b/><w:color w:val="ff0000"/><w:sz w:val="30"/>' in xml


def test_rich_text_breaks_paragraphs() -> None:
    data = WordTemplate(make_docx("{{r a }}尾")).render({"a": RichText("一\a二\f三\n四\t五")})
    assert_valid(data)
    assert body_of(data) == ["一", "二", "", "三\n四\t五尾"]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "vbscript:x"])
def test_dangerous_links_are_left_out(url: str) -> None:
    template = WordTemplate(make_docx("{{r a }}"))
    data = template.render({"a": RichText("点", url=url)})
    assert body_of(data) == ["点"]
    assert "hyperlink" not in read_part(data).replace("xmlns", "")
    assert "网址" in template.warnings[0]


def test_url_ids_of_the_template() -> None:
    template = WordTemplate(make_docx("{{r a }}"))
    number = template.build_url_id("https://example.com")
    assert template.build_url_id("https://example.com") == number
    data = template.render({"a": RichText("点", url_id=number)})
    assert "https://example.com" in read_part(data, "word/_rels/document.xml.rels")


def test_injection_through_attributes_of_rich_text() -> None:
    text = RichText("x", color='"/><w:b/>', style='"><x', font='a"b<', size=20, lang='"')
    data = WordTemplate(make_docx("{{r a }}")).render({"a": text})
    assert_valid(data)


def test_rich_paragraphs() -> None:
    value = RichParagraph("标题", parastyle="Heading1")
    value.add(RichText("粗", bold=True))
    value.add("按名称", parastyle="heading 1")
    value.add("没有的样式", parastyle="NoSuch")
    template = WordTemplate(make_docx("{{p a }}", [["{{p a }}"]]))
    data = template.render({"a": value})
    assert_valid(data)
    assert body_of(data)[:4] == ["标题", "粗", "按名称", "没有的样式"]
    assert read_part(data).count('<w:pStyle w:val="Heading1"/>') == 4
    assert template.warnings == ["模板中没有段落样式“NoSuch”，按默认样式排版。"]


def test_text_and_lists_in_place_of_a_paragraph() -> None:
    template = WordTemplate(make_docx("{{p a }}"))
    assert body_of(template.render({"a": "一\a二<"})) == ["一", "二<"]
    assert body_of(template.render({"a": ["一", RichText("二"), RichParagraph("三")]})) == [
        "一",
        "二",
        "三",
    ]
    assert body_of(template.render({"a": None})) == []


# -- pictures -----------------------------------------------------------------------------------


def test_pictures_in_body_header_and_cell() -> None:
    picture = InlineImage(png(4, 2), width=Mm(20), title="标志 & 名", anchor="https://example.com")
    parts = {"word/header1.xml": header("头{{ pic }}")}
    template = WordTemplate(make_docx("图{{ pic }}尾", [["{{ pic }}"]], parts=parts))
    data = template.render({"pic": picture})
    assert_valid(data)
    assert [name for name in names_of(data) if "media" in name] == ["word/media/wenshu1.png"]
    xml = read_part(data)
    assert xml.count("<w:drawing>") == 2
    assert f'cx="{Mm(20)}" cy="{Mm(10)}"' in xml
    assert 'descr="标志 &amp; 名"' in xml
    assert "media/wenshu1.png" in read_part(data, "word/_rels/header1.xml.rels")
    numbers = [part.split('"')[0] for part in xml.split('<wp:docPr id="')[1:]]
    assert len(set(numbers)) == len(numbers)


def test_sources_of_pictures(tmp_path: object) -> None:
    from pathlib import Path  # noqa: PLC0415

    path = Path(str(tmp_path), "a.png")
    path.write_bytes(png())
    for source in (png(), path, str(path), io.BytesIO(png())):
        assert "<w:drawing>" in read_part(ONE.render({"a": InlineImage(source)}))
    assert "<w:drawing>" in read_part(ONE.render({"a": InlineImage(ONE, path, Mm(9), Mm(9))}))


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (b"not a picture", "不是 Word 支持的图片"),
        (png()[:20], "不完整"),
        (b"\xff\xd8\xff\xe0", "不完整"),
        ("no/such/file.png", "读不到图片"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * (100 * 1024 * 1024), "上限"),
    ],
)
def test_bad_pictures(source: object, message: str) -> None:
    with pytest.raises(RenderFailed, match=message):
        ONE.render({"a": InlineImage(source)})


def test_a_picture_of_the_template_is_replaced_by_its_alternative_text() -> None:
    old = InlineImage(png(), title="{{ 照片 }}")
    source = WordTemplate(make_docx("{{ a }}")).render({"a": old})
    template = WordTemplate(source)
    data = template.render({"照片": png(8, 8)})
    assert_valid(data)
    assert len([name for name in names_of(data) if "media" in name]) == 2
    data = template.render({"照片": "没有照片"})
    assert 'descr="没有照片"' in read_part(data)


def test_replacing_pictures_media_and_files() -> None:
    source = WordTemplate(make_docx("{{ a }}")).render({"a": InlineImage(png(), title="标志")})
    template = WordTemplate(source)
    template.replace_picture("标志", png(9, 9))
    data = template.render({})
    name = next(name for name in names_of(data) if "media" in name)
    import zipfile  # noqa: PLC0415

    assert zipfile.ZipFile(io.BytesIO(data)).read(name) == png(9, 9)
    template.reset_replacements()
    template.replace_media(png(), b"GIF89a\x05\0\x05\0")
    data = template.render({})
    assert 'ContentType="image/gif"' in read_part(data, "[Content_Types].xml")
    template.reset_replacements()
    template.replace_zipname(name, png(3, 3))
    assert zipfile.ZipFile(io.BytesIO(template.render({}))).read(name) == png(3, 3)
    template.replace_picture("没有", png())
    with pytest.raises(ValueRefused, match="没有"):
        template.render({})


# -- blocks -------------------------------------------------------------------------------------


class Table:
    """A block value that is a table."""

    def to_wordml(self, package: RenderPackage) -> str:
        package.set_property("来源", "测试")
        number = package.add_footnote("<w:p><w:r><w:t>注</w:t></w:r></w:p>")
        return (
            "<w:tbl><w:tblPr/><w:tblGrid><w:gridCol/></w:tblGrid><w:tr><w:tc><w:p><w:r><w:t>格"
            f'</w:t></w:r><w:r><w:footnoteReference w:id="{number}"/></w:r></w:p></w:tc></w:tr></w:tbl>'  # noqa: E501
        )


class Broken:
    """A block value with a mistake."""

    def to_wordml(self, package: RenderPackage) -> str:  # noqa: ARG002
        return "<w:p><w:r></w:p>"


@pytest.mark.parametrize("source", ["{{p a }}", "{{ a }}", "前{{ a }}后"])
def test_block_values_anywhere(source: str) -> None:
    template = WordTemplate(
        make_docx(source, [[source]], parts={"word/header1.xml": header(source)})
    )
    data = template.render({"a": Table()})
    assert_valid(data)
    xml = read_part(data)
    assert xml.count("格") == 2
    assert "</w:tbl></w:tc>" not in xml
    if source == "{{ a }}":
        assert xml.count("<w:p>") == 2
    assert read_part(data, "word/footnotes.xml").count("<w:footnote ") == 5
    assert xml.count("<w:footnoteReference ") == 2
    assert "<w:footnoteReference" not in read_part(data, "word/header1.xml")
    assert "脚注" in template.warnings[0]
    assert "来源" in read_part(data, "docProps/custom.xml")


def test_a_broken_block_value_is_named() -> None:
    with pytest.raises(RenderFailed, match="Broken 生成的内容不是正确的 XML"):
        WordTemplate(make_docx("{{p a }}")).render({"a": Broken()})


def test_markdown_values_have_fresh_numbering() -> None:
    text = "1. 甲\n2. 乙\n\n| 列 |\n|---|\n| **粗** |\n"
    template = WordTemplate(make_docx("{{p a }}", "{{p b|markdown }}", [["{{ a }}"]]))
    data = template.render({"a": Markdown(text), "b": text})
    assert_valid(data)
    numbers = {part.split('"')[0] for part in read_part(data).split('<w:numId w:val="')[1:]}
    assert len(numbers) == 3
    assert "<w:b/>" in read_part(data)
    assert body_of(template.render({"a": Markdown(" "), "b": ""}))[0] == [[""]]


def test_breaks_from_data() -> None:
    section = (
        '<w:headerReference w:type="default" r:id="rId1"/><w:pgSz w:w="11906" w:h="16838"/>'
        '<w:pgMar w:top="1440" w:right="1800" w:bottom="1440" w:left="1800" w:header="851" '
        'w:footer="992" w:gutter="0"/><w:cols w:space="425"/>'
    )
    blocks = ("{%p for x in xs %}", "{{ x.t }}", "{{p x.b }}", "{%p endfor %}", "{{ b }}", "尾")
    parts = {"word/header1.xml": header("头")}
    template = WordTemplate(make_docx(*blocks, section=section, parts=parts))
    rows = [
        {"t": "一", "b": SectionBreak(landscape=True, restart=True)},
        {"t": "二", "b": SectionBreak(landscape=False)},
        {"t": "三", "b": SectionBreak()},
        {"t": "四", "b": None},
    ]
    data = template.render({"xs": rows, "b": PageBreak()})
    assert_valid(data)
    xml = read_part(data)
    assert xml.count("<w:sectPr>") == 4
    assert '<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/>' in xml
    assert xml.count('<w:pgNumType w:start="1"/>') == 1
    assert xml.count("headerReference") == 4
    assert body_of(data) == ["一", "", "二", "", "三", "", "四", "", "尾"]


def test_values_with_cycles_do_not_hang() -> None:
    loop: list[object] = []
    loop.append(loop)
    assert one(loop) == "部门：[[...]]。"
    tree: dict[str, object] = {"子": []}
    tree["子"] = [tree]
    source = "{% macro m(x) %}{% for y in x.子 %}{{ m(y) }}{% endfor %}{% endmacro %}{{ m(a) }}"
    with pytest.raises(RenderFailed, match="首尾相连"):
        WordTemplate(make_docx(source)).render({"a": tree})

"""Bad templates and bad data: a clear Chinese error, quickly, in bounded memory."""

from __future__ import annotations

import io
import itertools
import time
import zipfile

import pytest
from docx import Document
from tools_docx import MAIN, Xml, header, make_docx, run

from generator import RenderFailed, TemplateFileError, TemplateMistake, WordTemplate
from generator.word import package as package_module
from store.missing import MissingNames


def zipped(files: dict[str, bytes], **options: object) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def without(name: str) -> bytes:
    """A good file with a part taken away."""
    source = zipfile.ZipFile(io.BytesIO(make_docx("x")))
    return zipped({n: source.read(n) for n in source.namelist() if n != name})


def changed(**parts: bytes) -> bytes:
    """A good file with other bytes in some parts."""
    source = zipfile.ZipFile(io.BytesIO(make_docx("x")))
    files = {n: source.read(n) for n in source.namelist()}
    names = {"main": MAIN, "types": "[Content_Types].xml", "rels": "word/_rels/document.xml.rels"}
    return zipped(files | {names[key]: value for key, value in parts.items()})


def strict() -> bytes:
    """A good file in the strict form that Word offers beside its own."""
    source = zipfile.ZipFile(io.BytesIO(make_docx("x")))
    plain = b"schemas.openxmlformats.org/officeDocument/2006"
    return zipped(
        {
            n: source.read(n).replace(plain, b"purl.oclc.org/ooxml/officeDocument")
            for n in source.namelist()
        }
    )


ENTITY = (
    b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    b"<w:document xmlns:w='w'><w:body>{{ a }}&x;</w:body></w:document>"
)
BILLION = b'<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><d>&b;{{ x }}</d>'
MACRO = (
    b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName='  # noqa: E501
    b'"/word/document.xml" ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>'  # noqa: E501
)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "不是 Word 文件"),
        (b"hello", "不是 Word 文件"),
        (b"PK\x03\x04" + b"\0" * 100, "不是 Word 文件"),
        (make_docx("x")[:-30], "不是 Word 文件|截断|损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "已加密，或是旧版"),
        (zipped({"a.txt": b"x"}), "缺少"),
        (without(MAIN), "缺少部件 word/document.xml"),
        (without("word/styles.xml"), "缺少部件 word/styles.xml"),
        (without("_rels/.rels"), "没有正文部件"),
        (changed(types=MACRO), "宏"),
        (changed(types=MACRO.replace(b"ms-word.document.macroEnabled", b"x")), "不是 Word 文档"),
        (changed(main=ENTITY), "外部实体"),
        (changed(main=BILLION), "外部实体"),
        (changed(main=b"<a><b></a>{{ x }}"), "不是正确的 XML"),
        (changed(main=b"<a xmlns:w='x'>" * 5000 + b"{{ x }}" + b"</a>" * 5000), "嵌套超过"),
        (changed(main=b"<d><p>{{ x }}</p></d>"), "前缀"),
        (changed(main=b"\xff\xfe\x00"), "不是正确的 XML|编码"),
        (strict(), "严格 Open XML"),
    ],
)
def test_files_that_are_no_templates(data: bytes, message: str) -> None:
    with pytest.raises(TemplateFileError, match=message):
        WordTemplate(data)


def test_a_path_that_is_not_there(tmp_path: object) -> None:
    with pytest.raises(TemplateFileError, match="没有找到模板文件"):
        WordTemplate("没有.docx")
    with pytest.raises(TemplateFileError, match="读不了"):
        WordTemplate(tmp_path)


def test_encrypted_entries_and_doubled_names() -> None:
    data = bytearray(make_docx("x"))
    central = data.rfind(b"PK\x01\x02")
    data[central + 8] |= 1
    with pytest.raises(TemplateFileError, match="已加密"):
        WordTemplate(bytes(data))
    out = io.BytesIO(make_docx("x"))
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(MAIN, b"<a/>")
    with pytest.raises(TemplateFileError, match="重复"):
        WordTemplate(out.getvalue())


def test_zip_bombs() -> None:
    begin = time.process_time()
    bomb = zipped({MAIN: b"\0" * (package_module.MAX_PART + 1)})
    source = zipfile.ZipFile(io.BytesIO(make_docx("x")))
    files = {n: source.read(n) for n in source.namelist()}
    with pytest.raises(TemplateFileError, match="超过了上限"):
        WordTemplate(zipped(files | {MAIN: b" " * (package_module.MAX_PART + 1)}))
    assert len(bomb) < 1_000_000
    with pytest.raises(TemplateFileError, match="个部件"):
        WordTemplate(zipped({f"a{i}": b"" for i in range(package_module.MAX_ENTRIES + 1)}))
    assert time.process_time() - begin < 30


def test_a_size_that_lies() -> None:
    data = make_docx("x")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        info = archive.getinfo(MAIN)
    central = data.rfind(b"PK\x01\x02", 0, data.rfind(MAIN.encode()))
    lied = bytearray(data)
    position = lied.find(info.file_size.to_bytes(4, "little"), central)
    lied[position : position + 4] = (10).to_bytes(4, "little")
    with pytest.raises(TemplateFileError, match="损坏"):
        WordTemplate(bytes(lied))


@pytest.mark.parametrize(
    ("blocks", "message", "hint"),
    [
        (("甲{{ 姓名 }",), "没有结束", "}}"),
        (("{% if a",), "没有结束", "%}"),
        (("{% for x in xs %}甲",), "没有对应的 endfor", "endfor"),
        (("{%p if a %}", "甲"), "没有对应的 endif", "endif"),
        (("甲{% endif %}",), "前面没有对应的 if", "多写"),
        (("{% else %}",), "前面没有对应的", ""),
        (("{% for x in y %}{% if x %}{% endfor %}{% endif %}",), "不配对", "endif"),
        (("{%tr for x in xs %}", "{%tr endfor %}"), "不在表格行里", "表格行"),
        (("{%tc if a %}",), "不在单元格里", "单元格"),
        (("{% for x in xs %}", [["{{ x }}{% endfor %}"]]), "不在同一层", "表格"),
        (([["{%tr for x in xs %}"], ["{{ x }}"]], "{%p endfor %}"), "不在同一层", "表格"),
        (([["{%tr if a %}", "文字"]],), "还有“文字”", "单独"),
        (([["{% colspan %}"]],), "缺少参数", ""),
        (("{{ a b }}",), "多了“b”", "空格"),
        (("{{ a|nonsense }}",), "没有“nonsense”这个过滤器", "万元"),
        (("{% include 'x' %}",), "不能引用其他模板", "SubDocument"),
        (("{{ a.__class__ }}",), "内部属性", "下划线"),
        (("{{ }}",), "没有写内容", ""),
        (("{% filter upper %}", "{{ x }}", "{% endfilter %}"), "filter", ""),
    ],
)
def test_mistakes_in_tags(blocks: tuple[object, ...], message: str, hint: str) -> None:
    with pytest.raises(TemplateMistake, match=message) as caught:
        WordTemplate(make_docx(*blocks))
    assert hint in caught.value.hint
    assert caught.value.tag or "没有结束" in message


def test_the_place_is_told_by_part_table_row_and_cell() -> None:
    inner = [["一"], ["甲{{ a b }}"]]
    with pytest.raises(TemplateMistake) as caught:
        WordTemplate(make_docx("x", [["y"]], [["z", ["w", inner]]]))
    assert "正文第 3 个表格第 2 行第 1 格，段落“甲{{ a b }}”：标签 {{ a b }}" in str(caught.value)
    with pytest.raises(TemplateMistake, match="^页眉 1，段落“头{{ a b }}”"):  # noqa: RUF043
        WordTemplate(make_docx("x", parts={"word/header1.xml": header("头{{ a b }}")}))


@pytest.mark.parametrize(
    ("source", "context", "message"),
    [
        ("{{ a / 0 }}", {"a": 1}, "除数为零"),
        ("{{ a + 'x' }}", {"a": 1}, "类型不符"),
        ("{{ a|万元 }}", {"a": "很多"}, "“很多”不是数字"),
        ("{{ a|中文日期 }}", {"a": "明天"}, "不是日期"),
        ("{{ a|attr('__class__') }}", {"a": 1}, "安全"),
        ("{{ a.append(1) }}", {"a": []}, "安全"),
        ("{% for x in a %}{{ x }}{% endfor %}", {"a": itertools.count()}, "没有尽头"),
        ("{% for x in range(10 ** 9) %}{% endfor %}", {}, "过大"),
        ("{% for x in a %}{% endfor %}", {"a": 5}, "类型不符"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", {}, "首尾相连"),
        ("{{ 'x' * 10 ** 9 }}", {}, "过长"),
    ],
)
def test_failures_while_rendering(source: str, context: dict[str, object], message: str) -> None:
    template = WordTemplate(make_docx("前", [["甲", source]]))
    begin = time.process_time()
    with pytest.raises(RenderFailed, match=message) as caught:
        template.render(context)
    assert "第 1 个表格第 1 行第 2 格" in str(caught.value)
    assert time.process_time() - begin < 20


def test_all_missing_names_with_places_and_likely_names() -> None:
    table = [["{%tr for r in 行 %}"], ["{{ r.金额 }}"], ["{%tr endfor %}"]]
    template = WordTemplate(
        make_docx("{{ 姓名 }}和{{ 部门 }}", table, parts={"word/header1.xml": header("{{ 标题 }}")})
    )
    with pytest.raises(MissingNames) as caught:
        template.render({"姓 名": "张三", "行": [{"金额元": 1}, {"金额元": 2}]})
    names = {name.name: name for name in caught.value.names}
    assert set(names) == {"姓名", "部门", "金额", "标题"}
    assert names["姓名"].near == ("姓 名",)
    assert names["金额"].near == ("金额元",)
    assert names["金额"].places == ("正文第 1 个表格第 2 行第 1 格，段落“{{ r.金额 }}”",)
    assert names["标题"].places == ("页眉 1，段落“{{ 标题 }}”",)


def test_a_form_printed_empty_and_blanks() -> None:
    source = make_docx("姓名：{{ 姓名|手填(4) }}，{{ 职务 }}")
    template = WordTemplate(source)
    for data in (
        template.render({"职务": ""}),
        template.render({}, blank=True),
        WordTemplate(source, undefined="blank").render({}),
    ):
        text = Document(io.BytesIO(data)).paragraphs[0].text
        assert text == f"姓名：{chr(0xA0) * 8}，"
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            assert b'<w:u w:val="single"/>' in archive.read(MAIN)


def test_names_that_are_no_error() -> None:
    source = (
        "{% if a %}x{% endif %}{{ b|default('无') }}{% if c is defined %}y{% endif %}{{ d or '-' }}"
    )
    data = WordTemplate(make_docx(source)).render({})
    assert Document(io.BytesIO(data)).paragraphs[0].text == "无-"


def test_a_failing_render_leaves_the_template_usable() -> None:
    template = WordTemplate(make_docx("{{ a }}"))
    for _ in range(3):
        with pytest.raises(MissingNames):
            template.render({})
        assert template.render({"a": 1})


def test_other_prefixes_and_encodings() -> None:
    data = make_docx("{{ 名 }}")
    source = zipfile.ZipFile(io.BytesIO(data))
    files = {n: source.read(n) for n in source.namelist()}
    text = files[MAIN].decode()
    files[MAIN] = ('<?xml version="1.0" encoding="UTF-16"?>' + text).encode("utf-16")
    result = WordTemplate(zipped(files)).render({"名": "张三"})
    assert Document(io.BytesIO(result)).paragraphs[0].text == "张三"
    files[MAIN] = text.replace("{{ 名 }}", "<![CDATA[{{ 名 }}<]]><!-- {{ 注 }} -->").encode()
    result = WordTemplate(zipped(files)).render({"名": "张三"})
    assert Document(io.BytesIO(result)).paragraphs[0].text == "张三<"


def test_a_template_file_of_word_becomes_a_document() -> None:
    source = zipfile.ZipFile(io.BytesIO(make_docx("{{ 名 }}")))
    files = {n: source.read(n) for n in source.namelist()}
    types = "[Content_Types].xml"
    files[types] = files[types].replace(b".document.main+xml", b".template.main+xml")
    result = WordTemplate(zipped(files)).render({"名": "张三"})
    assert Document(io.BytesIO(result)).paragraphs[0].text == "张三"


def test_full_width_braces_are_told_and_left() -> None:
    template = WordTemplate(
        make_docx("｛｛ 姓名 ｝｝", parts={"word/header1.xml": header("｛｛ 题 ｝｝")})
    )
    data = template.render({"姓名": "张三"})
    assert Document(io.BytesIO(data)).paragraphs[0].text == "｛｛ 姓名 ｝｝"
    assert [text.partition("，")[0] for text in template.warnings] == ["正文", "页眉 1"]
    assert "请改成英文半角" in template.warnings[0]


def test_deleted_text_of_revisions_is_no_tag() -> None:
    deleted = Xml(
        f"<w:p><w:del w:id='1'><w:r><w:delText>{{{{ x</w:delText></w:r></w:del>{run('甲')}</w:p>"
    )
    assert WordTemplate(make_docx(deleted)).fields() == set()

"""Long values are written while the document is compressed; memory does not grow with the text."""

from __future__ import annotations

import gc
import tracemalloc
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from tools_docx import WORD, Xml, block_xml, make_docx
from tools_word import FakePackage, layout, part, render_body, text_of

from generator.body import BodyValue
from generator.word.contents import KnownHeading
from generator.word.errors import RenderFailed, ValueRefused
from generator.word.sections import last_section_as
from generator.word.template import WordTemplate
from generator.wordml import XMLNS
from store.kinds import Numbering
from store.parser import parse_body

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from generator.word.values import RenderPackage

RULE = Numbering(("第一章", "第一节"), ("第一条", "（一）", "1.", "（1）"), ("第一条",))
FIELD = Xml(
    '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> TOC \\o "1-2" '
    '</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>旧</w:t></w:r>'
    '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
)


HEADER = (
    "header",
    f"{WORD}.header+xml",
    f"<w:hdr {XMLNS}>{block_xml('{{p 正文 }}')}</w:hdr>",
)


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


@dataclass
class Pieces:
    """A value of so many pieces; it notes whether it was streamed."""

    make: Callable[[RenderPackage], Iterator[str]]
    streamed: int = 0

    def to_wordml(self, package: RenderPackage) -> str:
        return "".join(self.make(package))

    def stream_wordml(self, package: RenderPackage) -> Iterator[str]:
        self.streamed += 1
        yield from self.make(package)


def of_texts(*texts: str) -> Pieces:
    return Pieces(lambda _package: iter([paragraph(text) for text in texts]))


@pytest.mark.parametrize(
    "tag", ["{{p 正文 }}", "{{ 正文 }}", "{%p if 真 %}|{{p 正文 }}|{%p endif %}"]
)
def test_a_value_in_the_text_is_streamed_to_its_place(tag):
    value = of_texts("甲", "乙")
    data = WordTemplate(make_docx("前", *tag.split("|"), "后")).render({"正文": value, "真": True})
    assert text_of(part(data)).split() == ["前", "甲", "乙", "后"]
    assert value.streamed == 1
    assert "\x01" not in part(data)


def test_a_value_that_stands_twice_is_written_twice():
    value = of_texts("甲")
    data = WordTemplate(make_docx("{{p 正文 }}", "{{p 正文 }}")).render({"正文": value})
    assert text_of(part(data)).split() == ["甲", "甲"]


def test_a_value_in_a_cell_or_a_header_is_not_streamed_and_stands_there():
    value = of_texts("甲")
    source = make_docx([["{{p 正文 }}"]], "", parts={"word/header1.xml": HEADER})
    data = WordTemplate(source).render({"正文": value})
    assert "<w:t>甲</w:t></w:r></w:p></w:tc>" in part(data)
    assert "甲" in part(data, "word/header1.xml")
    assert value.streamed == 0


def test_what_a_streamed_value_adds_is_in_the_package():
    def make(package: RenderPackage) -> Iterator[str]:
        note = package.add_footnote(paragraph("脚注文字"))
        package.ensure_style('<w:style w:styleId="Mine"><w:name w:val="我的"/></w:style>')
        yield f'<w:p><w:r><w:footnoteReference w:id="{note}"/></w:r></w:p>'

    data = WordTemplate(make_docx("{{p 正文 }}")).render({"正文": Pieces(make)})
    assert "脚注文字" in part(data, "word/footnotes.xml")
    assert "我的" in part(data, "word/styles.xml")


def test_a_failure_while_streaming_names_the_tag():
    def refuse(_package: RenderPackage) -> Iterator[str]:
        yield paragraph("甲")
        raise ValueRefused("图片太大。", hint="请缩小。")

    template = WordTemplate(make_docx("{{p 正文 }}"))
    with pytest.raises(
        RenderFailed, match=r"正文，段落.*标签 {{p 正文 }} 无法执行：图片太大"
    ) as told:
        template.render({"正文": Pieces(refuse)})
    assert told.value.hint == "请缩小。"


@pytest.mark.parametrize("wrong", ["<w:p>", "</w:p>", "<w:p><w:r></w:p>"])
def test_xml_that_is_not_well_formed_is_refused(wrong):
    value = Pieces(lambda _package: iter([paragraph("甲"), wrong, paragraph("乙")]))
    template = WordTemplate(make_docx("{{p 正文 }}"))
    with pytest.raises(RenderFailed, match="Pieces 生成的内容不是正确的 XML"):
        template.render({"正文": value})


def test_a_table_of_contents_of_the_template_lists_a_streamed_text():
    value = of_texts("总则", "附则")
    template = WordTemplate(make_docx(FIELD, "{{p 正文 }}"))
    known = {"_a": KnownHeading(1, "第一章 总则", 2), "_b": KnownHeading(1, "第二章 附则", 7)}
    data = template.render({"正文": value}, headings=known)
    lines = [line for line in text_of(part(data)).split("\n") if line]
    assert lines == ["第一章 总则2", "第二章 附则7", "总则", "附则"]
    assert part(data).index("PAGEREF _b") < part(data).index("<w:t>总则</w:t>")


def test_without_known_headings_the_text_is_looked_through():
    heading = '<w:p><w:pPr><w:outlineLvl w:val="0"/></w:pPr><w:r><w:t>总则</w:t></w:r></w:p>'
    value = Pieces(lambda _package: iter([heading]))
    data = WordTemplate(make_docx(FIELD, "{{p 正文 }}")).render({"正文": value})
    assert [line for line in text_of(part(data)).split("\n") if line] == ["总则1", "总则"]


# -- sections ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("main", "expected"),
    [
        ("<w:p/>", "<w:p/>"),  # no section to change
        ("<w:sectPr/>", '<w:sectPr><w:type w:val="evenPage"/></w:sectPr>'),
        (
            '<w:sectPr w:rsidR="1"><w:pgSz/></w:sectPr>',
            '<w:sectPr w:rsidR="1"><w:type w:val="evenPage"/><w:pgSz/></w:sectPr>',
        ),
        (
            '<w:sectPr><w:footerReference w:type="even" r:id="a"/><w:type w:val="x"/></w:sectPr>',
            (
                '<w:sectPr><w:footerReference w:type="even" r:id="F"/><w:type w:val="evenPage"/>'
                "</w:sectPr>"
            ),
        ),
    ],
)
def test_the_last_section_begins_on_an_even_page(main, expected):
    assert last_section_as(main, "evenPage", "F") == expected


# -- memory --------------------------------------------------------------------------------


def rule(chapters: int) -> str:
    sentence = "承办部门应当自收到申请之日起十个工作日内完成审核，并将结果书面通知申请人。"
    table = "\n| 事项 | 时限 |\n|---|---|\n" + "| 受理 | 三日 |\n" * 20 + "\n"
    articles = "".join(f"{n}. {sentence * 2}\n    1. {sentence}\n" for n in range(1, 11))
    return "".join(f"\n## 第{n}部分\n\n{articles}{table}" for n in range(chapters))


def peak_of(chapters: int) -> float:
    """What a rendering holds at most beside the parsed text and the finished file, in MB."""
    body = parse_body(rule(chapters), RULE)
    of = replace(layout("规章制度"), contents_from=0)
    gc.collect()
    tracemalloc.start()
    data = render_body(body, of, RULE)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return (peak - 2 * len(data)) / 1e6


def test_memory_does_not_grow_with_the_text():
    peak_of(2)
    small, large = peak_of(10), peak_of(150)
    assert large < small + 2.0


def test_streamed_pieces_are_the_whole_text():
    body = parse_body(rule(3), RULE)
    value = BodyValue(body, layout("规章制度"), RULE)
    data = render_body(body, layout("规章制度"), RULE)
    whole = text_of(value.to_wordml(FakePackage()))
    assert whole.strip() in text_of(part(data))

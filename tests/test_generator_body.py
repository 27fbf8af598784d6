"""The document model into WordprocessingML, block by block, on Markdown given as text."""

from __future__ import annotations

import re
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from tools_word import FakePackage, layout, text_of, wrap

from generator.body import BodyValue, write_blocks
from generator.body.columns import column_widths, place_cells
from generator.body.numbers import level_xml
from generator.body.pictures import measure
from generator.body.tables import keep_next
from generator.layout.model import TextStyle
from generator.layout.styles import PARAGRAPH_STYLES
from generator.wordml import NAMESPACES, bookmark_name, paragraph
from store.kinds import Numbering
from store.model import Block, Cell, Inline
from store.parser import parse_body

RULE = Numbering(("第一章", "第一节"), ("第一条", "（一）", "1.", "（1）"), ("第一条",))
PLAIN = Numbering(("一、", "（一）"), ("1.", "（1）"))
OWN_STYLES = {name: identity for identity, name in PARAGRAPH_STYLES.values()}
OWN_STYLES |= {"Table Grid": "TableGrid", "Hyperlink": "Hyperlink"}


def write(text, numbering=PLAIN, *, of="年终总结", package=None, folder=None):
    """The XML of a Markdown text and the package it went into."""
    package = package or FakePackage(OWN_STYLES)
    body = parse_body(text, numbering)
    value = BodyValue(body, layout(of), numbering, folder, folder, "文.md")
    xml = value.to_wordml(package)
    etree.fromstring(wrap(xml).encode())
    return xml, package


def paragraphs(xml):
    return [line for line in text_of(xml).split("\n") if line]


def levels(xml):
    """(numId, level) of each numbered paragraph."""
    return [
        (int(num), int(level))
        for level, num in re.findall(r'<w:ilvl w:val="(\d)"/><w:numId w:val="(\d+)"/>', xml)
    ]


# -- numbering -----------------------------------------------------------------------------


def test_articles_run_on_through_chapters_in_one_list():
    xml, package = write("## 总则\n1. 甲。\n2. 乙。\n\n## 附则\n1. 丙。\n", RULE, of="规章制度")
    assert levels(xml) == [(1, 0), (2, 0), (2, 0), (1, 0), (2, 0)]
    assert [starts[0] for _, starts in package.numberings] == [1, 1]
    assert 'w:val="第%1条"' in package.numberings[1][0]
    assert "chineseCountingThousand" in package.numberings[1][0]


def test_numbers_that_restart_get_a_fresh_instance():
    xml, package = write("## 一般\n1. 甲。\n2. 乙。\n\n## 其他\n1. 丙。\n")
    assert [number for number, _ in levels(xml)] == [1, 2, 2, 1, 3]
    assert package.numberings[1][0] == package.numberings[2][0]


def test_sub_items_restart_by_themselves():
    xml, package = write(
        "## 总则\n1. 甲：\n    1. 子；\n    2. 丑。\n2. 乙：\n    1. 寅。\n", RULE, of="规章制度"
    )
    assert levels(xml)[1:] == [(2, 0), (2, 1), (2, 1), (2, 0), (2, 1)]
    assert len(package.numberings) == 2


def test_typed_numbers_print_as_they_stand():
    xml, _ = write("## 总则\n第三条 甲。\n\n第五条 乙。\n", RULE, of="规章制度")
    assert paragraphs(xml) == ["总则", "第三条 甲。", "第五条 乙。"]
    assert levels(xml) == [(1, 0)]


@pytest.mark.parametrize(
    ("sample", "text", "gap"),
    [
        ("第一条", "第%1条", "space"),
        ("（一）", "（%1）", "nothing"),
        ("一、", "%1、", "nothing"),
        ("1.", "%1.", "nothing"),
        ("①", "%1", "space"),
    ],
)
def test_each_scheme_is_real_numbering(sample, text, gap):
    xml = level_xml(0, sample, TextStyle(size=16))
    assert f'w:lvlText w:val="{text}"' in xml
    assert f'w:suff w:val="{gap}"' in xml


# -- text ----------------------------------------------------------------------------------


def test_emphasis_links_and_breaks():
    xml, package = write("**重**要 *slant* ~~删~~ [网址](https://example.com/?a=1&b=2)\n")
    assert "<w:b/>" in xml
    assert "<w:i/>" in xml
    assert "<w:strike/>" in xml
    assert package.links == ["https://example.com/?a=1&b=2"]


def test_a_link_that_is_no_address_prints_as_text():
    xml, package = write("见[文件](file:///etc/passwd)。\n")
    assert not package.links
    assert "文件" in text_of(xml)
    assert "不是网页" in package.warnings[0]


def test_special_characters_are_escaped():
    xml, _ = write('研发&生产 <b>5% "引" > 3\n')
    assert text_of(xml).strip() == '研发&amp;生产 &lt;b&gt;5% "引" &gt; 3'


def test_a_reference_is_a_live_field_with_its_text():
    xml, _ = write("## 总则\n1. 甲。{: #first}\n2. 按[](#first)办理。\n", RULE, of="规章制度")
    assert " REF first \\n \\h " in xml
    assert 'w:name="first"' in xml
    assert "第一条" in text_of(xml)


def test_a_reference_word_would_print_otherwise_is_a_link():
    xml, _ = write("## 事项\n1. 甲。{: #first}\n2. 按[](#first)办理。\n")
    assert "REF" not in xml
    assert '<w:hyperlink w:anchor="first"' in xml


def test_footnotes_go_into_the_notes():
    xml, package = write("正文[^a]。\n\n[^a]: 见附件。\n")
    assert "<w:footnoteReference" in xml
    assert "见附件。" in package.footnotes[0]


@pytest.mark.parametrize("char", ["𠮷", "😀", "㊙"])
def test_characters_that_fonts_lack_get_a_font_and_a_warning(char):
    xml, package = write(f"姓名{char}字。\n")
    assert char in xml
    assert any(char in text and "第1行" in text for text in package.warnings)
    assert xml.count("<w:rFonts") == 1


def test_a_word_without_break_of_5000_characters_stays_whole():
    xml, _ = write("a" * 5000 + "\n")
    assert "a" * 5000 in xml


def test_the_bookmark_in_a_long_text_holds_its_first_character_only():
    xml, _ = write("1. 本条规定的事项较多，一行排不下，应当逐项核对后办理。\n")
    assert re.search(r">本</w:t></w:r><w:bookmarkEnd", xml)
    assert paragraphs(xml) == ["本条规定的事项较多，一行排不下，应当逐项核对后办理。"]


@given(st.lists(st.text(min_size=1), min_size=1, max_size=30, unique=True))
def test_bookmark_names_are_legal_and_differ(anchors):
    names = [bookmark_name(anchor) for anchor in anchors]
    assert len(set(names)) == len(names)
    for name in names:
        assert len(name) <= 40
        assert re.fullmatch(r"\w+", name)


# -- tables --------------------------------------------------------------------------------


def table(rows, header_rows=1, **more):
    return Block(
        type="table", line=1, rows=[[Cell(text) for text in row] for row in rows],
        header_rows=header_rows, **more,
    )  # fmt: skip


def test_widths_add_up_and_long_columns_get_more():
    grid = place_cells(table([["序号", "内容"], ["1", "很长的说明" * 20]]))
    widths = column_widths(grid, 2, 8844, 12)
    assert sum(widths) == 8844
    assert widths[1] > widths[0] * 5


@given(
    st.lists(
        st.lists(st.text("国a1 ", max_size=60), min_size=3, max_size=3), min_size=1, max_size=6
    ),
    st.integers(min_value=2000, max_value=12000),
)
def test_widths_are_positive_and_always_add_up(rows, total):
    widths = column_widths(place_cells(table(rows)), 3, total, 10.5)
    assert sum(widths) == total
    assert min(widths) > 0


def test_long_words_that_leave_no_room_give_way_alike():
    long, mid = "1" * 60, "1" * 8
    widths = column_widths(place_cells(table([[long, long, mid + "国" * 40]])), 3, 2000, 10.5)
    assert sum(widths) == 2000
    assert min(widths) > 300


def test_a_table_repeats_its_header_and_keeps_rows_whole():
    xml, _ = write("| 指标 | 数值 |\n|---|---|\n| 存款 | 12 |\n| 贷款 | 3,400.5 |\n")
    assert xml.count("<w:tblHeader/>") == 1
    assert xml.count("<w:cantSplit/>") == 3
    assert xml.count("<w:gridCol") == 2
    assert xml.count('<w:jc w:val="right"/>') == 2


def test_merged_cells_become_spans():
    xml, _ = write("| 甲 | 乙 | 丙 |\n|---|---|---|\n| 一 | << | 二 |\n| ^^ | ^^ | 三 |\n")
    assert xml.count('<w:gridSpan w:val="2"/>') == 2
    assert xml.count('<w:vMerge w:val="restart"/>') == 1
    assert xml.count("<w:vMerge/>") == 1


def test_a_row_with_too_few_cells_is_filled_up():
    grid = place_cells(table([["甲", "乙", "丙"], ["一"]]))
    assert [item.column for item in grid[1]] == [0, 1, 2]


def test_a_table_too_wide_is_told_with_its_line():
    row = "| " + " | ".join("甲乙丙丁" for _ in range(40)) + " |\n"
    _, package = write(row + "|" + "---|" * 40 + "\n" + row)
    assert any("40列" in text and "第1行" in text for text in package.warnings)


def test_rows_to_write_into_are_high_enough():
    xml, _ = write("| 姓名 | 电话 |\n|---|---|\n|  |  |\n| 甲 | 1 |\n")
    assert xml.count("<w:trHeight") == 1


def test_names_and_values_need_no_heading_row():
    xml, _ = write("| 项目 | 内容 | 项目 | 内容 |\n|---|---|---|---|\n| 姓名 |  | 工号 | 3 |\n")
    assert "项目" not in text_of(xml)
    assert xml.count("w:fill=") == 2


def test_definitions_are_a_form_of_two_columns():
    xml, _ = write("用途\n:   通知\n\n签名\n:   清河\n\n正文。\n")
    assert xml.count("<w:tbl>") == 1
    assert xml.count("<w:tr>") == 2


# -- pictures ------------------------------------------------------------------------------


def png(width, height):
    def chunk(kind, data):
        crc = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IEND", b"")


def test_a_picture_is_scaled_to_the_text_and_has_its_caption(tmp_path):
    (tmp_path / "图.png").write_bytes(png(4000, 1000))
    xml, package = write("![业务流程](图.png)\n", folder=tmp_path)
    assert len(package.images) == 1
    extent = re.search(r'<wp:extent cx="(\d+)" cy="(\d+)"', xml)
    assert extent
    assert int(extent[1]) == 8844 * 635
    assert int(extent[1]) == pytest.approx(int(extent[2]) * 4, rel=0.001)
    assert paragraphs(xml) == ["图1　业务流程"]
    assert 'keepNext w:val="0"' in xml


def test_a_word_that_no_line_can_hold_is_told():
    _, package = write("很长的词" + "a" * 5000 + "。\n")
    assert package.warnings == [
        "文.md 第1行：“aaaaaaaaaaaa…”连续5000个字符没有可换行的地方，会在任意处断行，请核对。"
    ]


def test_links_inside_the_text_lead_to_paragraphs_too():
    xml, package = write("见[下文](#nach)和[无](#kein)。\n\n后文。 {: #nach}\n")
    assert '<w:hyperlink w:anchor="nach"' in xml
    assert 'w:name="nach"' in xml
    assert "kein" not in xml
    assert package.warnings == []  # the dead one is told by the checker


def test_captions_are_counters_that_references_point_at(tmp_path):
    (tmp_path / "图.png").write_bytes(png(10, 10))
    table = "| 项目 | 金额 |\n|---|---|\n| 甲 | 1 |\n"
    text = f"见[](#tu)和[](#biao)。\n\n![流程](图.png){{: #tu}}\n\n表1 标准 {{: #biao}}\n\n{table}"
    text += f"\n表5 补充\n\n{table}"
    xml, _ = write(text, folder=tmp_path)
    shown = paragraphs(xml)
    assert shown[:3] == ["见图1和表1。", "图1　流程", "表1　标准"]
    assert shown[5 + 2] == "表5　补充"
    fields = [text.strip() for text in re.findall(r"<w:instrText[^>]*>([^<]*)<", xml)]
    counters = ["SEQ 图 \\* ARABIC", "SEQ 表 \\* ARABIC", "SEQ 表 \\* ARABIC \\r 5"]
    assert fields == ["REF tu \\h", "REF biao \\h", *counters]
    inside = re.search(r'w:name="tu"/>(.*?)<w:bookmarkEnd', xml)
    assert inside
    assert text_of(inside[1] + "</w:p>").strip() == "图1"


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("没有.png", None, "不存在"),
        ("假.png", b"hello", "不是可用的图片"),
        ("http://example.com/图.png", None, "在网上，请下载"),
        ("宽.png", png(20_000, 10), "20000×10像素"),
        ("../外.png", png(1, 1), "资料库之外"),
        (".藏.png", png(1, 1), "资料库之外"),
    ],
)
def test_a_picture_that_cannot_be_shown_is_told(tmp_path, name, data, told):
    folder = tmp_path / "kb"
    folder.mkdir()
    if data is not None:
        (folder / name).write_bytes(data)
    xml, package = write(f"正文。\n\n![示意]({name})\n", folder=folder)
    assert told in package.warnings[0]
    assert "文.md 第3行" in package.warnings[0]
    assert "图片缺失" in text_of(xml)


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (png(3, 4), (3, 4)),
        (b"GIF89a" + struct.pack("<HH", 5, 6), (5, 6)),
        (b"BM" + b"\0" * 16 + struct.pack("<ii", 7, -8) + b"\0" * 28, (7, 8)),
        (b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08\x00\x09\x00\x0a\x01", (10, 9)),
        (png(0, 4), None),
        (b"\x89PNG\r\n\x1a\n", None),
        (b"", None),
    ],
)
def test_the_size_is_read_from_the_header(data, size):
    assert measure(data) == size


# -- forms and foreign templates -----------------------------------------------------------


def test_a_role_description_is_one_form_with_shares():
    text = (
        "## 基本信息\n\n| 项目 | 内容 | 项目 | 内容 |\n|---|---|---|---|\n"
        "| 岗位 | 经理 | 部门 | 客户部 |\n"
        "\n## 主要职责\n\n1. 拓展客户（占比60%）：走访。\n2. 贷后管理（占比40%）：检查。\n"
        "\n## 岗位权限\n\n1. 建议权。\n"
    )
    xml, _ = write(text, of="岗位说明书")
    shown = text_of(xml)
    assert xml.count("<w:tbl>") == 1
    assert "60%" in shown
    assert "（占比" not in shown
    assert "项目" not in shown
    assert shown.index("主要职责") < shown.index("岗位权限")
    grid = sum(int(width) for width in re.findall(r'<w:gridCol w:w="(\d+)"', xml))
    for row in re.findall(r"<w:tr>.*?</w:tr>", xml):
        assert sum(int(width) for width in re.findall(r'<w:tcW w:w="(\d+)"', row)) == grid


def test_a_foreign_template_keeps_its_own_styles():
    package = FakePackage({"Normal": "a", "heading 1": "1", "Body Text First Indent": "a3"})
    xml, _ = write("## 标题\n\n正文。\n\n1. 条款。\n", package=package)
    assert 'w:pStyle w:val="1"' in xml
    assert xml.count('w:pStyle w:val="a3"') == 2


def test_a_template_without_styles_gets_what_is_missing():
    package = FakePackage({})
    xml, _ = write("## 标题\n\n正文。\n\n> 引文。\n", package=package)
    assert package.styles["heading 1"] == "Heading1"
    assert 'w:firstLineChars="200"' in xml


def test_a_namespace_is_declared_for_every_prefix():
    xml, _ = write("## 标题\n\n正文。\n")
    prefixes = set(re.findall(r"</?([a-z]\w*):", xml))
    assert prefixes <= set(NAMESPACES)


def test_terms_in_a_form_become_its_cells():
    text = "## 基本信息\n\n岗位\n:   经理\n\n部门\n:   客户部\n\n汇报\n:   向"
    text += "主管" * 60 + "汇报\n"
    xml, _ = write(text, of="岗位说明书")
    assert xml.count("<w:tbl>") == 1
    assert xml.count("<w:tr>") == 2
    assert paragraphs(xml)[:4] == ["岗位", "经理", "部门", "客户部"]


def test_a_span_goes_on_below_a_row_that_is_too_short():
    rows = [
        [Cell("甲"), Cell("乙"), Cell("丙", row_span=3)],
        [Cell("一")],
        [Cell("二"), Cell("三")],
    ]
    grid = place_cells(Block(type="table", line=1, rows=rows, header_rows=1))
    assert [[item.column for item in row] for row in grid] == [[0, 1, 2]] * 3
    assert [row[2].continues for row in grid] == [False, True, True]


# -- other blocks ---------------------------------------------------------------------------------


def test_unordered_lists_nest():
    xml, package = write("- 甲\n    - 子\n- 乙\n")
    assert levels(xml) == [(1, 0), (1, 1), (1, 0)]
    assert "●" in package.numberings[0][0]


def test_quotes_code_and_page_breaks():
    xml, _ = write("> 引文。\n\n```\nprint(1)\n\n  end\n```\n\n<!-- 分页 -->\n\n正文。\n")
    shown = text_of(xml)
    assert 'w:pStyle w:val="Quote"' in xml
    assert xml.count('w:pStyle w:val="Code"') == 3
    assert "  end" in shown


def test_a_quote_may_hold_several_blocks():
    xml, _ = write("> 第一段。\n>\n> 第二段。\n>\n> - 项目\n")
    assert xml.count('w:pStyle w:val="Quote"') >= 2


def test_further_paragraphs_and_tables_belong_to_their_article():
    text = (
        "## 总则\n1. 甲。\n\n    第二款。\n\n    | 项 | 值 |\n    |---|---|\n    | 一 | 1 |\n\n"
        "    - 子项\n"
    )
    xml, _ = write(text, RULE, of="规章制度")
    assert 'w:pStyle w:val="ClauseText"' in xml
    assert "<w:tbl>" in xml
    assert xml.index("第二款") < xml.index("<w:tbl>")


def test_inline_code_breaks_and_blanks():
    body = parse_body("正文`code`。  \n下一行。\n", PLAIN)
    body.root.blocks[0].inlines += (Inline("", "blank", width=6),)
    package = FakePackage(OWN_STYLES)
    xml = BodyValue(body, layout("年终总结"), PLAIN).to_wordml(package)
    assert "<w:br/>" in xml
    assert 'w:ascii="Courier New"' in xml
    assert "\u00a0" * 12 in xml


def test_a_link_inside_the_document_leads_to_its_bookmark():
    body = parse_body("## 总则{: #start}\n\n正文。\n", PLAIN)
    link = Inline("总则", "link", target="#start")
    body.root.sections[0].blocks[0].inlines = (link,)
    xml = BodyValue(body, layout("年终总结"), PLAIN).to_wordml(FakePackage(OWN_STYLES))
    assert '<w:hyperlink w:anchor="start"' in xml


def test_an_image_in_running_text_frees_the_line_height(tmp_path):
    (tmp_path / "a.png").write_bytes(png(40, 40))
    xml, _ = write("文字![小图](a.png)文字。\n\n1. 条![小图](a.png)款。\n", folder=tmp_path)
    assert xml.count('<w:spacing w:line="240" w:lineRule="auto"/>') == 2


def test_a_note_that_does_not_exist_is_left_out():
    body = parse_body("正文。\n", PLAIN)
    body.root.blocks[0].inlines = (Inline("正文。"), Inline("", "footnote", target="无"))
    package = FakePackage(OWN_STYLES)
    BodyValue(body, layout("年终总结"), PLAIN, path="文.md").to_wordml(package)
    assert package.warnings == ["文.md 第1行：没有名为“无”的脚注，已略去。"]


def test_deeper_levels_than_the_kind_names_are_numbered_too():
    text = "1. 甲\n    1. 乙\n        1. 丙\n            1. 丁\n"
    xml, package = write(text)
    assert [level for _, level in levels(xml)][:2] == [0, 1]
    assert len(paragraphs(xml)) == 4
    assert "①" not in text_of(xml) or package.numberings


def test_a_table_of_too_many_columns_is_cut_with_a_warning():
    row = "|" + "甲|" * 70 + "\n"
    xml, package = write(row + "|" + "---|" * 70 + "\n" + row)
    assert xml.count("<w:gridCol") == 63
    assert any("最多63列" in text for text in package.warnings)


def test_a_control_character_is_told():
    body = parse_body("正文。\n", PLAIN)
    body.root.blocks[0].inlines = (Inline("正\x01文。"),)
    package = FakePackage(OWN_STYLES)
    xml = BodyValue(body, layout("年终总结"), PLAIN).to_wordml(package)
    assert "正文。" in xml
    assert "控制字符" in package.warnings[0]


def test_blocks_alone_can_be_written():
    package = FakePackage(OWN_STYLES)
    xml = write_blocks([table([["甲"], ["1"]])], package, layout("年终总结"), PLAIN)
    assert xml.count("<w:tbl>") == 1


def test_a_form_holds_openings_subsections_and_large_tables():
    rows = "".join(f"| 指标{n} | {n}% |\n" for n in range(12))
    text = (
        "开头的说明。\n\n## 岗位权限\n\n### 审批权\n\n正文。\n\n## 空白\n\n"
        f"## 考核指标\n\n说明。\n\n| 指标 | 权重 |\n|---|---|\n{rows}"
    )
    xml, _ = write(text, of="岗位说明书")
    assert xml.count("<w:tbl>") == 3  # the form; first and last rows of its table stay whole
    assert text_of(xml).index("开头的说明") < text_of(xml).index("审批权")
    assert xml.count("<w:vMerge/>") == 10


def test_merged_cells_of_a_large_table_stay_in_one_of_its_parts():
    rows = "| 甲 | 0 |\n" + "| ^^ | 1 |\n" * 4 + "| 乙 | 2 |\n" * 6
    xml, _ = write(f"## 考核指标\n\n| 指标 | 权重 |\n|---|---|\n{rows}", of="岗位说明书")
    first = xml[xml.index("<w:tbl>", 10) : xml.index("</w:tbl>")]
    assert first.count("<w:tr>") == 6
    assert first.count('<w:vMerge w:val="restart"/>') == 1


def test_a_large_table_merged_throughout_is_left_in_rows():
    rows = "| 甲 | 0 |\n" + "| ^^ | 1 |\n" * 11
    xml, _ = write(f"## 考核指标\n\n| 指标 | 权重 |\n|---|---|\n{rows}", of="岗位说明书")
    assert xml.count("<w:tbl>") == 1


@pytest.mark.parametrize("rows", [2, 12])
def test_the_end_of_a_form_of_several_pages_goes_with_the_signatures(rows):
    table = "| 指标 | 权重 |\n|---|---|\n" + "| 甲 | 1 |\n" * rows
    body = parse_body(f"## 职责\n\n正文。\n\n## 考核指标\n\n{table}", PLAIN)
    value = BodyValue(body, layout("岗位说明书"), PLAIN, several_pages=True)
    xml = value.to_wordml(FakePackage(OWN_STYLES))
    etree.fromstring(wrap(xml).encode())
    end = etree.tostring(etree.fromstring(wrap(xml).encode())[0][-1], encoding="unicode")
    assert end.count("<w:keepNext/>") >= 2
    assert ("指标" in text_of(end)) == (rows == 2)
    assert "甲" in text_of(end)


@pytest.mark.parametrize(("end", "kept"), [("短的一行。", True), ("长" * 90 + "。", False)])
def test_a_short_last_line_does_not_stand_alone(end, kept):
    xml, _ = write(f"第一段。\n\n第二段。\n\n{end}\n", of="文章")
    assert ["<w:keepNext/>" in part for part in xml.split("</w:p>")[:3]] == [False, kept, False]


def test_keeping_twice_is_keeping_once():
    once = keep_next(paragraph("", "Normal"))
    assert (
        keep_next(once)
        == once
        == '<w:p><w:pPr><w:pStyle w:val="Normal"/><w:keepNext/></w:pPr></w:p>'
    )


def test_a_rule_is_a_line_and_a_page_break_a_new_page():
    xml, _ = write("甲。\n\n---\n\n乙。\n\n<!-- 分页 -->\n\n丙。\n")
    assert xml.count("<w:pBdr>") == 1
    assert xml.count('<w:br w:type="page"/>') == 1

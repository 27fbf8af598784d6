"""Tags as HR types them: split, curly, structural, joined; tables; repairs on the way out."""

from __future__ import annotations

import pickle
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tools_docx import (
    WORD,
    Xml,
    assert_valid,
    body_of,
    header,
    make_docx,
    names_of,
    read_part,
    run,
    text_of,
)

from generator import TemplateMistake, WordTemplate
from generator.word.tags import straighten
from generator.word.tokens import XMLNS


def render(*blocks: object, **context: object) -> list[object]:
    """Body of a rendered template, which is checked."""
    data = WordTemplate(make_docx(*blocks)).render(context)
    assert_valid(data)
    return body_of(data)


# -- finding and joining ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pieces",
    [
        ["甲{", "{ x }", "}乙"],
        ["甲{{", " x", " ", "}", "}乙"],
        ["甲{{x}}", "乙"],
        list("甲{{x}}乙"),
        ["甲{{\xa0x\xa0}}乙"],
        ["甲{{ x|upper}}乙"],
        ["甲{{ x ｜ upper }}乙"],
        ["甲{{ x|replace（“q”，“w”） }}乙"],
        ["甲{{ x|default(“无”) }}乙"],
        ["甲{{ x|default(‘无’) }}乙"],
        ["甲{{ {'x': x}['x'] }}乙"],
        ["甲{{ {'k': {'x': x}}.k.x }}乙"],
    ],
)
def test_split_and_curly_tags(pieces: list[str]) -> None:
    assert render(pieces, x="V") == ["甲V乙"]


def test_markup_between_the_pieces_of_a_tag() -> None:
    inner = (
        f'{run("{{")}<w:proofErr w:type="spellStart"/>'
        f'<w:bookmarkStart w:id="0" w:name="b"/>{run(" x ")}<w:bookmarkEnd w:id="0"/>'
        "<w:r><w:tab/></w:r><w:r><w:br/></w:r>" + run("}}后")
    )
    assert render(Xml(f"<w:p>{inner}</w:p>"), x=1) == ["1后"]


def test_a_tag_over_paragraphs_cells_and_rows() -> None:
    assert render("前{{ x", "}}后", x=1) == ["前1后"]
    assert render([["{{ x", "}}后"]], x=1) == [[["1后"]]]
    assert render([["甲", "{{ x"], ["}}后", "乙"]], x=1) == [[["甲", "1后", "乙"]]]


def test_quotes_inside_texts_stay() -> None:
    assert straighten('x|default("他说“好”")') == 'x|default("他说“好”")'
    assert straighten("x|default(“他说'好'”)") == "x|default(\"他说'好'\")"
    assert straighten("“a”＋‘b’") == "\"a\"+'b'"
    assert render("{{ x|default('“无”') }}") == ["“无”"]
    assert render('{{ "}}" }}{{ x }}', x=1) == ["}}1"]


def test_literal_braces() -> None:
    assert render("{_{ x }_}", "{_% if %_} {{ x }}", x="{_{ y }_}") == [
        "{{ x }}",
        "{% if %} {_{ y }_}",
    ]


def test_raw_blocks_print_their_tags() -> None:
    assert render("{% raw %}{{ x }} <b>{% endraw %}{{ x }}", x=1) == ["{{ x }} <b>1"]


def test_comments_vanish() -> None:
    assert render("甲{# 注 #}乙", "{#p 整段 #}", "丙") == ["甲乙", "丙"]
    assert render([["{#tr 整行 #}", "x"], ["a", "b"], ["c", "{#tc 格 #}"]]) == [[["a", "b"], ["c"]]]


# -- structural tags ----------------------------------------------------------------------------


def test_paragraph_tags() -> None:
    blocks = ("{%p if a %}", "甲", "{%p elif b %}", "乙", "{%p else %}", "丙", "{%p endif %}", "尾")
    assert render(*blocks, a=1, b=0) == ["甲", "尾"]
    assert render(*blocks, a=0, b=1) == ["乙", "尾"]
    assert render(*blocks, a=0, b=0) == ["丙", "尾"]


def test_tags_without_blanks() -> None:
    assert render("{%p for x in xs%}", "{{x}}", "{%p endfor%}", xs=[1, 2]) == ["1", "2"]


def test_opening_and_closing_tag_around_their_own_text() -> None:
    assert render("{%p if a %}甲{%p endif %}", "乙", a=1) == ["甲", "乙"]
    assert render("{%p if a %}甲{%p endif %}", "乙", a=0) == ["乙"]
    table = [["{%tr for r in xs %}{{ r.a }}", "{{ r.b }}{%tr endfor %}"]]
    assert render(table, xs=[{"a": 1, "b": 2}, {"a": 3, "b": 4}]) == [[["1", "2"], ["3", "4"]]]


def test_row_and_cell_loops() -> None:
    table = [
        ["项", "{%tc for c in cols %}", "{{ c }}", "{%tc endfor %}"],
        ["{%tr for r in rows %}", "", "", ""],
        ["{{ r.n }}", "{%tc for v in r.v %}", "{{ v }}", "{%tc endfor %}"],
        ["{%tr endfor %}", "", "", ""],
    ]
    rows = [{"n": "甲", "v": [1, 2, 3, 4, 5]}, {"n": "乙", "v": [6, 7, 8, 9, 0]}]
    assert render(table, cols=list("abcde"), rows=rows) == [
        [["项", *"abcde"], ["甲", *"12345"], ["乙", *"67890"]]
    ]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 12, 60])
def test_the_grid_follows_the_cells(count: int) -> None:
    template = WordTemplate(
        make_docx([["首", "{%tc for c in cs %}", "{{ c }}", "{%tc endfor %}", "尾"]])
    )
    data = template.render({"cs": range(count)})
    assert_valid(data)
    xml = read_part(data)
    widths = [int(width) for width in re.findall(r'<w:gridCol w:w="(\d+)"/>', xml)]
    assert len(widths) == count + 2
    assert abs(sum(widths) - 10_000) <= count + 2
    cells = [int(width) for width in re.findall(r'<w:tcW w:w="(\d+)"', xml)]
    assert cells == widths


def test_nested_row_loops_and_tables() -> None:
    table = [
        ["{%tr for g in gs %}"], ["{{ g.n }}"], ["{%tr for x in g.xs %}"], ["-{{ x }}"],
        ["{%tr endfor %}"], ["{%tr endfor %}"],
    ]  # fmt: skip
    groups = [{"n": "甲", "xs": [1, 2]}, {"n": "乙", "xs": []}]
    assert render(table, gs=groups) == [[["甲"], ["-1"], ["-2"], ["乙"]]]
    inner = [["{%tr for x in g.xs %}"], ["{{ x }}"], ["{%tr endfor %}"]]
    outer = [["{%tr for g in gs %}"], [["{{ g.n }}", inner, "尾"]], ["{%tr endfor %}"]]
    assert render(outer, gs=groups) == [[["甲\n尾"], ["乙\n尾"]]]


def test_a_list_of_lists_makes_rows_and_a_list_cells() -> None:
    assert render([["名", "数"], ["{{tr rows }}", ""]], rows=[["甲", 1], ["<", None]]) == [
        [["名", "数"], ["甲", "1"], ["<", ""]]
    ]
    assert render([["名", "{{tc cells }}"]], cells=["a", "b", "c"]) == [[["名", "a", "b", "c"]]]


def test_text_beside_a_structural_tag() -> None:
    blocks = ["{%p for x in xs %}甲", "{{ x }}", "{%p endfor %}"]
    with pytest.raises(TemplateMistake, match="还有“甲”，渲染时会丢失"):
        WordTemplate(make_docx(*blocks))
    lenient = WordTemplate(make_docx(*blocks), undefined="blank")
    assert body_of(lenient.render({"xs": [1]})) == ["1"]
    assert "会丢失" in lenient.warnings[0]


def test_a_section_break_in_a_tag_s_paragraph_stays() -> None:
    section = '<w:p><w:pPr><w:sectPr><w:pgSz w:w="16838" w:h="11906"/></w:sectPr></w:pPr>'
    blocks = ("{%p if a %}", "甲", Xml(section + run("{%p endif %}") + "</w:p>"), "乙")
    data = WordTemplate(make_docx(*blocks)).render({"a": 0})
    assert_valid(data)
    assert 'w:w="16838"' in read_part(data)


# -- joining with {%- and -%} -------------------------------------------------------------------


def test_dashes_join_paragraphs() -> None:
    blocks = (
        "我家在",
        "{%- if a -%}",
        "\xa0城里",
        "{%- else -%}",
        "乡下",
        "{%- endif -%}",
        "，很好。",
    )
    assert render(*blocks, a=1) == ["我家在\xa0城里，很好。"]
    assert render(*blocks, a=0) == ["我家在乡下，很好。"]
    assert render("甲 {%- if 1 %} 乙{% endif -%}  丙") == ["甲 乙丙"]
    assert render("甲 {{- x -}} 乙", x=1) == ["甲1乙"]


# -- cells --------------------------------------------------------------------------------------


def test_colspan_and_background() -> None:
    data = WordTemplate(
        make_docx([["{% colspan n %}甲{{ x }}", "乙"], ["{% cellbg c %}丙", "丁"]])
    ).render({"n": 2, "x": 1, "c": "#ff0000"})
    assert_valid(data)
    xml = read_part(data)
    assert re.search(r'<w:tcW [^>]*/><w:gridSpan w:val="2"/>', xml)
    assert '<w:shd w:val="clear" w:color="auto" w:fill="ff0000"/>' in xml
    assert body_of(data)[0][0][0] == "甲1"  # type: ignore[index]


@pytest.mark.parametrize(
    ("value", "fill"), [("xyz", "auto"), (None, "auto"), ('"/><x', "auto"), ("0AF", "00AAFF")]
)
def test_background_is_a_colour_or_none(value: object, fill: str) -> None:
    xml = read_part(WordTemplate(make_docx([["{% cellbg c %}甲"]])).render({"c": value}))
    assert f'w:fill="{fill}"' in xml


def merges(data: bytes) -> list[str]:
    return re.findall(r'<w:vMerge w:val="(\w+)"/>', read_part(data))


def test_vertical_merge() -> None:
    table = [["{%tr for x in xs %}", ""], ["{% vm %}组", "{{ x }}"], ["{%tr endfor %}", ""]]
    data = WordTemplate(make_docx(table)).render({"xs": [1, 2, 3]})
    assert_valid(data)
    assert merges(data) == ["restart", "continue", "continue"]
    assert body_of(data) == [[["组", "1"], ["", "2"], ["", "3"]]]


def test_vertical_merge_by_equal_values() -> None:
    table = [
        ["{%tr for x in xs %}", "", ""],
        ["{% vm x.d %}{{ x.d }}", "{% vm (x.d, x.t) %}{{ x.t }}", "{{ x.n }}"],
        ["{%tr endfor %}", "", ""],
    ]
    rows = [
        {"d": d, "t": t, "n": n}
        for n, (d, t) in enumerate(
            [("甲", "一"), ("甲", "一"), ("甲", "二"), ("乙", "二"), ("乙", "二")]
        )
    ]
    data = WordTemplate(make_docx(table)).render({"xs": rows})
    assert_valid(data)
    firsts, seconds = merges(data)[::2], merges(data)[1::2]
    assert firsts == ["restart", "continue", "continue", "restart", "continue"]
    assert seconds == ["restart", "continue", "restart", "restart", "continue"]


def test_horizontal_merge() -> None:
    table = [
        ["头", "{%tc for c in cs %}", "{% hm %}合", "{%tc endfor %}"],
        ["", "{%tc for c in cs %}", "{{ c }}", "{%tc endfor %}"],
    ]
    data = WordTemplate(make_docx(table)).render({"cs": [1, 2, 3]})
    assert_valid(data)
    assert '<w:gridSpan w:val="3"/>' in read_part(data)
    assert body_of(data) == [[["头", "合"], ["", "1", "2", "3"]]]


# -- empty data ---------------------------------------------------------------------------------


def test_nothing_left_empty_breaks_the_file() -> None:
    rows = [["{%tr for x in xs %}"], ["{{ x }}"], ["{%tr endfor %}"]]
    assert render("前", rows, "后", xs=[]) == ["前", "后"]
    assert render([[["{%p if a %}", "甲", "{%p endif %}"], "乙"]], a=0) == [[["", "乙"]]]
    assert render(
        [["{%tc for x in xs %}", "{{ x }}", "{%tc endfor %}"], ["甲", "", ""]], xs=[]
    ) == [[["甲", "", ""]]]
    head = "<w:hdr {}><w:p>{}</w:p><w:p>{}</w:p><w:p>{}</w:p></w:hdr>".format(
        XMLNS, run("{%p if a %}"), run("甲"), run("{%p endif %}")
    )
    data = WordTemplate(
        make_docx("x", parts={"word/header1.xml": ("header", f"{WORD}.header+xml", head)})
    ).render({"a": 0})
    assert_valid(data)
    assert "<w:p/>" in read_part(data, "word/header1.xml")
    nested = [[[[["{%tr for x in xs %}"], ["{{ x }}"], ["{%tr endfor %}"]], "尾"]]]
    assert render(nested, xs=[]) == [[["尾"]]]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.integers(0, 9), max_size=6), max_size=5))
def test_any_shape_of_data_gives_a_valid_file(rows: list[list[int]]) -> None:
    data = _SHAPES.render({"rows": rows})
    assert_valid(data)
    tables = [item for item in body_of(data) if isinstance(item, list)]
    kept = [[str(v) for v in row] for row in rows if row]
    assert tables == ([kept] if kept else [])


_SHAPES = WordTemplate(
    make_docx(
        [
            ["{%tr for r in rows %}", "", ""],
            ["{%tc for v in r %}", "{{ v }}", "{%tc endfor %}"],
            ["{%tr endfor %}", "", ""],
        ]
    )
)


def test_ten_thousand_rows_are_valid_as_two_are() -> None:
    """Rows of many differ from rows of few in their texts alone, so they are as valid."""
    template = WordTemplate(make_docx([["{%tr for x in xs %}"], ["{{ x }}"], ["{%tr endfor %}"]]))
    few, many = (template.render({"xs": range(count)}) for count in (2, 10_000))
    assert_valid(few)
    assert body_of(many)[0][-1] == ["9999"]  # type: ignore[index]
    (head, rows, tail), (_, more, _) = (_frame(data) for data in (few, many))
    assert (head, tail) == _frame(many)[::2]
    assert len(more) == 10_000
    assert set(more) == set(rows)


def _frame(data: bytes) -> tuple[str, list[str], str]:
    """A document with one table: what stands before, its rows without figures, what follows."""
    xml = re.sub(r">\d+<", "><", read_part(data))
    head, row, rest = xml.partition("<w:tr>")
    rows, row_end, tail = (row + rest).rpartition("</w:tr>")
    return head, (rows + row_end).replace("</w:tr><w:tr>", "</w:tr>\n<w:tr>").split("\n"), tail


def test_deep_nesting() -> None:
    deep = ["{%p for a in xs %}"] * 15 + ["{{ 1 }}"] + ["{%p endfor %}"] * 15
    assert render(*deep, xs=[1]) == ["1"]


# -- ids and lists in loops ---------------------------------------------------------------------


def test_bookmarks_and_drawings_in_loops_stay_unique() -> None:
    mark = (
        '<w:bookmarkStart w:id="3" w:name="_Toc1"/>' + run("{{ x }}") + '<w:bookmarkEnd w:id="3"/>'
    )
    data = WordTemplate(
        make_docx("{%p for x in xs %}", Xml(f"<w:p>{mark}</w:p>"), "{%p endfor %}")
    ).render({"xs": [1, 2, 3]})
    assert_valid(data)
    xml = read_part(data)
    starts = re.findall(r'bookmarkStart w:id="(\d+)" w:name="(\w+)"', xml)
    assert [name for _, name in starts] == ["_Toc1", "_Toc1_2", "_Toc1_3"]
    assert [number for number, _ in starts] == re.findall(r'bookmarkEnd w:id="(\d+)"', xml)


def numbered(text: str, number: int = 1, level: int = 0) -> Xml:
    properties = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
    return Xml(f"<w:p><w:pPr>{properties}</w:pPr>{run(text)}</w:p>")


def numbering(label: str) -> dict[str, tuple[str, str, str]]:
    level = (
        f'<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="{label}"/>'  # noqa: E501
        '<w:lvlJc w:val="left"/></w:lvl>'
    )
    xml = (
        f'<w:numbering {XMLNS}><w:abstractNum w:abstractNumId="0">{level}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    )
    return {"word/numbering.xml": ("numbering", f"{WORD}.numbering+xml", xml)}


NESTED = ("{%p for g in gs %}", "{{ g }}", "{%p for x in 'ab' %}")


@pytest.mark.parametrize(
    ("label", "item", "distinct"),
    [
        ("%1.", "{{ x }}", 3),
        ("第%1条", "{{ x }}", 1),
        ("%1.", "{{ x }}{% 接续编号 %}", 1),
    ],
)
def test_inner_lists_begin_again(label: str, item: str, distinct: int) -> None:
    blocks = (*NESTED, numbered(item), "{%p endfor %}", "{%p endfor %}")
    data = WordTemplate(make_docx(*blocks, parts=numbering(label))).render({"gs": [1, 2, 3]})
    assert_valid(data)
    used = re.findall(r'<w:numId w:val="(\d+)"/>', read_part(data))
    assert len(used) == 6
    assert len(set(used)) == distinct
    assert used[0] == used[1]
    if distinct > 1:
        assert '<w:startOverride w:val="1"/>' in read_part(data, "word/numbering.xml")


def test_a_simple_loop_counts_on() -> None:
    blocks = ("{%p for x in xs %}", numbered("{{ x }}"), "{%p endfor %}")
    data = WordTemplate(make_docx(*blocks, parts=numbering("%1."))).render({"xs": [1, 2, 3]})
    assert re.findall(r'<w:numId w:val="(\d+)"/>', read_part(data)) == ["1", "1", "1"]


def test_restart_by_hand() -> None:
    blocks = (
        "{%p for x in xs %}",
        numbered("{{ x }}{% 重新编号 %}"),
        numbered("二"),
        "{%p endfor %}",
    )
    data = WordTemplate(make_docx(*blocks, parts=numbering("%1."))).render({"xs": [1, 2]})
    assert_valid(data)
    used = re.findall(r'<w:numId w:val="(\d+)"/>', read_part(data))
    assert used[0] == used[1]
    assert used[2] == used[3] != used[0]


# -- Jinja as a whole ---------------------------------------------------------------------------


def test_macros_sets_and_filters_blocks() -> None:
    assert render("{% macro m(x) %}[{{ x }}]{% endmacro %}{{ m('<') }}{{ m(2) }}") == ["[<][2]"]
    assert render("{% set t %}a{{ x }}&{% endset %}{{ t }}{{ t|length }}", x="<") == ["a<&3"]
    assert render("{% filter upper %}a{{ x }}&{% endfilter %}", x="b<") == ["AB<&"]
    assert render(
        "{%p macro m(x) %}", "段{{ x }}", "{%p endmacro %}", "{{p m(1) }}", "{{ m(2) }}"
    ) == [
        "段1",
        "段2",
    ]
    assert render("{% with y = x %}{{ y }}{% endwith %}{% set z = 2 %}{{ z }}", x=1) == ["12"]


def test_recursive_loops() -> None:
    source = "{% for n in tree recursive %}({{ n.a }}{{ loop(n.sub) }}){% endfor %}"
    tree = [{"a": 1, "sub": [{"a": "<", "sub": []}]}, {"a": 3, "sub": []}]
    assert render(source, tree=tree) == ["(1(<))(3)"]


def test_inline_conditions_over_paragraphs() -> None:
    assert render("甲{% if a %}", "乙", "{% endif %}丙", a=1) == ["甲", "乙", "丙"]
    assert render("甲{% if a %}", "乙", "{% endif %}丙", a=0) == ["甲丙"]
    assert render("{% for x in xs %}{{ x }}", "{% endfor %}尾", xs=[1, 2]) == ["1", "2", "尾"]


def test_spaces_are_kept() -> None:
    assert render("  甲 {{ x }} 乙  ", x=" v ") == ["  甲  v  乙  "]


# -- other parts --------------------------------------------------------------------------------


CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-'
    'properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{{ x }}</dc:title>'
    "</cp:coreProperties>"
)


def test_headers_notes_properties_links_and_attributes() -> None:
    note = (
        f'<w:footnotes {XMLNS}><w:footnote w:id="1"><w:p>{run("注{{ x }}")}</w:p></w:footnote>'
        "</w:footnotes>"
    )
    link = (
        '<Relationship Id="rIdL" TargetMode="External" Target="https://e.com/%7B%7B%20x%20%7D%7D" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"/>'
    )
    box = Xml(
        f'<w:p><w:hyperlink r:id="rIdL" w:tooltip="{{{{ x }}}}">{run("{{ x }}")}</w:hyperlink></w:p>'  # noqa: E501
    )
    control = Xml(
        '<w:sdt><w:sdtPr><w:dataBinding w:xpath="/x" w:storeItemID="1"/><w:showingPlcHdr/>'
        "</w:sdtPr><w:sdtContent><w:p>"
        f"{run('{{ x }}')}</w:p></w:sdtContent></w:sdt>"
    )
    parts = {
        "word/header1.xml": header("头{{ x }}"),
        "word/footnotes.xml": ("footnotes", f"{WORD}.footnotes+xml", note),
        "docProps/core.xml": (
            "",
            "application/vnd.openxmlformats-package.core-properties+xml",
            CORE,
        ),
    }
    template = WordTemplate(make_docx(box, control, parts=parts, rels=link))
    data = template.render({"x": 'a&"b'})
    assert "头a&amp;" in read_part(data, "word/header1.xml")
    assert "注a&amp;" in read_part(data, "word/footnotes.xml")
    assert "<dc:title>a&amp;" in read_part(data, "docProps/core.xml")
    assert 'w:tooltip="a&amp;&quot;b"' in read_part(data)
    assert "https://e.com/a&amp;&quot;b" in read_part(data, "word/_rels/document.xml.rels")
    assert text_of(data) == 'a&"b'
    assert read_part(data).count('a&amp;"b') == 2
    assert "dataBinding" not in read_part(data)
    assert "showingPlcHdr" not in read_part(data)


def test_a_link_s_target_has_a_safe_scheme() -> None:
    link = (
        '<Relationship Id="rIdL" TargetMode="External" Target="{{ x }}" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"/>'
    )
    block = Xml(f'<w:p><w:hyperlink r:id="rIdL">{run("x")}</w:hyperlink></w:p>')
    template = WordTemplate(make_docx(block, rels=link))
    assert 'Target=""' in read_part(
        template.render({"x": "javascript:x"}), "word/_rels/document.xml.rels"
    )
    assert "不被允许" in template.warnings[0]


def test_field_instructions_are_not_injected() -> None:
    field = (
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> REF {{ x }} '
        '</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    )
    data = WordTemplate(make_docx(Xml(field))).render({"x": 'a" INCLUDETEXT "c:\\x" {y}'})
    instruction = re.search(r"<w:instrText[^>]*>(.*?)</w:instrText>", read_part(data))
    assert instruction is not None
    assert not set('"\\{}') & set(instruction[1].replace("&quot;", '"'))


def test_unchanged_parts_keep_their_bytes() -> None:
    source = make_docx("{{ x }}", parts={"word/header1.xml": header("没有标签")})
    template = WordTemplate(source)
    data = template.render({"x": 1})
    for name in ("word/styles.xml", "word/header1.xml", "[Content_Types].xml"):
        assert template._compiled.entries[name].packed in data
    assert set(names_of(data)) == set(names_of(source))
    assert data == template.render({"x": 1})


def test_watermark_and_provenance() -> None:
    section = '<w:headerReference w:type="default" r:id="rId1"/><w:titlePg/>'
    template = WordTemplate(
        make_docx("甲", parts={"word/header1.xml": header("头")}, section=section)
    )
    data = template.render(
        {}, watermark="草案 & 内部", properties={"文档": "岗位职责/甲", "版本": "1<2"}
    )
    assert_valid(data)
    assert 'string="草案 &amp; 内部"' in read_part(data, "word/header1.xml")
    assert 'w:type="first"' in read_part(data)
    assert 'name="版本"><vt:lpwstr>1&lt;2</vt:lpwstr>' in read_part(data, "docProps/custom.xml")
    again = WordTemplate(data).render({}, properties={"版本": "2"})
    assert_valid(again)
    assert read_part(again, "docProps/custom.xml").count('name="版本"') == 1
    bare = WordTemplate(make_docx("甲")).render({}, watermark="现行")
    assert_valid(bare)
    assert "现行" in read_part(bare, "word/header1.xml")


# -- one object, many renderings ----------------------------------------------------------------


def test_threads_and_pickles() -> None:
    template = WordTemplate(make_docx("{{ x }}"))
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda x: body_of(template.render({"x": x}))[0], range(40)))
    assert results == [str(x) for x in range(40)]
    copy = pickle.loads(pickle.dumps(template))
    assert body_of(copy.render({"x": 7})) == ["7"]


def test_fields() -> None:
    template = WordTemplate(
        make_docx("{{ a }}{% for b in c %}{{ b.d }}{{ loop.index }}{% endfor %}{% set e = f %}{{ e }}",  # noqa: E501
                  [["{% vm %}x"]], parts={"word/header1.xml": header("{{ g }}")})
    )  # fmt: skip
    assert template.fields() == {"a", "c", "f", "g"}
    assert template.fields({"a": 1, "c": []}) == {"f", "g"}


def test_environments_and_filters() -> None:
    from jinja2 import Environment  # noqa: PLC0415

    environment = Environment(autoescape=True)
    environment.filters["响"] = lambda value: f"{value}!"
    environment.globals["国"] = "中国"
    environment.tests["大"] = lambda value: value > 3
    source = make_docx("{{ x|响 }}{{ 国 }}{% if x is 大 %}大{% endif %}{{ x|shout }}")
    template = WordTemplate(source, {"shout": lambda value: f"<{value}>"}, environment=environment)
    assert body_of(template.render({"x": 5})) == ["5!中国大<5>"]

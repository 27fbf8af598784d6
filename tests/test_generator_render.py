"""Documents of a workspace as finished Word files: the starter library, facts, fitting, sheets."""

from __future__ import annotations

import shutil
from datetime import date

import pytest
from test_generator_body import png
from tools_word import ROOT, audit_errors, layout, part, sdk_errors, text_of

from generator.facts import attachments, page_facts, people, watermark
from generator.layout import build_templates
from generator.layout.logo import load_logo
from generator.render import render_document
from generator.templates import find_template, tightened, workspace_layouts
from generator.titles import balance_title
from store import Workspace
from store.document import Meta, Revision
from store.exceptions import InputError, NotFoundError

LIBRARY = Workspace.open(ROOT)
KINDS = sorted({entry.meta.kind for entry in LIBRARY.entries})
HEAD = "---\n标题: {title}\n类别: {kind}\n部门: 客户部\n{more}---\n\n{body}\n"


@pytest.fixture
def workspace(tmp_path):
    """An empty workspace with a maker of documents."""
    (tmp_path / "kb").mkdir()

    def add(
        title="试行办法", kind="管理制度", body="## 总则\n\n1. 甲。\n", **more: str
    ) -> Workspace:
        lines = "".join(f"{key}: {value}\n" for key, value in more.items())
        text = HEAD.format(title=title, kind=kind, more=lines, body=body)
        (tmp_path / "kb" / f"{title}.md").write_text(text, encoding="utf-8")
        return Workspace.open(tmp_path)

    return add


def shown(data: bytes) -> str:
    return text_of(part(data))


# -- the starter library -------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_every_document_of_the_library_is_valid_and_has_no_unfilled_tag(kind, tmp_path):
    for number, entry in enumerate(LIBRARY.entries):
        if entry.meta.kind != kind:
            continue
        rendered = render_document(LIBRARY, entry)
        path = tmp_path / f"{number}.docx"
        path.write_bytes(rendered.data)
        assert sdk_errors(path) == [], entry.id
        assert rendered.title == entry.meta.title
        assert rendered.pages
        text = shown(rendered.data)
        assert "{{" not in text
        assert "{%" not in text
        assert not rendered.warnings, entry.id


@pytest.mark.parametrize("sheet", ["签收表", "回执", "签到册", "公文"])
def test_the_common_templates_fit_any_document(sheet, tmp_path):
    rendered = render_document(LIBRARY, "管理制度/考勤与休假管理办法", template=sheet)
    path = tmp_path / "sheet.docx"
    path.write_bytes(rendered.data)
    assert audit_errors(path) == []
    assert "考勤与休假管理办法" in shown(rendered.data).replace("\n", "")


def test_a_sheet_names_version_day_and_hash_of_one_exact_text():
    entry = LIBRARY.resolve("管理制度/考勤与休假管理办法")
    text = shown(render_document(LIBRARY, entry, template="签收表").data)
    assert "版本：2024" in text
    assert "2024年1月1日起施行" in text
    assert f"文本校验码 {entry.hash[:8]}" in text
    assert "第一条" not in text


def test_the_same_input_gives_the_same_bytes():
    first = render_document(LIBRARY, "岗位职责/信贷客户部岗位职责")
    assert first.data == render_document(LIBRARY, "岗位职责/信贷客户部岗位职责").data


def test_provenance_stands_in_the_properties():
    entry = LIBRARY.resolve("岗位职责/信贷客户部岗位职责")
    properties = part(render_document(LIBRARY, entry).data, "docProps/custom.xml")
    assert entry.id in properties
    assert entry.hash in properties


# -- what is in force ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "in_force", "effective", "mark"),
    [
        ("现行", True, date(2024, 1, 1), ""),
        ("草案", False, None, "草案"),
        ("征求意见", False, None, "征求意见稿"),
        ("已废止", False, date(2020, 1, 1), "已废止"),
        ("现行", False, date(2020, 1, 1), "已废止"),
        ("现行", False, date(2030, 1, 1), "尚未施行"),
        ("效力待确认", None, None, ""),
    ],
)
def test_what_is_not_in_force_is_marked(status, in_force, effective, mark):
    meta = Meta(status=status, effective=effective)
    assert watermark(meta, in_force, date(2026, 11, 23)) == mark


def test_a_draft_has_its_watermark_on_every_page(workspace):
    opened = workspace(状态="草案")
    data = render_document(opened, "试行办法").data
    assert 'string="草案"' in part(data, "word/header1.xml")


def test_a_text_in_force_has_no_watermark(workspace):
    opened = workspace(状态="现行", 生效日期="2024-01-01")
    assert "textpath" not in part(render_document(opened, "试行办法").data, "word/header1.xml")


# -- facts ---------------------------------------------------------------------------------


def test_the_footer_names_number_version_and_day(workspace):
    opened = workspace(编号="CS-01", 版本="1.10", 状态="现行", 生效日期="2024-01-05")
    footer = text_of(part(render_document(opened, "试行办法").data, "word/footer2.xml"))
    assert "编号：CS-01　版本：1.10　2024年1月5日起施行" in footer


def test_a_table_of_revisions_needs_more_than_the_first_issue(workspace):
    one = "\n  - {版本: 1.0, 日期: 2023-01-01, 说明: 首次发布}"
    two = one + "\n  - {版本: 2.0, 日期: 2024-01-01, 说明: 增加一章}"
    assert "修订记录" not in shown(render_document(workspace(修订记录=one), "试行办法").data)
    text = shown(render_document(workspace(修订记录=two), "试行办法").data)
    assert "修订记录" in text
    assert "增加一章" in text


def test_facts_are_text_whatever_is_missing(workspace):
    opened = workspace()
    document = opened.load("试行办法")
    facts = page_facts(document, {}, {})
    assert all(value is not None for value in facts.values())
    document.meta = Meta(title="办法", revisions=(Revision("1"), Revision("2")))
    assert page_facts(document, {}, {})["修订记录"][0]["日期"] == ""


def test_attachments_are_numbered_when_there_are_several():
    assert attachments("名单") == [{"字头": "附件：", "名称": "名单"}]
    assert [row["字头"] for row in attachments(["甲", "乙"])] == ["附件：1.", "　　　2."]
    assert attachments(None) == []


def test_people_fill_the_sheet_else_rows_stay_empty():
    assert people([{"姓名": "王芳", "部门": "客户部"}], None)[0]["姓名"] == "王芳"
    assert [row["序号"] for row in people(None, "3")] == ["1", "2", "3"]
    assert len(people(None, "99999")) == len(people(None, None)) == 18


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("短标题", ["短标题"]),
        (
            "通联电信集团客户部2026年第三季度工作总结",
            ["通联电信集团客户部", "2026年第三季度工作总结"],
        ),
        ("x" * 60, ["x" * 60]),
    ],
)
def test_long_titles_break_between_words(title, lines):
    assert balance_title(title, 18).split("\n") == lines


# -- templates and settings ----------------------------------------------------------------


def test_an_unknown_template_names_the_others():
    with pytest.raises(NotFoundError, match="没有“奖状”") as caught:
        render_document(LIBRARY, "管理制度/印章管理办法", template="奖状")
    assert "签收表" in caught.value.hint


def test_a_template_of_the_workspace_comes_first(workspace, tmp_path):
    opened = workspace()
    own = tmp_path / "templates" / "policy" / "标准.docx"
    own.parent.mkdir(parents=True)
    (own.parent / "kind.toml").write_text('name = "管理制度"\n', encoding="utf-8")
    shutil.copyfile(ROOT / "templates" / "article" / "标准.docx", own)
    source = find_template(opened, opened.kind("管理制度"), None)
    assert source.path == own
    assert not source.standard


def test_settings_change_the_standard_template_without_code(workspace, tmp_path):
    settings = '[版式.字体]\n"仿宋" = "华文仿宋"\n[版式.页边距]\n"上" = "25mm"\n'
    (tmp_path / "wenshu.toml").write_text(settings, encoding="utf-8")
    data = render_document(workspace(), "试行办法").data
    assert 'w:eastAsia="华文仿宋"' in part(data, "word/styles.xml")
    assert 'w:top="1417"' in part(data)


@pytest.mark.parametrize(
    ("logo", "told"), [("../外.png", "资料库之外"), ("无.png", "不存在"), ("坏.png", "不是PNG")]
)
def test_a_logo_that_cannot_be_used_is_told(workspace, tmp_path, logo, told):
    (tmp_path / "坏.png").write_bytes(b"no picture")
    (tmp_path / "wenshu.toml").write_text(f'[版式]\n标志 = "{logo}"\n', encoding="utf-8")
    with pytest.raises(InputError, match=told):
        render_document(workspace(kind="年终总结"), "试行办法")


def test_a_logo_stands_above_the_title(workspace, tmp_path):
    (tmp_path / "标志.png").write_bytes(png(300, 100))
    (tmp_path / "wenshu.toml").write_text('[版式]\n标志 = "标志.png"\n', encoding="utf-8")
    data = render_document(workspace(kind="年终总结"), "试行办法").data
    xml = part(data)
    assert xml.index("<w:drawing>") < xml.index("试行办法")
    path = tmp_path / "a.docx"
    path.write_bytes(data)
    assert audit_errors(path) == []


def test_no_logo_without_settings():
    assert load_logo(ROOT, layout("年终总结")) is None


# -- fitting -------------------------------------------------------------------------------


def duties(lines: int) -> str:
    items = "".join(
        f"{n}. 第{n}项职责：按规定办理并留存记录，当日完成。\n" for n in range(1, lines + 1)
    )
    return f"## 主要职责\n\n{items}"


def test_a_role_description_is_tightened_where_that_saves_the_page(workspace):
    told: dict[int, list[str]] = {}
    for count in range(30, 50):
        opened = workspace(title="岗位职责", kind="岗位职责", body=duties(count))
        rendered = render_document(opened, "岗位职责")
        told[count] = rendered.warnings
    tightened_ones = [
        count for count, warnings in told.items() if any("收紧" in w for w in warnings)
    ]
    assert tightened_ones
    assert tightened_ones == list(range(tightened_ones[0], tightened_ones[-1] + 1))
    assert not told[30]
    assert not told[49]


def test_tightening_makes_lines_and_letters_smaller():
    plain = layout("岗位说明书")
    tight = tightened(plain, 0.9, 0.95)
    assert tight.base.line < plain.base.line
    assert tight.base.size <= plain.base.size


def test_a_problem_of_the_content_is_a_warning_not_a_refusal(workspace):
    opened = workspace(body="## 总则\n\n1. 按[](#nowhere)办理。\n")
    rendered = render_document(opened, "试行办法")
    assert any("nowhere" in text and "第" in text for text in rendered.warnings)
    assert rendered.data.startswith(b"PK")


def test_templates_built_with_settings_are_still_standard(workspace, tmp_path):
    (tmp_path / "标志.png").write_bytes(png(300, 100))
    settings = '[版式]\n标志 = "标志.png"\n[版式.页边距]\n"上" = "25mm"\n'
    (tmp_path / "wenshu.toml").write_text(settings, encoding="utf-8")
    opened = workspace(kind="年终总结")
    build_templates(tmp_path / "templates", workspace_layouts(opened), opened.kinds)
    source = find_template(opened, opened.kind("年终总结"), None)
    assert source.standard
    assert source.path == tmp_path / "templates" / "year-end-summary" / "标准.docx"
    assert "rIdLogo" in part(source.data)


def test_every_name_under_the_page_is_documented(workspace):
    guide = (ROOT / "docs" / "layouts.md").read_text(encoding="utf-8")
    named = {
        name
        for line in guide.split("\n")
        if line.startswith("| ")
        for name in line.split("|")[1].strip().split("、")
    }
    facts = page_facts(workspace().load("试行办法"), {}, {})
    assert set(facts) <= named


@pytest.mark.parametrize("place", ["../logo.png", "../templates/章.png", "../.wenshu/页.png"])
def test_no_picture_from_outside_the_documents_is_printed(make_workspace, place):
    opened = make_workspace({"甲": f"---\n标题: 甲\n类别: 文章\n---\n\n正文。\n\n![图]({place})\n"})
    path = opened.kb / place
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"GIF89a\x05\x00\x06\x00")
    made = render_document(opened, "甲")
    assert any("资料库之外" in warning for warning in made.warnings)
    assert "图片缺失" in shown(made.data)

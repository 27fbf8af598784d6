"""Layouts: reading, inheritance, a company's settings, and the templates made from them."""

from __future__ import annotations

import re

import pytest
from tools_word import LAYOUTS, ROOT, layout, part, sdk_errors

from generator.layout import build_template, build_templates, load_layouts
from generator.layout.build import COMMON
from generator.layout.company import line_of
from generator.layout.logo import load_logo
from generator.layout.styles import resolved, style_id
from generator.templates import workspace_layouts
from store.exceptions import InputError, NotFoundError
from store.kinds import load_kinds

NAMES = load_layouts([LAYOUTS]).names


def settings(**company: object):
    return load_layouts([LAYOUTS], company)


def test_the_official_layout_has_the_numbers_of_the_standard():
    official = layout("公文")
    page, body, title = official.page, resolved(official, "body"), official.style("title")
    assert (page.top, page.bottom, page.left, page.right) == (37, 35, 28, 26)
    assert (page.text_width, page.text_height) == (156, 225)
    assert (body.font, body.size, body.line, body.spacing) == ("仿宋", 16, 28.95, -5)
    assert (title.font, title.size, title.align) == ("方正小标宋简体", 22, "center")
    assert official.style("heading1").font == "黑体"
    assert official.style("heading2").font == "楷体"


def test_the_red_rule_is_as_wide_as_the_text_in_both_forms():
    official = layout("公文")
    ruled = [piece for piece in official.before if piece.rule]
    assert len(ruled) == 2
    for piece in ruled:
        style = resolved(official, piece.style)
        assert (style.left, style.right, style.indent) == (0, 0, 0)


@pytest.mark.parametrize("name", NAMES)
def test_each_template_is_valid_and_its_bytes_are_reproducible(name, tmp_path):
    data = build_template(layout(name))
    assert data == build_template(load_layouts([LAYOUTS]).get(name))
    path = tmp_path / "template.docx"
    path.write_bytes(data)
    assert sdk_errors(path) == []


@pytest.mark.parametrize("name", NAMES)
def test_no_style_takes_a_font_from_the_theme(name):
    styles = part(build_template(layout(name)), "word/styles.xml")
    assert "Theme" not in styles
    assert styles.count("w:eastAsia=") > 10


def test_the_templates_in_the_repository_are_what_the_layouts_make(tmp_path):
    kinds = load_kinds([ROOT / "templates"])
    written = build_templates(tmp_path, load_layouts([LAYOUTS]), kinds)
    assert len(written) == len(kinds) + 4
    for path in written:
        committed = ROOT / "templates" / path.relative_to(tmp_path)
        assert path.read_bytes() == committed.read_bytes(), f"run wenshu template build: {path}"


def test_common_templates_lie_apart(tmp_path):
    written = build_templates(tmp_path, load_layouts([LAYOUTS]), {})
    assert {path.stem for path in written} == {"公文", "签收表", "回执", "签到册"}
    assert {path.parent.name for path in written} == {COMMON}


def test_a_company_changes_fonts_margins_and_sizes():
    changed = settings(字体={"仿宋": "华文仿宋"}, 页边距={"上": "30mm"}, 字号={"title": "一号"})
    official = changed.get("公文")
    assert official.base.font == "华文仿宋"
    assert official.page.top == 30
    assert official.style("title").size == 26
    assert changed.get("公文", plain=True).base.font == "仿宋"


def test_settings_for_one_layout_leave_the_others_alone():
    changed = settings(规章制度={"页边距": {"左": 30}, "contents_from": 0})
    assert changed.get("规章制度").page.left == 30
    assert changed.get("规章制度").contents_from == 0
    assert changed.get("公文").page.left == 28


@pytest.mark.parametrize(
    ("company", "told"),
    [
        ({"页边矩": {}}, "是否想写“页边距”"),
        ({"页边距": {"前": 3}}, "“前”"),
        ({"页边距": {"上": "三十"}}, "三十"),
        ({"字体": {"仿宋": ""}}, "不是可用的字体名"),
        ({"字体": {"仿宋": "长" * 40}}, "不是可用的字体名"),
        ({"字号": {"titel": 12}}, "是否想写“title”"),
        ({"公文": "大"}, "应为一张表"),
        ({"公文": {"styles": {"body": {"colour": "red"}}}}, "“colour”"),
    ],
)
def test_a_mistake_in_the_settings_is_told_with_its_key(company, told):
    with pytest.raises(InputError, match=told):
        settings(**company).get("公文")


SETTINGS = """
[版式]
标志 = "没有.png"      # 注
页边距 = { 上 = 300, 下 = 20 }
[版式.字体]
"访宋" = "宋体"
[版式."公文"]
水印 = "有"
[版式.文章.styles.base]
fnt = "宋体"
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("版式", "标志"), 3),
        (("版式", "页边距", "上"), 4),
        (("版式", "字体", "访宋"), 6),
        (("版式", "公文", "水印"), 8),
        (("版式", "文章", ""), 9),
        (("版式", "字号", "标题"), 2),
        (("短信",), 0),
    ],
)
def test_the_line_of_a_setting(path, line):
    assert line_of(SETTINGS, path) == line


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[版式.页边距]\n上 = 500", r"wenshu.toml 第2行的 \[版式.页边距\].*“500”太大或太小"),
        ("[版式.字号]\n标题 = '特大号'", "第2行的.*“特大号”不是长度或字号"),
        ("[版式.字体]\n访宋 = '宋体'", "第2行的.*没有用到字体“访宋”.*是否想写“(仿宋|宋体)”"),
        ("[版式]\n水印 = '有'", "第2行的.*应写 true 或 false"),
        ("[版式.'公文'.styles.body]\ncolour = 'red'", "第1行的.*“colour”"),
        ("[版式]\n标志 = '../外.png'", "第2行的.*在资料库之外"),
    ],
)
def test_a_mistake_in_wenshu_toml_is_told_with_its_line(make_workspace, text, told):
    workspace = make_workspace({"wenshu.toml": text})
    layouts = workspace_layouts(workspace)
    with pytest.raises(InputError, match=told):
        load_logo(workspace.root, layouts.get("公文"))


def test_fonts_that_nobody_knows_are_told_and_used(make_workspace):
    text = "[版式.字体]\n仿宋 = '仿宋_GB2321'\n黑体 = '微软雅黑'"
    found = workspace_layouts(make_workspace({"wenshu.toml": text})).get("公文")
    assert found.base.font == "仿宋_GB2321"
    assert len(found.remarks) == 1
    assert "第2行" in found.remarks[0]
    assert "是否想写“仿宋_GB2312”" in found.remarks[0]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[版试]\n标志 = 'a.png'", "第1行：没有“版试”这一项，已略去。是否想写“版式”？"),
        ("[公司]\n名称 = '甲'\n\n[搜嗦]\na = 1", "第4行：没有“搜嗦”这一项"),
        ("[版式.文章]\ncontent_from = 3", "第2行.*是否想写“contents_from”"),
        ("[版式.公文.styles.bodi]\nsize = 9", "第1行.*没有用到样式“bodi”。是否想写“body”"),
    ],
)
def test_a_mistake_that_stops_nothing_is_told_at_each_rendering(make_workspace, text, told):
    found = workspace_layouts(make_workspace({"wenshu.toml": text})).get("公文")
    assert [re.search(told, remark) is not None for remark in found.remarks] == [True]


def test_a_style_that_a_new_piece_takes_is_no_mistake():
    own = {"styles": {"抬头": {"size": 9}}, "before": [{"text": "甲", "style": "抬头"}]}
    assert settings(公文=own).get("公文").remarks == ()


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ({"page": {"top": -5}}, r"page.top 的值“-5”不能小于零"),
        ({"styles": {"body": {"size": 900}}}, r"styles.body.size 的值“900”太大或太小"),
        ({"styles": {"body": {"line": -1}}}, r"styles.body.line 的值“-1”太大或太小"),
    ],
)
def test_lengths_that_no_page_can_have_are_refused(part, told):
    with pytest.raises(InputError, match=told):
        settings(公文=part).get("公文")


def test_sizes_may_be_set_by_chinese_names():
    assert settings(字号={"标题": "一号", "一级标题": 18}).get("公文").style("title").size == 26


def test_margins_leave_room_for_text():
    with pytest.raises(InputError, match="版心只剩16×225毫米"):
        settings(页边距={"左": 100, "右": 94}).get("公文")


def test_an_unknown_layout_names_the_known_ones():
    with pytest.raises(NotFoundError, match="没有“公函”这个版式") as caught:
        load_layouts([LAYOUTS]).get("公函")
    assert "规章制度" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("styles = 3", "应为一张表"),
        ("[styles.base]\nfont = '宋体'", "size"),
        ("[styles.base]\nsize = '特大号'", "特大号"),
        ("[styles.base]\nsize = 12\nalign = 'middle'", "middle"),
        ("before = 'x'\n[styles.base]\nsize = 12", "应为列表"),
        ("[[before]]\ntext = 'x'\ncolour = 1\n[styles.base]\nsize = 12", "colour"),
        ("not toml", "无法读取"),
        ("extends = 'own'\n[styles.base]\nsize = 12", "互相引用"),
    ],
)
def test_a_mistake_in_a_layout_is_told_with_its_file(tmp_path, text, told):
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=told) as caught:
        load_layouts([tmp_path]).get("own")
    assert "own.toml" in caught.value.message


def test_a_layout_extends_another_key_by_key(tmp_path):
    text = "extends = '规章制度'\n[styles.title]\nsize = 30\n"
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    own = load_layouts([LAYOUTS, tmp_path]).get("own")
    assert own.style("title").size == 30
    assert own.style("title").font == "方正小标宋简体"
    assert own.contents_from == layout("规章制度").contents_from


def test_invented_styles_get_stable_ids():
    assert style_id("落款") == style_id("落款")
    assert style_id("落款") != style_id("成文日期")
    assert style_id("heading1") == "Heading1"

"""What LibreOffice makes of the layouts: the grid of the standard, numbering, page numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from tools_docx import png
from tools_word import ROOT, layout, pdf_of, pdf_pages, render_body, sdk_errors

from generator.estimate import estimate
from generator.pdf import to_pdf
from generator.render import render_document
from store import Workspace
from store.kinds import Numbering, load_kinds
from store.numerals import to_chinese
from store.parser import parse_body

if TYPE_CHECKING:
    from pathlib import Path

POLICY = load_kinds([ROOT / "templates"])["policy"].numbering


def long_rule(chapters: int = 12, articles: int = 108) -> str:
    """A rule whose articles run on through the chapters, every third with sub-items."""
    lines = []
    for number in range(1, articles + 1):
        if (number - 1) % (articles // chapters) == 0:
            lines.append(f"## 事项{to_chinese((number - 1) // (articles // chapters) + 1)}管理\n")
        lines.append(
            f"1. 本条规定第{number}项工作的办理要求，由承办部门按照职责分工组织落实并留存记录。"
        )
        if number % 3 == 0:
            lines += ["    1. 受理申请并登记；", "    2. 审核材料并答复；", "    3. 归档备查。"]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def rule(tmp_path_factory) -> tuple[Path, list[str]]:
    """The long rule rendered through a workspace: its .docx and the text of its pages."""
    root = tmp_path_factory.mktemp("规章 空间")
    folder = root / "kb" / "管理制度"
    folder.mkdir(parents=True)
    head = "---\n标题: 长篇管理办法\n类别: 管理制度\n编号: CS-01\n版本: 1.0\n状态: 现行\n"
    head += "发布日期: 2024-01-01\n生效日期: 2024-02-01\n---\n\n"
    (folder / "长篇管理办法.md").write_text(head + long_rule(), encoding="utf-8")
    rendered = render_document(Workspace.open(root), "管理制度/长篇管理办法")
    path = root / "长篇.docx"
    path.write_bytes(rendered.data)
    pages = pdf_pages(pdf_of(path))
    assert rendered.pages_measured
    assert rendered.pages == len(pages)
    return path, pages


def test_a_page_of_the_official_layout_has_22_lines_of_28_characters(tmp_path):
    body = parse_body("国" * 28 * 22 * 3 + "\n", Numbering())
    plain = layout("公文")
    path = tmp_path / "grid.docx"
    path.write_bytes(render_body(body, plain, Numbering()))
    pages = pdf_pages(pdf_of(path))
    lines = [line for line in pages[1].split("\n") if "国" in line]
    assert len(lines) == 22
    assert {len(line.strip()) for line in lines} == {28}


def test_articles_run_through_twelve_chapters_and_items_restart(rule):
    text = "\n".join(rule[1][2:])
    chapters = re.findall(r"^第(\S{1,3})章 ", text, re.MULTILINE)
    articles = re.findall(r"^\s*第(\S{1,5})条 ", text, re.MULTILINE)
    items = re.findall(r"^\s*（(.)）", text, re.MULTILINE)
    assert chapters == [to_chinese(number) for number in range(1, 13)]
    assert articles == [to_chinese(number) for number in range(1, 109)]
    assert items == list("一二三") * 36


def test_the_table_of_contents_shows_the_pages_where_chapters_begin(rule):
    contents = re.findall(r"^第(\S{1,3})章.*?(\d+)$", rule[1][1], re.MULTILINE)
    assert len(contents) == 12
    for label, page in contents:
        assert f"第{label}章 " in rule[1][int(page) - 1]


def test_the_long_rule_is_valid(rule):
    assert sdk_errors(rule[0]) == []


def test_the_estimate_of_pages_is_near_the_real_ones(rule):
    body = parse_body(long_rule(), POLICY)
    guess = estimate(body, layout("规章制度"), first_page=3, above=60)
    assert abs(guess.pages - len(rule[1])) <= 1
    real = {
        f"第{label}章": int(page)
        for label, page in re.findall(r"^第(\S{1,3})章.*?(\d+)$", rule[1][1], re.MULTILINE)
    }
    assert guess.anchors.keys() == real.keys()
    assert max(abs(guess.anchors[anchor] - page) for anchor, page in real.items()) <= 1


ROLE = "---\n标题: 主管岗位职责\n类别: 岗位职责\n部门: 测试部\n---\n\n## 岗位职责\n\n"
INDICATORS = "\n## 考核指标\n\n| 指标 | 权重 |\n|---|---|\n" + "".join(
    f"| 指标{number} | 甲{number} |\n" for number in range(1, 12)
)


def test_a_form_leaves_neither_a_header_row_nor_signatures_alone(make_workspace, tmp_path):
    paths = []
    for duties in range(22, 40):
        text = "".join(f"{number}. 负责第{number}项工作。\n" for number in range(1, duties))
        workspace = make_workspace({"岗位职责/主管": ROLE + text + INDICATORS})
        paths.append(tmp_path / f"{duties}.docx")
        paths[-1].write_bytes(render_document(workspace, "岗位职责/主管", measure=False).data)
    pdf_of(paths[0])
    turned = 0
    for pdf in to_pdf(paths, timeout=120):
        pages = pdf_pages(pdf)
        turned += len(pages) > 1
        for page in pages:
            assert "权重" not in page or page.count("甲") >= 2
            assert "签" not in page or "甲" in page
    assert turned > 5


def test_the_cover_holds_a_logo_and_a_title_of_three_lines(make_workspace, tmp_path):
    title = "关于考勤与休假以及加班调休和外出管理的若干规定暨实施细则（二〇二四年版）"
    head = f"---\n标题: {title}\n类别: 管理制度\n编号: CS-01\n版本: 1.0\n"
    head += "部门: 人力资源部\n状态: 现行\n发布单位: 某某公司\n"
    head += "发布日期: 2024-01-01\n生效日期: 2024-02-01\n---\n\n"
    settings = '[版式]\n标志 = "标志.png"\n'
    workspace = make_workspace({"管理制度/长": head + long_rule(), "wenshu.toml": settings})
    (workspace.root / "标志.png").write_bytes(png(80, 80))
    path = tmp_path / "封面.docx"
    path.write_bytes(render_document(workspace, "管理制度/长").data)
    pages = [page.replace("\n", "") for page in pdf_pages(pdf_of(path))]
    assert "编　　号" in pages[0]
    assert "施行日期" in pages[0]
    assert pages[1].startswith("目")

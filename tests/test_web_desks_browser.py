"""In a real browser, at both widths: import, Word templates, the year's figures, light and dark."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from test_web_import import NOTE, OLD
from test_web_looks import CONTRAST
from test_web_templates import GOOD, RULE
from test_web_templates import template as word_file
from test_web_year import ODD, STRANGE, workbook
from tools_browser import PHONE, SIZES, chromium, opened, served, word_text
from tools_web import make_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, FilePayload, Page

    from store import Workspace

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def workspace(make_workspace) -> Workspace:
    found: Workspace = make_workspace({"管理制度/请假办法": RULE})
    return found


@pytest.fixture
def address(workspace: Workspace) -> Iterator[str]:
    with served(make_app(workspace.root, port=0)) as found:
        yield found


def payload(name: str, data: bytes, kind: str = "text/plain") -> FilePayload:
    return {"name": name, "mimeType": kind, "buffer": data}


def at_import(page: Page) -> None:
    page.goto("/import")
    files = [payload("办法.txt", OLD.encode()), payload("心得.txt", NOTE.encode())]
    page.locator("#files").set_input_files(files=files)
    page.get_by_role("button", name="先看看会导入成什么").click()
    page.get_by_role("heading", name="核对要导入的文档").wait_for()


@SIZES
def test_an_import_is_looked_over_corrected_and_taken(browser, address, workspace, size):
    with opened(browser, address, size) as page:
        at_import(page)
        first = page.locator(".import-row").first
        first.locator("summary").click()
        first.get_by_text("每人每次借阅不超过三本").wait_for()
        first.get_by_label("部门").fill("工会")
        first.get_by_label("题目").click()
        page.get_by_text("已记下；选中 2 份").wait_for()
        first.get_by_label("题目").press("Enter")  # keeps, never imports
        page.wait_for_url("**?page=1")
        page.get_by_role("heading", name="核对要导入的文档").wait_for()
        page.get_by_role("checkbox", name="读书心得").uncheck()
        page.get_by_text("已记下；选中 1 份").wait_for()
    with opened(browser, address, size) as page:  # the browser was closed in the middle
        page.goto("/import")
        page.get_by_role("link", name="办法.txt").click()
        assert page.locator(".import-row").first.get_by_label("部门").input_value() == "工会"
        assert not page.get_by_role("checkbox", name="读书心得").is_checked()
        page.get_by_role("button", name="导入选中的文档").click()
        page.get_by_role("heading", name="已导入 1 份文档").wait_for()
        page.get_by_role("link", name="图书借阅管理办法").click()
        assert "每人每次借阅不超过三本" in page.locator("article.document").inner_text()
    workspace.refresh()
    meta = workspace.entry("管理制度/图书借阅管理办法").meta
    assert (meta.department, len(workspace.entries)) == ("工会", 2)


@SIZES
def test_a_word_template_is_mended_taken_and_brought_back(browser, address, size):
    with opened(browser, address, size) as page:
        page.goto("/library")
        page.get_by_role("link", name="Word 模板").click()
        rules = page.locator("section", has=page.get_by_role("heading", name="管理制度"))
        rules.get_by_role("link", name="标准").click()
        bad = payload("坏.docx", word_file("{{ 标题 }}"), DOCX)
        page.get_by_label("Word 文件").set_input_files(files=[bad])
        page.get_by_role("button", name="上传并检查").click()
        page.get_by_text("模板里没有 {{p 正文 }}").wait_for()
        assert page.get_by_role("button", name="启用新模板").count() == 0
        page.get_by_label("Word 文件").set_input_files(files=[payload("好.docx", GOOD, DOCX)])
        page.get_by_role("button", name="上传并检查").click()
        page.get_by_text("检查通过").wait_for()
        page.get_by_role("button", name="启用新模板").click()
        page.get_by_text("新模板已启用").wait_for()
        page.goto("/documents/管理制度/请假办法")
        with page.expect_download() as waiting:
            page.get_by_role("link", name="下载 Word").click()
        assert "新模板的页头" in word_text(waiting.value)
        page.goto("/templates/policy/标准")
        page.on("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="恢复").click()
        page.get_by_text("已恢复").wait_for()


def upload(page: Page, rows) -> None:
    page.goto("/year")
    page.get_by_label("部门").fill("客户部")
    page.get_by_label("期间").fill("2026年")
    page.get_by_role("button", name="开始").click()
    page.wait_for_url("**/year/desk/**")
    sheet = payload("财务快报.xlsx", workbook(rows).getvalue(), XLSX)
    page.get_by_label("财务的表格").set_input_files(files=[sheet])
    page.get_by_role("button", name="上传").click()
    page.locator(".grid").wait_for()


@SIZES
def test_an_odd_cell_is_found_and_a_column_corrected_over_two_sittings(browser, address, size):
    with opened(browser, address, size) as page:
        upload(page, ODD)
        cell = page.locator("#cell-B4")
        assert "约八万" in cell.inner_text()
        cell.get_by_role("link").first.click()
        assert page.locator(".remarks li:target").is_visible()
        page.get_by_label("C 列").select_option("不用")
        page.get_by_text("改动已记下，还没有确认").wait_for()
        assert "比年初增加" not in page.locator("#year-table").inner_text()
    with opened(browser, address, size) as page:  # the browser was closed in the middle
        page.goto("/year")
        page.get_by_role("link", name="客户部2026年工作总结").click()
        assert page.get_by_label("C 列").input_value() == "不用"
        page.get_by_label("C 列").select_option("年初")
        page.get_by_text("比年初增加39793万元").first.wait_for()
        page.get_by_role("button", name="确认对应关系").click()
        page.get_by_text("各列的对应关系已确认").wait_for()


@SIZES
def test_a_header_is_pointed_out_and_the_file_taken(browser, address, size):
    with opened(browser, address, size) as page:
        upload(page, STRANGE)
        page.get_by_text("等您指出表头").wait_for()
        for column, key in (("A", "指标"), ("B", "期末"), ("C", "年初")):
            page.get_by_label(f"{column} 列").select_option(key)
        page.get_by_label("单位", exact=True).fill("万元")
        page.get_by_role("button", name="确认对应关系").click()
        page.get_by_text("各列的对应关系已确认").wait_for()
        with page.expect_download() as waiting:
            page.get_by_role("link", name="下载 Word").click()
        assert "161131" in word_text(waiting.value)


PAPER = "getComputedStyle(document.body).backgroundColor"


@SIZES
def test_light_and_dark_are_chosen_and_stay(browser, address, size):
    with opened(browser, address, size) as page:
        page.emulate_media(color_scheme="light")
        page.goto("/posts")
        light = page.evaluate(PAPER)
        page.get_by_role("button", name="深色").click()
        page.wait_for_url("**/posts")
        assert 'data-theme="dark"' in page.request.get("/posts").text()[:120]
        dark = page.evaluate(PAPER)
        assert dark != light
        page.goto("/")
        assert page.evaluate(PAPER) == dark
        assert page.get_by_role("button", name="深色").get_attribute("aria-pressed") == "true"
        page.emulate_media(color_scheme="dark")
        page.get_by_role("button", name="浅色").click()
        page.wait_for_load_state()
        assert page.evaluate(PAPER) == light
        page.get_by_role("button", name="自动").click()
        page.wait_for_load_state()
        assert page.evaluate(PAPER) == dark
        page.emulate_media(color_scheme="light")
        assert page.evaluate(PAPER) == light


def test_what_is_shown_can_be_read_in_both_looks(browser, address):
    with opened(browser, address, PHONE) as page:
        at_import(page)
        places = [page.url]
        upload(page, ODD)
        places += [page.url, "/templates", "/templates/policy/标准", "/import", "/help"]
        for place in places:
            page.goto(place)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                assert page.evaluate(CONTRAST) == [], (place, scheme)

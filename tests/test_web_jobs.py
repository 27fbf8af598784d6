"""The three jobs from the first page to the file: as each role, at both widths.

Find a clause, cite it, print it; write the year's summary; print a role description. What a role
may not do is refused in words, by the page as by its address.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from tools_browser import PHONE, SIZES, WIDE, chromium, clipboard, opened, served, word_text
from tools_web import PASSWORD, PEOPLE, make_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

SECRET = """---
标题: 薪酬保密办法
类别: 管理制度
状态: 现行
生效日期: 2024-01-01
密级: 商密
---

1. 薪酬等级表不得外传。
"""
TABLE = "项目,单位,期末余额,年初余额\n各项存款,万元,161131,121338\n"
RULE = "管理制度/考勤与休假管理办法"


@dataclass(frozen=True)
class Allowed:
    """What a role may do beyond reading."""

    summary: str  # the department whose summary is written; empty for none
    edit: bool
    manage: bool


ROLES = {
    "yuan": Allowed("", edit=False, manage=False),
    "fu": Allowed("客户部", edit=False, manage=False),
    "zhi": Allowed("财务部", edit=True, manage=False),
    "xi": Allowed("办公室", edit=True, manage=True),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def address(starter_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that wants a log-in, over a library of its own."""
    root = tmp_path_factory.mktemp("jobs") / "库"
    shutil.copytree(starter_root, root, ignore=shutil.ignore_patterns(".wenshu"))
    (root / "kb/薪酬.md").write_text(SECRET, encoding="utf-8")
    with served(make_app(root, people=True, port=0)) as found:
        yield found


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "财务快报.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def come_in(page: Page, name: str) -> None:
    page.goto("/")
    page.get_by_label("账号").fill(name)
    page.get_by_label("口令").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "/account/login" not in url)


def refused(page: Page, address: str, *, why: str = "") -> None:
    """An address that is not for this person: 403, and a sentence instead of the page."""
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 403, address
    assert page.get_by_text("没有权限").count() > 0
    assert why in page.locator("main").inner_text()


def find_and_cite(page: Page) -> None:
    """Type everyday words; copy the citation; open the clause; print view; the Word file."""
    page.goto("/")
    page.get_by_role("combobox").fill("年假 没休完")
    page.get_by_role("button", name="检索", exact=True).click()
    first = page.locator(".hit").first
    assert "《考勤与休假管理办法》（2024版）第十二条" in first.inner_text()
    assert first.locator("mark").count() >= 1
    first.get_by_role("button", name="复制引用").click()
    page.get_by_text("已复制").first.wait_for()
    assert clipboard(page).startswith("《考勤与休假管理办法》（2024版）第十二条")
    first.locator("h2 a").click()
    page.wait_for_url("**/documents/**#*")
    assert page.locator(":target").is_visible()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="下载 Word").click()
    assert "年休假" in word_text(waiting.value)
    page.get_by_role("link", name="打印", exact=True).click()
    paper = page.locator(".paper")
    assert "第十二条" in paper.inner_text()
    page.emulate_media(media="print")
    assert paper.is_visible()
    assert not page.locator("header.top").is_visible()
    page.emulate_media(media="screen")


def print_a_post(page: Page) -> None:
    """Choose by initials; fill in a name; two pages at most; the Word file has the name."""
    page.goto("/")
    page.get_by_role("link", name="打印岗位职责").click()
    page.get_by_label("找岗位").fill("xdkh")
    assert page.locator(".pick:visible").count() == 1
    page.get_by_role("link", name="信贷客户经理").click()
    assert "本人已阅读并清楚以上内容" in page.locator(".paper").inner_text()
    page.get_by_label("姓名").fill("周望舒")
    page.get_by_role("button", name="更新").click()
    page.wait_for_url("**%E5%91%A8**")
    paper = page.locator(".paper")
    assert "周望舒已阅读并清楚以上内容" in paper.inner_text()
    page.emulate_media(media="print")
    assert not page.locator("header.top").is_visible()
    data = page.pdf(prefer_css_page_size=True)
    assert 1 <= len(re.findall(rb"/Type /Page[\s/]", data)) <= 3
    page.emulate_media(media="screen")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="下载 Word").click()
    text = word_text(waiting.value)
    assert "信贷客户经理" in text
    assert "周望舒" in text


def write_the_year(page: Page, department: str, period: str, table: Path) -> None:
    """Finance's table, the figures, one sentence of one's own, the Word file."""
    page.goto("/")
    page.get_by_role("link", name="写年终总结").click()
    box = page.get_by_label("部门")
    if box.is_editable():
        box.fill(department)
    assert box.input_value() == department
    page.get_by_label("期间").fill(period)
    page.get_by_role("button", name="开始").click()
    page.get_by_label("财务的表格").set_input_files(table)
    page.get_by_role("button", name="上传").click()
    page.get_by_text("读到 1 个指标").wait_for()
    assert "各项存款余额161131万元，比年初增加39793万元" in page.locator("main").inner_text()
    page.get_by_role("link", name="打开编辑").click()
    text = page.get_by_role("textbox", name="正文")
    text.fill(text.input_value().replace("〔总体评价〕", "各项工作平稳推进"))
    page.locator("#preview").get_by_text("各项工作平稳推进").wait_for()
    page.get_by_role("button", name="保存", exact=True).click()
    page.get_by_text("已保存。").wait_for()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="下载 Word").click()
    written = re.sub(r"<[^>]+>", "", word_text(waiting.value))
    assert "各项工作平稳推进" in written
    assert "各项存款余额161131万元" in written
    assert period in written


def what_is_not_for_the_role(page: Page, allowed: Allowed) -> None:
    page.goto("/search?q=" + quote("薪酬等级表"))
    assert (page.get_by_text("《薪酬保密办法》第一条").count() > 0) is allowed.edit
    if not allowed.edit:
        refused(page, "/documents/" + quote("薪酬"), why="密级")
        refused(page, "/print/" + quote("薪酬"), why="密级")
        refused(page, "/documents/" + quote(RULE + "@2022"), why="有效")
        refused(page, "/edit/text/" + quote(RULE))
        for order in ("problems", "reviews", "ledger"):
            refused(page, f"/library/{order}")
        refused(page, "/edit/new")
    if not allowed.summary:
        assert page.get_by_role("link", name="写总结").count() == 0
        refused(page, "/year", why="不能写总结")
    if not allowed.manage:
        assert page.get_by_role("link", name="管理", exact=True).count() == 0
        refused(page, "/admin/accounts")
        refused(page, "/admin/audit")
    else:
        page.goto("/admin/audit")
        assert page.get_by_text("下载 Word").count() > 0


@SIZES
@pytest.mark.parametrize("name", ROLES)
def test_the_three_jobs(browser: Browser, address: str, size: dict[str, int], name: str, table):
    allowed = ROLES[name]
    with opened(browser, address, size) as page:
        come_in(page, name)
        find_and_cite(page)
        print_a_post(page)
        if allowed.summary:
            year = 2030 + 2 * list(PEOPLE).index(name) + (size is PHONE)
            write_the_year(page, allowed.summary, f"{year}年", table)
        what_is_not_for_the_role(page, allowed)
        page.goto("/account/")
        page.get_by_role("button", name="退出登录").click()
        page.wait_for_url("**/account/login")
        page.goto("/library")
        assert "/account/login" in page.url


def test_a_head_sees_no_other_departments_draft(browser: Browser, address: str, table) -> None:
    with opened(browser, address, WIDE) as page:
        come_in(page, "zhi")
        write_the_year(page, "审计部", "2041年", table)
        draft = page.url.partition("/documents/")[2]
    with opened(browser, address, WIDE) as page:
        come_in(page, "fu")
        refused(page, f"/documents/{draft}", why="草稿")
        refused(page, f"/year/desk/{draft}")
        page.goto("/year")
        assert "审计部" not in page.locator("main").inner_text()

"""Single things in a real browser; the whole jobs are in `test_web_jobs`."""

from __future__ import annotations

import shutil
import zipfile
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from tools_browser import SIZES, WIDE, chromium, clipboard, opened, served
from tools_web import make_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from store import Workspace


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def address(starter: Workspace) -> Iterator[str]:
    with served(make_app(starter.root, port=0)) as found:
        yield found


@SIZES
def test_which_rule_held_on_a_day(browser, address, size):
    with opened(browser, address, size) as page:
        page.goto("/search?q=" + quote("年假"))
        page.get_by_label("看哪一天").fill("2023-06-01")
        page.get_by_role("button", name="查看").click()
        page.wait_for_url("**on=2023-06-01**")
        assert "（2022版）" in page.locator(".hit").first.inner_text()
        assert page.get_by_role("link", name="2023年6月1日有效").is_visible()


def test_take_a_pdf(browser, address):
    if shutil.which("soffice") is None:
        pytest.skip("no LibreOffice here")
    with opened(browser, address, WIDE) as page:
        page.goto("/print/" + quote("岗位职责/大堂经理岗位职责"))
        with page.expect_download(timeout=120_000) as waiting:
            page.get_by_role("link", name="下载 PDF").click()
        assert waiting.value.path().read_bytes().startswith(b"%PDF-")


@SIZES
def test_several_posts_at_once(browser, address, size):
    with opened(browser, address, size) as page:
        page.goto("/posts")
        button = page.get_by_role("button", name="下载压缩包")
        assert button.is_disabled()
        page.get_by_label("选中 大堂经理").check()
        page.get_by_label("选中 综合柜员").check()
        with page.expect_download() as waiting:
            button.click()
        with zipfile.ZipFile(waiting.value.path()) as archive:
            assert len(archive.namelist()) == 2


@SIZES
def test_fill_in_a_message_and_copy_it(browser, address, size):
    with opened(browser, address, size) as page:
        page.goto("/messages")
        page.get_by_role("link", name="复电通知").click()
        scene = page.locator("[data-scene]", has=page.get_by_role("heading", name="复电通知"))
        scene.get_by_label("停电区域").fill("<b>城东</b>")
        scene.get_by_label("恢复时间").fill("18时")
        scene.get_by_label("服务电话").fill("95598")
        assert "还有未填的内容" not in scene.locator(".scene-count").inner_text()
        scene.get_by_role("button", name="复制短信").click()
        page.get_by_text("已复制").first.wait_for()
        assert clipboard(page).startswith("【清河供电】<b>城东</b>已于18时恢复供电。")


def test_suggestions_are_chosen_by_keyboard(browser, address):
    with opened(browser, address, WIDE) as page:
        page.goto("/library")
        page.goto("/")
        page.keyboard.press("Escape")
        box = page.get_by_role("combobox")
        box.press_sequentially("kaoqin", delay=20)
        page.get_by_role("option").first.wait_for()
        assert box.get_attribute("aria-expanded") == "true"
        page.keyboard.press("ArrowDown")
        chosen = page.locator("[role=option][aria-selected=true]").inner_text()
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/search" in url or "/documents/" in url)
        assert chosen.split("\n")[0]


def test_the_keyboard_reaches_everything_in_order(browser, address):
    with opened(browser, address, WIDE) as page:
        page.goto("/help")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "跳到正文"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.goto("/search?q=" + quote("投诉"))
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") == "q"
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"

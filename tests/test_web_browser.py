"""The jobs in a real browser: from the first page to the file on the disk, at both widths."""

from __future__ import annotations

import os
import re
import shutil
import threading
import zipfile
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from tools_web import PASSWORD, make_app

from web.server import make_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from playwright.sync_api import Browser, Download, Page

    from store import Workspace

CHROMIUM = next((p for n in ("chromium", "google-chrome", "chrome") if (p := shutil.which(n))), "")
SECRET = """---
标题: 薪酬保密办法
类别: 管理制度
状态: 现行
生效日期: 2024-01-01
密级: 商密
---

1. 薪酬等级表不得外传。
"""
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
SIZES = pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])

if not CHROMIUM and os.environ.get("WENSHU_CI") != "1":
    pytest.skip("no Chromium here", allow_module_level=True)


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The address of a running server."""
    server = make_server(app)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.close()
        thread.join(timeout=10)
        app.extensions["wenshu"].database.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - absent where it is skipped

    assert CHROMIUM, "the tests of CI need Chromium"
    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=options, timeout=60_000)
        yield found
        found.close()


@pytest.fixture(scope="module")
def address(starter: Workspace) -> Iterator[str]:
    with served(make_app(starter.root, port=0)) as found:
        yield found


@pytest.fixture(scope="module")
def guarded(starter_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that wants a log-in, over a library of its own."""
    root = tmp_path_factory.mktemp("guarded") / "库"
    shutil.copytree(starter_root, root, ignore=shutil.ignore_patterns(".wenshu"))
    (root / "kb/薪酬.md").write_text(SECRET, encoding="utf-8")
    with served(make_app(root, people=True, port=0)) as found:
        yield found


@contextmanager
def opened(browser: Browser, address: str, size: dict[str, int]) -> Iterator[Page]:
    """A page in which nothing may go wrong: no script error, no refused content, no overflow."""
    context = browser.new_context(
        viewport=size, locale="zh-CN", base_url=address, accept_downloads=True
    )
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
    page = context.new_page()
    page.set_default_timeout(20_000)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
    try:
        yield page
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(wide) <= 0, page.url
        assert [fault for fault in faults if "status of 40" not in fault] == []
    finally:
        context.close()


def clipboard(page: Page) -> str:
    text = page.evaluate("navigator.clipboard.readText()")
    assert isinstance(text, str)
    return text


def word_text(download: Download) -> str:
    assert download.suggested_filename.endswith(".docx")
    with zipfile.ZipFile(download.path()) as archive:
        assert archive.testzip() is None
        return archive.read("word/document.xml").decode("utf-8")


@SIZES
def test_find_a_clause_cite_it_and_take_the_file(browser, address, size):
    with opened(browser, address, size) as page:
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


@SIZES
def test_which_rule_held_on_a_day(browser, address, size):
    with opened(browser, address, size) as page:
        page.goto("/search?q=" + quote("年假"))
        page.get_by_label("看哪一天").fill("2023-06-01")
        page.get_by_role("button", name="查看").click()
        page.wait_for_url("**on=2023-06-01**")
        assert "（2022版）" in page.locator(".hit").first.inner_text()
        assert page.get_by_role("link", name="2023年6月1日有效").is_visible()


@SIZES
def test_print_a_role_description(browser, address, size):
    with opened(browser, address, size) as page:
        page.goto("/")
        page.get_by_role("link", name="打印岗位职责").click()
        page.get_by_label("找岗位").fill("xdkh")
        assert page.locator(".pick:visible").count() == 1
        page.get_by_role("link", name="信贷客户经理").click()
        paper = page.locator(".paper")
        assert "本人已阅读并清楚以上内容" in paper.inner_text()
        page.emulate_media(media="print")
        assert not page.locator("header.top").is_visible()
        assert paper.is_visible()
        if size is WIDE:
            data = page.pdf(prefer_css_page_size=True)
            assert data.count(b"/Type /Page\n") + data.count(b"/Type /Page ") <= 3
        page.emulate_media(media="screen")
        with page.expect_download() as waiting:
            page.get_by_role("link", name="下载 Word").click()
        assert "信贷客户经理" in word_text(waiting.value)


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


@SIZES
def test_write_the_year(browser, guarded, size, tmp_path):
    table = tmp_path / "财务快报.csv"
    table.write_text("项目,单位,期末余额,年初余额\n各项存款,万元,161131,121338\n", encoding="utf-8")
    with opened(browser, guarded, size) as page:
        page.goto("/account/login")
        page.get_by_label("账号").fill("fu")
        page.get_by_label("口令").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.get_by_role("link", name="写年终总结").click()
        page.get_by_label("期间").fill("2027年" if size is WIDE else "2028年")
        page.get_by_role("button", name="开始").click()
        page.get_by_label("财务的表格").set_input_files(table)
        page.get_by_role("button", name="上传").click()
        page.get_by_text("读到 1 个指标").wait_for()
        assert "各项存款余额161131万元，比年初增加39793万元" in page.locator("main").inner_text()
        page.get_by_role("link", name="打开编辑").click()
        box = page.get_by_role("textbox", name="正文")
        box.fill(box.input_value().replace("〔总体评价〕", "各项工作平稳推进"))
        page.locator("#preview").get_by_text("各项工作平稳推进").wait_for()
        page.get_by_role("button", name="保存").click()
        page.get_by_text("已保存。").wait_for()
        with page.expect_download() as waiting:
            page.get_by_role("link", name="下载 Word").click()
        text = re.sub(r"<[^>]+>", "", word_text(waiting.value))
        assert "各项工作平稳推进" in text
        assert "各项存款余额161131万元" in text


@SIZES
@pytest.mark.parametrize(
    ("name", "secret", "order", "manage"),
    [
        ("yuan", False, False, False),
        ("fu", False, False, False),
        ("zhi", True, True, False),
        ("xi", True, True, True),
    ],
)
def test_each_role_sees_its_own(browser, guarded, size, name, secret, order, manage):
    with opened(browser, guarded, size) as page:
        page.goto("/search?q=" + quote("薪酬等级表"))
        assert "/account/login" in page.url
        page.get_by_label("账号").fill(name)
        page.get_by_label("口令").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url("**/search**")
        assert (page.get_by_text("《薪酬保密办法》第一条").count() > 0) is secret
        answer = page.goto("/documents/" + quote("薪酬"))
        assert answer is not None
        assert (answer.status == 200) is secret
        assert (page.get_by_text("您不能查看这份文档").count() > 0) is not secret
        page.goto("/library")
        assert (page.get_by_role("link", name="制度台账").count() > 0) is order
        assert (page.get_by_role("link", name="管理", exact=True).count() > 0) is manage
        page.goto("/account/")
        page.get_by_role("button", name="退出登录").click()
        page.wait_for_url("**/account/login")
        page.goto("/library")
        assert "/account/login" in page.url


LOOKS = [
    "/",
    "/search?q=" + quote("客户投诉"),
    "/documents/" + quote("管理制度/考勤与休假管理办法"),
    "/posts",
    "/print/" + quote("岗位职责/信贷客户部岗位职责"),
    "/messages",
    "/messages/" + quote("短信模板/供电营业厅业务短信"),
    "/library",
    "/library/problems",
    "/library/ledger",
    "/library/reviews",
    "/library/compare?a="
    + quote("管理制度/考勤与休假管理办法")
    + "&b=管理制度/考勤与休假管理办法@2022",
    "/edit/text/" + quote("管理制度/考勤与休假管理办法"),
    "/edit/meta/" + quote("管理制度/考勤与休假管理办法"),
    "/edit/new",
    "/edit/bin",
    "/year",
    "/year/desk/" + quote("年终总结/清河农商银行客户部2024年工作总结"),
    "/admin/accounts",
    "/admin/audit",
    "/help",
]
CONTRAST = """() => {
  const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = (c) => { const [r, g, b] = c.slice(0, 3).map((v) => { v /= 255;
    return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const behind = (el) => { for (; el; el = el.parentElement) {
    const c = parse(getComputedStyle(el).backgroundColor);
    if (c.length < 4 || c[3] === 1) return c; }
    return [255, 255, 255]; };
  const bad = [];
  for (const el of document.querySelectorAll("body *")) {
    const own = [...el.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    const style = getComputedStyle(el);
    if (!own || !el.offsetParent || style.visibility === "hidden" || el.disabled) continue;
    if (el.closest("svg, .visually-hidden, .watermark, .clause-tools")) continue;
    const a = light(parse(style.color)), b = light(behind(el));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const large = parseFloat(style.fontSize) >= 24;
    if (ratio < (large ? 3 : 4.5)) bad.push([el.textContent.trim(), ratio.toFixed(2)]);
  }
  return bad;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_and_nothing_overflows(browser, address, scheme):
    context = browser.new_context(viewport=PHONE, color_scheme=scheme, base_url=address)
    page = context.new_page()
    for look in LOOKS:
        page.goto(look)
        assert page.evaluate(CONTRAST) == [], look
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(wide) <= 0, look
    context.close()


def test_a_page_is_light_and_does_not_jump(browser, address):
    context = browser.new_context(viewport=WIDE, base_url=address)
    page = context.new_page()
    sizes: list[int] = []
    page.on("response", lambda answer: sizes.append(len(answer.body())))
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver((l) => l.getEntries().forEach((e) => "
        "{ if (!e.hadRecentInput) window.shift += e.value; }))"
        ".observe({type: 'layout-shift', buffered: true});"
    )
    for look in LOOKS:
        sizes.clear()
        page.goto(look)
        page.wait_for_timeout(120)
        assert sum(sizes) < 200_000, look
        assert page.evaluate("window.shift") < 0.01, look
    context.close()

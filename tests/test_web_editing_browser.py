"""Writing in a real browser: paste, tools, forms, Word, attachments, two people; at both widths."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from test_web_looks import CONTRAST
from test_web_word import Word
from tools_browser import SIZES, WIDE, chromium, opened, served
from tools_clipboard import word, word_item, word_table, wps, wps_item
from tools_web import PASSWORD, make_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

ID = "管理制度/用印办法"
TEXT = """---
标题: 用印办法
类别: 管理制度
部门: 办公室
版本: 1.0
状态: 草案
标签: [印章]
---

## 总则

1. 为规范用印，制定本办法。
2. 用印应当登记：
    1. 写明事由；
    2. 写明份数。

## 附则

1. 本办法自发布之日起施行。
"""
PASTE = """([html, text]) => { const data = new DataTransfer();
  data.setData("text/html", html); data.setData("text/plain", text);
  const area = document.getElementById("body"); area.focus();
  area.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true,
    cancelable: true})); }"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def workspace(make_workspace):
    return make_workspace({ID: TEXT})


@pytest.fixture
def address(workspace) -> Iterator[str]:
    with served(make_app(workspace.root, port=0)) as found:
        yield found


def body_of(page: Page) -> str:
    return page.locator("#body").input_value()


def put_cursor_after(page: Page, text: str) -> None:
    page.evaluate(
        "(text) => { const a = document.getElementById('body'); const at = a.value.indexOf(text)"
        " + text.length; a.focus(); a.setSelectionRange(at, at); }",
        text,
    )


def file_of(workspace) -> str:
    return (workspace.kb / f"{ID}.md").read_text(encoding="utf-8")


def edit(page: Page) -> None:
    page.goto("/edit/text/" + quote(ID))
    page.locator("#preview .document").wait_for()


@SIZES
def test_paste_from_word_keeps_clauses_and_tables(browser, address, workspace, size):
    with opened(browser, address, size) as page:
        edit(page)
        put_cursor_after(page, "写明份数。")
        html = word(
            word_item("第三条", "印章由专人保管。"),
            word_item("（一）", "公章由办公室保管；", 2),
            word_table([["印章", "保管人"], ["公章", "办公室"]]),
        )
        page.evaluate(PASTE, [html, "第三条 印章由专人保管。"])
        page.get_by_text("已粘贴，条款和表格已保留").wait_for()
        page.locator("#preview").get_by_text("印章由专人保管。").wait_for()
        shown = re.sub(r"\s+", "", page.locator("#preview .document").inner_text())
        assert "第三条印章由专人保管。（一）公章由办公室保管；" in shown
        assert page.locator("#preview table td", has_text="办公室").count() == 1
        page.get_by_role("button", name="保存", exact=True).click()
        page.get_by_text("已保存。").wait_for()
    assert "写明份数。\n\n1. 印章由专人保管。\n" in file_of(workspace)
    assert "    | 公章 | 办公室 |\n" in file_of(workspace)
    assert file_of(workspace).endswith("## 附则\n\n1. 本办法自发布之日起施行。\n")


def test_paste_from_wps_and_undo_with_the_keyboard(browser, address):
    with opened(browser, address, WIDE) as page:
        edit(page)
        before = body_of(page)
        put_cursor_after(page, "制定本办法。")
        html = wps(wps_item("第二条", "甲。"), wps_item("第三条", "乙。"))
        page.evaluate(PASTE, [html, "甲。\n乙。"])
        page.get_by_text("已粘贴").first.wait_for()
        assert "1. 甲。\n2. 乙。\n" in body_of(page)
        page.keyboard.press("Control+z")
        assert body_of(page) == before


def test_a_few_words_are_pasted_as_they_are(browser, address):
    with opened(browser, address, WIDE) as page:
        edit(page)
        asked: list[str] = []
        page.on("request", lambda r: asked.append(r.url) if "/paste/" in r.url else None)
        page.evaluate(PASTE, ["<span style='color:red'>几个字</span>", "几个字"])
        page.wait_for_timeout(200)
        assert asked == []
        assert page.locator("#paste-note").is_hidden()


def test_when_the_server_does_not_answer_the_words_are_kept(browser, address):
    with opened(browser, address, WIDE) as page:
        edit(page)
        page.route("**/edit/paste/**", lambda route: route.fulfill(status=400, body="no"))
        put_cursor_after(page, "制定本办法。")
        page.evaluate(PASTE, [word(word_item("第二条", "甲。")), "第二条 甲。"])
        page.get_by_text("只粘贴了文字").wait_for()
        assert "制定本办法。第二条 甲。" in body_of(page)


@SIZES
def test_the_tools_put_marks_where_they_belong(browser, address, size):
    with opened(browser, address, size) as page:
        edit(page)
        tools = page.get_by_role("toolbar")
        put_cursor_after(page, "写明份数。")
        tools.get_by_role("button", name="项", exact=True).click()
        page.keyboard.type("写明日期。")
        assert "    2. 写明份数。\n    3. 写明日期。\n\n## 附则" in body_of(page)
        tools.get_by_role("button", name="上移").click()
        assert "    3. 写明日期。\n    2. 写明份数。" in body_of(page)
        put_cursor_after(page, "用印应当登记：")
        tools.get_by_role("button", name="条", exact=True).click()
        page.keyboard.type("印章专人保管。")
        assert "写明份数。\n3. 印章专人保管。\n\n## 附则" in body_of(page)
        tools.get_by_role("button", name="款", exact=True).click()
        page.keyboard.type("另起一段。")
        assert "3. 印章专人保管。\n\n    另起一段。\n" in body_of(page)
        put_cursor_after(page, "发布之日起施行。")
        tools.get_by_role("button", name="章", exact=True).click()
        page.keyboard.type("补充")
        tools.get_by_role("button", name="表格").click()
        assert "\n\n## 补充\n\n| 项目 | 内容 | 备注 |\n|---|---|---|\n" in body_of(page)
        put_cursor_after(page, "印章专人保管。")
        tools.get_by_role("button", name="降一级").click()
        assert "    3. 印章专人保管。\n\n        另起一段。" in body_of(page)
        page.locator("#preview").get_by_text("印章专人保管。").wait_for()


def test_enter_goes_on_numbering_and_keys_do_what_the_buttons_do(browser, address):
    with opened(browser, address, WIDE) as page:
        edit(page)
        put_cursor_after(page, "写明份数。")
        page.keyboard.press("Enter")
        page.keyboard.type("写明日期。")
        assert "    2. 写明份数。\n    3. 写明日期。" in body_of(page)
        page.keyboard.press("Control+[")
        assert "\n3. 写明日期。" in body_of(page)
        page.keyboard.press("Control+]")
        page.keyboard.press("Alt+ArrowUp")
        assert "    3. 写明日期。\n    2. 写明份数。" in body_of(page)
        put_cursor_after(page, "写明份数。")
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        assert re.search(r"写明份数。\n\n+## 附则", body_of(page))
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == "preview"
        page.get_by_role("toolbar").get_by_role("button").first.focus()
        page.keyboard.press("ArrowRight")
        assert page.evaluate("document.activeElement.textContent") == "节"
        page.locator("#body").focus()
        page.keyboard.press("Control+s")
        page.get_by_text("已保存。").wait_for()


def test_a_problem_leads_to_its_line(browser, address):
    with opened(browser, address, WIDE) as page:
        edit(page)
        page.locator("#body").fill("1. 甲。\n\n1. 见[](#nowhere)。\n")
        button = page.locator("#preview [data-line]").first
        button.wait_for()
        page.get_by_text("处要看一看，见预览").wait_for()
        assert button.inner_text() == "第 3 行"
        button.click()
        assert page.evaluate("getSelection().toString()") == "1. 见[](#nowhere)。"


@SIZES
def test_two_people_at_one_text(browser, address, workspace, size):
    with opened(browser, address, size) as page:
        edit(page)
        page.locator("#body").fill(body_of(page).replace("写明事由", "写明用途"))
        path = workspace.kb / f"{ID}.md"
        path.write_text(TEXT.replace("发布之日", "公布之日"), encoding="utf-8")
        page.get_by_role("button", name="保存", exact=True).click()
        page.get_by_role("heading", name="您打开以后，这份文档已被别人保存过").wait_for()
        shown = page.locator(".side").inner_text()
        assert "写明用途" in shown
        assert "公布之日" in shown
        box = page.get_by_label("要保存的正文")
        box.fill(box.input_value().replace("发布之日", "公布之日"))
        page.get_by_role("button", name="保存这一份").click()
        page.get_by_text("已保存。").wait_for()
    assert "写明用途" in file_of(workspace)
    assert "公布之日" in file_of(workspace)


@SIZES
def test_the_form_grows_a_row_and_tells_what_is_wrong(browser, address, workspace, size):
    with opened(browser, address, size) as page:
        page.goto("/edit/meta/" + quote(ID))
        page.get_by_label("标签 2 标签").fill("合同")
        page.get_by_role("button", name="再加一行 标签").click()
        page.keyboard.type("用印")
        assert page.evaluate("document.activeElement.name") == "tags-2-value"
        page.get_by_role("button", name="删去 标签第1行").click()
        page.get_by_label("修订记录 1 版本").fill("1.0")
        page.get_by_label("修订记录 1 说明").fill("首次发布")
        page.get_by_label("期间").fill("哪一年")
        page.get_by_role("button", name="保存", exact=True).last.click()
        page.get_by_text("有几项要改").wait_for()
        assert page.evaluate("document.activeElement.id") == "errors"
        wrong = page.get_by_label("期间")
        assert wrong.get_attribute("aria-invalid") == "true"
        wrong.fill("")
        assert page.get_by_label("标签 1 标签").input_value() == "合同"
        page.get_by_role("button", name="保存", exact=True).last.click()
        page.get_by_text("信息已保存。").wait_for()
    text = file_of(workspace)
    assert "标签: [合同, 用印]" in text
    assert "修订记录:\n  - {版本: 1.0, 说明: 首次发布}" in text


@SIZES
def test_edit_in_word_from_download_to_the_saved_clause(
    browser, address, workspace, size, tmp_path: Path
):
    with opened(browser, address, size) as page:
        page.goto("/documents/" + quote(ID))
        page.get_by_role("link", name="在 Word 里改").click()
        with page.expect_download() as waiting:
            page.get_by_role("link", name="下载 Word").click()
        changed = Word(waiting.value.path().read_bytes())
        changed.change("写明事由", "写明用途")
        changed.insert_after("为规范用印", "本办法适用于全体员工。")
        path = tmp_path / "改过.docx"
        path.write_bytes(changed.data())
        page.get_by_label("改好的 Word 文件").set_input_files(path)
        page.get_by_role("button", name="上传并对照").click()
        boxes = page.get_by_label("接受", exact=True)
        boxes.nth(1).wait_for()
        assert page.locator(".side ins").first.is_visible()
        assert boxes.count() == 2
        page.get_by_role("button", name="全选").click()
        assert page.locator("[data-count]").inner_text() == "0"
        boxes.nth(1).focus()
        page.keyboard.press("Space")
        page.get_by_role("button", name="接受勾选的改动").click()
        page.get_by_text("已写入 1 处改动").wait_for()
    assert file_of(workspace) == TEXT.replace("写明事由", "写明用途")


@SIZES
def test_attach_look_remove_bring_back(browser, address, workspace, size, tmp_path: Path):
    note = tmp_path / "说明.txt"
    note.write_text("附件里的说明。", encoding="utf-8")
    with opened(browser, address, size) as page:
        page.goto("/documents/" + quote(ID))
        page.get_by_role("link", name="附件", exact=True).click()
        page.get_by_label("文件（可以选几个）").set_input_files(note)
        page.get_by_label("名称").fill("用印说明")
        page.get_by_label("类型").select_option("表单")
        page.get_by_role("button", name="上传").click()
        page.get_by_role("link", name="用印说明", exact=True).click()
        assert page.get_by_text("附件里的说明。").is_visible()
        with page.expect_download() as waiting:
            page.get_by_role("link", name="下载").click()
        assert waiting.value.path().read_text(encoding="utf-8") == "附件里的说明。"
        page.get_by_role("link", name="管理附件").click()
        page.once("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="移除 用印说明").click()
        page.get_by_text("附件已移入回收站").wait_for()
        page.goto("/edit/bin")
        page.get_by_role("button", name="取回 用印说明").click()
        page.get_by_text("附件已取回。").wait_for()
    assert (workspace.kb / "管理制度/附件/用印办法/说明.txt").is_file()


@SIZES
def test_undo_and_compare_with_what_stood_before(browser, address, workspace, size):
    with opened(browser, address, size) as page:
        edit(page)
        page.locator("#body").fill(body_of(page).replace("写明事由", "写明用途"))
        page.get_by_role("button", name="保存", exact=True).click()
        page.get_by_text("已保存。").wait_for()
        page.get_by_role("link", name="历史").click()
        page.get_by_role("link", name="和现在对照").first.click()
        assert page.locator(".side del").inner_text() == "事由"
        assert page.locator(".side ins").inner_text() == "用途"
        page.go_back()
        page.get_by_role("button", name="撤销最近一次修改").click()
        page.get_by_text("已撤销“保存”").wait_for()
    assert file_of(workspace) == TEXT


def test_editing_works_without_scripts_too(browser, address, workspace):
    context = browser.new_context(java_script_enabled=False, base_url=address)
    page = context.new_page()
    page.goto("/edit/meta/" + quote(ID))
    page.get_by_role("button", name="再加一行 修订记录").click()
    page.get_by_label("修订记录 2 说明").fill("第二行")
    page.get_by_role("button", name="保存", exact=True).last.click()
    page.get_by_text("信息已保存。").wait_for()
    assert "说明: 第二行" in file_of(workspace)
    context.close()


def test_what_a_reader_may_not_do_is_not_offered(browser, make_workspace):
    text = TEXT.replace("状态: 草案", "状态: 现行\n生效日期: 2024-01-01")
    root = make_workspace({ID: text}, name="读者").root
    with served(make_app(root, people=True, port=0)) as found, opened(browser, found, WIDE) as page:
        page.goto("/account/login")
        page.get_by_label("账号").fill("yuan")
        page.get_by_label("口令").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.goto("/documents/" + quote(ID))
        for name in ("在 Word 里改", "改信息", "历史", "更多"):
            assert page.get_by_text(name, exact=True).count() == 0
        for path in ("text", "meta", "files", "word", "history"):
            answer = page.goto(f"/edit/{path}/" + quote(ID))
            assert answer is not None
            assert answer.status == 403


@pytest.mark.parametrize("scheme", ["light", "dark"])
@SIZES
def test_every_page_for_writing_stands_out_and_fits(browser, address, scheme, size, workspace):
    context = browser.new_context(viewport=size, color_scheme=scheme, base_url=address)
    page = context.new_page()
    names = ("text", "meta", "files", "word", "history")
    for look in [*(f"/edit/{name}/{quote(ID)}" for name in names), "/edit/bin"]:
        page.goto(look)
        assert page.evaluate(CONTRAST) == [], look
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(wide) <= 0, look
        nameless = page.evaluate(
            "[...document.querySelectorAll('input:not([type=hidden]),select,textarea,button')]"
            ".filter((e) => !(e.labels && e.labels.length) && !e.ariaLabel && "
            "!e.textContent.trim() && !e.title).map((e) => e.outerHTML)"
        )
        assert nameless == [], look
    context.close()

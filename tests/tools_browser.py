"""Helpers of the tests in a real browser: a server, a browser, pages that go wrong nowhere."""

from __future__ import annotations

import os
import shutil
import threading
import zipfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from web.server import make_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from playwright.sync_api import Browser, Download, Page

CHROMIUM = next((p for n in ("chromium", "google-chrome", "chrome") if (p := shutil.which(n))), "")
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


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running browser."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - absent where it is skipped

    assert CHROMIUM, "the tests of CI need Chromium"
    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=options, timeout=60_000)
        yield found
        found.close()


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

"""Pictures of the web pages: the four of the README, or every page at two widths in two colours.

    python tools/page_pictures.py              writes docs/pictures/page-*.png
    python tools/page_pictures.py --all DIR    every page: 1280 and 390 pixels, light and dark

Wants Chromium and Playwright (extra `dev`); the starter library is served on loopback for it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from store.scaffold import init_workspace
from web import WebConfig, create_app
from web.server import make_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "docs" / "pictures"
WIDTHS: Final = {1280: 860, 390: 844}
RULE, POST = "管理制度/考勤与休假管理办法", "岗位职责/信贷客户部岗位职责"
SUMMARY = "年终总结/清河农商银行客户部2024年工作总结"
README: Final = (
    ("page-search", "/search?q=" + quote("年假 没休完"), 1280, "light"),
    ("page-compare", f"/library/compare?a={quote(RULE)}&b={quote(RULE + '@2022')}", 1280, "light"),
    ("page-year", "/year/desk/" + quote(SUMMARY), 1280, "light"),
    ("page-phone", "/search?q=" + quote("客户投诉 几天答复"), 390, "dark"),
)
PAGES: Final = {
    "home": "/",
    "search": "/search?q=" + quote("客户投诉"),
    "search-none": "/search?q=" + quote("火星殖民地"),
    "search-day": "/search?q=" + quote("年假") + "&on=2023-06-01",
    "document": "/documents/" + quote(RULE),
    "document-old": "/documents/" + quote(RULE + "@2022"),
    "posts": "/posts",
    "print": "/print/" + quote(POST),
    "messages": "/messages",
    "message": "/messages/" + quote("短信模板/供电营业厅业务短信"),
    "library": "/library",
    "problems": "/library/problems",
    "ledger": "/library/ledger",
    "reviews": "/library/reviews",
    "compare": f"/library/compare?a={quote(RULE)}&b={quote(RULE + '@2022')}",
    "edit-text": "/edit/text/" + quote(RULE),
    "edit-meta": "/edit/meta/" + quote(RULE),
    "edit-word": "/edit/word/" + quote(RULE),
    "edit-files": "/edit/files/" + quote(RULE),
    "edit-history": "/edit/history/" + quote(RULE),
    "edit-new": "/edit/new",
    "bin": "/edit/bin",
    "import": "/import",
    "templates": "/templates",
    "year": "/year",
    "desk": "/year/desk/" + quote(SUMMARY),
    "accounts": "/admin/accounts",
    "audit": "/admin/audit",
    "help": "/help",
    "missing": "/no-such-page",
}


@contextmanager
def served(root: Path) -> Iterator[str]:
    """The address of a page over this library."""
    app = create_app(root, config=WebConfig(port=0))
    server = make_server(app)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.close()
        thread.join(timeout=10)
        app.extensions["wenshu"].database.close()


def shoot(
    browser: Browser, base: str, address: str, width: int, scheme: str, target: Path, *, whole: bool
) -> None:
    """One picture: of the first screen, or of the whole page."""
    context = browser.new_context(
        base_url=base,
        viewport={"width": width, "height": WIDTHS[width]},
        color_scheme="dark" if scheme == "dark" else "light",
        locale="zh-CN",
        reduced_motion="reduce",
    )
    page: Page = context.new_page()
    page.goto(address, wait_until="networkidle")
    page.screenshot(path=target, full_page=whole)
    context.close()


def main() -> int:
    """Make the pictures."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - help needs no browser

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", default="", metavar="DIR", help="every page, into this folder")
    wanted = parser.parse_args().all
    browser_path = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        root = Path(folder) / "资料库"
        init_workspace(root)
        options = ["--no-sandbox", "--lang=zh-CN"]
        browser = playwright.chromium.launch(
            executable_path=browser_path, args=options, env={**os.environ, "LANGUAGE": "zh_CN"}
        )
        with served(root) as base:
            if not wanted:
                for name, address, width, scheme in README:
                    target = TARGET / f"{name}.png"
                    shoot(browser, base, address, width, scheme, target, whole=False)
            else:
                every(browser, base, Path(wanted))
        browser.close()
    return 0


def every(browser: Browser, base: str, target: Path) -> None:
    """Every page at both widths in both colours."""
    target.mkdir(parents=True, exist_ok=True)
    for name, address in PAGES.items():
        for width in WIDTHS:
            for scheme in ("light", "dark"):
                path = target / f"{name}-{width}-{scheme}.png"
                shoot(browser, base, address, width, scheme, path, whole=True)


if __name__ == "__main__":
    sys.exit(main())

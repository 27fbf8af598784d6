"""Every page in a browser: light, without jumps, readable in light and dark, nothing overflows."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from tools_browser import PHONE, WIDE, chromium, served
from tools_web import make_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from store import Workspace

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
    "/edit/word/" + quote("管理制度/考勤与休假管理办法"),
    "/edit/files/" + quote("管理制度/考勤与休假管理办法"),
    "/edit/history/" + quote("管理制度/考勤与休假管理办法"),
    "/edit/new",
    "/import",
    "/templates",
    "/search?q=" + quote("火星殖民地"),
    "/search?q=" + quote("年假") + "&on=2023-06-01",
    "/no-such-page",
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


SHIFT = (
    "window.shift = 0; new PerformanceObserver((l) => l.getEntries().forEach((e) => "
    "{ if (!e.hadRecentInput) window.shift += e.value; }))"
    ".observe({type: 'layout-shift', buffered: true});"
)
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def address(starter: Workspace) -> Iterator[str]:
    with served(make_app(starter.root, port=0)) as found:
        yield found


def look_at(page: Page, look: str, sizes: list[int]) -> list[str]:
    """What is wrong with a page: at the phone's width as it loads, then wide, light and dark."""
    sizes.clear()
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="light")
    page.goto(look)
    page.wait_for_timeout(60)
    wrong = [f"{sum(sizes)} bytes"] if sum(sizes) >= 200_000 else []
    wrong += [f"jumps by {shift}"] if (shift := page.evaluate("window.shift")) >= 0.01 else []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        wrong += [f"{scheme}: {text} {ratio}" for text, ratio in page.evaluate(CONTRAST)]
    wrong += ["overflows at 390"] if page.evaluate(OVERFLOW) > 0 else []
    page.set_viewport_size(WIDE)
    return wrong + (["overflows at 1280"] if page.evaluate(OVERFLOW) > 0 else [])


def test_every_page_is_light_steady_and_readable(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport=PHONE, base_url=address)
    page = context.new_page()
    sizes: list[int] = []
    page.on("response", lambda answer: sizes.append(len(answer.body())))
    page.add_init_script(SHIFT)
    wrong = {look: found for look in LOOKS if (found := look_at(page, look, sizes))}
    context.close()
    assert wrong == {}

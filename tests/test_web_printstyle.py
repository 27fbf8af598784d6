"""The page to print as the layout has it: tables around the body, names that may be filled in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from tools_web import make_app

from web.printview import print_view

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store import Workspace

DEEDS = "先进事迹/供电营业厅城东班先进事迹"
POST = "岗位职责/信贷客户部岗位职责"


@pytest.fixture(autouse=True)
def _in_a_request(starter: Workspace) -> Iterator[None]:
    """Links in the text are addresses of the site."""
    with make_app(starter.root).test_request_context():
        yield


def test_a_form_after_the_text_has_its_page_columns_and_heights(starter: Workspace) -> None:
    """推荐审批表: on a page of its own, six columns of 24 to 36 mm, 52 mm for the deeds."""
    made = print_view(starter, starter.entry(DEEDS))
    assert made.html.count("<col>") == 6
    widths = re.findall(r"\.piece-1 col:nth-child\(\d\) \{ width: ([\d.]+)%", made.css)
    assert len(widths) == 6
    assert abs(sum(map(float, widths)) - 100) < 0.1
    assert abs(float(widths[1]) - 100 * 36 / 156) < 0.01
    assert ".piece-1 .row-4 td { height: 52mm; }" in made.css
    heading = re.search(r'<p class="([^"]+)">先进集体推荐审批表</p>', made.html)
    assert heading
    rule = re.search(rf"\.paper \.{re.escape(heading[1])} \{{[^}}]*\}}", made.css)
    assert rule
    assert "break-before: page" in rule[0]


def test_the_name_of_who_signs_is_filled_in_or_left_open(starter: Workspace) -> None:
    empty = print_view(starter, starter.entry(POST))
    assert empty.names == ["姓名"]
    assert "本人已阅读并清楚以上内容" in empty.html
    named = print_view(starter, starter.entry(POST), values={"姓名": "周<b>望舒"})
    assert "周&lt;b&gt;望舒已阅读并清楚以上内容" in named.html

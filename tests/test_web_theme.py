"""Light and dark: chosen once, known to the server, without a script."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tools_web import BASE, log_in, make_app, post, text_of

import web

if TYPE_CHECKING:
    from store import Workspace

CSS = Path(web.__file__).parent / "static" / "wenshu.css"


def root_of(client, address: str = "/") -> str:
    match = re.search(r"<html[^>]*>", text_of(client, address))
    assert match
    return match[0]


@pytest.mark.parametrize("wanted", ["dark", "light"])
def test_the_choice_stands_in_the_first_byte_of_every_page(starter: Workspace, wanted):
    client = make_app(starter.root).test_client()
    assert "data-theme" not in root_of(client)
    answer = post(client, "/theme", "/", theme=wanted, next="/posts")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/posts")
    assert f'data-theme="{wanted}"' in root_of(client, "/posts")
    post(client, "/theme", "/", theme="", next="/")
    assert "data-theme" not in root_of(client)


def test_nothing_else_is_believed(starter: Workspace):
    client = make_app(starter.root).test_client()
    client.set_cookie("wenshu_theme", 'x" onload="', domain="127.0.0.1")
    assert "data-theme" not in root_of(client)
    elsewhere = post(client, "/theme", "/", theme="dark", next="https://example.org/")
    assert elsewhere.headers["Location"] == "/"
    assert client.post("/theme", data={"theme": "dark"}, base_url=BASE).status_code == 403


def test_the_login_page_has_it_too(make_workspace):
    app = make_app(
        make_workspace({"甲": "---\n标题: 甲\n类别: 文章\n---\n\n文。\n"}).root, people=True
    )
    client = app.test_client()
    post(client, "/theme", "/account/login", theme="dark", next="/account/login")
    assert 'data-theme="dark"' in root_of(client, "/account/login")
    assert 'data-theme="dark"' not in root_of(log_in(app, "yuan"))


def test_both_dark_rules_say_the_same():
    text = CSS.read_text(encoding="utf-8")
    by_system = re.search(r':root:not\(\[data-theme="light"\]\) \{(.*?)\}', text, re.DOTALL)
    by_choice = re.search(r':root\[data-theme="dark"\] \{(.*?)\}', text, re.DOTALL)
    assert by_system
    assert by_choice
    names = re.compile(r"--[a-z-]+: [^;]+")
    assert names.findall(by_system[1]) == names.findall(by_choice[1]) != []

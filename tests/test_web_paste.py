"""Paste over HTTP: the clipboard's page in, Markdown out; only for editors."""

from __future__ import annotations

import pytest
from tools_clipboard import word, word_item, word_table
from tools_web import BASE, csrf, log_in, make_app, post

ID = "管理制度/试行办法"
TEXT = "---\n标题: 试行办法\n类别: 管理制度\n状态: 草案\n---\n\n1. 甲方每日登记。\n"


@pytest.fixture
def app(make_workspace):
    return make_app(make_workspace({ID: TEXT}).root, people=True)


def test_the_clipboard_comes_back_as_clauses_and_tables(app):
    client = log_in(app, "zhi")
    html = word(word_item("第二条", "乙方汇总。"), word_table([["甲", "乙"], ["1", "2"]]))
    answer = post(
        client, f"/edit/paste/{ID}", f"/edit/text/{ID}", html=html, before="1. 甲方每日登记。\n"
    )
    assert answer.status_code == 200
    made = answer.get_json()
    assert made["markdown"].startswith("1. 乙方汇总。\n\n    | 甲 | 乙 |\n")
    assert made["notes"] == ["编号按所在位置自动编排，没有照搬原来的“第二条”。"]


def test_too_much_at_once_is_told(app):
    client = log_in(app, "zhi")
    page = f"/edit/text/{ID}"
    answer = post(client, f"/edit/paste/{ID}", page, html="<p>" + "a" * 2_100_000)
    assert answer.status_code == 400
    assert "分几次" in answer.get_data(as_text=True)


def test_nothing_on_the_clipboard(app):
    client = log_in(app, "zhi")
    answer = post(client, f"/edit/paste/{ID}", f"/edit/text/{ID}", html="<p></p>")
    assert answer.status_code == 422


def test_only_editors_with_their_token(app):
    reader = log_in(app, "yuan")
    answer = post(reader, f"/edit/paste/{ID}", "/account/", html="<p>甲</p><p>乙</p>")
    assert answer.status_code == 403
    client = log_in(app, "zhi")
    token = csrf(client, "/account/")
    forged = client.post(f"/edit/paste/{ID}", data={"html": "<p>甲</p>"}, base_url=BASE)
    assert forged.status_code == 403
    good = client.post(
        f"/edit/paste/{ID}", data={"html": "<p>甲</p>"}, base_url=BASE,
        headers={"X-CSRF-Token": token},
    )  # fmt: skip
    assert good.status_code == 200

"""Writing through the page: nothing is lost, nothing published is changed plainly."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from tools_web import BASE, log_in, make_app, post, text_of

from store.history import records

if TYPE_CHECKING:
    from flask import Flask

    from store import Workspace

ID = "管理制度/试行办法"
TEXT = """---
标题: 试行办法
类别: 管理制度
部门: 客户部
版本: 1.0
状态: 草案
备注: 原样保留
---

## 总则

1. 甲方每日登记。
2. 乙方每周汇总。
"""


@pytest.fixture
def workspace(make_workspace) -> Workspace:
    found: Workspace = make_workspace({ID: TEXT})
    return found


@pytest.fixture
def app(workspace: Workspace) -> Flask:
    return make_app(workspace.root, people=True)


def seen_of(client, page: str) -> str:
    match = re.search(r'name="seen" value="([0-9a-f]{64})"', text_of(client, page))
    assert match
    return match[1]


def test_a_text_is_saved_and_the_one_before_is_kept(app, workspace):
    client = log_in(app, "zhi")
    page = f"/edit/text/{ID}"
    body = "## 总则\r\n\r\n1. 甲方每日登记两次。\r\n"
    answer = post(client, page, page, body=body, seen=seen_of(client, page))
    assert answer.status_code == 302
    text = (workspace.kb / f"{ID}.md").read_text(encoding="utf-8")
    assert text == TEXT[: TEXT.index("## ")] + "## 总则\n\n1. 甲方每日登记两次。\n"
    kept = records(workspace, ID)
    assert [(r.who, r.action) for r in kept] == [("zhi", "保存")]
    assert "登记两次" in text_of(client, f"/documents/{ID}")
    assert "<mark>登记</mark>" in text_of(client, "/search?q=登记&all=1")
    history = text_of(client, f"/edit/history/{ID}?number=1")
    assert "乙方每周汇总" in history
    assert post(client, f"/edit/restore/{ID}", page, number="1").status_code == 302
    assert (workspace.kb / f"{ID}.md").read_text(encoding="utf-8") == TEXT


def test_two_people_do_not_overwrite_each_other(app, workspace):
    first, second = log_in(app, "zhi"), log_in(app, "xi")
    page = f"/edit/text/{ID}"
    seen = seen_of(first, page)
    assert post(second, page, page, body="1. 第二人。", seen=seen).status_code == 302
    answer = post(first, page, page, body="1. 第一人。", seen=seen)
    assert answer.status_code == 409
    shown = answer.get_data(as_text=True)
    assert "1. 第一人。" in shown
    assert "第二人。" in shown
    assert "第二人" in (workspace.kb / f"{ID}.md").read_text(encoding="utf-8")
    meta = f"/edit/meta/{ID}"
    answer = post(first, meta, meta, title="别名", status="草案", seen=seen)
    assert answer.status_code == 409


def test_preview_and_check_as_one_types(app):
    client = log_in(app, "zhi")
    page = f"/edit/text/{ID}"
    answer = post(
        client, f"/edit/preview/{ID}", page, body="1. 新条文<script>x</script>。\n  2. 错位。"
    )
    shown = answer.get_data(as_text=True)
    assert "第一条" in shown
    assert "<script>" not in shown
    assert "处要看一看" in shown


def test_metadata_is_a_form_and_the_rest_stays(app, workspace):
    client = log_in(app, "zhi")
    page = f"/edit/meta/{ID}"
    fields = {"title": "试行办法", "department": "营业厅", "version": "1.0", "status": "草案"}
    fields |= {"effective": "2027-01-01", "confidentiality": "商密", "seen": seen_of(client, page)}
    assert post(client, page, page, **fields).status_code == 302
    text = (workspace.kb / f"{ID}.md").read_text(encoding="utf-8")
    assert "部门: 营业厅" in text
    assert "生效日期: 2027-01-01" in text
    assert "密级: 商密" in text
    assert "备注: 原样保留" in text
    assert "1. 甲方每日登记。" in text
    for wrong in ({"effective": "明年"}, {"status": "随便"}, {"title": ""}):
        bad = post(client, page, page, **{**fields, **wrong, "seen": seen_of(client, page)})
        assert bad.status_code == 400


def test_from_draft_to_published_to_the_next_version(app, workspace):
    client = log_in(app, "zhi")
    page = f"/edit/text/{ID}"
    act = f"/edit/act/{ID}"
    assert post(client, act, page, act="publish", effective="2026-01-01").status_code == 302
    assert "文字更正" in text_of(client, f"/documents/{ID}")
    seen = seen_of(client, page)
    plain = post(client, page, page, body="1. 改内容。", seen=seen)
    assert plain.status_code == 400
    assert "原因" in plain.get_data(as_text=True)
    assert "甲方" in (workspace.kb / f"{ID}.md").read_text(encoding="utf-8")
    fixed = "## 总则\n\n1. 甲方每日登记。\n2. 乙方每周汇总一次。\n"
    answer = post(client, page, page, body=fixed, seen=seen, why="漏字")
    assert answer.status_code == 302
    assert "文字更正" in text_of(client, f"/edit/history/{ID}")
    answer = post(client, act, page, act="revise", effective="2027-01-01")
    assert answer.status_code == 302
    assert (workspace.kb / f"{ID}@2.0.md").is_file()
    assert post(client, act, page, act="nonsense").status_code == 400


def test_a_text_in_force_is_corrected_with_a_reason_only(make_workspace):
    text = TEXT.replace("草案", "现行\n生效日期: 2024-01-01")
    root = make_workspace({ID: text}).root
    client = log_in(make_app(root, people=True), "zhi")
    page = f"/edit/text/{ID}"
    answer = post(client, page, page, body="1. 悄悄改。", seen=seen_of(client, page))
    assert answer.status_code == 400
    assert "原因" in answer.get_data(as_text=True)
    answer = post(client, page, page, body="1. 错字。", seen=seen_of(client, page), why="错字")
    assert answer.status_code == 302
    assert "错字" in text_of(client, f"/edit/history/{ID}")


def test_the_bin_gives_back(app, workspace):
    client = log_in(app, "zhi")
    page = f"/edit/text/{ID}"
    assert post(client, f"/edit/act/{ID}", page, act="delete", why="重复").status_code == 302
    assert not (workspace.kb / f"{ID}.md").exists()
    assert ID in text_of(client, "/edit/bin")
    assert post(client, f"/edit/restore/{ID}", "/edit/bin").status_code == 302
    assert (workspace.kb / f"{ID}.md").read_text(encoding="utf-8") == TEXT


def test_a_new_document_comes_from_its_outline(app, workspace):
    client = log_in(app, "zhi")
    fields = {"kind": "policy", "title": "新办法", "department": "办公室"}
    answer = post(client, "/edit/new", "/edit/new", **fields)
    assert answer.status_code == 302
    assert (workspace.kb / "管理制度/新办法.md").is_file()
    assert post(client, "/edit/new", "/edit/new", **fields).status_code == 409
    bad = post(client, "/edit/new", "/edit/new", kind="policy", title="../逃")
    assert bad.status_code == 400


@pytest.mark.parametrize("name", ["yuan", "fu"])
def test_readers_write_nothing(app, workspace, name):
    client = log_in(app, name)
    for address in (f"/edit/text/{ID}", f"/edit/meta/{ID}", "/edit/new", "/edit/bin"):
        assert client.get(address, base_url=BASE).status_code == 403
    for address in (f"/edit/text/{ID}", f"/edit/act/{ID}", f"/edit/restore/{ID}", "/edit/new"):
        answer = post(client, address, "/account/", act="delete", body="x", number="1")
        assert answer.status_code == 403
    assert (workspace.kb / f"{ID}.md").read_text(encoding="utf-8") == TEXT


def test_a_head_of_department_writes_the_own_summary(make_workspace):
    text = "---\n标题: 总结\n类别: 年终总结\n部门: {}\n期间: 2025年\n状态: 草稿\n---\n\n开头。\n"
    root = make_workspace({"甲": text.format("客户部"), "乙": text.format("财务部")}).root
    client = log_in(make_app(root, people=True), "fu")
    page = "/edit/text/甲"
    assert post(client, page, page, body="写好了。", seen=seen_of(client, page)).status_code == 302
    text_of(client, "/edit/text/乙", 403)
    answer = post(client, "/edit/act/甲", page, act="delete")
    assert answer.status_code == 403


def test_read_only_holds_for_editors(make_workspace):
    app = make_app(make_workspace({ID: TEXT}).root, people=True, read_only=True)
    client = log_in(app, "zhi")
    text_of(client, f"/edit/text/{ID}", 403)
    assert post(client, f"/edit/act/{ID}", "/account/", act="delete").status_code == 403
    assert "编辑正文" not in text_of(client, f"/documents/{ID}")


def test_what_was_typed_is_there_after_the_browser_closed(app, workspace):
    first = log_in(app, "zhi")
    page = f"/edit/text/{ID}"
    seen = seen_of(first, page)
    typed = "## 总则\n\n1. 写了一半\n"
    post(first, f"/edit/preview/{ID}", page, body=typed, seen=seen)
    again = log_in(app, "zhi")
    assert "写了一些没有保存的文字" in text_of(again, page)
    assert "写了一半" not in text_of(again, page)
    assert "写了一半" in text_of(again, f"{page}?typed=1")
    assert "写了一些没有保存的文字" not in text_of(log_in(app, "xi"), page)
    answer = post(again, page, page, body=typed, seen=seen)
    assert answer.status_code == 302
    assert "写了一些没有保存的文字" not in text_of(again, page)
    post(again, f"/edit/preview/{ID}", page, body="1. 又写", seen=seen_of(again, page))
    assert post(again, f"/edit/typed-drop/{ID}", page).status_code == 302
    assert "写了一些没有保存的文字" not in text_of(again, page)


def test_typed_text_goes_on_from_what_it_began_with(app, workspace):
    client = log_in(app, "zhi")
    page = f"/edit/text/{ID}"
    seen = seen_of(client, page)
    post(client, f"/edit/preview/{ID}", page, body="1. 我写的。", seen=seen)
    assert post(log_in(app, "xi"), page, page, body="1. 别人。", seen=seen).status_code == 302
    assert seen_of(client, f"{page}?typed=1") == seen
    assert post(client, page, page, body="1. 我写的。", seen=seen).status_code == 409

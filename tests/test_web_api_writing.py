"""Every job through the API: written, made, refused, under the same rights as the pages."""

from __future__ import annotations

import io
import re
import time
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import Workbook
from test_web_api import fits
from tools_web import BASE, log_in, make_app

from web.api.openapi import description

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from store import Workspace

RULE = """---
标题: 请假办法
类别: 管理制度
编号: 制-1
部门: 综合部
版本: 2024
状态: 现行
生效日期: 2024-01-01
---

1. 请假要批准。
2. 病假要证明。
"""
DUTY = """---
标题: 柜员岗位职责
类别: 岗位职责
部门: 营业部
岗位: 柜员
状态: 现行
生效日期: 2024-01-01
---

## 工作职责

1. 办理 {{ 姓名|手填(8) }} 的业务。
"""
SECRET = RULE.replace("请假办法", "薪酬办法").replace("制-1", "制-2\n密级: 商密")
MESSAGE = """---
标题: 节日问候
类别: 短信模板
---

## 春节

用途：服务通知

【示例公司】〔客户姓名〕您好，祝您春节快乐。
"""


@pytest.fixture
def workspace(make_workspace) -> Workspace:
    found: Workspace = make_workspace(
        {
            "管理制度/请假办法": RULE,
            "管理制度/薪酬办法": SECRET,
            "岗位职责/柜员岗位职责": DUTY,
            "短信模板/节日问候": MESSAGE,
        }
    )
    return found


@pytest.fixture
def app(workspace: Workspace) -> Flask:
    return make_app(workspace.root, people=True)


class Script:
    """A program with a token: every answer is held against the description."""

    def __init__(self, app: Flask, name: str) -> None:
        self.client: FlaskClient = app.test_client()
        accounts = app.extensions["wenshu"].accounts
        token = accounts.new_token(accounts.get(name).id, "试验")
        self.headers = {"Authorization": f"Bearer {token}"}

    def __call__(self, method: str, path: str, target: str = "", *, status: int = 0, **more):
        address = path.replace("{id}", target).replace("{token}", target)
        headers = self.headers | more.pop("headers", {})
        answer = self.client.open(address, method=method, headers=headers, base_url=BASE, **more)
        assert not status or answer.status_code == status, answer.get_data(as_text=True)
        check(method, path.partition("?")[0], answer)
        return answer

    def json(self, method: str, path: str, target: str = "", **more) -> Any:
        return self(method, path, target, status=more.pop("status", 200), **more).get_json()


def check(method: str, path: str, answer) -> None:
    responses = description()["paths"][path][method.lower()]["responses"]
    described = responses.get(str(answer.status_code), responses["default"])
    content = described["content"]
    assert answer.mimetype in content
    if answer.mimetype == "application/json":
        assert fits(answer.get_json(), content["application/json"]["schema"]) == []


def match(hash_: str) -> dict[str, str]:
    return {"If-Match": f'"{hash_}"'}


def sheet(*rows: list[object]) -> io.BytesIO:
    book = Workbook()
    page = book.active
    assert page is not None
    for row in rows:
        page.append(row)
    out = io.BytesIO()
    book.save(out)
    return io.BytesIO(out.getvalue())


def word_text(data: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return re.sub(r"<[^>]+>", "", archive.read("word/document.xml").decode())


LEAVE = "管理制度/请假办法"


def test_from_new_to_published_and_back_out_of_the_bin(app):
    zhi = Script(app, "zhi")
    new = zhi.json("POST", "/api/documents", json={"kind": "制度", "title": "印章办法"}, status=201)
    assert (new["id"], new["status"]) == ("管理制度/印章办法", "草案")
    text = zhi.json("GET", "/api/text/{id}", new["id"])
    assert text["hash"] == new["hash"]
    assert not text["published"]
    body = {"body": "1. 印章专人保管。\n2. 用印登记。\n"}
    saved = zhi.json("PUT", "/api/text/{id}", new["id"], json=body, headers=match(new["hash"]))
    table = {"生效日期": "2024-03-01", "department": "综合部", "适用范围": None}
    meta = zhi.json("PATCH", "/api/meta/{id}", new["id"], json=table, headers=match(saved["hash"]))
    assert meta["hash"] != saved["hash"]
    shown = zhi.json("GET", "/api/meta/{id}", new["id"])["meta"]
    assert (shown["effective"], shown["department"]) == ("2024-03-01", "综合部")
    done = zhi.json("POST", "/api/publish/{id}", new["id"], json={"effective": "2024-03-01"})
    assert done == {"id": new["id"], "closed": None, "effective": "2024-03-01"}
    assert zhi.json("GET", "/api/search?q=用印")["total"] == 1
    gone = zhi.json("DELETE", "/api/documents/{id}?why=重复", new["id"])
    assert gone["id"] == new["id"]
    assert [one["id"] for one in zhi.json("GET", "/api/bin")["deleted"]] == [new["id"]]
    zhi.json("GET", "/api/text/{id}", new["id"], status=404)
    zhi.json("POST", "/api/restore/{id}", new["id"], json={})
    assert "用印登记" in zhi.json("GET", "/api/text/{id}", new["id"])["body"]
    xi = Script(app, "xi")
    acts = [act["action"] for act in xi.json("GET", "/api/audit")["acts"]]
    assert {"新建文档", "保存正文", "修改信息", "发布", "删除", "恢复"} <= set(acts)


def test_nobody_overwrites_what_somebody_else_saved(app):
    zhi = Script(app, "zhi")
    draft = zhi.json("POST", "/api/revise/{id}", LEAVE, json={"version": "2026"}, status=201)
    one, two = {"body": "1. 甲的文字。\n"}, {"body": "1. 乙的文字。\n"}
    assert zhi.json("PUT", "/api/text/{id}", draft["id"], json=one, status=428)["error"]["hint"]
    zhi.json("PUT", "/api/text/{id}", draft["id"], json=one, headers=match(draft["hash"]))
    lost = zhi("PUT", "/api/text/{id}", draft["id"], json=two, headers=match(draft["hash"]))
    assert lost.status_code == 412
    assert "甲的文字" in zhi.json("GET", "/api/text/{id}", draft["id"])["body"]
    table = zhi("PATCH", "/api/meta/{id}", draft["id"], json={}, headers=match(draft["hash"]))
    assert table.status_code == 412
    zhi.json("DELETE", f"/api/documents/{{id}}?hash={draft['hash']}", draft["id"], status=409)
    again = zhi.json("POST", "/api/revise/{id}", LEAVE, json={}, status=400)
    assert "已有草案" in again["error"]["message"]


def test_a_published_text_is_changed_by_a_correction_only(app):
    zhi = Script(app, "zhi")
    text = zhi.json("GET", "/api/text/{id}", LEAVE)
    assert text["published"]
    body = text["body"].replace("证明", "证明书")
    send = {"json": {"body": body}, "headers": match(text["hash"])}
    assert zhi.json("PUT", "/api/text/{id}", LEAVE, status=409, **send)["error"]["status"] == 409
    zhi.json("POST", "/api/corrections/{id}", LEAVE, status=400, **send)
    send["json"] = {"body": body, "why": "漏字"}
    zhi.json("POST", "/api/corrections/{id}", LEAVE, **send)
    kept = zhi.json("GET", "/api/history/{id}?number=1", LEAVE)
    assert [(one["action"], one["why"]) for one in kept["records"]] == [("文字更正", "漏字")]
    assert "证明。" in kept["text"]


def test_versions_and_their_difference(app):
    zhi = Script(app, "zhi")
    draft = zhi.json("POST", "/api/revise/{id}", LEAVE, json={"version": "2026"}, status=201)
    send = {"json": {"body": "1. 请假要批准。\n2. 病假不要证明。\n"}}
    zhi.json("PUT", "/api/text/{id}", draft["id"], headers=match(draft["hash"]), **send)
    zhi.json("POST", "/api/publish/{id}", draft["id"], json={"effective": "2026-01-01"})
    found = zhi.json("GET", "/api/versions/{id}", LEAVE)["documents"]
    assert [one["version"] for one in found] == ["2026", "2024"]
    pairs = zhi.json("GET", f"/api/compare/{{id}}?with={LEAVE}@2024", LEAVE)["pairs"]
    assert [pair["change"] for pair in pairs] == ["same", "changed"]
    assert zhi.json("GET", "/api/compare/{id}", LEAVE, status=400)["error"]["hint"]


def test_the_table_takes_only_what_its_fields_hold(app):
    zhi = Script(app, "zhi")
    hash_ = zhi.json("GET", "/api/meta/{id}", LEAVE)["hash"]
    for wrong in (
        {"状态": "随便"}, {"密级": "绝密"}, {"标题": ""}, {"生效日期": "某天"}, {"": "x"},
        {"数据": ["../../../../etc/passwd"]}, {"附件": [{"名称": "x", "文件": "/etc/passwd"}]},
        {"Data": ["../../../../etc/passwd"]}, {"attachments": [{"file": "请假办法.md"}]},
        {"类别": "没有的类别"}, {"适用范围": {"a": {"b": {"c": {"d": {"e": "f"}}}}}}, {"标题": 5},
    ):  # fmt: skip
        answer = zhi("PATCH", "/api/meta/{id}", LEAVE, json=wrong, headers=match(hash_))
        assert answer.status_code == 400, wrong
    assert zhi.json("GET", "/api/meta/{id}", LEAVE)["hash"] == hash_


def test_staff_and_heads_do_no_more_than_on_the_pages(app):
    yuan, fu = Script(app, "yuan"), Script(app, "fu")
    yuan.json("POST", "/api/documents", json={"kind": "制度", "title": "甲"}, status=403)
    yuan.json("GET", "/api/text/{id}", LEAVE, status=403)
    yuan.json("DELETE", "/api/documents/{id}", LEAVE, status=403)
    yuan.json("GET", "/api/audit", status=403)
    yuan.json("GET", "/api/check", status=403)
    yuan.json("GET", "/api/documents/{id}", "管理制度/薪酬办法", status=403)
    listed = yuan.json("GET", "/api/documents")["documents"]
    assert "管理制度/薪酬办法" not in {one["id"] for one in listed}
    fu.json("POST", "/api/documents", json={"kind": "制度", "title": "甲"}, status=403)
    sent = {"kind": "年终总结", "title": "", "period": "2026年", "department": "财务部"}
    own = fu.json("POST", "/api/documents", json=sent, status=201)
    mine = fu.json("GET", "/api/meta/{id}", own["id"])
    assert mine["meta"]["department"] == "客户部"
    for wrong in (
        {"部门": "财务部"}, {"类别": "制度"}, {"数据": ["../数据/财务部.yaml"]},
        {"编号": "制-1"}, {"文号": "制-1"}, {"替代": "管理制度/请假办法"}, {"Supersedes": "制-1"},
        {"上位依据": "制-1"}, {"生效日期": "2025-01-01"}, {"施行 日期": "2025-01-01"},
        {"发布日期": "2025-01-01"}, {"失效日期": None}, {"有效期至": "2030-01-01"},
        {"密级": "公开"}, {"版本": "9"}, {"批准": "总经理"}, {"解释部门": "客户部"}, {"随意": "x"},
    ):  # fmt: skip
        answer = fu("PATCH", "/api/meta/{id}", own["id"], json=wrong, headers=match(mine["hash"]))
        assert answer.status_code == 400, wrong
    assert fu.json("GET", "/api/meta/{id}", own["id"])["hash"] == mine["hash"]
    change = {"标题": "客户部总结", "期间": "2025年", "主体": "部门", "标签": "总结", "起草": "付"}
    fu.json("PATCH", "/api/meta/{id}", own["id"], json=change, headers=match(mine["hash"]))


def test_a_batch_gives_a_zip_and_says_what_is_missing(app):
    yuan = Script(app, "yuan")
    people = sheet(["姓名", "岗位"], ["张三", "柜员"], ["李四", "柜员"], ["王五", "飞行员"])
    form = {"file": (people, "人员.xlsx"), "document": "岗位职责", "name": "{姓名}"}
    answer = yuan("POST", "/api/batch", status=200, data=form)
    assert (answer.headers["Wenshu-Count"], answer.headers["Wenshu-Failed"]) == ("2", "1")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert "张三.docx" in archive.namelist()
        assert "办理张三的业务" in word_text(archive.read("张三.docx")).replace(" ", "")
    bad = {"file": (io.BytesIO(b"MZ"), "a.exe"), "document": "岗位职责"}
    yuan("POST", "/api/batch", status=400, data=bad)
    yuan("POST", "/api/batch", status=400, data={"document": "岗位职责"})


def test_a_batch_never_gives_what_one_may_not_see(app):
    rows = sheet(["姓名", "文档"], ["张三", "管理制度/薪酬办法"])
    form = {"file": (rows, "a.xlsx"), "document": "岗位职责"}
    assert Script(app, "yuan")("POST", "/api/batch", data=form).status_code == 403
    sent = {"documents": ["管理制度/薪酬办法"]}
    Script(app, "yuan").json("POST", "/api/booklet", json=sent, status=403)


def test_a_booklet_and_a_filled_page(app):
    yuan = Script(app, "yuan")
    book = yuan("POST", "/api/booklet", status=200, json={"kind": "管理制度", "title": "制度汇编"})
    assert "病假要证明" in word_text(book.data)
    assert "制度汇编" in word_text(book.data)
    yuan.json("POST", "/api/booklet", json={}, status=400)
    sent = {"values": {"姓名": "张三"}}
    page = yuan("POST", "/api/render/{id}", "岗位职责/柜员岗位职责", status=200, json=sent)
    assert "张三" in word_text(page.data)
    sent = {"template": "../../x"}
    yuan.json("POST", "/api/render/{id}", "岗位职责/柜员岗位职责", json=sent, status=400)
    assert "柜员" in word_text(yuan("GET", "/api/render/{id}", "岗位职责/柜员岗位职责").data)


def test_messages_for_a_list_of_customers(app):
    yuan = Script(app, "yuan")
    rows = ["客户姓名", "手机号"], ["张三", "13800000001"], ["李四", "不是号码"]
    form = {"file": (sheet(*rows), "客户.xlsx"), "scene": "春节"}
    found = yuan.json("POST", "/api/messages/{id}", "短信模板/节日问候", data=form)
    assert [one["phone"] for one in found["messages"]] == ["13800000001"]
    assert "张三您好" in found["messages"][0]["text"]
    assert [one["row"] for one in found["failed"]] == [2]
    form = {"file": (sheet(*rows), "客户.xlsx"), "scene": "春节", "format": "csv"}
    listed = yuan("POST", "/api/messages/{id}", "短信模板/节日问候", status=200, data=form)
    assert "13800000001" in listed.get_data(as_text=True)


def test_figures_of_a_spreadsheet_with_its_odd_cells(app):
    rows = (
        ["主要指标（单位：万元）"], ["项目", "期末余额", "年初余额"],
        ["各项存款", 161131, 121338], ["各项贷款", "约八万", 80000],
    )  # fmt: skip
    form = {"file": (sheet(*rows), "快报.xlsx")}
    found = Script(app, "fu").json("POST", "/api/metrics", data=form)
    assert found["metrics"][0]["change"] == 39793
    assert ("Sheet", "B4") in {(one["sheet"], one["cell"]) for one in found["problems"]}
    assert found["mapping"]["columns"][0] == {
        "column": "A", "title": "项目", "key": "指标", "unit": None,
    }  # fmt: skip
    broken = {"file": (io.BytesIO(b"PK"), "快报.xlsx")}
    Script(app, "fu")("POST", "/api/metrics", status=422, data=broken)


def test_an_import_is_looked_over_corrected_and_accepted(app):
    zhi = Script(app, "zhi")
    text = "图书借阅管理办法\n第一条 为规范借阅，制定本办法。\n第二条 每次不超过三本。\n"
    form = {"files": (io.BytesIO(text.encode()), "旧.txt")}
    token = zhi.json("POST", "/api/imports", data=form, status=202)["token"]

    def stage(wanted: str) -> Any:
        for _ in range(400):
            found = zhi.json("GET", "/api/imports/{token}", token)
            if found["stage"] == wanted:
                return found
            time.sleep(0.05)
        raise AssertionError(found)

    (document,) = stage("ready")["documents"]
    assert (document["kind"], document["wanted"]) == ("policy", True)
    assert "不超过三本" in zhi.json("GET", "/api/imports/{token}/text", token)["body"]
    change = {"documents": [{"number": 0, "title": "借书办法", "folder": "工会"}]}
    zhi.json("PATCH", "/api/imports/{token}", token, json=change)
    zhi.json("POST", "/api/imports/{token}/accept", token, status=202)
    assert [one["id"] for one in stage("done")["documents"]] == ["工会/借书办法"]
    assert zhi.json("GET", "/api/documents/{id}", "工会/借书办法")["meta"]["title"] == "借书办法"
    zhi.json("DELETE", "/api/imports/{token}", token)
    assert zhi.json("GET", "/api/imports")["imports"] == []
    Script(app, "yuan").json("GET", "/api/imports", status=403)


def test_attachments_come_go_and_are_hidden_with_their_document(app):
    zhi, yuan = Script(app, "zhi"), Script(app, "yuan")
    before = zhi.json("GET", "/api/attachments/{id}", LEAVE)
    form = {"file": (io.BytesIO(b"%PDF-1.4 x"), "请假单.pdf"), "type": "表单"}
    sent = {"data": form, "headers": match(before["hash"])}
    done = zhi.json("POST", "/api/attachments/{id}", LEAVE, status=201, **sent)
    (row,) = yuan.json("GET", "/api/attachments/{id}", LEAVE)["attachments"]
    assert (row["name"], row["type"], row["size"]) == ("请假单", "表单", 10)
    place = f"/api/files/{{id}}?file={row['file']}"
    assert yuan("GET", place, LEAVE, status=200).data == b"%PDF-1.4 x"
    yuan.json("GET", "/api/files/{id}?file=../请假办法.md", LEAVE, status=404)
    yuan.json("GET", "/api/files/{id}", LEAVE, status=400)
    form = {"file": (io.BytesIO(b"MZ"), "x.pdf")}
    bad = {"data": form, "headers": match(done["hash"])}
    zhi.json("POST", "/api/attachments/{id}", LEAVE, status=400, **bad)
    drop = f"/api/attachments/{{id}}?file={row['file']}"
    old = match(before["hash"])
    assert zhi("DELETE", drop, LEAVE, headers=old).status_code == 412
    zhi.json("DELETE", drop, LEAVE, headers=match(done["hash"]))
    assert zhi.json("GET", "/api/attachments/{id}", LEAVE)["attachments"] == []
    yuan.json("GET", "/api/attachments/{id}", "管理制度/薪酬办法", status=403)


def test_a_session_needs_the_token_against_forgery(app):
    client = log_in(app, "zhi")
    sent = {"kind": "制度", "title": "甲"}
    assert client.post("/api/documents", json=sent, base_url=BASE).status_code == 403
    token = client.get("/api/me", base_url=BASE).get_json()["csrf"]
    headers = {"X-CSRF-Token": token}
    good = client.post("/api/documents", json=sent, headers=headers, base_url=BASE)
    assert good.status_code == 201
    headers["Origin"] = "https://example.org"
    bad = client.post("/api/documents", json=sent, headers=headers, base_url=BASE)
    assert bad.status_code == 403


def test_only_what_is_described_is_taken(app):
    zhi = Script(app, "zhi")
    zhi.json(
        "POST", "/api/documents", json={"kind": "制度", "title": "甲", "path": "x"}, status=400
    )
    zhi.json("POST", "/api/documents", json={"kind": "制度"}, status=400)
    zhi.json("POST", "/api/documents", json=["制度"], status=400)
    zhi.json("POST", "/api/documents", data="kind=制度", status=415)
    zhi.json("POST", "/api/documents", data="{", content_type="application/json", status=400)
    zhi.json("POST", "/api/restore/{id}", LEAVE, json={"number": True}, status=400)
    huge = {"kind": "制度", "title": "字" * 300}
    zhi.json("POST", "/api/documents", json=huge, status=400)


def test_read_only_refuses_every_change(workspace):
    app = make_app(workspace.root, people=True, read_only=True)
    zhi = Script(app, "zhi")
    zhi.json("POST", "/api/documents", json={"kind": "制度", "title": "甲"}, status=403)
    zhi.json("DELETE", "/api/documents/{id}", LEAVE, status=403)
    assert zhi.json("GET", "/api/documents")["documents"]


def test_no_status_of_the_table_passes_by_open_places(app):
    """As the button refuses it; no status at all counts as 定稿."""
    fu = Script(app, "fu")
    sent = {"kind": "年终总结", "title": "", "period": "2026年"}
    own = fu.json("POST", "/api/documents", json=sent, status=201)
    for body, status in (("## 一\n\n〔总体评价〕\n", 422), ("## 一\n\n完成。\n", 200)):
        send = {"json": {"body": body}, "headers": match(own["hash"])}
        own = fu.json("PUT", "/api/text/{id}", own["id"], **send)
        for value in ("定稿", None, ""):
            send = {"json": {"状态": value, "主体": "部门"}, "headers": match(own["hash"])}
            answer = fu("PATCH", "/api/meta/{id}", own["id"], **send, status=status)
            if status == 422:
                assert "〔总体评价〕" in answer.get_json()["error"]["message"]
            now = fu.json("GET", "/api/meta/{id}", own["id"])
            assert now["meta"]["status"] == ("草稿" if status == 422 else "定稿")
            own["hash"] = now["hash"]


def test_the_table_takes_lists_of_texts_and_no_control_characters(app):
    zhi = Script(app, "zhi")
    hash_ = zhi.json("GET", "/api/meta/{id}", LEAVE)["hash"]
    for wrong in (
        {"标签": ["a\0"]},
        {"适用范围": "全\x07体"},
        {"标签": [["a"]]},
        {"附件": [{"名称": "甲\0"}]},
    ):
        zhi("PATCH", "/api/meta/{id}", LEAVE, json=wrong, headers=match(hash_), status=400)
    sent = {"标签": ["a", "b"], "上位依据": ["《甲法》", "《乙法》"]}
    zhi.json("PATCH", "/api/meta/{id}", LEAVE, json=sent, headers=match(hash_))
    meta = zhi.json("GET", "/api/meta/{id}", LEAVE)["meta"]
    assert (meta["tags"], meta["basis"]) == (["a", "b"], ["《甲法》", "《乙法》"])

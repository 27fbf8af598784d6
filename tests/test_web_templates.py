"""Word templates in the page: examined, tried, replaced, brought back."""

from __future__ import annotations

import html
import io
import re
import struct
import zipfile
from typing import TYPE_CHECKING

import docx
import pytest
from test_web_api_writing import Script
from tools_web import BASE, log_in, make_app, post, text_of

from generator.pdf import find_converter
from web.pictures import png
from web.word_templates import WordTemplates

if TYPE_CHECKING:
    from flask import Flask

    from store import Workspace

RULE = """---
标题: 请假办法
类别: 管理制度
版本: 2024
状态: 现行
生效日期: 2024-01-01
---

1. 请假要批准。
"""
PLACE = "/templates/policy/标准"


@pytest.fixture
def workspace(make_workspace) -> Workspace:
    found: Workspace = make_workspace({"管理制度/请假办法": RULE})
    return found


@pytest.fixture
def app(workspace: Workspace) -> Flask:
    return make_app(workspace.root, people=True)


def template(*paragraphs: str) -> bytes:
    made = docx.Document()
    for text in paragraphs:
        made.add_paragraph(text)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


GOOD = template("新模板的页头", "{{ 标题 }}", "{{p 正文 }}")


def sent(client, data: bytes, name: str = "新.docx", place: str = PLACE):
    return post(client, place, "/templates", file=(io.BytesIO(data), name))


def act(client, wanted: str, **more: str):
    return post(client, f"{PLACE}/act", "/templates", act=wanted, **more)


def word(client) -> str:
    answer = client.get("/word/管理制度/请假办法", base_url=BASE)
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        return re.sub(r"<[^>]+>", "", archive.read("word/document.xml").decode())


def test_a_template_waits_is_tried_taken_and_brought_back(app, workspace):
    client = log_in(app, "zhi")
    listed = text_of(client, "/templates")
    assert "管理制度" in listed
    assert "签收表" in listed
    assert "新模板的页头" not in word(client)
    assert sent(client, GOOD).status_code == 303
    page = text_of(client, PLACE)
    assert "检查通过" in page
    assert "有待启用" in text_of(client, "/templates")
    assert "新模板的页头" not in word(client)
    trial = client.get(f"{PLACE}/trial.docx?doc=管理制度/请假办法", base_url=BASE)
    assert trial.data[:2] == b"PK"
    assert act(client, "accept").status_code == 303
    assert "新模板的页头" in word(client)
    assert "请假要批准" in word(client)
    page = text_of(client, PLACE)
    (key,) = re.findall(r'name="key" value="([0-9-]+)"', page)
    kept = client.get(f"{PLACE}.docx?key={key}", base_url=BASE).data
    assert kept.startswith(b"PK")
    assert act(client, "restore", key=key).status_code == 303
    assert "新模板的页头" not in word(client)
    assert (workspace.root / "templates/policy/标准.docx").read_bytes() == kept
    assert len(WordTemplates(workspace).get("policy", "标准").formers) == 2
    shown = text_of(log_in(app, "xi"), "/admin/audit")
    assert "替换 Word 模板" in shown
    assert "恢复 Word 模板" in shown


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (template("{{ 标题 }}"), "{{p 正文 }}"),
        (template("{{ 正文 }}"), "{{p 正文 }}"),
        (template("{{p 正文 }}", "{% if 部门 %}"), "endif"),
        (template("{{p 正文 }}", "{{ 标题"), "没有结束"),
    ],
)
def test_what_would_not_print_is_told_and_not_taken(app, data, told):
    client = log_in(app, "zhi")
    assert sent(client, data).status_code == 303
    page = text_of(client, PLACE)
    assert told in page
    assert "怎样改" in page
    assert "启用新模板" not in page
    assert act(client, "accept").status_code == 422
    assert act(client, "discard").status_code == 303
    assert "上传的模板还没有启用" not in text_of(client, PLACE)


def test_what_is_no_template_is_refused(app):
    client = log_in(app, "zhi")
    assert sent(client, b"no zip").status_code == 422
    assert sent(client, GOOD, "新.doc").status_code == 400
    assert post(client, PLACE, "/templates").status_code == 400
    text_of(client, "/templates/policy/没有的", 404)
    text_of(client, "/templates/nix/标准", 404)
    text_of(client, "/templates/policy/..", 400)
    assert act(client, "accept").status_code == 400
    assert act(client, "restore", key="20200101-000000").status_code == 404


def test_another_template_is_added_under_its_own_name(app):
    client = log_in(app, "zhi")
    fields = {"name": "简版", "file": (io.BytesIO(GOOD), "a.docx")}
    assert post(client, "/templates/policy", "/templates", **fields).status_code == 303
    page = "/templates/policy/简版"
    assert "检查通过" in text_of(client, page)
    assert post(client, f"{page}/act", "/templates", act="accept").status_code == 303
    answer = client.get("/word/管理制度/请假办法?template=简版", base_url=BASE)
    assert answer.status_code == 200
    fields["file"] = (io.BytesIO(GOOD), "a.docx")
    assert post(client, "/templates/policy", "/templates", **fields).status_code == 400


def test_only_editors_come_in(app):
    for name in ("yuan", "fu"):
        client = log_in(app, name)
        text_of(client, "/templates", 403)
        assert sent(client, GOOD).status_code == 403
    assert "Word 模板" not in text_of(log_in(app, "yuan"), "/library")


def test_a_page_is_shown_or_it_is_said_why_not(app, monkeypatch):
    from generator.pdf import NoConverter  # noqa: PLC0415

    def none(_data: bytes) -> bytes:
        raise NoConverter

    monkeypatch.setattr("web.pages.printing.as_pdf", none)
    client = log_in(app, "zhi")
    page = text_of(client, f"{PLACE}?doc=管理制度/请假办法")
    assert "下载填好的 Word" in page
    assert "LibreOffice" in page


def test_a_picture_is_a_valid_png():
    data = png(2, 1, bytes((255, 0, 0, 0, 0, 255)))
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert data[16:24] == b"\x00\x00\x00\x02\x00\x00\x00\x01"


def test_the_same_for_scripts(app):
    zhi = Script(app, "zhi")
    place = {"kind": "policy", "name": "标准"}

    def ask(method: str, path: str, status: int = 200, **more):
        address = path.replace("{kind}", place["kind"]).replace("{name}", place["name"])
        answer = zhi.client.open(address, method=method, headers=zhi.headers, base_url=BASE, **more)
        assert answer.status_code == status, answer.get_data(as_text=True)
        return answer

    names = {(one["kind"], one["name"]) for one in zhi.json("GET", "/api/templates")["templates"]}
    assert ("policy", "标准") in names
    before = ask("GET", "/api/templates/{kind}/{name}").data
    assert ask("GET", "/api/templates/{kind}/{name}/check").get_json()["ok"]
    bad = {"file": (io.BytesIO(template("没有正文")), "a.docx")}
    assert not ask("POST", "/api/templates/{kind}/{name}/check", data=bad).get_json()["ok"]
    bad = {"file": (io.BytesIO(template("没有正文")), "a.docx")}
    ask("PUT", "/api/templates/{kind}/{name}", 422, data=bad)
    good = {"file": (io.BytesIO(GOOD), "a.docx")}
    made = ask("PUT", "/api/templates/{kind}/{name}", data=good).get_json()
    assert made["own"]
    key = made["kept"][0]["key"]
    ask("POST", "/api/templates/{kind}/{name}/restore", json={"key": key})
    assert ask("GET", "/api/templates/{kind}/{name}").data == before


def test_a_finished_page_is_drawn(app):
    if find_converter() is None:
        pytest.skip("no LibreOffice here")
    client = log_in(app, "zhi")
    page = text_of(client, f"{PLACE}?doc=管理制度/请假办法")
    (address,) = re.findall(r'<img src="([^"]*page-1[^"]*)"', page)
    picture = client.get(html.unescape(address), base_url=BASE)
    assert picture.mimetype == "image/png"
    width, height = struct.unpack(">II", picture.data[16:24])
    assert 1.3 < height / width < 1.5
    assert len(picture.data) > 5000
    text_of(client, f"{PLACE}/page-9.png?doc=管理制度/请假办法", 404)

"""Import by upload: looked over first, written when accepted."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from tools_web import BASE, log_in, make_app, post, text_of

if TYPE_CHECKING:
    from store import Workspace

OLD = """\
图书借阅管理办法

第一章 总则
第一条 为规范图书借阅，制定本办法。
第二条 本办法适用于全体员工。
第二章 借阅
第三条 每人每次借阅不超过三本，期限三十日。
"""


def upload(client, name: str = "借阅办法.txt", data: bytes = OLD.encode("gb18030")):
    return post(client, "/import", "/import", files=(io.BytesIO(data), name))


def test_looked_over_then_accepted(make_workspace):
    workspace: Workspace = make_workspace({"甲": "---\n标题: 甲\n类别: 文章\n---\n\n正文。\n"})
    client = log_in(make_app(workspace.root, people=True), "zhi")
    shown = upload(client).get_data(as_text=True)
    assert "图书借阅管理办法" in shown
    assert len(list(workspace.kb.rglob("*.md"))) == 1
    token = re.search(r'action="/import/([0-9a-f]{32})"', shown)
    assert token
    other = log_in(make_app(workspace.root), "xi")
    assert post(other, f"/import/{token[1]}", "/import").status_code == 404
    assert post(client, f"/import/{token[1]}", "/import").status_code == 302
    found = client.get("/api/search?q=借阅 期限", base_url=BASE).get_json()
    assert "三十日" in found["hits"][0]["text"]
    assert post(client, f"/import/{token[1]}", "/import").status_code == 404


def test_what_cannot_be_imported_is_refused(make_workspace):
    workspace: Workspace = make_workspace({"甲": "---\n标题: 甲\n类别: 文章\n---\n\n正文。\n"})
    app = make_app(workspace.root, people=True)
    client = log_in(app, "zhi")
    assert upload(client, "程序.exe", b"MZ").status_code == 400
    assert "坏.docx" in upload(client, "坏.docx", b"no zip").get_data(as_text=True)
    assert post(client, "/import/" + "0" * 32, "/import").status_code == 404
    staff = log_in(app, "yuan")
    text_of(staff, "/import", 403)

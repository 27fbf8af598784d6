"""Import by upload: read by a thread, looked over, corrected, written when accepted."""

from __future__ import annotations

import io
import re
import time
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock
from tools_web import BASE, csrf, log_in, make_app, post, text_of

from importer.choices import Choice
from store.exceptions import UsageError
from web.imports import Imports

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from store import Workspace

OLD = """\
图书借阅管理办法

第一章 总则
第一条 为规范图书借阅，制定本办法。
第二条 本办法适用于全体员工。
第二章 借阅
第三条 每人每次借阅不超过三本，期限三十日。
"""
NOTE = "读书心得\n\n一、缘起\n春天读了一本书。\n二、收获\n收获很多，写在这里。\n"


@pytest.fixture
def workspace(make_workspace) -> Workspace:
    found: Workspace = make_workspace({"甲": "---\n标题: 甲\n类别: 文章\n---\n\n正文。\n"})
    return found


@pytest.fixture
def app(workspace: Workspace) -> Flask:
    return make_app(workspace.root, people=True)


def upload(client: FlaskClient, *files: tuple[str, bytes]):
    sent = files or (("借阅办法.txt", OLD.encode("gb18030")),)
    return post(client, "/import", "/import", files=[(io.BytesIO(d), n) for n, d in sent])


def waited(client: FlaskClient, address: str) -> str:
    """The page when the thread has done its work."""
    for _ in range(600):
        page = text_of(client, address)
        if "正在" not in page:
            return page
        time.sleep(0.05)
    raise AssertionError(page)


def begun(client: FlaskClient, *files: tuple[str, bytes]) -> str:
    answer = upload(client, *files)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    waited(client, answer.headers["Location"])
    return str(answer.headers["Location"])


def two(client: FlaskClient) -> str:
    return begun(client, ("办法.txt", OLD.encode()), ("心得.txt", NOTE.encode()))


def documents(workspace: Workspace) -> set[str]:
    workspace.refresh()
    return {entry.id for entry in workspace.entries} - {"甲"}


def test_looked_over_then_accepted(app, workspace):
    client = log_in(app, "zhi")
    address = begun(client)
    shown = text_of(client, address)
    assert 'value="图书借阅管理办法"' in shown
    assert "每人每次借阅不超过三本" in text_of(client, f"{address}/text/0")
    assert documents(workspace) == set()
    assert (
        post(client, address, address, accept="1", row="0", **{"wanted-0": "1"}).status_code == 303
    )
    done = waited(client, address)
    assert "已导入 1 份文档" in done
    assert documents(workspace) == {"管理制度/图书借阅管理办法"}
    found = client.get("/api/search?q=借阅 期限", base_url=BASE).get_json()
    assert "三十日" in found["hits"][0]["text"]
    admin = log_in(app, "xi")
    assert "导入" in text_of(admin, "/admin/audit")
    assert post(client, address, address, accept="1").status_code == 400
    assert post(client, f"{address}/drop", address).status_code == 303
    text_of(client, address, 404)


def test_rows_are_corrected_and_left_out(app, workspace):
    client = log_in(app, "zhi")
    address = two(client)
    kept = post(
        client, f"{address}/row/0", address,
        **{"wanted-0": "1", "title-0": "图书管理办法", "department-0": "工会"},
        **{"folder-0": "工会/制度"},
    )  # fmt: skip
    assert "选中 2 份" in kept.get_data(as_text=True)
    post(client, address, address, accept="1", row="1")
    waited(client, address)
    assert documents(workspace) == {"工会/制度/图书管理办法"}
    meta = workspace.entry("工会/制度/图书管理办法").meta
    assert (meta.title, meta.department) == ("图书管理办法", "工会")


def test_the_kind_is_corrected(app, workspace):
    client = log_in(app, "zhi")
    address = begun(client, ("心得.txt", NOTE.encode()))
    assert 'value="other" selected' in text_of(client, address)
    sent = {"wanted-0": "1", "kind-0": "article"}
    post(client, address, address, accept="1", row="0", **sent)
    waited(client, address)
    assert documents(workspace) == {"文章/读书心得"}


def test_the_review_goes_on_after_a_restart(app, workspace):
    client = log_in(app, "zhi")
    address = two(client)
    post(client, f"{address}/row/1", address, **{"title-1": "不要的心得"})
    app.extensions["wenshu"].database.close()
    again = make_app(workspace.root)
    later = log_in(again, "zhi")
    assert address in text_of(later, "/import")
    page = text_of(later, address)
    assert 'value="不要的心得"' in page
    assert len(re.findall(r'name="wanted-\d" value="1" checked', page)) == 1
    post(later, address, address, accept="1")
    waited(later, address)
    assert documents(workspace) == {"管理制度/图书借阅管理办法"}
    again.extensions["wenshu"].database.close()


def test_reading_that_was_cut_off_is_begun_again(app, workspace, monkeypatch):
    client = log_in(app, "zhi")
    monkeypatch.setattr("web.imports.Imports._run", lambda _self, _token, lock: lock.release())
    address = upload(client).headers["Location"]
    assert "正在读取" in text_of(client, address)
    folder = workspace.data / "uploads" / address.rpartition("/")[2]
    with FileLock(folder / "working.lock"):  # another process is at it
        monkeypatch.undo()
        assert "正在读取" in text_of(client, address)
    assert "核对要导入的文档" in waited(client, address)


def test_progress_is_told_and_ends(app):
    client = log_in(app, "zhi")
    address = begun(client)
    answer = client.get(f"{address}/progress", base_url=BASE)
    assert answer.headers["HX-Redirect"] == address
    assert 'max="1"' in answer.get_data(as_text=True)


def test_nobody_sees_what_somebody_else_uploaded(app):
    client = log_in(app, "zhi")
    address = begun(client)
    other = log_in(app, "xi")
    text_of(other, address, 404)
    assert post(other, address, "/import", accept="1").status_code == 404
    assert address not in text_of(other, "/import")
    text_of(log_in(app, "yuan"), "/import", 403)


def test_what_cannot_be_imported_is_refused(app, workspace):
    client = log_in(app, "zhi")
    assert upload(client, ("程序.exe", b"MZ")).status_code == 400
    assert post(client, "/import", "/import").status_code == 400
    address = begun(client, ("坏.docx", b"no zip"))
    assert "坏.docx" in text_of(client, address)
    assert post(client, address, address, accept="1").status_code == 400
    assert post(client, "/import/" + "0" * 32, "/import").status_code == 404
    good = begun(client)
    for wrong in ({"folder-0": "../外面"}, {"folder-0": "a:b"}, {"kind-0": "没有的类别"}):
        answer = post(client, f"{good}/row/0", good, **{"wanted-0": "1", **wrong})
        assert answer.status_code in {400, 404}, wrong
    assert post(client, f"{good}/row/99", good).status_code == 404
    text_of(client, f"{good}/text/99", 404)
    assert post(client, f"{good}/drop", good).status_code == 303
    assert not any((workspace.data / "uploads").glob(good.rpartition("/")[2]))
    assert documents(workspace) == set()


def test_many_files_are_looked_over_page_by_page(app, workspace):
    client = log_in(app, "zhi")
    many = [
        (f"文章{n:02d}.txt", f"文章{n:02d}\n\n这里是第{n}篇的文字。\n".encode()) for n in range(54)
    ]
    address = begun(client, *many)
    assert "读出 54 份文档" in text_of(client, address)
    second = text_of(client, f"{address}?page=2")
    assert second.count('name="row"') == 4
    first = {"row": [str(n) for n in range(50)], "page": "2", "wanted-7": "1"}
    sent = client.post(address, data={"csrf": csrf(client, address), **first}, base_url=BASE)
    assert sent.headers["Location"].endswith("page=2")
    assert "选中 5 份" in text_of(client, f"{address}?page=2")
    last = {f"wanted-{n}": "1" for n in range(50, 53)} | {"row": [str(n) for n in range(50, 54)]}
    post(client, address, f"{address}?page=2", accept="1", **last)
    assert "已导入 4 份文档" in waited(client, address)
    assert len(documents(workspace)) == 4


def test_what_is_being_written_is_neither_dropped_nor_accepted_again(app, workspace, monkeypatch):
    client = log_in(app, "zhi")
    address = begun(client)
    imports = Imports(app.extensions["wenshu"], "zhi")
    stale = imports.get(address.rpartition("/")[2])
    works: list[str] = []
    monkeypatch.setattr(Imports, "_work", lambda _self, batch: works.append(batch.stage))
    imports.change(stale.token, {0: Choice(wanted=True, title="改过的名称")})
    imports.accept(stale)
    assert works == ["writing"]
    assert imports.get(stale.token).rows[0].choice.title == "改过的名称"
    with pytest.raises(UsageError):
        imports.accept(stale)
    assert post(client, f"{address}/drop", "/import").status_code == 400
    monkeypatch.undo()
    waited(client, address)
    assert len(documents(workspace)) == 1


def test_what_was_dropped_while_it_was_read_stays_away(app, workspace, monkeypatch):
    client = log_in(app, "zhi")
    monkeypatch.setattr(Imports, "_work", lambda _self, _batch: None)
    token = upload(client).headers["Location"].rpartition("/")[2]
    imports = Imports(app.extensions["wenshu"], "zhi")
    batch = imports.get(token)
    imports.drop(token)
    imports._stage(batch)
    assert imports._kept.get(token) is None
    assert not (workspace.data / "uploads" / token).exists()

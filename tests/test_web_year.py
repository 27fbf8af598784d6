"""The year's summary: from finance's spreadsheet to the finished Word file."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook
from tools_web import BASE, log_in, make_app, post, text_of

if TYPE_CHECKING:
    from flask import Flask

    from store import Workspace

ID = "年终总结/客户部2026年工作总结"
ROWS = (
    ["客户部2026年主要指标（单位：万元）"],
    ["项目", "期末余额", "年初余额", "年度计划", "备注"],
    ["各项存款", 161131, 121338, 16000, ""],
    ["各项贷款", 88000, 80000, 10000, ""],
)


def workbook(rows=ROWS) -> io.BytesIO:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return io.BytesIO(out.getvalue())


@pytest.fixture
def workspace(make_workspace) -> Workspace:
    found: Workspace = make_workspace({"甲": "---\n标题: 甲\n类别: 文章\n---\n\n正文。\n"})
    return found


@pytest.fixture
def app(workspace: Workspace) -> Flask:
    return make_app(workspace.root, people=True)


def begin(client) -> None:
    answer = post(client, "/year", "/year", department="客户部", period="2026年", subject="部门")
    assert answer.status_code == 302, answer.get_data(as_text=True)


def test_from_the_spreadsheet_to_the_word_file(app, workspace):
    client = log_in(app, "fu")
    assert "写年终总结" in text_of(client, "/")
    begin(client)
    desk = f"/year/desk/{ID}"
    sent = post(client, f"/year/data/{ID}", desk, file=(workbook(), "财务快报.xlsx"))
    assert sent.status_code == 302, sent.get_data(as_text=True)
    page = text_of(client, desk)
    assert "各项存款余额161131万元，比年初增加39793万元" in page
    assert re.search(r'<select id="c0".*?<option selected>指标', page, re.DOTALL)
    answer = client.get(f"/word/{ID}", base_url=BASE)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        text = re.sub(r"<[^>]+>", "", archive.read("word/document.xml").decode())
    assert "各项存款余额161131万元，比年初增加39793万元" in text
    assert "客户部2026年工作总结" in text
    assert (workspace.kb / "年终总结/数据/客户部2026年工作总结.xlsx").is_file()


def test_nothing_is_lost_between_the_steps(app):
    begin(log_in(app, "fu"))
    later = log_in(app, "fu")
    assert "客户部2026年工作总结" in text_of(later, "/year")
    assert "还没有数字" in text_of(later, f"/year/desk/{ID}")


def test_a_confirmed_mapping_is_used(app):
    client = log_in(app, "zhi")
    begin(client)
    desk = f"/year/desk/{ID}"
    post(client, f"/year/data/{ID}", desk, file=(workbook(), "a.xlsx"))
    fields = {"c0": "指标", "c1": "期末", "c2": "不用", "c3": "不用", "c4": "不用"}
    assert post(client, f"/year/mapping/{ID}", desk, **fields).status_code == 302
    page = text_of(client, desk)
    assert "已确认" in page
    assert "比年初增加" not in page
    wrong = post(client, f"/year/mapping/{ID}", desk, c0="期末")
    assert wrong.status_code == 400


def test_what_is_no_spreadsheet_is_refused_and_the_old_one_stays(app, workspace):
    client = log_in(app, "zhi")
    begin(client)
    desk = f"/year/desk/{ID}"
    post(client, f"/year/data/{ID}", desk, file=(workbook(), "a.xlsx"))
    path = workspace.kb / "年终总结/数据/客户部2026年工作总结.xlsx"
    before = path.read_bytes()
    for name, data in (("b.xlsx", b"garbage"), ("b.exe", b"MZ"), ("b.csv", b"a,b\n")):
        answer = post(client, f"/year/data/{ID}", desk, file=(io.BytesIO(data), name))
        assert answer.status_code in {400, 422}, name
    assert path.read_bytes() == before


def test_others_write_no_summaries(app):
    staff = log_in(app, "yuan")
    text_of(staff, "/year", 403)
    assert "写总结" not in text_of(staff, "/")
    head = log_in(app, "fu")
    answer = post(head, "/year", "/year", department="财务部", period="2026年")
    assert answer.status_code == 302
    assert "%E5%AE%A2%E6%88%B7%E9%83%A8" in answer.headers["Location"]
    bad = post(head, "/year", "/year", department="客户部", period="某年")
    assert bad.status_code == 400


def test_the_blank_sheet_is_there(app):
    client = log_in(app, "fu")
    answer = client.get("/year/blank.xlsx", base_url=BASE)
    assert zipfile.ZipFile(io.BytesIO(answer.data)).testzip() is None

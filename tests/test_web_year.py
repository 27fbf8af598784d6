"""The year's summary: from finance's spreadsheet to the finished Word file."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook
from tools_web import BASE, csrf, log_in, make_app, post, text_of

from store.model import Problem
from store.spreadsheet import Sheet
from web.sheets import grid_of

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


ODD = (*ROWS[:2], ["各项存款", 161131, 121338, 16000, ""], ["各项贷款", "约八万", 80000, 1, ""])
STRANGE = (["甲", "乙", "丙"], ["存款", 161131, 121338], ["贷款", 88000, 80000])


def desk_with(client, rows) -> str:
    begin(client)
    answer = post(client, f"/year/data/{ID}", "/year", file=(workbook(rows), "财务快报.xlsx"))
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return text_of(client, f"/year/desk/{ID}")


def test_an_odd_cell_is_marked_where_it_stands(app):
    page = desk_with(log_in(app, "fu"), ODD)
    cell = re.search(
        r'<td id="cell-B4" class="error\s*">约八万<a class="flag" href="#remark-(\d+)"', page
    )
    assert cell
    remark = re.search(
        rf'<li id="remark-{cell[1]}" class="error"><a href="#cell-B4">B4</a>：(.*?)</li>', page
    )
    assert remark
    assert "工作表" not in remark[1]


def test_corrections_outlive_the_browser_and_the_program(app, workspace):
    client = log_in(app, "fu")
    desk_with(client, ROWS)
    shown = post(client, f"/year/keep/{ID}", f"/year/desk/{ID}", c2="不用")
    assert shown.status_code == 302
    page = text_of(client, f"/year/desk/{ID}")
    assert "还没有确认" in page
    assert "比年初增加" not in page.partition("现在的样子")[0]
    app.extensions["wenshu"].database.close()
    later = make_app(workspace.root)
    client = log_in(later, "fu")
    page = text_of(client, f"/year/desk/{ID}")
    assert re.search(r'id="c2"[^>]*>.*?<option selected>不用</option>', page)
    answer = client.get(f"/word/{ID}", base_url=BASE)
    assert answer.status_code == 200  # the document itself still has the guess
    post(client, f"/year/mapping/{ID}", f"/year/desk/{ID}")
    page = text_of(client, f"/year/desk/{ID}")
    assert "已确认" in page
    assert "比年初增加" not in page
    later.extensions["wenshu"].database.close()


def test_corrections_are_put_away(app):
    client = log_in(app, "fu")
    desk_with(client, ROWS)
    post(client, f"/year/keep/{ID}", f"/year/desk/{ID}", c2="不用")
    post(client, f"/year/forget/{ID}", f"/year/desk/{ID}")
    assert "比年初增加39793万元" in text_of(client, f"/year/desk/{ID}")


def test_a_sheet_without_a_known_header_waits_until_it_is_pointed_out(app, workspace):
    client = log_in(app, "fu")
    page = desk_with(client, STRANGE)
    assert "没有认出这张表的表头" in page
    assert not (workspace.kb / "年终总结/数据/客户部2026年工作总结.xlsx").exists()
    desk = f"/year/desk/{ID}"
    post(client, f"/year/keep/{ID}", desk, header="1", depth="1")
    fields = {"c0": "指标", "c1": "期末", "c2": "年初", "d-单位": "万元"}
    shown = client.post(
        f"/year/keep/{ID}",
        data={"csrf": csrf(client, desk), **fields},
        headers={"HX-Request": "true"},
        base_url=BASE,
    )
    part = shown.get_data(as_text=True)
    assert "<html" not in part
    assert "39793" in part
    assert post(client, f"/year/mapping/{ID}", desk).status_code == 302
    assert (workspace.kb / "年终总结/数据/客户部2026年工作总结.xlsx").is_file()
    page = text_of(client, desk)
    assert "已确认" in page
    assert "存款余额161131万元" in page
    again = post(client, f"/year/data/{ID}", desk, file=(workbook(STRANGE), "下月.xlsx"))
    assert again.status_code == 302
    assert "没有认出" not in text_of(client, desk)


def test_another_sheet_is_chosen(app):
    book = Workbook()
    for name, value in (("一月", 100), ("二月", 200)):
        sheet = book.create_sheet(name)
        sheet.append(["项目（万元）", "期末", "年初"])
        sheet.append(["存款", value, 50])
    del book["Sheet"]
    out = io.BytesIO()
    book.save(out)
    client = log_in(app, "fu")
    begin(client)
    desk = f"/year/desk/{ID}"
    post(client, f"/year/data/{ID}", desk, file=(io.BytesIO(out.getvalue()), "月报.xlsx"))
    other = "二月" if "存款余额100" in text_of(client, desk) else "一月"
    post(client, f"/year/keep/{ID}", desk, sheet=other)
    page = text_of(client, desk)
    assert f"<option selected>{other}</option>" in page
    assert post(client, f"/year/mapping/{ID}", desk).status_code == 302


def test_nobody_elses_corrections_are_shown(app):
    desk_with(log_in(app, "fu"), ROWS)
    head, editor = log_in(app, "fu"), log_in(app, "zhi")
    post(head, f"/year/keep/{ID}", f"/year/desk/{ID}", c2="不用")
    assert "比年初增加39793万元" in text_of(editor, f"/year/desk/{ID}")


def test_a_grid_shows_what_is_odd_far_below():
    rows: list[list[str | float | None]] = [["项目", "期末"], *[["甲", 1.5]] * 200]
    problem = Problem("", 150, "warning", "x", "工作表“表”第 150 行：怪。")
    grid = grid_of(Sheet("表", rows), None, [problem])
    assert [row.number for row in grid.rows][-2:] == [40, 150]
    assert grid.rows[-1].gap
    assert grid.rows[-1].marks == [1]
    assert grid.left_out == 160
    assert grid.rows[1].cells[1].text == "1.5"


def test_a_finished_report_keeps_its_figures(app, workspace):
    client = log_in(app, "zhi")
    begin(client)
    desk = f"/year/desk/{ID}"
    post(client, f"/year/data/{ID}", desk, file=(workbook(), "a.xlsx"))
    path = workspace.kb / "年终总结/数据/客户部2026年工作总结.xlsx"
    before = path.read_bytes()
    text = workspace.kb / f"{ID}.md"
    written = text.read_text(encoding="utf-8").replace("状态: 草稿", "状态: 定稿")
    text.write_text(written, encoding="utf-8")
    again = post(client, f"/year/data/{ID}", desk, file=(workbook(ROWS[:3]), "b.xlsx"))
    assert again.status_code == 400
    assert "先撤销定稿" in again.get_data(as_text=True)
    assert path.read_bytes() == before


def test_another_spreadsheet_of_the_report_stays_named(app, workspace):
    client = log_in(app, "zhi")
    begin(client)
    desk = f"/year/desk/{ID}"
    post(client, f"/year/data/{ID}", desk, file=(workbook(), "a.xlsx"))
    text = workspace.kb / f"{ID}.md"
    written = text.read_text(encoding="utf-8")
    own = "数据/客户部2026年工作总结.xlsx"
    (workspace.kb / "年终总结/数据/另.xlsx").write_bytes(workbook(ROWS[:3]).read())
    text.write_text(written.replace(f"[{own}]", f"[{own}, 数据/另.xlsx]"), encoding="utf-8")
    post(client, f"/year/data/{ID}", desk, file=(workbook(), "b.xlsx"))
    assert f"[{own}, 数据/另.xlsx]" in text.read_text(encoding="utf-8")

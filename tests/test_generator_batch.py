"""Batches: rows to files, failures by row and field, going on, safe names, booklets and zips."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from time import monotonic as time_now
from time import sleep

import openpyxl
import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from tools_word import sdk_errors

from generator.batch import STATE_FILE, Batch, Failure
from generator.batch_binding import Part, bind, bind_booklet, bind_zip
from generator.batch_names import Namer, safe_file_name
from generator.batch_render import BatchSource
from generator.batch_rows import BatchRow, read_table
from generator.booklet import render_booklet
from generator.render import render_document
from generator.render_cache import RenderCache
from generator.replay import SharedBody
from store import Workspace
from store.exceptions import EnvironmentRefused, InputError, NotFoundError, UsageError

ROOT = Path(__file__).resolve().parent.parent
HEADER = ["姓名", "岗位", "月薪", "日期", "备注"]


@pytest.fixture
def notice(tmp_path):
    document = Document()
    document.add_paragraph(
        "{{ 姓名 }}同志：聘您为{{ 岗位 }}，月薪{{ 月薪|大写金额 }}，自{{ 日期 }}起。"
    )
    document.add_paragraph("{{ 备注|default('无备注') }} 第{{ 序号 }}份")
    path = tmp_path / "通知.docx"
    document.save(str(path))
    return path


def write_rows(path, rows, header=HEADER, before=()):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (*before, header, *rows):
        sheet.append(list(row))
    book.save(path)
    return path


def people(count):
    return [
        [f"员工{at:04d}", "出纳", 5000 + at, date(2024, 1, 5), ""] for at in range(1, count + 1)
    ]


def text_of(path):
    return "\n".join(paragraph.text for paragraph in Document(str(path)).paragraphs)


def test_a_thousand_rows_with_three_bad_ones(notice, tmp_path):
    rows = people(1000)
    rows[9][1], rows[499][0], rows[998][2] = "", None, "五千"
    table = write_rows(tmp_path / "人员.xlsx", rows)
    out = tmp_path / "输出"
    seen = []
    batch = Batch(BatchSource(template_file=notice), read_table(table), out, processes=2)
    result = batch.run(lambda done, total: seen.append((done, total)))
    assert len(result.outputs) == result.made == 997
    assert [(failure.row, failure.field) for failure in result.failed] == [
        (10, "岗位"),
        (500, "姓名"),
        (999, "月薪"),
    ]
    assert "第 11 行" in result.failed[0].message
    assert "五千" in result.failed[2].message
    assert seen[-1] == (1000, 1000)
    assert len(list(out.glob("*.docx"))) == 997
    assert text_of(out / "0001-员工0001.docx") == (
        "员工0001同志：聘您为出纳，月薪伍仟零壹元整，自2024年1月5日起。\n无备注 第1份"
    )
    for name in ("0001-员工0001.docx", "1000-员工1000.docx"):
        assert sdk_errors(out / name) == []
    before = {path: path.stat().st_mtime_ns for path in out.glob("*.docx")}
    rows[9][1], rows[499][0], rows[998][2] = "会计", "员工0500", 5999
    write_rows(table, rows)
    again = Batch(BatchSource(template_file=notice), read_table(table), out).run()
    assert (again.made, len(again.outputs), again.failed) == (3, 1000, [])
    assert all(path.stat().st_mtime_ns == at for path, at in before.items())


def test_a_changed_row_is_made_anew_and_an_edited_file_is_left_alone(notice, tmp_path):
    table = write_rows(tmp_path / "人员.xlsx", people(3))
    out = tmp_path / "输出"
    source = BatchSource(template_file=notice)
    Batch(source, read_table(table), out).run()
    edited = out / "0002-员工0002.docx"
    edited.write_bytes(edited.read_bytes() + b"\0")
    rows = people(3)
    rows[0][1] = rows[1][1] = "会计"
    write_rows(table, rows)
    result = Batch(source, read_table(table), out).run()
    assert result.made == 1
    assert "会计" in text_of(out / "0001-员工0001.docx")
    assert result.failed == [
        Failure(2, "", "表格第 3 行：“0002-员工0002.docx”已经存在，没有覆盖。")
    ]
    forced = Batch(source, read_table(table), out, overwrite=True).run()
    assert (forced.made, forced.failed) == (1, [])


def test_a_row_that_becomes_bad_and_is_mended(notice, tmp_path):
    table = write_rows(tmp_path / "人员.xlsx", people(1))
    out = tmp_path / "输出"
    source = BatchSource(template_file=notice)
    Batch(source, read_table(table), out).run()
    bad = people(1)
    bad[0][1] = None
    write_rows(table, bad)
    assert len(Batch(source, read_table(table), out).run().failed) == 1
    write_rows(table, people(1))
    assert Batch(source, read_table(table), out).run().failed == []


def test_foreign_files_are_not_overwritten_and_a_damaged_memory_is_no_harm(notice, tmp_path):
    table = write_rows(tmp_path / "人员.xlsx", people(1))
    out = tmp_path / "输出"
    out.mkdir()
    (out / STATE_FILE).write_text("{", encoding="utf-8")
    (out / "0001-员工0001.docx").write_bytes(b"mine")
    result = Batch(BatchSource(template_file=notice), read_table(table), out).run()
    assert result.made == 0
    assert "没有覆盖" in result.failed[0].message
    assert (out / "0001-员工0001.docx").read_bytes() == b"mine"


def test_the_folder_may_not_be_a_file(notice, tmp_path):
    table = write_rows(tmp_path / "人员.xlsx", people(1))
    (tmp_path / "占用").write_text("", encoding="utf-8")
    with pytest.raises(EnvironmentRefused):
        Batch(BatchSource(template_file=notice), read_table(table), tmp_path / "占用" / "子").run()


def test_unknown_fields_propose_the_near_column(notice, tmp_path):
    table = write_rows(
        tmp_path / "人员.xlsx", [["甲", "出纳", 1, "2024-1-1"]], ["姓名", "岗位", "月薪", "日 期 "]
    )
    assert read_table(table).columns == ("姓名", "岗位", "月薪", "日期")
    table = write_rows(tmp_path / "b.xlsx", [["甲", "出纳", 1]], ["姓 名", "岗位名", "月薪"])
    result = Batch(BatchSource(template_file=notice), read_table(table), tmp_path / "o").run()
    fields = {failure.field: failure.message for failure in result.failed}
    assert set(fields) == {"岗位", "日期"}
    assert "岗位名" in fields["岗位"]


def test_a_lost_record_is_no_harm(notice, tmp_path):
    table = write_rows(tmp_path / "人员.xlsx", people(3))
    out = tmp_path / "输出"
    Batch(BatchSource(template_file=notice), read_table(table), out).run()
    record = out / STATE_FILE
    lines = record.read_text(encoding="utf-8").split("\n")
    record.write_text("\n".join(lines[:2]) + "\n" + lines[3][:20], encoding="utf-8")
    (out / ".~77-0002.tmp").write_bytes(b"half")
    again = Batch(BatchSource(template_file=notice), read_table(table), out).run()
    assert (again.made, len(again.outputs), again.failed) == (0, 3, [])
    assert not list(out.glob("*.tmp"))
    third = Batch(BatchSource(template_file=notice), read_table(table), out)
    assert third.made() == 3
    assert third.run().made == 0


def hear_ctrl_c():
    """A shell's background job, and all below it, would ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_and_kill_lose_nothing(notice, tmp_path):
    count = 2000
    rows = people(count)
    table = write_rows(tmp_path / "人员.xlsx", rows)
    out = tmp_path / "输出"
    words = [sys.executable, "-m", "cli.main", "batch", str(notice), str(table), "-o", str(out)]
    words += ["--processes", "2"]
    for sign, code in ((signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)):
        before = len(list(out.glob("*.docx")))
        process = subprocess.Popen(
            words,
            cwd=ROOT,
            start_new_session=True,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            preexec_fn=hear_ctrl_c,  # noqa: PLW1509 - no threads in this test
        )
        deadline = time_now() + 30
        while len(list(out.glob("*.docx"))) < before + 30 and time_now() < deadline:
            sleep(0.005)
        os.killpg(process.pid, sign)
        _, said = process.communicate(timeout=30)
        assert process.returncode == code
        if sign == signal.SIGINT:
            assert "已中断" in said
            assert "再运行一次同样的命令" in said
            assert not list(out.glob("*.tmp"))
    made = len(list(out.glob("*.docx")))
    assert 60 <= made < count
    again = Batch(BatchSource(template_file=notice), read_table(table), out).run()
    assert (again.made, len(again.outputs), again.failed) == (count - made, count, [])
    assert not list(out.glob("*.tmp"))


def test_columns_that_nothing_shows_are_told_once(notice, tmp_path):
    header = [*HEADER, "工号"]
    table = write_rows(tmp_path / "人员.xlsx", [[*row, "007"] for row in people(3)], header)
    result = Batch(BatchSource(template_file=notice), read_table(table), tmp_path / "o").run()
    assert len(result.warnings) == 1
    assert "表格的列 工号 在这份文档和模板里没有用到" in result.warnings[0]


def test_a_document_whose_place_is_in_the_signature(tmp_path):
    result = run(
        tmp_path,
        [["甲", "001", "某公司"]],
        ["姓名", "饭卡号", "署名"],
        "考勤与休假管理办法",
    )
    told = [text for text in result.warnings if "没有用到" in text]
    assert len(told) == 1
    assert "饭卡号" in told[0]


def test_the_row_names_who_signs_a_role_description(tmp_path):
    result = run(tmp_path, [["甲", "001"]], ["姓名", "工号"], "会员服务专员岗位职责")
    with zipfile.ZipFile(result.outputs[0]) as archive:
        xml = archive.read("word/document.xml").decode()
    assert "甲已阅读并清楚以上内容。签名：" in xml
    assert [text for text in result.warnings if "表格的列 工号 在" in text]


def test_a_template_that_is_not_there_fails_once(tmp_path):
    table = write_rows(tmp_path / "人员.xlsx", [["甲"], ["乙"]], ["姓名"])
    source = BatchSource(workspace=ROOT, template="没有")
    batch = Batch(source, read_table(table), tmp_path / "o", wanted="会员服务专员岗位职责")
    with pytest.raises(NotFoundError, match="没有“没有”这个Word模板") as caught:
        batch.run()
    assert "签收表" in caught.value.hint


# -- rows ------------------------------------------------------------------------------------


def test_cells_read_as_they_look(tmp_path):
    row = [
        5000.0,
        0.1 + 0.2,
        True,
        datetime(2024, 1, 5),  # noqa: DTZ001
        datetime(2024, 1, 5, 8, 30),  # noqa: DTZ001
        time(9, 5),
        " 甲 ",
    ]
    header = ["整数", "小数", "是否", "日期", "时间", "钟点", "文字"]
    path = write_rows(tmp_path / "a.xlsx", [row], header, before=[["名单", None]])
    values = read_table(path).rows[0].values
    assert {name: str(value) for name, value in values.items()} == {
        "整数": "5000", "小数": "0.3", "是否": "是", "日期": "2024年1月5日",
        "时间": "2024年1月5日08:30", "钟点": "09:05", "文字": "甲",
    }  # fmt: skip


def test_percentages_durations_and_faults(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["比率", "时长", "出错", "公式", "身份证号", "账号"])
    sheet.append([0.125, timedelta(hours=30), None, "=1+1", 110101199001011234, "0012"])
    sheet["A2"].number_format = "0.0%"
    sheet["C2"] = "#N/A"
    sheet["C2"].data_type = "e"
    book.save(tmp_path / "a.xlsx")
    row = read_table(tmp_path / "a.xlsx").rows[0]
    assert row.values["比率"] == "12.5%"
    assert "30" in str(row.values["时长"]) or "1 day" in str(row.values["时长"])
    assert row.values["账号"] == "0012"
    faults = dict(row.faults)
    assert "C2" in faults["出错"]
    assert "没有存下结果" in faults["公式"]
    assert "文本格式" in faults["身份证号"]


def test_faulty_cells_fail_their_row(notice, tmp_path):
    (tmp_path / "a.csv").write_text("姓名,岗位\n#REF!,出纳\n", encoding="gb18030")
    result = Batch(
        BatchSource(template_file=notice), read_table(tmp_path / "a.csv"), tmp_path / "o"
    ).run()
    assert [(failure.row, failure.field) for failure in result.failed] == [(1, "姓名")]


def test_tables_that_cannot_be_used(tmp_path):
    with pytest.raises(InputError, match="列名重复：甲"):
        read_table(write_rows(tmp_path / "a.xlsx", [[1, 2]], ["甲", "甲"]))
    with pytest.raises(InputError, match="没有数据行"):
        read_table(write_rows(tmp_path / "b.xlsx", [], ["甲", "乙"]))
    (tmp_path / "c.csv").write_text("甲,乙\n,\n1,2\n", encoding="utf-8")
    assert [row.number for row in read_table(tmp_path / "c.csv").rows] == [2]


# -- names -----------------------------------------------------------------------------------


@given(st.text(max_size=300))
def test_any_text_gives_a_name_windows_takes(text):
    name = safe_file_name(text)
    assert name
    assert not set(name) & set('<>:"/\\|?*\0\n\r\t')
    assert name == name.strip(" .")
    assert len(name.encode()) <= 181
    assert name.partition(".")[0].upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT9"}


def test_names_from_a_pattern():
    namer = Namer("{序号:03d}-{姓名}-{标题}", ["姓名"])
    assert namer.name(BatchRow(7, 8, {"姓名": "王/芳"}), "职责") == "007-王_芳-职责"
    assert namer.name(BatchRow(7, 8, {}, ("姓名",)), "") == "007-未填-未填"
    twice = Namer("{姓名}", ["姓名"])
    rows = [BatchRow(at, at, {"姓名": name}) for at, name in enumerate("甲甲乙", 1)]
    assert [twice.name(row) for row in rows] == ["甲", "甲-2", "乙"]
    assert Namer("{姓名}", ["姓名"]).name(BatchRow(1, 1, {"姓名": "con"})) == "_con"
    clash = Namer("{姓名}", ["姓名"])
    names = [clash.name(BatchRow(1, 1, {"姓名": name})) for name in ("a", "A-2", "A", "a")]
    assert len({name.casefold() for name in names}) == 4
    with pytest.raises(UsageError, match="不是表格的列"):
        Namer("{名字}", ["姓名"])


# -- documents of a workspace ----------------------------------------------------------------


def run(tmp_path, rows, header, wanted):
    table = write_rows(tmp_path / "人员.xlsx", rows, header)
    source = BatchSource(workspace=ROOT)
    return Batch(source, read_table(table), tmp_path / "o", wanted=wanted, pattern="{姓名}").run()


def test_the_post_picks_the_document(tmp_path):
    result = run(
        tmp_path,
        [["甲", "会员服务专员"], ["乙", "会员服务员"], ["丙", None]],
        ["姓名", "岗位"],
        "岗位职责",
    )
    assert [path.name for path in result.outputs] == ["甲.docx"]
    assert [(failure.row, failure.field) for failure in result.failed] == [(2, "岗位"), (3, "岗位")]
    assert "会员服务专员" in result.failed[0].message
    assert sdk_errors(result.outputs[0]) == []


def test_a_post_without_the_bracket_of_the_document_and_a_title_pick_it(tmp_path):
    folder = tmp_path / "库" / "kb" / "岗位职责"
    folder.mkdir(parents=True)
    for title, post in (
        ("执行岗位职责", "客户执行（AE）"),
        ("甲班长岗位职责", "班长（甲）"),
        ("乙班长岗位职责", "班长（乙）"),
    ):
        (folder / f"{title}.md").write_text(
            f"---\n标题: {title}\n类别: 岗位职责\n岗位: {post}\n---\n\n## 一、职责\n\n1. 到岗。\n",
            encoding="utf-8",
        )
    names = ["客户执行", "客户执行(AE)", "执行岗位职责", "客户执行（AM）", "班长", "班长（乙）"]
    table = write_rows(tmp_path / "员工.xlsx", [[name] for name in names], ["岗位"])
    source = BatchSource(workspace=tmp_path / "库")
    result = Batch(source, read_table(table), tmp_path / "o", wanted="岗位职责").run()
    assert [failure.row for failure in result.failed] == [4, 5]
    assert len(result.outputs) == 4
    same = Batch(source, read_table(table), tmp_path / "p", wanted="执行岗位职责").run()
    assert "有 3 行的“岗位”与“执行岗位职责”的岗位“客户执行（AE）”不同" in same.warnings[0]
    assert "wenshu batch 岗位职责 员工.xlsx -o 输出" in same.warnings[0]


def test_names_are_usual_where_no_pattern_is_given_and_an_earlier_run_goes_on(notice, tmp_path):
    rows = [["A001", "王芳", "出纳", 1, "3月", "无"], ["A002", "李强", "会计", 2, "3月", "无"]]
    table = read_table(write_rows(tmp_path / "员工.xlsx", rows, ["工号", *HEADER]))
    source = BatchSource(template_file=notice)
    fresh = Batch(source, table, tmp_path / "新").run()
    assert [path.name for path in fresh.outputs] == ["0001-王芳.docx", "0002-李强.docx"]
    assert Batch(source, table, tmp_path / "新").run().made == 0
    begun = Batch(source, table, tmp_path / "旧", pattern="{row:04d}-{first column}").run()
    begun.outputs[1].unlink()
    again = Batch(source, table, tmp_path / "旧").run()
    assert again.made == 1
    assert [path.name for path in again.outputs] == ["0001-A001.docx", "0002-A002.docx"]


def test_one_document_for_all_and_one_a_row(tmp_path):
    same = run(tmp_path, [["甲"]], ["姓名"], "会员服务专员岗位职责")
    assert [path.name for path in same.outputs] == ["甲.docx"]
    packet = run(
        tmp_path / "b" if (tmp_path / "b").mkdir() is None else tmp_path,
        [["甲", "会员服务专员岗位职责；考勤与休假管理办法"], ["乙", "没有这份"]],
        ["姓名", "文档"],
        "",
    )
    assert [(failure.row, failure.field) for failure in packet.failed] == [(2, "文档")]
    assert sdk_errors(packet.outputs[0]) == []
    text = text_of(packet.outputs[0])
    assert "甲的材料" in text
    assert "考勤与休假管理办法" in text


def test_nothing_says_which_document(tmp_path):
    with pytest.raises(UsageError, match="没有说明"):
        run(tmp_path, [["甲"]], ["姓名"], "岗位职责")


# -- binding ---------------------------------------------------------------------------------


def test_zip_and_booklet(notice, tmp_path):
    table = write_rows(tmp_path / "人员.xlsx", people(3))
    result = Batch(BatchSource(template_file=notice), read_table(table), tmp_path / "o").run()
    bind_zip(result.outputs, tmp_path / "全部.zip")
    with zipfile.ZipFile(tmp_path / "全部.zip") as archive:
        assert archive.namelist() == [path.name for path in result.outputs]
    bind_booklet(result.outputs, tmp_path / "合订.docx")
    assert sdk_errors(tmp_path / "合订.docx") == []
    text = text_of(tmp_path / "合订.docx")
    assert text.count("同志：聘您为出纳") == 3
    xml = zipfile.ZipFile(tmp_path / "合订.docx").read("word/document.xml").decode()
    assert xml.count('w:start="1"') == 3
    with pytest.raises(EnvironmentRefused, match="没有覆盖"):
        bind_zip([], tmp_path / "全部.zip")
    with pytest.raises(EnvironmentRefused, match="没有覆盖"):
        bind_booklet([], tmp_path / "合订.docx")


def test_running_pages_and_no_front(notice):
    part = Part(notice.read_bytes(), "甲", "2024版", pages=3)
    data = bind([part, part], title="汇编", cover=["某公司"])
    xml = zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode()
    assert xml.count('w:start="1"') == 1
    assert "<w:t>4</w:t>" in xml
    assert "（2024版）" in xml
    bare = zipfile.ZipFile(io.BytesIO(bind([part], contents=False))).read("word/document.xml")
    assert b"PAGEREF" not in bare
    with pytest.raises(InputError):
        bind([])
    with pytest.raises(InputError, match="上限"):
        bind([part] * 2001)


def test_a_booklet_of_documents(tmp_path):
    workspace = Workspace.open(ROOT)
    entries = [entry for entry in workspace.entries if entry.meta.kind == "policy"][:2]
    seen = []
    data, _ = render_booklet(
        workspace,
        entries,
        title="制度汇编",
        progress=lambda done, total: seen.append((done, total)),
    )
    path = tmp_path / "汇编.docx"
    path.write_bytes(data)
    assert sdk_errors(path) == []
    assert seen == [(1, 2), (2, 2)]
    assert "制度汇编" in text_of(path)
    with pytest.raises(InputError, match="没有符合条件"):
        render_booklet(workspace, [], title="空")


def test_a_shared_body_is_the_same_as_its_own(tmp_path, monkeypatch):
    """Rows that share a parsed document get, byte by byte, the file that each would get alone."""
    workspace = Workspace.open(ROOT)
    entry = workspace.resolve("信贷客户部岗位职责")
    cache, values = RenderCache(), [{"姓名": name} for name in ("甲", "乙", "丙")]
    shared = [render_document(workspace, entry, values=one, cache=cache).data for one in values]
    written = []
    monkeypatch.setattr(
        SharedBody, "stream_wordml",
        lambda self, package: written.append(1) or self.body.stream_wordml(package),
    )  # fmt: skip
    alone = [render_document(workspace, entry, values=one).data for one in values]
    assert shared == alone
    assert written


def test_a_body_is_written_anew_where_the_package_answers_otherwise():
    class Value:
        layout = None

        def stream_wordml(self, package):
            package.warnings.append("提醒")
            yield f"<w:p>{package.next_id()}{package.part}</w:p>"

    class Package:
        part = "word/document.xml"

        def __init__(self, start):
            self.warnings = []
            self.start = start

        def next_id(self):
            self.start += 1
            return self.start

    body = SharedBody(Value())
    first, same, other = Package(0), Package(0), Package(5)
    text = body.to_wordml(first)
    assert text == body.to_wordml(same) == "<w:p>1word/document.xml</w:p>"
    assert same.warnings == first.warnings == ["提醒"]
    assert body.to_wordml(other) == "<w:p>7word/document.xml</w:p>"

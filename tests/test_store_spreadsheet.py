"""Spreadsheets as people hand them in: each fault is told at its cell, with its likely mend."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from store.exceptions import InputError
from store.metrics import load_metrics
from store.spreadsheet import read_sheets
from store.spreadsheet_corrections import BadCorrection, corrected
from store.spreadsheet_mapping import guess_mapping
from store.spreadsheet_saved import find_mapping, save_mapping

HEADER = ("指标", "单位", "性质", "期末", "年初", "计划", "计划口径", "截至日期", "完成率")
GOOD = ("各项存款", "万元", "时点", 161131, 121338, 16000, "净增", date(2024, 12, 30), None)


def book(path, rows, title="指标"):
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    workbook.save(path)
    return path


def changed(**cells):
    return tuple(cells.get(key, value) for key, value in zip(HEADER, GOOD, strict=True))


READABLE = [
    ("1,234.5", "1234.5"), ("１２３", "123"), ("12万", "12"), (" 1 234 ", "1234"), ("(5)", "-5"),
    ("￥8", "8"), ("161131万元", "161131"), ("1.5亿元", "15000"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "value"), READABLE)
def test_figures_as_people_type_them(tmp_path, written, value):
    path = book(tmp_path / "a.xlsx", [HEADER, changed(期末=written)])
    metrics = load_metrics([path])
    assert metrics["各项存款"].value == Decimal(value)
    assert metrics.problems == []


TOLD = [
    ({"期末": "十六万"}, "D2", "“十六万”不是数字", "阿拉伯数字"),
    ({"期末": "#DIV/0!"}, "D2", "“期末”：“#DIV/0!”是表格的出错标记", "改正公式"),
    ({"期末": "=1+1"}, "D2", "是公式，文件中没有存下计算结果", "重新计算并保存"),
    ({"期末": "5户"}, "D2", "户与万元", "同一类单位"),
    ({"计划口径": "净曾"}, "G2", "“净曾”无法识别", "余额、净增、累计"),
    ({"计划口径": None}, "F2", "没有写计划口径", "余额、净增、累计"),
    ({"年初": "—"}, "G2", "计划口径是净增，却没有年初数", "须有年初数"),
    ({"截至日期": "三月底"}, "H2", "“三月底”无法识别", "写明年份"),
    ({"截至日期": "12月30日"}, "H2", "“12月30日”无法识别", "写明年份"),
    ({"完成率": 2.487}, "I2", "填报的完成率2.49%与按计划计算的248.7%不一致", "请写成 248.7%"),
    ({"完成率": 230}, "I2", "填报的完成率230%与按计划计算的248.7%不一致", "请核对计划数"),
]


@pytest.mark.parametrize(("cells", "place", "message", "hint"), TOLD)
def test_each_fault_is_told_at_its_cell(tmp_path, cells, place, message, hint):
    path = book(tmp_path / "a.xlsx", [HEADER, changed(**cells)])
    told = [p for p in load_metrics([path]).problems if message in p.message]
    assert len(told) == 1
    assert f"工作表“指标”{place} 单元格" in told[0].message
    assert hint in told[0].hint
    assert told[0].line == 2


def test_days_without_year_take_the_files_own(tmp_path):
    rows = [HEADER, GOOD, changed(指标="单位存款", 截至日期="12月31日")]
    metrics = load_metrics([book(tmp_path / "a.xlsx", rows)])
    assert metrics["单位存款"].as_of == date(2024, 12, 31)
    assert metrics.problems == []


def test_empty_rows_and_doubles(tmp_path):
    rows = [HEADER, (), GOOD, (None, " "), changed(期末=5)]
    metrics = load_metrics([book(tmp_path / "a.xlsx", rows)])
    assert metrics["各项存款"].value == 161131
    (told,) = metrics.problems
    assert "工作表“指标”A3 单元格、工作表“指标”A5 单元格" in told.message


def test_a_whole_that_is_misspelt(tmp_path):
    header = (*HEADER, "上级指标")
    rows = [header, GOOD, (*changed(指标="个人存款"), "各项存歀")]
    (told,) = load_metrics([book(tmp_path / "a.xlsx", rows)]).problems
    assert "工作表“指标”J3 单元格" in told.message
    assert told.hint == "是不是：各项存款"


def test_a_renamed_column_is_told_with_the_near_name(tmp_path):
    rows = [("指标", "单位", "性质", "期末", "年初", "计画", "计划口经"), GOOD[:7]]
    metrics = load_metrics([book(tmp_path / "a.xlsx", rows)])
    assert (metrics["各项存款"].plan, metrics["各项存款"].plan_basis) == (None, "净增")
    told = next(p for p in metrics.problems if p.code == "unknown-column")
    assert "F1 单元格：不认识列名“计画”" in told.message
    assert "是不是“计划”" in told.message
    own = book(tmp_path / "b.xlsx", [("指标", "单位", "期末", "我的列"), ("甲", "户", 5, 6)])
    (told,) = load_metrics([own]).problems
    assert "D1 单元格：不认识列名“我的列”，这一列没有使用。" in told.message
    lost = book(tmp_path / "c.xlsx", [("指标", "单位", "期未"), ("甲", "户", 5)])
    with pytest.raises(InputError) as caught:
        load_metrics([lost])
    assert "指标!C1 的“期未”是不是“期末”？" in caught.value.hint


def test_lock_files_are_no_tables(tmp_path):
    for name in ("~$财务.xlsx", ".~lock.财务.xlsx#"):
        path = tmp_path / name
        path.write_bytes(b"\x05user")
        with pytest.raises(InputError, match="锁文件") as caught:
            read_sheets(path)
        assert "财务.xlsx" in caught.value.hint


def test_metric_files_that_nest_too_deep(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("指标: " + "[" * 100_000, encoding="utf-8")
    with pytest.raises(InputError, match="层次太多"):
        load_metrics([path])
    many = "".join(f"- {{指标: 甲{at}, 单位: 户, 本期: {at}}}\n" for at in range(12_000))
    path.write_text("指标:\n" + many, encoding="utf-8")
    assert len(load_metrics([path])) == 12_000


# -- corrections -----------------------------------------------------------------------------

FOREIGN = [
    ("12月业务快报",), ("单位：万元",),
    ("项目", "2024年12月末", "2023年末", "备用"),
    ("各项存款", 161131, 121338, 5),
    ("其中：个人存款", 127141, 93496, 6),
    ("合计", 3, 4, 7),
]  # fmt: skip


def test_corrections_are_kept_for_the_layout(tmp_path):
    path = book(tmp_path / "12月.xlsx", FOREIGN, title="12月")
    folder = tmp_path / "mappings"
    sheets = read_sheets(path)
    guess = guess_mapping(sheets, path)
    said = ["D＝计划", "计划口径=净增", "行:各项存款/个人存款=储蓄存款", "行：合计=不用",
            "行:储蓄存款.别名=存款", "行:各项存款.分组=负债"]  # fmt: skip
    mapping = corrected(sheets, path, guess, said)
    assert mapping.columns == {0: "指标", 1: "期末", 2: "年初", 3: "计划"}
    save_mapping(folder, mapping)
    month = [
        ("1月业务快报",),
        ("单位：万元",),
        ("项目", "2025年1月末", "2024年末", "备用"),
        *FOREIGN[3:],
    ]
    again = load_metrics([book(tmp_path / "1月.xlsx", month, title="1月")], mappings=folder)
    assert [metric.name for metric in again] == ["各项存款", "储蓄存款"]
    assert (again["储蓄存款"].plan, again["储蓄存款"].plan_basis) == (6, "净增")
    assert again["储蓄存款"].parent == "各项存款"
    assert again["各项存款"].group == "负债"
    assert again.problems == []
    other = [("甲", "乙"), ("项目", "期末"), ("各项存款", 5)]
    foreign = load_metrics([book(tmp_path / "别.xlsx", other, title="1月")], mappings=folder)
    assert [problem.code for problem in foreign.problems] == ["mapping-guessed"]


def test_another_sheet_and_header(tmp_path):
    workbook = openpyxl.Workbook()
    for name, figure in (("11月", 5), ("12月", 6)):
        sheet = workbook.create_sheet(name)
        sheet.append(["数一数二"])
        sheet.append(["名字", "甲", "乙"])
        sheet.append(["存款", figure, figure + 1])
        sheet.append(["贷款", figure + 2, figure + 3])
    workbook.remove(workbook["Sheet"])
    path = tmp_path / "a.xlsx"
    workbook.save(path)
    sheets = read_sheets(path)
    with pytest.raises(InputError, match="没有找到指标的表头"):
        find_mapping(sheets, path, None)
    said = ["表头=2", "工作表=12月", "A=指标", "C=期末", "B=年初"]
    mapping = corrected(sheets, path, None, said)
    folder = tmp_path / "mappings"
    save_mapping(folder, mapping)
    metrics = load_metrics([path], mappings=folder)
    assert (metrics["存款"].value, metrics["存款"].year_start) == (7, 6)
    wider = [*sheets[1].rows]
    sheets[1].rows = [[None], *wider]
    assert find_mapping(sheets, path, folder).header == (2, 2)


BAD = [
    ("甲", "看不懂", "写成 C=年初"), ("=年初", "看不懂", "写成"), ("甲=乙", "看不懂", "写成"),
    ("C=七末", "列不能用作", "是不是“期末”"), ("C=天气", "列不能用作", "可用：期末"),
    ("工作表=无", "没有工作表“无”", "有：“表”"), ("表头=9", "表头“9”不是", "表头=3"),
    ("表头=三", "表头“三”不是", "表头=3"), ("行:甲.口径=净增", "没有“口径”", "计划口径"),
    ("行:甲.天气=晴", "没有“天气”", "可用：指标"),
    ("A=不用", "没有一列是指标的名称", "--fix A=指标"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "message", "hint"), BAD)
def test_corrections_that_cannot_be(tmp_path, said, message, hint):
    path = book(tmp_path / "a.xlsx", FOREIGN, title="表")
    sheets = read_sheets(path)
    with pytest.raises(BadCorrection, match=message) as caught:
        corrected(sheets, path, guess_mapping(sheets, path), [said])
    assert hint in caught.value.hint


def test_a_key_stands_once(tmp_path):
    path = book(tmp_path / "a.xlsx", FOREIGN, title="表")
    sheets = read_sheets(path)
    guess = guess_mapping(sheets, path)
    assert corrected(sheets, path, guess, ["C=本期"]).columns == {0: "指标", 1: "不用", 2: "本期"}
    assert corrected(sheets, path, guess, ["C=去年"]).columns[2] == "上年同期"
    assert corrected(sheets, path, guess, ["D=忽略"]).columns[3] == "不用"
    assert corrected(sheets, path, guess, ["D=2022年"]).columns[3] == "2022年"
    assert corrected(sheets, path, guess, ["单位=亿元"]).defaults["单位"] == "亿元"
    assert corrected(sheets, path, guess, ["单位=不用"]).defaults["单位"] == ""

"""`wenshu metrics --map`: how a foreign spreadsheet is read, shown, corrected and kept."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import sheet_mapping
from cli.commands.metrics import command as metrics
from cli.output import cell_width
from store.exceptions import UsageError

ROOT = Path(__file__).resolve().parent.parent
BANK = "清河农商银行客户部2024年工作总结"
SHEET = """\
项目,2024年12月末余额,2023年末余额,备用
一、存款业务
各项存款,161131,121338,16000
其中：个人存款,127141,93496,11000
合计,9,9,9
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("快报.csv").write_text(SHEET, encoding="gb18030")

    def call(*words, answers=None):
        result = CliRunner().invoke(metrics, [str(word) for word in words], input=answers)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return call


@pytest.fixture
def library(tmp_path):
    shutil.copytree(ROOT / "kb", tmp_path / "库" / "kb")
    return tmp_path / "库"


def test_the_guess_is_shown_and_not_kept(run, library):
    shown = run("快报.csv", "--map", "-w", library)
    assert shown.exit_code == 0
    assert "表头在第 1 行" in shown.stdout
    lines = [line.split() for line in shown.stdout.split("\n")]
    assert ["B", "2024年12月末余额", "期末", "161131"] in lines
    assert ["D", "备用", "（没有用到）", "16000"] in lines
    assert ["4", "其中：个人存款", "个人存款", "时点", "存款业务", "各项存款"] in lines
    assert "--save-mapping" in shown.stdout
    assert all(cell_width(line) <= 80 for line in shown.stdout.split("\n"))
    assert not (library / ".wenshu" / "data" / "mappings").exists()
    assert "是推测的" in shown.stderr
    assert "--map 核对" in shown.stderr


def test_corrections_are_kept_and_used_again(run, library):
    said = ["D=计划", "计划口径=净增", "单位=万元", "行:合计=不用", "行:个人存款=储蓄存款"]
    fixed = run("快报.csv", *[word for one in said for word in ("--fix", one)], "-w", library)
    assert fixed.exit_code == 0
    assert "已记下" in fixed.stdout
    assert "不用的行：合计。" in fixed.stdout
    assert "整张表：计划口径=净增，单位=万元。" in fixed.stdout
    assert "是推测的" not in fixed.stderr
    Path("下月.csv").write_text(SHEET.replace("12月", "11月"), encoding="utf-8")
    again = json.loads(run("下月.csv", "--json", "-w", library).stdout)["metrics"]
    assert [(one["name"], one["completion_percent"]) for one in again] == [
        ("各项存款", 248.7), ("储蓄存款", 305.9),
    ]  # fmt: skip


def test_a_finished_report_is_frozen_as_it_was_mapped(run, library):
    folder = library / "kb" / "年终总结"
    (folder / "数据" / "快报.csv").write_text(SHEET, encoding="utf-8")
    head = "---\n标题: 报告\n类别: 年终总结\n期间: 2024年\n数据: [数据/快报.csv]\n---\n\n"
    (folder / "报告.md").write_text(head + "{{ 储蓄存款.句 }}。\n", encoding="utf-8")
    said = ["行:个人存款=储蓄存款", "D=计划", "计划口径=净增", "单位=万元"]
    words = [word for one in said for word in ("--fix", one)]
    os.utime(folder / "数据" / "快报.csv", (1, 1))
    assert run("年终总结/报告", *words, "-w", library).exit_code == 0
    assert run("年终总结/报告", "--freeze", "-w", library).exit_code == 0
    assert (folder / "数据" / "快报.csv").stat().st_mtime > 1
    frozen = json.loads((folder / "报告.定稿数据.json").read_text(encoding="utf-8"))["指标"]
    assert frozen["储蓄存款"]["plan"] == "11000万元"
    Path("汇总.yaml").write_text("汇总: {甲: 快报.csv}\n", encoding="utf-8")
    told = json.loads(run("汇总.yaml", "--json", "-w", library).stdout)["metrics"]
    assert "储蓄存款" in [one["name"] for one in told]


def test_the_guess_as_json(run, library):
    told = json.loads(run("快报.csv", "--map", "--json", "-w", library).stdout)
    mapping = told["mapping"]
    assert (mapping["sheet"], mapping["header"], mapping["saved"]) == ("快报", [1, 1], False)
    assert mapping["columns"][3] == {
        "column": "D", "title": "备用", "key": None, "example": "16000",
    }  # fmt: skip
    assert mapping["rows"][1]["parent"] == "各项存款"
    assert told["metrics"][0]["value"] == 161131
    kept = json.loads(run("快报.csv", "--fix", "D=计划", "--map", "--json", "-w", library).stdout)
    assert kept["mapping"]["saved"] is True
    assert kept["mapping"]["columns"][3]["key"] == "计划"


def test_a_person_at_the_keyboard(run, library, monkeypatch):
    monkeypatch.setattr(sheet_mapping, "wants_dialog", lambda: True)
    given_up = run("快报.csv", "--map", "-w", library, answers="D=计划\nq\n")
    assert "没有记下" in given_up.stdout
    assert not (library / ".wenshu" / "data" / "mappings").exists()
    said = run("快报.csv", "--map", "-w", library, answers="D=七\n行:合计=不用；D=计划\n\n")
    assert "列不能用作“七”" in said.stderr
    assert "已记下" in said.stdout
    (kept,) = (library / ".wenshu" / "data" / "mappings").iterdir()
    assert "D: 计划" in kept.read_text(encoding="utf-8")


def test_what_has_no_mapping(run, library):
    with pytest.raises(UsageError, match="不是表格"):
        run(BANK, "--map", "-w", library)
    with pytest.raises(UsageError, match="无处可存"):
        run("快报.csv", "--fix", "D=计划")
    Path("a.yaml").write_text("指标: []\n", encoding="utf-8")
    with pytest.raises(UsageError, match="不是表格"):
        run("a.yaml", "--map", "-w", library)


def test_a_lock_file_is_told(run):
    Path("~$快报.xlsx").write_bytes(b"\x05")
    with pytest.raises(Exception, match="锁文件"):
        run("~$快报.xlsx")


def test_reported_rates_are_marked(run, library):
    shown = run(BANK, "-w", library).stdout
    assert "78%*" in shown
    assert "* 完成率是填报的，不是按计划算出的。" in shown
    assert "248.7%*" not in shown

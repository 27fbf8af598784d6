"""`wenshu batch` and `wenshu metrics` as scripts see them: JSON, exit codes, what is written."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from docx import Document

from cli.commands.batch import command as batch
from cli.commands.check import command as check
from cli.commands.metrics import command as metrics
from cli.commands.new import command as new
from cli.commands.publish import command as publish
from cli.output import cell_width
from generator.render import render_document
from store import Workspace
from store.exceptions import ContentError, EnvironmentRefused, UsageError

ROOT = Path(__file__).resolve().parent.parent
BANK = "清河农商银行客户部2024年工作总结"


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def call(command, *words):
        result = CliRunner().invoke(command, [str(word) for word in words])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return call


@pytest.fixture
def library(tmp_path):
    shutil.copytree(ROOT / "kb", tmp_path / "库" / "kb")
    return tmp_path / "库"


def text_of(path):
    return "\n".join(paragraph.text for paragraph in Document(str(path)).paragraphs)


def test_batch_of_a_template(run, tmp_path):
    document = Document()
    document.add_paragraph("{{ 姓名 }}：{{ 岗位 }}")
    document.save("通知.docx")
    (tmp_path / "名单.csv").write_text("姓名,岗位\n甲,出纳\n乙,\n", encoding="utf-8")
    result = run(batch, "通知.docx", "名单.csv", "-o", "输出", "--name", "{姓名}", "--json")
    assert result.exit_code == 1
    made = json.loads(result.stdout)
    assert made["outputs"] == [str(tmp_path / "输出" / "甲.docx")]
    assert [(one["row"], one["field"]) for one in made["failed"]] == [(2, "岗位")]
    again = run(batch, "通知.docx", "名单.csv", "-o", "输出", "--name", "{姓名}")
    assert "早已生成" in again.stdout
    assert "未生成：表格第 3 行：缺少“岗位”，单元格是空的。" in again.stderr
    zipped = run(batch, "通知.docx", "名单.csv", "-o", "全部.zip", "--json")
    assert json.loads(zipped.stdout)["outputs"] == [str(tmp_path / "全部.zip")]
    with zipfile.ZipFile("全部.zip") as archive:
        assert archive.namelist() == ["0001-甲.docx", "未生成的行.txt"]
    bound = run(batch, "通知.docx", "名单.csv", "-o", "合订.docx", "--json")
    assert bound.exit_code == 1
    assert json.loads(bound.stdout)["outputs"] == [str(tmp_path / "合订.docx")]
    assert "表格第 3 行：缺少“岗位”" in text_of("合订.docx")
    (tmp_path / "名单.csv").write_text("姓名,岗位\n甲,出纳\n乙,会计\n", encoding="utf-8")
    for name in ("全部.zip", "合订.docx"):
        mended = run(batch, "通知.docx", "名单.csv", "-o", name)
        assert mended.exit_code == 0
        assert f"新生成 1 份，1 份早已生成、没有变动：{tmp_path / name}" in mended.stdout
        with pytest.raises(EnvironmentRefused, match="已经存在，没有覆盖"):
            run(batch, "通知.docx", "名单.csv", "-o", name)
    with zipfile.ZipFile("全部.zip") as archive:
        assert archive.namelist() == ["0001-甲.docx", "0002-乙.docx"]
    assert "没有生成" not in text_of("合订.docx")
    assert "乙：会计" in text_of("合订.docx")
    assert {path.name for path in tmp_path.iterdir()} == {
        "通知.docx", "名单.csv", "输出", "全部.zip", "合订.docx",
    }  # fmt: skip


def test_an_output_of_another_sort_is_a_slip(run, library):
    Path("甲.csv").write_text("姓名\n甲\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"-o 不能写成 \.pdf 文件"):
        run(batch, "信贷客户部岗位职责", "甲.csv", "-o", "出.pdf", "-w", library)
    assert not Path("出.pdf").exists()


def test_a_booklet_of_a_kind_and_a_sending_list(run, library, tmp_path):
    result = run(batch, "服务承诺", "-o", "承诺.docx", "-w", library, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {"outputs": [str(tmp_path / "承诺.docx")], "failed": []}
    (tmp_path / "客户.csv").write_text(
        "手机号,停电区域,恢复时间,服务电话\n13900000001,城东,8时,95598\n139,城西,9时,95598\n",
        "utf-8",
    )
    words = ("供电营业厅业务短信#复电通知", "客户.csv", "-o", "发送.xlsx", "-w", library)
    sent = run(batch, *words, "--json")
    assert sent.exit_code == 1
    assert [(one["row"], one["field"]) for one in json.loads(sent.stdout)["failed"]] == [
        (2, "手机号")
    ]
    assert openpyxl.load_workbook("发送.xlsx").active["A2"].value == "13900000001"


def test_a_column_that_a_sending_list_lacks_is_told_once_and_no_file_is_written(run, library):
    Path("客户.csv").write_text("姓名,手机号\n甲,13900000001\n乙,13900000002\n", "utf-8")
    words = ("银行客户关怀短信#生日问候", "客户.csv", "-o", "发送.xlsx", "-w", library)
    sent = run(batch, *words)
    assert sent.exit_code == 1
    assert sent.stderr.count("未列入") == 1
    assert "共 2 行" in sent.stderr
    assert "没有写出" in sent.stdout
    assert json.loads(run(batch, *words, "--json").stdout)["outputs"] == []
    assert not Path("发送.xlsx").exists()


def test_metrics_of_a_document_and_of_files(run, library):
    result = run(metrics, BANK, "-w", library, "--json")
    assert result.exit_code == 0
    found = {one["name"]: one for one in json.loads(result.stdout)["metrics"]}
    assert found["各项存款"]["completion_percent"] == 248.7
    assert found["单位存款"]["completion_percent"] == 123.0
    assert found["个人存款"]["sentence"] == (
        "个人存款余额127141万元，比年初增加33645万元，完成计划的305.9%"
    )
    shown = run(metrics, BANK, "-w", library)
    assert "161131万元" in shown.stdout
    Path("坏.yaml").write_text("指标:\n- {指标: 甲, 单位: 户, 本期: 五}\n", encoding="utf-8")
    bad = run(metrics, "坏.yaml", "--json")
    assert bad.exit_code == 1
    assert json.loads(bad.stdout)["metrics"][0]["value"] is None
    assert "“五”不是数字" in bad.stderr


def test_blank_last_year_and_yaml(run, library):
    blank = run(metrics, "--blank", "空白.xlsx")
    assert blank.exit_code == 0
    assert "数据: 数据/空白.xlsx" in blank.stdout
    assert "{{ 指标名.句 }}。" in blank.stdout
    assert "句号要自己写" in blank.stdout
    assert openpyxl.load_workbook("空白.xlsx").sheetnames == ["指标", "示例", "填写说明"]
    Path("去年.yaml").write_text("指标:\n- {指标: 甲, 单位: 户, 性质: 时点, 期末: 5}\n", "utf-8")
    Path("今年.csv").write_text("项目,单位,期末数\n甲,户,8\n乙,户,9\n", encoding="utf-8")
    result = run(
        metrics, "今年.csv", "--last", "去年.yaml", "--to-yaml", "出.yaml", "--save-mapping",
        "-w", library,
    )  # fmt: skip
    assert "已记下，同样格式的表格以后照此读取" in result.output
    assert "甲" in result.stdout
    again = run(metrics, "出.yaml", "-w", library, "--json")
    assert json.loads(again.stdout)["metrics"][0]["year_start"] == 5
    mapped = run(metrics, "今年.csv", "-w", library)
    assert "推测" not in mapped.stderr


def test_finishing_and_filing(run, library, tmp_path):
    assert "已定稿" in run(metrics, BANK, "-w", library, "--freeze").stdout
    sent = tmp_path / "发出.docx"
    sent.write_bytes(render_document(Workspace.open(library), BANK).data)
    result = run(metrics, BANK, "-w", library, "--filed-copy", sent)
    assert result.exit_code == 0
    assert "与数据一致" in result.stdout


def test_sentences_are_whole_and_empty_data_is_told(run, library):
    shown = run(metrics, BANK, "-w", library)
    sentence = "个人存款余额127141万元，比年初增加33645万元，完成计划的305.9%"
    printed = shown.stdout.replace("\n  ", "")
    assert f"{sentence}\n" in printed
    assert all(cell_width(line) <= 80 for line in shown.stdout.split("\n"))
    Path("空.yaml").write_text("指标: []\n", encoding="utf-8")
    empty = run(metrics, "空.yaml")
    assert "没有读到指标" in empty.stderr
    assert json.loads(run(metrics, "空.yaml", "--json").stdout) == {"metrics": []}


def test_a_text_with_a_false_figure_is_not_finished(run, library):
    path = next(library.rglob(f"{BANK}.md"))
    text = path.read_text(encoding="utf-8").replace("状态: 定稿", "状态: 草稿")
    text = text.replace("{{ 各项存款.句 }}", "各项存款余额1万元")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContentError, match=r"有 1 处错误，没有定稿：第 \d+ 行，“各项存款”") as told:
        run(publish, BANK, "-w", library)
    assert "--force" in told.value.hint
    assert path.read_text(encoding="utf-8") == text
    assert "已定稿" in run(publish, BANK, "-w", library, "--force").stdout
    assert "状态: 定稿" in path.read_text(encoding="utf-8")
    refused = run(publish, "考勤与休假管理办法", "-w", library, "--force")
    assert refused.exit_code == 2


def test_a_new_summary_tells_its_data_file(run, library):
    told = run(
        new, "年终总结", "甲部总结", "--department", "甲部", "--period", "2026年", "-w", library
    )
    assert "甲部总结.yaml（一行一个指标）" in told.stdout
    sheet = library / "kb" / "年终总结" / "数据" / "甲部总结.xlsx"
    assert f'wenshu metrics --blank "{sheet}"' in told.stdout
    assert "数据: [数据/甲部总结.xlsx]" in told.stdout
    assert "成文日期" in told.stdout
    sheet.with_suffix(".yaml").unlink()
    missing = run(check, "甲部总结", "-w", library)
    assert "甲部总结.yaml”不存在" in missing.stdout.replace("\n        ", "")


def test_a_text_with_places_to_fill_is_not_finished(run, library):
    path = next(library.rglob(f"{BANK}.md"))
    text = path.read_text(encoding="utf-8")
    text = text.replace("状态: 定稿", "状态: 草稿") + "\n另有〔待补充〕。\n"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContentError, match="行〔待补充〕"):
        run(metrics, BANK, "-w", library, "--freeze")
    assert path.read_text(encoding="utf-8") == text

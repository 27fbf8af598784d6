"""Sending lists: who gets which message, who is left out and why, and what is written."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest

from generator.batch_rows import read_table
from generator.sending_list import (
    clean_phone,
    make_sending_list,
    scenes,
    write_sending_list,
)
from store import Workspace
from store.exceptions import EnvironmentRefused, InputError, UsageError

DOCUMENT = """---
标题: 客户短信
类别: 短信模板
---

说明文字。

## 生日祝福

用途
:   服务

签名
:   清河银行

【清河银行】〔称呼〕，祝您生日快乐！客户经理〔客户经理〕。

## 理财推介

用途
:   营销

〔称呼〕您好，新产品〔产品〕今日发售，详询〔服务电话〕。
"""


@pytest.fixture
def library(tmp_path):
    folder = tmp_path / "库" / "kb" / "短信模板"
    folder.mkdir(parents=True)
    (folder / "客户短信.md").write_text(DOCUMENT, encoding="utf-8")
    (folder / "无.md").write_text("---\n标题: 无\n类别: 短信模板\n---\n\n只有一段。\n", "utf-8")
    (tmp_path / "库" / "wenshu.toml").write_text(
        '["公司"]\n"名称" = "清河农商银行"\n"简称" = "清河"\n"服务电话" = "96000"\n'
        '["短信"]\n"退订名单" = "退订.txt"\n',
        encoding="utf-8",
    )
    (tmp_path / "库" / "退订.txt").write_text("13900000009\n", encoding="utf-8")
    return Workspace.open(tmp_path / "库")


def table(tmp_path, text):
    path = tmp_path / "客户.csv"
    path.write_text(text, encoding="utf-8")
    return read_table(path)


HEAD = "姓名,性别,手机号,客户经理,产品,退订\n"


def test_messages_and_what_is_left_out(library, tmp_path):
    rows = table(
        tmp_path,
        HEAD
        + "王小明,男,+86 139-0000-0001,李芳,安心,\n"
        + "欧阳兰,女,１３９０００００００２,李芳,安心,\n"
        + "赵六,,13900000003,李芳,安心,否\n"
        + "钱七,男,12345,李芳,安心,\n"
        + "孙八,男,13900000001,李芳,安心,\n"
        + "周九,男,13900000004,,安心,\n"
        + "吴十,男,13900000005,李芳,安心,是\n"
        + "郑一,男,13900000009,李芳,安心,\n"
        + "冯二,男,,李芳,安心,\n",
    )
    made = make_sending_list(library, "客户短信#生日", rows)
    assert made.scene == "生日祝福"
    assert [(message.phone, message.text) for message in made.messages] == [
        ("13900000001", "【清河银行】王先生，祝您生日快乐！客户经理李芳。"),
        ("13900000002", "【清河银行】欧阳女士，祝您生日快乐！客户经理李芳。"),
        ("13900000003", "【清河银行】赵六，祝您生日快乐！客户经理李芳。"),
    ]
    left = {(one.row, one.field, one.is_error) for one in made.removed}
    assert left == {
        (4, "手机号", True),
        (5, "手机号", False),
        (6, "客户经理", True),
        (7, "手机号", False),
        (8, "手机号", False),
        (9, "手机号", True),
    }
    assert "与第 1 行重复" in next(one.message for one in made.removed if one.row == 5)


def test_marketing_has_signature_refusal_and_company_values(library, tmp_path):
    rows = table(tmp_path, HEAD + "王小明,男,13900000001,李芳,安心,\n")
    message = make_sending_list(library, "客户短信#理财推介", rows).messages[0]
    assert message.text == "【清河】王先生您好，新产品安心今日发售，详询96000。拒收请回复R"
    assert (message.length, message.parts) == (len(message.text), 1)


def test_long_messages_count_in_parts(library, tmp_path):
    text = HEAD + f"王小明,男,13900000001,{'李' * 60},安心,\n"
    text += f"王小明,男,13900000002,{'😀' * 60},安心,\n"
    made = make_sending_list(library, "客户短信#生日祝福", table(tmp_path, text))
    base = len("【清河银行】王先生，祝您生日快乐！客户经理。")
    assert [(one.length, one.parts) for one in made.messages] == [(base + 60, 2), (base + 120, 3)]


def test_settings_change_the_count_and_the_refusal(library, tmp_path):
    settings = library.root / "wenshu.toml"
    settings.write_text(
        '["短信"]\n"每条字数" = 10\n"长短信每段" = 5\n"拒收语" = "回T退订"\n', "utf-8"
    )
    workspace = Workspace.open(library.root)
    rows = table(tmp_path, "姓名,手机号,产品,服务电话\n甲,13900000001,安心,1\n")
    message = make_sending_list(workspace, "客户短信#理财", rows).messages[0]
    assert message.text.endswith("。回T退订")
    assert message.parts == -(-message.length // 5)


def test_written_lists_hold_the_same(library, tmp_path):
    rows = table(tmp_path, HEAD + "王小明,男,13900000001,李芳,安心,\n")
    made = make_sending_list(library, "客户短信#生日", rows)
    write_sending_list(made, tmp_path / "发送.xlsx")
    write_sending_list(made, tmp_path / "发送.csv")
    sheet = openpyxl.load_workbook(tmp_path / "发送.xlsx").active
    found = list(sheet.iter_rows(values_only=True))
    assert found[0] == ("手机号", "内容", "字数", "条数")
    text = (tmp_path / "发送.csv").read_bytes().decode("utf-8-sig")
    read = list(csv.reader(io.StringIO(text)))
    assert [str(cell) for cell in found[1]] == read[1]
    assert sheet["A2"].data_type == "s"
    with pytest.raises(EnvironmentRefused, match="没有覆盖"):
        write_sending_list(made, tmp_path / "发送.csv")


def test_what_cannot_be_sent(library, tmp_path):
    rows = table(tmp_path, HEAD + "王小明,男,13900000001,李芳,安心,\n")
    with pytest.raises(UsageError, match="有 2 个场景"):
        make_sending_list(library, "客户短信", rows)
    with pytest.raises(UsageError, match="没有“节日”"):
        make_sending_list(library, "客户短信#节日", rows)
    with pytest.raises(InputError, match="没有短信正文"):
        scenes(library, "无")
    without = table(tmp_path, "姓名\n甲\n")
    with pytest.raises(UsageError, match="没有手机号"):
        make_sending_list(library, "客户短信#生日", without)
    (library.root / "退订.txt").unlink()
    with pytest.raises(InputError, match="退订名单"):
        make_sending_list(library, "客户短信#生日", rows)


def test_faulty_cells_and_missing_columns(library, tmp_path):
    rows = table(tmp_path, "姓名,手机号,客户经里\n#N/A,13900000001,李芳\n甲,13900000002,李芳\n")
    made = make_sending_list(library, "客户短信#生日", rows)
    assert [one.field for one in made.removed] == ["姓名", "客户经理"]
    assert "是不是“客户经里”" in made.removed[1].message


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("139 0000 0001", "13900000001"),
        ("0086-13900000001", "13900000001"),
        (13900000001, "13900000001"),
        ("（0555）1234567", "05551234567"),
        ("86139", "86139"),
    ],
)
def test_clean_phone(typed, clean):
    assert clean_phone(typed) == clean


def test_nothing_of_the_customers_stays_in_the_workspace(library, tmp_path):
    rows = table(tmp_path, HEAD + "王小明,男,13900000001,李芳,安心,\n")
    make_sending_list(library, "客户短信#生日", rows)
    for path in library.root.rglob("*"):
        if path.is_file():
            assert "13900000001" not in path.read_bytes().decode(errors="replace")

"""Metrics: read from YAML, spreadsheets and CSV; what is wrong is told with its place."""

from __future__ import annotations

# ruff: noqa: E501 - metric files are written as they are, a line a metric
import dataclasses
import io
import json
import re
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import spreadsheet_notes
from store.amounts import (
    NotANumber,
    add,
    decimals,
    divide,
    dump_json,
    grouped,
    is_blank,
    plain,
    proportion,
    read_amount,
    read_decimal,
    round_half_up,
    subtract,
)
from store.exceptions import EnvironmentRefused, InputError, InvalidValue
from store.figures import Series
from store.filters import FILTERS
from store.lengths import LENGTHS
from store.metric import Metric, Source
from store.metric_days import read_day
from store.metric_several import SeveralView, in_turn
from store.metric_view import ATTRIBUTES
from store.metric_writer import to_yaml, write_yaml
from store.metric_years import (
    check_frozen,
    fill_from_last_year,
    freeze,
    frozen_path,
    next_year,
    roll_up,
)
from store.metrics import MetricNotFoundError, MetricSet, load_metrics, to_json
from store.missing import MissingNames, open_session
from store.sandbox import SandboxEnvironment
from store.spreadsheet import Sheet, cell_name, decode_text, read_sheets
from store.spreadsheet_blank import blank_workbook
from store.spreadsheet_headers import IGNORED
from store.spreadsheet_mapping import SheetMapping, guess_mapping
from store.spreadsheet_metrics import load_spreadsheet
from store.spreadsheet_notes import CellNotes, cell_notes
from store.spreadsheet_saved import find_mapping, save_mapping
from store.units_of_measure import POINTS, Quantity, UnitMismatch, read_unit

D = Decimal
ROOT = Path(__file__).resolve().parent.parent

BANK = """截至日期: 2024-12-30
指标:
  - {指标: 各项存款, 分组: 负债业务, 单位: 万元, 性质: 时点, 谓语: 余额, 期末: 161131,
     年初: 121338, 计划: 16000, 计划口径: 净增}
  - {指标: 单位存款, 分组: 负债业务, 上级指标: 各项存款, 单位: 万元, 性质: 时点, 期末: 33989,
     年初: 27841, 计划: 5000, 计划口径: 净增, 别名: [对公存款]}
  - {指标: 个人存款, 分组: 负债业务, 上级指标: 各项存款, 单位: 万元, 性质: 时点, 期末: 127141,
     年初: 93496, 计划: 11000, 计划口径: 净增, 别名: 储蓄存款、私人存款}
  - {指标: POS机, 单位: 台, 性质: 时期, 本期: 20, 上年同期: 10, 上期: 16, 完成率: 80}
  - {指标: 不良率, 单位: '%', 性质: 比率, 本期: 1.2, 年初: 1.5, 计划: 1.5, 计划口径: 余额,
     方向: 越低越好, 分组: 质量}
"""


def load(tmp_path, text, name="a.yaml"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return load_metrics([path])


@pytest.fixture
def bank(tmp_path):
    return load(tmp_path, BANK)


def book(path, *rows, title="指标", formats=None):
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    for cell, code in (formats or {}).items():
        sheet[cell].number_format = code
    workbook.save(path)
    return path


# -- numbers ---------------------------------------------------------------------------------

NUMBERS = [
    ("1,234.5", "1234.5", ""), ("１２３", "123", ""), ("12万", "120000", ""), ("1.5亿", "150000000", ""),
    ("(1,234)", "-1234", ""), ("（1，234）", "-1234", ""), ("12％", "12", "%"), ("161131万元", "161131", "万元"),
    ("￥1,234.50", "1234.5", ""), ("$12", "12", "美元"), ("1e3", "1000", ""), ("-.5", "-0.5", ""),
    (" － 3", None, None), ("+7", "7", ""), ("1 234 567", "1234567", ""), (0.1 + 0.2, "0.3", ""),
    (39793.000000000004, "39793", ""), (5, "5", ""), (D("2.50"), "2.5", ""), ("3户", "3", "户"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "value", "unit"), NUMBERS)
def test_numbers_as_people_write_them(written, value, unit):
    if value is None:
        with pytest.raises(NotANumber):
            read_amount(written)
        return
    amount = read_amount(written)
    assert amount is not None
    assert (plain(amount.scaled), amount.unit) == (value, unit)


@pytest.mark.parametrize(
    "blank", ["", "—", "——", "-", "/", "无", "N/A", None, float("nan"), " 暂无 "]
)
def test_blanks(blank):
    assert is_blank(blank)
    assert read_amount(blank) is None
    assert read_decimal(blank) is None


@pytest.mark.parametrize(
    "bad",
    ["五千", "1.2.3", "3,28", True, "2024-01-05", "#DIV/0!", "1e99", float("inf"), "9" * 70,
     D("NaN"), date(2024, 1, 5), "((1)", "$-¥3", "(-3)", D("1." + "1" * 65)],
)  # fmt: skip
def test_what_is_no_number(bad):
    with pytest.raises(NotANumber) as caught:
        read_amount(bad)
    assert caught.value.hint


def test_a_number_with_a_unit_is_no_bare_number():
    with pytest.raises(NotANumber, match="带有单位"):
        read_decimal("12万元")
    assert read_decimal("12%") == 12
    assert not is_blank(0)


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=6
    )
)
def test_what_is_printed_reads_back(value):
    assert read_decimal(plain(value)) == value
    assert read_decimal(grouped(value)) == value
    assert abs(round_half_up(value, 2) - value) <= D("0.005")
    assert json.loads(dump_json({"a": [value, None, "中", (1, True)]}))["a"][2:] == [
        "中",
        [1, True],
    ]


def test_rounding_and_printing():
    assert str(round_half_up(D("-0.04"), 1)) == "0.0"
    assert round_half_up(D("2.5"), 0) == 3
    assert round_half_up(D("-2.5"), 0) == -3
    assert plain(D("1E+5")) == "100000"
    assert plain(D("1.50"), strip=True) == "1.5"
    assert plain(D("-0")) == "0"
    assert grouped(D("1234567.5"), 2) == "1,234,567.50"
    assert decimals(D("1.50")) == 1
    assert decimals(D("Infinity")) == 0
    assert str(divide(D(1), D(3))).startswith("0." + "3" * 40)
    assert proportion(D(1), D(2), D(4)) == D("0.5")
    assert add(D("1e30"), D("1e-20")) != D("1e30")
    assert subtract(D(1), D(2)) == -1


# -- units -----------------------------------------------------------------------------------

UNITS = [
    ("万元", "元", 10**4), ("亿元", "元", 10**8), ("千元", "元", 1000), ("人民币", "元", 1),
    ("人民币万元", "元", 10**4), ("万美元", "美元", 10**4), ("户", "户", 1), ("万户", "户", 10**4),
    ("%", "%", 1), ("‰", "%", D("0.1")), ("万千瓦时", "千瓦时", 10**4), ("度", "千瓦时", 1),
    ("千克", "克", 1000), ("吨", "克", 10**6), ("单位：万元", "元", 10**4), ("（万元）", "元", 10**4),
    ("个百分点", "个百分点", 1), ("百分点", "个百分点", 1), ("", "", 1),
]  # fmt: skip


@pytest.mark.parametrize(("name", "dimension", "factor"), UNITS)
def test_units(name, dimension, factor):
    unit = read_unit(name)
    assert (unit.dimension, unit.factor) == (dimension, factor)


def test_units_of_different_dimension_do_not_mix():
    wan, household = Quantity(D(2), read_unit("万元")), Quantity(D(3), read_unit("户"))
    for act in (lambda: wan + household, lambda: wan - household, lambda: wan < household):
        with pytest.raises(UnitMismatch, match="单位不同"):
            act()
    yi = Quantity(D(1), read_unit("亿元"))
    assert str(wan + yi) == "10002万元"
    assert str(yi - wan) == "0.9998亿元"
    assert wan < yi
    assert str(yi.to(read_unit("万元"))) == "10000万元"
    with pytest.raises(TypeError):
        _ = wan + 3
    with pytest.raises(TypeError):
        _ = wan - "3"
    assert read_unit("%").difference == POINTS
    assert read_unit("‰").difference.name == "个千分点"
    assert read_unit("户").difference.name == "户"
    assert "无单位" in str(UnitMismatch(read_unit(""), read_unit("户")))


# -- YAML ------------------------------------------------------------------------------------


def test_the_bank(bank):
    assert bank.problems == []
    assert bank.as_of == date(2024, 12, 30)
    assert bank["对公存款"].name == "单位存款"
    assert bank["各 项 存 款"].change == 39793
    assert round_half_up(bank["各项存款"].completion_percent, 1) == D("248.7")
    assert round_half_up(bank["单位存款"].completion_percent, 1) == D("123.0")
    assert round_half_up(bank["个人存款"].completion_percent, 1) == D("305.9")
    assert [metric.name for metric in bank.group("负债业务")] == [
        "各项存款",
        "单位存款",
        "个人存款",
    ]
    assert bank.groups == ["负债业务", "质量"]
    assert [part.name for part in bank.parts(bank["各项存款"])] == ["单位存款", "个人存款"]
    assert [bank.rank(metric) for metric in bank] == [None, 2, 1, None, None]
    assert len(bank) == 5
    assert bank["个人存款"].aliases == ("储蓄存款", "私人存款")
    assert bank["不良率"].completion_percent is None


def test_near_names(bank):
    with pytest.raises(MetricNotFoundError) as caught:
        _ = bank["各项存欵"]
    assert "各项存款" in caught.value.near
    assert "各项存款" in caught.value.hint
    assert bank.near("存款")
    with pytest.raises(MetricNotFoundError, match="数据中没有") as caught:
        _ = MetricSet()["甲"]
    assert "检查" in caught.value.hint


def test_json_is_exact_and_has_every_key(bank):
    first, *_, rate = to_json(bank)
    assert list(first) == [
        "name", "unit", "nature", "as_of", "value", "year_start", "last_year", "previous", "plan",
        "plan_basis", "change", "change_percent", "yoy_percent", "completion_percent",
        "share_percent", "sentence",
    ]  # fmt: skip
    text = dump_json({"metrics": [first]})
    assert json.loads(text)["metrics"][0]["completion_percent"] == 248.7
    assert '"value": 161131,' in text
    assert rate["completion_percent"] is None
    assert rate["change"] == D("-0.3")
    assert to_json(bank)[1]["share_percent"] == D("21.1")
    assert to_json(bank)[3]["yoy_percent"] == 100
    empty = MetricSet((Metric(name="甲", unit=read_unit("户"), nature="时期", parent="乙"),))
    assert to_json(empty)[0]["sentence"] is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("指标: [", "第"),
        ("甲: 1\n", "没有“指标”列表"),
        ("只有文字", "没有“指标”列表"),
        ("", "没有“指标”列表"),
    ],
)
def test_files_that_are_no_metrics(tmp_path, text, message):
    with pytest.raises(InputError, match=message):
        load(tmp_path, text)


def test_a_missing_file(tmp_path):
    with pytest.raises(InputError, match="没有找到指标文件"):
        load_metrics([tmp_path / "无.yaml"])
    with pytest.raises(InputError, match="没有找到表格"):
        load_metrics([tmp_path / "无.xlsx"])


def test_other_shapes_of_yaml(tmp_path):
    mapping = load(
        tmp_path, "指标:\n  存款: {单位: 万元, 期末: 5, 年初: 4}\n  贷款: {单位: 万元, 本期: 3}\n"
    )
    assert [(metric.name, metric.nature) for metric in mapping] == [
        ("存款", "时点"),
        ("贷款", "时期"),
    ]
    bare = load(tmp_path, "- {name: 存款, unit: 万元, nature: balance, value: 5, digits: 1}\n")
    assert (bare["存款"].nature, bare["存款"].digits) == ("时点", 1)
    history = load(tmp_path, "指标:\n- {指标: 甲, 单位: 户, 本期: 5, 2022: 3, 历史: {2021年: 2}}\n")
    assert history["甲"].history == (("2021年", D(2)), ("2022年", D(3)))


BAD_ROWS = [
    ("{指标: 甲, 单位: 户, 本期: 五, 性质: 时期}", "not-a-number", "“五”不是数字"),
    ("{指标: 甲, 单位: 户, 本期: '#DIV/0!', 性质: 时期}", "not-a-number", "除数为零"),
    ("{指标: 甲, 单位: 万元, 本期: 5户}", "unit-mismatch", "单位不同"),
    ("{指标: 甲, 单位: 户, 本期: 5, 性质: 其他}", "unknown-nature", "“其他”无法识别"),
    ("{指标: 甲, 单位: 户, 期末: 5, 计划: 3, 计划口径: 年均}", "unknown-plan-basis", "“年均”"),
    ("{指标: 甲, 单位: 户, 期末: 5, 计划: 3}", "plan-basis-missing", "没有写计划口径"),
    ("{指标: 甲, 单位: 户, 期末: 5, 方向: 向左}", "unknown-direction", "“向左”"),
    ("{指标: 甲, 单位: 户, 期末: 5, 小数位: 九}", "bad-digits", "“九”"),
    ("{指标: 甲, 单位: 户, 期末: 5, 小数位: 9}", "bad-digits", "“9”"),
    ("{指标: 甲, 单位: 户, 期末: 5, 截至日期: 去年}", "bad-date", "“去年”"),
    ("{指标: 甲, 单位: 户, 期末: 5, 本期: 6}", "two-values", "5）与本期（6"),
    ("{指标: 甲, 单位: 户}", "metric-without-value", "没有期末"),
    ("{单位: 户, 期末: 5}", "metric-without-name", "没有写指标名称"),
    ("{指标: 甲, 单位: 户, 期末: 5, 上级指标: 乙}", "bad-parent-metric", "不在数据中"),
    ("{指标: 甲, 单位: 户, 期末: 5, 上级指标: 甲}", "bad-parent-metric", "绕回"),
    ("{指标: 甲, 单位: 户, 本期: 5, 性质: 时期, 计划: 4, 计划口径: 余额}", "bad-plan-basis", "不能是余额"),
    ("{指标: 甲, 单位: 户, 期末: 5, 性质: 时点, 计划: 4, 计划口径: 净增}", "bad-plan-basis", "年初数"),
    ("{指标: 甲, 单位: 户, 本期: 5, 性质: 时期, 计划: 10, 计划口径: 累计, 完成率: 60}", "completion-mismatch", "60%与"),
    ("{指标: 甲, 单位: 户, 期末: 5, 颜色: 红}", "unknown-key", "“颜色”"),
    ("{指标: 甲, 单位: 户, 期末: 5, 期末: 6}", "double-key", "写了两次"),
    ("只有文字", "not-a-metric", "不是指标"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "code", "shown"), BAD_ROWS)
def test_bad_rows_are_told(tmp_path, row, code, shown):
    metrics = load(tmp_path, f"指标:\n  - {{指标: 好, 单位: 户, 本期: 1}}\n  - {row}\n")
    assert [problem.code for problem in metrics.problems] == [code]
    problem = metrics.problems[0]
    assert problem.line == 3
    assert shown in problem.message + problem.hint
    assert metrics["好"].value == 1


def test_agreeing_pairs_are_fine(tmp_path):
    row = "{指标: 甲, 单位: 户, 期末: 5, 本期: 5, 计划: 10, 计划口径: 累计, 性质: 时期, 完成率: 50}"
    assert load(tmp_path, f"指标:\n- {row}\n").problems == []
    high = load(
        tmp_path, "指标:\n- {指标: 甲, 单位: 户, 本期: 5, 方向: 越高越好, 完成率: 0}\n- {}\n"
    )
    assert high.problems == []
    assert not high["甲"].lower_is_better


def test_two_metrics_of_one_name(tmp_path):
    metrics = load(
        tmp_path, "指标:\n- {指标: 甲, 单位: 户, 本期: 1}\n- {指标: 甲, 单位: 户, 本期: 2}\n"
    )
    assert [problem.code for problem in metrics.problems] == ["metric-twice"]
    assert "第 2 行、第 3 行" in metrics.problems[0].message
    assert metrics["甲"].value == 1


def test_circles_and_units_of_wholes(tmp_path):
    text = (
        "指标:\n- {指标: 甲, 单位: 户, 本期: 1, 上级指标: 乙}\n- {指标: 乙, 单位: 户, 本期: 2, 上级指标: 甲}\n"
        "- {指标: 丙, 单位: 万元, 本期: 2, 上级指标: 丁}\n- {指标: 丁, 单位: 户, 本期: 2}\n"
    )
    metrics = load(tmp_path, text)
    assert [problem.code for problem in metrics.problems] == ["bad-parent-metric"] * 3
    assert to_json(metrics)[2]["share_percent"] is None


def test_units_in_names_and_cells(tmp_path):
    text = (
        "单位: 万元\n指标:\n- {指标: 存款（亿元）, 本期: 2}\n- {指标: 贷款, 本期: 1.5亿元}\n"
        "- {指标: 保费, 本期: 3万}\n- {指标: 户数（其中）, 单位: 户, 本期: 2万}\n- {指标: 费用率（‰）, 本期: 3}\n"
        "- {指标: 收入（合计）, 本期: 7}\n- {指标: 占有率, 性质: 比率, 单位: '', 本期: 3}\n"
    )
    metrics = load(tmp_path, text)
    assert metrics.problems == []
    assert (metrics["存款"].unit.name, metrics["贷款"].value) == ("亿元", 15000)
    assert metrics["保费"].value == 3
    assert metrics["户数（其中）"].value == 20000
    assert metrics["费用率"].nature == "比率"
    assert metrics["收入（合计）"].unit.name == "万元"
    no_unit = load(tmp_path, "指标:\n- {指标: 占有率, 性质: 比率, 本期: 3}\n")
    assert no_unit["占有率"].unit.name == "%"


DAYS = [
    ("2024-12-30", date(2024, 12, 30), False), ("2024年12月30日", date(2024, 12, 30), False),
    ("12月30日", date(2024, 12, 30), False), ("2024年11月末", date(2024, 11, 30), True),
    ("11月末", date(2024, 11, 30), True), ("2024-11", date(2024, 11, 30), True),
    ("截至2024年2月末", date(2024, 2, 29), True), (date(2024, 1, 5), date(2024, 1, 5), False),
    (datetime(2024, 1, 5, 3), date(2024, 1, 5), False),  # noqa: DTZ001
]  # fmt: skip


@pytest.mark.parametrize(("written", "day", "month_end"), DAYS)
def test_days(written, day, month_end):
    assert read_day(written, 2024) == (day, month_end)


@pytest.mark.parametrize("bad", ["", None, "13月末", "12", "2月30日", "以后"])
def test_bad_days(bad):
    assert read_day(bad, 2024) is None
    assert read_day("12月30日") is None
    assert read_day("11月末") is None


def test_later_files_win_with_a_warning(tmp_path):
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    first.write_text(
        "指标:\n- {指标: 甲, 单位: 户, 本期: 1}\n- {指标: 乙, 单位: 户, 本期: 1}\n", "utf-8"
    )
    second.write_text(
        "指标:\n- {指标: 甲, 单位: 户, 本期: 2}\n- {指标: 乙, 单位: 户, 本期: 1}\n", "utf-8"
    )
    metrics = load_metrics([first, second])
    assert metrics["甲"].value == 2
    assert [problem.code for problem in metrics.problems] == ["metric-overridden"]
    assert "1户、2户" in metrics.problems[0].message
    empty = load(tmp_path, "指标:\n- {指标: 甲, 单位: 户}\n", "c.yaml").merged(
        load_metrics([first])
    )
    assert "无、1户" in next(p.message for p in empty.problems if p.code == "metric-overridden")


# -- in templates ----------------------------------------------------------------------------


def say(metrics, text, length=None):
    environment = SandboxEnvironment()
    context = metrics.context(length)
    with open_session(context) as session:
        result = environment.join_output(environment.stream(environment.from_string(text), context))
    session.raise_missing()
    return result, session.warnings


TABLE = (
    "指标\t单位\t期末\t年初\t较年初增减\t计划\t完成计划\n"
    "各项存款\t万元\t161131\t121338\t39793\t16000\t248.7%\n单位存款\t万元\t33989\t27841\t6148\t5000\t123%\n"
    "个人存款\t万元\t127141\t93496\t33645\t11000\t305.9%"
)
SAID = [
    ("{{ 各项存款.句 }}", "各项存款余额161131万元，比年初增加39793万元，完成计划的248.7%"),
    ("{{ 各项存款.较.较年初 }}", "较年初增加39793万元"),
    ("{{ 各项存款.较.比.比年初 }}", "比年初增加39793万元"),
    ("{{ 各项存款.短句 }}", "各项存款余额161131万元，完成计划的248.7%"),
    ("{{ 各项存款.简.句 }}", "各项存款余额161131万元，完成计划的248.7%"),
    ("{{ 各项存款.详句 }}", "各项存款余额161131万元，比年初增加39793万元，增幅32.8%，完成计划的248.7%，超计划23793万元"),
    ("{{ 各项存款.详.句 == 各项存款.详句 }}", "True"),
    ("{{ 各项存款 }}", "161131万元"),
    ("{{ 各项存款.值 }}{{ 各项存款.期末 }}", "161131万元161131万元"),
    ("{{ 各项存款.数 }}{{ 各项存款.单位 }}{{ 各项存款.数值 }}", "161131万元161131"),
    ("{{ 各项存款.名称 }}{{ 各项存款.分组 }}{{ 各项存款.备注 }}", "各项存款负债业务"),
    ("{{ 各项存款.年初 }}", "121338万元"),
    ("{{ 各项存款.计划 }}，{{ 各项存款.超计划 }}", "16000万元，超计划23793万元"),
    ("{{ 各项存款.完成率 }}{{ 各项存款.增长率 }}", "248.7%32.8%"),
    ("{{ 各项存款.增幅 }}", "增幅32.8%"),
    ("{{ 各项存款.截至 }}", "截至12月30日"),
    ("{{ 个人存款.占比 }}", "占比78.9%，较年初上升1.9个百分点"),
    ("{{ 个人存款.占上级 }}", "占各项存款的78.9%"),
    ("{{ 个人存款.位次 }}{{ 单位存款.位次 }}", "第1位第2位"),
    ('{{ 指标["POS机"].值 }}', "20台"),
    ('{{ 指标["POS机"].同比 }}，{{ POS机.环比 }}，{{ POS机.倍数 }}', "同比增长100%，环比增长25%，比上年同期翻一番"),
    ("{{ POS机.同比率 }}{{ POS机.上年同期 }}{{ POS机.上期 }}{{ POS机.本期 }}", "100%10台16台20台"),
    ("{{ POS机.完成计划 }}", "完成计划的80%"),
    ("{{ 不良率.句 }}", "截至12月30日，不良率为1.2%，比年初下降0.3个百分点，控制在计划以内"),
    ("{{ 储蓄存款.名称 }}", "个人存款"),
    ("{{ 指标.各项存款.值 }}", "161131万元"),
    ('{{ 各项存款.换算("亿元", 1).较年初 }}', "比年初增加4.0亿元"),
    ('{{ 各项存款.换算("亿元").值 }}', "16.11亿元"),
    ("{{ 各项存款|亿元 }}", "16.11"),
    ("{{ 单位存款 + 个人存款 }}", "161130万元"),
    ("{{ 各项存款 - (单位存款 + 个人存款) }}", "1万元"),
    ('{{ 指标.total("单位存款", "个人存款") }}', "161130万元"),
    ('{{ 指标.合计("单位存款", "个人存款") }}{{ 指标.分组("质量")|length }}', "161130万元1"),
    ("{% for 一 in 指标.group('负债业务') %}{{ 一.名称 }};{% endfor %}", "各项存款;单位存款;个人存款;"),
    ("{{ 指标|length }}{% for 一 in 指标 %}{{ 一.单位 }}{% endfor %}", "5万元万元万元台%"),
    ('{{ "各项存款" in 指标 }}{{ 3 in 指标 }}{{ 指标["无"] is defined }}', "TrueFalseFalse"),
    ("{{ 单位存款 < 各项存款 }}{{ 单位存款 == 对公存款 }}{{ 单位存款 == 3 }}", "TrueTrueFalse"),
    ("{% if 各项存款 %}有{% endif %}", "有"),
    ('{{ 指标表("负债业务") }}', TABLE),
    ('{{ 图("各项存款") }}', "各项存款变化情况"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), SAID)
def test_what_templates_print(tmp_path, text, expected):
    dated = BANK.replace("本期: 1.2,", "本期: 1.2, 截至日期: 2024-12-30,")
    metrics = dataclasses.replace(load(tmp_path, dated), as_of=date(2024, 12, 31))
    metrics = dataclasses.replace(
        metrics,
        metrics=tuple(
            dataclasses.replace(metric, as_of=date(2024, 12, 31))
            if metric.name in {"单位存款", "个人存款", "POS机"} else metric
            for metric in metrics
        ),
    )  # fmt: skip
    if "各项存款." in text and "截至" not in text:
        metrics = dataclasses.replace(metrics, as_of=date(2024, 12, 30))
    assert say(metrics, text)[0] == expected


BOTH = "个人存款余额、单位存款余额分别为127141万元和33989万元，分别比年初增加33645万元和6148万元"
IN_TURN = [
    ('{{ 指标.分别("个人存款", "单位存款").句 }}', f"{BOTH}，分别完成计划的305.9%和123%"),
    ('{{ 指标.分别("个人存款", "单位存款", "各项存款").完成计划 }}',
     "个人存款、单位存款、各项存款分别完成计划的305.9%、123%和248.7%"),
    ('{{ 指标.分别("个人存款", "不良率").较年初 }}',
     "个人存款、不良率分别比年初增加33645万元、下降0.3个百分点"),
    ('{{ 指标.分别("POS机", "POS机") }}', "POS机、POS机均为20台，均同比增长100%，均完成计划的80%"),
    ('{{ 指标.分别("个人存款", "单位存款").同比 }}', ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), IN_TURN)
def test_several_metrics_in_turn(bank, text, expected):
    said, warnings = say(bank, text)
    assert said == expected
    assert bool(warnings) == (not expected)


def test_in_turn_needs_two_with_values(bank, tmp_path):
    with pytest.raises(InvalidValue, match="至少要有两个"):
        say(bank, '{{ 指标.分别("个人存款").句 }}')
    empty = load(tmp_path, "指标:\n- {指标: 甲, 单位: 户}\n- {指标: 乙, 单位: 户, 本期: 5}\n")
    with pytest.raises(MissingNames) as caught:
        say(empty, '{{ 指标.分别("甲", "乙").句 }}')
    assert [str(name) for name in caught.value.names] == ["“甲.值”"]
    words = '{{ 指标.分别("甲", "乙").较年初 is defined }}{{ 指标.分别("甲", "乙").无 is defined }}'
    assert say(empty, words)[0] == "TrueFalse"


@pytest.mark.parametrize(("texts", "expected"), [
    (["比年初增加5户", "比年初减少3户"], "分别比年初增加5户、减少3户"),
    (["与年初持平", "比年初减少3户"], "分别与年初持平、比年初减少3户"),
    (["同比增长5%", "比年初减少3户"], "分别同比增长5%、比年初减少3户"),
    (["控制在计划以内", "控制在计划以内"], "均控制在计划以内"),
    (["同比扭亏为盈", "同比增长5%"], "分别同比扭亏为盈、同比增长5%"),
])  # fmt: skip
def test_phrases_in_turn(texts, expected):
    assert in_turn(texts) == expected


def test_short_lengths_shorten_the_phrases(bank):
    assert say(bank, "{{ 各项存款.句 }}", "一页版")[0] == "各项存款余额161131万元，完成计划的248.7%"
    assert say(bank, "{{ 指标.各项存款.句 }}", "简版")[0].count("，") == 1


def test_phrases_that_cannot_be_said_leave_a_warning(bank):
    text, warnings = say(
        bank,
        "{{ POS机.较年初 }}{{ 各项存款.同比 }}{{ 各项存款.同比率 }}{{ 各项存款.占比 }}{{ 各项存款.占上级 }}"
        "{{ POS机.位次 }}{{ POS机.最好 }}{{ POS机.各部门 }}{{ POS机.较年初 }}",
    )
    assert text == ""
    assert len(warnings) == 8
    assert "时期指标不与年初比较" in warnings[0]


def test_a_sentence_warns_of_what_it_leaves_out(tmp_path):
    metrics = load(
        tmp_path, "指标:\n- {指标: 甲, 单位: 户, 本期: 5, 性质: 时期, 计划: 0, 计划口径: 累计}\n"
    )
    assert say(metrics, "{{ 甲.句 }}") == (
        "甲5户",
        ["指标“甲”计划数为零，不计算完成率，句中已略去。"],
    )


def test_missing_figures_are_missing_names(tmp_path):
    metrics = load(tmp_path, "指标:\n- {指标: 甲, 单位: 户}\n")
    for text in ("{{ 甲 }}", "{{ 甲.句 }}", "{{ 甲.数 }}", "{{ 甲.年初 }}", "{{ 甲.无 }}"):
        with pytest.raises(MissingNames):
            say(metrics, text)
    with pytest.raises(InvalidValue, match="没有期末"):
        say(metrics, "{{ 甲 + 甲 }}")
    assert say(metrics, "{% if not 甲 %}无{% endif %}")[0] == "无"


def test_units_in_templates_do_not_mix(bank):
    with pytest.raises(UnitMismatch):
        say(bank, "{{ 各项存款 + POS机 }}")
    with pytest.raises(InvalidValue, match="只能与指标"):
        say(bank, "{{ 各项存款 - 3 }}")
    with pytest.raises(InvalidValue, match="没有写明"):
        say(bank, "{{ 指标.total() }}")
    view = bank.context()["各项存款"]
    assert hash(view) == hash(bank.context()["各项存款"])
    assert "句" in dir(view)
    assert "各项存款" in dir(bank.context()["指标"])


def test_tables(bank):
    table = bank.context()["指标表"]
    every = table()
    assert len(every.rows) == 5
    assert every.title == "（*为填报数）"
    assert every.header[2] == "期末（本期）"
    assert every.rows[3][-1] == "80%*"
    assert every.rows[4][-1] == "控制在计划以内"
    assert every.rows[4][4] == "-0.3个百分点"
    chosen = table(
        "个人存款", "POS机", 列=["占比", "环比", "上期", "增幅", "备注", "同比"], 标题="甲"
    )
    assert chosen.rows[0][2:] == ("78.9%", "—", "—", "36%", "—", "—")
    assert chosen.rows[1][2:] == ("—", "25%", "16", "—", "—", "100%")
    block = chosen.to_block(7)
    assert (block.type, block.line, block.header_rows, block.caption) == ("table", 7, 1, "甲")
    with pytest.raises(InvalidValue, match="没有“颜色”列"):
        table("个人存款", 列="颜色")
    with pytest.raises(InvalidValue, match="没有指标"):
        MetricSet().context()["指标表"]()


def test_table_cells_of_special_cases(tmp_path):
    metrics = load(
        tmp_path,
        "指标:\n- {指标: 利润, 单位: 万元, 本期: 5, 上年同期: -3}\n- {指标: 率, 单位: '%', 本期: 5, 上年同期: 3}\n"
        "- {指标: 新, 单位: 户, 本期: 5, 上年同期: 0, 上级指标: 利润}\n- {指标: 空, 单位: 户}\n",
    )
    table = metrics.context()["指标表"](列=["同比", "占比", "较年初"])
    assert [row[2] for row in table.rows] == ["扭亏为盈", "2个百分点", "上年同期为零", "—"]
    flows = metrics.context()["指标表"]("利润")
    assert flows.header[2] == "本期"


def test_charts_take_other_options(bank):
    chart = bank.context()["图"]
    line = chart("单位存款", "个人存款", 类型="折线图")
    assert line.categories == ("年初", "期末")
    assert line.series[0] == Series("单位存款", (D(27841), D(33989)))
    assert line.to_block(3).figure is line
    mixed = chart("各项存款", "单位存款", 类型="组合", 系列=["期末", "增幅"])
    assert mixed.secondary_unit == "%"
    many = chart("各项存款", "单位存款", "个人存款", "各项存款", 系列="期末")
    assert many.title.startswith("各项存款等")


# -- spreadsheets ----------------------------------------------------------------------------

HEADER = [
    "指标",
    "单位",
    "性质",
    "谓语",
    "期末",
    "年初",
    "计划",
    "计划口径",
    "完成率",
    "截至日期",
    "分组",
]


def test_own_sheets(tmp_path):
    path = book(
        tmp_path / "a.xlsx", HEADER,
        ["各项存款", "万元", "时点", "余额", "161,131", 121338, 16000, "净增", None, date(2024, 12, 30)],
        [], ["激活率", "%", "比率", None, 0.845], ["公式", "万元", "时期", None, "=1+1"],
        ["卡", "张", "时期", None, "12万", "—", None, None, 1.19, "2024年11月末"],
        formats={"E4": "0.0%", "I6": "0%"},
    )  # fmt: skip
    workbook = openpyxl.load_workbook(path)
    workbook["指标"]["F6"] = "#DIV/0!"
    workbook["指标"]["F6"].data_type = "e"
    workbook.save(path)
    metrics = load_metrics([path])
    assert metrics["各项存款"].completion_percent is not None
    assert metrics["激活率"].value == D("84.5")
    assert metrics["卡"].value == 120000
    assert metrics["卡"].given_completion == 119
    found = {problem.code: problem for problem in metrics.problems}
    assert set(found) == {"formula-without-value", "not-a-number"}
    assert "工作表“指标”E5 单元格" in found["formula-without-value"].message
    assert "F6" in found["not-a-number"].message
    assert "除数为零" in found["not-a-number"].message


def test_csv_in_every_encoding(tmp_path):
    text = "指标,单位,性质,本期\n甲,户,时期,5\n,户,,6\n,,,\n"
    for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16"):
        path = tmp_path / f"{encoding}.csv"
        path.write_bytes(text.encode(encoding))
        metrics = load_metrics([path])
        assert metrics["甲"].value == 5
        assert [problem.code for problem in metrics.problems] == ["metric-without-name"]
        assert "第 3 行" in metrics.problems[0].message or "A3" in metrics.problems[0].message
    tab = tmp_path / "t.tsv"
    tab.write_text(text.replace(",", "\t"), encoding="utf-8")
    assert load_metrics([tab])["甲"].value == 5
    with pytest.raises(InputError, match="编码无法识别"):
        decode_text(b"\xff\xfe\x00\xd8", tab)
    with pytest.raises(InputError, match="编码无法识别"):
        decode_text(b"a\x00\xff", tab)


def foreign(path, extra=()):
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "12月报表"
    for row in (
        ["清河农商银行2024年12月业务状况表"],
        ["填报日期：2024年12月30日", None, None, None, None, None, None, "单位：万元"],
        ["项  目", "2024年", "", "2023年", "", "年度计划", "完成率", "比年初"],
        ["", "12月末余额", "11月末余额", "年末余额", "同期", "净增计划", "(%)", "增减额"],
        ["一、负债业务"],
        ["各项存款", 161131, 160000, 121338, 121000, 16000, 248.7, 39793],
        ["  其中：单位存款", 33989, 33000, 27841, 27000, 5000, 123, 6148],
        ["        个人存款", 127141, 127000, 93496, 93000, 11000, 305.9, 33645],
        ["二、资产业务"],
        ["1.各项贷款", 14067, None, "—"],
        ["2.不良贷款率（%）", 1.2, None, 1.5],
        ["3.贷款累放", 5, None, None],
        ["4.票据", 5, None, 3],
        ["注：本表为快报数"],
        *extra,
        ["制表：张三", "", "审核：李四"],
    ):
        sheet.append(row)
    for area in ("A1:H1", "B3:C3", "D3:E3", "A3:A4"):
        sheet.merge_cells(area)
    workbook.save(path)
    return path


def test_finances_own_sheet_is_mapped(tmp_path):
    path = foreign(tmp_path / "财务.xlsx")
    metrics = load_metrics([path])
    deposits = metrics["各项存款"]
    assert (deposits.value, deposits.year_start, deposits.last_year, deposits.previous) == (
        161131, 121338, 121000, 160000,
    )  # fmt: skip
    assert (deposits.plan, deposits.plan_basis, deposits.unit.name) == (16000, "净增", "万元")
    assert deposits.as_of == date(2024, 12, 30)
    assert deposits.group == "负债业务"
    assert metrics["单位存款"].parent == metrics["个人存款"].parent == "各项存款"
    assert metrics["各项贷款"].parent == ""
    assert metrics["不良贷款率"].nature == "比率"
    assert metrics["贷款累放"].nature == "时期"
    assert metrics["票据"].nature == "时点"
    assert [problem.code for problem in metrics.problems] == ["mapping-guessed"]
    assert "B 列“2024年12月末余额”→期末" in metrics.problems[0].message
    assert len(metrics) == 7


def test_a_saved_mapping_is_used_for_the_same_layout(tmp_path):
    path = foreign(tmp_path / "财务.xlsx")
    guess = guess_mapping(read_sheets(path), path)
    folder = tmp_path / "mappings"
    assert not find_mapping(read_sheets(path), path, folder).saved
    assert not find_mapping(read_sheets(path), path, None).saved
    mended = dataclasses.replace(
        guess,
        columns={**guess.columns, 2: IGNORED},
        rows={"票据": {"性质": "时期"}, "各项贷款": {"指标": IGNORED}},
        defaults={**guess.defaults, "计划口径": "余额"},
    )
    saved = save_mapping(folder, mended)
    again = load_metrics([path], mappings=folder)
    assert {problem.code for problem in again.problems} == {"completion-mismatch"}
    assert again["各项存款"].previous is None
    assert again["各项存款"].plan_basis == "余额"
    assert again["票据"].nature == "时期"
    assert again.get("各项贷款") is None
    assert find_mapping(read_sheets(path), path, folder).saved
    saved.write_text("列: [", encoding="utf-8")
    with pytest.raises(InputError, match="已损坏"):
        load_spreadsheet(path, mappings=folder)
    saved.write_text("列: {1: 指标}", encoding="utf-8")
    with pytest.raises(InputError, match="已损坏"):
        load_spreadsheet(path, mappings=folder)


def test_layouts_are_the_same_whatever_the_year(tmp_path):
    one = SheetMapping("a", (0, 0), {}, titles={0: "2024年余额"})
    two = SheetMapping("b", (0, 0), {}, titles={0: "2025年余额"})
    assert one.fingerprint == two.fingerprint
    other = SheetMapping("b", (0, 0), {}, titles={0: "2025年计划"})
    assert one.fingerprint != other.fingerprint


def test_other_foreign_headers(tmp_path):
    path = book(
        tmp_path / "a.xlsx", ["收入表（单位：万元）"],
        ["", "2022年", "2023年", "2024年", "2025年计划", "单位", "同比增减"],
        ["营业收入", 1, 2, 3, 4, "客户服务中心", 5], ["管理费用", 1, 2, 3, 4, "客户服务中心", 5],
        title="表",
    )  # fmt: skip
    metrics = load_metrics([path])
    income = metrics["营业收入"]
    assert (income.value, income.last_year, income.plan) == (3, 2, None)
    assert income.history == (("2022年", D(1)),)
    assert income.unit.name == "万元"
    units = book(
        tmp_path / "b.xlsx", ["科目", "期末余额（亿元）", "年初余额（亿元）", "累计计划"],
        ["存款", 5, 4, 3], ["#贷款", 5, "#REF!", 3], title="表",
    )  # fmt: skip
    deposits = load_metrics([units])["存款"]
    assert (deposits.unit.name, deposits.plan_basis, deposits.year_start) == ("亿元", "累计", 4)


def test_the_best_sheet_is_taken(tmp_path):
    workbook = openpyxl.Workbook()
    workbook.active.append(["说明", "文字"])
    sheet = workbook.create_sheet("数据")
    sheet.append(["指标", "单位", "本期"])
    sheet.append(["甲", "户", 5])
    hidden = workbook.create_sheet("隐藏")
    hidden.sheet_state = "hidden"
    workbook.save(tmp_path / "a.xlsx")
    assert load_metrics([tmp_path / "a.xlsx"])["甲"].value == 5
    assert [sheet.hidden for sheet in read_sheets(tmp_path / "a.xlsx")] == [False, False, True]


def test_sheets_that_hold_no_metrics(tmp_path):
    with pytest.raises(InputError, match="是空的"):
        load_metrics([book(tmp_path / "a.xlsx")])
    with pytest.raises(InputError, match="没有找到指标的表头"):
        load_metrics([book(tmp_path / "b.xlsx", ["甲", "乙"], [1, 2], [3, 4])])
    (tmp_path / "c.xlsx").write_bytes(blank_workbook())
    with pytest.raises(InputError, match="还没有填写"):
        load_metrics([tmp_path / "c.xlsx"])


BROKEN = [
    (b"", "空文件"), (b"<html><table>", "网页"), (b"hello", "别的格式"), (b"PK\x03\x04 broken", "已损坏"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "已损坏"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "打开密码"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "message"), BROKEN)
def test_files_that_are_no_spreadsheets(tmp_path, data, message):
    path = tmp_path / "a.xlsx"
    path.write_bytes(data)
    with pytest.raises(InputError, match=message) as caught:
        load_metrics([path])
    assert caught.value.hint


def test_limits_and_locks(tmp_path, monkeypatch):
    path = book(tmp_path / "a.xlsx", ["指标", "本期"], ["甲", 5])
    with monkeypatch.context() as patch:
        patch.setattr("store.spreadsheet.MAX_BYTES", 10)
        with pytest.raises(InputError, match="超过"):
            read_sheets(path)
    with monkeypatch.context() as patch:
        patch.setattr("store.spreadsheet.MAX_EXPANDED", 10)
        with pytest.raises(InputError, match="展开后"):
            read_sheets(path)
    with monkeypatch.context() as patch:
        patch.setattr("store.spreadsheet.MAX_ROWS", 1)
        with pytest.raises(InputError, match="上限"):
            read_sheets(path)
        (tmp_path / "a.csv").write_text("甲\n1\n2\n", encoding="utf-8")
        with pytest.raises(InputError, match="超过 1 行"):
            read_sheets(tmp_path / "a.csv")
    for error, kind in ((PermissionError(), EnvironmentRefused), (OSError(5, "x"), InputError)):
        with monkeypatch.context() as patch:
            patch.setattr(Path, "read_bytes", lambda _, error=error: (_ for _ in ()).throw(error))
            with pytest.raises(kind, match=r"a\.xlsx"):
                read_sheets(path)


def test_csv_that_cannot_be_parsed(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('甲,"' + "x" * 200_000 + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="无法读取"):
        read_sheets(path)


def test_notes_of_odd_workbooks(tmp_path):
    path = book(tmp_path / "a.xlsx", ["指标", "本期"], ["甲", 5])
    assert cell_notes(path, "没有这张表") == CellNotes()
    assert cell_notes(tmp_path / "a.xls", "甲") == CellNotes()
    changed = tmp_path / "b.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            if name != "xl/styles.xml":
                new.writestr(name, old.read(name))
    assert cell_notes(changed, "指标") == CellNotes()
    (tmp_path / "c.xlsx").write_bytes(b"PK")
    with pytest.raises(InputError, match="已损坏"):
        cell_notes(tmp_path / "c.xlsx", "指标")


def test_cells_without_reference_and_styles(tmp_path):
    xml = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row><c t="e"><v>#N/A</v></c><c r="B1" t="e"/></row></sheetData></worksheet>'
    )
    notes = spreadsheet_notes._scan(io.BytesIO(xml.encode()), frozenset())
    assert notes.errors == {(0, 1): ""}
    assert cell_name(4, 27) == "AB5"
    assert Sheet("甲", [[1]]).cell(3, 3) is None


def test_a_hundred_thousand_rows(tmp_path):
    path = tmp_path / "a.csv"
    rows = "".join(f"指标{at},户,时期,{at}\n" for at in range(100_000))
    path.write_text("指标,单位,性质,本期\n" + rows, encoding="utf-8")
    metrics = load_metrics([path])
    assert len(metrics) == 100_000
    assert metrics["指标99999"].value == 99999


# -- writing, years, roll-ups ----------------------------------------------------------------


def test_written_files_read_back_the_same(bank, tmp_path):
    path = tmp_path / "b.yaml"
    write_yaml(bank, path)
    again = load_metrics([path])
    assert list(again) == list(bank)
    assert again.as_of == bank.as_of
    odd = Metric(
        name="a: 'b'", unit=read_unit(""), nature="时期", value=D("-1.5"), digits=2,
        as_of=date(2024, 11, 30), as_of_month_end=True, history=(("2022年", D(3)),), note="# 注\n二",
    )  # fmt: skip
    path.write_text(to_yaml(MetricSet((odd,))), encoding="utf-8")
    assert load_metrics([path])["a: 'b'"] == dataclasses.replace(odd, note="# 注 二")
    assert to_yaml(MetricSet()) == "指标: []\n"


def test_last_years_figures_fill_the_bases(tmp_path):
    last = load(tmp_path, BANK.replace("2024", "2023"))
    now = load(
        tmp_path,
        "指标:\n- {指标: 各项存款, 单位: 亿元, 性质: 时点, 期末: 20}\n- {指标: 单位存款, 单位: 万元, 性质: 时点, "
        "期末: 5, 年初: 33990}\n- {指标: POS机, 单位: 台, 性质: 时期, 本期: 30}\n- {指标: 不良率, 单位: 户, 本期: 3}\n"
        "- {指标: 新, 单位: 户, 本期: 1}\n",
        "b.yaml",
    )
    filled = fill_from_last_year(now, last)
    assert filled["各项存款"].year_start == D("16.1131")
    assert filled["单位存款"].year_start == 33990
    assert filled["POS机"].last_year == 20
    assert filled["不良率"].last_year is None
    assert filled["新"].last_year is None
    assert [problem.code for problem in filled.problems] == ["opening-mismatch"]
    assert "33990万元" in filled.problems[0].message
    assert "33989万元" in filled.problems[0].message
    kept = fill_from_last_year(last, last)
    assert kept["各项存款"].year_start == 121338
    coming = next_year(last)
    assert (coming[0].value, coming[0].year_start) == (None, 161131)
    assert (coming[3].last_year, coming[3].year_start) == (20, None)


def test_roll_up(tmp_path):
    north = load(
        tmp_path,
        "截至日期: 2024-12-31\n指标:\n- {指标: 存款, 单位: 万元, 性质: 时点, 期末: 100, 年初: 80, 计划: 10, 计划口径: 净增}\n"
        "- {指标: 投诉, 单位: 件, 本期: 3, 方向: 越低越好}\n- {指标: 率, 单位: '%', 本期: 90}\n- {指标: 乱, 单位: 户, 本期: 1}\n",
        "n.yaml",
    )
    south = load(
        tmp_path,
        "截至日期: 2024-12-31\n指标:\n- {指标: 存款, 单位: 亿元, 性质: 时点, 期末: 0.02, 计划: 0.001, 计划口径: 余额}\n"
        "- {指标: 投诉, 单位: 件, 本期: 1}\n- {指标: 率, 单位: '%', 本期: 90}\n- {指标: 乱, 单位: 元, 本期: 1}\n",
        "s.yaml",
    )
    east = load(
        tmp_path, "指标:\n- {指标: 存款, 单位: 万元, 性质: 时点, 期末: 100, 小数位: 1}\n", "e.yaml"
    )
    rolled = roll_up({"北": north, "南": south, "东": east})
    total = rolled.total["存款"]
    assert (total.value, total.year_start, total.plan, total.digits) == (400, None, None, 1)
    assert rolled.best("存款").department == "南"
    assert [(one.department, one.place) for one in rolled.standings["存款"]] == [
        ("南", 1), ("北", 2), ("东", 2),
    ]  # fmt: skip
    assert rolled.worst("投诉").department == "北"
    assert rolled.total.get("率") is None
    assert {problem.code for problem in rolled.problems} == {"roll-up-units", "roll-up-missing"}


def test_a_file_that_sums_up_others(tmp_path):
    load(tmp_path, "指标:\n- {指标: 存款, 单位: 万元, 性质: 时点, 期末: 100}\n", "n.yaml")
    load(tmp_path, "指标:\n- {指标: 存款, 单位: 万元, 性质: 时点, 期末: 50}\n", "s.yaml")
    total = load(
        tmp_path, "汇总: {北: n.yaml, 南: s.yaml}\n指标:\n- {指标: 网点, 单位: 个, 本期: 2}\n"
    )
    assert total["存款"].value == 150
    text = (
        "{{ 存款.句 }}，最好{{ 存款.最好 }}，最差{{ 存款.最差 }}：{{ 存款.各部门 }}；{{ 网点.值 }}"
    )
    assert say(total, text)[0] == (
        "存款余额150万元，最好北（100万元），最差南（50万元）：北100万元、南50万元；2个"
    )
    with pytest.raises(InputError, match="不能汇总自己"):
        load(tmp_path, "汇总: {北: a.yaml}\n")
    with pytest.raises(InputError, match="写法有误"):
        load(tmp_path, "汇总: 北\n")
    (tmp_path / "b.yaml").write_text("汇总: {北: a.yaml}\n", encoding="utf-8")
    with pytest.raises(InputError, match="不能汇总自己"):
        load(tmp_path, "汇总: {北: b.yaml}\n")
    with pytest.raises(InputError, match="离得太远"):
        load(tmp_path, "汇总: {北: /etc/x.yaml}\n")
    (tmp_path / "c.csv").write_text("指标,单位,性质,本期\n甲,户,时期,5\n", encoding="utf-8")
    assert load(tmp_path, "汇总: {北: c.csv}\n")["甲"].value == 5


def test_references_inside_yaml_are_refused(tmp_path):
    with pytest.raises(InputError, match="用了引用"):
        load(tmp_path, "指标:\n- &a {指标: 甲, 单位: 户, 本期: 5}\n- *a\n")
    quoted = load(tmp_path, "指标:\n- {指标: 甲, 单位: 户, 本期: 5, 备注: '见 *附表'}\n")
    assert quoted["甲"].note == "见 *附表"


def test_frozen_figures(tmp_path):
    data = tmp_path / "a.yaml"
    data.write_text(BANK, encoding="utf-8")
    document = tmp_path / "总结.md"
    assert check_frozen(document, [data], load_metrics([data])) == []
    freeze(document, [data])
    assert check_frozen(document, [data], load_metrics([data])) == []
    data.write_text(BANK.replace("161131", "161132").replace("POS机", "取款机"), encoding="utf-8")
    problems = check_frozen(document, [data], load_metrics([data]))
    assert [problem.code for problem in problems] == ["frozen-changed"] * 2
    assert "定稿时为161131万元，现为161132万元" in problems[0].message
    assert "“POS机”从数据中删去" in problems[1].message
    data.write_text(BANK + "# 注\n", encoding="utf-8")
    assert check_frozen(document, [data], load_metrics([data])) == []
    frozen_path(document).write_text("{", encoding="utf-8")
    assert check_frozen(document, [data], MetricSet())[0].code == "frozen-damaged"


def test_places():
    assert Source().place() == ""
    assert Source(line=3).place("期末") == "第 3 行"
    assert Source(line=3, sheet="甲").place("期末") == "工作表“甲”第 3 行"
    assert Source(line=3, sheet="甲", columns={"期末": "E"}).place("期末") == "工作表“甲”E3 单元格"


def test_small_figures_keep_enough_digits():
    one = Metric(name="甲", unit=read_unit("亿元"), nature="时点", value=D("0.00042"))
    assert one.print_digits == 4
    assert Metric(name="甲", unit=read_unit("户"), nature="时点").print_digits == 0
    tiny = dataclasses.replace(one, value=D("1e-9"))
    assert tiny.print_digits == 8
    assert one.quantity == Quantity(D("0.00042"), read_unit("亿元"))
    assert dataclasses.replace(one, value=None).quantity is None


def test_the_blank_sheet(tmp_path):
    path = tmp_path / "空白.xlsx"
    path.write_bytes(blank_workbook())
    workbook = openpyxl.load_workbook(path)
    sheet = workbook["指标"]
    assert [cell.value for cell in sheet[1]][:5] == ["指标", "单位", "性质", "谓语", "期末"]
    assert len(sheet.data_validations.dataValidation) == 5
    assert str(sheet.cell(2, 20).value).startswith("=IF(")
    for at, row in enumerate(workbook["示例"].iter_rows(min_row=2, values_only=True), 2):
        for column, value in enumerate(row, 1):
            sheet.cell(at, column).value = value
    sheet["L4"].number_format = "0%"
    workbook.save(path)
    metrics = load_metrics([path])
    assert metrics.problems == []
    assert metrics["银行卡业务收入"].given_completion == 78
    assert len(metrics) == 4


# -- the last branches -----------------------------------------------------------------------


def test_ranks_where_lower_is_better_and_drawing_limits(tmp_path):
    rows = "".join(
        f"- {{指标: 投诉{at}, 单位: 件, 本期: {at}, 分组: 甲, 方向: 越低越好}}\n"
        for at in range(201)
    )
    metrics = load(tmp_path, "指标:\n" + rows)
    assert metrics.rank(metrics["投诉0"]) == 1
    assert metrics.rank(metrics["投诉200"]) == 201
    with pytest.raises(InvalidValue, match="超过 200 个"):
        metrics.context()["图"]("甲")
    with pytest.raises(AttributeError):
        _ = metrics.context()["指标"]._x


def test_chart_sheets_and_odd_packages(tmp_path):
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.append(["指标", "本期"])
    sheet.append(["甲", 5])
    workbook.create_chartsheet("图")
    path = tmp_path / "a.xlsx"
    workbook.save(path)
    assert [(sheet.name, sheet.hidden) for sheet in read_sheets(path)] == [
        ("Sheet", False), ("图", True),
    ]  # fmt: skip
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

    def without(part, content):
        changed = tmp_path / "b.xlsx"
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w") as new:
            for name in old.namelist():
                new.writestr(name, content if name == part else old.read(name))
        return cell_notes(changed, "Sheet")

    assert without("xl/styles.xml", f'<styleSheet xmlns="{main}"/>') == CellNotes()
    assert without("xl/_rels/workbook.xml.rels", "<Relationships/>") == CellNotes()
    with pytest.raises(InputError, match="编码无法识别"):
        decode_text(b"a\x00b", path)


def test_words_that_stand_where_figures_should(tmp_path):
    path = book(
        tmp_path / "a.xlsx", ["项目", "期末数", "年初数"], ["存款余额", "见附表", 3], ["款余额", 4, 3],
        ["新增贷款余额", 5, None], ["各项", 5, None], ["科技", 1, "#N/A"],
        ["发放存款", 2, None], title="表",
    )  # fmt: skip
    metrics = load_metrics([path])
    assert [(metric.name, metric.nature) for metric in metrics] == [
        ("存款余额", "时点"), ("款余额", "时点"), ("新增贷款余额", "时点"), ("各项", "时点"), ("科技", "时点"),
        ("发放存款", "时期"),
    ]  # fmt: skip
    assert {problem.code for problem in metrics.problems} == {"mapping-guessed", "not-a-number"}


def test_incomplete_metrics_are_written_too(tmp_path):
    metrics = load(tmp_path, "指标:\n- {指标: 甲, 单位: 户}\n")
    assert to_yaml(metrics) == "指标:\n  - {指标: 甲, 单位: 户, 性质: 时期}\n"


def test_every_word_for_figures_is_in_the_manual():
    manual = (ROOT / "docs" / "figures.md").read_text(encoding="utf-8")
    words = [*ATTRIBUTES, *FILTERS, *LENGTHS[1:], *dir(SeveralView.__new__(SeveralView))]
    assert [word for word in words if word not in manual] == []
    named = set(re.findall(r"`(?:\{\{ 各项存款\.)?([\u4e00-\u9fff]+)", manual))
    assert [word for word in ATTRIBUTES if word not in named] == []

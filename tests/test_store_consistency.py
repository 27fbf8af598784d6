"""The consistency check: planted errors are found, each with both values; a clean text is clean."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.consistency import check_figures
from store.consistency_scales import check_scales
from store.consistency_wording import find_remarks
from store.consistency_years import opening_differences, targets
from store.metrics import load_metrics
from store.workspace import Workspace

ROOT = Path(__file__).resolve().parent.parent

DATA = """截至日期: 2025-12-31
指标:
  - {指标: 各项存款, 单位: 万元, 性质: 时点, 谓语: 余额, 期末: 161131, 年初: 121338, 计划: 16000,
     计划口径: 净增, 上年同期: 130000}
  - {指标: 单位存款, 上级指标: 各项存款, 谓语: 余额, 单位: 万元, 性质: 时点, 期末: 33989,
     年初: 27841}
  - {指标: 个人存款, 上级指标: 各项存款, 单位: 万元, 性质: 时点, 谓语: 余额, 期末: 127141,
     年初: 93496, 别名: [储蓄存款]}
  - {指标: 不良率, 单位: '%', 性质: 比率, 期末: 1.2, 年初: 1.5, 上年同期: 1.6, 方向: 越低越好}
  - {指标: 中间业务收入, 单位: 万元, 性质: 时期, 本期: 382.4, 上年同期: 340, 上期: 90}
"""
LAST_DATA = """截至日期: 2024-12-31
指标:
  - {指标: 各项存款, 单位: 万元, 性质: 时点, 谓语: 余额, 期末: 121338, 年初: 100000}
  - {指标: 中间业务收入, 单位: 万元, 性质: 时期, 本期: 340}
  - {指标: 手机银行客户, 单位: 户, 性质: 时点, 期末: 900}
"""
HEAD = """---
标题: 客户部{year}年工作总结
类别: 年终总结
部门: 客户部
期间: {year}年
主体: 部门
状态: 草稿
数据: [数据/{year}.yaml]
---

"""
COPIED = (
    "全年坚持每周走访重点客户，逐户建立档案，对走访中了解到的困难当场答复，答复不了的三日内回访。"
)
LAST = f"""2024年，客户部完成了各项任务。

## 主要工作与做法

{COPIED}

## 下一步打算

1. 各项存款净增16000万元。
2. 手机银行客户达到1500户。
3. 走访客户不少于200户。
"""


@pytest.fixture
def library(tmp_path):
    folder = tmp_path / "kb" / "年终总结"
    (folder / "数据").mkdir(parents=True)
    (folder / "数据" / "2025.yaml").write_text(DATA, encoding="utf-8")

    def check(body: str, *, data: str = DATA, year: int = 2025, last: str = ""):
        (folder / "数据" / "2025.yaml").write_text(data, encoding="utf-8")
        path = folder / "总结2025.md"
        path.write_text(HEAD.format(year=year) + body, encoding="utf-8")
        if last:
            (folder / "总结2024.md").write_text(HEAD.format(year=2024) + last, encoding="utf-8")
            (folder / "数据" / "2024.yaml").write_text(LAST_DATA, encoding="utf-8")
        workspace = Workspace.open(tmp_path)
        document = workspace.load("年终总结/总结2025")
        metrics = load_metrics([folder / "数据" / "2025.yaml"])
        return check_figures(document, metrics, workspace)

    return check


PLANTED = [
    ("截至12月31日，各项存款余额161130万元。", "figure-mismatch", "161131万元"),
    ("各项存款余额达到16.2亿元。", "figure-mismatch", "161131万元"),
    ("各项存款余额161131元。", "figure-mismatch", "161131万元"),
    ("储蓄存款余额127142万元。", "figure-mismatch", "127141万元"),
    ("{{ 各项存款.值 }}，比年初增加39794万元。", "change-mismatch", "比年初增加39793万元"),
    ("各项存款比年初减少39793万元。", "wrong-verb", "比年初增加39793万元"),
    ("各项存款比年初增长30%。", "change-mismatch", "增幅32.8%"),
    ("各项存款增幅为33%。", None, ""),
    ("各项存款增幅为34%。", "change-mismatch", "增幅32.8%"),
    ("各项存款完成计划的1007%。", "completion-mismatch", "完成计划的248.7%"),
    ("各项存款完成全年计划的248.7%。", None, ""),
    ("各项存款超计划23000万元。", "completion-mismatch", "超计划23793万元"),
    ("各项存款欠计划23793万元。", "wrong-verb", "超计划23793万元"),
    ("中间业务收入382.4万元，同比增长12.4%。", "growth-mismatch", "同比增长12.5%"),
    ("中间业务收入同比下降12.5%。", "wrong-verb", "同比增长12.5%"),
    ("中间业务收入同比增加42.4万元。", None, ""),
    ("中间业务收入同比增加40万元。", "growth-mismatch", "增加42.4万元"),
    ("中间业务收入环比增长324.9%。", None, ""),
    ("个人存款占比79%。", None, ""),
    ("个人存款占比97%。", "share-mismatch", "占比78.9%"),
    ("不良率比年初下降0.3%。", "points-not-percent", "0.3个百分点"),
    ("不良率1.2%，比年初下降0.3个百分点。", None, ""),
    ("不良率比年初上升0.3个百分点。", "wrong-verb", "比年初下降0.3个百分点"),
    ("客户满意度达到98%，较上年提高1.5%。", "points-not-percent", "1.5个百分点"),
    ("各项存款比年初增加3个百分点。", "percent-not-points", "3%"),
    ("各项存款增幅3个百分点。", "percent-not-points", "3%"),
    ("各项存款比年初增加-39793万元。", "sign-after-verb", "删去负号"),
    ("投诉下降2倍。", "times-with-decrease", "百分比"),
    ("截止12月31日，各项存款余额161131万元。", "until-not-as-of", "截至12月"),
    ("等候时间由26分钟增加到11分钟。", "wrong-verb", "从26到11"),
    ("等候时间由26分钟缩短到11分钟。", None, ""),
    ("计划200万元，实际完成150万元，完成计划的80%。", "completion-mismatch", "75%"),
    ("计划200万元，实际完成150万元，完成计划的75%。", None, ""),
    ("截至2024年12月31日，各项存款大幅增加。", "period-mismatch", "2025年"),
    # What is about another time, another unit, or still to come is no claim about the data.
    ("3月末，各项存款比年初增加5763万元。", None, ""),
    ("上年各项存款余额121338万元。", None, ""),
    ("各项存款力争达到180000万元。", None, ""),
    ("各项存款客户比年初增加300户。", None, ""),
    ("个人存款客户8000户。", None, ""),
    ("各项存款近16万元。", None, ""),
    ("各项存款{{ 各项存款.值 }}，其中一户2000万元。", None, ""),
    ("各项存款余额１６１１３１万元。", None, ""),
    ("各项存款日均余额150000万元。", None, ""),
    ("12月31日，各项存款余额161131.0万元。", None, ""),
    ("个人存款同比增加5万元。", None, ""),
    ("个人存款同比增长5%。", None, ""),
    ("各项存款占比50%。", None, ""),
    ("各项存款是上年的2倍。", None, ""),
    ("各项存款2倍于上年。", None, ""),
    ("等候时间由26分钟增加到26分钟。", None, ""),
    ("等候时间由2,6,分钟增加到1.2.3分钟。", None, ""),
    ("计划200万元，实际完成150户，完成计划的75%。", None, ""),
    ("全年增加单位存款960万元，其中个人存款净增500万元。", None, ""),
    ("11月，各项存款余额150000万元。", None, ""),
    ("2024年12月，各项存款余额121338万元。", None, ""),
    ("不良率同比下降0.4个百分点。", None, ""),
    ("不良率同比下降0.5个百分点。", "growth-mismatch", "0.4个百分点"),
    ("不良率比年初下降20%。", "points-not-percent", "个百分点"),
    ("个人存款占比78.9%，较年初上升1.9个百分点。", None, ""),
]


@pytest.mark.parametrize(("text", "code", "shown"), PLANTED)
def test_planted_errors_in_the_text(library, text, code, shown):
    problems = library(f"2025年是平稳的一年。\n\n{text}\n")
    assert [problem.code for problem in problems] == ([code] if code else [])
    if code:
        assert problems[0].line == 13
        assert problems[0].path.endswith("总结2025.md")
        assert shown in problems[0].message + problems[0].hint


def test_next_years_plan_is_no_claim(library):
    assert library("2025年很好。\n\n## 下一步打算\n\n1. 各项存款余额180000万元。\n") == []


def test_tables_are_held_against_the_data(library):
    table = (
        "2025年很好。\n\n| 指标 | 期末（万元） | 年初 | 完成率 |\n|---|---|---|---|\n"
        "| 各项存款 | 161131 | 121339 | 248.7% |\n| 单位存款 | {{ 单位存款.值 }} | — | |\n"
        "| 其他 | 5 | 5 | 5 |\n| 不良率 | 一点二 | 1.5 | 3户 |\n"
    )
    problems = library(table)
    assert [(problem.code, problem.line) for problem in problems] == [("table-mismatch", 15)]
    assert "121339" in problems[0].message
    assert "121338万元" in problems[0].message


def test_rates_in_tables_and_other_units(library):
    body = "2025年很好。\n\n| 项目 | 期末 | 完成计划 |\n|---|---|---|\n"
    body += "| 各项存款 | 161131户 | 200% |\n"
    problems = library(body)
    assert [problem.code for problem in problems] == ["table-mismatch"]
    assert "248.7%" in problems[0].message


def test_parts_of_other_units_and_missing_parts_are_left_alone(library):
    other = DATA.replace("单位: 万元, 性质: 时点, 期末: 33989", "单位: 户, 性质: 时点, 期末: 33989")
    assert library("2025年很好。\n", data=other) == []
    missing = DATA.replace("期末: 33989,", "")
    assert library("2025年很好。\n", data=missing) == []


def test_without_a_period_days_and_years_are_free(library, tmp_path):
    library("2025年很好。\n")
    path = tmp_path / "kb" / "年终总结" / "总结2025.md"
    text = (
        path.read_text(encoding="utf-8")
        .replace("期间: 2025年\n", "")
        .replace("2025年很", "1999年很")
    )
    path.write_text(text, encoding="utf-8")
    workspace = Workspace.open(tmp_path)
    document = workspace.load("年终总结/总结2025")
    assert check_figures(document, document.metrics, workspace) == []
    assert check_figures(document, None, None) == []


def test_parts_and_their_whole(library):
    more = DATA.replace("期末: 33989", "期末: 34989")
    problems = library("2025年很好。\n", data=more)
    assert [problem.code for problem in problems] == ["parts-not-whole"]
    assert problems[0].severity == "error"
    assert problems[0].path.endswith("2025.yaml")
    assert "162130万元" in problems[0].message
    assert "161131万元" in problems[0].message
    less = library("2025年很好。\n", data=DATA.replace("期末: 33989", "期末: 32989"))
    assert [problem.severity for problem in less] == ["warning"]
    in_yi = DATA.replace(
        "单位: 万元, 性质: 时点, 期末: 33989,\n     年初: 27841",
        "单位: 亿元, 性质: 时点, 期末: 3.4, 年初: 2.78",
    )
    assert in_yi != DATA
    assert library("2025年很好。\n", data=in_yi) == []


def test_periods(library):
    problems = library("2024年，客户部完成了任务。\n", year=2025)
    assert [(problem.code, problem.severity) for problem in problems] == [
        ("period-mismatch", "error")
    ]
    wrong_day = library("2025年很好。\n", data=DATA.replace("2025-12-31", "2024-12-31"))
    assert {problem.code for problem in wrong_day} == {"period-mismatch"}
    assert len(wrong_day) == 5
    assert "2024-12-31" in wrong_day[0].message


def test_title_and_period(library, tmp_path):
    library("2025年很好。\n")
    path = tmp_path / "kb" / "年终总结" / "总结2025.md"
    path.write_text(path.read_text(encoding="utf-8").replace("部2025年工", "部2023年工"), "utf-8")
    workspace = Workspace.open(tmp_path)
    problems = check_figures(workspace.load("年终总结/总结2025"), None, None)
    assert [problem.message for problem in problems] == ["标题写的是2023年，期间是2025年。"]


def test_against_last_year(library):
    body = f"2025年很好。各项存款增长较快。\n\n{COPIED}\n\n走访客户 210 户。\n"
    problems = library(body, last=LAST)
    assert [problem.code for problem in problems] == [
        "target-not-reported",
        "copied-from-last-year",
    ]
    assert "手机银行客户达到1500户" in problems[0].message
    assert problems[1].line == 13
    assert "第 15 行" in problems[1].message


def test_the_opening_figure_is_last_years_closing(library):
    data = DATA.replace("年初: 121338", "年初: 121300").replace("上年同期: 340", "上年同期: 341")
    problems = library("2025年很好。手机银行客户、走访客户都在增加。\n", data=data, last=LAST)
    found = [problem for problem in problems if problem.code == "opening-mismatch"]
    assert len(found) == 2
    assert "121300万元" in found[0].message
    assert "121338万元" in found[0].message
    assert "341万元" in found[1].message


def test_other_units_are_not_compared_with_last_year(tmp_path):
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    first.write_text("指标:\n- {指标: 客户, 单位: 户, 期末: 5, 性质: 时点, 年初: 4}\n", "utf-8")
    second.write_text("指标:\n- {指标: 客户, 单位: 人, 期末: 9, 性质: 时点}\n", "utf-8")
    assert list(opening_differences(load_metrics([first]), load_metrics([second]))) == []


def test_targets_without_metrics():
    source = "## 下一步打算\n\n1. 到6月末不良率控制在1%。\n\n## 其他\n\n存款达到5万元。\n"
    assert [(line, name) for line, name, _ in targets(source)] == [(3, "不良率")]


def test_a_text_without_data_is_still_read(tmp_path):
    assert [remark.code for remark in find_remarks("利用率上升3%。")] == ["points-not-percent"]


def test_the_starter_library_is_clean():
    workspace = Workspace.open(ROOT)
    summaries = [entry for entry in workspace.entries if entry.meta.kind == "year-end-summary"]
    assert summaries
    for entry in workspace.entries:
        document = workspace.load(entry)
        assert check_figures(document, document.metrics, workspace) == [], entry.id


@pytest.mark.parametrize(
    ("figures", "told"),
    [
        ("期末: 0.965, 上年同期: 95.2", "期末（本期）为0.965%，上年同期为95.2%，|96.5%？"),
        ("期末: 96.5, 上年同期: 0.952", "上年同期为0.952%，期末（本期）为96.5%，|95.2%？"),
        ("期末: 0.965, 年初: 0.95", ""),
        ("期末: 96.5, 上年同期: 95.2", ""),
        ("期末: 0.965", ""),
        ("期末: 0, 上年同期: 0", ""),
        ("期末: 95, 年初: 94, 计划: 0.9, 计划口径: 净增", ""),
        ("期末: 95, 计划: 0.96, 计划口径: 余额", "计划为0.96%，期末（本期）为95%，|96%？"),
    ],
)  # fmt: skip
def test_a_rate_typed_as_a_fraction(tmp_path, figures, told):
    path = tmp_path / "a.yaml"
    path.write_text(f"指标:\n- {{指标: 满意率, 单位: '%', 性质: 比率, {figures}}}\n", "utf-8")
    found = list(check_scales(load_metrics([path])))
    assert [problem.message for problem in found] == (
        [f"“满意率”的{told.replace('|', '相差约一百倍：是不是')}"] if told else []
    )
    assert all((one.code, one.severity, one.line) == ("rate-scale", "warning", 2) for one in found)

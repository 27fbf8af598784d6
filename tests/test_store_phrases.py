"""Phrases of metrics: tables of what must print, and properties that hold for every figure."""

from __future__ import annotations

import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import phrases, sentences
from store.metric import Metric
from store.phrases import STANDARD, Style
from store.units_of_measure import read_unit

if TYPE_CHECKING:
    from store.metric import Nature, PlanBasis


def metric(name="各项存款", unit="万元", nature: Nature = "时点", **more) -> Metric:
    numbers = ("value", "year_start", "last_year", "previous", "plan", "given_completion")
    for key in numbers:
        if isinstance(more.get(key), str | int):
            more[key] = Decimal(more[key])
    return Metric(name=name, unit=read_unit(unit), nature=nature, **more)


# Every figure of the bank's summary: name, unit, nature, predicate, value, year's start, plan,
# plan's basis, given rate, the sentence.
BANK = [
    ("各项存款", "万元", "时点", "余额", "161131", "121338", "16000", "净增", None,
     "各项存款余额161131万元，比年初增加39793万元，完成计划的248.7%"),
    ("单位存款", "万元", "时点", "余额", "33989", "27841", "5000", "净增", None,
     "单位存款余额33989万元，比年初增加6148万元，完成计划的123%"),
    ("个人存款", "万元", "时点", "余额", "127141", "93496", "11000", "净增", None,
     "个人存款余额127141万元，比年初增加33645万元，完成计划的305.9%"),
    ("法人客户人民币贷款", "万元", "时点", "", "14067", None, None, None, None,
     "法人客户人民币贷款余额14067万元"),
    ("流动资金贷款", "万元", "时期", "净增～", "4180", None, None, None, None,
     "净增流动资金贷款4180万元"),
    ("借新还旧", "万元", "时期", "办理", "9537", None, None, None, None, "办理借新还旧9537万元"),
    ("信用证贷款", "万美元", "时期", "累计发放", "120.02", None, None, None, None,
     "累计发放信用证贷款120.02万美元"),
    ("全额质押承兑", "万元", "时期", "累计办理", "2289", None, None, None, None,
     "累计办理全额质押承兑2289万元"),
    ("非住房个人贷款", "万元", "时点", "余额", "792", "582", None, None, None,
     "非住房个人贷款余额792万元，比年初增加210万元"),
    ("个人生产经营贷款", "万元", "时点", "余额", "314", None, None, None, None,
     "个人生产经营贷款余额314万元"),
    ("个人生产经营贷款", "万元", "时期", "累放", "344", None, None, None, None,
     "个人生产经营贷款累放344万元"),
    ("个人综合消费贷款", "万元", "时点", "余额", "50", None, None, None, None,
     "个人综合消费贷款余额50万元"),
    ("个人综合消费贷款", "万元", "时期", "累放", "25", None, None, None, None,
     "个人综合消费贷款累放25万元"),
    ("个人汽车消费贷款", "万元", "时点", "余额", "96", None, None, None, None,
     "个人汽车消费贷款余额96万元"),
    ("个人汽车消费贷款", "万元", "时期", "累放", "38", None, None, None, None,
     "个人汽车消费贷款累放38万元"),
    ("个人质押贷款", "万元", "时点", "余额", "121", None, None, None, None,
     "个人质押贷款余额121万元"),
    ("个人质押贷款", "万元", "时期", "累放", "855", None, None, None, None,
     "个人质押贷款累放855万元"),
    ("农户小额贷款", "笔", "时期", "累放", "86", None, None, None, None, "农户小额贷款累放86笔"),
    ("农户小额贷款", "万元", "时期", "累放", "234", None, None, None, None,
     "农户小额贷款累放234万元"),
    ("农户小额贷款", "笔", "时点", "余额", "78", None, None, None, None, "农户小额贷款余额78笔"),
    ("农户小额贷款", "万元", "时点", "余额", "211", None, None, None, None,
     "农户小额贷款余额211万元"),
    ("个人住房贷款", "万元", "时点", "余额", "2061", None, None, None, None,
     "个人住房贷款余额2061万元"),
    ("个人住房贷款", "万元", "时期", "累计发放", "620.5", None, None, None, None,
     "累计发放个人住房贷款620.5万元"),
    ("不良贷款", "万元", "时期", "清收", "81.8", None, None, None, None, "清收不良贷款81.8万元"),
    ("银行卡业务收入", "万元", "时期", "实现", "382.4", None, None, None, "78",
     "实现银行卡业务收入382.4万元，完成计划的78%"),
    ("贷记卡发卡", "张", "时期", "新增", "3308", None, None, None, "119",
     "新增贷记卡发卡3308张，完成计划的119%"),
    ("惠农卡", "张", "时期", "新增", "2604", None, None, None, "104.2",
     "新增惠农卡2604张，完成计划的104.2%"),
    ("激活率", "%", "比率", "", "84.5", None, None, None, None, "激活率为84.5%"),
    ("转账电话", "部", "时期", "办理", "173", None, None, None, "108.1",
     "办理转账电话173部，完成计划的108.1%"),
    ("个人网银客户", "户", "时期", "新增", "3739", None, None, None, "304",
     "新增个人网银客户3739户，完成计划的304%"),
    ("企业网银客户", "户", "时期", "新增", "8", None, None, None, "44.4",
     "新增企业网银客户8户，完成计划的44.4%"),
    ("电话银行客户", "户", "时期", "新增", "318", None, None, None, "106",
     "新增电话银行客户318户，完成计划的106%"),
    ("银联特约商户", "户", "时期", "新增", "23", None, None, None, "135.3",
     "新增银联特约商户23户，完成计划的135.3%"),
    ("代理开放式基金新开户", "户", "时期", "", "293", None, None, None, "24.4",
     "代理开放式基金新开户293户，完成计划的24.4%"),
    ("基金销售收入", "万元", "时期", "实现", "30.4", None, None, None, "15.2",
     "实现基金销售收入30.4万元，完成计划的15.2%"),
    ("代理新单保额", "万元", "时期", "实现", "2649", None, None, None, "125",
     "实现代理新单保额2649万元，完成计划的125%"),
    ("代理保险费收入", "万元", "时期", "", "79", None, None, None, "100",
     "实现代理保险费收入79万元，完成计划的100%"),
    ("国际结算量", "万美元", "时期", "实现", "1063", None, None, None, "42.5",
     "实现国际结算量1063万美元，完成计划的42.5%"),
    ("国际结算业务收入", "万元", "时期", "实现", "9.1", None, None, None, "91",
     "实现国际结算业务收入9.1万元，完成计划的91%"),
    ("结售汇业务量", "万美元", "时期", "实现", "968", None, None, None, "56.9",
     "实现结售汇业务量968万美元，完成计划的56.9%"),
    ("结售汇收入", "万元", "时期", "实现", "11", None, None, None, "44",
     "实现结售汇收入11万元，完成计划的44%"),
    ("常年财务顾问收入", "万元", "时期", "实现", "13.5", None, None, None, "90",
     "实现常年财务顾问收入13.5万元，完成计划的90%"),
    ("三方存管新增开户", "户", "时期", "", "368", None, None, None, "55.8",
     "三方存管新增开户368户，完成计划的55.8%"),
    ("各项存款", "万元", "时点", "余额", "127101", "121338", None, None, None,
     "各项存款余额127101万元，比年初增加5763万元"),
    ("新拓展客户", "家", "时期", "", "16", None, None, None, None, "新拓展客户16家"),
    ("对公存款", "万元", "时期", "增加", "960", None, None, None, None, "增加对公存款960万元"),
]  # fmt: skip


@pytest.mark.parametrize("row", BANK, ids=lambda row: row[-1][:12])
def test_every_figure_of_the_bank(row):
    name, unit, nature, predicate, value, start, plan, basis, given_rate, expected = row
    one = metric(
        name, unit, nature, predicate=predicate, value=value, year_start=start, plan=plan,
        plan_basis=basis, given_completion=given_rate,
    )  # fmt: skip
    assert sentences.sentence(one).text == expected


YEAR_START = [
    ("150", "100", "万元", "时点", "比年初增加50万元"),
    ("80", "100", "万元", "时点", "比年初减少20万元"),
    ("100", "100", "万元", "时点", "与年初持平"),
    ("0", "0", "万元", "时点", "与年初持平"),
    ("5", "0", "户", "时点", "比年初增加5户"),
    ("-5", "3", "万元", "时点", "比年初减少8万元"),
    ("1.2", "1.5", "%", "比率", "比年初下降0.3个百分点"),
    ("1.5", "1.2", "%", "比率", "比年初上升0.3个百分点"),
    ("1.504", "1.503", "%", "比率", "与年初持平"),
    ("3", "2", "‰", "比率", "比年初上升1个千分点"),
    ("0.004", "0.001", "亿元", "时点", "比年初增加0.003亿元"),
    ("12345678901234567.89", "0.01", "元", "时点", "比年初增加12345678901234567.88元"),
]


@pytest.mark.parametrize(("value", "start", "unit", "nature", "expected"), YEAR_START)
def test_since_year_start(value, start, unit, nature, expected):
    one = metric(unit=unit, nature=nature, value=value, year_start=start)
    assert phrases.since_year_start(one).text == expected


def test_flows_are_not_compared_with_the_start_of_the_year():
    one = metric("保费收入", nature="时期", value=5, year_start=3)
    said = phrases.since_year_start(one)
    assert not said
    assert said.serious
    assert "时期指标" in said.reason
    assert not phrases.growth_since_year_start(one)


GROWTH_SINCE_START = [
    ("150", "100", "增幅50%"),
    ("80", "100", "降幅20%"),
    ("100", "100", ""),
    ("100.01", "100", ""),
    ("5", "0", ""),
    ("5", "-1", ""),
]


@pytest.mark.parametrize(("value", "start", "expected"), GROWTH_SINCE_START)
def test_growth_since_year_start(value, start, expected):
    one = metric(value=value, year_start=start)
    said = phrases.growth_since_year_start(one)
    assert said.text == expected
    assert bool(said.reason) is not bool(expected)


YEAR_ON_YEAR = [
    ("112.3", "100", "银行卡业务收入", "万元", "同比增长12.3%"),
    ("91", "100", "银行卡业务收入", "万元", "同比下降9%"),
    ("0", "100", "银行卡业务收入", "万元", "同比下降100%"),
    ("100", "100", "银行卡业务收入", "万元", "与上年同期持平"),
    ("100.01", "100", "银行卡业务收入", "万元", "与上年同期基本持平"),
    ("30", "0", "银行卡业务收入", "万元", "上年同期为零"),
    ("0", "0", "银行卡业务收入", "万元", "与上年同期持平"),
    ("30", "-20", "利润总额", "万元", "同比扭亏为盈"),
    ("-30", "20", "利润总额", "万元", "同比由盈转亏"),
    ("-10", "-20", "利润总额", "万元", "同比减亏10万元"),
    ("0", "-20", "利润总额", "万元", "同比减亏20万元"),
    ("-30", "-20", "利润总额", "万元", "同比增亏10万元"),
    ("-20", "-20", "利润总额", "万元", "与上年同期持平"),
    ("-20", "0", "利润总额", "万元", "上年同期为零"),
    ("30", "-20", "存款净增额", "万元", "同比由负转正"),
    ("-30", "20", "存款净增额", "万元", "同比由正转负"),
    ("-30", "-20", "存款净增额", "万元", "同比减少10万元"),
    ("-10", "-20", "客户净增数", "户", "同比增加10户"),
    ("92.7", "90.8", "满意度", "%", "同比上升1.9个百分点"),
    ("0.9", "1.4", "流失率", "%", "同比下降0.5个百分点"),
    ("1.5", "0", "流失率", "%", "同比上升1.5个百分点"),
]


@pytest.mark.parametrize(("value", "base", "name", "unit", "expected"), YEAR_ON_YEAR)
def test_year_on_year(value, base, name, unit, expected):
    one = metric(name, unit, "时期", value=value, last_year=base, previous=base)
    assert phrases.year_on_year(one).text == expected
    against_previous = expected.replace("同比", "环比").replace("上年同期", "上期")
    assert phrases.period_on_period(one).text == against_previous


PLANS = [
    # value, year's start, plan, basis, nature, lower is better → completion, amount
    ("161131", "121338", "16000", "净增", "时点", False, "完成计划的248.7%", "超计划23793万元"),
    ("33989", "27841", "5000", "净增", "时点", False, "完成计划的123%", "超计划1148万元"),
    ("127141", "93496", "11000", "净增", "时点", False, "完成计划的305.9%", "超计划22645万元"),
    ("90", None, "100", "余额", "时点", False, "完成计划的90%", "欠计划10万元"),
    ("100", None, "100", "累计", "时期", False, "完成计划的100%", "与计划持平"),
    ("0", None, "100", "累计", "时期", False, "完成计划的0%", "欠计划100万元"),
    ("95", None, "100", "净增", "时期", False, "完成计划的95%", "欠计划5万元"),
    ("80", "100", "50", "净增", "时点", False, "未完成计划", "欠计划70万元"),
    ("5", None, "0", "累计", "时期", False, "", "超计划5万元"),
    ("5", None, "-3", "累计", "时期", False, "", "超计划8万元"),
    ("5", None, "10", None, "时期", False, "", ""),
    ("5", None, "10", "净增", "时点", False, "", ""),
    ("5", None, "10", "余额", "时期", False, "", ""),
    ("5", None, "10", "累计", "时点", False, "", ""),
    ("5", None, None, None, "时期", False, "", ""),
    ("80", None, "100", "累计", "时期", True, "控制在计划以内", "低于控制目标20万元"),
    ("100", None, "100", "累计", "时期", True, "控制在计划以内", "与控制目标持平"),
    ("120", None, "100", "累计", "时期", True, "超出控制目标", "超出控制目标20万元"),
    ("0", None, "0", "累计", "时期", True, "控制在计划以内", "与控制目标持平"),
]


@pytest.mark.parametrize("row", PLANS)
def test_against_the_plan(row):
    value, start, plan, basis, nature, lower, completion, gap = row
    one = metric(
        nature=nature, value=value, year_start=start, plan=plan, plan_basis=basis,
        lower_is_better=lower,
    )  # fmt: skip
    assert phrases.completion(one).text == completion
    assert phrases.beyond_plan(one).text == gap


def test_a_plan_without_value_and_a_given_rate():
    assert phrases.completion(metric(plan=5, plan_basis="余额")).reason == phrases.NO_VALUE.reason
    given_rate = metric(nature="时期", value=8, given_completion="44.44")
    assert phrases.completion(given_rate).text == "完成计划的44.44%"
    both = metric(nature="时期", value=8, plan=10, plan_basis="累计", given_completion="81")
    assert phrases.completion(both).text == "完成计划的80%"


def test_rates_against_their_target_speak_in_points():
    one = metric("满意度", "%", "比率", value="97.1", plan=96, plan_basis="余额")
    assert sentences.sentence(one).text == "满意度为97.1%，超计划1.1个百分点"
    assert phrases.completion(one).text == "完成计划的101.1%"
    risk = metric(
        "不良率", "%", "比率", value="1.2", plan="1.5", plan_basis="余额", lower_is_better=True
    )
    assert sentences.sentence(risk).text == "不良率为1.2%，控制在计划以内"
    long = sentences.sentence(risk, Style(length="详")).text
    assert long == "不良率为1.2%，控制在计划以内，低于控制目标0.3个百分点"


SHARES = [
    ("127141", "93496", "161131", "121338", "时点", "占比78.9%，较年初上升1.9个百分点"),
    ("33989", "27841", "161131", "121338", "时点", "占比21.1%，较年初下降1.9个百分点"),
    ("50", "40", "100", "80", "时点", "占比50%，与年初持平"),
    ("50", None, "100", "80", "时点", "占比50%"),
    ("50", "40", "100", "80", "时期", "占比50%"),
    ("50", None, "0", None, "时点", ""),
    (None, None, "100", None, "时点", ""),
]


@pytest.mark.parametrize(("value", "start", "whole", "whole_start", "nature", "expected"), SHARES)
def test_shares(value, start, whole, whole_start, nature, expected):
    part = metric("个人存款", nature=nature, value=value, year_start=start)
    total = metric(value=whole, year_start=whole_start)
    said = phrases.share_of(part, total)
    assert said.text == expected
    assert said.serious is not bool(expected)


def test_share_of_nothing_and_short_share():
    assert phrases.share_of(metric(value=1), None).serious
    part, total = metric("乙", value=1, year_start=1), metric(value=4, year_start=2)
    assert phrases.share_of(part, total, Style(length="简")).text == "占比25%"


TIMES = [
    ("200", "100", "比上年同期翻一番"),
    ("400", "100", "比上年同期翻两番"),
    ("800", "100", "比上年同期翻三番"),
    ("250", "100", "是上年同期的2.5倍"),
    ("300", "100", "是上年同期的3倍"),
    ("90", "100", ""),
    ("100", "100", ""),
    ("5", "0", ""),
    ("5", "-2", ""),
]


@pytest.mark.parametrize(("value", "base", "expected"), TIMES)
def test_times(value, base, expected):
    one = metric(nature="时期", value=value, last_year=base)
    assert phrases.times(one).text == expected
    assert phrases.times(metric(value=value)).reason == "没有上年同期数"


def test_days():
    one = metric(value=1, as_of=date(2024, 12, 30))
    assert phrases.as_of(one).text == "截至12月30日"
    assert phrases.as_of(one, date(2025, 1, 5)).text == "截至2024年12月30日"
    month = metric(value=1, as_of=date(2024, 11, 30), as_of_month_end=True)
    assert phrases.as_of(month, date(2024, 12, 31)).text == "截至11月末"
    assert phrases.as_of(metric(value=1)).reason == "没有截至日期"


def test_a_sentence_names_its_own_day_only_when_it_differs():
    one = metric(value=5, as_of=date(2024, 12, 30))
    assert sentences.sentence(one, report_day=date(2024, 12, 30)).text == "各项存款余额5万元"
    other = sentences.sentence(one, report_day=date(2024, 12, 31)).text
    assert other == "截至12月30日，各项存款余额5万元"


def test_styles():
    one = metric(value=161131, year_start=121338, plan=16000, plan_basis="净增", last_year=130000)
    assert sentences.sentence(one, Style(against="较")).text.startswith(
        "各项存款余额161131万元，较年初增加39793万元"
    )
    assert sentences.sentence(one, Style(length="简")).text == (
        "各项存款余额161131万元，完成计划的248.7%"
    )
    assert sentences.sentence(one, Style(length="详")).text == (
        "各项存款余额161131万元，比年初增加39793万元，增幅32.8%，同比增长23.9%，"
        "完成计划的248.7%，超计划23793万元"
    )
    without_plan = metric(value=150, year_start=100)
    assert sentences.sentence(without_plan, Style(length="简")).text == (
        "各项存款余额150万元，比年初增加50万元"
    )
    flow = metric(
        "客户投诉", "件", "时期", value=30, last_year=20, previous=40, plan=25,
        plan_basis="累计", lower_is_better=True,
    )  # fmt: skip
    assert sentences.sentence(flow, Style(length="详")).text == (
        "客户投诉30件，同比增长50%，环比下降25%，超出控制目标5件"
    )
    tight = metric(
        "成本", nature="时期", value="100.001", plan=100, plan_basis="累计", digits=0,
        lower_is_better=True,
    )  # fmt: skip
    assert sentences.sentence(tight, Style(length="详")).text == "发生成本100万元，超出控制目标"
    rate = metric("满意度", "%", "比率", value=97, plan=96, plan_basis="余额")
    assert sentences.sentence(rate, Style(length="详")).text == "满意度为97%，超计划1个百分点"


SUBJECTS = [
    ("各项存款", "万元", "时点", "", "各项存款余额"),
    ("贷款余额", "万元", "时点", "", "贷款余额"),
    ("贷款余额", "万元", "时点", "余额", "贷款余额"),
    ("在管面积", "万平方米", "时点", "", "在管面积"),
    ("客户", "户", "时点", "拥有", "拥有客户"),
    ("客户", "户", "时点", "共有～", "共有客户"),
    ("利润总额", "万元", "时期", "", "利润总额"),
    ("净利润", "万元", "时期", "", "实现净利润"),
    ("管理费用", "万元", "时期", "", "发生管理费用"),
    ("票据贴现", "万元", "时期", "", "票据贴现"),
    ("新增贷款", "万元", "时期", "新增", "新增贷款"),
    ("不良率", "%", "比率", "", "不良率为"),
    ("不良率", "%", "比率", "控制在", "不良率控制在"),
    ("套餐2024", "户", "时期", "", "套餐2024为"),
]


@pytest.mark.parametrize(("name", "unit", "nature", "predicate", "expected"), SUBJECTS)
def test_subject(name, unit, nature, predicate, expected):
    assert phrases.subject(metric(name, unit, nature, predicate=predicate)) == expected


def test_fixed_digits():
    one = metric(value="382.4", year_start="300", digits=2)
    assert sentences.sentence(one).text == "各项存款余额382.40万元，比年初增加82.40万元"
    rate = metric("回收率", "%", "比率", value="99.90", last_year="99.93", digits=2)
    assert sentences.sentence(rate).text == "回收率为99.9%，同比下降0.03个百分点"


def test_nothing_to_say():
    assert sentences.sentence(metric()).text == ""
    assert sentences.sentence(metric()).left_out
    assert phrases.since_year_start(metric()).reason == phrases.NO_VALUE.reason
    odd = metric(value=5, plan=0, plan_basis="余额")
    assert sentences.sentence(odd).left_out == ("计划数为零，不计算完成率",)
    balance = metric(value=5)
    assert sentences.sentence(balance, Style(length="详")).left_out == ()
    assert phrases.beyond_plan(balance).reason == "没有计划数"


# -- properties ------------------------------------------------------------------------------

figures = st.decimals(
    min_value=Decimal("-1e15"), max_value=Decimal("1e15"), places=3, allow_nan=False
)
maybe = st.none() | figures | st.just(Decimal(0))
natures: st.SearchStrategy[Nature] = st.sampled_from(("时点", "时期", "比率"))
bases: st.SearchStrategy[PlanBasis | None] = st.sampled_from(("余额", "净增", "累计", None))


@st.composite
def metrics(draw):
    nature = draw(natures)
    unit = "%" if nature == "比率" else draw(st.sampled_from(("万元", "户", "亿元", "")))
    return Metric(
        name=draw(st.sampled_from(("各项存款", "利润总额", "客户投诉"))),
        unit=read_unit(unit),
        nature=nature,
        value=draw(maybe),
        year_start=draw(maybe),
        last_year=draw(maybe),
        previous=draw(maybe),
        plan=draw(maybe),
        plan_basis=draw(bases),
        given_completion=draw(st.none() | st.just(Decimal("78.5"))),
        lower_is_better=draw(st.booleans()),
        digits=draw(st.sampled_from((None, 0, 1, 2))),
    )


styles = st.builds(
    Style, against=st.sampled_from(("比", "较")), length=st.sampled_from(("标准", "简", "详"))
)


@given(metrics(), styles)
def test_any_combination_gives_a_sound_sentence(one, style):
    said = sentences.sentence(one, style)
    assert bool(said.text) is (one.value is not None)
    assert "，，" not in said.text
    assert not said.text.endswith("，")
    assert "E" not in said.text
    assert "None" not in said.text
    assert not re.search(
        r"(增加|减少|增长|下降|上升|增幅|降幅|超计划|欠计划|减亏|增亏)-", said.text
    )
    assert not re.search(r"(增加|减少|增长|下降|上升|增幅|降幅|超计划|欠计划)0(?![.\d])", said.text)
    if one.nature == "时期":
        assert "年初" not in said.text
    if one.is_rate:
        assert "同比增长" not in said.text
        assert not re.search(r"(上升|下降)[\d.]+%", said.text)
    if one.lower_is_better:
        assert "完成计划" not in said.text
    if "倍" in said.text:
        assert "下降" not in said.text


@given(metrics())
def test_the_sign_picks_the_verb_and_the_number_is_the_difference(one):
    said = phrases.since_year_start(one).text
    match = re.fullmatch(r"比年初(增加|减少|上升|下降)([\d.]+)(\D*)", said)
    if not match:
        return
    assert one.value is not None
    assert one.year_start is not None
    exact = one.value - one.year_start
    assert (match[1] in {"增加", "上升"}) is (exact > 0)
    assert Decimal(match[2]) == one.rounded(abs(exact))
    assert match[3] == ("个百分点" if one.is_rate else one.unit.name)


@given(metrics())
def test_growth_is_rounded_half_up_from_the_exact_ratio(one):
    said = phrases.year_on_year(one).text
    match = re.fullmatch(r"同比(增长|下降)([\d.]+)%", said)
    if not match:
        return
    assert one.value is not None
    assert one.last_year is not None
    ratio = (one.value - one.last_year) * 100 / one.last_year
    sign = 1 if match[1] == "增长" else -1
    expected = (sign * ratio).quantize(Decimal("0.1"), ROUND_HALF_UP)
    assert Decimal(match[2]) == expected


@given(metrics())
def test_completion_follows_from_plan_and_actual_on_its_basis(one):
    said = phrases.completion(one, STANDARD).text
    match = re.fullmatch(r"完成计划的([\d.]+)%", said)
    if not match:
        return
    if one.completion_is_given:
        assert match[1] == "78.5"
        return
    actual = one.value if one.plan_basis != "净增" or one.nature == "时期" else one.change
    assert actual is not None
    assert one.plan is not None
    assert Decimal(match[1]) == (actual * 100 / one.plan).quantize(Decimal("0.1"), ROUND_HALF_UP)


@given(metrics(), metrics())
def test_shares_are_of_one_dimension(part, whole):
    if part.unit.dimension != whole.unit.dimension:
        return
    said = phrases.share_of(part, whole).text
    assert not said or said.startswith("占比")

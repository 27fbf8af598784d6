"""Figures of summaries: names, values, days, changes, completion, in order; never made up."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tools_importer import draft

from importer import figures
from importer.metric_file import complete_wholes
from importer.model import Figure


def found(text: str) -> dict[str, Figure]:
    made = draft(
        f"年度工作总结\n一、业务完成情况\n{text}\n二、存在问题\n还有不足之处，需要进一步改进，逐项落实到人。"
    )
    return {figure.name: figure for figure in figures.extract(made.nodes).figures}


def test_a_balance_with_change_and_completion() -> None:
    figure = found(
        "截至2025年6月30日，全行存款余额5,120.5万元，比年初减少30万元，降幅0.6%，完成计划的98.2%。"
    )["存款"]
    assert (figure.value, figure.unit, figure.as_of, figure.predicate) == (
        Decimal("5120.5"),
        "万元",
        "2025-06-30",
        "余额",
    )
    assert (figure.change, figure.completion, figure.nature) == (
        Decimal(-30),
        Decimal("98.2"),
        "时点",
    )
    assert figure.change_percent == Decimal("-0.6")


def test_in_turn_goes_in_order() -> None:
    made = found("截至6月末，实现保险收入12万元，基金收入8万元，分别完成计划的60%和45%。")
    assert made["保险收入"].completion == Decimal(60)
    assert made["基金收入"].completion == Decimal(45)
    assert made["保险收入"].as_of == "--06"


def test_two_names_with_two_values() -> None:
    made = found("截至6月末，手机银行和网上银行客户新增120户、35户，分别完成计划的80%和70%。")
    assert made["手机银行客户新增"].value == Decimal(120)
    assert made["网上银行客户新增"].completion == Decimal(70)


def test_in_turn_with_the_wrong_count_is_not_used() -> None:
    made = draft(
        "年度工作总结\n一、完成情况\n截至6月末，实现保险收入12万元，分别完成计划的60%和45%。\n二、问题\n还有不足之处，需要进一步改进，逐项落实到人。"
    )
    extraction = figures.extract(made.nodes)
    assert extraction.figures[0].completion is None
    assert "figure-unclear" in [doubt.code for doubt in extraction.doubts]


def test_year_on_year_share_and_approximate() -> None:
    made = found("截至6月末，营业收入320万元，同比增长12.5%，占比40%；接待客户近2000人次。")
    assert made["营业收入"].yoy == Decimal("12.5")
    assert made["营业收入"].share == Decimal(40)
    assert made["接待客户"].approximate == "近"


def test_a_bare_verb_belongs_to_the_subject() -> None:
    made = found("截至6月末，消费贷款余额50万元，累放25万元。")
    assert made["消费贷款累放"].value == Decimal(25)
    assert made["消费贷款累放"].nature == "时期"


@pytest.mark.parametrize(
    "text",
    ["存款比年初新增万元", "全年发卡张，完成计划的，列前茅", "累计退出贷款多万元", "新增了户。"],
)
def test_deleted_figures_are_reported(text: str) -> None:
    assert figures.deleted_figures(text, 3)


@pytest.mark.parametrize("text", ["存款新增5万元", "对客户一户一策", "贷款户管理", "十多万元"])
def test_figures_that_stand_are_not_called_deleted(text: str) -> None:
    assert not figures.deleted_figures(text, 3)


def test_only_parts_that_add_up_make_a_whole() -> None:
    def one(name: str, value: int, parent: str = "") -> Figure:
        return Figure(
            name=name,
            value=Decimal(value),
            unit="万元",
            line=1,
            text="",
            nature="时点",
            parent=parent,
        )

    assert set(complete_wholes([one("全部", 10), one("甲", 4, "全部"), one("乙", 6, "全部")])) == {
        "全部"
    }
    assert not complete_wholes([one("全部", 10), one("甲", 1, "全部"), one("乙", 2, "全部")])

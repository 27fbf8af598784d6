"""The classifier knows the starter library and leaves contracts and forms alone."""

from __future__ import annotations

import pytest
from tools_importer import draft, kinds

from importer.classify import classify
from importer.drafting import outline_all
from importer.facts import fill
from importer.md import read_md_body
from importer.model import Reading
from importer.places import places_to_fill
from store import Workspace
from store.starter import starter_folder


def test_the_starter_library_is_recognised(capsys) -> None:
    workspace = Workspace(starter_folder())
    wrong = []
    for entry in workspace.entries:
        body = workspace.read(entry)[1].body
        source = Reading(pieces=read_md_body(f"# {entry.meta.title}\n\n{body}"), encoding="UTF-8")
        made = outline_all(source, entry.name, workspace.kinds)[0]
        if made.kind != entry.meta.kind:
            wrong.append((entry.id, made.kind, made.confidence))
    total = len(workspace.entries)
    print(f"recognised {total - len(wrong)} of {total}: wrong {wrong}")  # noqa: T201
    assert len(wrong) <= total * 0.06


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (
            "房屋租赁合同",
            "甲方（出租方）：\n乙方（承租方）：\n第一条 甲方应当交付房屋。\n第二条 乙方应当按期支付租金。\n第三条 违约责任。",  # noqa: E501
        ),
        ("物品领用申请表", "姓名：\n部门：\n物品：\n数量：\n日期："),
        ("会议纪要", "时间：周一\n地点：会议室\n内容如下，请遵照执行。"),
    ],
)
def test_contracts_and_forms_are_other(title: str, text: str) -> None:
    made = draft(f"{title}\n{text}")
    assert made.kind == "other"


def test_the_verdict_says_why_and_is_the_same_each_time() -> None:
    made = draft("客服岗位职责\n1.负责接待。\n2.协助登记。\n3.完成交办工作。")
    again = classify(made.title, made.nodes, known=frozenset(kinds()))
    assert (again.kind, again.confidence) == (made.kind, made.confidence)
    assert "标题中有“职责”" in made.reasons[0]


def test_fields_are_taken_from_the_text_and_nothing_else() -> None:
    made = draft(
        "印章管理办法（2023版）\n公办〔2023〕15号\n发布日期：2023年3月5日\n第一条 为规范用印，制定本办法。\n第二条 用印应当登记。\n"  # noqa: E501
        "第三条 本办法由办公室负责解释。\n第四条 本办法自2023年4月1日起施行。"
    )
    assert made.fields["编号"] == "公办〔2023〕15号"
    assert made.fields["版本"] == "2023"
    assert made.fields["发布日期"] == "2023-03-05"
    assert made.fields["生效日期"] == "2023-04-01"
    assert made.fields["解释部门"] == "办公室"
    assert "状态" not in made.fields


def test_a_summary_without_a_year_has_no_period() -> None:
    made = draft(
        "个人工作总结\n今年以来，在领导的关心支持下，工作取得了一定的成绩，但距要求还有差距。"
    )
    assert "期间" not in fill(made.title, kinds()["year-end-summary"], made.nodes, {})
    dated = draft(
        "客服部2024年上半年工作总结\n今年以来，在领导的关心支持下，工作取得了一定的成绩，但距要求还有差距。"
    )
    assert dated.fields["期间"] == "2024年上半年"


def test_places_to_fill_are_proposed() -> None:
    made = draft(
        "承诺书\n本人____承诺遵守规定，联系电话：\n尊敬的〔客户姓名〕，我是XXX，祝您愉快。\n姓名：\n日期：______"
    )
    assert {"客户姓名", "姓名", "日期", "联系电话"} == set(places_to_fill(made.nodes))


def test_a_sentence_that_leads_on_is_no_place_to_fill() -> None:
    made = draft(
        "规定\n第一条 适用于所有车辆。用车标准见下表：\n第二条 职责如下：\n姓名：\n电话：____"
    )
    assert set(places_to_fill(made.nodes)) == {"姓名", "电话"}

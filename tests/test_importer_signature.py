"""What stands around a text: signature, letterhead, number; and the places it leaves open."""

from __future__ import annotations

import pytest
from tools_importer import codes, draft, labels

from importer.lines import iso_day

RULE = "印章使用管理办法\n第一条 为规范印章使用，制定本办法。\n第二条 印章由办公室保管。\n第三条 本办法自2024年2月1日起施行。\n"  # noqa: E501


@pytest.mark.parametrize(
    ("end", "unit", "day"),
    [
        ("　　　华东物业有限公司\n　　　二〇二四年一月五日", "华东物业有限公司", "2024-01-05"),
        ("华东物业有限公司（盖章）\n2024 年 1 月 5 日", "华东物业有限公司", "2024-01-05"),
        ("华东物业有限公司行政部  2024.1.5\n抄送：各部门", "华东物业有限公司行政部", "2024-01-05"),
        ("甲公司\n乙公司\n2024-01-05\n附件：用印申请表", "甲公司、乙公司", "2024-01-05"),
        ("二OO八年正月廿三日", "", "2008-01-23"),
        ("特此通知。\n清河置业集团", "清河置业集团", ""),
    ],
)
def test_a_signature_becomes_front_matter_and_a_notice(end: str, unit: str, day: str) -> None:
    made = draft(RULE + end)
    assert made.fields.get("发布单位", "") == unit
    assert made.fields.get("发布日期", "") == day
    assert labels(made.nodes) == ["第一条", "第二条", "第三条"]
    said = [doubt.message for doubt in made.doubts if doubt.code == "signature-to-fields"]
    for line in end.split("\n"):
        text = line.strip(" 　")
        assert text in made.body or any(text in message for message in said)


@pytest.mark.parametrize(
    "end",
    [
        "承诺人（签字）：\n      年   月   日",
        "张三\n2024年1月5日",
        "甲方（签章）：        乙方（签章）：\n2024年1月5日",
        "主办单位是行政部，\n协办单位是各项目部",
        "2024年13月5日",
    ],
)
def test_what_is_no_issuers_signature_stays_in_the_text(end: str) -> None:
    made = draft(RULE + end)
    assert "signature-to-fields" not in codes(made)
    bare = "".join(made.body.split())
    for line in end.split("\n"):
        assert "".join(line.split()) in bare


def test_the_department_that_signed_is_the_department() -> None:
    made = draft(
        "设备管理制度\n第一条 设备由专人保管。\n第二条 定期检查。\n华东公司设备部\n2023年2月20日"
    )
    assert made.fields["部门"] == "设备部"


def test_a_letterhead_and_a_number_go_to_the_front_matter() -> None:
    made = draft(
        "华东物业有限公司文件\n华物〔2023〕7号\n关于加强消防管理的规定\n一、定期检查消防器材。\n二、保持通道畅通。"
    )
    assert made.title == "关于加强消防管理的规定"
    assert (made.fields["发布单位"], made.fields["编号"]) == ("华东物业有限公司", "华物〔2023〕7号")
    assert {"letterhead-to-fields", "number-to-fields"} <= set(codes(made))
    assert not made.places


def test_a_long_title_that_names_its_document_is_one() -> None:
    title = (
        "关于进一步加强和规范华东物业服务有限公司客户服务中心员工考勤与休假管理工作的若干暂行规定"
    )
    assert draft(f"{title}\n第一条 按时上班，不得迟到。\n第二条 请假应当报批。").title == title


def test_the_signature_of_a_notice_stays_above_the_rule_it_comes_with() -> None:
    made = draft(
        "关于印发《考勤管理办法》的通知\n各部门：\n现将办法印发给你们，请遵照执行。\n办公室\n二○二四年一月五日\n考勤管理办法\n"
        "第一条 为加强考勤管理，制定本办法。\n第二条 上班打卡。\n"
    )
    assert (made.fields["发布单位"], made.fields["发布日期"]) == ("办公室", "2024-01-05")
    assert "二○二四年一月五日" in made.body


def test_a_day_that_does_not_exist_is_none() -> None:
    assert iso_day("2023年2月30日") == ""
    assert iso_day("二〇二三年十二月三十一日") == "2023-12-31"


def test_places_are_words_of_forms_and_drawn_blanks() -> None:
    made = draft(
        "入职登记表\n各部门：\n采购遵循下列原则：\n姓名：\n性别：      年龄：\n签收日期：____年__月__日\n本人XXX自愿，自____起担任〔岗位名称〕，文号华物〔2024〕1号。"  # noqa: E501
    )
    assert made.places == ["姓名", "性别", "年龄", "签收日期", "岗位名称"]
    made = draft(
        "还款提醒短信模板\n1.尊敬的XXX先生，祝您生日快乐。\n2.您的贷款将于__月__日到期，应还____元。"
    )
    assert made.places == ["姓名", "日期", "应还"]

from __future__ import annotations

from datetime import date

import pytest

from store.dates import parse_period
from store.document import Attachment, DueProcess, Notice, Revision
from store.kinds import Kind
from store.schema import ALIASES, BY_ATTRIBUTE, FIELDS, convert, field_of, line_of, meta_json

POLICY = Kind("policy", "管理制度", life_cycle=True)
ARTICLE = Kind("article", "文章")


def find_kind(name: str) -> Kind | None:
    return {"管理制度": POLICY, "policy": POLICY, "文章": ARTICLE}.get(name)


def meta(**values: object):
    return convert(values, find_kind).meta


def problems(lines: dict[str, int] | None = None, **values: object) -> list[tuple[str, int]]:
    return [(p.code, p.line) for p in convert(values, find_kind, lines, "a.md").problems]


SPELLINGS = """
标题 title
类别 kind
编号 number 文号 文件编号
部门 department 归口部门 所属部门
岗位 position
期间 period
主体 subject
版本 version
状态 status
发布日期 published
生效日期 effective 施行日期
失效日期 expires 废止日期
有效期至 valid_through
复审日期 review_due
起草 drafted_by
审核 reviewed_by
批准 approved_by
发布单位 issued_by
解释部门 interpreted_by
适用范围 scope
密级 confidentiality
上位依据 basis
替代 supersedes
修订记录 revisions
涉及切身利益 affects_interests
民主程序 due_process
公示 publicity
告知 notice
附件 attachments
标签 tags
数据 data
"""


@pytest.mark.parametrize("row", SPELLINGS.split("\n")[1:-1])
def test_every_key_of_the_contract_in_every_spelling(row):
    chinese, attribute, *aliases = row.split()
    for spelling in (chinese, attribute, *aliases):
        field = field_of(spelling)
        assert field is not None
        assert (field.name, field.attribute) == (chinese, attribute)
        assert ALIASES[spelling] == chinese


def test_the_contract_names_every_field():
    named = {row.split()[0] for row in SPELLINGS.split("\n")[1:-1]}
    assert {field.name for field in FIELDS} - named == {"年度"}
    assert BY_ATTRIBUTE["title"].name == "标题"


def test_spellings_are_read_with_tolerance():
    assert field_of("Title").attribute == "title"
    assert field_of("标 题").attribute == "title"
    assert field_of("题目") is None


def test_lines_by_field():
    lines = {"标题": 2, "文号": 5}
    assert line_of("number", lines) == 5
    assert line_of("status", lines) == 1


@pytest.mark.parametrize(
    ("value", "text"),
    [("1.10", "1.10"), ("012", "012"), (" 甲 ", "甲"), (["甲", "乙"], "甲、乙"), ("", "")],
)
def test_texts(value, text):
    assert meta(版本=value).version == text


def test_a_text_is_no_table():
    assert problems(版本={"a": "b"}) == [("bad-value", 1)]


@pytest.mark.parametrize("value", ["是", "有", "yes", "True", "Y", "1", "对", "√"])
def test_yes(value):
    assert meta(涉及切身利益=value).affects_interests is True


@pytest.mark.parametrize("value", ["否", "无", "no", "False", "N", "0", "不", "×", ""])
def test_no(value):
    assert meta(涉及切身利益=value).affects_interests is False


@pytest.mark.parametrize("value", ["2024-1-5", "2024年1月5日", "2024-01-05"])
def test_dates(value):
    assert meta(生效日期=value).effective == date(2024, 1, 5)
    assert meta(生效日期="").effective is None


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"生效日期": "明天"}, "bad-date"),
        ({"发布日期": "2023-02-29"}, "bad-date"),
        ({"期间": "去年"}, "bad-period"),
        ({"年度": "二四年"}, "bad-value"),
        ({"涉及切身利益": "也许"}, "bad-value"),
        ({"修订记录": "见附表"}, "bad-value"),
        ({"修订记录": ["一"]}, "bad-value"),
        ({"修订记录": [{"日期": "明天"}]}, "bad-value"),
        ({"民主程序": "开过会"}, "bad-value"),
        ({"公示": "内网"}, "bad-value"),
        ({"附件": [{"名称": "表", "文件": "a.docx", "类型": "别的"}]}, "bad-value"),
        ({"类别": "没有的"}, "unknown-kind"),
        ({"编号": "1", "文号": "2"}, "double-key"),
        ({"标题": "甲", "title": "乙"}, "double-key"),
    ],
)
def test_what_cannot_be_converted_is_told_at_its_line(values, code):
    lines = {key: at for at, key in enumerate(values, 2)}
    (problem,) = convert(values, find_kind, lines, "a.md").problems
    assert (problem.code, problem.line, problem.path, problem.severity) == (
        code,
        max(lines.values()),
        "a.md",
        "error",
    )
    assert problem.hint.endswith("。")


def test_a_long_value_is_cut_in_the_message():
    (problem,) = convert({"生效日期": "很" * 99}, find_kind).problems
    assert "很" * 30 + "…" in problem.message


def test_periods_give_the_year():
    found = meta(期间="2024年上半年", 年度="2020")
    assert (found.period, found.year) == (parse_period("2024年上半年"), 2024)
    assert meta(期间="").period is None


@pytest.mark.parametrize(
    ("value", "year"), [("2024", 2024), ("2024年", 2024), ("2024年度", 2024), ("", None)]
)
def test_years(value, year):
    assert meta(年度=value).year == year


@pytest.mark.parametrize(
    ("value", "texts"),
    [
        ("甲、乙；丙,丁，戊;己\n庚", ("甲", "乙", "丙", "丁", "戊", "己", "庚")),
        ("《关于考勤、休假的规定》、《乙》", ("《关于考勤、休假的规定》", "《乙》")),
        (["甲、乙", " ", "丙"], ("甲、乙", "丙")),
        ("", ()),
    ],
)
def test_lists_of_texts(value, texts):
    assert meta(替代=value).supersedes == texts


def test_tables_inside():
    found = meta(
        修订记录=[
            {"版本": "1.0", "日期": "2024-1-5", "说明": "首次", "修订人": "甲", "批准人": "乙"}
        ],
        民主程序={
            "讨论日期": "2024-1-1",
            "讨论形式": "职代会",
            "协商日期": "2024-1-2",
            "协商对象": "工会",
            "材料": "纪要",
        },
        公示={"方式": "内网", "日期": "2024-1-3", "材料": "截图"},
        告知=[{"方式": "培训", "date": "2024-1-4", "人数": "12"}],
        附件=[{"名称": "申请表", "文件": "表.docx", "类型": "表单"}, {"file": "b.pdf"}],
    )
    assert found.revisions == (Revision("1.0", date(2024, 1, 5), "首次", "甲", "乙"),)
    assert found.due_process == DueProcess(
        date(2024, 1, 1), "职代会", date(2024, 1, 2), "工会", "纪要"
    )
    assert found.publicity == (Notice("内网", date(2024, 1, 3), "", "截图"),)
    assert found.notice == (Notice("培训", date(2024, 1, 4), "12", ""),)
    assert found.attachments == (
        Attachment("申请表", "表.docx", "表单"),
        Attachment("", "b.pdf", "其他"),
    )


def test_empty_tables():
    found = meta(民主程序="", 公示="", 附件="", 修订记录="")
    assert (found.due_process, found.publicity, found.attachments, found.revisions) == (
        None,
        (),
        (),
        (),
    )


def test_unknown_keys_are_kept():
    found = meta(标题="甲", 自定项="值", 又一项=["1"])
    assert found.extra == {"自定项": "值", "又一项": ["1"]}
    assert found.raw["自定项"] == "值"


@pytest.mark.parametrize(
    ("values", "kind", "status"),
    [
        ({"类别": "管理制度"}, "policy", "效力待确认"),
        ({"类别": "管理制度", "生效日期": "2024-1-1"}, "policy", "现行"),
        ({"类别": "policy", "发布日期": "2024-1-1"}, "policy", "现行"),
        ({"类别": "管理制度", "生效日期": "2024-1-1", "状态": "草案"}, "policy", "草案"),
        ({"类别": "文章"}, "article", "定稿"),
        ({"类别": "没有的", "生效日期": "2024-1-1"}, "other", "定稿"),
        ({}, "other", "定稿"),
    ],
)
def test_kind_and_status_where_nothing_is_said(values, kind, status):
    found = convert(values, find_kind).meta
    assert (found.kind, found.status) == (kind, status)


def test_as_json():
    found = meta_json(
        meta(
            标题="甲",
            生效日期="2024-1-5",
            期间="2024年",
            标签="甲、乙",
            公示={"方式": "内网"},
            自定项="值",
        )
    )
    assert list(found)[: len(FIELDS)] == [field.attribute for field in FIELDS]
    assert found["title"] == "甲"
    assert found["effective"] == "2024-01-05"
    assert found["expires"] is None
    assert found["period"] == "2024年"
    assert found["tags"] == ["甲", "乙"]
    assert found["publicity"] == [{"way": "内网", "date": None, "people": "", "material": ""}]
    assert found["自定项"] == "值"
    assert found["affects_interests"] is False

"""The metadata form: every field, rows more or less, what is unknown stays, errors beside."""

from __future__ import annotations

import re

import pytest
from tools_web import BASE, csrf, log_in, make_app, post, text_of

from store import Workspace
from store.schema import FIELDS

ID = "管理制度/用印办法"
TEXT = """---
标题: 用印办法
类别: 管理制度
文号: 甲〔2024〕1号  # 手写的说明
部门: 办公室
版本: 1.10
状态: 现行
施行日期: 2024年1月5日
替代: 旧用印办法
标签: [印章, 合同]
修订记录:
  - {版本: 1.0, 日期: 2023-01-01, 说明: 首次发布, 页数: 3}
  - {版本: 1.10, 日期: 2024-01-01, 说明: 增加合同章}
民主程序:
  讨论日期: 2023-11-16
  讨论形式: 职工代表大会
  记录人: 王
告知:
  - {方式: 培训并签到, 日期: 2023-12-26, 人数: 186}
来源: {文件: 旧.doc, 指纹: abc}
备注: 原样保留
---

1. 用印应当登记。
"""


@pytest.fixture
def workspace(make_workspace):
    return make_workspace({ID: TEXT, "年终总结/总结": SUMMARY, "年终总结/数据/指标.yaml": DATA})


SUMMARY = """---
标题: 工作总结
类别: 年终总结
部门: 客户部
期间: 2025年
状态: 草稿
数据: 数据/指标.yaml
---

## 主要工作

{{ 各项存款.句 }}。
"""
DATA = "指标:\n  - {指标: 各项存款, 单位: 万元, 期末: 161131, 年初: 121338}\n"


@pytest.fixture
def client(workspace):
    return log_in(make_app(workspace.root, people=True), "zhi")


def form_of(client, doc_id: str = ID) -> dict[str, str]:
    """The fields of the form as a browser would send them."""
    page = text_of(client, f"/edit/meta/{doc_id}")
    return fields_of(page)


def fields_of(page: str) -> dict[str, str]:
    from lxml import html  # noqa: PLC0415

    form = html.fromstring(page).xpath("//form[contains(@action, '/edit/meta/')]")[0]
    return {key: value or "" for key, value in form.form_values()}


def file_of(workspace, doc_id: str = ID) -> str:
    return (workspace.kb / f"{doc_id}.md").read_text(encoding="utf-8")


def save(client, fields: dict[str, str], doc_id: str = ID):
    return post(client, f"/edit/meta/{doc_id}", f"/edit/meta/{doc_id}", **fields)


def test_every_field_of_the_schema_has_a_control_with_a_name(client):
    page = text_of(client, f"/edit/meta/{ID}")
    page = page[page.index("<main") : page.index("</main>")]
    for field in FIELDS:
        assert re.search(rf'name="{field.attribute}(?:-\d+-\w+)?"', page), field.name
        assert field.name in page
    for control in re.findall(r'<(?:input|select)[^>]*?name="([^"]+)"', page):
        if control not in {"csrf", "seen"} and not control.endswith("-was"):
            labelled = f'for="m-{control}"' in page
            own = re.search(rf'name="{control}"[^>]*aria-label=', page)
            assert labelled or own, control


def test_saving_what_was_not_changed_changes_nothing(client, workspace):
    assert save(client, form_of(client)).status_code == 302
    assert file_of(workspace) == TEXT


def test_rows_are_added_changed_and_removed(client, workspace):
    fields = form_of(client)
    fields |= {
        "tags-1-value": "合同管理", "tags-2-value": "用印",
        "supersedes-1-value": "《合同，章》办法",
        "revisions-0-note": "首发", "revisions-2-version": "1.11", "revisions-2-date": "2025-01-01",
        "notice-0-way": "", "notice-0-date": "", "notice-0-people": "",
        "publicity-0-way": "内网公布", "publicity-0-date": "2023-12-18",
        "due_process-0-counterpart": "公司工会",
        "affects_interests": "是", "basis-0-value": "《公司法》",
    }  # fmt: skip
    assert save(client, fields).status_code == 302
    text = file_of(workspace)
    assert "标签: [印章, 合同管理, 用印]" in text
    assert "替代: [旧用印办法, 《合同，章》办法]" in text
    assert "  - {版本: 1.0, 日期: 2023-01-01, 说明: 首发, 页数: 3}" in text
    assert "  - {版本: 1.11, 日期: 2025-01-01}" in text
    assert "告知" not in text
    assert "公示:\n  - {方式: 内网公布, 日期: 2023-12-18}" in text
    assert "协商对象: 公司工会, 记录人: 王" in text
    assert "涉及切身利益: 是" in text
    assert "上位依据: 《公司法》" in text
    for kept in ("文号: 甲〔2024〕1号  # 手写的说明", "施行日期: 2024年1月5日", "备注: 原样保留",
                 "来源: {文件: 旧.doc, 指纹: abc}", "版本: 1.10"):  # fmt: skip
        assert kept in text
    found = Workspace.open(workspace.root).entry(ID).meta
    assert found.supersedes == ("旧用印办法", "《合同，章》办法")
    assert [row.version for row in found.revisions] == ["1.0", "1.10", "1.11"]


def test_a_row_more_and_a_row_less_work_without_scripts(client, workspace):
    fields = form_of(client)
    more = save(client, fields | {"revisions-2-note": "第三行", "add": "revisions"})
    assert more.status_code == 200
    page = more.get_data(as_text=True)
    assert 'name="revisions-4-note"' in page
    assert "第三行" in page
    less = save(client, fields_of(page) | {"remove": "revisions-0"}).get_data(as_text=True)
    assert "首次发布" not in less
    assert "第三行" in less
    assert file_of(workspace) == TEXT
    assert save(client, fields_of(less)).status_code == 302
    assert "说明: 第三行" in file_of(workspace)
    assert "首次发布" not in file_of(workspace)


@pytest.mark.parametrize(
    ("wrong", "control", "said"),
    [
        ({"title": ""}, "title", "标题不能为空"),
        ({"effective": "明年"}, "effective", "生效日期“明年”无法识别"),
        ({"status": "随便"}, "status", "状态不能是“随便”"),
        ({"period": "某时"}, "period", "期间"),
        ({"year": "二四年"}, "year", "年度"),
        ({"kind": "没有的"}, "kind", "没有“没有的”这个类别"),
        ({"revisions-0-date": "某日"}, "revisions-0-date", "日期“某日”无法识别"),
        ({"due_process-0-discussed": "某日"}, "due_process-0-discussed", "讨论日期"),
        ({"data-0-value": "../../wenshu.toml"}, "data-0-value", "资料库里的文件"),
        ({"data-0-value": "没有.yaml"}, "data-0-value", "没有找到文件"),
        ({"attachments-0-file": "用印办法.md"}, "attachments-0-file", "没有找到文件"),
        ({"attachments-0-file": "x.pdf", "attachments-0-type": "怪"}, "attachments-0-type", "类型"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_the_field(client, workspace, wrong, control, said):
    answer = save(client, form_of(client) | wrong)
    assert answer.status_code == 400
    page = answer.get_data(as_text=True)
    beside = re.search(rf'<p class="wrong" id="e-{control}">([^<]*)</p>', page)
    assert beside
    assert said in beside[1]
    assert f'aria-describedby="e-{control}"' in page
    for name, value in wrong.items():
        assert not value or value in page or name.endswith("-type")
    assert file_of(workspace) == TEXT


def test_a_bad_value_of_the_file_is_shown_as_it_stands(make_workspace):
    root = make_workspace({ID: TEXT.replace("2024年1月5日", "去年春天")}).root
    client = log_in(make_app(root, people=True), "zhi")
    page = text_of(client, f"/edit/meta/{ID}")
    assert re.search(r'name="effective" value="去年春天"(?![^>]*type="date")', page)
    assert save(client, fields_of(page) | {"scope": "全体"}).status_code == 302


def test_two_people_both_are_shown(client, workspace):
    mine = form_of(client) | {"scope": "全体员工", "department": "法务部"}
    other = TEXT.replace("部门: 办公室", "部门: 综合部").replace("\n版本: 1.10", "\n版本: 1.12")
    theirs = form_of(client) | {"department": "综合部", "version": "1.12"}
    assert save(client, theirs).status_code == 302
    assert file_of(workspace) == other
    answer = save(client, mine)
    assert answer.status_code == 409
    page = answer.get_data(as_text=True)
    assert "别人写的是“综合部”；这里是您写的" in page
    assert "别人已改为“1.12”，这里已跟着更新" in page
    again = fields_of(page)
    assert (again["department"], again["version"], again["scope"]) == ("法务部", "1.12", "全体员工")
    assert save(client, again).status_code == 302
    text = file_of(workspace)
    assert "部门: 法务部" in text
    assert "版本: 1.12" in text


def test_finishing_a_report_freezes_its_figures(client, workspace):
    doc = "年终总结/总结"
    answer = save(client, form_of(client, doc) | {"status": "定稿", "subject": "部门"}, doc)
    assert answer.status_code == 302
    text = file_of(workspace, doc)
    assert "状态: 定稿" in text
    assert "主体: 部门" in text
    frozen = [path for path in (workspace.kb / "年终总结").rglob("*") if "定稿" in path.name]
    assert frozen


def test_a_report_with_open_places_is_not_finished(client, workspace):
    doc = "年终总结/总结"
    path = workspace.kb / f"{doc}.md"
    path.write_text(SUMMARY + "\n〔总体评价〕\n", encoding="utf-8")
    answer = save(client, form_of(client, doc) | {"status": "定稿"}, doc)
    assert answer.status_code == 400
    assert "〔总体评价〕" in answer.get_data(as_text=True)
    assert "状态: 草稿" in file_of(workspace, doc)
    act = post(client, f"/edit/act/{doc}", f"/edit/meta/{doc}", act="finish")
    assert act.status_code == 422
    path.write_text(SUMMARY, encoding="utf-8")
    act = post(client, f"/edit/act/{doc}", f"/edit/meta/{doc}", act="finish")
    assert act.status_code == 302
    assert "状态: 定稿" in file_of(workspace, doc)


def test_a_report_with_a_false_figure_is_not_finished(client, workspace):
    doc = "年终总结/总结"
    path = workspace.kb / f"{doc}.md"
    path.write_text(SUMMARY.replace("{{ 各项存款.句 }}", "各项存款余额1万元"), encoding="utf-8")
    answer = save(client, form_of(client, doc) | {"status": "定稿"}, doc)
    assert answer.status_code == 400
    assert "第 12 行，“各项存款”" in answer.get_data(as_text=True)
    act = post(client, f"/edit/act/{doc}", f"/edit/meta/{doc}", act="finish")
    assert act.status_code == 422
    assert "状态: 草稿" in file_of(workspace, doc)


def test_a_head_of_department_keeps_to_the_own_summary(workspace):
    client = log_in(make_app(workspace.root, people=True), "fu")
    doc = "年终总结/总结"
    assert save(client, form_of(client, doc) | {"subject": "部门"}, doc).status_code == 302
    page = text_of(client, f"/edit/meta/{doc}")
    assert re.search(r'name="number"[^>]* disabled', page)
    assert not re.search(r'name="title"[^>]* disabled', page)
    for wrong in (
        {"department": "营业厅"},
        {"kind": "管理制度"},
        {"data-1-value": "../管理制度/用印办法.md"},
        {"data-1-value": "数据/别的.yaml"},
        {"number": "甲〔2024〕1号"},
        {"supersedes-0-value": ID},
        {"basis-0-value": ID},
        {"effective": "2025-01-01"},
        {"expires": "2025-01-01"},
        {"confidentiality": "公开"},
    ):
        assert save(client, form_of(client, doc) | wrong, doc).status_code == 400
    token = csrf(client, f"/edit/meta/{doc}")
    answer = client.post(f"/edit/meta/{ID}", data={"csrf": token, "title": "x"}, base_url=BASE)
    assert answer.status_code == 403


def test_a_very_long_form_is_cut_not_lost(client, workspace):
    fields = form_of(client) | {f"tags-{n}-value": f"标签{n}" for n in range(2, 400)}
    assert save(client, fields).status_code == 302
    assert len(Workspace.open(workspace.root).entry(ID).meta.tags) <= 200


def test_the_table_of_a_published_text_can_be_changed(make_workspace):
    draft = TEXT.replace("状态: 现行", "状态: 草案").replace("施行日期: 2024年1月5日\n", "")
    workspace = make_workspace({ID: draft})
    client = log_in(make_app(workspace.root, people=True), "zhi")
    page = f"/edit/meta/{ID}"
    assert post(client, f"/edit/act/{ID}", page, act="publish").status_code == 302
    assert save(client, form_of(client) | {"review_due": "2030-01-01"}).status_code == 302
    text = file_of(workspace)
    assert "复审日期: 2030-01-01" in text
    assert text.endswith("1. 用印应当登记。\n")


def test_another_kind_wants_a_status_of_its_own(client, workspace):
    answer = save(client, form_of(client) | {"kind": "文章"})
    assert answer.status_code == 400
    assert "状态不能是“现行”" in answer.get_data(as_text=True)
    assert save(client, form_of(client) | {"kind": "文章", "status": "定稿"}).status_code == 302
    assert "类别: 文章" in file_of(workspace)


def test_a_head_of_department_finishes_and_undoes_the_own_summary(workspace):
    client = log_in(make_app(workspace.root, people=True), "fu")
    doc = "年终总结/总结"
    act, page = f"/edit/act/{doc}", f"/edit/meta/{doc}"
    assert "定稿" in text_of(client, f"/documents/{doc}")
    assert post(client, act, page, act="finish").status_code == 302
    assert "状态: 定稿" in file_of(workspace, doc)
    assert post(client, act, page, act="undo").status_code == 302
    assert file_of(workspace, doc) == SUMMARY
    assert post(client, act, page, act="undo").status_code == 302
    assert "状态: 定稿" in file_of(workspace, doc)
    for wanted, status in (("delete", 403), ("publish", 403), ("nonsense", 400)):
        assert post(client, act, page, act=wanted).status_code == status


@pytest.mark.parametrize("status", ["定稿", ""])
def test_no_status_of_the_form_passes_by_open_places(workspace, status):
    """Without figures too; and no status at all counts as 定稿."""
    doc = "年终总结/总结"
    path = workspace.kb / f"{doc}.md"
    bare = SUMMARY.replace("数据: 数据/指标.yaml\n", "").replace("{{ 各项存款.句 }}", "完成")
    path.write_text(bare + "\n〔总体评价〕\n", encoding="utf-8")
    client = log_in(make_app(workspace.root, people=True), "fu")
    sent = form_of(client, doc) | {"status": status, "title": "新题"}
    answer = save(client, sent, doc)
    assert answer.status_code == 400
    assert "〔总体评价〕" in answer.get_data(as_text=True)
    assert file_of(workspace, doc) == bare + "\n〔总体评价〕\n"
    path.write_text(bare, encoding="utf-8")
    sent = form_of(client, doc) | {"status": status, "title": "新题"}
    assert save(client, sent, doc).status_code == 302
    assert "状态: 草稿" not in file_of(workspace, doc)
    assert "标题: 新题" in file_of(workspace, doc)

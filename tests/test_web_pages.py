"""The pages as a client without scripts sees them: what stands there, headers, faults."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from openpyxl import load_workbook
from tools_web import BASE, make_app, post, text_of

from search import SearchIndex

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from store import Workspace

LEAVE = "管理制度/考勤与休假管理办法"
POST = "岗位职责/信贷客户部岗位职责"
PAGES = [
    "/",
    "/search?q=年假",
    "/search?q=年假&on=2023-06-01",
    "/search?q=投诉&all=1&sort=new&page=2",
    "/search",
    f"/documents/{LEAVE}",
    f"/documents/{LEAVE}@2022",
    "/documents/年终总结/清河农商银行客户部2024年工作总结",
    "/posts",
    f"/print/{POST}",
    f"/print/{POST}?template=签收表",
    f"/print-style/{POST}",
    f"/print/{LEAVE}@2022",
    "/messages",
    "/messages/短信模板/供电营业厅业务短信",
    "/library",
    "/library?on=2023-06-01&kind=policy",
    "/library/problems",
    "/library/reviews",
    "/library/ledger?on=2023-06-01",
    f"/library/compare?a={LEAVE}&b={LEAVE}@2022",
    "/help",
    "/admin/audit",
    "/admin/accounts",
]


@pytest.fixture(scope="module")
def app(starter: Workspace) -> Flask:
    return make_app(starter.root)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.mark.parametrize("address", PAGES)
def test_page_is_whole_and_guarded(client, address):
    answer = client.get(address, base_url=BASE)
    assert answer.status_code == 200
    page = answer.get_data(as_text=True)
    assert len(answer.data) < 120_000
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    if answer.mimetype == "text/html":
        assert '<html lang="zh-CN">' in page
        assert page.count("<h1") >= 1
        assert " style=" not in page
        assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=", page)
        assert "http://" not in page.replace(BASE, "").replace("http://www.w3.org", "")
        labelled = set(re.findall(r'<label[^>]* for="([^"]+)"', page))
        fields = set(re.findall(r'<(?:input|select|textarea)[^>]* id="([^"]+)"', page))
        named = set(re.findall(r'<input[^>]* id="([^"]+)"[^>]* aria-label=', page))
        assert fields <= labelled | named


def test_search_marks_hits_and_cites(client):
    page = text_of(client, "/search?q=年假 没休完")
    assert "《考勤与休假管理办法》（2024版）第十二条" in page
    assert "<mark>年假</mark>" in page
    assert re.search(r"另有 [1-9][0-9]* 条只在今天无效的文本里", page)
    assert "同时查了" in page


def test_search_covers_what_is_in_force_on_the_day(client):
    now = text_of(client, "/search?q=年假 结转")
    then = text_of(client, "/search?q=年假 结转&on=2023-06-01")
    assert "（2024版）" in now
    assert "（2022版）第" not in now.replace("其他版本", "")
    assert "《考勤与休假管理办法》（2022版）" in then
    assert "《考勤与休假管理办法》（2024版）" not in then


def test_facets_narrow_and_are_taken_back(client):
    page = text_of(client, "/search?q=投诉&kind=policy")
    assert 'aria-current="true"' in page
    assert "管理制度 <span aria-hidden" in page
    kinds = re.findall(r'<div class="where">.*?<span>(.*?)</span>', page)
    assert set(kinds) - {"现行"} <= {"管理制度"}


def test_an_empty_result_says_what_was_searched_and_what_to_try(client):
    page = text_of(client, "/search?q=航天飞机&kind=policy&on=2024-05-01")
    assert "没有找到“航天飞机”" in page
    assert "2024年5月1日当天有效" in page
    assert "去掉全部条件" in page


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/search?q=x&on=无", 400),
        ("/search?q=" + "长" * 500, 400),
        ("/search?q=x&kind=没有的类别", 404),
        ("/documents/没有", 404),
        ("/documents/../wenshu.toml", 404),
        ("/nowhere", 404),
        (f"/print/{POST}?template=../../x", 400),
        (f"/print/{POST}?姓名=" + "长" * 80, 400),
        ("/posts/several", 400),
        ("/library/compare?a=x&b=x", 400),
        (f"/files/{LEAVE}/-/../../wenshu.toml", 404),
        (f"/files/{LEAVE}/-/考勤与休假管理办法.md", 404),
        ("/search?q=x&page=99999999999999", 200),
        ("/library?page=abc", 200),
    ],
)
def test_wrong_addresses_get_a_sentence(client, address, status):
    page = text_of(client, address, status)
    assert "Traceback" not in page
    assert "wenshu " not in re.sub(r"<script.*|<link.*", "", page) or status == 200


def test_near_names_are_offered(client):
    page = text_of(client, "/documents/管理制度/考勤", 404)
    assert f'href="/documents/{quote(LEAVE)}"' in page


def test_document_page_says_whether_it_is_in_force(client):
    old = text_of(client, f"/documents/{LEAVE}@2022")
    assert "不再有效" in old
    assert f'href="/documents/{quote(LEAVE)}"' in old
    new = text_of(client, f"/documents/{LEAVE}")
    assert 'id="annual-leave"' in new
    assert 'data-copy="《考勤与休假管理办法》（2024版）第十二条"' in new
    assert "修订记录" in new
    assert "逐条对照" in new


def test_charts_are_drawn(client):
    page = text_of(client, "/documents/年终总结/清河农商银行客户部2024年工作总结")
    assert page.count("<svg") >= 1
    assert 'role="img" aria-label="' in page


def test_word_holds_the_text(client):
    answer = client.get(f"/word/{POST}", base_url=BASE)
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    assert quote("信贷客户部岗位职责.docx") in answer.headers["Content-Disposition"]
    text = zipfile.ZipFile(io.BytesIO(answer.data)).read("word/document.xml").decode()
    assert "信贷客户经理" in text


def test_several_posts_in_one_zip_or_booklet(client):
    ids = f"id={POST}&id=岗位职责/大堂经理岗位职责"
    answer = client.get(f"/posts/several?{ids}&form=zip", base_url=BASE)
    names = zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
    assert names == ["信贷客户部岗位职责.docx", "大堂经理岗位职责.docx"]
    booklet = client.get(f"/posts/several?{ids}&form=booklet", base_url=BASE)
    text = zipfile.ZipFile(io.BytesIO(booklet.data)).read("word/document.xml").decode()
    assert "信贷客户部岗位职责" in text
    assert "大堂经理岗位职责" in text


def test_posts_are_found_by_pinyin(client):
    page = text_of(client, "/posts")
    assert "datangjingli dtjl" in page
    assert page.index("个人金融部") < page.index("大堂经理")


def test_print_view_has_the_layouts_page(client):
    css = text_of(client, f"/print-style/{POST}")
    assert "@page { size: 210mm 297mm; margin: 20mm 20mm 19mm 20mm;" in css
    assert "counter(pages)" in css
    page = text_of(client, f"/print/{POST}")
    assert "签名：" in page
    assert "编　　制" in page
    sheet = text_of(client, f"/print/{POST}?template=签收表")
    assert sheet.count("<tr") >= 18


def test_a_draft_prints_with_its_mark(make_workspace):
    text = "---\n标题: 甲\n类别: 管理制度\n状态: 草案\n---\n\n1. 一条。\n"
    client = make_app(make_workspace({"甲": text}).root).test_client()
    assert 'class="watermark" aria-hidden="true">草案<' in text_of(client, "/print/甲")


def test_ledger_as_excel_for_a_day(client):
    answer = client.get("/library/ledger.xlsx?on=2023-06-01", base_url=BASE)
    sheet = load_workbook(io.BytesIO(answer.data)).active
    assert sheet["A1"].value == "制度台账（2023年6月1日）"
    versions = {row[4].value for row in sheet.iter_rows(min_row=3) if row[3].value == "GS-RL-01"}
    assert versions == {"2022"}


def test_compare_marks_what_changed(client):
    page = text_of(client, f"/library/compare?a={LEAVE}&b={LEAVE}@2022")
    assert page.index("（2022版）") < page.index("（2024版）")
    assert "<del>" in page
    assert "<ins>" in page


HOSTILE = """---
标题: <script>alert(1)</script>
类别: 管理制度
部门: "<img src=x onerror=alert(2)>"
状态: 现行
生效日期: 2024-01-01
---

## <b onclick=x>总则</b>

1. 内容<script>alert(3)</script>[点我](javascript:alert(4))[二](data:text/html,x)
   ![图](//evil/x.png)
   [好](https://example.com/)[邻](乙#第一条)
"""


def test_nothing_hostile_reaches_a_page(make_workspace):
    root = make_workspace({"甲": HOSTILE, "乙": HOSTILE}).root
    client = make_app(root).test_client()
    for address in (
        "/",
        "/search?q=内容",
        "/documents/甲",
        "/print/甲",
        "/library",
        "/library/ledger",
    ):
        page = text_of(client, address)
        assert "<script>" not in page.replace("<script src", "")
        assert not re.search(r"<(?:img|b)\b[^>]*\bon\w+=", page)
        assert 'href="javascript' not in page
        assert 'href="data' not in page
        assert not re.search(r'(?:src|href)="[^"]*evil', page)
    page = text_of(client, "/documents/甲")
    assert 'href="https://example.com/"' in page
    assert f'href="/documents/{quote("乙")}#' in page


def test_a_broken_document_is_a_problem_not_a_broken_page(make_workspace):
    root = make_workspace(
        {"甲": "---\n标题: 甲\n类别: 文章\n---\n\n正文甲。\n", "坏": "---\n标题: [\n"}
    ).root
    client = make_app(root).test_client()
    assert "甲" in text_of(client, "/library")
    assert "坏" in text_of(client, "/library/problems")


def test_changes_on_the_disk_are_noticed(make_workspace):
    root = make_workspace({"甲": "---\n标题: 甲\n类别: 文章\n---\n\n苹果。\n"}).root
    client = make_app(root).test_client()
    assert "没有找到" in text_of(client, "/search?q=香蕉")
    path = root / "kb" / "乙.md"
    path.write_text("---\n标题: 乙\n类别: 文章\n---\n\n香蕉熟了。\n", encoding="utf-8")
    assert "<mark>香蕉</mark>" in text_of(client, "/search?q=香蕉")
    path.unlink()
    assert "没有找到" in text_of(client, "/search?q=香蕉")


def test_attachments_and_pictures_come_under_the_documents_rights(make_workspace):
    text = (
        "---\n标题: 甲\n类别: 文章\n密级: 商密\n附件:\n  - {名称: 表一, 文件: 附件/表.txt}\n---\n\n"
        "![图](图.svg)\n"
    )
    root = make_workspace({"甲": text}).root
    (root / "kb/附件").mkdir()
    (root / "kb/附件/表.txt").write_text("内容", encoding="utf-8")
    (root / "kb/图.svg").write_text("<svg onload='x'/>", encoding="utf-8")
    client = make_app(root).test_client()
    assert text_of(client, "/files/甲/-/附件/表.txt") == "内容"
    picture = client.get("/files/甲/-/图.svg", base_url=BASE)
    assert picture.status_code == 200
    assert "sandbox" in picture.headers["Content-Security-Policy"]
    assert "attachment" in picture.headers["Content-Disposition"]
    text_of(client, "/files/甲/-/甲.md", 404)


def test_sending_list_from_an_uploaded_table(client):
    page = "/messages/短信模板/供电营业厅业务短信"
    table = "手机号,户号末四位,停电范围,停电开始时间,预计恢复时间,服务电话\n"
    table += "13800000001,1234,城东,8时,12时,95598\n1380,1,2,3,4,5\n"
    upload = (io.BytesIO(table.encode()), "客户.csv")
    answer = post(
        client,
        "/messages/list/短信模板/供电营业厅业务短信",
        page,
        scene="计划停电预告",
        file=upload,
    )
    shown = answer.get_data(as_text=True)
    assert "1 条可发，1 行未列入" in shown
    assert "尾号1234用户" in shown
    bad = post(
        client,
        "/messages/list/短信模板/供电营业厅业务短信",
        page,
        scene="计划停电预告",
        file=(io.BytesIO(b"x"), "a.exe"),
    )
    assert bad.status_code == 400


def test_api_search_is_the_object_of_the_command(client, starter):
    found = client.get("/api/search?q=年假 没休完&limit=5", base_url=BASE).get_json()
    expected = SearchIndex.open(starter).search("年假 没休完", limit=5).to_json()
    found.pop("took_ms")
    expected.pop("took_ms")
    assert found == expected


def test_only_our_own_names_are_answered_on_loopback(client):
    answer = client.get("/", base_url="http://evil.example")
    assert answer.status_code == 400
    assert client.get("/", base_url="http://localhost:8520").status_code == 200
    proxied = client.get("/", base_url=BASE, headers={"X-Forwarded-For": "10.0.0.9"})
    assert proxied.status_code == 403


def test_forms_from_elsewhere_are_refused(client):
    page = "/admin/accounts"
    data = {"name": "新人", "role": "系统管理员"}
    assert client.post(page, data=data, base_url=BASE).status_code == 403
    assert client.post(page, data={**data, "csrf": "0" * 64}, base_url=BASE).status_code == 403
    text_of(client, page)
    for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = client.post(page, data=data, base_url=BASE, headers=headers)
        assert answer.status_code == 403
        assert "没有执行" in answer.get_data(as_text=True)


def test_too_large_requests_are_refused(starter):
    client = make_app(starter.root, max_upload=2000, max_form=1000).test_client()
    answer = client.post("/account/login", data={"name": "x" * 5000}, base_url=BASE)
    assert answer.status_code == 413
    assert "超过了上限" in answer.get_data(as_text=True)

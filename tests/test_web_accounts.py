"""Who may do what: log-in, sessions, roles, 密级, tokens, the record."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from tools_web import BASE, PASSWORD, csrf, log_in, make_app, post, text_of
from werkzeug.security import check_password_hash

from store.exceptions import ConflictError, EnvironmentRefused, InputError, InvalidValue, UsageError
from web.accounts import Accounts
from web.config import WebConfig, is_loopback, with_settings
from web.database import Database
from web.refusals import TooManyTries
from web.rights import LOCAL_PERSON, Person, Rights, Role
from web.server import refuse_unsafe

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from store import Workspace

RULE = """---
标题: {title}
类别: 管理制度
部门: 客户部
状态: {status}
生效日期: 2024-01-01
{more}---

1. {text}
"""
SUMMARY = """---
标题: {department}2024年总结
类别: 年终总结
部门: {department}
期间: 2024年
状态: 草稿
---

香蕉销量。
"""


def rule(title: str, text: str, *, status: str = "现行", more: str = "") -> str:
    return RULE.format(title=title, text=text, status=status, more=more)


FILES = {
    "公": rule("公开制度", "香蕉每日一份。", more="密级: 公开\n"),
    "内": rule("内部制度", "香蕉可以带走，橘子不行。", more="密级: 内部\n"),
    "商": rule("商密制度", "香蕉的秘密配方是榴莲。", more="密级: 商密\n"),
    "错": rule("写错密级制度", "香蕉与山竹。", more="密级: 绝蜜\n"),
    "废": rule(
        "废止制度", "香蕉曾经每日两份。", status="已废止", more="失效日期: 2025-01-01\n密级: 公开\n"
    ),
    "草": rule("草案制度", "香蕉拟改为每日三份。", status="草案", more="密级: 公开\n"),
    "客户部总结": SUMMARY.format(department="客户部"),
    "财务部总结": SUMMARY.format(department="财务部"),
}
SEEN = {
    "yuan": {"公", "内"},
    "fu": {"公", "内", "客户部总结"},
    "zhi": set(FILES),
    "xi": set(FILES),
}


@pytest.fixture
def app(make_workspace: Callable[..., Workspace]) -> Flask:
    return make_app(make_workspace(FILES).root, people=True)


@pytest.mark.parametrize("name", list(SEEN))
def test_rights_hold_in_lists_counts_suggestions_and_downloads_alike(app, name):
    client = log_in(app, name)
    seen = SEEN[name]
    listed = client.get("/api/documents", base_url=BASE).get_json()["documents"]
    assert {row["id"] for row in listed} == seen
    found = client.get("/api/search?q=香蕉&limit=50", base_url=BASE).get_json()
    assert {hit["id"] for hit in found["hits"]} | {
        other["id"] for hit in found["hits"] for other in hit["versions"]
    } == seen
    assert sum(found["facets"]["kind"].values()) == found["total"]
    offered = client.get("/api/suggest?q=制度&limit=50", base_url=BASE).get_json()["suggestions"]
    titles = {
        "公": "公开",
        "内": "内部",
        "商": "商密",
        "错": "写错密级",
        "废": "废止",
        "草": "草案",
    }
    told = {item["text"] for item in offered if item["kind"] == "title"}
    assert told == {f"{titles[one]}制度" for one in seen if one in titles}
    secret = client.get("/api/suggest?q=榴", base_url=BASE).get_json()["suggestions"]
    assert any("榴莲" in item["text"] for item in secret) <= ("商" in seen)
    assert f"共 {len(seen)} 份" in text_of(client, "/library")
    for one in FILES:
        status = 200 if one in seen else 403
        text_of(client, f"/documents/{one}", status)
        text_of(client, f"/print/{one}", status)
        text_of(client, f"/api/documents/{one}", status)
        assert client.get(f"/word/{one}", base_url=BASE).status_code == status
        if status == 403:
            page = text_of(client, f"/documents/{one}", 403)
            assert "原因：" in page
            assert "榴莲" not in page
            assert client.get(f"/pdf/{one}", base_url=BASE).status_code == 403
            assert client.get(f"/posts/several?id={one}", base_url=BASE).status_code == 403
            text_of(client, f"/library/compare?a={one}&b=公", 403)
            text_of(client, f"/api/related/{one}", 403)


@pytest.mark.parametrize("name", ["yuan", "fu"])
def test_what_the_role_does_not_allow_is_refused_with_the_reason(app, name):
    client = log_in(app, name)
    for address in ("/library/problems", "/library/ledger.xlsx", "/admin/accounts", "/admin/audit"):
        page = text_of(client, address, 403)
        assert "您的角色是" in page
    assert client.get("/api/check", base_url=BASE).status_code == 403
    page = text_of(client, "/library")
    assert "制度台账" not in page
    assert "/admin/" not in page


def test_problems_of_hidden_documents_are_not_told(make_workspace):
    faulty = rule("坏商密", "榴莲。", more="密级: 商密\n失效日期: 何时\n")
    app = make_app(make_workspace({"坏": faulty, "好": FILES["公"]}).root, people=True)
    app.extensions["wenshu"].accounts.add("zhi2", PASSWORD, role="制度管理员", level="内部")
    assert "何时" in text_of(log_in(app, "zhi"), "/library/problems")
    limited = log_in(app, "zhi2")
    assert "何时" not in text_of(limited, "/library/problems")
    told = limited.get("/api/check", base_url=BASE).get_json()["problems"]
    assert not any(problem["path"].endswith("坏.md") for problem in told)
    assert limited.get("/edit/bin", base_url=BASE).status_code == 403


def test_an_editor_keeps_order_but_manages_no_accounts(app):
    client = log_in(app, "zhi")
    assert "草案制度" in text_of(client, "/library")
    text_of(client, "/library/problems")
    text_of(client, "/admin/accounts", 403)


def test_a_lower_level_holds_for_editors_too(app):
    accounts = app.extensions["wenshu"].accounts
    accounts.add("zhi2", PASSWORD, role="制度管理员", level="内部")
    client = log_in(app, "zhi2")
    text_of(client, "/documents/草")
    text_of(client, "/documents/商", 403)
    ids = {row["id"] for row in client.get("/api/documents", base_url=BASE).get_json()["documents"]}
    assert ids == set(FILES) - {"商", "错"}


def test_strangers_are_sent_to_the_log_in(app):
    client = app.test_client()
    answer = client.get("/search?q=香蕉", base_url=BASE)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/account/login?next=/search")
    assert client.get("/api/search?q=香蕉", base_url=BASE).status_code == 401
    with client.get("/static/wenshu.css", base_url=BASE) as sheet:
        assert sheet.status_code == 200


def test_reading_without_log_in_shows_public_texts_in_force_alone(make_workspace):
    root = make_workspace(FILES).root
    app = make_app(root, people=True, intranet_reading=True)
    client = app.test_client()
    listed = client.get("/api/documents", base_url=BASE).get_json()["documents"]
    assert {row["id"] for row in listed} == {"公"}
    text_of(client, "/documents/内", 403)
    text_of(client, "/library/problems", 403)
    assert "登录" in text_of(client, "/")


def test_wrong_passwords_are_throttled_and_recorded(app):
    client = app.test_client()
    for _ in range(5):
        answer = post(client, "/account/login", "/account/login", name="yuan", password="wrong-one")
        assert answer.status_code == 401
        assert "账号或口令不对" in answer.get_data(as_text=True)
    answer = post(client, "/account/login", "/account/login", name="yuan", password=PASSWORD)
    assert answer.status_code == 429
    assert "分钟后再试" in answer.get_data(as_text=True)
    actions = [act.action for act in app.extensions["wenshu"].accounts.record()]
    assert actions.count("登录失败") == 5
    assert log_in(app, "zhi")


def test_unknown_names_cost_the_same_work_and_say_the_same(app, monkeypatch):
    checked: list[str] = []

    def check(hashed: str, password: str) -> bool:
        checked.append(hashed.partition("$")[0])
        return check_password_hash(hashed, password)

    monkeypatch.setattr("web.accounts.check_password_hash", check)
    accounts = app.extensions["wenshu"].accounts
    assert accounts.log_in("yuan", "wrong-one", "a") is None
    assert accounts.log_in("nobody", "wrong-one", "b") is None
    assert len(checked) == 2
    assert checked[0] == checked[1]


def test_cookies_are_guarded(app):
    client = app.test_client()
    answer = post(client, "/account/login", "/account/login", name="yuan", password=PASSWORD)
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("wenshu_session"))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    page = client.get("/account/login", base_url="https://127.0.0.1")
    assert page.headers["Strict-Transport-Security"]
    secure = app.test_client()
    text = secure.get("/account/login", base_url="https://127.0.0.1")
    assert all("Secure" in c for c in text.headers.getlist("Set-Cookie"))


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "https://evil.example", "/\\evil", "javascript:alert(1)", "\t//evil"],
)
def test_open_redirects_are_refused(app, target):
    client = app.test_client()
    token = csrf(client)
    data = {"csrf": token, "name": "yuan", "password": PASSWORD, "next": target}
    answer = client.post("/account/login", data=data, base_url=BASE)
    assert answer.headers["Location"] == "/"


def test_log_out_everywhere_ends_the_other_sessions(app):
    first, second = log_in(app, "yuan"), log_in(app, "yuan")
    text_of(first, "/library")
    answer = post(second, "/account/logout", "/account/", everywhere="1")
    assert answer.status_code == 302
    assert first.get("/library", base_url=BASE).status_code == 302


def test_sessions_end_by_themselves(make_workspace):
    app = make_app(make_workspace(FILES).root, people=True, session_hours=1e-4)
    client = log_in(app, "yuan")
    database = app.extensions["wenshu"].database
    database.run("UPDATE session SET seen = seen - 10")
    assert client.get("/", base_url=BASE).status_code == 302
    assert database.rows("SELECT * FROM session") == []


def test_a_disabled_account_is_out_at_once(app):
    client = log_in(app, "yuan")
    app.extensions["wenshu"].accounts.disable("yuan")
    assert client.get("/", base_url=BASE).status_code == 302
    again = post(
        app.test_client(), "/account/login", "/account/login", name="yuan", password=PASSWORD
    )
    assert again.status_code == 401


def test_a_first_password_has_to_be_changed(app):
    admin = log_in(app, "xi")
    page = post(admin, "/admin/accounts", "/admin/accounts", name="xin", role="员工").get_data(
        as_text=True
    )
    word = page.split('id="fresh">')[1].split("<")[0]
    client = log_in(app, "xin", word)
    answer = client.get("/library", base_url=BASE)
    assert answer.headers["Location"] == "/account/password"
    assert client.get("/api/me", base_url=BASE).status_code == 403
    short = post(
        client, "/account/password", "/account/password", old=word, new="kurz", again="kurz"
    )
    assert short.status_code == 400
    fields = {"old": word, "new": "another-word-9", "again": "another-word-9"}
    assert post(client, "/account/password", "/account/password", **fields).status_code == 302
    text_of(client, "/library")
    actions = [act.action for act in app.extensions["wenshu"].accounts.record()]
    assert {"新建账号", "修改口令", "登录"} <= set(actions)


def test_the_last_administrator_stays(app):
    client = log_in(app, "xi")
    answer = post(client, "/admin/accounts/xi/disable", "/admin/accounts", disabled="1")
    assert answer.status_code == 400
    answer = post(client, "/admin/accounts/xi/change", "/admin/accounts", role="员工")
    assert answer.status_code == 400
    answer = post(
        client,
        "/admin/accounts/yuan/change",
        "/admin/accounts",
        role="部门负责人",
        department="客户部",
    )
    assert answer.status_code == 302
    assert app.extensions["wenshu"].accounts.get("yuan").role is Role.MANAGER


def test_a_token_of_another_browser_does_not_fit(app):
    stolen = csrf(log_in(app, "zhi"), "/account/")
    client = log_in(app, "xi")
    answer = client.post("/account/logout", data={"csrf": stolen}, base_url=BASE)
    assert answer.status_code == 403


def test_scripts_use_tokens(app):
    client = log_in(app, "fu")
    page = post(client, "/account/tokens", "/account/", label="周报").get_data(as_text=True)
    token = page.split('id="token">')[1].split("<")[0]
    script = app.test_client()
    headers = {"Authorization": f"Bearer {token}"}
    me = script.get("/api/me", base_url=BASE, headers=headers).get_json()
    assert (me["name"], me["role"]) == ("fu", "部门负责人")
    assert script.get("/library", base_url=BASE, headers=headers).status_code == 302
    word = script.get("/api/render/公?format=docx", base_url=BASE, headers=headers)
    assert word.data.startswith(b"PK")
    wrong = script.get("/api/me", base_url=BASE, headers={"Authorization": "Bearer wst_x"})
    assert wrong.status_code == 401
    post(client, "/account/tokens/1/drop", "/account/")
    assert script.get("/api/me", base_url=BASE, headers=headers).status_code == 401


def test_the_record_is_exported_and_no_cell_is_a_formula(app):
    client = app.test_client()
    post(client, "/account/login", "/account/login", name="=cmd|x", password="wrong-one")
    admin = log_in(app, "xi")
    answer = admin.get("/admin/audit.csv", base_url=BASE)
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff"))))
    assert rows[0][:4] == ["时间", "账号", "地址", "操作"]
    assert any(row[1] == "'=cmd|x" for row in rows)
    assert "=cmd|x" in text_of(admin, "/admin/audit")


def test_a_proxy_is_believed_from_its_address_alone(make_workspace):
    root = make_workspace(FILES).root
    app = make_app(root, people=True, proxy_address="10.0.0.1", proxy_user_header="X-Remote-User")
    client = app.test_client()
    headers = {"X-Remote-User": "zhi", "X-Forwarded-For": "192.168.1.7"}

    def ask(address: str) -> int:
        return client.get(
            "/documents/草", base_url=BASE, headers=headers, environ_base={"REMOTE_ADDR": address}
        ).status_code

    assert ask("10.0.0.1") == 200
    assert ask("10.0.0.2") == 302
    headers["X-Remote-User"] = "nobody"
    assert ask("10.0.0.1") == 403


def test_read_only_is_said_and_held(make_workspace):
    app = make_app(make_workspace(FILES).root, people=True, read_only=True)
    client = log_in(app, "zhi")
    assert "只读方式" in text_of(client, "/")
    may = client.get("/api/me", base_url=BASE).get_json()["may"]
    assert "修改文档" not in may


def test_other_addresses_need_accounts(make_workspace):
    app = make_app(make_workspace(FILES).root, host="0.0.0.0")
    site = app.extensions["wenshu"]
    with pytest.raises(UsageError, match="建立账号"):
        refuse_unsafe(site)
    site.accounts.add("xi", PASSWORD, role="系统管理员")
    refuse_unsafe(site)
    assert site.wants_login


def test_loopback_wants_a_log_in_once_there_are_accounts(make_workspace):
    app = make_app(make_workspace(FILES).root)
    client = app.test_client()
    text_of(client, "/documents/商")
    answer = post(client, "/admin/accounts", "/admin/accounts", name="a", role="员工")
    assert answer.status_code == 400
    app.extensions["wenshu"].accounts.add("xi", PASSWORD, role="系统管理员")
    assert client.get("/documents/商", base_url=BASE).status_code == 302


@pytest.mark.parametrize("password", ["kurz", "aaaaaaaaaa", "wang-12345", "x" * 2000])
def test_weak_passwords_are_refused(password):
    accounts = Accounts(Database(None))
    with pytest.raises(InvalidValue, match="口令"):
        accounts.add("wang", password)


def test_names_are_unique_whatever_their_case():
    accounts = Accounts(Database(None))
    accounts.add("Wang", PASSWORD)
    with pytest.raises(ConflictError):
        accounts.add("wang", PASSWORD)
    with pytest.raises(InvalidValue):
        accounts.add("a/b", PASSWORD)
    with pytest.raises(InvalidValue, match="角色"):
        accounts.add("li", PASSWORD, role="老板")


def test_passwords_are_kept_as_scrypt(tmp_path):
    database = Database(tmp_path / "x.db")
    Accounts(database).add("wang", PASSWORD)
    row = database.row("SELECT password FROM account")
    assert row is not None
    assert row["password"].startswith("scrypt:")
    assert PASSWORD.encode() not in (tmp_path / "x.db").read_bytes()
    database.close()


def test_waiting_grows_with_failures():
    accounts = Accounts(Database(None))
    accounts.add("wang", PASSWORD)
    for _ in range(5):
        accounts.log_in("wang", "wrong-one", "a")
    with pytest.raises(TooManyTries) as first:
        accounts.log_in("wang", PASSWORD, "a")
    assert 0 < first.value.seconds <= 30
    accounts.set_password("wang", "another-word-9")
    assert accounts.log_in("wang", "another-word-9", "a") is not None


def test_a_database_of_a_newer_program_is_left_alone(tmp_path):
    path = tmp_path / "x.db"
    database = Database(path)
    assert database.version >= 1
    database.run("PRAGMA user_version = 999")
    database.close()
    with pytest.raises(EnvironmentRefused, match="较新版本"):
        Database(path)


def test_a_damaged_database_is_said(tmp_path):
    path = tmp_path / "x.db"
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(EnvironmentRefused, match="无法打开"):
        Database(path)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("localhost", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("wenshu", False),
    ],
)
def test_loopback(host, expected):
    assert is_loopback(host) is expected


def test_settings_of_the_page_are_read_and_checked():
    table = {"内网免登录阅读": True, "登录有效小时": 2, "网址": ["oa.local"], "上传上限MB": 1}
    config = with_settings(WebConfig(), table, "wenshu.toml")
    assert config.intranet_reading
    assert config.session_hours == 2
    assert config.allowed_hosts == ("oa.local",)
    assert config.max_upload == 1024 * 1024
    with pytest.raises(InputError, match="没有“端口号”"):
        with_settings(WebConfig(), {"端口号": 1}, "wenshu.toml")
    with pytest.raises(InputError, match="反向代理地址"):
        with_settings(WebConfig(), {"反向代理用户头": "X-User"}, "wenshu.toml")


def test_rights_of_the_one_person_at_this_computer():
    rights = Rights(LOCAL_PERSON, ("公开", "内部", "商密"))
    assert rights.sees_everything
    staff = Rights(Person("a", Role.STAFF), ("公开", "内部", "商密"))
    assert staff.rank == 1
    assert staff.rank_of("") == 1
    assert staff.rank_of("绝密") == 3

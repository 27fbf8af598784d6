"""Log-in by the company's provider: code, PKCE, state, nonce; claims become accounts."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from tools_web import BASE, PASSWORD, log_in, make_app, text_of

from store.exceptions import EnvironmentRefused, InputError
from web.oidc import from_environment
from web.oidc_settings import OidcSettings, read_settings

pytest.importorskip("authlib", reason="authlib 没有安装：pip install wenshu[oidc]")

import requests
from joserfc.jwk import ECKey
from tools_oidc import CLIENT, SECRET, provider

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from tools_oidc import Provider

ARTICLE = "---\n标题: 甲\n类别: 文章\n---\n\n正文。\n"
SETTINGS = """
[网页.统一登录]
发行方 = "{issuer}"
客户端 = "wenshu"
{more}

[网页.统一登录.角色]
staff = "员工"
rules = "制度管理员"
"""


@pytest.fixture
def there() -> Iterator[Provider]:
    with provider() as found:
        found.claims |= {"preferred_username": "lihua", "name": "李华", "groups": ["staff"]}
        found.claims |= {"department": "客户部"}
        yield found


@pytest.fixture
def build(make_workspace, monkeypatch, there):
    monkeypatch.setenv("WENSHU_OIDC_SECRET", SECRET)

    def make(more: str = "", **options: object) -> Flask:
        settings = SETTINGS.format(issuer=there.issuer, more=more)
        root = make_workspace({"甲": ARTICLE, "wenshu.toml": settings}).root
        return make_app(root, **options)

    return make


def go(client: FlaskClient, target: str = "/account/oidc") -> str:
    """To the provider and back: the address with which it sends the browser back."""
    answer = client.get(target, base_url=BASE)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    there = requests.get(answer.headers["Location"], allow_redirects=False, timeout=10)
    back = urlsplit(there.headers["Location"])
    assert back.netloc == "127.0.0.1"
    return f"{back.path}?{back.query}"


def come(client: FlaskClient, target: str = "/account/oidc"):
    return client.get(go(client, target), base_url=BASE)


def test_a_person_comes_in_and_gets_an_account(build, there):
    app = build()
    client = app.test_client()
    assert "用公司统一登录" in text_of(client, "/account/login")
    answer = come(client, "/account/oidc?next=/posts")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/posts")
    me = client.get("/api/me", base_url=BASE).get_json()
    assert (me["name"], me["role"], me["department"]) == ("lihua", "员工", "客户部")
    assert "李华" in text_of(client, "/")
    (asked,) = there.asked
    assert asked["code_challenge_method"] == "S256"
    assert asked["client_id"] == CLIENT
    assert len(asked["state"]) >= 20
    assert len(asked["nonce"]) >= 20
    assert app.extensions["wenshu"].accounts.record()[0].action == "统一登录"


def test_what_the_provider_says_later_is_taken_over(build, there):
    app = build()
    come(app.test_client())
    there.claims |= {"groups": ["staff", "rules"], "department": "综合部"}
    client = app.test_client()
    come(client)
    me = client.get("/api/me", base_url=BASE).get_json()
    assert (me["role"], me["department"]) == ("制度管理员", "综合部")
    assert len(app.extensions["wenshu"].accounts.all()) == 1


def test_nobody_comes_in_without_a_role_unless_there_is_a_usual_one(build, there):
    there.claims["groups"] = ["others"]
    refused = come(build().test_client())
    assert refused.status_code == 403
    assert "没有对应的角色" in refused.get_data(as_text=True)
    usual = build('缺省角色 = "员工"')
    assert come(usual.test_client()).status_code == 302


@pytest.mark.parametrize("more", ["", '缺省角色 = "员工"'])
def test_a_role_that_is_lost_is_gone_at_the_next_log_in(build, there, more):
    app = build(more)
    accounts = app.extensions["wenshu"].accounts
    there.claims["groups"] = ["rules"]
    elsewhere = app.test_client()
    come(elsewhere)
    token = accounts.new_token(accounts.get("lihua").id, "脚本")
    there.claims["groups"] = ["others"]
    client = app.test_client()
    answer = come(client)
    assert answer.status_code == (302 if more else 403)
    if more:
        assert client.get("/api/me", base_url=BASE).get_json()["role"] == "员工"
    assert elsewhere.get("/api/me", base_url=BASE).status_code == 401
    assert accounts.by_token(token) is None


def test_whom_the_provider_vouches_for_is_offered_no_password(build):
    app = build(people=True)
    client = app.test_client()
    come(client)
    assert "修改口令" not in text_of(client, "/account/")
    assert "修改口令" in text_of(log_in(app, "xi"), "/account/")


def test_the_same_role_ends_nothing(build):
    app = build()
    accounts = app.extensions["wenshu"].accounts
    first, second = app.test_client(), app.test_client()
    come(first)
    token = accounts.new_token(accounts.get("lihua").id, "脚本")
    come(second)
    assert first.get("/api/me", base_url=BASE).status_code == 200
    assert accounts.by_token(token) is not None


def test_a_local_account_is_never_taken_by_its_name(build, there):
    there.claims["preferred_username"] = "xi"
    app = build(people=True)
    client = app.test_client()
    refused = come(client)
    assert refused.status_code == 403
    assert "已有一个叫“xi”的账号" in refused.get_data(as_text=True)
    assert client.get("/api/me", base_url=BASE).status_code == 401
    log_in(app, "xi")  # the local password still serves
    app.extensions["wenshu"].database.close()
    claimed = build("认领同名账号 = true")
    client = claimed.test_client()
    assert come(client).status_code == 302
    assert client.get("/api/me", base_url=BASE).get_json()["role"] == "员工"


def test_an_account_of_the_provider_has_no_password(build):
    app = build()
    come(app.test_client())
    accounts = app.extensions["wenshu"].accounts
    assert accounts.log_in("lihua", PASSWORD, "") is None
    assert accounts.log_in("lihua", "", "") is None
    accounts.disable("lihua")
    assert come(app.test_client()).status_code == 403


@pytest.mark.parametrize(
    "spoil",
    [
        {"nonce": "another"},
        {"aud": "somebody-else"},
        {"iss": "https://evil.example"},
        {"exp": int(time.time()) - 3600},
        {"sub": ""},
    ],
    ids=["nonce", "audience", "issuer", "expired", "nobody"],
)
def test_a_token_that_does_not_fit_is_refused(build, there, spoil):
    there.spoil = spoil
    client = build().test_client()
    assert come(client).status_code == 403
    assert client.get("/api/me", base_url=BASE).status_code == 401


def test_a_token_signed_by_somebody_else_is_refused(build, there):
    there.signer = ECKey.generate_key("P-256", {"kid": "k1"})
    assert come(build().test_client()).status_code == 403


def test_state_binds_the_answer_to_this_browser(build):
    app = build()
    address = go(app.test_client())
    assert app.test_client().get(address, base_url=BASE).status_code == 403
    mine = app.test_client()
    address = go(mine)
    wrong = address.replace("state=", "state=x")
    assert mine.get(wrong, base_url=BASE).status_code == 403
    assert mine.get("/account/oidc/back", base_url=BASE).status_code == 403
    assert mine.get("/account/oidc/back?error=access_denied", base_url=BASE).status_code == 403


def test_a_code_serves_once(build):
    client = build().test_client()
    address = go(client)
    assert client.get(address, base_url=BASE).status_code == 302
    assert client.get(address, base_url=BASE).status_code == 403


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_nobody_is_sent_elsewhere_afterwards(build, target):
    client = build().test_client()
    answer = client.get("/account/oidc", query_string={"next": target}, base_url=BASE)
    there = requests.get(answer.headers["Location"], allow_redirects=False, timeout=10)
    back = urlsplit(there.headers["Location"])
    landed = client.get(f"{back.path}?{back.query}", base_url=BASE)
    assert landed.headers["Location"] == "/"


def test_the_secret_goes_to_the_provider_alone(build):
    client = build().test_client()
    answer = client.get("/account/oidc", base_url=BASE)
    assert SECRET not in answer.headers["Location"]
    assert SECRET not in str(answer.headers)
    assert "code_verifier" not in parse_qs(urlsplit(answer.headers["Location"]).query)


def test_a_provider_that_is_away_is_said(build, there):
    app = build()
    there.issuer = "http://127.0.0.1:9"
    answer = app.test_client().get("/account/oidc", base_url=BASE)
    assert answer.status_code == 503  # it calls itself otherwise than the settings do
    assert "发行方" in answer.get_data(as_text=True)
    gone = OidcSettings(issuer="http://127.0.0.1:9", client="x")
    app.extensions.pop("wenshu.oidc")
    with app.test_request_context(base_url=BASE):
        from web.oidc import client  # noqa: PLC0415

        with pytest.raises(EnvironmentRefused, match="连不上"):
            client(gone)


def test_without_a_provider_there_is_no_such_page(make_workspace):
    app = make_app(make_workspace({"甲": ARTICLE}).root, people=True)
    text_of(app.test_client(), "/account/oidc", 404)
    assert "统一登录" not in text_of(app.test_client(), "/account/login")


# -- settings ---------------------------------------------------------------------------------


def test_a_client_of_the_environment(monkeypatch, tmp_path):
    path = tmp_path / "secret"
    path.write_text("from-a-file\n", encoding="utf-8")
    monkeypatch.setenv("WENSHU_OIDC_ISSUER", "https://sso.example.com/")
    monkeypatch.setenv("WENSHU_OIDC_CLIENT", "w")
    monkeypatch.setenv("WENSHU_OIDC_SECRET_FILE", str(path))
    found = from_environment(None)
    assert found is not None
    assert (found.issuer, found.client, found.secret) == (
        "https://sso.example.com",
        "w",
        "from-a-file",
    )
    assert "from-a-file" not in repr(found)
    monkeypatch.delenv("WENSHU_OIDC_ISSUER")
    assert from_environment(None) is None


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (OidcSettings(issuer="https://a.example"), "不完整"),
        (OidcSettings(issuer="http://sso.example.com", client="w"), "https"),
        (OidcSettings(issuer="https://a.example", client="w", secret_file="/没有/的"), "无法读取"),
    ],
)
def test_incomplete_or_unsafe_settings_are_refused(settings, told):
    with pytest.raises(EnvironmentRefused, match=told):
        from_environment(settings)


def test_without_the_extra_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "authlib.integrations.flask_client", None)
    with pytest.raises(EnvironmentRefused) as told:
        from_environment(OidcSettings(issuer="https://a.example", client="w"))
    assert "wenshu[oidc]" in told.value.hint


@pytest.mark.parametrize(
    "table",
    [
        {"发行": "x"}, {"角色": {"a": "皇帝"}}, {"角色": "a"}, {"缺省角色": "皇帝"},
        {"认领同名账号": "是"}, "x",
    ],
)  # fmt: skip
def test_wrong_tables_are_refused(table):
    with pytest.raises(ValueError):
        read_settings(table)


def test_a_wrong_table_is_told_with_its_file(make_workspace):
    text = '[网页.统一登录]\n发行 = "x"\n'
    with pytest.raises(InputError, match="没有“发行”这一项"):
        make_app(make_workspace({"甲": ARTICLE, "wenshu.toml": text}).root)

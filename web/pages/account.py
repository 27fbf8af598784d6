"""Coming in, going out, one's own password, sessions and tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for

from store.exceptions import InvalidValue, UsageError
from web.rights import Act
from web.security import SESSION_COOKIE, is_secure, safe_next
from web.site import demand, note, person, site

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from web.accounts import Account

blueprint = Blueprint("account", __name__, url_prefix="/account")


@blueprint.get("/login")
def login() -> str | Response:
    """The form to come in."""
    if not site().wants_login or person().account:
        return redirect(safe_next(request.args.get("next", "/")))
    return _form(request.args.get("next", ""))


def _form(target: str, name: str = "", error: str = "") -> str:
    oidc = site().config.oidc
    return render_template("login.html", next=target, name=name, error=error, oidc=oidc)


@blueprint.post("/login")
def login_post() -> tuple[str, int] | Response:
    """Come in."""
    name = request.form.get("name", "")
    target = request.form.get("next", "") or "/"
    here = site()
    account = here.accounts.log_in(
        name, request.form.get("password", ""), request.remote_addr or ""
    )
    if account is None:
        here.accounts.note(name[:64], request.remote_addr or "", "登录失败")
        error = "账号或口令不对，或者账号已停用。"
        return _form(target, name, error), 401
    return enter(account, safe_next(target), "登录")


def enter(account: Account, target: str, how: str) -> Response:
    """Begin a session for somebody who was recognised; a session before it ends."""
    _forget_session()
    site().accounts.note(account.name, request.remote_addr or "", how)
    return _with_session(account, target)


def _with_session(account: Account, target: str) -> Response:
    value = site().accounts.begin(
        account, request.remote_addr or "", request.headers.get("User-Agent", "")
    )
    answer = redirect(target)
    answer.set_cookie(
        SESSION_COOKIE,
        value,
        max_age=int(site().config.session_days * 86400),
        httponly=True,
        samesite="Lax",
        secure=is_secure(),
        path="/",
    )
    return answer


def _forget_session() -> None:
    if value := request.cookies.get(SESSION_COOKIE):
        site().accounts.end(value)


@blueprint.post("/logout")
def logout() -> Response:
    """Go out, here or everywhere."""
    if person().account and request.form.get("everywhere"):
        count = site().accounts.end_all(person().account)
        note("全部退出", detail=f"{count} 处")
    else:
        _forget_session()
        note("退出")
    answer = make_response(redirect(url_for("account.login")))
    answer.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="Lax")
    return answer


@blueprint.get("/")
def me() -> str:
    """One's own account."""
    return _account_page()


def _account_page(token: str = "") -> str:
    demand(Act.ACCOUNT)
    accounts = site().accounts
    mine = person().account
    return render_template(
        "account.html",
        sessions=accounts.sessions(mine),
        tokens=accounts.tokens(mine),
        token=token,
        external=accounts.is_external(mine),
    )


@blueprint.get("/password")
def password() -> str:
    """The form for a new password."""
    demand(Act.ACCOUNT)
    return render_template("password.html", error="")


@blueprint.post("/password")
def password_post() -> tuple[str, int] | Response:
    """Set a new password; all other sessions end."""
    demand(Act.ACCOUNT)
    accounts = site().accounts
    old, new = request.form.get("old", ""), request.form.get("new", "")
    try:
        account = _checked(old, new)
        accounts.set_password(person().name, new)
    except (InvalidValue, UsageError) as error:
        return render_template("password.html", error=error.message), 400
    note("修改口令")
    flash("口令已修改，其他地方的登录已全部退出。", "good")
    g.person = accounts.get(person().name).person
    return _with_session(account, url_for("find.home"))


def _checked(old: str, new: str) -> Account:
    """The account whose old password was given, when the new one may take its place.

    Raises:
        InvalidValue: It may not.
    """
    if not person().account:
        raise UsageError("这里没有账号。")
    if new != request.form.get("again", ""):
        raise InvalidValue("两次输入的新口令不一样。")
    if old == new:
        raise InvalidValue("新口令要与原口令不同。")
    account = site().accounts.log_in(person().name, old, request.remote_addr or "")
    if account is None:
        raise InvalidValue("原口令不对。")
    return account


@blueprint.post("/tokens")
def new_token() -> str:
    """Make a token for scripts; it is shown this once."""
    demand(Act.ACCOUNT)
    value = site().accounts.new_token(person().account, request.form.get("label", ""))
    note("新建令牌", request.form.get("label", ""))
    return _account_page(value)


@blueprint.post("/tokens/<int:token_id>/drop")
def drop_token(token_id: int) -> Response:
    """Withdraw a token."""
    demand(Act.ACCOUNT)
    site().accounts.drop_token(person().account, token_id)
    note("收回令牌", str(token_id))
    return redirect(url_for("account.me"))

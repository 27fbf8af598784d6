"""The gate before every page: host, person, forged requests; and the headers behind it."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from time import perf_counter
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from flask import g, redirect, request, session, url_for
from flask.sessions import SecureCookieSessionInterface

from store.exceptions import NotFoundError
from web import gate
from web.config import is_loopback
from web.proxy import FORWARDED, TOLD_USER
from web.refusals import AccessDenied, ForgedRequest, LoginNeeded, WrongHost
from web.rights import ANONYMOUS, LOCAL_PERSON
from web.site import site

if TYPE_CHECKING:
    from flask import Flask, Request, Response
    from werkzeug.wrappers import Response as AnyResponse

    from web.rights import Person

SESSION_COOKIE: Final = "wenshu_session"
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN_ENDPOINTS: Final = frozenset(
    {"static", "account.login", "account.login_post", "page.health", "page.set_theme"}
    | {"oidc.begin", "oidc.back"}
)
CHANGE_ENDPOINTS: Final = OPEN_ENDPOINTS | {
    "account.password",
    "account.password_post",
    "account.logout",
}
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; object-src 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}


class PageSessions(SecureCookieSessionInterface):
    """The signed cookie of a browser; secure wherever the request came over HTTPS."""

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002 - Flask's face
        """Whether the cookie is for HTTPS alone."""
        return is_secure()


def is_secure() -> bool:
    """Whether cookies may be marked as secure."""
    return request.is_secure or site().config.https_only


def set_up(app: Flask) -> None:
    """Put the gate before and the headers behind every request."""
    app.session_interface = PageSessions()
    app.before_request(_gate)
    app.after_request(_finish)
    app.teardown_request(gate.leave)


def _gate() -> AnyResponse | None:
    g.came = perf_counter()
    gate.enter()
    g.started = perf_counter()
    g.person = ANONYMOUS
    _check_host(request)
    endpoint = request.endpoint or ""
    if endpoint == "static":
        return None
    g.person = found = _identify(endpoint)
    if request.routing_exception is not None:
        return None  # no page answers: 404, 405 or a redirect to the right address
    if request.method not in SAFE_METHODS and not g.get("by_token"):
        _check_forgery(request)
    if found.must_change and endpoint not in CHANGE_ENDPOINTS:
        if request.path.startswith("/api/"):
            raise AccessDenied("请先在网页上改掉初始口令。")
        return redirect(url_for("account.password"))
    return None


def _check_host(asked: Request) -> None:
    """On loopback, a name that is not ours is another page's trick (DNS rebinding)."""
    config = site().config
    host = urlsplit(f"//{asked.host}").hostname or ""
    if not config.is_loopback or is_loopback(host) or host in config.allowed_hosts:
        return
    if config.proxy_address:
        return
    raise WrongHost(
        f"不能用“{host}”这个网址访问。",
        hint="请用 http://127.0.0.1 访问；需要别的网址时写进 wenshu.toml 的 [网页] 网址。",
    )


def _identify(endpoint: str) -> Person:
    here = site()
    if not here.wants_login:
        if request.environ.get(FORWARDED):
            raise AccessDenied(
                "本机方式不能经代理访问。",
                hint="请先用 wenshu user add 建立账号，并在 [网页] 中写明反向代理地址。",
            )
        return LOCAL_PERSON
    found = _by_proxy() or _by_token() or _by_session()
    if found is not None:
        return found
    if endpoint in OPEN_ENDPOINTS:
        return ANONYMOUS
    if here.config.intranet_reading and request.method in SAFE_METHODS:
        return ANONYMOUS
    raise LoginNeeded


def _by_proxy() -> Person | None:
    name = str(request.environ.get(TOLD_USER) or "")
    if not name:
        return None
    try:
        account = site().accounts.get(name)
    except (NotFoundError, ValueError):
        raise AccessDenied(
            "统一登录的用户在这里没有账号。", hint="请系统管理员用 wenshu user add 建立同名账号。"
        ) from None
    if account.disabled:
        raise AccessDenied("您的账号已停用。", hint="请联系系统管理员。")
    return account.person


def _by_token() -> Person | None:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not request.path.startswith("/api/"):
        return None
    account = site().accounts.by_token(value.strip())
    if account is None:
        raise LoginNeeded("令牌无效或已收回。")
    g.by_token = True
    return account.person


def _by_session() -> Person | None:
    value = request.cookies.get(SESSION_COOKIE, "")
    if not value:
        return None
    config = site().config
    account = site().accounts.by_session(
        value, idle=config.session_hours * 3600, longest=config.session_days * 86400
    )
    return account.person if account else None


# -- forged requests ------------------------------------------------------------------------------


def csrf_token() -> str:
    """The token that this browser's forms carry, bound to its session, masked anew each time."""
    if (later := g.get("csrf_token")) is not None:
        return str(later)  # the page is kept; whoever sends it puts the token in
    mask = secrets.token_bytes(hashlib.sha256().digest_size)
    return mask.hex() + _masked(session_token(), mask).hex()


def session_token() -> bytes:
    """What the tokens of one session have in common."""
    if "id" not in session:
        session["id"] = secrets.token_urlsafe(24)
    bound = f"{session['id']}|{request.cookies.get(SESSION_COOKIE, '')}"
    return hmac.new(site().secret, bound.encode(), hashlib.sha256).digest()


def _masked(token: bytes, mask: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(token, mask, strict=True))


def _unmasked(given: str) -> bytes:
    """The token within what a form brought; empty where it is none."""
    try:
        both = bytes.fromhex(given)
    except ValueError:
        return b""
    half = len(both) // 2
    return _masked(both[half:], both[:half]) if len(both) == 2 * half > 0 else b""


def _check_forgery(asked: Request) -> None:
    refused = ForgedRequest(hint="请返回上一页，刷新后重试；填写的内容不会丢失。")
    if asked.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise refused
    origin = asked.headers.get("Origin")
    if origin and origin != "null" and urlsplit(origin).netloc != asked.host:
        raise refused
    given = asked.headers.get("X-CSRF-Token") or asked.form.get("csrf", "")
    if "id" not in session or not hmac.compare_digest(_unmasked(given), session_token()):
        raise refused


def _finish(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "private, no-cache")
    if is_secure():
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if (started := g.get("started")) is not None:
        took, waited = (perf_counter() - started) * 1000, (started - g.came) * 1000
        response.headers["Server-Timing"] = f"app;dur={took:.1f}, wait;dur={waited:.1f}"
    return response


def safe_next(target: str) -> str:
    """Where to go after the log-in: only pages of our own."""
    parts = urlsplit(target)
    good = target.startswith("/") and not target.startswith(("//", "/\\"))
    if (
        not good
        or parts.scheme
        or parts.netloc
        or "\\" in target
        or any(ord(c) < 32 for c in target)
    ):
        return url_for("find.home")
    return target

"""Coming in by the company's provider: there, and back with a checked answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import Blueprint, request, session, url_for

from store.exceptions import NotFoundError
from web import gate, oidc
from web.pages.account import enter
from web.security import safe_next
from web.site import site

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from web.oidc_settings import OidcSettings

blueprint = Blueprint("oidc", __name__, url_prefix="/account/oidc")
_NEXT = "oidc_next"


def _settings() -> OidcSettings:
    found = site().config.oidc
    if found is None:
        raise NotFoundError("没有设置统一登录。", hint="请用账号和口令登录。")
    return found


@blueprint.get("")
def begin() -> Response:
    """To the provider; state, nonce and the code's verifier stay in the signed cookie."""
    settings = _settings()
    session[_NEXT] = safe_next(request.args.get("next", "/"))
    with gate.outside():
        provider = oidc.client(settings)
        found = provider.authorize_redirect(url_for("oidc.back", _external=True))
    return cast("Response", found)


@blueprint.get("/back")
def back() -> Response:
    """Back from the provider."""
    settings = _settings()
    with gate.outside():
        claims = oidc.claims_of(settings)
    account = oidc.account_of(site().accounts, settings, claims)
    return enter(account, safe_next(session.pop(_NEXT, "/")), "统一登录")

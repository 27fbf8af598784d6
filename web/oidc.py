"""Log-in by the company's OpenID Connect provider: settings, the client, whom a token speaks of.

The code flow with PKCE, state and nonce is Authlib's (extra `oidc`). Here stand its client, what
the environment sets, and how claims become an account: bound to issuer and subject, never to a
name alone, so that nobody gets another's account by choosing its name.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from flask import current_app

from store.exceptions import ConflictError, EnvironmentRefused
from web.config import is_loopback
from web.oidc_settings import OidcSettings
from web.refusals import LoginRefused
from web.rights import ROLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from web.accounts import Account, Accounts

ENVIRONMENT: Final = {
    "issuer": "WENSHU_OIDC_ISSUER",
    "client": "WENSHU_OIDC_CLIENT",
    "secret": "WENSHU_OIDC_SECRET",
    "secret_file": "WENSHU_OIDC_SECRET_FILE",
}
ALGORITHMS: Final = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
)
SECONDS: Final = 15
_LONGEST: Final = 64


def from_environment(settings: OidcSettings | None) -> OidcSettings | None:
    """The settings with what the environment says; None where there is no provider.

    Raises:
        EnvironmentRefused: They are incomplete or unsafe, or the extra is not installed.
    """
    said = {name: os.environ[key] for name, key in ENVIRONMENT.items() if os.environ.get(key)}
    if settings is None and "issuer" not in said:
        return None
    found = replace(settings or OidcSettings(), **said)  # type: ignore[arg-type] # all texts
    if not found.issuer or not found.client:
        raise EnvironmentRefused(
            "统一登录的设置不完整。",
            hint="请在 wenshu.toml 的 [网页.统一登录] 写明发行方和客户端。",
        )
    parts = urlsplit(found.issuer)
    local = is_loopback(parts.hostname or "")
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        raise EnvironmentRefused(
            f"统一登录的发行方“{found.issuer}”不是 https 网址。", hint="口令不能经明文传送。"
        )
    _demand_extra()
    return replace(found, issuer=found.issuer.rstrip("/"), secret=_secret(found))


def _secret(settings: OidcSettings) -> str:
    if settings.secret:
        return settings.secret
    if not settings.secret_file:
        return ""  # a public client; PKCE protects the code
    try:
        return Path(settings.secret_file).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise EnvironmentRefused(
            f"统一登录的密钥文件 {settings.secret_file} 无法读取。", hint="请核对位置和权限。"
        ) from error


def _demand_extra() -> None:
    try:
        import authlib.integrations.flask_client  # noqa: F401, PLC0415 - an extra
    except ImportError as error:
        raise EnvironmentRefused(
            "设置了统一登录，但没有安装所需的组件。",
            hint='请运行 pip install "wenshu[oidc]" 后再启动。',
        ) from error


# -- the provider -----------------------------------------------------------------------------


def client(settings: OidcSettings) -> Any:
    """Authlib's client of the provider; made once for an application.

    Raises:
        EnvironmentRefused: The provider cannot be reached, or is another.
    """
    from requests import RequestException  # noqa: PLC0415 - an extra

    if "wenshu.oidc" not in current_app.extensions:
        current_app.extensions["wenshu.oidc"] = _make(settings)
    found = current_app.extensions["wenshu.oidc"]
    try:
        metadata = found.load_server_metadata()
    except (RequestException, ValueError) as error:
        raise EnvironmentRefused(
            "连不上统一登录服务器。", hint="请稍后再试，或用本地账号登录；并告诉系统管理员。"
        ) from error
    if str(metadata.get("issuer", "")).rstrip("/") != settings.issuer:
        raise EnvironmentRefused(
            "统一登录服务器自称的发行方与设置不符，没有继续。", hint="请系统管理员核对设置。"
        )
    offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
    metadata["id_token_signing_alg_values_supported"] = [a for a in offered if a in ALGORITHMS]
    return found


def _make(settings: OidcSettings) -> Any:
    from authlib.integrations.flask_client import OAuth  # noqa: PLC0415 - an extra

    return OAuth(current_app).register(  # type: ignore[no-untyped-call]
        "oidc",
        client_id=settings.client,
        client_secret=settings.secret or None,
        server_metadata_url=f"{settings.issuer}/.well-known/openid-configuration",
        client_kwargs={
            "scope": settings.scope,
            "code_challenge_method": "S256",
            "default_timeout": SECONDS,
            **({} if settings.secret else {"token_endpoint_auth_method": "none"}),
        },
    )


def claims_of(settings: OidcSettings) -> Mapping[str, object]:
    """What the provider vouches for, after its answer in this request was checked.

    Raises:
        LoginRefused: State, code, signature, audience or nonce do not fit, or it was broken off.
        EnvironmentRefused: The provider cannot be reached.
    """
    from authlib.common.errors import AuthlibBaseError  # noqa: PLC0415 - an extra
    from joserfc.errors import JoseError  # noqa: PLC0415
    from requests import RequestException  # noqa: PLC0415

    provider = client(settings)
    options = {
        "iss": {"essential": True, "value": provider.server_metadata["issuer"]},
        "aud": {"essential": True, "value": settings.client},
    }
    try:
        token = provider.authorize_access_token(claims_options=options)
    except (AuthlibBaseError, JoseError, ValueError) as error:
        raise LoginRefused(
            "统一登录没有成功：验证没有通过，或者已经过期。", hint="请回到登录页再试一次。"
        ) from error
    except RequestException as error:
        raise EnvironmentRefused("连不上统一登录服务器。", hint="请稍后再试。") from error
    found = token.get("userinfo")
    if not found or not found.get("sub"):
        raise LoginRefused("统一登录服务器没有说明是谁。", hint="请系统管理员核对范围（openid）。")
    return dict(found)


# -- accounts ---------------------------------------------------------------------------------


def account_of(accounts: Accounts, settings: OidcSettings, claims: Mapping[str, object]) -> Account:
    """The account of a person, made or brought up to date.

    Raises:
        LoginRefused: No role is meant for the person, the account is disabled, or another account
            has the name.
    """
    subject = f"{settings.issuer}|{claims['sub']}"
    role = _role(settings, claims) or settings.default_role
    name = _text(claims.get(settings.name_claim)) or _text(claims["sub"])
    known = accounts.by_subject(subject)
    if known is not None and known.disabled:
        raise LoginRefused("您的账号已停用。", hint="请联系系统管理员。")
    if not role:
        if known is not None:  # what was opened with a role that is gone
            accounts.end_access(known.id)
        raise LoginRefused(
            "您的统一登录账号在这里没有对应的角色。", hint="需要使用请联系系统管理员。"
        )
    display = _text(claims.get(settings.display_claim))
    department = _text(claims.get(settings.department_claim))
    told = {"display": display, "department": department}
    if known is not None:
        return accounts.update_external(known, role=role, **told)
    try:
        return accounts.add_external(
            subject,
            name,
            role=role,
            claim=settings.claim_names,
            **told,
        )
    except ConflictError as error:
        raise LoginRefused(error.message, hint=error.hint) from error


def _role(settings: OidcSettings, claims: Mapping[str, object]) -> str:
    """The highest role that the claims mean; empty for none."""
    said = claims.get(settings.role_claim)
    values = [str(item) for item in said] if isinstance(said, list) else [str(said or "")]
    meant = {settings.roles[value] for value in values if value in settings.roles}
    found = [role.value for role in ROLES if role.value in meant]
    return found[-1] if found else ""


def _text(value: object) -> str:
    return " ".join(str(value or "").split())[:_LONGEST]

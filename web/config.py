"""How the page is served: address, log-in, limits; from the command line and from [网页]."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from store.exceptions import InputError
from web.oidc_settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from web.oidc_settings import OidcSettings

MEGABYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class WebConfig:
    """Everything that can be set.

    Attributes:
        host, port: Where it listens.
        read_only: Nothing in the workspace may be changed through the page.
        intranet_reading: Public texts in force may be read without log-in.
        session_hours: After so many hours without a click a session ends.
        session_days: After so many days it ends in any case.
        https_only: Cookies are sent over HTTPS alone, whatever this end sees.
        proxy_address: The reverse proxy whose headers are believed; empty for none.
        proxy_user_header: The header in which the proxy names the person.
        max_upload: Bytes of a request's body.
        max_form: Bytes of a request's body without files.
        refresh_seconds: How often, at most, the disk is looked at.
        allowed_hosts: Further names under which the page may be called.
        oidc: The provider that vouches for people; None without one.
    """

    host: str = "127.0.0.1"
    port: int = 8520
    read_only: bool = False
    intranet_reading: bool = False
    session_hours: float = 12.0
    session_days: float = 14.0
    https_only: bool = False
    proxy_address: str = ""
    proxy_user_header: str = ""
    max_upload: int = 50 * MEGABYTE
    max_form: int = 4 * MEGABYTE
    refresh_seconds: float = 1.0
    allowed_hosts: tuple[str, ...] = ()
    oidc: OidcSettings | None = None

    @property
    def is_loopback(self) -> bool:
        """Whether only this computer can reach the page."""
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Whether a name or address means this computer alone."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).strip() in {"是", "开", "true"}:
        return True
    if str(value).strip() in {"否", "关", "false"}:
        return False
    raise ValueError("应写 true 或 false")


def _number(value: object) -> float:
    number = float(str(value))
    if not 0 < number < 100_000:
        raise ValueError("应为大于 0 的数")
    return number


def _names(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in (value if isinstance(value, list) else [value]))


def _bytes(value: object) -> int:
    return int(_number(value) * MEGABYTE)


_SETTINGS: Final[dict[str, tuple[str, Callable[[object], object]]]] = {
    "内网免登录阅读": ("intranet_reading", _flag),
    "登录有效小时": ("session_hours", _number),
    "登录最长天数": ("session_days", _number),
    "仅用HTTPS": ("https_only", _flag),
    "反向代理地址": ("proxy_address", str),
    "反向代理用户头": ("proxy_user_header", str),
    "上传上限MB": ("max_upload", _bytes),
    "网址": ("allowed_hosts", _names),
    "统一登录": ("oidc", read_settings),
}


def with_settings(config: WebConfig, table: object, path: str) -> WebConfig:
    """The configuration with what [网页] of `wenshu.toml` says.

    Raises:
        InputError: A key is unknown, or a value cannot be used.
    """
    if not table:
        return config
    if not isinstance(table, dict):
        raise InputError(f"设置文件 {path} 中 [网页] 应为表。", path=path)
    return replace(config, **_read(table, path))  # type: ignore[arg-type]


def _read(table: Mapping[str, object], path: str) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in table.items():
        if key not in _SETTINGS:
            known = "、".join(_SETTINGS)
            raise InputError(
                f"设置文件 {path} 的 [网页] 中没有“{key}”这一项。",
                hint=f"可用的：{known}",
                path=path,
            )
        name, convert = _SETTINGS[key]
        try:
            found[name] = convert(value)
        except ValueError as error:
            raise InputError(
                f"设置文件 {path} 的 [网页] {key} 有误：{error}。", path=path
            ) from error
    if found.get("proxy_user_header") and not found.get("proxy_address"):
        raise InputError(
            f"设置文件 {path} 的 [网页] 写了反向代理用户头，却没有反向代理地址。",
            hint="请写明代理服务器的 IP 地址，否则任何人都能冒充。",
            path=path,
        )
    return found

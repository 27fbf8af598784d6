"""The settings of `[网页.统一登录]`: who vouches for people, and what its claims mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from web.rights import ROLES, role_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAMES: Final = {
    "发行方": "issuer", "客户端": "client", "密钥文件": "secret_file", "范围": "scope",
    "账号声明": "name_claim", "姓名声明": "display_claim", "部门声明": "department_claim",
    "角色声明": "role_claim", "缺省角色": "default_role", "按钮": "button",
    "认领同名账号": "claim_names",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """Who vouches for people, and what its claims mean.

    Attributes:
        issuer: The provider's address.
        client: The name under which Wenshu is known there.
        secret_file: Where the client's secret lies; else it is in the environment.
        secret: The secret itself, from the environment.
        scope: What is asked for.
        name_claim, display_claim, department_claim: The account's name, the person's, the 部门.
        role_claim: Whose values `roles` maps; a text or a list of texts.
        roles: Value → role.
        default_role: For people of whom no value is mapped; empty lets them not in.
        button: What the log-in page calls it.
        claim_names: A local account of the same name becomes the person's; else it is refused.
    """

    issuer: str = ""
    client: str = ""
    secret_file: str = ""
    secret: str = field(default="", repr=False)
    scope: str = "openid profile email"
    name_claim: str = "preferred_username"
    display_claim: str = "name"
    department_claim: str = "department"
    role_claim: str = "groups"
    roles: Mapping[str, str] = field(default_factory=dict)
    default_role: str = ""
    button: str = "用公司统一登录"
    claim_names: bool = False


def read_settings(value: object) -> OidcSettings:
    """The settings of a table.

    Raises:
        ValueError: A key is unknown, or a role is none.
    """
    if not isinstance(value, dict):
        raise ValueError("应为表")  # noqa: TRY004 - told as every wrong setting
    table = dict(value)
    roles = table.pop("角色", {})
    if unknown := set(table) - set(_NAMES):
        known = "、".join((*_NAMES, "角色"))
        raise ValueError(f"没有“{min(unknown)}”这一项，可用的：{known}")
    if not isinstance(roles, dict):
        raise ValueError('角色应为表，如 "hr" = "制度管理员"')  # noqa: TRY004
    claim = table.pop("认领同名账号", False)
    if not isinstance(claim, bool):
        raise ValueError("认领同名账号应写 true 或 false")  # noqa: TRY004
    given = {_NAMES[key]: str(item).strip() for key, item in table.items()}
    mapped = {str(key): str(role) for key, role in roles.items()}
    for role in (*mapped.values(), given.get("default_role", "")):
        if role and role_of(role) is None:
            raise ValueError(f"没有“{role}”这个角色，可用的：{'、'.join(r.value for r in ROLES)}")
    return OidcSettings(**given, roles=mapped, claim_names=claim)

"""What one running page holds, and what a request knows: the site, the person, the view."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, cast

from flask import current_app, flash, g, request

from store.exceptions import EnvironmentRefused
from store.files import is_network_path
from store.settings import FILE_NAME as SETTINGS_NAME
from web.accounts import Accounts
from web.config import WebConfig, with_settings
from web.database import FILE_NAME, Database
from web.library import Library
from web.oidc import from_environment
from web.refusals import AccessDenied
from web.rights import Rights
from web.unfinished import Unfinished

if TYPE_CHECKING:
    from pathlib import Path

    from store import Workspace
    from web.library import View
    from web.rights import Act, Person

LOG: Final = logging.getLogger("wenshu.web")


@dataclass(slots=True)
class Site:
    """One workspace, its accounts and how it is served."""

    config: WebConfig
    library: Library
    database: Database
    accounts: Accounts
    secret: bytes

    @classmethod
    def open(cls, workspace_path: str | Path, config: WebConfig | None) -> Site:
        """Open everything; nothing is served yet.

        Raises:
            WenshuError: The workspace, its settings or the database cannot be used.
        """
        given = config or WebConfig()
        library = Library(workspace_path, refresh_seconds=given.refresh_seconds)
        workspace = library.state().workspace
        path = workspace.root / SETTINGS_NAME
        full = with_settings(given, workspace.settings.raw.get("网页"), str(path))
        full = replace(full, oidc=from_environment(full.oidc))
        database = open_database(workspace)
        return cls(full, library, database, Accounts(database), database.secret("page"))

    @property
    def wants_login(self) -> bool:
        """Whether people have to log in: off this computer, or once somebody can."""
        return not self.config.is_loopback or self.can_log_in

    @property
    def can_log_in(self) -> bool:
        """Whether there are accounts, or a provider that vouches for people."""
        return self.accounts.any() or self.config.oidc is not None


def open_database(workspace: Workspace) -> Database:
    """The accounts' database; in memory where the workspace cannot be written."""
    folder = workspace.data
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError:
        if not (folder / FILE_NAME).is_file():
            return Database(None)
    # WAL needs shared memory, which network drives lack.
    return Database(folder / FILE_NAME, wal=not is_network_path(workspace.root))


def site() -> Site:
    """The site of this application."""
    return cast("Site", current_app.extensions["wenshu"])


def person() -> Person:
    """Who is asking."""
    return cast("Person", g.person)


def rights() -> Rights:
    """What the person may do."""
    if "rights" not in g:
        workspace = site().library.state().workspace
        g.rights = Rights(
            person(), workspace.settings.confidentiality, read_only=site().config.read_only
        )
    return cast("Rights", g.rights)


def view() -> View:
    """The library as the person sees it; one state through a whole request."""
    if "view" not in g:
        g.view = site().library.view(rights())
    return cast("View", g.view)


def renew_view() -> View:
    """The library after something was written in this request."""
    site().library.notice()
    g.pop("view", None)
    return view()


def demand(act: Act) -> None:
    """Refuse what the person's role does not allow.

    Raises:
        AccessDenied: With the reason.
    """
    if rights().may(act):
        return
    if site().config.read_only and rights().person.role.value in {"制度管理员", "系统管理员"}:
        raise AccessDenied(
            "现在是只读方式，不能修改。", hint="请系统管理员去掉 --read-only 后重新启动。"
        )
    raise AccessDenied(
        f"您的账号不能“{act.value}”。",
        hint=f"您的角色是“{person().role.value}”。需要这项权限请联系系统管理员。",
    )


def note(action: str, target: str = "", detail: str = "") -> None:
    """Write into the record what the person did.

    The deed is done: where the record cannot be written, the person and the log are told.
    """
    try:
        site().accounts.note(person().name, request.remote_addr or "", action, target, detail)
    except EnvironmentRefused as error:
        LOG.exception("not recorded: %s %s by %s", action, target, person().name)
        flash(f"“{action}”已完成，但没有记入操作记录。{error.message}请告诉系统管理员。", "bad")


def unfinished(sort: str) -> Unfinished:
    """The person's unfinished work of a sort."""
    return Unfinished(site().database, person().name, sort)

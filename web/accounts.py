"""Accounts: who may come in, passwords, sessions, tokens for scripts, and the record of acts."""

from __future__ import annotations

import hashlib
import secrets
import time
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Final

from werkzeug.security import check_password_hash, generate_password_hash

from store.exceptions import ConflictError, EnvironmentRefused, InvalidValue, NotFoundError
from web.passwords import check_password
from web.refusals import TooManyTries
from web.rights import ROLES, Person, Role, role_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from web.database import Database

METHOD: Final = "scrypt"
FREE_TRIES: Final = 5
FIRST_WAIT: Final = 30
LONGEST_WAIT: Final = 15 * 60
FORGET_AFTER: Final = 60 * 60
TOKEN_PREFIX: Final = "wst_"  # noqa: S105 - no password
_COLUMNS: Final = "id, name, display, role, department, level, disabled, must_change, created"
_JOINED: Final = ", ".join(f"account.{name}" for name in _COLUMNS.split(", "))


@dataclass(frozen=True, slots=True)
class Account:
    """One account, without its password."""

    id: int
    name: str
    display: str
    role: Role
    department: str
    level: str
    disabled: bool
    must_change: bool
    created: str

    @property
    def person(self) -> Person:
        """Who it is at the page."""
        return Person(
            self.name,
            self.role,
            self.display,
            self.department,
            self.level,
            self.id,
            self.must_change,
        )


@dataclass(frozen=True, slots=True)
class Act:
    """A line of the record: who did what when, and from where."""

    at: str
    who: str
    address: str
    action: str
    target: str
    detail: str


class Accounts:
    """The accounts of one workspace."""

    def __init__(self, database: Database) -> None:
        """Use this database."""
        self._db = database

    @cached_property
    def _dummy(self) -> str:
        """What an unknown name's password is compared with, so that it takes as long."""
        return generate_password_hash(secrets.token_hex(8), METHOD)

    # -- accounts ---------------------------------------------------------------------------------

    def any(self) -> bool:
        """Whether there is an account at all."""
        return self._db.row("SELECT 1 FROM account LIMIT 1") is not None

    def all(self) -> list[Account]:
        """All accounts by name."""
        rows = self._db.rows(f"SELECT {_COLUMNS} FROM account ORDER BY name")  # noqa: S608
        return [_account(row) for row in rows]

    def get(self, name: str) -> Account:
        """The account of this name.

        Raises:
            NotFoundError: There is none.
        """
        row = self._db.row(
            f"SELECT {_COLUMNS} FROM account WHERE name = ?",  # noqa: S608
            _clean_name(name),
        )
        if row is None:
            raise NotFoundError(f"没有账号“{name}”。", hint="用 wenshu user list 查看全部账号。")
        return _account(row)

    def add(
        self,
        name: str,
        password: str,
        *,
        role: str = Role.STAFF,
        display: str = "",
        department: str = "",
        level: str = "",
        must_change: bool = False,
    ) -> Account:
        """Make an account.

        Raises:
            InvalidValue: Name, role or password cannot be used.
            ConflictError: There is one of this name.
        """
        name = _clean_name(name)
        known = role_of(role)
        if known is None:
            raise InvalidValue(
                f"没有“{role}”这个角色。", hint="可用的角色：" + "、".join(r.value for r in ROLES)
            )
        check_password(password, name)
        if self._db.row("SELECT 1 FROM account WHERE name = ?", name):
            raise ConflictError(f"账号“{name}”已经存在。", hint="改口令用 wenshu user password。")
        self._db.insert(
            "INSERT INTO account (name, display, role, department, level, password, must_change,"
            " created) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            name,
            display.strip(),
            known.value,
            department.strip(),
            level.strip(),
            generate_password_hash(password, METHOD),
            int(must_change),
            _now(),
        )
        return self.get(name)

    def change(self, name: str, *, role: str, department: str, level: str, display: str) -> None:
        """Change what an account may do.

        Raises:
            InvalidValue: There is no such role.
        """
        account = self.get(name)
        known = role_of(role)
        if known is None:
            raise InvalidValue(f"没有“{role}”这个角色。")
        self._db.run(
            "UPDATE account SET role = ?, department = ?, level = ?, display = ? WHERE id = ?",
            known.value,
            department.strip(),
            level.strip(),
            display.strip(),
            account.id,
        )

    def set_password(self, name: str, password: str, *, must_change: bool = False) -> None:
        """Set a password; every session of the account ends.

        Raises:
            InvalidValue: The password is too weak.
        """
        account = self.get(name)
        check_password(password, account.name)
        self._db.run(
            "UPDATE account SET password = ?, must_change = ? WHERE id = ?",
            generate_password_hash(password, METHOD),
            int(must_change),
            account.id,
        )
        self.end_all(account.id)
        self._db.run("DELETE FROM failure WHERE key = ?", f"name:{account.name.lower()}")

    # -- accounts that a provider vouches for ---------------------------------------------------

    def by_subject(self, subject: str) -> Account | None:
        """The account that belongs to somebody at a provider."""
        row = self._db.row(
            f"SELECT {_COLUMNS} FROM account WHERE subject = ?",  # noqa: S608
            subject,
        )
        return _account(row) if row is not None and subject else None

    def add_external(
        self,
        subject: str,
        name: str,
        *,
        role: str,
        usual: str,
        display: str,
        department: str,
        claim: bool,
    ) -> Account:
        """Make an account without a password, or with `claim` take a local one of that name.

        Args:
            subject: Who it is at the provider.
            name: The account's name.
            role: What the provider's claims mean; empty for nothing.
            usual: A new account's role then.
            display: The name for people.
            department: Their department.
            claim: A local account of that name becomes the person's.

        Raises:
            ConflictError: There is one of this name that is not the person's.
            InvalidValue: The name cannot be used.
        """
        name = _clean_name(name)
        row = self._db.row("SELECT subject FROM account WHERE name = ?", name)
        if row is not None and (row["subject"] or not claim):
            raise ConflictError(
                f"这里已有一个叫“{name}”的账号，不属于统一登录。", hint="请联系系统管理员。"
            )
        if row is None:
            self._db.insert(
                "INSERT INTO account (name, role, created) VALUES (?, ?, ?)",
                name,
                role or usual,
                _now(),
            )
        self._db.run("UPDATE account SET subject = ? WHERE name = ?", subject, name)
        known = self.get(name)
        return self.update_external(known, role=role, display=display, department=department)

    def update_external(
        self, account: Account, *, role: str, display: str, department: str
    ) -> Account:
        """Take over what the provider says; what it leaves out stays."""
        self.change(
            account.name,
            role=role or account.role.value,
            display=display or account.display,
            department=department or account.department,
            level=account.level,
        )
        return self.get(account.name)

    def disable(self, name: str, *, disabled: bool = True) -> None:
        """Shut an account out, or let it in again; its sessions end, its tokens rest."""
        account = self.get(name)
        self._db.run("UPDATE account SET disabled = ? WHERE id = ?", int(disabled), account.id)
        if disabled:
            self.end_all(account.id)

    # -- log-in -----------------------------------------------------------------------------------

    def log_in(self, name: str, password: str, address: str) -> Account | None:
        """The account when name and password fit; None otherwise, in the same time.

        Raises:
            TooManyTries: Too many failures for this name or from this address.
        """
        clean = unicodedata.normalize("NFKC", name).strip()[:64]
        keys = (f"name:{clean.lower()}", f"address:{address}")
        self._refuse_tries(keys)
        row = self._db.row(
            f"SELECT {_COLUMNS}, password FROM account WHERE name = ?",  # noqa: S608
            clean,
        )
        fits = check_password_hash(row["password"] if row else self._dummy, password[:1024])
        if row is None or not fits or row["disabled"]:
            self._count_failure(keys)
            return None
        for key in keys:
            self._db.run("DELETE FROM failure WHERE key = ?", key)
        return _account(row)

    def _refuse_tries(self, keys: Sequence[str]) -> None:
        now = int(time.time())
        for key in keys:
            row = self._db.row("SELECT count, at FROM failure WHERE key = ?", key)
            if row is None or now - row["at"] > FORGET_AFTER:
                continue
            free = FREE_TRIES if key.startswith("name:") else FREE_TRIES * 4
            over = row["count"] - free
            if over >= 0:
                wait = min(FIRST_WAIT * 2 ** min(over, 10), LONGEST_WAIT)
                if (left := row["at"] + wait - now) > 0:
                    raise TooManyTries(left)

    def _count_failure(self, keys: Sequence[str]) -> None:
        now = int(time.time())
        self._db.run("DELETE FROM failure WHERE at < ?", now - FORGET_AFTER)
        for key in keys:
            self._db.run(
                "INSERT INTO failure (key, count, at) VALUES (?, 1, ?)"
                " ON CONFLICT (key) DO UPDATE SET count = count + 1, at = excluded.at",
                key,
                now,
            )

    # -- sessions ---------------------------------------------------------------------------------

    def begin(self, account: Account, address: str, agent: str) -> str:
        """Begin a session; gives the value of its cookie."""
        value = secrets.token_urlsafe(32)
        now = int(time.time())
        self._db.run(
            "INSERT INTO session (hash, account, created, seen, address, agent)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            _hash(value),
            account.id,
            now,
            now,
            address,
            agent[:200],
        )
        return value

    def by_session(self, value: str, *, idle: float, longest: float) -> Account | None:
        """The account of a session that has not ended; `idle` and `longest` are seconds."""
        row = self._db.row(
            f"SELECT session.hash, session.created AS begun, session.seen, {_JOINED}"  # noqa: S608
            " FROM session JOIN account ON account.id = session.account WHERE session.hash = ?",
            _hash(value),
        )
        if row is None:
            return None
        now = int(time.time())
        if row["disabled"] or now - row["seen"] > idle or now - row["begun"] > longest:
            self.end(value)
            return None
        if now - row["seen"] > 60:
            with suppress(EnvironmentRefused):  # a full disk keeps nobody from reading
                self._db.run("UPDATE session SET seen = ? WHERE hash = ?", now, row["hash"])
        return _account(row)

    def end(self, value: str) -> None:
        """End one session."""
        self._db.run("DELETE FROM session WHERE hash = ?", _hash(value))

    def end_all(self, account_id: int) -> int:
        """End every session of an account; gives how many there were."""
        return self._db.run("DELETE FROM session WHERE account = ?", account_id)

    def sessions(self, account_id: int) -> list[dict[str, str]]:
        """The open sessions of an account, the last used first."""
        rows = self._db.rows(
            "SELECT * FROM session WHERE account = ? ORDER BY seen DESC", account_id
        )
        return [
            {
                "address": row["address"],
                "agent": row["agent"],
                "begun": _time(row["created"]),
                "seen": _time(row["seen"]),
            }
            for row in rows
        ]

    # -- tokens for scripts -----------------------------------------------------------------------

    def new_token(self, account_id: int, label: str) -> str:
        """Make a token; it is shown once, its hash is kept.

        Raises:
            InvalidValue: It has no label.
        """
        if not label.strip():
            raise InvalidValue("请写明这个令牌的用途。")
        value = TOKEN_PREFIX + secrets.token_urlsafe(32)
        self._db.insert(
            "INSERT INTO token (account, hash, label, created) VALUES (?, ?, ?, ?)",
            account_id,
            _hash(value),
            label.strip()[:80],
            _now(),
        )
        return value

    def tokens(self, account_id: int) -> list[dict[str, str]]:
        """The tokens of an account."""
        rows = self._db.rows("SELECT * FROM token WHERE account = ? ORDER BY id", account_id)
        return [
            {
                "id": str(row["id"]),
                "label": row["label"],
                "created": row["created"],
                "used": row["used"],
            }
            for row in rows
        ]

    def drop_token(self, account_id: int, token_id: int) -> None:
        """Withdraw a token."""
        self._db.run("DELETE FROM token WHERE account = ? AND id = ?", account_id, token_id)

    def by_token(self, value: str) -> Account | None:
        """The account of a token."""
        row = self._db.row(
            f"SELECT token.id AS token, token.used, {_JOINED}"  # noqa: S608 - our own columns
            " FROM token JOIN account ON account.id = token.account WHERE token.hash = ?",
            _hash(value),
        )
        if row is None or row["disabled"]:
            return None
        if row["used"][:16] != _now()[:16]:
            with suppress(EnvironmentRefused):
                self._db.run("UPDATE token SET used = ? WHERE id = ?", _now(), row["token"])
        return _account(row)

    # -- the record -------------------------------------------------------------------------------

    def note(self, who: str, address: str, action: str, target: str = "", detail: str = "") -> None:
        """Write down who did what."""
        self._db.insert(
            "INSERT INTO audit (at, who, address, action, target, detail)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            _now(),
            who,
            address,
            action,
            target[:300],
            detail[:500],
        )

    def record(
        self, *, who: str = "", action: str = "", limit: int = 200, offset: int = 0
    ) -> list[Act]:
        """Lines of the record, the newest first."""
        rows = self._db.rows(
            "SELECT at, who, address, action, target, detail FROM audit"
            " WHERE (? = '' OR who = ?) AND (? = '' OR action = ?)"
            " ORDER BY id DESC LIMIT ? OFFSET ?",
            who,
            who,
            action,
            action,
            limit,
            offset,
        )
        return [Act(*row) for row in rows]

    def recorded_actions(self) -> list[str]:
        """The acts that occur in the record."""
        return [row[0] for row in self._db.rows("SELECT DISTINCT action FROM audit ORDER BY 1")]


def _clean_name(name: str) -> str:
    clean = unicodedata.normalize("NFKC", name).strip()
    if not clean or len(clean) > 64 or any(ord(c) < 32 or c in "/\\<>\"'&" for c in clean):
        raise InvalidValue(
            f"“{name}”不能用作账号名。", hint="可用姓名、拼音或工号，不超过 64 个字。"
        )
    return clean


def _account(row: sqlite3.Row) -> Account:
    return Account(
        row["id"],
        row["name"],
        row["display"],
        role_of(row["role"]) or Role.STAFF,
        row["department"],
        row["level"],
        bool(row["disabled"]),
        bool(row["must_change"]),
        row["created"],
    )


def _hash(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M")

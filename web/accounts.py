"""Accounts: who may come in, passwords, sessions, tokens for scripts, and the record of acts."""

from __future__ import annotations

import secrets
import time
import unicodedata
from functools import cached_property
from typing import TYPE_CHECKING, Final

from werkzeug.security import check_password_hash, generate_password_hash

from store.exceptions import ConflictError, InvalidValue, NotFoundError
from web.account_rows import COLUMNS, Account, account_of, clean_name, now
from web.account_sessions import Sessions
from web.passwords import check_password
from web.record import Act, Record
from web.refusals import TooManyTries
from web.rights import ROLES, Role, role_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from web.database import Database

METHOD: Final = "scrypt"
FREE_TRIES: Final = 5
FIRST_WAIT: Final = 30
LONGEST_WAIT: Final = 15 * 60
FORGET_AFTER: Final = 60 * 60

__all__ = ["Account", "Accounts", "Act"]


class Accounts(Sessions, Record):
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
        rows = self._db.rows(f"SELECT {COLUMNS} FROM account ORDER BY name")  # noqa: S608
        return [account_of(row) for row in rows]

    def get(self, name: str) -> Account:
        """The account of this name.

        Raises:
            NotFoundError: There is none.
        """
        row = self._db.row(
            f"SELECT {COLUMNS} FROM account WHERE name = ?",  # noqa: S608
            clean_name(name),
        )
        if row is None:
            raise NotFoundError(f"没有账号“{name}”。", hint="用 wenshu user list 查看全部账号。")
        return account_of(row)

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
        name = clean_name(name)
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
            now(),
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
            f"SELECT {COLUMNS} FROM account WHERE subject = ?",  # noqa: S608
            subject,
        )
        return account_of(row) if row is not None and subject else None

    def is_external(self, account_id: int) -> bool:
        """Whether a provider vouches for the account."""
        row = self._db.row("SELECT subject FROM account WHERE id = ?", account_id)
        return row is not None and bool(row["subject"])

    def add_external(
        self,
        subject: str,
        name: str,
        *,
        role: str,
        display: str,
        department: str,
        claim: bool,
    ) -> Account:
        """Make an account without a password, or with `claim` take a local one of that name.

        Args:
            subject: Who it is at the provider.
            name: The account's name.
            role: What the provider's claims mean, or the usual role.
            display: The name for people.
            department: Their department.
            claim: A local account of that name becomes the person's.

        Raises:
            ConflictError: There is one of this name that is not the person's.
            InvalidValue: The name cannot be used.
        """
        name = clean_name(name)
        row = self._db.row("SELECT subject FROM account WHERE name = ?", name)
        if row is not None and (row["subject"] or not claim):
            raise ConflictError(
                f"这里已有一个叫“{name}”的账号，不属于统一登录。", hint="请联系系统管理员。"
            )
        if row is None:
            self._db.insert(
                "INSERT INTO account (name, role, created) VALUES (?, ?, ?)",
                name,
                role,
                now(),
            )
        self._db.run("UPDATE account SET subject = ? WHERE name = ?", subject, name)
        known = self.get(name)
        return self.update_external(known, role=role, display=display, department=department)

    def update_external(
        self, account: Account, *, role: str, display: str, department: str
    ) -> Account:
        """Take over what the provider says; a name or department that it leaves out stays.

        Who loses a role loses what was opened with it: sessions elsewhere, and tokens.
        """
        known = role_of(role) or Role.STAFF
        self.change(
            account.name,
            role=known.value,
            display=display or account.display,
            department=department or account.department,
            level=account.level,
        )
        if ROLES.index(known) < ROLES.index(account.role):
            self.end_access(account.id)
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
            f"SELECT {COLUMNS}, password FROM account WHERE name = ?",  # noqa: S608
            clean,
        )
        fits = check_password_hash(row["password"] if row else self._dummy, password[:1024])
        if row is None or not fits or row["disabled"]:
            self._count_failure(keys)
            return None
        for key in keys:
            self._db.run("DELETE FROM failure WHERE key = ?", key)
        return account_of(row)

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

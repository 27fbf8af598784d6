"""An account as its row in the database says, and the helpers of all that is kept about it."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from store.exceptions import InvalidValue
from web.rights import Person, Role, role_of

if TYPE_CHECKING:
    import sqlite3

COLUMNS: Final = "id, name, display, role, department, level, disabled, must_change, created"
JOINED: Final = ", ".join(f"account.{name}" for name in COLUMNS.split(", "))


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


def clean_name(name: str) -> str:
    r"""A name in its usual form.

    Raises:
        InvalidValue: It cannot be an account\'s name.
    """
    clean = unicodedata.normalize("NFKC", name).strip()
    if not clean or len(clean) > 64 or any(ord(c) < 32 or c in "/\\<>\"'&" for c in clean):
        raise InvalidValue(
            f"“{name}”不能用作账号名。", hint="可用姓名、拼音或工号，不超过 64 个字。"
        )
    return clean


def account_of(row: sqlite3.Row) -> Account:
    """An account from its row."""
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


def hash_of(value: str) -> str:
    r"""What is kept of a session\'s or a token\'s value."""
    return hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()


def now() -> str:
    """Now, ISO with seconds and zone."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


def time_text(seconds: int) -> str:
    """A moment as people read it, from seconds since 1970."""
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M")

"""The record of acts: who did what when, and from where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from web.account_rows import now

if TYPE_CHECKING:
    from web.database import Database


@dataclass(frozen=True, slots=True)
class Act:
    """A line of the record: who did what when, and from where."""

    at: str
    who: str
    address: str
    action: str
    target: str
    detail: str


class Record:
    """The part of `web.accounts.Accounts` that writes down acts."""

    _db: Database

    # -- the record -------------------------------------------------------------------------------

    def note(self, who: str, address: str, action: str, target: str = "", detail: str = "") -> None:
        """Write down who did what."""
        self._db.insert(
            "INSERT INTO audit (at, who, address, action, target, detail)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            now(),
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

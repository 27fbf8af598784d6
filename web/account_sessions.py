"""Sessions of browsers and tokens of scripts: made, recognised, ended; only hashes are kept."""

from __future__ import annotations

import secrets
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from store.exceptions import EnvironmentRefused, InvalidValue
from web.account_rows import JOINED, account_of, hash_of, now, time_text

if TYPE_CHECKING:
    from web.account_rows import Account
    from web.database import Database

TOKEN_PREFIX: Final = "wst_"  # noqa: S105 - no password


class Sessions:
    """The part of `web.accounts.Accounts` that recognises browsers and scripts."""

    _db: Database

    # -- sessions ---------------------------------------------------------------------------------

    def begin(self, account: Account, address: str, agent: str) -> str:
        """Begin a session; gives the value of its cookie."""
        value = secrets.token_urlsafe(32)
        now = int(time.time())
        self._db.run(
            "INSERT INTO session (hash, account, created, seen, address, agent)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            hash_of(value),
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
            f"SELECT session.hash, session.created AS begun, session.seen, {JOINED}"  # noqa: S608
            " FROM session JOIN account ON account.id = session.account WHERE session.hash = ?",
            hash_of(value),
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
        return account_of(row)

    def end(self, value: str) -> None:
        """End one session."""
        self._db.run("DELETE FROM session WHERE hash = ?", hash_of(value))

    def end_all(self, account_id: int) -> int:
        """End every session of an account; gives how many there were."""
        return self._db.run("DELETE FROM session WHERE account = ?", account_id)

    def end_access(self, account_id: int) -> None:
        """End every session of an account and withdraw its tokens."""
        self.end_all(account_id)
        self._db.run("DELETE FROM token WHERE account = ?", account_id)

    def sessions(self, account_id: int) -> list[dict[str, str]]:
        """The open sessions of an account, the last used first."""
        rows = self._db.rows(
            "SELECT * FROM session WHERE account = ? ORDER BY seen DESC", account_id
        )
        return [
            {
                "address": row["address"],
                "agent": row["agent"],
                "begun": time_text(row["created"]),
                "seen": time_text(row["seen"]),
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
            hash_of(value),
            label.strip()[:80],
            now(),
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
            f"SELECT token.id AS token, token.used, {JOINED}"  # noqa: S608 - our own columns
            " FROM token JOIN account ON account.id = token.account WHERE token.hash = ?",
            hash_of(value),
        )
        if row is None or row["disabled"]:
            return None
        if row["used"][:16] != now()[:16]:
            with suppress(EnvironmentRefused):
                self._db.run("UPDATE token SET used = ? WHERE id = ?", now(), row["token"])
        return account_of(row)

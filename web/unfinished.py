"""What people began and have not finished: choices of a wizard, uploads that wait for a yes.

Kept in the database under the person, the sort of work and its target, so that nothing is lost when
the browser closes or the program is restarted in the middle. What nobody touched for a while goes.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from web.database import Database

KEPT_SECONDS: Final = 60 * 86400


@dataclass(frozen=True, slots=True)
class Kept:
    """One piece of unfinished work.

    Attributes:
        target: What it is about: a document's id, a token.
        value: The choices so far.
        file: An uploaded file; None without one.
        changed: When it was kept, seconds since 1970.
    """

    target: str
    value: Mapping[str, object] = field(default_factory=dict)
    file: bytes | None = None
    changed: int = 0


class Unfinished:
    """The unfinished work of one sort, of one person."""

    def __init__(self, database: Database, owner: str, sort: str) -> None:
        """Use this database for this person's work of this sort."""
        self._db = database
        self._who = (owner, sort)

    def get(self, target: str) -> Kept | None:
        """What is kept for a target."""
        row = self._db.row(
            "SELECT * FROM draft WHERE owner = ? AND sort = ? AND target = ?", *self._who, target
        )
        return None if row is None else _kept(row)

    def all(self) -> list[Kept]:
        """Everything of this sort, what was touched last first; files are left out."""
        rows = self._db.rows(
            "SELECT target, value, NULL AS file, changed FROM draft"
            " WHERE owner = ? AND sort = ? ORDER BY changed DESC, target",
            *self._who,
        )
        return [_kept(row) for row in rows]

    def keep(self, target: str, value: Mapping[str, object], file: bytes | None = None) -> None:
        """Keep choices, with a file where there is a new one; the file kept before stays."""
        now = int(time.time())
        self._db.run("DELETE FROM draft WHERE changed < ?", now - KEPT_SECONDS)
        self._db.run(
            "INSERT INTO draft (owner, sort, target, value, file, changed)"
            " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (owner, sort, target) DO UPDATE SET"
            " value = excluded.value, file = coalesce(excluded.file, draft.file),"
            " changed = excluded.changed",
            *self._who,
            target,
            json.dumps(value, ensure_ascii=False),
            file,
            now,
        )

    def drop(self, target: str) -> None:
        """Forget what was kept."""
        self._db.run(
            "DELETE FROM draft WHERE owner = ? AND sort = ? AND target = ?", *self._who, target
        )


def _kept(row: sqlite3.Row) -> Kept:
    value = cast("dict[str, object]", json.loads(row["value"]))
    return Kept(row["target"], value, row["file"], row["changed"])

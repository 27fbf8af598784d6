"""Lists of documents: which ones, and how a line of a list reads as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from store.catalogue import Entry
    from store.workspace import Workspace


def select(
    workspace: Workspace,
    entries: Iterable[Entry],
    *,
    kind: str | None = None,
    department: str | None = None,
    status: str | None = None,
    year: int | None = None,
    on: date | None = None,
) -> list[Entry]:
    """The entries that fit all that is asked; None and empty ask nothing.

    Args:
        workspace: Where they belong.
        entries: To choose from.
        kind: A kind's slug, name or alias.
        department: Exactly this department.
        status: Exactly this status.
        year: The year of a summary.
        on: In force on this day.

    Raises:
        KindNotFound: There is no such kind.
    """
    slug = workspace.kind(kind).slug if kind else None
    return [
        entry
        for entry in entries
        if (slug is None or entry.meta.kind == slug)
        and (not department or entry.meta.department == department)
        and (not status or entry.meta.status == status)
        and (not year or entry.meta.year == year)
        and (on is None or workspace.versions.in_force(entry, on))
    ]


def line_json(workspace: Workspace, entry: Entry, on: date | None = None) -> dict[str, object]:
    """A line of `wenshu list --json`; `in_force` is told for the day, default today."""
    meta = entry.meta
    return {
        "id": entry.id,
        "title": meta.title,
        "kind": meta.kind,
        "department": meta.department or None,
        "position": meta.position or None,
        "status": meta.status,
        "version": meta.version or None,
        "effective": meta.effective.isoformat() if meta.effective else None,
        "in_force": workspace.versions.in_force(entry, on),
        "year": meta.year,
        "path": entry.place,
    }

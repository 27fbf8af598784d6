"""Every problem of a workspace: file, line, code, message, and how to mend it.

Each rule is a function from what it looks at to problems. Rules on one document are in
`store.rules`, rules on documents together in `store.cross_rules`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from store import dates
from store.cross_rules import check_families, check_folder, check_links
from store.exceptions import InputError, WenshuError
from store.model import Problem
from store.rules import check_document

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from store.catalogue import Broken, Entry
    from store.document import Document
    from store.workspace import Workspace

_SUMMARY = "year-end-summary"


def check_workspace(
    workspace: Workspace,
    paths: Sequence[str] = (),
    advance: Callable[[int, int], None] | None = None,
    today: date | None = None,
) -> list[Problem]:
    """Check the documents named, or everything.

    Args:
        workspace: The workspace.
        paths: Ids, paths of documents, or folders; empty for everything.
        advance: Called with (documents done, documents in all).
        today: The day to judge dates by.

    Returns:
        Problems in order of file and line.

    Raises:
        DocumentNotFound: A path names nothing.
    """
    today = today or dates.today()
    entries, broken = _chosen(workspace, paths)
    problems = [found.problem for found in broken]
    for done, entry in enumerate(entries, 1):
        problems.extend(check_entry(workspace, entry, today))
        if advance is not None:
            advance(done, len(entries))
    wanted = {str(entry.path) for entry in entries}
    problems.extend(p for p in check_families(workspace, today) if p.path in wanted)
    if not paths:
        problems.extend(check_folder(workspace))
    return sorted(set(problems), key=lambda p: (p.path, p.line, _ORDER[p.severity], p.code))


_ORDER = {"error": 0, "warning": 1, "notice": 2}


def check_entry(workspace: Workspace, entry: Entry, today: date) -> list[Problem]:
    """The problems of one document."""
    try:
        document = workspace.load(entry)
    except InputError as error:
        path = error.path or str(entry.path)
        return [Problem(path, error.line or 1, "error", "unreadable", error.message, error.hint)]
    problems = list(document.problems)
    problems += check_document(workspace, entry, document, today)
    problems += check_links(workspace, entry)
    problems += _figures(workspace, entry, document)
    return problems


def _figures(workspace: Workspace, entry: Entry, document: Document) -> list[Problem]:
    if document.metrics is None and document.kind.slug != _SUMMARY:
        return []
    from store.consistency import check_figures  # noqa: PLC0415 - summaries only

    try:
        return check_figures(document, document.metrics, workspace)
    except WenshuError as error:
        return [Problem(str(entry.path), 1, "error", "bad-data", error.message, error.hint)]


def _chosen(workspace: Workspace, paths: Sequence[str]) -> tuple[list[Entry], list[Broken]]:
    """The documents and the broken files that the paths name."""
    catalogue = workspace.catalogue
    if not paths:
        return catalogue.entries, catalogue.broken
    entries: dict[str, Entry] = {}
    broken: dict[str, Broken] = {}
    for wanted in paths:
        prefix = _folder_prefix(workspace, wanted)
        if prefix is not None:
            entries |= {e.id: e for e in catalogue.entries if e.id.startswith(prefix)}
            broken |= {b.id: b for b in catalogue.broken if b.id.startswith(prefix)}
            continue
        name = wanted.replace("\\", "/").removesuffix(".md")
        places = {Path(wanted).absolute(), workspace.root / wanted}
        found = [b for b in catalogue.broken if name == b.id or b.path in places]
        if found:
            broken |= {b.id: b for b in found}
        else:
            entry = workspace.resolve(wanted)
            entries[entry.id] = entry
    return list(entries.values()), list(broken.values())


def _folder_prefix(workspace: Workspace, wanted: str) -> str | None:
    """The id prefix of a folder in `kb/`, empty for all; None when it is no folder there."""
    for folder in (Path(wanted).absolute(), workspace.root / wanted, workspace.kb / wanted):
        try:
            inside = folder.resolve().relative_to(workspace.kb.resolve())
        except (ValueError, OSError):
            if folder.resolve() == workspace.root.resolve():
                return ""
            continue
        if folder.is_dir():
            return "" if inside == Path() else f"{inside.as_posix()}/"
    return None

"""Keeping order: the list for any day, problems, reviews, the ledger, versions side by side."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from flask import Blueprint, render_template, request, send_file

from store.checker import check_workspace
from store.dates import today
from web import ledger as ledger_rows
from web.asking import read_day
from web.paging import paged
from web.rights import Act
from web.site import demand, note, rights, site, view

if TYPE_CHECKING:
    from datetime import date

    from flask import Response

    from store.catalogue import Entry
    from store.model import Problem
    from web.checking import Checked

blueprint = Blueprint("keep", __name__, url_prefix="/library")
_PAGE: Final = 100
_GROUPS: Final = 50
_AT_ONCE: Final = 500
_IN_GROUP: Final = 30
_SOON: Final = 90
_SEVERITIES: Final = {"error": "错误", "warning": "警告", "notice": "提示"}
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FILTERS: Final = ("kind", "department", "status")


@blueprint.get("")
def library() -> str:
    """All documents, filtered, on any day."""
    seen = view()
    day = read_day(request.args.get("on", ""))
    chosen = {name: request.args.get(name, "") for name in _FILTERS}
    wanted = request.args.get("q", "").strip()
    entries = [e for e in seen.entries if _fits(e, chosen, wanted)]
    if day is not None:
        entries = [e for e in entries if seen.workspace.versions.in_force(e, day)]
    entries.sort(key=lambda e: (e.meta.kind, e.meta.department, e.meta.title, e.id))
    shown = paged(entries, _PAGE)
    return render_template(
        "library.html",
        entries=shown.items,
        total=len(entries),
        pages=shown,
        day=day,
        chosen=chosen,
        wanted=wanted,
        kinds=seen.workspace.kinds,
        departments=sorted({e.meta.department for e in seen.entries} - {""}),
        statuses=sorted({e.meta.status for e in seen.entries} - {""}),
        versions=seen.workspace.versions,
        checks=rights().may(Act.CHECK),
    )


def _fits(entry: Entry, chosen: dict[str, str], wanted: str) -> bool:
    meta = entry.meta
    if any(value and getattr(meta, name) != value for name, value in chosen.items()):
        return False
    text = f"{meta.title} {meta.number} {meta.position} {entry.id}"
    return wanted.lower() in text.lower()


@blueprint.get("/problems")
def problems() -> str:
    """What the checker finds, by document."""
    demand(Act.CHECK)
    seen = view()
    checked = all_problems(wait=len(seen.workspace.entries) <= _AT_ONCE)
    found = visible_problems(checked.problems or [])
    severity = request.args.get("severity", "")
    counts = {name: sum(p.severity == name for p in found) for name in _SEVERITIES}
    shown = [p for p in found if severity in {"", p.severity}]
    groups: dict[str, list[Problem]] = {}
    for problem in shown:
        groups.setdefault(problem.path, []).append(problem)
    pages = paged(list(groups.items()), _GROUPS)
    return render_template(
        "problems.html",
        groups=[(_id_of(path), items[:_IN_GROUP], len(items)) for path, items in pages.items],
        pages=pages,
        counts=counts,
        severity=severity,
        names=_SEVERITIES,
        known=seen.ids,
        checked=checked,
        total=len(seen.workspace.entries),
    )


def all_problems(*, wait: bool) -> Checked:
    """What the checker finds in the whole library, also what the person may not see."""
    state = view().state
    return site().library.checks.get(
        (state.number, today()), lambda: check_workspace(state.workspace), wait=wait
    )


def visible_problems(found: list[Problem]) -> list[Problem]:
    """Problems of what the person may see; none of documents that are gone since the check."""
    seen = view()
    if seen.rights.sees_everything:
        return found
    here = {str(entry.path) for entry in seen.entries}
    return [p for p in found if p.path in here or not p.path.endswith(".md")]


def _id_of(path: str) -> str:
    root = site().library.root / "kb"
    try:
        return PurePath(path).relative_to(root).as_posix().removesuffix(".md")
    except ValueError:
        return PurePath(path).name


@blueprint.get("/reviews")
def reviews() -> str:
    """Documents whose review is due, and those that end soon."""
    demand(Act.CHECK)
    seen = view()
    now = today()
    soon = now + timedelta(days=_SOON)
    in_force = [e for e in seen.entries if seen.workspace.versions.in_force(e)]
    due = [e for e in in_force if e.meta.review_due is not None and e.meta.review_due <= soon]
    due.sort(key=lambda e: e.meta.review_due or now)
    ending = [(e, end) for e in in_force if (end := seen.workspace.versions.ends_on(e))]
    ending = sorted((pair for pair in ending if pair[1] <= soon), key=lambda pair: pair[1])
    unsure = [
        e
        for e in seen.entries
        if seen.workspace.versions.has_life_cycle(e) and seen.workspace.versions.in_force(e) is None
    ]
    return render_template("reviews.html", due=due, ending=ending, unsure=unsure, now=now)


@blueprint.get("/ledger")
def ledger() -> str:
    """The ledger on a day."""
    demand(Act.CHECK)
    day, only = _ledger_day(), request.args.get("all") != "1"
    found = ledger_rows.rows(view(), day, only_in_force=only)
    return render_template(
        "ledger.html",
        total=len(found),
        pages=paged(found, _PAGE),
        header=ledger_rows.HEADER,
        day=day,
        only=only,
    )


@blueprint.get("/ledger.xlsx")
def ledger_xlsx() -> Response:
    """The ledger as Excel."""
    demand(Act.CHECK)
    day, only = _ledger_day(), request.args.get("all") != "1"
    data = ledger_rows.workbook(view(), day, only_in_force=only)
    note("下载制度台账", day.isoformat())
    return send_file(
        io.BytesIO(data),
        mimetype=_XLSX,
        as_attachment=True,
        download_name=f"制度台账-{day.isoformat()}.xlsx",
    )


def _ledger_day() -> date:
    return read_day(request.args.get("on", "")) or today()

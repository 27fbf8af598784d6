"""The JSON API: the same objects as the commands' `--json`, under the person's rights."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Final, cast

from flask import Blueprint, Response, jsonify, request

from store.amounts import dump_json
from store.checker import check_workspace
from store.dates import today
from store.exceptions import InvalidValue, UsageError
from store.metrics import load_metrics, to_json
from store.views import document_json
from web.asking import Asked, read_day, search_json
from web.openapi import description
from web.pages.document import loaded
from web.pages.keep import visible_problems
from web.pages.printing import pdf, word
from web.rights import Act
from web.site import demand, person, rights, site, view

if TYPE_CHECKING:
    from datetime import date

    from store.amounts import Json
    from store.catalogue import Entry

blueprint = Blueprint("api", __name__, url_prefix="/api")
MOST: Final = 200


def _number(name: str, usual: int, most: int) -> int:
    """A whole number of the address.

    Raises:
        InvalidValue: It is none, or out of bounds.
    """
    text = request.args.get(name, "")
    if not text:
        return usual
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= most):
        raise InvalidValue(f"{name} 应为 1 到 {most} 的整数。")
    return int(text)


def _flag(name: str) -> bool:
    text = request.args.get(name, "").lower()
    if text not in {"", "0", "1", "true", "false"}:
        raise InvalidValue(f"{name} 应为 true 或 false。")
    return text in {"1", "true"}


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """What the API offers."""
    return jsonify(description())


@blueprint.get("/me")
def me() -> Response:
    """Who asks, and what may be done."""
    who = person()
    return jsonify(
        {
            "name": who.name,
            "role": who.role.value,
            "department": who.department or None,
            "may": [act.value for act in Act if rights().may(act)],
        }
    )


@blueprint.get("/search")
def search() -> Response:
    """Clauses, as `wenshu search --json` gives them."""
    asked = Asked.read(request.args)
    if not asked.query and not asked.filters:
        raise UsageError("请给出要检索的文字。", hint="例如 /api/search?q=年假")
    year = asked.filters.get("year", "")
    if year and not (year.isascii() and year.isdigit()):
        raise InvalidValue("year 应为四位数字。")
    found = search_json(view(), asked, _number("limit", 10, MOST), explain=_flag("explain"))
    return jsonify(found)


@blueprint.get("/suggest")
def suggest() -> Response:
    """What somebody may be about to type."""
    found = view().index.suggest(request.args.get("q", "")[:40], limit=_number("limit", 8, 50))
    return jsonify({"suggestions": [item.to_json() for item in found]})


@blueprint.get("/documents")
def documents() -> Response:
    """The list, as `wenshu list --json` gives it."""
    seen = view()
    day = read_day(request.args.get("on", ""))
    entries = seen.entries
    if kind := request.args.get("kind", ""):
        slug = seen.workspace.kind(kind).slug
        entries = [e for e in entries if e.meta.kind == slug]
    for name in ("department", "status"):
        if value := request.args.get(name, ""):
            entries = [e for e in entries if getattr(e.meta, name) == value]
    if year := request.args.get("year", ""):
        entries = [e for e in entries if str(e.meta.year) == year]
    if day is not None:
        entries = [e for e in entries if seen.workspace.versions.in_force(e, day)]
    return jsonify({"documents": [_row(entry, day) for entry in entries]})


def _row(entry: Entry, day: date | None) -> dict[str, object]:
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
        "in_force": view().workspace.versions.in_force(entry, day),
        "year": meta.year,
        "path": str(entry.path),
    }


@blueprint.get("/documents/<path:doc_id>")
def document(doc_id: str) -> Response:
    """One document, as `wenshu show --json` gives it."""
    seen = view()
    found, _ = loaded(seen, seen.entry(doc_id))
    return _exact(document_json(found))


@blueprint.get("/related/<path:doc_id>")
def related(doc_id: str) -> Response:
    """Documents about the same things."""
    seen = view()
    entry = seen.entry(doc_id)
    found = seen.index.related(entry.id, _number("limit", 5, 50))
    return jsonify({"related": [item.to_json() for item in found]})


@blueprint.get("/check")
def check() -> Response:
    """Every problem, as `wenshu check --json` gives it."""
    demand(Act.CHECK)
    seen = view()
    wanted = request.args.get("id", "")
    if wanted:
        found = check_workspace(seen.workspace, [str(seen.entry(wanted).path)])
    else:
        found = site().library.cached(
            ("problems", seen.state.number, today()), lambda: check_workspace(seen.workspace)
        )
    return jsonify({"problems": [asdict(problem) for problem in visible_problems(found)]})


@blueprint.get("/metrics/<path:doc_id>")
def metrics(doc_id: str) -> Response:
    """The figures of a document, as `wenshu metrics --json` gives them."""
    seen = view()
    entry = seen.entry(doc_id)
    paths = seen.workspace.data_paths(entry)
    if not paths:
        raise UsageError("这份文档没有指标数据。")
    mappings = seen.workspace.data / "mappings"
    return _exact({"metrics": to_json(load_metrics(paths, mappings=mappings))})


def _exact(value: object) -> Response:
    """JSON whose figures no float has rounded."""
    return Response(dump_json(cast("Json", value)), mimetype="application/json")


@blueprint.get("/render/<path:doc_id>")
def render(doc_id: str) -> Response:
    """The Word or PDF file."""
    form = request.args.get("format", "docx")
    if form not in {"docx", "pdf"}:
        raise InvalidValue("format 应为 docx 或 pdf。")
    return word(doc_id) if form == "docx" else pdf(doc_id)

"""Finding: the first page, results as clauses, suggestions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, jsonify, render_template, request

from store.versions import start_of
from web.asking import SORTS, Asked, ask
from web.rights import Act
from web.site import rights, view

if TYPE_CHECKING:
    from flask import Response

blueprint = Blueprint("find", __name__)
_NEWEST: Final = 8
_SUGGESTED: Final = 8


@blueprint.get("/")
def home() -> str:
    """The first page: the box, the jobs, what came into force last."""
    seen = view()
    ruled = [e for e in seen.entries if seen.workspace.versions.has_life_cycle(e)]
    now = [e for e in ruled if seen.workspace.versions.in_force(e)]
    now.sort(key=lambda e: (start_of(e.meta) is not None, start_of(e.meta)), reverse=True)
    counts: dict[str, int] = {}
    for entry in seen.entries:
        counts[entry.meta.kind] = counts.get(entry.meta.kind, 0) + 1
    kinds = [(k, counts[k.slug]) for k in seen.workspace.kinds.values() if counts.get(k.slug)]
    return render_template(
        "home.html",
        newest=now[:_NEWEST],
        kinds=kinds,
        total=len(seen.entries),
        company=seen.workspace.settings.company.get("名称", ""),
        checks=rights().may(Act.CHECK),
    )


@blueprint.get("/search")
def search() -> str:
    """Results."""
    asked = Asked.read(request.args)
    seen = view()
    if not asked.query and not asked.filters:
        return render_template("search.html", asked=asked, answer=None, sorts=SORTS)
    answer = ask(seen, asked)
    return render_template(
        "search.html", asked=asked, answer=answer, sorts=SORTS, kinds=seen.workspace.kinds
    )


@blueprint.get("/suggest")
def suggest() -> Response:
    """What the person may be about to type."""
    typed = request.args.get("q", "")[:40]
    found = view().index.suggest(typed, limit=_SUGGESTED)
    return jsonify({"suggestions": [item.to_json() for item in found]})

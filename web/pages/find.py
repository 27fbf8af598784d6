"""Finding: the first page, results as clauses, suggestions."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Final

from flask import Blueprint, jsonify, render_template, request

from store.versions import start_of
from web.asking import SORTS, Asked, ask
from web.rights import Act
from web.site import rights, view
from web.whole_pages import whole_page

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from store.catalogue import Entry
    from store.kinds import Kind
    from web.library import View

blueprint = Blueprint("find", __name__)
_NEWEST: Final = 8
_SUGGESTED: Final = 8


@blueprint.get("/")
def home() -> AnyResponse | str:
    """The first page: the box, the jobs, what came into force last."""
    seen = view()
    return whole_page(seen, lambda: _home(seen))


def _home(seen: View) -> str:
    newest, kinds = seen.kept(("home",), lambda: _overview(seen))
    return render_template(
        "home.html",
        newest=newest,
        kinds=kinds,
        total=len(seen.entries),
        company=seen.workspace.settings.company.get("名称", ""),
        checks=rights().may(Act.CHECK),
    )


def _overview(seen: View) -> tuple[list[Entry], list[tuple[Kind, int]]]:
    """What came into force last, and how many documents of each kind there are."""
    versions = seen.workspace.versions
    now = [e for e in seen.entries if versions.has_life_cycle(e) and versions.in_force(e)]
    now.sort(key=lambda e: start_of(e.meta) or date.min, reverse=True)
    counts = Counter(entry.meta.kind for entry in seen.entries)
    known = seen.workspace.kinds.values()
    return now[:_NEWEST], [(kind, counts[kind.slug]) for kind in known if counts[kind.slug]]


@blueprint.get("/search")
def search() -> AnyResponse | str:
    """Results."""
    asked = Asked.read(request.args)
    seen = view()
    return whole_page(seen, lambda: _results(seen, asked))


def _results(seen: View, asked: Asked) -> str:
    if not asked.query and not asked.filters:
        return render_template("search.html", asked=asked, answer=None, sorts=SORTS)
    answer = ask(seen, asked)
    if asked.page == 1:
        seen.index.remember(answer.results)
    return render_template(
        "search.html", asked=asked, answer=answer, sorts=SORTS, kinds=seen.workspace.kinds
    )


@blueprint.get("/suggest")
def suggest() -> Response:
    """What the person may be about to type."""
    typed = request.args.get("q", "")[:40]
    seen = view()

    def ask_index() -> list[dict[str, object]]:
        return [item.to_json() for item in seen.index.suggest(typed, limit=_SUGGESTED)]

    key = ("suggest", typed, seen.index.often_asked)
    return jsonify({"suggestions": seen.kept(key, ask_index)})

"""Import by upload: hand in old files, look them over and correct them, accept what is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for

from importer.choices import Choice
from web.imports import MOST, SUFFIXES, Imports
from web.proposed import proposed_html
from web.rights import Act
from web.site import demand, note, person, site, view

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from web.import_rows import Batch

blueprint = Blueprint("bring", __name__, url_prefix="/import")
PAGE: Final = 50


@blueprint.before_request
def _only_editors() -> None:
    demand(Act.EDIT)


def _imports() -> Imports:
    return Imports(site(), person().name)


@blueprint.get("")
def form() -> str:
    """Choose files, or go on with what was begun."""
    return render_template(
        "import.html", begun=_imports().all(), most=MOST, suffixes=",".join(sorted(SUFFIXES))
    )


@blueprint.post("")
def look() -> Response:
    """Take the files; a thread reads them, and nothing is written to the library."""
    batch = _imports().begin(request.files.getlist("files"))
    return redirect(url_for("bring.review", token=batch.token), 303)


@blueprint.get("/<token>")
def review(token: str) -> str:
    """What would become of the files, to be corrected and accepted; or how far the work is."""
    batch = _imports().get(token)
    if batch.is_working:
        return render_template("import_working.html", batch=batch)
    if batch.stage in {"done", "failed"}:
        return render_template("import_done.html", batch=batch, kinds=view().workspace.kinds)
    return _table(batch)


def _table(batch: Batch, error: str = "") -> str:
    seen = view()
    page = max(1, min(request.args.get("page", 1, int), -(-len(batch.rows) // PAGE) or 1))
    first = (page - 1) * PAGE
    return render_template(
        "import_review.html",
        batch=batch,
        rows=list(enumerate(batch.rows))[first : first + PAGE],
        page=page,
        pages=-(-len(batch.rows) // PAGE),
        kinds=seen.workspace.kinds,
        departments=sorted({e.meta.department for e in seen.entries} - {""}),
        taken=seen.workspace.catalogue,
        error=error,
    )


@blueprint.get("/<token>/progress")
def progress(token: str) -> Response:
    """How far the work is; the page is sent on when it is done."""
    batch = _imports().get(token)
    answer = make_response(render_template("_import_progress.html", batch=batch))
    if not batch.is_working:
        answer.headers["HX-Redirect"] = url_for("bring.review", token=token)
    return answer


@blueprint.get("/<token>/text/<int:number>")
def text(token: str, number: int) -> str:
    """The text that a document would have, beside what the importer was unsure of."""
    imports = _imports()
    batch = imports.get(token)
    words = imports.text(batch, number)
    row, said = batch.rows[number], batch.rows[number].choice
    html = proposed_html(
        view().workspace,
        words,
        title=said.title or row.title,
        kind=said.kind or row.kind,
        name=row.id,
    )
    return render_template("_import_text.html", row=row, html=html)


@blueprint.post("/<token>/row/<int:number>")
def choose(token: str, number: int) -> str:
    """Keep what the person says of one document, as it is said."""
    batch = _imports().change(token, {number: _choice(number)})
    return f"已记下；选中 {len(batch.wanted)} 份"


def _choice(number: int) -> Choice:
    form_of = request.form
    return Choice(
        wanted=f"wanted-{number}" in form_of,
        kind=form_of.get(f"kind-{number}", ""),
        title=form_of.get(f"title-{number}", ""),
        department=form_of.get(f"department-{number}", ""),
        folder=form_of.get(f"folder-{number}", ""),
    )


@blueprint.post("/<token>")
def accept(token: str) -> Response:
    """Keep the corrections of this page; import, or show another page."""
    imports = _imports()
    said = {number: _choice(number) for number in request.form.getlist("row", int)}
    batch = imports.change(token, said) if said else imports.get(token)
    if "accept" in request.form:
        imports.accept(batch)
        return redirect(url_for("bring.review", token=token), 303)
    page = request.form.get("page", 1, int)
    return redirect(url_for("bring.review", token=token, page=page), 303)


@blueprint.post("/<token>/drop")
def drop(token: str) -> Response:
    """Put an import away: what is not accepted is never written."""
    imports = _imports()
    batch = imports.get(token)
    imports.drop(token)
    if batch.stage != "done":
        note("放弃导入", "、".join(batch.names))
        flash("已放弃，没有写入资料库。", "good")
    return redirect(url_for("bring.form"), 303)

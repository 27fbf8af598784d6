"""Writing: a new document, its text with preview and check, paste from Word and WPS."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from flask import flash, jsonify, redirect, render_template, request, url_for

from store import history
from store.exceptions import (
    ConflictError,
    EnvironmentRefused,
    InvalidValue,
    UsageError,
    WenshuError,
)
from store.files import decode
from store.history import acting_as
from store.kinds import OTHER
from store.merging import merge
from store.scaffold import new_document
from web.comparing import compare
from web.drafts import body_line, body_of, load_draft, with_body
from web.markup import page_html
from web.pages.editing import blueprint, entry_to_edit, is_published, write_text
from web.rights import Act
from web.site import demand, note, person, renew_view, site, unfinished, view

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from store import Workspace
    from store.catalogue import Entry

__all__ = ["blueprint"]
_LONGEST: Final = 400_000
_TYPED: Final = "typed text"


@blueprint.get("/new")
def new() -> str:
    """The form for a new document."""
    demand(Act.EDIT)
    kinds = list(view().workspace.kinds.values())
    departments = sorted({e.meta.department for e in view().entries} - {""})
    return render_template("new.html", kinds=kinds, departments=departments)


@blueprint.post("/new")
def new_post() -> AnyResponse:
    """Make it from its kind's outline."""
    demand(Act.EDIT)
    form = request.form
    with acting_as(person().name):
        made = new_document(
            site().library.for_writing(),
            form.get("kind", ""),
            form.get("title", ""),
            department=form.get("department", "").strip(),
            period=form.get("period", "").strip(),
        )
    note("新建文档", made)
    renew_view()
    flash("已按提纲新建，请填写正文。", "good")
    return redirect(url_for("edit.text", doc_id=made))


@blueprint.get("/text/<path:doc_id>")
def text(doc_id: str) -> str:
    """The editor; with `typed` it goes on with what was typed and not saved."""
    entry = entry_to_edit(doc_id)
    whole, _, _, _, seen = view().workspace.read(entry)
    typed = unfinished(_TYPED).get(entry.id)
    if typed is None or typed.value.get("body") == body_of(whole):
        return _editor(entry, body_of(whole), seen)
    if "typed" in request.args:
        return _editor(entry, str(typed.value["body"]), str(typed.value["seen"]))
    return _editor(entry, body_of(whole), seen, typed=_when(typed.changed))


def _when(seconds: int) -> str:
    moment = datetime.fromtimestamp(seconds, UTC).astimezone()
    return f"{moment.month}月{moment.day}日 {moment:%H:%M}"


def _keep_typed(entry: Entry, body: str, whole: str, seen: str) -> None:
    """Keep what is typed until it is saved, for when the browser closes in the middle."""
    clean = body_of(with_body(whole, body))
    if clean == body_of(whole) or not seen:
        return
    with suppress(EnvironmentRefused):  # a full disk is told when the text is saved
        unfinished(_TYPED).keep(entry.id, {"body": clean, "seen": seen})


@blueprint.post("/typed-drop/<path:doc_id>")
def typed_drop(doc_id: str) -> AnyResponse:
    """Forget what was typed and not saved."""
    entry = entry_to_edit(doc_id)
    unfinished(_TYPED).drop(entry.id)
    flash("没有保存的文字已丢弃。", "good")
    return redirect(url_for("edit.text", doc_id=entry.id))


def _editor(entry: Entry, body: str, seen: str, error: str = "", typed: str = "") -> str:
    kind = view().workspace.kinds.get(entry.meta.kind, OTHER)
    return render_template(
        "editor.html",
        entry=entry,
        body=body,
        seen=seen,
        error=error,
        typed=typed,
        locked=is_published(entry),
        numbering=kind.numbering,
        why=request.form.get("why", ""),
    )


def _sent_body() -> str:
    body = request.form.get("body", "")
    if len(body) > _LONGEST:
        raise InvalidValue(f"正文过长，最多 {_LONGEST // 10_000} 万字。")
    return body


@blueprint.post("/text/<path:doc_id>")
def save(doc_id: str) -> AnyResponse | tuple[str, int]:
    """Save the text; what somebody else saved in between is never overwritten unseen."""
    entry = entry_to_edit(doc_id)
    body, seen, why = _sent_body(), request.form.get("seen", ""), request.form.get("why", "")
    whole, _, _, _, now = view().workspace.read(entry)
    if now != seen:
        return _conflict(entry, body, seen), 409
    try:
        with acting_as(person().name):
            write_text(entry, with_body(whole, body), seen, why)
    except ConflictError:
        renew_view()
        return _conflict(entry, body, seen), 409
    except UsageError as error:
        return _editor(entry, body, seen, error.message), 400
    except EnvironmentRefused as error:  # a full disk: what was typed stays on the page
        return _editor(entry, body, seen, error.message), 503
    unfinished(_TYPED).drop(entry.id)
    note("文字更正" if why else "保存正文", entry.id, why)
    renew_view()
    flash("已保存。", "good")
    return redirect(url_for("document.show", doc_id=entry.id))


def _conflict(entry: Entry, body: str, seen: str) -> str:
    """Both texts beside each other, clause by clause, and one text in which to settle it."""
    workspace = view().workspace
    whole, _, _, _, now = workspace.read(entry)
    base = _text_with_hash(workspace, entry, seen)
    clean = body_of(with_body(whole, body))
    together = merge(body_of(base), clean, body_of(whole)) if base else None
    pairs = []
    try:
        mine, _ = load_draft(workspace, entry, with_body(whole, clean))
        pairs = [p for p in compare(workspace.load(entry), mine) if p.change != "same"]
    except WenshuError:
        pass  # a text that cannot be read is still there to be settled by hand
    kept = [r for r in history.records(workspace, entry.id) if r.hash == seen]
    return render_template(
        "conflict.html",
        entry=entry,
        who=kept[-1].who if kept else "",
        when=kept[-1].when if kept else "",
        pairs=pairs,
        mine=clean,
        theirs=body_of(whole),
        together=together,
        base=bool(base),
        seen=now,
        locked=is_published(entry),
        why=request.form.get("why", ""),
    )


def _text_with_hash(workspace: Workspace, entry: Entry, seen: str) -> str:
    """The kept text that somebody began with; empty when it is not kept."""
    for record in reversed(history.records(workspace, entry.id)):
        if record.hash == seen:
            return decode(history.text_of(workspace, entry.id, record.number), entry.path)
    return ""


@blueprint.post("/preview/<path:doc_id>")
def preview(doc_id: str) -> str:
    """The text as it will look, and what is wrong with it."""
    entry = entry_to_edit(doc_id)
    workspace = view().workspace
    body, whole = _sent_body(), workspace.read(entry)[0]
    _keep_typed(entry, body, whole, request.form.get("seen", ""))
    edited = with_body(whole, body)
    first = body_line(edited, body)
    try:
        document, problems = load_draft(workspace, entry, edited)
    except WenshuError as error:
        return render_template("preview.html", html="", problems=[], error=error.message, first=1)
    html = page_html(document, tools=False)
    return render_template("preview.html", html=html, problems=problems, error="", first=first)


@blueprint.post("/paste/<path:doc_id>")
def paste(doc_id: str) -> Response:
    """What lies on the clipboard (a web page of Word or WPS) as Markdown for the cursor's place."""
    from importer.clipboard import MAX_PASTE, paste_markdown  # noqa: PLC0415 - slow to import

    entry = entry_to_edit(doc_id)
    html, before = request.form.get("html", ""), request.form.get("before", "")
    if len(html) > MAX_PASTE or len(before) > _LONGEST:
        raise InvalidValue("粘贴的内容过多，请分几次粘贴。")
    kind = view().workspace.kinds.get(entry.meta.kind, OTHER)
    made = paste_markdown(html, kind.numbering, before=before, title=entry.meta.title)
    return jsonify(markdown=made.text, notes=made.notes)

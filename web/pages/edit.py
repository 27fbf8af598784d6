"""Writing: a new document, its text and its dates; revise, publish, correct; history and bin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for

from store import frontmatter, history, publishing
from store.dates import parse_date
from store.exceptions import ConflictError, InvalidValue, UsageError, WenshuError
from store.files import decode
from store.history import acting_as
from store.scaffold import new_document
from store.schema import ALIASES, BY_ATTRIBUTE
from web.drafts import body_of, load_draft, with_body
from web.markup import page_html
from web.refusals import AccessDenied
from web.rights import Act
from web.site import demand, note, person, renew_view, rights, site, view

if TYPE_CHECKING:
    from datetime import date

    from werkzeug.wrappers import Response

    from store.catalogue import Entry

blueprint = Blueprint("edit", __name__, url_prefix="/edit")
_TEXTS: Final = (
    "title", "number", "department", "position", "version", "drafted_by", "reviewed_by",
    "approved_by", "issued_by", "interpreted_by", "scope",
)  # fmt: skip
_DAYS: Final = ("published", "effective", "expires", "valid_through", "review_due")
_LONGEST: Final = 400_000


def _entry(doc_id: str) -> Entry:
    """The document, when the person may change it.

    Raises:
        AccessDenied: The person may not.
    """
    entry = view().entry(doc_id)
    if not rights().edits(entry):
        demand(Act.EDIT)
        raise AccessDenied("您不能修改这份文档。")
    return entry


@blueprint.get("/new")
def new() -> str:
    """The form for a new document."""
    demand(Act.EDIT)
    kinds = list(view().workspace.kinds.values())
    departments = sorted({e.meta.department for e in view().entries} - {""})
    return render_template("new.html", kinds=kinds, departments=departments)


@blueprint.post("/new")
def new_post() -> Response:
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
    """The editor."""
    entry = _entry(doc_id)
    workspace = view().workspace
    whole, _, _, _, seen = workspace.read(entry)
    return _editor(entry, body_of(whole), seen)


def _editor(entry: Entry, body: str, seen: str, error: str = "", theirs: str = "") -> str:
    return render_template(
        "editor.html",
        entry=entry,
        body=body,
        seen=seen,
        error=error,
        theirs=theirs,
        locked=is_published(entry),
    )


def _sent_body() -> str:
    body = request.form.get("body", "")
    if len(body) > _LONGEST:
        raise InvalidValue(f"正文过长，最多 {_LONGEST // 10_000} 万字。")
    return body


@blueprint.post("/text/<path:doc_id>")
def save(doc_id: str) -> Response | tuple[str, int]:
    """Save the text; what somebody else saved in between is never overwritten."""
    entry = _entry(doc_id)
    workspace = view().workspace
    body, seen, why = _sent_body(), request.form.get("seen", ""), request.form.get("why", "")
    whole, _, _, _, now = workspace.read(entry)
    if now != seen:
        error = "您打开以后，这份文档已被别人保存过。您的文字还在下面，没有写入；右边是现在的文本。"
        return _editor(entry, body, now, error, theirs=body_of(whole)), 409
    try:
        with acting_as(person().name):
            _write(entry, with_body(whole, body), seen, why)
    except ConflictError as error:
        return _editor(entry, body, seen, error.message), 409
    except UsageError as error:
        return _editor(entry, body, seen, f"{error.message}"), 400
    note("文字更正" if why else "保存正文", entry.id, why)
    renew_view()
    flash("已保存。", "good")
    return redirect(url_for("document.show", doc_id=entry.id))


def is_published(entry: Entry) -> bool:
    """Whether a text holds now, so that it is changed by a revision or a recorded correction."""
    versions = view().workspace.versions
    in_force = versions.has_life_cycle(entry) and versions.in_force(entry) is True
    return in_force or publishing.is_locked(view().workspace, entry)


def _write(entry: Entry, text: str, seen: str, why: str) -> None:
    """Save a text in the way that its state asks for.

    Raises:
        UsageError: A published text is changed without a reason.
    """
    workspace = site().library.for_writing()
    if publishing.is_locked(workspace, entry):
        publishing.correct(workspace, entry.id, why, text)
    elif is_published(entry):
        if not why.strip():
            raise UsageError("这份文本现行有效，更正要写明原因；改内容请先起草修订。")
        history.save(workspace, entry.id, text, expected=seen, action="文字更正", why=why.strip())
    else:
        publishing.save_text(workspace, entry.id, text, expected=seen)


@blueprint.post("/preview/<path:doc_id>")
def preview(doc_id: str) -> str:
    """The text as it will look, and what is wrong with it."""
    entry = _entry(doc_id)
    workspace = view().workspace
    whole = workspace.read(entry)[0]
    try:
        document, problems = load_draft(workspace, entry, with_body(whole, _sent_body()))
    except WenshuError as error:
        return render_template("preview.html", html="", problems=[], error=error.message)
    html = page_html(document, tools=False)
    return render_template("preview.html", html=html, problems=problems, error="")


@blueprint.get("/meta/<path:doc_id>")
def meta(doc_id: str) -> str:
    """The form for what stands in the front matter."""
    entry = _entry(doc_id)
    return _meta_form(entry, "")


def _meta_form(entry: Entry, error: str) -> str:
    workspace = view().workspace
    kind = workspace.kinds.get(entry.meta.kind)
    names = {attribute: BY_ATTRIBUTE[attribute].name for attribute in (*_TEXTS, *_DAYS)}
    return render_template(
        "meta.html",
        entry=entry,
        meta=entry.meta,
        texts=_TEXTS,
        days=_DAYS,
        names=names,
        statuses=kind.statuses if kind else (),
        levels=rights().levels,
        seen=entry.hash,
        error=error,
    )


@blueprint.post("/meta/<path:doc_id>")
def meta_save(doc_id: str) -> Response | tuple[str, int]:
    """Save the form."""
    entry = _entry(doc_id)
    workspace = view().workspace
    try:
        changes = _changes(entry)
        edited = frontmatter.edit(workspace.read(entry)[0], changes, ALIASES)
        seen = request.form.get("seen", "")
        with acting_as(person().name):
            publishing.save_text(workspace, entry.id, edited, expected=seen)
    except (InvalidValue, ConflictError) as error:
        return _meta_form(entry, error.message), 409 if isinstance(error, ConflictError) else 400
    note("修改信息", entry.id, "、".join(changes))
    renew_view()
    flash("信息已保存。", "good")
    return redirect(url_for("document.show", doc_id=entry.id))


def _changes(entry: Entry) -> dict[str, object | None]:
    """What differs from the front matter as it stands, by Chinese name.

    Raises:
        InvalidValue: A day, a status or a 密级 cannot be used, or the title is empty.
    """
    found: dict[str, object | None] = {}
    for attribute in _TEXTS:
        value = request.form.get(attribute, "").strip()
        if value != getattr(entry.meta, attribute):
            found[BY_ATTRIBUTE[attribute].name] = value or None
    for attribute in _DAYS:
        name = BY_ATTRIBUTE[attribute].name
        day = _day(request.form.get(attribute, ""), name)
        if day != getattr(entry.meta, attribute):
            found[name] = day.isoformat() if day else None
    kind = view().workspace.kinds.get(entry.meta.kind)
    for attribute, name, allowed in (
        ("status", "状态", kind.statuses if kind else ()),
        ("confidentiality", "密级", rights().levels),
    ):
        value = request.form.get(attribute, "").strip()
        if value != getattr(entry.meta, attribute):
            if value and value not in allowed:
                raise InvalidValue(f"{name}不能是“{value}”。")
            found[name] = value or None
    if "标题" in found and not found["标题"]:
        raise InvalidValue("标题不能为空。")
    return found


def _day(text: str, name: str) -> date | None:
    if not text.strip():
        return None
    try:
        return parse_date(text)
    except ValueError:
        raise InvalidValue(f"{name}“{text[:40]}”无法识别，请写成 2024-01-05。") from None


@blueprint.post("/act/<path:doc_id>")
def act(doc_id: str) -> Response:
    """Revise, publish, or move to the bin."""
    demand(Act.EDIT)
    entry = _entry(doc_id)
    workspace = site().library.for_writing()
    wanted = request.form.get("act", "")
    day = _day(request.form.get("effective", ""), "生效日期")
    with acting_as(person().name):
        match wanted:
            case "revise":
                target = publishing.revise(workspace, entry.id, effective=day)
                note("起草修订", entry.id, target)
                flash("已起草下一版，发布前旧版继续有效。", "good")
            case "publish":
                made = publishing.publish(workspace, entry.id, effective=day)
                target = made.id
                note("发布", made.id, made.effective.isoformat())
                flash("已发布。" + ("旧版已记下失效日期。" if made.closed else ""), "good")
            case "delete":
                history.delete(workspace, entry.id, request.form.get("why", ""))
                note("删除", entry.id, request.form.get("why", ""))
                flash("已移入回收站，可以随时取回。", "good")
                target = ""
            case _:
                raise UsageError("没有这项操作。")
    renew_view()
    if not target:
        return redirect(url_for("edit.bin_page"))
    endpoint = "edit.text" if wanted == "revise" else "document.show"
    return redirect(url_for(endpoint, doc_id=target))


@blueprint.get("/history/<path:doc_id>")
def history_page(doc_id: str) -> str:
    """Every text that was overwritten."""
    entry = _entry(doc_id)
    workspace = view().workspace
    kept = list(reversed(history.records(workspace, entry.id)))
    number = request.args.get("number", 0, int)
    shown = ""
    if number:
        shown = decode(history.text_of(workspace, entry.id, number), entry.path)
    corrections = publishing.lock_records(workspace, entry.id)
    return render_template(
        "history.html", entry=entry, kept=kept, number=number, shown=shown, locks=corrections
    )


@blueprint.post("/restore/<path:doc_id>")
def restore(doc_id: str) -> Response:
    """Bring a kept text back: of a document, or out of the bin."""
    demand(Act.EDIT)
    workspace = view().workspace
    present = workspace.catalogue.get(doc_id)
    if present is None and not rights().sees_everything:
        raise AccessDenied("回收站里可能有更高密级的文档，您的账号不能取回。")
    if present is not None:
        _entry(doc_id)
        if publishing.is_locked(workspace, present):
            raise UsageError(
                "已发布的文本不能直接恢复旧文。", hint="请先起草修订，或登记文字更正。"
            )
    number = request.form.get("number", 0, int) or None
    with acting_as(person().name):
        record = history.restore(workspace, doc_id, number)
    note("恢复", doc_id, f"第 {record.number} 次留存")
    renew_view()
    flash("已恢复。", "good")
    return redirect(url_for("document.show", doc_id=doc_id))


@blueprint.get("/bin")
def bin_page() -> str:
    """What was deleted."""
    demand(Act.EDIT)
    if not rights().sees_everything:
        raise AccessDenied("回收站里可能有更高密级的文档，您的账号不能查看。")
    return render_template("bin.html", deleted=history.deleted(site().library.state().workspace))

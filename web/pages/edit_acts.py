"""Acts on a document: revise, publish, delete; what was overwritten, and the bin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from store import attachments, history, publishing
from store.exceptions import UsageError
from store.files import decode
from store.history import acting_as
from web.pages.edit_meta import read_date
from web.pages.editing import blueprint, entry_to_edit
from web.refusals import AccessDenied
from web.rights import Act
from web.site import demand, note, person, renew_view, rights, site, view

if TYPE_CHECKING:
    from werkzeug.wrappers import Response


@blueprint.post("/act/<path:doc_id>")
def act(doc_id: str) -> Response:
    """Revise, publish, or move to the bin."""
    demand(Act.EDIT)
    entry = entry_to_edit(doc_id)
    workspace = site().library.for_writing()
    wanted = request.form.get("act", "")
    day = read_date(request.form.get("effective", ""), "生效日期")
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
    entry = entry_to_edit(doc_id)
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
        entry_to_edit(doc_id)
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
    workspace = site().library.state().workspace
    deleted, files = history.deleted(workspace), attachments.removed(workspace)
    return render_template("bin.html", deleted=deleted, files=files)

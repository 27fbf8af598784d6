"""Acts on a document: revise, publish, finish, undo, delete; what was overwritten, and the bin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import flash, redirect, render_template, request, url_for

from store import attachments, history, publishing
from store.exceptions import UsageError
from store.files import decode
from store.history import acting_as
from web.comparing import compare
from web.drafts import load_draft
from web.pages.document import loaded
from web.pages.edit_meta import read_date
from web.pages.editing import blueprint, bring_back, entry_to_edit, is_published
from web.pages.side_by_side import comparison
from web.refusals import AccessDenied
from web.rights import Act
from web.site import demand, note, person, renew_view, rights, site, view

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Response

    from store import Workspace
    from store.catalogue import Entry

_OF_EDITORS: Final = frozenset({"revise", "publish", "delete"})


@blueprint.post("/act/<path:doc_id>")
def act(doc_id: str) -> Response:
    """Revise, publish, finish, undo, or move to the bin."""
    entry = entry_to_edit(doc_id)
    wanted = request.form.get("act", "")
    if wanted in _OF_EDITORS:
        demand(Act.EDIT)
    if wanted not in _ACTS:
        raise UsageError("没有这项操作。")
    with acting_as(person().name):
        target = _ACTS[wanted](site().library.for_writing(), entry)
    renew_view()
    return redirect(target)


def _revise(workspace: Workspace, entry: Entry) -> str:
    day = read_date(request.form.get("effective", ""), "生效日期")
    made = publishing.revise(workspace, entry.id, effective=day)
    note("起草修订", entry.id, made)
    flash("已起草下一版，发布前旧版继续有效。", "good")
    return url_for("edit.text", doc_id=made)


def _publish(workspace: Workspace, entry: Entry) -> str:
    day = read_date(request.form.get("effective", ""), "生效日期")
    made = publishing.publish(workspace, entry.id, effective=day)
    note("发布", made.id, made.effective.isoformat())
    flash("已发布。" + ("旧版已记下失效日期。" if made.closed else ""), "good")
    return url_for("document.show", doc_id=made.id)


def _delete(workspace: Workspace, entry: Entry) -> str:
    why = request.form.get("why", "")
    history.delete(workspace, entry.id, why)
    note("删除", entry.id, why)
    flash("已移入回收站，可以随时取回。", "good")
    return url_for("edit.bin_page" if rights().sees_everything else "keep.library")


def _finish(workspace: Workspace, entry: Entry) -> str:
    """Set a report to 定稿; where it has figures, they are frozen with it."""
    from store.concluding import conclude  # noqa: PLC0415 - few requests

    frozen = conclude(workspace, entry.id)
    note("定稿", entry.id)
    flash("已定稿。" + ("数字已封存。" if frozen else ""), "good")
    return url_for("document.show", doc_id=entry.id)


def _undo(workspace: Workspace, entry: Entry) -> str:
    """Bring back what stood before the last change; once more brings the change back."""
    record = bring_back(workspace, entry, None)
    note("撤销", entry.id, f"{record.when} {record.action}")
    flash(f"已撤销“{record.action}”，回到之前的文本；再撤销一次可以恢复。", "good")
    return url_for("document.show", doc_id=entry.id)


_ACTS: Final[dict[str, Callable[[Workspace, Entry], str]]] = {
    "revise": _revise,
    "publish": _publish,
    "delete": _delete,
    "finish": _finish,
    "undo": _undo,
}


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
    return render_template(
        "history.html",
        entry=entry,
        kept=kept,
        number=number,
        shown=shown,
        locks=publishing.lock_records(workspace, entry.id),
        locked=is_published(entry),
    )


@blueprint.get("/history-compare/<path:doc_id>")
def history_compare(doc_id: str) -> str:
    """A kept text beside the present one, clause by clause."""
    entry = entry_to_edit(doc_id)
    workspace = view().workspace
    number = request.args.get("number", 0, int)
    before = decode(history.text_of(workspace, entry.id, number), entry.path)
    pairs = compare(load_draft(workspace, entry, before)[0], loaded(view(), entry)[0])
    return comparison(entry, pairs, (f"第 {number} 次留存", "现在的文本"))


@blueprint.post("/restore/<path:doc_id>")
def restore(doc_id: str) -> Response:
    """Bring a kept text back: of a document, or out of the bin."""
    demand(Act.EDIT)
    workspace = view().workspace
    present = workspace.catalogue.get(doc_id)
    if present is None and not rights().sees_everything:
        raise AccessDenied("回收站里可能有更高密级的文档，您的账号不能取回。")
    number = request.form.get("number", 0, int) or None
    with acting_as(person().name):
        if present is not None:
            record = bring_back(workspace, entry_to_edit(doc_id), number)
        else:
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

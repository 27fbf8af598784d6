"""Writing the year: choose, hand in finance's spreadsheet, see the figures, edit, download.

A summary in progress is a document with the status 草稿 from the first step on, so that nothing is
lost when the browser closes.
"""

from __future__ import annotations

import io
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for

from store import frontmatter, publishing
from store.exceptions import InputError, UsageError
from store.files import write_atomic
from store.history import acting_as, keep_file
from store.metric_rows import KEYS
from store.metrics import MetricSet, load_metrics, to_json
from store.scaffold import new_document
from store.schema import ALIASES
from store.spreadsheet import read_sheets
from store.spreadsheet_blank import blank_workbook
from store.spreadsheet_headers import IGNORED
from store.spreadsheet_saved import find_mapping, save_mapping
from store.summary import SUBJECTS, fill_in
from web.drafts import body_of, with_body
from web.pages.document import loaded
from web.refusals import AccessDenied, BadUpload
from web.rights import SUMMARY_KIND, Act, Role
from web.site import note, person, renew_view, rights, site, view

if TYPE_CHECKING:
    from flask import Response as FileResponse
    from werkzeug.wrappers import Response

    from store import Workspace
    from store.catalogue import Entry
    from store.spreadsheet_mapping import SheetMapping

blueprint = Blueprint("year", __name__, url_prefix="/year")
SHEETS: Final = frozenset({".xlsx", ".xls", ".csv"})
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.before_request
def _only_writers() -> None:
    if not rights().writes_summaries:
        raise AccessDenied(
            "您的账号不能写总结。", hint="部门负责人可以写本部门的总结，制度管理员可以写全部。"
        )


@blueprint.get("")
def start() -> str:
    """Choose department and period, or go on with what was begun."""
    seen = view()
    mine = [e for e in seen.entries if e.meta.kind == SUMMARY_KIND and rights().edits(e)]
    begun = [entry for entry in mine if entry.meta.status == "草稿"]
    departments = sorted({e.meta.department for e in seen.entries} - {""})
    own = person().department if person().role is Role.MANAGER else ""
    return render_template(
        "year.html", begun=begun, departments=departments, own=own, subjects=SUBJECTS
    )


@blueprint.post("")
def begin() -> Response:
    """Make the draft from the outline: last year's plans to answer, last year's figures."""
    form = request.form
    department = form.get("department", "").strip()
    if not rights().may(Act.EDIT):
        department = person().department
    if not department or not form.get("period", "").strip():
        raise UsageError("请写明部门和期间。", hint="期间如 2026年、2026年上半年、2026年第三季度。")
    subject = form.get("subject", "部门")
    with acting_as(person().name):
        made = new_document(
            site().library.for_writing(),
            SUMMARY_KIND,
            form.get("title", ""),
            department=department,
            period=form.get("period", ""),
            subject=subject if subject in SUBJECTS else "部门",
        )
    note("开始写总结", made)
    renew_view()
    return redirect(url_for("year.desk", doc_id=made))


@blueprint.get("/blank.xlsx")
def blank() -> FileResponse:
    """The blank sheet to fill."""
    return send_file(
        io.BytesIO(blank_workbook()),
        mimetype=_XLSX,
        as_attachment=True,
        download_name="指标表.xlsx",
    )


def _entry(doc_id: str) -> Entry:
    entry = view().entry(doc_id)
    if not rights().edits(entry) or entry.meta.kind != SUMMARY_KIND:
        raise AccessDenied("您不能修改这份总结。")
    return entry


@blueprint.get("/desk/<path:doc_id>")
def desk(doc_id: str) -> str:
    """Figures, sentences and text of one summary, and its download."""
    entry = _entry(doc_id)
    workspace = view().workspace
    metrics, error = _metrics(workspace, entry)
    document, html = loaded(view(), entry)
    missing = [p for p in document.problems if p.code in {"missing-name", "jinja", "dead-data"}]
    return render_template(
        "desk.html",
        entry=entry,
        rows=to_json(metrics),
        problems=metrics.problems,
        error=error,
        html=html,
        missing=missing,
        mapping=_mapping(workspace, entry),
        keys=[*KEYS, IGNORED],
        open_places=document.source.count("〔"),
    )


def _mappings(workspace: Workspace) -> Path:
    return workspace.data / "mappings"


def _metrics(workspace: Workspace, entry: Entry) -> tuple[MetricSet, str]:
    try:
        return load_metrics(workspace.data_paths(entry), mappings=_mappings(workspace)), ""
    except InputError as error:
        return MetricSet(), f"{error.message}{error.hint}"


def _mapping(workspace: Workspace, entry: Entry) -> SheetMapping | None:
    """How the spreadsheet is read, None where the figures come from elsewhere."""
    for path in workspace.data_paths(entry):
        if path.suffix.lower() in SHEETS and path.is_file():
            return find_mapping(read_sheets(path), path, _mappings(workspace))
    return None


@blueprint.post("/data/<path:doc_id>")
def upload(doc_id: str) -> Response:
    """Take finance's spreadsheet as it is."""
    entry = _entry(doc_id)
    workspace = view().workspace
    sent = request.files.get("file")
    suffix = Path(sent.filename or "").suffix.lower() if sent else ""
    if sent is None or suffix not in SHEETS:
        raise BadUpload("请选择一张表格。", hint="可用 xlsx、xls 或 csv。")
    data = sent.read()
    metrics = _try(workspace, data, suffix)
    name = f"数据/{entry.name}{suffix}"
    path = entry.path.parent / name
    text, _, _, _, seen = workspace.read(entry)
    changed = with_body(text, fill_in(body_of(text), metrics))
    changed = frontmatter.edit(changed, {"数据": [name]}, ALIASES)
    with acting_as(person().name):
        if path.is_file() and path.read_bytes() != data:
            keep_file(workspace, path, path.read_bytes())
        write_atomic(path, data)
        publishing.save_text(workspace, entry.id, changed, expected=seen)
    note("上传指标表", entry.id, sent.filename or "")
    renew_view()
    flash(f"读到 {len(metrics)} 个指标，请核对下面的对应关系和数字。", "good")
    return redirect(url_for("year.desk", doc_id=entry.id))


def _try(workspace: Workspace, data: bytes, suffix: str) -> MetricSet:
    """Read a spreadsheet before it takes the place of another.

    Raises:
        InputError: It is none, or no figures are found in it.
    """
    with tempfile.TemporaryDirectory(prefix="wenshu-year-") as folder:
        path = Path(folder) / f"table{suffix}"
        path.write_bytes(data)
        return load_metrics([path], mappings=_mappings(workspace))


@blueprint.post("/mapping/<path:doc_id>")
def confirm(doc_id: str) -> Response:
    """Keep how the columns are to be read; sheets of this layout are read so from now on."""
    entry = _entry(doc_id)
    workspace = view().workspace
    mapping = _mapping(workspace, entry)
    if mapping is None:
        raise UsageError("这份总结还没有上传表格。")
    columns = {at: request.form.get(f"c{at}", "") for at in mapping.titles}
    known = {at: key for at, key in columns.items() if key in {*KEYS, IGNORED}}
    if "指标" not in known.values():
        raise UsageError("要有一列是“指标”（名称）。", hint="请返回，在对应关系中选一列。")
    save_mapping(_mappings(workspace), replace(mapping, columns=known))
    note("保存表格对应关系", entry.id)
    _metrics_changed(entry)
    flash("对应关系已记下，同样格式的表格以后照此读取。", "good")
    return redirect(url_for("year.desk", doc_id=entry.id))


def _metrics_changed(entry: Entry) -> None:
    """Touch the spreadsheet, so that everything made from it is made anew."""
    for path in view().workspace.data_paths(entry):
        if path.is_file():
            path.touch()
    renew_view()

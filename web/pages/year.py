"""Writing the year: choose, hand in finance's spreadsheet, see the figures, edit, download.

A summary in progress is a document with the status 草稿 from the first step on, so that nothing is
lost when the browser closes.
"""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for

from store import frontmatter, publishing
from store.exceptions import InputError, UsageError
from store.files import write_atomic
from store.history import acting_as, keep_file
from store.metric import PLAN_BASES
from store.metrics import load_metrics, to_json
from store.scaffold import new_document
from store.schema import ALIASES
from store.spreadsheet_blank import blank_workbook
from store.spreadsheet_saved import save_mapping
from store.summary import SUBJECTS, fill_in
from web.drafts import body_of, with_body
from web.pages.document import loaded
from web.refusals import AccessDenied
from web.rights import SUMMARY_KIND, Act, Role
from web.site import note, person, renew_view, rights, site, unfinished, view
from web.uploads import SHEETS, XLSX_TYPE, on_disk, suffix_of
from web.year_table import (
    CHOICES,
    DEEPEST,
    DEFAULTS,
    SORT,
    figures_of,
    has_figures,
    mappings_of,
    opened,
)

if TYPE_CHECKING:
    from flask import Response as FileResponse
    from werkzeug.wrappers import Response

    from store.catalogue import Entry
    from store.metrics import MetricSet
    from web.unfinished import Kept, Unfinished
    from web.year_table import Said, YearTable

blueprint = Blueprint("year", __name__, url_prefix="/year")


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
        mimetype=XLSX_TYPE,
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
    document, html = loaded(view(), entry)
    missing = [p for p in document.problems if p.code in {"missing-name", "jinja", "dead-data"}]
    with opened(view().workspace, entry, unfinished(SORT)) as table:
        return render_template(
            "desk.html",
            entry=entry,
            html=html,
            missing=missing,
            open_places=document.source.count("〔"),
            **_figures(entry, table),
        )


def _figures(entry: Entry, table: YearTable | None) -> dict[str, Any]:
    """What the page shows of the spreadsheet and its figures."""
    if table is not None and (table.said or table.waiting):
        metrics, error = table.metrics, table.trouble
    else:
        metrics, error = figures_of(view().workspace, entry)
    return {
        "table": table,
        "grid": table.grid if table is not None else None,
        "rows": to_json(metrics),
        "problems": metrics.problems,
        "error": error,
        "keys": CHOICES,
        "defaults": DEFAULTS,
        "deepest": DEEPEST,
        "bases": PLAN_BASES,
    }


@blueprint.post("/data/<path:doc_id>")
def upload(doc_id: str) -> Response:
    """Take finance's spreadsheet as it is; one without a known header waits to be pointed out."""
    entry = _entry(doc_id)
    _refuse_finished(entry)
    sent = request.files.get("file")
    suffix = suffix_of(sent, SHEETS, "一张表格")
    assert sent is not None
    data, name = sent.read(), Path(sent.filename or "").name
    try:
        with on_disk(data, suffix) as path:
            metrics = load_metrics([path], mappings=mappings_of(view().workspace))
    except InputError:
        if not has_figures(data, suffix):
            raise
        unfinished(SORT).keep(entry.id, {"waiting": name}, data)
        flash("没有认出这张表的表头，请在下面指出表头在哪一行、各列是什么。", "warn")
        return redirect(url_for("year.desk", doc_id=entry.id))
    _put(entry, data, suffix, metrics)
    unfinished(SORT).drop(entry.id)
    note("上传指标表", entry.id, name)
    renew_view()
    flash(f"读到 {len(metrics)} 个指标，请核对下面的对应关系和数字。", "good")
    return redirect(url_for("year.desk", doc_id=entry.id))


def _refuse_finished(entry: Entry) -> None:
    if entry.meta.status == "定稿":
        raise UsageError(
            f"“{entry.id}”已定稿，数字已封存，不能换表格。", hint="请先撤销定稿，再上传新的表格。"
        )


def _put(entry: Entry, data: bytes, suffix: str, metrics: MetricSet) -> None:
    """Put a spreadsheet beside the document, and its names into the text.

    The text is saved first: where somebody saved in between, the old spreadsheet stays.
    """
    _refuse_finished(entry)
    workspace = view().workspace
    name = f"数据/{entry.name}{suffix}"
    path = entry.path.parent / name
    text, _, _, _, seen = workspace.read(entry)
    own = f"数据/{entry.name}"  # as the outline names it, or an earlier spreadsheet
    others = [one for one in entry.meta.data if one.rpartition(".")[0] != own]
    changed = with_body(text, fill_in(body_of(text), metrics))
    changed = frontmatter.edit(changed, {"数据": [name, *others]}, ALIASES)
    with acting_as(person().name):
        publishing.save_text(workspace, entry.id, changed, expected=seen)
        if path.is_file() and path.read_bytes() != data:
            keep_file(workspace, path, path.read_bytes())
        write_atomic(path, data)


@blueprint.post("/keep/<path:doc_id>")
def keep(doc_id: str) -> str | Response:
    """Keep a correction as it is made, and show the figures as they would be."""
    entry = _entry(doc_id)
    work = unfinished(SORT)
    with opened(view().workspace, entry, work) as table:
        if table is None:
            raise UsageError("这份总结还没有上传表格。")
        _keep(work, entry, table, table.heard(request.form))
    if not request.headers.get("HX-Request"):
        return redirect(url_for("year.desk", doc_id=entry.id))
    with opened(view().workspace, entry, work) as table:
        assert table is not None  # it was there a moment ago
        shown = _figures(entry, table)
        if request.headers.get("HX-Trigger-Name") in {"sheet", "header", "depth"}:
            return render_template("_year_table.html", entry=entry, **shown)
        sent = {at: request.form.get(f"c{at}") for at, _, _ in shown["grid"].columns}
        otherwise = [at for at, key in sent.items() if key not in {None, table.key(at)}]
        return render_template("_year_kept.html", entry=entry, otherwise=otherwise, **shown)


def _keep(work: Unfinished, entry: Entry, table: YearTable, said: Said) -> None:
    value = said.to_json() | ({"waiting": table.waiting} if table.waiting else {})
    work.keep(entry.id, value)


@blueprint.post("/forget/<path:doc_id>")
def forget(doc_id: str) -> Response:
    """Put corrections that were not confirmed away, and a spreadsheet that waits."""
    entry = _entry(doc_id)
    unfinished(SORT).drop(entry.id)
    flash("没有确认的改动已撤销。", "good")
    return redirect(url_for("year.desk", doc_id=entry.id))


@blueprint.post("/mapping/<path:doc_id>")
def confirm(doc_id: str) -> Response:
    """Keep how the columns are to be read; sheets of this layout are read so from now on."""
    entry = _entry(doc_id)
    workspace, work = view().workspace, unfinished(SORT)
    before = work.get(entry.id)
    with opened(workspace, entry, work) as table:
        if table is None:
            raise UsageError("这份总结还没有上传表格。")
        _keep(work, entry, table, table.heard(request.form))
    with opened(workspace, entry, work) as table:
        assert table is not None  # it was there a moment ago
        if table.mapping is None or not len(table.metrics):
            _as_before(work, entry, before)
            raise UsageError(
                "这样对应读不出指标。",
                hint="要有一列是“指标”（名称），还要有一列数字；请返回再选。",
            )
        save_mapping(mappings_of(workspace), replace(table.mapping, saved=True))
        if table.waiting:
            _put(entry, table.path.read_bytes(), table.path.suffix, table.metrics)
    work.drop(entry.id)
    note("保存表格对应关系", entry.id)
    _metrics_changed(entry)
    flash("对应关系已记下，同样格式的表格以后照此读取。", "good")
    return redirect(url_for("year.desk", doc_id=entry.id))


def _as_before(work: Unfinished, entry: Entry, before: Kept | None) -> None:
    if before is None:
        work.drop(entry.id)
    else:
        work.keep(entry.id, before.value)


def _metrics_changed(entry: Entry) -> None:
    """Touch the spreadsheet, so that everything made from it is made anew."""
    for path in view().workspace.data_paths(entry):
        if path.is_file():
            path.touch()
    renew_view()

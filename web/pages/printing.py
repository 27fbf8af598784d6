"""Printing: choose a post, look, print in the browser, or take Word and PDF; several at once."""

from __future__ import annotations

import io
import tempfile
import threading
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, render_template, request, send_file

from generator.batch_names import safe_file_name
from generator.templates import available
from store.exceptions import EnvironmentRefused, InvalidValue, UsageError
from web import gate
from web.attached import refuse_pictures
from web.making import make_booklet
from web.site import note, site, view

if TYPE_CHECKING:
    from collections.abc import Mapping

    from store import Workspace
    from store.catalogue import Entry
    from web.printview import PrintView

blueprint = Blueprint("printing", __name__)
POST_KIND: Final = "job-duty"
MOST: Final = 200
_FIELDS: Final = ("姓名", "工号", "签名", "所在部门", "日期")
_LONGEST: Final = 60
_DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_NO_DEPARTMENT: Final = "（未注明部门）"
_converting = threading.Lock()
_waiting = threading.BoundedSemaphore(6)


@dataclass(frozen=True, slots=True)
class Post:
    """A role description in the list: its name, its text for the filter."""

    id: str
    name: str
    title: str
    words: str


@blueprint.get("/posts")
def posts() -> str:
    """Role descriptions by department."""
    seen = view()
    groups: dict[str, list[Post]] = {}
    for entry in seen.entries:
        if entry.meta.kind == POST_KIND and seen.workspace.versions.in_force(entry) is True:
            name = entry.meta.department or _NO_DEPARTMENT
            groups.setdefault(name, []).append(_post(entry))
    ordered = sorted(groups.items(), key=lambda item: (item[0] == _NO_DEPARTMENT, item[0]))
    return render_template("posts.html", groups=ordered, wanted=request.args.get("q", ""))


def _post(entry: Entry) -> Post:
    meta = entry.meta
    name = meta.position or meta.title
    words = f"{name} {meta.title} {meta.department} {meta.number}"
    return Post(entry.id, name, meta.title, f"{words} {spelled(name)}")


@lru_cache(maxsize=4096)
def spelled(name: str) -> str:
    """A name in pinyin, whole and as initials."""
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 - slow to import

    whole = lazy_pinyin(name)
    return f"{''.join(whole)} {''.join(lazy_pinyin(name, style=Style.FIRST_LETTER))}"


def _asked_values() -> dict[str, object]:
    """The names to fill in; an empty one is a line to write on."""
    found: dict[str, object] = {}
    for name in _FIELDS:
        value = request.args.get(name, "").strip()
        if len(value) > _LONGEST:
            raise InvalidValue(f"“{name}”过长，最多 {_LONGEST} 个字。")
        if value:
            found[name] = value
    return found


def _template_name(workspace: Workspace, entry: Entry) -> str | None:
    """The template that is asked for, by name alone, never by a path."""
    name = request.args.get("template", "")
    kind = workspace.kinds.get(entry.meta.kind)
    if not name or kind is None:
        return None
    if name not in available(workspace, kind):
        raise UsageError(f"没有“{name[:40]}”这个版式。")
    return name


def _view_of(doc_id: str) -> tuple[Entry, PrintView, str | None, dict[str, object]]:
    seen = view()
    entry = seen.entry(doc_id)
    name, values = _template_name(seen.workspace, entry), _asked_values()
    key = (
        "print",
        entry.id,
        seen.workspace.fingerprint(entry),
        seen.state.number,
        name,
        tuple(values.items()),
    )

    def make() -> PrintView:
        from web.printview import print_view  # noqa: PLC0415 - slow to import

        return print_view(seen.workspace, entry, template=name, values=values)

    made = site().library.cached(key, make)
    return entry, made, name, values


@blueprint.get("/print/<path:doc_id>")
def preview(doc_id: str) -> str:
    """The document on its page."""
    entry, made, name, values = _view_of(doc_id)
    kind = view().workspace.kinds.get(entry.meta.kind)
    names = available(view().workspace, kind) if kind else []
    return render_template(
        "print.html",
        entry=entry,
        meta=entry.meta,
        made=made,
        template=name or "",
        templates=names,
        values=values,
        query={key: value for key, value in {**values, "template": name}.items() if value},
    )


@blueprint.get("/print-style/<path:doc_id>")
def style(doc_id: str) -> Response:
    """The style sheet of the page."""
    return Response(_view_of(doc_id)[1].css, mimetype="text/css")


@blueprint.get("/word/<path:doc_id>")
def word(doc_id: str) -> Response:
    """The Word file."""
    entry = view().entry(doc_id)
    data = _word(entry, _template_name(view().workspace, entry), _asked_values())
    note("下载 Word", entry.id)
    return _file(data, f"{file_name(entry)}.docx", _DOCX)


@blueprint.get("/pdf/<path:doc_id>")
def pdf(doc_id: str) -> Response:
    """The PDF file."""
    entry = view().entry(doc_id)
    name, values = _template_name(view().workspace, entry), _asked_values()
    refuse_pictures(view(), entry)  # what is kept was perhaps made for somebody else
    data = site().library.cached(
        ("pdf", *_key(entry, name, values)), lambda: as_pdf(_word(entry, name, values))
    )
    note("下载 PDF", entry.id)
    return _file(data, f"{file_name(entry)}.pdf", "application/pdf")


def _key(entry: Entry, name: str | None, values: Mapping[str, object]) -> tuple[object, ...]:
    seen = view()
    print_of = seen.workspace.fingerprint(entry)
    return entry.id, print_of, seen.state.number, name, tuple(values.items())


def _word(entry: Entry, name: str | None, values: dict[str, object]) -> bytes:
    seen = view()
    workspace = seen.workspace
    refuse_pictures(seen, entry)

    def make() -> bytes:
        from generator.render import render_document  # noqa: PLC0415 - slow to import

        with gate.outside():  # LibreOffice may measure the pages of a long document
            return render_document(workspace, entry, template=name, values=values).data

    return site().library.cached(("word", *_key(entry, name, values)), make)


def as_pdf(data: bytes) -> bytes:
    """A Word file as PDF; one conversion at a time.

    Raises:
        EnvironmentRefused: There is no program that does it, or it failed.
    """
    if not _waiting.acquire(blocking=False):
        raise EnvironmentRefused("正在生成的 PDF 太多。", hint="请过一会儿再试，或先下载 Word。")
    try:
        return _convert(data)
    finally:
        _waiting.release()


def _convert(data: bytes) -> bytes:
    from generator.pdf import to_pdf  # noqa: PLC0415 - few requests

    with gate.outside(), _converting, tempfile.TemporaryDirectory(prefix="wenshu-web-") as folder:
        path = Path(folder) / "document.docx"
        path.write_bytes(data)
        return to_pdf([path])[0].read_bytes()


def file_name(entry: Entry) -> str:
    """The name of a download: the title, and the version of an older text."""
    version = f"（{entry.meta.version}版）" if "@" in entry.id and entry.meta.version else ""
    return safe_file_name(entry.meta.title + version)


def _file(data: bytes, name: str, kind: str) -> Response:
    return send_file(io.BytesIO(data), mimetype=kind, as_attachment=True, download_name=name)


@blueprint.get("/posts/several")
def several() -> Response:
    """Several role descriptions: a zip of Word files, or one booklet."""
    seen = view()
    ids = list(dict.fromkeys(request.args.getlist("id")))
    if not ids:
        raise UsageError("还没有选择岗位。", hint="请在列表中勾选后再下载。")
    if len(ids) > MOST:
        raise UsageError(f"一次最多 {MOST} 份，现在选了 {len(ids)} 份。")
    entries = [seen.entry(one) for one in ids]
    note("批量下载", "、".join(e.meta.title for e in entries), f"{len(entries)} 份")
    if request.args.get("form") == "booklet":
        data = make_booklet(seen, ids, "", "岗位职责汇编")
        return _file(data, "岗位职责汇编.docx", _DOCX)
    return _file(_zip(entries), "岗位职责.zip", "application/zip")


def _zip(entries: list[Entry]) -> bytes:
    out = io.BytesIO()
    taken: set[str] = set()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, entry in enumerate(entries, 1):
            name = file_name(entry)
            name = f"{number:03d}-{name}" if name in taken else name
            taken.add(name)
            archive.writestr(f"{name}.docx", _word(entry, None, {}))
    return out.getvalue()

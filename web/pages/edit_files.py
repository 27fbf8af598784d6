"""Attachments of a document: hand in, take out, bring back."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from flask import flash, redirect, render_template, request, url_for

from generator.batch_names import safe_file_name
from store import attachments
from store.history import acting_as
from store.schema import ATTACHMENT_TYPES
from web.attached import size_of
from web.pages.editing import blueprint, entry_to_edit
from web.refusals import AccessDenied, BadUpload
from web.rights import Act
from web.site import demand, note, person, renew_view, rights, site
from web.uploads import suffix_of

if TYPE_CHECKING:
    from werkzeug.datastructures import FileStorage
    from werkzeug.wrappers import Response

MAX_FILE: Final = 20 * 1024 * 1024
MOST_AT_ONCE: Final = 20
ALLOWED: Final = frozenset(
    {".pdf", ".ofd", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".txt", ".csv", ".doc", ".docx",
     ".wps", ".rtf", ".odt", ".xls", ".xlsx", ".et", ".ods", ".ppt", ".pptx", ".dps", ".zip"}
)  # fmt: skip
_OLE: Final = b"\xd0\xcf\x11\xe0"
_ZIP: Final = b"PK\x03\x04"
_STARTS: Final = {
    ".pdf": (b"%PDF-",), ".png": (b"\x89PNG",), ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",), ".gif": (b"GIF8",), ".webp": (b"RIFF",), ".rtf": (b"{\\rtf",),
    ".doc": (_OLE, b"{\\rtf"), ".xls": (_OLE,), ".ppt": (_OLE,),
    ".wps": (_OLE, _ZIP), ".et": (_OLE, _ZIP), ".dps": (_OLE, _ZIP),
    **dict.fromkeys((".docx", ".xlsx", ".pptx", ".odt", ".ods", ".ofd", ".zip"), (_ZIP,)),
}  # fmt: skip


@blueprint.get("/files/<path:doc_id>")
def files(doc_id: str) -> str:
    """The attachments, and the form for more."""
    entry = entry_to_edit(doc_id)
    return render_template(
        "files.html",
        entry=entry,
        rows=[(one, size_of(entry, one.file)) for one in entry.meta.attachments],
        types=ATTACHMENT_TYPES,
        allowed=" ".join(sorted(one[1:] for one in ALLOWED)),
        accept=",".join(sorted(ALLOWED)),
        limit=MAX_FILE >> 20,
        most=MOST_AT_ONCE,
    )


@blueprint.post("/files/<path:doc_id>")
def files_add(doc_id: str) -> Response:
    """Take files in; all of them are looked at before the first is kept."""
    entry = entry_to_edit(doc_id)
    sent = [one for one in request.files.getlist("files") if one.filename]
    if not sent or len(sent) > MOST_AT_ONCE:
        raise BadUpload(f"请选择 1 到 {MOST_AT_ONCE} 个文件。")
    try:
        read = [read_upload(one) for one in sent]
    finally:
        for one in sent:
            one.close()
    title = request.form.get("title", "").strip()[:100] if len(read) == 1 else ""
    workspace = site().library.for_writing()
    seen = request.form.get("seen", "")
    with acting_as(person().name):
        for stem, suffix, data in read:
            attachments.add(
                workspace, entry.id, f"{safe_file_name(stem)}{suffix}", data,
                title=title or stem[:100], type_name=request.form.get("type", ""), expected=seen,
            )  # fmt: skip
            seen = workspace.entry(entry.id).hash
    names = "、".join(f"{stem}{suffix}" for stem, suffix, _ in read)
    note("添加附件", entry.id, names)
    renew_view()
    flash(f"已添加 {len(read)} 个附件。", "good")
    return redirect(url_for("edit.files", doc_id=entry.id))


def read_upload(upload: FileStorage) -> tuple[str, str, bytes]:
    """A file's name, its ending, its bytes.

    Raises:
        BadUpload: It is too large, empty, or not what its name says.
    """
    name = (upload.filename or "").replace("\\", "/").rpartition("/")[2]
    suffix = suffix_of(upload, ALLOWED, f"可以作附件的文件（“{name[:60]}”不行）")
    data = upload.stream.read(MAX_FILE + 1)
    if len(data) > MAX_FILE:
        raise BadUpload(f"“{name[:60]}”超过 {MAX_FILE >> 20} MB。", hint="请压缩后再上传。")
    if not data:
        raise BadUpload(f"“{name[:60]}”是空的。")
    starts = _STARTS.get(suffix)
    if (starts and not data.startswith(starts)) or (starts is None and b"\0" in data[:4096]):
        raise BadUpload(
            f"“{name[:60]}”的内容和扩展名不符。", hint="请用原来的程序打开，另存后再上传。"
        )
    return PurePosixPath(name).stem, suffix, data


@blueprint.post("/files-remove/<path:doc_id>")
def files_remove(doc_id: str) -> Response:
    """Move an attachment to the bin."""
    entry = entry_to_edit(doc_id)
    name = request.form.get("file", "")
    with acting_as(person().name):
        attachments.take_out(
            site().library.for_writing(), entry.id, name, expected=request.form.get("seen", "")
        )
    note("移除附件", entry.id, name)
    renew_view()
    flash("附件已移入回收站，可以随时取回。", "good")
    return redirect(url_for("edit.files", doc_id=entry.id))


@blueprint.post("/files-restore")
def files_restore() -> Response:
    """Bring an attachment back out of the bin."""
    demand(Act.EDIT)
    if not rights().sees_everything:
        raise AccessDenied("回收站里可能有更高密级的文档，您的账号不能取回。")
    with acting_as(person().name):
        one = attachments.put_back(site().library.for_writing(), request.form.get("number", 0, int))
    note("取回附件", one.document, attachments.file_of(one.row))
    renew_view()
    flash("附件已取回。", "good")
    return redirect(url_for("edit.files", doc_id=one.document))

"""Attachments through the API: listed, fetched, handed in, taken out."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from flask import send_file

from generator.batch_names import safe_file_name
from store import attachments
from store.history import acting_as
from store.schema import ATTACHMENT_TYPES
from web.api.shapes import FILE, form, one_of, ref, text
from web.api.table import Parameter, exact, route
from web.api.writing import fresh, made
from web.attached import file_of, size_of
from web.pages.document import loaded
from web.pages.edit_files import read_upload
from web.site import note, person, site, view

if TYPE_CHECKING:
    from flask import Response

    from web.api.table import Call

_ANY: Final = "application/octet-stream"
_NAME: Final = Parameter("file", "附件的位置，如列表所示", text(400, 1), required=True)
_TYPES: Final = one_of("其他", *(one for one in ATTACHMENT_TYPES if one != "其他"))


@route("GET", "/attachments/{id}", "一份文档的附件", ref("Attachments"))
def attachments_of(call: Call) -> Response:
    """The attachments of a document that the person may see."""
    entry = view().entry(call.id)
    now = view().workspace.read(entry)[4]
    rows = [
        {"name": one.name or one.file, "file": one.file, "type": one.type or None,
         "size": size_of(entry, one.file)}
        for one in entry.meta.attachments
    ]  # fmt: skip
    return exact({"id": entry.id, "attachments": rows, "hash": now}, tag=now)


@route("GET", "/files/{id}", "下载一个附件或正文里的图片", (_ANY,), query=(_NAME,))
def attachment(call: Call) -> Response:
    """A file under its document's rights."""
    seen = view()
    entry = seen.entry(call.id)
    path = file_of(seen, entry, loaded(seen, entry)[0], call.text("file"))
    note("下载附件", entry.id, call.text("file"))
    data = io.BytesIO(path.read_bytes())
    return send_file(data, mimetype=_ANY, as_attachment=True, download_name=path.name)


@route(
    "POST", "/attachments/{id}", "添加一个附件", ref("Made"), guarded=True, status=201,
    form=form(("file",), file=FILE, name=text(100), type=_TYPES),
)  # fmt: skip
def add_attachment(call: Call) -> Response:
    """Put a file beside a document."""
    entry, _, now = fresh(call.id)
    stem, suffix, data = read_upload(call.file)
    with acting_as(person().name):
        attachments.add(
            site().library.for_writing(),
            entry.id,
            f"{safe_file_name(stem)}{suffix}",
            data,
            title=call.text("name") or stem[:100],
            type_name=call.text("type") or "其他",
            expected=now,
        )
    note("添加附件", entry.id, f"{stem}{suffix}")
    return made(entry.id, 201)


@route(
    "DELETE", "/attachments/{id}", "把一个附件移入回收站", ref("Made"), guarded=True,
    query=(_NAME,),
)  # fmt: skip
def drop_attachment(call: Call) -> Response:
    """Take a file out; it can be brought back in the page."""
    entry, _, now = fresh(call.id)
    with acting_as(person().name):
        attachments.take_out(
            site().library.for_writing(), entry.id, call.text("file"), expected=now
        )
    note("移除附件", entry.id, call.text("file"))
    return made(entry.id)

"""An attachment looked at in the browser, under its document's rights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, render_template

from store.exceptions import NotFoundError
from web.attached import file_of
from web.pages.document import loaded
from web.previews import page_picture, preview_of
from web.site import note, rights, view

if TYPE_CHECKING:
    from pathlib import Path

    from store.catalogue import Entry

blueprint = Blueprint("attachment", __name__, url_prefix="/attachments")


def _found(doc_id: str, name: str) -> tuple[Entry, Path]:
    seen = view()
    entry = seen.entry(doc_id)
    return entry, file_of(seen, entry, loaded(seen, entry)[0], name)


@blueprint.get("/show/<path:doc_id>/-/<path:name>")
def show(doc_id: str, name: str) -> str:
    """What it looks like."""
    entry, path = _found(doc_id, name)
    note("查看附件", entry.id, name)
    row = next((one for one in entry.meta.attachments if one.file == name), None)
    return render_template(
        "attachment.html",
        entry=entry,
        name=name,
        title=(row.name if row else "") or path.name,
        type=row.type if row else "",
        size=path.stat().st_size,
        file_name=path.name,
        preview=preview_of(view().workspace, path),
        edits=rights().edits(entry),
    )


@blueprint.get("/page/<int:number>/<path:doc_id>/-/<path:name>")
def page(number: int, doc_id: str, name: str) -> Response:
    """One page of a PDF or Word file as a picture."""
    _, path = _found(doc_id, name)
    data = page_picture(view().workspace, path, number)
    if data is None:
        raise NotFoundError("没有这一页。")
    return Response(data, mimetype="image/png", headers={"Cache-Control": "private, max-age=600"})

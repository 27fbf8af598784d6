"""Attachments of a document: upload, look, take out."""

from __future__ import annotations

from flask import render_template

from web.pages.editing import blueprint, entry_to_edit


@blueprint.get("/files/<path:doc_id>")
def files(doc_id: str) -> str:
    """The attachments, and the form for more."""
    return render_template("files.html", entry=entry_to_edit(doc_id))

"""One document: read it, cite it, see its other versions and what belongs to it."""

from __future__ import annotations

import io
import mimetypes
from typing import TYPE_CHECKING, Final

from flask import Blueprint, render_template, request, send_file

from store.exceptions import WenshuError
from store.schema import FIELDS
from store.units import citation
from web.attached import file_of
from web.markup import page_html
from web.pages.editing import is_published
from web.rights import Act
from web.site import note, rights, site, view

if TYPE_CHECKING:
    from flask import Response

    from store.catalogue import Entry
    from store.document import Document
    from web.library import View

blueprint = Blueprint("document", __name__)
_RELATED: Final = 5
_FACTS: Final = (
    "number", "version", "department", "position", "period", "subject", "published", "effective",
    "expires", "valid_through", "review_due", "issued_by", "interpreted_by", "approved_by", "scope",
    "confidentiality",
)  # fmt: skip
_INLINE: Final = frozenset(
    {"application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp", "text/plain"}
)


@blueprint.get("/documents/<path:doc_id>")
def show(doc_id: str) -> str:
    """The document's page."""
    seen = view()
    entry = seen.entry(doc_id)
    document, html = loaded(seen, entry)
    versions = seen.workspace.versions
    return render_template(
        "document.html",
        entry=entry,
        meta=entry.meta,
        html=html,
        outline=document.body.root.sections,
        facts=_facts(entry),
        kind=seen.workspace.kinds.get(entry.meta.kind),
        in_force=versions.in_force(entry),
        life=versions.has_life_cycle(entry),
        ends=versions.ends_on(entry),
        newer=_replacement(seen, entry),
        family=[e for e in seen.family(entry) if e is not entry],
        versions=versions,
        cite=citation(entry.meta.title, entry.meta.version, None),
        attachments=_attachments(entry),
        basis=_named(seen, entry.meta.basis),
        problems=[p for p in document.problems if p.severity != "notice"],
        checks=rights().may(Act.CHECK),
        edits=rights().edits(entry),
        locked=is_published(entry),
    )


def loaded(seen: View, entry: Entry) -> tuple[Document, str]:
    """A document with its clean HTML, kept until something it depends on changes."""
    key = ("html", entry.id, seen.workspace.fingerprint(entry), seen.state.number)

    def make() -> tuple[Document, str]:
        document = seen.workspace.load(entry)
        return document, page_html(document)

    return site().library.cached(key, make)


def _facts(entry: Entry) -> list[tuple[str, object]]:
    names = {field.attribute: field.name for field in FIELDS}
    found = []
    for attribute in _FACTS:
        value = getattr(entry.meta, attribute)
        if value:
            found.append((names[attribute], str(value) if attribute == "period" else value))
    return found


def _replacement(seen: View, entry: Entry) -> Entry | None:
    """What is in force now in place of a text that is not."""
    versions = seen.workspace.versions
    if versions.in_force(entry) is not False:
        return None
    candidates = [*seen.family(entry), *versions.replacers(entry)]
    return next(
        (e for e in candidates if e is not entry and e.id in seen.ids and versions.in_force(e)),
        None,
    )


@blueprint.get("/related/<path:doc_id>")
def related(doc_id: str) -> str:
    """Other documents about the same things: a piece of the page that comes after it."""
    seen = view()
    return render_template("_related.html", related=_related(seen, seen.entry(doc_id)))


def _related(seen: View, entry: Entry) -> list[tuple[str, str]]:
    def ask() -> list[tuple[str, str]]:
        try:
            return [(item.id, item.title) for item in seen.index.related(entry.id, _RELATED)]
        except WenshuError:
            return []

    return seen.kept(("related", entry.id), ask)


def _named(seen: View, names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Names of other documents, each with its id where it may be seen."""
    found = []
    for name in names:
        fits = [e for e in seen.workspace.versions.find(name) if e.id in seen.ids]
        found.append((name, fits[0].id if len(fits) == 1 else ""))
    return found


def _attachments(entry: Entry) -> list[tuple[str, str, str]]:
    return [(a.name or a.file, a.file, a.type) for a in entry.meta.attachments if a.file]


@blueprint.get("/files/<path:doc_id>/-/<path:name>")
def file(doc_id: str, name: str) -> Response:
    """A picture or an attachment of a document, under the document's rights."""
    seen = view()
    entry = seen.entry(doc_id)
    path = file_of(seen, entry, loaded(seen, entry)[0], name)
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if not kind.startswith("image/"):
        note("下载附件", entry.id, name)
    answer = send_file(
        io.BytesIO(path.read_bytes()),
        mimetype=kind,
        as_attachment=kind not in _INLINE or "download" in request.args,
        download_name=path.name,
        max_age=0,
    )
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer

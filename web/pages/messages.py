"""短信: choose a scene, fill in the fields, copy; or a list of customers, and the sending list."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import Blueprint, render_template, request, send_file

from generator.sending_list import scenes
from store.exceptions import WenshuError
from web.making import make_messages, messages_file
from web.paging import paged
from web.site import note, site, view
from web.uploads import SHEETS, XLSX_TYPE, on_disk, suffix_of

if TYPE_CHECKING:
    from flask import Response

    from generator.sending_list import Scene
    from store.catalogue import Entry

blueprint = Blueprint("messages", __name__, url_prefix="/messages")
MESSAGE_KIND: Final = "message-template"
_GROUPS: Final = 60
_PLACE: Final = re.compile(r"〔([^〔〕]{1,20})〕")


@dataclass(frozen=True, slots=True)
class Group:
    """The scenes of one document."""

    entry: Entry
    scenes: list[Scene]


@blueprint.get("", endpoint="scenes")
def scenes_page() -> str:
    """All scenes, by document."""
    groups = [Group(entry, _scenes(entry)) for entry in _documents()]
    wanted = request.args.get("q", "").strip()
    found = [group for group in groups if group.scenes]
    shown = [group for group in found if _fits(group, wanted)] if len(found) > _GROUPS else found
    pages = paged(shown, _GROUPS)
    return render_template(
        "messages.html", groups=pages.items, pages=pages, wanted=wanted, many=len(found) > _GROUPS
    )


def _fits(group: Group, wanted: str) -> bool:
    """Whether a document has to do with what is wanted: its title, or one of its scenes."""
    texts = [group.entry.meta.title, *(f"{s.name} {s.purpose} {s.text}" for s in group.scenes)]
    return any(wanted.lower() in text.lower() for text in texts)


def _documents() -> list[Entry]:
    return [entry for entry in view().entries if entry.meta.kind == MESSAGE_KIND]


def _scenes(entry: Entry) -> list[Scene]:
    workspace = view().workspace

    def make() -> list[Scene]:
        try:
            return scenes(workspace, entry.id)
        except WenshuError:
            return []

    return site().library.cached(("scenes", entry.id, workspace.fingerprint(entry)), make)


@blueprint.get("/<path:doc_id>")
def document(doc_id: str) -> str:
    """The scenes of one document, each with its fields."""
    entry = view().entry(doc_id)
    company = view().workspace.settings.company
    found = [
        (scene, [(name, company.get(name, "")) for name in places(scene)])
        for scene in _scenes(entry)
    ]
    return render_template("message.html", entry=entry, scenes=found)


def places(scene: Scene) -> list[str]:
    """The names to fill in, in the order in which they stand."""
    return list(dict.fromkeys(_PLACE.findall(scene.text)))


@blueprint.post("/list/<path:doc_id>")
def sending_list(doc_id: str) -> str | Response:
    """The sending list of an uploaded table of customers; nothing of it is kept."""
    entry = view().entry(doc_id)
    upload = request.files.get("file")
    suffix = suffix_of(upload, SHEETS, "一张客户表")
    assert upload is not None
    with on_disk(upload.read(), suffix) as path:
        made = make_messages(view(), entry.id, request.form.get("scene", ""), path)
    if not request.form.get("download"):
        return render_template("sending.html", entry=entry, made=made)
    data = messages_file(made, ".xlsx")
    note("下载发送名单", entry.id, f"{made.scene}，{len(made.messages)} 条")
    name = f"发送名单-{made.scene}.xlsx"
    return send_file(io.BytesIO(data), mimetype=XLSX_TYPE, as_attachment=True, download_name=name)

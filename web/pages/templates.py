"""Word templates: the list, the clinic, a look at a finished page, replacing and bringing back."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for

from generator.layout.build import COMMON
from store.exceptions import EnvironmentRefused, NotFoundError, UsageError, WenshuError
from store.files import digest
from store.history import acting_as
from web import pictures
from web.rights import Act
from web.site import demand, note, person, renew_view, site, unfinished, view
from web.uploads import DOCX_TYPE, WORD, suffix_of
from web.word_templates import WordTemplates

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from store.catalogue import Entry
    from web.word_templates import Slot

blueprint = Blueprint("templates", __name__, url_prefix="/templates")
SORT: Final = "template"
_SHOWN_PAGES: Final = 4


@blueprint.before_request
def _only_editors() -> None:
    demand(Act.EDIT)


def _templates() -> WordTemplates:
    return WordTemplates(view().workspace)


@blueprint.get("", endpoint="list")
def overview() -> str:
    """Every template, by kind."""
    groups: dict[str, list[Slot]] = {}
    for slot in _templates().all():
        groups.setdefault(slot.kind_name, []).append(slot)
    waiting = {kept.target for kept in unfinished(SORT).all()}
    return render_template("word_templates.html", groups=groups, waiting=waiting, common=COMMON)


@blueprint.get("/<kind>/<name>")
def show(kind: str, name: str) -> str:
    """One template: what the clinic says, a look at a finished page, what it replaced."""
    templates = _templates()
    slot = templates.get(kind, name)
    kept = unfinished(SORT).get(f"{kind}/{name}")
    data = kept.file if kept is not None and kept.file is not None else None
    if data is None and slot.path is None:
        raise NotFoundError(f"没有“{name[:40]}”这个模板。")
    report = templates.examine(slot, slot.data if data is None else data)
    wanted = request.args.get("doc", "")
    pages, trouble = _look(slot, data, wanted) if wanted else (0, "")
    return render_template(
        "word_template.html",
        slot=slot,
        report=report,
        waiting=kept,
        documents=_documents(slot),
        doc=wanted,
        pages=min(pages, _SHOWN_PAGES),
        all_pages=pages,
        trouble=trouble,
    )


def _documents(slot: Slot) -> list[Entry]:
    """Documents to try a template with."""
    fitting = [e for e in view().entries if slot.kind in {e.meta.kind, COMMON}]
    return sorted(fitting, key=lambda e: e.meta.title)[:300]


def _look(slot: Slot, data: bytes | None, doc_id: str) -> tuple[int, str]:
    """How many pages a document has in this template, or why it cannot be shown."""
    try:
        return pictures.page_count(_pdf(slot, data, doc_id)), ""
    except EnvironmentRefused as error:
        return 0, f"{error.message}{error.hint}也可以下载填好的 Word 看效果。"
    except WenshuError as error:
        return 0, f"用这份文档试填时出错：{error.message}{error.hint}"


def _word(slot: Slot, data: bytes | None, doc_id: str) -> bytes:
    """A document in this template; `data` are the bytes of one that waits for a yes."""
    used = slot.data if data is None else data
    entry = view().entry(doc_id)
    state = view().state.number
    key = ("word", "trial", entry.id, view().workspace.fingerprint(entry), state, digest(used))
    return site().library.cached(
        key, lambda: pictures.trial(view().workspace, entry, slot.kind, slot.name, used)
    )


def _pdf(slot: Slot, data: bytes | None, doc_id: str) -> bytes:
    from web.pages.printing import as_pdf  # noqa: PLC0415 - few requests

    word = _word(slot, data, doc_id)
    return site().library.cached(("pdf", digest(word)), lambda: as_pdf(word))


def _waiting(slot: Slot) -> bytes | None:
    kept = unfinished(SORT).get(f"{slot.kind}/{slot.name}")
    return kept.file if kept is not None else None


@blueprint.get("/<kind>/<name>/page-<int:number>.png")
def picture(kind: str, name: str, number: int) -> Response:
    """A page of a document in this template."""
    slot = _templates().get(kind, name)
    data = pictures.page_png(_pdf(slot, _waiting(slot), request.args.get("doc", "")), number)
    return send_file(io.BytesIO(data), mimetype="image/png", max_age=0)


@blueprint.get("/<kind>/<name>/trial.docx")
def trial(kind: str, name: str) -> Response:
    """A document in this template, as Word."""
    slot = _templates().get(kind, name)
    data = _word(slot, _waiting(slot), request.args.get("doc", ""))
    return _file(data, f"{name}-试填.docx")


@blueprint.get("/<kind>/<name>.docx")
def download(kind: str, name: str) -> Response:
    """The template itself; with `key` an earlier state of it."""
    templates = _templates()
    slot = templates.get(kind, name)
    key = request.args.get("key", "")
    data = templates.former(slot, key).path.read_bytes() if key else slot.data
    return _file(data, f"{slot.kind_name}-{name}{f'-{key}' if key else ''}.docx")


def _file(data: bytes, name: str) -> Response:
    return send_file(io.BytesIO(data), mimetype=DOCX_TYPE, as_attachment=True, download_name=name)


@blueprint.post("/<kind>")
def add(kind: str) -> AnyResponse:
    """Hand in a template under a new name."""
    name = request.form.get("name", "").strip()
    if _templates().get(kind, name).path is not None:
        raise UsageError(f"已有模板“{name}”。", hint="要替换它，请从列表点开后上传。")
    return upload(kind, name)


@blueprint.post("/<kind>/<name>")
def upload(kind: str, name: str) -> AnyResponse:
    """Hand in a template: it is examined and waits for a yes."""
    templates = _templates()
    slot = templates.get(kind, name)
    sent = request.files.get("file")
    suffix_of(sent, WORD, "一个 Word 模板")
    assert sent is not None
    data = sent.read()
    templates.examine(slot, data)
    unfinished(SORT).keep(f"{kind}/{name}", {"file": sent.filename or ""}, data)
    return redirect(url_for("templates.show", kind=kind, name=name), 303)


@blueprint.post("/<kind>/<name>/act")
def act(kind: str, name: str) -> AnyResponse:
    """Take the template that waits into use, put it away, or bring an earlier one back."""
    templates = _templates()
    slot = templates.get(kind, name)
    wanted, place = request.form.get("act", ""), f"{kind}/{name}"
    kept = unfinished(SORT).get(place)
    with acting_as(person().name):
        if wanted == "accept" and kept is not None and kept.file is not None:
            templates.replace(slot, kept.file)
            unfinished(SORT).drop(place)
            note("替换 Word 模板", place, str(kept.value.get("file", "")))
            flash("新模板已启用，旧模板留在下面，可以恢复。", "good")
        elif wanted == "discard":
            unfinished(SORT).drop(place)
            flash("已放弃上传的模板，原模板没有变。", "good")
            if slot.path is None:
                return redirect(url_for("templates.list"), 303)
        elif wanted == "restore":
            templates.restore(slot, request.form.get("key", ""))
            note("恢复 Word 模板", place, request.form.get("key", ""))
            flash("已恢复，刚才的模板也留存了。", "good")
        else:
            raise UsageError("没有这项操作。")
    renew_view()
    return redirect(url_for("templates.show", kind=kind, name=name), 303)

"""Word templates through the API: listed, examined, replaced, brought back."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from flask import send_file

from store.history import acting_as
from web.api.shapes import FILE, form, ref, text
from web.api.table import route
from web.rights import Act
from web.site import note, person, renew_view, view
from web.uploads import DOCX_TYPE, WORD, suffix_of
from web.word_templates import WordTemplates

if TYPE_CHECKING:
    from flask import Response

    from web.api.table import Call
    from web.word_templates import Slot


def _templates() -> WordTemplates:
    return WordTemplates(view().workspace)


def _slot(call: Call) -> Slot:
    return _templates().get(call.path["kind"], call.path["name"])


def _shown(slot: Slot) -> dict[str, object]:
    return {
        "kind": slot.kind,
        "kind_name": slot.kind_name,
        "name": slot.name,
        "own": slot.own,
        "kept": [{"key": former.key, "when": former.when} for former in slot.formers],
    }


@route("GET", "/templates", "各类别的 Word 模板", ref("Templates"), act=Act.EDIT)
def word_templates(_call: Call) -> dict[str, object]:
    """All templates."""
    return {"templates": [_shown(slot) for slot in _templates().all()]}


@route("GET", "/templates/{kind}/{name}", "下载一个模板", (DOCX_TYPE,), act=Act.EDIT)
def word_template(call: Call) -> Response:
    """The template's file."""
    slot = _slot(call)
    return send_file(
        io.BytesIO(slot.data),
        mimetype=DOCX_TYPE,
        as_attachment=True,
        download_name=f"{slot.kind_name}-{slot.name}.docx",
    )


@route(
    "GET", "/templates/{kind}/{name}/check", "检查在用的模板，与 wenshu template check 相同",
    ref("Clinic"), act=Act.EDIT,
)  # fmt: skip
def check_template(call: Call) -> dict[str, object]:
    """What the clinic says of the template in use."""
    slot = _slot(call)
    return _templates().examine(slot, slot.data).to_json()


@route(
    "POST", "/templates/{kind}/{name}/check", "检查上传的模板，不替换", ref("Clinic"),
    act=Act.EDIT, form=form(("file",), file=FILE),
)  # fmt: skip
def check_upload(call: Call) -> dict[str, object]:
    """What the clinic says of an upload for this place."""
    suffix_of(call.file, WORD, "一个 Word 模板")
    return _templates().examine(_slot(call), call.file.read()).to_json()


@route(
    "PUT", "/templates/{kind}/{name}", "检查后替换模板，旧的留存", ref("Template"),
    act=Act.EDIT, form=form(("file",), file=FILE),
)  # fmt: skip
def replace_template(call: Call) -> dict[str, object]:
    """Put an upload into use."""
    suffix_of(call.file, WORD, "一个 Word 模板")
    slot = _slot(call)
    with acting_as(person().name):
        made = _templates().replace(slot, call.file.read())
    note("替换 Word 模板", f"{slot.kind}/{slot.name}", call.file.filename or "")
    renew_view()
    return _shown(made)


@route(
    "POST", "/templates/{kind}/{name}/restore", "恢复换下来的模板", ref("Template"),
    act=Act.EDIT, body=form(("key",), key=text(40, 1)),
)  # fmt: skip
def restore_template(call: Call) -> dict[str, object]:
    """Bring an earlier state back."""
    slot = _slot(call)
    with acting_as(person().name):
        made = _templates().restore(slot, call.text("key"))
    note("恢复 Word 模板", f"{slot.kind}/{slot.name}", call.text("key"))
    renew_view()
    return _shown(made)

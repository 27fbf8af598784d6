"""Import through the API: upload, look over and correct, accept; nothing is written before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from importer.choices import Choice
from web.api.parameters import query
from web.api.shapes import FILE, FLAG, form, listed, ref, text, whole
from web.api.table import route
from web.imports import MOST, Imports
from web.rights import Act
from web.site import note, person, site

if TYPE_CHECKING:
    from web.api.table import Call
    from web.import_rows import Batch, Row

_CHOICE = form(
    ("number",), number=whole(0, 100_000), wanted=FLAG, kind=text(100), title=text(200),
    department=text(60), folder=text(120),
)  # fmt: skip


def _imports() -> Imports:
    return Imports(site(), person().name)


def _shown(batch: Batch) -> dict[str, object]:
    return {
        "token": batch.token,
        "stage": batch.stage,
        "done": batch.done,
        "total": batch.total,
        "files": batch.names,
        "error": batch.error or None,
        "failed": [{"name": name, "message": reason} for name, reason in batch.failed],
        "alike": batch.alike,
        "documents": [_row(number, row) for number, row in enumerate(batch.rows)],
    }


def _row(number: int, row: Row) -> dict[str, object]:
    said = row.choice
    return {
        "number": number,
        "id": row.id,
        "title": said.title or row.title,
        "kind": said.kind or row.kind,
        "department": said.department or row.department or None,
        "folder": said.folder or None,
        "confidence": row.confidence,
        "wanted": said.wanted,
        "source": row.source,
        "parent": row.parent if row.parent >= 0 else None,
        "action": row.action or None,
        "warnings": [{"line": line, "message": message} for line, message in row.doubts],
    }


@route("GET", "/imports", "没有完成的导入", ref("Imports"), act=Act.EDIT)
def imports(_call: Call) -> dict[str, object]:
    """What was begun."""
    return {"imports": [_shown(batch) for batch in _imports().all()]}


@route(
    "POST", "/imports", "上传旧文件，开始读取；不写入资料库", ref("Import"), act=Act.EDIT,
    status=202, form=form(("files",), files=listed(FILE, MOST)),
)  # fmt: skip
def begin_import(call: Call) -> dict[str, object]:
    """Take files; ask again until the stage is `ready`."""
    return _shown(_imports().begin(call.files))


@route("GET", "/imports/{token}", "读到哪里了，会导入成什么", ref("Import"), act=Act.EDIT)
def look_at_import(call: Call) -> dict[str, object]:
    """Stage and documents."""
    return _shown(_imports().get(call.path["token"]))


@route(
    "GET", "/imports/{token}/text", "一份拟导入文档的文字", ref("ImportText"), act=Act.EDIT,
    query=(query("number", "第几份，从 0 数", whole(0, 100_000, 0)),),
)  # fmt: skip
def import_text(call: Call) -> dict[str, object]:
    """The Markdown that a document would have."""
    found = _imports()
    number = call.number("number", 0)
    return {"number": number, "body": found.text(found.get(call.path["token"]), number)}


@route(
    "PATCH", "/imports/{token}", "取舍和更正", ref("Import"), act=Act.EDIT,
    body=form(("documents",), documents=listed(_CHOICE, 5000)),
)  # fmt: skip
def correct_import(call: Call) -> dict[str, object]:
    """Keep what is said of single documents; what is left out stays as it was said before."""
    found = _imports()
    batch = found.get(call.path["token"])
    documents = call.body["documents"]
    assert isinstance(documents, list)  # the table saw to it
    choices = {}
    for said in documents:
        number = said["number"]
        before = batch.rows[number].choice if number < len(batch.rows) else Choice()
        names = ("wanted", "kind", "title", "department", "folder")
        choices[number] = Choice(**{name: said.get(name, getattr(before, name)) for name in names})
    return _shown(found.change(batch.token, choices))


@route("POST", "/imports/{token}/accept", "写入选中的文档", ref("Import"), act=Act.EDIT, status=202)
def accept_import(call: Call) -> dict[str, object]:
    """Begin to write; ask again until the stage is `done`."""
    found = _imports()
    batch = found.get(call.path["token"])
    found.accept(batch)
    return _shown(batch)


@route("DELETE", "/imports/{token}", "放弃这批文件", ref("Dropped"), act=Act.EDIT)
def drop_import(call: Call) -> dict[str, object]:
    """Forget it."""
    found = _imports()
    batch = found.get(call.path["token"])
    found.drop(batch.token)
    note("放弃导入", "、".join(batch.names))
    return {"token": batch.token}

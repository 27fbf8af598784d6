"""Writing through the API: new, text, table, correction, revise, publish, history, restore, bin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import url_for

from store import history, publishing
from store.dates import parse_date
from store.exceptions import LockedDocument, UsageError
from store.files import decode
from store.history import acting_as
from store.scaffold import new_document
from store.summary import SUBJECTS
from web.api.parameters import query
from web.api.shapes import DAY, form, one_of, ref, text, whole
from web.api.table import exact, expected, route
from web.drafts import body_of, with_body
from web.pages.editing import bring_back, entry_to_edit, is_published, write_text
from web.refusals import AccessDenied, Outdated
from web.rights import SUMMARY_KIND, Act
from web.site import demand, note, person, renew_view, rights, site, view

if TYPE_CHECKING:
    from datetime import date

    from flask import Response

    from store.catalogue import Entry
    from store.history import Record
    from web.api.table import Call

_LONGEST: Final = 400_000
_WHY: Final = text(200)


def made(document_id: str, status: int = 200) -> Response:
    """The answer that names a document as it stands now, with its hash."""
    seen = renew_view()
    entry = seen.workspace.entry(document_id)
    hash_now = seen.workspace.read(entry)[4]
    answer = exact(
        {"id": entry.id, "status": entry.meta.status, "version": entry.meta.version or None,
         "hash": hash_now},
        status,
        hash_now,
    )  # fmt: skip
    if status == 201:
        answer.headers["Location"] = url_for("api.document", id=entry.id)
    return answer


def fresh(doc_id: str) -> tuple[Entry, str, str]:
    """A document to change, with its whole text and hash; `If-Match` must name that hash.

    Raises:
        AccessDenied: The person may not change it.
        Outdated: It is not the text that was read.
    """
    entry = entry_to_edit(doc_id)
    whole_text, _, _, _, now = view().workspace.read(entry)
    if expected() != now:
        raise Outdated(hint=f"请重新读取再改。现在的校验值是 {now}。")
    return entry, whole_text, now


@route(
    "POST", "/documents", "按类别的提纲新建文档", ref("Made"), status=201,
    body=form(
        ("kind", "title"), kind=text(100, 1), title=text(200), department=text(100),
        period=text(100), subject=one_of("部门", *(s for s in SUBJECTS if s != "部门")),
    ),
)  # fmt: skip
def new(call: Call) -> Response:
    """Make a document from its kind's outline; a head of department the own summaries."""
    kind = view().workspace.kind(call.text("kind"))
    department = call.text("department")
    if not rights().may(Act.EDIT):
        if kind.slug != SUMMARY_KIND or not rights().writes_summaries:
            demand(Act.EDIT)
        department = person().department
    with acting_as(person().name):
        document_id = new_document(
            site().library.for_writing(),
            kind.slug,
            call.text("title"),
            department=department,
            period=call.text("period"),
            subject=call.text("subject") or "部门",
        )
    note("新建文档", document_id)
    return made(document_id, 201)


@route("GET", "/text/{id}", "正文的原文（Markdown）和校验值", ref("Text"))
def text_of(call: Call) -> Response:
    """The raw text of somebody who may change it."""
    entry = entry_to_edit(call.id)
    whole_text, _, _, _, now = view().workspace.read(entry)
    return exact(
        {"id": entry.id, "body": body_of(whole_text), "published": is_published(entry),
         "hash": now},
        tag=now,
    )  # fmt: skip


@route(
    "PUT", "/text/{id}", "保存正文；现行或已发布的文本要用文字更正", ref("Made"), guarded=True,
    body=form(("body",), body=text(_LONGEST)),
)  # fmt: skip
def save_text(call: Call) -> Response:
    """Save a draft's text."""
    entry, whole_text, now = fresh(call.id)
    if is_published(entry):
        raise LockedDocument(
            f"“{entry.id}”现行有效或已发布，不能直接修改。",
            hint="改内容请先 POST /api/revise；改错别字请 POST /api/corrections 并写明原因。",
        )
    with acting_as(person().name):
        write_text(entry, with_body(whole_text, str(call.body["body"])), now)
    note("保存正文", entry.id)
    return made(entry.id)


@route(
    "POST", "/corrections/{id}", "登记文字更正：改现行文本里的错别字", ref("Made"), guarded=True,
    body=form(("body", "why"), body=text(_LONGEST), why=text(200, 1)),
)  # fmt: skip
def correct(call: Call) -> Response:
    """Record a correction of a text in force."""
    entry, whole_text, now = fresh(call.id)
    if not is_published(entry):
        raise UsageError("这份文本还没有发布，直接保存正文即可。")
    with acting_as(person().name):
        write_text(entry, with_body(whole_text, str(call.body["body"])), now, call.text("why"))
    note("文字更正", entry.id, call.text("why"))
    return made(entry.id)


# -- versions ----------------------------- -----------------------------------------------


def _day(call: Call) -> date | None:
    return parse_date(call.text("effective")) if call.text("effective") else None


@route(
    "POST", "/revise/{id}", "起草下一版", ref("Made"), status=201, act=Act.EDIT,
    body=form(effective=DAY, version=text(40)),
)  # fmt: skip
def revise(call: Call) -> Response:
    """Write the next version as a draft."""
    entry = entry_to_edit(call.id)
    with acting_as(person().name):
        draft = publishing.revise(
            site().library.for_writing(),
            entry.id,
            effective=_day(call),
            version=call.text("version") or None,
        )
    note("起草修订", entry.id, draft)
    return made(draft, 201)


@route(
    "POST", "/publish/{id}", "发布草案，旧版自动记下失效日期", ref("Published"), act=Act.EDIT,
    body=form(effective=DAY),
)  # fmt: skip
def publish(call: Call) -> dict[str, object]:
    """Bring a draft into force."""
    entry = entry_to_edit(call.id)
    with acting_as(person().name):
        done = publishing.publish(site().library.for_writing(), entry.id, effective=_day(call))
    note("发布", done.id, done.effective.isoformat())
    renew_view()
    return {"id": done.id, "closed": done.closed, "effective": done.effective.isoformat()}


# -- history and bin ---------------------- -----------------------------------------------


@route(
    "GET", "/history/{id}", "每次被改写之前的文本；给出 number 时附上那一次的原文", ref("History"),
    query=(query("number", "第几次留存", whole(1, 999_999)),),
)  # fmt: skip
def kept(call: Call) -> dict[str, object]:
    """What was overwritten, oldest first."""
    entry = entry_to_edit(call.id)
    workspace = view().workspace
    number = call.number("number", 0)
    shown = decode(history.text_of(workspace, entry.id, number), entry.path) if number else None
    records = [_record(record) for record in history.records(workspace, entry.id)]
    return {"id": entry.id, "records": records, "text": shown}


def _record(record: Record) -> dict[str, object]:
    names = ("number", "when", "who", "action", "why", "hash")
    return {name: getattr(record, name) for name in names}


@route(
    "POST", "/restore/{id}", "恢复留存的文本，或从回收站取回", ref("Made"), act=Act.EDIT,
    body=form(number=whole(1, 999_999)),
)  # fmt: skip
def restore(call: Call) -> Response:
    """Bring a kept text back."""
    workspace = view().workspace
    present = workspace.catalogue.get(call.id)
    if present is None and not rights().sees_everything:
        raise AccessDenied("回收站里可能有更高密级的文档，您的账号不能取回。")
    number = call.number("number", 0) or None
    with acting_as(person().name):
        if present is not None:
            record = bring_back(workspace, entry_to_edit(call.id), number)
        else:
            record = history.restore(workspace, call.id, number)
    note("恢复", call.id, f"第 {record.number} 次留存")
    return made(call.id)


@route(
    "DELETE", "/documents/{id}", "移入回收站", ref("Deleted"), act=Act.EDIT,
    query=(query("why", "原因", _WHY), query("hash", "只在校验值相同时删除", text(128))),
)  # fmt: skip
def delete(call: Call) -> dict[str, object]:
    """Move a document to the bin; it can be restored."""
    entry = entry_to_edit(call.id)
    seen = call.text("hash") or None
    with acting_as(person().name):
        record = history.delete(
            site().library.for_writing(), entry.id, call.text("why"), expected=seen
        )
    note("删除", entry.id, call.text("why"))
    renew_view()
    return {"id": entry.id, "number": record.number}


@route("GET", "/bin", "回收站", ref("Bin"), act=Act.EDIT)
def bin_of(_call: Call) -> dict[str, object]:
    """What was deleted."""
    if not rights().sees_everything:
        raise AccessDenied("回收站里可能有更高密级的文档，您的账号不能查看。")
    found = history.deleted(site().library.state().workspace)
    return {"deleted": [{"id": name, **_record(record)} for name, record in found]}

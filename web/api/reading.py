"""Reading through the API: who one is, search, list, one document, its versions and relations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

from store.exceptions import UsageError
from store.listing import line_json, select
from store.views import document_json
from web.api.parameters import FILTERS, limit, query
from web.api.shapes import FLAG, ref, text
from web.api.table import exact, route
from web.asking import Asked, read_day, search_json
from web.comparing import compare as compare_versions
from web.pages.document import loaded
from web.rights import Act
from web.security import csrf_token
from web.site import person, rights, view

if TYPE_CHECKING:
    from flask import Response

    from web.api.table import Call
    from web.comparing import Pair, Piece

MOST = 200


@route("GET", "/openapi.json", "这份说明", {"type": "object"})
def openapi(_call: Call) -> dict[str, object]:
    """What the API offers."""
    from web.api.openapi import description  # noqa: PLC0415 - made from the whole table

    return description()


@route("GET", "/me", "我是谁，能做什么；网页会话要用的防伪标记", ref("Me"))
def me(_call: Call) -> dict[str, object]:
    """Who asks, and what may be done; the token that a session's requests carry."""
    who = person()
    return {
        "name": who.name,
        "role": who.role.value,
        "department": who.department or None,
        "may": [act.value for act in Act if rights().may(act)],
        "csrf": csrf_token(),
    }


@route(
    "GET", "/search", "检索条款，与 wenshu search --json 相同", ref("Search"),
    query=(
        query("q", "要检索的文字，写法与检索框相同"), *FILTERS, query("tag", "标签"),
        limit(10, MOST), query("explain", "说明每条为什么排在这里", FLAG),
    ),
)  # fmt: skip
def search(call: Call) -> dict[str, object]:
    """Clauses, as `wenshu search --json` gives them."""
    asked = Asked.read(request.args)
    if not asked.query and not asked.filters:
        raise UsageError("请给出要检索的文字。", hint="例如 /api/search?q=年假")
    return search_json(view(), asked, call.number("limit", 10), explain=call.flag("explain"))


@route(
    "GET", "/suggest", "输入时的建议", ref("Suggestions"),
    query=(query("q", "已输入的文字，汉字、拼音或首字母"), limit(8, 50)),
)  # fmt: skip
def suggest(call: Call) -> dict[str, object]:
    """What somebody may be about to type."""
    found = view().index.suggest(call.text("q")[:40], limit=call.number("limit", 8))
    return {"suggestions": [item.to_json() for item in found]}


@route("GET", "/documents", "列出文档，与 wenshu list --json 相同", ref("Documents"), query=FILTERS)
def documents(call: Call) -> dict[str, object]:
    """The list, as `wenshu list --json` gives it."""
    seen = view()
    day = read_day(call.text("on"))
    year = call.text("year")
    if year and not year.isdecimal():
        return {"documents": []}
    entries = select(
        seen.workspace,
        seen.entries,
        kind=call.text("kind"),
        department=call.text("department"),
        status=call.text("status"),
        year=int(year) if year else None,
        on=day,
    )
    return {"documents": [line_json(seen.workspace, entry, day) for entry in entries]}


@route(
    "GET", "/documents/{id}", "一份文档的结构，与 wenshu show --json 相同；ETag 是它的校验值",
    ref("Document"),
)  # fmt: skip
def document(call: Call) -> Response:
    """One document, as `wenshu show --json` gives it."""
    seen = view()
    found, _ = loaded(seen, seen.entry(call.id))
    return exact(document_json(found), tag=found.content_hash)


@route("GET", "/versions/{id}", "一份文档的各个版本，新的在前", ref("Documents"))
def versions(call: Call) -> dict[str, object]:
    """All versions of a text that the person may see."""
    seen = view()
    family = seen.family(seen.entry(call.id))
    return {"documents": [line_json(seen.workspace, entry) for entry in family]}


@route(
    "GET", "/related/{id}", "相关文档", ref("Related"), query=(limit(5, 50),)
)  # fmt: skip
def related(call: Call) -> dict[str, object]:
    """Documents about the same things."""
    seen = view()
    found = seen.index.related(seen.entry(call.id).id, call.number("limit", 5))
    return {"related": [item.to_json() for item in found]}


@route(
    "GET", "/compare/{id}", "与另一个版本逐条对照", ref("Comparison"),
    query=(query("with", "另一份文档的位置，作为旧的一边", text(400, 1)),),
)  # fmt: skip
def compare(call: Call) -> dict[str, object]:
    """Two texts side by side, clause by clause; the other one is the older side."""
    seen = view()
    right = seen.entry(call.id)
    if not call.text("with"):
        raise UsageError("请写明与哪一份对照。", hint="例如 ?with=管理制度/考勤@2022")
    left = seen.entry(call.text("with"))
    pairs = compare_versions(loaded(seen, left)[0], loaded(seen, right)[0])
    return {"old": left.id, "new": right.id, "pairs": [_pair(pair) for pair in pairs]}


def _pair(pair: Pair) -> dict[str, object]:
    return {"change": pair.change, "old": _piece(pair.left), "new": _piece(pair.right)}


def _piece(piece: Piece | None) -> dict[str, object] | None:
    if piece is None:
        return None
    return {"label": piece.label or None, "text": piece.text, "anchor": piece.anchor or None}

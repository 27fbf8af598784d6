"""Keeping order through the API: the checker, the ledger, the record of acts."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING

from store.checker import check_workspace
from store.dates import today
from web import ledger as ledger_rows
from web.api.parameters import query
from web.api.shapes import DAY, FLAG, ref, text, whole
from web.api.table import route
from web.asking import read_day
from web.pages.keep import all_problems, visible_problems
from web.rights import Act
from web.site import site, view

if TYPE_CHECKING:
    from web.accounts import Act as Recorded
    from web.api.table import Call

_MOST = 1000


@route(
    "GET", "/check", "检查问题，与 wenshu check --json 相同", ref("Problems"), act=Act.CHECK,
    query=(query("id", "只检查这一份"),),
)  # fmt: skip
def check(call: Call) -> dict[str, object]:
    """Every problem, as `wenshu check --json` gives it."""
    seen = view()
    if wanted := call.text("id"):
        found = check_workspace(seen.workspace, [str(seen.entry(wanted).path)])
    else:
        found = all_problems(wait=True).problems or []
    return {"problems": [asdict(problem) for problem in visible_problems(found)]}


@route(
    "GET", "/ledger", "某一天的制度台账", ref("Ledger"), act=Act.CHECK,
    query=(query("on", "哪一天，缺省为今天", DAY), query("all", "连无效的一起", FLAG)),
)  # fmt: skip
def ledger(call: Call) -> dict[str, object]:
    """The ledger on a day."""
    day = read_day(call.text("on")) or today()
    rows = ledger_rows.rows(view(), day, only_in_force=not call.flag("all"))
    return {
        "day": day.isoformat(),
        "columns": list(ledger_rows.HEADER),
        "rows": [[_cell(value) for value in row] for row in rows],
    }


def _cell(value: object) -> str | None:
    if value is None or value == "":
        return None
    return value.isoformat() if isinstance(value, date) else str(value)


@route(
    "GET", "/audit", "操作记录，新的在前", ref("Audit"), act=Act.MANAGE,
    query=(
        query("who", "账号", text(64)), query("action", "操作", text(64)),
        query("limit", "最多几条", whole(1, _MOST, 200)),
        query("offset", "跳过几条", whole(0, 10_000_000, 0)),
    ),
)  # fmt: skip
def audit(call: Call) -> dict[str, object]:
    """Who did what when."""
    found = site().accounts.record(
        who=call.text("who"),
        action=call.text("action"),
        limit=call.number("limit", 200),
        offset=call.number("offset", 0),
    )
    return {"acts": [_act(act) for act in found]}


def _act(act: Recorded) -> dict[str, object]:
    return asdict(act)

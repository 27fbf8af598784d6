"""For the administrator: accounts, and the record of who did what when."""

from __future__ import annotations

import csv
import io
import secrets
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from store.exceptions import UsageError
from web.rights import ROLES, Act, Role
from web.site import demand, note, person, rights, site

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

blueprint = Blueprint("admin", __name__, url_prefix="/admin")
_PAGE: Final = 200
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_EXPORTED: Final = 200_000


@blueprint.before_request
def _only_administrators() -> None:
    demand(Act.MANAGE)


@blueprint.get("/accounts")
def accounts() -> str:
    """All accounts, and a form for a new one."""
    return _page()


def _page(fresh: tuple[str, str] | None = None) -> str:
    return render_template(
        "accounts.html",
        accounts=site().accounts.all(),
        roles=[role.value for role in ROLES],
        levels=rights().levels,
        fresh=fresh,
    )


@blueprint.post("/accounts")
def add() -> str:
    """Make an account; its first password is shown this once and has to be changed."""
    form = request.form
    if not site().accounts.any() and form.get("role") != Role.ADMIN.value:
        raise UsageError("第一个账号应是系统管理员，否则无人能管理账号。")
    word = first_password()
    account = site().accounts.add(
        form.get("name", ""),
        word,
        role=form.get("role", ""),
        display=form.get("display", ""),
        department=form.get("department", ""),
        level=form.get("level", ""),
        must_change=True,
    )
    note("新建账号", account.name, account.role.value)
    return _page((account.name, word))


@blueprint.post("/accounts/<name>/change")
def change(name: str) -> AnyResponse:
    """Change role, department, 密级 of an account."""
    form = request.form
    _keep_one_administrator(name, form.get("role", ""))
    site().accounts.change(
        name,
        role=form.get("role", ""),
        department=form.get("department", ""),
        level=form.get("level", ""),
        display=form.get("display", ""),
    )
    note("修改账号", name, f"{form.get('role', '')} {form.get('department', '')}")
    flash(f"账号“{name}”已保存。", "good")
    return redirect(url_for("admin.accounts"))


@blueprint.post("/accounts/<name>/password")
def reset(name: str) -> str:
    """Set a new first password."""
    word = first_password()
    site().accounts.set_password(name, word, must_change=True)
    note("重设口令", name)
    return _page((name, word))


@blueprint.post("/accounts/<name>/disable")
def disable(name: str) -> AnyResponse:
    """Shut an account out, or let it in again."""
    disabled = request.form.get("disabled") == "1"
    if disabled:
        _keep_one_administrator(name, "")
    site().accounts.disable(name, disabled=disabled)
    note("停用账号" if disabled else "启用账号", name)
    flash(f"账号“{name}”已{'停用' if disabled else '启用'}。", "good")
    return redirect(url_for("admin.accounts"))


def _keep_one_administrator(name: str, role: str) -> None:
    """Somebody must remain who can manage accounts, and it is not the one who just locks out."""
    if role == Role.ADMIN.value:
        return
    left = [a for a in site().accounts.all() if a.role is Role.ADMIN and not a.disabled]
    if name == person().name or [a.name for a in left] == [name]:
        raise UsageError("至少要留一个可用的系统管理员，也不能停用或降低自己的账号。")


def first_password() -> str:
    """A password that can be told by telephone."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(3))


@blueprint.get("/audit")
def audit() -> str:
    """The record."""
    who, action = request.args.get("who", ""), request.args.get("action", "")
    page = max(1, request.args.get("page", 1, int))
    found = site().accounts.record(
        who=who, action=action, limit=_PAGE + 1, offset=(page - 1) * _PAGE
    )
    return render_template(
        "audit.html",
        acts=found[:_PAGE],
        more=len(found) > _PAGE,
        page=page,
        who=who,
        action=action,
        actions=site().accounts.recorded_actions(),
    )


@blueprint.get("/audit.csv")
def audit_csv() -> Response:
    """The record for a spreadsheet; no cell begins like a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["时间", "账号", "地址", "操作", "对象", "说明"])
    for act in site().accounts.record(limit=_EXPORTED):
        cells = (act.at, act.who, act.address, act.action, act.target, act.detail)
        writer.writerow([f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell for cell in cells])
    note("导出操作记录")
    answer = Response("\ufeff" + out.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="audit.csv"'
    return answer

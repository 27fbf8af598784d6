"""Accounts in bulk, from the table that the administrator has anyway."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from store.exceptions import InputError, WenshuError
from store.spreadsheet import read_sheets
from web.rights import Role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from web.accounts import Accounts

_NAMES: Final = {
    "账号": ("账号", "用户名", "登录名", "工号"),
    "姓名": ("姓名", "名称"),
    "角色": ("角色", "权限"),
    "部门": ("部门", "所在部门", "所属部门"),
    "密级": ("密级",),
    "口令": ("口令", "密码", "初始口令", "初始密码"),
}


@dataclass(slots=True)
class Imported:
    """What came of a table: (name, first password or nothing) and (row, why not)."""

    added: list[tuple[str, str]] = field(default_factory=list)
    failed: list[tuple[int, str]] = field(default_factory=list)


def import_roster(accounts: Accounts, path: Path) -> Imported:
    """Make an account for each row.

    Raises:
        InputError: The table cannot be read, or has no column of names.
    """
    from web.pages.admin import first_password  # noqa: PLC0415 - one alphabet for both

    rows = _rows(path)
    result = Imported()
    for number, row in rows:
        word = row.get("口令", "")
        made = word or first_password()
        try:
            account = accounts.add(
                row.get("账号", ""),
                made,
                role=row.get("角色", "") or Role.STAFF.value,
                display=row.get("姓名", ""),
                department=row.get("部门", ""),
                level=row.get("密级", ""),
                must_change=True,
            )
        except WenshuError as error:
            result.failed.append((number, error.message))
        else:
            result.added.append((account.name, "" if word else made))
    return result


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    for sheet in read_sheets(path):
        table = [[_text(value) for value in row] for row in sheet.rows]
        for at, row in enumerate(table[:10]):
            columns = _columns(row)
            if "账号" in columns:
                return list(_below(table, at, columns))
    raise InputError(
        f"“{path.name}”中没有“账号”一列。",
        hint="列名：账号、姓名、角色、部门、密级、口令。",
        path=str(path),
    )


def _columns(row: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, spellings in _NAMES.items():
        for spelling in spellings:
            if spelling in row:
                found.setdefault(name, row.index(spelling))
    return found


def _below(
    table: Sequence[Sequence[str]], at: int, columns: Mapping[str, int]
) -> list[tuple[int, dict[str, str]]]:
    found = []
    for number, row in enumerate(table[at + 1 :], at + 2):
        values = {n: row[c] for n, c in columns.items() if c < len(row)}
        if any(values.values()):
            found.append((number, values))
    return found


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()

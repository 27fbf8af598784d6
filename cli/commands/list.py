"""`wenshu list`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.common import (
    Day,
    complete_kinds,
    force_text,
    json_option,
    near_value,
    open_workspace,
    workspace_option,
)
from cli.output import echo_warning, emit, print_json, table
from store.dates import today
from store.listing import line_json, select
from store.versions import DRAFT_STATUSES, ENDED_STATUSES, start_of

if TYPE_CHECKING:
    from datetime import date

    from store import Workspace
    from store.catalogue import Entry


@click.command("list", help="列出文档，可按类别、部门、状态、年度和某日是否有效筛选。")
@click.option(
    "--kind", metavar="类别", shell_complete=complete_kinds, help="类别的中文名、别名或英文名。"
)
@click.option("--department", metavar="部门", help="归口部门。")
@click.option("--status", metavar="状态", help="状态，如 现行、草案、定稿。")
@click.option("--year", type=int, metavar="年度", help="总结所属的年度。")
@click.option("--on", type=Day(), metavar="日期", help="只列在这一天有效的。")
@workspace_option
@json_option
def command(
    kind: str | None,
    department: str | None,
    status: str | None,
    year: int | None,
    on: date | None,
    workspace_path: str | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Filter the catalogue and print it."""
    workspace = open_workspace(workspace_path)
    entries = select(
        workspace,
        workspace.entries,
        kind=kind,
        department=department,
        status=status,
        year=year,
        on=on,
    )
    if as_json:
        print_json({"documents": [line_json(workspace, entry, on) for entry in entries]})
        return
    _print(workspace, entries, on)
    if not entries:
        for attribute, value in (("department", department), ("status", status)):
            if value:
                emit(near_value(workspace, attribute, value))
    if workspace.catalogue.broken:
        echo_warning(f"有 {len(workspace.catalogue.broken)} 个文件无法读取，用 wenshu check 查看。")


def _print(workspace: Workspace, entries: list[Entry], on: date | None) -> None:
    kinds = workspace.kinds
    rows = [
        (
            entry.meta.title,
            kinds[entry.meta.kind].name if entry.meta.kind in kinds else "其他",
            entry.meta.department,
            entry.meta.version,
            _state(workspace, entry, on),
        )
        for entry in entries
    ]
    lines = table(("题目", "类别", "部门", "版本", "状态"), rows)
    emit("\n".join([*lines, f"共 {len(entries)} 份文档。"]))


def _state(workspace: Workspace, entry: Entry, on: date | None) -> str:
    if not workspace.versions.has_life_cycle(entry):
        return entry.meta.status
    if on is not None:
        return "当日有效"
    in_force = workspace.versions.in_force(entry, on)
    begins = start_of(entry.meta)
    never = entry.meta.status in DRAFT_STATUSES | ENDED_STATUSES
    if in_force is False and begins is not None and begins > today() and not never:
        return f"{begins}起"
    if in_force and entry.meta.status in {"现行", "试行", "修订中"}:
        return entry.meta.status
    return (
        entry.meta.status
        if in_force is False and entry.meta.status != "现行"
        else force_text(in_force)
    )

"""`wenshu history`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.commands.restore import find_kept, name_of, versions_named
from cli.common import complete_ids, json_option, open_workspace, workspace_option
from cli.output import emit, print_json, table

if TYPE_CHECKING:
    from store import Workspace


@click.command(
    "history",
    help="列出文枢改写过的每一次文本，以及发布和更正的登记。"
    "给题目时各版本都列出，不给 ID 时列出回收站。",
)
@click.argument("wanted", metavar="[ID]", required=False, shell_complete=complete_ids)
@workspace_option
@json_option
def command(wanted: str | None, workspace_path: str | None, as_json: bool) -> None:  # noqa: FBT001
    """List the kept texts."""
    from dataclasses import asdict  # noqa: PLC0415

    from store.history import records  # noqa: PLC0415
    from store.publishing import lock_records  # noqa: PLC0415

    workspace = open_workspace(workspace_path)
    if wanted is None:
        _bin(workspace, as_json=as_json)
        return
    document_id = find_kept(workspace, wanted)
    if as_json:
        kept = records(workspace, document_id)
        locks = lock_records(workspace, document_id)
        print_json(
            {
                "id": document_id,
                "history": [asdict(r) for r in kept],
                "published": [asdict(lock) for lock in locks],
            }
        )
        return
    versions = versions_named(workspace, wanted, document_id)
    for at, version_id in enumerate(versions):
        if len(versions) > 1:
            emit(("\n" if at else "") + click.style(name_of(workspace, version_id), bold=True))
        _print(workspace, version_id)


def _print(workspace: Workspace, document_id: str) -> None:
    """The kept texts of one version, and what was published of it."""
    from store.history import records  # noqa: PLC0415
    from store.publishing import lock_records  # noqa: PLC0415

    kept = records(workspace, document_id)
    locks = lock_records(workspace, document_id)
    if not kept and not locks:
        emit(f"“{document_id}”还没有被改写过。")
    rows = [
        (
            f"@{r.number}",
            _version(workspace, document_id, r.number),
            r.when[:16].replace("T", " "),
            r.who,
            r.action,
            r.why,
        )
        for r in kept
    ]
    for line in table(("序号", "留存的版本", "改写时间", "操作人", "操作", "说明"), rows):
        emit(line)
    if kept:
        emit(f'取回：wenshu restore "{document_id}@{kept[-1].number}"')
    for lock in locks:
        emit(f"{lock.when[:10]}  {lock.action}  {lock.version}  {lock.who}  {lock.why}".rstrip())


def _version(workspace: Workspace, document_id: str, number: int) -> str:
    """Version and status that the kept text itself names."""
    from store import frontmatter  # noqa: PLC0415
    from store.exceptions import InputError  # noqa: PLC0415
    from store.history import text_of  # noqa: PLC0415
    from store.schema import convert  # noqa: PLC0415

    try:
        text = text_of(workspace, document_id, number).decode("utf-8-sig")
        meta = convert(frontmatter.parse(text).values, workspace.find_kind).meta
    except (InputError, UnicodeDecodeError):
        return ""
    return " ".join(word for word in (meta.version, meta.status) if word)


def _bin(workspace: Workspace, *, as_json: bool) -> None:
    from dataclasses import asdict  # noqa: PLC0415

    from store.history import deleted  # noqa: PLC0415

    found = deleted(workspace)
    if as_json:
        print_json({"deleted": [{"id": name, **asdict(record)} for name, record in found]})
        return
    emit(f"回收站里有 {len(found)} 份文档。")
    rows = [(name, record.when[:10], record.who, record.why) for name, record in found]
    for line in table(("文档", "删除日期", "操作人", "说明"), rows):
        emit(line)

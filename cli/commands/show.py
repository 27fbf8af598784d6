"""`wenshu show`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.common import complete_ids, force_text, json_option, open_workspace, workspace_option
from cli.output import emit, print_json, width, wrap

if TYPE_CHECKING:
    from store import Workspace
    from store.document import Document


@click.command("show", help="查看一份文档：编号和指标数据都已填好。ID 可以是编号、路径或题目。")
@click.argument("wanted", metavar="ID", shell_complete=complete_ids)
@click.option("--html", "as_html", is_flag=True, help="输出 HTML。")
@workspace_option
@json_option
def command(
    wanted: str,
    as_html: bool,  # noqa: FBT001
    workspace_path: str | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Load and print one document."""
    workspace = open_workspace(workspace_path)
    document = workspace.load(wanted)
    if as_json:
        from store.views import document_json  # noqa: PLC0415

        print_json(document_json(document))
    elif as_html:
        from store.html import document_html  # noqa: PLC0415

        emit(document_html(document))
    else:
        _print(workspace, document)


def _print(workspace: Workspace, document: Document) -> None:
    from store.versions import DRAFT_STATUSES, start_of  # noqa: PLC0415
    from store.views import text_lines  # noqa: PLC0415

    meta = document.meta
    emit(click.style(meta.title, bold=True))
    facts = [document.kind.name, meta.department, meta.position, meta.number]
    facts.append(f"{meta.version}版" if meta.version else "")
    entry = workspace.entry(document.id)
    if workspace.versions.has_life_cycle(entry):
        begins = "" if meta.status in DRAFT_STATUSES else str(start_of(meta) or "")
        force = force_text(workspace.versions.in_force(entry), begins)
        facts.append(f"{meta.status}（今日{force}）")
    else:
        facts.append(meta.status)
    facts.append(f"{meta.effective}起生效" if meta.effective else "")
    emit("  ".join(fact for fact in facts if fact))
    emit("")
    for indent, text, bold in text_lines(document):
        for line in wrap(text, width() - indent):
            emit(" " * indent + (click.style(line, bold=True) if bold else line))

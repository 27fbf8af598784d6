"""`wenshu inspect`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.common import existing_file, json_option, open_workspace, workspace_option
from cli.output import emit, print_json, table

if TYPE_CHECKING:
    from generator.inspect import Report
    from generator.layout import Layouts


@click.command(
    "inspect", help="按版式（缺省为 公文，GB/T 9704-2012）测量一个 Word 文件，列出不符之处。"
)
@click.argument("file", metavar="FILE.docx")
@click.option("--layout", default="公文", show_default=True, metavar="版式", help="对照的版式。")
@workspace_option
@json_option
def command(file: str, layout: str, workspace_path: str | None, as_json: bool) -> int:  # noqa: FBT001
    """Measure an existing Word file."""
    from generator.inspect import inspect_document  # noqa: PLC0415 - help needs no generator

    existing_file(file)
    report = inspect_document(Path(file).expanduser(), layouts_at_hand(workspace_path).get(layout))
    if as_json:
        print_json(report.to_json())
    else:
        show_deviations(report, layout)
    return int(not report.ok)


def show_deviations(report: Report, layout: str) -> None:
    """What does not keep to the layout, a line each."""
    rows = [(d.place, d.item, d.found, d.wanted) for d in report.deviations]
    for line in table(("位置", "项目", "现为", "应为"), rows):
        emit(line)
    emit(f"共 {len(rows)} 处不符合“{layout}”版式。" if rows else f"符合“{layout}”版式。")


def layouts_at_hand(workspace_path: str | None) -> Layouts:
    """The layouts of the workspace at hand, else the built-in ones."""
    from generator.layout import load_layouts  # noqa: PLC0415
    from generator.templates import LAYOUT_FOLDER, workspace_layouts  # noqa: PLC0415
    from store.exceptions import WorkspaceNotFound  # noqa: PLC0415
    from store.starter import starter_folder  # noqa: PLC0415

    try:
        return workspace_layouts(open_workspace(workspace_path))
    except WorkspaceNotFound:
        if workspace_path:
            raise
        return load_layouts([starter_folder() / "templates" / LAYOUT_FOLDER])

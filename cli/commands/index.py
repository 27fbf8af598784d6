"""`wenshu index`."""

from __future__ import annotations

import click

from cli.common import json_option, open_workspace, workspace_option
from cli.output import echo_warning, emit, print_json, progress


@click.command("index", help="更新检索索引。检索时会自动更新，平时不必执行。")
@click.option("--rebuild", is_flag=True, help="丢弃现有索引，全部重建。")
@workspace_option
@json_option
def command(rebuild: bool, workspace_path: str | None, as_json: bool) -> None:  # noqa: FBT001
    """Bring the index up to date and say what was done."""
    import time  # noqa: PLC0415

    from search import SearchIndex  # noqa: PLC0415 - help needs no engine

    workspace = open_workspace(workspace_path)
    started = time.monotonic()
    with progress("更新索引") as advance:
        index = SearchIndex.open(workspace, progress=advance, rebuild=rebuild)
    seconds = time.monotonic() - started
    summary = index.summary
    if as_json:
        print_json(
            {
                "documents": summary.documents,
                "units": summary.units,
                "added": summary.added,
                "removed": summary.removed,
                "rebuilt": summary.rebuilt,
                "seconds": round(seconds, 3),
                "notes": summary.notes,
            }
        )
        return
    for note in summary.notes:
        echo_warning(note)
    done = (
        f"更新 {summary.added} 份，移除 {summary.removed} 份"
        if summary.added or summary.removed
        else "没有变化"
    )
    emit(
        f"索引里有 {summary.documents} 份文档、{summary.units} 条；{done}，用时 {seconds:.1f} 秒。"
    )

"""`wenshu index`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.common import json_option, open_workspace, workspace_option
from cli.output import echo_warning, emit, print_json, progress

if TYPE_CHECKING:
    from search.semantic import Embedded
    from search.updating import Summary


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
    summary = index.summary
    with progress("计算语义向量") as advance:
        embedded = index.embed(advance)
    seconds = time.monotonic() - started
    if as_json:
        print_json(_json(summary, embedded, seconds))
        return
    if summary is None:
        emit(f"索引是最新的，没有变化，用时 {seconds:.1f} 秒。")
    else:
        for note in summary.notes:
            echo_warning(note)
        emit(
            f"索引里有 {summary.documents} 份文档、{summary.units} 条；"
            f"更新 {summary.added} 份，移除 {summary.removed} 份，用时 {seconds:.1f} 秒。"
        )
    if embedded is not None:
        _tell_embedded(embedded)


def _tell_embedded(embedded: Embedded) -> None:
    """What was done for searching by meaning, where the workspace wants it."""
    if not embedded.installed:
        echo_warning("wenshu.toml 开启了语义检索，但没有安装：pip install 'wenshu[semantic]'。")
    elif embedded.missing:
        echo_warning(f"还有 {embedded.missing} 条没有语义向量：缓存文件夹不能写入。")
    else:
        emit(f"语义检索已开启，新算向量 {embedded.made} 条。")


def _json(summary: Summary | None, embedded: Embedded | None, seconds: float) -> dict[str, object]:
    found: dict[str, object] = {"seconds": round(seconds, 3), "changed": summary is not None}
    found["vectors"] = embedded.made if embedded else None
    for name in ("documents", "units", "added", "removed", "rebuilt", "notes"):
        found[name] = getattr(summary, name, None)
    return found

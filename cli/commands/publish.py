"""`wenshu publish`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.common import Day, complete_ids, open_workspace, workspace_option
from cli.output import emit

if TYPE_CHECKING:
    from datetime import date


@click.command(
    "publish",
    help="发布草案：锁定文本，旧版到新版生效之日为止。总结则定稿：把现有的数存在文档旁边。",
)
@click.argument("wanted", metavar="ID", shell_complete=complete_ids)
@click.option(
    "--effective", type=Day(), metavar="日期", help="生效日期（缺省用文档里的，没有则为今天）。"
)
@click.option("--force", is_flag=True, help="总结有错误（wenshu check 所列）时也照样定稿。")
@workspace_option
def command(
    wanted: str,
    effective: date | None,
    force: bool,  # noqa: FBT001
    workspace_path: str | None,
) -> None:
    """Bring a draft into force."""
    from store.publishing import publish  # noqa: PLC0415

    workspace = open_workspace(workspace_path)
    entry = workspace.resolve(wanted)
    if entry.meta.data and not workspace.versions.has_life_cycle(entry):
        from store.finishing import finish  # noqa: PLC0415 - reports only

        emit(f"已定稿：{entry.id}，数据存于 {finish(workspace, entry.id, force=force)}")
        return
    if force:
        raise click.UsageError("--force 只用于有数据的总结定稿。")
    done = publish(workspace, wanted, effective=effective)
    emit(f"已发布：{done.id}，{done.effective} 起生效。")
    if done.closed:
        emit(f"旧版改名为：{done.closed}，{done.effective} 起不再有效。")
    for other in done.ended:
        emit(f"同时到期：{other}，{done.effective} 起不再有效。")

"""`wenshu serve`."""

from __future__ import annotations

import click

from cli.common import open_workspace, workspace_option
from cli.output import emit


@click.command(
    "serve",
    help="打开网页：查找、打印、短信、资料目录。缺省只有本机能访问，不用登录；"
    "用 --host 给办公网使用前，要先用 wenshu user add 建立账号。",
)
@click.option(
    "--host",
    metavar="地址",
    default="127.0.0.1",
    show_default=True,
    help="监听的地址；0.0.0.0 为全部。",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="端口",
    default=8520,
    show_default=True,
    help="监听的端口；0 为任选一个。",
)
@click.option("--read-only", is_flag=True, help="只能查看、打印和下载，不能修改。")
@click.option(
    "--processes",
    type=click.IntRange(0, 16),
    metavar="个数",
    default=0,
    help="用几个进程（只在 Linux 上）；0 为自动：有账号时按处理器个数，否则 1 个。",
)
@workspace_option
def command(
    host: str,
    port: int,
    read_only: bool,  # noqa: FBT001
    processes: int,
    workspace_path: str | None,
) -> None:
    """Make the application and serve it."""
    from web import WebConfig, create_app  # noqa: PLC0415 - help needs no Flask
    from web.server import serve  # noqa: PLC0415

    workspace = open_workspace(workspace_path)
    app = create_app(workspace.root, config=WebConfig(host=host, port=port, read_only=read_only))
    serve(app, emit, processes=processes)
    emit("已停止。")

"""Waitress in front of the application: refuses to start unsafely, says where it listens."""

from __future__ import annotations

import logging
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from store.exceptions import EnvironmentRefused, UsageError, WenshuError
from store.files import reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from waitress.server import BaseWSGIServer, MultiSocketServer

    from web.site import Site

THREADS: Final = 16  # most of them stand in line at `web.gate`


def refuse_unsafe(site: Site) -> None:
    """Off this computer the page needs accounts.

    Raises:
        UsageError: There are none.
    """
    if not site.config.is_loopback and not site.accounts.any():
        raise UsageError(
            f"在 {site.config.host} 上提供服务前，要先建立账号。",
            hint="请先运行 wenshu user add 账号 --role 系统管理员；只在本机使用请去掉 --host。",
        )


def make_server(app: Flask) -> MultiSocketServer | BaseWSGIServer:
    """A listening server; `run` serves, `close` ends.

    Raises:
        UsageError: It would be open to everybody.
        EnvironmentRefused: The port is taken.
    """
    from waitress.server import create_server  # noqa: PLC0415 - with the application

    site: Site = app.extensions["wenshu"]
    refuse_unsafe(site)
    config = site.config
    listening = _listen(config.host, config.port)
    return create_server(
        app,
        sockets=[listening],
        threads=THREADS,
        ident="",
        max_request_body_size=config.max_upload + 1024 * 1024,
        channel_timeout=60,
        connection_limit=400,
    )


def _listen(host: str, port: int) -> socket.socket:
    """A socket at the address; waitress would leave one open where it cannot bind."""
    try:
        family = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise EnvironmentRefused(
            f"无法在 {host}:{port} 上监听：{reason(error)}。",
            hint="端口可能被占用，换一个：--port 8521；也请核对地址。",
        ) from error


def _warm(site: Site) -> None:
    """Read what the first search would have to read."""
    with suppress(WenshuError):
        index = site.library.state().index
        if index is not None:
            index.search("制度", limit=3).to_json()
            index.suggest("zhi")


def serve(app: Flask, tell: Callable[[str], None]) -> None:
    """Serve until Ctrl-C."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    server = make_server(app)
    site: Site = app.extensions["wenshu"]
    threading.Thread(target=_warm, args=(site,), daemon=True).start()
    host = site.config.host
    shown = f"[{host}]" if ":" in host else host
    port = getattr(server, "effective_port", site.config.port)
    tell(f"文枢已启动：http://{shown}:{port}/")
    try:
        server.run()
    finally:
        server.close()
        site.database.close()

"""The page as a program: refuses to start unsafely, says where it listens, serves."""

from __future__ import annotations

import gc
import logging
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from store.exceptions import UsageError, WenshuError
from web.processes import Crew, end_on_terminate, how_many

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from flask import Flask

    from web.listening import PageServer
    from web.site import Site


def refuse_unsafe(site: Site) -> None:
    """Off this computer the page needs accounts.

    Raises:
        UsageError: There are none.
    """
    if not site.config.is_loopback and not site.can_log_in:
        raise UsageError(
            f"在 {site.config.host} 上提供服务前，要先建立账号。",
            hint="请先运行 wenshu user add 账号 --role 系统管理员；只在本机使用请去掉 --host。",
        )


def make_server(
    app: Flask, listening: socket.socket | None = None, *, processes: int = 1
) -> PageServer:
    """A server of this process; `run` serves, `close` ends.

    Raises:
        UsageError: It would be open to everybody.
        EnvironmentRefused: The port is taken.
    """
    from web.listening import PageServer, listen  # noqa: PLC0415 - with waitress

    site: Site = app.extensions["wenshu"]
    refuse_unsafe(site)
    config, signals = site.config, site.library.signals
    found = listening or listen(config.host, config.port)
    return PageServer(app, found, config, signals, processes=processes)


def serve(app: Flask, tell: Callable[[str], None], *, processes: int = 0) -> None:
    """Serve until Ctrl-C.

    Args:
        app: The application.
        tell: Told where it listens.
        processes: How many; 0 for as many as fit.
    """
    from web.listening import listen  # noqa: PLC0415 - with waitress

    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    site: Site = app.extensions["wenshu"]
    refuse_unsafe(site)
    config, count = site.config, how_many(site, processes)
    listening = listen(config.host, config.port)
    shown = f"[{config.host}]" if ":" in config.host else config.host
    several = f"（{count} 个进程）" if count > 1 else ""
    tell(f"文枢已启动：http://{shown}:{listening.getsockname()[1]}/{several}")
    try:
        if count > 1:
            Crew(count, site, lambda: _run(app, listening, count)).run()
        else:
            end_on_terminate()
            gc.freeze()
            _run(app, listening, count)
    finally:
        listening.close()
        site.database.close()


def _run(app: Flask, listening: socket.socket, processes: int) -> None:
    server = make_server(app, listening, processes=processes)
    threading.Thread(target=_warm, args=(app.extensions["wenshu"],), daemon=True).start()
    try:
        server.run()
    finally:
        server.close()


def _warm(site: Site) -> None:
    """Read what the first search and the first print would have to read."""
    with suppress(WenshuError):
        index = site.library.state().index
        if index is not None:
            index.search("制度", limit=3).to_json()
            index.suggest("zhi")
    import generator.render  # noqa: F401, PLC0415 - imported for its own sake

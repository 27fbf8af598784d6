"""Waitress with two manners more: slow senders are let go, processes share out connections."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING, Final, cast

from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from store.exceptions import EnvironmentRefused
from store.files import reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from wsgiref.types import WSGIApplication

    from waitress.channel import HTTPChannel

    from web.config import WebConfig
    from web.signals import Signals

THREADS: Final = 16  # most of them stand in line at `web.gate`
HEADER_SECONDS: Final = 20.0
BODY_SECONDS: Final = 600.0
IDLE_SECONDS: Final = 60
CLEANUP_SECONDS: Final = 5
CONNECTIONS: Final = 400
ASIDE_SECONDS: Final = 0.005  # so long another process may take what this one could
_WAIT_SECONDS: Final = 1.0


def listen(host: str, port: int) -> socket.socket:
    """A socket at the address; waitress would leave one open where it cannot bind.

    Raises:
        EnvironmentRefused: The address cannot be used.
    """
    try:
        family = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise EnvironmentRefused(
            f"无法在 {host}:{port} 上监听：{reason(error)}。",
            hint="端口可能被占用，换一个：--port 8521；也请核对地址。",
        ) from error


class PageServer(TcpWSGIServer):
    """One process's server on a listening socket that others may share."""

    def __init__(
        self,
        app: WSGIApplication,
        listening: socket.socket,
        config: WebConfig,
        signals: Signals,
        *,
        processes: int = 1,
    ) -> None:
        """Serve this application; `run` serves, `close` ends."""
        self._signals = signals
        self._processes = processes
        self._port = int(listening.getsockname()[1])
        self._begun: dict[HTTPChannel, float] = {}
        self._closing = False
        self._sockets: dict[int, socket.socket] = {}  # as waitress types it
        self._aside = 0.0
        adjustments = Adjustments(
            threads=THREADS,
            ident="",
            max_request_body_size=config.max_upload + 1024 * 1024,
            channel_timeout=IDLE_SECONDS,
            cleanup_interval=CLEANUP_SECONDS,
            connection_limit=CONNECTIONS,
        )
        dispatcher = ThreadedTaskDispatcher()
        dispatcher.set_thread_count(THREADS)
        super().__init__(
            app,
            self._sockets,
            _sock=listening,
            dispatcher=dispatcher,
            adj=adjustments,
            sockinfo=(listening.family, listening.type, listening.proto, listening.getsockname()),
            bind_socket=False,
        )

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._port

    @property
    def channels(self) -> Mapping[int, HTTPChannel]:
        """The open connections."""
        return cast("Mapping[int, HTTPChannel]", self.active_channels)

    def readable(self) -> bool:
        """Whether a further connection is looked for; all processes do, but for a moment."""
        ready = super().readable()
        self._signals.connections(len(self.channels))
        return ready and time.monotonic() >= self._aside

    def handle_accept(self) -> None:
        """Take a connection, or stand aside for a moment where another process holds fewer.

        What that one has not taken by then is taken: nobody waits for a process that is busy.
        """
        now = time.monotonic()
        stood_aside = now - self._aside < ASIDE_SECONDS
        shares = self._processes > 1 and not stood_aside
        if shares and len(self.channels) > self._signals.fewest(self._processes):
            self._aside = now + ASIDE_SECONDS
            return
        super().handle_accept()
        self._signals.connections(len(self.channels))

    def maintenance(self, now: float) -> None:
        """Close what is idle, and what sends a request so slowly that it never ends."""
        super().maintenance(int(now))
        begun, self._begun = self._begun, {}
        for channel in self.channels.values():
            request = channel.request
            if request is None:
                continue
            since = self._begun[channel] = begun.get(channel, now)
            limit = BODY_SECONDS if request.headers_finished else HEADER_SECONDS
            if now - since > limit:
                channel.will_close = True

    def run(self) -> None:
        """Serve until the process is told to end."""
        self._signals.connections(0)
        try:
            while self._sockets:
                wait = ASIDE_SECONDS if time.monotonic() < self._aside else _WAIT_SECONDS
                self.asyncore.loop(timeout=wait, map=self._sockets, count=1)
        except (SystemExit, KeyboardInterrupt):
            self.task_dispatcher.shutdown()
        except OSError:
            if not self._closing:
                raise
        self._signals.connections(0)

    def close(self) -> None:
        """End `run`, from its own thread or another; what it waits on goes away under it."""
        self._closing = True
        super().close()

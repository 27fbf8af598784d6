"""Many HTTP clients in one thread: connections that stay open, little work of its own."""

from __future__ import annotations

import contextlib
import re
import selectors
import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_COMPUTING = re.compile(rb"app;dur=([0-9.]+)")
_WAITING = re.compile(rb"wait;dur=([0-9.]+)")
_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Measured:
    """One answer: milliseconds over the wire, those the server told of, bytes.

    Attributes:
        wire: From the request's first byte to the answer's last.
        computing: What the server spent on it; None where it tells nothing.
        waiting: For how long it stood in line there.
        size: Of the answer's body, as it was sent.
        text: The body, where it was wanted.
    """

    wire: float
    computing: float | None
    waiting: float
    size: int
    text: str = ""


class _Client:
    """One connection, with at most one request under way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.started = 0.0
        self.rests_until = 0.0
        self._got = b""

    def ask(self, path: str) -> None:
        self._got = b""
        self.started = time.perf_counter()
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n\r\n"
        self.socket.sendall(head.encode("ascii"))

    def read(self) -> Measured | None:
        """What there is; the answer when it is whole.

        Raises:
            RuntimeError: The server refused, or went away.
        """
        piece = self.socket.recv(1 << 18)
        if not piece:
            raise RuntimeError("the server closed the connection")
        self._got += piece
        head, found, body = self._got.partition(b"\r\n\r\n")
        if not found:
            return None
        length = _LENGTH.search(head)
        if length is None and _CHUNKED.search(head):
            whole = body.endswith(b"0\r\n\r\n")
        else:
            whole = length is not None and len(body) >= int(length[1])
        return self._measured(head, body) if whole else None

    def _measured(self, head: bytes, body: bytes) -> Measured:
        wire = (time.perf_counter() - self.started) * 1000
        if b" 200 " not in head.split(b"\r\n", 1)[0]:
            raise RuntimeError(head.decode("latin-1"))
        computing, waiting = _COMPUTING.search(head), _WAITING.search(head)
        plain = b"content-encoding" not in head.lower()
        return Measured(
            wire,
            float(computing[1]) if computing else None,
            float(waiting[1]) if waiting else 0.0,
            len(body),
            body.decode("utf-8", "replace") if plain else _unpacked(body),
        )


def _unpacked(body: bytes) -> str:
    import gzip  # noqa: PLC0415 - few answers

    return gzip.decompress(body).decode("utf-8", "replace")


def load(
    port: int, paths: Iterator[str], seconds: float, clients: int, pause: float = 0.0
) -> list[Measured]:
    """What all clients measured; each asks, waits for the answer, pauses, asks again."""
    found: list[Measured] = []
    with contextlib.ExitStack() as stack:
        chosen = stack.enter_context(selectors.DefaultSelector())
        everybody = [_Client(port) for _ in range(clients)]
        for at, client in enumerate(everybody):
            stack.enter_context(client.socket)
            client.rests_until = time.perf_counter() + pause * at / clients
            chosen.register(client.socket, selectors.EVENT_READ, client)
        end = time.perf_counter() + seconds
        busy: set[_Client] = set()
        while (now := time.perf_counter()) < end or busy:
            for client in everybody:
                if client not in busy and client.rests_until <= now < end:
                    client.ask(next(paths))
                    busy.add(client)
            for key, _ in chosen.select(0.01 if pause else _PATIENCE):
                if (measured := key.data.read()) is not None:
                    found.append(measured)
                    busy.discard(key.data)
                    key.data.rests_until = time.perf_counter() + pause
    return found


def get(port: int, path: str) -> Measured:
    """One page on a connection of its own."""
    client = _Client(port)
    with client.socket:
        client.ask(path)
        while (measured := client.read()) is None:
            continue
    return measured


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_for(port: int, path: str, process: subprocess.Popen[bytes], seconds: float) -> float:
    """Seconds until a page is answered."""
    started = time.perf_counter()
    while time.perf_counter() - started < seconds:
        try:
            get(port, path)
        except (OSError, RuntimeError):
            if process.poll() is not None:
                raise SystemExit("the server ended") from None
            time.sleep(0.02)
        else:
            return time.perf_counter() - started
    raise SystemExit("the server does not answer")

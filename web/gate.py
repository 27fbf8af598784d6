"""How many requests compute at once.

Python computes in one thread at a time; more of them only slow each other down. Waiting requests
stand in line here, first come, first served. Those that wait for another program (LibreOffice) step
outside, and one that takes long is joined by the next, so that nobody waits for it.
"""

from __future__ import annotations

import threading
from collections import deque
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Final

from flask import g

if TYPE_CHECKING:
    from collections.abc import Iterator

AT_ONCE: Final = 1
LONG: Final = 0.1
MOST: Final = 6


class Line:
    """A line before a few places, of which more are opened while those inside take long."""

    def __init__(self, places: int = AT_ONCE, *, long: float = LONG, most: int = MOST) -> None:
        """So many places, and up to `most` while the last to enter is inside for `long` seconds."""
        self._places, self._long, self._most = places, long, most
        self._lock = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._inside: dict[threading.Event, float] = {}

    def enter(self) -> threading.Event:
        """Take a place, wait for one if need be; gives the ticket to leave with."""
        ticket = threading.Event()
        with self._lock:
            self._waiting.append(ticket)
            self._admit()
        while not ticket.wait(self._long / 2):
            with self._lock:
                self._admit()
        return ticket

    def leave(self, ticket: threading.Event) -> None:
        """Give the place to the next."""
        with self._lock:
            del self._inside[ticket]
            self._admit()

    def _admit(self) -> None:
        while self._waiting and self._is_free():
            ticket = self._waiting.popleft()
            self._inside[ticket] = monotonic()
            ticket.set()

    def _is_free(self) -> bool:
        count = len(self._inside)
        if count < self._places:
            return True
        return count < self._most and monotonic() - max(self._inside.values()) > self._long


_line = Line()


def enter() -> None:
    """Take a place."""
    if "ticket" not in g:
        g.ticket = _line.enter()


def leave(_error: BaseException | None = None) -> None:
    """Give the place back."""
    if (ticket := g.pop("ticket", None)) is not None:
        _line.leave(ticket)


@contextmanager
def outside() -> Iterator[None]:
    """Let others compute while this request waits for another program."""
    was_inside = "ticket" in g
    leave()
    try:
        yield
    finally:
        if was_inside:
            enter()

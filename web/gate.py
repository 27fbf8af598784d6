"""How many requests compute at once.

Python computes in one thread at a time; more of them only slow each other down. Waiting requests
stand in line here, while those that wait for another program (LibreOffice) step outside.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from flask import g

if TYPE_CHECKING:
    from collections.abc import Iterator

AT_ONCE: Final = 2
_places = threading.BoundedSemaphore(AT_ONCE)


def enter() -> None:
    """Take a place."""
    if not g.get("inside"):
        _places.acquire()
        g.inside = True


def leave(_error: BaseException | None = None) -> None:
    """Give the place back."""
    if g.pop("inside", False):
        _places.release()


@contextmanager
def outside() -> Iterator[None]:
    """Let others compute while this request waits for another program."""
    was_inside = bool(g.get("inside"))
    leave()
    try:
        yield
    finally:
        if was_inside:
            enter()

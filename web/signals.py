"""What several serving processes tell one another: writes, looks at the disk, open connections.

A few numbers in memory that forked processes share. Each process writes its own cells only, so no
lock between processes is needed.
"""

from __future__ import annotations

import mmap
import threading
import time
from typing import Final

_WRITES, _LOOKED, _CONNECTIONS, _ALIVE = range(4)
_CELLS: Final = 4
_SILENT: Final = 2_000_000_000  # nanoseconds without a sign of life: it hangs
_BYTES: Final = 8
MOST: Final = 16


class Signals:
    """The shared numbers of at most `MOST` processes; also good for a single one."""

    def __init__(self) -> None:
        """Make the memory; processes that are forked later share it."""
        self._memory = mmap.mmap(-1, MOST * _CELLS * _BYTES)
        self._cells = memoryview(self._memory).cast("q")
        self._own = 0
        self._lock = threading.Lock()

    def join(self, number: int) -> None:
        """Be this process from now on; its connections begin at none."""
        self._own = number * _CELLS
        self.connections(0)

    def forget(self, number: int) -> None:
        """A process has ended: its connections are no more."""
        self._cells[number * _CELLS + _CONNECTIONS] = 0
        self._cells[number * _CELLS + _ALIVE] = 0

    def changed(self) -> int:
        """Tell the others that the library changed; gives the new count."""
        with self._lock:
            self._cells[self._own + _WRITES] += 1
            return self.changes()

    def changes(self) -> int:
        """How many changes all processes together told of."""
        return sum(self._cells[_WRITES::_CELLS])

    def looked(self, nanoseconds: int) -> None:
        """The disk was looked at, by the system's monotonic clock."""
        self._cells[self._own + _LOOKED] = nanoseconds

    def last_look(self) -> int:
        """When any process looked at the disk last."""
        return max(self._cells[_LOOKED::_CELLS])

    def connections(self, count: int) -> None:
        """How many connections this process holds; also the sign that it still accepts."""
        self._cells[self._own + _CONNECTIONS] = count
        self._cells[self._own + _ALIVE] = time.monotonic_ns()

    def fewest(self, processes: int) -> int:
        """The fewest connections that one of so many processes holds; who hangs is left out."""
        since = time.monotonic_ns() - _SILENT
        held = self._cells[_CONNECTIONS : processes * _CELLS : _CELLS]
        alive = self._cells[_ALIVE : processes * _CELLS : _CELLS]
        counts = [count for count, at in zip(held, alive, strict=True) if at > since]
        return min(counts, default=0)

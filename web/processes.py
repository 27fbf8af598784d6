"""Several processes that serve one page: Python computes in one thread of a process at a time.

The parent opens the library once and forks; the children share its memory and its listening socket
and tell one another of changes through `web.signals`. Sessions, throttling and the record are in
SQLite. The parent only watches: a child that ends is replaced, and all end with the parent.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Final, NoReturn

from store.exceptions import EnvironmentRefused
from store.files import is_network_path
from web.signals import MOST

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from web.site import Site

BY_CORES: Final = 4
_SHORT_LIFE: Final = 2.0
_FAILURES: Final = 5
_PATIENCE: Final = 10.0


def how_many(site: Site, wanted: int) -> int:
    """How many processes serve: as wanted, else by cores where several people come in.

    One where processes cannot share: not on Linux, the accounts in memory or on a network drive.
    """
    alone = sys.platform != "linux" or site.database.path is None
    if alone or is_network_path(site.library.root):
        return 1
    if wanted:
        return min(wanted, MOST)
    return min(BY_CORES, os.cpu_count() or 1) if site.wants_login else 1


def end_on_terminate() -> None:
    """Let SIGTERM end the process as Ctrl-C does: requests under way are finished."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _end)


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


class Crew:
    """The children, each serving, and the parent that watches them."""

    def __init__(self, count: int, site: Site, serve: Callable[[], None]) -> None:
        """So many children, each of which calls `serve` until it is told to end."""
        self._count, self._site, self._serve = count, site, serve
        self._numbers: dict[int, int] = {}
        self._born: dict[int, float] = {}
        self._failures = 0
        self._reads, self._writes = os.pipe()

    def run(self) -> None:
        """Watch until Ctrl-C or SIGTERM.

        Raises:
            EnvironmentRefused: The children end as soon as they begin.
        """
        end_on_terminate()
        self._site.database.close()  # a connection must not be carried into a child
        gc.collect()
        gc.freeze()  # what is shared stays shared
        try:
            for number in range(self._count):
                self._begin(number)
            while self._numbers:
                self._replace(*os.wait())
        except (KeyboardInterrupt, SystemExit):
            pass
        finally:
            self._finish()

    def _begin(self, number: int) -> None:
        child = os.fork()
        if child:
            self._numbers[child], self._born[child] = number, time.monotonic()
            return
        code = 1
        try:
            self._be_child(number)
            code = 0
        finally:
            os._exit(code)

    def _be_child(self, number: int) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent says when
        end_on_terminate()
        os.close(self._writes)
        self._site.library.signals.join(number)
        threading.Thread(target=self._end_with_parent, daemon=True).start()
        try:
            self._serve()
        finally:
            self._site.database.close()

    def _end_with_parent(self) -> None:
        os.read(self._reads, 1)  # nothing is ever written: it ends when the parent does
        os.kill(os.getpid(), signal.SIGTERM)

    def _replace(self, child: int, status: int) -> None:
        number, born = self._numbers.pop(child, None), self._born.pop(child, 0.0)
        if number is None:
            return
        self._site.library.signals.forget(number)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        short = time.monotonic() - born < _SHORT_LIFE and not killed
        self._failures = self._failures + 1 if short else 0
        if self._failures >= _FAILURES:
            raise EnvironmentRefused(
                "服务进程一再退出，已停止。", hint="请用 --processes 1 启动，查看具体原因。"
            )
        self._begin(number)

    def _finish(self) -> None:
        os.close(self._writes)
        deadline = time.monotonic() + _PATIENCE
        for child in list(self._numbers):
            _send(child, signal.SIGTERM)
        for child in list(self._numbers):
            while time.monotonic() < deadline and not _ended(child):
                time.sleep(0.02)
            _send(child, signal.SIGKILL)
        os.close(self._reads)


def _send(child: int, number: signal.Signals) -> None:
    try:
        os.kill(child, number)
    except ProcessLookupError:
        return


def _ended(child: int) -> bool:
    try:
        return os.waitpid(child, os.WNOHANG)[0] == child
    except ChildProcessError:
        return True

"""The check of a whole library: at once where it is small, else in the background.

Ten thousand documents take many seconds; meanwhile the page shows what was found before.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.model import Problem

LOG: Final = logging.getLogger("wenshu.web")
Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found.

    Attributes:
        problems: All of them; None where no check has ended yet.
        is_current: Whether it is of the library as it stands.
    """

    problems: list[Problem] | None
    is_current: bool


class Checks:
    """The last check of a library, and the one under way."""

    def __init__(self) -> None:
        """Nothing was checked yet."""
        self._lock = threading.Lock()
        self._key: Key | None = None
        self._problems: list[Problem] | None = None
        self._running: threading.Thread | None = None

    def get(self, key: Key, check: Callable[[], list[Problem]], *, wait: bool) -> Checked:
        """What a check of this state finds; without `wait` what is known, and a check is begun."""
        with self._lock:
            if self._key == key:
                return Checked(self._problems, is_current=True)
        if wait:
            return Checked(self._keep(key, check()), is_current=True)
        with self._lock:
            if self._running is None or not self._running.is_alive():
                self._running = threading.Thread(target=self._run, args=(key, check), daemon=True)
                self._running.start()
            return Checked(self._problems, is_current=False)

    def _run(self, key: Key, check: Callable[[], list[Problem]]) -> None:
        try:
            self._keep(key, check())
        except Exception:
            LOG.exception("the check of the library failed")

    def _keep(self, key: Key, problems: list[Problem]) -> list[Problem]:
        with self._lock:
            self._key, self._problems = key, problems
        return problems

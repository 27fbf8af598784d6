"""A progress bar that shows itself after a second."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from types import TracebackType

PATIENCE_SECONDS = 1.0


class Bar:
    """Shows `label` with a bar on stderr once the work takes more than a second."""

    def __init__(self, label: str) -> None:
        """Begin counting time."""
        self.label = label
        self.started = time.monotonic()
        self.progress: Progress | None = None

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the bar away."""
        if self.progress is not None:
            self.progress.stop()

    def update(self, done: int, total: int) -> None:
        """Tell how far the work is."""
        if self.progress is None:
            if time.monotonic() - self.started < PATIENCE_SECONDS:
                return
            self.progress = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self.progress.start()
            self.progress.add_task(self.label, total=total or None)
        self.progress.update(self.progress.task_ids[0], completed=done, total=total or None)

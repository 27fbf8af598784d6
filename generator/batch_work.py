"""The work on one row of a batch, in this process or in a worker: render, write, write it down."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import parent_process
from typing import TYPE_CHECKING, Protocol

from generator.batch_memory import note
from generator.batch_render import RowRenderer
from store import files
from store.exceptions import EnvironmentRefused, WenshuError
from store.missing import MissingNames

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from generator.batch_render import BatchSource
    from generator.batch_rows import BatchRow


class Flag(Protocol):
    """An event of `multiprocessing` that says: stop."""

    def is_set(self) -> bool:
        """Whether the batch was interrupted."""


@dataclass(slots=True, frozen=True)
class Failure:
    """A row that gave no file: which one, the field at fault (empty when unknown), and why.

    The message names the line of the spreadsheet.
    """

    row: int
    field: str
    message: str


@dataclass(slots=True, frozen=True)
class Task:
    """A row on its way to a worker."""

    row: BatchRow
    documents: tuple[str, ...]
    path: Path
    key: str
    replace: bool


@dataclass(slots=True, frozen=True)
class Done:
    """What a worker says of a task: whether it wrote the file, or the failures."""

    task: Task
    made: bool = False
    failed: tuple[Failure, ...] = ()
    warnings: tuple[str, ...] = ()


def failure(row: BatchRow, field: str, message: str) -> Failure:
    """A failure whose message begins with the row's line in the spreadsheet."""
    place = f"表格第 {row.line} 行"
    return Failure(row.number, field, message if place in message else f"{place}：{message}")


# -- a worker's process ----------------------------------------------------------------------

_renderer: RowRenderer | None = None
_stop: Flag | None = None


def begin(source: BatchSource, stop: Flag) -> None:
    """Set a worker up: Ctrl-C is the parent's business, and nobody outlives the parent."""
    global _renderer, _stop  # noqa: PLW0603 (one renderer a process)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_watch_parent, daemon=True).start()
    _renderer = RowRenderer(source)
    _stop = stop


def _watch_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)  # the parent was killed; what is half written, the next run removes


def work_chunk(tasks: Sequence[Task]) -> list[Done]:
    """Do some rows, until the batch is interrupted."""
    assert _renderer is not None
    done = []
    for task in tasks:
        if _stop is not None and _stop.is_set():
            break
        done.append(work(_renderer, task))
    return done


# -- a row -----------------------------------------------------------------------------------


def work(renderer: RowRenderer, task: Task) -> Done:
    """Render a row, write its file and note it; a row never stops the others."""
    try:
        data, warnings, pages = renderer.render(task.row, task.documents)
        made = _write(task, data)
    except WenshuError as error:
        return Done(task, failed=tuple(_failures(task.row, error)))
    except Exception as error:  # noqa: BLE001 - a row never stops the others
        text = f"程序内部出错（{type(error).__name__}：{error}）。"
        return Done(task, failed=(failure(task.row, "", text),))
    note(task.path, task.key, files.digest(data), pages)
    return Done(task, made, warnings=tuple(warnings))


def _failures(row: BatchRow, error: WenshuError) -> Iterator[Failure]:
    """One failure a missing field; else one with the sentence of the error."""
    if isinstance(error, MissingNames):
        for missing in error.names:
            empty = missing.name in row.empty
            near = (
                f"，是不是“{'”或“'.join(missing.near)}”？" if missing.near and not empty else "。"
            )
            what = "单元格是空的" if empty else "表格中没有这一列，也没有别的来源"
            yield failure(row, missing.name, f"缺少“{missing.name}”，{what}{near}")
        return
    text = error.message
    field = next((name for name, value in row.values.items() if f"“{value}”" in text), "")
    yield failure(row, field, text)


def _write(task: Task, data: bytes) -> bool:
    """Write whole or not at all; nothing is flushed to the disk, a batch can be run again.

    Returns:
        False where the very same file is there already: an earlier run was killed before it could
        note it.
    """
    path = task.path
    temporary = path.with_name(f".~{os.getpid()}-{path.name[:40]}.tmp")
    try:
        if not task.replace and path.exists():
            return _recognise(path, data)
        temporary.write_bytes(data)
        temporary.replace(path)
    except BaseException as error:  # Ctrl-C too leaves nothing half done
        with suppress(OSError):
            temporary.unlink()
        if not isinstance(error, OSError):
            raise
        raise EnvironmentRefused(
            f"无法写入 {path.name}：{files.write_reason(error)}。",
            hint=files.write_hint(error),
        ) from error
    return True


def _recognise(path: Path, data: bytes) -> bool:
    """Leave alone a file that is what would be written; refuse to touch any other."""
    if path.read_bytes() != data:
        raise EnvironmentRefused(f"“{path.name}”已经存在，没有覆盖。")
    return False

"""Reading many files at once in processes of our own, each file within its time and memory."""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from importer.worker import receive, send

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from importer.model import Draft
    from store.kinds import Kind

SECONDS: Final = 20.0
_MOST: Final = 4


@dataclass(slots=True)
class Task:
    """One file: where its bytes lie, its name, its place in the order.

    `kinds` are those that a person gave to its documents, by their place in the file.
    """

    index: int
    path: Path
    name: str
    kinds: dict[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class Answer:
    """A message about a task: its encoding, one of its documents, its error, or that it is done."""

    index: int
    sort: str
    value: Draft | str | None = None


@dataclass(slots=True)
class _Worker:
    process: subprocess.Popen[bytes]
    messages: queue.Queue[tuple[str, object] | None] = field(default_factory=queue.Queue)

    def listen(self) -> None:
        assert self.process.stdout is not None
        while True:
            try:
                message = receive(self.process.stdout)
            except Exception:  # noqa: BLE001 - a broken pipe ends the worker
                message = None
            self.messages.put(message)
            if message is None:
                return


def read_all(
    tasks: Sequence[Task], kinds: dict[str, Kind], *, seconds: float = SECONDS, processes: int = 0
) -> Iterator[Answer]:
    """Read files side by side; answers come as they are ready.

    Args:
        tasks: The files.
        kinds: The workspace's kinds.
        seconds: How long a file may take without giving a document.
        processes: How many at once; 0 means as many as there are processors, four at most.
    """
    count = min(len(tasks), processes or max(1, min(_MOST, os.cpu_count() or 1)))
    waiting: queue.SimpleQueue[Task] = queue.SimpleQueue()
    for task in tasks:
        waiting.put(task)
    answers: queue.Queue[Answer | None] = queue.Queue(maxsize=64)
    threads = [
        threading.Thread(target=_serve, args=(waiting, answers, kinds, seconds), daemon=True)
        for _ in range(count)
    ]
    for thread in threads:
        thread.start()
    left = count
    while left:
        answer = answers.get()
        if answer is None:
            left -= 1
        else:
            yield answer
    for thread in threads:
        thread.join()


def _serve(
    waiting: queue.SimpleQueue[Task],
    answers: queue.Queue[Answer | None],
    kinds: dict[str, Kind],
    seconds: float,
) -> None:
    worker: _Worker | None = None
    try:
        while True:
            try:
                task = waiting.get_nowait()
            except queue.Empty:
                return
            if worker is None:
                worker = _start(kinds)
            if not _one(worker, task, answers, seconds):
                _end(worker)
                worker = None
    except OSError as error:
        answers.put(Answer(-1, "error", f"无法启动读取程序：{error}"))
    finally:
        if worker is not None:
            _end(worker)
        answers.put(None)


def _one(worker: _Worker, task: Task, answers: queue.Queue[Answer | None], seconds: float) -> bool:
    """Let a worker read a file; False when the worker is of no more use."""
    assert worker.process.stdin is not None
    with contextlib.suppress(OSError):
        send(worker.process.stdin, (str(task.path), task.name, task.kinds))
    limit = seconds
    while True:
        try:
            message = worker.messages.get(timeout=limit)
        except queue.Empty:
            text = f"读取超过 {limit:.0f} 秒，已停止并跳过。"
            answers.put(Answer(task.index, "error", text))
            answers.put(Answer(task.index, "done"))
            return False
        if message is None:
            answers.put(
                Answer(
                    task.index, "error", "读取时程序异常退出（内存不足，或文件已损坏），已跳过。"
                )
            )
            answers.put(Answer(task.index, "done"))
            return False
        sort, value = message
        answers.put(Answer(task.index, sort, value))  # type: ignore[arg-type]
        if sort == "done":
            return True


def _start(kinds: dict[str, Kind]) -> _Worker:
    home = str(Path(__file__).resolve().parent.parent)
    inherited = os.environ.get("PYTHONPATH", "")
    environment = os.environ | {
        "PYTHONPATH": f"{home}{os.pathsep}{inherited}" if inherited else home,
        "PYTHONUTF8": "1",
    }
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", "from importer.worker import main; main()"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment,
    )  # fmt: skip
    worker = _Worker(process)
    assert process.stdin is not None
    send(process.stdin, kinds)
    threading.Thread(target=worker.listen, daemon=True).start()
    return worker


def _end(worker: _Worker) -> None:
    process = worker.process
    with contextlib.suppress(OSError):
        if process.stdin is not None:
            process.stdin.close()
    try:
        process.wait(timeout=0.5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()

"""Batches: one Word file a row, in several processes, resumable, nothing overwritten unasked.

    table = read_table(Path("人员.xlsx"))
    batch = Batch(BatchSource(template_file=Path("通知.docx")), table, Path("输出"))
    result = batch.run()
    result.outputs, result.failed

A record in the output folder tells which row gave which file; it is written as the files are. A
second run, after whatever interruption, makes only the rows that are missing, were changed or
failed; a file that somebody edited since is left alone.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import signal
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from generator.batch_choice import Chooser
from generator.batch_columns import unused_columns
from generator.batch_memory import STATE_FILE, Memory
from generator.batch_names import FORMER_PATTERN, Namer
from generator.batch_render import RowRenderer
from generator.batch_work import Failure, Task, begin, failure, work, work_chunk
from store import files
from store.exceptions import EnvironmentRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

    from generator.batch_render import BatchSource
    from generator.batch_rows import BatchRow, BatchTable
    from generator.batch_work import Done

__all__ = ["STATE_FILE", "Batch", "BatchResult", "Failure"]

_CHUNK: Final = 24
_SMALL: Final = 40


@dataclass(slots=True)
class BatchResult:
    """What a batch made.

    Attributes:
        outputs: The file of each row that is done, in the rows' order, those of earlier runs
            included.
        failed: The rows without a file; a row with several faults appears several times.
        pages: How many pages each of the outputs has, as far as it is known.
        made: How many files this run made.
        warnings: Sentences of renderings, each once.
    """

    outputs: list[Path] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    pages: list[int] = field(default_factory=list)
    made: int = 0
    warnings: list[str] = field(default_factory=list)


class Batch:
    """One run over a table.

    Args:
        source: What is rendered.
        table: The rows.
        folder: Where the files go.
        wanted: A document (id, path, title) or a kind, whose document the column 岗位 picks.
        pattern: The pattern of the file names; empty for the row's number and name.
        overwrite: Replace files that are in the way.
        processes: How many worker processes; None for one a core.

    Raises:
        UsageError: The pattern or `wanted` cannot be used with this table.
    """

    def __init__(
        self,
        source: BatchSource,
        table: BatchTable,
        folder: Path,
        *,
        wanted: str = "",
        pattern: str = "",
        overwrite: bool = False,
        processes: int | None = None,
    ) -> None:
        self._source = source
        self._table = table
        self._folder = folder
        self._overwrite = overwrite
        self._processes = processes if processes is not None else max(1, os.cpu_count() or 1)
        self._chooser = None if source.template_file else Chooser(source, wanted, table)
        self._memory = Memory(folder)
        self._namer = Namer(pattern or self._usual_pattern(), table.columns)
        self._prints: dict[tuple[str, ...], str] = {}

    def _usual_pattern(self) -> str:
        """The pattern where none is asked for; a folder that was begun with the former goes on."""
        former = Namer(FORMER_PATTERN, self._table.columns)
        begun = any(self._memory.knows(f"{former.name(row)}.docx") for row in self._table.rows)
        return FORMER_PATTERN if begun else ""

    def run(self, progress: Callable[[int, int], None] | None = None) -> BatchResult:
        """Make every file that is not there yet.

        Args:
            progress: Called with (done, total) as rows are finished.

        Raises:
            EnvironmentRefused: The folder cannot be written.
        """
        result = BatchResult()
        self._make_folder()
        self._memory.clean_up()
        made: dict[int, Path] = {}
        tasks = list(self._tasks(result, made))
        total = len(self._table.rows)
        done = total - len(tasks)
        with closing(self._work(tasks)) as work_of_all:
            for finished in work_of_all:
                done += 1
                self._take(finished, result, made)
                if progress is not None:
                    progress(done, total)
        result.failed.sort(key=lambda failure: failure.row)
        result.outputs = [made[number] for number in sorted(made)]
        self._memory.reload()
        result.pages = [self._memory.pages(path) for path in result.outputs]
        self._tell_unused(tasks, result)
        if self._chooser and (warning := self._chooser.other_posts(self._table.rows)):
            result.warnings.insert(0, warning)
        return result

    def made(self) -> int:
        """How many files are there and stay there, for the message after an interruption."""
        self._memory.reload()
        return self._memory.made()

    def _make_folder(self) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise EnvironmentRefused(
                f"无法建立文件夹 {self._folder}：{files.reason(error)}。",
                hint="请换一个位置，或检查权限。",
            ) from error

    # -- planning ----------------------------------------------------------------------------

    def _tasks(self, result: BatchResult, made: dict[int, Path]) -> Iterator[Task]:
        """The rows that have to be rendered; the others are done or failed already."""
        for row in self._table.rows:
            documents: tuple[str, ...] = ()
            title = ""
            failures = [failure(row, name, f"{reason}。") for name, reason in row.faults]
            if self._chooser is not None and not failures:
                documents, title, failures = self._chooser.choose(row)
            path = self._folder / f"{self._namer.name(row, title)}.docx"
            if failures:
                result.failed += failures
                continue
            key = self._key(row, documents)
            if self._memory.is_done(path, key):
                made[row.number] = path
            else:
                ours = path.exists() and (self._overwrite or self._memory.is_ours(path))
                yield Task(row, documents, path, key, replace=ours)

    def _key(self, row: BatchRow, documents: tuple[str, ...]) -> str:
        """What the row's file is made from; the same key gives the same file."""
        if documents not in self._prints:
            self._prints[documents] = self._fingerprint(documents)
        cells = json.dumps([row.number, [[k, str(v)] for k, v in sorted(row.values.items())]])
        return hashlib.sha256((self._prints[documents] + cells).encode()).hexdigest()[:32]

    def _fingerprint(self, documents: tuple[str, ...]) -> str:
        source = self._source
        if source.template_file is not None:
            return files.digest(source.template_file.read_bytes()) + str(source.blank)
        assert self._chooser is not None
        return self._chooser.fingerprint(documents)

    # -- working -----------------------------------------------------------------------------

    def _work(self, tasks: list[Task]) -> Generator[Done, None, None]:
        """Render the tasks, in this process when there are few, else in several."""
        if self._processes < 2 or len(tasks) < _SMALL:
            renderer = RowRenderer(self._source)
            for task in tasks:
                yield work(renderer, task)
            return
        chunks = [tasks[at : at + _CHUNK] for at in range(0, len(tasks), _CHUNK)]
        context = multiprocessing.get_context()
        stop = context.Event()
        pool = ProcessPoolExecutor(
            min(self._processes, len(chunks)),
            mp_context=context,
            initializer=begin,
            initargs=(self._source, stop),
        )
        try:
            with _held_interrupt():
                finished = pool.map(work_chunk, chunks)
            for done in finished:
                yield from done
        except BrokenProcessPool as error:
            raise EnvironmentRefused(
                "生成文件的进程意外终止，可能是内存不足。",
                hint="已生成的文件都在；请加 --processes 1 再运行一次，只补做其余的行。",
            ) from error
        finally:
            stop.set()
            pool.shutdown(cancel_futures=True)

    def _take(self, done: Done, result: BatchResult, made: dict[int, Path]) -> None:
        if done.failed:
            result.failed += done.failed
            self._memory.forget(done.task.path)
            return
        made[done.task.row.number] = done.task.path
        result.made += done.made
        result.warnings += [text for text in done.warnings if text not in result.warnings]

    def _tell_unused(self, tasks: list[Task], result: BatchResult) -> None:
        """Name, once, the columns that nothing on the pages shows."""
        failed = {failure.row for failure in result.failed}
        good = [task for task in tasks if task.row.number not in failed]
        if not good:
            return
        renderer = RowRenderer(self._source)
        chosen = self._chooser.columns if self._chooser else ()
        columns = [name for name in self._table.columns if name not in chosen]
        unused = unused_columns(renderer, [(one.row, one.documents) for one in good], columns)
        if unused:
            result.warnings.append(
                f"表格的列 {'、'.join(unused)} 在这份文档和模板里没有用到，"
                "生成的文件里没有它们的内容。需要时请在模板或正文中写 {{ " + unused[0] + " }}。"
            )


@contextmanager
def _held_interrupt() -> Iterator[None]:
    """Keep Ctrl-C waiting while the workers are started; they never see it."""
    if not hasattr(signal, "pthread_sigmask"):  # pragma: no cover - Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

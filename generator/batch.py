"""Batches: one Word file a row, in several processes, resumable, nothing overwritten unasked.

    table = read_table(Path("人员.xlsx"))
    batch = Batch(BatchSource(template_file=Path("通知.docx")), table, Path("输出"))
    result = batch.run()
    result.outputs, result.failed

A small file in the output folder remembers which row gave which file. A second run makes only the
rows that are new, were changed or failed; a file that somebody edited since is left alone.
"""

from __future__ import annotations

import hashlib
import json
import os
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Final

from generator.batch_names import Namer
from generator.batch_render import RowRenderer
from store import files
from store.exceptions import EnvironmentRefused, UsageError, WenshuError
from store.missing import MissingNames, near_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from generator.batch_render import BatchSource
    from generator.batch_rows import BatchRow, BatchTable
    from store import Workspace
    from store.catalogue import Entry

STATE_FILE: Final = ".wenshu-batch.json"
DOCUMENT_COLUMNS: Final = ("文档", "文件", "材料")
POST_COLUMNS: Final = ("岗位", "岗位名称")
_SEPARATORS: Final = "；;、+\n"
_CHUNK: Final = 24
_SMALL: Final = 40
_FORMAT: Final = 1


@dataclass(slots=True, frozen=True)
class Failure:
    """A row that gave no file: which one, the field at fault (empty when unknown), and why."""

    row: int
    field: str
    message: str


@dataclass(slots=True)
class BatchResult:
    """What a batch made.

    Attributes:
        outputs: The file of each row that is done, those of earlier runs included.
        failed: The rows without a file; a row with several faults appears several times.
        made: How many files this run made.
        warnings: Sentences of renderings, each once.
    """

    outputs: list[Path] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    made: int = 0
    warnings: list[str] = field(default_factory=list)


@dataclass(slots=True, frozen=True)
class _Task:
    """A row on its way to a worker."""

    row: BatchRow
    documents: tuple[str, ...]
    path: Path
    key: str
    replace: bool


@dataclass(slots=True, frozen=True)
class _Done:
    """What a worker says of a task: the file's hash, or the failures."""

    path: Path
    key: str
    digest: str = ""
    failed: tuple[Failure, ...] = ()
    warnings: tuple[str, ...] = ()


class Batch:
    """One run over a table.

    Args:
        source: What is rendered.
        table: The rows.
        folder: Where the files go.
        wanted: A document (id, path, title) or a kind, whose document the column 岗位 picks.
        pattern: The pattern of the file names.
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
        self._namer = Namer(pattern, table.columns)
        self._chooser = None if source.template_file else _Chooser(source, wanted, table)
        self._state = _State(folder)
        self._prints: dict[tuple[str, ...], str] = {}

    def run(self, progress: Callable[[int, int], None] | None = None) -> BatchResult:
        """Make every file that is not there yet.

        Args:
            progress: Called with (done, total) as rows are finished.

        Raises:
            EnvironmentRefused: The folder cannot be written.
        """
        result = BatchResult()
        self._make_folder()
        tasks = list(self._tasks(result))
        total = len(self._table.rows)
        done = total - len(tasks)
        try:
            for finished in self._work(tasks):
                done += 1
                self._take(finished, result)
                if progress is not None:
                    progress(done, total)
        finally:
            self._state.save()
        result.failed.sort(key=lambda failure: failure.row)
        result.outputs.sort(key=lambda path: path.name)
        return result

    def _make_folder(self) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise EnvironmentRefused(
                f"无法建立文件夹 {self._folder}：{files.reason(error)}。",
                hint="请换一个位置，或检查权限。",
            ) from error

    # -- planning ----------------------------------------------------------------------------

    def _tasks(self, result: BatchResult) -> Iterator[_Task]:
        """The rows that have to be rendered; the others are done or failed already."""
        for row in self._table.rows:
            documents: tuple[str, ...] = ()
            title = ""
            failures = [Failure(row.number, name, f"{reason}。") for name, reason in row.faults]
            if self._chooser is not None and not failures:
                documents, title, failures = self._chooser.choose(row)
            path = self._folder / f"{self._namer.name(row, title)}.docx"
            if failures:
                result.failed += failures
                continue
            key = self._key(row, documents)
            if self._state.is_done(path, key):
                result.outputs.append(path)
            elif path.exists() and not self._overwrite and not self._state.is_ours(path):
                message = f"“{path.name}”已经存在，没有覆盖。"
                result.failed.append(Failure(row.number, "", message))
            else:
                yield _Task(row, documents, path, key, replace=path.exists())

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

    def _work(self, tasks: list[_Task]) -> Iterator[_Done]:
        """Render the tasks, in this process when there are few, else in several."""
        if self._processes < 2 or len(tasks) < _SMALL:
            renderer = RowRenderer(self._source)
            for task in tasks:
                yield _render(renderer, task)
            return
        chunks = [tasks[at : at + _CHUNK] for at in range(0, len(tasks), _CHUNK)]
        pool = ProcessPoolExecutor(
            min(self._processes, len(chunks)), initializer=_begin, initargs=(self._source,)
        )
        try:
            for finished in pool.map(_render_chunk, chunks):
                yield from finished
        except BrokenProcessPool as error:
            raise EnvironmentRefused(
                "生成文件的进程意外终止，可能是内存不足。",
                hint="已生成的文件都在；请加 --processes 1 再运行一次，只补做其余的行。",
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)

    def _take(self, finished: _Done, result: BatchResult) -> None:
        if finished.failed:
            result.failed += finished.failed
            self._state.forget(finished.path)
            return
        result.outputs.append(finished.path)
        result.made += 1
        result.warnings += [text for text in finished.warnings if text not in result.warnings]
        self._state.note(finished.path, finished.key, finished.digest)


# -- in a worker -----------------------------------------------------------------------------

_renderer: RowRenderer | None = None


def _begin(source: BatchSource) -> None:
    global _renderer  # noqa: PLW0603 (one renderer a process)
    _renderer = RowRenderer(source)


def _render_chunk(tasks: Sequence[_Task]) -> list[_Done]:
    assert _renderer is not None
    return [_render(_renderer, task) for task in tasks]


def _render(renderer: RowRenderer, task: _Task) -> _Done:
    try:
        data, warnings = renderer.render(task.row, task.documents)
        _write(task.path, data, replace=task.replace)
    except WenshuError as error:
        return _Done(task.path, task.key, failed=tuple(_failures(task.row, error)))
    except Exception as error:  # noqa: BLE001 - a row never stops the others
        text = f"表格第 {task.row.line} 行：程序内部出错（{type(error).__name__}：{error}）。"
        return _Done(task.path, task.key, failed=(Failure(task.row.number, "", text),))
    return _Done(task.path, task.key, files.digest(data), warnings=tuple(warnings))


def _failures(row: BatchRow, error: WenshuError) -> Iterator[Failure]:
    """One failure a missing field; else one with the sentence of the error."""
    if isinstance(error, MissingNames):
        for missing in error.names:
            empty = missing.name in row.empty
            near = (
                f"，是不是“{'”或“'.join(missing.near)}”？" if missing.near and not empty else "。"
            )
            what = "的单元格是空的" if empty else "在表格中没有这一列，也没有别的来源"
            text = f"缺少“{missing.name}”：表格第 {row.line} 行{what}{near}"
            yield Failure(row.number, missing.name, text)
        return
    message = f"表格第 {row.line} 行：{error.message}"
    field_name = next((name for name, value in row.values.items() if f"“{value}”" in message), "")
    yield Failure(row.number, field_name, message)


def _write(path: Path, data: bytes, *, replace: bool) -> None:
    """Write whole or not at all; a batch can be run again, so nothing is flushed to the disk."""
    temporary = path.with_name(f".~{os.getpid()}-{path.name[:40]}.tmp")
    try:
        if not replace and path.exists():
            raise EnvironmentRefused(f"“{path.name}”已经存在，没有覆盖。")
        temporary.write_bytes(data)
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise EnvironmentRefused(
            f"无法写入 {path.name}：{files.reason(error)}。",
            hint="请关闭打开该文件的程序，检查磁盘空间和权限。",
        ) from error


# -- what was made before --------------------------------------------------------------------


class _State:
    """Which file came from which row: for going on after an interruption, and for mended rows."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / STATE_FILE
        self._files: dict[str, list[str]] = {}
        with suppress(OSError, ValueError, AttributeError, TypeError):
            raw = json.loads(self._path.read_text(encoding="utf-8"))
            if raw.get("format") == _FORMAT:
                found = raw.get("files", {})
                self._files = {str(name): [str(x) for x in pair] for name, pair in found.items()}

    def is_done(self, path: Path, key: str) -> bool:
        """Whether the file of this row is there as it was made, or as somebody edited it."""
        return self._files.get(path.name, [""])[0] == key and path.exists()

    def is_ours(self, path: Path) -> bool:
        """Whether a file is just as an earlier run made it."""
        known = self._files.get(path.name)
        try:
            return known is not None and files.digest(path.read_bytes()) == known[-1]
        except OSError:
            return False

    def note(self, path: Path, key: str, digest: str) -> None:
        """Remember what a file came from."""
        self._files[path.name] = [key, digest]

    def forget(self, path: Path) -> None:
        """A row that failed now has no file that counts; an old one of ours may be replaced."""
        if path.name in self._files:
            self._files[path.name][0] = ""

    def save(self) -> None:
        """Write the memory beside the files."""
        text = json.dumps({"format": _FORMAT, "files": self._files}, ensure_ascii=False)
        with suppress(EnvironmentRefused):
            files.write_atomic(self._path, text.encode())


# -- which document for which row ------------------------------------------------------------


class _Chooser:
    """Picks the documents of a row: by its column 文档, by its post, or the same for all."""

    def __init__(self, source: BatchSource, wanted: str, table: BatchTable) -> None:
        from store import Workspace as Opened  # noqa: PLC0415 (a template alone needs none)

        assert source.workspace is not None
        self._source = source
        self._workspace: Workspace = Opened.open(source.workspace)
        self._column = next((name for name in DOCUMENT_COLUMNS if name in table.columns), "")
        self._post = next((name for name in POST_COLUMNS if name in table.columns), "")
        self._kind = self._workspace.find_kind(wanted) if wanted else None
        self._same: Entry | None = None
        if self._kind is None and wanted:
            self._same = self._workspace.resolve(wanted)
        if self._same is None and not self._column and not (self._kind and self._post):
            raise UsageError(
                "没有说明每一行用哪份文档。",
                hint="请写文档的编号或标题；写类别时表格须有“岗位”列；也可用“文档”列逐行指定。",
            )

    def choose(self, row: BatchRow) -> tuple[tuple[str, ...], str, list[Failure]]:
        """The ids of the row's documents and the first one's title, or why there are none."""
        names = _split(str(row.values.get(self._column) or "")) if self._column else []
        try:
            if names:
                entries = [self._workspace.resolve(name) for name in names]
            else:
                entries = [self._same or self._by_post(row)]
        except WenshuError as error:
            column = self._column if names else self._post
            return (), "", [Failure(row.number, column, f"{error.message}{error.hint}")]
        return tuple(entry.id for entry in entries), entries[0].meta.title, []

    def _by_post(self, row: BatchRow) -> Entry:
        """The document of the kind that belongs to the row's post.

        Raises:
            UsageError: The post is empty, or no document belongs to it.
        """
        post = str(row.values.get(self._post) or "") if self._post else ""
        if not post or self._kind is None:
            column = self._post or self._column
            raise UsageError(f"表格第 {row.line} 行的“{column}”是空的，不知道用哪份文档。")
        slug = self._kind.slug
        known = [entry for entry in self._workspace.entries if entry.meta.kind == slug]
        fitting = [entry for entry in known if entry.meta.position == post and "@" not in entry.id]
        if not fitting:
            near = near_names(post, [entry.meta.position for entry in known])
            hint = f"是不是：{'、'.join(near)}？" if near else ""
            raise UsageError(f"没有岗位“{post}”的{self._kind.name}。", hint=hint)
        return fitting[0]

    def fingerprint(self, documents: tuple[str, ...]) -> str:
        """What the documents are made from."""
        entries = [self._workspace.entry(wanted) for wanted in documents]
        prints = [self._workspace.fingerprint(entry) for entry in entries]
        prints += [files.digest(path.read_bytes()) for path in self._source.data]
        options = {key: str(value) for key, value in asdict(self._source).items()}
        return json.dumps([prints, options], ensure_ascii=False)


def _split(text: str) -> list[str]:
    for separator in _SEPARATORS[1:]:
        text = text.replace(separator, _SEPARATORS[0])
    return [part.strip() for part in text.split(_SEPARATORS[0]) if part.strip()]

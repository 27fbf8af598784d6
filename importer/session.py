"""An import from beginning to end: files found, read, placed, written, reported."""

from __future__ import annotations

import itertools
import tempfile
from collections import defaultdict
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from importer.bodies import contents_of, linked
from importer.choices import FAILED, SKIPPED, apply
from importer.duplicates import near_duplicates
from importer.library import Library, Origin
from importer.model import Draft
from importer.placing import Placer, place_taken_over
from importer.provenance import is_present_text
from importer.report import report_markdown
from importer.result import Result, Source
from importer.saving import keep_original, write
from importer.walking import walk
from importer.worker import LARGE_TEXT
from importer.workers import SECONDS, Task, read_all
from store.exceptions import EnvironmentRefused, InputError, WenshuError
from store.files import reason, write_atomic, write_hint, write_reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from importer.choices import Choice
    from importer.walking import Found
    from importer.workers import Answer
    from store.workspace import Workspace

REPORTS: Final = "导入报告"
Place = tuple[int, int]
_KEPT_CHARACTERS: Final = 4_000_000


def import_paths(  # noqa: PLR0913 - the options of an import
    workspace: Workspace,
    paths: Sequence[Path],
    *,
    dry_run: bool = False,
    link_metrics: bool = False,
    keep_clauses: bool = True,
    advance: Callable[[int, int], None] | None = None,
    seconds: float = SECONDS,
    choices: Mapping[Place, Choice] | None = None,
    look: Callable[[Place, Draft], None] | None = None,
    resume: bool = False,
) -> Result:
    """Import files, folders and archives.

    Args:
        workspace: Where the documents go.
        paths: What to import.
        dry_run: Only propose; nothing is written.
        link_metrics: Put references to the metric file in place of the figures in the text.
        keep_clauses: Keep the numbered pieces of each document for the result.
        advance: Called with (files done, files in all).
        seconds: How long one file may take.
        choices: What a person said of single documents, by file and place in it, as an earlier
            run over the same paths showed them.
        look: Shown each document, with its text, when it has its id.
        resume: An earlier run was cut off: what it wrote of a file stays, the rest follows.

    Raises:
        InputError: A path does not exist.
    """
    for path in paths:
        if not path.exists() and not path.is_symlink():
            raise InputError(f"“{path}”不存在。", hint="请核对路径。", path=str(path))
    with tempfile.TemporaryDirectory(prefix="wenshu-import-", ignore_cleanup_errors=True) as folder:
        job = _Job(workspace, Path(folder), dry_run=dry_run, link_metrics=link_metrics)
        job.keep_clauses, job.advance, job.seconds = keep_clauses, advance, seconds
        job.choices, job.look, job.resume = choices or {}, look, resume
        job.run(paths)
        return job.finish()


class _Job:
    """The state of one import."""

    def __init__(
        self, workspace: Workspace, folder: Path, *, dry_run: bool, link_metrics: bool
    ) -> None:
        self.workspace = workspace
        self.folder = folder
        self.result = Result([], dry_run=dry_run)
        self.link_metrics = link_metrics
        self.keep_clauses = True
        self.advance: Callable[[int, int], None] | None = None
        self.seconds = SECONDS
        self.choices: Mapping[Place, Choice] = {}
        self.look: Callable[[Place, Draft], None] | None = None
        self.resume = False
        self.library = Library(workspace)
        self.placer = Placer(self.library)
        self.origins: dict[int, Origin] = {}
        self.originals: dict[int, str] = {}
        self.waiting: dict[int, list[Draft]] = defaultdict(list)
        self.bodies: dict[str, str] = {}
        self.seen: dict[str, int] = {}
        self.kept = 0
        self.done = 0

    def run(self, paths: Sequence[Path]) -> None:
        tasks = list(self._tasks(paths))
        tasks, late = self._split_office(tasks)
        total = len(tasks) + len(late)
        self._read(tasks, total)
        if late:
            self._read(self._converted(late), total)

    # -- finding --------------------------------------------------------------

    def _tasks(self, paths: Sequence[Path]) -> Iterator[Task]:
        for found in walk(paths, self.folder):
            source = Source(found.shown, found.name, error=found.error)
            index = len(self.result.sources)
            self.result.sources.append(source)
            if found.error:
                continue
            origin = self._origin(found, source)
            if origin is None:
                continue
            self.origins[index] = origin
            before = self.library.imported(origin.fingerprint)
            if before and not self.resume:
                source.unchanged = True
                source.documents = [_as_before(one.id, one.title, one.kind) for one in before]
                continue
            twin = self.seen.setdefault(origin.fingerprint, index)
            if twin != index:
                source.unchanged = True
                source.twin = self.result.sources[twin].path
                continue
            yield Task(index, found.path, found.name, self._kinds_of(index))

    def _kinds_of(self, index: int) -> dict[int, str]:
        """The kinds that a person gave to documents of a file, by their place in it."""
        return {
            at: one.kind for (file, at), one in self.choices.items() if file == index and one.kind
        }

    @staticmethod
    def _origin(found: Found, source: Source) -> Origin | None:
        try:
            import hashlib  # noqa: PLC0415

            with found.path.open("rb") as handle:
                fingerprint = hashlib.file_digest(handle, "sha256").hexdigest()
        except OSError as error:
            source.error = f"无法读取：{reason(error)}。"
            return None
        return Origin(found.path, found.name, fingerprint)

    # -- reading --------------------------------------------------------------

    def _split_office(self, tasks: list[Task]) -> tuple[list[Task], list[Task]]:
        """Apart: what LibreOffice must convert first."""
        from importer.reading import sort_of  # noqa: PLC0415

        direct: list[Task] = []
        late: list[Task] = []
        for task in tasks:
            try:
                sort = sort_of(task.path, task.name)
            except InputError as error:
                self.result.sources[task.index].error = error.message
                continue
            (late if sort == "office" else direct).append(task)
        return direct, late

    def _converted(self, tasks: list[Task]) -> list[Task]:
        from importer.conversion import to_docx  # noqa: PLC0415

        try:
            made = to_docx([t.path for t in tasks], self.folder, [t.name for t in tasks])
        except EnvironmentRefused as error:
            for task in tasks:
                self.result.sources[task.index].error = f"{error.message}{error.hint}"
            return []
        ready = []
        for task, path in zip(tasks, made, strict=True):
            if path is None:
                self.result.sources[
                    task.index
                ].error = "LibreOffice 打不开这个文件（可能已损坏、有密码，或转换超时），已跳过。"
            else:
                ready.append(Task(task.index, path, task.name, task.kinds))
        return ready

    def _read(self, tasks: list[Task], total: int) -> None:
        """Read files side by side and place their documents in the files' order."""
        order = [task.index for task in tasks]
        large = {task.index for task in tasks if task.path.stat().st_size > LARGE_TEXT}
        answers: dict[int, list[Answer]] = defaultdict(list)
        finished: set[int] = set()
        place = 0
        for answer in read_all(tasks, self.workspace.kinds, seconds=self.seconds):
            if answer.index < 0:
                raise EnvironmentRefused(str(answer.value))
            if answer.sort == "done":
                finished.add(answer.index)
                self._advance(total)
            answers[answer.index].append(answer)
            if order[place] in large and answer.index == order[place] and answer.sort == "draft":
                self._settle(answer.index, answers.pop(answer.index), whole=False)
            while place < len(order) and order[place] in finished:
                self._settle(order[place], answers.pop(order[place], []))
                place += 1

    def _advance(self, total: int) -> None:
        self.done += 1
        if self.advance is not None:
            self.advance(self.done, total)

    def _settle(self, index: int, answers: list[Answer], *, whole: bool = True) -> None:
        """Place what a file gave; one that failed gives nothing, if it was small enough to wait."""
        source = self.result.sources[index]
        for answer in answers:
            if answer.sort == "encoding":
                source.encoding = str(answer.value)
            elif answer.sort == "error":
                source.error = str(answer.value)
        if source.error and whole:
            return
        for answer in answers:
            if answer.sort == "draft" and isinstance(answer.value, Draft):
                self._place(source, index, answer.value)
        if whole and not source.documents:
            source.error = "文件里没有可以导入的文字（可能是扫描件或空白文件）。"

    # -- placing and writing -----------------------------------------------------

    def _place(self, source: Source, index: int, draft: Draft) -> None:
        origin = self.origins[index]
        place = (index, len(source.documents))
        choice = self.choices.get(place)
        if choice is not None:
            apply(choice, draft, self.workspace.kinds)
        written = self.resume and self.library.take_written(self.origins[index], draft)
        if written or (draft.facts and is_present_text(self.workspace, draft)):
            source.documents.append(draft)
            return
        if draft.raw:
            place_taken_over(self.workspace, self.placer, draft, origin)
        else:
            self.placer.place(draft, origin)
        if self.link_metrics and draft.figures:
            draft.body = linked(draft)
        source.documents.append(draft)
        if self.look is not None:
            self.look(place, draft)
        if choice is not None and not choice.wanted:
            draft.action = SKIPPED
            self._slim(draft, keep_body=False)
            return
        is_parent = not draft.body.strip() and not draft.raw
        if self.result.dry_run:
            self._slim(draft, keep_body=is_parent)
            return
        if is_parent:
            self.waiting[index].append(draft)
            return
        self._write(source, index, draft)

    def _write(self, source: Source, index: int, draft: Draft) -> None:
        origin = self.origins[index]
        try:
            if index not in self.originals:
                self.originals[index] = keep_original(self.workspace, origin)
            write(self.workspace, draft, origin, self.originals[index])
            draft.action = draft.action or "new"
        except WenshuError as error:
            source.error, draft.action = error.message, FAILED
        except OSError as error:
            source.error, draft.action = f"无法读取：{reason(error)}。", FAILED
        self._slim(draft, keep_body=False)

    def _slim(self, draft: Draft, *, keep_body: bool) -> None:
        """Let go of what is written; differences of versions need the text a while longer."""
        if self.kept + len(draft.body) < _KEPT_CHARACTERS:
            self.kept += len(draft.body)
            self.bodies[draft.id] = draft.body
        if not keep_body:
            draft.body = draft.raw = ""
        draft.files = {}
        if not self.keep_clauses:
            draft.clauses = _counted(draft.clauses)

    def finish(self) -> Result:
        """Write what waits for its parts, find near-duplicates, write the report."""
        for index, parents in self.waiting.items():
            source = self.result.sources[index]
            for parent in parents:
                at = source.documents.index(parent)
                parts = [draft for draft in source.documents if draft.parent == at]
                children = [draft for draft in parts if draft.action != SKIPPED]
                if children:
                    parent.body = contents_of(parent, children)
                    self._write(source, index, parent)
                elif parts:
                    parent.action = SKIPPED
                else:
                    source.documents.remove(parent)
                    source.error = f"“{parent.title}”下面没有文字（第 {parent.line} 行）。"
        self.result.groups = near_duplicates(self.result, self.bodies)
        if not self.result.dry_run and any(
            source.documents or source.error for source in self.result.sources
        ):
            stamp = datetime.now().astimezone()
            path = _reserved(self.workspace.root / REPORTS, f"{stamp:%Y-%m-%d-%H%M%S}")
            write_atomic(
                path, report_markdown(self.result, stamp, self.workspace.kinds).encode("utf-8")
            )
            self.result.report = path
            self.workspace.refresh()
        return self.result


def _reserved(folder: Path, stem: str) -> Path:
    """A report's file that no other import has: made here, empty, with a number where needed.

    Raises:
        EnvironmentRefused: The folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for count in itertools.count(1):
            path = folder / (f"{stem}.md" if count == 1 else f"{stem}-{count}.md")
            with suppress(FileExistsError):
                path.open("xb").close()
                break
    except OSError as error:
        raise EnvironmentRefused(
            f"无法写入 {folder}：{write_reason(error)}。", hint=write_hint(error)
        ) from error
    return path


def _counted(clauses: object) -> list[dict[str, object]]:
    """Numbered pieces without their texts, for counting."""
    listed = clauses if isinstance(clauses, list) else []
    return [{"children": _counted(clause.get("children"))} for clause in listed]


def _as_before(document_id: str, title: str, kind: str) -> Draft:
    draft = Draft(title=title, line=0, kind=kind, confidence=1.0)
    draft.id, draft.action = document_id, "unchanged"
    return draft

"""Imports by upload: files wait in a folder, a thread reads them, a person decides, it is written.

State and choices stand in the database (`web.unfinished`), files and texts in a folder beside it,
so that a review goes on after the browser was closed or the program restarted. Who works at an
import holds a lock that ends with its process; a lock that is free says that the work was
interrupted, and it is begun again. Nothing is written to the library before the person accepts.
"""

from __future__ import annotations

import logging
import re
import secrets
import shutil
import threading
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

from filelock import FileLock, Timeout

from generator.batch_names import safe_file_name
from importer import import_paths
from store.exceptions import NotFoundError, UsageError, WenshuError
from store.files import write_atomic
from store.history import acting_as
from web.import_rows import Batch, batch_of, checked, take
from web.refusals import BadUpload
from web.unfinished import Unfinished

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from werkzeug.datastructures import FileStorage

    from importer import Result
    from importer.choices import Choice
    from importer.model import Draft
    from importer.session import Place
    from web.site import Site

LOG: Final = logging.getLogger("wenshu.web")
MOST: Final = 500
SUFFIXES: Final = frozenset(
    {".doc", ".docx", ".wps", ".rtf", ".pdf", ".htm", ".html", ".txt", ".md", ".zip", ".odt"}
)
SORT: Final = "import"
KEPT_SECONDS: Final = 30 * 86400
_TOKEN: Final = re.compile(r"[0-9a-f]{32}")


class Imports:
    """The imports of one person."""

    def __init__(self, site: Site, owner: str) -> None:
        """Use the site's database and library under this person's name."""
        self._site = site
        self._owner = owner
        self._kept = Unfinished(site.database, owner, SORT)

    # -- keeping ------------------------------------------------------------------------------

    def all(self) -> list[Batch]:
        """Every import that was begun, the last first; what is too old goes."""
        found = []
        for kept in self._kept.all():
            if time.time() - kept.changed > KEPT_SECONDS or not self._folder(kept.target).is_dir():
                self._forget(kept.target)
            else:
                found.append(batch_of(kept))
        return found

    def get(self, token: str) -> Batch:
        """One import; work that was interrupted is begun again.

        Raises:
            NotFoundError: There is none of this person's.
        """
        batch = self._read(token)
        if batch.is_working:
            self._work(batch)
        return batch

    def _read(self, token: str) -> Batch:
        kept = self._kept.get(token) if _TOKEN.fullmatch(token) else None
        if kept is None or not self._folder(token).is_dir():
            raise NotFoundError("这批上传的文件已经不在了。", hint="请重新上传。")
        return batch_of(kept)

    def save(self, batch: Batch) -> None:
        """Keep an import as it stands."""
        self._kept.keep(batch.token, asdict(batch))

    def drop(self, token: str) -> None:
        """Forget an import and its files.

        Raises:
            NotFoundError: There is none of this person's.
            UsageError: It is being written to the library.
        """
        with self._site.database.transaction():
            if self._read(token).stage == "writing":
                raise UsageError(
                    "这批文件正在写入资料库，现在不能放弃。", hint="请等写入完成后再试。"
                )
            self._kept.drop(token)
        self._forget(token)

    def _forget(self, token: str) -> None:
        self._kept.drop(token)
        if _TOKEN.fullmatch(token):
            shutil.rmtree(self._folder(token), ignore_errors=True)

    def _folder(self, token: str) -> Path:
        return self._site.library.state().workspace.data / "uploads" / token

    def text(self, batch: Batch, number: int) -> str:
        """The text that a document would have.

        Raises:
            NotFoundError: There is no such document.
        """
        if not 0 <= number < len(batch.rows):
            raise NotFoundError("这批文件里没有这份文档。")
        path = _text_path(self._folder(batch.token), batch.rows[number].place)
        return path.read_text(encoding="utf-8") if path.is_file() else ""

    # -- steps --------------------------------------------------------------------------------

    def begin(self, files: Sequence[FileStorage]) -> Batch:
        """Take files and begin to read them.

        Raises:
            BadUpload: There are none, too many, or of a type that cannot be imported.
        """
        named = [(file, _name(file)) for file in files if file.filename]
        if not named or len(named) > MOST:
            raise BadUpload(f"请选择 1 到 {MOST} 个文件。")
        for _, name in named:
            if Path(name).suffix.lower() not in SUFFIXES:
                raise BadUpload(
                    f"“{name[:60]}”的类型不能导入。", hint="可用 " + " ".join(sorted(SUFFIXES))
                )
        token = secrets.token_hex(16)
        folder = self._folder(token)
        _sweep(folder.parent)
        for number, (file, name) in enumerate(named):
            place = folder / "files" / f"{number:03d}"
            place.mkdir(parents=True)
            file.save(place / (safe_file_name(Path(name).stem) + Path(name).suffix.lower()))
        batch = Batch(
            token, "reading", [name for _, name in named], total=len(named), begun=int(time.time())
        )
        self.save(batch)
        self._work(batch)
        return batch

    def change(self, token: str, choices: Mapping[int, Choice]) -> Batch:
        """Keep what the person says of documents; another page may say something meanwhile.

        Raises:
            NotFoundError: There is no such import, or no such document in it.
            UsageError: It was accepted already, or a kind or folder cannot be used.
        """
        self.get(token)
        with self._site.database.transaction():
            batch = self._read(token)
            for number, choice in choices.items():
                self._choose(batch, number, choice)
            self.save(batch)
        return batch

    def _choose(self, batch: Batch, number: int, choice: Choice) -> None:
        if batch.stage != "ready":
            raise UsageError(
                "这批文件现在不能更正。", hint="请等读取完成；已经写入的请在文档页改。"
            )
        if not 0 <= number < len(batch.rows):
            raise NotFoundError("这批文件里没有这份文档。")
        row = batch.rows[number]
        row.choice = checked(self._site.library.state().workspace, row, choice)

    def accept(self, batch: Batch) -> None:
        """Begin to write what is wanted.

        Raises:
            UsageError: Nothing is wanted, or it was accepted already.
        """
        with self._site.database.transaction():  # another page may have accepted or changed it
            batch = self._read(batch.token)
            if batch.stage != "ready":
                raise UsageError("这批文件现在不能导入。")
            if not batch.wanted:
                raise UsageError("没有选中要导入的文档。")
            batch.stage, batch.done, batch.total = "writing", 0, len(batch.names)
            self.save(batch)
        self._work(batch)

    # -- working ------------------------------------------------------------------------------

    def _work(self, batch: Batch) -> None:
        """Let a thread do the stage's work, unless one is at it."""
        lock = FileLock(self._folder(batch.token) / "working.lock", thread_local=False)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            return
        worker = threading.Thread(target=self._run, args=(batch.token, lock), daemon=True)
        worker.start()

    def _run(self, token: str, lock: FileLock) -> None:
        try:
            kept = self._kept.get(token)
            batch = batch_of(kept) if kept is not None else None
            if batch is not None and batch.is_working:
                self._stage(batch)
        finally:
            with suppress(OSError):
                lock.release()

    def _stage(self, batch: Batch) -> None:
        writing = batch.stage == "writing"
        try:
            result = self._import(batch, writing=writing)
        except WenshuError as error:
            batch.stage, batch.error = "failed", f"{error.message}{error.hint}"
        except Exception:  # the page must hear of it
            LOG.exception("import failed")
            batch.stage, batch.error = "failed", "导入时程序出错，请把时间告诉系统管理员。"
        else:
            take(batch, result, written=writing)
            if writing:
                self._tell(batch)
            batch.stage = "done" if writing else "ready"
        if not self._save_on(batch):  # given up while it was read
            shutil.rmtree(self._folder(batch.token), ignore_errors=True)

    def _save_on(self, batch: Batch) -> bool:
        """Keep how far the work is, unless the import was given up meanwhile."""
        with self._site.database.transaction():
            if self._kept.get(batch.token) is None:
                return False
            self.save(batch)
        return True

    def _import(self, batch: Batch, *, writing: bool) -> Result:
        folder = self._folder(batch.token)

        def advance(done: int, total: int) -> None:
            batch.done, batch.total = done, total
            self._save_on(batch)

        def look(place: Place, draft: Draft) -> None:
            path = _text_path(folder, place)
            write_atomic(path, (draft.raw or draft.body).encode("utf-8", "replace"))

        with acting_as(self._owner):
            return import_paths(
                self._site.library.for_writing(),
                sorted((folder / "files").glob("*/*")),
                dry_run=not writing,
                keep_clauses=False,
                advance=advance,
                choices={row.place: row.choice for row in batch.rows} if writing else None,
                look=None if writing else look,
                resume=writing,
            )

    def _tell(self, batch: Batch) -> None:
        """Record the import, let the library see it, let the files go."""
        count = sum(row.action in {"new", "version"} for row in batch.rows)
        names = "、".join(batch.names)
        self._site.accounts.note(self._owner, "", "导入", names, f"{count} 份文档")
        self._site.library.notice()
        shutil.rmtree(self._folder(batch.token) / "files", ignore_errors=True)


def _sweep(folder: Path) -> None:
    """Uploads that nobody remembers."""
    for path in folder.iterdir() if folder.is_dir() else ():
        with suppress(OSError):  # another process swept it
            if time.time() - path.stat().st_mtime > KEPT_SECONDS * 2:
                shutil.rmtree(path, ignore_errors=True)


def _name(file: FileStorage) -> str:
    return Path((file.filename or "").replace("\\", "/")).name


def _text_path(folder: Path, place: Place) -> Path:
    return folder / "texts" / f"{place[0]}-{place[1]}.md"

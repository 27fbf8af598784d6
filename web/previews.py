"""What an attachment looks like: pictures as they are, PDF and Word page by page, text as text."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from store.exceptions import InputError
from store.files import digest
from store.office import OfficeAbsent, convert, find_office
from web import gate

if TYPE_CHECKING:
    from store import Workspace

PICTURES: Final = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp"})
OFFICE: Final = frozenset({".doc", ".docx", ".wps", ".rtf", ".odt"})
TEXTS: Final = frozenset({".txt", ".csv"})
_SECONDS: Final = 30.0
_OFFICE_SECONDS: Final = 60.0
_LONGEST: Final = 100_000
_KEPT_SECONDS: Final = 30 * 24 * 3600
_MOST_WAITING: Final = 6
_making = threading.Lock()
_waiting = threading.BoundedSemaphore(_MOST_WAITING)
Sort = Literal["picture", "pages", "text", "none"]


@dataclass(slots=True)
class Preview:
    """How an attachment is shown.

    Attributes:
        sort: As a picture, as pages, as text, or not at all.
        pages: How many pages are shown.
        total: How many there are.
        texts: What each page says, for those who can't see it.
        text: The text, where it is shown as such.
        why: Why there is no preview, or no better one.
    """

    sort: Sort
    pages: int = 0
    total: int = 0
    texts: list[str] = field(default_factory=list)
    text: str = ""
    why: str = ""


def preview_of(workspace: Workspace, path: Path) -> Preview:
    """How a file is shown; one preview is made at a time, and few wait for it."""
    if path.suffix.lower() not in OFFICE | {".pdf"} or _is_drawn(workspace, path):
        return _preview(workspace, path)
    if not _waiting.acquire(blocking=False):
        return Preview("none", why="正在生成的预览太多，请过一会儿再打开，或直接下载。")
    try:
        with gate.outside(), _making:
            return _preview(workspace, path)
    finally:
        _waiting.release()


def _is_drawn(workspace: Workspace, path: Path) -> bool:
    return (_folder(workspace, path.read_bytes()) / "about.json").is_file()


def _preview(workspace: Workspace, path: Path) -> Preview:
    suffix = path.suffix.lower()
    if suffix in PICTURES:
        return Preview("picture")
    if suffix in TEXTS:
        from importer.text import detect  # noqa: PLC0415 - few requests

        data = path.read_bytes()[: _LONGEST * 4]
        codec = detect(data)
        text = data.decode("big5hkscs" if codec == "big5" else codec, "replace")
        return Preview("text", text=text[:_LONGEST])
    if suffix == ".pdf":
        return _pages(workspace, path, path.read_bytes())
    if suffix in OFFICE:
        return _office(workspace, path)
    return Preview("none", why="这种文件不能在网页上预览，请下载后打开。")


def page_picture(workspace: Workspace, path: Path, number: int) -> bytes | None:
    """One page of a PDF or Word file as a PNG; None where there is none."""
    preview_of(workspace, path)
    place = _folder(workspace, path.read_bytes()) / f"{number}.png"
    return place.read_bytes() if place.is_file() else None


def _folder(workspace: Workspace, data: bytes) -> Path:
    return workspace.cache / "previews" / digest(data)[:32]


def _pages(workspace: Workspace, path: Path, data: bytes, pdf: Path | None = None) -> Preview:
    """The pages of a PDF, drawn once."""
    folder = _folder(workspace, data)
    about = folder / "about.json"
    if not about.is_file() and not _draw(workspace, pdf or path, folder):
        return Preview("none", why="这个 PDF 打不开（可能已损坏或有密码），请下载后查看。")
    said = json.loads(about.read_text(encoding="utf-8"))
    shown = len(said["texts"])
    return Preview("pages", pages=shown, total=int(said["pages"]), texts=said["texts"])


def _draw(workspace: Workspace, pdf: Path, folder: Path) -> bool:
    parent = workspace.cache / "previews"
    parent.mkdir(parents=True, exist_ok=True)
    _sweep(parent)
    with tempfile.TemporaryDirectory(dir=parent, prefix="new-") as place:
        command = [sys.executable, "-m", "web.pdfpages", str(pdf), place]
        root = str(Path(__file__).resolve().parent.parent)
        path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH", ""))))
        try:
            subprocess.run(  # noqa: S603 - our own program
                command, check=True, timeout=_SECONDS, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                env=os.environ | {"PYTHONPATH": path},
            )  # fmt: skip
        except (subprocess.SubprocessError, OSError):
            return False
        return _keep(Path(place), folder)


def _keep(place: Path, folder: Path) -> bool:
    """Put a drawn preview in its place at once; what another process put there stays."""
    if (folder / "about.json").is_file():
        return True
    shutil.rmtree(folder, ignore_errors=True)  # cut off in the middle
    made = place / "made"
    made.mkdir()
    for path in place.iterdir():
        if path.is_file():
            path.rename(made / path.name)
    with suppress(OSError):  # another was first
        made.rename(folder)
    return (folder / "about.json").is_file()


def _sweep(parent: Path) -> None:
    for path in parent.iterdir():
        with suppress(OSError):  # another process swept it
            if time.time() - path.stat().st_mtime > _KEPT_SECONDS:
                shutil.rmtree(path, ignore_errors=True)


def _office(workspace: Workspace, path: Path) -> Preview:
    """A Word file as the pages of its PDF; as text where nothing can convert it."""
    data = path.read_bytes()
    if _is_drawn(workspace, path):
        return _pages(workspace, path, data)
    if find_office() is not None:
        with tempfile.TemporaryDirectory(prefix="wenshu-preview-") as place:
            source = Path(place) / f"file{path.suffix.lower()}"
            source.write_bytes(data)
            made = _to_pdf(source)
            if made is not None:
                return _pages(workspace, path, data, made)
    return _as_text(path)


def _to_pdf(source: Path) -> Path | None:
    try:
        return convert([source], "pdf", source.parent, _OFFICE_SECONDS).get(source)
    except OfficeAbsent:
        return None


def _as_text(path: Path) -> Preview:
    why = "没有安装 LibreOffice，只显示文字；排版请下载后查看。"
    if path.suffix.lower() != ".docx":
        return Preview("none", why="预览这种文件需要 LibreOffice；请下载后打开。")
    from importer.model import Draft  # noqa: PLC0415 - few requests
    from importer.workers import Task, read_all  # noqa: PLC0415

    try:
        answers = list(read_all([Task(0, path, path.name)], {}, processes=1))
    except InputError:
        answers = []
    texts = [one.value.body for one in answers if isinstance(one.value, Draft)]
    if not texts:
        return Preview("none", why="这个文件读不出文字，请下载后打开。")
    return Preview("text", text="\n".join(texts)[:_LONGEST], why=why)

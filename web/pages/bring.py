"""Import by upload: hand in old files, look over what would become of them, accept them."""

from __future__ import annotations

import re
import secrets
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for

from generator.batch_names import safe_file_name
from importer import import_paths
from store.exceptions import NotFoundError
from store.history import acting_as
from web import gate
from web.refusals import BadUpload
from web.rights import Act
from web.site import demand, note, person, renew_view, site, view

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from importer import Result

blueprint = Blueprint("bring", __name__, url_prefix="/import")
MOST: Final = 500
SUFFIXES: Final = frozenset(
    {".doc", ".docx", ".wps", ".rtf", ".pdf", ".htm", ".html", ".txt", ".md", ".zip", ".odt"}
)
_TOKEN: Final = re.compile(r"[0-9a-f]{32}")
_KEPT_SECONDS: Final = 6 * 3600


@blueprint.before_request
def _only_editors() -> None:
    demand(Act.EDIT)


@blueprint.get("")
def form() -> str:
    """Choose files."""
    return render_template("import.html", result=None, token="")


@blueprint.post("")
def look() -> str:
    """Read the files and show what would become of them; nothing is written to the library."""
    files = [file for file in request.files.getlist("files") if file.filename]
    if not files or len(files) > MOST:
        raise BadUpload(f"请选择 1 到 {MOST} 个文件。")
    folder = _uploads() / secrets.token_hex(16)
    folder.mkdir(parents=True)
    _write_owner(folder)
    for number, file in enumerate(files):
        name = Path((file.filename or "").replace("\\", "/")).name
        if Path(name).suffix.lower() not in SUFFIXES:
            shutil.rmtree(folder, ignore_errors=True)
            raise BadUpload(
                f"“{name[:60]}”的类型不能导入。", hint="可用 " + " ".join(sorted(SUFFIXES))
            )
        place = folder / "files" / f"{number:03d}"
        place.mkdir(parents=True)
        file.save(place / (safe_file_name(Path(name).stem) + Path(name).suffix.lower()))
    result = _run(folder, dry_run=True)
    return render_template(
        "import.html", result=result, token=folder.name, kinds=view().workspace.kinds
    )


@blueprint.post("/<token>")
def accept(token: str) -> Response:
    """Import the files that were looked over."""
    folder = _uploads() / token if _TOKEN.fullmatch(token) else None
    if folder is None or not folder.is_dir() or _owner(folder) != person().name:
        raise NotFoundError("这批上传的文件已经不在了。", hint="请重新上传。")
    result = _run(folder, dry_run=False)
    shutil.rmtree(folder, ignore_errors=True)
    count = sum(draft.action != "unchanged" for draft in result.documents)
    note("导入", "、".join(source.name for source in result.sources), f"{count} 份文档")
    renew_view()
    flash(f"已导入 {count} 份文档。存疑的地方请对照导入报告和问题清单改正。", "good")
    return redirect(url_for("keep.library"))


def _run(folder: Path, *, dry_run: bool) -> Result:
    workspace = site().library.for_writing()
    paths = sorted((folder / "files").glob("*/*"))
    with gate.outside(), acting_as(person().name):
        return import_paths(workspace, paths, dry_run=dry_run)


def _uploads() -> Path:
    """Where uploads wait for a while; old ones are swept."""
    folder = view().workspace.cache / "uploads"
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if path.is_dir() and time.time() - path.stat().st_mtime > _KEPT_SECONDS:
            shutil.rmtree(path, ignore_errors=True)
    return folder


def _write_owner(folder: Path) -> None:
    (folder / "owner").write_text(person().name, encoding="utf-8")


def _owner(folder: Path) -> str:
    path = folder / "owner"
    return path.read_text(encoding="utf-8") if path.is_file() else ""

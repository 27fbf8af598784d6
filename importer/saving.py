"""Drafts into files of `kb/`: images, metric file, original, document. Nothing is overwritten."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from importer.library import SOURCE_KEY
from importer.metric_file import metrics_yaml
from store import frontmatter
from store.exceptions import ConflictError, WenshuError
from store.files import digest, locked, read_bytes, write_atomic
from store.history import document_path, lock_path

if TYPE_CHECKING:
    from pathlib import Path

    from importer.library import Origin
    from importer.model import Draft
    from store.workspace import Workspace

ORIGINALS: Final = "原始文件"


def write(workspace: Workspace, draft: Draft, origin: Origin, original: str) -> None:
    """Write a document with its images, its metric file and its place in the originals.

    Args:
        workspace: The workspace.
        draft: A draft with its id.
        origin: Where it came from.
        original: The kept source file relative to `kb/`; empty when it is not kept.

    Raises:
        ConflictError: Another text was written under this id since it was found free.
        EnvironmentRefused: The disk is full, or the folder cannot be written.
    """
    path = document_path(workspace, draft.id)
    made: list[Path] = []
    try:
        with locked(lock_path(workspace)):
            fields = dict(draft.fields) | _beside(path, draft, origin, made)
            if original:
                place = "../" * draft.id.count("/") + original
                fields["附件"] = [{"名称": origin.name, "文件": place, "类型": "原始文件"}]
            source = fields.pop(SOURCE_KEY, None)
            if source is not None:
                fields[SOURCE_KEY] = source
            body = draft.body if draft.body.startswith("\n") else f"\n{draft.body}"
            text = draft.raw or frontmatter.dump(fields) + body
            _write_new(path, draft.id, text.encode("utf-8", "replace"))
    except (OSError, WenshuError):
        for one in made:
            one.unlink(missing_ok=True)
        raise


def _write_new(path: Path, document_id: str, data: bytes) -> None:
    """Write a document where none is; the same bytes may be there from a run that was cut off."""
    if not path.exists():
        write_atomic(path, data)
    elif read_bytes(path) != data:
        raise ConflictError(
            f"“{document_id}”在导入期间已由别人建立，没有覆盖；请重新导入这份文件。"
        )


def _beside(path: Path, draft: Draft, origin: Origin, made: list[Path]) -> dict[str, object]:
    """Write what stands beside a document; gives the fields that name it."""
    for name, data in draft.files.items():
        target = path.parent / name
        if not target.exists():
            write_atomic(target, data)
            made.append(target)
    if not draft.figures:
        return {}
    target = path.parent / "数据" / f"{path.stem}.yaml"
    number = 1
    while target.exists():
        number += 1
        target = target.with_name(f"{path.stem}-{number}.yaml")
    write_atomic(target, metrics_yaml(draft, origin).encode("utf-8"))
    made.append(target)
    return {"数据": [f"数据/{target.name}"]}


def keep_original(workspace: Workspace, origin: Origin) -> str:
    """Keep a source file among the originals; gives its place relative to `kb/`."""
    if origin.path.suffix.lower() in {".md", ".markdown"} or origin.name.lower().endswith(
        (".md", ".markdown")
    ):
        return ""
    data = origin.path.read_bytes()
    name = re.sub(r'[<>:"/\\|?*\x00-\x1f]', "_", unicodedata.normalize("NFC", origin.name)).lstrip(
        "~."
    )[-80:]
    target = workspace.kb / ORIGINALS / name
    if target.exists() and digest(target.read_bytes()) != digest(data):
        target = target.with_name(f"{target.stem}-{origin.fingerprint[:8]}{target.suffix}")
    if not target.exists():
        write_atomic(target, data)
    return f"{ORIGINALS}/{target.name}"

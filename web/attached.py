"""The files that belong to a document, and who may have them: the document's rights hold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from store.exceptions import NotFoundError
from web.previews import PICTURES
from web.refusals import AccessDenied
from web.site import site

if TYPE_CHECKING:
    from pathlib import Path

    from store.catalogue import Entry
    from store.document import Document
    from web.library import View

_DRAWN: Final = PICTURES | {".svg", ".bmp", ".tif", ".tiff"}
_TARGET: Final = re.compile(r"\]\(\s*(?:<([^<>\n]+)>|((?:[^\s()]|\([^\s()]*\))+))")
_NEVER: Final = frozenset({".md", ".markdown", ".toml", ".db", ".jsonl"})


def file_of(seen: View, entry: Entry, document: Document, name: str) -> Path:
    """A file that a document names: an attachment or a picture of its text, within `kb/`.

    A file that a document names which the person may not see is refused under every name.

    Raises:
        NotFoundError: There is none, or it does not belong to the document.
    """
    gone = NotFoundError("没有这个附件。", hint="它可能已被移走；请联系制度管理员。")
    root = (site().library.root / "kb").resolve()
    path = (entry.path.parent / name).resolve()
    suffix = path.suffix.lower()
    attached = {a.file for a in entry.meta.attachments}
    drawn = pictures(document) if suffix in _DRAWN else set()
    if name not in attached | drawn or suffix in _NEVER or not path.is_relative_to(root):
        raise gone
    if not path.is_file() or path in _hidden(seen) or path in _not_to_lend(seen, entry):
        raise gone
    return path


def pictures(document: Document) -> set[str]:
    """The pictures of a text, as written."""
    found = set()
    for block in document.body.root.walk_blocks():
        if block.type == "image":
            found.add(block.target)
        found |= {piece.target for piece in block.inlines if piece.type == "image"}
    return found


def _hidden(seen: View) -> frozenset[Path]:
    """Files of documents that the person may not see, unless a visible one had them first."""

    def make() -> frozenset[Path]:
        return frozenset(
            (entry.path.parent / name).resolve()
            for entry in seen.workspace.entries
            if entry.id not in seen.ids
            for name in (*(a.file for a in entry.meta.attachments), *entry.meta.data)
            if name
        )

    return seen.kept(("hidden files",), make)


def refuse_pictures(seen: View, entry: Entry) -> None:
    """Refuse to print a text of one's own with pictures of a document that one may not see.

    Raises:
        AccessDenied: There is such a picture.
    """
    if seen.rights.sees_everything or not seen.rights.edits(entry):
        return
    named = drawn_in(seen.workspace.read(entry)[0])
    for name in sorted(named):
        path = (entry.path.parent / name).resolve()
        if path in _hidden(seen) or path in _not_to_lend(seen, entry):
            raise AccessDenied(
                f"正文里的图片“{name[:60]}”属于您不能查看的文档，不能打印。",
                hint="请从正文中删去这张图片，或联系制度管理员。",
            )


def drawn_in(text: str) -> set[str]:
    """Every target of a text that may be a picture, without parsing it."""
    return {unquote(plain or angled) for angled, plain in _TARGET.findall(text)}


def _not_to_lend(seen: View, entry: Entry) -> frozenset[Path]:
    """Pictures of hidden texts, which one's own text must not show.

    What somebody else put into a text that one may only read was meant to be seen there.
    """
    if seen.rights.sees_everything or not seen.rights.edits(entry):
        return frozenset()

    def make() -> frozenset[Path]:
        return frozenset(
            (hidden.path.parent / name).resolve()
            for hidden in seen.workspace.entries
            if hidden.id not in seen.ids
            for name in _drawn_by(hidden)
        )

    return seen.kept(("pictures of hidden texts",), make)


def _drawn_by(entry: Entry) -> set[str]:
    try:
        text = entry.path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return set()
    return drawn_in(text) if "](" in text else set()


def size_of(entry: Entry, name: str) -> int | None:
    """How many bytes an attachment has; None where its file is not there."""
    root = (site().library.root / "kb").resolve()
    path = (entry.path.parent / name).resolve()
    inside = bool(name) and path.is_relative_to(root) and path.is_file()
    return path.stat().st_size if inside else None

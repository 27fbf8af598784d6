"""A document as it stands in the editor, before it is saved: parsed, drawn and checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store import Workspace, frontmatter
from store.dates import today
from store.files import digest
from store.rules import check_document
from store.schema import convert

if TYPE_CHECKING:
    from store.catalogue import Entry
    from store.document import Document, Meta
    from store.model import Problem


class _Edited(Workspace):
    """A workspace in which a document reads as it stands in the editor."""

    def __init__(self, base: Workspace, text: str) -> None:
        self.__dict__.update(base.__dict__)
        self._text = text

    def read(self, entry: Entry) -> tuple[str, frontmatter.FrontMatter, Meta, list[Problem], str]:
        """The text of the editor in place of the file's."""
        found = frontmatter.parse(self._text, str(entry.path))
        converted = convert(found.values, self.find_kind, found.lines, str(entry.path))
        converted.meta.title = converted.meta.title or entry.name
        return self._text, found, converted.meta, converted.problems, digest(self._text.encode())


def edited(workspace: Workspace, text: str) -> Workspace:
    """A workspace in which every document that is read has this text: for one document only."""
    return _Edited(workspace, text)


def load_draft(workspace: Workspace, entry: Entry, text: str) -> tuple[Document, list[Problem]]:
    """The document that a text would be, and what is wrong with it.

    Raises:
        InputError: Its front matter cannot be read.
    """
    changed = _Edited(workspace, text)
    document = changed.load(entry)
    problems = [*document.problems, *check_document(changed, entry, document, today())]
    return document, sorted(set(problems), key=lambda p: (p.line, p.code))


def with_body(text: str, body: str) -> str:
    """A file's text with another body; the front matter stays as it is, byte for byte."""
    parts = frontmatter.split(text)
    if parts is None:
        return body
    old = parts[1]
    head = text[: len(text) - len(old)] if old else text
    clean = body.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    return f"{head}\n{clean}\n" if not head.endswith("\n\n") else f"{head}{clean}\n"


def body_of(text: str) -> str:
    """A file's body without its front matter."""
    parts = frontmatter.split(text)
    return (parts[1] if parts else text).replace("\r\n", "\n").strip("\n") + "\n"


def body_line(text: str, body: str) -> int:
    """The line of a file at which a body that was put into it by `with_body` begins."""
    parts = frontmatter.split(text)
    if parts is None:
        return 1
    blank = len(parts[1]) - len(parts[1].lstrip("\n"))
    typed = body.replace("\r\n", "\n").replace("\r", "\n")
    return parts[2] + blank - (len(typed) - len(typed.lstrip("\n")))

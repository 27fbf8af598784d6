"""What stands in `kb/` and what an import adds: ids, families, files that came before."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from importer.similar import signature_of
from store import frontmatter
from store.history import document_path

if TYPE_CHECKING:
    from pathlib import Path

    from importer.model import Draft
    from store.catalogue import Entry
    from store.workspace import Workspace

SOURCE_KEY: Final = "来源"


@dataclass(slots=True)
class Origin:
    """The file that drafts came from."""

    path: Path
    name: str
    fingerprint: str


@dataclass(slots=True)
class Known:
    """A document that is there already, or was proposed before: what a new one is compared with."""

    id: str
    title: str
    kind: str
    department: str
    version: str
    signature: tuple[int, ...] = ()
    number: str = ""
    source: dict[str, str] = field(default_factory=dict)


class Library:
    """What stands in `kb/` and what this import adds, for ids, families and repeats."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.known: dict[str, Known] = {}
        self.ids: set[str] = set()
        for entry in workspace.entries:
            self.known[entry.id] = _of_entry(entry)
            self.ids.add(_folded(entry.id))

    def imported(self, fingerprint: str) -> list[Known]:
        """Documents that came from a file with these very bytes."""
        return [one for one in self.known.values() if one.source.get("指纹") == fingerprint]

    def take_written(self, origin: Origin, draft: Draft) -> bool:
        """Whether a run that was cut off wrote this document already; it takes its id then."""
        place = (str(draft.line or ""), draft.ordinal)
        for one in self.imported(origin.fingerprint):
            if (one.source.get("行", ""), one.source.get("篇", "")) == place:
                one.signature = draft.signature
                draft.id, draft.title, draft.action = one.id, one.title, "new"
                draft.body = draft.raw = ""
                return True
        return False

    def older(self, name: str, draft: Draft) -> Known | None:
        """The document that an earlier state of this file gave at this place."""
        for one in self.known.values():
            if (
                one.source.get("文件") == name
                and one.source.get("篇", "") == draft.ordinal
                and one.title.startswith(draft.title)
            ):
                return one
        return None

    def family_of(self, draft: Draft, department: str) -> list[Known]:
        """Documents that the checker would take for versions of the same text."""
        number = str(draft.fields.get("编号", ""))
        if number:
            return [one for one in self.known.values() if one.number == number]
        return [
            one for one in self.known.values()
            if (one.title, one.kind, one.department) == (draft.title, draft.kind, department) and not one.number  # noqa: E501
        ]  # fmt: skip

    def free_id(self, wanted: str) -> str:
        """This id, or the next one that is not taken."""
        number, found = 1, wanted
        while _folded(found) in self.ids or document_path(self.workspace, found).exists():
            number += 1
            found = f"{wanted}-{number}"
        self.ids.add(_folded(found))
        return found

    def signature(self, one: Known) -> tuple[int, ...]:
        """The text's signature, read from its file when needed."""
        if not one.signature:
            try:
                text = document_path(self.workspace, one.id).read_text(
                    encoding="utf-8", errors="replace"
                )
            except OSError:
                return ()
            parts = frontmatter.split(text)
            one.signature = signature_of(
                re.sub(r"^\s*\d+\.\s|[#*|]", "", parts[1] if parts else text, flags=re.MULTILINE)
            )
        return one.signature


def _folded(document_id: str) -> str:
    return unicodedata.normalize("NFKC", document_id).casefold()


def _of_entry(entry: Entry) -> Known:
    raw = entry.meta.extra.get(SOURCE_KEY)
    source = {str(key): str(value) for key, value in raw.items()} if isinstance(raw, dict) else {}
    return Known(
        entry.id, entry.meta.title, entry.meta.kind, entry.meta.department, entry.meta.version,
        number=entry.meta.number, source=source,
    )  # fmt: skip

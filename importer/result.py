"""What an import did, or would do: the files it read and the documents that came of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from importer.duplicates import Group
    from importer.model import Draft


@dataclass(slots=True)
class Source:
    """One file of the import.

    Attributes:
        path: As it is named to the user.
        name: Its own name.
        encoding: Of text; empty for the others.
        error: Why nothing, or not everything, was read.
        unchanged: It was imported before and has not changed since.
        twin: Another file of this import with the very same bytes.
        documents: What came of it.
    """

    path: str
    name: str
    encoding: str = ""
    error: str = ""
    unchanged: bool = False
    twin: str = ""
    documents: list[Draft] = field(default_factory=list)


@dataclass(slots=True)
class Result:
    """What an import did, or would do."""

    sources: list[Source]
    groups: list[Group] = field(default_factory=list)
    report: Path | None = None
    dry_run: bool = False

    @property
    def failed(self) -> list[Source]:
        """The files that could not be read."""
        return [source for source in self.sources if source.error]

    @property
    def documents(self) -> list[Draft]:
        """All documents, in order."""
        return [draft for source in self.sources for draft in source.documents]

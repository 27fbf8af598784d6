"""What the rules on one document look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.model import Problem
from store.schema import line_of

if TYPE_CHECKING:
    from datetime import date

    from store.catalogue import Entry
    from store.document import Document
    from store.model import Severity
    from store.workspace import Workspace


@dataclass(slots=True, frozen=True)
class Subject:
    """A loaded document, where it belongs, and the day to judge it by."""

    workspace: Workspace
    entry: Entry
    document: Document
    today: date

    def problem(
        self, attribute: str, severity: Severity, code: str, message: str, hint: str
    ) -> Problem:
        """A problem at a front-matter key, on line 1 where it is missing."""
        return self.at(line_of(attribute, self.entry.lines), severity, code, message, hint)

    def at(self, line: int, severity: Severity, code: str, message: str, hint: str) -> Problem:
        """A problem at a line of the file."""
        return Problem(str(self.entry.path), line, severity, code, message, hint)

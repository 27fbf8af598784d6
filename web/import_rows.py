"""What an import by upload shows and keeps: its documents, and what a person says of each."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal, cast

from importer.choices import Choice, is_written
from store.history import document_path

if TYPE_CHECKING:
    from importer import Result
    from importer.model import Draft
    from importer.session import Place
    from store import Workspace
    from web.unfinished import Kept

_DOUBTS: Final = 60
Stage = Literal["reading", "ready", "writing", "done", "failed"]


@dataclass(slots=True)
class Row:
    """A document of an import: as it was proposed, and what the person says of it.

    Attributes:
        place: Which file, which document of it.
        id, title, kind, department: As proposed.
        confidence: How sure the kind is.
        parent: The row of the compilation it belongs to, -1 for none.
        action: new, version, unchanged, skipped.
        doubts: What the importer was unsure of: line and message.
        choice: What the person says.
    """

    place: Place
    id: str
    title: str
    kind: str
    department: str
    confidence: float
    source: str
    parent: int = -1
    action: str = ""
    doubts: list[tuple[int, str]] = field(default_factory=list)
    choice: Choice = field(default_factory=Choice)


@dataclass(slots=True)
class Batch:
    """An import in progress.

    Attributes:
        token: Names it in addresses.
        stage: What is being done, or waited for.
        names: The files' own names.
        done, total: How far the stage is.
        rows: The documents, once they are read.
        failed: Files that could not be read, each with the reason.
        alike: Groups of documents that are nearly the same.
        error: Why it failed.
        begun: When, seconds since 1970.
    """

    token: str
    stage: Stage
    names: list[str]
    done: int = 0
    total: int = 0
    rows: list[Row] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    alike: list[list[str]] = field(default_factory=list)
    error: str = ""
    begun: int = 0

    @property
    def is_working(self) -> bool:
        """Whether a thread is at it."""
        return self.stage in {"reading", "writing"}

    @property
    def wanted(self) -> list[Row]:
        """The documents that are to be written."""
        return [row for row in self.rows if row.choice.wanted and row.action != "unchanged"]


def checked(workspace: Workspace, row: Row, choice: Choice) -> Choice:
    """A choice that can be carried out; what says the same as the proposal is left out.

    Raises:
        UsageError: The kind is unknown, or the folder or title is no name.
    """
    kind = choice.kind.strip()
    if kind and kind != row.kind:
        kind = workspace.kind(kind).slug
    folder = choice.folder.strip().strip("/").replace("\\", "/")
    title = " ".join(choice.title.split())[:200]
    if folder:
        document_path(workspace, f"{folder}/文档")
    return replace(
        choice,
        kind="" if kind == row.kind else kind,
        title="" if title == row.title else title,
        department="" if choice.department.strip() == row.department else choice.department.strip(),
        folder=folder,
    )


def take(batch: Batch, result: Result, *, written: bool) -> None:
    """Put what the importer says into the rows."""
    said = {row.place: row.choice for row in batch.rows}
    batch.rows = []
    for index, source in enumerate(result.sources):
        first = len(batch.rows)
        for at, draft in enumerate(source.documents):
            row = _row((index, at), draft, source.name, first)
            row.choice = said.get(row.place, Choice(wanted=row.action != "unchanged"))
            row.action = draft.action or ("new" if written and is_written(draft) else "")
            batch.rows.append(row)
    batch.failed = [(source.name, source.error) for source in result.failed]
    batch.alike = [group.ids for group in result.groups]


def _row(place: Place, draft: Draft, source: str, first: int) -> Row:
    doubts = [(doubt.line, doubt.message) for doubt in draft.doubts]
    return Row(
        place, draft.id, draft.title, draft.kind, str(draft.fields.get("部门", "")),
        draft.confidence, source, first + draft.parent if draft.parent >= 0 else -1, draft.action,
        doubts[:_DOUBTS],
    )  # fmt: skip


def batch_of(kept: Kept) -> Batch:
    """An import as it was kept."""
    value = copy.deepcopy(dict(kept.value))
    rows = cast("list[dict[str, object]]", value.pop("rows", []))
    batch = Batch(**value)  # type: ignore[arg-type]  # as `asdict` wrote it
    for raw in rows:
        choice = Choice(**cast("dict[str, str]", raw.pop("choice")))  # type: ignore[arg-type]
        row = Row(**raw, choice=choice)  # type: ignore[arg-type]
        row.place = (row.place[0], row.place[1])
        row.doubts = [(doubt[0], doubt[1]) for doubt in row.doubts]
        batch.rows.append(row)
    return batch

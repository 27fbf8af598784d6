"""What a person said of the documents of an import before they are written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from store import frontmatter
from store.schema import ALIASES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from importer.model import Draft
    from store.kinds import Kind

SKIPPED: Final = "skipped"
UNCHANGED: Final = "unchanged"
FAILED: Final = "failed"


@dataclass(frozen=True, slots=True)
class Choice:
    """One document of an import as a person wants it; what is empty stays as it was proposed.

    Attributes:
        wanted: Whether it is written at all.
        kind: The kind's slug.
        title: Its title.
        department: Its department.
        folder: The folder of its id, in place of the kind's name.
    """

    wanted: bool = True
    kind: str = ""
    title: str = ""
    department: str = ""
    folder: str = ""


def is_written(draft: Draft) -> bool:
    """Whether an import writes a document: it is new or changed, wanted, and it could be."""
    return draft.action not in {SKIPPED, UNCHANGED, FAILED}


def apply(choice: Choice, draft: Draft, kinds: Mapping[str, Kind]) -> None:
    """Put a person's corrections into a draft that has no id yet."""
    kind = kinds.get(choice.kind)
    if kind is not None and draft.kind != kind.slug:
        draft.kind, draft.confidence, draft.reasons = kind.slug, 1.0, ["人工指定"]
    if choice.title:
        draft.title = choice.title
    if choice.department:
        draft.fields["部门"] = choice.department
    draft.folder = choice.folder
    if draft.raw:
        said = {
            "类别": kind.name if kind is not None else "",
            "标题": choice.title,
            "部门": choice.department,
        }
        changes: dict[str, object | None] = {name: value for name, value in said.items() if value}
        draft.raw = frontmatter.edit(draft.raw, changes, ALIASES)

"""A document: typed front matter, the file it stands in, and its parsed body.

`Meta` holds the front matter after the schema (`store.schema`) converted it; the attribute names
are the English names of DESIGN.md's table.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from store.kinds import Kind
    from store.metrics import MetricSet
    from store.model import Body, Period, Problem


@dataclass(slots=True, frozen=True)
class Revision:
    """One line of a revision table (修订记录)."""

    version: str = ""
    date: date | None = None
    note: str = ""
    revised_by: str = ""
    approved_by: str = ""


@dataclass(slots=True, frozen=True)
class DueProcess:
    """How a rule that touches employees' interests was discussed (民主程序)."""

    discussed: date | None = None
    form: str = ""
    negotiated: date | None = None
    counterpart: str = ""
    material: str = ""


@dataclass(slots=True, frozen=True)
class Notice:
    """One publication (公示) or one notification of the staff (告知)."""

    way: str = ""
    date: date | None = None
    people: str = ""
    material: str = ""


@dataclass(slots=True, frozen=True)
class Attachment:
    """A file that belongs to a document; `file` is relative to the document's folder."""

    name: str = ""
    file: str = ""
    type: str = "其他"


@dataclass(slots=True, kw_only=True)
class Meta:
    """Typed front matter. Text fields are empty and dates None where nothing stands.

    `kind` is the kind's slug (`other` where none fits), `status` the effective status (the default
    of DESIGN.md where the key is missing), `year` comes from the period or from 年度.
    `extra` keeps unknown keys with their raw values, `raw` the whole mapping as written.
    """

    title: str = ""
    kind: str = "other"
    number: str = ""
    department: str = ""
    position: str = ""
    period: Period | None = None
    subject: str = ""
    year: int | None = None
    version: str = ""
    status: str = ""
    published: date | None = None
    effective: date | None = None
    expires: date | None = None
    valid_through: date | None = None
    review_due: date | None = None
    drafted_by: str = ""
    reviewed_by: str = ""
    approved_by: str = ""
    issued_by: str = ""
    interpreted_by: str = ""
    scope: str = ""
    confidentiality: str = ""
    basis: tuple[str, ...] = ()
    supersedes: tuple[str, ...] = ()
    revisions: tuple[Revision, ...] = ()
    affects_interests: bool = False
    due_process: DueProcess | None = None
    publicity: tuple[Notice, ...] = ()
    notice: tuple[Notice, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    tags: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    extra: Mapping[str, object] = field(default_factory=dict)
    raw: Mapping[str, object] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Document:
    """One version of one text.

    Attributes:
        id: The path under `kb/` without `.md`, with forward slashes.
        path: The absolute path of the Markdown file.
        meta: Its front matter.
        kind: The kind's definition (numbering, sections, template).
        source: The whole file as text.
        body: The parsed body, figures filled in where data was there.
        problems: What was odd about front matter and body.
        content_hash: SHA-256 of the file's bytes, hexadecimal.
        metrics: The figures of its metric files, None without any.
        context: The names its templates may use (`store.context`).
    """

    id: str
    path: Path
    meta: Meta
    kind: Kind
    source: str
    body: Body
    problems: list[Problem] = field(default_factory=list)
    content_hash: str = ""
    metrics: MetricSet | None = None
    context: dict[str, object] = field(default_factory=dict)

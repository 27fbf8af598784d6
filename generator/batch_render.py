"""Rendering one row of a batch, with a template alone or with documents of a workspace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from store.missing import MissingValue

if TYPE_CHECKING:
    from pathlib import Path

    from generator.batch_rows import BatchRow
    from generator.booklet_pages import Measured
    from store import Workspace


@dataclass(slots=True, frozen=True)
class BatchSource:
    """What is rendered for each row; small enough to be sent to a worker.

    Attributes:
        template_file: A .docx that needs no workspace.
        workspace: The root of the workspace otherwise.
        template: Another template of the documents, by name or path.
        data: Further metric files.
        blank: Print each place to fill by hand as a blank.
    """

    template_file: Path | None = None
    workspace: Path | None = None
    template: str | None = None
    data: tuple[Path, ...] = ()
    blank: bool = False


class RowFile(NamedTuple):
    """The Word file of a row, what to tell, and how many pages it has, 0 where nobody knows."""

    data: bytes
    warnings: list[str]
    pages: int


class RowRenderer:
    """Renders rows; one in each process, so that templates are compiled once."""

    def __init__(self, source: BatchSource) -> None:
        from generator.render_cache import RenderCache  # noqa: PLC0415 (workers import it late)

        self._source = source
        self._cache = RenderCache()
        self._workspace: Workspace | None = None
        self._packets: dict[tuple[str, ...], Measured] = {}
        self._fields: dict[str, set[str]] = {}
        self._template = source.template_file.read_bytes() if source.template_file else b""

    def render(self, row: BatchRow, documents: tuple[str, ...]) -> RowFile:
        """The row's Word file.

        Args:
            row: The row.
            documents: The ids of its documents; none for a template alone.

        Raises:
            WenshuError: A field is missing, a value cannot be used, a document is not there.
        """
        values = row_context(row)
        if self._source.template_file is not None:
            template = self._cache.template(self._template)
            data = template.render({"序号": row.number, **values}, blank=self._source.blank)
            return RowFile(data, list(template.warnings), 0)
        values.pop("文档", None)  # the column that named the documents; the name is reserved
        if len(documents) > 1:
            from generator.booklet import render_packet  # noqa: PLC0415 (few batches)

            packet = render_packet(
                self.workspace,
                documents,
                values,
                blank=self._source.blank,
                measured=self._packets,
            )
            return RowFile(*packet)
        from generator.render import render_document  # noqa: PLC0415 (a template needs none)

        rendered = render_document(
            self.workspace,
            self.workspace.entry(documents[0]),
            template=self._source.template,
            data=self._source.data,
            values=values,
            blank=self._source.blank,
            cache=self._cache,
        )
        return RowFile(rendered.data, rendered.warnings, rendered.pages or 0)

    def source_text(self, documents: tuple[str, ...]) -> str:
        """The Markdown of the row's documents."""
        entries = [self.workspace.entry(one) for one in documents]
        return "\n".join(self.workspace.read(entry)[0] for entry in entries)

    def fields(self, documents: tuple[str, ...]) -> set[str]:
        """The names that the row's templates ask for."""
        if self._source.template_file is not None:
            return self._cache.template(self._template).fields()
        found: set[str] = set()
        for one in documents:
            kind = self.workspace.kinds[self.workspace.entry(one).meta.kind]
            if kind.slug not in self._fields:
                from generator.templates import find_template  # noqa: PLC0415 (see above)

                name = self._source.template if len(documents) == 1 else None
                source = find_template(self.workspace, kind, name)
                self._fields[kind.slug] = self._cache.template(source.data).fields()
            found |= self._fields[kind.slug]
        return found

    @property
    def workspace(self) -> Workspace:
        """The workspace, opened once."""
        if self._workspace is None:
            from store import Workspace as Opened  # noqa: PLC0415 (a template needs none)

            assert self._source.workspace is not None
            self._workspace = Opened.open(self._source.workspace)
        return self._workspace


def row_context(row: BatchRow) -> dict[str, object]:
    """The row's values; an empty cell is a missing name, whatever stands elsewhere."""
    context: dict[str, object] = dict(row.values)
    context |= {name: MissingValue(name=name) for name in row.empty}
    return context

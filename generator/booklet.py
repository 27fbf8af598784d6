"""Several documents as one Word file: a person's packet, a handbook, a collection of rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.batch_binding import Part, bind
from generator.booklet_pages import measure_parts, with_pages
from generator.render import render_document
from generator.render_cache import RenderCache
from store.dates import today
from store.exceptions import InputError
from store.listing import select

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from generator.booklet_pages import Measured
    from store import Workspace
    from store.catalogue import Entry
    from store.document import Meta


def render_packet(
    workspace: Workspace,
    documents: Sequence[str],
    values: Mapping[str, object],
    *,
    blank: bool = False,
    measured: dict[tuple[str, ...], Measured] | None = None,
) -> tuple[bytes, list[str], int]:
    """A person's papers in one file, with one contents, pages numbered from 1 through.

    Args:
        workspace: The open workspace.
        documents: The ids of the documents.
        values: The person's values.
        blank: Print each place to fill by hand as a blank.
        measured: The pages of the first person's packet serve the others of the batch.

    Returns:
        The file, what to tell, and how many pages it has, contents included.

    Raises:
        WenshuError: A document is not there, or a field is missing.
    """
    parts, warnings = _parts(workspace, [workspace.entry(one) for one in documents], values, blank)
    name = str(values.get("姓名") or "")
    title = f"{name}的材料" if name else "材料"
    key = tuple(documents)
    known = measured.get(key) if measured is not None else None
    if known is None:
        known = measure_parts(bind(parts, title=title), len(parts))
        if known is not None and measured is not None:
            measured[key] = known
    if known is not None:
        parts = with_pages(parts, known.parts)
    pages = (known.front if known else 1) + sum(part.pages for part in parts)
    return bind(parts, title=title), warnings, pages


def render_booklet(
    workspace: Workspace,
    entries: Sequence[Entry],
    *,
    title: str,
    cover: Sequence[str] = (),
    progress: Callable[[int, int], None] | None = None,
) -> tuple[bytes, list[str]]:
    """Documents in their order, with cover, contents, versions and running page numbers.

    Args:
        workspace: The open workspace.
        entries: The documents.
        title: What the booklet is called.
        cover: Further lines of the cover: the company, the date.
        progress: Called with (done, total).

    Raises:
        InputError: There is no document.
        WenshuError: A document cannot be rendered.
    """
    if not entries:
        raise InputError("没有符合条件的文档，无法合订。")
    parts, warnings = _parts(workspace, entries, {}, blank=True, progress=progress)
    lines = tuple(cover) or (" ",)
    data = bind(parts, title=title, cover=lines)
    measured = measure_parts(data, len(parts))
    if measured is not None:
        data = bind(with_pages(parts, measured.parts), title=title, cover=lines)
    return data, warnings


def choose_entries(
    workspace: Workspace,
    wanted: str,
    *,
    department: str | None = None,
    status: str | None = None,
    on: date | None = None,
) -> list[Entry]:
    """The documents of a booklet: kinds and single documents, in the order they are named.

    Args:
        workspace: The open workspace.
        wanted: Names with 、 between them: kinds, ids, titles.
        department: Of a kind, only this department's.
        status: Of a kind, only those of this status.
        on: Of a kind with a life cycle, what is in force on this day; None for today.

    Raises:
        UsageError: A name is neither a kind nor one document.
    """
    found: list[Entry] = []
    for name in wanted.replace("，", "、").split("、"):
        if (kind := workspace.find_kind(name)) is not None:
            day = (on or today()) if kind.life_cycle else None
            found += select(
                workspace,
                workspace.entries,
                kind=kind.slug,
                department=department,
                status=status,
                on=day,
            )
        elif name:
            found.append(workspace.resolve(name))
    return list({entry.id: entry for entry in found}.values())


def _parts(
    workspace: Workspace,
    entries: Sequence[Entry],
    values: Mapping[str, object],
    blank: bool,  # noqa: FBT001 - passed on
    progress: Callable[[int, int], None] | None = None,
) -> tuple[list[Part], list[str]]:
    cache = RenderCache()
    parts: list[Part] = []
    warnings: list[str] = []
    for number, entry in enumerate(entries, 1):
        made = render_document(workspace, entry, values=values, blank=blank, cache=cache)
        parts.append(Part(made.data, made.title, _version(entry.meta), pages=made.pages or 1))
        warnings += [text for text in made.warnings if text not in warnings]
        if progress is not None:
            progress(number, len(entries))
    return parts, warnings


def _version(meta: Meta) -> str:
    """The version as it stands in the contents: 2024版, 1.2版."""
    return f"{meta.version}版" if meta.version else ""

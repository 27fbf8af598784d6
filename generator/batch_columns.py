"""Which columns of a table nothing shows: neither the document nor its template asks for them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from store.exceptions import WenshuError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generator.batch_render import RowRenderer
    from generator.batch_rows import BatchRow

    Case = tuple[BatchRow, tuple[str, ...]]

_CASES: Final = 3
_TAG: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)


def unused_columns(
    renderer: RowRenderer, cases: Sequence[Case], columns: Sequence[str]
) -> list[str]:
    """The columns that make no difference.

    A column is used where a text or a template names it, or where another value in its cell
    gives another file. The latter is tried with a few rows of different documents.

    Args:
        renderer: Renders the rows.
        cases: Rows that could be rendered, with their documents.
        columns: The columns in question.
    """
    different = list({documents: (row, documents) for row, documents in cases}.values())
    left = list(columns)
    for _, documents in different:
        tags = " ".join(_TAG.findall(renderer.source_text(documents)))
        fields = renderer.fields(documents) if left else set()
        left = [name for name in left if name not in tags and name not in fields]
    for row, documents in different[:_CASES]:
        if left:
            left = _making_no_difference(renderer, row, documents, left)
    return left


def _making_no_difference(
    renderer: RowRenderer, row: BatchRow, documents: tuple[str, ...], columns: list[str]
) -> list[str]:
    try:
        plain, *_ = renderer.render(row, documents)
    except WenshuError:
        return []
    found = []
    for name in columns:
        values = {**row.values, name: f"{row.values.get(name) or ''}〇"}
        changed = replace(row, values=values, empty=tuple(one for one in row.empty if one != name))
        try:
            data, *_ = renderer.render(changed, documents)
        except WenshuError:
            continue  # it was read, and could not be used
        if data == plain:
            found.append(name)
    return found

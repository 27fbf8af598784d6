"""Bodies made after reading: the list of a compilation's parts, figures as references."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from importer.markdown_text import escape_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from importer.model import Draft


def contents_of(parent: Draft, children: Sequence[Draft]) -> str:
    """The body of a document that only holds parts: a list of links to them."""
    common = _common_start([child.title for child in children]) or parent.title
    lines = [f"## {common} {{: .unnumbered}}", ""]
    for child in children:
        mark = f"（{child.ordinal}）" if child.ordinal else ""
        lines.append(f"- [{escape_label(child.title)}{mark}]({child.id})")
    return "\n".join(lines) + "\n"


def _common_start(titles: Sequence[str]) -> str:
    first = min(titles, key=len)
    for size in range(len(first), 1, -1):
        if all(title.startswith(first[:size]) for title in titles):
            return first[:size]
    return ""


def linked(draft: Draft) -> str:
    """The body with references to the metric file in place of the figures that stand in it once."""
    body = draft.body
    for figure in draft.figures:
        if figure.approximate:
            continue
        printed = f"{figure.value:f}{figure.unit}"
        pattern = re.compile(rf"(?<![\d.]){re.escape(printed)}")
        name = f'指标["{figure.name}"]'
        if len(pattern.findall(body)) == 1 and '"' not in figure.name:
            body = pattern.sub(f"{{{{ {name}.值 }}}}", body)
    return body

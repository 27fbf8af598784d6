"""Business figures out of a summary's sentences: names, values, units, days, changes, completion.

A sentence is read piece by piece between its commas; what a piece says (a day, a change, a
completion rate) belongs to the figure named last, `分别` to the last figures in order. A figure
that was deleted at the source (`新增万元`) is reported; none is ever made up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from importer.figure_paragraph import Extraction, Paragraph
from importer.figure_patterns import (
    DELETED,
)
from importer.model import Doubt

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from importer.model import Figure, Node


_COUNTED: Final = frozenset(
    [
        "家",
        "户",
        "张",
        "笔",
        "部",
        "台",
        "份",
        "个",
        "人",
        "名",
        "次",
        "件",
        "元",
        "期",
        "场",
        "项",
        "条",
        "万张",
    ]
)


def extract(nodes: Sequence[Node]) -> Extraction:
    """The figures of a summary."""
    found = Extraction()
    as_of, section = "", ""
    for text, line, group, clause in _texts(nodes, ""):
        paragraph = Paragraph(found, line, group)
        paragraph.as_of = as_of if group and group == section and not clause else ""
        paragraph.read(text)
        as_of, section = paragraph.as_of, group
        found.doubts += deleted_figures(text, line)
    found.figures = _settled(found.figures, found.doubts)
    return found


def deleted_figures(text: str, line: int) -> list[Doubt]:
    """Places where a number was deleted before its unit."""
    return [
        Doubt(
            line, "figure-missing",
            f"原文此处的数字已被删去，没有补造：…{text[max(0, m.start() - 6) : m.end() + 6]}…",
        )
        for m in DELETED.finditer(text)
    ]  # fmt: skip


def _texts(nodes: Sequence[Node], group: str) -> Iterator[tuple[str, int, str, bool]]:
    for node in nodes:
        heading = group
        if node.sort == "section":
            heading = node.text
        elif node.text and node.piece.type in {"text", "bullet"}:
            yield node.text, node.line, group, node.sort == "clause"
        yield from _texts(node.children, heading)


def _settled(figures: list[Figure], doubts: list[Doubt]) -> list[Figure]:
    """Each name once: a repeated figure with the same value is left out, another is named apart."""
    known: dict[str, Figure] = {}
    kept: list[Figure] = []
    for figure in figures:
        trivial = figure.unit in _COUNTED
        bare = (
            not figure.as_of
            and figure.change is None
            and figure.completion is None
            and not figure.predicate
        )
        if trivial and bare:
            continue
        before = known.get(figure.name)
        if before is None:
            known[figure.name] = figure
            kept.append(figure)
        elif before.value == figure.value and before.unit == figure.unit:
            continue
        else:
            named = f"{figure.name}（{figure.unit if before.unit != figure.unit else '第' + str(figure.line) + '行'}）"  # noqa: E501
            if before.unit == figure.unit:
                doubts.append(
                    Doubt(
                        figure.line,
                        "figure-differs",
                        f"“{figure.name}”在文中有不同的数：{before.value}、{figure.value}{figure.unit}",
                    )
                )
            figure.name = named
            if named not in known:
                known[named] = figure
                kept.append(figure)
    return kept

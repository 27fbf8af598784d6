"""The figures of a summary as the metric file that the rest of the program reads."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from store import frontmatter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from importer.library import Origin
    from importer.model import Draft, Figure


def metrics_yaml(draft: Draft, origin: Origin) -> str:
    """The metric file of a summary: what the text says, and the start of year that follows from it."""  # noqa: E501
    lines = [f"# 由 {origin.name} 导入；数字照录原文，年初数由余额减增加额得出。", "指标:"]
    whole = complete_wholes(draft.figures)
    lines += [f"  - {frontmatter.dump_value(_metric(figure, whole))}" for figure in draft.figures]
    return "\n".join(lines) + "\n"


def complete_wholes(figures: list[Figure]) -> dict[str, Figure]:
    """The figures whose named parts add up to them within rounding: only those are called wholes."""  # noqa: E501
    found: dict[str, Figure] = {}
    for whole in figures:
        parts = [part for part in figures if _is_part(part, whole)]
        digits = max((_digits(one.value) for one in (whole, *parts)), default=0)
        tolerance = (len(parts) + 1) * Decimal(1).scaleb(-digits) / 2
        if len(parts) > 1 and abs(sum(part.value for part in parts) - whole.value) <= tolerance:
            found[whole.name] = whole
    return found


def _is_part(part: Figure, whole: Figure) -> bool:
    return (part.parent, part.unit, part.nature) == (whole.name, whole.unit, whole.nature)


def _digits(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def _metric(figure: Figure, wholes: dict[str, Figure]) -> dict[str, object]:
    values: dict[str, object] = {"指标": figure.name}
    notes = []
    if figure.group:
        values["分组"] = figure.group
    whole = wholes.get(figure.parent)
    if whole is not None and _is_part(figure, whole):
        values["上级指标"] = figure.parent
    elif figure.parent and figure.parent != figure.name:
        notes.append(f"其中项，属于{figure.parent}")
    values |= {"单位": figure.unit, "性质": figure.nature}
    if figure.predicate:
        values["谓语"] = figure.predicate
    values["本期" if figure.nature == "时期" else "期末"] = plain(figure.value)
    if figure.change is not None and figure.nature != "时期":
        values["年初"] = plain(figure.value - figure.change)
    if figure.completion is not None:
        values["完成率"] = plain(figure.completion)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", figure.as_of):
        values["截至日期"] = figure.as_of
    values["备注"] = "；".join([*notes, *_notes(figure)])
    return values


def _notes(figure: Figure) -> Iterator[str]:
    """What the text says of a figure that a metric file has no key for."""
    if figure.as_of.startswith("--"):
        month, _, day = figure.as_of.strip("-").partition("-")
        end = f"{int(day)}日" if day else "末"
        yield f"截至{int(month)}月{end}，原文没有年份"
    for name, value in (
        ("同比", figure.yoy),
        ("比年初增幅", figure.change_percent),
        ("占比", figure.share),
    ):
        if value is not None:
            yield f"原文{name}{plain(value)}%"
    if figure.approximate:
        yield f"约数（{figure.approximate}）"
    yield f"原文第{figure.line}行"


def plain(value: Decimal) -> str:
    """A number without exponent."""
    return f"{value:f}"

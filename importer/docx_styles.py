"""The paragraph styles of a Word file: names, levels, numbers, look, by inheritance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from importer.docx_numbering import child, local, number, value
from importer.docx_text import flag

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element


@dataclass(slots=True)
class Style:
    """One style; what it does not say is its parent's."""

    name: str = ""
    based: str = ""
    outline: int = -1
    list_id: str = ""
    level: int = -1
    bold: bool | None = None
    size: float = 0.0
    align: str = ""


class Styles:
    """All paragraph styles by id."""

    def __init__(self, root: _Element | None) -> None:
        """Read styles.xml; None for a file without styles."""
        self.by_id: dict[str, Style] = {}
        for one in root if root is not None else ():
            if local(one) != "style" or value(one, "type") not in {"paragraph", ""}:
                continue
            properties, runs = child(one, "pPr"), child(one, "rPr")
            level = value(child(properties, "numPr", "ilvl"))
            style = Style(
                name=value(child(one, "name")).lower(),
                based=value(child(one, "basedOn")),
                outline=number(value(child(properties, "outlineLvl")), -1),
                list_id=value(child(properties, "numPr", "numId")),
                level=number(level, 0) if level else -1,
                bold=flag(child(runs, "b")),
                size=number(value(child(runs, "sz"))) / 2,
                align=value(child(properties, "jc")),
            )
            self.by_id[value(one, "styleId")] = style

    def chain(self, name: str) -> Iterator[Style]:
        """A style and its parents, nearest first."""
        seen: set[str] = set()
        while name in self.by_id and name not in seen:
            seen.add(name)
            yield self.by_id[name]
            name = self.by_id[name].based

    def name(self, style_id: str) -> str:
        """A style's own name in lower case; empty when there is none."""
        style = self.by_id.get(style_id)
        return style.name if style else ""

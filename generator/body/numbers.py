"""Real Word numbering that prints the labels the document model computed.

Word counts by itself, so the writer keeps Word's counters in mind: as long as Word's next number
is the model's, the running list is carried on; where it is not (a restart under a new heading, a
number after a typed one), a fresh instance starts at the number wanted. Articles that run on
through all chapters are one list beside the chapters' own: a shared list restarts in LibreOffice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from generator.layout.styles import fonts_xml, indent_xml, resolved
from generator.wordml import attribute
from store.markers import scheme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generator.layout.model import Layout, TextStyle
    from generator.word.values import RenderPackage

_FORMATS: Final = {
    "一": "chineseCountingThousand",
    "1": "decimal",
    "①": "decimalEnclosedCircleChinese",
}
_LEVELS: Final = 9
_NO_GAP: Final = "、）．.)"
_FALLBACK: Final = ("1.", "（1）", "①", "1）")


class NumberedList:
    """One family of numbers: the headings' or the clauses'."""

    def __init__(
        self, package: RenderPackage, layout: Layout, samples: Sequence[str], styles: str
    ) -> None:
        """Prepare the levels.

        Args:
            package: The Word file being made.
            layout: Whose styles give indents and the number's font.
            samples: The scheme of each level, outermost first.
            styles: Prefix of the style keys of the levels: `heading` or `clause`.
        """
        self._package = package
        self._levels = list(samples)[:_LEVELS]
        self._layout = layout
        self._styles = styles
        self._abstract = ""
        self._current = 0
        self._counters: list[int] = []

    def properties(self, sample: str, level: int, number: int) -> str:
        """The `w:numPr` of a paragraph with this number, or nothing if Word cannot print it."""
        position = self._position(sample, level)
        if position is None:
            return ""
        if not self._current or self._next(position) != number:
            self._start(position, number)
        self._count(position)
        return f'<w:numPr><w:ilvl w:val="{position}"/><w:numId w:val="{self._current}"/></w:numPr>'

    def _position(self, sample: str, level: int) -> int | None:
        """The list level of a scheme; schemes the kind does not name are added below its own."""
        if not 1 <= level <= _LEVELS or not scheme(sample).numeral:
            return None
        if level <= len(self._levels) and self._levels[level - 1] == sample:
            return level - 1
        if sample in self._levels:
            return self._levels.index(sample)
        if len(self._levels) >= _LEVELS:
            return None
        self._levels.append(sample)
        self._abstract, self._current = "", 0
        return len(self._levels) - 1

    def _next(self, position: int) -> int:
        return self._counters[position] + 1

    def _count(self, position: int) -> None:
        self._counters[position] += 1
        self._counters[position + 1 :] = [0] * (_LEVELS - position - 1)

    def _start(self, position: int, number: int) -> None:
        if not self._abstract:
            self._abstract = self._abstract_xml()
        starts = dict.fromkeys(range(len(self._levels)), 1) | {position: number}
        self._current = self._package.add_numbering(self._abstract, starts=starts)
        self._counters = [0] * _LEVELS
        self._counters[position] = number - 1

    def _abstract_xml(self) -> str:
        samples = [*self._levels, *(s for s in _FALLBACK if s not in self._levels)][:_LEVELS]
        self._levels = samples
        levels = "".join(
            level_xml(position, sample, resolved(self._layout, self._key(position)))
            for position, sample in enumerate(samples)
        )
        return (
            '<w:abstractNum w:abstractNumId="0"><w:multiLevelType w:val="multilevel"/>'
            f"{levels}</w:abstractNum>"
        )

    def _key(self, position: int) -> str:
        key = f"{self._styles}{position + 1}"
        return key if key in self._layout.styles else "body"


def level_xml(position: int, sample: str, style: TextStyle) -> str:
    """One `w:lvl`: the scheme's number, the style's indents, the number's own font."""
    found = scheme(sample)
    gap = "nothing" if sample[-1:] in _NO_GAP else "space"
    text = attribute(f"{found.prefix}%{position + 1}{found.suffix}") if found.numeral else ""
    fonts = fonts_xml(style.label_font, "") if style.label_font else ""
    bold = "<w:b/>" if style.label_bold else ""
    look = f"<w:rPr>{fonts}{bold}</w:rPr>" if fonts or bold else ""
    return (
        f'<w:lvl w:ilvl="{position}"><w:start w:val="1"/>'
        f'<w:numFmt w:val="{_FORMATS.get(found.numeral, "decimal")}"/>'
        f'<w:suff w:val="{gap}"/><w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/>'
        f"<w:pPr>{indent_xml(style, style.size)}</w:pPr>{look}</w:lvl>"
    )


def literal_gap(label: str) -> str:
    """What stands between a typed label and its text."""
    return "" if label[-1:] in _NO_GAP else " "

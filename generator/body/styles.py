"""Which style of the template a block takes.

A template made from a layout has every style. One made by hand in Word keeps its own: what it has
under the usual name is used, running text takes 正文首行缩进 or an indented `Normal`, and only what
is missing altogether is brought from the layout.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from generator.layout.styles import (
    CELL_MARGINS,
    PARAGRAPH_STYLES,
    TABLE_STYLE,
    paragraph_style,
    style_id,
)

if TYPE_CHECKING:
    from generator.layout.model import Layout
    from generator.word.values import RenderPackage

_LIKE_BODY: Final = ("clause", "continuation")
_FIRST_INDENT: Final = "Body Text First Indent"
_LIKE_NORMAL: Final = ("table", "tablehead", "formlabel", "formtext")
_FALLBACK_INDENT: Final = '<w:ind w:firstLineChars="200" w:firstLine="420"/>'
_TABLE_GRID: Final = (
    f'<w:style w:type="table" w:styleId="{TABLE_STYLE}"><w:name w:val="Table Grid"/><w:tblPr>'
    "<w:tblBorders>"
    + "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    + f"</w:tblBorders>{CELL_MARGINS}</w:tblPr></w:style>"
)
# Cells take the base text of a template made by hand, but not the indent that it may have.
_CELL_TEXT: Final = (
    '<w:style w:type="paragraph" w:customStyle="1" w:styleId="TableText"><w:name '
    f'w:val="{PARAGRAPH_STYLES["table"][1]}"/><w:basedOn w:val="Normal"/><w:pPr>'
    '<w:ind w:left="0" w:firstLineChars="0" w:firstLine="0"/></w:pPr></w:style>'
)


class StyleMap:
    """Style ids by the layout's keys, looked up in the template once.

    Attributes:
        own: Whether the template was made from a layout.
    """

    def __init__(self, package: RenderPackage, layout: Layout) -> None:
        self._package = package
        self._layout = layout
        self._found: dict[str, str] = {}
        self.own = package.style_id(PARAGRAPH_STYLES["clause1"][1]) is not None

    def __getitem__(self, key: str) -> str:
        """The style id for a key, `""` where plain Normal serves."""
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self._find(key)
        return found

    @property
    def body_indent(self) -> str:
        """A direct first-line indent where the template has no style for running text."""
        return "" if self["body"] else _FALLBACK_INDENT

    def table_style(self) -> str:
        """The table style with all lines."""
        found = self._package.style_id("Table Grid", "table")
        return found or self._package.ensure_style(_TABLE_GRID)

    def _find(self, key: str) -> str:
        if key == "body" and not self.own:
            return self._package.style_id(_FIRST_INDENT) or ""
        name = PARAGRAPH_STYLES[key][1] if key in PARAGRAPH_STYLES else key
        if found := self._package.style_id(name):
            return found
        if key.startswith(_LIKE_BODY):
            return self["body"]
        if key in {"base", "body"}:
            return ""
        if key in _LIKE_NORMAL and not self.own:
            return self._package.ensure_style(_CELL_TEXT)
        return self._package.ensure_style(paragraph_style(self._layout, key))


__all__ = ["StyleMap", "style_id"]

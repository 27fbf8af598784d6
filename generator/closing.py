"""落款 of an official document: who signs and the day, in both forms of GB/T 9704-2012 (7.3.5).

Under a seal the day stands four characters from the right and the signer is centred on it. Without
one the signer stands two characters from the right and the day begins two characters behind the
signer's beginning; a day that is longer than the signer has the two characters itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from generator.body.columns import text_units
from generator.layout.styles import paragraph_style, resolved
from generator.wordml import paragraph, pt, run

if TYPE_CHECKING:
    from generator.layout.model import Layout
    from generator.word.values import RenderPackage

NAME: Final = "落款"
STYLES: Final = ("公文署名", "公文日期")
_SEALED: Final = 4.0
_PLAIN: Final = 2.0
_SEAM: Final = re.compile(
    r"(?<=[0-9A-Za-z])(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])(?=[0-9A-Za-z])"
)


@dataclass(frozen=True, slots=True)
class Closing:
    """The signer and the day as a value of a Word template (`{{p 版面.落款 }}`)."""

    signer: str
    day: str
    layout: Layout
    sealed: bool = True

    @property
    def lines(self) -> int:
        """Lines it takes, the empty one above included."""
        return bool(self.signer) + bool(self.day) + 1 if self.signer or self.day else 0

    def to_wordml(self, package: RenderPackage) -> str:
        """The two paragraphs."""
        rights = right_indents(self.signer, self.day, sealed=self.sealed)
        return "".join(
            self._paragraph(package, key, text, right)
            for key, text, right in zip(STYLES, (self.signer, self.day), rights, strict=True)
            if text
        )

    def _paragraph(self, package: RenderPackage, key: str, text: str, right: float) -> str:
        style = package.style_id(key) or package.ensure_style(paragraph_style(self.layout, key))
        look = resolved(self.layout, key)
        twips = pt(right * (look.size + look.spacing / 20))
        indent = f'<w:ind w:rightChars="{round(right * 100)}" w:right="{twips}"/>'
        return paragraph(run(text), style, indent)


def right_indents(signer: str, day: str, *, sealed: bool) -> tuple[float, float]:
    """How many characters signer and day stand from the right edge."""
    longer = _width(signer) - _width(day)
    if sealed:
        return max(_SEALED - longer / 2, 0.0), max(_SEALED, longer / 2)
    if longer < 0:
        return 2 * _PLAIN - longer, _PLAIN
    return _PLAIN, longer


def _width(text: str) -> float:
    """The characters a text is wide; Word parts figures from Chinese by a quarter."""
    return text_units(text) / 2 + len(_SEAM.findall(text)) / 4

"""版记 of an official document: at the foot of the last side, which is an even one.

GB/T 9704-2012 prints on both sides and puts 版记 on the last of them (7.4). Where the text ends on
an even page with room left, 版记 stands at its foot. Where it ends on an odd page, or leaves no
room, 版记 gets a section of its own that begins on an even page, whatever a PC's fonts make of the
text; if a blank page comes before it, neither of the two has a page number (7.5).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generator.word.values import RenderPackage

NAME = "偶数页"
_YES = ("是", "true", "True", "1")


@dataclass(frozen=True, slots=True)
class EvenPage:
    """What follows begins on an even page.

    Attributes:
        pages: Pages of the text before it.
    """

    pages: int

    @property
    def blank_before(self) -> bool:
        """Whether a page is left blank before it."""
        return self.pages % 2 == 0

    @property
    def last(self) -> int:
        """The number of the even page."""
        return self.pages + (2 if self.blank_before else 1)

    def to_wordml(self, package: RenderPackage) -> str:
        """The end of the text's section."""
        return package.new_section("evenPage", footers=not self.blank_before)


def asks_for_even_page(values: Mapping[str, object]) -> bool:
    """Whether there is a 版记, and the document is printed on both sides."""
    return bool(values.get("印发机关")) and str(values.get("单面印刷") or "") not in _YES


def even_page(text: int, whole: int) -> EvenPage | None:
    """What the text is followed by.

    Args:
        text: Pages of the text alone.
        whole: Pages when 版记 follows it at once.

    Returns:
        None where 版记 stands on the text's own last page.
    """
    return None if text == whole and text % 2 == 0 else EvenPage(text)

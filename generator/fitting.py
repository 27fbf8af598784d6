"""How many pages a document takes by estimate, and the tightening that may save one.

The pieces around the body count too: the title above it, the signatures behind it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from jinja2 import TemplateError

from generator.estimate import estimate, estimate_rows, height
from generator.layout.model import Fit
from generator.layout.styles import resolved
from generator.templates import tightened
from store.sandbox import SandboxEnvironment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generator.estimate import Estimate
    from generator.layout import Layout
    from generator.layout.model import Piece
    from store.model import Body

ONE_PAGE_NAME: Final = "一页版"
ONE_PAGE: Final = Fit(
    1, ((0.9, 1.0), (0.8, 0.94), (0.72, 0.88), (0.66, 0.82), (0.6, 0.75), (0.55, 0.69))
)
POINTS: Final = 72 / 25.4
_EACH_PERSON: Final = "行 in 版面.人员"
_FRONT: Final = ("版面.封面", "版面.目录")
_ROW: Final = 8.0
_FRONT_PAGES: Final = 3
_CONTENTS_LINE: Final = 26


@dataclass(slots=True)
class Fitting:
    """A body in its layout, with the values that say which pieces print.

    Attributes:
        long: Whether cover and table of contents come first.
        entries: Lines of the table of contents.
    """

    body: Body
    layout: Layout
    context: Mapping[str, object]
    long: bool = False
    entries: int = 0

    def estimate(self) -> Estimate:
        """Where the pages of the body break."""
        if not self.layout.body:
            return self._sheet()
        first = 1
        if self.long:
            room = self.layout.page.text_height * POINTS
            first = _FRONT_PAGES + int(self.entries * _CONTENTS_LINE // room)
        above = sum(self._height(piece) for piece in self.layout.before if self._above(piece))
        return estimate(self.body, self.layout, first_page=first, above=above)

    def _above(self, piece: Piece) -> bool:
        """Whether a piece stands on the page where the body begins."""
        front = self.long and any(name in piece.when for name in _FRONT)
        return piece.table is None and not front and prints(piece, self.context)

    def _sheet(self) -> Estimate:
        """A sheet has no body: paragraphs, and tables whose rows do not split."""
        rows = [row for piece in self.layout.before for row in self._heights(piece)]
        lists = [piece for piece in self.layout.before if piece.table and piece.table.header_rows]
        repeated = self._heights(lists[0])[0] if lists else 0.0
        return estimate_rows(rows, self.layout, repeated=repeated)

    def pages(self, guess: Estimate) -> int:
        """Pages in all, the pieces behind the body included."""
        printed = [piece for piece in self.layout.after if prints(piece, self.context)]
        if any(resolved(self.layout, piece.style).page_break_before for piece in printed):
            return guess.pages + 1
        room = self.layout.page.text_height * POINTS
        used = guess.filled + sum(self._height(piece) for piece in printed) / room
        return guess.pages + (1 if used > 1 else 0)

    def tighter(self, wanted: int) -> tuple[Fitting, str] | None:
        """The same with lines and letters smaller, where that saves pages: as little as is enough.

        Args:
            wanted: So many pages it takes now.

        Returns:
            It and what the user is told, or None where no step that is allowed saves a page.
        """
        best: tuple[Fitting, str] | None = None
        for line, size in self.layout.fit.steps:
            tight = Fitting(self.body, tightened(self.layout, line, size), self.context)
            needs = tight.pages(tight.estimate())
            if needs < wanted:
                letters = f"，字号收紧到{size:.0%}" if size < 1 else ""
                best, wanted = (tight, f"为排成{needs}页，行距收紧到{line:.0%}{letters}。"), needs
            if needs <= self.layout.fit.pages:
                break
        return best

    def _height(self, piece: Piece) -> float:
        """Points that a piece around the body takes."""
        return sum(self._heights(piece))

    def _heights(self, piece: Piece) -> list[float]:
        """The points of a paragraph, or of each row of a table."""
        if piece.block:
            name = piece.block.removeprefix("版面.")
            value = self.context["版面"].get(name)  # type: ignore[attr-defined]  # made by page_facts
            return [height(self.layout.base) * getattr(value, "lines", 0)]
        if piece.table is None:
            style = resolved(self.layout, piece.style or "base")
            return [height(style) + style.before + style.after]
        heights = piece.table.heights or (_ROW,)
        rows = [heights[min(row, len(heights) - 1)] for row in range(len(piece.table.rows))]
        if piece.table.each == _EACH_PERSON:
            people = self.context["版面"]["人员"]  # type: ignore[index]  # made by page_facts
            rows += rows[-1:] * (len(people) - 1)
        return [row * POINTS for row in rows]


def prints(piece: Piece, context: Mapping[str, object]) -> bool:
    """Whether a piece around the body is printed."""
    if not piece.when:
        return True
    try:
        return bool(_conditions().compile_expression(piece.when)(**context))
    except TemplateError:
        return True  # the Word template itself tells what is wrong


@cache
def _conditions() -> SandboxEnvironment:
    return SandboxEnvironment(undefined="blank")

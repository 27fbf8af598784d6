"""Tables of a PDF page, where the lines drawn round their cells prove columns and rows."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_THIN: Final = 2.6
_SHORT: Final = 6.0
_NEAR: Final = 3.0
_MOST_RULES: Final = 4000
_FEWEST_CELLS: Final = 4
_MOST_LINES: Final = 400


@dataclass(slots=True, frozen=True)
class Rule:
    """A drawn line: where it stands, and from where to where it runs."""

    at: float
    start: float
    end: float

    def covers(self, at: float, point: float) -> bool:
        """Whether the line passes here."""
        return abs(self.at - at) <= _NEAR and self.start - _NEAR <= point <= self.end + _NEAR


@dataclass(slots=True, frozen=True)
class Box:
    """A cell's place on the page, and how many columns and rows it covers."""

    left: float
    bottom: float
    right: float
    top: float
    columns: int = 1
    rows: int = 1


@dataclass(slots=True)
class Grid:
    """A table's cells row by row; only those that begin in a row stand in it."""

    top: float
    bottom: float
    rows: list[list[Box]] = field(default_factory=list)


def grids_of(page: Any) -> list[Grid]:
    """The tables of a page from top to bottom."""
    across, down = _rules(page)
    found = [
        grid
        for group_across, group_down in _groups(across, down)
        if (grid := _grid(group_across, group_down)) is not None
    ]
    return sorted(found, key=lambda grid: -grid.top)


def _rules(page: Any) -> tuple[list[Rule], list[Rule]]:
    """The lines that run across and down."""
    from pypdfium2 import raw  # noqa: PLC0415 - heavy

    paths = raw.FPDF_PAGEOBJ_PATH  # type: ignore[attr-defined]

    across: list[Rule] = []
    down: list[Rule] = []
    for one in page.get_objects(filter=[paths]):
        left, bottom, right, top = one.get_bounds()
        width, height = right - left, top - bottom
        if height <= _THIN and width >= _SHORT:
            across.append(Rule((bottom + top) / 2, left, right))
        elif width <= _THIN and height >= _SHORT:
            down.append(Rule((left + right) / 2, bottom, top))
        elif width >= _SHORT and height >= _SHORT and _is_stroked(one, raw):
            across += [Rule(bottom, left, right), Rule(top, left, right)]
            down += [Rule(left, bottom, top), Rule(right, bottom, top)]
        if len(across) + len(down) > _MOST_RULES:
            return [], []
    return across, down


def _is_stroked(one: Any, raw: Any) -> bool:
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    done = raw.FPDFPath_GetDrawMode(one.raw, ctypes.byref(fill), ctypes.byref(stroke))
    return bool(done and stroke.value)


def _groups(across: Sequence[Rule], down: Sequence[Rule]) -> list[tuple[list[Rule], list[Rule]]]:
    """The lines that belong together because they touch."""
    waiting = set(range(len(down)))
    groups: list[tuple[list[Rule], list[Rule]]] = []
    free = set(range(len(across)))
    while waiting:
        mine, reached_down = {waiting.pop()}, set[int]()
        reached: set[int] = set()
        while mine - reached_down:
            at = (mine - reached_down).pop()
            reached_down.add(at)
            touched = {i for i in free - reached if _touch(across[i], down[at])}
            reached |= touched
            mine |= {i for i in waiting if any(_touch(across[k], down[i]) for k in touched)}
        waiting -= mine
        free -= reached
        groups.append(([across[i] for i in reached], [down[i] for i in mine]))
    return groups


def _touch(across: Rule, down: Rule) -> bool:
    return (
        across.start - _NEAR <= down.at <= across.end + _NEAR
        and down.start - _NEAR <= across.at <= down.end + _NEAR
    )


def _grid(across: Sequence[Rule], down: Sequence[Rule]) -> Grid | None:
    """The cells between lines; None where there are too few to be a table."""
    xs = _places(rule.at for rule in down)
    ys = _places(rule.at for rule in across)[::-1]
    columns, rows = len(xs) - 1, len(ys) - 1
    too_many = max(columns, rows) > _MOST_LINES
    if columns < 2 or rows < 2 or columns * rows < _FEWEST_CELLS or too_many:
        return None
    grid = Grid(ys[0], ys[-1])
    taken: set[tuple[int, int]] = set()
    for r in range(rows):
        line: list[Box] = []
        for c in range(columns):
            if (r, c) in taken:
                continue
            wide, high = _extent(r, c, xs, ys, (across, down))
            taken |= {(r + i, c + k) for i in range(high) for k in range(wide)}
            line.append(Box(xs[c], ys[r + high], xs[c + wide], ys[r], wide, high))
        grid.rows.append(line)
    return grid


def _extent(
    row: int, column: int, xs: Sequence[float], ys: Sequence[float],
    rules: tuple[Sequence[Rule], Sequence[Rule]],
) -> tuple[int, int]:  # fmt: skip
    """How many columns and rows a cell covers: as far as no line parts it."""
    across, down = rules
    middle = (ys[row] + ys[row + 1]) / 2
    wide = 1
    while column + wide < len(xs) - 1 and not any(
        rule.covers(xs[column + wide], middle) for rule in down
    ):
        wide += 1
    centre = (xs[column] + xs[column + 1]) / 2
    high = 1
    while row + high < len(ys) - 1 and not any(
        rule.covers(ys[row + high], centre) for rule in across
    ):
        high += 1
    return wide, high


def _places(values: Iterable[float]) -> list[float]:
    """Positions in order, those that are one line only once."""
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > _NEAR:
            found.append(value)
    return found

"""Charts of the text as SVG: columns, lines, pies, columns with lines; no script, no style."""

from __future__ import annotations

from html import escape
from math import ceil, cos, floor, log10, pi, sin
from typing import TYPE_CHECKING, Final

from store.figures import ChartFigure

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from store.figures import Series
    from store.model import Block

_WIDTH: Final = 640
_HEIGHT: Final = 320
_LEFT: Final = 64
_RIGHT: Final = 20
_TOP: Final = 44
_BOTTOM: Final = 46
_LOOKS: Final = 6


def draw_chart(block: Block) -> str:
    """A chart block as a figure; its figures stand in the alternative text too."""
    figure = block.figure
    title = escape(block.text)
    if not isinstance(figure, ChartFigure) or not figure.series or not figure.categories:
        return f'<figure class="chart"><figcaption>{title}</figcaption></figure>'
    shapes = "".join(_pie(figure) if figure.type == "pie" else _bars_and_lines(figure))
    unit = f"（{escape(figure.unit)}）" if figure.unit else ""
    return (
        f'<figure class="chart"><svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{escape(_spoken(figure), quote=True)}">{shapes}</svg>'
        f"<figcaption>{title}{unit}</figcaption></figure>"
    )


def _values(series: Series) -> list[float | None]:
    return [None if value is None else float(value) for value in series.values]


def _spoken(figure: ChartFigure) -> str:
    parts = []
    for series in figure.series:
        pairs = zip(figure.categories, series.values, strict=False)
        told = "，".join(f"{name} {value}" for name, value in pairs if value is not None)
        parts.append(f"{series.name}：{told}")
    return f"{figure.title}。{'；'.join(parts)}"


def _label(value: float, digits: int) -> str:
    return f"{value:.{max(0, min(4, digits))}f}"


def _legend(names: Sequence[str]) -> Iterator[str]:
    x = _LEFT
    for number, name in enumerate(names):
        yield f'<rect class="s{number % _LOOKS}" x="{x}" y="12" width="12" height="12"/>'
        yield f'<text x="{x + 17}" y="22">{escape(name)}</text>'
        x += 36 + 13 * len(name)


def _ticks(low: float, high: float) -> list[float]:
    """Round values from at or below the lowest to at or above the highest."""
    span = (high - low) or abs(high) or 1.0
    step = 10 ** floor(log10(span / 4))
    step *= next(factor for factor in (1, 2, 2.5, 5, 10, 20) if span / (step * factor) <= 5)
    first = floor(low / step)
    return [step * k for k in range(first, max(ceil(high / step), first + 1) + 1)]


def _bars_and_lines(figure: ChartFigure) -> Iterator[str]:
    yield from _legend([series.name for series in figure.series])
    lines = [s for s in figure.series if _is_line(figure, s)]
    bars = [s for s in figure.series if s not in lines]
    main = [v for s in figure.series if not s.secondary for v in _values(s) if v is not None]
    scale = _Scale([0.0, *main] if bars else main or [0.0])
    yield from scale.grid()
    slot = (_WIDTH - _LEFT - _RIGHT) / len(figure.categories)
    yield from _names(figure, slot)
    for number, series in enumerate(bars):
        yield from _columns(figure, series, (number, len(bars)), scale, slot)
    for series in lines:
        second = [0.0, *(v for v in _values(series) if v is not None)]
        yield from _line(figure, series, _Scale(second) if series.secondary else scale, slot)


def _is_line(figure: ChartFigure, series: Series) -> bool:
    return figure.type == "line" or series.line or series.secondary


class _Scale:
    """Values to heights."""

    def __init__(self, values: Sequence[float]) -> None:
        self.ticks = _ticks(min(values), max(values))
        self._low, self._high = self.ticks[0], self.ticks[-1]

    def y(self, value: float) -> float:
        share = (value - self._low) / ((self._high - self._low) or 1)
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)

    def grid(self) -> Iterator[str]:
        for tick in self.ticks:
            y = self.y(tick)
            look = "axis" if tick == 0 else "grid"
            right = _WIDTH - _RIGHT
            yield f'<line class="{look}" x1="{_LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>'
            yield f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>'


def _names(figure: ChartFigure, slot: float) -> Iterator[str]:
    fits = max(2, int(slot / 12))
    for at, name in enumerate(figure.categories):
        short = name if len(name) <= fits else name[: fits - 1] + "…"
        x = _LEFT + slot * (at + 0.5)
        yield (
            f'<text x="{x:.1f}" y="{_HEIGHT - _BOTTOM + 20}" text-anchor="middle">'
            f"{escape(short)}<title>{escape(name)}</title></text>"
        )


def _columns(
    figure: ChartFigure, series: Series, place: tuple[int, int], scale: _Scale, slot: float
) -> Iterator[str]:
    number, count = place
    look = figure.series.index(series) % _LOOKS
    width = min(46.0, slot * 0.72 / count)
    for at, value in enumerate(_values(series)):
        if value is None:
            continue
        x = _LEFT + slot * (at + 0.5) + (number - count / 2) * width
        top, base = sorted((scale.y(value), scale.y(0)))
        yield (
            f'<rect class="s{look}" x="{x + 1:.1f}" y="{top:.1f}" width="{width - 2:.1f}" '
            f'height="{max(base - top, 0.5):.1f}"/>'
        )
        yield (
            f'<text class="value" x="{x + width / 2:.1f}" y="{top - 4:.1f}" text-anchor="middle">'
            f"{_label(value, figure.digits)}</text>"
        )


def _line(figure: ChartFigure, series: Series, scale: _Scale, slot: float) -> Iterator[str]:
    look = figure.series.index(series) % _LOOKS
    points = [
        (_LEFT + slot * (at + 0.5), scale.y(value), value)
        for at, value in enumerate(_values(series))
        if value is not None
    ]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in points)
    yield f'<polyline class="s{look}" points="{path}"/>'
    for x, y, value in points:
        yield f'<circle class="s{look}" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>'
        yield (
            f'<text class="value" x="{x:.1f}" y="{y - 8:.1f}" text-anchor="middle">'
            f"{_label(value, figure.digits)}</text>"
        )


def _pie(figure: ChartFigure) -> Iterator[str]:
    values = [max(0.0, value or 0.0) for value in _values(figure.series[0])]
    total = sum(values) or 1.0
    cx, cy, radius = 190.0, _HEIGHT / 2, 118.0
    angle = -pi / 2
    for at, (name, value) in enumerate(zip(figure.categories, values, strict=False)):
        look = f"s{at % _LOOKS}"
        y = 40 + at * 24
        yield f'<rect class="{look}" x="370" y="{y - 11}" width="12" height="12"/>'
        yield f'<text x="388" y="{y}">{escape(name)} {value / total:.1%}</text>'
        if value <= 0:
            continue
        share = min(value / total, 0.99999)
        end = angle + 2 * pi * share
        x1, y1 = cx + radius * cos(angle), cy + radius * sin(angle)
        x2, y2 = cx + radius * cos(end), cy + radius * sin(end)
        large = int(share > 0.5)
        yield (
            f'<path class="{look}" d="M{cx:.1f} {cy:.1f}L{x1:.1f} {y1:.1f}'
            f'A{radius:.1f} {radius:.1f} 0 {large} 1 {x2:.1f} {y2:.1f}Z"/>'
        )
        angle = end

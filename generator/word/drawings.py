"""Drawings of the template whose alternative text is a tag: charts and pictures from data.

A chart that HR put into the template with sample figures gets its figures from the value that its
alternative text (or title) names, ``{{ 存款图 }}``; a picture is replaced by the picture the value
is. Any other value is printed as the alternative text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from generator.word.errors import ValueRefused
from generator.word.images import InlineImage
from generator.word.tags import Tag
from generator.word.tokens import Element, attribute

if TYPE_CHECKING:
    from decimal import Decimal

    from store.figures import ChartFigure


@runtime_checkable
class Refill(Protocol):
    """A value that can fill a chart of the template with its figures."""

    def refill(self, chart: bytes) -> tuple[bytes, bytes]:
        """The chart part with the figures, and its workbook."""
        ...


def link_drawings(element: Element) -> None:
    """Let the tags in alternative texts act on their drawing."""
    for child in element.elements():
        if child.name in {"wp:inline", "wp:anchor"}:
            _link(child)
        link_drawings(child)


def _link(drawing: Element) -> None:
    properties = drawing.find("wp:docPr")
    tags = [piece for piece in (properties and properties.pieces) or () if isinstance(piece, Tag)]
    if properties is None or len(tags) != 1 or tags[0].kind != "{{":
        return
    tag = tags[0]
    for node in drawing.walk():
        if not isinstance(node, Element):
            continue
        if node.name == "c:chart":
            tag.lifted = "chart:" + (attribute(node, "r:id") or "")
        elif node.name == "a:blip" and (number := attribute(node, "r:embed")):
            tag.lifted = "picture"
            copy = Tag("{{", "", tag.body, tag.source, tag.place, lifted=f"blip:{number}")
            before, _, after = node.open.partition(f'"{number}"')
            node.pieces = [before + '"', copy, '"' + after]


def as_picture(value: Any) -> bytes | None:
    """The bytes of a value that is a picture."""
    if isinstance(value, InlineImage):
        return value.data()
    return value if isinstance(value, bytes) else None


def as_refill(value: Any) -> Refill | None:
    """A value that fills charts: one that can by itself, or plain figures.

    Plain figures are ``{"类别": ["一月", "二月"], "系列": {"存款": [1, 2]}}`` or a list of rows
    ``[{"月份": "一月", "存款": 1}, …]`` whose first column names the points.
    """
    if isinstance(value, Refill):
        return value
    if isinstance(value, dict) and value.keys() >= {"类别", "系列"}:
        return _chart([str(name) for name in value["类别"]], dict(value["系列"]))
    if isinstance(value, (list, tuple)) and value and all(isinstance(row, dict) for row in value):
        first, *others = value[0]
        series = {name: [row.get(name) for row in value] for name in others}
        return _chart([str(row.get(first, "")) for row in value], series)
    return None


def _chart(categories: list[str], series: dict[str, Any]) -> Refill:
    from generator.charts import ChartBlock  # noqa: PLC0415
    from store.figures import ChartFigure, Series  # noqa: PLC0415

    for name, values in series.items():
        if len(values) != len(categories):
            raise ValueRefused(
                f"图表系列“{name}”有 {len(values)} 个数，类别却有 {len(categories)} 个。"
            )
    figure: ChartFigure = ChartFigure(
        title="",
        type="column",
        categories=tuple(categories),
        series=tuple(
            Series(str(name), tuple(_number(value) for value in values))
            for name, values in series.items()
        ),
    )
    return ChartBlock(figure)


def _number(value: object) -> Decimal | None:
    from store.amounts import read_decimal  # noqa: PLC0415

    return read_decimal(value)

"""Refilling a chart that sits in a Word template: new figures, the template's own looks.

Colours, fonts, axes and labels of the chart stay; its series get the figure's names, categories
and values. Series that the chart lacks are made after its last one, surplus ones are removed.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Final

from lxml import etree

from generator.charts import workbook_rows
from generator.charts_workbook import workbook
from generator.charts_xml import series_xml
from store.exceptions import InputError

if TYPE_CHECKING:
    from store.figures import ChartFigure

_C: Final = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_CHART: Final = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_HEAD: Final = (f"{_C}idx", f"{_C}order", f"{_C}tx")
_DATA: Final = (f"{_C}cat", f"{_C}val", f"{_C}xVal", f"{_C}yVal")


def refill_chart(chart: bytes, figure: ChartFigure) -> tuple[bytes, bytes]:
    """The chart part with the figure's data, and the workbook that belongs inside it.

    Raises:
        InputError: The part is no chart, or a chart without series.
    """
    try:
        root = etree.fromstring(chart, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise InputError("模板中的图表已损坏。", hint="请在 Word 中重新插入图表。") from error
    found = list(root.iter(f"{_C}ser"))
    if not found:
        raise InputError("模板中的图表没有数据系列。", hint="请在 Word 中插入带有示例数据的图表。")
    for number in range(len(figure.series)):
        if number >= len(found):
            found.append(_another(found[-1]))
        _fill(found[number], figure, number)
    for surplus in found[len(figure.series) :]:
        _remove(surplus)
    data = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return data, workbook(workbook_rows(figure))


def _another(last: etree._Element) -> etree._Element:
    """A copy of the last series behind it, in the automatic colour of its place."""
    series = copy.deepcopy(last)
    for tag in ("spPr", "dPt", "marker"):
        for child in series.findall(f"{_C}{tag}"):
            series.remove(child)
    last.addnext(series)
    return series


def _remove(series: etree._Element) -> None:
    """Take a series away, and its plot too when it was the last one in it."""
    plot = series.getparent()
    assert plot is not None
    plot.remove(series)
    area = plot.getparent()
    if area is not None and plot.find(f"{_C}ser") is None:
        axes = {str(axis.get("val")) for axis in plot.findall(f"{_C}axId")}
        area.remove(plot)
        _remove_axes(area, axes)


def _remove_axes(area: etree._Element, axes: set[str]) -> None:
    """Axes that no plot uses any more go with their plot."""
    used = {
        str(axis.get("val"))
        for plot in area
        if plot.find(f"{_C}ser") is not None
        for axis in plot.findall(f"{_C}axId")
    }
    for axis in list(area):
        identity = axis.find(f"{_C}axId")
        if identity is None or axis.find(f"{_C}crossAx") is None:
            continue
        if str(identity.get("val")) in axes - used:
            area.remove(axis)


def _fill(series: etree._Element, figure: ChartFigure, number: int) -> None:
    """Replace name, categories and values; points beyond the figure lose their own looks."""
    for child in list(series):
        beyond = child.tag == f"{_C}dPt" and _index(child) >= len(figure.categories)
        if beyond or child.tag in _HEAD or child.tag in _DATA:
            series.remove(child)
    head, data = series_xml(figure, number)
    for position, element in enumerate(_parse(head)):
        series.insert(position, element)
    tail = [child for child in series if child.tag in {f"{_C}smooth", f"{_C}shape", f"{_C}extLst"}]
    for element in _parse(data):
        if tail:
            tail[0].addprevious(element)
        else:
            series.append(element)


def _index(point: etree._Element) -> int:
    index = point.find(f"{_C}idx")
    return int(str(index.get("val"))) if index is not None else 0


def _parse(xml: str) -> list[etree._Element]:
    root = etree.fromstring(f'<x xmlns:c="{_CHART}">{xml}</x>')
    return list(root)

"""The XML of a chart part: columns, lines, pies, columns with lines over them.

Built as strings with the caches filled in, so that Word, WPS and LibreOffice draw the chart
without opening its workbook.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from generator.charts_workbook import SHEET
from generator.wordml import DECLARATION, attribute, escape
from store.amounts import plain
from store.spreadsheet import cell_name

if TYPE_CHECKING:
    from decimal import Decimal

    from store.figures import ChartFigure, Series

PALETTE: Final = ("2F5597", "C55A11", "7F7F7F", "BF9000", "548235", "7030A0", "1F7A8C", "9E2A2B")
_NAMESPACES: Final = (
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_CATEGORY_AXIS, _VALUE_AXIS, _SECOND_CATEGORY, _SECOND_VALUE = (
    111111101,
    111111102,
    111111103,
    111111104,
)
_MOST_LABELS: Final = 30
_WHITE: Final = '<a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill>'
_GREY: Final = '<a:ln w="9525"><a:solidFill><a:srgbClr val="BFBFBF"/></a:solidFill></a:ln>'


@dataclass(slots=True, frozen=True)
class ChartFonts:
    """The fonts of a chart; East Asian and Latin apart, as Word wants them."""

    east_asian: str = "宋体"
    title: str = "黑体"
    latin: str = "Times New Roman"
    size: float = 9.0
    title_size: float = 11.0


FONTS: Final = ChartFonts()


def chart_xml(figure: ChartFigure, *, workbook_id: str = "rId1", fonts: ChartFonts = FONTS) -> str:
    """The whole chart part; `workbook_id` is the relationship of the workbook inside."""
    legend = len(figure.series) > 1 or figure.type == "pie"
    return (
        f"{DECLARATION}<c:chartSpace {_NAMESPACES}>"
        '<c:date1904 val="0"/><c:lang val="zh-CN"/><c:roundedCorners val="0"/>'
        f"<c:chart>{_title(figure, fonts)}"
        '<c:autoTitleDeleted val="0"/>'
        f"<c:plotArea><c:layout/>{_plots(figure, fonts)}"
        "<c:spPr><a:noFill/></c:spPr></c:plotArea>"
        f"{_legend(fonts) if legend else ''}"
        '<c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart>'
        f"<c:spPr>{_WHITE}<a:ln><a:noFill/></a:ln></c:spPr>"
        f"{_text(fonts)}"
        f'<c:externalData r:id="{workbook_id}"><c:autoUpdate val="0"/></c:externalData>'
        "</c:chartSpace>"
    )


def _run_properties(tag: str, fonts: ChartFonts, size: float, face: str, *, bold: bool) -> str:
    return (
        f'<a:{tag} lang="zh-CN" sz="{round(size * 100)}" b="{int(bold)}">'
        '<a:solidFill><a:srgbClr val="262626"/></a:solidFill>'
        f'<a:latin typeface="{attribute(fonts.latin)}"/><a:ea typeface="{attribute(face)}"/>'
        f"</a:{tag}>"
    )


def _text(fonts: ChartFonts) -> str:
    properties = _run_properties("defRPr", fonts, fonts.size, fonts.east_asian, bold=False)
    return (
        f"<c:txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr>{properties}</a:pPr>"
        '<a:endParaRPr lang="zh-CN"/></a:p></c:txPr>'
    )


def full_title(figure: ChartFigure) -> str:
    """The title with the unit of the figures."""
    return figure.title + (f"（单位：{figure.unit}）" if figure.unit else "")


def _title(figure: ChartFigure, fonts: ChartFonts) -> str:
    size, face = fonts.title_size, fonts.title
    paragraph = _run_properties("defRPr", fonts, size, face, bold=False)
    run = _run_properties("rPr", fonts, size, face, bold=False)
    return (
        "<c:title><c:tx><c:rich><a:bodyPr/><a:lstStyle/>"
        f"<a:p><a:pPr>{paragraph}</a:pPr><a:r>{run}<a:t>{escape(full_title(figure))}</a:t></a:r></a:p>"
        '</c:rich></c:tx><c:overlay val="0"/></c:title>'
    )


def _legend(fonts: ChartFonts) -> str:
    return f'<c:legend><c:legendPos val="b"/><c:overlay val="0"/>{_text(fonts)}</c:legend>'


# -- plots -----------------------------------------------------------------------------------


def _plots(figure: ChartFigure, fonts: ChartFonts) -> str:
    if figure.type == "pie":
        return _pie(figure, fonts)
    rows = list(enumerate(figure.series))
    lines = [(at, row) for at, row in rows if figure.type == "line" or row.line]
    first = [(at, row) for at, row in lines if not row.secondary]
    second = [(at, row) for at, row in lines if row.secondary]
    columns = [(at, row) for at, row in rows if (at, row) not in lines]
    plots = _columns(figure, columns, fonts) if columns else ""
    if first:
        plots += _lines(figure, first, fonts, (_CATEGORY_AXIS, _VALUE_AXIS))
    if second:
        plots += _lines(figure, second, fonts, (_SECOND_CATEGORY, _SECOND_VALUE))
    return plots + _axes(figure, zero=bool(columns)) + (_second_axes() if second else "")


def _columns(figure: ChartFigure, rows: list[tuple[int, Series]], fonts: ChartFonts) -> str:
    series = "".join(
        f"<c:ser>{_head(figure, at, row)}"
        f"<c:spPr>{_fill(at)}</c:spPr>"
        f'<c:invertIfNegative val="0"/>{_labels(figure, row, fonts, "outEnd")}'
        f"{_data(figure, at, row)}</c:ser>"
        for at, row in rows
    )
    return (
        '<c:barChart><c:barDir val="col"/><c:grouping val="clustered"/><c:varyColors val="0"/>'
        f'{series}<c:gapWidth val="80"/><c:overlap val="-5"/>'
        f'<c:axId val="{_CATEGORY_AXIS}"/><c:axId val="{_VALUE_AXIS}"/></c:barChart>'
    )


def _lines(
    figure: ChartFigure, rows: list[tuple[int, Series]], fonts: ChartFonts, axes: tuple[int, int]
) -> str:
    place = "r" if figure.type == "combined" else "t"
    series = "".join(
        f"<c:ser>{_head(figure, at, row)}"
        f'<c:spPr><a:ln w="25400" cap="rnd">{_fill(at)}<a:round/></a:ln></c:spPr>'
        '<c:marker><c:symbol val="circle"/><c:size val="6"/>'
        f"<c:spPr>{_fill(at)}</c:spPr></c:marker>"
        f"{_labels(figure, row, fonts, place)}{_data(figure, at, row)}"
        '<c:smooth val="0"/></c:ser>'
        for at, row in rows
    )
    return (
        f'<c:lineChart><c:grouping val="standard"/><c:varyColors val="0"/>{series}'
        f'<c:marker val="1"/><c:axId val="{axes[0]}"/><c:axId val="{axes[1]}"/></c:lineChart>'
    )


def _pie(figure: ChartFigure, fonts: ChartFonts) -> str:
    row = figure.series[0]
    points = "".join(
        f'<c:dPt><c:idx val="{at}"/><c:bubble3D val="0"/><c:spPr>{_fill(at)}'
        f'<a:ln w="9525">{_WHITE}</a:ln></c:spPr></c:dPt>'
        for at in range(len(figure.categories))
    )
    labels = (
        f'<c:dLbls><c:numFmt formatCode="0.0%" sourceLinked="0"/>{_text(fonts)}'
        '<c:dLblPos val="outEnd"/><c:showLegendKey val="0"/>'
        '<c:showVal val="0"/><c:showCatName val="0"/><c:showSerName val="0"/>'
        '<c:showPercent val="1"/><c:showBubbleSize val="0"/></c:dLbls>'
    )
    return (
        '<c:pieChart><c:varyColors val="1"/>'
        f"<c:ser>{_head(figure, 0, row)}{points}{labels}{_data(figure, 0, row)}</c:ser>"
        '<c:firstSliceAng val="0"/></c:pieChart>'
    )


def _fill(at: int) -> str:
    return f'<a:solidFill><a:srgbClr val="{PALETTE[at % len(PALETTE)]}"/></a:solidFill>'


def _series_title(row: Series) -> str:
    return f"{row.name}（%）" if row.secondary else row.name


def _head(figure: ChartFigure, at: int, row: Series) -> str:
    reference = f"{SHEET}!{_absolute(0, at + 1)}"
    name = escape(_series_title(row)) or escape(figure.title)
    return (
        f'<c:idx val="{at}"/><c:order val="{at}"/><c:tx><c:strRef><c:f>{reference}</c:f>'
        f'<c:strCache><c:ptCount val="1"/><c:pt idx="0"><c:v>{name}</c:v></c:pt></c:strCache>'
        "</c:strRef></c:tx>"
    )


def series_xml(figure: ChartFigure, at: int) -> tuple[str, str]:
    """The head (number, name) and the data (categories, values) of a series."""
    row = figure.series[at]
    return _head(figure, at, row), _data(figure, at, row)


def _labels(figure: ChartFigure, row: Series, fonts: ChartFonts, position: str) -> str:
    shown = int(len(figure.categories) * len(figure.series) <= _MOST_LABELS)
    code = number_format(figure, row)
    # Over columns a label stands beside its point on white, or it could not be read.
    over = figure.type == "combined" and (row.line or row.secondary)
    return (
        f'<c:dLbls><c:numFmt formatCode="{code}" sourceLinked="0"/>'
        f"<c:spPr>{_WHITE if over else '<a:noFill/>'}</c:spPr>{_text(fonts)}"
        f'<c:dLblPos val="{position}"/><c:showLegendKey val="0"/><c:showVal val="{shown}"/>'
        '<c:showCatName val="0"/><c:showSerName val="0"/><c:showPercent val="0"/>'
        '<c:showBubbleSize val="0"/></c:dLbls>'
    )


def number_format(figure: ChartFigure, row: Series) -> str:
    """How the figures print: whole numbers as such, others as they stand."""
    return "0" if not figure.digits and not row.secondary else "General"


def _absolute(row: int, column: int) -> str:
    name = cell_name(row, column)
    letters = name.rstrip("0123456789")
    return f"${letters}${name[len(letters) :]}"


def _data(figure: ChartFigure, at: int, row: Series) -> str:
    """Categories and values, as references into the workbook and as caches."""
    count = len(figure.categories)
    names = "".join(
        f'<c:pt idx="{index}"><c:v>{escape(name)}</c:v></c:pt>'
        for index, name in enumerate(figure.categories)
    )
    points = "".join(
        f'<c:pt idx="{index}"><c:v>{plain(value)}</c:v></c:pt>'
        for index, value in enumerate(row.values)
        if value is not None
    )
    return (
        f"<c:cat><c:strRef><c:f>{SHEET}!{_absolute(1, 0)}:{_absolute(count, 0)}</c:f>"
        f'<c:strCache><c:ptCount val="{count}"/>{names}</c:strCache></c:strRef></c:cat>'
        f"<c:val><c:numRef><c:f>{SHEET}!{_absolute(1, at + 1)}:{_absolute(count, at + 1)}</c:f>"
        f"<c:numCache><c:formatCode>{number_format(figure, row)}</c:formatCode>"
        f'<c:ptCount val="{count}"/>{points}</c:numCache></c:numRef></c:val>'
    )


# -- axes ------------------------------------------------------------------------------------


def _axes(figure: ChartFigure, *, zero: bool) -> str:
    """Category and value axis; columns stand on zero, or their heights would lie."""
    values = [value for row in figure.series for value in row.values if value is not None]
    minimum = '<c:min val="0"/>' if zero and _none_negative(values) else ""
    code = "0" if not figure.digits else "General"
    return (
        f'<c:catAx><c:axId val="{_CATEGORY_AXIS}"/>'
        '<c:scaling><c:orientation val="minMax"/></c:scaling><c:delete val="0"/>'
        '<c:axPos val="b"/><c:numFmt formatCode="General" sourceLinked="0"/>'
        '<c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="low"/>'
        f'<c:spPr>{_GREY}</c:spPr><c:crossAx val="{_VALUE_AXIS}"/><c:crosses val="autoZero"/>'
        '<c:auto val="1"/><c:lblAlgn val="ctr"/><c:lblOffset val="100"/><c:noMultiLvlLbl val="0"/>'
        f'</c:catAx><c:valAx><c:axId val="{_VALUE_AXIS}"/>'
        f'<c:scaling><c:orientation val="minMax"/>{minimum}</c:scaling><c:delete val="0"/>'
        '<c:axPos val="l"/><c:majorGridlines><c:spPr><a:ln w="6350"><a:solidFill>'
        '<a:srgbClr val="E0E0E0"/></a:solidFill></a:ln></c:spPr></c:majorGridlines>'
        f'<c:numFmt formatCode="{code}" sourceLinked="0"/>'
        '<c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>'
        f'<c:spPr><a:ln><a:noFill/></a:ln></c:spPr><c:crossAx val="{_CATEGORY_AXIS}"/>'
        '<c:crosses val="autoZero"/><c:crossBetween val="between"/></c:valAx>'
    )


def _none_negative(values: list[Decimal]) -> bool:
    return all(value >= 0 for value in values)


def _second_axes() -> str:
    """A hidden category axis and a value axis on the right, for rates."""
    return (
        f'<c:valAx><c:axId val="{_SECOND_VALUE}"/>'
        '<c:scaling><c:orientation val="minMax"/></c:scaling><c:delete val="0"/>'
        '<c:axPos val="r"/><c:numFmt formatCode="General" sourceLinked="0"/>'
        '<c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>'
        f'<c:spPr><a:ln><a:noFill/></a:ln></c:spPr><c:crossAx val="{_SECOND_CATEGORY}"/>'
        '<c:crosses val="max"/><c:crossBetween val="between"/></c:valAx>'
        f'<c:catAx><c:axId val="{_SECOND_CATEGORY}"/>'
        '<c:scaling><c:orientation val="minMax"/></c:scaling><c:delete val="1"/>'
        '<c:axPos val="b"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/>'
        f'<c:tickLblPos val="nextTo"/><c:crossAx val="{_SECOND_VALUE}"/>'
        '<c:crosses val="autoZero"/><c:auto val="1"/><c:lblAlgn val="ctr"/>'
        '<c:lblOffset val="100"/><c:noMultiLvlLbl val="0"/></c:catAx>'
    )

"""Native Word charts of `ChartFigure`: drawn by Word itself, editable with their workbook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from generator.charts_workbook import workbook
from generator.charts_xml import FONTS, chart_xml, full_title
from generator.wordml import RELATIONSHIPS, attribute, emu, escape
from store.amounts import plain
from store.figures import ChartFigure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from generator.charts_workbook import Value
    from generator.charts_xml import ChartFonts
    from generator.word.values import RenderPackage
    from store.indicator_table import IndicatorTable

_CHART_TYPE: Final = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_SHEET_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CHART_URI: Final = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_DRAWING_URI: Final = "http://schemas.openxmlformats.org/drawingml/2006/main"
_WIDEST: Final = 9000
_SHAPE: Final = {"pie": 0.6}
_USUAL_SHAPE: Final = 0.52
_LONGEST_TEXT: Final = 800


def chart_to_wordml(
    figure: object, package: RenderPackage, *, style: str = "", fonts: ChartFonts = FONTS
) -> str:
    """A paragraph with the chart; the chart part and its workbook go into the package.

    Args:
        figure: A `ChartFigure`.
        package: The file being made.
        style: The id of the paragraph's style; without one it is centred by itself.
        fonts: The fonts of the chart's texts.

    Raises:
        TypeError: The figure is none.
    """
    if not isinstance(figure, ChartFigure):
        raise TypeError(f"not a chart: {figure!r}")
    name = package.unique_name("word/charts/chart{}.xml")
    sheet = package.unique_name("word/embeddings/Microsoft_Excel_Sheet{}.xlsx")
    book = workbook(workbook_rows(figure))
    # The workbook goes first: the chart's XML must know the id of its relationship.
    inside = package.add_part(sheet, _SHEET_TYPE, book, f"{RELATIONSHIPS}/package", source=name)
    data = chart_xml(figure, workbook_id=inside, fonts=fonts).encode()
    identity = package.add_part(name, _CHART_TYPE, data, f"{RELATIONSHIPS}/chart")
    width = min(package.text_width(), _WIDEST)
    height = round(width * _SHAPE.get(figure.type, _USUAL_SHAPE))
    return _paragraph(_drawing(figure, identity, package.next_id(), width, height), style)


def workbook_rows(figure: ChartFigure) -> list[list[Value]]:
    """The rows of the workbook: series names above, a category a line."""
    names = [f"{row.name}（%）" if row.secondary else row.name for row in figure.series]
    rows: list[list[Value]] = [["", *names]]
    for at, category in enumerate(figure.categories):
        rows.append([category, *(row.values[at] for row in figure.series)])
    return rows


def _paragraph(content: str, style: str) -> str:
    # A fixed line height would cut the chart off, a first-line indent would push it aside.
    head = f'<w:pStyle w:val="{style}"/>' if style else ""
    return (
        f'<w:p><w:pPr>{head}<w:spacing w:before="120" w:after="120" w:line="240" '
        'w:lineRule="auto"/><w:ind w:firstLineChars="0" w:firstLine="0"/><w:jc w:val="center"/>'
        f"</w:pPr><w:r>{content}</w:r></w:p>"
    )


def _drawing(figure: ChartFigure, identity: str, number: int, width: int, height: int) -> str:
    text = attribute(alternative_text(figure))
    return (
        '<w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{emu(width)}" cy="{emu(height)}"/>'
        '<wp:effectExtent l="0" t="0" r="0" b="0"/>'
        f'<wp:docPr id="{number}" name="图表 {number}" descr="{text}"/>'
        f'<wp:cNvGraphicFramePr/><a:graphic xmlns:a="{_DRAWING_URI}">'
        f'<a:graphicData uri="{_CHART_URI}"><c:chart xmlns:c="{_CHART_URI}" r:id="{identity}"/>'
        "</a:graphicData></a:graphic></wp:inline></w:drawing>"
    )


def alternative_text(figure: ChartFigure) -> str:
    """The figures in words, for those who cannot see the chart."""
    rows = []
    for row in figure.series:
        unit = figure.secondary_unit if row.secondary else figure.unit
        points = "、".join(
            f"{category}{plain(value)}{unit}"
            for category, value in zip(figure.categories, row.values, strict=True)
            if value is not None
        )
        rows.append(f"{row.name}：{points}")
    return f"{full_title(figure)}。{'；'.join(rows)}"[:_LONGEST_TEXT]


# -- in Word templates -----------------------------------------------------------------------


@dataclass(slots=True, frozen=True)
class ChartBlock:
    """A chart as the value of a tag: `{{p 图("各项存款") }}`."""

    figure: ChartFigure

    def to_wordml(self, package: RenderPackage) -> str:
        """The chart's paragraph."""
        return chart_to_wordml(self.figure, package)

    def refill(self, chart: bytes) -> tuple[bytes, bytes]:
        """A chart of the template with these figures, and its workbook.

        Raises:
            InputError: The part is no chart with series.
        """
        from generator.charts_refill import refill_chart  # noqa: PLC0415 (few templates)

        return refill_chart(chart, self.figure)

    def __str__(self) -> str:
        return self.figure.title


@dataclass(slots=True, frozen=True)
class TableBlock:
    """An indicator table as the value of a tag: `{{p 指标表("负债业务") }}`."""

    table: IndicatorTable

    def to_wordml(self, package: RenderPackage) -> str:
        """The table with thin lines, its header repeated on each page."""
        columns = len(self.table.header)
        total = package.text_width()
        first = min(total // 3, total * 2 // (columns + 1))
        widths = [first, *[(total - first) // (columns - 1)] * (columns - 1)]
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        rows = "".join(
            self._row(row, widths, header=at == 0)
            for at, row in enumerate((self.table.header, *self.table.rows))
        )
        title = _table_title(self.table.title) if self.table.title else ""
        return (
            f'{title}<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
            f'<w:jc w:val="center"/>{_BORDERS}<w:tblLayout w:type="fixed"/></w:tblPr>'
            f"<w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"
        )

    def _row(self, row: tuple[str, ...], widths: list[int], *, header: bool) -> str:
        cells = "".join(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
            f"{_cell(text, 'center' if header else align, bold=header)}</w:tc>"
            for text, width, align in zip(row, widths, self.table.aligns, strict=True)
        )
        repeat = "<w:tblHeader/>" if header else ""
        return f"<w:tr><w:trPr><w:cantSplit/>{repeat}</w:trPr>{cells}</w:tr>"

    def __str__(self) -> str:
        return str(self.table)


_BORDERS: Final = (
    "<w:tblBorders>"
    + "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    + "</w:tblBorders>"
)


def _cell(text: str, align: str, *, bold: bool) -> str:
    properties = "<w:rPr><w:b/></w:rPr>" if bold else ""
    return (
        '<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="240" w:lineRule="auto"/>'
        f'<w:ind w:firstLineChars="0" w:firstLine="0"/><w:jc w:val="{align or "left"}"/></w:pPr>'
        f'<w:r>{properties}<w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'
    )


def _table_title(text: str) -> str:
    return (
        '<w:p><w:pPr><w:keepNext/><w:spacing w:line="240" w:lineRule="auto"/>'
        '<w:ind w:firstLineChars="0" w:firstLine="0"/><w:jc w:val="center"/></w:pPr>'
        f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'
    )


def word_context(context: Mapping[str, object]) -> dict[str, object]:
    """The context of a body made fit for a Word template: charts and tables draw themselves."""
    fitted = dict(context)
    for name, block in (("图", ChartBlock), ("指标表", TableBlock)):
        if callable(context.get(name)):
            fitted[name] = _wrapped(cast("Callable[..., object]", context[name]), block)
    return fitted


def _wrapped(make: Callable[..., object], block: Callable[..., object]) -> Callable[..., object]:
    def function(*names: str, **options: object) -> object:
        return block(make(*names, **options))

    return function

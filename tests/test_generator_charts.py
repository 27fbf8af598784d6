"""Native charts: valid for the SDK, drawn by LibreOffice, their workbook with the same figures."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from decimal import Decimal

import openpyxl
import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from tools_word import absent, sdk_errors

from generator import charts
from generator.charts_refill import refill_chart
from generator.charts_workbook import workbook
from generator.charts_xml import chart_xml
from generator.wordml import XMLNS
from store.exceptions import InputError
from store.figures import ChartFigure, Series
from store.indicator_table import IndicatorTable
from store.metrics import load_metrics
from store.units_of_measure import UnitMismatch

D = Decimal
BANK = """截至日期: 2024-12-30
指标:
  - {指标: 各项存款, 分组: 负债业务, 单位: 万元, 性质: 时点, 期末: 161131, 年初: 121338,
     计划: 16000, 计划口径: 净增}
  - {指标: 单位存款, 分组: 负债业务, 上级指标: 各项存款, 单位: 万元, 性质: 时点, 期末: 33989,
     年初: 27841, 计划: 5000, 计划口径: 净增}
  - {指标: 个人存款, 分组: 负债业务, 上级指标: 各项存款, 单位: 万元, 性质: 时点, 期末: 127141,
     年初: 93496, 计划: 11000, 计划口径: 净增}
  - {指标: 利润, 单位: 万元, 性质: 时期, 本期: -120.5, 上年同期: 80}
  - {指标: 客户, 单位: 户, 性质: 时点, 期末: 8}
  - {指标: 中间业务收入, 单位: 万元, 性质: 时期, 本期: 520, 历史: {2022: 310.5, 2023: 402}}
"""


class Package:
    """A `RenderPackage` that makes a whole file on the basis of python-docx's empty one."""

    part = "word/document.xml"

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self.parts: dict[str, tuple[str, bytes]] = {}
        self.relations: dict[str, list[str]] = {}
        self.number = 100

    def next_id(self) -> int:
        self.number += 1
        return self.number

    def unique_name(self, pattern: str) -> str:
        number = 1
        while pattern.format(number) in self.parts:
            number += 1
        return pattern.format(number)

    def add_part(self, name, content_type, data, reltype, *, source=None) -> str:
        self.parts[name] = (content_type, data)
        rows = self.relations.setdefault(source or self.part, [])
        identity = f"rIdX{len(rows) + 1}"
        base = (source or self.part).rpartition("/")[0]
        up = "../" * (base.count("/") + 1)
        rows.append(f'<Relationship Id="{identity}" Type="{reltype}" Target="{up}{name}"/>')
        return identity

    def text_width(self) -> int:
        return 8800

    def file(self, xml: str) -> bytes:
        start = io.BytesIO()
        Document().save(start)
        result = io.BytesIO()
        with zipfile.ZipFile(start) as old, zipfile.ZipFile(result, "w") as new:
            for name in old.namelist():
                new.writestr(
                    name,
                    self._changed(name, old.read(name).decode(errors="replace"), xml)
                    if name.endswith((".xml", ".rels"))
                    else old.read(name),
                )
            for name, (_, data) in self.parts.items():
                new.writestr(name, data)
            for source, rows in self.relations.items():
                if source != self.part:
                    folder, _, file = source.rpartition("/")
                    new.writestr(f"{folder}/_rels/{file}.rels", _relationships(rows))
        return result.getvalue()

    def _changed(self, name: str, text: str, xml: str) -> str:
        if name == self.part:
            head, _, tail = text.partition("<w:body>")
            head = re.sub(r"<w:document[^>]*>", f"<w:document {XMLNS}>", head)
            return f"{head}<w:body>{xml}{tail}"
        if name == "[Content_Types].xml":
            more = "".join(
                f'<Override PartName="/{part}" ContentType="{kind}"/>'
                for part, (kind, _) in self.parts.items()
            )
            return text.replace("</Types>", more + "</Types>")
        if name == "word/_rels/document.xml.rels":
            rows = "".join(self.relations.get(self.part, []))
            return text.replace("</Relationships>", rows + "</Relationships>")
        return text


def _relationships(rows: list[str]) -> str:
    uri = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<Relationships xmlns="{uri}">{"".join(rows)}</Relationships>'


@pytest.fixture(scope="module")
def bank(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "bank.yaml"
    path.write_text(BANK, encoding="utf-8")
    metrics = load_metrics([path])
    assert metrics.problems == []
    return metrics


@pytest.fixture(scope="module")
def draw(bank):
    return bank.context()["图"]


ALL_TYPES = [
    (("各项存款", "单位存款", "个人存款"), {}),
    (("负债业务",), {"类型": "组合图"}),
    (("负债业务",), {"类型": "组合图", "系列": ["期末", "年初", "完成率"]}),
    (("单位存款", "个人存款"), {"类型": "饼图", "标题": "存款构成<&>"}),
    (("中间业务收入",), {"类型": "折线图"}),
    (("利润",), {}),
    (("各项存款",), {"单位": "亿元"}),
]


@pytest.fixture(scope="module")
def document(draw):
    package = Package()
    figures = [draw(*names, **options) for names, options in ALL_TYPES]
    xml = "".join(charts.chart_to_wordml(figure, package) for figure in figures)
    return package.file(xml), package, figures


def test_all_types_are_valid(document, tmp_path):
    data, _, _ = document
    path = tmp_path / "charts.docx"
    path.write_bytes(data)
    assert sdk_errors(path) == []


def test_workbooks_hold_the_same_figures(document):
    _, package, figures = document
    books = [data for name, (_, data) in package.parts.items() if name.endswith(".xlsx")]
    assert len(books) == len(figures)
    for figure, data in zip(figures, books, strict=True):
        rows = list(openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True))
        assert [row[0] for row in rows[1:]] == list(figure.categories)
        for at, series in enumerate(figure.series):
            assert rows[0][at + 1].startswith(series.name)
            read = [None if row[at + 1] is None else D(str(row[at + 1])) for row in rows[1:]]
            assert read == list(series.values)


def test_caches_and_workbook_agree(document):
    _, package, figures = document
    parts = [data for name, (_, data) in package.parts.items() if "/charts/" in name]
    for figure, data in zip(figures, parts, strict=True):
        root = etree.fromstring(data)
        space = {"c": "http://schemas.openxmlformats.org/drawingml/2006/chart"}
        values = root.xpath("//c:val//c:v/text()", namespaces=space)
        assert [D(value) for value in values] == [
            value for row in figure.series for value in row.values if value is not None
        ]


def test_chinese_text_has_an_east_asian_font(document):
    _, package, _ = document
    for name, (_, data) in package.parts.items():
        if "/charts/" in name:
            assert b'<a:ea typeface="' in data
            assert not re.search(rb'<c:axId val="-', data)


def test_libreoffice_draws_them(document, tmp_path):
    office = shutil.which("soffice")
    if not office or not shutil.which("pdftotext"):
        absent("LibreOffice or pdftotext")
    path = tmp_path / "charts.docx"
    path.write_bytes(document[0])
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [str(office), "--headless", profile, "--convert-to", "pdf"]
    command += ["--outdir", str(tmp_path), str(path)]
    subprocess.run(command, check=True, timeout=180, capture_output=True)
    text = subprocess.run(
        ["pdftotext", "-layout", str(tmp_path / "charts.pdf"), "-"],
        check=True, timeout=60, capture_output=True, text=True,
    ).stdout  # fmt: skip
    for wanted in (
        "161131",
        "121338",
        "127141",
        "-120.5",
        "310.5",
        "16.11",
        "存款构成<&>",
        "78.9%",
    ):
        assert wanted in text.replace(" ", ""), wanted


def test_figures_are_those_of_the_sentences(draw):
    figure = draw("各项存款", "个人存款")
    assert figure.categories == ("各项存款", "个人存款")
    assert figure.series == (
        Series("年初", (D(121338), D(93496))),
        Series("期末", (D(161131), D(127141))),
    )
    assert figure.unit == "万元"
    assert figure.title == "各项存款、个人存款变化情况"


def test_planned_and_done_are_on_the_plans_basis(draw):
    figure = draw("负债业务", 类型="组合图")
    assert figure.series == (
        Series("净增", (D(39793), D(6148), D(33645))),
        Series("计划净增", (D(16000), D(5000), D(11000)), line=True),
    )


def test_line_over_the_years(draw):
    figure = draw("中间业务收入", 类型="折线图")
    assert figure.categories == ("2022年", "2023年", "2024年")
    assert figure.series[0].values == (D("310.5"), D(402), D(520))


def test_alternative_text_tells_the_figures(draw):
    text = charts.alternative_text(draw("各项存款"))
    assert "年初：各项存款121338万元；期末：各项存款161131万元" in text


REFUSED = [
    (("各项存款",), {"类型": "雷达图"}, "没有“雷达图”这种图"),
    (("各项存款",), {"颜色": "红"}, "没有“颜色”这个选项"),
    (("各项存歀",), {}, "没有指标“各项存歀”"),
    ((), {}, "没有指标"),
    (("各项存款",), {"系列": ["明年"]}, "没有“明年”这个系列"),
    (("利润",), {"类型": "饼图"}, "有负数"),
    (("客户",), {"类型": "组合图"}, "没有可画的数"),
    (("各项存款",), {"类型": "折线图", "系列": ["完成率"]}, "不能是“完成率”"),
]


@pytest.mark.parametrize(("names", "options", "message"), REFUSED)
def test_what_cannot_be_drawn_is_said(draw, names, options, message):
    with pytest.raises(Exception, match=message):
        draw(*names, **options)


def test_units_do_not_mix(draw):
    with pytest.raises(UnitMismatch):
        draw("各项存款", "客户")


def test_only_figures_are_drawn():
    with pytest.raises(TypeError):
        charts.chart_to_wordml("图", Package())


def test_a_word_template_gets_blocks(bank, tmp_path):
    context = charts.word_context(bank.context())
    package = Package()
    chart = context["图"]("各项存款")
    table = context["指标表"]("负债业务", 标题="负债业务完成情况")
    data = package.file(chart.to_wordml(package) + table.to_wordml(package) + "<w:p/>")
    path = tmp_path / "blocks.docx"
    path.write_bytes(data)
    assert sdk_errors(path) == []
    cells = [cell.text for row in Document(str(path)).tables[0].rows for cell in row.cells]
    assert cells[:7] == ["指标", "单位", "期末", "年初", "较年初增减", "计划", "完成计划"]
    assert cells[7:14] == ["各项存款", "万元", "161131", "121338", "39793", "16000", "248.7%"]
    assert str(chart) == "各项存款变化情况"
    assert "161131" in str(table)
    assert charts.word_context({"甲": 1}) == {"甲": 1}


def test_a_paragraph_style_may_be_given(draw):
    assert '<w:pStyle w:val="图"/>' in charts.chart_to_wordml(draw("客户"), Package(), style="图")


def test_a_table_without_title_or_columns():
    table = IndicatorTable("", ("指标", "单位"), (("甲", "户"),), ("left", "center"))
    xml = charts.TableBlock(table).to_wordml(Package())
    assert xml.startswith("<w:tbl>")


def test_a_chart_of_a_template_is_refilled_and_keeps_its_looks(draw):
    template = chart_xml(draw("各项存款", "个人存款")).replace("2F5597", "123456").encode()
    figure = draw("负债业务", 系列=["期末", "年初", "计划"])
    data, book = refill_chart(template, figure)
    root = etree.fromstring(data)
    space = {"c": "http://schemas.openxmlformats.org/drawingml/2006/chart"}
    names = root.xpath("//c:ser/c:tx//c:v/text()", namespaces=space)
    assert names == ["期末", "年初", "计划净增"]
    values = root.xpath("//c:ser[1]/c:val//c:v/text()", namespaces=space)
    assert values == ["161131", "33989", "127141"]
    assert data.count(b"123456") == 1
    rows = list(openpyxl.load_workbook(io.BytesIO(book)).active.iter_rows(values_only=True))
    assert rows[1] == ("各项存款", 161131, 121338, 16000)


def test_refilled_charts_are_valid(draw, tmp_path):
    package = Package()
    combined = draw("负债业务", 类型="组合图", 系列=["期末", "年初", "完成率"])
    xml = charts.chart_to_wordml(combined, package)
    xml += charts.chart_to_wordml(draw("单位存款", "个人存款", 类型="饼图"), package)
    fillings = {
        "word/charts/chart1.xml": draw("各项存款"),
        "word/charts/chart2.xml": draw("各项存款", 类型="饼图"),
    }
    for name, figure in fillings.items():
        kind, data = package.parts[name]
        package.parts[name] = (kind, refill_chart(data, figure)[0])
    path = tmp_path / "refilled.docx"
    path.write_bytes(package.file(xml))
    assert sdk_errors(path) == []


def test_surplus_plots_go_with_their_axes(draw):
    combined = draw("负债业务", 类型="组合图", 系列=["期末", "完成率"])
    data, _ = refill_chart(chart_xml(combined).encode(), draw("个人存款", 系列=["期末"]))
    assert b"lineChart" not in data
    assert data.count(b"<c:valAx>") == 1


@pytest.mark.parametrize("bad", [b"<x", b"<x/>"])
def test_what_is_no_chart_is_not_refilled(draw, bad):
    with pytest.raises(InputError, match="图表"):
        refill_chart(bad, draw("客户"))


@given(
    st.lists(
        st.lists(
            st.none()
            | st.text(max_size=8)
            | st.decimals(
                allow_nan=False,
                allow_infinity=False,
                min_value=-(10**12),
                max_value=10**12,
                places=4,
            ),
            max_size=4,
        ),
        max_size=5,
    )
)
def test_any_workbook_can_be_read(rows):
    read = openpyxl.load_workbook(io.BytesIO(workbook(rows))).active
    for at, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            found = read.cell(at, column).value
            if isinstance(value, D):
                assert D(str(found)) == pytest.approx(value, rel=D("1e-14"))


def test_strange_names_stay_well_formed():
    figure = ChartFigure('<&>"\x01', "column", ("甲<",), (Series("&乙", (D("1E+3"),)),), "户")
    root = etree.fromstring(chart_xml(figure).encode())
    text = "".join(root.itertext())
    assert "1000" in text
    assert "E+3" not in text

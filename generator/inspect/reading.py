"""A Word file as paragraphs with the formatting that Word makes of styles and direct settings."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from lxml import etree

from generator.wordml import NAMESPACES
from store.exceptions import InputError

if TYPE_CHECKING:
    from pathlib import Path

W: Final = f"{{{NAMESPACES['w']}}}"
_A: Final = f"{{{NAMESPACES['a']}}}"
_MAX_PART: Final = 60 * 1024 * 1024
_MAX_DEPTH: Final = 20


@dataclass(frozen=True, slots=True)
class Format:
    """Effective formatting of a paragraph and its first run; points, None where nothing says."""

    font: str = ""
    size: float = 10.5
    bold: bool = False
    align: str = "left"
    line: float | None = None
    line_rule: str = "auto"
    first_line: float = 0.0
    spacing: float = 0.0
    numbered: bool = False


@dataclass(slots=True)
class Paragraph:
    """A paragraph outside tables: its place from 1, text, style and formatting."""

    place: int
    text: str
    style: str
    format: Format


@dataclass(slots=True)
class PageSetup:
    """A section's page in millimetres; None where the file leaves it to the program."""

    width: float | None
    height: float | None
    top: float | None
    bottom: float | None
    left: float | None
    right: float | None
    grid_lines: float | None = None


@dataclass(slots=True)
class Footer:
    """A footer: which pages it is for, its text with ■ for the page number, its alignment."""

    which: str
    text: str
    align: str


@dataclass(slots=True)
class WordFile:
    """What the checks look at."""

    paragraphs: list[Paragraph]
    pages: list[PageSetup]
    footers: list[Footer]
    odd_even: bool
    tables_without_header: list[int] = field(default_factory=list)


def read_word_file(path: Path) -> WordFile:
    """Read a .docx.

    Raises:
        InputError: It is no Word file, is damaged, or is too large.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _Reader(archive).read()
    except (zipfile.BadZipFile, OSError, KeyError, etree.XMLSyntaxError, ValueError) as error:
        raise InputError(
            f"文件 {path.name} 打不开，不是完好的.docx文件。",
            hint="旧的.doc文件请先用Word或WPS另存为.docx；加密的文件请先去掉密码。",
            path=str(path),
        ) from error


class _Reader:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.names = set(archive.namelist())
        self.styles: dict[str, etree._Element] = {}
        self.default_style = ""
        self.theme: dict[str, str] = {}
        self.defaults = Format()
        self._cache: dict[str, Format] = {}

    def part(self, name: str) -> etree._Element:
        if self.archive.getinfo(name).file_size > _MAX_PART:
            raise ValueError("part too large")
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
        return etree.fromstring(self.archive.read(name), parser)

    def read(self) -> WordFile:
        document = self.part("word/document.xml")
        self._read_theme()
        self._read_styles()
        body = document.find(f"{W}body")
        if body is None:
            raise ValueError("no body")
        paragraphs = [
            self._paragraph(number, element)
            for number, element in enumerate(body.iter(f"{W}p"), 1)
            if next(element.iterancestors(f"{W}tc"), None) is None
        ]
        tables = [
            number
            for number, table in enumerate(body.iter(f"{W}tbl"), 1)
            if table.find(f".//{W}tblHeader") is None and len(table.findall(f"{W}tr")) > 15
        ]
        sections = list(document.iter(f"{W}sectPr")) or [etree.Element(f"{W}sectPr")]
        pages = [_page(section) for section in sections]
        settings = self.part("word/settings.xml") if "word/settings.xml" in self.names else None
        odd_even = settings is not None and settings.find(f"{W}evenAndOddHeaders") is not None
        return WordFile(paragraphs, pages, self._footers(document), odd_even, tables)

    # -- styles ------------------------------------------------------------------------------

    def _read_theme(self) -> None:
        name = next((n for n in sorted(self.names) if n.startswith("word/theme/")), None)
        if name is None:
            return
        for kind in ("major", "minor"):
            font = self.part(name).find(f".//{_A}{kind}Font")
            east = font.find(f"{_A}ea") if font is not None else None
            self.theme[f"{kind}EastAsia"] = east.get("typeface", "") if east is not None else ""

    def _read_styles(self) -> None:
        if "word/styles.xml" not in self.names:
            return
        root = self.part("word/styles.xml")
        for style in root.iter(f"{W}style"):
            self.styles[style.get(f"{W}styleId", "")] = style
            if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") in {"1", "true"}:
                self.default_style = style.get(f"{W}styleId", "")
        defaults = root.find(f"{W}docDefaults")
        if defaults is not None:
            run = defaults.find(f"{W}rPrDefault/{W}rPr")
            paragraph = defaults.find(f"{W}pPrDefault/{W}pPr")
            self.defaults = self._with_paragraph(self._with_run(self.defaults, run), paragraph)

    def style_format(self, identity: str, depth: int = 0) -> Format:
        """The formatting a style gives, with what it is based on."""
        if identity in self._cache:
            return self._cache[identity]
        style = self.styles.get(identity)
        if style is None or depth > _MAX_DEPTH:
            return self.defaults
        based = style.find(f"{W}basedOn")
        base = (
            self.style_format(based.get(f"{W}val", ""), depth + 1)
            if based is not None
            else self.defaults
        )
        made = self._with_run(base, style.find(f"{W}rPr"))
        made = self._with_paragraph(made, style.find(f"{W}pPr"))
        self._cache[identity] = made
        return made

    def _with_run(self, base: Format, properties: etree._Element | None) -> Format:
        if properties is None:
            return base
        made = base
        fonts = properties.find(f"{W}rFonts")
        if fonts is not None:
            theme = fonts.get(f"{W}eastAsiaTheme")
            font = self.theme.get(theme or "", "") or fonts.get(f"{W}eastAsia", "")
            made = replace(made, font=font) if font else made
        size = properties.find(f"{W}sz")
        if size is not None:
            made = replace(made, size=float(size.get(f"{W}val", "21")) / 2)
        bold = properties.find(f"{W}b")
        if bold is not None:
            made = replace(made, bold=bold.get(f"{W}val") not in {"0", "false"})
        spacing = properties.find(f"{W}spacing")
        if spacing is not None:
            made = replace(made, spacing=float(spacing.get(f"{W}val", "0")) / 20)
        return made

    def _with_paragraph(self, base: Format, properties: etree._Element | None) -> Format:
        if properties is None:
            return base
        made = base
        align = properties.find(f"{W}jc")
        if align is not None:
            made = replace(made, align=align.get(f"{W}val", "left"))
        spacing = properties.find(f"{W}spacing")
        if spacing is not None and spacing.get(f"{W}line"):
            rule = spacing.get(f"{W}lineRule", "auto")
            line = float(spacing.get(f"{W}line", "240"))
            made = replace(made, line=line / (240 if rule == "auto" else 20), line_rule=rule)
        indent = properties.find(f"{W}ind")
        if indent is not None:
            made = replace(made, first_line=_first_line(indent, made))
        if properties.find(f"{W}numPr") is not None:
            made = replace(made, numbered=True)
        return made

    # -- paragraphs --------------------------------------------------------------------------

    def _paragraph(self, number: int, element: etree._Element) -> Paragraph:
        properties = element.find(f"{W}pPr")
        style = properties.find(f"{W}pStyle") if properties is not None else None
        identity = style.get(f"{W}val", "") if style is not None else self.default_style
        made = self._with_paragraph(self.style_format(identity), properties)
        runs = [run for run in element.iter(f"{W}r") if run.find(f"{W}t") is not None]
        if runs:
            made = self._with_run(made, max(runs, key=_length).find(f"{W}rPr"))
        text = "".join(node.text or "" for node in element.iter(f"{W}t"))
        return Paragraph(number, text, self._style_name(identity), made)

    def _style_name(self, identity: str) -> str:
        style = self.styles.get(identity)
        name = style.find(f"{W}name") if style is not None else None
        return name.get(f"{W}val", "") if name is not None else identity

    def _footers(self, document: etree._Element) -> list[Footer]:
        relations = {}
        if "word/_rels/document.xml.rels" in self.names:
            for relation in self.part("word/_rels/document.xml.rels"):
                relations[relation.get("Id", "")] = relation.get("Target", "")
        found: list[Footer] = []
        for reference in document.iter(f"{W}footerReference"):
            target = relations.get(reference.get(f"{{{NAMESPACES['r']}}}id", ""), "")
            name = target.removeprefix("/") if target.startswith("/") else f"word/{target}"
            if name in self.names:
                found.append(self._footer(reference.get(f"{W}type", "default"), self.part(name)))
        return found

    def _footer(self, which: str, root: etree._Element) -> Footer:
        text, align = "", "left"
        for paragraph in root.iter(f"{W}p"):
            shown = _footer_text(paragraph)
            if "■" in shown or not text:
                text, align = shown, self._paragraph(0, paragraph).format.align
        return Footer(which, text, align)


def _first_line(indent: etree._Element, base: Format) -> float:
    """The first line's indent in points."""
    for name in ("firstLineChars", "firstLine"):
        value = indent.get(f"{W}{name}")
        if value is not None and re.fullmatch(r"-?\d+", value):
            number = float(value)
            if name == "firstLineChars" and number:
                return number / 100 * base.size
            if name == "firstLine":
                return number / 20
    return base.first_line


def _length(run: etree._Element) -> int:
    return sum(len(node.text or "") for node in run.iter(f"{W}t"))


def _footer_text(paragraph: etree._Element) -> str:
    """The text with ■ where the page number stands and □ where the number of pages does."""
    parts: list[str] = []
    inside = False
    for node in paragraph.iter():
        if node.tag == f"{W}fldChar":
            kind = node.get(f"{W}fldCharType")
            inside = kind == "separate" or (inside and kind != "end")
        elif node.tag in {f"{W}instrText", f"{W}fldSimple"}:
            instruction = (node.text or node.get(f"{W}instr") or "").upper()
            parts.append("□" if "NUMPAGES" in instruction else "■" if "PAGE" in instruction else "")
        elif node.tag == f"{W}t" and not inside and not _in_simple_field(node):
            parts.append(node.text or "")
    return "".join(parts)


def _in_simple_field(node: etree._Element) -> bool:
    return next(node.iterancestors(f"{W}fldSimple"), None) is not None


def _page(section: etree._Element) -> PageSetup:
    size, margin = section.find(f"{W}pgSz"), section.find(f"{W}pgMar")
    grid = section.find(f"{W}docGrid")

    def value(element: etree._Element | None, name: str) -> float | None:
        text = element.get(f"{W}{name}") if element is not None else None
        return float(text) / 1440 * 25.4 if text else None

    pitch = None
    if grid is not None and grid.get(f"{W}type") in {"lines", "linesAndChars", "snapToChars"}:
        pitch = float(grid.get(f"{W}linePitch", "0")) / 20 or None
    return PageSetup(
        value(size, "w"), value(size, "h"), value(margin, "top"), value(margin, "bottom"),
        value(margin, "left"), value(margin, "right"), pitch,
    )  # fmt: skip

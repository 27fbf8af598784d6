"""How a value is written where its tag stands.

Each printed tag gets a function of its own, made once when the template is compiled. Plain texts
and numbers take a short way through it; everything else goes through `Writer`.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Undefined
from markupsafe import Markup

from generator.word.adapt import adapted
from generator.word.drawings import as_picture, as_refill
from generator.word.errors import ValueRefused
from generator.word.streams import StreamValue
from generator.word.structure import properties_of
from generator.word.tokens import Element, check_fragment, escape_text
from generator.word.values import BlockValue, RunValue
from store.blank import Blank
from store.missing import MissingValue
from store.sandbox import plain_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from generator.word.compiler import Site
    from generator.word.rendering import Rendering

ILLEGAL: Final = re.compile("[\0-\x06\x08\x0b\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SPECIAL: Final = re.compile("[&<>\0-\x1f\ud800-\udfff\ufffe\uffff]")
_CONTROL: Final = re.compile("[\n\t\a\f]")
_OPEN_TEXT: Final = '<w:t xml:space="preserve">'
_THROUGH: Final = frozenset({"w:hyperlink", "w:smartTag", "w:ins", "w:customXml"})
_BLOCK_PARENTS: Final = frozenset(
    {"w:body", "w:tc", "w:hdr", "w:ftr", "w:footnote", "w:endnote", "w:comment", "w:txbxContent"}
)
_TEXT: Final = ("w:document", "w:body")
_URL: Final = re.compile(r"(?:https?|ftp|mailto|tel|file):|#|[\w./%-]+(?:[?#]|$)", re.IGNORECASE)


class Wordml(str):
    """Finished WordprocessingML from a macro or a ``{% set %}`` block of the template itself."""

    __slots__ = ()


def join_block(parts: list[str]) -> str:
    """What a block captured: its text if it holds no markup, else the markup."""
    text = "".join(parts)
    if "<" in text:
        return Wordml(text)
    return unescape(text) if "&" in text else text


def unescape(text: str) -> str:
    """Undo `escape_text` and the escaping of attributes."""
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')
    return text.replace("&#10;", "\n").replace("&amp;", "&")


class SiteWriter:
    """Writes the values of one site that are more than plain text.

    Args:
        site: The tag in its place.
        current: Gives the rendering under way.
    """

    def __init__(self, site: Site, current: Callable[[], Rendering]) -> None:
        self._site = site
        self._current = current
        names = site.names
        self._in_run = names[-2:] == ("w:r", "w:t")
        self.properties = properties_of(site.enclosing("w:r"), "w:rPr") if self._in_run else ""
        self._prepare_breaks()

    def _prepare_breaks(self) -> None:
        """What closes and opens the run and the paragraph again."""
        self._run_end = "</w:t></w:r>"
        self._run_start = f"<w:r>{self.properties}{_OPEN_TEXT}"
        self._paragraph_end = ""
        self._paragraph_start = ""
        self.paragraph_properties = ""
        path = self._site.path
        index = next((i for i in range(len(path) - 1, -1, -1) if path[i].name == "w:p"), -1)
        if index < 0:
            return
        self.paragraph_properties = properties_of(path[index], "w:pPr", drop=("w:sectPr",))
        between = path[index + 1 : -2]
        blocks = path[index - 1].name if index else ""
        if not self._in_run or any(e.name not in _THROUGH or e.pieces for e in between):
            return
        if blocks not in _BLOCK_PARENTS and blocks != "w:sdtContent":
            return
        close = "".join(f"</{element.name}>" for element in reversed(between))
        reopen = "".join(f"<{element.name}{element.open}>" for element in between)
        self._paragraph_end = f"{self._run_end}{close}</w:p>"
        self._paragraph_start = f"<w:p>{self.paragraph_properties}{reopen}{self._run_start}"

    # -- texts -----------------------------------------------------------------------------------

    def text(self, value: str) -> str:
        """A text with characters that need care, inside ``w:t``."""
        value = self.clean(value)
        text = escape_text(value.replace("\r\n", "\n").replace("\r", "\n"))
        return _CONTROL.sub(self._control, text) if _CONTROL.search(text) else text

    def _control(self, match: re.Match[str]) -> str:
        char = match[0]
        if not self._in_run:
            return " " if char in "\a\f" else char
        if char == "\t":
            return f"</w:t><w:tab/>{_OPEN_TEXT}"
        if char == "\n" or not self._paragraph_end:
            return f"</w:t><w:br/>{_OPEN_TEXT}"
        page = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>' if char == "\f" else ""
        return self._paragraph_end + page + self._paragraph_start

    def clean(self, value: str) -> str:
        """The text without characters that XML cannot hold, which is told."""
        if ILLEGAL.search(value):
            self._current().refuse_characters(value, self._site)
            return ILLEGAL.sub("", value)
        return value

    def plain(self, value: object) -> str:
        """A value as text, in places that hold nothing but text."""
        text = self.clean(self.as_text(value)).replace("\a", "\n").replace("\f", "\n")
        return escape_text(text)

    def attribute(self, value: object) -> str:
        """A value inside an attribute."""
        return self.plain(value).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", " ")

    def instruction(self, value: object) -> str:
        """A value inside a field's instruction: no quotes, backslashes or braces."""
        text = self.plain(value).replace("\\", "/").replace("\n", " ")
        return re.sub('["“”{}]', "", text)

    def address(self, value: object) -> str:
        """A value that is (part of) a hyperlink's target."""
        text = self.as_text(value).strip()
        if text and not _URL.match(text):
            self._current().warnings.append(f"网址“{text[:60]}”的类型不被允许，已略去。")
            return ""
        return self.attribute(text.replace(" ", "%20"))

    def chart(self, value: object, relation: str) -> str:
        """Fill the chart behind a relationship; give its alternative text."""
        figures = None if isinstance(value, Undefined) else as_refill(value)
        if figures is None:
            return self.attribute(value)
        self._current().refill_chart(relation, figures)
        return self.attribute("" if isinstance(value, (dict, list, tuple)) else str(value))

    def blip(self, value: object, relation: str) -> str:
        """The relationship of the picture to show."""
        data = as_picture(adapted(value))
        return self._current().add_image(data) if data is not None else relation

    def as_text(self, value: object) -> str:
        """The text of a value: nothing for an absent one, which is noted."""
        if isinstance(value, Undefined):
            self.missing(value)
            return ""
        if isinstance(value, Markup):
            return value.unescape()
        if isinstance(value, Wordml):
            return unescape(re.sub("<[^>]*>", "", value))
        if isinstance(value, bytes):
            return value.decode("utf-8", "replace")
        value = adapted(value)
        text = getattr(value, "text", None)
        if isinstance(text, str) and isinstance(value, (BlockValue, RunValue)):
            return text
        return plain_text(value)

    def missing(self, value: Undefined) -> None:
        """Note an absent name with this place."""
        if isinstance(value, MissingValue):
            value.report(str(self._site.tag.place))
        else:
            str(value)

    # -- inside a text ---------------------------------------------------------------------------

    def in_text(self, value: object) -> str:
        """Any value at a tag inside ``w:t``."""
        if value is None:
            return ""
        if isinstance(value, Wordml):
            return self._macro_in_text(value)
        if not self._in_run or isinstance(value, (str, Undefined)):
            return self.text(self.as_text(value))
        value = adapted(value)
        if isinstance(value, Blank):
            return self._runs(self._blank(value))
        if isinstance(value, RunValue):
            return self._runs(value.to_runs(self._current(), self.properties))
        if isinstance(value, BlockValue):
            return self._block_in_text(self._block(value))
        return self.text(self.as_text(value))

    def _runs(self, xml: str) -> str:
        if "\a" in xml or "\f" in xml:
            xml = self._break_paragraphs(xml)
        return self._run_end + xml + self._run_start

    def _break_paragraphs(self, xml: str) -> str:
        """New paragraphs and pages that stand between the runs of a rich text."""
        if not self._paragraph_end:
            return xml.replace("\a", "<w:r><w:br/></w:r>").replace("\f", "<w:r><w:br/></w:r>")
        end = self._paragraph_end.removeprefix(self._run_end)
        start = self._paragraph_start.removesuffix(self._run_start)
        page = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
        return xml.replace("\a", end + start).replace("\f", end + page + start)

    def _blank(self, value: Blank) -> str:
        from generator.word.richtext import merge_properties  # noqa: PLC0415

        properties = merge_properties(self.properties, '<w:u w:val="single"/>')
        return f"<w:r>{properties}{_OPEN_TEXT}{chr(0xA0) * (2 * value.width)}</w:t></w:r>"

    def _macro_in_text(self, value: Wordml) -> str:
        if value.startswith(("<w:p>", "<w:p ", "<w:p/", "<w:tbl>", "<w:tbl ", "<w:sdt>")):
            return self._block_in_text(value)
        return value if self._in_run else escape_text(self.as_text(value))

    def _block_in_text(self, xml: str) -> str:
        if not self._paragraph_end:
            return escape_text(unescape(re.sub("<[^>]*>", "", xml)))
        if not xml:
            return ""
        if self._site.alone:
            self._current().marked = True
            return f"\0<{xml}\0>"
        return self._paragraph_end + xml + self._paragraph_start

    def _block(self, value: BlockValue) -> str:
        if isinstance(value, StreamValue) and self._streams():
            return self._current().streams.defer(value, self._site)
        xml = value.to_wordml(self._current())
        return self._current().check_value(xml, value)

    def _streams(self) -> bool:
        """Whether the tag stands directly in the document's text, in a paragraph of its own."""
        names = self._site.names
        above = names[: names.index("w:p")] if "w:p" in names else names
        free = self._site.tag.lifted == "p" or self._site.alone
        rendering = self._current()
        return free and above == _TEXT and rendering.part == rendering.template.package.main

    # -- in place of a paragraph -----------------------------------------------------------------

    def as_paragraphs(self, value: object) -> str:
        """Any value at ``{{p x}}``, which stands for its paragraph."""
        if value is None:
            return ""
        if isinstance(value, Undefined):
            self.missing(value)
            return ""
        value = adapted(value)
        if isinstance(value, Wordml):
            if value.startswith(("<w:p", "<w:tbl", "<w:sdt")):
                return value
            return self._paragraph(f"{self._host_run()}{value}</w:t></w:r>")
        if isinstance(value, BlockValue):
            return self._block(value)
        if isinstance(value, (list, tuple)):
            return "".join(self.as_paragraphs(item) for item in value)
        if isinstance(value, Blank):
            return self._paragraph(self._blank(value))
        if isinstance(value, RunValue):
            runs = value.to_runs(self._current(), self._host_properties())
            break_ = f"</w:p><w:p>{self._host_paragraph()}"
            page = f'</w:p><w:p><w:r><w:br w:type="page"/></w:r></w:p><w:p>{self._host_paragraph()}'
            return self._paragraph(runs.replace("\a", break_).replace("\f", page))
        return self._plain_paragraphs(self.as_text(value))

    def _plain_paragraphs(self, text: str) -> str:
        from generator.word.richtext import text_runs  # noqa: PLC0415

        text = self.clean(text).replace("\r\n", "\n").replace("\f", "\a")
        properties = self._host_properties()
        return "".join(self._paragraph(text_runs(line, properties)) for line in text.split("\a"))

    def _paragraph(self, runs: str) -> str:
        return f"<w:p>{self._host_paragraph()}{runs}</w:p>"

    def _host_paragraph(self) -> str:
        return properties_of(self._site.tag.host, "w:pPr", drop=("w:sectPr",))

    def _host_properties(self) -> str:
        host = self._site.tag.host
        run = None
        if host is not None:
            run = next((n for n in host.walk() if isinstance(n, Element) and n.name == "w:r"), None)
        return properties_of(run, "w:rPr")

    def _host_run(self) -> str:
        return f"<w:r>{self._host_properties()}{_OPEN_TEXT}"

    # -- in place of a row or a cell -------------------------------------------------------------

    def as_rows(self, value: object) -> str:
        """A list of lists at ``{{tr x}}``: each is a row in the form of the template's row."""
        if (finished := self._finished(value, "<w:tr")) is not None:
            return finished
        host = self._site.tag.host
        assert host is not None
        formats = properties_of(host, "w:trPr")
        rows = value if isinstance(value, (list, tuple)) else [[value]]
        return "".join(f"<w:tr>{formats}{self._cells(row, host)}</w:tr>" for row in rows)

    def _finished(self, value: object, start: str) -> str | None:
        """The XML of a value that brings its own, nothing for one that is absent."""
        if isinstance(value, Undefined):
            self.missing(value)
        if value is None or isinstance(value, Undefined):
            return ""
        if isinstance(value, Wordml):
            return value
        return self._checked(str(value.xml), start) if hasattr(value, "xml") else None

    def as_cells(self, value: object) -> str:
        """A list at ``{{tc x}}``: each is a cell in the form of the template's cell."""
        if (finished := self._finished(value, "<w:tc")) is not None:
            return finished
        host = self._site.tag.host
        row = Element("w:tr")
        row.children = [host] if host is not None else []
        return self._cells(value, row)

    def _cells(self, row: object, host: Element) -> str:
        models = [cell for cell in host.elements() if cell.name == "w:tc"]
        values = row if isinstance(row, (list, tuple)) else [row]
        return "".join(
            self._cell(value, models[min(index, len(models) - 1)])
            for index, value in enumerate(values)
        )

    def _cell(self, value: object, model: Element) -> str:
        from generator.word.richtext import text_runs  # noqa: PLC0415

        paragraph = model.find("w:p")
        run = paragraph.find("w:r") if paragraph is not None else None
        formats = properties_of(paragraph, "w:pPr")
        value = adapted(value)
        properties = properties_of(run, "w:rPr")
        if isinstance(value, RunValue) and not isinstance(value, Undefined):
            content = value.to_runs(self._current(), properties)
            content = content.replace("\a", "<w:r><w:br/></w:r>").replace("\f", "")
        else:
            content = text_runs(self.clean(self.as_text(value)), properties)
        return f"<w:tc>{properties_of(model, 'w:tcPr')}<w:p>{formats}{content}</w:p></w:tc>"

    def _checked(self, xml: str, start: str) -> str:
        problem = "" if xml.lstrip().startswith(start) else "内容不是所要的元素"
        if problem := problem or check_fragment(xml):
            raise ValueRefused(f"值有误：{problem}。")
        return xml


def make_emitter(site: Site, current: Callable[[], Rendering]) -> Callable[[object], str]:
    """The function that writes a value at this site."""
    writer = SiteWriter(site, current)
    lifted = site.tag.lifted
    if lifted == "p":
        return writer.as_paragraphs
    if lifted == "tr":
        return writer.as_rows
    if lifted == "tc":
        return writer.as_cells
    if lifted == "address":
        return writer.address
    if site.attribute and lifted:
        return _drawing_emitter(writer, lifted)
    if site.attribute:
        return _quick(writer.attribute, '[&<>"\0-\x1f\ud800-\udfff\ufffe\uffff]')
    if site.inner == "w:instrText":
        return writer.instruction
    if site.inner == "w:t":
        return _text_emitter(writer)
    return _quick(writer.plain, "[&<>\0-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")


def _drawing_emitter(writer: SiteWriter, lifted: str) -> Callable[[object], str]:
    kind, _, relation = lifted.partition(":")
    if kind == "chart":
        return lambda value: writer.chart(value, relation)
    if kind == "blip":
        return lambda value: writer.blip(value, relation)
    return lambda value: "" if isinstance(value, bytes) else writer.attribute(value)


def _text_emitter(writer: SiteWriter) -> Callable[[object], str]:
    """The short way for texts and numbers inside ``w:t``."""
    special = _SPECIAL.search
    slow_text = writer.text
    slow = writer.in_text

    def emit(value: Any) -> str:
        kind = value.__class__
        if kind is str:
            text: str = value
            return text if text.isalnum() or special(text) is None else slow_text(text)
        if kind is int:
            return str(value)
        if kind is Decimal or kind is float:
            return plain_text(value)
        return slow(value)

    return emit


def _quick(slow: Callable[[object], str], pattern: str) -> Callable[[object], str]:
    special = re.compile(pattern).search

    def emit(value: Any) -> str:
        if value.__class__ is str and special(value) is None:
            return str(value)
        if value.__class__ is int:
            return str(value)
        return slow(value)

    return emit

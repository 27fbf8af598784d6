"""One rendering: what the values add to the package while the parts are written."""

from __future__ import annotations

import hashlib
import re
from itertools import chain
from posixpath import dirname, relpath
from typing import TYPE_CHECKING, Final

from generator.word import properties
from generator.word.errors import ValueRefused
from generator.word.images import read_image
from generator.word.package import CONTENT_TYPES, pack, pack_stream, relations_name
from generator.word.parts import (
    EMPTY_FOOTNOTES,
    RELATIONSHIPS,
    WORD_TYPE,
    NumberingEdit,
    StylesEdit,
    add_relations,
    add_types,
    document,
    relation_xml,
)
from generator.word.sections import empty_footer, last_section_as, section_end
from generator.word.streams import Streams
from generator.word.tokens import DECLARATION, check_fragment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generator.word.compiled import CompiledTemplate
    from generator.word.compiler import Site
    from generator.word.drawings import Refill
    from generator.word.package import Entry

_SAFE_URL: Final = re.compile(
    r"(?:https?|ftp|mailto|tel|file):|#|[\w./%-]+(?:[?#]|$)", re.IGNORECASE
)
_DUPLICATE_WARNING_LIMIT: Final = 50
_NOTE_ID: Final = re.compile(r'<w:footnote\b[^>]*?w:id="(-?\d+)"')
_NOTE_MARK: Final = re.compile(r"<w:footnoteReference\b[^>]*/>")
_FIRST_PARAGRAPH: Final = re.compile(r"<w:p(?: [^>]*)?>(?:<w:pPr>.*?</w:pPr>|<w:pPr/>)?", re.DOTALL)
_PAGE: Final = re.compile(r'<w:pgSz\b[^>]*?w:w="(\d+)"')
_MARGIN: Final = re.compile(r"<w:pgMar\b[^>]*>")


class Rendering:
    """The state of one rendering; it is the `RenderPackage` that values see.

    Args:
        template: What is rendered.
        refuse_illegal: Refuse characters that XML cannot hold instead of leaving them out.
    """

    def __init__(self, template: CompiledTemplate, *, refuse_illegal: bool) -> None:
        self.part = template.package.main
        self.warnings: list[str] = []
        self.marked = False
        self.watermark = ""
        self.template = template
        self._refuse = refuse_illegal
        self._id = template.first_free_id
        self._parts: dict[str, bytes] = {}
        self._relations: dict[str, list[str]] = {}
        self._relation_ids: dict[tuple[str, str, str], str] = {}
        self._media: dict[bytes, str] = {}
        self._overrides: dict[str, str] = {}
        self._defaults: dict[str, str] = {}
        self._numbering: NumberingEdit | None = None
        self._styles: StylesEdit | None = None
        self._footnotes: list[str] = []
        self._next_footnote = 0
        self._properties: dict[str, str] = {}
        self._bookmarks: dict[str, int] = {}
        self._bookmark_names: dict[str, int] = {}
        self._lists: dict[int, int] = {}
        self._list_loops: dict[int, object] = {}
        self._refills: dict[str, Refill] = {}
        self.streams = Streams()
        self._last_section: tuple[str, str] | None = None

    # -- ids -------------------------------------------------------------------------------------

    def next_id(self) -> int:
        """A number not used before in this file."""
        self._id += 1
        return self._id

    def bookmark(self, number: str) -> int:
        """The id of a bookmark of the template that is written again."""
        self._bookmarks[number] = self.next_id()
        return self._bookmarks[number]

    def bookmark_end(self, number: str) -> int:
        """The id that its beginning got."""
        return self._bookmarks.get(number) or self.next_id()

    def bookmark_name(self, name: str) -> str:
        """The name as it is the first time, then with a number."""
        count = self._bookmark_names[name] = self._bookmark_names.get(name, 0) + 1
        return name if count == 1 else f"{name[:32]}_{count}"

    def unique_name(self, pattern: str) -> str:
        """A free part name."""
        number = 1
        while (name := pattern.format(number)) in self._parts or name in self.template.entries:
            number += 1
        return name

    # -- parts and relationships -----------------------------------------------------------------

    def add_part(
        self, name: str, content_type: str, data: bytes, reltype: str, *, source: str | None = None
    ) -> str:
        """Add a part and relate it; see `generator.word.values.RenderPackage`."""
        self._parts[name] = data
        self._overrides[name] = content_type
        return self.relate(name, reltype, source=source)

    def put_part(self, name: str, data: bytes) -> None:
        """Replace a part of the template in this rendering."""
        self._parts[name] = data

    def refill_chart(self, relation: str, figures: Refill) -> None:
        """Fill a chart of the template once all parts are written."""
        chart = self.template.package.relations(self.part).get(relation)
        if chart is None or chart.target not in self.template.entries:
            raise ValueRefused("模板中的图表不完整，缺少图表部件。")
        self._refills[chart.target] = figures

    def _fill_charts(self, rendered: dict[str, str]) -> None:
        package = self.template.package
        for name, figures in self._refills.items():
            xml = rendered.pop(name, None)
            data = document(xml) if xml is not None else self.template.entries[name].unpack()
            chart, workbook = figures.refill(data)
            self.put_part(name, chart)
            for target in package.related(name, "/package"):
                self.put_part(target, workbook)

    def replace_part(self, name: str, data: bytes) -> None:
        """Replace a part; a picture of another format gets its own content type."""
        self.put_part(name, data)
        if name.startswith("word/media/"):
            kind = read_image(data).content_type
            if kind != self.template.package.content_type(name):
                self._overrides[name] = kind

    def relate(self, target: str, reltype: str, *, source: str | None = None) -> str:
        """Relate a part that is there and give the relationship id."""
        origin = self.part if source is None else source
        relative = relpath(target, dirname(origin) or ".")
        return self._relate(origin, reltype, relative, external=False)

    def _relate(self, source: str, reltype: str, target: str, *, external: bool) -> str:
        key = (source, reltype, target)
        if key not in self._relation_ids:
            known = self.template.package.relations(source)
            added = self._relations.setdefault(source, [])
            number = len(known) + len(added) + 1
            while f"rIdW{number}" in known:
                number += 1
            self._relation_ids[key] = f"rIdW{number}"
            added.append(relation_xml(f"rIdW{number}", reltype, target, external=external))
        return self._relation_ids[key]

    def add_image(self, data: bytes) -> str:
        """Add a picture, the same bytes once, and give its relationship id."""
        digest = hashlib.sha256(data).digest()
        name = self._media.get(digest)
        if name is None:
            info = read_image(data)
            name = self.unique_name(f"word/media/wenshu{{}}.{info.extension}")
            self._media[digest] = name
            self._parts[name] = data
            self._defaults[info.extension] = info.content_type
        return self.relate(name, f"{RELATIONSHIPS}/image")

    def add_hyperlink(self, url: str) -> str:
        """Relate an outside address; one of a refused kind gives nothing and a warning."""
        url = self.template.urls.get(url, url)
        if re.fullmatch(r"rId\w*\d+", url):
            self.warnings.append("一处超链接来自另一个模板对象，已只保留文字。")
            return ""
        if not _SAFE_URL.match(url):
            self.warnings.append(f"网址“{url[:60]}”的类型不被允许，已只保留文字。")
            return ""
        return self._relate(self.part, f"{RELATIONSHIPS}/hyperlink", url, external=True)

    # -- numbering and styles --------------------------------------------------------------------

    @property
    def numbering(self) -> NumberingEdit:
        """The numbering part, being added to."""
        if self._numbering is None:
            self._numbering = NumberingEdit(self.template.related_text("/numbering"))
        return self._numbering

    @property
    def styles(self) -> StylesEdit:
        """The styles part, being added to."""
        if self._styles is None:
            self._styles = StylesEdit(self.template.related_text("/styles"))
        return self._styles

    def add_numbering(self, abstract: str, *, starts: Mapping[int, int] | None = None) -> int:
        """A fresh numbering instance of an abstract numbering or of a numbered style."""
        if abstract.lstrip().startswith("<"):
            number: int | str = self.numbering.add_abstract(abstract)
            return self.numbering.add_num(number, starts)
        given = self.styles.numbering(abstract)
        known = self.numbering.abstract_of(given) if given else None
        if known is None:
            raise ValueRefused(f"段落样式“{abstract}”没有编号。")
        return self.numbering.add_num(known, starts)

    def list_number(self, number: int, loop: object = None, fresh: bool = False) -> int:  # noqa: FBT001, FBT002
        """The instance that a numbered paragraph of the template uses in this turn of a loop."""
        again = fresh and number in self._lists
        if loop is not None:
            again = number in self._list_loops and self._list_loops[number] is not loop
            self._list_loops[number] = loop
        if again:
            abstract = self.numbering.abstract_of(str(number))
            if abstract is not None:
                self._lists[number] = self.numbering.add_num(abstract, None)
        return self._lists.setdefault(number, number)

    def has_style(self, style_id: str) -> bool:
        """Whether the template or an earlier call brought this style."""
        return style_id in self.styles.ids

    def style_id(self, name: str, kind: str = "paragraph") -> str | None:
        """The id of the style with that name."""
        return self.styles.by_name.get((kind, name.lower()))

    def ensure_style(self, style: str) -> str:
        """Add a style unless its id is there."""
        return self.styles.ensure(style)

    # -- footnotes, properties, watermark, page --------------------------------------------------

    def add_footnote(self, content: str) -> int:
        """Add a footnote and give its id."""
        if not self._next_footnote:
            known = [int(n) for n in _NOTE_ID.findall(self.template.related_text("/footnotes"))]
            self._next_footnote = max([0, *known])
        self._next_footnote += 1
        text, reference = self._note_styles()
        mark = f'<w:r>{reference}<w:footnoteRef/></w:r><w:r><w:t xml:space="preserve"> </w:t></w:r>'
        first = _FIRST_PARAGRAPH.search(content)
        if first is None:
            content = f"<w:p>{text}{mark}</w:p>{content}"
        else:
            head = first[0] if "<w:pPr" in first[0] else first[0] + text
            content = content[: first.start()] + head + mark + content[first.end() :]
        self._footnotes.append(f'<w:footnote w:id="{self._next_footnote}">{content}</w:footnote>')
        return self._next_footnote

    def _note_styles(self) -> tuple[str, str]:
        text = self.style_id("footnote text")
        reference = self.style_id("footnote reference", "character")
        style = (
            f'<w:rStyle w:val="{reference}"/>'
            if reference
            else ('<w:vertAlign w:val="superscript"/>')
        )
        return (
            f'<w:pPr><w:pStyle w:val="{text}"/></w:pPr>' if text else "",
            f"<w:rPr>{style}</w:rPr>",
        )

    def set_property(self, name: str, value: str) -> None:
        """Set a custom document property."""
        self._properties[name] = value

    def set_watermark(self, text: str) -> None:
        """Put a slanting grey text behind every page."""
        self.watermark = text

    def text_width(self) -> int:
        """Twips between the margins of the last section."""
        xml = self.template.main_section
        page = _PAGE.search(xml)
        margin = _MARGIN.search(xml)
        width = int(page[1]) if page else 11906
        sides = re.findall(r'w:(?:left|right)="(\d+)"', margin[0]) if margin else ["1800", "1800"]
        return width - sum(map(int, sides))

    def new_section(self, kind: str, *, footers: bool = True) -> str:
        """End the section here; see `generator.word.values.RenderPackage`."""
        footer = "" if footers else empty_footer(self, self.template.package.main)
        self._last_section = (kind, footer)
        return section_end(self.template.main_section)

    # -- checks ----------------------------------------------------------------------------------

    def refuse_characters(self, value: str, site: Site) -> None:
        """Refuse, or note, a text with characters that XML cannot hold."""
        shown = " ".join(re.sub("[\0-\x1f\ud800-\udfff\ufffe\uffff]", "?", value[:20]).split())
        problem = f"内容“{shown}”含有不可见的非法字符"
        if self._refuse:
            raise ValueRefused(f"{problem}。", hint="请删去这些字符（多由复制粘贴带入）。")
        if len(self.warnings) < _DUPLICATE_WARNING_LIMIT:
            self.warnings.append(f"{site.tag.place}：标签 {site.tag.source} 的{problem}，已略去。")

    def check_value(self, xml: str, value: object) -> str:
        """A block value's XML, if it is well-formed; notes cannot stand outside of the body."""
        problem = check_fragment(xml) if xml else ""
        if problem:
            name = type(value).__name__
            raise ValueRefused(f"{name} 生成的内容不是正确的 XML：{problem}。")
        if self.part != self.template.package.main and "<w:footnoteReference" in xml:
            self.warnings.append("页眉、页脚和注释中不能再有脚注，已略去脚注标记。")
            xml = _NOTE_MARK.sub("", xml)
        return xml

    # -- the end ---------------------------------------------------------------------------------

    def finish(self, rendered: dict[str, str]) -> dict[str, Entry]:
        """The entries that differ from the template's.

        Args:
            rendered: The rendered parts by name, without declaration.
        """
        self._fill_charts(rendered)
        if self.watermark:
            from generator.word.watermark import add_watermark  # noqa: PLC0415

            add_watermark(self, self.template, rendered, self.watermark)
        if self._last_section is not None:
            main = self.template.package.main
            rendered[main] = last_section_as(rendered[main], *self._last_section)
        changes = self._write_streams(rendered)
        self._add_word_parts(rendered)
        changes |= {name: self._pack(name, document(xml)) for name, xml in rendered.items()}
        for name, data in self._parts.items():
            changes[name] = self._pack(name, data)
        for source, added in self._relations.items():
            name = relations_name(source)
            if name in rendered:
                xml = rendered[name]
            elif name in self.template.entries:
                xml = self.template.package.text(name)
            else:
                xml = ""
            changes[name] = self._pack(name, document(add_relations(xml, added)))
        if self._overrides or self._defaults:
            types = add_types(self.template.package.content_types, self._overrides, self._defaults)
            changes[CONTENT_TYPES] = self._pack(CONTENT_TYPES, document(types))
        return changes

    def _pack(self, name: str, data: bytes) -> Entry:
        return pack(name, data, self.template.level)

    def _write_streams(self, rendered: dict[str, str]) -> dict[str, Entry]:
        """The document part, whose long values are written only now; they add to other parts."""
        name = self.part = self.template.package.main
        if not self.streams.waiting:
            return {}
        portions = chain((DECLARATION.encode(),), self.streams.write(rendered.pop(name), self))
        return {name: pack_stream(name, portions, self.template.level)}

    def _add_word_parts(self, rendered: dict[str, str]) -> None:
        if self._footnotes:
            self._write_footnotes(rendered)
        if self._numbering is not None and self._numbering.changed:
            self._word_part("numbering", self._numbering.xml(), rendered)
        if self._styles is not None and self._styles.added:
            self._word_part("styles", self._styles.xml(), rendered)
        if self._properties:
            self._write_properties(rendered)

    def _word_part(self, kind: str, xml: str, rendered: dict[str, str]) -> None:
        """Put a part that belongs to the document, related anew if the template has none."""
        names = self.template.package.related(self.template.package.main, f"/{kind}")
        if names:
            rendered[names[0]] = xml
            return
        name = f"{dirname(self.template.package.main)}/{kind}.xml".lstrip("/")
        main = self.template.package.main
        self.add_part(name, f"{WORD_TYPE}.{kind}+xml", b"", f"{RELATIONSHIPS}/{kind}", source=main)
        del self._parts[name]
        rendered[name] = xml

    def _write_footnotes(self, rendered: dict[str, str]) -> None:
        names = self.template.package.related(self.template.package.main, "/footnotes")
        xml = rendered.get(names[0]) if names else None
        if xml is None:
            xml = self.template.related_text("/footnotes") or EMPTY_FOOTNOTES
        end = xml.rfind("</w:footnotes>")
        self._word_part("footnotes", xml[:end] + "".join(self._footnotes) + xml[end:], rendered)

    def _write_properties(self, rendered: dict[str, str]) -> None:
        name = properties.CUSTOM_PART
        known = self.template.package.related("", "/custom-properties")
        name = known[0] if known else name
        old = rendered.get(name)
        if old is None:
            old = self.template.package.text(name) if name in self.template.entries else ""
        if not known:
            self._overrides[name] = properties.CUSTOM_TYPE
            self._relate("", properties.CUSTOM_RELATION, name, external=False)
        rendered[name] = properties.set_properties(old, self._properties)

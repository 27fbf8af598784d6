"""A document inside the document: built with python-docx's calls, or a whole .docx file."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any, Final

from generator.word.package import WordPackage, read_bytes
from generator.word.parts import RELATIONSHIPS
from generator.word.tokens import (
    NAMESPACES,
    Element,
    attribute,
    parse_fragment,
    set_attribute,
    to_xml,
)

if TYPE_CHECKING:
    from generator.word.package import Relation
    from generator.word.values import RenderPackage

_RELATED: Final = re.compile(r'\br:(?:id|embed|link|pict|dm|lo|qs|cs|href)="([^"]+)"')
_IGNORABLE: Final = re.compile(r'mc:Ignorable="([^"]*)"')
_DECLARED: Final = re.compile(r'xmlns:([\w.-]+)="([^"]*)"')
_STYLE_KINDS: Final = {"w:pStyle": "paragraph", "w:rStyle": "character", "w:tblStyle": "table"}
_STYLE_LINKS: Final = {"w:basedOn", "w:next", "w:link"}
_DROPPED: Final = frozenset(
    {
        *("w:headerReference", "w:footerReference", "w:commentRangeStart", "w:commentRangeEnd"),
        *("w:commentReference", "w:annotationRef", "w:proofErr", "w:lastRenderedPageBreak"),
    }
)
_PROPERTIES: Final = {"paragraph": "w:p", "character": "w:r", "table": "w:tbl"}


class SubDocument:
    """A document to insert with ``{{p x }}``.

    Without a source it is empty and takes python-docx's calls (``add_paragraph``, ``add_heading``,
    ``add_table``, ``add_picture`` …); the template's styles are at hand when `template` is given,
    as `WordTemplate.new_subdoc` does. With a source, the whole file's content is taken over with
    its lists, pictures, charts, notes and styles; styles of the same name are the template's.

    Args:
        source: A .docx as path, bytes or open file.
        template: The template's bytes, whose styles a built one uses.
    """

    def __init__(self, source: object = None, *, template: bytes | None = None) -> None:
        self._data = read_bytes(source) if source is not None else None
        self._main: str | None = None
        self._document: Any = None
        if self._data is None:
            self._document = _empty_document(template)

    @classmethod
    def from_parts(cls, body: Any, part: Any) -> SubDocument:
        """From a python-docx body element and the document part its relationships belong to."""
        from lxml import etree  # noqa: PLC0415

        buffer = io.BytesIO()
        part.package.save(buffer)
        result = cls(buffer.getvalue())
        inner = etree.tostring(body, encoding="unicode")
        names = re.sub(r"\sxmlns:[\w.-]+=\"[^\"]*\"", "", re.match(r"<w:body[^>]*>", inner)[0])  # type: ignore[index]
        declared = re.match(r"<w:body([^>]*)>", inner)
        assert declared is not None
        result._main = f"<w:document{declared[1]}>{names}{inner[declared.end() :]}</w:document>"
        return result

    def __getattr__(self, name: str) -> Any:
        document = self.__dict__.get("_document")
        if document is None or name.startswith("__"):
            raise AttributeError(name)
        return getattr(document, name)

    def to_wordml(self, package: RenderPackage) -> str:
        """The content, with everything it needs added to the package."""
        if self._document is not None:
            buffer = io.BytesIO()
            self._document.save(buffer)
            data = buffer.getvalue()
        else:
            assert self._data is not None
            data = self._data
        source = WordPackage(data)
        xml = self._main or source.text(source.main)
        return _Importer(package, source).convert(xml)


def _empty_document(template: bytes | None) -> Any:
    from docx import Document  # noqa: PLC0415

    document = Document(io.BytesIO(template)) if template is not None else Document()
    body = document.element.body
    for child in list(body):
        if not child.tag.endswith("}sectPr"):
            body.remove(child)
    return document


class _Importer:
    """Takes the content of one .docx over into the package of a rendering."""

    def __init__(self, package: RenderPackage, source: WordPackage) -> None:
        self._package = package
        self._source = source
        self._relations: dict[tuple[str, str], str] = {}
        self._styles: dict[tuple[str, str], str] = {}
        self._numbers: dict[str, int] = {}
        self._bookmarks: dict[str, int] = {}
        self._ignorable: frozenset[str] = frozenset()
        self._style_xml = {
            (attribute(style, "w:type") or "paragraph", attribute(style, "w:styleId") or ""): style
            for style in self._part("/styles").elements()
            if style.name == "w:style"
        }
        self._numbering = self._part("/numbering")

    def _part(self, kind: str) -> Element:
        names = self._source.related(self._source.main, kind)
        if not names or names[0] not in self._source.entries:
            return Element("")
        return next(parse_fragment(self._source.text(names[0])).elements())

    def convert(self, xml: str) -> str:
        """The body's content as it stands in the new package."""
        root = next(parse_fragment(xml).elements())
        match = _IGNORABLE.search(root.open)
        self._ignorable = frozenset(match[1].split()) if match else frozenset()
        declared = dict(_DECLARED.findall(root.open))
        body = root.find("w:body")
        if body is None:
            return ""
        blocks = [child for child in body.elements() if child.name != "w:sectPr"]
        parts = []
        for block in blocks:
            self._convert(block, self._source.main)
            _declare(block, declared)
            parts.append(to_xml(block))
        return "".join(parts)

    def _convert(self, element: Element, part: str) -> None:
        self._attributes(element, part)
        name = element.name
        if name in _STYLE_KINDS:
            style = attribute(element, "w:val") or ""
            set_attribute(element, "w:val", self._style(_STYLE_KINDS[name], style))
        elif name == "w:numId":
            set_attribute(element, "w:val", str(self._number(attribute(element, "w:val") or "0")))
        elif name in {"wp:docPr", "pic:cNvPr"}:
            set_attribute(element, "id", str(self._package.next_id()))
        elif name in {"w:bookmarkStart", "w:bookmarkEnd"}:
            number = attribute(element, "w:id") or "0"
            if name == "w:bookmarkStart" or number not in self._bookmarks:
                self._bookmarks[number] = self._package.next_id()
            set_attribute(element, "w:id", str(self._bookmarks[number]))
        elif name in {"w:footnoteReference", "w:endnoteReference"}:
            self._note(element)
        element.children = [child for child in element.children if self._wanted(child, name)]
        for child in element.elements():
            self._convert(child, part)

    def _wanted(self, child: object, parent: str) -> bool:
        if not isinstance(child, Element):
            return True
        if child.name in _DROPPED or (parent == "w:sdtPr" and child.name == "w:id"):
            return False
        prefix = child.name.partition(":")[0]
        return prefix not in self._ignorable or parent in {"mc:Choice", "a:ext", "a:graphicData"}

    def _attributes(self, element: Element, part: str) -> None:
        if not element.open:
            return
        text = re.sub(r'\sw:rsid\w*="[^"]*"', "", element.open)
        for prefix in self._ignorable:
            if f"{prefix}:" in text:
                text = re.sub(rf'\s{re.escape(prefix)}:\w+="[^"]*"', "", text)
        element.open = _RELATED.sub(
            lambda match: match[0].replace(f'"{match[1]}"', f'"{self._relate(part, match[1])}"'),
            text,
        )

    # -- styles ----------------------------------------------------------------------------------

    def _style(self, kind: str, style_id: str) -> str:
        """The id in the new package: of the style with that name, else of a copy."""
        key = (kind, style_id)
        if key in self._styles:
            return self._styles[key]
        style = self._style_xml.get(key)
        if style is None:
            return style_id
        name = style.find("w:name")
        known = self._package.style_id(attribute(name, "w:val") or "", kind) if name else None
        if known is not None:
            self._styles[key] = known
            return known
        new = style_id
        while self._package.has_style(new):
            new += "_"
        self._styles[key] = new
        self._package.ensure_style(self._copied_style(style, kind, new))
        return new

    def _copied_style(self, style: Element, kind: str, new: str) -> str:
        copy = next(parse_fragment(to_xml(style)).elements())
        set_attribute(copy, "w:styleId", new)
        copy.open = re.sub(r'\sw:(?:default|customStyle)="[^"]*"', "", copy.open)
        copy.open += ' w:customStyle="1"'
        for child in copy.elements():
            if child.name in _STYLE_LINKS:
                value = attribute(child, "w:val") or ""
                other = {"paragraph": "character", "character": "paragraph"}.get(kind, kind)
                linked = other if child.name == "w:link" else kind
                set_attribute(child, "w:val", self._style(linked, value))
            elif child.name == "w:pPr":
                self._convert(child, self._source.main)
        copy.children = [
            child
            for child in copy.children
            if not isinstance(child, Element) or self._wanted(child, "w:style")
        ]
        return to_xml(copy)

    # -- numbering -------------------------------------------------------------------------------

    def _number(self, number: str) -> int:
        if number not in self._numbers:
            self._numbers[number] = 0
            self._numbers[number] = self._copy_number(number)
        return self._numbers[number]

    def _copy_number(self, number: str) -> int:
        instance = self._find("w:num", "w:numId", number)
        link = instance.find("w:abstractNumId") if instance else None
        abstract = (
            self._find("w:abstractNum", "w:abstractNumId", attribute(link, "w:val") or "")
            if link
            else None
        )
        if instance is None or abstract is None:
            return 0
        copy = next(parse_fragment(to_xml(abstract)).elements())
        self._strip_numbering(copy)
        starts = {}
        for override in instance.elements():
            start = override.find("w:startOverride") if override.name == "w:lvlOverride" else None
            if start is not None:
                starts[int(attribute(override, "w:ilvl") or 0)] = int(
                    attribute(start, "w:val") or 1
                )
        return self._package.add_numbering(to_xml(copy), starts=starts or None)

    def _strip_numbering(self, abstract: Element) -> None:
        """Leave out what ties an abstract numbering to styles of the other file and to pictures."""
        abstract.children = [
            child
            for child in abstract.children
            if not (isinstance(child, Element) and child.name in {"w:styleLink", "w:numStyleLink"})
        ]
        self._attributes(abstract, self._source.main)
        for level in abstract.elements():
            self._attributes(level, self._source.main)
            level.open = re.sub(r'\sw15:\w+="[^"]*"', "", level.open)
            level.children = [
                child
                for child in level.children
                if not (
                    isinstance(child, Element) and child.name in {"w:pStyle", "w:lvlPicBulletId"}
                )
            ]
        abstract.open = re.sub(r'\sw15:\w+="[^"]*"', "", abstract.open)

    def _find(self, name: str, key: str, value: str) -> Element | None:
        return next(
            (
                child
                for child in self._numbering.elements()
                if child.name == name and attribute(child, key) == value
            ),
            None,
        )

    # -- notes -----------------------------------------------------------------------------------

    def _note(self, reference: Element) -> None:
        """Take a note over; endnotes become footnotes."""
        kind = reference.name.removeprefix("w:").removesuffix("Reference")
        names = self._source.related(self._source.main, f"/{kind}s")
        number = attribute(reference, "w:id") or ""
        notes = self._part(f"/{kind}s")
        note = next((n for n in notes.elements() if attribute(n, "w:id") == number), None)
        if note is None or not names:
            return
        for child in note.elements():
            self._convert(child, names[0])
        content = re.sub(
            r"<w:r>(?:<w:rPr>(?:(?!</w:r>).)*</w:rPr>)?<w:(?:footnote|endnote)Ref/></w:r>",
            "",
            "".join(to_xml(child) for child in note.elements()),
        )
        set_attribute(reference, "w:id", str(self._package.add_footnote(content)))
        reference.name = "w:footnoteReference"

    # -- related parts ---------------------------------------------------------------------------

    def _relate(self, part: str, number: str) -> str:
        key = (part, number)
        if key not in self._relations:
            relation = self._source.relations(part).get(number)
            self._relations[key] = self._copy(relation) if relation else number
        return self._relations[key]

    def _copy(self, relation: Relation, source: str | None = None) -> str:
        """Copy what a relationship points to; give the new id."""
        if relation.external:
            return self._package.add_hyperlink(relation.target) or relation.id
        if relation.target not in self._source.entries:
            return relation.id
        data = self._source.read(relation.target)
        if relation.type == f"{RELATIONSHIPS}/image" and source is None:
            try:
                return self._package.add_image(data)
            except Exception:  # noqa: BLE001, S110 (a format Word knows and we do not: as it is)
                pass
        name = self._package.unique_name(re.sub(r"\d*(\.\w+)$", r"s{}\1", relation.target))
        kind = self._source.content_type(relation.target)
        new = self._package.add_part(name, kind, data, relation.type, source=source)
        inner = self._source.relations(relation.target)
        if inner:
            ids = {old: self._copy(each, name) for old, each in inner.items() if not each.external}
            text = data.decode("utf-8")
            text = _RELATED.sub(
                lambda match: match[0].replace(f'"{match[1]}"', f'"{ids.get(match[1], match[1])}"'),
                text,
            )
            self._package.add_part(name, kind, text.encode("utf-8"), relation.type, source=source)
        return new


def _declare(block: Element, declared: dict[str, str]) -> None:
    """Declare on a block the prefixes that only the other file knows."""
    xml = to_xml(block)
    for prefix, uri in declared.items():
        if prefix not in NAMESPACES and f"{prefix}:" in xml:
            block.open += f' xmlns:{prefix}="{uri}"'

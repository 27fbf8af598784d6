"""The styles of a booklet: those of all its parts, each definition once.

Parts made from different templates use the same names for different looks (`heading 1`, `Normal`).
The first part's definitions keep their names; what another part defines otherwise gets a name of
its own, and that part's paragraphs are led to it. Differences of the document's defaults are
written into the styles, so that a line looks as it does in the part on its own.
"""

from __future__ import annotations

import io
import re
import zipfile
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from generator.booklet_copies import W, copied_number, fill, get, tag

_STYLES: Final = "word/styles.xml"
_NUMBERING: Final = "word/numbering.xml"
_TEXTS: Final = re.compile(r"word/(?:document|header\d*|footer\d*|footnotes|endnotes)\.xml")
_USES: Final = re.compile(r'<w:(pStyle|rStyle|tblStyle) w:val="([^"]*)"')
_KIND_OF: Final = {"pStyle": "paragraph", "rStyle": "character", "tblStyle": "table"}
_PLAIN_PARAGRAPH: Final = re.compile(
    r"<w:p(?P<open>(?: [^>]*[^/>])?)>(?:<w:pPr>(?!<w:pStyle)|(?P<none><w:pPr/>)|(?!<w:pPr>))"
    r"|<w:p(?P<empty>(?: [^>]*)?)/>"
)
_NO_STYLES: Final = f'<w:styles xmlns:w="{W}"/>'.encode()

_Key = tuple[str, str]


@dataclass(slots=True)
class _Sheet:
    """The style sheet of one part, ready to be compared."""

    number: int
    root: etree._Element
    numbering: etree._Element | None
    styles: dict[_Key, etree._Element] = field(default_factory=dict)
    defaults: bytes = b""
    numbers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, number: int, styles: bytes, numbering: bytes | None) -> _Sheet:
        root = etree.fromstring(styles, _parser())
        tree = etree.fromstring(numbering, _parser()) if numbering else None
        found = {
            (get(style, "type") or "paragraph", get(style, "styleId")): style
            for style in root.iter(tag("style"))
        }
        defaults = root.find(tag("docDefaults"))
        text = b"" if defaults is None else etree.tostring(defaults, method="c14n")
        return cls(number, root, tree, found, text)

    def looks(self, key: _Key) -> bytes:
        """Everything that decides how a style looks: itself, what it is based on, the defaults."""
        parts = [self.defaults if key[0] == "paragraph" else b""]
        seen: set[_Key] = set()
        while key in self.styles and key not in seen:
            seen.add(key)
            style = self.styles[key]
            parts += [
                etree.tostring(child, method="c14n")
                for child in style
                if isinstance(child.tag, str) and child.tag.rpartition("}")[2] in _LOOK
            ]
            if style.find(f"{tag('pPr')}/{tag('numPr')}") is not None:
                parts.append(b"#%d" % self.number)  # numbers do not run on from part to part
            key = (key[0], get(style.find(tag("basedOn"))))
        return b"\0".join(parts)

    def default(self, kind: str) -> str:
        """The id of the style of what names none."""
        for (its_kind, style_id), style in self.styles.items():
            if its_kind == kind and get(style, "default") in {"1", "true", "on"}:
                return style_id
        return ""


_LOOK: Final = frozenset({"pPr", "rPr", "tblPr", "trPr", "tcPr", "tblStylePr"})


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True)


class Looks:
    """The style sheet that grows as parts are taken in."""

    def __init__(self) -> None:
        self._base: _Sheet | None = None
        self._known: dict[_Key, dict[bytes, str]] = {}
        self._ids: set[str] = set()
        self._seen: dict[tuple[bytes, bytes | None], dict[_Key, str]] = {}
        self._parts = 0

    def take(self, data: bytes) -> bytes:
        """A part as it goes into the booklet: its uses of styles lead to the right ones."""
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if _STYLES not in names:
                return data
            styles = archive.read(_STYLES)
            numbering = archive.read(_NUMBERING) if _NUMBERING in names else None
            changes = self._changes(styles, numbering)
            entries = {name: archive.read(name) for name in names}
        for name in names:
            if _TEXTS.fullmatch(name):
                entries[name] = _led(entries[name].decode(), changes).encode()
        entries[_STYLES] = _NO_STYLES  # every id is the booklet's now
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
            for name, content in entries.items():
                archive.writestr(zipfile.ZipInfo(name), content)
        return buffer.getvalue()

    def dress(self) -> dict[str, bytes]:
        """The style sheet and the numbering for the booklet."""
        if self._base is None:
            return {}
        found = {_STYLES: _written(self._base.root)}
        if self._base.numbering is not None:
            found[_NUMBERING] = _written(self._base.numbering)
        return found

    def _changes(self, styles: bytes, numbering: bytes | None) -> dict[_Key, str]:
        """The new ids of a part's styles; under `(paragraph, "")` that of bare paragraphs."""
        known = self._seen.get((styles, numbering))
        if known is not None:
            return known
        sheet = _Sheet.read(self._parts, styles, numbering)
        self._parts += 1
        ids = {key: self._place(sheet, key) for key in sheet.styles}
        if self._base is None:
            self._base = sheet
        else:
            self._add_new(sheet, ids)
        changes = {key: new for key, new in ids.items() if new != key[1]}
        for kind in ("paragraph", "table"):
            mine = ids.get((kind, sheet.default(kind)), "")
            if mine and mine != self._base.default(kind):
                changes[kind, ""] = mine
        if not any(style.find(f".//{tag('numPr')}") is not None for style in sheet.root):
            self._seen[styles, numbering] = changes
        return changes

    def _place(self, sheet: _Sheet, key: _Key) -> str:
        """The id under which a style stands in the booklet; a new one where it looks new."""
        kind, style_id = key
        name = get(sheet.styles[key].find(tag("name")))
        variants = self._known.setdefault((kind, name), {})
        looks = sheet.looks(key)
        if looks not in variants:
            new, count = style_id, len(variants) + 1
            while new in self._ids:
                new = f"{style_id}_{count}"
                count += 1
            self._ids.add(new)
            variants[looks] = new
        return variants[looks]

    # -- taking in -------------------------------------------------------------------------------

    def _add_new(self, sheet: _Sheet, ids: dict[_Key, str]) -> None:
        assert self._base is not None
        there = set(self._base.styles)
        for key, new in ids.items():
            if (key[0], new) in there:
                continue
            style = deepcopy(sheet.styles[key])
            style.set(tag("styleId"), new)
            style.attrib.pop(tag("default"), "")
            self._rename(style, key[0])
            self._relink(style, key[0], ids)
            self._bake(style, key[0], sheet)
            self._number(style, sheet, ids)
            self._base.root.append(style)
            self._base.styles[key[0], new] = style
            there.add((key[0], new))

    def _rename(self, style: etree._Element, kind: str) -> None:
        """A name of its own where the booklet has that name already."""
        assert self._base is not None
        name = style.find(tag("name"))
        if name is None:
            return
        taken = {
            get(other.find(tag("name"))).lower()
            for (its_kind, _), other in self._base.styles.items()
            if its_kind == kind
        }
        old, count = get(name), 2
        while get(name).lower() in taken:
            name.set(tag("val"), f"{old} {count}")
            count += 1
        if count > 2:
            style.set(tag("customStyle"), "1")
            for child in style.findall(tag("aliases")):
                style.remove(child)

    @staticmethod
    def _relink(style: etree._Element, kind: str, ids: dict[_Key, str]) -> None:
        other = {"paragraph": "character", "character": "paragraph"}.get(kind, kind)
        for name, linked in (("basedOn", kind), ("next", kind), ("link", other)):
            child = style.find(tag(name))
            if child is None:
                continue
            new = ids.get((linked, get(child)))
            if new is None or name == "link":  # a link must be mutual; it only eases editing
                style.remove(child)
            else:
                child.set(tag("val"), new)

    def _bake(self, style: etree._Element, kind: str, sheet: _Sheet) -> None:
        """Write a part's defaults into its basic paragraph styles where they are not the base's."""
        assert self._base is not None
        if (
            kind != "paragraph"
            or style.find(tag("basedOn")) is not None
            or sheet.defaults == self._base.defaults
        ):
            return
        for name in ("pPr", "rPr"):
            theirs = sheet.root.find(f"{tag('docDefaults')}/{tag(name + 'Default')}/{tag(name)}")
            ours = self._base.root.find(f"{tag('docDefaults')}/{tag(name + 'Default')}/{tag(name)}")
            if theirs is None:
                continue
            fill(style, name, theirs, ours)

    def _number(self, style: etree._Element, sheet: _Sheet, ids: dict[_Key, str]) -> None:
        """Take over the numbering that a style carries, once for all levels of a part."""
        assert self._base is not None
        number = style.find(f"{tag('pPr')}/{tag('numPr')}/{tag('numId')}")
        if number is None or get(number) == "0":
            return
        old = get(number)
        if old not in sheet.numbers:
            styles = {style_id: new for (kind, style_id), new in ids.items() if kind == "paragraph"}
            self._base.numbering, sheet.numbers[old] = copied_number(
                sheet.numbering, self._base.numbering, old, styles
            )
        number.set(tag("val"), sheet.numbers[old] or "0")


def _led(text: str, changes: dict[_Key, str]) -> str:
    """The text of a part with its uses of styles renamed, bare paragraphs given their style."""
    if not changes:
        return text

    def renamed(match: re.Match[str]) -> str:
        new = changes.get((_KIND_OF[match[1]], match[2]))
        return match[0] if new is None else f'<w:{match[1]} w:val="{new}"'

    text = _USES.sub(renamed, text)
    if bare := changes.get(("paragraph", "")):
        style = f'<w:pStyle w:val="{bare}"/>'

        def styled(match: re.Match[str]) -> str:
            if match["empty"] is not None:
                return f"<w:p{match['empty']}><w:pPr>{style}</w:pPr></w:p>"
            if match[0].endswith("<w:pPr>"):
                return match[0] + style
            return f"<w:p{match['open']}><w:pPr>{style}</w:pPr>"

        text = _PLAIN_PARAGRAPH.sub(styled, text)
    if table := changes.get(("table", "")):
        text = re.sub(r"<w:tblPr>(?!<w:tblStyle)", f'<w:tblPr><w:tblStyle w:val="{table}"/>', text)
    return text


def _written(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)

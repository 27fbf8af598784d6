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

_W: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_STYLES: Final = "word/styles.xml"
_NUMBERING: Final = "word/numbering.xml"
_TEXTS: Final = re.compile(r"word/(?:document|header\d*|footer\d*|footnotes|endnotes)\.xml")
_USES: Final = re.compile(r'<w:(pStyle|rStyle|tblStyle) w:val="([^"]*)"')
_KIND_OF: Final = {"pStyle": "paragraph", "rStyle": "character", "tblStyle": "table"}
_PLAIN_PARAGRAPH: Final = re.compile(
    r"<w:p(?P<open>(?: [^>]*[^/>])?)>(?:<w:pPr>(?!<w:pStyle)|(?P<none><w:pPr/>)|(?!<w:pPr>))"
    r"|<w:p(?P<empty>(?: [^>]*)?)/>"
)
_NO_STYLES: Final = f'<w:styles xmlns:w="{_W}"/>'.encode()

_Key = tuple[str, str]


def _tag(name: str) -> str:
    return f"{{{_W}}}{name}"


def _get(element: etree._Element | None, name: str = "val") -> str:
    return "" if element is None else str(element.get(_tag(name)) or "")


@dataclass(slots=True)
class _Sheet:
    """The style sheet of one part, ready to be compared."""

    number: int
    root: etree._Element
    numbering: etree._Element | None
    styles: dict[_Key, etree._Element] = field(default_factory=dict)
    defaults: bytes = b""

    @classmethod
    def read(cls, number: int, styles: bytes, numbering: bytes | None) -> _Sheet:
        root = etree.fromstring(styles, _parser())
        tree = etree.fromstring(numbering, _parser()) if numbering else None
        found = {
            (_get(style, "type") or "paragraph", _get(style, "styleId")): style
            for style in root.iter(_tag("style"))
        }
        defaults = root.find(_tag("docDefaults"))
        text = b"" if defaults is None else etree.tostring(defaults, method="c14n")
        return cls(number, root, tree, found, text)

    def looks(self, key: _Key) -> bytes:
        """Everything that decides how a style looks: itself, what it is based on, the defaults."""
        parts = [self.defaults if key[0] == "paragraph" else b""]
        seen: set[_Key] = set()
        while key in self.styles and key not in seen:
            seen.add(key)
            style = self.styles[key]
            for child in style:
                if isinstance(child.tag, str) and child.tag.rpartition("}")[2] in _LOOK:
                    parts.append(etree.tostring(child, method="c14n"))
            if style.find(f"{_tag('pPr')}/{_tag('numPr')}") is not None:
                parts.append(b"#%d" % self.number)  # numbers do not run on from part to part
            key = (key[0], _get(style.find(_tag("basedOn"))))
        return b"\0".join(parts)

    def default(self, kind: str) -> str:
        """The id of the style of what names none."""
        for (its_kind, style_id), style in self.styles.items():
            if its_kind == kind and _get(style, "default") in {"1", "true", "on"}:
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
        if not any(style.find(f".//{_tag('numPr')}") is not None for style in sheet.root):
            self._seen[styles, numbering] = changes
        return changes

    def _place(self, sheet: _Sheet, key: _Key) -> str:
        """The id under which a style stands in the booklet; a new one where it looks new."""
        kind, style_id = key
        name = _get(sheet.styles[key].find(_tag("name")))
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
            style.set(_tag("styleId"), new)
            style.attrib.pop(_tag("default"), None)
            self._rename(style, key[0])
            self._relink(style, key[0], ids)
            self._bake(style, key[0], sheet)
            self._number(style, sheet)
            self._base.root.append(style)
            self._base.styles[key[0], new] = style
            there.add((key[0], new))

    def _rename(self, style: etree._Element, kind: str) -> None:
        """A name of its own where the booklet has that name already."""
        assert self._base is not None
        name = style.find(_tag("name"))
        if name is None:
            return
        taken = {
            _get(other.find(_tag("name"))).lower()
            for (its_kind, _), other in self._base.styles.items()
            if its_kind == kind
        }
        old, count = _get(name), 2
        while _get(name).lower() in taken:
            name.set(_tag("val"), f"{old} {count}")
            count += 1
        if count > 2:
            style.set(_tag("customStyle"), "1")
            for child in style.findall(_tag("aliases")):
                style.remove(child)

    @staticmethod
    def _relink(style: etree._Element, kind: str, ids: dict[_Key, str]) -> None:
        other = {"paragraph": "character", "character": "paragraph"}.get(kind, kind)
        for name, linked in (("basedOn", kind), ("next", kind), ("link", other)):
            child = style.find(_tag(name))
            if child is None:
                continue
            new = ids.get((linked, _get(child)))
            if new is None or name == "link":  # a link must be mutual; it only eases editing
                style.remove(child)
            else:
                child.set(_tag("val"), new)

    def _bake(self, style: etree._Element, kind: str, sheet: _Sheet) -> None:
        """Write a part's defaults into its basic paragraph styles where they are not the base's."""
        assert self._base is not None
        if (
            kind != "paragraph"
            or style.find(_tag("basedOn")) is not None
            or sheet.defaults == self._base.defaults
        ):
            return
        for name in ("pPr", "rPr"):
            theirs = sheet.root.find(f"{_tag('docDefaults')}/{_tag(name + 'Default')}/{_tag(name)}")
            ours = self._base.root.find(
                f"{_tag('docDefaults')}/{_tag(name + 'Default')}/{_tag(name)}"
            )
            if theirs is None:
                continue
            _fill(style, name, theirs, ours)

    def _number(self, style: etree._Element, sheet: _Sheet) -> None:
        """Take over the numbering that a style carries."""
        assert self._base is not None
        number = style.find(f"{_tag('pPr')}/{_tag('numPr')}/{_tag('numId')}")
        if number is None or _get(number) == "0":
            return
        new = _copied_number(sheet.numbering, self._base, _get(number), _get(style, "styleId"))
        if new:
            number.set(_tag("val"), new)
        else:
            properties = style.find(_tag("pPr"))
            assert properties is not None
            properties.remove(properties.find(_tag("numPr")))  # type: ignore[arg-type]


def _fill(
    style: etree._Element, name: str, theirs: etree._Element, ours: etree._Element | None
) -> None:
    """Put default properties into a style where it says nothing itself."""
    same = {etree.tostring(one, method="c14n") for one in (ours if ours is not None else ())}
    target = style.find(_tag(name))
    if target is None:
        target = etree.Element(_tag(name))
        order = ("rPr",) if name == "pPr" else ()
        before = next((child for child in style if child.tag in map(_tag, (*order, "tblPr"))), None)
        if before is None:
            style.append(target)
        else:
            before.addprevious(target)
    present = {child.tag for child in target}
    added = [
        deepcopy(one)
        for one in theirs
        if one.tag not in present and etree.tostring(one, method="c14n") not in same
    ]
    children = [*target, *added]
    order_of = _RUN_ORDER if name == "rPr" else _PARAGRAPH_ORDER
    children.sort(key=lambda one: order_of.get(str(one.tag).rpartition("}")[2], 99))
    target[:] = children


def _order(names: str) -> dict[str, int]:
    return {name: at for at, name in enumerate(names.split())}


_RUN_ORDER: Final = _order(
    "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof "
    "snapToGrid vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd "
    "fitText vertAlign rtl cs em lang eastAsianLayout specVanish oMath"
)
_PARAGRAPH_ORDER: Final = _order(
    "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr "
    "shd tabs suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE "
    "autoSpaceDN bidi adjustRightInd snapToGrid spacing ind contextualSpacing mirrorIndents "
    "suppressOverlap jc textDirection textAlignment textboxTightWrap outlineLvl divId cnfStyle rPr "
    "sectPr pPrChange"
)


def _copied_number(
    numbering: etree._Element | None, base: _Sheet, number: str, style_id: str
) -> str:
    """A numbering of a part in the booklet; its new id, empty where there is none."""
    if numbering is None:
        return ""
    instance = next((n for n in numbering.iter(_tag("num")) if _get(n, "numId") == number), None)
    link = None if instance is None else instance.find(_tag("abstractNumId"))
    abstract = next(
        (a for a in numbering.iter(_tag("abstractNum")) if _get(a, "abstractNumId") == _get(link)),
        None,
    )
    if abstract is None or instance is None:
        return ""
    if base.numbering is None:
        base.numbering = etree.fromstring(f'<w:numbering xmlns:w="{_W}"/>')
    abstracts, numbers = (
        [int(_get(one, key) or 0) for one in base.numbering.iter(_tag(name))]
        for name, key in (("abstractNum", "abstractNumId"), ("num", "numId"))
    )
    copy, use = deepcopy(abstract), deepcopy(instance)
    new_abstract, new = str(max(abstracts, default=-1) + 1), str(max(numbers, default=0) + 1)
    copy.set(_tag("abstractNumId"), new_abstract)
    for name in ("nsid", "styleLink", "numStyleLink"):
        for child in copy.findall(_tag(name)):
            copy.remove(child)
    for level in copy.iter(_tag("pStyle")):
        level.set(_tag("val"), style_id)
    for picture in list(copy.iter(_tag("lvlPicBulletId"))):
        picture.getparent().remove(picture)  # type: ignore[union-attr]
    use.set(_tag("numId"), new)
    use.find(_tag("abstractNumId")).set(_tag("val"), new_abstract)  # type: ignore[union-attr]
    first = base.numbering.find(_tag("num"))
    if first is None:
        base.numbering.append(copy)
    else:
        first.addprevious(copy)
    last = base.numbering.findall(_tag("num"))
    (last[-1] if last else copy).addnext(use)
    return new


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

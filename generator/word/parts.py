"""Small edits of the parts that a rendering may add to: relationships, types, numbering, styles."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from generator.word.richtext import quote
from generator.word.tokens import DECLARATION, XMLNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

RELATIONSHIPS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE_RELATIONSHIPS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
WORD_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_STYLE_ID: Final = re.compile(r'<w:style\b[^>]*?w:styleId="([^"]*)"')
_STYLE: Final = re.compile(r"<w:style\b[^>]*>.*?</w:style>", re.DOTALL)
_STYLE_NAME: Final = re.compile(r'<w:name\b[^>]*?w:val="([^"]*)"')
_STYLE_TYPE: Final = re.compile(r'<w:style\b[^>]*?w:type="(\w+)"')
_NUM_ID: Final = re.compile(r'<w:num\b[^>]*?w:numId="(\d+)"')
_ABSTRACT_ID: Final = re.compile(r'<w:abstractNum\b[^>]*?w:abstractNumId="(\d+)"')
_LEVEL_START: Final = re.compile(
    r'<w:lvl\b[^>]*?w:ilvl="(\d)"[^>]*>(?:(?!</w:lvl>).)*?<w:start\b[^>]*?w:val="(\d+)"', re.DOTALL
)
_FIRST_NUM: Final = re.compile(r"<w:num[ >]|<w:numIdMacAtCleanup|</w:numbering>")
_LAST_NUM: Final = re.compile(r"<w:numIdMacAtCleanup|</w:numbering>")

EMPTY_NUMBERING: Final = f"<w:numbering {XMLNS}></w:numbering>"
EMPTY_STYLES: Final = f"<w:styles {XMLNS}></w:styles>"
_SEPARATORS: Final = (
    '<w:{0} w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:{0}>'
    '<w:{0} w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/></w:r>'
    "</w:p></w:{0}>"
)
EMPTY_FOOTNOTES: Final = f"<w:footnotes {XMLNS}>{_SEPARATORS.format('footnote')}</w:footnotes>"


def document(xml: str) -> bytes:
    """A part's bytes from its source."""
    return (DECLARATION + xml).encode("utf-8")


def relation_xml(number: str, reltype: str, target: str, *, external: bool = False) -> str:
    """One ``Relationship``."""
    mode = ' TargetMode="External"' if external else ""
    return f'<Relationship Id="{number}" Type="{reltype}" Target="{quote(target)}"{mode}/>'


def add_relations(xml: str, relations: Iterable[str]) -> str:
    """A relationships part with more of them; an empty source makes a new part."""
    added = "".join(relations)
    if not xml:
        return f'<Relationships xmlns="{PACKAGE_RELATIONSHIPS}">{added}</Relationships>'
    return _insert_before_end(xml, "Relationships", added)


def _insert_before_end(xml: str, name: str, added: str) -> str:
    end = xml.rfind(f"</{name}>")
    if end >= 0:
        return xml[:end] + added + xml[end:]
    start = xml.rfind("/>")
    return f"{xml[:start]}>{added}</{name}>"


def add_types(xml: str, overrides: Mapping[str, str], defaults: Mapping[str, str]) -> str:
    """``[Content_Types].xml`` with more parts and extensions."""
    known = {match.lower() for match in re.findall(r'Extension="([^"]*)"', xml)}
    added = "".join(
        f'<Default Extension="{extension}" ContentType="{kind}"/>'
        for extension, kind in defaults.items()
        if extension not in known
    )
    added += "".join(
        f'<Override PartName="/{quote(name)}" ContentType="{kind}"/>'
        for name, kind in overrides.items()
        if f'PartName="/{quote(name)}"' not in xml
    )
    return _insert_before_end(xml, "Types", added)


_ON_NORMAL: Final = '<w:basedOn w:val="Normal"/>'


class NumberingEdit:
    """``numbering.xml`` with instances added: all abstract ones before all instances."""

    def __init__(self, xml: str) -> None:
        self._xml = xml or EMPTY_NUMBERING
        self._next_num = max((int(n) for n in _NUM_ID.findall(self._xml)), default=0) + 1
        self._next_abstract = max((int(n) for n in _ABSTRACT_ID.findall(self._xml)), default=-1) + 1
        self._abstracts: dict[str, int] = {}
        self._added: list[str] = []
        self._nums: list[str] = []

    def abstract_of(self, number: str) -> str | None:
        """The abstract numbering of an instance."""
        match = re.search(
            rf'<w:num\b[^>]*?w:numId="{number}"[^>]*>\s*<w:abstractNumId\b[^>]*?w:val="(\d+)"',
            self._xml,
        )
        return match[1] if match else None

    def add_abstract(self, xml: str) -> int:
        """Add an abstract numbering, equal ones once, and give its id."""
        if xml not in self._abstracts:
            number = self._next_abstract
            self._next_abstract += 1
            self._abstracts[xml] = number
            element = re.sub(r'w:abstractNumId="\d*"', f'w:abstractNumId="{number}"', xml, count=1)
            element = re.sub(r"<w:nsid\b[^>]*/>", "", element)
            self._added.append(element)
        return self._abstracts[xml]

    def add_num(self, abstract: int | str, starts: Mapping[int, int] | None) -> int:
        """Add an instance; without `starts` each level begins where its definition says."""
        number = self._next_num
        self._next_num += 1
        levels = dict(starts) if starts is not None else self._starts(str(abstract))
        overrides = "".join(
            f'<w:lvlOverride w:ilvl="{level}"><w:startOverride w:val="{start}"/></w:lvlOverride>'
            for level, start in sorted(levels.items())
        )
        self._nums.append(
            f'<w:num w:numId="{number}"><w:abstractNumId w:val="{abstract}"/>{overrides}</w:num>'
        )
        return number

    def _starts(self, abstract: str) -> dict[int, int]:
        match = re.search(
            rf'<w:abstractNum\b[^>]*?w:abstractNumId="{abstract}"[^>]*>(.*?)</w:abstractNum>',
            self._xml + "".join(self._added),
            re.DOTALL,
        )
        found = _LEVEL_START.findall(match[1]) if match else []
        return {int(level): int(start) for level, start in found} or {0: 1}

    @property
    def changed(self) -> bool:
        """Whether anything was added."""
        return bool(self._added or self._nums)

    def xml(self) -> str:
        """The part with the additions."""
        xml = self._xml
        if xml.endswith("/>") and "</w:numbering>" not in xml:
            xml = xml[:-2] + "></w:numbering>"
        last = _LAST_NUM.search(xml)
        assert last is not None
        xml = xml[: last.start()] + "".join(self._nums) + xml[last.start() :]
        first = _FIRST_NUM.search(xml)
        assert first is not None
        return xml[: first.start()] + "".join(self._added) + xml[first.start() :]


class StylesEdit:
    """``styles.xml`` with styles added.

    Args:
        xml: The template's styles.
    """

    def __init__(self, xml: str) -> None:
        self._xml = xml or EMPTY_STYLES
        self._ids: set[str] | None = None
        self._by_name: dict[tuple[str, str], str] | None = None
        self.added: list[str] = []

    @property
    def ids(self) -> set[str]:
        """The ids of all styles."""
        if self._ids is None:
            self._ids = set(_STYLE_ID.findall(self._xml))
        return self._ids

    @property
    def by_name(self) -> dict[tuple[str, str], str]:
        """Style ids by kind and name, names in lower case."""
        if self._by_name is None:
            self._by_name = {}
            for style in _STYLE.findall(self._xml):
                self._note(style)
        return self._by_name

    def _note(self, style: str) -> None:
        assert self._by_name is not None
        name, kind = _STYLE_NAME.search(style), _STYLE_TYPE.search(style)
        number = _STYLE_ID.search(style)
        if name and number:
            key = (kind[1] if kind else "paragraph", name[1].lower())
            self._by_name.setdefault(key, number[1])

    def numbering(self, style_id: str) -> str | None:
        """The ``w:numId`` that a paragraph style gives."""
        for style in _STYLE.findall(self._xml) + self.added:
            number = _STYLE_ID.search(style)
            if number and number[1] == style_id:
                match = re.search(r'<w:numId\b[^>]*?w:val="(\d+)"', style)
                return match[1] if match else None
        return None

    def ensure(self, style: str) -> str:
        """Add a style unless its id is known."""
        match = _STYLE_ID.search(style)
        if match is None:
            raise ValueError("a style needs an id")
        if match[1] not in self.ids:
            self.ids.add(match[1])
            style = self._based(style)
            self.added.append(style)
            if self._by_name is not None:
                self._note(style)
        return match[1]

    def _based(self, style: str) -> str:
        """A style built on the template's own base text, whose id a Chinese Word calls ``a``."""
        if _ON_NORMAL not in style or "Normal" in self.ids:
            return style
        base = self.by_name.get(("paragraph", "normal"))
        return style.replace(_ON_NORMAL, _ON_NORMAL.replace("Normal", base) if base else "")

    def xml(self) -> str:
        """The part with the additions."""
        return _insert_before_end(self._xml, "w:styles", "".join(self.added))

"""Word's automatic numbers, counted as Word counts them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from store.numerals import to_chinese, to_circled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lxml.etree import _Element

_LEVELS: Final = 9
_CHINESE: Final = frozenset(
    {"chineseCounting", "chineseCountingThousand", "taiwaneseCounting", "taiwaneseCountingThousand",
     "japaneseCounting", "koreanCounting", "japaneseDigitalTenThousand"}
)  # fmt: skip
_LEGAL: Final = dict(
    zip("零一二三四五六七八九十百千万", "零壹贰叁肆伍陆柒捌玖拾佰仟万", strict=True)
)
_ROMAN: Final = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))  # fmt: skip  # noqa: E501


def local(element: _Element) -> str:
    """A tag without its namespace (strict and transitional files differ in it)."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def child(element: _Element | None, *path: str) -> _Element | None:
    """The first element down a path of local names."""
    for name in path:
        if element is None:
            return None
        element = next((one for one in element if local(one) == name), None)
    return element


def value(element: _Element | None, name: str = "val") -> str:
    """An attribute by its local name; empty when it is not there."""
    if element is None:
        return ""
    for key, text in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(text)
    return ""


def number(text: str, default: int = 0) -> int:
    """A whole number, or the default where there is none."""
    return int(text) if re.fullmatch(r"-?[0-9]{1,9}", text) else default


@dataclass(slots=True)
class Level:
    """One level of a list."""

    start: int = 1
    form: str = "decimal"
    text: str = ""
    legal: bool = False
    restart: int = -1
    style: str = ""


@dataclass(slots=True)
class _List:
    abstract: str
    starts: dict[int, int] = field(default_factory=dict)
    levels: dict[int, Level] = field(default_factory=dict)


class Numbering:
    """The lists of a Word file and how far each has counted."""

    def __init__(self, root: _Element | None) -> None:
        """Read numbering.xml; None for a file without lists."""
        self.abstracts: dict[str, dict[int, Level]] = {}
        self.lists: dict[str, _List] = {}
        self.by_style: dict[str, tuple[str, int]] = {}
        self.counters: dict[str, list[int]] = {}
        self.started: set[tuple[str, int]] = set()
        links: dict[str, str] = {}
        style_links: dict[str, str] = {}
        for element in root if root is not None else ():
            if local(element) == "abstractNum":
                self._abstract(element, links, style_links)
            elif local(element) == "num":
                self._list(element)
        for abstract, style in links.items():
            if not self.abstracts[abstract] and style in style_links:
                self.abstracts[abstract] = self.abstracts[style_links[style]]

    def _abstract(self, element: _Element, links: dict[str, str], styles: dict[str, str]) -> None:
        key = value(element, "abstractNumId")
        self.abstracts[key] = {
            number(value(one, "ilvl")): _level(one) for one in element if local(one) == "lvl"
        }
        if name := value(child(element, "numStyleLink")):
            links[key] = name
        if name := value(child(element, "styleLink")):
            styles[name] = key

    def _list(self, element: _Element) -> None:
        key = value(element, "numId")
        found = _List(value(child(element, "abstractNumId")))
        for override in element:
            if local(override) != "lvlOverride":
                continue
            at = number(value(override, "ilvl"))
            if start := value(child(override, "startOverride")):
                found.starts[at] = number(start, 1)
            if (own := child(override, "lvl")) is not None:
                found.levels[at] = _level(own)
        self.lists[key] = found
        for at, level in self.abstracts.get(found.abstract, {}).items():
            if level.style:
                self.by_style.setdefault(level.style, (key, at))

    def label(self, list_id: str, at: int) -> str | None:
        """Count one paragraph of a list and give its printed number; None for a bullet."""
        found = self.lists.get(list_id)
        if found is None or not 0 <= at < _LEVELS:
            return ""
        levels = self.abstracts.get(found.abstract, {}) | found.levels
        level = levels.get(at)
        if level is None:
            return ""
        self._count(list_id, found, levels, at)
        if level.form == "bullet":
            return None
        if level.form == "none" and "%" not in level.text:
            return level.text.strip()
        counters = self.counters[found.abstract]
        return re.sub(
            r"%([1-9])",
            lambda match: self._printed(levels, counters, int(match[1]) - 1, level),
            level.text,
        ).strip()

    def _count(self, list_id: str, found: _List, levels: Mapping[int, Level], at: int) -> None:
        fresh = [levels[i].start - 1 if i in levels else 0 for i in range(_LEVELS)]
        counters = self.counters.setdefault(found.abstract, fresh.copy())
        if at in found.starts and (list_id, at) not in self.started:
            self.started.add((list_id, at))
            counters[at] = found.starts[at] - 1
        for outer in range(at):
            if outer in levels and counters[outer] < levels[outer].start:
                counters[outer] = levels[outer].start
        counters[at] += 1
        for inner in range(at + 1, _LEVELS):
            restart = levels[inner].restart if inner in levels else -1
            if restart == 0 or (restart > 0 and at >= restart):
                continue
            counters[inner] = fresh[inner]
            if inner in found.starts:
                counters[inner] = found.starts[inner] - 1

    @staticmethod
    def _printed(levels: Mapping[int, Level], counters: list[int], at: int, own: Level) -> str:
        form = levels[at].form if at in levels else "decimal"
        if own.legal:
            form = "decimal"
        return printed(counters[at], form)


def _level(element: _Element) -> Level:
    restart = value(child(element, "lvlRestart"))
    legal = child(element, "isLgl")
    return Level(
        start=number(value(child(element, "start")), 1),
        form=value(child(element, "numFmt")) or "decimal",
        text=value(child(element, "lvlText")),
        legal=legal is not None and value(legal) not in {"0", "false", "off"},
        restart=number(restart, -1) if restart else -1,
        style=value(child(element, "pStyle")),
    )


def printed(count: int, form: str) -> str:
    """A number in one of Word's formats."""
    if count < 0:
        return str(count)
    if form in _CHINESE:
        return to_chinese(count)
    writer = _WRITERS.get(form)
    return writer(count) if writer else str(count)


def _digits(alphabet: str, count: int) -> str:
    return "".join(alphabet[int(digit)] for digit in str(count))


def _letters(count: int) -> str:
    return chr((count - 1) % 26 + 97) * ((count - 1) // 26 + 1) if 0 < count < 200 else str(count)


def _roman(count: int) -> str:
    text = ""
    for amount, sign in _ROMAN:
        while count >= amount and len(text) < 20:
            text, count = text + sign, count - amount
    return text


def _legal(count: int) -> str:
    return "".join(_LEGAL.get(char, char) for char in to_chinese(count))


def _circled(count: int) -> str:
    return to_circled(count) if count else "0"


_WRITERS: Final[dict[str, Callable[[int], str]]] = {
    "ideographDigital": lambda count: _digits("〇一二三四五六七八九", count),
    "chineseLegalSimplified": _legal,
    "ideographLegalTraditional": _legal,
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "decimalFullWidth": lambda count: _digits("０１２３４５６７８９", count),
    "decimalFullWidth2": lambda count: _digits("０１２３４５６７８９", count),
    "decimalZero": lambda count: f"{count:02d}",
    "decimalEnclosedParen": lambda count: f"（{count}）",
    "decimalEnclosedFullstop": lambda count: f"{count}.",
    "upperRoman": _roman,
    "lowerRoman": lambda count: _roman(count).lower(),
    "upperLetter": lambda count: _letters(count).upper(),
    "lowerLetter": _letters,
    "none": lambda _count: "",
}

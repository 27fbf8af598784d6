"""Numbers in front of clauses and headings: how they print, and how typed ones are read.

A scheme is named by its sample: `第一章`, `第一条`, `一、`, `（一）`, `1.`, `（1）`, `①`. The order
of ranks follows the usual order of Chinese legal and office texts (编 > 章 > 节 > 条 > 一、 >
（一） > 1. > （1） > ①), which decides how typed numbers nest.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from store.numerals import CIRCLED, read_number, to_chinese, to_circled

NUMERAL: Final = r"[零〇一二三四五六七八九十百千万两廿卅]+|[0-9０-９]{1,4}"
ARTICLE_RANK: Final = 4
_RANKS: Final = {"编": 0, "分编": 1, "章": 2, "节": 3, "条": ARTICLE_RANK}
_FIRST_CHARS: Final = frozenset(
    "第（(一二三四五六七八九十百廿卅0123456789０１２３４５６７８９" + CIRCLED
)
_LITERAL: Final = re.compile(
    rf"""
    (?:
        第(?P<ordinal>{NUMERAL})(?P<word>分编|编|章|节|条)(?P<also>之(?:{NUMERAL}))?
          (?=[\s\u3000：:【]|$)
      | (?P<comma>{NUMERAL})、
      | [（(](?P<bracket>{NUMERAL})[）)](?![、，])
      | (?P<half>[0-9０-９]{{1,3}})[）)]
      | (?P<circled>[{CIRCLED}])
    )
    """,
    re.VERBOSE,
)
_HEADING: Final = re.compile(
    rf"""
    (?:
        第(?P<ordinal>{NUMERAL})(?P<word>分编|编|章|节|条)(?P<also>之(?:{NUMERAL}))?
      | (?P<comma>[零〇一二三四五六七八九十百千]+|[0-9０-９]{{1,3}})[、．]
      | (?P<bracket_heading>[（(](?:{NUMERAL})[）)])
      | (?P<dotted>[0-9]{{1,3}})[.](?![0-9])
      | (?P<decimal>[0-9]{{1,2}}(?:[.][0-9]{{1,2}})+)(?=\s)
    )
    """,
    re.VERBOSE,
)
_SAMPLE: Final = re.compile(r"^(?P<prefix>.*?)(?P<numeral>[一1①１])(?P<suffix>.*)$")
_SLUG_PUNCTUATION: Final = re.compile(
    r"[\s（）()、，,.．。：:；;“”\"'《》〈〉【】\[\]{}#/\\?？!！<>&%+*|]+"
)


@dataclass(slots=True, frozen=True)
class Marker:
    """A number typed in front of a line.

    `label` is what was typed, normalised to full-width parentheses; `length` how many characters
    of the line it takes, white space after it included.
    """

    label: str
    number: int
    scheme: str
    rank: int
    length: int
    inserted: bool = False


@dataclass(slots=True, frozen=True)
class Scheme:
    """A way to print a number, made from its sample."""

    sample: str
    prefix: str
    suffix: str
    numeral: str

    def format(self, number: int) -> str:
        """The label of this number: `第十二条`, `（二）`, `3.`."""
        match self.numeral:
            case "一":
                digits = to_chinese(number)
            case "①":
                digits = to_circled(number)
            case _:
                digits = str(number)
        return f"{self.prefix}{digits}{self.suffix}"


@cache
def scheme(sample: str) -> Scheme:
    """Read a sample such as `第一条`; a sample without a numeral prints nothing."""
    if match := _SAMPLE.match(sample):
        return Scheme(sample, match["prefix"], match["suffix"], match["numeral"].replace("１", "1"))
    return Scheme(sample, sample, "", "")


def format_label(sample: str, number: int) -> str:
    """The label of a number in a scheme; empty for the empty sample."""
    if not sample:
        return ""
    found = scheme(sample)
    return found.format(number) if found.numeral else sample


@cache
def rank_of(sample: str) -> int:
    """Where a scheme stands in the order of ranks; 0 is outermost."""
    found = scheme(sample)
    if found.prefix == "第":
        return _RANKS.get(found.suffix, ARTICLE_RANK)
    bracketed = found.prefix in {"（", "("}
    if found.numeral == "①":
        return 9
    if found.numeral == "一":
        return 6 if bracketed else 5
    return 8 if bracketed or found.suffix in {"）", ")"} else 7


def is_article(sample: str) -> bool:
    """Whether a scheme counts articles (第X条)."""
    return sample.startswith("第") and sample.endswith("条")


def read_marker(line: str) -> Marker | None:
    """Read a number typed at the start of a line of text, or None.

    `第五条` counts only where white space, a colon or the end follows, so that a sentence that
    begins with 第五条规定 stays a sentence. Markdown's own `1. ` is not looked at here.
    """
    if not line or line[0] not in _FIRST_CHARS:
        return None
    match = _LITERAL.match(line)
    return _marker(match, line) if match else None


def read_heading_marker(text: str) -> Marker | None:
    """Read a number typed at the start of a heading, white space after it or not."""
    if not text or text[0] not in _FIRST_CHARS:
        return None
    match = _HEADING.match(text)
    return _marker(match, text) if match else None


def _marker(match: re.Match[str], line: str) -> Marker | None:
    groups = {name: value for name, value in match.groupdict().items() if value}
    try:
        sample, number = _classify(groups)
    except ValueError:
        return None
    end = match.end()
    while end < len(line) and line[end] in " \t\u3000\u00a0":
        end += 1
    label = match.group().replace("(", "（").replace(")", "）")
    return Marker(label, number, sample, rank_of(sample), end, inserted="also" in groups)


def _classify(groups: dict[str, str]) -> tuple[str, int]:
    """The scheme's sample and the number of a match."""
    if "ordinal" in groups:
        digits = groups["ordinal"]
        return f"第{_numeral_sample(digits)}{groups['word']}", read_number(digits)
    if "comma" in groups:
        digits = groups["comma"]
        return f"{_numeral_sample(digits)}、", read_number(digits)
    if "bracket" in groups or "bracket_heading" in groups:
        digits = (groups.get("bracket") or groups["bracket_heading"]).strip("（()）")
        return f"（{_numeral_sample(digits)}）", read_number(digits)
    if "half" in groups:
        return "1）", read_number(groups["half"])
    if "circled" in groups:
        return "①", read_number(groups["circled"])
    if "dotted" in groups:
        return "1.", read_number(groups["dotted"])
    return "1.", int(groups["decimal"].rpartition(".")[2])


def _numeral_sample(digits: str) -> str:
    return "1" if digits[0] in "0123456789０１２３４５６７８９" else "一"


@lru_cache(maxsize=4096)
def normalise_label(label: str) -> str:
    """A label for comparing: NFKC, no white space, `(二)` like `（二）`."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", label))


@lru_cache(maxsize=8192)
def slug(text: str) -> str:
    """A piece of an anchor: the text without punctuation and white space."""
    return _SLUG_PUNCTUATION.sub("", unicodedata.normalize("NFC", text))


def bookmark_name(anchor: str) -> str:
    """Turn an anchor into a Word bookmark's name: at most 40 letters, digits and underscores.

    Word wants a letter or underscore first and knows no hyphen (ECMA-376 part 1, 17.13.6.2).
    """
    name = re.sub(r"\W", "_", anchor)
    name = name if name and (name[0].isalpha() or name[0] == "_") else f"_{name}"
    if len(name) <= 40:
        return name
    digest = 0
    for char in anchor:
        digest = (digest * 131 + ord(char)) % 0xFFFFFFFF
    return f"{name[:31]}_{digest:08x}"

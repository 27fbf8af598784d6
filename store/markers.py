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

_CHINESE: Final = r"[零〇一二三四五六七八九十百千万两廿卅]+"
_ORDINAL: Final = rf"第(?P<ordinal>{_CHINESE}|[0-9０-９]{{1,4}})(?P<word>分编|编|章|节|条)"
_ALSO: Final = rf"(?P<also>之(?:{_CHINESE}|[0-9０-９]{{1,2}}))?"
_SMALL: Final = rf"{_CHINESE}|[0-9０-９]{{1,3}}"
_DECIMAL: Final = r"(?P<decimal>[0-9]{1,2}(?:[.][0-9]{1,2})+)"
# What makes a decimal at the start of a line an amount and not a number: `1.5 万元`.
_MEASURE: Final = (
    r"[万亿]|[美欧日港]?元|倍|个百分点|个月|小时|学时|分钟"
    r"|平方|立方|公[里斤顷]|千[克米瓦]|[米吨升]|天(?!然)"
)
ARTICLE_RANK: Final = 4
_RANKS: Final = {"编": 0, "分编": 1, "章": 2, "节": 3, "条": ARTICLE_RANK}
_LOWEST_RANK: Final = 9
_LARGEST_ITEM: Final = 999
ENCLOSED: Final = "⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⑾⑿⒀⒁⒂⒃⒄⒅⒆⒇⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑⒒⒓⒔⒕⒖⒗⒘⒙⒚⒛㈠㈡㈢㈣㈤㈥㈦㈧㈨㈩"
FIRST_CHARS: Final = frozenset(
    "第（(一二三四五六七八九十百千廿卅0123456789０１２３４５６７８９" + CIRCLED + ENCLOSED
)
_LITERAL: Final = re.compile(
    rf"""
    (?:
        {_ORDINAL}{_ALSO}(?=[\s：:【]|$)
      | (?P<comma>{_SMALL})、
      | {_DECIMAL}(?=[ \t\u3000]+(?:[0-9.]{{1,8}})?[\u4e00-\u9fff“《（【A-Z])
          (?![ \t\u3000]+(?:{_MEASURE}))
      | [（(](?P<bracket>{_SMALL})[）)](?![、，])
      | (?P<half>[0-9０-９]{{1,3}})[）)]
      | (?P<circled>[{CIRCLED}])
      | (?P<enclosed>[{ENCLOSED}])
    )
    """,
    re.VERBOSE,
)
_HEADING: Final = re.compile(
    rf"""
    (?:
        {_ORDINAL}{_ALSO}
      | (?P<comma>{_SMALL})[、．]
      | [（(](?P<bracket>{_SMALL})[）)]
      | (?P<dotted>[0-9]{{1,3}})[.](?![0-9])
      | {_DECIMAL}(?=\s)
      | (?P<enclosed>[{ENCLOSED}])
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
    """The label of a number in a scheme; a sample without a numeral prints as it stands."""
    found = scheme(sample)
    return found.format(number) if found.numeral else sample


@cache
def rank_of(sample: str) -> int:
    """Where a scheme stands in the order of ranks; 0 is outermost."""
    found = scheme(sample)
    if found.prefix == "第":
        return _RANKS.get(found.suffix, ARTICLE_RANK)
    if found.numeral == "①":
        return _LOWEST_RANK
    bracketed = found.prefix in {"（", "("}
    if found.numeral == "一":
        return 6 if bracketed else 5
    below = bracketed or found.suffix in {"）", ")"}
    return 7 + below + found.suffix.count(".1")


def is_article(sample: str) -> bool:
    """Whether a scheme counts articles (第X条)."""
    return sample.startswith("第") and sample.endswith("条")


def read_marker(line: str) -> Marker | None:
    """Read a number typed at the start of a line of text, or None.

    `第五条` counts only where white space, a colon or the end follows, so that a sentence that
    begins with 第五条规定 stays a sentence. Markdown's own `1. ` is not looked at here.
    """
    if not line or line[0] not in FIRST_CHARS:
        return None
    match = _LITERAL.match(line)
    return _marker(match, line) if match else None


def read_heading_marker(text: str) -> Marker | None:
    """Read a number typed at the start of a heading, white space after it or not."""
    if not text or text[0] not in FIRST_CHARS:
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
    """The scheme's sample and the number of a match.

    Raises:
        ValueError: The characters are no number, or one that no item has.
    """
    if "ordinal" in groups:
        digits = groups["ordinal"]
        return f"第{_numeral_sample(digits)}{groups['word']}", read_number(digits)
    if "decimal" in groups:
        parts = groups["decimal"].split(".")
        return ".".join("1" for _ in parts), int(parts[-1])
    if "enclosed" in groups:
        return _classify(_unfolded(groups["enclosed"]))
    name, digits = next((name, groups[name]) for name in _SAMPLES if name in groups)
    number = read_number(digits)
    if number > _LARGEST_ITEM:
        raise ValueError(f"no item has this number: {digits}")
    return _SAMPLES[name].replace("?", _numeral_sample(digits)), number


def _unfolded(char: str) -> dict[str, str]:
    """A number in one character (`⑴`, `㈠`, `⒈`) as the groups of the same written out."""
    text = unicodedata.normalize("NFKC", char)
    return {"dotted" if text.endswith(".") else "bracket": text.strip("().")}


_SAMPLES: Final = {
    "comma": "?、",
    "bracket": "（?）",
    "half": "1）",
    "circled": "①",
    "dotted": "1.",
}


def _numeral_sample(digits: str) -> str:
    return "1" if digits[0] in "0123456789０１２３４５６７８９" else "一"


def label_gap(label: str) -> str:
    """What stands between a label and its text: nothing behind `、` `）` `．`, else a space."""
    return "" if not label or label[-1] in "、）．" else " "


@lru_cache(maxsize=4096)
def normalise_label(label: str) -> str:
    """A label for comparing: NFKC, no white space, `(二)` like `（二）`."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", label))


@lru_cache(maxsize=8192)
def slug(text: str) -> str:
    """A piece of an anchor: the text without punctuation and white space."""
    return _SLUG_PUNCTUATION.sub("", unicodedata.normalize("NFC", text))

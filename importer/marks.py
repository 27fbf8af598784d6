"""Numbers in front of old texts, read more leniently than `store.markers` reads typed ones.

Old files glue numbers to their text, print them in forms that the dialect does not know (㈠, ⑴,
⒈, 1.1, 1．) and lose them (`___`, `口`, a blank before the comma).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from importer.traditional import simplified
from store.markers import rank_of
from store.numerals import CHINESE_PATTERN, CIRCLED, read_number, to_chinese, to_circled

_CN: Final = rf"{CHINESE_PATTERN}{{1,7}}"
_AR: Final = r"[0-9０-９]{1,3}"
_UNITS: Final = "万亿元%％倍个米年月日号时分秒份天周户张笔部人名次项条款"
# What makes a decimal an amount and not a number: 1.5万元, but not 1.5人员要求.
_MEASURE: Final = (
    r"[万亿%％‰]|[美欧日港]?元|倍|个(?!人|体|别)|[小学课]时|分钟|平方|立方|公[里斤顷]|千[克米瓦]|[米吨升](?!级)|天(?!然)|"
    r"年(?!度|终|初|末|休|假|龄|会|检|审)|月(?!度|末|初|底)|日(?!常|期|志)|[户张笔份](?=[，,。；;、]|$)|人(?=[，,。；;、次]|$)|次(?!日|月|年|要)|度(?=[，,。]|$)"
)
_MARK: Final = re.compile(
    rf"""
      第[ ]?(?P<ordinal>{_CN}|{_AR})[ ]?(?P<word>分[编編]|[编編]|章|[节節]|[条條])(?P<also>之(?:{_CN}|{_AR}))?
    | (?P<decimal>[0-9]{{1,2}}(?:[.．][0-9]{{1,2}}){{1,3}})(?=[\s、]|[\u4e00-\u9fff“《（(]|[.．][\s\u4e00-\u9fff])
        (?!\s*(?:{_MEASURE}))[.．、]?
    | (?P<comma>{_CN}|{_AR})\s?、
    | (?P<dot>{_CN}|{_AR})\s?[.．](?![0-9０-９])
    | [（(]\s?(?P<bracket>{_CN}|{_AR})\s?[）)][、.．]?(?![，,；;])
    | (?P<half>{_AR})\s?[）)][、.．]?
    | (?P<circled>[{CIRCLED}])[、.．]?
    | (?P<bare>{_CN}|[0-9]{{1,2}})(?:[\u3000\t]+|[ ]+)(?=[\u4e00-\u9fff“《])(?![{_UNITS}])
    """,  # noqa: E501
    re.VERBOSE,
)
_COUNTED: Final = frozenset("条條章节節")
_NOT_AFTER_ARTICLE: Final = frozenset("的规規和至到及与與中所，,。；;）)》”款项項、以并或")
_LOST: Final = re.compile(
    r"""
      第[_＿\s口□]*(?P<article>[条條])[\s\u3000：:]*
    | (?P<marks>[_＿]{2,}|[口□■�](?![\u4e00-\u9fff][、，,])|[lIiOoＩｌ|｜]{1,2}(?=[、.．]))\s*(?P<after>[、.．)）]?)\s*
    | [（(][_＿\s口□]*[）)]\s*
    | [\s\u3000]*(?P<rest>[、.．])(?![、.．。])\s*
    """,  # noqa: E501, RUF001
    re.VERBOSE,
)
_COMPATIBLE: Final = {
    **{chr(0x2474 + n): f"({n + 1})" for n in range(20)},
    **{chr(0x2488 + n): f"{n + 1}." for n in range(20)},
    **{chr(0x3220 + n): f"({'一二三四五六七八九十'[n]})" for n in range(10)},
    **{chr(0x2776 + n): CIRCLED[n] for n in range(10)},
}


@dataclass(slots=True, frozen=True)
class Mark:
    """A number in front of a text.

    Attributes:
        label: As printed, with full-width parentheses.
        scheme: The sample of `store.markers` that prints it, `1.1` for decimal numbers.
        length: The characters it takes of the text, white space after it included.
        weak: It counts only where its neighbours bear it out.
        depth: Of decimal numbers, how many numbers there are.
    """

    label: str
    number: int
    scheme: str
    rank: int
    length: int
    weak: bool = False
    depth: int = 1


@dataclass(slots=True, frozen=True)
class Lost:
    """The place of a number that was lost; `scheme` where its form can still be told."""

    length: int
    scheme: str = ""
    certain: bool = True


def normalise_forms(text: str) -> str:
    """One-character numbers (⑴, ㈠, ⒈) as ordinary ones, at the beginning of the text only."""
    if text and text[0] in _COMPATIBLE:
        return _COMPATIBLE[text[0]] + text[1:]
    return text


def read_mark(text: str) -> Mark | None:
    """The number in front of a text, or None."""
    match = _MARK.match(text)
    if not match:
        return None
    groups = {name: value for name, value in match.groupdict().items() if value}
    try:
        mark = _classified(groups, match.group().strip(" \t\u3000"))
    except ValueError:
        return None
    if mark is None or not _plausible(mark, groups, text, match.end()):
        return None
    end = match.end()
    while end < len(text) and text[end] in " \t\u3000\u00a0":
        end += 1
    if groups.get("word") in _COUNTED and end < len(text) and text[end] in "：:":
        end += 1
        while end < len(text) and text[end] in " \t\u3000\u00a0":
            end += 1
    return Mark(mark.label, mark.number, mark.scheme, mark.rank, end, mark.weak, mark.depth)


def _plausible(mark: Mark, groups: dict[str, str], text: str, end: int) -> bool:
    following = text[end : end + 1]
    if "word" in groups:
        return not (groups["word"] in _COUNTED and following in _NOT_AFTER_ARTICLE and following)
    if mark.number > 300 or (mark.number == 0 and "decimal" not in groups):
        return False
    if "half" in groups and text[:end].count(")") + text[:end].count("）") != 1:
        return False
    # 三、四季度 and 1、2号楼 count things, they number nothing
    counts = rf"(?:{_CN}|{_AR})(?:[、和至]|季度|号[楼门院]|者|[级类]\S)"
    return not ("comma" in groups and re.match(counts, text[end : end + 8]))


def _classified(groups: dict[str, str], printed: str) -> Mark | None:
    label = printed.replace("(", "（").replace(")", "）").replace(" ", "")
    if "ordinal" in groups:
        sample = f"第{_sample(groups['ordinal'])}{simplified(groups['word'])}"
        return Mark(simplified(label), read_number(groups["ordinal"]), sample, rank_of(sample), 0)
    if "decimal" in groups:
        numbers = re.split("[.．]", groups["decimal"])
        return Mark(label, int(numbers[-1]), "1.1", 6 + len(numbers), 0, depth=len(numbers))
    if "comma" in groups or "dot" in groups:
        digits = groups.get("comma") or groups["dot"]
        sample = "一、" if _sample(digits) == "一" else "1."
        if "comma" not in groups and sample == "一、" and len(digits) > 3:
            return None
        return Mark(label, read_number(digits), sample, rank_of(sample), 0)
    if "bracket" in groups:
        sample = f"（{_sample(groups['bracket'])}）"
        return Mark(label, read_number(groups["bracket"]), sample, rank_of(sample), 0)
    if "half" in groups:
        return Mark(label, read_number(groups["half"]), "1）", rank_of("1）"), 0)
    if "circled" in groups:
        return Mark(label[:1], read_number(groups["circled"]), "①", rank_of("①"), 0)
    digits = groups["bare"]
    sample = "一、" if _sample(digits) == "一" else "1."
    return Mark(label, read_number(digits), sample, rank_of(sample), 0, weak=True)


def _sample(digits: str) -> str:
    return "1" if digits[0] in "0123456789０１２３４５６７８９" else "一"


def read_lost(text: str) -> Lost | None:
    """The trace of a lost number in front of a text, or None."""
    match = _LOST.match(text)
    if not match or not match.group() or match.end() >= len(text):
        return None
    if match["article"]:
        return Lost(match.end(), "第一条")
    if text[0] in "（(":
        return Lost(match.end(), "（")
    return Lost(match.end())


def printed_like(sample: Mark, number: int) -> str:
    """The label of another number in the form of a neighbour."""
    label, old = sample.label, sample.number
    if sample.scheme == "①":
        return to_circled(number)
    if sample.scheme == "1.1":
        head, _, _ = label.rstrip(".．、").rpartition(".")
        return f"{head}.{number}"
    for printed in (to_chinese(old), str(old), "".join(chr(0xFF10 + int(d)) for d in str(old))):
        if printed in label:
            new = to_chinese(number) if not printed[0].isdigit() else str(number)
            return label.replace(printed, new, 1)
    return str(number)

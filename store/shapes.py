"""What a line of Markdown looks like: the shapes that begin, continue or end a block."""

from __future__ import annotations

import re
from typing import Final

from store.markers import FIRST_CHARS, read_marker
from store.shield import FIGURE

SPACE: Final = r"[ \t\u00a0\u3000]"
HEADING: Final = re.compile(
    rf"^ {{0,3}}(#{{2,6}}|#(?={SPACE}))(?!#){SPACE}*(.*?)(?:{SPACE}+#+)?[ \t]*$"
)
ORDERED: Final = re.compile(rf"^( {{0,3}})([0-9]{{1,3}})\.(?:{SPACE}+(.*)|)$")
BULLET: Final = re.compile(rf"^( {{0,3}})[-*+](?:{SPACE}+(.*)|)$")
RULE: Final = re.compile(r"^ {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$")
PAGE_BREAK: Final = re.compile(r"^\s*(?:<!--\s*分页\s*-->|\\newpage|\f)\s*$")
FENCE: Final = re.compile(r"^ {0,3}(`{3,}|~{3,})[ \t]*([^\s`~]*)[^`~]*$")
DELIMITER: Final = re.compile(r"^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
FOOTNOTE: Final = re.compile(r"^ {0,3}\[\^([^\]\s]+)\]:[ \t]*(.*)$")
DEFINITION: Final = re.compile(rf"^ {{0,3}}:{SPACE}+(\S.*)$")
IMAGE: Final = re.compile(
    r"^!\[([^\]]*)\]\(\s*(?:<([^>]+)>|([^)\"<>]+?))(?:\s+\"([^\"]*)\")?\s*\)$"
)
_ATTRIBUTES: Final = re.compile(r"[ \t]*\{:?[ \t]*(#[^\s}]+)?[ \t]*(\.unnumbered)?[ \t]*\}[ \t]*$")
_LOOKS_LIKE_MARKER: Final = re.compile(
    rf"^(?:[0-9]{{1,4}}[.](?:{SPACE}+\S|[^\s0-9.,，:：%\-—~～年月日])"
    r"|[０-９]{1,3}[．.、）)]|[0-9]{1,3}．"
    r"|第[一二三四五六七八九十百零〇0-9]{1,6}条"
    r"(?:、(?!第)|[^\s：:【之规第的、和至到或中与及款项，。；）)》”所以]))"
)
_FULL_WIDTH_ITEM: Final = re.compile(r"^(?:[０-９]{1,3}[．.]|[0-9]{1,3}．)")
_NUMBER_STARTS: Final = frozenset("0123456789０１２３４５６７８９第")
PLAIN_START: Final = re.compile(rf"[^\s#>|`~\-*+_!\[<:\\=\ufdd2{re.escape(''.join(FIRST_CHARS))}]")
_INVISIBLE: Final = "\u3000\u00a0\u200b\u200c\u200d\u2060\ufeff"


def expand(text: str) -> str:
    """A line as the parser wants it: tabs at the start are four spaces.

    Full-width, unbreakable and invisible spaces at the start go.
    """
    if "\t" in text:
        stripped = text.lstrip(" \t")
        lead = text[: len(text) - len(stripped)].expandtabs(4)
        text = lead + stripped
    if text and text[0] in _INVISIBLE:
        text = text.lstrip(_INVISIBLE + " ")
    return text.rstrip("\r")


def is_blank(text: str) -> bool:
    """Whether a line holds nothing; a form feed is a page break."""
    return not text or (text.isspace() and "\f" not in text)


def indent_of(text: str) -> int:
    """How many spaces a line begins with."""
    return len(text) - len(text.lstrip(" "))


def take_attributes(text: str) -> tuple[str, str, bool]:
    """Split `{: #id .unnumbered}` off the end: (text, id, unnumbered)."""
    text = text.rstrip(" \t")
    if not text.endswith("}"):
        return text, "", False
    match = _ATTRIBUTES.search(text)
    if not match or not (match[1] or match[2]):
        return text, "", False
    return text[: match.start()], (match[1] or "#")[1:], bool(match[2])


def unguarded(text: str) -> str:
    r"""A line without the backslash that keeps it from being read as a clause: `\第五条 …`."""
    stripped = text.lstrip(" ")
    if stripped.startswith("\\") and read_marker(stripped[1:]):
        return text[: len(text) - len(stripped)] + stripped[1:]
    return text


def marker_oddity(text: str) -> str:
    """The code of what looks like an item and is none, else empty."""
    stripped = text.lstrip(" ")
    if stripped[:1] not in _NUMBER_STARTS:
        return ""
    if _FULL_WIDTH_ITEM.match(stripped):
        return "full-width-item"
    return "suspicious-marker" if _LOOKS_LIKE_MARKER.match(stripped) else ""


def starts_block(text: str) -> bool:
    """Whether a line ends the text before it, whatever stands below."""
    return bool(
        (text[0] in ">|" or (text[0] == "#" and HEADING.match(text)))
        or FENCE.match(text)
        or RULE.match(text)
        or FIGURE.fullmatch(text.strip())
        or text.startswith("<!--")
        or PAGE_BREAK.match(text)
    )


def is_delimiter(text: str) -> bool:
    """Whether a line can stand between the heading row of a table and its rows."""
    return "-" in text and "|" in text and bool(DELIMITER.match(text))

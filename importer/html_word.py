"""Web pages that Word and WPS wrote: automatic numbers, and marks that are not text.

Word writes the number of a list's paragraph as text that other programs should overlook:

    <p style="mso-list:l0 level1 lfo1"><![if !supportLists]><span style="mso-list:Ignore">第一条
    <span>&nbsp;&nbsp;</span></span><![endif]>公司实行……<o:p></o:p></p>

`prepare` takes it out of the text and leaves it as an attribute, so that it is a number again.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from importer.cleaning import clean_text

if TYPE_CHECKING:
    from lxml.etree import _Element

LABEL: Final = "data-wenshu-label"
BULLET: Final = "data-wenshu-bullet"
_CONDITIONS: Final = re.compile(
    r"<!(?:--)?\[(?:if[^\]>]{0,80}|endif)\](?:--)?>"
    r"|<!--\[if[^\]>]{0,80}\]>[\s\S]{0,2000000}?<!\[endif\]-->",
    re.IGNORECASE,
)
_LIST: Final = re.compile(
    r"mso-list\s*:\s*(?!ignore|none|skip)\S+(?:\s+level([1-9]))?", re.IGNORECASE
)
_IGNORED: Final = re.compile(r"mso-list\s*:\s*ignore", re.IGNORECASE)
_NUMBER: Final = re.compile(r"[0-9０-９一二三四五六七八九十百零〇①-⑳㈠-㈩⑴-⒇a-zA-Z]")
_BULLETS: Final = frozenset("lnuüØvqpo§·•●○■□◆◇★※－-")


def without_conditions(text: str) -> str:
    """A page without conditional comments: what every browser shows stays, the rest goes."""
    return _CONDITIONS.sub("", text)


def prepare(root: _Element) -> None:
    """Give the paragraphs of lists their numbers as attributes, take Word's own marks out."""
    for mark in [one for one in root.iter() if isinstance(one.tag, str) and ":" in one.tag]:
        mark.drop_tag()  # type: ignore[attr-defined]  # of lxml.html's elements
    for one in list(root.iter("p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "div")):
        match = _LIST.search(one.get("style") or "")
        if match is None or any(above.tag in {"td", "th"} for above in one.iterancestors()):
            continue
        _settle(one, int(match[1] or 1))


def _settle(paragraph: _Element, level: int) -> None:
    ignored = next(
        (one for one in paragraph.iter("span") if _IGNORED.search(one.get("style") or "")), None
    )
    if ignored is None:
        return
    label = re.sub(r"\s+", "", clean_text("".join(str(text) for text in ignored.itertext())))
    if not label:
        return
    if label in _BULLETS or not _NUMBER.search(label):
        paragraph.set(BULLET, str(level))
    elif _is_number(label):
        paragraph.set(LABEL, label)
    else:
        return  # a label that is no number is text
    ignored.drop_tree()  # type: ignore[attr-defined]


def _is_number(label: str) -> bool:
    from importer.marks import read_mark  # noqa: PLC0415

    mark = read_mark(f"{label} 文")
    return mark is not None and not mark.weak

"""What of a web page is not its text: scripts, navigation, advertising, rows of links."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from importer.cleaning import clean_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.etree import _Element

DROPPED: Final = frozenset({"script", "style", "noscript", "template", "svg", "math", "iframe", "object", "embed", "form", "button", "select", "input", "textarea", "nav", "footer", "aside", "canvas", "video", "audio", "link", "meta"})  # fmt: skip  # noqa: E501
SILENT: Final = frozenset(
    {"script", "style", "noscript", "template", "svg", "math", "iframe", "canvas", "link", "meta"}
)
_NOISE_NAME: Final = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|menu|footer|sidebar|side|aside|breadcrumb|crumbs?|ads?|advert\w*|banner|share|social|related|recommend\w*|hot|rank\w*|comment\w*|copyright|pager|pagination|login|search|toolbar|tags?|popup|modal|cookie|qrcode)(?:$|[\s_-])",
    re.IGNORECASE,
)
_ROWS: Final = frozenset({"div", "ul", "ol", "p", "section", "header", "span", "td"})
_TEXT_MARKS: Final = re.compile(r"[。；！]|附件|第.{1,4}[条章]")
_MOST_LINKED: Final = 300
_LINKED: Final = 0.8


def is_noise(element: _Element) -> bool:
    """Whether an element is no part of the text: hidden, named as such, or a row of links."""
    if element.get("hidden") is not None or "display:none" in (element.get("style") or "").replace(
        " ", ""
    ):
        return True
    if element.tag in {"body", "html", "main", "article"}:
        return False
    named = _NOISE_NAME.search(f"{element.get('class') or ''} {element.get('id') or ''}")
    return bool(named) or _is_row_of_links(element)


def _is_row_of_links(element: _Element) -> bool:
    """Whether an element holds several links and hardly anything else."""
    if element.tag not in _ROWS:
        return False
    text = _short_text(element)
    if text is None or _TEXT_MARKS.search(text):
        return False
    links = [link for one in element.iter("a") if (link := re.sub(r"\s+", "", words(one)))]
    bare = re.sub(r"[\s|>»›·\-]+", "", text)  # noqa: RUF001
    return len(links) > 1 and sum(map(len, links)) >= _LINKED * len(bare)


def _short_text(element: _Element) -> str | None:
    """An element's text; None where it is longer than a row of links."""
    text = ""
    for part in element.itertext():
        text += str(part).strip()
        if len(text) > _MOST_LINKED:
            return None
    return text


def words(element: _Element) -> str:
    """An element's text on one line, without scripts and the like."""
    return re.sub(r"\s+", " ", clean_text(" ".join(_texts(element)))).strip()


def _texts(element: _Element) -> Iterable[str]:
    if isinstance(element.tag, str) and element.tag.lower() in SILENT:
        return
    yield str(element.text or "")
    for one in element:
        if isinstance(one.tag, str):
            yield from _texts(one)
        yield str(one.tail or "")


def outside(body: _Element, part: _Element) -> str:
    """The words of a page that stand outside its main part."""

    def gather(element: _Element) -> Iterable[str]:
        if element is part or not isinstance(element.tag, str) or element.tag in SILENT:
            return
        yield str(element.text or "")
        for one in element:
            yield from gather(one)
            yield str(one.tail or "")

    return re.sub(r"\s+", " ", clean_text(" ".join(gather(body)))).strip()


def main_part(body: _Element) -> _Element:
    """The element that holds the text: `article` or `main` where there is one that holds most."""
    whole = len("".join(str(t) for t in body.itertext()))
    for path in (".//article", ".//main"):
        parts = body.findall(path)
        if len(parts) == 1 and len("".join(str(t) for t in parts[0].itertext())) > whole * 0.4:
            return parts[0]
    return body

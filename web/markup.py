"""A document's HTML for pages: cleaned by nh3, addresses made ours, charts drawn as SVG.

Whatever stands in a document, nothing of it reaches the page that is not on the lists below.
"""

from __future__ import annotations

import re
from html import escape, unescape
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote

import nh3
from flask import url_for

from store.html import document_html
from store.units import citation, units_of
from web.charts import draw_chart

if TYPE_CHECKING:
    from collections.abc import Mapping

    from store.document import Document
    from store.model import Block

_TAGS: Final = frozenset((
    "article", "section", "h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "ul", "ol", "li",
    "dl", "dt", "dd", "table", "caption", "thead", "tbody", "tr", "th", "td", "blockquote", "pre",
    "code", "figure", "figcaption", "img", "a", "strong", "em", "del", "sup", "sub", "span",
))  # fmt: skip
_ATTRIBUTES: Final = {
    "*": {"id", "class"},
    "a": {"href"},
    "img": {"src", "alt"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
_WEB: Final = re.compile(r"(?:https?|mailto|tel):", re.IGNORECASE)
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.\-]*:", re.IGNORECASE)
_BLANK: Final = re.compile(r'<span class="blank" style="display:inline-block;min-width:(\d+)em">')
_CHART: Final = re.compile(r'<span class="chart-place-(\d+)"></span>')
_CLAUSE: Final = re.compile(r'<section class="clause level-\d+" id="([^"<>]+)">')
_TABLE: Final = re.compile(r"(<table>.*?</table>)", re.DOTALL)


def page_html(document: Document, *, tools: bool = True) -> str:
    """The document as clean HTML; with `tools` each clause has its buttons."""
    charts: list[str] = []

    def place(block: Block) -> str:
        charts.append(draw_chart(block))
        return f'<span class="chart-place-{len(charts) - 1}"></span>'

    raw = _BLANK.sub(_blank, document_html(document, place))
    folder = document.id.rpartition("/")[0]

    def attribute(tag: str, name: str, value: str) -> str | None:
        if (tag, name) == ("a", "href"):
            return _link(value, folder)
        if (tag, name) == ("img", "src"):
            return _picture(value, document.id)
        return value

    clean = nh3.clean(
        raw,
        tags=set(_TAGS),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        attribute_filter=attribute,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer",
    )
    cited = citations(document) if tools else {}
    clean = _CLAUSE.sub(lambda match: match[0] + _tools(match[1], cited), clean)
    clean = _TABLE.sub(r'<div class="scroll" tabindex="0">\1</div>', clean)
    return _CHART.sub(lambda match: _chart(charts, int(match[1])), clean)


def citations(document: Document) -> dict[str, str]:
    """How each clause is cited, by its anchor."""
    meta = document.meta
    found: dict[str, str] = {}
    for unit in units_of(document):
        if unit.clause is None:
            continue
        for part in unit.parts:
            if part.label and part.anchor:
                name = citation(meta.title, meta.version, unit.clause, part.label, unit.heading)
                found.setdefault(part.anchor, name)
        found[unit.anchor] = citation(meta.title, meta.version, unit.clause, heading=unit.heading)
    return found


def _tools(anchor: str, cited: Mapping[str, str]) -> str:
    """Buttons beside a clause: copy how it is cited, copy a link to it; `anchor` is escaped."""
    name = cited.get(unescape(anchor))
    if name is None:
        return ""
    return (
        f'<span class="clause-tools"><a href="#{anchor}" data-copy="{escape(name)}" '
        f'title="复制引用" aria-label="复制引用 {escape(name)}">引用</a>'
        f'<a href="#{anchor}" data-copy-link="#{anchor}" title="复制链接" '
        f'aria-label="复制链接 {escape(name)}">链接</a></span>'
    )


def _chart(charts: list[str], number: int) -> str:
    return charts[number] if number < len(charts) else ""


def _blank(match: re.Match[str]) -> str:
    return f'<span class="blank w{min(40, max(1, int(match[1])))}">'


def _link(value: str, folder: str) -> str | None:
    """A link within the page, to the web, or to another document; anything else is dropped."""
    if value.startswith("#") or _WEB.match(value):
        return value
    if _SCHEME.match(value) or value.startswith(("/", "\\")):
        return None
    target, hash_mark, anchor = value.partition("#")
    joined = _joined(folder, unquote(target).removesuffix(".md"))
    if joined is None:
        return None
    return url_for("document.show", doc_id=joined) + (f"#{anchor}" if hash_mark else "")


def _joined(folder: str, target: str) -> str | None:
    """A document's id as written: from `kb/`, or from the document's own folder with dots."""
    if not target.startswith("."):
        return target
    parts = folder.split("/") if folder else []
    for part in target.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in {".", ""}:
            parts.append(part)
    return "/".join(parts) or None


def _picture(value: str, document_id: str) -> str | None:
    if _SCHEME.match(value) or value.startswith(("/", "\\")):
        return None
    return url_for("document.file", doc_id=document_id, name=unquote(value))


def anchor_link(document_id: str, anchor: str) -> str:
    """The address of a place in a document."""
    return url_for("document.show", doc_id=document_id) + (f"#{quote(anchor)}" if anchor else "")

"""Text with emphasis, links and references into `Inline` pieces, by the `markdown` package.

Most texts hold no mark at all and never reach Markdown. Raw HTML is no markup here: it prints as it
stands. `*` and `_` between CJK characters and digits stay literal.
"""

from __future__ import annotations

import html
import re
from functools import cache
from typing import TYPE_CHECKING, Final

from store.model import Inline
from store.shield import BLANK, unshield

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from markdown import Markdown

    from store.model import Inlines

_SPECIAL: Final = re.compile(r"[\\`*_\[\]<&~\x02\x03\ufdd4]|~~|  \n|\\\n")
_CJK: Final = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f\U00020000-\U0003ffff"
_LITERAL_STAR: Final = re.compile(rf"(?<=[{_CJK}0-9])(?<![*_])([*_])(?![*_])(?=[{_CJK}0-9])")
_ENTITY: Final = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_FOOTNOTE: Final = re.compile(r"\[\^([^\]\s]+)\]")
_SOFT_BREAK: Final = re.compile(r"[ \t]*\n[ \t\u3000]*")
_STRIKE: Final = re.compile(r"~~(?=\S)(.+?)(?<=\S)~~")
_LEFT_LITERAL: Final = {"*": "\U000f002a", "_": "\U000f005f"}


def parse_inlines(text: str) -> Inlines:
    """Split a text into pieces of one formatting each; soft line ends are joined."""
    if not _SPECIAL.search(text):
        joined = join_lines(text)
        return (Inline(unshield(joined)),) if joined else ()
    return tuple(_merge(_from_markdown(text)))


def plain(inlines: Inlines) -> str:
    """The plain text of the pieces; a footnote mark and a blank print nothing."""
    if len(inlines) == 1:
        return inlines[0].text
    return "".join(piece.text for piece in inlines if piece.type != "footnote")


def join_lines(text: str) -> str:
    """Join a paragraph's lines: no space beside a CJK character, else one."""
    text = text.strip(" \t\n\u3000")
    if "\n" not in text:
        return text
    result = ""
    for line in _SOFT_BREAK.split(text):
        gap = " " if result and line and not (is_cjk(result[-1]) or is_cjk(line[0])) else ""
        result += gap + line
    return result


def is_cjk(char: str) -> bool:
    """Whether a character belongs to Chinese text: an ideograph or full-width punctuation."""
    code = ord(char)
    return (
        0x2E80 <= code <= 0x9FFF
        or 0xF900 <= code <= 0xFAFF
        or 0xFF00 <= code <= 0xFFEF
        or 0x20000 <= code <= 0x3FFFF
        or char in "“”‘’…—"
        or code >= 0xF0000
    )


def _from_markdown(text: str) -> Iterator[Inline]:
    element = _convert(_prepare(text))
    yield from _walk(element, bold=False, italic=False, strike=False)


def _prepare(text: str) -> str:
    text = text.replace("\x02", "").replace("\x03", "")
    text = re.sub(r"\\\n", "  \n", text)
    text = _FOOTNOTE.sub("\ufdd6\\1\ufdd7", text)
    text = _STRIKE.sub("\ufdd8\\1\ufdd9", text)
    return _LITERAL_STAR.sub(lambda match: _LEFT_LITERAL[match[1]], text)


@cache
def _markdown() -> Markdown:
    from markdown import Markdown  # noqa: PLC0415 - most documents need no inline Markdown

    converter = Markdown()
    for pattern in (
        "html",
        "entity",
        "automail",
        "reference",
        "image_reference",
        "short_reference",
        "short_image_ref",
    ):
        converter.inlinePatterns.deregister(pattern)
    return converter


def _convert(text: str) -> Element:
    from xml.etree import ElementTree as ET  # noqa: PLC0415 - elements are built, not parsed

    root = ET.Element("div")
    paragraph = ET.SubElement(root, "p")
    paragraph.text = text
    _markdown().treeprocessors["inline"].run(root)
    return paragraph


_TOKEN: Final = re.compile("\ufdd6([^\ufdd7]*)\ufdd7|" + BLANK.pattern + "|(\ufdd8)|(\ufdd9)")


def _walk(element: Element, *, bold: bool, italic: bool, strike: bool) -> Iterator[Inline]:
    state = _State(bold=bold, italic=italic, strike=strike)
    yield from _texts(element.text, state)
    for child in element:
        yield from _element(child, state)
        yield from _texts(child.tail, state)


class _State:
    """The formatting that holds while an element's text is read."""

    __slots__ = ("bold", "italic", "strike")

    def __init__(self, *, bold: bool, italic: bool, strike: bool) -> None:
        self.bold = bold
        self.italic = italic
        self.strike = strike

    def text(self, text: str) -> Inline:
        return Inline(text, bold=self.bold, italic=self.italic, strike=self.strike)


def _element(element: Element, state: _State) -> Iterator[Inline]:
    match element.tag:
        case "strong":
            yield from _walk(element, bold=True, italic=state.italic, strike=state.strike)
        case "em":
            yield from _walk(element, bold=state.bold, italic=True, strike=state.strike)
        case "br":
            yield Inline("\n", "break")
        case "code":
            yield Inline(_clean(_all_text(element)), "code")
        case "img":
            yield Inline(
                _clean(element.get("alt", "")), "image", target=_clean(element.get("src", ""))
            )
        case "a":
            yield _link(element, state)
        case _:
            yield from _walk(element, bold=state.bold, italic=state.italic, strike=state.strike)


def _link(element: Element, state: _State) -> Inline:
    target = _clean(element.get("href", ""))
    text = _clean(_all_text(element))
    reference = "#" in target and "://" not in target
    return Inline(
        text,
        "reference" if reference and not text else "link",
        bold=state.bold,
        italic=state.italic,
        target=target.removeprefix("#")
        if reference and target.startswith("#") and not text
        else target,
    )


def _all_text(element: Element) -> str:
    return "".join(element.itertext())


def _texts(text: str | None, state: _State) -> Iterator[Inline]:
    if not text:
        return
    position = 0
    for match in _TOKEN.finditer(text):
        if match.start() > position:
            yield state.text(text[position : match.start()])
        position = match.end()
        if match[1] is not None:
            yield Inline(f"[{match[1]}]", "footnote", target=match[1])
        elif match[2] is not None:
            yield Inline("", "blank", width=int(match[2]))
        else:
            state.strike = match[3] is not None
    if position < len(text):
        yield state.text(text[position:])


def _clean(text: str) -> str:
    """Undo what Markdown keeps aside: escapes, shielded values, entities."""
    if "\x02" in text:
        text = re.sub("\x02amp\x03", "&", text)
        text = re.sub("\x02([0-9]+)\x03", lambda match: chr(int(match[1])), text)
    if "&" in text:
        text = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
    return unshield(text)


def _merge(pieces: Iterator[Inline]) -> Iterator[Inline]:
    """Join neighbours of one formatting, join soft line ends, clean the texts."""
    held: Inline | None = None
    for piece in pieces:
        if held is None:
            held = piece
        elif _alike(held, piece):
            held = Inline(
                held.text + piece.text, bold=held.bold, italic=held.italic, strike=held.strike
            )
        else:
            yield from _finish(held)
            held = piece
    if held is not None:
        yield from _finish(held)


def _alike(one: Inline, other: Inline) -> bool:
    return one.type == other.type == "text" and (one.bold, one.italic, one.strike) == (
        other.bold,
        other.italic,
        other.strike,
    )


def _finish(piece: Inline) -> Iterator[Inline]:
    if piece.type != "text":
        yield piece
        return
    text = _SOFT_BREAK.sub("\n", piece.text)
    lead = text[: len(text) - len(text.lstrip(" \n"))]
    tail = text[len(text.rstrip(" \n")) :] if text.strip(" \n") else ""
    core = _clean(join_lines(text)) if text.strip(" \n") else ""
    full = ("" if "\n" in lead else lead) + core + ("" if "\n" in tail else tail)
    if full:
        yield Inline(full, bold=piece.bold, italic=piece.italic, strike=piece.strike)

"""Text with emphasis, links and references into `Inline` pieces, by the `markdown` package.

Most texts hold no mark at all and never reach Markdown. Raw HTML is no markup here: it prints as it
stands, except for comments, which never print. `*` and `_` between CJK characters and digits stay
literal.
"""

from __future__ import annotations

import html
import re
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from store.model import Inline
from store.shield import BLANK, LINE_END, unshield

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from xml.etree.ElementTree import Element

    from markdown import Markdown

    from store.model import Inlines

MAX_MARKED_CHARS: Final = 50_000
_SPECIAL: Final = re.compile(r"[\\`*_\[\]<&~\x02\x03\ufdd4]|  \n")
_CJK: Final = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f\U00020000-\U0003ffff"
_PREPARED: Final = re.compile(
    rf"""
    (?P<skipped>\\[^\n] | (?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`))
  | (?P<break>\\\n)
  | (?P<comment><!--.*?-->)
  | \[\^(?P<footnote>[^\]\s]+)\]
  | ~~(?=\S)(?P<strike>.+?)(?<=\S)~~
  | (?<=[{_CJK}0-9])(?<![*_])(?P<star>[*_])(?![*_])(?=[{_CJK}0-9])
    """,
    re.VERBOSE | re.DOTALL,
)
_ENTITY: Final = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_SOFT_BREAK: Final = re.compile(r"[ \t]*\n[ \t\n\u3000]*")
_LEFT_LITERAL: Final = {"*": "\U000f002a", "_": "\U000f005f"}
_NOTE_OPEN, _NOTE_CLOSE, _STRIKE_ON, _STRIKE_OFF = "\ufdd6", "\ufdd7", "\ufdd8", "\ufdd9"
_TOKEN: Final = re.compile(
    rf"{_NOTE_OPEN}([^{_NOTE_CLOSE}]*){_NOTE_CLOSE}|{BLANK.pattern}|({_STRIKE_ON})|({_STRIKE_OFF})"
)
_BACK: Final = {
    _NOTE_OPEN: "[^",
    _NOTE_CLOSE: "]",
    _STRIKE_ON: "~~",
    _STRIKE_OFF: "~~",
}
_UNUSED_PATTERNS: Final = (
    "html",
    "entity",
    "automail",
    "reference",
    "image_reference",
    "short_reference",
    "short_image_ref",
)
# The package keeps what it has read between these; in stars gone wrong it may lose them.
_LEFT_BEHIND: Final = re.compile("[\x02\x03]")
_MORE_ESCAPES: Final = ("|", "~", "<", "&", ":", "^", "=")


def parse_inlines(text: str) -> Inlines:
    """Split a text into pieces of one formatting each; soft line ends are joined.

    A line end inside an inserted value is a `break`.
    """
    text = text.strip(" \t\n\u3000")
    if not _SPECIAL.search(text):
        joined = join_lines(text)
        return tuple(_split_breaks(Inline(unshield(joined)))) if joined else ()
    text = _LEFT_BEHIND.sub("", text)
    if len(text) <= MAX_MARKED_CHARS:
        pieces = _finished(_walk(_convert(_prepare(text)), _State()))
        if not any(_LEFT_BEHIND.search(piece.text) for piece in pieces):
            return pieces
    return _finished(_texts(text, _State()))


def plain(inlines: Inlines) -> str:
    """The plain text of the pieces; a footnote mark and a blank print nothing."""
    if len(inlines) == 1 and inlines[0].type != "footnote":
        return inlines[0].text
    return "".join(piece.text for piece in inlines if piece.type != "footnote")


def join_lines(text: str) -> str:
    """Join a paragraph's lines: no space beside a CJK character, else one."""
    text = text.strip(" \t\n\u3000")
    if "\n" not in text:
        return text
    result = ""
    for line in _SOFT_BREAK.split(text):
        result += _gap(result[-1:], line[:1]) + line
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


def _gap(before: str, after: str) -> str:
    """What stands between two lines, given the last character of one and the first of the other."""
    return " " if before and after and not (is_cjk(before) or is_cjk(after)) else ""


# -- Markdown -----------------------------------------------------------------------------------


def _prepare(text: str) -> str:
    """Replace what the package does not know by tokens; code and escapes are left alone."""
    return _PREPARED.sub(_prepared, text)


def _prepared(match: re.Match[str]) -> str:
    if match["footnote"]:
        return f"{_NOTE_OPEN}{match['footnote']}{_NOTE_CLOSE}"
    if match["strike"]:
        return f"{_STRIKE_ON}{_prepare(match['strike'])}{_STRIKE_OFF}"
    if match["star"]:
        return _LEFT_LITERAL[match["star"]]
    if match["break"]:
        return "  \n"
    return match["skipped"] or ""


_local = threading.local()


def _markdown() -> Markdown:
    """The package's converter, one a thread: it keeps notes while it works."""
    converter: Markdown | None = getattr(_local, "converter", None)
    if converter is None:
        converter = _local.converter = _new_markdown()
    return converter


def _new_markdown() -> Markdown:
    from markdown import Markdown  # noqa: PLC0415 - most documents need no inline Markdown

    converter = Markdown()
    converter.ESCAPED_CHARS = [*converter.ESCAPED_CHARS, *_MORE_ESCAPES]
    for pattern in _UNUSED_PATTERNS:
        converter.inlinePatterns.deregister(pattern)
    return converter


def _convert(text: str) -> Element:
    from xml.etree import ElementTree as ET  # noqa: PLC0415 - elements are built, not parsed

    root = ET.Element("div")
    paragraph = ET.SubElement(root, "p")
    paragraph.text = text
    _markdown().treeprocessors["inline"].run(root)
    return paragraph


@dataclass(slots=True)
class _State:
    """The formatting that holds while an element's text is read."""

    bold: bool = False
    italic: bool = False
    strike: bool = False

    def text(self, text: str) -> Inline:
        return Inline(text, bold=self.bold, italic=self.italic, strike=self.strike)


def _walk(element: Element, state: _State) -> Iterator[Inline]:
    yield from _texts(element.text, state)
    for child in element:
        yield from _element(child, state)
        yield from _texts(child.tail, state)


def _element(element: Element, state: _State) -> Iterator[Inline]:
    match element.tag:
        case "strong":
            yield from _walk(element, replace(state, bold=True))
        case "em":
            yield from _walk(element, replace(state, italic=True))
        case "br":
            yield Inline("\n", "break")
        case "code":
            code = re.sub(r"\s*\n\s*", " ", _clean("".join(element.itertext()))).strip()
            yield Inline(code, "code") if code else state.text("``")
        case "img":
            alt, source = element.get("alt", ""), element.get("src", "")
            yield Inline(_clean(alt), "image", target=_clean(source))
        case _:
            yield _link(element, state)


def _link(element: Element, state: _State) -> Inline:
    target = _clean(element.get("href", ""))
    text = join_lines(_clean("".join(element.itertext())))
    reference = not text and "#" in target and "://" not in target
    return Inline(
        text,
        "reference" if reference else "link",
        bold=state.bold,
        italic=state.italic,
        target=target.removeprefix("#") if reference else target,
    )


def _texts(text: str | None, state: _State) -> Iterator[Inline]:
    """Text with tokens; a strike-through token changes the state."""
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
    """Undo what was kept aside: entities, escapes, tokens inside code, shielded values."""
    if "&" in text:
        text = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
    if "\x02" in text:
        text = re.sub("\x02amp\x03", "&", text)
        text = re.sub("\x02([0-9]+)\x03", lambda match: chr(int(match[1])), text)
    for token, original in _BACK.items():
        text = text.replace(token, original)
    return unshield(text)


# -- pieces -------------------------------------------------------------------------------------


def _finished(pieces: Iterable[Inline]) -> Inlines:
    """Neighbours merged, line ends joined, everything kept aside put back."""
    return tuple(_merged(_joined(_trimmed(_merged(pieces)))))


def _merged(pieces: Iterable[Inline]) -> list[Inline]:
    """Join neighbouring texts of one formatting."""
    found: list[Inline] = []
    for piece in pieces:
        if found and _alike(found[-1], piece):
            found[-1] = replace(piece, text=found[-1].text + piece.text)
        else:
            found.append(piece)
    return found


def _trimmed(pieces: list[Inline]) -> list[Inline]:
    """The pieces without breaks at the start and the end."""
    start = next((at for at, piece in enumerate(pieces) if not _breaks(piece)), len(pieces))
    end = next((at for at in range(len(pieces), start, -1) if not _breaks(pieces[at - 1])), start)
    return pieces[start:end]


def _alike(one: Inline, other: Inline) -> bool:
    formats = (one.bold, one.italic, one.strike), (other.bold, other.italic, other.strike)
    return one.type == other.type and one.type in {"text", "code"} and formats[0] == formats[1]


def _joined(pieces: Sequence[Inline]) -> Iterator[Inline]:
    """Join soft line ends, also where they lie between two pieces, and clean the texts."""
    for at, piece in enumerate(pieces):
        if piece.type != "text":
            yield piece
            continue
        before = pieces[at - 1].text[-1:] if at and pieces[at - 1].type != "break" else ""
        after = pieces[at + 1].text[:1] if at + 1 < len(pieces) else ""
        text = _join_between(piece.text, before, after)
        text = (
            text.lstrip(" \t\u3000") if not before and (not at or _breaks(pieces[at - 1])) else text
        )
        text = text.rstrip(" \t\u3000") if at + 1 == len(pieces) else text
        if text:
            yield from _split_breaks(replace(piece, text=_clean(text)))


def _breaks(piece: Inline) -> bool:
    return piece.type == "break"


def _join_between(text: str, before: str, after: str) -> str:
    if "\n" not in text:
        return text
    lines = _SOFT_BREAK.split(text)
    result = lines[0]
    for at, line in enumerate(lines[1:], 2):
        follows = line[:1] or (after if at == len(lines) else "")
        result += _gap(result[-1:] or before, follows) + line
    return result


def _split_breaks(piece: Inline) -> Iterator[Inline]:
    """Line ends that an inserted value brought are breaks."""
    if LINE_END not in piece.text:
        yield piece
        return
    for at, line in enumerate(piece.text.split(LINE_END)):
        if at:
            yield Inline(LINE_END, "break")
        if line:
            yield replace(piece, text=line)

"""Finding template tags in the paragraphs of a part.

Word scatters a tag over runs, turns its quotes into curly ones and its spaces into no-break
spaces; people press Enter inside it. Here each tag becomes one token in the place where it began.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from generator.word.errors import Place, TemplateMistake
from generator.word.tokens import EMPTY, END, START, TAG, TEXT, Token

if TYPE_CHECKING:
    from collections.abc import Iterable

    from generator.word.tokens import Element

CLOSERS: Final = {"{{": "}}", "{%": "%}", "{#": "#}"}
_OPEN: Final = re.compile(r"\{[{%#]")
_LEVEL: Final = re.compile(r"(tr|tc|p|r)(?=\s|[-+]?$)\s*")
_PSEUDO: Final = {"w:tab": "\t", "w:br": "\n", "w:cr": "\n", "w:noBreakHyphen": "-"}
_TEXT_ELEMENTS: Final = frozenset({"w:t", "a:t", "m:t"})
_PARAGRAPHS: Final = frozenset({"w:p", "a:p"})
_LITERALS: Final = {"{_{": "{{", "}_}": "}}", "{_%": "{%", "%_}": "%}", "{_#": "{#", "#_}": "#}"}
_LITERAL: Final = re.compile(r"\{_[{%#]|[}%#]_\}")
_SMART: Final = {"“": '"', "”": '"', "‘": "'", "’": "'", "\uff02": '"', "\uff07": "'"}
_FULL_WIDTH: Final = {
    ord("（"): "(", ord("）"): ")", ord("，"): ",", ord("｜"): "|", ord("："): ":",  # noqa: RUF001
    ord("．"): ".", ord("＝"): "=", ord("＜"): "<", ord("＞"): ">", ord("＋"): "+",  # noqa: RUF001
    ord("－"): "-", ord("＊"): "*", ord("／"): "/", ord("％"): "%", ord("［"): "[",  # noqa: RUF001
    ord("］"): "]", ord("！"): "!", 0x3000: " ",
}  # fmt: skip


@dataclass(slots=True)
class Tag:
    """One template tag.

    Attributes:
        kind: ``{{``, ``{%`` or ``{#``.
        level: ``p``, ``tr`` or ``tc`` for a tag that stands for the whole paragraph, row or cell.
        body: What Jinja gets to see between the braces.
        source: The tag as it stands in the template.
        place: Where it stands.
        left: Whether it joins the text before it (``{%-``); `right` likewise after it (``-%}``).
        run: Whether it was written ``{{r`` or ``{%r``.
        lifted: The level at which it stands for its paragraph, row or cell, once that is done.
        host: The paragraph, row or cell it stands for.
    """

    kind: str
    level: str
    body: str
    source: str
    place: Place
    left: bool = False
    right: bool = False
    run: bool = False
    lifted: str = ""
    host: Element | None = None

    @property
    def keyword(self) -> str:
        """The first word of a statement."""
        match = re.match(r"\w+", self.body) if self.kind == "{%" else None
        return match[0] if match else ""


@dataclass(slots=True)
class Mended:
    """A tag that was not in one piece, for the clinic."""

    tag: str
    place: Place
    reason: str


@dataclass(slots=True)
class _Frame:
    """A paragraph under way: where its texts are."""

    start: int
    table: int
    row: int
    cell: int
    segments: list[tuple[int, str]] = field(default_factory=list)


def has_tags(xml: str) -> bool:
    """Whether a part may contain tags: two signs of an opening may be apart by markup."""
    return "{" in xml and _MAYBE.search(xml) is not None


_MAYBE: Final = re.compile(r"\{(?:<[^>]*>)*(?:_?)[{%#]|[}%#]_\}")


class TagFinder:
    """Finds the tags of one part and rewrites its token list.

    Args:
        part: The part's name, for places.
        tokens: The part's tokens; `run` gives a new list.
        ignored: Tags that are left as text.
    """

    def __init__(
        self, part: str, tokens: list[Token], ignored: frozenset[tuple[str, str]] = frozenset()
    ) -> None:
        self._part = part
        self._ignored = ignored
        self._tokens = tokens
        self._frames: list[_Frame] = []
        self._tables: list[list[int]] = []
        self._table_count = 0
        self._edits: dict[int, list[Token]] = {}
        self.mended: list[Mended] = []

    def run(self) -> list[Token]:
        """The tokens with each tag as a token of its own."""
        index = 0
        parent = ""
        while index < len(self._tokens):
            token = self._tokens[index]
            kind = token.kind
            if self._edits.get(index) == []:
                index += 1
                continue
            if kind == TEXT:
                if "{" in token.raw or "}" in token.raw or self._frames:
                    self._text(index, token, parent)
            elif kind == START:
                parent = token.name
                self._enter(index, token)
            elif kind == END:
                parent = ""
                self._leave(index, token)
            elif self._frames and token.name in _PSEUDO and token.raw == f"<{token.name}/>":
                self._frames[-1].segments.append((index, _PSEUDO[token.name]))
            index += 1
        result: list[Token] = []
        for index, token in enumerate(self._tokens):
            result.extend(self._edits.get(index, (token,)))
        return join_trimmed(result)

    # -- walking ---------------------------------------------------------------------------------

    def _enter(self, index: int, token: Token) -> None:
        name = token.name
        if name in _PARAGRAPHS:
            table, row, cell = self._tables[-1] if self._tables else (0, 0, 0)
            self._frames.append(_Frame(index, table, row, cell))
        elif name == "w:tbl":
            self._table_count += 1
            self._tables.append([self._table_count, 0, 0])
        elif name == "w:tr" and self._tables:
            self._tables[-1][1] += 1
            self._tables[-1][2] = 0
        elif name == "w:tc" and self._tables:
            self._tables[-1][2] += 1

    def _leave(self, index: int, token: Token) -> None:
        if token.name in _PARAGRAPHS and self._frames:
            frame = self._frames[-1]
            if not self._join_next(frame, index):
                self._frames.pop()
                self._finish(frame)
        elif token.name == "w:tbl" and self._tables:
            self._tables.pop()

    def _text(self, index: int, token: Token, parent: str) -> None:
        if self._frames and parent in _TEXT_ELEMENTS:
            self._frames[-1].segments.append((index, token.raw))
        elif "{" in token.raw and token.raw.strip() and parent != "w:delText":
            frame = _Frame(index, 0, 0, 0, [(index, token.raw)])
            self._finish(frame)

    # -- a tag over several paragraphs, cells or rows --------------------------------------------

    def _join_next(self, frame: _Frame, end: int) -> bool:
        """Append the next paragraph where a tag that began in this one ends in it."""
        stream = "".join(text for _, text in frame.segments)
        opened = _unclosed(stream)
        if opened is None:
            return False
        start = next(
            (
                index
                for index in range(end, min(end + 400, len(self._tokens)))
                if self._tokens[index].kind == START and self._tokens[index].name == "w:p"
            ),
            0,
        )
        if not start or not _neutral(self._tokens[end : start + 1]):
            return False
        following = self._paragraph_text(start)
        closer = CLOSERS[opened]
        at = following.find(closer)
        nearest = _OPEN.search(following)
        if at < 0 or (nearest and nearest.start() < at):
            return False
        self._drop(range(end, start + 1))
        self._drop_properties(start + 1)
        return True

    def _paragraph_text(self, start: int) -> str:
        parts = []
        for token in self._tokens[start:]:
            if token.kind == END and token.name == "w:p":
                break
            if token.kind == TEXT:
                parts.append(token.raw)
        return "".join(parts)

    def _drop(self, indices: Iterable[int]) -> None:
        for index in indices:
            self._edits[index] = []

    def _drop_properties(self, index: int) -> None:
        """Leave out the ``w:pPr`` of a paragraph that was joined to the one before."""
        if index < len(self._tokens) and self._tokens[index].name == "w:pPr":
            if self._tokens[index].kind == EMPTY:
                self._drop([index])
                return
            end = index
            while not (self._tokens[end].kind == END and self._tokens[end].name == "w:pPr"):
                end += 1
            self._drop(range(index, end + 1))

    # -- the tags of one paragraph ---------------------------------------------------------------

    def _finish(self, frame: _Frame) -> None:
        stream = "".join(text for _, text in frame.segments)
        if "{" not in stream and "_}" not in stream:
            return
        place = Place(self._part, html.unescape(stream), frame.table, frame.row, frame.cell)
        spans = list(_spans(stream, place, self._ignored))
        if not spans and not _LITERAL.search(stream):
            return
        self._rewrite(frame, stream, spans, place)

    def _rewrite(
        self, frame: _Frame, stream: str, spans: list[tuple[int, int]], place: Place
    ) -> None:
        found = [(begin, end, make_tag(stream[begin:end], place)) for begin, end in spans]
        tags = [item for item in found if (item[2].source, place.paragraph) not in self._ignored]
        offset = 0
        for index, text in frame.segments:
            stop = offset + len(text)
            pieces: list[Token] = []
            cursor = offset
            touched = False
            for begin, end, tag in tags:
                if end <= offset or begin >= stop:
                    continue
                touched = True
                if begin >= offset:
                    _append_text(pieces, stream[cursor:begin])
                    pieces.append(Token(TAG, "", "", tag))
                    if end > stop:
                        self.mended.append(Mended(tag.source, place, "标签被拆成了几段"))
                cursor = min(end, stop)
            if touched or _LITERAL.search(text):
                if self._tokens[index].kind == EMPTY:
                    self._edits[index] = []
                else:
                    _append_text(pieces, stream[cursor:stop])
                    self._edits[index] = pieces
            offset = stop


def _append_text(pieces: list[Token], text: str) -> None:
    if text:
        literal = _LITERAL.sub(lambda match: _LITERALS[match[0]], text)
        pieces.append(Token(TEXT, "", literal))


def _unclosed(stream: str) -> str | None:
    """The opening of a tag that has no end in this text."""
    position = 0
    while match := _OPEN.search(stream, position):
        end = stream.find(CLOSERS[match[0]], match.end())
        if end < 0:
            return match[0]
        position = end + 2
    return None


def _spans(
    stream: str, place: Place, ignored: frozenset[tuple[str, str]]
) -> Iterable[tuple[int, int]]:
    position = 0
    while match := _OPEN.search(stream, position):
        opening, begin = match[0], match.start()
        closer = CLOSERS[opening]
        end = stream.find(closer, match.end())
        inner = stream[match.end() : end] if end >= 0 else stream[match.end() :]
        if end < 0 or (opening != "{#" and _OPEN.search(_without_strings(inner))):
            shown = html.unescape(stream[begin : begin + 30])
            if (shown, place.paragraph) in ignored:
                position = match.end()
                continue
            raise TemplateMistake(
                "没有结束。", place=place, tag=shown, hint=f"请在标签末尾补上 {closer}。"
            )
        end = _real_end(stream, match.end(), end, closer)
        yield begin, end + 2
        position = end + 2


def _real_end(stream: str, start: int, end: int, closer: str) -> int:
    """Where a tag really ends: not inside a text, nor between the braces of a dictionary."""
    first = end
    while True:
        inner = stream[start:end]
        bare = _without_strings(inner)
        if not _open_string(inner) and bare.count("{") <= bare.count("}"):
            return end
        end = stream.find(closer, end + 1)
        if end < 0 or "{%" in stream[first:end]:
            return first


def _without_strings(body: str) -> str:
    return re.sub(r"\"[^\"]*\"|'[^']*'", "", html.unescape(body))


def _open_string(body: str) -> bool:
    plain = html.unescape(body)
    rest = _without_strings(plain)
    return '"' in rest or ("'" in rest and "’" not in rest and "‘" not in rest)


def make_tag(source: str, place: Place) -> Tag:
    """Take a tag apart: level, trimming, and a body in the characters that Jinja knows."""
    kind = source[:2]
    shown = html.unescape(source)
    body = shown[2:-2]
    left = body.startswith("-")
    right = body.endswith("-") and len(body) > 1
    body = body.removeprefix("-").removeprefix("+")
    if right:
        body = body[:-1]
    level = ""
    run = False
    match = _LEVEL.match(body)
    if match:
        level, body = match[1], body[match.end() :]
        if level == "r":
            level, run = "", True
    if kind != "{#":
        body = straighten(body)
    return Tag(kind, level, body.strip(), " ".join(shown.split()), place, left, right, run)


def straighten(body: str) -> str:
    """Curly quotes as straight ones, full-width signs outside of texts as half-width ones.

    Curly quotes inside a text in straight quotes stay: ``"他说“好”"``.
    """
    if body.isascii() and "\n" not in body:
        return body
    out: list[str] = []
    quote = ""
    for char in body:
        if quote:
            if char == quote or (
                quote in "”’" and char in "“”‘’" and _SMART[char] == _SMART[quote]
            ):
                out.append(_SMART.get(quote, quote))
                quote = ""
            elif quote in "”’" and char in "\"'" and char == _SMART[quote]:
                out.append("\\" + char)
            else:
                out.append("\\n" if char == "\n" else char)
        elif char in "\"'":
            quote = char
            out.append(char)
        elif char in _SMART:
            quote = "”" if _SMART[char] == '"' else "’"
            out.append(_SMART[char])
        else:
            out.append(" " if char in "\n\t\xa0" else char.translate(_FULL_WIDTH))
    if quote:
        return "".join(_SMART.get(char, char) for char in body).replace("\n", " ")
    return "".join(out)


# -- {%- and -%} --------------------------------------------------------------------------------


def join_trimmed(tokens: list[Token]) -> list[Token]:
    """Let ``{%-`` join the text before it and ``-%}`` the text after it, over paragraph ends."""
    if not any(token.tag and (token.tag.left or token.tag.right) for token in tokens):
        return tokens
    dropped: set[int] = set()
    for index, token in enumerate(tokens):
        if token.tag and token.tag.left:
            _join(tokens, index, -1, dropped)
    for index, token in enumerate(tokens):
        if token.tag and token.tag.right:
            _join(tokens, index, 1, dropped)
    return [token for index, token in enumerate(tokens) if index not in dropped]


def _join(tokens: list[Token], index: int, step: int, dropped: set[int]) -> None:
    """Drop what lies between a tag and the next text in that direction."""
    wanted = END if step < 0 else START
    position = index + step
    while position in dropped:
        position += step
    near = tokens[position]
    if near.kind == TEXT and near.raw.strip():
        near.raw = near.raw.rstrip() if step < 0 else near.raw.lstrip()
        return
    between = []
    while 0 <= position < len(tokens):
        token = tokens[position]
        if position not in dropped:
            if token.kind == TAG:
                return
            between.append(position)
            if token.kind == wanted and token.name in _TEXT_ELEMENTS:
                break
        position += step
    else:
        return
    if _neutral([tokens[i] for i in sorted(between)]):
        dropped.update(between)


def _neutral(tokens: list[Token]) -> bool:
    """Whether leaving these tokens out keeps what is open: as many of each closed as opened."""
    closed: list[str] = []
    opened: list[str] = []
    for token in tokens:
        if token.kind == START:
            opened.append(token.name)
        elif token.kind == END:
            if opened:
                opened.pop()
            else:
                closed.append(token.name)
    return closed == opened[::-1]

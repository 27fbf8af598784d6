"""A place in the lines of a body, and how far the piece that begins there goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.markers import read_marker
from store.oddities import Oddity
from store.shapes import (
    BULLET,
    DEFINITION,
    FOOTNOTE,
    ORDERED,
    PLAIN_START,
    indent_of,
    is_blank,
    is_delimiter,
    marker_oddity,
    starts_block,
)

if TYPE_CHECKING:
    import re

Line = tuple[int, str]


class Cursor:
    """Walks over lines; what looks odd on the way is noted."""

    def __init__(self, lines: list[Line], oddities: list[Oddity]) -> None:
        self.lines = lines
        self.oddities = oddities
        self.at = 0
        self._last_comment_end: int | None = None

    def note(self, line: int, code: str, detail: str = "") -> None:
        """Note something odd about a line."""
        self.oddities.append(Oddity(line, code, detail[:20]))

    def look(self, number: int, text: str) -> None:
        """Note a line that looks like an item and is none."""
        if code := marker_oddity(text):
            self.note(number, code, text.strip())

    def comment_end(self) -> int:
        """The last line with the end of a comment, -1 without one."""
        if self._last_comment_end is None:
            ends = (at for at, (_, text) in enumerate(self.lines) if "-->" in text)
            self._last_comment_end = max(ends, default=-1)
        return self._last_comment_end

    def indented_end(self) -> int:
        """One past the next indented line, blank lines before it included; else here."""
        at = self.at
        while at < len(self.lines) and is_blank(self.lines[at][1]):
            at += 1
        belongs = at < len(self.lines) and self.lines[at][1].startswith("    ")
        return at + 1 if belongs else self.at

    def skip_blanks_before(self, pattern: re.Pattern[str]) -> None:
        """Step over blank lines when another item of the same list follows."""
        at = self.at
        while at < len(self.lines) and is_blank(self.lines[at][1]):
            at += 1
        if at < len(self.lines) and at > self.at and pattern.match(self.lines[at][1]):
            self.at = at

    def descriptions_follow(self) -> bool:
        """Whether `: …` stands on the next line that is not blank."""
        at = self.at
        while at < len(self.lines) and is_blank(self.lines[at][1]):
            at += 1
        return at < len(self.lines) and bool(DEFINITION.match(self.lines[at][1]))

    def is_table_start(self, text: str) -> bool:
        """Whether the line here is the heading row of a table."""
        if "|" not in text or self.at + 1 >= len(self.lines):
            return False
        return is_delimiter(self.lines[self.at + 1][1])

    def paragraph_lines(self, *, in_list: bool = False) -> list[Line]:
        """The further lines of the paragraph that has begun."""
        lines: list[Line] = []
        while self.at < len(self.lines):
            number, text = self.lines[self.at]
            if is_blank(text) or self._ends_paragraph(text, in_list=in_list):
                break
            self.look(number, text)
            lines.append((number, text))
            self.at += 1
        return lines

    def _ends_paragraph(self, text: str, *, in_list: bool) -> bool:
        if self.is_table_start(text):
            return True
        if PLAIN_START.match(text):
            return False
        if starts_block(text) or DEFINITION.match(text) or FOOTNOTE.match(text):
            return True
        if (item := ORDERED.match(text)) and (in_list or int(item[2]) == 1):
            return True
        return bool(read_marker(text.lstrip(" ")) or BULLET.match(text))

    def item_lines(self, first: str) -> list[Line]:
        """The lines of one item, its own indentation taken off."""
        lines: list[Line] = [(self.lines[self.at][0], first)]
        self.at += 1
        blank = False
        while self.at < len(self.lines):
            number, text = self.lines[self.at]
            if is_blank(text):
                blank = True
                lines.append((number, ""))
            elif text.startswith("    "):
                lines.append((number, text[4:]))
                blank = False
            elif blank or not self._continues(number, text):
                break
            else:
                lines.append((number, text.lstrip()))
            self.at += 1
        while len(lines) > 1 and not lines[-1][1]:
            lines.pop()
        return lines

    def _continues(self, number: int, text: str) -> bool:
        """Whether a line right below an item's text is more of that text."""
        if ORDERED.match(text) or BULLET.match(text) or starts_block(text):
            return False
        if read_marker(text.lstrip()) or FOOTNOTE.match(text) or DEFINITION.match(text):
            return False
        self.look(number, text)
        if 1 <= indent_of(text) <= 3:
            self.note(number, "odd-indent", text.strip())
        return True

"""What stands inside a paragraph of a Word file: runs, fields, symbols, their formatting."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from importer.cleaning import clean_text
from importer.docx_numbering import child, value
from importer.model import Run

if TYPE_CHECKING:
    from lxml.etree import _Element

    from importer.model import Piece

_REFERENCE: Final = re.compile(r'\s*REF\s+"?([^\s"]+)"?\s(?=.*\\[nrw]\b)', re.IGNORECASE)
_OFF: Final = frozenset({"0", "false", "off", "none"})


@dataclass(slots=True)
class Paragraph:
    """What is gathered while a paragraph is read: lines of runs, and text boxes for behind it."""

    lines: list[list[Run]] = field(default_factory=lambda: [[]])
    boxes: list[_Element] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    bookmarks: list[str] = field(default_factory=list)

    @property
    def reference(self) -> str:
        """What the field whose result is being read refers to; empty for other fields."""
        return next((found for code in reversed(self.codes) if (found := referred(code))), "")

    @property
    def in_code(self) -> bool:
        """Whether the code of a field is being read, which is no text."""
        return "code" in self.fields


def flag(element: _Element | None) -> bool | None:
    """An on-off property; None where it is not said."""
    return None if element is None else value(element) not in _OFF


def choice(element: _Element) -> _Element:
    """What of alternative contents counts: the fallback where it alone holds the text."""
    choice, fallback = child(element, "Choice"), child(element, "Fallback")
    if choice is None:
        return fallback if fallback is not None else element
    return choice


def shaped(shape: Run, text: str) -> Run:
    """A text with the formatting of another run."""
    return Run(text, shape.bold, shape.italic, shape.strike, shape.link)


def say(gathered: Paragraph, run: Run) -> None:
    """Add a run; line ends inside it begin new lines."""
    if gathered.in_code or not (run.text or run.picture):
        return
    first, *others = run.text.split("\n") if not run.picture else [run.text]
    gathered.lines[-1].append(
        Run(first, run.bold, run.italic, run.strike, run.link, picture=run.picture)
    )
    for text in others:
        gathered.lines.append([shaped(run, text)])


def inner(element: _Element, name: str) -> _Element:
    """The element that holds the text of an element around runs."""
    if name == "AlternateContent":
        return choice(element)
    wrapped = {"sdt": "sdtContent", "ruby": "rubyBase"}.get(name)
    content = child(element, wrapped) if wrapped else None
    return element if content is None else content


def referred(code: str) -> str:
    """The bookmark whose number a field prints, as a link; empty for other fields."""
    match = _REFERENCE.match(code)
    return f"#{match[1]}" if match else ""


def follow_field(gathered: Paragraph, kind: str) -> None:
    """Follow a field: its code is not text, its result is."""
    match kind:
        case "begin":
            gathered.fields.append("code")
            gathered.codes.append("")
        case "separate" if gathered.fields:
            gathered.fields[-1] = "result"
        case "end" if gathered.fields:
            gathered.fields.pop()
            gathered.codes.pop()


def character(element: _Element, name: str) -> str | None:
    """The text that a child of a run stands for, None when it is not text."""
    match name:
        case "t":
            return clean_text(element.text or "")
        case "tab" | "ptab":
            return "\t"
        case "noBreakHyphen":
            return "-"
        case "sym":
            return symbol(element)
        case _:
            return None


def symbol(element: _Element) -> str:
    """A character of a symbol font: ticks and boxes by their usual codes."""
    code = value(element, "char")
    known = {
        "F0FC": "√",
        "F0FB": "×",
        "F052": "☑",
        "F0A3": "□",
        "F0A8": "□",
        "F06F": "□",
        "F0FE": "☑",
        "F0B7": "·",
    }
    return known.get(code.upper(), "□")


def give_label(piece: Piece, label: str) -> None:
    """An automatic number that reads as one is the piece's label; any other is text."""
    from importer.marks import read_mark  # noqa: PLC0415

    mark = read_mark(f"{label} 文")
    if mark is not None and not mark.weak:
        piece.label = label
    else:
        piece.text, piece.runs = f"{label} {piece.text}".strip(), ()


def merged(runs: list[Run]) -> list[Run]:
    """Neighbours of one formatting joined."""
    found: list[Run] = []
    for run in runs:
        last = found[-1] if found else None
        alike = last is not None and not (run.note or run.picture or last.note or last.picture)
        if (
            alike
            and last is not None
            and (last.bold, last.italic, last.strike, last.link)
            == (run.bold, run.italic, run.strike, run.link)
        ):
            found[-1] = shaped(last, last.text + run.text)
        else:
            found.append(run)
    return found


def trimmed(runs: list[Run]) -> tuple[Run, ...]:
    """Runs without the white space at both ends of the paragraph."""
    runs = list(runs)
    while runs and not (runs[0].note or runs[0].picture) and not runs[0].text.strip(" \t\u3000"):
        runs.pop(0)
    while runs and not (runs[-1].note or runs[-1].picture) and not runs[-1].text.strip(" \t\u3000"):
        runs.pop()
    if runs and not runs[0].picture:
        first = runs[0]
        runs[0] = Run(
            first.text.lstrip(" \t\u3000"),
            first.bold,
            first.italic,
            first.strike,
            first.link,
            first.note,
        )
    return tuple(runs)

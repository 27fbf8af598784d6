"""Plain text, runs and tables of a source as Markdown that reads back to itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from store.inline import parse_inlines, plain
from store.markers import read_marker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from importer.model import Piece, Run

_SPECIAL: Final = re.compile(r"[\\`*_\[\]<&~]|\{[{%#]|[\x02\x03]")
_BLOCK_START: Final = re.compile(
    r"#|>|\||[-+*](?:\s|$)|[0-9]{1,3}\.(?:\s|$)|:\s|\[\^|`{3}|~{3}|<!--|!\[|={3,}|\\newpage|(?:[-*_]\s*){3,}$"
)
_WITHOUT_TEXT: Final = frozenset({"footnote", "image", "reference"})
BRACES: Final = re.compile(r"\{([{%#])")
ATTRIBUTES_END: Final = re.compile(r"\{:?[^{}]*\}\s*$")


def escape(text: str, *, first: bool = True) -> str:
    """Plain text so that it parses to itself; as little is escaped as will do."""
    text = re.sub(r"\s*\n\s*", " ", text)
    if not _SPECIAL.search(text):
        return guard(text) if first else text
    for candidate in (text, _backslashed(text), heavily(text)):
        shown = BRACES.sub(r"&#123;\1", candidate)
        if _reads_as(shown, text):
            return guard(shown) if first else shown
    return heavily(text)


def _reads_as(candidate: str, text: str) -> bool:
    inlines = parse_inlines(candidate)
    formatted = any(
        piece.type != "text" or piece.bold or piece.italic or piece.strike for piece in inlines
    )
    return not formatted and plain(inlines) == text.strip(" \t\u3000")


def _backslashed(text: str) -> str:
    return (
        re.sub(r"([\\`*_\[\]])", r"\\\1", text).replace("<", "&#60;").replace("~~", "&#126;&#126;")
    )


def heavily(text: str) -> str:
    """Every character that could mean something as an entity."""
    escaped = re.sub(
        r"[\\`*_\[\]<>&~{}|#!^]",
        lambda match: f"&#{ord(match[0])};",
        re.sub(r"\s*\n\s*", " ", text),
    )
    return guard(escaped)


def guard(text: str) -> str:
    """Keep a paragraph from being read as another block."""
    if text and (_BLOCK_START.match(text) or read_marker(text) is not None):
        text = f"&#{ord(text[0])};{text[1:]}"
    return text[:-1] + "&#125;" if ATTRIBUTES_END.search(text) else text


def escape_label(text: str) -> str:
    """Text for the brackets of an image or link."""
    return re.sub(r"[\[\]\n\\]", " ", text).strip()


def marked(runs: Sequence[Run], refer: Callable[[Run], str]) -> str | None:
    """Runs with their emphasis, None where that cannot be written so that it reads back."""
    partly = any(run.bold for run in runs) and not all(run.bold for run in runs if run.text.strip())
    italic = any(run.italic for run in runs) and not all(
        run.italic for run in runs if run.text.strip()
    )
    parts: list[str] = []
    expected = ""
    for run in runs:
        if run.note:
            parts.append(f"[^{run.note}]")
            continue
        if run.picture:
            parts.append(f"![{escape_label(run.text)}]({run.picture})")
            continue
        if identity := refer(run):
            parts.append(f"[](#{identity})")
            continue
        expected += run.text
        parts.append(_one_run(run, bold=partly and run.bold, italic=italic and run.italic))
    marked = "".join(parts).strip()
    shown = "".join(
        p.text for p in parse_inlines(marked) if p.type not in {"footnote", "image", "reference"}
    )
    return marked if bare(shown) == bare(expected) else None


def _one_run(run: Run, *, bold: bool, italic: bool) -> str:
    core = run.text.strip()
    if not core:
        return run.text
    lead = run.text[: len(run.text) - len(run.text.lstrip())]
    tail = run.text[len(run.text.rstrip()) :]
    text = escape(core, first=False)
    if run.link and not run.link.startswith("#"):
        text = f"[{text}]({run.link})"
    if run.strike:
        text = f"~~{text}~~"
    if bold:
        text = f"**{text}**"
    if italic:
        text = f"*{text}*"
    return f"{lead}{text}{tail}"


def table(piece: Piece) -> str:
    """A pipe table; covered cells are `<<` (from the left) and `^^` (from above)."""
    grid = _grid(piece)
    width = max(len(row) for row in grid)
    lines = []
    for at, row in enumerate(grid):
        cells = [*row, *([""] * (width - len(row)))]
        lines.append("| " + " | ".join(cells) + " |")
        if at == 0:
            lines.append("|" + "|".join([" --- "] * width) + "|")
    return "\n".join(lines)


def _grid(piece: Piece) -> list[list[str]]:
    taken: dict[tuple[int, int], str] = {}
    for r, row in enumerate(piece.rows):
        column = 0
        for cell in row:
            while (r, column) in taken:
                column += 1
            for down in range(max(1, min(cell.rows, len(piece.rows) - r))):
                for right in range(max(1, cell.columns)):
                    mark = "<<" if right else "^^" if down else cell_text(cell.text)
                    taken[r + down, column + right] = mark
            column += max(1, cell.columns)
    width = max((c for _, c in taken), default=0) + 1
    return [[taken.get((r, c), "") for c in range(width)] for r in range(len(piece.rows))]


def cell_text(text: str) -> str:
    """A cell's text on one line."""
    parts = [escape(part, first=False).replace("|", "\\|") for part in text.strip().split("\n")]
    joined = "<br>".join(part.strip() for part in parts)
    return f"&#{ord(joined[0])};{joined[1:]}" if joined in {"^^", "<<"} else joined


def bare(text: str) -> str:
    """Text without any white space, for comparing."""
    return re.sub(r"\s+", "", text)

"""What reaches the terminal: JSON, tables that fit, progress, errors as one sentence."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TextIO

import click
from rich.cells import cell_len

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

MIN_WIDTH = 60
MAX_WIDTH = 120
MARK = "\x01"
UNMARK = "\x02"
# Characters that need no look into the table of widths: they are most of what is printed.
_USUAL: Final = re.compile(r"[ -~、-〗一-鿿！-｠]*")


def set_up_streams() -> None:
    """Let no character that the console lacks stop the output; JSON pipes are UTF-8."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def print_json(value: object) -> None:
    """Print one JSON object in UTF-8, whatever the console's encoding."""
    print_json_text(json.dumps(value, ensure_ascii=False, indent=2))


def print_json_text(text: str) -> None:
    """Print JSON that is text already, for figures that no float can hold."""
    text += "\n"
    data = text.encode("utf-8", errors="replace")
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        click.echo(text, nl=False)
        return
    sys.stdout.flush()
    buffer.write(data)
    buffer.flush()


def width() -> int:
    """Columns to fill: the terminal's, within bounds; 80 for a pipe."""
    return max(MIN_WIDTH, min(MAX_WIDTH, shutil.get_terminal_size((80, 24)).columns))


def cell_width(text: str) -> int:
    """Columns that a text takes on a terminal; East Asian wide characters take two."""
    if _USUAL.fullmatch(text):
        return 2 * len(text) - len(text.encode("ascii", "ignore"))
    return cell_len(text.replace(MARK, "").replace(UNMARK, ""))


def fit(text: str, columns: int) -> str:
    """A text cut or padded to exactly so many columns."""
    used = cell_width(text)
    if used > columns:
        text = _cut(text, columns - 2) + ".."
        used = cell_width(text)
    return text + " " * (columns - used)


def _cut(text: str, columns: int) -> str:
    used = 0
    for at, char in enumerate(text):
        used += cell_width(char)
        if used > columns:
            return text[:at]
    return text


def wrap(text: str, columns: int) -> list[str]:
    """Break a text into lines of at most so many columns.

    A line begins with no closing mark, and no number or word is broken unless it fills a line.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        rest = paragraph
        while cell_width(rest) > columns:
            at = _break_at(rest, len(_cut(rest, columns)))
            lines.append(rest[:at].rstrip())
            rest = rest[at:].lstrip(" ")
        lines.append(rest)
    return lines


def _break_at(text: str, at: int) -> int:
    """The nearest good place to break at or before `at`."""
    best = at
    while at > 1 and at > best // 2:
        after = text[at:].lstrip(MARK + UNMARK)[:1]
        before = text[:at].rstrip(MARK + UNMARK)[-1:]
        inside = before.isascii() and after.isascii() and before.isalnum() and after.isalnum()
        if not inside and after not in "，。；：、）》”！？%" and before not in "（《“":
            return at
        at -= 1
    return best


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Lines of a table that fits the terminal; the widest columns give way."""
    body = [[str(cell) for cell in row] for row in rows]
    if not body:
        return
    columns = zip(headings, *body, strict=True)
    widths = [max(map(cell_width, set(column))) for column in columns]
    room = width() - 2 * (len(widths) - 1)
    while sum(widths) > room:
        widest = max(range(len(widths)), key=widths.__getitem__)
        if widths[widest] <= 8:
            break
        widths[widest] -= min(sum(widths) - room, widths[widest] - 8)
    yield click.style(_row(headings, widths), bold=True)
    yield from (_row(row, widths) for row in body)


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(fit(cell, at) for cell, at in zip(cells, widths, strict=True)).rstrip()


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr once something takes more than a second; nothing in a pipe.

    The function it gives takes (done, total).
    """
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda _done, _total: None
        return
    from cli.bar import Bar  # noqa: PLC0415 - rich costs start-up

    with Bar(label) as bar:
        yield bar.update


def echo_error(message: str, hint: str = "") -> None:
    """One sentence on stderr, and how to mend it."""
    click.echo(click.style("错误：", fg="red", bold=True) + message, err=True)
    if hint:
        click.echo(f"      {hint}", err=True)


def echo_warning(message: str) -> None:
    """A remark on stderr."""
    click.echo(click.style("提醒：", fg="yellow") + message, err=True)


def emit(value: Any, stream: TextIO | None = None) -> None:
    """Print a line of text."""
    click.echo(value, file=stream)

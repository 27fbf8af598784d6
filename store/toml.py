"""TOML as Chinese users write it: bare keys may be Chinese.

TOML 1.0 allows only ASCII in bare keys; `[公司]` and `名称 = "…"` are quoted here before the
standard library reads them. Full-width equals signs and quotation marks are told as what they are.
"""

from __future__ import annotations

import re
import tomllib
from typing import Any, Final

_TABLE: Final = re.compile(r"^(\s*\[{1,2})([^\[\]#]+)(\]{1,2}.*)$")
_PAIR: Final = re.compile(r"^(\s*)([^\s=\"'#\[\]{},][^=\"'#\[\]{},]*?)(\s*=.*)$")
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_PART: Final = re.compile(r"""(?:"[^"]*"|'[^']*'|[^."'])+""")
_INLINE: Final = re.compile(r"""("(?:[^"\\]|\\.)*"|'[^']*')|([{,]\s*)([^\s="'{},\[\]#]+)(\s*=)""")


def loads(text: str) -> dict[str, Any]:
    """Read TOML whose bare keys may hold any letters.

    Raises:
        tomllib.TOMLDecodeError: The text is not TOML; the line is that of the text.
    """
    lines: list[str] = []
    inside = ""
    for line in text.split("\n"):
        lines.append(line if inside else _quote_line(line))
        inside = _multiline(line, inside)
    return tomllib.loads("\n".join(lines))


def _multiline(line: str, inside: str) -> str:
    """Which triple quote is open after this line."""
    for quote in ('"""', "'''"):
        if (not inside or inside == quote) and line.count(quote) % 2:
            return "" if inside else quote
    return inside


def _quote_line(line: str) -> str:
    if line.isascii():
        return line
    if match := _TABLE.match(line):
        return match[1] + _quote_path(match[2]) + match[3]
    if match := _PAIR.match(line):
        line = match[1] + _quote_path(match[2]) + match[3]
    return _INLINE.sub(_quote_inline, line) if "{" in line else line


def _quote_inline(match: re.Match[str]) -> str:
    """A key of an inline table; what stands in quotation marks stays."""
    return match[1] or match[2] + _quote_path(match[3]) + match[4]


def _quote_path(path: str) -> str:
    return ".".join(
        f'"{part}"' if _BARE.fullmatch(part) is None and part[:1] not in {'"', "'"} else part
        for part in (piece.strip() for piece in _PART.findall(path))
    )

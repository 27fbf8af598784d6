"""Light or dark: a cookie that the server reads, so that no page flashes in the wrong colours."""

from __future__ import annotations

from typing import Final

from flask import request

COOKIE: Final = "wenshu_theme"
KEPT_SECONDS: Final = 365 * 86400
THEMES: Final = frozenset({"light", "dark"})


def theme() -> str:
    """What was chosen; empty for the computer's own setting."""
    chosen = request.cookies.get(COOKIE, "")
    return chosen if chosen in THEMES else ""

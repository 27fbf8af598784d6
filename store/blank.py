"""A place to be filled in by hand."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Blank:
    """An underlined blank, so many Chinese characters wide; each front end draws it itself."""

    width: int = 8

    def __str__(self) -> str:
        return "_" * (2 * self.width)

"""Texts that are nearly the same: 终稿 and 终稿2, a copy, the .pdf of the .doc."""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_SIZE: Final = 8
_KEPT: Final = 96
_NOT_TEXT: Final = re.compile(r"[\W_]+")


def signature_of(text: str) -> tuple[int, ...]:
    """The smallest hashes of the text's eight-character pieces, punctuation left out."""
    text = _NOT_TEXT.sub("", text)[:200_000]
    if len(text) < _SIZE:
        return (zlib.crc32(text.encode()),) if text else ()
    hashes = {
        zlib.crc32(text[at : at + _SIZE].encode("utf-8", "surrogatepass"))
        for at in range(len(text) - _SIZE + 1)
    }
    return tuple(sorted(hashes)[:_KEPT])


def likeness(one: Sequence[int], other: Sequence[int]) -> float:
    """The share of pieces two texts have in common (0 to 1), estimated from their signatures."""
    if not one or not other:
        return 0.0
    union = sorted(set(one) | set(other))[: max(len(one), len(other))]
    both = set(one) & set(other)
    return sum(value in both for value in union) / len(union)

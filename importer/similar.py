"""Texts that are nearly the same: 终稿 and 终稿2, a copy, the .pdf of the .doc."""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_SIZE: Final = 8
_KEPT: Final = 96
_LONGEST: Final = 60_000
_NOT_TEXT: Final = re.compile(r"[\W_]+")


def signature_of(text: str) -> tuple[int, ...]:
    """The smallest hashes of the text's eight-character pieces, punctuation left out."""
    text = _NOT_TEXT.sub("", text[:_LONGEST])
    data = text.encode("utf-16-le", "surrogatepass")
    if len(text) < _SIZE:
        return (zlib.crc32(data),) if text else ()
    width = 2 * _SIZE
    hashes = {zlib.crc32(data[at : at + width]) for at in range(0, len(data) - width + 1, 2)}
    return tuple(sorted(hashes)[:_KEPT])


def likeness(one: Sequence[int], other: Sequence[int]) -> float:
    """The share of pieces two texts have in common (0 to 1), estimated from their signatures."""
    both = set(one).intersection(other)
    if not both:
        return 0.0
    union = sorted({*one, *other})[: max(len(one), len(other))]
    return sum(value in both for value in union) / len(union)

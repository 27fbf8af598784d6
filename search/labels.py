"""Labels of clauses, compared by what they say: 第12条, 第１２条 and 第十二条 are one."""

from __future__ import annotations

import re
import unicodedata
from hashlib import blake2b
from typing import Final

from store.numerals import CHINESE_PATTERN, read_number

_NUMBER: Final = re.compile(f"{CHINESE_PATTERN}+|[0-9]+")
_SEPARATOR: Final = re.compile("[、.()]+")
_SPACE: Final = re.compile(r"\s+")


def normal_label(label: str) -> str:
    """A label in one form: NFKC, no blanks, Arabic numerals."""
    plain = _SPACE.sub("", unicodedata.normalize("NFKC", label))
    return _NUMBER.sub(_arabic, plain)


def _arabic(match: re.Match[str]) -> str:
    try:
        return str(read_number(match.group()))
    except ValueError:
        return match.group()


def citation_key(place: str) -> str:
    """The label in a citation in one form, without what separates its parts: 三、7. is 三|7."""
    return _SEPARATOR.sub("|", normal_label(place)).strip("|")


def label_key(label: str | None) -> int:
    """A 64-bit number of the label, 0 for none."""
    if not label:
        return 0
    digest = blake2b(normal_label(label).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") or 1

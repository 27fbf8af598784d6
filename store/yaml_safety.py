"""A bound on the nesting of YAML, told from the text alone.

The C library under PyYAML calls itself for each level; a hundred thousand brackets break its stack
and end the whole program. Whoever hands a foreign text to YAML asks here first.
"""

from __future__ import annotations

import re
from typing import Final

_MOST_BRACKETS: Final = 10_000
_MANY_MARKS: Final = re.compile(r"(?:[-?:][ \t]+){100}")


def nests_too_deep(text: str) -> bool:
    """Whether a text holds more brackets or marks in a row than any honest file."""
    return text.count("[") + text.count("{") > _MOST_BRACKETS or bool(_MANY_MARKS.search(text))

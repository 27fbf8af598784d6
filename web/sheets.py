"""A spreadsheet on a page: a grid of its cells, those marked that something is odd about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from store.model import Problem

_PLACE: Final = re.compile(r"工作表“(?P<sheet>.+?)”(?:(?P<cell>[A-Z]{1,3}[0-9]{1,7}) 单元格|第 )")


def cell_of(problem: Problem) -> tuple[str, str]:
    """The sheet and the cell that a problem speaks of; empty where it speaks of more."""
    match = _PLACE.match(problem.message)
    if match is None:
        return "", ""
    return match["sheet"], match["cell"] or ""

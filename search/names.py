"""A name of each document - its title, its post - looked through as one text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from search.folding import Folder

    Array = NDArray[Any]


class Names:
    """Folded names by the document's row.

    Args:
        names: A name of each document.
        fold: Folds them.
        blanks: Whether blanks are kept.
    """

    def __init__(self, names: Sequence[str], fold: Folder, *, blanks: bool = False) -> None:
        """Join the names, a line each."""
        text = "\n".join(names)
        if text.count("\n") >= max(len(names), 1):
            text = "\n".join(" ".join(name.split()) for name in names)
        folded = fold(text)
        self._text = folded if blanks else folded.replace(" ", "")
        self._lines = self._text.split("\n") if names else []
        lengths = np.fromiter(map(len, self._lines), np.int64, len(self._lines))
        self._ends = np.cumsum(lengths + 1)

    def __len__(self) -> int:
        return len(self._lines)

    def __getitem__(self, row: int) -> str:
        return self._lines[row]

    def holding(self, text: str) -> Array:
        """Which documents have a folded text in their name."""
        found = np.zeros(len(self._lines), bool)
        at = self._text.find(text)
        while at >= 0:
            row = int(self._ends.searchsorted(at, side="right"))
            if row >= len(found):
                break
            found[row] = text in self._lines[row]
            at = self._text.find(text, int(self._ends[row]))
        return found

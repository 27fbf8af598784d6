"""Versions of one clause folded into one hit, what is in force first."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from search.pairing import pair_versions
from search.table import IN_FORCE, UNKNOWN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from search.generation import Generation

    Array = NDArray[Any]

_ABOVE_AGES: Final = 10_000_000


class VersionGroups:
    """Knows which units of a generation are versions of one clause; pairs them when needed."""

    def __init__(self, generation: Generation) -> None:
        """Look at this generation."""
        self._generation = generation
        self._table = generation.table
        self._orders: dict[int, Array] = {}
        self._pairing = Lock()

    @cached_property
    def _groups(self) -> Array:
        """A number for what the versions of one text say alike, -1 for all else."""
        return np.full(len(self._generation.unit_rows), -1, np.int64)

    @cached_property
    def _unpaired(self) -> list[list[int]]:
        """The rows of each text of several versions whose clauses were not paired yet."""
        families: dict[str, list[int]] = {}
        names, ages = self._table.column("family"), self._table.column("age")
        counts = Counter(names)
        if len(counts) == len(names):
            return []
        for at, family in enumerate(names):
            if counts[family] > 1:
                families.setdefault(family, []).append(at)
        several = list(families.values())
        for rows in several:
            rows.sort(key=lambda at: -ages[at])
        return several

    def groups(self, rows: Array) -> Array:
        """The group of each unit of the corpus, those of the documents in these rows made."""
        if not self._unpaired:
            return self._groups
        present = np.zeros(len(self._table), bool)
        present[rows] = True
        with self._pairing:
            for family in [family for family in self._unpaired if present[family].any()]:
                self._pair_family(family)
                self._unpaired.remove(family)
        return self._groups

    def _pair_family(self, family: list[int]) -> None:
        generation = self._generation
        fold, count = generation.analysis.folder, int(self._groups.max()) + 1
        units = [np.flatnonzero(generation.unit_rows == at).tolist() for at in family]
        texts = [[fold(generation.corpus.text(unit)) for unit in one] for one in units]
        for one, numbers in zip(units, pair_versions(texts), strict=True):
            self._groups[one] = np.array(numbers, np.int64) + count

    def fold(self, groups: Array, scores: Array, rows: Array, day: int) -> Array:
        """Which of some units stay: single ones, and of each group what stands first on a day.

        Args:
            groups: The group of each unit.
            scores: The scores; what stays gets the best score of its group.
            rows: The document of each unit.
            day: The day.
        """
        grouped = np.flatnonzero(groups >= 0)
        single = np.flatnonzero(groups < 0)
        if not len(grouped):
            return single
        order = self._order(day)[rows[grouped]]
        by = grouped[np.lexsort((-scores[grouped], -order, groups[grouped]))]
        first = by[np.flatnonzero(np.diff(groups[by], prepend=-2))]
        best = np.zeros(int(groups.max()) + 1)
        np.maximum.at(best, groups[grouped], scores[grouped])
        scores[first] = best[groups[first]]
        chosen: Array = np.sort(np.concatenate((single, first)))
        return chosen

    def _order(self, day: int) -> Array:
        """What stands first among the versions of one clause: in force, then the newest."""
        if day not in self._orders:
            state = self._table.in_force(day)
            rank = np.where(state == IN_FORCE, 2, np.where(state == UNKNOWN, 1, 0))
            ages = np.array(self._table.column("age"), np.int64)
            self._orders = {day: rank * _ABOVE_AGES + ages}
        return self._orders[day]

    def others(self, unit: int, row: int) -> tuple[tuple[int, int], ...]:
        """The same clause in other versions as (unit, document's row), the newest first."""
        group = int(self._groups[unit])
        if group < 0:
            return ()
        same = np.flatnonzero(self._groups == group)
        owners = self._generation.unit_rows[same]
        ages = self._table.column("age")
        pairs = [
            (other, owner)
            for other, owner in zip(same.tolist(), owners.tolist(), strict=True)
            if other != unit and owner >= 0 and owner != row
        ]
        pairs.sort(key=lambda pair: -ages[pair[1]])
        return tuple(pairs)

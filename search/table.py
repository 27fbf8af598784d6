"""The documents of a generation: what filters, facets and hits need to know, column by column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, overload

import numpy as np

from search.arrays import DamagedFileError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    Array = NDArray[Any]

ALWAYS, DATED, NEVER, UNCERTAIN = 0, 1, 2, 3
NOT_IN_FORCE, IN_FORCE, UNKNOWN = 0, 1, 2
OPEN_END: Final = 9_999_999


@dataclass(slots=True)
class Row:
    """One document.

    Attributes:
        id: The document's id.
        stamp: What the indexed text depends on.
        segment: Name of the segment with its units.
        ordinal: Its number there.
        size, mtime_ns: The file as it was when it was read.
        data: Metric files as [path, size, time].
        refers: The documents whose labels it prints, as it names them.
        since, until: First day in force and first day not any more, as ordinals.
        mode: ALWAYS, DATED, NEVER or UNCERTAIN.
        cited: How many other documents cite it by its title.
        cites: The titles it cites.
    """

    id: str
    stamp: str
    segment: str = ""
    ordinal: int = 0
    path: str = ""
    size: int = 0
    mtime_ns: int = 0
    data: list[list[Any]] = field(default_factory=list)
    refers: list[str] = field(default_factory=list)
    title: str = ""
    kind: str = ""
    department: str = ""
    position: str = ""
    status: str = ""
    number: str = ""
    version: str = ""
    effective: str | None = None
    expires: str | None = None
    year: int | None = None
    tags: list[str] = field(default_factory=list)
    family: str = ""
    age: int = 0
    since: int = 0
    until: int = OPEN_END
    mode: int = ALWAYS
    weight: float = 1.0
    cited: int = 0
    cites: list[str] = field(default_factory=list)


_REPEATED: Final = 4
_COLUMNS: Final = tuple(item.name for item in fields(Row))


class _Rows(Sequence[Row]):
    """Rows that are made of columns when they are asked for."""

    def __init__(self, columns: list[list[Any]]) -> None:
        self._columns = columns
        self._made: list[Row | None] = [None] * len(columns[0])

    def __len__(self) -> int:
        return len(self._made)

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> list[Row]: ...
    def __getitem__(self, at: int | slice) -> Row | list[Row]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        found = self._made[at]
        if found is None:
            found = self._made[at] = Row(*(column[at] for column in self._columns))
        return found


class Table:
    """The rows of a generation and their columns as arrays."""

    def __init__(self, rows: Iterable[Row]) -> None:
        """Keep the rows in order of ids."""
        self.rows: Sequence[Row] = sorted(rows, key=lambda row: row.id)
        self._columns: dict[str, list[Any]] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def column(self, name: str) -> list[Any]:
        """One attribute of all rows."""
        if name not in self._columns:
            self._columns[name] = [getattr(row, name) for row in self.rows]
        return self._columns[name]

    def to_json(self) -> dict[str, object]:
        """The rows column by column."""
        return {name: _coded(self.column(name)) for name in _COLUMNS}

    @classmethod
    def from_json(cls, columns: Mapping[str, Any]) -> Table:
        """Read what `to_json` gave.

        Raises:
            DamagedFileError: Columns are missing or of different lengths.
        """
        table = cls(())
        try:
            table._columns = {name: _decoded(columns[name]) for name in _COLUMNS}
            lengths = {len(column) for column in table._columns.values()}
        except (KeyError, TypeError, IndexError) as error:
            raise DamagedFileError("table") from error
        if len(lengths) != 1:
            raise DamagedFileError("table")
        table.rows = _Rows(list(table._columns.values()))
        return table

    @cached_property
    def by_id(self) -> dict[str, int]:
        """The row number of each id."""
        return {name: at for at, name in enumerate(self.column("id"))}

    def codes(self, name: str) -> tuple[list[str], Array]:
        """The distinct values of a column and, for each row, the number of its value."""
        return self._codes(name)

    def _codes(self, name: str) -> tuple[list[str], Array]:
        cached = self._code_cache.get(name)
        if cached is None:
            numbers: dict[str, int] = {}
            values = dict.fromkeys(self.column(name))
            codes = {v: numbers.setdefault(_as_text(v), len(numbers)) for v in values}
            column = list(map(codes.__getitem__, self.column(name)))
            cached = self._code_cache[name] = list(numbers), np.array(column, np.int64)
        return cached

    @cached_property
    def _code_cache(self) -> dict[str, tuple[list[str], Array]]:
        return {}

    def in_force(self, day: int) -> Array:
        """NOT_IN_FORCE, IN_FORCE or UNKNOWN of each row on a day (an ordinal)."""
        modes, since, until = self._life
        inside = (since <= day) & (day < until)
        result = np.where(inside, IN_FORCE, NOT_IN_FORCE)
        result = np.where(inside & (modes == UNCERTAIN), UNKNOWN, result)
        result = np.where(modes == NEVER, NOT_IN_FORCE, result)
        answer: Array = np.where(modes == ALWAYS, IN_FORCE, result)
        return answer

    @cached_property
    def _life(self) -> tuple[Array, Array, Array]:
        modes, since, until = (
            np.array(self.column(name), np.int64) for name in ("mode", "since", "until")
        )
        return modes, since, until

    @cached_property
    def authority(self) -> Array:
        """Weight of the kind, raised for documents that others cite."""
        weights = np.array(self.column("weight"), np.float64)
        cited = np.array(self.column("cited"), np.float64)
        raised: Array = weights * (1 + CITED_WEIGHT * np.log1p(cited))
        return raised


CITED_WEIGHT: Final = 0.08


def _coded(column: list[Any]) -> object:
    """A column; one with few different values as these and their numbers."""
    keys = list(map(repr, column)) if column and isinstance(column[0], list) else column
    values = dict(zip(keys, column, strict=True))
    if len(values) * _REPEATED > len(column):
        return column
    numbers = {key: number for number, key in enumerate(values)}
    return {"values": list(values.values()), "at": [numbers[key] for key in keys]}


def _decoded(column: Any) -> list[Any]:
    """What `_coded` was given; equal values are one object."""
    if isinstance(column, list):
        return column
    return list(map(column["values"].__getitem__, column["at"]))


def _as_text(value: object) -> str:
    return "" if value is None else str(value)

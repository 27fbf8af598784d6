"""A list of people among the data files: who signs the ready sheets (签收表, 签到册)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from generator.batch_rows import read_table
from store.exceptions import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from generator.batch_rows import BatchTable

_NAME: Final = "姓名"


def take_people(
    data: Sequence[Path], values: Mapping[str, object]
) -> tuple[list[Path], dict[str, object]]:
    """Move lists of people from the data files to the value 人员.

    Args:
        data: Metric files, and tables with a column 姓名.
        values: The values given otherwise; a 人员 among them stays.

    Returns:
        The other files, and the values.

    Raises:
        InputError: A cell of a list cannot be used.
    """
    files: list[Path] = []
    people: list[dict[str, object]] = []
    for path in data:
        table = _people(path)
        if table is None:
            files.append(path)
            continue
        for row in table.rows:
            for column, fault in row.faults:
                raise InputError(
                    f"名单 {path.name} 的“{column}”列：{fault}。", path=str(path), line=row.line
                )
            if _NAME in row.values:
                people.append(row.values)
    return files, {**({"人员": people} if people else {}), **values}


def _people(path: Path) -> BatchTable | None:
    """The table, if it is a list of people; metric files have no column 姓名."""
    try:
        table = read_table(path)
    except InputError:
        return None
    return table if _NAME in table.columns else None

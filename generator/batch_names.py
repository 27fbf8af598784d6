"""File names from a pattern: safe on Windows, never two alike, never too long."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from store.exceptions import UsageError
from store.missing import near_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generator.batch_rows import BatchRow

_PLACE: Final = re.compile(r"\{([^{}:]*)(?::0?(\d{1,2})d)?\}")
_UNSAFE: Final = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\ufeff]')
_RESERVED: Final = re.compile(r"(?i)(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?")
_LONGEST_BYTES: Final = 180
_LONGEST: Final = 90
_OWN: Final = ("row", "序号", "标题", "first column", "首列")
_NAMING: Final = ("姓名", "名称", "工号")
FORMER_PATTERN: Final = "{row:04d}-{first column}"
_EMPTY: Final = "未填"


def safe_file_name(text: str) -> str:
    """A text as a file name without suffix on every system."""
    name = re.sub(r"\s+", " ", unicodedata.normalize("NFC", _UNSAFE.sub("_", text)))
    name = name.strip(" .")[:_LONGEST]
    while len(name.encode()) > _LONGEST_BYTES:
        name = name[:-1]
    name = name.rstrip(" .")
    return f"_{name}" if _RESERVED.fullmatch(name) else name or "未命名"


class Namer:
    """Makes the name of each row's file.

    Args:
        pattern: `{row:04d}-{姓名}`; empty for the row's number and its column 姓名, or else
            名称, 工号, the first column.
        columns: The columns of the table.

    Raises:
        UsageError: The pattern names a column that is not there.
    """

    def __init__(self, pattern: str, columns: Sequence[str]) -> None:
        column = next((name for name in _NAMING if name in columns), "first column")
        self._pattern = pattern or f"{{row:04d}}-{{{column}}}"
        self._columns = tuple(columns)
        self._used: dict[str, int] = {}
        for name, _ in _PLACE.findall(self._pattern):
            if name not in self._columns and name not in _OWN:
                near = near_names(name, self._columns)
                raise UsageError(
                    f"文件名中的“{{{name}}}”不是表格的列。",
                    hint=f"是不是：{'、'.join(near)}？" if near
                    else "可用：{row:04d}、{标题}，以及各列的名称。",
                )  # fmt: skip

    def name(self, row: BatchRow, title: str = "") -> str:
        """The row's file name without suffix; a second of the same name gets a number."""

        def fill(match: re.Match[str]) -> str:
            return self._value(match[1], match[2], row, title)

        name = safe_file_name(_PLACE.sub(fill, self._pattern))
        key = name.casefold()
        count = self._used[key] = self._used.get(key, 0) + 1
        if count == 1:
            return name
        numbered = f"{name}-{count}"
        while numbered.casefold() in self._used:
            self._used[key] += 1
            numbered = f"{name}-{self._used[key]}"
        self._used[numbered.casefold()] = 1
        return numbered

    def _value(self, name: str, width: str | None, row: BatchRow, title: str) -> str:
        value: object = row.values.get(name)
        if value is None and name in {"row", "序号"}:
            value = row.number
        elif value is None and name in {"first column", "首列"}:
            value = row.values.get(self._columns[0]) if self._columns else None
        elif value is None and name == "标题":
            value = title
        text = str(value) if value not in {None, ""} else _EMPTY
        return text.zfill(int(width)) if width and text.isdigit() else text

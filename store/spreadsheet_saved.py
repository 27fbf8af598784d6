"""Mappings that a person confirmed: kept in the workspace, used again for sheets of that layout."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import yaml

from store import files
from store.exceptions import InputError
from store.spreadsheet import cell_name
from store.spreadsheet_headers import has_number
from store.spreadsheet_mapping import fingerprint, guess_mapping, mapping_at
from store.yaml_safety import nests_too_deep

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from store.spreadsheet import Sheet
    from store.spreadsheet_mapping import SheetMapping

_TOP_ROWS: Final = 8


def find_mapping(sheets: Sequence[Sheet], path: Path, folder: Path | None) -> SheetMapping:
    """How a spreadsheet is read: as a person said of its layout, else as its headers suggest.

    Args:
        sheets: The sheets of the file.
        path: The file, for messages.
        folder: Where mappings are kept; None looks for none.

    Raises:
        InputError: No sheet looks like metrics, or the saved mapping was damaged.
    """
    try:
        guess = guess_mapping(sheets, path)
    except InputError:
        layout = unknown_layout(sheets)
        saved = _read(folder, layout)
        if saved is None or (found := _fitted(saved, sheets, layout)) is None:
            raise
        return found
    saved = _read(folder, guess.fingerprint)
    return guess if saved is None else _fitted(saved, sheets, guess.fingerprint, guess) or guess


def unknown_layout(sheets: Sequence[Sheet]) -> str:
    """The fingerprint of a file without a known header: the texts above the figures."""
    return fingerprint(
        f"{column}:{value}"
        for sheet in sheets
        for values in sheet.rows[:_TOP_ROWS]
        if not has_number(values)
        for column, value in enumerate(values)
        if isinstance(value, str) and value.strip()
    )


class _Saved:
    """A saved mapping as it stands in its file; `header` is None where the guess found it."""

    def __init__(self, raw: Mapping[str, object]) -> None:
        self.sheet = str(raw.get("工作表", ""))
        self.header = _header(str(raw.get("表头行", "")))
        self.titles = fingerprint(_listed(raw.get("表头", [])))
        self.columns = {_column(name): key for name, key in _texts(raw.get("列", {})).items()}
        self.defaults = _texts(raw.get("默认", {}))
        rows = raw.get("行", {})
        if not isinstance(rows, dict):
            raise TypeError
        self.rows = {str(name): _texts(row) for name, row in rows.items()}


def _read(folder: Path | None, layout: str) -> _Saved | None:
    """The saved mapping of a layout.

    Raises:
        InputError: Its file was damaged.
    """
    path = None if folder is None else folder / f"{layout}.yaml"
    if path is None or not path.is_file():
        return None
    try:
        text = files.decode(files.read_bytes(path), path)
        raw = None if nests_too_deep(text) else yaml.load(text, Loader=yaml.BaseLoader)
        return _Saved(raw)  # type: ignore[arg-type]  # what is no mapping fails inside
    except (yaml.YAMLError, AttributeError, TypeError, ValueError) as error:
        hint = "请删去该文件，重新对应一次。"
        raise InputError(f"表格对应关系 {path} 已损坏。", hint=hint, path=str(path)) from error


def _fitted(
    saved: _Saved, sheets: Sequence[Sheet], layout: str, guess: SheetMapping | None = None
) -> SheetMapping | None:
    """A saved mapping for this file; None where its sheet or header is not there any more."""
    found = guess if saved.header is None else _placed(saved, sheets, saved.header)
    if found is None:
        return None
    return replace(
        found,
        columns=saved.columns,
        defaults={**found.defaults, **saved.defaults},
        rows=saved.rows,
        saved=True,
        layout=layout,
    )


def _placed(saved: _Saved, sheets: Sequence[Sheet], header: tuple[int, int]) -> SheetMapping | None:
    """The mapping at the header that a person pointed out, lines above it more or fewer."""
    sheet = _sheet(sheets, saved.sheet)
    if sheet is None:
        return None
    depth = header[1] - header[0]
    for first in (header[0], *range(_TOP_ROWS)):
        found = mapping_at(sheet, first, first + depth)
        if fingerprint(found.titles[at] for at in sorted(found.titles)) == saved.titles:
            return replace(found, placed=True)
    return None


def _sheet(sheets: Sequence[Sheet], name: str) -> Sheet | None:
    """The sheet of that name, whatever the month or year in it; the latest of several."""
    exact = [sheet for sheet in sheets if sheet.name == name]
    bare = re.sub(r"[0-9]+", "#", name)
    alike = [sheet for sheet in sheets if re.sub(r"[0-9]+", "#", sheet.name) == bare]
    alike.sort(key=lambda sheet: [int(one) for one in re.findall(r"[0-9]+", sheet.name)])
    return next(iter(exact + alike[::-1]), None)


def _header(text: str) -> tuple[int, int] | None:
    """`3-4` as rows 2 and 3 counted from 0."""
    if not text:
        return None
    first, _, last = text.partition("-")
    return int(first) - 1, int(last or first) - 1


def _listed(raw: object) -> list[str]:
    return [str(item) for item in raw] if isinstance(raw, list) else []


def _column(name: str) -> int:
    column = 0
    for letter in name.upper():
        column = column * 26 + ord(letter) - 64
    if not name.isascii() or not name.isalpha():
        raise ValueError(name)
    return column - 1


def _texts(raw: object) -> dict[str, str]:
    if not isinstance(raw, dict):
        raise TypeError
    return {str(key): str(value) for key, value in raw.items()}


def save_mapping(folder: Path, mapping: SheetMapping) -> Path:
    """Keep a confirmed mapping; the next sheet of this layout is read by it.

    Raises:
        EnvironmentRefused: The folder cannot be written.
    """
    first, last = mapping.header
    raw = {
        "说明": "文枢保存的表格对应关系；同样格式的表格以后照此读取。",
        "工作表": mapping.sheet,
        "表头行": f"{first + 1}-{last + 1}" if mapping.placed else "",
        "表头": [mapping.titles[at] for at in sorted(mapping.titles)],
        "列": {cell_name(0, at)[:-1]: key for at, key in sorted(mapping.columns.items())},
        "默认": dict(mapping.defaults),
        "行": {name: dict(row) for name, row in mapping.rows.items()},
    }
    text = yaml.safe_dump(raw, allow_unicode=True, sort_keys=False)
    path = folder / f"{mapping.fingerprint}.yaml"
    files.write_atomic(path, text.encode())
    return path

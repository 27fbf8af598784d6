"""How a foreign spreadsheet is read: shown as a table, corrected line by line, kept."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from cli.output import echo_error, emit, table
from store.exceptions import InputError, UsageError
from store.spreadsheet import SHEET_SUFFIXES, TEXT_SUFFIXES, cell_name, read_sheets
from store.spreadsheet_corrections import GRAMMAR, corrected
from store.spreadsheet_headers import IGNORED
from store.spreadsheet_metrics import read_mapped
from store.spreadsheet_saved import find_mapping, save_mapping

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from store.metrics import MetricSet
    from store.spreadsheet import Sheet
    from store.spreadsheet_mapping import SheetMapping

_SHOWN = 40
_GIVE_UP = ("q", "Q", "放弃")


class MappedSheet:
    """A spreadsheet with the mapping by which it is read.

    Args:
        path: The spreadsheet.
        folder: Where mappings are kept; None outside a workspace.
        said: Corrections, each as `store.spreadsheet_corrections` reads it.

    Raises:
        InputError: The file cannot be read, or no header was found and none pointed out.
        UsageError: It is no spreadsheet, or a correction cannot be understood.
    """

    def __init__(self, path: Path, folder: Path | None, said: Sequence[str] = ()) -> None:
        if path.suffix.lower() not in SHEET_SUFFIXES | TEXT_SUFFIXES:
            raise UsageError(
                f"“{path.name}”不是表格，没有对应关系。", hint="请给出 xlsx、xls 或 csv。"
            )
        self._path = path
        self._folder = folder
        self._sheets = read_sheets(path)
        mapping: SheetMapping | None = None
        try:
            mapping = find_mapping(self._sheets, path, folder)
        except InputError:
            if not said:
                raise
        self.mapping = (
            corrected(self._sheets, path, mapping, said) if said or not mapping else mapping
        )

    @property
    def metrics(self) -> MetricSet:
        """The figures as the mapping reads them."""
        return read_mapped(self._path, self._sheets, self.mapping)

    def correct(self, said: str) -> None:
        """Take in one more correction.

        Raises:
            UsageError: It cannot be understood.
        """
        self.mapping = corrected(self._sheets, self._path, self.mapping, [said])

    def save(self) -> Path:
        """Keep the mapping for sheets of this layout.

        Raises:
            UsageError: There is no workspace to keep it in.
        """
        if self._folder is None:
            hint = "请在资料库中运行，或加 -w 资料库。"
            raise UsageError("不在资料库里，对应关系无处可存。", hint=hint)
        kept = save_mapping(self._folder, self.mapping)
        self.mapping = replace(self.mapping, saved=True)
        if self._path.resolve().is_relative_to(self._folder.resolve().parents[2]):
            with suppress(OSError):  # what was made from the table is behind now
                self._path.touch()
        return kept

    # -- showing -----------------------------------------------------------------------------

    @property
    def _sheet(self) -> Sheet:
        return next(sheet for sheet in self._sheets if sheet.name == self.mapping.sheet)

    def columns(self) -> list[tuple[str, str, str, str]]:
        """Each column with a header: its letter, header, what it is, and an example."""
        data = self._sheet.rows[self.mapping.header[1] + 1 :]
        ats = sorted({*self.mapping.titles, *self.mapping.columns})
        return [
            (
                cell_name(0, at)[:-1],
                self.mapping.titles.get(at, ""),
                self.mapping.columns.get(at, ""),
                next((_shown(row[at]) for row in data if at < len(row) and _shown(row[at])), ""),
            )
            for at in ats
        ]

    def as_json(self) -> dict[str, object]:
        """The mapping for scripts; columns that mean nothing have the key null."""
        first, last = self.mapping.header
        return {
            "sheet": self.mapping.sheet,
            "sheets": [sheet.name for sheet in self._sheets],
            "header": [first + 1, last + 1],
            "columns": [
                {"column": letter, "title": title, "key": key or None, "example": example or None}
                for letter, title, key, example in self.columns()
            ],
            "defaults": dict(self.mapping.defaults),
            "rows": [
                dict(
                    zip(
                        ("line", "title", "metric", "nature", "unit", "group", "parent"),
                        row,
                        strict=True,
                    )
                )
                for row in self._rows()
            ],
            "saved": self.mapping.saved,
            "own": self.mapping.own,
        }

    def _rows(self) -> list[tuple[int, str, str, str, str, str, str]]:
        at = next(at for at, key in self.mapping.columns.items() if key == "指标")
        return [
            (
                metric.source.line,
                _shown(self._sheet.cell(metric.source.line - 1, at)),
                metric.name,
                metric.nature,
                metric.unit.name,
                metric.group,
                metric.parent,
            )
            for metric in self.metrics
        ]

    def show(self) -> None:
        """Print sheet, header, columns and rows."""
        first, last = self.mapping.header
        rows = f"第 {first + 1} 行" if first == last else f"第 {first + 1}～{last + 1} 行"
        others = [sheet.name for sheet in self._sheets if sheet.name != self.mapping.sheet]
        more = f"（另有：{'、'.join(others)}）" if others else ""
        emit(f"工作表“{self.mapping.sheet}”{more}，表头在{rows}。")
        defaults = "，".join(
            f"{key}={value}" for key, value in self.mapping.defaults.items() if value
        )
        if defaults:
            emit(f"整张表：{defaults}。")
        emit("")
        columns = [(a, b, key or "（没有用到）", d) for a, b, key, d in self.columns()]
        for line in table(("列", "表头", "用作", "例"), columns):
            emit(line)
        emit("")
        found = self._rows()
        texts = [[str(cell) for cell in row] for row in found[:_SHOWN]]
        for line in table(("行", "表中的名称", "指标", "性质", "单位", "分组", "上级"), texts):
            emit(line)
        if len(found) > _SHOWN:
            emit(f"……共 {len(found)} 行。")
        aside = [name for name, row in self.mapping.rows.items() if row.get("指标") == IGNORED]
        if aside:
            emit(f"不用的行：{'、'.join(aside)}。")


def _shown(value: object) -> str:
    """A cell as a person sees it."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).strip()


def wants_dialog() -> bool:
    """Whether a person sits at the keyboard."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def dialog(sheet: MappedSheet) -> bool:
    """Ask for corrections until the person is content; False when they give up."""
    emit("")
    emit(f"要更正就{GRAMMAR}")
    while True:
        said = click.prompt("更正（直接回车：记下；q：放弃）", default="", show_default=False)
        if not said.strip():
            return True
        if said.strip() in _GIVE_UP:
            return False
        try:
            for one in said.replace("；", ";").split(";"):
                sheet.correct(one)
        except (UsageError, InputError) as error:
            echo_error(error.message, error.hint)
            continue
        sheet.show()

"""The spreadsheet of a summary as somebody works at it: guessed, corrected, not yet confirmed.

What the person corrects is kept at once (`web.unfinished`), so that nothing is lost when the
browser closes; a spreadsheet in which no header was found waits there too, until somebody says
where it is. Only what is confirmed is saved for sheets of this layout, and only then does a waiting
spreadsheet take its place beside the document.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from store.exceptions import InputError, WenshuError
from store.metric_rows import KEYS
from store.metrics import MetricSet, load_metrics
from store.spreadsheet import read_sheets
from store.spreadsheet_corrections import corrected
from store.spreadsheet_headers import IGNORED
from store.spreadsheet_metrics import read_mapped
from store.spreadsheet_saved import find_mapping
from web.sheets import grid_of, letters
from web.uploads import SHEETS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from store import Workspace
    from store.catalogue import Entry
    from store.spreadsheet import Sheet
    from store.spreadsheet_mapping import SheetMapping
    from web.sheets import Grid
    from web.unfinished import Kept, Unfinished

SORT: Final = "year"
CHOICES: Final = (*KEYS, IGNORED)
DEFAULTS: Final = ("单位", "截至日期", "计划口径")
DEEPEST: Final = 30
_DEPTHS: Final = frozenset("123")


@dataclass(slots=True)
class Said:
    """What a person said against the guess, not yet confirmed: sheet, header, columns, …"""

    sheet: str = ""
    header: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, value: Mapping[str, object]) -> Said:
        """As it was kept."""
        columns, defaults = value.get("columns"), value.get("defaults")
        return cls(
            str(value.get("sheet", "")),
            str(value.get("header", "")),
            dict(columns) if isinstance(columns, dict) else {},
            dict(defaults) if isinstance(defaults, dict) else {},
        )

    def to_json(self) -> dict[str, object]:
        """To be kept."""
        return {
            "sheet": self.sheet,
            "header": self.header,
            "columns": self.columns,
            "defaults": self.defaults,
        }

    def __bool__(self) -> bool:
        return bool(self.sheet or self.header or self.columns or self.defaults)

    @property
    def lines(self) -> list[str]:
        """As `store.spreadsheet_corrections` reads it; what is left aside comes first."""
        found = [f"工作表={self.sheet}"] if self.sheet else []
        found += [f"表头={self.header}"] if self.header else []
        aside = sorted(self.columns.items(), key=lambda item: item[1] != IGNORED)
        found += [f"{name}={key}" for name, key in aside]
        return found + [f"{name}={value or IGNORED}" for name, value in self.defaults.items()]


@dataclass(slots=True)
class YearTable:
    """A spreadsheet with the mapping by which it is read now.

    Attributes:
        path: The file; a copy where it waits.
        sheets: All of them.
        base: As guessed or saved; None where no header was found.
        mapping: With what the person said; None where it cannot be read so.
        said: What the person said.
        waiting: The name of a spreadsheet that is not in its place yet.
        trouble: Why it cannot be read.
        metrics: The figures as it is read now.
    """

    path: Path
    sheets: list[Sheet]
    base: SheetMapping | None
    mapping: SheetMapping | None
    said: Said
    waiting: str = ""
    trouble: str = ""
    metrics: MetricSet = field(default_factory=MetricSet)

    @property
    def sheet(self) -> Sheet:
        """The sheet that is shown."""
        name = self.mapping.sheet if self.mapping is not None else self.said.sheet
        return next((sheet for sheet in self.sheets if sheet.name == name), self.sheets[0])

    @property
    def grid(self) -> Grid:
        """The sheet with its marks."""
        told = [p for p in self.metrics.problems if p.code != "mapping-guessed"]  # the form says so
        return grid_of(self.sheet, self.mapping, told)

    @property
    def current(self) -> SheetMapping | None:
        """The mapping that the form shows: the one in use, else the one that was corrected."""
        placed = self.said.sheet or self.said.header
        return self.mapping or (None if placed else self.base)

    @property
    def header(self) -> tuple[int, int]:
        """The header's first row as the spreadsheet counts, and how many rows it has."""
        if self.current is not None:
            first, last = self.current.header
            return first + 1, last - first + 1
        first_row, _, last_row = (self.said.header or "1-1").partition("-")
        return int(first_row), int(last_row) - int(first_row) + 1

    def key(self, at: int) -> str:
        """What a column is, as the form shows it."""
        known = self.current.columns if self.current is not None else {}
        return self.said.columns.get(letters(at), known.get(at, IGNORED))

    def default(self, name: str) -> str:
        """What holds for metrics whose own cell is empty, as the form shows it."""
        known = self.current.defaults if self.current is not None else {}
        return self.said.defaults.get(name, known.get(name, ""))

    @property
    def unconfirmed(self) -> bool:
        """Whether there is something to confirm."""
        settled = self.mapping is not None and (self.mapping.saved or self.mapping.own)
        return bool(self.waiting or self.said or not settled)

    def heard(self, form: Mapping[str, str]) -> Said:
        """What the person said before, with what a form says now."""
        first, depth = self.header
        sheet = form.get("sheet", self.sheet.name)
        if sheet != self.sheet.name:
            return Said(sheet=sheet)
        header = _span(form.get("header", str(first)), form.get("depth", str(depth)))
        unplaced = self.current is None and not self.said.header and "header" in form
        if header != _span(str(first), str(depth)):
            return Said(sheet=self.said.sheet or sheet, header=header)
        said = Said(self.said.sheet, self.said.header, dict(self.said.columns))
        if unplaced:
            said.sheet, said.header = sheet, header
        said.columns |= self._columns(form)
        said.defaults = dict(self.said.defaults)
        for name in DEFAULTS:
            value = form.get(f"d-{name}")
            if value is not None and value.strip() != self.default(name):
                said.defaults[name] = value.strip()[:40]
        return said

    def _columns(self, form: Mapping[str, str]) -> dict[str, str]:
        """The columns that a form wants otherwise than they are."""
        found = {}
        for at in range(max((len(row) for row in self.sheet.rows), default=0)):
            key = form.get(f"c{at}", "")
            if key in CHOICES and key != self.key(at):
                found[letters(at)] = key
        return found


def _span(row: str, rows: str) -> str:
    first = int(row) if row.isascii() and row.isdigit() and 0 < int(row) <= DEEPEST else 1
    depth = int(rows) if rows in _DEPTHS else 1
    return f"{first}-{first + depth - 1}"


def mappings_of(workspace: Workspace) -> Path:
    """Where confirmed mappings are kept."""
    return workspace.data / "mappings"


@contextmanager
def opened(workspace: Workspace, entry: Entry, work: Unfinished) -> Iterator[YearTable | None]:
    """The spreadsheet of a summary, or the one that waits; None where there is neither."""
    kept = work.get(entry.id)
    with ExitStack() as stack:
        path, waiting = _place(workspace, entry, kept, stack)
        if path is None:
            yield None
            return
        said = Said.read(kept.value) if kept is not None else Said()
        yield _read(workspace, path, said, waiting)


def _place(
    workspace: Workspace, entry: Entry, kept: Kept | None, stack: ExitStack
) -> tuple[Path | None, str]:
    if kept is not None and kept.file is not None and kept.value.get("waiting"):
        name = str(kept.value["waiting"])
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="wenshu-year-"))
        path = Path(folder) / f"table{Path(name).suffix.lower()}"
        path.write_bytes(kept.file)
        return path, name
    for path in workspace.data_paths(entry):
        if path.suffix.lower() in SHEETS and path.is_file():
            return path, ""
    return None, ""


def _read(workspace: Workspace, path: Path, said: Said, waiting: str) -> YearTable | None:
    try:
        sheets = read_sheets(path)
    except InputError:
        return None
    table = YearTable(path, sheets, None, None, said, waiting)
    try:
        table.base = table.mapping = find_mapping(sheets, path, mappings_of(workspace))
    except InputError as error:
        table.trouble = error.message
    if said:
        try:
            table.mapping = corrected(sheets, path, table.base, said.lines)
            table.trouble = ""
        except WenshuError as error:
            table.mapping, table.trouble = None, error.message
    if table.mapping is not None:
        table.metrics = read_mapped(path, sheets, table.mapping)
    return table


def has_figures(data: bytes, suffix: str) -> bool:
    """Whether a file is a spreadsheet in which somebody may point out a header."""
    with tempfile.TemporaryDirectory(prefix="wenshu-year-") as folder:
        path = Path(folder) / f"table{suffix}"
        path.write_bytes(data)
        try:
            sheets = read_sheets(path)
        except InputError:
            return False
    return any(
        isinstance(value, int | float) and not isinstance(value, bool)
        for sheet in sheets
        for row in sheet.rows[1:]
        for value in row
    )


def figures_of(workspace: Workspace, entry: Entry) -> tuple[MetricSet, str]:
    """The figures as the document has them, or why it has none."""
    try:
        mappings = mappings_of(workspace)
        return load_metrics(workspace.data_paths(entry), mappings=mappings), ""
    except InputError as error:
        return MetricSet(), f"{error.message}{error.hint}"

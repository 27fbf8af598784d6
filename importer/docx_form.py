"""Forms: a role description that is one large table becomes headings, terms and clauses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from importer.model import Piece, TableCell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from importer.docx_cells import FormCell

_NAMED: Final = 3
_SHARE_HEAD: Final = re.compile(r"占比|权重|比重|比例")
_SHARE: Final = re.compile(r"[0-9]{1,3}(?:\.[0-9]+)?\s*[%％]")
BASICS: Final = "基本信息"
DEPARTMENT_BASICS: Final = "部门信息"


def is_form(rows: Sequence[Sequence[FormCell]]) -> bool:
    """Whether a table is a form: names at the left, running text beside at least two of them."""
    if len(rows) < 3:
        return False
    bands = sum(
        len(row) >= 2 and row[0].is_label and any(cell.is_long for cell in row[1:]) for row in rows
    )
    led = sum(bool(row) and (row[0].is_label or row[0].merge == "continue") for row in rows)
    if led < 0.7 * len(rows):
        return False
    lists = sum(any(piece.label for cell in row for piece in cell.pieces) for row in rows)
    named = {row[0].name for row in rows if row and row[0].is_band}
    if len(named) >= _NAMED and bands >= 1:
        return True
    return bands >= 2 and (lists > 0 or bands >= 0.4 * len(rows))


def read_form(rows: Sequence[Sequence[FormCell]], line: int, *, ours: bool) -> Iterator[Piece]:
    """The pieces of a form; what stands below a row that is only a heading is nested below it.

    Args:
        rows: Its cells.
        line: Its line in the source.
        ours: Wenshu made it: its headings are numbered though the form does not print that.
    """
    last = ""
    below = False
    for piece in _pieces(rows, line, ours=ours):
        if piece.heading and not ours:
            if last and last.endswith(piece.text):
                continue
            below = below or piece.centered
            piece.heading += below and not piece.centered
        last = piece.text if piece.heading else ""
        yield piece


def _pieces(rows: Sequence[Sequence[FormCell]], line: int, *, ours: bool) -> Iterator[Piece]:
    at, pairs = 0, False
    while at < len(rows):
        row = rows[at]
        if _is_pairs(row, first=not pairs and not at):
            if not pairs and ours:
                name = DEPARTMENT_BASICS if row[0].name.startswith("部门") else BASICS
                yield Piece(line=line, text=name, heading=2, counted=True)
            pairs = True
            run = [row]
            while at + len(run) < len(rows) and _is_pairs(rows[at + len(run)]):
                run.append(rows[at + len(run)])
            at += len(run)
            yield from _pairs(run, line, ours=ours)
            continue
        group = [row]
        while (
            at + len(group) < len(rows)
            and rows[at + len(group)]
            and rows[at + len(group)][0].merge == "continue"
        ):
            group.append(rows[at + len(group)])
        at += len(group)
        yield from _band(group, line, ours=ours)


def _is_pairs(row: Sequence[FormCell], *, first: bool = False) -> bool:
    """Names and short values side by side."""
    if len(row) not in {2, 4, 6} or row[0].merge:
        return False
    if len(row) == 2 and (row[0].is_band or (row[0].marked and not first)):
        return False
    return all(cell.is_label for cell in row[::2]) and not any(cell.is_long for cell in row)


def _pairs(rows: Sequence[Sequence[FormCell]], line: int, *, ours: bool) -> Iterator[Piece]:
    """Terms; a table in Wenshu's own forms, where every row has the same names and values."""
    if ours and len({len(row) for row in rows}) == 1 and len(rows[0]) > 2:
        head = [TableCell("项目"), TableCell("内容")] * (len(rows[0]) // 2)
        cells = [[TableCell(cell.text) for cell in row] for row in rows]
        yield Piece(line=line, type="table", rows=[head, *cells])
        return
    for row in rows:
        yield from _terms(row, line, ours=ours)


def _terms(row: Sequence[FormCell], line: int, *, ours: bool = False) -> Iterator[Piece]:
    """Names with their values; one without a value is a place to fill."""
    for name, content in zip(row[::2], row[1::2], strict=True):
        if name.name and not content.name and not ours:
            yield Piece(line=line, text=f"{name.name}：")
        elif name.name:
            yield Piece(line=line, type="definition", text=name.name, caption=content.text)


def _band(group: Sequence[Sequence[FormCell]], line: int, *, ours: bool) -> Iterator[Piece]:
    """One name at the left and what belongs to it."""
    if len(group[0]) < 2 or not group[0][0].is_label:
        yield from _unnamed(group, line)
        return
    name = group[0][0].name
    yield Piece(line=line, text=name, heading=2, counted=ours)
    rows = [row[1:] for row in group]
    shared = (
        len(rows) > 1
        and all(len(row) == 2 for row in rows)
        and bool(_SHARE_HEAD.search(rows[0][1].text))
    )
    if not ours and all(len(row) == 2 and row[0].is_label for row in rows):
        for row in rows:
            yield from _terms(row, line)
        return
    if shared:
        for row in rows[1:]:
            yield from _with_share(row[0].pieces, row[1].text)
        return
    yield from _rows(rows, line)


def _rows(rows: Sequence[Sequence[FormCell]], line: int) -> Iterator[Piece]:
    """What stands beside a name: text, or a table whose first and last rows may be nested."""
    table: list[list[TableCell]] = []
    for number, row in enumerate(rows):
        nested = row[0].pieces[0].rows if len(row) == 1 and row[0].is_table else []
        following = rows[number + 1] if number + 1 < len(rows) else ()
        if len(row) > 1:
            table.append([TableCell(cell.text, cell.columns) for cell in row])
        elif nested and len(following) > 1 and not table:
            table = list(nested)
        elif nested and table:
            yield from _table([*table, *nested], line)
            table = []
        else:
            yield from _table(table, line)
            table = []
            yield from row[0].pieces
    yield from _table(table, line)


def _unnamed(group: Sequence[Sequence[FormCell]], line: int) -> Iterator[Piece]:
    """A row that is only a heading, or text without a name."""
    if len(group) == 1 and len(group[0]) == 1 and group[0][0].is_label and group[0][0].name:
        yield Piece(line=line, text=group[0][0].name, heading=2, centered=True)
        return
    for row in group:
        for cell in row:
            yield from cell.pieces


def _table(rows: list[list[TableCell]], line: int) -> Iterator[Piece]:
    if rows:
        yield Piece(line=line, type="table", rows=rows)


def _with_share(pieces: Sequence[Piece], share: str) -> Iterator[Piece]:
    """A duty with its share put back before its colon."""
    for number, piece in enumerate(pieces):
        if number == 0 and _SHARE.fullmatch(share.strip()):
            head, colon, rest = piece.text.partition("：")
            named = f"（占比{share.strip()}）"
            piece.text = f"{head}{named}{colon}{rest}" if colon else f"{piece.text}{named}"
            piece.runs = ()
        yield piece


def without_sheets(pieces: list[Piece]) -> list[Piece]:
    """A Wenshu file without the approval sheet behind its text, which has a title of its own."""
    titles = [at for at, piece in enumerate(pieces) if piece.title]
    later = [at for at in titles if titles[0] + 3 < at]
    kept = pieces[: later[0]] if later else pieces
    while kept and kept[-1].caption and kept[-1].type == "text":
        kept = kept[:-1]
    return kept

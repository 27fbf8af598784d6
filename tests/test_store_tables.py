from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tools_store import PLAIN, codes

from store.parser import parse_body
from store.tables import merge_cells, split_row

if TYPE_CHECKING:
    from store.model import Block


def table(*rows: str) -> Block:
    width = rows[0].count("|") - 1
    text = "\n".join([rows[0], "|" + "---|" * width, *rows[1:]])
    (block,) = parse_body(text, PLAIN).root.blocks
    return block


def spans(*rows: str) -> list[str]:
    """Each row as `text 2x1` pieces, columns x rows where a cell covers more than one."""
    return [
        " ".join(
            cell.text
            + (
                f":{cell.column_span}x{cell.row_span}"
                if cell.column_span * cell.row_span > 1
                else ""
            )
            for cell in row
        )
        for row in table(*rows).rows
    ]


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        ("| 甲 | 乙 |", ["甲", "乙"]),
        ("甲 | 乙", ["甲", "乙"]),
        ("|甲|乙", ["甲", "乙"]),
        ("| 甲 |  |", ["甲", ""]),
        ("||", [""]),
        ("|", [""]),
        (r"| 甲\|乙 | 丙 |", ["甲|乙", "丙"]),
        (r"| 甲 \|", ["甲 |"]),
        (r"| a\\| b |", [r"a\\", "b"]),
        (r"| a\*b | c |", [r"a\*b", "c"]),
        ("| `a|b` | c |", ["`a|b`", "c"]),
        (r"| `a\|b` | c |", ["`a|b`", "c"]),
        ("| 孤`号 | c |", ["孤`号", "c"]),
        ("| `` | \\", ["``", "\\"]),
    ],
)
def test_rows_are_split(row, cells):
    assert split_row(row) == cells


def test_alignment():
    (block,) = parse_body("| a | b | c | d |\n|:--|:-:|--:|---|", PLAIN).root.blocks
    assert block.aligns == ("left", "center", "right", "")
    assert block.header_rows == 1


def test_short_rows_are_filled_and_long_ones_widen_the_table():
    block = table("| a | b |", "| 1 |", "| 1 | 2 | 3 |")
    assert [[cell.text for cell in row] for row in block.rows] == [
        ["a", "b", ""],
        ["1", "", ""],
        ["1", "2", "3"],
    ]
    assert block.aligns == ("", "", "")
    assert block.text == "a\tb\t\n1\t\t\n1\t2\t3"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["| a | << |", "| 1 | 2 |"], ["a:2x1", "1 2"]),
        (["| a | b |", "| 1 | 2 |", "| ^^ | 3 |"], ["a b", "1:1x2 2", "3"]),
        (["| a | b |", "| 1 | << |", "| ^^ | << |"], ["a b", "1:2x2", ""]),
        (["| a | b |", "| 1 | << |", "| ^^ | ^^ |"], ["a b", "1:2x2", ""]),
        (["| a | b |", "| 1 | 2 |", "| ^^ | ^^ |", "| ^^ | 3 |"], ["a b", "1:1x3 2:1x2", "", "3"]),
        (["| a | b | c |", "| 1 | << | << |"], ["a b c", "1:3x1"]),
    ],
)
def test_joined_cells(rows, expected):
    assert spans(*rows) == expected


def test_joined_cells_by_number():
    cells, torn = merge_cells([["a", "b"], ["1", "<<"], ["^^", "<<"], ["3", "4"], ["^^", "5"]])
    assert torn == []
    assert [[(c.text, c.column_span, c.row_span) for c in row] for row in cells] == [
        [("a", 1, 1), ("b", 1, 1)],
        [("1", 2, 2)],
        [],
        [("3", 1, 2), ("4", 1, 1)],
        [("5", 1, 1)],
    ]


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        (["| a | b |", "| ^^ | 1 |"], 3),
        (["| << | b |", "| 1 | 2 |"], 1),
        (["| a | b |", "| 1 | << |", "| ^^ | 2 |"], 4),
    ],
)
def test_what_makes_no_rectangle_stays_apart(rows, line):
    text = "\n".join([rows[0], "|---|---|", *rows[1:]])
    assert codes(text) == [(line, "table-merge")]
    block = parse_body(text, PLAIN).root.blocks[0]
    assert all(len(row) == 2 for row in block.rows)
    assert not {"^^", "<<"} & {cell.text for row in block.rows for cell in row}


def test_cells_hold_marks_and_line_breaks():
    block = table("| **a** | b<br>c |", "| [](#x) `|` | 1<br/>2<br />3 |")
    assert block.rows[0][0].inlines[0].bold
    assert block.rows[0][1].text == "b\nc"
    assert [piece.type for piece in block.rows[0][1].inlines] == ["text", "break", "text"]
    assert block.rows[1][1].text == "1\n2\n3"

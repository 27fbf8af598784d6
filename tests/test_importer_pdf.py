"""Tables of PDF files: where drawn lines prove columns, they come back as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from importer.pdf import read_pdf

if TYPE_CHECKING:
    from pathlib import Path


def pdf(*contents: str) -> bytes:
    """A PDF with a page for each content stream and one Latin font."""
    count = len(contents)
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(count))
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {count}>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for n, content in enumerate(contents):
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents {5 + 2 * n} 0 R"
            "/Resources<</Font<</F 3 0 R>>>>>>"
        )
        objects.append(f"<</Length {len(content)}>>stream\n{content}\nendstream")
    body, places = "%PDF-1.4\n", []
    for n, one in enumerate(objects, 1):
        places.append(len(body))
        body += f"{n} 0 obj\n{one}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(objects) + 1
    tail = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<</Root 1 0 R/Size {size}>>\n"
    return f"{body}{tail}startxref\n{len(body)}\n%%EOF\n".encode("latin-1")


def text(x: float, y: float, words: str) -> str:
    return f"BT /F 10 Tf {x} {y} Td ({words}) Tj ET\n"


def line(x: float, y: float, to_x: float, to_y: float) -> str:
    return f"{x} {y} m {to_x} {to_y} l S\n"


ACROSS = "".join(line(100, y, 400, y) for y in (700, 670, 610))
DOWN = "".join(line(x, 700, x, 610) for x in (100, 200, 400))
CELLS = (
    text(110, 680, "Item") + text(210, 680, "Rule") + text(110, 640, "Trip")
    + text(210, 655, "not more than") + text(210, 640, "three days")
)  # fmt: skip


def read(folder: Path, *contents: str) -> list[object]:
    path = folder / "表.pdf"
    path.write_bytes(pdf(*contents))
    return [
        [[(cell.text, cell.columns, cell.rows) for cell in row] for row in piece.rows]
        if piece.type == "table"
        else piece.text
        for piece in read_pdf(path).pieces
    ]


def test_a_table_with_lines_is_a_table_and_the_text_around_it_is_text(tmp_path: Path) -> None:
    above, below = text(100, 750, "Allowances of the year"), text(100, 580, "End of the rule.")
    assert read(tmp_path, above + ACROSS + DOWN + CELLS + below) == [
        "Allowances of the year",
        [[("Item", 1, 1), ("Rule", 1, 1)], [("Trip", 1, 1), ("not more than three days", 1, 1)]],
        "End of the rule.",
    ]


def test_cells_that_no_line_parts_are_one(tmp_path: Path) -> None:
    across = line(100, 700, 400, 700) + line(100, 670, 400, 670) + line(200, 640, 400, 640)
    across += line(100, 610, 400, 610)
    down = line(100, 700, 100, 610) + line(200, 670, 200, 610) + line(400, 700, 400, 610)
    words = text(210, 680, "Head") + text(110, 640, "Left") + text(210, 650, "Up")
    assert read(tmp_path, across + down + words + text(210, 620, "Down")) == [
        [
            [("Head", 2, 1)],
            [("Left", 1, 2), ("Up", 1, 1)],
            [("Down", 1, 1)],
        ]
    ]


def test_a_table_that_a_page_breaks_goes_on_without_its_head(tmp_path: Path) -> None:
    second = ACROSS + DOWN + text(110, 680, "Item") + text(210, 680, "Rule")
    second += text(110, 640, "Meal") + text(210, 640, "one hundred")
    [table] = read(tmp_path, ACROSS + DOWN + CELLS, second)
    assert [row[0][0] for row in table] == ["Item", "Trip", "Meal"]  # type: ignore[index, attr-defined]


@pytest.mark.parametrize(
    "drawn",
    ["", line(100, 700, 400, 700) + line(100, 610, 400, 610), "100 600 300 110 re S\n"],
    ids=["nothing", "two rules", "a frame"],
)
def test_columns_that_nothing_proves_stay_lines(tmp_path: Path, drawn: str) -> None:
    assert all(isinstance(one, str) for one in read(tmp_path, drawn + CELLS))

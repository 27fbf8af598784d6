"""Small helpers for the importer's tests: texts to outlines, Word files from a few lines of XML."""

from __future__ import annotations

import io
import zipfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from importer.drafting import outline_all
from importer.model import Piece, Reading
from store import Workspace
from store.model import Clause
from store.parser import parse_body
from store.references import fill_references
from store.starter import starter_folder

if TYPE_CHECKING:
    from importer.model import Draft, Node
    from store.kinds import Kind, Numbering
    from store.model import Block, Section

SEED = Path(__file__).resolve().parent.parent.parent / "shared" / "seeds" / "客户部范文.txt"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"


@cache
def kinds() -> dict[str, Kind]:
    return Workspace(starter_folder()).kinds


def reading(text: str) -> Reading:
    pieces = [
        Piece(line=n, text=line) for n, line in enumerate(text.split("\n"), 1) if line.strip()
    ]
    return Reading(pieces=pieces, encoding="UTF-8")


def drafts(text: str, name: str = "来件.txt") -> list[Draft]:
    return outline_all(reading(text), name, kinds())


def draft(text: str, name: str = "来件.txt") -> Draft:
    found = drafts(text, name)
    assert len(found) == 1
    return found[0]


def shape(nodes: list[Node]) -> list[object]:
    """An outline as nested lists: label or text of each node, then its children."""
    found: list[object] = []
    for node in nodes:
        mark = f"{'#' if node.sort == 'section' else ''}{node.label}"
        found.append(f"{mark}{node.text}" if node.sort == "section" or not node.label else mark)
        if node.children:
            found.append(shape(node.children))
    return found


def labels(nodes: list[Node]) -> list[str]:
    return [node.label for top in nodes for node in top.walk() if node.label]


def codes(made: Draft) -> list[str]:
    return [doubt.code for doubt in made.doubts]


def model(root: Section) -> list[tuple[int, str, str, str]]:
    """A parsed body as rows (depth, sort, label, text): what must survive a round trip."""
    rows: list[tuple[int, str, str, str]] = []
    for section in root.walk():
        if section.level:
            rows.append((section.level, "section", section.label, section.heading))
        _blocks(section.blocks, 0, rows)
    captions = {row[3] for row in rows if row[1] == "caption"}
    return [row for row in rows if row[1] != "caption" and row[3] not in captions]


def _blocks(blocks: list[Block], depth: int, rows: list[tuple[int, str, str, str]]) -> None:
    for block in blocks:
        if block.type in {"chart", "break"}:
            continue
        if block.type == "table":
            rows.append((depth, "caption", "", block.caption or "无"))
            text = "|".join(cell.text for row in block.rows for cell in row)
            rows.append((depth, "table", "", text))
        elif block.type == "list":
            for item in block.children:
                rows.append((depth, "item", "", item.text))
                _blocks(item.children, depth + 1, rows)
        else:
            label = block.label if isinstance(block, Clause) else ""
            rows.append((depth, block.type, label, block.text))
            _blocks(block.children, depth + 1, rows)


def parsed(made: Draft, numbering: Numbering) -> list[tuple[int, str, str, str]]:
    body = parse_body(made.body, numbering)
    fill_references(body)
    return model(body.root)


def docx(body: str, *, parts: dict[str, str | bytes] | None = None, namespace: str = W) -> bytes:
    """A Word file with this inside `w:body`; `numbering` and `styles` among the parts are related."""  # noqa: E501
    given = parts or {}
    document = (
        f'<w:document xmlns:w="{namespace}" xmlns:r="{R}"><w:body>{body}</w:body></w:document>'
    )
    relations = "".join(
        f'<Relationship Id="r{n}" Type="{R}/{name.rpartition("/")[2].partition(".")[0].rstrip("0123456789")}" Target="{name}"/>'  # noqa: E501
        for n, name in enumerate(given)
        if name.endswith((".xml", ".png")) and "/" not in name.removeprefix("media/")
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "_rels/.rels",
            f'<Relationships><Relationship Id="r1" Type="{R}/officeDocument" Target="word/document.xml"/></Relationships>',  # noqa: E501
        )
        archive.writestr("word/document.xml", document)
        archive.writestr(
            "word/_rels/document.xml.rels", f"<Relationships>{relations}</Relationships>"
        )
        for name, content in given.items():
            archive.writestr(name if name.startswith("docProps") else f"word/{name}", content)
    return stream.getvalue()


def p(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"

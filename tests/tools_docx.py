"""A tiny language for Word templates in tests, and readers of what comes out.

A block is a text (a paragraph), a list of texts (a paragraph of several runs), or a list of lists
of lists (a table of rows of cells; a cell is a text or a list of blocks). XML goes in as `Xml`.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from docx import Document
from lxml import etree
from openxml_audit import OpenXmlValidator

from generator.word.tokens import XMLNS, escape_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Block = "str | Xml | list[str] | list[list[object]]"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships'
    '+xml"/><Default Extension="xml" ContentType="application/xml"/>{0}</Types>'
)
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{0}</Relationships>'
STYLES = (
    f"<w:styles {XMLNS}>"
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'  # noqa: E501
    '<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/>'
    '<w:basedOn w:val="Normal"/></w:style>'
    '<w:style w:type="character" w:styleId="Strong"><w:name w:val="Strong"/></w:style>'
    "</w:styles>"
)
MAIN = "word/document.xml"


class Xml(str):
    """Block-level XML put into a template as it is."""

    __slots__ = ()


def run(text: str, properties: str = "") -> str:
    """A run of a template."""
    return f'<w:r>{properties}<w:t xml:space="preserve">{escape_text(text)}</w:t></w:r>'


def block_xml(block: object) -> str:
    """A block of the tiny language."""
    if isinstance(block, Xml):
        return block
    if isinstance(block, str):
        return f"<w:p>{run(block)}</w:p>"
    assert isinstance(block, list)
    if all(isinstance(piece, str) for piece in block):
        return "<w:p>" + "".join(map(run, block)) + "</w:p>"
    width = max(len(row) for row in block)
    grid = '<w:gridCol w:w="2000"/>' * width
    rows = "".join(f"<w:tr>{''.join(map(cell_xml, row))}</w:tr>" for row in block)
    return f"<w:tbl><w:tblPr/><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"


def cell_xml(cell: object) -> str:
    """A cell: a text, or a list of blocks."""
    blocks = cell if isinstance(cell, list) else [cell]
    inner = "".join(map(block_xml, blocks))
    return f'<w:tc><w:tcPr><w:tcW w:w="2000" w:type="dxa"/></w:tcPr>{inner}</w:tc>'


def make_docx(
    *blocks: object,
    parts: Mapping[str, tuple[str, str, bytes | str]] | None = None,
    section: str = "",
    files: Mapping[str, bytes] | None = None,
    rels: str = "",
) -> bytes:
    """A .docx of these blocks.

    Args:
        blocks: The body.
        parts: Further parts of the document by name: relationship type, content type, content.
        section: The inside of the last ``w:sectPr``.
        files: Further files, or other content for those made here.
        rels: Further relationships of the document.
    """
    body = "".join(map(block_xml, blocks))
    content: dict[str, bytes] = {}
    types = f'<Override PartName="/{MAIN}" ContentType="{WORD}.document.main+xml"/>'
    relations = f'<Relationship Id="rIdS" Type="{OFFICE}/styles" Target="styles.xml"/>' + rels
    types += f'<Override PartName="/word/styles.xml" ContentType="{WORD}.styles+xml"/>'
    for number, (name, (kind, content_type, data)) in enumerate((parts or {}).items(), 1):
        target = name.removeprefix("word/")
        if kind:
            relations += (
                f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'
            )
        types += f'<Override PartName="/{name}" ContentType="{content_type}"/>'
        content[name] = data.encode() if isinstance(data, str) else data
    main = f"<w:document {XMLNS}><w:body>{body}<w:sectPr>{section}</w:sectPr></w:body></w:document>"
    office = f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="{MAIN}"/>'
    content = (
        {
            "[Content_Types].xml": TYPES.format(types).encode(),
            "_rels/.rels": RELS.format(office).encode(),
            MAIN: main.encode("utf-8", "surrogatepass"),
            "word/_rels/document.xml.rels": RELS.format(relations).encode(),
            "word/styles.xml": STYLES.encode(),
        }
        | content
        | dict(files or {})
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return out.getvalue()


def header(text: str) -> tuple[str, str, str]:
    """A header part for `make_docx`."""
    return "header", f"{WORD}.header+xml", f"<w:hdr {XMLNS}><w:p>{run(text)}</w:p></w:hdr>"


def read_part(data: bytes, name: str = MAIN) -> str:
    """A part's source."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name).decode("utf-8")


def names_of(data: bytes) -> list[str]:
    """The parts' names."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return archive.namelist()


def body_of(data: bytes) -> list[object]:
    """Texts of the body's paragraphs; tables as lists of rows of cell texts."""
    document = Document(io.BytesIO(data))
    result: list[object] = []
    for item in document.iter_inner_content():
        if hasattr(item, "rows"):
            result.append([[_cell_text(cell) for cell in row._tr.tc_lst] for row in item.rows])
        else:
            result.append(item.text)
    return result


def _cell_text(cell: etree._Element) -> str:
    lines = [
        "".join(node.text or "" for node in paragraph.iter(f"{W}t"))
        for paragraph in cell.findall(f"{W}p")
    ]
    return "\n".join(lines)


def text_of(data: bytes) -> str:
    """The body's paragraphs, a line each."""
    return "\n".join(str(item) for item in body_of(data))


def assert_valid(data: bytes) -> None:
    """No error from the Open XML rules, and nothing left of the engine's marks."""
    with TemporaryDirectory() as temporary:
        path = Path(temporary, "out.docx")
        path.write_bytes(data)
        result = OpenXmlValidator().validate(path)
    errors = [str(error) for error in result.errors if "required relationship" not in str(error)]
    assert not errors, errors[:5]
    for name in names_of(data):
        if name.endswith((".xml", ".rels")):
            text = read_part(data, name)
            assert "\0" not in text
            etree.fromstring(text.encode())


def ids_of(xml: str, pattern: str) -> Sequence[str]:
    """All matches of an attribute pattern."""
    return re.findall(pattern, xml)


def png(width: int = 2, height: int = 2) -> bytes:
    """A small picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    rows = b"".join(b"\0" + b"\xff\0\0" * width for _ in range(height))
    head = struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )  # fmt: skip

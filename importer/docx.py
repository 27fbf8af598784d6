"""Word files (.docx, .docm, .dotx; transitional and strict) into pieces.

Read from the XML itself: automatic numbers come out as printed, tracked changes count as
accepted, comments stay out, text boxes follow their paragraph, images are handed over as files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from importer.docx_cells import going_on, spans
from importer.docx_form import is_form, read_form, without_sheets
from importer.docx_inline import MAX_DEPTH, Inlines, Source
from importer.docx_numbering import Numbering, child, local, number, value
from importer.docx_package import Package
from importer.docx_paragraph import base_piece, piece_of
from importer.docx_styles import Styles
from importer.docx_tables import is_furniture, names_terms, only_cell, read_row, rows_of, tail_of
from importer.docx_text import Paragraph, choice, give_label
from importer.model import Doubt, Piece, Run
from store.exceptions import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from lxml.etree import _Element

    from importer.docx_cells import FormCell
    from importer.docx_styles import Style
    from importer.model import Reading

# Styles of what Wenshu prints around a body: not the document's text when its own file comes back.
_FURNITURE: Final = frozenset({"subtitle", "表头说明", "落款", "落款日期", "成文日期", "封面说明", "封面单位", "封面标题", "toc heading", "间隔", "意见", "修订记录"})  # fmt: skip  # noqa: E501
_CAPTIONS: Final = frozenset({"caption", "表题", "题注"})


@dataclass(slots=True)
class _Begun:
    """A paragraph that is being gathered; its properties are those of where it begins."""

    gathered: Paragraph
    properties: _Element | None


def read_docx(path: Path) -> Reading:
    """Read a Word file.

    Raises:
        InputError: It is damaged or no Word file.
    """
    package = Package(path)
    try:
        return _Reader(package).read()
    except RecursionError as error:
        raise InputError("文件的嵌套过深，没有读取。", path=str(path)) from error
    finally:
        package.archive.close()


class _Reader:
    def __init__(self, package: Package) -> None:
        self.package = package
        root_relations = package.relations("")
        main = next(
            (t for k, t in root_relations.values() if k == "officeDocument"), "word/document.xml"
        )
        self.main = main if main in package.infos else "word/document.xml"
        document = package.xml(self.main)
        body = child(document, "body")
        if body is None:
            raise InputError("文件里没有 Word 正文。", path=str(package.path))
        self.body = body
        self.relations = package.relations(self.main)
        self.styles = Styles(package.xml(self._part("styles")) if self._part("styles") else None)
        self.numbering = Numbering(
            package.xml(self._part("numbering")) if self._part("numbering") else None
        )
        self.source = Source(package, self.relations)
        self.inlines = Inlines(self.source)
        self.begun: _Begun | None = None
        self.taken: _Element | None = None
        self.contents = 0
        self.ours = False
        self.revisions = False

    def _part(self, kind: str) -> str:
        return next((target for name, target in self.relations.values() if name == kind), "")

    def read(self) -> Reading:
        self._properties()
        self.ours = "文枢文档" in self.source.found.facts
        self.source.found.pieces = list(self._blocks(self.body, 0))
        self._footnotes()
        self._page_parts()
        if self.ours:
            self.source.found.pieces = without_sheets(self.source.found.pieces)
            self.source.found.facts["全文"] = "".join(
                str(one.text or "") for one in self.body.iter() if local(one) == "t"
            )
        if self.contents and not self.ours:
            self.source.found.doubts.append(
                Doubt(
                    0, "contents-left-out", f"Word 生成的目录（{self.contents} 行）没有放进正文。"
                )
            )
        return self.source.found

    # -- parts beside the body ---------------------------------------------------------------------

    def _properties(self) -> None:
        """Author and what Wenshu wrote about its own files."""
        for name in ("docProps/core.xml", "docProps/custom.xml"):
            try:
                root = self.package.xml(name)
            except InputError:
                continue
            for one in root if root is not None else ():
                if name.endswith("custom.xml"):
                    text = "".join(str(t) for t in one.itertext()).strip()
                    self.source.found.facts[one.get("name", "")] = text
                elif local(one) == "creator" and one.text:
                    self.source.found.facts["作者"] = one.text.strip()

    def _footnotes(self) -> None:
        for kind in ("footnotes", "endnotes"):
            if not (part := self._part(kind)) or (root := self.package.xml(part)) is None:
                continue
            for note in root:
                key = f"{'w' if kind == 'endnotes' else ''}{value(note, 'id')}"
                if key in self.source.notes:
                    text = "".join(
                        self.inlines.plain(p) for p in note.iter() if local(p) == "p"
                    ).strip()
                    self.source.found.pieces.append(
                        Piece(
                            line=self.source.line,
                            type="footnote",
                            text=text or "（空）",
                            target=self.source.notes[key],
                        )
                    )

    def _page_parts(self) -> None:
        """What stands in headers and footers: forms keep their number and version there."""
        if "文枢文档" in self.source.found.facts:
            return
        texts: list[str] = []
        for kind, target in self.relations.values():
            if kind in {"header", "footer"} and (root := self.package.xml(target)) is not None:
                lines = [
                    self.inlines.plain(one).strip() for one in root.iter() if local(one) == "p"
                ]
                texts += [line for line in lines if _says_something(line) and line not in texts]
        if texts:
            self.source.found.facts["页眉"] = "\n".join(texts)
            said = "；".join(texts)[:300]
            self.source.found.doubts.append(
                Doubt(0, "page-header", f"页眉页脚的文字没有放进正文：{said}")
            )

    # -- blocks ------------------------------------------------------------------------------------

    def _blocks(self, parent: _Element, depth: int) -> Iterator[Piece]:
        if depth > MAX_DEPTH:
            raise InputError("文件的嵌套过深，没有读取。")
        for one in parent:
            match local(one):
                case "p":
                    yield from self._paragraph(one, depth)
                case "tbl":
                    yield from self._table(one, depth)
                case "sdt":
                    content = child(one, "sdtContent")
                    if content is not None:
                        yield from self._blocks(content, depth + 1)
                case "ins" | "moveTo" | "customXml" | "smartTag":
                    yield from self._blocks(one, depth + 1)
                case "AlternateContent":
                    yield from self._blocks(choice(one), depth + 1)
        if self.begun is not None and local(parent) in {"body", "tc", "txbxContent"}:
            begun, self.begun = self.begun, None
            yield from self._gathered(begun, depth)

    def _paragraph(self, element: _Element, depth: int) -> Iterator[Piece]:
        self.source.line += 1
        properties = child(element, "pPr")
        begun, self.begun = self.begun or _Begun(Paragraph(), properties), None
        self.inlines.gather(element, begun.gathered, Run(""), depth)
        if not _is_joined(properties):
            yield from self._gathered(begun, depth)
        elif _says(begun.gathered):
            self.begun = begun

    def _gathered(self, begun: _Begun, depth: int) -> Iterator[Piece]:
        """The pieces of a paragraph, one for each of its lines, and of its text boxes."""
        gathered, properties = begun.gathered, begun.properties
        chain = list(self.styles.chain(value(child(properties, "pStyle"))))
        name = chain[0].name if chain else ""
        if name.startswith(("toc ", "目录")):
            self.contents += _says(gathered)
            return
        if self.ours and name in _FURNITURE:
            self.revisions = name == "修订记录"
            return
        label = self._label(properties, chain)
        base = base_piece(properties, chain, self.source.line)
        for place, runs in enumerate(gathered.lines):
            piece = piece_of(runs, base)
            if name in _CAPTIONS:
                piece.caption = piece.text
            piece.anchors = tuple(gathered.bookmarks) if place == 0 else ()
            if place == 0 and (piece.text or piece.type != "text" or label):
                _number(piece, label, properties)
            if piece.text or piece.type == "image":
                yield piece
        for box in gathered.boxes:
            yield from self._blocks(box, depth + 1)

    def _label(self, properties: _Element | None, chain: list[Style]) -> str | None:
        """The automatic number of a paragraph; None for a bullet, empty for none."""
        own = child(properties, "numPr")
        list_id = value(child(own, "numId"))
        level = value(child(own, "ilvl"))
        if own is None or not list_id:
            style = next((one for one in chain if one.list_id), None)
            if style is None:
                return ""
            list_id = style.list_id
            if not level:
                level = str(max(style.level, 0))
        if list_id == "0":
            return ""
        return self.numbering.label(list_id, number(level))

    def _table(self, element: _Element, depth: int) -> Iterator[Piece]:
        rows = rows_of(element)
        if (only := only_cell(rows)) is not None:
            yield from self._blocks(only, depth + 1)
            return
        self.source.line += 1
        line = self.source.line
        if self.ours and (self.revisions or is_furniture(element, self.styles)):
            self.revisions = False
            return
        if element is self.taken:
            return
        grid = self._grid(rows, depth)
        if is_form(grid):
            if self.ours and (tail := tail_of(element)) is not None:
                self.taken = tail
                grid += going_on(self._grid(rows_of(tail), depth))
            yield from read_form(grid, line, ours=self.ours)
            return
        if self.ours and all(len(row) == 2 for row in grid) and names_terms(rows, self.styles):
            for row in grid:
                yield Piece(line=line, type="definition", text=row[0].text, caption=row[1].text)
            return
        piece = Piece(line=line, type="table", rows=spans(grid))
        if any(cell.text.strip() for row in piece.rows for cell in row):
            yield piece

    def _grid(self, rows: Sequence[_Element], depth: int) -> list[list[FormCell]]:
        return [read_row(row, lambda cell: self._blocks(cell, depth + 1)) for row in rows]


def _is_joined(properties: _Element | None) -> bool:
    """Whether a tracked change took the paragraph's end away: its text goes on in the next."""
    marks = (child(properties, "rPr", name) for name in ("del", "moveFrom"))
    return any(mark is not None for mark in marks)


def _says(gathered: Paragraph) -> bool:
    return any(run.text.strip() or run.picture for line in gathered.lines for run in line)


def _number(piece: Piece, label: str | None, properties: _Element | None) -> None:
    """Give a paragraph its automatic number, or make it a bullet."""
    if label:
        give_label(piece, label)
        piece.depth = number(value(child(properties, "numPr", "ilvl")))
    elif label is None:
        piece.type = "bullet"
        piece.level = max(0, number(value(child(properties, "numPr", "ilvl"))))


def _says_something(line: str) -> bool:
    """Whether a line of a header or footer is more than a page number."""
    return len(re.sub(r"[第共页\d\s/\-—–·]", "", line)) > 1  # noqa: RUF001

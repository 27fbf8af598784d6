"""Word files (.docx, .docm, .dotx; transitional and strict) into pieces.

Read from the XML itself: automatic numbers come out as printed, tracked changes count as
accepted, comments stay out, text boxes follow their paragraph, images are handed over as files.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from typing import TYPE_CHECKING, Final

from importer.cleaning import clean_text
from importer.docx_form import FormCell, is_form, read_form, spans, unnested, without_sheets
from importer.docx_numbering import Numbering, child, local, number, value
from importer.docx_package import Package
from importer.docx_styles import Styles
from importer.docx_text import (
    Paragraph,
    character,
    choice,
    flag,
    follow_field,
    give_label,
    inner,
    merged,
    say,
    shaped,
    trimmed,
)
from importer.model import Doubt, Piece, Reading, Run
from store.exceptions import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lxml.etree import _Element

    from importer.docx_styles import Style

MAX_DEPTH: Final = 40
_SKIP: Final = frozenset({"del", "moveFrom", "rPr", "pPr", "instrText", "delText", "commentReference", "annotationRef", "proofErr", "bookmarkStart", "bookmarkEnd", "sdtPr", "sdtEndPr", "tblPr", "tblGrid", "trPr", "tcPr", "rt", "rtPr"})  # fmt: skip  # noqa: E501
# Styles of what Wenshu prints around a body: not the document's text when its own file comes back.
_FURNITURE: Final = frozenset({"subtitle", "表头说明", "落款", "落款日期", "成文日期", "封面说明", "封面单位", "封面标题", "toc heading", "间隔", "意见", "修订记录"})  # fmt: skip  # noqa: E501
_CAPTIONS: Final = frozenset({"caption", "表题", "题注"})
_ANCHORED: Final = frozenset(
    {
        "fldChar",
        "footnoteReference",
        "endnoteReference",
        "drawing",
        "pict",
        "object",
        "AlternateContent",
    }
)
_PICTURES: Final = (
    ".png",
    ".jpg",
    ".jpeg",
    ".gif",
    ".bmp",
    ".webp",
    ".svg",
    ".tif",
    ".tiff",
    ".emf",
    ".wmf",
)


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
        self.found = Reading()
        self.line = 0
        self.notes: dict[str, str] = {}
        self.contents = 0
        self.ours = False
        self.revisions = False
        self.visible: list[str] = []

    def _part(self, kind: str) -> str:
        return next((target for name, target in self.relations.values() if name == kind), "")

    def read(self) -> Reading:
        self._properties()
        self.ours = "文枢文档" in self.found.facts
        self.found.pieces = list(self._blocks(self.body, 0))
        self._footnotes()
        self._page_parts()
        if self.ours:
            self.found.pieces = without_sheets(self.found.pieces)
            self.found.facts["全文"] = "".join(
                str(one.text or "") for one in self.body.iter() if local(one) == "t"
            )
        if self.contents and not self.ours:
            self.found.doubts.append(
                Doubt(
                    0, "contents-left-out", f"Word 生成的目录（{self.contents} 行）没有放进正文。"
                )
            )
        return self.found

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
                    self.found.facts[one.get("name", "")] = text
                elif local(one) == "creator" and one.text:
                    self.found.facts["作者"] = one.text.strip()

    def _footnotes(self) -> None:
        for kind in ("footnotes", "endnotes"):
            if not (part := self._part(kind)) or (root := self.package.xml(part)) is None:
                continue
            for note in root:
                key = f"{'w' if kind == 'endnotes' else ''}{value(note, 'id')}"
                if key in self.notes:
                    text = "".join(self._plain(p) for p in note.iter() if local(p) == "p").strip()
                    self.found.pieces.append(
                        Piece(
                            line=self.line,
                            type="footnote",
                            text=text or "（空）",
                            target=self.notes[key],
                        )
                    )

    def _page_parts(self) -> None:
        """What stands in headers and footers: forms keep their number and version there."""
        if "文枢文档" in self.found.facts:
            return
        texts: list[str] = []
        for kind, target in self.relations.values():
            if kind in {"header", "footer"} and (root := self.package.xml(target)) is not None:
                lines = [self._plain(one).strip() for one in root.iter() if local(one) == "p"]
                texts += [line for line in lines if _says_something(line) and line not in texts]
        if texts:
            self.found.facts["页眉"] = "\n".join(texts)
            said = "；".join(texts)[:300]
            self.found.doubts.append(Doubt(0, "page-header", f"页眉页脚的文字没有放进正文：{said}"))

    def _plain(self, paragraph: _Element) -> str:
        gathered = Paragraph()
        self._inline(paragraph, gathered, Run(""), 0)
        return clean_text(
            "".join(run.text for line in gathered.lines for run in line if not run.note)
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

    def _paragraph(self, element: _Element, depth: int) -> Iterator[Piece]:
        self.line += 1
        properties = child(element, "pPr")
        style_id = value(child(properties, "pStyle"))
        chain = list(self.styles.chain(style_id))
        names = [style.name for style in chain]
        gathered = Paragraph()
        self._inline(element, gathered, Run(""), depth)
        if any(name.startswith(("toc ", "目录")) for name in names[:1]):
            self.contents += bool(any(run.text.strip() for line in gathered.lines for run in line))
            return
        if self.ours and names[:1] and names[0] in _FURNITURE:
            self.revisions = names[0] == "修订记录"
            return
        label = self._label(properties, chain)
        base = self._base(properties, chain, names)
        is_caption = names[:1] and names[0] in _CAPTIONS
        for place, runs in enumerate(gathered.lines):
            piece = self._piece(runs, base)
            if is_caption:
                piece.caption = piece.text
            if not piece.text and piece.type == "text" and not (label and place == 0):
                continue
            if label and place == 0:
                give_label(piece, label)
            elif label is None and place == 0:
                piece.type = "bullet"
                piece.level = max(0, number(value(child(properties, "numPr", "ilvl"))))
            if piece.text or piece.type == "image":
                yield piece
        yield from gathered.after

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

    def _base(self, properties: _Element | None, chain: list[Style], names: list[str]) -> Piece:
        outline = value(child(properties, "outlineLvl"))
        level = (
            number(outline, -1)
            if outline
            else next((s.outline for s in chain if s.outline >= 0), -1)
        )
        name = names[0] if names else ""
        heading = re.match(r"(?:heading|标题)\s*([1-9])$", name)
        title = name in {"title", "标题", "文档标题", "题目", "公文标题"}
        if heading:
            level = int(heading[1]) - 1
        align = value(child(properties, "jc")) or next((s.align for s in chain if s.align), "")
        bold = next((s.bold for s in chain if s.bold is not None), False)
        size = next((s.size for s in chain if s.size), 0.0)
        continues = name in {"款", "条款续段", "续段", "list continue"}
        return Piece(
            line=self.line,
            heading=level + 1 if 0 <= level <= 8 and not title else 0,
            title=title,
            bold=bool(bold),
            centered=align == "center",
            size=size,
            level=1 if continues else 0,
        )

    def _piece(self, runs: list[Run], base: Piece) -> Piece:
        runs = [run for run in merged(runs) if run.text or run.note or run.picture]
        piece = Piece(
            line=base.line,
            heading=base.heading,
            title=base.title,
            centered=base.centered,
            level=base.level,
        )
        words = [run for run in runs if run.text.strip() and not run.picture]
        if len(runs) == 1 and runs[0].picture:
            piece.type, piece.target, piece.text = "image", runs[0].picture, runs[0].text
            return piece
        piece.text = "".join(run.text for run in runs if not run.picture).strip(" \t\u3000\n")
        piece.bold = (bool(words) and all(run.bold for run in words)) or (base.bold and bool(words))
        piece.size = base.size
        if any(
            run.bold or run.italic or run.strike or run.link or run.note or run.picture
            for run in runs
        ):
            piece.runs = trimmed(runs)
        return piece

    # -- inside a paragraph ----------------------------------------------------------------------

    def _inline(self, parent: _Element, gathered: Paragraph, look: Run, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise InputError("文件的嵌套过深，没有读取。")
        for one in parent:
            name = local(one)
            if name in _SKIP:
                continue
            if name == "r":
                self._run(one, gathered, look, depth)
            elif name == "hyperlink":
                target = self.relations.get(value(one, "id"), ("", ""))[1]
                link = target if target.startswith(("http://", "https://", "mailto:")) else ""
                self._inline(one, gathered, Run("", link=link), depth + 1)
            elif name in {"oMath", "oMathPara"}:
                say(
                    gathered, Run("".join(str(t.text or "") for t in one.iter() if local(t) == "t"))
                )
            else:
                self._inline(inner(one, name), gathered, look, depth + 1)

    def _run(self, element: _Element, gathered: Paragraph, look: Run, depth: int) -> None:
        properties = child(element, "rPr")
        if flag(child(properties, "vanish")):
            return
        shape = Run(
            "",
            bold=bool(flag(child(properties, "b"))),
            italic=bool(flag(child(properties, "i"))),
            strike=bool(flag(child(properties, "strike"))),
            link=look.link,
        )
        for one in element:
            name = local(one)
            text = character(one, name)
            if text is not None:
                say(gathered, shaped(shape, text))
            elif name in _ANCHORED:
                self._anchored(one, name, gathered, depth)
            elif name in {"br", "cr"}:
                if value(one, "type") not in {"page", "column"} and not gathered.in_code:
                    gathered.lines.append([])
            elif name == "ruby":
                self._inline(element, gathered, look, depth + 1)

    def _anchored(self, one: _Element, name: str, gathered: Paragraph, depth: int) -> None:
        """What hangs on a run: fields, notes, drawings."""
        if name == "fldChar":
            follow_field(gathered, value(one, "fldCharType"))
        elif name in {"footnoteReference", "endnoteReference"}:
            self._note(one, gathered)
        elif name == "AlternateContent":
            self._run_choice(one, gathered, depth)
        else:
            self._drawing(one, gathered, depth)

    def _run_choice(self, element: _Element, gathered: Paragraph, depth: int) -> None:
        for one in choice(element):
            if local(one) in {"drawing", "pict", "object"}:
                self._drawing(one, gathered, depth)

    def _note(self, element: _Element, gathered: Paragraph) -> None:
        key = f"{'w' if local(element) == 'endnoteReference' else ''}{value(element, 'id')}"
        self.notes.setdefault(key, str(len(self.notes) + 1))
        if not gathered.in_code:
            gathered.lines[-1].append(Run("", note=self.notes[key]))

    def _drawing(self, element: _Element, gathered: Paragraph, depth: int) -> None:
        """Text boxes become paragraphs behind this one, pictures stay in their place."""
        boxes = [one for one in element.iter() if local(one) == "txbxContent"]
        for box in boxes[:1]:
            gathered.after.extend(self._blocks(box, depth + 1))
        for one in element.iter():
            name = local(one)
            if name in {"blip", "imagedata"}:
                self._picture(value(one, "embed") or value(one, "id"), element, gathered)
            elif name == "chart" and value(one, "id"):
                self.found.doubts.append(
                    Doubt(self.line, "chart-left-out", "Word 图表没有导入（数据在原始文件里）。")
                )

    def _picture(self, relation: str, element: _Element, gathered: Paragraph) -> None:
        target = self.relations.get(relation, ("", ""))[1]
        suffix = posixpath.splitext(target)[1].lower()
        if suffix not in _PICTURES or (data := self.package.bytes_of(target)) is None:
            return
        name = f"图片/{hashlib.sha256(data).hexdigest()[:12]}{suffix}"
        self.found.files[name] = data
        text = next((value(one, "descr") for one in element.iter() if local(one) == "docPr"), "")
        say(gathered, Run(clean_text(text), picture=name))
        if suffix in {".emf", ".wmf"}:
            self.found.doubts.append(
                Doubt(
                    self.line,
                    "picture-format",
                    f"图片是 {suffix[1:].upper()} 格式，网页上显示不了，文件已保存。",
                )
            )

    # -- tables ------------------------------------------------------------------------------------

    def _table(self, element: _Element, depth: int) -> Iterator[Piece]:
        rows = [
            one
            for one in _through(element)
            if local(one) == "tr" and child(one, "trPr", "del") is None
        ]
        if len(rows) == 1 and len(cells := [c for c in _through(rows[0]) if local(c) == "tc"]) == 1:
            yield from self._blocks(cells[0], depth + 1)
            return
        self.line += 1
        line = self.line
        if self.ours and (self.revisions or self._is_furniture(element)):
            self.revisions = False
            return
        grid = [self._row(row, depth) for row in rows]
        if is_form(grid):
            yield from read_form(grid, line, ours=self.ours)
            return
        if self.ours and all(len(row) == 2 for row in grid) and self._names_terms(rows):
            for row in grid:
                yield Piece(line=line, type="definition", text=row[0].text, caption=row[1].text)
            return
        piece = Piece(line=line, type="table", rows=spans(grid))
        if any(cell.text.strip() for row in piece.rows for cell in row):
            yield piece

    def _is_furniture(self, table: _Element) -> bool:
        """Whether a table of a Wenshu file is for signing: it holds paragraphs of such a style."""
        names = {self._style_name(p) for p in table.iter() if local(p) == "p"}
        if names & {"意见", "落款", "落款日期"}:
            return True
        text = re.sub(
            r"\s+", "", "".join(str(t.text or "") for t in table.iter() if local(t) == "t")
        )
        return text.startswith("编制") and "审核" in text and "签收" in text

    def _names_terms(self, rows: list[_Element]) -> bool:
        """Whether every row begins with a cell in the style of terms."""
        firsts = [next((p for p in row.iter() if local(p) == "p"), None) for row in rows]
        return all(p is not None and self._style_name(p) == "表单栏目" for p in firsts)

    def _style_name(self, paragraph: _Element) -> str:
        return self.styles.name(value(child(paragraph, "pPr", "pStyle")))

    def _row(self, row: _Element, depth: int) -> list[FormCell]:
        before = number(value(child(row, "trPr", "gridBefore")))
        found = [FormCell([]) for _ in range(min(before, 60))]
        for cell in _through(row):
            if local(cell) != "tc":
                continue
            properties = child(cell, "tcPr")
            merge = child(properties, "vMerge")
            state = "" if merge is None else value(merge) or "continue"
            pieces = [unnested(piece) for piece in self._blocks(cell, depth + 1)]
            span = max(1, number(value(child(properties, "gridSpan")), 1))
            marked = any(local(one) == "bookmarkStart" for one in cell.iter())
            found.append(FormCell(pieces, span, state, marked))
        return found


def _through(element: _Element) -> Iterator[_Element]:
    """Children, those inside content controls and insertions included."""
    for one in element:
        name = local(one)
        if name in {
            "sdt",
            "sdtContent",
            "ins",
            "customXml",
            "smartTag",
            "AlternateContent",
            "Choice",
            "moveTo",
        }:
            yield from _through(one)
        else:
            yield one


def _says_something(line: str) -> bool:
    """Whether a line of a header or footer is more than a page number."""
    return len(re.sub(r"[第共页\d\s/\-—–·]", "", line)) > 1  # noqa: RUF001

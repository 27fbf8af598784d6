"""What stands inside the paragraphs of a Word file: runs, links, notes, pictures, text boxes."""

from __future__ import annotations

import hashlib
import posixpath
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Final

from importer.cleaning import clean_text
from importer.docx_numbering import child, local, value
from importer.docx_text import (
    Paragraph,
    character,
    choice,
    flag,
    follow_field,
    inner,
    referred,
    say,
    shaped,
)
from importer.model import Doubt, Reading, Run
from store.exceptions import InputError

if TYPE_CHECKING:
    from lxml.etree import _Element

    from importer.docx_package import Package

MAX_DEPTH: Final = 40
_SKIP: Final = frozenset({"del", "moveFrom", "rPr", "pPr", "instrText", "delText", "commentReference", "annotationRef", "proofErr", "bookmarkStart", "bookmarkEnd", "sdtPr", "sdtEndPr", "tblPr", "tblGrid", "trPr", "tcPr", "rt", "rtPr"})  # fmt: skip  # noqa: E501
_DRAWN: Final = frozenset({"drawing", "pict", "object"})
_ANCHORED: Final = _DRAWN | {"fldChar", "footnoteReference", "endnoteReference", "AlternateContent"}
_PICTURES: Final = frozenset(
    {".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".svg", ".tif", ".tiff", ".emf", ".wmf"}
)


@dataclass(slots=True)
class Source:
    """What the reading of one Word file shares: its parts, where it is, what was found."""

    package: Package
    relations: dict[str, tuple[str, str]]
    found: Reading = field(default_factory=Reading)
    line: int = 0
    notes: dict[str, str] = field(default_factory=dict)


class Inlines:
    """Gathers the text of paragraphs."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def plain(self, paragraph: _Element) -> str:
        """The text of a paragraph without formatting, notes and pictures."""
        gathered = Paragraph()
        self.gather(paragraph, gathered, Run(""), 0)
        return clean_text(
            "".join(run.text for line in gathered.lines for run in line if not run.note)
        )

    def gather(self, parent: _Element, gathered: Paragraph, look: Run, depth: int) -> None:
        """Add what an element holds to a paragraph.

        Raises:
            InputError: It is nested too deeply.
        """
        if depth > MAX_DEPTH:
            raise InputError("文件的嵌套过深，没有读取。")
        for one in parent:
            name = local(one)
            if name == "bookmarkStart":
                gathered.bookmarks.append(value(one, "name"))
            if name in _SKIP:
                continue
            if name == "r":
                self._run(one, gathered, look, depth)
            elif name == "hyperlink":
                target = self.source.relations.get(value(one, "id"), ("", ""))[1]
                link = target if target.startswith(("http://", "https://", "mailto:")) else ""
                link = link or (f"#{anchor}" if (anchor := value(one, "anchor")) else "")
                self.gather(one, gathered, Run("", link=link), depth + 1)
            elif name in {"oMath", "oMathPara"}:
                say(
                    gathered, Run("".join(str(t.text or "") for t in one.iter() if local(t) == "t"))
                )
            elif name == "fldSimple":
                told = Run("", link=referred(value(one, "instr")) or look.link)
                self.gather(one, gathered, told, depth + 1)
            else:
                self.gather(inner(one, name), gathered, look, depth + 1)

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
                link = shape.link or gathered.reference
                say(gathered, shaped(replace(shape, link=link), text))
            elif name == "instrText" and gathered.codes:
                gathered.codes[-1] += one.text or ""
            elif name in _ANCHORED:
                self._anchored(one, name, gathered)
            elif name in {"br", "cr"}:
                if value(one, "type") not in {"page", "column"} and not gathered.in_code:
                    gathered.lines.append([])
            elif name == "ruby":
                self.gather(element, gathered, look, depth + 1)

    def _anchored(self, one: _Element, name: str, gathered: Paragraph) -> None:
        """What hangs on a run: fields, notes, drawings."""
        if name == "fldChar":
            follow_field(gathered, value(one, "fldCharType"))
        elif name in {"footnoteReference", "endnoteReference"}:
            self._note(one, gathered)
        elif name == "AlternateContent":
            self._run_choice(one, gathered)
        else:
            self._drawing(one, gathered)

    def _run_choice(self, element: _Element, gathered: Paragraph) -> None:
        for one in choice(element):
            if local(one) in _DRAWN:
                self._drawing(one, gathered)

    def _note(self, element: _Element, gathered: Paragraph) -> None:
        key = f"{'w' if local(element) == 'endnoteReference' else ''}{value(element, 'id')}"
        self.source.notes.setdefault(key, str(len(self.source.notes) + 1))
        if not gathered.in_code:
            gathered.lines[-1].append(Run("", note=self.source.notes[key]))

    def _drawing(self, element: _Element, gathered: Paragraph) -> None:
        """Text boxes become paragraphs behind this one, pictures stay in their place."""
        boxes = (one for one in element.iter() if local(one) == "txbxContent")
        gathered.boxes += islice(boxes, 1)
        for one in element.iter():
            name = local(one)
            if name in {"blip", "imagedata"}:
                self._picture(value(one, "embed") or value(one, "id"), element, gathered)
            elif name == "chart" and value(one, "id"):
                self.source.found.doubts.append(
                    Doubt(
                        self.source.line,
                        "chart-left-out",
                        "Word 图表没有导入（数据在原始文件里）。",
                    )
                )

    def _picture(self, relation: str, element: _Element, gathered: Paragraph) -> None:
        target = self.source.relations.get(relation, ("", ""))[1]
        suffix = posixpath.splitext(target)[1].lower()
        if suffix not in _PICTURES or (data := self.source.package.bytes_of(target)) is None:
            return
        name = f"图片/{hashlib.sha256(data).hexdigest()[:12]}{suffix}"
        self.source.found.files[name] = data
        text = next((value(one, "descr") for one in element.iter() if local(one) == "docPr"), "")
        say(gathered, Run(clean_text(text), picture=name))
        if suffix in {".emf", ".wmf"}:
            self.source.found.doubts.append(
                Doubt(
                    self.source.line,
                    "picture-format",
                    f"图片是 {suffix[1:].upper()} 格式，网页上显示不了，文件已保存。",
                )
            )

"""Helpers for tests that look at Word files: a package without an engine, validation, PDF text.

Outside programs are optional on a developer's PC: tests skip with the reason, but fail when
``WENSHU_CI=1`` says that everything has to be there.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from generator.wordml import XMLNS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generator.layout import Layout
    from store.kinds import Numbering
    from store.model import Body

ROOT = Path(__file__).resolve().parent.parent
LAYOUTS = ROOT / "templates" / "_layouts"


def absent(what: str) -> None:
    """Skip because a program is absent, or fail where it must be there."""
    if os.environ.get("WENSHU_CI") == "1":
        pytest.fail(f"{what} is absent")
    pytest.skip(f"{what} is absent")


class FakePackage:
    """A `RenderPackage` that only remembers, for tests of block writers."""

    def __init__(self, styles: Mapping[str, str] | None = None, width: int = 8844) -> None:
        self.part = "word/document.xml"
        self.warnings: list[str] = []
        self.styles = dict(styles or {})
        self.width = width
        self.numberings: list[tuple[str, dict[int, int]]] = []
        self.footnotes: list[str] = []
        self.images: list[bytes] = []
        self.links: list[str] = []
        self.properties: dict[str, str] = {}
        self.watermark = ""
        self.parts: dict[str, bytes] = {}
        self._next = 0

    def next_id(self) -> int:
        self._next += 1
        return self._next

    def unique_name(self, pattern: str) -> str:
        return pattern.format(self.next_id())

    def add_part(  # the signature of the protocol
        self,
        name: str,
        content_type: str,  # noqa: ARG002
        data: bytes,
        reltype: str,  # noqa: ARG002
        *,
        source: str | None = None,  # noqa: ARG002
    ) -> str:
        self.parts[name] = data
        return f"rId{self.next_id()}"

    def add_image(self, data: bytes) -> str:
        self.images.append(data)
        return f"rIdImage{len(self.images)}"

    def add_hyperlink(self, url: str) -> str:
        self.links.append(url)
        return f"rIdLink{len(self.links)}"

    def add_numbering(self, abstract: str, *, starts: Mapping[int, int] | None = None) -> int:
        self.numberings.append((abstract, dict(starts or {})))
        return len(self.numberings)

    def has_style(self, style_id: str) -> bool:
        return style_id in self.styles.values()

    def style_id(self, name: str, kind: str = "paragraph") -> str | None:  # noqa: ARG002
        return self.styles.get(name)

    def ensure_style(self, style: str) -> str:
        name = re.search(r'<w:name w:val="([^"]*)"', style)
        identity = re.search(r'w:styleId="([^"]*)"', style)
        assert name
        assert identity
        return self.styles.setdefault(name[1], identity[1])

    def add_footnote(self, content: str) -> int:
        self.footnotes.append(content)
        return len(self.footnotes)

    def set_property(self, name: str, value: str) -> None:
        self.properties[name] = value

    def set_watermark(self, text: str) -> None:
        self.watermark = text

    def new_section(self, kind: str, *, footers: bool = True) -> str:
        return f"<w:p><w:pPr><w:sectPr/></w:pPr></w:p><!--{kind} {footers}-->"

    def text_width(self) -> int:
        return self.width


def validator() -> str:
    """The Open XML SDK validator's program; skips when there is none."""
    found = (
        os.environ.get("WENSHU_OOXML_VALIDATOR")
        or shutil.which("ooxml-validator")
        or shutil.which("ooxml-validator", path=str(ROOT / "node_modules" / ".bin"))
    )
    if not found:
        absent("ooxml-validator")
    return str(found)


def sdk_errors(path: Path) -> list[str]:
    """What the Open XML SDK says against a file; empty means valid."""
    done = subprocess.run(
        [validator(), str(path)], capture_output=True, timeout=120, check=False, text=True
    )
    if done.returncode == 0:
        return []
    try:
        report = json.loads(done.stdout)
    except json.JSONDecodeError:
        return [done.stdout + done.stderr]
    return [str(error) for error in report.get("errors", [report])]


def audit_errors(path: Path) -> list[str]:
    """The in-process second opinion: what openxml-audit's schema rules say."""
    audit = pytest.importorskip("openxml_audit")
    result = audit.OpenXmlValidator().validate(str(path))
    return [str(error) for error in result.errors]


def pdf_of(path: Path) -> Path:
    """The PDF of a Word file, by LibreOffice; skips when it is absent."""
    from generator.pdf import find_converter, to_pdf  # noqa: PLC0415 - loaded where it is used

    converter = find_converter()
    if converter is None or converter.kind != "libreoffice":
        absent("LibreOffice")
    return to_pdf([path], timeout=120)[0]


def pdf_pages(pdf: Path) -> list[str]:
    """The text of each page."""
    import pypdfium2  # noqa: PLC0415 - loaded where it is used

    document = pypdfium2.PdfDocument(str(pdf))
    try:
        return [page.get_textpage().get_text_bounded().replace("\r", "") for page in document]
    finally:
        document.close()


def layout(name: str) -> Layout:
    """One of the built-in layouts."""
    from generator.layout import load_layouts  # noqa: PLC0415 - loaded where it is used

    return load_layouts([LAYOUTS]).get(name)


def render_body(body: Body, of: Layout, numbering: Numbering, **more: object) -> bytes:
    """A body alone in its layout's template, with what the layouts ask for."""
    from generator.body import BodyValue  # noqa: PLC0415 - loaded where it is used
    from generator.layout import build_template  # noqa: PLC0415 - loaded where it is used
    from generator.toc import TocValue, toc_entries  # noqa: PLC0415 - loaded where it is used
    from generator.word.template import WordTemplate  # noqa: PLC0415 - loaded where it is used

    value = BodyValue(body, of, numbering)
    facts = dict.fromkeys(("封面", "目录"), False) | {
        "标题": "测试",
        "页眉": "",
        "页脚": "",
        "题注": "",
    }
    facts |= {"修订记录": [], "附件": [], "署名": "", "成文日期": "", "个人": False, "文号": ""}
    facts |= {"偶数页": None, "落款": None, "印发日期": "", "封面标题": "测试"}
    context: dict[str, object] = {"标题": "测试", "版面": facts | more, "正文": value}
    context["目录"] = TocValue(toc_entries(body, 2), of)
    return WordTemplate(build_template(of)).render(context)


def part(data: bytes, name: str = "word/document.xml") -> str:
    """One part of a .docx as text."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name).decode("utf-8")


def text_of(xml: str) -> str:
    """The text of a part, a line for each paragraph."""
    return "\n".join(
        "".join(re.findall(r"<w:t(?: [^>]*)?>([^<]*)</w:t>", paragraph))
        for paragraph in xml.split("</w:p>")
    )


def wrap(xml: str) -> str:
    """Block XML inside a root that declares the prefixes, for parsing."""
    return f"<w:document {XMLNS}><w:body>{xml}</w:body></w:document>"

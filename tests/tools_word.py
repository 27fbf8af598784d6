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

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parent.parent
LAYOUTS = ROOT / "templates" / "_layouts"
_MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


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
        self._next = 0

    def next_id(self) -> int:
        self._next += 1
        return self._next

    def unique_name(self, pattern: str) -> str:
        return pattern.format(self.next_id())

    def add_part(
        self, name: str, content_type: str, data: bytes, reltype: str, *, source: str | None = None
    ) -> str:
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

    def style_id(self, name: str, kind: str = "paragraph") -> str | None:
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


def quick_errors(data: bytes) -> list[str]:
    """The in-process second opinion: schema errors that openxml-audit finds."""
    audit = pytest.importorskip("openxml_audit")
    with zipfile.ZipFile(io.BytesIO(data)):
        pass
    path = Path(os.environ.get("PYTEST_TMP", "/tmp")) / f"audit-{os.getpid()}.docx"
    path.write_bytes(data)
    try:
        result = audit.OpenXmlValidator().validate(str(path))
        return [str(error) for error in result.errors]
    finally:
        path.unlink()


def part(data: bytes, name: str = "word/document.xml") -> str:
    """One part of a .docx as text."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name).decode("utf-8")


def text_of(xml: str) -> str:
    """The text of a part, a line for each paragraph."""
    lines = []
    for paragraph in re.split(r"</w:p>", xml):
        lines.append("".join(re.findall(r"<w:t(?: [^>]*)?>([^<]*)</w:t>", paragraph)))
    return "\n".join(lines)


def wrap(xml: str) -> str:
    """Block XML inside a root that declares the prefixes, for parsing."""
    from generator.wordml import XMLNS

    return f"<w:document {XMLNS}><w:body>{xml}</w:body></w:document>"

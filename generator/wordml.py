"""WordprocessingML as strings: escaping, units, runs and the few elements everybody needs.

Everything that writes a page builds strings with these helpers; no text reaches a part unescaped.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Final

NAMESPACES: Final = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
    "w10": "urn:schemas-microsoft-com:office:word",
}
RELATIONSHIPS: Final = NAMESPACES["r"]
XMLNS: Final = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SPECIAL: Final = re.compile("[&<>\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_TWIPS_PER_MM: Final = 1440 / 25.4


def escape(text: str) -> str:
    """Make a text safe for element content.

    Characters that XML cannot hold are left out; `has_illegal` tells whether there are any.
    """
    if not _SPECIAL.search(text):
        return text
    text = _ILLEGAL.sub("", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def attribute(text: str) -> str:
    """Make a text safe inside a double-quoted attribute value."""
    return escape(text).replace('"', "&quot;").replace("\n", " ").replace("\t", " ")


def has_illegal(text: str) -> bool:
    """Whether a text holds characters that no XML file can hold."""
    return _ILLEGAL.search(text) is not None


def mm(value: float) -> int:
    """Millimetres as twips."""
    return round(value * _TWIPS_PER_MM)


def pt(value: float) -> int:
    """Points as twips."""
    return round(value * 20)


def emu(twips: float) -> int:
    """Twips as English metric units, the unit of drawings."""
    return round(twips * 635)


@dataclass(frozen=True, slots=True)
class RunFormat:
    """The direct formatting of a run; an empty one writes nothing."""

    style: str = ""
    font: str = ""
    bold: bool = False
    italic: bool = False
    strike: bool = False
    underline: bool = False

    def xml(self) -> str:
        """The `w:rPr` element, in the order the schema wants."""
        inner = f'<w:rStyle w:val="{self.style}"/>' if self.style else ""
        if self.font:
            name = attribute(self.font)
            inner += (
                f'<w:rFonts w:ascii="{name}" w:hAnsi="{name}" w:eastAsia="{name}" w:cs="{name}"/>'
            )
        inner += "<w:b/>" if self.bold else ""
        inner += "<w:i/>" if self.italic else ""
        inner += "<w:strike/>" if self.strike else ""
        inner += '<w:u w:val="single"/>' if self.underline else ""
        return f"<w:rPr>{inner}</w:rPr>" if inner else ""


PLAIN: Final = RunFormat()


def run(text: str, properties: str = "") -> str:
    """A run of text; line ends become breaks and tabs become tabs.

    Args:
        text: Plain text.
        properties: A finished `w:rPr` element, or nothing.
    """
    if "\n" not in text and "\t" not in text:
        return f'<w:r>{properties}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
    pieces = []
    for piece in re.split("([\n\t])", text):
        if piece == "\n":
            pieces.append("<w:br/>")
        elif piece == "\t":
            pieces.append("<w:tab/>")
        elif piece:
            pieces.append(f'<w:t xml:space="preserve">{escape(piece)}</w:t>')
    return f"<w:r>{properties}{''.join(pieces)}</w:r>"


def field(instruction: str, result: str, properties: str = "") -> str:
    """A complex field with its result already filled in."""
    return (
        f'<w:r>{properties}<w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r>{properties}<w:instrText xml:space="preserve"> {escape(instruction)} '
        f"</w:instrText></w:r>"
        f'<w:r>{properties}<w:fldChar w:fldCharType="separate"/></w:r>'
        f"{run(result, properties)}"
        f'<w:r>{properties}<w:fldChar w:fldCharType="end"/></w:r>'
    )


def paragraph(content: str, style: str = "", properties: str = "") -> str:
    """A paragraph with a style and further properties (after `w:pStyle` in the schema's order)."""
    head = f'<w:pStyle w:val="{style}"/>' if style else ""
    if head or properties:
        return f"<w:p><w:pPr>{head}{properties}</w:pPr>{content}</w:p>"
    return f"<w:p>{content}</w:p>"


def thin_paragraph(*, keep: bool = False, section: str = "") -> str:
    """A paragraph one point high, for places where Word demands one; it may end a section."""
    kept = "<w:keepNext/>" if keep else ""
    return (
        f'<w:p><w:pPr>{kept}<w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>'
        '<w:rPr><w:sz w:val="2"/><w:szCs w:val="2"/></w:rPr>'
        f"{section}</w:pPr></w:p>"
    )


def bookmark_name(anchor: str) -> str:
    """The Word bookmark of an anchor: at most 40 characters, letters, digits and underscores.

    The one function that turns anchors into bookmarks. Different anchors give different names.
    """
    name = re.sub(r"\W", "_", anchor)
    if not name or not (name[0].isalpha() or name[0] == "_"):
        name = f"c_{name}"
    if name != anchor or len(name) > 40:
        name = f"{name[:31]}_{hashlib.sha256(anchor.encode()).hexdigest()[:8]}"
    return name

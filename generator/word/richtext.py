"""Text with formatting of its own: `RichText`, `RichParagraph`, `Listing`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from generator.word.tokens import escape_text, parse_fragment, to_xml

if TYPE_CHECKING:
    from generator.word.tokens import Element
    from generator.word.values import RenderPackage

RUN_ORDER: Final = [
    *("w:rStyle", "w:rFonts", "w:b", "w:bCs", "w:i", "w:iCs", "w:caps", "w:smallCaps", "w:strike"),
    *("w:dstrike", "w:outline", "w:shadow", "w:emboss", "w:imprint", "w:noProof", "w:snapToGrid"),
    *("w:vanish", "w:webHidden", "w:color", "w:spacing", "w:w", "w:kern", "w:position", "w:sz"),
    *("w:szCs", "w:highlight", "w:u", "w:effect", "w:bdr", "w:shd", "w:fitText", "w:vertAlign"),
    *("w:rtl", "w:cs", "w:em", "w:lang", "w:eastAsianLayout", "w:specVanish", "w:oMath"),
]
"""The children of ``w:rPr`` in the order of the schema."""

_UNDERLINES: Final = frozenset(
    [
        "single",
        "double",
        "thick",
        "dotted",
        "dash",
        "dotDash",
        "dotDotDash",
        "wave",
        "words",
        "dottedHeavy",
        "dashLong",
        "wavyHeavy",
        "wavyDouble",
        "dashedHeavy",
        "dashDotHeavy",
        "dashDotDotHeavy",
        "dashLongHeavy",
        "none",
    ]
)
_FONT_SLOTS: Final = frozenset({"ascii", "hAnsi", "eastAsia", "cs"})
_OPEN_TEXT: Final = '<w:t xml:space="preserve">'
_STYLE: Final = re.compile(r'<w:rStyle w:val="([^"]*)"/>')
_COLOUR: Final = re.compile(r"[0-9A-Fa-f]{6}|auto")
_ILLEGAL: Final = re.compile("[\0-\x06\x08\x0b\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def quote(value: object) -> str:
    """Escape for an attribute."""
    return escape_text(_ILLEGAL.sub("", str(value))).replace('"', "&quot;")


def colour(value: object) -> str:
    """``#ff0000`` or ``FF0000`` as Word writes it; ``auto`` for what is no colour."""
    text = str(value).removeprefix("#")
    if len(text) == 3 and re.fullmatch(r"[0-9A-Fa-f]{3}", text):
        text = "".join(char * 2 for char in text)
    return text if _COLOUR.fullmatch(text) else "auto"


def sort_properties(inner: str) -> str:
    """Put the children of a ``w:rPr`` in order, the last of each name winning."""
    children: dict[str, Element] = {}
    for child in parse_fragment(inner).elements():
        children[child.name] = child
    rank = {name: index for index, name in enumerate(RUN_ORDER)}
    ordered = sorted(children.values(), key=lambda child: rank.get(child.name, len(rank)))
    return "".join(to_xml(child) for child in ordered)


def merge_properties(properties: str, more: str) -> str:
    """A ``w:rPr`` with further children; they win over those of the same name.

    Fonts are merged slot by slot, so that an East Asian font leaves the Latin one alone.
    """
    inner = properties.removeprefix("<w:rPr>").removesuffix("</w:rPr>")
    if "<w:rFonts" in inner and "<w:rFonts" in more:
        old = parse_fragment(inner).find("w:rFonts")
        new = parse_fragment(more).find("w:rFonts")
        if old is not None and new is not None:
            slots = dict(re.findall(r'(w:\w+)="([^"]*)"', old.open))
            for slot, font in re.findall(r'(w:\w+)="([^"]*)"', new.open):
                slots[slot] = font
                slots.pop(f"{slot}Theme", None)
            slots.pop("w:cstheme" if "w:cs" in slots else "", None)
            merged = "".join(f' {slot}="{font}"' for slot, font in slots.items())
            more = more.replace(to_xml(new), f"<w:rFonts{merged}/>")
    text = sort_properties(inner + more)
    return f"<w:rPr>{text}</w:rPr>" if text else ""


def text_runs(text: str, properties: str) -> str:
    """A run of plain text; line ends and tabs become elements."""
    text = escape_text(_ILLEGAL.sub("", text).replace("\r\n", "\n").replace("\r", "\n"))
    text = text.replace("\n", f"</w:t><w:br/>{_OPEN_TEXT}").replace(
        "\t", f"</w:t><w:tab/>{_OPEN_TEXT}"
    )
    return f"<w:r>{properties}{_OPEN_TEXT}{text}</w:t></w:r>"


class Listing:
    r"""Text with line ends (``\n``), paragraphs (``\a``), tabs and pages (``\f``).

    Any text is treated so; the class exists for templates and programs made for docxtpl.
    """

    def __init__(self, text: object) -> None:
        self.text = text if isinstance(text, str) else str(text)

    def __str__(self) -> str:
        return self.text


class RichText:
    r"""Runs of text with formatting of their own, inside a paragraph.

    The template's own formatting is kept where a piece says nothing else::

        title = RichText("重点", bold=True, color="C00000")
        title.add("（摘要）", size=21, font="eastAsia:仿宋")
        title.add("网站", url="https://example.com", underline=True)

    ``\n`` breaks the line, ``\a`` the paragraph, ``\f`` the page.
    """

    def __init__(self, text: object = None, **format: Any) -> None:  # noqa: A002
        self._pieces: list[tuple[str, str, str, str]] = []
        if text is not None and text != "":
            self.add(text, **format)

    def add(  # noqa: PLR0913, PLR0917 (docxtpl's signature)
        self,
        text: object,
        style: str | None = None,
        color: str | None = None,
        highlight: str | None = None,
        size: int | None = None,
        subscript: bool | None = None,  # noqa: FBT001
        superscript: bool | None = None,  # noqa: FBT001
        bold: bool = False,  # noqa: FBT001, FBT002
        italic: bool = False,  # noqa: FBT001, FBT002
        underline: bool | str = False,  # noqa: FBT001, FBT002
        strike: bool = False,  # noqa: FBT001, FBT002
        font: str | None = None,
        url_id: str | None = None,
        rtl: bool = False,  # noqa: FBT001, FBT002
        lang: str | None = None,
        *,
        url: str | None = None,
    ) -> None:
        """Append a piece.

        Args:
            text: Text, or another `RichText` whose pieces are taken over.
            style: A character style's id.
            color: Text colour, ``RRGGBB`` with or without ``#``.
            highlight: Background colour, likewise.
            size: Half points: 24 is 小四.
            subscript: Lowered.
            superscript: Raised.
            bold: Bold.
            italic: Italic.
            underline: True or Word's name of a line (``double``, ``wave`` …).
            strike: Struck through.
            font: A font, or ``eastAsia:微软雅黑`` for one slot with the others alike.
            url_id: What `WordTemplate.build_url_id` gave.
            rtl: From right to left.
            lang: A language tag.
            url: An address to link to.
        """
        if isinstance(text, RichText):
            self._pieces.extend(text._pieces)  # noqa: SLF001
            return
        if isinstance(text, bytes):
            text = text.decode("utf-8", "ignore")
        inner = _font(font) if font else ""
        inner += "<w:b/>" + ("<w:bCs/>" if rtl else "") if bold else ""
        inner += "<w:i/>" + ("<w:iCs/>" if rtl else "") if italic else ""
        inner += "<w:strike/>" if strike else ""
        inner += f'<w:color w:val="{colour(color)}"/>' if color else ""
        inner += f'<w:sz w:val="{int(size)}"/><w:szCs w:val="{int(size)}"/>' if size else ""
        if underline:
            line = underline if underline in _UNDERLINES else "single"
            inner += f'<w:u w:val="{line}"/>'
        if highlight:
            inner += f'<w:shd w:val="clear" w:color="auto" w:fill="{colour(highlight)}"/>'
        if subscript or superscript:
            kind = "superscript" if superscript else "subscript"
            inner += f'<w:vertAlign w:val="{kind}"/>'
        inner += "<w:rtl/>" if rtl else ""
        inner += f'<w:lang w:val="{quote(lang)}"/>' if lang else ""
        self._pieces.append((str(text), inner, url or url_id or "", style or ""))

    def add_formatted(self, text: str, properties: str, url: str = "") -> None:
        """Append a piece whose ``w:rPr`` children are given as XML."""
        match = _STYLE.search(properties)
        rest = _STYLE.sub("", properties)
        self._pieces.append((text, rest, url, match[1] if match else ""))

    @property
    def text(self) -> str:
        """The text without formatting."""
        return "".join(piece[0] for piece in self._pieces)

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return bool(self._pieces)

    def to_runs(self, package: RenderPackage, properties: str) -> str:
        r"""The runs; between them ``\a`` and ``\\f`` stand for a new paragraph and page."""
        parts = []
        for text, formats, url, style in self._pieces:
            inner = _character_style(style, package) + formats
            merged = merge_properties(properties, inner) if inner else properties
            for piece in re.split("([\a\f])", text):
                if piece in {"\a", "\f"}:
                    parts.append(piece)
                elif piece:
                    parts.append(_linked(text_runs(piece, merged), url, package))
        return "".join(parts)


def _character_style(style: str, package: RenderPackage) -> str:
    """The reference to a character style, by id or name; an unknown one is told."""
    if not style:
        return ""
    known = style if package.has_style(style) else package.style_id(style, "character")
    if known is not None:
        return f'<w:rStyle w:val="{quote(known)}"/>'
    if (warning := f"模板中没有字符样式“{style}”，按默认样式排版。") not in package.warnings:
        package.warnings.append(warning)
    return ""


def _font(font: str) -> str:
    slot, separator, name = font.partition(":")
    if not separator or slot not in _FONT_SLOTS:
        name = font if not separator else name
        return (
            "<w:rFonts"
            + "".join(f' w:{s}="{quote(name)}"' for s in ("ascii", "hAnsi", "cs"))
            + "/>"
        )
    slots = dict.fromkeys(("ascii", "hAnsi", "cs", slot), quote(name))
    return "<w:rFonts" + "".join(f' w:{key}="{value}"' for key, value in slots.items()) + "/>"


def _linked(runs: str, url: str, package: RenderPackage) -> str:
    if not url:
        return runs
    relation = package.add_hyperlink(url)
    if not relation:
        return runs
    return f'<w:hyperlink r:id="{relation}" w:tgtFrame="_blank">{runs}</w:hyperlink>'


def _unknown_style(style: str) -> str:
    return f"模板中没有段落样式“{style}”，按默认样式排版。"


class RichParagraph:
    """Paragraphs with styles of their own, for ``{{p x }}``.

    ::

        body = RichParagraph("要点一", parastyle="ListBullet")
        body.add(RichText("要点二", bold=True), parastyle="ListBullet")
    """

    def __init__(self, text: object = None, parastyle: str | None = None) -> None:
        self._paragraphs: list[tuple[RichText, str]] = []
        if text is not None and text != "":
            self.add(text, parastyle)

    def add(self, text: object, parastyle: str | None = None) -> None:
        """Append a paragraph of text or `RichText` in the style with that id."""
        if isinstance(text, RichParagraph):
            self._paragraphs.extend(text._paragraphs)  # noqa: SLF001
            return
        rich = text if isinstance(text, RichText) else RichText(text)
        self._paragraphs.append((rich, parastyle or ""))

    @property
    def text(self) -> str:
        """The text, a line for each paragraph."""
        return "\n".join(rich.text for rich, _ in self._paragraphs)

    def __str__(self) -> str:
        return self.text

    def to_wordml(self, package: RenderPackage) -> str:
        """The paragraphs."""
        parts = []
        for rich, style in self._paragraphs:
            formats = ""
            if style:
                known = style if package.has_style(style) else package.style_id(style)
                if known is not None:
                    formats = f'<w:pPr><w:pStyle w:val="{quote(known)}"/></w:pPr>'
                elif (warning := _unknown_style(style)) not in package.warnings:
                    package.warnings.append(warning)
            runs = rich.to_runs(package, "")
            page = f'</w:p><w:p><w:r><w:br w:type="page"/></w:r></w:p><w:p>{formats}'
            runs = runs.replace("\a", f"</w:p><w:p>{formats}").replace("\f", page)
            parts.append(f"<w:p>{formats}{runs}</w:p>")
        return "".join(parts)

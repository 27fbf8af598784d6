"""The style part of a template: every style of a layout, with Chinese fonts set for good.

Fonts are written for all four scripts and the theme names none that would win over them.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from generator.wordml import DECLARATION, NAMESPACES, attribute, pt

if TYPE_CHECKING:
    from generator.layout.model import Layout, TextStyle

# Key of a layout's style: (style id, name in Word). Names are Word's own where there is one, so
# that a template made by hand in Word or WPS is understood.
PARAGRAPH_STYLES: Final[dict[str, tuple[str, str]]] = {
    "base": ("Normal", "Normal"),
    "body": ("BodyText", "Body Text"),
    "title": ("Title", "Title"),
    "subtitle": ("Subtitle", "Subtitle"),
    "heading1": ("Heading1", "heading 1"),
    "heading2": ("Heading2", "heading 2"),
    "heading3": ("Heading3", "heading 3"),
    "heading4": ("Heading4", "heading 4"),
    "clause1": ("Clause1", "条款 1"),
    "clause2": ("Clause2", "条款 2"),
    "clause3": ("Clause3", "条款 3"),
    "clause4": ("Clause4", "条款 4"),
    "clause5": ("Clause5", "条款 5"),
    "continuation": ("ClauseText", "条款续段"),
    "list": ("ListBullet", "List Bullet"),
    "quote": ("Quote", "Quote"),
    "code": ("Code", "代码"),
    "caption": ("Caption", "caption"),
    "figure": ("Figure", "图"),
    "table": ("TableText", "表格文字"),
    "tablehead": ("TableHead", "表格标题行"),
    "formlabel": ("FormLabel", "表单栏目"),
    "formtext": ("FormText", "表单文字"),
    "footnote": ("FootnoteText", "footnote text"),
    "toctitle": ("TOCHeading", "TOC Heading"),
    "toc1": ("TOC1", "toc 1"),
    "toc2": ("TOC2", "toc 2"),
    "toc3": ("TOC3", "toc 3"),
    "header": ("Header", "header"),
    "footer": ("Footer", "footer"),
}
HYPERLINK: Final = "Hyperlink"
FOOTNOTE_REFERENCE: Final = "FootnoteReference"
TABLE_STYLE: Final = "TableGrid"
_JUSTIFY: Final = {"left": "left", "center": "center", "right": "right", "both": "both"}
_OUTLINE: Final = {"heading1": 0, "heading2": 1, "heading3": 2, "heading4": 3}


def style_id(key: str) -> str:
    """The id of a style in the templates made here; keys that a layout invented get one too."""
    known = PARAGRAPH_STYLES.get(key)
    return known[0] if known else f"W{hashlib.sha256(key.encode()).hexdigest()[:8]}"


def resolved(layout: Layout, key: str) -> TextStyle:
    """A style with the base text's font and size filled in."""
    style, base = layout.style(key), layout.base
    return replace(
        style,
        font=style.font or base.font,
        latin=style.latin or base.latin,
        size=style.size or base.size,
        line=style.line or base.line,
        line_rule=style.line_rule or base.line_rule,
        spacing=style.spacing or base.spacing,
    )


def fonts_xml(font: str, latin: str) -> str:
    """`w:rFonts` for an East Asian font and a Latin one; either may be empty."""
    east = f' w:eastAsia="{attribute(font)}"' if font else ""
    west = (
        "".join(f' w:{name}="{attribute(latin)}"' for name in ("ascii", "hAnsi", "cs"))
        if latin
        else ""
    )
    hint = ' w:hint="eastAsia"' if font else ""
    return f"<w:rFonts{hint}{west}{east}/>" if font or latin else ""


def run_properties(style: TextStyle) -> str:
    """The children of `w:rPr` for a style."""
    xml = fonts_xml(style.font, style.latin)
    xml += "<w:b/>" if style.bold else ""
    xml += "<w:i/>" if style.italic else ""
    xml += f'<w:color w:val="{attribute(style.color)}"/>' if style.color else ""
    xml += f'<w:spacing w:val="{style.spacing}"/>' if style.spacing else ""
    if style.size:
        half = round(style.size * 2)
        xml += f'<w:sz w:val="{half}"/><w:szCs w:val="{half}"/>'
    return xml


def indent_xml(style: TextStyle, size: float) -> str:
    """`w:ind` in characters for Word and WPS, and in twips for LibreOffice."""
    values: list[str] = []
    for name, chars in (
        ("left", style.left),
        ("right", style.right),
        ("hanging", style.hanging),
        ("firstLine", 0 if style.hanging else style.indent),
    ):
        if chars or name in {"left", "firstLine"}:
            if name == "firstLine" and style.hanging:
                continue
            values.append(f'w:{name}Chars="{round(chars * 100)}" w:{name}="{pt(chars * size)}"')
    return f"<w:ind {' '.join(values)}/>"


def spacing_xml(style: TextStyle) -> str:
    """`w:spacing` of a paragraph: space before and after, line height."""
    line = ""
    if style.line_rule == "exact":
        line = f' w:line="{pt(style.line)}" w:lineRule="exact"'
    elif style.line_rule == "multiple":
        line = f' w:line="{round(style.line * 240)}" w:lineRule="auto"'
    return f'<w:spacing w:before="{pt(style.before)}" w:after="{pt(style.after)}"{line}/>'


def paragraph_properties(style: TextStyle, size: float, outline: int | None = None) -> str:
    """The children of a style's `w:pPr`, in the schema's order."""
    xml = "<w:keepNext/>" if style.keep_next else ""
    xml += "<w:keepLines/>" if style.keep_lines else ""
    xml += "<w:pageBreakBefore/>" if style.page_break_before else ""
    xml += '<w:widowControl w:val="0"/>' if style.line_rule == "exact" else ""
    xml += spacing_xml(style) + indent_xml(style, size)
    xml += f'<w:jc w:val="{_JUSTIFY[style.align]}"/>' if style.align else ""
    xml += f'<w:outlineLvl w:val="{outline}"/>' if outline is not None else ""
    return xml


def styles_xml(layout: Layout) -> str:
    """The whole `word/styles.xml` of a layout."""
    base = layout.base
    keys = [key for key in PARAGRAPH_STYLES if key != "base"]
    keys += [key for key in layout.styles if key not in PARAGRAPH_STYLES]
    return (
        f'{DECLARATION}<w:styles xmlns:w="{NAMESPACES["w"]}">'
        f"<w:docDefaults><w:rPrDefault><w:rPr>{fonts_xml(base.font, base.latin)}"
        '<w:kern w:val="2"/><w:sz w:val="21"/><w:szCs w:val="21"/>'
        '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        "<w:pPrDefault/></w:docDefaults>"
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>'
        f"<w:qFormat/><w:pPr>{paragraph_properties(base, base.size)}</w:pPr>"
        f"<w:rPr>{run_properties(base)}</w:rPr></w:style>"
        + _FIXED_STYLES
        + "".join(paragraph_style(layout, key) for key in keys)
        + "</w:styles>"
    )


def paragraph_style(layout: Layout, key: str) -> str:
    """One `w:style` element; its based-on is the base text."""
    identity, name = PARAGRAPH_STYLES.get(key) or (style_id(key), key)
    style, full = layout.style(key), resolved(layout, key)
    custom = "" if name.isascii() else ' w:customStyle="1"'
    properties = paragraph_properties(full, full.size, _OUTLINE.get(key))
    return (
        f'<w:style w:type="paragraph"{custom} w:styleId="{identity}">'
        f'<w:name w:val="{attribute(name)}"/>'
        f'<w:basedOn w:val="Normal"/><w:qFormat/><w:pPr>{properties}</w:pPr>'
        f"<w:rPr>{run_properties(style)}</w:rPr></w:style>"
    )


CELL_MARGINS: Final = (
    '<w:tblCellMar><w:top w:w="0" w:type="dxa"/><w:left w:w="108" w:type="dxa"/>'
    '<w:bottom w:w="0" w:type="dxa"/><w:right w:w="108" w:type="dxa"/></w:tblCellMar>'
)
_GRID: Final = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)
_FIXED_STYLES: Final = (
    '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
    '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/></w:style>'
    '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
    '<w:uiPriority w:val="99"/><w:semiHidden/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/>'
    f"{CELL_MARGINS}</w:tblPr></w:style>"
    '<w:style w:type="numbering" w:default="1" w:styleId="NoList"><w:name w:val="No List"/>'
    '<w:uiPriority w:val="99"/><w:semiHidden/></w:style>'
    f'<w:style w:type="table" w:styleId="{TABLE_STYLE}"><w:name w:val="Table Grid"/>'
    f'<w:basedOn w:val="TableNormal"/><w:tblPr><w:tblBorders>{_GRID}</w:tblBorders></w:tblPr>'
    "</w:style>"
    f'<w:style w:type="character" w:styleId="{HYPERLINK}"><w:name w:val="Hyperlink"/>'
    '<w:rPr><w:color w:val="0563C1"/><w:u w:val="single"/></w:rPr></w:style>'
    f'<w:style w:type="character" w:styleId="{FOOTNOTE_REFERENCE}">'
    '<w:name w:val="footnote reference"/><w:rPr><w:vertAlign w:val="superscript"/></w:rPr>'
    "</w:style>"
)

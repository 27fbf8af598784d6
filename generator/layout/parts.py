"""The parts of a template that are the same for every layout, and the writer of the package.

The bytes are reproducible: fixed order, fixed times, so a changed template is a changed layout.
"""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Final

from generator.wordml import DECLARATION, NAMESPACES, RELATIONSHIPS, attribute

if TYPE_CHECKING:
    from collections.abc import Iterable

    from generator.layout.model import Layout

W: Final = f'xmlns:w="{NAMESPACES["w"]}"'
_MAIN: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_PACKAGE_RELATIONS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"


def zip_package(parts: dict[str, str | bytes]) -> bytes:
    """A .docx of these parts, always the same bytes for the same parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 0
            archive.writestr(info, content)
    return buffer.getvalue()


def relationships_xml(items: Iterable[tuple[str, str, str]]) -> str:
    """A relationship part from (id, last piece of the type's address, target)."""
    rows = "".join(
        f'<Relationship Id="{identity}" Type="{RELATIONSHIPS}/{kind}" '
        f'Target="{attribute(target)}"/>'
        for identity, kind, target in items
    )
    return f'{DECLARATION}<Relationships xmlns="{_PACKAGE_RELATIONS}">{rows}</Relationships>'


PACKAGE_RELS: Final = (
    f'{DECLARATION}<Relationships xmlns="{_PACKAGE_RELATIONS}">'
    f'<Relationship Id="rId1" Type="{RELATIONSHIPS}/officeDocument" Target="word/document.xml"/>'
    f'<Relationship Id="rId2" Type="{_PACKAGE_RELATIONS}/metadata/core-properties" '
    'Target="docProps/core.xml"/>'
    f'<Relationship Id="rId3" Type="{RELATIONSHIPS}/extended-properties" '
    'Target="docProps/app.xml"/>'
    "</Relationships>"
)


def content_types_xml(overrides: Iterable[tuple[str, str]]) -> str:
    """`[Content_Types].xml` with overrides (part name, kind of WordprocessingML part)."""
    rows = "".join(
        f'<Override PartName="/word/{name}" ContentType="{_MAIN}.{kind}+xml"/>'
        for name, kind in overrides
    )
    defaults = "".join(
        f'<Default Extension="{extension}" ContentType="{kind}"/>'
        for extension, kind in (
            ("rels", "application/vnd.openxmlformats-package.relationships+xml"),
            ("xml", "application/xml"),
            ("png", "image/png"),
            ("jpeg", "image/jpeg"),
            ("jpg", "image/jpeg"),
            ("gif", "image/gif"),
        )
    )
    return (
        f'{DECLARATION}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f"{defaults}{rows}"
        '<Override PartName="/word/theme/theme1.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.theme+xml"/>'
        '<Override PartName="/docProps/core.xml" '
        'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
        '<Override PartName="/docProps/app.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.extended-properties+xml"/>'
        "</Types>"
    )


CORE_PROPERTIES: Final = (
    f"{DECLARATION}<cp:coreProperties "
    'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    "<dc:title>{{ 标题 }}</dc:title><dc:creator></dc:creator>"
    "</cp:coreProperties>"
)
APP_PROPERTIES: Final = (
    f"{DECLARATION}<Properties "
    'xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    "<Application>Wenshu</Application></Properties>"
)


def settings_xml(layout: Layout) -> str:
    """`word/settings.xml`: odd and even pages, punctuation, Word 2013 mode."""
    even = "<w:evenAndOddHeaders/>" if layout.page.odd_even else ""
    compat = "".join(
        f'<w:compatSetting w:name="{name}" w:uri="http://schemas.microsoft.com/office/word" '
        f'w:val="{value}"/>'
        for name, value in (
            ("compatibilityMode", 15),
            ("overrideTableStyleFontSizeAndJustification", 1),
            ("enableOpenTypeFeatures", 1),
            ("doNotFlipMirrorIndents", 1),
        )
    )
    return (
        f'{DECLARATION}<w:settings {W}><w:zoom w:percent="100"/>'
        f'<w:defaultTabStop w:val="420"/>{even}'
        '<w:characterSpacingControl w:val="compressPunctuation"/>'
        f"<w:compat><w:spaceForUL/><w:balanceSingleByteDoubleByteWidth/><w:useFELayout/>{compat}</w:compat>"
        '<w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/>'
        '<w:decimalSymbol w:val="."/><w:listSeparator w:val=","/></w:settings>'
    )


def font_table_xml(layout: Layout) -> str:
    """`word/fontTable.xml`: every font used, with what stands in for it."""
    names: dict[str, bool] = {}
    for style in layout.styles.values():
        for name in (style.font, style.label_font):
            if name:
                names[name] = True
        if style.latin:
            names.setdefault(style.latin, False)
    rows = "".join(
        _font(name, layout.fallbacks.get(name, ()), east=east) for name, east in names.items()
    )
    return f"{DECLARATION}<w:fonts {W}>{rows}</w:fonts>"


def _font(name: str, fallbacks: tuple[str, ...], *, east: bool) -> str:
    other = f'<w:altName w:val="{attribute(",".join(fallbacks))}"/>' if fallbacks else ""
    charset = "86" if east else "00"
    family = "auto" if east else "roman"
    return (
        f'<w:font w:name="{attribute(name)}">{other}<w:charset w:val="{charset}"/>'
        f'<w:family w:val="{family}"/><w:pitch w:val="variable"/></w:font>'
    )


def theme_xml(layout: Layout) -> str:
    """A theme whose fonts are the layout's own, so that no program asks for a missing font."""
    body, title = layout.base, layout.style("title")
    fonts = "".join(
        f'<a:{part}Font><a:latin typeface="{attribute(style.latin or body.latin)}"/>'
        f'<a:ea typeface="{attribute(style.font or body.font)}"/><a:cs typeface=""/></a:{part}Font>'
        for part, style in (("major", title), ("minor", body))
    )
    colors = "".join(
        f'<a:{name}><a:srgbClr val="{value}"/></a:{name}>'
        for name, value in (
            ("dk1", "000000"), ("lt1", "FFFFFF"), ("dk2", "44546A"), ("lt2", "E7E6E6"),
            ("accent1", "2F5597"), ("accent2", "C55A11"), ("accent3", "7F7F7F"),
            ("accent4", "BF9000"), ("accent5", "2E75B6"), ("accent6", "548235"),
            ("hlink", "0563C1"), ("folHlink", "954F72"),
        )
    )  # fmt: skip
    fill = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
    line = f'<a:ln w="6350">{fill}</a:ln>'
    effect = "<a:effectStyle><a:effectLst/></a:effectStyle>"
    return (
        f'{DECLARATION}<a:theme xmlns:a="{NAMESPACES["a"]}" name="文枢"><a:themeElements>'
        f'<a:clrScheme name="文枢">{colors}</a:clrScheme>'
        f'<a:fontScheme name="文枢">{fonts}</a:fontScheme>'
        f'<a:fmtScheme name="文枢"><a:fillStyleLst>{fill * 3}</a:fillStyleLst>'
        f"<a:lnStyleLst>{line * 3}</a:lnStyleLst><a:effectStyleLst>{effect * 3}</a:effectStyleLst>"
        f"<a:bgFillStyleLst>{fill * 3}</a:bgFillStyleLst></a:fmtScheme></a:themeElements></a:theme>"
    )

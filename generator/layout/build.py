"""Make the kinds' Word templates from the layouts: `wenshu template build`.

The same layout always gives the same bytes, so a changed .docx is a changed layout.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from generator.layout import parts
from generator.layout.pieces import pieces_xml, section_xml
from generator.layout.styles import style_id, styles_xml
from generator.wordml import DECLARATION, XMLNS, thin_paragraph
from store.files import write_atomic

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from generator.layout.load import Layouts
    from generator.layout.model import Layout, Piece
    from store.kinds import Kind

COMMON: Final = "_common"
COMMON_LAYOUTS: Final = ("公文", "签收表", "回执", "签到册")


@dataclass(frozen=True, slots=True)
class Logo:
    """The company's logo: the file's bytes and its drawing element."""

    data: bytes
    extension: str
    drawing: str


def build_templates(target: Path, layouts: Layouts, kinds: Mapping[str, Kind]) -> list[Path]:
    """Write the standard template of each kind, and the common ones, below `target`.

    Args:
        target: A `templates/` folder.
        layouts: Where layouts come from, with the company's settings.
        kinds: The kinds by slug.

    Returns:
        The files written, in the order of kinds.

    Raises:
        InputError: A layout, the settings or the logo cannot be used.
    """
    wanted = [(target / slug / kind.template, kind.layout) for slug, kind in kinds.items()]
    names = layouts.names
    wanted += [(target / COMMON / f"{name}.docx", name) for name in COMMON_LAYOUTS if name in names]
    for path, name in wanted:
        layout = layouts.get(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, build_template(layout, logo=_logo(layouts, layout)))
    return [path for path, _ in wanted]


def _logo(layouts: Layouts, layout: Layout) -> Logo | None:
    if layouts.root is None or not layout.logo:
        return None
    from generator.layout.logo import load_logo  # noqa: PLC0415 - most companies set no logo

    return load_logo(layouts.root, layout)


def build_template(layout: Layout, *, logo: Logo | None = None) -> bytes:
    """The .docx of a layout: its styles, page, header and footer, and tags where values go."""
    drawing = logo.drawing if logo else ""
    hangings = _header_parts(layout, drawing)
    body = pieces_xml(layout, layout.before, logo=drawing)
    if layout.body:
        body += "<w:p><w:r><w:t>{{p 正文 }}</w:t></w:r></w:p>"
    body += pieces_xml(layout, layout.after, logo=drawing)
    last = (layout.after or layout.before)[-1:]
    if last and last[0].table is not None:
        body += thin_paragraph()
    references = [
        f'<w:{kind}Reference w:type="{which}" r:id="{identity}"/>'
        for identity, kind, which, _ in hangings
    ]
    return parts.zip_package(_package(layout, body, references, hangings, logo))


def _package(
    layout: Layout,
    body: str,
    references: list[str],
    hangings: list[tuple[str, str, str, str]],
    logo: Logo | None,
) -> dict[str, str | bytes]:
    names = {
        identity: f"{kind}{position}.xml"
        for position, (identity, kind, _, _) in enumerate(hangings, 1)
    }
    overrides = [
        ("document.xml", "document.main"),
        ("styles.xml", "styles"),
        ("settings.xml", "settings"),
        ("fontTable.xml", "fontTable"),
        *((names[identity], kind) for identity, kind, _, _ in hangings),
    ]
    relations = [
        ("rId1", "styles", "styles.xml"),
        ("rId2", "settings", "settings.xml"),
        ("rId5", "fontTable", "fontTable.xml"),
        ("rId6", "theme", "theme/theme1.xml"),
        *((identity, kind, names[identity]) for identity, kind, _, _ in hangings),
    ]
    package: dict[str, str | bytes] = {
        "[Content_Types].xml": parts.content_types_xml(overrides),
        "_rels/.rels": parts.PACKAGE_RELS,
        "word/document.xml": (
            f"{DECLARATION}<w:document {XMLNS}><w:body>{body}"
            f"{section_xml(layout, references)}</w:body></w:document>"
        ),
        "word/styles.xml": styles_xml(layout),
        "word/settings.xml": parts.settings_xml(layout),
        "word/fontTable.xml": parts.font_table_xml(layout),
        "word/theme/theme1.xml": parts.theme_xml(layout),
        "docProps/core.xml": parts.CORE_PROPERTIES,
        "docProps/app.xml": parts.APP_PROPERTIES,
    }
    if logo is not None:
        relations.append(("rIdLogo", "image", f"media/logo.{logo.extension}"))
        package[f"word/media/logo.{logo.extension}"] = logo.data
    package["word/_rels/document.xml.rels"] = parts.relationships_xml(relations)
    for identity, _, _, xml in hangings:
        name = names[identity]
        package[f"word/{name}"] = xml
        if logo is not None:
            package[f"word/_rels/{name}.rels"] = parts.relationships_xml(
                [("rIdLogo", "image", f"media/logo.{logo.extension}")]
            )
    return package


def _header_parts(layout: Layout, drawing: str) -> list[tuple[str, str, str, str]]:
    """Headers and footers as (relationship id, kind, which pages, the part's XML)."""
    wanted: list[tuple[str, str, tuple[Piece, ...]]] = [
        ("header", "default", layout.header),
        ("footer", "default", layout.footer),
    ]
    if layout.page.odd_even:
        wanted += [
            ("header", "even", layout.header_even or layout.header),
            ("footer", "even", layout.footer_even or layout.footer),
        ]
    found = []
    for position, (kind, which, pieces) in enumerate(wanted, 10):
        if kind == "header" and not pieces:
            continue
        found.append((f"rId{position}", kind, which, _hanging(layout, kind, pieces, drawing)))
    return found


def _hanging(layout: Layout, kind: str, pieces: Iterable[Piece], drawing: str) -> str:
    root = "hdr" if kind == "header" else "ftr"
    content = pieces_xml(layout, tuple(pieces), logo=drawing)
    content = content or f'<w:p><w:pPr><w:pStyle w:val="{style_id(kind)}"/></w:pPr></w:p>'
    return f"{DECLARATION}<w:{root} {XMLNS}>{content}</w:{root}>"


__all__ = ["COMMON", "Logo", "build_template", "build_templates"]

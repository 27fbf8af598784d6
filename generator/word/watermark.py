"""A watermark behind every page: in each header, and in new ones where a section has none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from generator.word.parts import RELATIONSHIPS, WORD_TYPE, document
from generator.word.richtext import quote
from generator.word.tokens import XMLNS, declare_namespaces

if TYPE_CHECKING:
    from generator.word.compiled import CompiledTemplate
    from generator.word.rendering import Rendering

_SECTION: Final = re.compile(r"<w:sectPr\b(?:[^>]*/>|[^>]*>.*?</w:sectPr>)", re.DOTALL)
_REFERENCE: Final = re.compile(r'<w:headerReference\b[^>]*?w:type="(\w+)"')
_EVEN_APART: Final = re.compile(r'<w:evenAndOddHeaders\b(?![^>]*w:val="(?:0|false|off)")')
_PARAGRAPH: Final = re.compile(r"<w:p(?: [^>]*)?>(?:<w:pPr>.*?</w:pPr>|<w:pPr/>)?", re.DOTALL)


def watermark_run(text: str, number: int) -> str:
    """The run with the slanting text (VML, which Word, WPS and LibreOffice all show)."""
    width = min(480, 120 * len(text) + 60)
    return (
        "<w:r><w:rPr><w:noProof/></w:rPr><w:pict>"
        '<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" '
        'path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/>'
        '<v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/>'
        '<v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/>'
        '<v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/><v:f eqn="mid @5 @6"/>'
        '<v:f eqn="mid @8 @5"/><v:f eqn="mid @7 @8"/><v:f eqn="mid @6 @7"/>'
        '<v:f eqn="sum @6 0 @5"/></v:formulas><v:path textpathok="t" o:connecttype="custom" '
        'o:connectlocs="@9,0;@10,10800;@11,21600;@12,10800" o:connectangles="270,180,90,0"/>'
        '<v:textpath on="t" fitshape="t"/></v:shapetype>'
        f'<v:shape id="WenshuWatermark{number}" o:spid="_x0000_s{2048 + number}" '
        f'type="#_x0000_t136" style="position:absolute;margin-left:0;margin-top:0;width:{width}pt;'
        "height:150pt;rotation:315;z-index:-251658752;mso-position-horizontal:center;"
        "mso-position-horizontal-relative:margin;mso-position-vertical:center;"
        'mso-position-vertical-relative:margin" o:allowincell="f" fillcolor="silver" stroked="f">'
        f'<v:fill opacity=".5"/><v:textpath style="font-family:&quot;SimSun&quot;;font-size:1pt" '
        f'string="{quote(text)}"/></v:shape></w:pict></w:r>'
    )


def add_watermark(
    rendering: Rendering, template: CompiledTemplate, rendered: dict[str, str], text: str
) -> None:
    """Put the text into all headers of the rendered document."""
    package = template.package
    for name in package.related(package.main, "/header"):
        xml = rendered.get(name) or declare_namespaces(package.text(name))
        rendered[name] = _into_header(xml, watermark_run(text, rendering.next_id()))
    main = rendered.get(package.main) or declare_namespaces(package.text(package.main))
    apart = _EVEN_APART.search(template.related_text("/settings")) is not None
    missing = _missing_headers(main, even=apart)
    rendering.part = package.main
    for kind in missing:
        name = rendering.unique_name("word/header{}.xml")
        run = watermark_run(text, rendering.next_id())
        data = document(f"<w:hdr {XMLNS}><w:p>{run}</w:p></w:hdr>")
        relation = rendering.add_part(
            name, f"{WORD_TYPE}.header+xml", data, f"{RELATIONSHIPS}/header", source=package.main
        )
        main = _refer(main, kind, relation)
    rendered[package.main] = main


def _into_header(xml: str, run: str) -> str:
    match = _PARAGRAPH.search(xml)
    if match is None:
        end = xml.rfind("</w:hdr>")
        return f"{xml[:end]}<w:p>{run}</w:p>{xml[end:]}"
    return xml[: match.end()] + run + xml[match.end() :]


def _missing_headers(main: str, *, even: bool) -> list[str]:
    """The kinds of header that the first section uses and does not have; later ones inherit."""
    first = _SECTION.search(main)
    if first is None:
        return ["default"]
    present = set(_REFERENCE.findall(first[0]))
    wanted = ["default"]
    if re.search(r'<w:titlePg\b(?![^>]*w:val="(?:0|false)")', main):
        wanted.append("first")
    if even or "even" in set(_REFERENCE.findall(main)):
        wanted.append("even")
    return [kind for kind in wanted if kind not in present]


def _refer(main: str, kind: str, relation: str) -> str:
    reference = f'<w:headerReference w:type="{kind}" r:id="{relation}"/>'
    match = _SECTION.search(main)
    if match is None:
        end = main.rfind("</w:body>")
        return f"{main[:end]}<w:sectPr>{reference}</w:sectPr>{main[end:]}"
    section = match[0]
    if section.endswith("/>") and "</w:sectPr>" not in section:
        new = f"{section[:-2]}>{reference}</w:sectPr>"
    else:
        opened = section.index(">") + 1
        new = section[:opened] + reference + section[opened:]
    return main[: match.start()] + new + main[match.end() :]

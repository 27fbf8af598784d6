"""Pieces of style sheets and numberings carried from one file to another."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Final

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Mapping

W: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def tag(name: str) -> str:
    """The full name of an element or attribute of WordprocessingML."""
    return f"{{{W}}}{name}"


def get(element: etree._Element | None, name: str = "val") -> str:
    """An attribute of an element, empty where one of the two is not there."""
    return "" if element is None else str(element.get(tag(name)) or "")


def fill(
    style: etree._Element, name: str, theirs: etree._Element, ours: etree._Element | None
) -> None:
    """Put default properties into a style where it says nothing itself."""
    same = {etree.tostring(one, method="c14n") for one in (ours if ours is not None else ())}
    target = style.find(tag(name))
    if target is None:
        target = etree.Element(tag(name))
        order = ("rPr",) if name == "pPr" else ()
        before = next((child for child in style if child.tag in map(tag, (*order, "tblPr"))), None)
        if before is None:
            style.append(target)
        else:
            before.addprevious(target)
    present = {child.tag for child in target}
    added = [
        deepcopy(one)
        for one in theirs
        if one.tag not in present and etree.tostring(one, method="c14n") not in same
    ]
    children = [*target, *added]
    order_of = _RUN_ORDER if name == "rPr" else _PARAGRAPH_ORDER
    children.sort(key=lambda one: order_of.get(str(one.tag).rpartition("}")[2], 99))
    target[:] = children


def _order(names: str) -> dict[str, int]:
    return {name: at for at, name in enumerate(names.split())}


_RUN_ORDER: Final = _order(
    "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof "
    "snapToGrid vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd "
    "fitText vertAlign rtl cs em lang eastAsianLayout specVanish oMath"
)
_PARAGRAPH_ORDER: Final = _order(
    "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr "
    "shd tabs suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE "
    "autoSpaceDN bidi adjustRightInd snapToGrid spacing ind contextualSpacing mirrorIndents "
    "suppressOverlap jc textDirection textAlignment textboxTightWrap outlineLvl divId cnfStyle rPr "
    "sectPr pPrChange"
)


def copied_number(
    numbering: etree._Element | None,
    base: etree._Element | None,
    number: str,
    styles: Mapping[str, str],
) -> tuple[etree._Element | None, str]:
    """A numbering of a part in the booklet's.

    Args:
        numbering: The part's numbering.
        base: The booklet's, None while it has none.
        number: The id in the part.
        styles: The new ids of the styles that its levels number.

    Returns:
        The booklet's numbering, and the new id, empty where the part has none of that id.
    """
    if numbering is None:
        return base, ""
    instance = next((n for n in numbering.iter(tag("num")) if get(n, "numId") == number), None)
    link = None if instance is None else instance.find(tag("abstractNumId"))
    abstract = next(
        (a for a in numbering.iter(tag("abstractNum")) if get(a, "abstractNumId") == get(link)),
        None,
    )
    if abstract is None or instance is None:
        return base, ""
    if base is None:
        base = etree.fromstring(f'<w:numbering xmlns:w="{W}"/>')
    abstracts, numbers = (
        [int(get(one, key) or 0) for one in base.iter(tag(name))]
        for name, key in (("abstractNum", "abstractNumId"), ("num", "numId"))
    )
    copy, use = deepcopy(abstract), deepcopy(instance)
    new_abstract, new = str(max(abstracts, default=-1) + 1), str(max(numbers, default=0) + 1)
    copy.set(tag("abstractNumId"), new_abstract)
    for name in ("nsid", "styleLink", "numStyleLink"):
        for child in copy.findall(tag(name)):
            copy.remove(child)
    for level in copy.iter(tag("pStyle")):
        level.set(tag("val"), styles.get(get(level), get(level)))
    for picture in list(copy.iter(tag("lvlPicBulletId"))):
        picture.getparent().remove(picture)  # type: ignore[union-attr]
    use.set(tag("numId"), new)
    use.find(tag("abstractNumId")).set(tag("val"), new_abstract)  # type: ignore[union-attr]
    first = base.find(tag("num"))
    if first is None:
        base.append(copy)
    else:
        first.addprevious(copy)
    last = base.findall(tag("num"))
    (last[-1] if last else copy).addnext(use)
    return base, new

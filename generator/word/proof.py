"""The proof that a part stays well-formed whatever its blocks do.

The chunks of a part in their order are the part itself, which is well-formed. A loop, condition or
macro may be left out or repeated without harm when all its tags stand inside the same open
elements; that is what is checked here, once, when the template is compiled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from generator.word.errors import TemplateMistake
from generator.word.structure import is_closer, is_opener

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.word.compiler import PartSource, Site

_FOREIGN: Final = frozenset({"include", "import", "from", "extends"})
_MIDDLES: Final = {"else": {"if", "for"}, "elif": {"if"}}


def check_blocks(part: PartSource) -> None:
    """Prove that blocks are paired and stand inside the same open elements.

    Raises:
        TemplateMistake: One is not.
    """
    opened: list[Site] = []
    for site in _statements(part):
        tag = site.tag
        if is_opener(tag):
            opened.append(site)
        elif is_closer(tag) or tag.keyword in _MIDDLES:
            _check_pair(site, opened, part)
            if is_closer(tag):
                opened.pop()
        elif tag.keyword in {"break", "continue"}:
            loop = next((s for s in reversed(opened) if s.tag.keyword == "for"), None)
            if loop is not None:
                _check_path(loop, site)
    if opened:
        tag = opened[-1].tag
        raise TemplateMistake(
            f"没有对应的 end{tag.keyword}。",
            place=tag.place,
            tag=tag.source,
            hint=f"请在后面补上 {{% end{tag.keyword} %}}。",
        )


def _statements(part: PartSource) -> Iterator[Site]:
    """The statements outside of ``raw`` blocks; those that want other files are refused."""
    raw = False
    for site in part.sites:
        if site is None or site.tag.kind != "{%":
            continue
        tag = site.tag
        raw = (raw or tag.keyword == "raw") and tag.keyword != "endraw"
        if tag.keyword in _FOREIGN and not raw:
            raise TemplateMistake(
                "Word 模板不能引用其他模板。",
                place=tag.place,
                tag=tag.source,
                hint="要插入另一个文件，请用 {{p 名称 }} 和 SubDocument。",
            )
        if not raw and tag.keyword != "endraw":
            yield site


def _check_pair(site: Site, opened: list[Site], part: PartSource) -> None:
    tag = site.tag
    word = tag.keyword
    wanted = _MIDDLES.get(word) or {word[3:]}
    if not opened:
        names = " 或 ".join(sorted(wanted))
        raise TemplateMistake(
            f"前面没有对应的 {names}。",
            place=tag.place,
            tag=tag.source,
            hint="请检查是否多写了这个标签，或前面的标签被删掉了。",
        )
    start = opened[-1]
    if start.tag.keyword not in wanted:
        raise TemplateMistake(
            f"与前面未结束的 {start.tag.source} 不配对（后者位于{start.tag.place}）。",
            place=tag.place,
            tag=tag.source,
            hint=f"请先写 {{% end{start.tag.keyword} %}}。",
        )
    _check_path(start, site)
    if start.tag.keyword == "filter" and any(
        "<" in part.chunks[number] for number in range(start.number, site.number)
    ):
        raise TemplateMistake(
            "filter 块只能放在一段格式相同的文字里。", place=tag.place, tag=tag.source
        )


def _check_path(start: Site, site: Site) -> None:
    if start.names == site.names and start.attribute == site.attribute:
        return
    tables = start.names.count("w:tbl"), site.names.count("w:tbl")
    if tables[0] != tables[1]:
        hint = (
            "开头和结尾要都在表格里，或都在表格外。"
            "表格行的循环请用 {%tr for … %} 和 {%tr endfor %}。"
        )
    else:
        hint = "开头和结尾要在同一层：整段用 {%p … %}，整行用 {%tr … %}，整格用 {%tc … %}。"
    raise TemplateMistake(
        f"与它的开头 {start.tag.source} 不在同一层（开头位于{start.tag.place}）。",
        place=site.tag.place,
        tag=site.tag.source,
        hint=hint,
    )

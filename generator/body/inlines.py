"""Text with emphasis, links, references, blanks and notes into runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from generator.layout.styles import FOOTNOTE_REFERENCE, HYPERLINK
from generator.wordml import RunFormat, attribute, bookmark_name, escape, field, has_illegal, run
from store.model import Clause

if TYPE_CHECKING:
    from generator.body.context import BodyContext
    from store.model import Inline, Inlines

# Characters that the usual office fonts lack, and the font that has them on Windows.
_RARE: Final = re.compile(
    "([\U00020000-\U0003ffff]+)|([\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d]+)|([\u3280-\u32ff\u3300-\u33ff]+)"
)
_RARE_FONTS: Final = ("SimSun-ExtB", "Segoe UI Emoji", "宋体")
_NEEDS_CARE: Final = re.compile("[\u2600-\u27bf\u3280-\u33ff\ufe0f\U0001f000-\U0003ffff]")
_LONG_WORD: Final = 120
_UNBROKEN: Final = re.compile(rf"[\x21-\x7e]{{{_LONG_WORD},}}")
_LINKS: Final = ("http://", "https://", "mailto:", "tel:", "ftp://")
_FORMATS: Final[dict[tuple[bool, bool, bool], str]] = {}


def write_runs(context: BodyContext, inlines: Inlines, text: str, line: int) -> str:
    """The runs of a block's text; a block without inlines prints its plain text."""
    if not inlines:
        return plain_run(context, text, "", line) if text else ""
    if len(inlines) == 1 and inlines[0].type == "text":
        piece = inlines[0]
        return plain_run(context, piece.text, _format(piece), line)
    return "".join(_piece(context, piece, line) for piece in inlines)


def plain_run(context: BodyContext, text: str, properties: str, line: int) -> str:
    """A run; characters that office fonts lack get a font that has them, and a warning."""
    if text.isascii() and text.isprintable() and len(text) < _LONG_WORD:
        return run(text, properties)
    if len(text) >= _LONG_WORD and (word := _UNBROKEN.search(text)):
        context.warn(
            line,
            f"“{word[0][:12]}…”连续{len(word[0])}个字符没有可换行的地方，会在任意处断行，请核对。",
        )
    if has_illegal(text):
        context.warn(line, "文字中有无法写入Word的控制字符，已去掉。")
    if not _NEEDS_CARE.search(text):
        return run(text, properties)
    return _with_rare(context, text, properties, line)


def _with_rare(context: BodyContext, text: str, properties: str, line: int) -> str:
    inner = properties.removeprefix("<w:rPr>").removesuffix("</w:rPr>")
    parts: list[str] = []
    position = 0
    for match in _RARE.finditer(text):
        if match.start() > position:
            parts.append(run(text[position : match.start()], properties))
        font = _RARE_FONTS[(match.lastindex or 1) - 1]
        fonts = RunFormat(font=font).xml().removeprefix("<w:rPr>").removesuffix("</w:rPr>")
        parts.append(run(match[0], f"<w:rPr>{fonts}{inner}</w:rPr>"))
        shown = "".join(char for char in match[0] if char.isprintable())
        context.warn(
            line, f"字符“{shown}”在常用公文字体中没有，已改用字体“{font}”，请核对显示是否正常。"
        )
        position = match.end()
    if position < len(text):
        parts.append(run(text[position:], properties))
    return "".join(parts)


def _format(piece: Inline) -> str:
    key = (piece.bold, piece.italic, piece.strike)
    found = _FORMATS.get(key)
    if found is None:
        made = RunFormat(bold=piece.bold, italic=piece.italic, strike=piece.strike)
        found = _FORMATS[key] = made.xml()
    return found


def _piece(context: BodyContext, piece: Inline, line: int) -> str:
    match piece.type:
        case "link":
            return _link(context, piece, line)
        case "reference":
            return _reference(context, piece, line)
        case "image":
            from generator.body.pictures import inline_picture  # noqa: PLC0415 - loaded where it is used

            return inline_picture(context, piece, line)
        case "footnote":
            return _footnote(context, piece, line)
        case "break":
            return "<w:r><w:br/></w:r>"
        case "blank":
            return blank_run(piece.width)
        case "code":
            properties = RunFormat(font="Courier New", bold=piece.bold).xml()
            return run(piece.text, properties)
        case _:
            return plain_run(context, piece.text, _format(piece), line) if piece.text else ""


def blank_run(width: int) -> str:
    """An underlined blank, so many Chinese characters wide, for writing by hand."""
    return run("\u00a0" * (2 * max(width, 1)), RunFormat(underline=True).xml())


def _link(context: BodyContext, piece: Inline, line: int) -> str:
    text = piece.text or piece.target
    if not piece.target.lower().startswith(_LINKS):
        if piece.target.startswith("#"):
            known = piece.target[1:] in context.anchors or piece.target[1:] in context.blocks
            return _internal(piece.target[1:], text) if known else run(text, _format(piece))
        context.warn(line, f"链接“{piece.target[:60]}”不是网页、邮件或电话地址，已按文字打印。")
        return plain_run(context, text, _format(piece), line)
    identity = context.package.add_hyperlink(piece.target)
    properties = RunFormat(
        style=context.package.style_id("Hyperlink", "character") or "",
        bold=piece.bold,
        italic=piece.italic,
    ).xml()
    return f'<w:hyperlink r:id="{identity}" w:history="1">{run(text, properties)}</w:hyperlink>'


def _internal(anchor: str, text: str, properties: str = "") -> str:
    name, inner = attribute(bookmark_name(anchor)), run(text, properties)
    return f'<w:hyperlink w:anchor="{name}" w:history="1">{inner}</w:hyperlink>'


def _reference(context: BodyContext, piece: Inline, line: int) -> str:
    """A reference: a live field where Word computes the same label, else a link with its text."""
    anchor = piece.target.removeprefix("#")
    target = context.anchors.get(anchor)
    if target is None:
        if piece.text and context.blocks.get(anchor) == piece.text:
            return field(f"REF {bookmark_name(anchor)} \\h", piece.text, _format(piece))
        return plain_run(context, piece.text, _format(piece), line)
    computed = target.label and not target.literal and target.scheme
    if computed and piece.text == target.label and not target.label.endswith((".", "．")):
        name = bookmark_name(anchor)
        # \r would leave out the levels that the two places share; \n is the number itself.
        return field(f"REF {name} \\n \\h", piece.text, _format(piece))
    return _internal(anchor, piece.text, _format(piece))


def _footnote(context: BodyContext, piece: Inline, line: int) -> str:
    blocks = context.footnotes.get(piece.target)
    if blocks is None:
        context.warn(line, f"没有名为“{piece.target}”的脚注，已略去。")
        return ""
    style = context.styles["footnote"]
    content = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>'
        f"{write_runs(context, block.inlines, block.text, block.line)}</w:p>"
        for block in blocks
    )
    identity = context.package.add_footnote(content)
    mark = context.package.style_id("footnote reference", "character") or FOOTNOTE_REFERENCE
    return (
        f'<w:r><w:rPr><w:rStyle w:val="{mark}"/></w:rPr>'
        f'<w:footnoteReference w:id="{identity}"/></w:r>'
    )


__all__ = ["HYPERLINK", "Clause", "blank_run", "escape", "plain_run", "write_runs"]

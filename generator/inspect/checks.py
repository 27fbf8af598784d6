"""The rules of an inspection: page, grid, fonts, levels, typed numbers, page numbers, dates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from generator.estimate import height
from generator.fitting import POINTS
from generator.inspect.report import Deviation
from generator.layout.styles import PARAGRAPH_STYLES, resolved
from store.markers import rank_of, scheme
from store.numerals import read_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.inspect.reading import PageSetup, Paragraph, WordFile
    from generator.layout.model import Layout, TextStyle

_TOLERANCE: Final = 1.05
_SIZE_TOLERANCE: Final = 0.3
_LEVELS: Final = (
    (
        "heading1",
        "一级标题",
        re.compile(r"^(?:第[一二三四五六七八九十百零]+章[\s　]|[一二三四五六七八九十]{1,3}、)"),
    ),
    ("heading2", "二级标题", re.compile(r"^（[一二三四五六七八九十]{1,3}）")),
)
_HEADING_MAX: Final = 40
_SHORT: Final = 14
_LONG: Final = 40
_WRONG_NUMBERS: Final = (
    (re.compile(r"^\([一二三四五六七八九十]{1,3}\)"), "半角括号的编号", "全角括号，如（一）"),
    (
        re.compile(r"^（[一二三四五六七八九十]{1,3}）、"),
        "括号后加顿号的编号",
        "（一），后面不加标点",
    ),
    (re.compile(r"^[一二三四五六七八九十]{1,3}[.．，,]"), "汉字编号后用点或逗号", "一、"),
    (re.compile(r"^\d{1,2}、"), "阿拉伯数字后用顿号", "1.（用点）"),
)
_NUMBER: Final = re.compile(
    r"^(?:第(?P<ordinal>[一二三四五六七八九十百零〇]+)(?P<word>[章条])(?=[\s　])"
    r"|(?P<comma>[一二三四五六七八九十]{1,3})、|（(?P<bracket>[一二三四五六七八九十]{1,3})）"
    r"|(?P<dot>\d{1,2})\.(?!\d))"
)
_BAD_DATES: Final = (
    (re.compile(r"\d{4}年(?:0\d月\d{1,2}|\d{1,2}月0\d)日"), "月、日前有多余的0"),
    (
        re.compile(
            r"[〇零一二三四五六七八九]{4}年[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}日"
        ),
        "汉字日期",
    ),
    (re.compile(r"(?<!\d)\d{2}年\d{1,2}月\d{1,2}日"), "年份不全"),
    (re.compile(r"(?<![\d.])\d{4}[./-]\d{1,2}[./-]\d{1,2}(?![\d.])"), "用点或横线的日期"),
)
_DOCUMENT_NUMBER: Final = re.compile(
    r"[一-鿿]发?\s*[\[【（(〔]\s*(\d{2,4})\s*[\]】）)〕]\s*(第)?(\d+)\s*号"
)


def check(found: WordFile, layout: Layout) -> list[Deviation]:
    """Every deviation, page first, then paragraph by paragraph."""
    deviations = list(_pages(found, layout))
    deviations += _paragraphs(found, layout)
    deviations += _numbers(found)
    deviations += _page_numbers(found, layout)
    deviations += _dates(found)
    deviations += [
        Deviation("表格标题行", f"第{number}个表格", "不在每页重复", "每页重复", "notice")
        for number in found.tables_without_header
    ]
    return deviations


# -- page -------------------------------------------------------------------------------------


def _pages(found: WordFile, layout: Layout) -> Iterator[Deviation]:
    names = (
        ("纸宽", "width"), ("纸高", "height"), ("上边距", "top"), ("下边距", "bottom"),
        ("左边距", "left"), ("右边距", "right"),
    )  # fmt: skip
    for number, page in enumerate(found.pages, 1):
        for name, attribute in names:
            is_, wanted = getattr(page, attribute), getattr(layout.page, attribute)
            if is_ is None or abs(is_ - wanted) > _TOLERANCE:
                shown = "未指定" if is_ is None else f"{is_:.1f}毫米"
                yield Deviation(name, f"第{number}节", shown, f"{wanted:g}毫米", "error")
    if layout.page.lines and found.pages:
        yield from _grid(found, layout, found.pages[-1])


def _grid(found: WordFile, layout: Layout, page: PageSetup) -> Iterator[Deviation]:
    texts = [item for item in found.paragraphs if _role(item)[0] == "body"]
    body = max(texts, key=lambda item: len(item.text) > _LONG, default=None)
    if body is None:
        return
    made = body.format
    line = made.line if made.line_rule == "exact" and made.line else page.grid_lines
    if line is None:
        yield Deviation("行距", _at(body), "不是固定值", f"固定值{height(layout.base):g}磅")
    sides = (page.width, page.height, page.top, page.bottom, page.left, page.right)
    if None in sides:
        return
    width, tall, top, bottom, left, right = (side or 0.0 for side in sides)
    text_height = (tall - top - bottom) * POINTS
    text_width = (width - left - right) * POINTS
    if line is not None and int(text_height / line + 0.001) != layout.page.lines:
        lines = int(text_height / line + 0.001)
        yield Deviation("每页行数", "版心", f"{lines}行", f"{layout.page.lines}行", "error")
    characters = int(text_width / (made.size + made.spacing) + 0.001)
    if characters != layout.page.characters:
        yield Deviation(
            "每行字数", "版心", f"{characters}字", f"{layout.page.characters}字", "error"
        )


# -- paragraphs -------------------------------------------------------------------------------


def _paragraphs(found: WordFile, layout: Layout) -> Iterator[Deviation]:
    title = _title(found)
    started = False
    for paragraph in found.paragraphs:
        if not paragraph.text.strip():
            continue
        if paragraph is title:
            yield from _look(paragraph, layout, "title", "标题")
            started = True
            continue
        if not started and title is not None:
            continue
        key, name = _role(paragraph)
        if key:
            yield from _look(paragraph, layout, key, name)
        if key == "body":
            yield from _indent(paragraph)


def _title(found: WordFile) -> Paragraph | None:
    """The title: by its style, else the largest centred paragraph near the top."""
    for paragraph in found.paragraphs:
        if paragraph.style == "Title" and paragraph.text.strip():
            return paragraph
    near = [p for p in found.paragraphs[:12] if p.text.strip() and p.format.align == "center"]
    return max(near, key=lambda p: p.format.size, default=None)


def _role(paragraph: Paragraph) -> tuple[str, str]:
    """Which style of the layout a paragraph should have, and its name for people."""
    names = {name: key for key, (_, name) in PARAGRAPH_STYLES.items()}
    key = names.get(paragraph.style, "")
    if key.startswith("heading"):
        return key, f"{'一二三四'[int(key[-1]) - 1]}级标题"
    text = paragraph.text.strip()
    for level, name, pattern in _LEVELS:
        if pattern.match(text) and len(text) <= _HEADING_MAX and not text.endswith(("。", "；")):
            return level, name
    if (len(text) > _SHORT * 2 or text.endswith("。")) and paragraph.format.align in {
        "left",
        "both",
        "start",
    }:
        return "body", "正文"
    return "", ""


def _look(paragraph: Paragraph, layout: Layout, key: str, name: str) -> Iterator[Deviation]:
    style: TextStyle = resolved(layout, key)
    made = paragraph.format
    allowed = {style.font, *layout.fallbacks.get(style.font, ())}
    if made.font not in allowed:
        yield Deviation(f"{name}字体", _at(paragraph), made.font or "未指定中文字体", style.font)
    if abs(made.size - style.size) > _SIZE_TOLERANCE:
        yield Deviation(f"{name}字号", _at(paragraph), f"{made.size:g}磅", f"{style.size:g}磅")
    if key == "title" and made.align != "center":
        yield Deviation("标题对齐", _at(paragraph), "未居中", "居中")


def _indent(paragraph: Paragraph) -> Iterator[Deviation]:
    made = paragraph.format
    if made.numbered:
        return
    typed = len(paragraph.text) - len(paragraph.text.lstrip(" 　"))
    if typed:
        yield Deviation("首行缩进", _at(paragraph), f"用{typed}个空格代替", "段落格式首行缩进2字")
    elif abs(made.first_line / made.size - 2) > 0.3:
        yield Deviation("首行缩进", _at(paragraph), f"{made.first_line / made.size:.1f}字", "2字")


# -- numbers, page numbers, dates ---------------------------------------------------------------


def _numbers(found: WordFile) -> Iterator[Deviation]:
    last: dict[str, int] = {}
    for paragraph in found.paragraphs:
        text = paragraph.text.strip()
        for pattern, what, wanted in _WRONG_NUMBERS:
            if match := pattern.match(text):
                yield Deviation("层次序号", _at(paragraph), f"“{match[0]}”（{what}）", wanted)
        if text.startswith("附件：1."):
            last["1."] = 1
        match = _NUMBER.match(text)
        if match is None or paragraph.format.numbered:
            continue
        sample, number = _sample(match)
        expected = last.get(sample, 0) + 1
        if number not in {expected, 1}:
            label = scheme(sample).format(expected)
            yield Deviation("序号连续", _at(paragraph), f"“{match[0].strip()}”", f"“{label}”")
        last[sample] = number
        rank = rank_of(sample)
        last = {
            key: value for key, value in last.items() if rank_of(key) <= rank or key == "第一条"
        }


def _sample(match: re.Match[str]) -> tuple[str, int]:
    """The scheme of a typed number and its value."""
    if match["ordinal"]:
        return f"第一{match['word']}", read_number(match["ordinal"])
    if match["comma"]:
        return "一、", read_number(match["comma"])
    if match["bracket"]:
        return "（一）", read_number(match["bracket"])
    return "1.", int(match["dot"])


def _page_numbers(found: WordFile, layout: Layout) -> Iterator[Deviation]:
    wanted = "".join(piece.text for piece in layout.footer)
    if "〈页码〉" not in wanted:
        return
    numbered = [footer for footer in found.footers if "■" in footer.text]
    if not numbered:
        yield Deviation("页码", "页脚", "没有页码", "有页码", "error")
        return
    if "— 〈页码〉 —" not in wanted:
        return
    for footer in numbered:
        if not re.search(r"[—－\u2013-]\s*■\s*[—－\u2013-]", footer.text):
            shown = footer.text.replace("■", "1").replace("□", "9").strip()
            yield Deviation("页码形式", "页脚", f"“{shown}”", "“— 1 —”")
    if layout.page.odd_even and not found.odd_even:
        yield Deviation("奇偶页页码", "页脚", "奇偶页相同", "单页居右、双页居左")


def _dates(found: WordFile) -> Iterator[Deviation]:
    for paragraph in found.paragraphs:
        for pattern, what in _BAD_DATES:
            match = pattern.search(paragraph.text)
            alone = match is not None and len(paragraph.text.strip()) <= len(match[0]) + 4
            if match and (alone or what == "月、日前有多余的0"):
                yield Deviation(
                    "日期形式", _at(paragraph), f"“{match[0]}”（{what}）", "如2025年1月5日"
                )
        match = _DOCUMENT_NUMBER.search(paragraph.text)
        if match and len(paragraph.text.strip()) < 40:
            yield from _document_number(paragraph, match)


def _document_number(paragraph: Paragraph, match: re.Match[str]) -> Iterator[Deviation]:
    wrong = (
        "〔" not in match[0] or "〕" not in match[0] or len(match[1]) != 4
        or match[2] is not None or match[3].startswith("0")
    )  # fmt: skip
    if wrong:
        right = f"〔{match[1]}〕{int(match[3])}号"
        yield Deviation(
            "发文字号", _at(paragraph), f"“{match[0]}”", f"六角括号、不编虚位，如“{right}”"
        )


def _at(paragraph: Paragraph) -> str:
    text = paragraph.text.strip()
    shown = text if len(text) <= _SHORT else text[:_SHORT] + "…"
    return f"第{paragraph.place}段“{shown}”"

"""A company's own settings, the table `版式` of wenshu.toml, laid over the layouts.

Settings for all layouts come first, then those for one (`[版式.规章制度]`). A mistake is an error
that names the file, the line, the key and what would be right; a font that neither this computer
has nor any office is known to have is told as a remark, since a company may have bought it.
"""

from __future__ import annotations

import difflib
import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from generator.fonts import KNOWN_FONTS
from generator.layout.records import TOP_KEYS, length
from generator.layout.styles import PARAGRAPH_STYLES
from store.exceptions import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from generator.layout.records import Table

FILE: Final = "wenshu.toml"
_TABLE: Final = "版式"
_KEYS: Final = ("字体", "页边距", "标志", "字号", "水印")
_MARGINS: Final = {
    "上": "top", "下": "bottom", "左": "left", "右": "right", "页眉": "header", "页脚": "footer",
}  # fmt: skip
_MARGIN_RANGE: Final = (0, 100)
_SIZE_RANGE: Final = (5, 72)
STYLE_NAMES: Final = {
    "基准": "base", "正文": "body", "标题": "title", "副标题": "subtitle",
    "一级标题": "heading1", "二级标题": "heading2", "三级标题": "heading3", "四级标题": "heading4",
    "一级条款": "clause1", "二级条款": "clause2", "三级条款": "clause3",
    "表格": "table", "表头": "tablehead", "题注": "caption", "引文": "quote", "列表": "list",
    "表单栏目": "formlabel", "表单文字": "formtext", "脚注": "footnote", "页眉": "header",
    "页脚": "footer", "目录标题": "toctitle", "一级目录": "toc1", "二级目录": "toc2",
}  # fmt: skip
_LONGEST_FONT: Final = 31
_FONT_FIELDS: Final = ("font", "latin", "label_font")


@dataclass(frozen=True, slots=True)
class CompanySettings:
    """What a company changes in the layouts.

    Attributes:
        values: The table 版式.
        source: The text of wenshu.toml, for the lines of mistakes.
        installed: Gives the fonts of this computer in lower case, None where it cannot tell.
    """

    values: Mapping[str, object]
    source: str = ""
    installed: Callable[[], frozenset[str] | None] = lambda: None

    def apply(
        self, table: Table, name: str, layouts: Collection[str], fonts: Callable[[], set[str]]
    ) -> list[str]:
        """Lay the settings over a layout's table.

        Args:
            table: The layout, merged; it is changed.
            name: Its name.
            layouts: The names of all layouts.
            fonts: Gives the fonts that any layout uses, for the names to replace.

        Returns:
            Remarks for the user.

        Raises:
            InputError: A key or a value is wrong.
        """
        self._check(self.values, {*_KEYS, *layouts}, ())
        remarks = self._common(table, self.values, (), fonts)
        own = self.values.get(name, {})
        if not isinstance(own, dict):
            raise self._fault((name,), f"“{name}”应为一张表。")
        self._check(own, {*_KEYS, *TOP_KEYS}, (name,))
        remarks += self._common(table, own, (name,), fonts)
        raw = {key: value for key, value in own.items() if key not in _KEYS}
        remarks += self._new_styles(table, raw, name)
        table.update(merge(table, raw))
        return remarks

    def _new_styles(self, table: Table, raw: Table, name: str) -> list[str]:
        """What is said of styles that the layout lacks, and that no new piece takes either."""
        styles = self._sub(raw, "styles", (name,))
        known = {*dict(table.get("styles") or {}), *PARAGRAPH_STYLES}  # type: ignore[call-overload]
        taken = repr([value for key, value in raw.items() if key != "styles"])
        return [
            f"{self._place((name, 'styles', key))}：版式没有用到样式“{key}”。{_near(key, known)}"
            for key in styles
            if key not in known and repr(key) not in taken
        ]

    def _common(
        self, table: Table, part: Mapping[str, object], path: tuple[str, ...],
        fonts: Callable[[], set[str]],
    ) -> list[str]:  # fmt: skip
        """The keys that may stand for all layouts or for one."""
        self._margins(table, part, path)
        remarks = [
            remark
            for old, new in self._sub(part, "字体", path).items()
            for remark in self._font(table, old, str(new), (*path, "字体", old), fonts)
        ]
        self._sizes(table, part, path)
        for key, target, kind in (("标志", "logo", str), ("水印", "watermark", bool)):
            if key in part:
                if not isinstance(part[key], kind):
                    wanted = "true 或 false" if kind is bool else "文件名"
                    raise self._fault((*path, key), f"“{key}”应写 {wanted}，现为“{part[key]}”。")
                table[target] = part[key]
        return remarks

    def _margins(self, table: Table, part: Mapping[str, object], path: tuple[str, ...]) -> None:
        margins = self._sub(part, "页边距", path)
        path = (*path, "页边距")
        self._check(margins, set(_MARGINS), path)
        page = dict(table.get("page") or {})  # type: ignore[call-overload]  # a table, or wrong
        for key, value in margins.items():
            page[_MARGINS[key]] = self._number(value, (*path, key), _MARGIN_RANGE, "毫米")
        table["page"] = page

    def _sizes(self, table: Table, part: Mapping[str, object], path: tuple[str, ...]) -> None:
        sizes = self._sub(part, "字号", path)
        path = (*path, "字号")
        styles = dict(table.get("styles") or {})  # type: ignore[call-overload]
        self._check(sizes, {*styles, *STYLE_NAMES}, path)
        for key, value in sizes.items():
            style = STYLE_NAMES.get(key, key) if key not in styles else key
            size = self._number(value, (*path, key), _SIZE_RANGE, "磅")
            styles[style] = dict(styles.get(style) or {}) | {"size": size}
        table["styles"] = styles

    def _number(
        self, value: object, path: tuple[str, ...], bounds: tuple[int, int], unit: str
    ) -> float:
        number = length(value)
        if number is None:
            raise self._fault(path, f"“{path[-1]}”的值“{value}”不是长度或字号。")
        least, most = bounds
        if not least <= number <= most:
            raise self._fault(
                path, f"“{path[-1]}”的值“{value}”太大或太小，应在{least}至{most}{unit}之间。"
            )
        return number

    def _font(
        self, table: Table, old: str, new: str, path: tuple[str, ...],
        fonts: Callable[[], set[str]],
    ) -> Iterator[str]:  # fmt: skip
        """Put one font in the place of another, wherever the layout uses it."""
        if not new.strip() or len(new) > _LONGEST_FONT:
            raise self._fault(path, f"字体“{new}”不是可用的字体名（1至{_LONGEST_FONT}个字）。")
        styles = dict(table.get("styles") or {})  # type: ignore[call-overload]
        if old not in (used := fonts_of(styles)) and old not in (used := fonts()):
            raise self._fault(
                path,
                f"各版式都没有用到字体“{old}”，无从替换。" + _near(old, used),
                "左边写版式现在用的字体：" + "、".join(sorted(used)),
            )
        for key, style in styles.items():
            if isinstance(style, dict):
                styles[key] = style | {
                    field: new for field in _FONT_FIELDS if style.get(field) == old
                }
        table["styles"] = styles
        if new not in KNOWN_FONTS and new.lower() not in (self.installed() or ()):
            near = _near(new, {*KNOWN_FONTS, *fonts()})
            yield (
                f"{self._place(path)}：没有听说过“{new}”这种字体，"
                f"打开文件的电脑没有安装它时会用别的字体代替。{near}"
            )

    def _sub(self, part: Mapping[str, object], key: str, path: tuple[str, ...]) -> Table:
        value = part.get(key, {})
        if not isinstance(value, dict):
            raise self._fault((*path, key), f"“{key}”应为一张表。")
        return value

    def _check(self, table: Mapping[str, object], known: set[str], path: tuple[str, ...]) -> None:
        for key in table:
            if key not in known:
                raise self._fault(
                    (*path, key),
                    f"没有“{key}”这一项。{_near(key, known)}",
                    "可用的项：" + "、".join(sorted(known)),
                )

    def unknown(self, name: str, known: Collection[str]) -> str:
        """What is said of a top-level table that nobody reads."""
        line = line_of(self.source, (name,))
        place = f"{FILE} 第{line}行" if line else FILE
        tables = "、".join(f"[{each}]" for each in known)
        return f"{place}：没有“{name}”这一项，已略去。{_near(name, known)}可用的：{tables}。"

    def _fault(self, path: tuple[str, ...], problem: str, hint: str = "") -> InputError:
        line = line_of(self.source, (_TABLE, *path))
        return InputError(f"{self._place(path)}：{problem}", hint=hint, path=FILE, line=line)

    def _place(self, path: tuple[str, ...]) -> str:
        line = line_of(self.source, (_TABLE, *path))
        table = ".".join((_TABLE, *path[:-1]))
        return f"{FILE} {f'第{line}行' if line else ''}的 [{table}]"

    def place(self, name: str) -> str:
        """Where a layout is changed beyond the common keys, for messages."""
        return self._place((name, "") if name in self.values else ("",))

    def logo_place(self, name: str) -> str:
        """Where the logo of a layout is set, for messages."""
        own = self.values.get(name)
        path = (name, "标志") if isinstance(own, dict) and "标志" in own else ("标志",)
        return self._place(path)


def merge(base: Table, table: Mapping[str, object]) -> Table:
    """One table over another: tables key by key, lists replace each other."""
    merged = dict(base)
    for key, value in table.items():
        old = merged.get(key)
        merged[key] = (
            merge(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
        )
    return merged


def fonts_of(styles: Mapping[str, object]) -> set[str]:
    """The fonts that a layout's styles name."""
    return {
        str(style[field])
        for style in styles.values()
        if isinstance(style, dict)
        for field in _FONT_FIELDS
        if style.get(field)
    }


def line_of(source: str, path: tuple[str, ...]) -> int:
    """The line of a key in a TOML text: of the longest part of its path that is there, else 0."""
    best, line_found = 0, 0
    table: tuple[str, ...] = ()
    for number, line in enumerate(source.split("\n"), 1):
        text = line.strip()
        if text.startswith("["):
            table = tuple(_keys(text.strip("[] \t").partition("]")[0]))
            here = table
        elif "=" in text and not text.startswith("#"):
            here = (*table, *_keys(text.partition("=")[0]))
            if here == path[: len(here)] and len(here) < len(path):
                inline = re.search(rf"""[{{,]\s*["']?{re.escape(path[len(here)])}["']?\s*=""", text)
                here = path[: len(here) + 1] if inline else here
        else:
            continue
        shared = _shared(here, path)
        if shared > best:
            best, line_found = shared, number
    return line_found


def _shared(here: tuple[str, ...], path: tuple[str, ...]) -> int:
    """How many parts two paths have in common from their beginning."""
    pairs = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(here, path, strict=False))
    return sum(1 for _ in pairs)


def _keys(text: str) -> list[str]:
    return [part.strip().strip("\"'") for part in text.strip().split(".")]


def _near(word: str, known: Collection[str]) -> str:
    found = difflib.get_close_matches(word, sorted(known), 1, 0.5)
    return f"是否想写“{found[0]}”？" if found else ""

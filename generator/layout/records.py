"""A layout's TOML tables into typed data: every key known, every value of the right sort."""

from __future__ import annotations

import dataclasses
import difflib
from typing import TYPE_CHECKING, Final, TypeVar

from generator.layout.model import (
    CellPiece,
    Fit,
    FormLook,
    Layout,
    Page,
    Piece,
    TableLook,
    TablePiece,
    TextStyle,
)
from store.exceptions import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Table = dict[str, object]
_T = TypeVar("_T", Page, TextStyle, TableLook, FormLook)

SIZES: Final = {
    "初号": 42.0,
    "小初": 36.0,
    "一号": 26.0,
    "小一": 24.0,
    "二号": 22.0,
    "小二": 18.0,
    "三号": 16.0,
    "小三": 15.0,
    "四号": 14.0,
    "小四": 12.0,
    "五号": 10.5,
    "小五": 9.0,
    "六号": 7.5,
}
_LARGEST: Final = 200
_LEAST_TEXT: Final = 50
_PIECE_LISTS: Final = (
    "before", "after", "header", "header_even", "footer", "footer_even",
)  # fmt: skip
TOP_KEYS: Final = {
    "name", "description", "extends", "page", "fallbacks", "styles", "tables", "form", "fit",
    "contents_from", "contents_levels", "logo", "watermark", "body", "signature", *_PIECE_LISTS,
}  # fmt: skip


def layout_of(name: str, table: Table, place: str) -> Layout:
    """The layout that a merged table says; `place` is its file, for messages."""
    styles = {
        key: _style(_dict(value, place, key), place, key)
        for key, value in sub_table(table, "styles", place).items()
    }
    if "base" not in styles or not styles["base"].size:
        raise InputError(f"{place}：缺少 styles.base 或其中的 size。", path=place)
    form = table.get("form")
    lists = {key: _pieces(table.get(key, ()), place, key) for key in _PIECE_LISTS}
    page = _record(Page, sub_table(table, "page", place), place, "page")
    _check_ranges(page, styles, place)
    if min(page.text_width, page.text_height) < _LEAST_TEXT:
        raise InputError(
            f"{place}：页边距太大，版心只剩{page.text_width:g}×{page.text_height:g}毫米。",
            hint=f"版心的宽和高都要有{_LEAST_TEXT}毫米以上。",
            path=place,
        )
    return Layout(
        name=name,
        description=str(table.get("description", "")),
        page=page,
        fallbacks={
            key: tuple(_list(value, place, key))
            for key, value in sub_table(table, "fallbacks", place).items()
        },
        styles=styles,
        tables=_record(TableLook, sub_table(table, "tables", place), place, "tables"),
        form=None if not form else _record(FormLook, _dict(form, place, "form"), place, "form"),
        fit=_fit(sub_table(table, "fit", place), place),
        contents_from=_whole(table.get("contents_from", 0), place, "contents_from"),
        contents_levels=_whole(table.get("contents_levels", 2), place, "contents_levels"),
        logo=str(table.get("logo", "")),
        watermark=bool(table.get("watermark", True)),
        body=bool(table.get("body", True)),
        signature=bool(table.get("signature", False)),
        **lists,  # type: ignore[arg-type]  # the six lists of pieces
    )


def _check_ranges(page: Page, styles: Mapping[str, TextStyle], place: str) -> None:
    """Refuse lengths that no page can have."""
    for key in ("top", "bottom", "left", "right", "header", "footer"):
        if (value := getattr(page, key)) < 0:
            raise InputError(f"{place}：page.{key} 的值“{value:g}”不能小于零。", path=place)
    for key, style in styles.items():
        if not 0 <= style.size <= _LARGEST or style.line < 0:
            told = f"size 的值“{style.size:g}”" if style.line >= 0 else f"line 的值“{style.line:g}”"
            raise InputError(f"{place}：styles.{key}.{told}太大或太小。", path=place)


def _dict(value: object, place: str, key: str) -> Table:
    if not isinstance(value, dict):
        raise InputError(f"{place}：“{key}”应为一张表。", path=place)
    return value


def _list(value: object, place: str, key: str) -> list[str]:
    if not isinstance(value, list):
        raise InputError(f"{place}：“{key}”应为列表。", path=place)
    return [str(item) for item in value]


def _whole(value: object, place: str, key: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise InputError(f"{place}：“{key}”应为整数，现为“{value}”。", path=place)
    return value


def _record(cls: type[_T], table: Table, place: str, what: str) -> _T:
    """Build one of the flat data classes, each value converted by its field's type."""
    fields = {field.name: field for field in dataclasses.fields(cls)}
    check_keys(table, set(fields), place, what)
    values = {
        key: _convert(str(fields[key].type), value, f"{place}：{what}.{key}", place)
        for key, value in table.items()
    }
    return cls(**values)  # type: ignore[arg-type]  # converted by the field's own type


def _convert(kind: str, value: object, name: str, place: str) -> object:
    if kind == "bool" and isinstance(value, bool):
        return value
    if kind == "int" and isinstance(value, int) and not isinstance(value, bool):
        return value
    if kind == "float":
        return _length(value, name, place)
    if kind == "Align" and value in {"left", "center", "right", "both"}:
        return value
    if (
        kind.startswith("Literal")
        and isinstance(value, str)
        and f"'{value}'" in kind.replace('"', "'")
    ):
        return value
    if kind == "str" and isinstance(value, str):
        return value.removeprefix("#")
    raise InputError(f"{name} 的值“{value}”不对。", path=place)


def _length(value: object, name: str, place: str) -> float:
    number = length(value)
    if number is None:
        raise InputError(f"{name} 的值“{value}”不是长度或字号。", path=place)
    return number


def length(value: object) -> float | None:
    """A number, `37mm`, `3.7cm`, `12pt`, or a Chinese font size; the unit only has to fit."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    text = str(value).strip()
    if text in SIZES:
        return SIZES[text]
    factors = {"mm": 1.0, "cm": 10.0, "pt": 1.0}
    factor = factors.get(text[-2:], 0.0)
    try:
        return float(text[:-2]) * factor if factor else float(text)
    except ValueError:
        return None


def _style(table: Table, place: str, key: str) -> TextStyle:
    line = table.get("line")
    rest = {name: value for name, value in table.items() if name not in {"line", "line_rule"}}
    style = _record(TextStyle, rest, place, f"styles.{key}")
    if line is None:
        return style
    exact = isinstance(line, str) and line.endswith("pt")
    return dataclasses.replace(
        style,
        line=_length(line, f"{place}：styles.{key}.line", place),
        line_rule="exact" if exact else "multiple",
    )


def _fit(table: Table, place: str) -> Fit:
    check_keys(table, {"pages", "steps"}, place, "fit")
    steps = table.get("steps", [])
    try:
        pairs = tuple((float(line), float(size)) for line, size in steps)  # type: ignore[attr-defined]
    except (TypeError, ValueError) as error:
        raise InputError(f"{place}：fit.steps 应为成对的数。", path=place) from error
    return Fit(_whole(table.get("pages", 0), place, "fit.pages"), pairs)


_PIECE_KEYS: Final[dict[str, Callable[[object], object]]] = {
    "text": str, "style": str, "when": str, "each": str, "block": str, "rule": str,
    "break_page": bool, "section_break": bool, "logo": bool, "keep": bool,
}  # fmt: skip


def _pieces(value: object, place: str, key: str) -> tuple[Piece, ...]:
    if not isinstance(value, list | tuple):
        raise InputError(f"{place}：“{key}”应为列表（[[{key}]]）。", path=place)
    return tuple(_piece(_dict(item, place, key), place, key) for item in value)


def _piece(table: Table, place: str, key: str) -> Piece:
    check_keys(table, {*_PIECE_KEYS, "table"}, place, key)
    values = {name: make(table[name]) for name, make in _PIECE_KEYS.items() if name in table}
    inner = _table_piece(sub_table(table, "table", place), place) if "table" in table else None
    return Piece(table=inner, **values)  # type: ignore[arg-type]  # made by _PIECE_KEYS


def _table_piece(table: Table, place: str) -> TablePiece:
    known = {field.name for field in dataclasses.fields(TablePiece)}
    check_keys(table, known, place, "table")
    rows = table.get("rows", [])
    widths = table.get("widths", [])
    heights = table.get("heights", [])
    if not isinstance(rows, list) or not isinstance(widths, list) or not isinstance(heights, list):
        raise InputError(f"{place}：table 中 rows、widths、heights 应为列表。", path=place)
    return TablePiece(
        widths=tuple(float(width) for width in widths),
        rows=tuple(tuple(_cell(cell, place) for cell in row) for row in rows),
        heights=tuple(float(height) for height in heights),
        each=str(table.get("each", "")),
        each_row=_whole(table.get("each_row", 0), place, "each_row"),
        header_rows=_whole(table.get("header_rows", 0), place, "header_rows"),
        borders=bool(table.get("borders", True)),
        rules=bool(table.get("rules", False)),
        bottom=bool(table.get("bottom", False)),
        splittable=bool(table.get("splittable", False)),
    )


def _cell(value: object, place: str) -> CellPiece:
    if isinstance(value, str):
        return CellPiece(text=value)
    table = _dict(value, place, "rows")
    check_keys(table, {field.name for field in dataclasses.fields(CellPiece)}, place, "rows")
    return CellPiece(
        text=str(table.get("text", "")),
        style=str(table.get("style", "")),
        span=_whole(table.get("span", 1), place, "span"),
        rows=_whole(table.get("rows", 1), place, "rows"),
        shade=bool(table.get("shade", False)),
        block=str(table.get("block", "")),
    )


def sub_table(table: Mapping[str, object], key: str, place: str) -> Table:
    """A table inside a table; an absent one is empty."""
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise InputError(f"{place}：“{key}”应为一张表。", path=place)
    return value


def check_keys(table: Mapping[str, object], known: set[str], place: str, what: str) -> None:
    """Refuse keys that are not known, and propose the nearest."""
    for key in table:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1, 0.5)
            tip = f"是否想写“{near[0]}”？" if near else ""
            raise InputError(
                f"{place}：{what}中没有“{key}”这一项。{tip}",
                hint="可用的项：" + "、".join(sorted(known)),
                path=place,
            )

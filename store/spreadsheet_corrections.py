"""What a person says against the guessed mapping of a spreadsheet, one short line each.

::

    工作表=12月报表      another sheet
    表头=3-4             the rows of its header
    C=年初, D=不用       what a column is
    单位=万元            for every metric whose own cell is empty; also 性质, 计划口径, 截至日期 …
    行:票据=票据贴现     what a row is called, 不用 leaves it aside
    行:票据.性质=时期    one key of a row
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from store.exceptions import UsageError
from store.metric_rows import KEYS
from store.spreadsheet import cell_name
from store.spreadsheet_headers import FIGURE_KEYS, IGNORED, key_of
from store.spreadsheet_mapping import guess_mapping, mapping_at
from store.spreadsheet_saved import unknown_layout

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from store.spreadsheet import Sheet
    from store.spreadsheet_mapping import SheetMapping

GRAMMAR: Final = (
    "写成 C=年初、D=不用、单位=万元、行:票据=票据贴现、行:票据.性质=时期、表头=3-4、工作表=名称。"
)
_DEFAULTS: Final = ("单位", "性质", "谓语", "计划口径", "截至日期", "方向", "小数位", "分组")
_COLUMN: Final = re.compile(r"([A-Za-z]{1,2})\s*列?")
_ROW: Final = re.compile(r"行\s*[:：]\s*(?P<name>.+?)(?:[.．](?P<key>[\u4e00-\u9fff]{2,4}))?")
_EQUALS: Final = {0xFF1D: "="}
_LEFT_OUT: Final = ("忽略", "不要", "无")
_YEAR: Final = re.compile(r"(?:19|20)\d\d年")


class BadCorrection(UsageError):
    """A correction of a spreadsheet's mapping that cannot be understood or carried out."""


@dataclass(slots=True, frozen=True)
class Correction:
    """One thing that a person said: what it is about, and what holds there."""

    about: str
    value: str

    @classmethod
    def parse(cls, text: str) -> Correction:
        """Read `C=年初`.

        Raises:
            BadCorrection: There is no `=`, or nothing on one side of it.
        """
        about, equals, value = text.translate(_EQUALS).partition("=")
        if not equals or not about.strip() or not value.strip():
            raise BadCorrection(f"“{text}”看不懂。", hint=GRAMMAR)
        return cls(about.strip(), value.strip())


def corrected(
    sheets: Sequence[Sheet], path: Path, mapping: SheetMapping | None, said: Sequence[str]
) -> SheetMapping:
    """A mapping with a person's corrections; sheet and header first, whatever the order.

    Args:
        sheets: The sheets of the file.
        path: The file, for messages.
        mapping: What was guessed or saved; None where no header was found.
        said: The corrections.

    Raises:
        BadCorrection: One cannot be understood, or names what is not there.
        InputError: No header was found, and none was pointed out.
    """
    corrections = [Correction.parse(text) for text in said]
    places = {one.about: one.value for one in corrections if one.about in {"工作表", "表头"}}
    found = _placed(sheets, path, mapping, places) if places else mapping
    if found is None:
        found = guess_mapping(sheets, path)
    for one in corrections:
        if one.about not in places:
            found = _applied(found, one)
    if "指标" not in found.columns.values():
        hint = "请指明，如 --fix A=指标。"
        raise BadCorrection("没有一列是指标的名称。", hint=hint)
    return found


# -- sheet and header ------------------------------------------------------------------------


def _placed(
    sheets: Sequence[Sheet], path: Path, mapping: SheetMapping | None, places: dict[str, str]
) -> SheetMapping:
    layout = mapping.fingerprint if mapping is not None else unknown_layout(sheets)
    name = places.get("工作表") or (mapping.sheet if mapping is not None else sheets[0].name)
    sheet = next((one for one in sheets if one.name == name), None)
    if sheet is None:
        names = "、".join(f"“{one.name}”" for one in sheets)
        raise BadCorrection(f"没有工作表“{name}”。", hint=f"有：{names}。")
    if "表头" in places:
        found = mapping_at(sheet, *_header(places["表头"], sheet))
    else:
        found = guess_mapping([sheet], path)
    kept = mapping.rows if mapping is not None else {}
    return replace(found, rows=kept, own=False, placed=True, layout=layout)


def _header(text: str, sheet: Sheet) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,3})(?:\s*[-－—~～到至]\s*(\d{1,3}))?", text)
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not 0 < first <= last < len(sheet.rows) or last - first > 3:
        message = f"表头“{text}”不是工作表“{sheet.name}”里的行。"
        raise BadCorrection(message, hint="写成 表头=3 或 表头=3-4，最多四行，下面还要有数据。")
    return first - 1, last - 1


# -- columns, rows, defaults -----------------------------------------------------------------


def _applied(mapping: SheetMapping, one: Correction) -> SheetMapping:
    if match := _ROW.fullmatch(one.about):
        return _with_row(mapping, match["name"].strip(), match["key"] or "指标", one.value)
    if one.about in _DEFAULTS:
        value = "" if one.value == IGNORED else one.value
        return replace(mapping, defaults={**mapping.defaults, one.about: value})
    if match := _COLUMN.fullmatch(one.about):
        return _with_column(mapping, match[1].upper(), one.value)
    raise BadCorrection(f"“{one.about}={one.value}”看不懂。", hint=GRAMMAR)


def _with_column(mapping: SheetMapping, letters: str, value: str) -> SheetMapping:
    at = next((at for at in range(702) if cell_name(0, at)[:-1] == letters), -1)
    key = _key(value)
    columns = dict(mapping.columns)
    if key != IGNORED:  # a key stands once
        columns = {other: IGNORED if known == key else known for other, known in columns.items()}
        if key in {"期末", "本期"}:
            columns = {o: IGNORED if k in {"期末", "本期"} else k for o, k in columns.items()}
    columns[at] = key
    return replace(mapping, columns=columns)


def _key(value: str) -> str:
    if value in {*KEYS, IGNORED} or _YEAR.fullmatch(value):
        return value
    if value in _LEFT_OUT:
        return IGNORED
    if (key := key_of(value)) and key != IGNORED:
        return key
    near = difflib.get_close_matches(value, [*KEYS, IGNORED], n=3, cutoff=0.4)
    hint = f"是不是{'、'.join(f'“{one}”' for one in near)}？" if near else ""
    hint += f"可用：{'、'.join((*FIGURE_KEYS, '指标', '单位', '分组', '截至日期', IGNORED))}等。"
    raise BadCorrection(f"列不能用作“{value}”。", hint=hint)


def _with_row(mapping: SheetMapping, name: str, key: str, value: str) -> SheetMapping:
    if key not in KEYS:
        near = difflib.get_close_matches(key, KEYS, n=3, cutoff=0.4)
        hint = f"是不是{'、'.join(near)}？" if near else f"可用：{'、'.join(KEYS)}。"
        raise BadCorrection(f"行“{name}”没有“{key}”这一项。", hint=hint)
    row = {**mapping.rows.get(name, {}), key: value}
    return replace(mapping, rows={**mapping.rows, name: row})

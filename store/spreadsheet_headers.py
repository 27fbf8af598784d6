"""What the headers of a spreadsheet's columns mean: 期末, 年初, 计划, one or two levels of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from store.amounts import NotANumber, is_blank, normalise, read_amount
from store.metric_rows import ENGLISH, KEYS
from store.units_of_measure import read_unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from store.spreadsheet import Sheet, Value

IGNORED: Final = "不用"
_SURE: Final = 4
FIGURE_KEYS: Final = ("期末", "本期", "年初", "上年同期", "上期", "计划", "完成率")
_UNIT: Final = re.compile(r"[(（\[【]\s*(?:单位[:：])?\s*([^()（）\[\]【】]{1,8})\s*[)）\]】]")
_YEAR: Final = re.compile(r"((?:19|20)\d\d)年?")
_MONTH: Final = re.compile(r"(\d{1,2})月")
_EXACT: Final = {
    "指标名称": "指标", "项目": "指标", "项目名称": "指标", "科目": "指标", "科目名称": "指标",
    "名称": "指标", "业务指标": "指标", "考核指标": "指标", "业务种类": "指标", "品种": "指标",
    "计量单位": "单位", "指标性质": "性质", "动词": "谓语", "口径": "计划口径", "截至": "截至日期",
    "截止日期": "截至日期", "数据日期": "截至日期", "小数位数": "小数位", "类别": "分组",
    "板块": "分组", "大类": "分组", "所属指标": "上级指标", "简称": "别名", "说明": "备注",
    "数值": "期末", "金额": "期末", "余额": "期末", "当前值": "期末", "现值": "期末",
    "完成计划": "完成率", "计划完成": "完成率", "同期": "上年同期",
    "上年": "上年同期", "去年": "上年同期", "上年数": "上年同期", "上年实际": "上年同期",
    "序号": IGNORED, "编号": IGNORED, "行次": IGNORED, "部门": IGNORED,
    **{key: key for key in KEYS}, **ENGLISH,
}  # fmt: skip
_PATTERNS: Final = [
    (re.compile(pattern), key)
    for pattern, key in (
        (r"完成率|完成比|完成进度|完成.*%|计划完成$|达成率", "完成率"),
        (r"同比|环比|增减|增幅|增长|增量|增加|较|比年初|比上", IGNORED),
        (r"占比|比重|排名|位次|差额|超欠|净增(?!.*(?:计划|任务|目标))", IGNORED),
        (r"计划|目标|任务|预算|考核值", "计划"),
        (r"年初|期初|上年末|上年年末|去年末|去年年末", "年初"),
        (r"同期|上年|去年", "上年同期"),
        (r"上月|上季|上期|上半年末", "上期"),
        (r"期末|月末|年末|季末|余额|存量|时点", "期末"),
        (r"本期|本年|今年|本月|本季|实际|实绩|完成|累计|发生额|当前|截至", "本期"),
        (r"指标|项目|科目", "指标"),
        (r"备注|说明", "备注"),
    )
]  # fmt: skip


# -- what stands there -----------------------------------------------------------------------


def header_titles(sheet: Sheet, first: int, last: int) -> dict[int, str]:
    """The header text of each column, levels joined, merged cells spread."""
    width = max((len(row) for row in sheet.rows[first : last + 1]), default=0)
    texts: dict[int, str] = {}
    for column in range(width):
        parts: list[str] = []
        for row in range(first, last + 1):
            text = _header_text(sheet, row, column)
            if text and text not in parts:
                parts.append(text)
        if parts:
            texts[column] = "".join(parts)
    return texts


def _header_text(sheet: Sheet, row: int, column: int) -> str:
    value = sheet.cell(row, column)
    if value in {None, ""}:
        for (top, left), (bottom, right) in sheet.merged:
            if top <= row <= bottom and left <= column <= right:
                value = sheet.cell(top, left)
                break
    if isinstance(value, float) and value == int(value):
        value = int(value)
    return "" if value is None else "".join(str(value).split())


def header_units(titles: Mapping[int, str]) -> dict[int, str]:
    """The units that stand in parentheses in the columns' headers."""
    found = {}
    for at, text in titles.items():
        if (match := _UNIT.search(text)) and _is_unit(match[1]):
            found[at] = match[1]
    return found


def _is_unit(text: str) -> bool:
    unit = read_unit(text)
    return unit.is_money or unit.is_rate or unit.factor != 1 or len(unit.name) <= 2


# -- what it means ---------------------------------------------------------------------------


def header_keys(titles: Mapping[int, str]) -> dict[int, str]:
    """A key for each column whose header says something; years decide between equal keys."""
    columns: dict[int, str] = {}
    years = {at: int(match[1]) for at, text in titles.items() if (match := _YEAR.search(text))}
    actual = [year for at, year in years.items() if key_of(titles[at]) not in {"计划", IGNORED}]
    latest = max(actual, default=0)
    months = [_month(titles[at]) for at, year in years.items() if year == latest]
    for at, text in titles.items():
        key = _misspelt(text) or key_of(text)
        if at in years:
            key = _dated_key(key, text, years[at], latest)
            if key in {"期末", "本期"} and 0 < _month(text) < max(months):
                key = "上期"
        if key and (key == IGNORED or key not in columns.values()):
            columns[at] = key
    return columns


def _month(text: str) -> int:
    """The month in a header's text, 0 without one."""
    match = _MONTH.search(text)
    return int(match[1]) if match else 0


def key_of(text: str) -> str:
    """The key that a header's text means, empty when it means none."""
    bare = normalise(_UNIT.sub("", text)).strip("*:#. ")
    bare = re.sub(r"\s+", "", bare)
    if bare in _EXACT:
        return _EXACT[bare]
    return next((key for pattern, key in _PATTERNS if pattern.search(bare)), "")


def _dated_key(key: str, text: str, year: int, latest: int) -> str:
    """The key of a header with a year in it."""
    if key in {"计划", "完成率"}:
        return key if year == latest else IGNORED
    if key == IGNORED:
        return key
    if year == latest:
        return key if key in {"期末", "年初", "上期"} else "本期"
    if year == latest - 1 and key not in {"年初", "上年同期"}:
        return "年初" if re.search(r"末|余额|12月31", text) else "上年同期"
    if key in {"年初", "上年同期"}:
        return key
    return f"{year}年"


def _misspelt(text: str) -> str:
    """The key that a long header misspells, so that 计划口经 is not taken for 计划."""
    near = near_key(text)
    return near if len(near) >= _SURE else ""


def near_key(text: str) -> str:
    """The key that a header's text misspells by one character (期未), empty when it is none."""
    bare = re.sub(r"\s+", "", normalise(_UNIT.sub("", text)))
    if len(bare) < 2 or bare in _EXACT:
        return ""
    for key in KEYS:
        if len(key) == len(bare) and sum(a != b for a, b in zip(key, bare, strict=True)) == 1:
            return key
    return ""


def guess_name_column(
    columns: dict[int, str], titles: Mapping[int, str], data: Sequence[Sequence[Value]]
) -> None:
    """Without a header for the names: the first column left of the figures that holds words."""
    figures = [at for at, key in columns.items() if key in FIGURE_KEYS]
    for at in range(min(figures, default=0)):
        words = sum(isinstance(row[at], str) and _is_word(row[at]) for row in data if at < len(row))
        if words >= 2 and (at not in titles or not key_of(titles[at])):
            columns[at] = "指标"
            return


def _is_word(value: Value) -> bool:
    return bool(re.search(r"[\u4e00-\u9fffA-Za-z]{2}", str(value)))


def settle_unit_column(columns: dict[int, str], data: Sequence[Sequence[Value]]) -> None:
    """单位 may be a unit of measure or a department; the cells tell."""
    for at, key in list(columns.items()):
        if key != "单位":
            continue
        texts = {str(row[at]).strip() for row in data if at < len(row) and not is_blank(row[at])}
        if texts and sum(len(text) > 5 for text in texts) * 2 > len(texts):
            columns[at] = IGNORED


def has_figure(data: Iterable[Sequence[Value]], at: int) -> bool:
    """Whether a column holds a figure."""
    return any(at < len(row) and _is_figure(row[at]) for row in data)


def _is_figure(value: Value) -> bool:
    try:
        return not isinstance(value, bool) and read_amount(value) is not None
    except NotANumber:
        return False


def has_number(row: Sequence[Value]) -> bool:
    """Whether a row holds figures that are not years: then it is no header."""
    return any(
        isinstance(value, int | float) and not isinstance(value, bool) and not 1990 <= value <= 2100
        for value in row
    )

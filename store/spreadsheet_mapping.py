"""Which column of a foreign spreadsheet is what: guessed from its headers, saved, used again.

Finance's own sheets have titles above the header, headers of two levels, merged cells, units in
parentheses and years in the text. `guess_mapping` finds the header and proposes a key for each
column; a person corrects the proposal; `save_mapping` keeps it for sheets of the same layout.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import yaml

from store import files
from store.amounts import NotANumber, is_blank, normalise, read_amount
from store.exceptions import InputError
from store.metric_rows import ENGLISH, KEYS
from store.spreadsheet import cell_name
from store.units_of_measure import read_unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from store.spreadsheet import Sheet, Value

IGNORED: Final = "不用"
HELP_SHEETS: Final = frozenset({"示例", "填写说明"})
FIGURE_KEYS: Final = ("期末", "本期", "年初", "上年同期", "上期", "计划", "完成率")
_HEADER_ROWS: Final = 30
_HEADER_DEPTH: Final = 3
_UNIT: Final = re.compile(r"[(（\[【]\s*(?:单位[:：])?\s*([^()（）\[\]【】]{1,8})\s*[)）\]】]")
_TITLE_UNIT: Final = re.compile(r"单位\s*[:：]\s*(?:人民币)?\s*([^\s,，;；、/)）]{1,6})")
_TITLE_DAY: Final = re.compile(
    r"(?:19|20)\d\d\s*[-年./]\s*\d{1,2}\s*(?:[-月./]\s*\d{1,2}\s*日?|月末?|月底)"
)
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
_BASES: Final = (("净增|增量|新增", "净增"), ("余额|时点|存量", "余额"), ("累计|发生", "累计"))


@dataclass(slots=True, frozen=True)
class SheetMapping:
    """How a sheet is read.

    Attributes:
        sheet: The sheet's name.
        header: The first and the last row of the header, from 0.
        columns: The key of each column that has one; `不用` for columns that are left aside.
        titles: The header text of each column, as it is shown to a person.
        units: Units that stand in a column's header.
        defaults: Values for metrics whose own cell is empty: 单位, 截至日期, 计划口径, 性质.
        rows: What a person said about single metrics, by the name in the sheet.
        own: The sheet is Wenshu's own form: names are taken as they stand, nothing is guessed.
        saved: The mapping was confirmed by a person.
    """

    sheet: str
    header: tuple[int, int]
    columns: Mapping[int, str]
    titles: Mapping[int, str] = field(default_factory=dict)
    units: Mapping[int, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    own: bool = False
    saved: bool = False

    @property
    def fingerprint(self) -> str:
        """The same for sheets of one layout, whatever the year in their headers."""
        texts = [re.sub(r"[0-9]+", "#", f"{at}:{text}") for at, text in sorted(self.titles.items())]
        return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]

    def describe(self) -> str:
        """The columns in words: `A 列“项目”→指标`."""
        return "，".join(
            f"{cell_name(0, at)[:-1]} 列“{self.titles.get(at, '')}”→{key}"
            for at, key in sorted(self.columns.items())
            if key != IGNORED
        )


def guess_mapping(sheets: Sequence[Sheet], path: Path) -> SheetMapping:
    """The sheet and header that look most like metrics.

    Raises:
        InputError: No sheet has a column of names with a column of figures.
    """
    best: tuple[int, SheetMapping] | None = None
    for sheet in sheets:
        if sheet.name in HELP_SHEETS:
            continue
        found = _best_header(sheet)
        if found is not None and (best is None or found[0] > best[0]):
            best = found
    if best is None:
        raise _no_header(sheets, path)
    return best[1]


def _no_header(sheets: Sequence[Sheet], path: Path) -> InputError:
    if sheets and sheets[0].rows and sheets[0].cell(0, 0) == "指标":
        hint = "请在“指标”工作表中一行填一个指标；“示例”工作表只供参考。"
        return InputError(f"表格 {path.name} 还没有填写。", hint=hint, path=str(path))
    if not any(not is_blank(value) for sheet in sheets for row in sheet.rows for value in row):
        return InputError(f"表格 {path.name} 是空的。", path=str(path))
    names = "、".join(f"“{sheet.name}”" for sheet in sheets)
    return InputError(
        f"在表格 {path.name} 的工作表{names}中没有找到指标的表头。",
        hint="表头须有一列指标名称（指标、项目……）和至少一列数值（期末、本期、年初、计划……）；"
        "可用 wenshu metrics --blank 得到一份空白表。",
        path=str(path),
    )


def _best_header(sheet: Sheet) -> tuple[int, SheetMapping] | None:
    best: tuple[int, SheetMapping] | None = None
    for first in range(min(_HEADER_ROWS, len(sheet.rows))):
        for depth in range(1, _HEADER_DEPTH + 1):
            found = _try_header(sheet, first, first + depth - 1)
            if found is not None and (best is None or found[0] > best[0]):
                best = found
    return best


def _try_header(sheet: Sheet, first: int, last: int) -> tuple[int, SheetMapping] | None:
    """The mapping if rows first…last are the header, and how well it fits."""
    if last + 1 >= len(sheet.rows):
        return None
    titles = _titles(sheet, first, last)
    columns = _keys(titles)
    data = sheet.rows[last + 1 : last + 60]
    if "指标" not in columns.values():
        _guess_name_column(columns, titles, data)
    _settle_unit_column(columns, data)
    keys = set(columns.values())
    figures = keys & set(FIGURE_KEYS)
    filled = [at for at, key in columns.items() if key in FIGURE_KEYS and _has_figure(data, at)]
    if "指标" not in keys or not figures & {"期末", "本期"} or not filled:
        return None
    if any(_has_number(row) for row in sheet.rows[first : last + 1]):
        return None
    score = 100 * len(keys - {IGNORED}) + 20 * len(filled) - 7 * (last - first) - first
    known = set(_EXACT.values()) | set(KEYS)
    own = first == last and all(
        titles.get(at, "") in KEYS or _YEAR.fullmatch(titles.get(at, "")) for at in columns
    )
    score += 500 if own and known else 0
    mapping = SheetMapping(
        sheet=sheet.name,
        header=(first, last),
        columns=columns,
        titles=titles,
        units=_units(titles),
        defaults=_defaults(sheet, first, titles, columns),
        own=own,
    )
    return score, mapping


def _titles(sheet: Sheet, first: int, last: int) -> dict[int, str]:
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


def _keys(titles: Mapping[int, str]) -> dict[int, str]:
    """A key for each column whose header says something; years decide between equal keys."""
    columns: dict[int, str] = {}
    years = {at: int(match[1]) for at, text in titles.items() if (match := _YEAR.search(text))}
    actual = [year for at, year in years.items() if key_of(titles[at]) not in {"计划", IGNORED}]
    latest = max(actual, default=0)
    months = [_month(titles[at]) for at, year in years.items() if year == latest]
    for at, text in titles.items():
        key = key_of(text)
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


def _guess_name_column(
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


def _settle_unit_column(columns: dict[int, str], data: Sequence[Sequence[Value]]) -> None:
    """单位 may be a unit of measure or a department; the cells tell."""
    for at, key in list(columns.items()):
        if key != "单位":
            continue
        texts = {str(row[at]).strip() for row in data if at < len(row) and not is_blank(row[at])}
        if texts and sum(len(text) > 5 for text in texts) * 2 > len(texts):
            columns[at] = IGNORED


def _has_figure(data: Iterable[Sequence[Value]], at: int) -> bool:
    return any(at < len(row) and _is_figure(row[at]) for row in data)


def _is_figure(value: Value) -> bool:
    try:
        return not isinstance(value, bool) and read_amount(value) is not None
    except NotANumber:
        return False


def _has_number(row: Sequence[Value]) -> bool:
    """Whether a row holds figures that are not years: then it is no header."""
    return any(
        isinstance(value, int | float) and not isinstance(value, bool) and not 1990 <= value <= 2100
        for value in row
    )


def _units(titles: Mapping[int, str]) -> dict[int, str]:
    found = {}
    for at, text in titles.items():
        if (match := _UNIT.search(text)) and _is_unit(match[1]):
            found[at] = match[1]
    return found


def _is_unit(text: str) -> bool:
    unit = read_unit(text)
    return unit.is_money or unit.is_rate or unit.factor != 1 or len(unit.name) <= 2


def _defaults(
    sheet: Sheet, first: int, titles: Mapping[int, str], columns: Mapping[int, str]
) -> dict[str, str]:
    """Unit and day from the lines above the header, the plan's basis from its own header."""
    above = " ".join(
        str(value) for row in sheet.rows[:first] for value in row if not is_blank(value)
    )
    found: dict[str, str] = {}
    if match := _TITLE_UNIT.search(above):
        found["单位"] = match[1]
    if days := _TITLE_DAY.findall(above):
        found["截至日期"] = max(days, key=len)
    plan = next((titles.get(at, "") for at, key in columns.items() if key == "计划"), "")
    for pattern, basis in _BASES:
        if re.search(pattern, plan):
            found["计划口径"] = basis
    return found


# -- saving ----------------------------------------------------------------------------------


def saved_mapping(folder: Path | None, guess: SheetMapping) -> SheetMapping | None:
    """The mapping a person confirmed for sheets of this layout, fitted to this sheet.

    Raises:
        InputError: The saved file was damaged.
    """
    path = None if folder is None else folder / f"{guess.fingerprint}.yaml"
    if path is None or not path.is_file():
        return None
    try:
        raw = yaml.load(files.decode(files.read_bytes(path), path), Loader=yaml.BaseLoader)
        columns = {_column(name): str(key) for name, key in raw.get("列", {}).items()}
        return replace(
            guess,
            columns=columns,
            defaults={**guess.defaults, **_texts(raw.get("默认", {}))},
            rows={str(name): _texts(row) for name, row in raw.get("行", {}).items()},
            saved=True,
        )
    except (yaml.YAMLError, AttributeError, TypeError, ValueError) as error:
        hint = "请删去该文件，重新对应一次。"
        raise InputError(f"表格对应关系 {path} 已损坏。", hint=hint, path=str(path)) from error


def _column(name: str) -> int:
    column = 0
    for letter in name.upper():
        column = column * 26 + ord(letter) - 64
    if not name.isalpha():
        raise ValueError(name)
    return column - 1


def _texts(raw: Mapping[str, object]) -> dict[str, str]:
    return {str(key): str(value) for key, value in raw.items()}


def save_mapping(folder: Path, mapping: SheetMapping) -> Path:
    """Keep a confirmed mapping; the next sheet of this layout is read by it.

    Raises:
        EnvironmentRefused: The folder cannot be written.
    """
    raw = {
        "说明": "文枢保存的表格对应关系；同样格式的表格以后照此读取。",
        "工作表": mapping.sheet,
        "表头": [mapping.titles[at] for at in sorted(mapping.titles)],
        "列": {cell_name(0, at)[:-1]: key for at, key in sorted(mapping.columns.items())},
        "默认": dict(mapping.defaults),
        "行": {name: dict(row) for name, row in mapping.rows.items()},
    }
    text = yaml.safe_dump(raw, allow_unicode=True, sort_keys=False)
    path = folder / f"{mapping.fingerprint}.yaml"
    files.write_atomic(path, text.encode())
    return path

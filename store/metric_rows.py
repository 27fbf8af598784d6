"""From the raw rows of a spreadsheet or a YAML file to metrics, with every problem at its cell.

Readers give `RawRow`s whose keys are the Chinese keys of a metric file; what they cannot know
(the unit from the name, the nature from the keys) is settled here, and nothing is guessed that
could change a figure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Final, cast

from store.amounts import HUNDRED, NotANumber, is_blank, plain, read_amount
from store.metric import NATURES, PLAN_BASES, Metric
from store.metric_days import common_year, read_day
from store.model import Problem
from store.units_of_measure import PERCENT, Unit, UnitMismatch, read_unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from store.metric import Nature, PlanBasis, Source

KEYS: Final = (
    "指标", "单位", "性质", "谓语", "期末", "本期", "年初", "上年同期", "上期", "计划", "计划口径",
    "完成率", "截至日期", "方向", "小数位", "分组", "上级指标", "别名", "备注",
)  # fmt: skip
ENGLISH: Final = {
    "name": "指标", "unit": "单位", "nature": "性质", "predicate": "谓语", "value": "期末",
    "year_start": "年初", "last_year": "上年同期", "previous": "上期", "plan": "计划",
    "plan_basis": "计划口径", "completion": "完成率", "completion_percent": "完成率",
    "as_of": "截至日期", "direction": "方向", "digits": "小数位", "group": "分组",
    "parent": "上级指标", "aliases": "别名", "note": "备注",
}  # fmt: skip
_NATURE_WORDS: Final = {
    "时点数": "时点", "时点指标": "时点", "余额": "时点", "存量": "时点", "balance": "时点",
    "时期数": "时期", "时期指标": "时期", "累计": "时期", "流量": "时期", "发生额": "时期",
    "比例": "比率", "率": "比率", "比率指标": "比率", "百分比": "比率", "rate": "比率",
    "flow": "时期",
}  # fmt: skip
_BASIS_WORDS: Final = {
    "净增额": "净增", "增量": "净增", "新增": "净增", "存量": "余额", "时点": "余额",
    "累计额": "累计", "发生额": "累计", "时期": "累计", "期末": "余额", "全年累计": "累计",
}  # fmt: skip
_LOWER: Final = ("低", "少", "小", "逆", "负向", "反向", "lower")
_HIGHER: Final = ("高", "多", "大", "正", "higher")
_NAME_UNIT: Final = re.compile(
    r"^(?P<name>.+?)\s*[(（](?:单位[:：])?(?P<unit>[^()（）]{1,12})[)）]$"
)
_COUNT_WORDS: Final = frozenset(
    (
        "小时",
        "分钟",
        "人次",
        "户次",
        *"户张笔部人名件台家次个辆套亩度天日吨米条份项元分本间幢栋场期只支",
    )
)
_MOST_DIGITS: Final = 8
_YEARS: Final = re.compile(r"((?:19|20)\d\d)年?(?:度|末|实际|完成)?")


@dataclass(slots=True, frozen=True)
class RawRow:
    """One metric as it was written: values by key, and which cells were formatted as percent."""

    values: Mapping[str, object]
    source: Source
    percent: frozenset[str] = frozenset()
    uncached: frozenset[str] = frozenset()


@dataclass(slots=True)
class RowReader:
    """Turns raw rows of one file into metrics; problems gather in `problems`."""

    defaults: Mapping[str, object] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    year: int | None = None

    def read(self, rows: Iterable[RawRow]) -> list[Metric]:
        """Every row that names a metric; empty rows are skipped."""
        rows = list(rows)
        self.year = self.year or common_year(row.values.get("截至日期") for row in rows)
        metrics = (_OneRow(self, row).read() for row in rows)
        return [metric for metric in metrics if metric is not None]

    def report(self, source: Source, code: str, message: str, **more: str) -> None:
        """Note a problem at a row or cell."""
        place = source.place(more.get("key", ""))
        severity = "warning" if more.get("severity") == "warning" else "error"
        self.problems.append(
            Problem(
                path=source.path,
                line=source.line,
                severity=severity,  # type: ignore[arg-type]
                code=code,
                message=f"{place}：{message}" if place and source.sheet else message,
                hint=more.get("hint", ""),
            )
        )


class _OneRow:
    """The reading of a single row."""

    def __init__(self, reader: RowReader, row: RawRow) -> None:
        self.reader = reader
        self.row = row
        self.name = ""

    def read(self) -> Metric | None:
        """The metric, or None where the row names none."""
        self.name = self.own_text("指标")
        if not self.name:
            if any(not is_blank(self.row.values.get(key)) for key in ("期末", "本期", "计划")):
                self.report("metric-without-name", "这一行有数值，却没有写指标名称。", key="指标")
            return None
        unit = self.unit()
        nature = self.nature(unit)
        if nature == "比率" and not unit.name:
            unit = PERCENT
        as_of, month_end = self.as_of()
        return Metric(
            name=self.name,
            unit=unit,
            nature=nature,
            predicate=self.text("谓语").replace("~", "～"),
            value=self.value(unit),
            year_start=self.figure("年初", unit),
            last_year=self.figure("上年同期", unit),
            previous=self.figure("上期", unit),
            plan=self.figure("计划", unit),
            plan_basis=self.plan_basis(),
            given_completion=self.figure("完成率", PERCENT),
            as_of=as_of,
            as_of_month_end=month_end,
            lower_is_better=self.lower_is_better(),
            digits=self.digits(),
            group=self.text("分组"),
            parent=self.text("上级指标"),
            aliases=self.aliases(),
            note=self.own_text("备注"),
            history=self.history(unit),
            source=self.row.source,
        )

    def report(self, code: str, message: str, **more: str) -> None:
        who = f"指标“{self.name}”" if self.name else ""
        self.reader.report(self.row.source, code, who + message, **more)

    # -- texts -------------------------------------------------------------------------------

    def own_text(self, key: str) -> str:
        """The text of a cell, without the file's default."""
        value = self.row.values.get(key)
        return "" if value is None else " ".join(str(value).split())

    def text(self, key: str) -> str:
        """The text of a cell, else the file's default."""
        value = self.own_text(key)
        return value or " ".join(str(self.reader.defaults.get(key) or "").split())

    def unit(self) -> Unit:
        """The unit: the cell's, else the one in parentheses after the name, else the default."""
        if own := self.own_text("单位"):
            return read_unit(own)
        match = _NAME_UNIT.match(self.name)
        if match and _looks_like_unit(match["unit"]):
            self.name = match["name"]
            return read_unit(match["unit"])
        return read_unit(self.text("单位"))

    def nature(self, unit: Unit) -> Nature:
        """The nature as written; else what unit, keys and plan say beyond doubt; else 时期."""
        written = self.text("性质")
        word = _NATURE_WORDS.get(written.lower(), written)
        if unit.is_rate:
            return "比率"
        if word in NATURES:
            return cast("Nature", word)
        if written:
            hint = "只能填：" + "、".join(NATURES) + "。"
            self.report("unknown-nature", f"的性质“{written}”无法识别。", key="性质", hint=hint)
        balance = self.own_text("年初") or self.own_text("计划口径") in {"余额", "净增"}
        return "时点" if balance or self.text("谓语") == "余额" else "时期"

    def plan_basis(self) -> PlanBasis | None:
        """余额, 净增 or 累计; asked and never guessed."""
        written = self.text("计划口径")
        word = _BASIS_WORDS.get(written, written)
        if word in PLAN_BASES:
            return cast("PlanBasis", word)
        hint = "只能填：" + "、".join(PLAN_BASES) + "。"
        if written:
            message = f"的计划口径“{written}”无法识别。"
            self.report("unknown-plan-basis", message, key="计划口径", hint=hint)
        elif not is_blank(self.row.values.get("计划")):
            message = "有计划数，却没有写计划口径，完成率不予计算。"
            self.report("plan-basis-missing", message, key="计划", hint=hint, severity="warning")
        return None

    def lower_is_better(self) -> bool:
        """Whether the direction says that low figures are good."""
        written = self.text("方向")
        if any(word in written for word in _LOWER):
            return True
        if written and not any(word in written for word in _HIGHER):
            hint = "只能填：越高越好、越低越好。"
            self.report("unknown-direction", f"的方向“{written}”无法识别。", key="方向", hint=hint)
        return False

    def digits(self) -> int | None:
        """Digits behind the point."""
        written = self.text("小数位")
        if not written:
            return None
        try:
            digits = read_amount(written)
        except NotANumber:
            digits = None
        if digits is not None and not digits.unit and digits.scaled in range(_MOST_DIGITS + 1):
            return int(digits.scaled)
        hint = f"请填 0 到 {_MOST_DIGITS} 的整数。"
        self.report("bad-digits", f"的小数位“{written}”无法识别。", key="小数位", hint=hint)
        return None

    def aliases(self) -> tuple[str, ...]:
        """Other names: a list, or a text with separators."""
        value = self.row.values.get("别名")
        if isinstance(value, list | tuple):
            return tuple(str(item).strip() for item in value if str(item).strip())
        return tuple(part for part in re.split(r"[、，,；;/]\s*", self.own_text("别名")) if part)

    # -- figures -----------------------------------------------------------------------------

    def value(self, unit: Unit) -> Decimal | None:
        """期末 or 本期; both may stand only if they agree."""
        closing, flow = self.figure("期末", unit), self.figure("本期", unit)
        if closing is not None and flow is not None and closing != flow:
            message = f"的期末（{closing:f}）与本期（{flow:f}）不同。"
            self.report("two-values", message, key="本期", hint="请只填其中一个。")
        value = flow if closing is None else closing
        if self.row.uncached & {"期末", "本期"}:
            return value
        if value is None and all(is_blank(self.row.values.get(key)) for key in ("期末", "本期")):
            self.report(
                "metric-without-value", "没有期末（本期）数。", key="期末", severity="warning"
            )
        return value

    def figure(self, key: str, unit: Unit) -> Decimal | None:
        """The figure of a cell in the metric's unit; None with a problem where it is none."""
        return self.number(key, self.row.values.get(key), unit)

    def number(self, key: str, raw: object, unit: Unit) -> Decimal | None:
        """A raw value as a figure in the unit."""
        if key in self.row.uncached:
            hint = "请用 Excel 或 WPS 打开该表、重新计算并保存，或直接填写数字。"
            message = f"的“{key}”是公式，文件中没有存下计算结果。"
            self.report("formula-without-value", message, key=key, hint=hint)
            return None
        try:
            amount = read_amount(raw)
            if amount is None:
                return None
            if amount.unit:
                return read_unit(amount.unit).convert(amount.scaled, unit)
            if amount.scale != 1:
                return Unit("", unit.dimension).convert(amount.scaled, unit)
        except NotANumber as error:
            message = f"的“{key}”：{error.message}"
            self.report("not-a-number", message, key=key, hint=error.hint)
            return None
        except UnitMismatch as error:
            self.report("unit-mismatch", f"的“{key}”：{error.message}", key=key, hint=error.hint)
            return None
        if key in self.row.percent and unit.is_rate:
            return Decimal(plain(PERCENT.convert(amount.value * HUNDRED, unit), strip=True))
        return amount.value

    def history(self, unit: Unit) -> tuple[tuple[str, Decimal], ...]:
        """Earlier periods: keys that are years, or the mapping 历史."""
        pairs = [(key, raw) for key, raw in self.row.values.items() if _YEARS.fullmatch(str(key))]
        past = self.row.values.get("历史")
        pairs += [(str(key), raw) for key, raw in past.items()] if isinstance(past, dict) else []
        found = [(_year_label(key), self.number(key, raw, unit)) for key, raw in pairs]
        return tuple(sorted((key, figure) for key, figure in found if figure is not None))

    # -- days --------------------------------------------------------------------------------

    def as_of(self) -> tuple[date | None, bool]:
        """The day of the figures, and whether it was given as the end of a month."""
        raw = self.row.values.get("截至日期") or self.reader.defaults.get("截至日期")
        day = read_day(raw, self.reader.year)
        if day is None and not is_blank(raw):
            usual = "2024-12-30、12月30日或2024年11月末" if self.reader.year else ""
            hint = f"请写成 {usual or '2024-12-30、2024年11月末，写明年份'}。"
            self.report("bad-date", f"的截至日期“{raw}”无法识别。", key="截至日期", hint=hint)
        return day or (None, False)


def _year_label(key: str) -> str:
    """2023 and 2023年末 as 2023年; other labels as they stand."""
    match = _YEARS.fullmatch(key)
    return f"{match[1]}年" if match else key


def _looks_like_unit(text: str) -> bool:
    unit = read_unit(text)
    return unit.is_rate or unit.factor != 1 or unit.is_money or unit.name in _COUNT_WORDS

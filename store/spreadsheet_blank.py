"""The blank sheet of metrics: headers with notes, drop-downs, checks, and a sheet of examples."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from store.metric import NATURES, PLAN_BASES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openpyxl.worksheet.worksheet import Worksheet

SHEET: Final = "指标"
EXAMPLES: Final = "示例"  # `store.spreadsheet_mapping` passes it over
_ROWS: Final = 500
_UNITS: Final = ("万元", "亿元", "元", "万美元", "户", "张", "笔", "部", "件", "人", "次", "%")
_COLUMNS: Final[tuple[tuple[str, int, str], ...]] = (
    ("指标", 22, "必填。名称不要重复，如：各项存款。"),
    ("单位", 9, "必填。如：万元、户、%。"),
    ("性质", 8, "时点：某一天的余额；时期：一段时间的发生额；比率：百分比。"),
    (
        "谓语",
        10,
        "句子里跟在名称后面的词，如：余额；动词写在前面，如：实现～（～代表名称）。可不填。",
    ),
    ("期末", 12, "时点指标填这里：期末余额。"),
    ("本期", 12, "时期指标、比率填这里：本期发生额或比率。"),
    ("年初", 12, "时点指标的年初数。"),
    ("上年同期", 12, "上年同一时期的数。"),
    ("上期", 12, "上月、上季的数，用于环比。"),
    ("计划", 12, "计划数或控制目标。"),
    (
        "计划口径",
        10,
        "有计划就要填。余额：计划的是期末余额；净增：比年初增加多少；累计：全年发生多少。",
    ),
    ("完成率", 10, "只有完成率、没有计划数时填，如：78%。"),
    ("截至日期", 13, "如：2024-12-30 或 2024年11月末。"),
    ("方向", 10, "成本、不良率等填越低越好。"),
    ("小数位", 8, "要固定小数位时填 0 到 8。"),
    ("分组", 14, "如：负债业务。指标表、图可以按分组取。"),
    ("上级指标", 14, "是哪个指标的一部分，用于占比，如：各项存款。"),
    ("别名", 14, "别的叫法，用顿号隔开。"),
    ("备注", 20, ""),
)
_EXAMPLE_ROWS: Final[tuple[tuple[object, ...], ...]] = (
    ("各项存款", "万元", "时点", "余额", 161131, None, 121338, None, None, 16000, "净增", None,
     "2024-12-30", "越高越好", None, "负债业务", None, None, "完成率按比年初净增计算"),
    ("个人存款", "万元", "时点", "余额", 127141, None, 93496, None, None, 11000, "净增", None,
     "2024-12-30", "越高越好", None, "负债业务", "各项存款", "储蓄存款", None),
    ("银行卡业务收入", "万元", "时期", "实现～", None, 382.4, None, 340, None, None, None, 0.78,
     "2024年11月末", "越高越好", 1, "中间业务", None, None, "只有完成率"),
    ("不良贷款率", "%", "比率", None, None, 1.2, 1.5, None, None, 1.5, "余额", None,
     "2024-12-31", "越低越好", 2, "资产质量", None, None, "越低越好：写“控制在计划以内”"),
)  # fmt: skip
_HELP: Final = (
    "一行一个指标，空行不要紧；黄色列头是必填项。",
    "数值可以写 1234.5、1,234.5、12万；没有数就留空或写“—”，不要写 0。",
    "有“计划”就要选“计划口径”，否则不算完成率。",
    "“检查”一列会提示缺什么；填好后用 wenshu metrics 文件名 查看算出的句子。",
)


def blank_workbook() -> bytes:
    """The .xlsx to fill in."""
    from openpyxl import Workbook  # noqa: PLC0415 (start-up)

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = SHEET
    _head(sheet)
    _validate(sheet)
    _check_column(sheet)
    examples = book.create_sheet(EXAMPLES)
    _head(examples)
    for row in _EXAMPLE_ROWS:
        examples.append([*row])
    examples["L4"].number_format = "0%"
    notes = book.create_sheet("填写说明")
    for line in _HELP:
        notes.append([line])
    notes.column_dimensions["A"].width = 90
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _head(sheet: Worksheet) -> None:
    from openpyxl.comments import Comment  # noqa: PLC0415
    from openpyxl.styles import Alignment, Font, PatternFill  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    for at, (name, width, note) in enumerate(_COLUMNS, 1):
        cell = sheet.cell(1, at, name)
        wanted = at <= 3
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="FFF2CC" if wanted else "DDEBF7")
        cell.alignment = Alignment(horizontal="center")
        if note:
            cell.comment = Comment(note, "文枢", width=260, height=90)
        sheet.column_dimensions[get_column_letter(at)].width = width
    sheet.freeze_panes = "B2"


def _letter(name: str) -> str:
    return chr(65 + [column[0] for column in _COLUMNS].index(name))


def _validate(sheet: Worksheet) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415

    def choose(name: str, words: Sequence[str], *, strict: bool = True) -> None:
        rule = DataValidation("list", formula1=f'"{",".join(words)}"', allow_blank=True)
        rule.showErrorMessage = strict
        rule.errorTitle, rule.error = name, "请从下拉列表中选择。"
        column = _letter(name)
        rule.add(f"{column}2:{column}{_ROWS}")
        sheet.add_data_validation(rule)

    choose("单位", _UNITS, strict=False)
    choose("性质", NATURES)
    choose("计划口径", PLAN_BASES)
    choose("方向", ("越高越好", "越低越好"))
    digits = DataValidation("whole", operator="between", formula1="0", formula2="8")
    digits.allow_blank, digits.showErrorMessage = True, True
    digits.error = "请填 0 到 8 的整数。"
    digits.add(f"{_letter('小数位')}2:{_letter('小数位')}{_ROWS}")
    sheet.add_data_validation(digits)


def _check_column(sheet: Worksheet) -> None:
    """A column of formulas that say what a row lacks, and red for names that repeat."""
    from openpyxl.formatting.rule import FormulaRule  # noqa: PLC0415
    from openpyxl.styles import Font, PatternFill  # noqa: PLC0415

    at = len(_COLUMNS) + 1
    sheet.cell(1, at, "检查").font = Font(bold=True, color="C00000")
    sheet.column_dimensions[chr(64 + at)].width = 28
    closing, flow = _letter("期末"), _letter("本期")
    plan, basis, start = _letter("计划"), _letter("计划口径"), _letter("年初")
    for row in range(2, _ROWS + 1):
        sheet.cell(row, at).value = (
            f'=IF(A{row}="","",IF(COUNTIF(A$2:A${_ROWS},A{row})>1,"名称重复",'
            f'IF(B{row}="","请填单位",IF(C{row}="","请选性质",'
            f'IF(AND({closing}{row}="",{flow}{row}=""),"请填期末或本期",'
            f'IF(AND({plan}{row}<>"",{basis}{row}=""),"请选计划口径",'
            f'IF(AND({basis}{row}="净增",C{row}="时点",{start}{row}=""),"净增口径须填年初",'
            f'"")))))))'
        )
    red = PatternFill("solid", bgColor="F8CBAD")
    rule = FormulaRule(formula=[f'AND($A2<>"",COUNTIF($A$2:$A${_ROWS},$A2)>1)'], fill=red)  # type: ignore[no-untyped-call]
    sheet.conditional_formatting.add(f"A2:A{_ROWS}", rule)

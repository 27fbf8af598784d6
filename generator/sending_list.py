"""Sending lists of 短信模板: a message a customer, checked before it is handed to the gateway.

Numbers are validated, duplicates and opt-outs left out with a report; the signature stands in
front, the refusal line behind marketing texts. Customer lists are only read: nothing of them is
kept in the workspace.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from generator.sending_scenes import SIGNATURE, Scene, choose_scene, scenes
from store import files
from store.amounts import normalise
from store.exceptions import EnvironmentRefused, InputError, UsageError
from store.missing import near_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from generator.batch_rows import BatchRow, BatchTable
    from store import Workspace

__all__ = [
    "HEADER",
    "Message",
    "Removed",
    "Scene",
    "SendingList",
    "choose_scene",
    "clean_phone",
    "make_sending_list",
    "scenes",
    "write_sending_list",
]

SINGLE: Final = 70
MULTI: Final = 67
REFUSAL: Final = "拒收请回复R"
HEADER: Final = ("手机号", "内容", "字数", "条数")
_PHONES: Final = ("手机号", "手机号码", "手机", "联系电话", "电话")
_OPT_OUTS: Final = ("退订", "拒收", "不接收短信")
_NAMES: Final = ("姓名", "客户姓名", "名称")
_GENDERS: Final = ("性别", "称谓")
_ADDRESSES: Final = frozenset({"称呼", "尊称", "客户称呼", "客户称谓", "称谓"})
_MOBILE: Final = re.compile(r"1[3-9][0-9]{9}")
_PLACE: Final = re.compile(r"〔([^〔〕]{1,20})〕")
_REFUSES: Final = re.compile(r"拒收|退订|回复\s*(?:R|T|TD|N)\b|回T退", re.IGNORECASE)
_YES: Final = frozenset({"是", "y", "yes", "true", "1", "退订", "拒收", "√", "已退订"})
_COMPOUND: Final = frozenset(
    (
        "欧阳",
        "司马",
        "上官",
        "诸葛",
        "东方",
        "皇甫",
        "尉迟",
        "公孙",
        "慕容",
        "令狐",
        "司徒",
        "夏侯",
        "端木",
    )
)


@dataclass(slots=True, frozen=True)
class Message:
    """One message: to whom, what, how long, and as how many it is charged."""

    phone: str
    text: str
    length: int
    parts: int


@dataclass(slots=True, frozen=True)
class Removed:
    """A row that gets no message; an opt-out or a duplicate is no error.

    `absent` names the columns, where all that the row lacks is in no row of the table.
    """

    row: int
    field: str
    message: str
    is_error: bool = True
    absent: tuple[str, ...] = ()


@dataclass(slots=True)
class SendingList:
    """The messages of a scene and the rows left out."""

    scene: str
    messages: list[Message] = field(default_factory=list)
    removed: list[Removed] = field(default_factory=list)


def make_sending_list(workspace: Workspace, wanted: str, table: BatchTable) -> SendingList:
    """A message for each customer of a table.

    Args:
        workspace: The open workspace.
        wanted: The document, with `#scene` where it holds several.
        table: The customers.

    Raises:
        UsageError: The scene is not there or not named, or no column holds phone numbers.
        InputError: The document holds no message.
    """
    identity, _, name = wanted.partition("#")
    scene = choose_scene(scenes(workspace, identity), name.strip())
    options = workspace.settings.raw.get("短信", {})
    company = workspace.settings.company
    writer = _Writer(
        scene=scene,
        options=options if isinstance(options, dict) else {},
        company=company,
        columns=table.columns,
        opted_out=_opted_out(workspace, options if isinstance(options, dict) else {}),
    )
    result = SendingList(scene.name)
    for row in table.rows:
        made = writer.write(row)
        if isinstance(made, Message):
            result.messages.append(made)
        else:
            result.removed.append(made)
    return result


def _opted_out(workspace: Workspace, options: Mapping[str, object]) -> frozenset[str]:
    """The numbers of the opt-out file that [短信] 退订名单 names."""
    name = options.get("退订名单")
    if not name:
        return frozenset()
    path = workspace.root / str(name)
    if not path.is_file():
        hint = "请检查 wenshu.toml 的 [短信] 退订名单。"
        raise InputError(f"退订名单 {path} 不存在。", hint=hint, path=str(path))
    text = files.decode(files.read_bytes(path), path)
    return frozenset(clean_phone(line.split(",")[0]) for line in text.splitlines() if line.strip())


def clean_phone(value: object) -> str:
    """A phone number without spaces, dashes and the country's prefix."""
    text = re.sub(r"[\s\-()]", "", normalise(str(value)))
    return re.sub(r"^(?:\+?0{0,2}86)(?=1[3-9]\d{9}$)", "", text)


@dataclass(slots=True)
class _Writer:
    """Writes the message of each row."""

    scene: Scene
    options: Mapping[str, object]
    company: Mapping[str, str]
    columns: tuple[str, ...]
    opted_out: frozenset[str]
    _seen: dict[str, int] = field(default_factory=dict)

    def write(self, row: BatchRow) -> Message | Removed:
        """The row's message, or why it gets none."""
        # A variable 〔联系电话〕 is the office's own number, not the customer's.
        own = set(_PLACE.findall(self.scene.text))
        column = next((name for name in _PHONES if name in self.columns and name not in own), "")
        if not column:
            raise UsageError(
                "客户表中没有手机号一列。", hint="列名可写：" + "、".join(_PHONES) + "。"
            )
        if row.faults:
            return Removed(row.number, row.faults[0][0], f"{row.faults[0][1]}。")
        phone = clean_phone(row.values.get(column, ""))
        if not _MOBILE.fullmatch(phone):
            shown = row.values.get(column, "空")
            return Removed(row.number, column, f"手机号“{shown}”不是有效的 11 位手机号。")
        if phone in self.opted_out or self._refuses(row):
            return Removed(row.number, column, f"{phone} 已退订。", is_error=False)
        if phone in self._seen:
            first = self._seen[phone]
            message = f"手机号 {phone} 与第 {first} 行重复。"
            return Removed(row.number, column, message, is_error=False)
        missing = [name for name in _PLACE.findall(self.scene.text) if not self._value(name, row)]
        if missing:
            known = any(one in self.columns or near_names(one, self.columns) for one in missing)
            absent = () if known else tuple(dict.fromkeys(missing))
            reason = self._missing(missing, row)
            return Removed(row.number, missing[0], reason, absent=absent)
        self._seen[phone] = row.number
        text = self._text(row)
        length = len(text.encode("utf-16-le")) // 2
        return Message(phone, text, length, self._parts(length))

    def _refuses(self, row: BatchRow) -> bool:
        return any(str(row.values.get(name, "")).strip().lower() in _YES for name in _OPT_OUTS)

    def _missing(self, missing: list[str], row: BatchRow) -> str:
        names = "、".join(f"“{name}”" for name in dict.fromkeys(missing))
        near = near_names(missing[0], self.columns) if missing[0] not in self.columns else ()
        hint = f"，是不是“{'”或“'.join(near)}”列？" if near else "。"
        return f"缺少{names}（表格第 {row.line} 行）{hint}"

    def _value(self, name: str, row: BatchRow) -> str:
        """The column of a variable, or the form of address made from name and gender."""
        value = row.values.get(name)
        if value is None and name in _ADDRESSES:
            return self._address(row)
        if value is None:
            bare = name.removeprefix("客户")
            value = row.values.get(bare) or row.values.get(f"客户{name}") or self.company.get(name)
        return "" if value is None else str(value)

    @staticmethod
    def _address(row: BatchRow) -> str:
        """王先生, 欧阳女士; the whole name where the gender is unknown."""
        name = next((str(row.values[key]) for key in _NAMES if key in row.values), "")
        gender = next((str(row.values[key]) for key in _GENDERS if key in row.values), "")
        title = "先生" if "男" in gender or "先生" in gender else ""
        title = "女士" if "女" in gender else title
        if not name or not title:
            return name
        surname = name[:2] if name[:2] in _COMPOUND and len(name) > 2 else name[:1]
        return surname + title

    def _text(self, row: BatchRow) -> str:
        text = _PLACE.sub(lambda match: self._value(match[1], row), self.scene.text)
        if not SIGNATURE.match(text):
            signature = self.scene.signature or str(self.options.get("签名") or "")
            usual = self.company.get("简称") or self.company.get("名称") or ""
            signature = (signature or usual).strip("【】")
            text = f"【{signature}】{text}" if signature else text
        if self.scene.is_marketing and not _REFUSES.search(text):
            refusal = str(self.options.get("拒收语") or REFUSAL)
            text = f"{text.rstrip('。')}。{refusal}"
        return text

    def _parts(self, length: int) -> int:
        """As how many messages a text is charged."""
        single = _positive(self.options.get("每条字数"), SINGLE)
        multi = _positive(self.options.get("长短信每段"), MULTI)
        return 1 if length <= single else -(-length // multi)


def _positive(value: object, usual: int) -> int:
    return value if isinstance(value, int) and value > 0 else usual


def write_sending_list(made: SendingList, target: Path) -> None:
    """Write a list as .xlsx or .csv.

    Raises:
        EnvironmentRefused: The file is there already, or cannot be written.
    """
    if target.exists():
        raise EnvironmentRefused(f"“{target.name}”已经存在，没有覆盖。", hint="请换一个文件名。")
    csv_wanted = target.suffix.lower() == ".csv"
    files.write_atomic(target, _as_csv(made) if csv_wanted else _as_xlsx(made))


def _rows(made: SendingList) -> Iterator[tuple[str, str, int, int]]:
    for message in made.messages:
        yield message.phone, message.text, message.length, message.parts


def _as_csv(made: SendingList) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(HEADER)
    writer.writerows(_rows(made))
    return buffer.getvalue().encode("utf-8-sig")


def _as_xlsx(made: SendingList) -> bytes:
    from openpyxl import Workbook  # noqa: PLC0415 (start-up)

    book = Workbook(write_only=True)
    sheet = book.create_sheet("发送名单")
    sheet.column_dimensions["A"].width = 14
    sheet.column_dimensions["B"].width = 90
    sheet.append(HEADER)
    for row in _rows(made):
        sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()

"""The form for a document's front matter: every field of the schema, lists row by row.

The same values are read from a file and from a sent form, so that only what a person really
changed is written; keys that the schema does not know stay as they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from store.dates import parse_date
from store.schema import ATTACHMENT_TYPES, BY_ATTRIBUTE, field_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from store.document import Meta

MOST_ROWS: Final = 200
LONGEST: Final = 2000
_ROW: Final = re.compile(r"([a-z_]+)-([0-9]{1,4})-[a-z_]+")
_SEPARATOR: Final = re.compile(r"[、;；,，\n]")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a field that holds rows: its key in the file, its name in the form."""

    key: str
    name: str
    sort: str = "text"
    choices: tuple[str, ...] = ()


TEXTS: Final = {
    "basis": Column("文件名称或编号", "value"),
    "supersedes": Column("文件名称或编号", "value"),
    "tags": Column("标签", "value"),
    "data": Column("数据文件", "value"),
}
TABLES: Final = {
    "revisions": (
        Column("版本", "version"),
        Column("日期", "date", "date"),
        Column("说明", "note"),
        Column("修订人", "revised_by"),
        Column("批准人", "approved_by"),
    ),
    "publicity": (
        Column("方式", "way"),
        Column("日期", "date", "date"),
        Column("材料", "material"),
    ),
    "notice": (
        Column("方式", "way"),
        Column("日期", "date", "date"),
        Column("人数", "people"),
        Column("材料", "material"),
    ),
    "attachments": (
        Column("名称", "name"),
        Column("文件", "file"),
        Column("类型", "type", "choice", ATTACHMENT_TYPES),
    ),
}
DUE_PROCESS: Final = (
    Column("讨论日期", "discussed", "date"),
    Column("讨论形式", "form"),
    Column("协商日期", "negotiated", "date"),
    Column("协商对象", "counterpart"),
    Column("材料", "material"),
)
DAYS: Final = ("published", "effective", "expires", "valid_through", "review_due")
SCALARS: Final = (
    "title", "kind", "number", "department", "position", "period", "subject", "year", "version",
    "status", "confidentiality", *DAYS, "drafted_by", "reviewed_by", "approved_by", "issued_by",
    "interpreted_by", "scope", "affects_interests",
)  # fmt: skip
GROUPS: Final = (
    ("基本信息", ("title", "kind", "number", "department", "position", "period", "subject", "year",
              "version", "status", "confidentiality", "scope")),
    ("日期", DAYS),
    ("经办", ("drafted_by", "reviewed_by", "approved_by", "issued_by", "interpreted_by")),
    ("相关文件和标签", ("basis", "supersedes", "tags", "data")),
    ("修订记录", ("revisions",)),
    ("民主程序与告知", ("affects_interests", "due_process", "publicity", "notice")),
    ("附件", ("attachments",)),
)  # fmt: skip

Row = dict[str, str]


@dataclass(slots=True)
class Values:
    """What stands in the form: single values, and rows.

    Attributes:
        single: By attribute.
        rows: Of lists and tables by attribute; a row's key `was` tells which row of the file it is.
        extra: Keys of the file that the schema does not know.
    """

    single: dict[str, str] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=dict)
    extra: dict[str, object] = field(default_factory=dict)

    def of(self, attribute: str) -> object:
        """The value of an attribute, for comparing."""
        if attribute not in self.rows:
            return self.single.get(attribute, "")
        shown = [{k: v for k, v in row.items() if k != "was"} for row in self.rows[attribute]]
        return shown if attribute != "due_process" or any(shown[0].values()) else []


ATTRIBUTES: Final = (*SCALARS, *TEXTS, *TABLES, "due_process")


def from_meta(meta: Meta, kind_name: str) -> Values:
    """The form of a file as it stands; what cannot be understood stands as it was written."""
    found = Values(extra=dict(meta.extra))
    raw = {f.attribute: value for key, value in meta.raw.items() if (f := field_of(key))}
    for attribute in SCALARS:
        found.single[attribute] = _scalar(attribute, raw.get(attribute, ""))
    found.single["kind"] = kind_name or found.single["kind"]
    found.single["status"] = meta.status
    for attribute in TEXTS:
        texts = getattr(meta, attribute)
        found.rows[attribute] = [{"value": text} for text in texts]
    for attribute, columns in TABLES.items():
        items = raw.get(attribute, [])
        listed = items if isinstance(items, list) else [items] if isinstance(items, dict) else []
        found.rows[attribute] = [
            _row(item, columns) | {"was": str(at)}
            for at, item in enumerate(listed)
            if isinstance(item, dict)
        ]
    due = raw.get("due_process", {})
    found.rows["due_process"] = [_row(due if isinstance(due, dict) else {}, DUE_PROCESS)]
    return found


def _scalar(attribute: str, value: object) -> str:
    text = "、".join(map(str, value)) if isinstance(value, list) else str(value).strip()
    if attribute in DAYS:
        return iso(text)
    if attribute == "affects_interests":
        return "是" if text.lower() in {"是", "有", "yes", "true"} else "否" if text else ""
    return text


def iso(text: str) -> str:
    """A day as the browser's date field wants it; what is no day stays."""
    try:
        return parse_date(text).isoformat() if text else ""
    except ValueError:
        return text


def _row(item: Mapping[str, object], columns: tuple[Column, ...]) -> Row:
    row = {}
    for column in columns:
        text = str(item.get(column.key, item.get(column.name, "")) or "").strip()
        row[column.name] = iso(text) if column.sort == "date" else text
    if "type" in row:
        row["type"] = row["type"] or "其他"
    return row


# -- what was sent ------------------------------------------------------------


def from_form(form: Mapping[str, str], before: Values) -> Values:
    """The form as it was sent; rows without anything are left out.

    Args:
        form: Names of controls and what they hold.
        before: The values of what was not sent.
    """
    found = Values(dict(before.single), dict(before.rows), before.extra)
    for attribute in SCALARS:
        if attribute in form:
            found.single[attribute] = form[attribute].strip()[:LONGEST]
    tables = {k: (c,) for k, c in TEXTS.items()} | TABLES | {"due_process": DUE_PROCESS}
    for attribute, columns in tables.items():
        if indices := _indices(form, attribute):
            rows = [_sent(form, f"{attribute}-{at}", columns) for at in indices]
            kept = attribute == "due_process"
            found.rows[attribute] = [row for row in rows if kept or _filled(row)]
    return found


def _indices(form: Mapping[str, str], attribute: str) -> list[int]:
    matches = (_ROW.fullmatch(key) for key in form)
    return sorted({int(m[2]) for m in matches if m and m[1] == attribute})[:MOST_ROWS]


def _sent(form: Mapping[str, str], prefix: str, columns: tuple[Column, ...]) -> Row:
    row = {c.name: form.get(f"{prefix}-{c.name}", "").strip()[:LONGEST] for c in columns}
    if was := form.get(f"{prefix}-was", ""):
        row["was"] = was
    return row


def _filled(row: Row) -> bool:
    return any(value for key, value in row.items() if key not in {"was", "type"})


# -- what changes ------------------------------------------------------------


def changed(before: Values, after: Values) -> list[str]:
    """The attributes that a person changed."""
    return [name for name in ATTRIBUTES if before.of(name) != after.of(name)]


def to_write(
    attributes: list[str], values: Values, raw: Mapping[str, object]
) -> dict[str, object | None]:
    """The changed values as the file has them, by Chinese name; None removes a key."""
    return {BY_ATTRIBUTE[name].name: _written(name, values, raw) for name in attributes}


def _written(attribute: str, values: Values, raw: Mapping[str, object]) -> object | None:
    if attribute in SCALARS:
        return values.single[attribute] or None
    rows = values.rows[attribute]
    if attribute in TEXTS:
        texts = [row["value"] for row in rows]
        if len(texts) == 1 and not _SEPARATOR.search(texts[0]) and attribute != "tags":
            return texts[0]
        return texts or None
    items = next((v for k, v in raw.items() if (f := field_of(k)) and f.attribute == attribute), [])
    if attribute == "due_process":
        made = _item(rows[0], DUE_PROCESS, items if isinstance(items, dict) else {})
        return made or None
    listed = items if isinstance(items, list) else [items]
    return [_item(row, TABLES[attribute], _original(row, listed)) for row in rows] or None


def _original(row: Row, listed: list[object]) -> Mapping[str, object]:
    at = int(row["was"]) if row.get("was", "").isdecimal() else -1
    item = listed[at] if 0 <= at < len(listed) else None
    return item if isinstance(item, dict) else {}


def _item(
    row: Row, columns: tuple[Column, ...], original: Mapping[str, object]
) -> dict[str, object]:
    """A row as a mapping; keys of the file that have no column stay."""
    known = {key for column in columns for key in (column.key, column.name)}
    made: dict[str, object] = {c.key: row[c.name] for c in columns if row.get(c.name)}
    return made | {key: value for key, value in original.items() if key not in known}

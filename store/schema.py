"""Front matter by the schema: which keys there are, what they hold, how they are converted.

One table names every field; each converter turns the string a person wrote into a typed value or
raises `ValueError`, which becomes a problem with the key's line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from store.dates import parse_date, parse_period
from store.document import Attachment, DueProcess, Meta, Notice, Revision
from store.model import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from store.kinds import Kind

YES: Final = frozenset({"是", "有", "yes", "true", "y", "1", "对", "√"})
NO: Final = frozenset({"否", "无", "no", "false", "n", "0", "不", "×", ""})
DEFAULT_CONFIDENTIALITY: Final = ("公开", "内部", "商密")
ATTACHMENT_TYPES: Final = ("表单", "盖章扫描件", "原始文件", "定稿件", "其他")


@dataclass(slots=True, frozen=True)
class Field:
    """A front-matter key: attribute of `Meta`, Chinese name, further spellings, sort of value."""

    attribute: str
    name: str
    aliases: tuple[str, ...] = ()
    sort: str = "text"


FIELDS: Final = (
    Field("title", "标题"),
    Field("kind", "类别"),
    Field("number", "编号", ("文号", "文件编号")),
    Field("department", "部门", ("归口部门", "所属部门")),
    Field("position", "岗位"),
    Field("period", "期间", (), "period"),
    Field("subject", "主体"),
    Field("year", "年度", (), "year"),
    Field("version", "版本"),
    Field("status", "状态"),
    Field("published", "发布日期", (), "date"),
    Field("effective", "生效日期", ("施行日期",), "date"),
    Field("expires", "失效日期", ("废止日期",), "date"),
    Field("valid_through", "有效期至", (), "date"),
    Field("review_due", "复审日期", (), "date"),
    Field("drafted_by", "起草"),
    Field("reviewed_by", "审核"),
    Field("approved_by", "批准"),
    Field("issued_by", "发布单位"),
    Field("interpreted_by", "解释部门"),
    Field("scope", "适用范围"),
    Field("confidentiality", "密级"),
    Field("basis", "上位依据", (), "texts"),
    Field("supersedes", "替代", (), "texts"),
    Field("revisions", "修订记录", (), "revisions"),
    Field("affects_interests", "涉及切身利益", (), "flag"),
    Field("due_process", "民主程序", (), "due_process"),
    Field("publicity", "公示", (), "notices"),
    Field("notice", "告知", (), "notices"),
    Field("attachments", "附件", (), "attachments"),
    Field("tags", "标签", (), "texts"),
    Field("data", "数据", (), "texts"),
)

# 《…》 may hold any of the marks that stand between the texts of a list.
_BETWEEN_TEXTS: Final = re.compile(r"[、;；,，\n](?![^《》]*》)")

BY_ATTRIBUTE: Final = {field.attribute: field for field in FIELDS}
_SPELLINGS: Final = {
    spelling: field
    for field in FIELDS
    for spelling in (field.name, field.attribute, *field.aliases)
}
ALIASES: Final = {spelling: field.name for spelling, field in _SPELLINGS.items()}


def field_of(key: str) -> Field | None:
    """The field that a key of the front matter names, in any accepted spelling."""
    return _SPELLINGS.get(key) or _SPELLINGS.get(re.sub(r"\s+", "", key).lower())


def line_of(attribute: str, lines: Mapping[str, int]) -> int:
    """The line of a field in a table, whatever its key's spelling; 1 where it is missing."""
    return next(
        (at for key, at in lines.items() if (f := field_of(key)) and f.attribute == attribute), 1
    )


@dataclass(slots=True)
class Converted:
    """What came of a table: the typed values and what was wrong."""

    meta: Meta
    problems: list[Problem]


def convert(
    values: Mapping[str, object],
    find_kind: Callable[[str], Kind | None],
    lines: Mapping[str, int] | None = None,
    path: str = "",
) -> Converted:
    """Type a table's values.

    Args:
        values: Keys as written, scalars as strings.
        find_kind: Looks up a kind by name, alias or slug.
        lines: The line of each key, for the problems.
        path: The file, for the problems.
    """
    problems: list[Problem] = []
    typed: dict[str, Any] = {}  # as FIELDS says, attribute by attribute
    extra: dict[str, object] = {}
    for key, value in values.items():
        field = _SPELLINGS.get(key) or field_of(key)
        if field is None:
            extra[key] = value
            continue
        if field.attribute in typed:
            line = (lines or {}).get(key, 1)
            problems.append(
                _problem(
                    path, line, "double-key", f"“{field.name}”写了两次（{key}）。", "请只保留一处。"
                )
            )
            continue
        try:
            typed[field.attribute] = _CONVERTERS[field.sort](value)
        except ValueError as error:
            problems.append(_invalid(field, value, error, path, (lines or {}).get(key, 1)))
    meta = Meta(extra=extra, raw=values, **typed)
    kind = _settle_kind(meta, typed, find_kind, problems, lines or {}, path)
    _settle_status(meta, kind)
    if meta.period is not None:
        meta.year = meta.period.year
    return Converted(meta, problems)


def _settle_kind(
    meta: Meta,
    typed: Mapping[str, object],
    find_kind: Callable[[str], Kind | None],
    problems: list[Problem],
    lines: Mapping[str, int],
    path: str,
) -> Kind | None:
    wanted = str(typed.get("kind", ""))
    kind = find_kind(wanted) if wanted else None
    if wanted and kind is None:
        line = line_of("kind", lines)
        problems.append(
            _problem(
                path,
                line,
                "unknown-kind",
                f"没有“{wanted}”这个类别。",
                "可用的类别见 wenshu list --help，或在 templates 中新建一个类别。",
            )
        )
    meta.kind = kind.slug if kind else "other"
    return kind


def _settle_status(meta: Meta, kind: Kind | None) -> None:
    if meta.status:
        return
    if kind is not None and kind.life_cycle:
        meta.status = "现行" if meta.effective or meta.published else "效力待确认"
    else:
        meta.status = "定稿"


def _invalid(field: Field, value: object, error: ValueError, path: str, line: int) -> Problem:
    if field.sort == "date":
        return _problem(
            path,
            line,
            "bad-date",
            f"“{field.name}”的值“{_brief(value)}”不是有效日期。",
            "请写成 2024-01-05 或 2024年1月5日。",
        )
    if field.sort == "period":
        return _problem(
            path,
            line,
            "bad-period",
            f"“期间”的值“{_brief(value)}”无法识别。",
            "请写成 2024年、2024年上半年、2024年第三季度 或 2024年11月。",
        )
    return _problem(
        path,
        line,
        "bad-value",
        f"“{field.name}”的值“{_brief(value)}”有误：{error}。",
        "请对照自带资料库中的写法。",
    )


def _brief(value: object) -> str:
    text = str(value)
    return text if len(text) <= 30 else text[:30] + "…"


def _problem(path: str, line: int, code: str, message: str, hint: str) -> Problem:
    return Problem(path, line, "error", code, message, hint)


# -- converters ---------------------------------------------------------------------------------


def _text(value: object) -> str:
    if isinstance(value, list):
        return "、".join(_text(item) for item in value)
    if isinstance(value, dict):
        raise ValueError("应为文字")  # noqa: TRY004 - what a converter raises
    return str(value).strip()


def _date(value: object) -> date | None:
    text = _text(value)
    return parse_date(text) if text else None


def _period(value: object) -> object:
    text = _text(value)
    return parse_period(text) if text else None


def _year(value: object) -> int | None:
    text = _text(value).removesuffix("度").removesuffix("年")
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{4}", text):
        raise ValueError("应为四位年份")
    return int(text)


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(text for text in (_text(item) for item in value) if text)
    text = _text(value)
    if not text:
        return ()
    parts = _BETWEEN_TEXTS.split(text)
    return tuple(part.strip() for part in parts if part.strip())


def _flag(value: object) -> bool:
    text = _text(value).lower()
    if text in YES:
        return True
    if text in NO:
        return False
    raise ValueError("应为“是”或“否”")


def _mapping(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise ValueError("应写成“{键: 值, …}”的形式")  # noqa: TRY004
    return value


def _mappings(value: object) -> list[dict[str, object]]:
    if isinstance(value, dict):
        return [value]
    if value == "":
        return []
    if not isinstance(value, list):
        raise ValueError("应写成列表，每行一项“- {键: 值}”")  # noqa: TRY004
    return [_mapping(item) for item in value]


def _pick(item: Mapping[str, object], *keys: str) -> object:
    for key in keys:
        if key in item:
            return item[key]
    return ""


def _revisions(value: object) -> tuple[Revision, ...]:
    return tuple(
        Revision(
            _text(_pick(item, "版本", "version")),
            _date(_pick(item, "日期", "date")),
            _text(_pick(item, "说明", "note", "内容")),
            _text(_pick(item, "修订人", "revised_by")),
            _text(_pick(item, "批准人", "approved_by")),
        )
        for item in _mappings(value)
    )


def _due_process(value: object) -> DueProcess | None:
    if value == "":
        return None
    item = _mapping(value)
    return DueProcess(
        _date(_pick(item, "讨论日期", "discussed")),
        _text(_pick(item, "讨论形式", "form")),
        _date(_pick(item, "协商日期", "negotiated")),
        _text(_pick(item, "协商对象", "counterpart")),
        _text(_pick(item, "材料", "material")),
    )


def _notices(value: object) -> tuple[Notice, ...]:
    return tuple(
        Notice(
            _text(_pick(item, "方式", "way")),
            _date(_pick(item, "日期", "date")),
            _text(_pick(item, "人数", "people")),
            _text(_pick(item, "材料", "material")),
        )
        for item in _mappings(value)
    )


def _attachments(value: object) -> tuple[Attachment, ...]:
    found = tuple(
        Attachment(
            _text(_pick(item, "名称", "name")),
            _text(_pick(item, "文件", "file")),
            _text(_pick(item, "类型", "type")) or "其他",
        )
        for item in _mappings(value)
    )
    for item in found:
        if item.type not in ATTACHMENT_TYPES:
            raise ValueError(f"附件类型“{item.type}”应为 {'、'.join(ATTACHMENT_TYPES)} 之一")
    return found


_CONVERTERS: Final[dict[str, Callable[[object], object]]] = {
    "text": _text,
    "date": _date,
    "period": _period,
    "year": _year,
    "texts": _texts,
    "flag": _flag,
    "revisions": _revisions,
    "due_process": _due_process,
    "notices": _notices,
    "attachments": _attachments,
}


# -- back to JSON -------------------------------------------------------------------------------


def meta_json(meta: Meta) -> dict[str, object]:
    """Front matter as JSON: English names, ISO dates, None where absent, unknown keys kept."""
    found: dict[str, object] = {}
    for field in FIELDS:
        found[field.attribute] = _json(getattr(meta, field.attribute))
    found.update({key: _json(value) for key, value in meta.extra.items()})
    return found


def _json(value: object) -> object:
    from store.jsonable import to_jsonable  # noqa: PLC0415 - used by --json only

    converted = to_jsonable(value)
    return None if converted == "" else converted

"""The table in front of a document through the API: read, and changed field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from store import frontmatter, publishing
from store.concluding import FINISHED, conclude
from store.exceptions import InvalidValue
from store.history import acting_as
from store.placeholders import refuse_unfilled
from store.schema import ALIASES, convert, field_of, meta_json
from web.api.shapes import ref
from web.api.table import exact, route
from web.api.writing import fresh, made
from web.metacheck import holds_control, shown
from web.pages.edit_meta import why_not_file
from web.site import note, person, rights, site, view

if TYPE_CHECKING:
    from flask import Response

    from store.catalogue import Entry
    from web.api.table import Call

_ITEM: Final = {"type": ["string", "number", "boolean", "object", "null"], "maxLength": 4000}
_VALUE: Final = {
    "type": ["string", "boolean", "array", "object", "null"],
    "maxLength": 4000,
    "maxItems": 200,
    "items": _ITEM,
}
_FILES: Final = frozenset({"数据", "附件"})


@route("GET", "/meta/{id}", "信息表和校验值", ref("Meta"))
def meta(call: Call) -> Response:
    """The table of a document that the person may see."""
    entry = view().entry(call.id)
    now = view().workspace.read(entry)[4]
    return exact({"id": entry.id, "meta": meta_json(entry.meta), "hash": now}, tag=now)


@route(
    "PATCH", "/meta/{id}", "修改信息表：项名写中文或英文，值为 null 的项删去", ref("Made"),
    guarded=True,
    body={"type": "object", "additionalProperties": _VALUE, "maxProperties": 60},
)  # fmt: skip
def save_meta(call: Call) -> Response:
    """Change some fields; what the fields do not allow is refused and nothing is written."""
    entry, whole_text, now = fresh(call.id)
    changes = {_key(name): _plain(value) for name, value in call.body.items()}
    _check_changes(entry, changes)
    finishing = _finishes(entry, changes)
    freezing = finishing and bool(entry.meta.data)
    written = {name: value for name, value in changes.items() if not freezing or name != "状态"}
    edited = frontmatter.edit(whole_text, written, ALIASES)
    _check_table(entry, edited, set(written))
    if finishing:  # before anything is written
        refuse_unfilled(entry.id, edited, _kind_of(entry, changes))
    with acting_as(person().name):
        if edited != whole_text:
            publishing.save_text(view().workspace, entry.id, edited, expected=now)
        if freezing:
            conclude(site().library.for_writing(), entry.id)
    note("修改信息", entry.id, "、".join(changes))
    return made(entry.id)


def _kind_of(entry: Entry, changes: dict[str, object]) -> str:
    kind = view().workspace.find_kind(str(changes.get("类别") or entry.meta.kind))
    return kind.slug if kind else ""


def _finishes(entry: Entry, changes: dict[str, object]) -> bool:
    """Whether a document without a life cycle becomes 定稿, which it also is without a status."""
    kind = view().workspace.kinds.get(_kind_of(entry, changes))
    if "状态" not in changes or (kind is not None and kind.life_cycle):
        return False
    wanted = changes["状态"] or ("" if entry.meta.status == FINISHED else FINISHED)
    return wanted == FINISHED


def _key(name: str) -> str:
    """The Chinese name of a field, in whatever spelling the table would understand it."""
    found = field_of(name)
    return found.name if found is not None else name


def _plain(value: object, depth: int = 0) -> object:
    """A JSON value as the table holds it; numbers as texts, nothing nested deeply.

    Raises:
        InvalidValue: It is nested too deeply.
    """
    if depth > 3:
        raise InvalidValue("信息表的值嵌套过深。")
    if isinstance(value, str) and holds_control(value):
        raise InvalidValue(f"“{shown(value)[:40]}”含有控制字符，不能写进信息表。")
    if isinstance(value, dict):
        if any(holds_control(str(key)) for key in value):
            raise InvalidValue("信息表的键含有控制字符。")
        return {str(key): _plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, depth + 1) for item in value]
    if isinstance(value, bool) or (value is None and depth == 0):
        return value
    return "" if value is None else str(value)


def _check_changes(entry: Entry, changes: dict[str, object]) -> None:
    """Refuse what the form of the page would not offer.

    Raises:
        InvalidValue: A name, a status, a 密级 or a file's place cannot be used.
    """
    find = view().workspace.find_kind
    kind = find(str(changes.get("类别") or entry.meta.kind))
    allowed = {"状态": kind.statuses if kind else (), "密级": rights().levels}
    for name, value in changes.items():
        if not name.strip() or not name.isprintable() or len(name) > 40:
            raise InvalidValue(f"“{name[:40]}”不能用作信息表的项名。")
        field = field_of(name)
        if not rights().sets(field.attribute if field else ""):
            raise InvalidValue(f"{name}只有制度管理员能改。")
        if value and name in allowed and value not in allowed[name]:
            raise InvalidValue(f"{name}不能是“{value}”。")
        if name == "标题" and not str(value or "").strip():
            raise InvalidValue("标题不能为空。")
        if name in _FILES and value is not None:
            _check_files(entry, name, value)


def _check_files(entry: Entry, name: str, value: object) -> None:
    """Files that were not named before lie in the library, and the person may see all of it."""
    before = {one.file for one in entry.meta.attachments} | set(entry.meta.data)
    for item in value if isinstance(value, list) else [value]:
        place = item.get("文件", item.get("file", "")) if isinstance(item, dict) else item
        text = str(place)
        if text in before:
            continue
        why = (
            why_not_file(entry, text, data=name == "数据") if text.isprintable() else "不是文件名。"
        )
        if why:
            raise InvalidValue(f"{name}“{text[:60]}”：{why}")


def _check_table(entry: Entry, edited: str, changed: set[str]) -> None:
    """Refuse values that their fields cannot hold.

    Raises:
        InvalidValue: The first that does not fit.
    """
    workspace = view().workspace
    found = frontmatter.parse(edited, str(entry.path))
    converted = convert(found.values, workspace.find_kind, found.lines, str(entry.path))
    touched = {found.lines.get(name) for name in found.values if ALIASES.get(name, name) in changed}
    for problem in converted.problems:
        if problem.line in touched and problem.severity == "error":
            raise InvalidValue(problem.message, hint=problem.hint)

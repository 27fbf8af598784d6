"""What is wrong in the form for metadata, by the name of the control beside which it is said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from unicodedata import category

from store.dates import parse_date
from store.schema import BY_ATTRIBUTE, convert
from web.metaform import DAYS, DUE_PROCESS, SCALARS, TABLES, to_write

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.kinds import Kind
    from web.metaform import Values

_BY_NAME: Final = {f.name: attribute for attribute, f in BY_ATTRIBUTE.items()}


def errors(
    values: Values,
    attributes: list[str],
    *,
    kind: Kind | None,
    levels: tuple[str, ...],
    find_kind: Callable[[str], Kind | None],
) -> dict[str, str]:
    """What is wrong with the values that were changed, by the name of their control."""
    found: dict[str, str] = {}
    if not values.single["title"]:
        found["title"] = "标题不能为空。"
    if kind is None:
        found["kind"] = f"没有“{values.single['kind']}”这个类别。"
    for name, allowed in (("status", kind.statuses if kind else ()), ("confidentiality", levels)):
        value = values.single[name]
        touched = name in attributes or (name == "status" and "kind" in attributes)
        if touched and value and value not in allowed:
            found[name] = f"{BY_ATTRIBUTE[name].name}不能是“{value}”。"
    found |= _bad_characters(values, attributes)
    found |= _bad_days(values, attributes)
    written = to_write([a for a in attributes if a in SCALARS], values, {})
    raw = {key: value or "" for key, value in written.items() if value}
    lines = {key: at for at, key in enumerate(raw)}
    for problem in convert(raw, find_kind, lines).problems:
        attribute = _BY_NAME[list(raw)[problem.line]]
        found.setdefault(attribute, f"{problem.message}{problem.hint}")
    return found


def holds_control(text: str) -> bool:
    """Whether a text holds what no table should: NUL and its like, or half a character."""
    return any(category(char) in {"Cc", "Cs"} and char not in "\n\r\t" for char in text)


def shown(text: str) -> str:
    """The text without what cannot be shown."""
    return "".join(char for char in text if category(char) not in {"Cc", "Cs"})


def _bad_characters(values: Values, attributes: list[str]) -> dict[str, str]:
    told = "含有控制字符，请重新输入。"
    found = {a: told for a in attributes if holds_control(values.single.get(a, ""))}
    for attribute in attributes:
        for at, row in enumerate(values.rows.get(attribute, [])):
            bad = (name for name, text in row.items() if holds_control(text))
            found |= {f"{attribute}-{at}-{name}": told for name in bad}
    return found


def _bad_days(values: Values, attributes: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    tables = TABLES | {"due_process": DUE_PROCESS}
    for attribute in attributes:
        if attribute in DAYS:
            found |= _bad_day(attribute, BY_ATTRIBUTE[attribute].name, values.single[attribute])
        for at, row in enumerate(values.rows.get(attribute, [])):
            for column in tables.get(attribute, ()):
                if column.sort == "date":
                    name = f"{attribute}-{at}-{column.name}"
                    found |= _bad_day(name, column.key, row[column.name])
                if column.sort == "choice" and row[column.name] not in column.choices:
                    found[f"{attribute}-{at}-{column.name}"] = f"请选择{column.key}。"
    return found


def _bad_day(control: str, name: str, text: str) -> dict[str, str]:
    try:
        if text:
            parse_date(text)
    except ValueError:
        return {control: f"{name}“{text[:40]}”无法识别，请写成 2024-01-05。"}
    return {}

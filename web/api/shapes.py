"""JSON Schema in small: how the API's table says what it takes and gives, and the check of it.

One schema both describes a request in `/api/openapi.json` and decides whether it is taken, so that
the description cannot promise what the program refuses.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from store.dates import parse_date
from store.exceptions import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Schema = dict[str, Any]

TEXT: Final[Schema] = {"type": "string"}
MAYBE_TEXT: Final[Schema] = {"type": ["string", "null"]}
WHOLE: Final[Schema] = {"type": "integer"}
MAYBE_WHOLE: Final[Schema] = {"type": ["integer", "null"]}
NUMBER: Final[Schema] = {"type": "number"}
MAYBE_NUMBER: Final[Schema] = {"type": ["number", "null"]}
FLAG: Final[Schema] = {"type": "boolean"}
MAYBE_FLAG: Final[Schema] = {"type": ["boolean", "null"]}
ANYTHING: Final[Schema] = {"type": "object"}
DAY: Final[Schema] = {"type": "string", "format": "date", "maxLength": 40}
FILE: Final[Schema] = {"type": "string", "format": "binary"}

_NAMES: Final = {
    "string": "文字", "integer": "整数", "number": "数", "boolean": "true 或 false",
    "array": "列表", "object": "对象", "null": "null",
}  # fmt: skip
_TYPES: Final[dict[str, Callable[[object], bool]]] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "null": lambda value: value is None,
}


def record(**properties: Schema) -> Schema:
    """An object of which every property is there."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def form(required: tuple[str, ...] = (), **properties: Schema) -> Schema:
    """What is sent: an object with nothing besides these properties."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def listed(items: Schema, most: int = 0) -> Schema:
    """A list."""
    return {"type": "array", "items": items} | ({"maxItems": most} if most else {})


def ref(name: str) -> Schema:
    """A named schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def text(most: int, least: int = 0) -> Schema:
    """A text of bounded length."""
    return {"type": "string", "maxLength": most} | ({"minLength": least} if least else {})


def whole(least: int, most: int, usual: int | None = None) -> Schema:
    """A whole number within bounds."""
    found: Schema = {"type": "integer", "minimum": least, "maximum": most}
    return found if usual is None else found | {"default": usual}


def one_of(*values: str) -> Schema:
    """One of these words; the first is meant where none is given."""
    return {"type": "string", "enum": list(values), "default": values[0]}


def demand(value: object, schema: Mapping[str, Any], name: str) -> None:
    """Refuse what a schema does not allow.

    Raises:
        InvalidValue: The first thing that does not fit.
    """
    for fault in faults(value, schema, name):
        raise InvalidValue(fault, hint="可用的写法见 /api/openapi.json。")


def faults(value: object, schema: Mapping[str, Any], name: str) -> Iterator[str]:
    """What of a value a schema does not allow, as sentences."""
    types = schema.get("type", "object")
    types = types if isinstance(types, list) else [types]
    if not any(_TYPES[one](value) for one in types):
        yield f"{name} 应为{'或'.join(_NAMES[one] for one in types)}。"
    elif isinstance(value, str):
        yield from _text_faults(value, schema, name)
    elif isinstance(value, list):
        if len(value) > schema.get("maxItems", len(value)):
            yield f"{name} 最多 {schema['maxItems']} 项。"
        for at, item in enumerate(value):
            if "items" in schema:
                yield from faults(item, schema["items"], f"{name}[{at}]")
    elif isinstance(value, dict):
        yield from _object_faults(value, schema, name)
    elif isinstance(value, int) and not isinstance(value, bool):
        least, most = schema.get("minimum", value), schema.get("maximum", value)
        if not least <= value <= most:
            yield f"{name} 应为 {least} 到 {most} 的整数。"


def _text_faults(value: str, schema: Mapping[str, Any], name: str) -> Iterator[str]:
    if len(value) > schema.get("maxLength", len(value)):
        yield f"{name} 过长，最多 {schema['maxLength']} 个字。"
    if len(value.strip()) < schema.get("minLength", 0):
        yield f"{name} 不能为空。"
    if value not in schema.get("enum", [value]):
        yield f"{name} 应为 {' 或 '.join(schema['enum'])}。"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{name} 的写法不对。"
    if schema.get("format") == "date" and value:
        try:
            parse_date(value)
        except ValueError:
            yield f"{name}“{value[:40]}”不是日期，请写成 2024-01-05。"


def _object_faults(
    value: Mapping[str, object], schema: Mapping[str, Any], name: str
) -> Iterator[str]:
    properties = schema.get("properties", {})
    for needed in schema.get("required", ()):
        if needed not in value:
            yield f"{name} 缺少 {needed}。"
    if len(value) > schema.get("maxProperties", len(value)):
        yield f"{name} 最多 {schema['maxProperties']} 项。"
    for key, item in value.items():
        inner = properties.get(key, schema.get("additionalProperties", True))
        if inner is False:
            yield f"{name} 中没有 {key[:40]} 这一项。"
        elif isinstance(inner, dict):
            yield from faults(item, inner, f"{name}.{key[:40]}")

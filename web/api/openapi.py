"""The OpenAPI description, made from the table of the API."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from web.api import shapes
from web.api.parameters import PATHS
from web.api.schemas import SCHEMAS
from web.api.table import TABLE
from web.security import SESSION_COOKIE

if TYPE_CHECKING:
    from web.api.shapes import Schema
    from web.api.table import Parameter, Route

_JSON: Final = "application/json"
_ERRORS: Final = {
    "400": "填写有误", "401": "需要登录或令牌无效", "403": "没有权限，或缺防伪标记",
    "404": "没有找到", "409": "有冲突", "413": "内容过大", "422": "内容或文件有错误",
    "503": "系统环境不允许", "default": "其他错误",
}  # fmt: skip
_GUARDED: Final = {"412": "已被别人改过", "428": "缺少 If-Match"}
_MATCH: Final[Schema] = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "读取时得到的 ETag；与现在的文本不同则不写入（412）。",
    "schema": {"type": "string", "pattern": '^"[0-9a-f]{64}"$'},
}


@cache
def description() -> Schema:
    """The whole description."""
    paths: dict[str, Schema] = {}
    for line in TABLE:
        paths.setdefault(f"/api{line.path}", {})[line.method.lower()] = _operation(line)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "文枢",
            "version": "2",
            "description": "与各命令 --json 相同的对象；能看到什么、能做什么由账号的角色和密级"
            "决定。脚本用令牌；网页会话写入时另带请求头 X-CSRF-Token（见 /api/me 的 csrf）。",
        },
        "security": [{"token": []}, {"session": [], "csrf": []}, {}],
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE},
                "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRF-Token"},
            },
        },
    }


def _operation(line: Route) -> Schema:
    found: Schema = {
        "operationId": line.name,
        "summary": line.text,
        "parameters": [_path(name) for name in line.names],
        "responses": {str(line.status): _answer(line)} | _errors(line),
    }
    found["parameters"] += [_parameter(parameter) for parameter in line.query]
    if line.guarded:
        found["parameters"].append(_MATCH)
    if line.act is not None:
        found["description"] = f"需要“{line.act.value}”的权限。"
    if line.body is not None:
        needed = bool(line.body.get("required"))
        found["requestBody"] = {"required": needed, "content": {_JSON: {"schema": line.body}}}
    if line.form is not None:
        content = {"multipart/form-data": {"schema": line.form}}
        found["requestBody"] = {"required": True, "content": content}
    return found


def _path(name: str) -> Schema:
    text, example = PATHS[name]
    schema = shapes.text(400, 1)
    return {
        "name": name, "in": "path", "required": True, "description": text,
        "schema": schema, "example": example,
    }  # fmt: skip


def _parameter(parameter: Parameter) -> Schema:
    return {
        "name": parameter.name,
        "in": "query",
        "required": parameter.required,
        "description": parameter.text,
        "schema": parameter.schema,
    }


def _answer(line: Route) -> Schema:
    if isinstance(line.answer, tuple):
        kinds = {kind: {"schema": _of_file(line, kind)} for kind in line.answer}
        return {"description": "文件", "content": kinds}
    found: Schema = {"description": "成功", "content": {_JSON: {"schema": line.answer}}}
    return found


def _of_file(line: Route, kind: str) -> Schema:
    return line.as_json if kind == _JSON and line.as_json is not None else shapes.FILE


def _errors(line: Route) -> Schema:
    told = _ERRORS | (_GUARDED if line.guarded else {})
    if line.body is not None:
        told = told | {"415": "正文不是 JSON"}
    content = {_JSON: {"schema": shapes.ref("Error")}}
    return {status: {"description": text, "content": content} for status, text in told.items()}

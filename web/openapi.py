"""The OpenAPI description of the JSON API; a test holds it against the routes and the answers."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

Schema = dict[str, Any]

_TEXT: Final[Schema] = {"type": "string"}
_MAYBE_TEXT: Final[Schema] = {"type": ["string", "null"]}
_WHOLE: Final[Schema] = {"type": "integer"}
_MAYBE_WHOLE: Final[Schema] = {"type": ["integer", "null"]}
_NUMBER: Final[Schema] = {"type": "number"}
_MAYBE_NUMBER: Final[Schema] = {"type": ["number", "null"]}
_MAYBE_FLAG: Final[Schema] = {"type": ["boolean", "null"]}


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _counts() -> Schema:
    return {"type": "object", "additionalProperties": _WHOLE}


_SCHEMAS: Final[dict[str, Schema]] = {
    "Error": _object(
        error=_object(status=_WHOLE, title=_TEXT, message=_TEXT, hint=_MAYBE_TEXT),
    ),
    "Hit": _object(
        id=_TEXT, title=_TEXT, kind=_TEXT, department=_MAYBE_TEXT, status=_MAYBE_TEXT,
        number=_MAYBE_TEXT, version=_MAYBE_TEXT, effective=_MAYBE_TEXT, expires=_MAYBE_TEXT,
        in_force=_MAYBE_FLAG, clause=_MAYBE_TEXT, sub_label=_MAYBE_TEXT, citation=_TEXT,
        anchor=_MAYBE_TEXT, heading=_MAYBE_TEXT, text=_TEXT, snippet=_TEXT,
        highlights=_list(_list(_WHOLE)), score=_NUMBER, path=_TEXT, line=_WHOLE,
        versions=_list({"type": "object"}),
    ),
    "Search": _object(
        query=_TEXT, total=_WHOLE, took_ms=_NUMBER, suggestion=_MAYBE_TEXT,
        facets=_object(kind=_counts(), department=_counts(), status=_counts(), year=_counts()),
        hits=_list(_ref("Hit")),
    ),
    "Row": _object(
        id=_TEXT, title=_TEXT, kind=_TEXT, department=_MAYBE_TEXT, position=_MAYBE_TEXT,
        status=_TEXT, version=_MAYBE_TEXT, effective=_MAYBE_TEXT, in_force=_MAYBE_FLAG,
        year=_MAYBE_WHOLE, path=_TEXT,
    ),
    "Documents": _object(documents=_list(_ref("Row"))),
    "Document": _object(id=_TEXT, meta={"type": "object"}, sections=_list({"type": "object"})),
    "Suggestions": _object(
        suggestions=_list(_object(text=_TEXT, kind=_TEXT, id=_MAYBE_TEXT)),
    ),
    "Related": _object(related=_list(_object(id=_TEXT, title=_TEXT, kind=_TEXT, score=_NUMBER))),
    "Problems": _object(
        problems=_list(
            _object(
                path=_TEXT, line=_WHOLE,
                severity={"type": "string", "enum": ["error", "warning", "notice"]},
                code=_TEXT, message=_TEXT, hint=_TEXT,
            )
        ),
    ),
    "Metrics": _object(
        metrics=_list(
            _object(
                name=_TEXT, unit=_TEXT, nature=_TEXT, as_of=_MAYBE_TEXT, value=_MAYBE_NUMBER,
                year_start=_MAYBE_NUMBER, last_year=_MAYBE_NUMBER, previous=_MAYBE_NUMBER,
                plan=_MAYBE_NUMBER, plan_basis=_MAYBE_TEXT, change=_MAYBE_NUMBER,
                change_percent=_MAYBE_NUMBER, yoy_percent=_MAYBE_NUMBER,
                completion_percent=_MAYBE_NUMBER, share_percent=_MAYBE_NUMBER, sentence=_MAYBE_TEXT,
            )
        ),
    ),
    "Me": _object(name=_TEXT, role=_TEXT, department=_MAYBE_TEXT, may=_list(_TEXT)),
}  # fmt: skip

_ID: Final[Schema] = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": "文档的位置，如 管理制度/考勤与休假管理办法；斜杠照写。",
    "schema": {"type": "string", "minLength": 1},
    "example": "管理制度/考勤与休假管理办法",
}


def _query(name: str, text: str, schema: Schema | None = None, *, required: bool = False) -> Schema:
    return {
        "name": name,
        "in": "query",
        "required": required,
        "description": text,
        "schema": schema or {"type": "string", "maxLength": 400},
    }


_FILTERS: Final = (
    _query("kind", "类别：中文名、别名或英文名"),
    _query("department", "部门"),
    _query("status", "状态"),
    _query("year", "年度", {"type": "string", "pattern": "^[0-9]{4}$"}),
    _query("on", "只要这一天有效的，如 2024-01-05", {"type": "string", "format": "date"}),
)


_FILES: Final = {
    kind: {"schema": {"type": "string", "format": "binary"}}
    for kind in (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/pdf",
    )
}


def _limit(usual: int, most: int) -> Schema:
    return _query(
        "limit", "最多几条", {"type": "integer", "minimum": 1, "maximum": most, "default": usual}
    )


def _answers(schema: str) -> Schema:
    found: Schema = {
        "200": {"description": "成功", "content": {"application/json": {"schema": _ref(schema)}}}
    }
    return found | _errors()


def _errors() -> Schema:
    told = {
        "400": "填写有误", "401": "需要登录或令牌无效", "403": "没有权限", "404": "没有找到",
        "409": "有冲突", "422": "内容或文件有错误", "503": "系统环境不允许",
    }  # fmt: skip
    content = {"application/json": {"schema": _ref("Error")}}
    return {status: {"description": text, "content": content} for status, text in told.items()}


def _get(name: str, text: str, schema: str, *parameters: Schema) -> Schema:
    return {
        "get": {
            "operationId": name,
            "summary": text,
            "parameters": list(parameters),
            "responses": _answers(schema),
        }
    }


def _paths() -> Schema:
    wanted = _query("q", "要检索的文字，写法与检索框相同")
    explain = _query("explain", "说明每条为什么排在这里", {"type": "boolean"})
    render: Schema = {
        "get": {
            "operationId": "render",
            "summary": "Word 或 PDF 文件",
            "parameters": [
                _ID,
                _query("format", "文件格式", {"type": "string", "enum": ["docx", "pdf"]}),
                _query("template", "另一个版式的名称，如 签收表"),
            ],
            "responses": {"200": {"description": "文件", "content": _FILES}} | _errors(),
        }
    }
    openapi: Schema = {
        "get": {
            "operationId": "openapi",
            "summary": "这份说明",
            "responses": {
                "200": {
                    "description": "成功",
                    "content": {"application/json": {"schema": {"type": "object"}}},
                }
            }
            | _errors(),
        }
    }
    tag = _query("tag", "标签")
    return {
        "/api/openapi.json": openapi,
        "/api/me": _get("me", "我是谁，能做什么", "Me"),
        "/api/search": _get(
            "search", "检索条款", "Search", wanted, *_FILTERS, tag, _limit(10, 200), explain
        ),
        "/api/suggest": _get("suggest", "输入时的建议", "Suggestions", wanted, _limit(8, 50)),
        "/api/documents": _get("documents", "列出文档", "Documents", *_FILTERS),
        "/api/documents/{id}": _get("document", "一份文档的结构", "Document", _ID),
        "/api/related/{id}": _get("related", "相关文档", "Related", _ID, _limit(5, 50)),
        "/api/check": _get("check", "检查问题", "Problems", _query("id", "只检查这一份")),
        "/api/metrics/{id}": _get("metrics", "一份总结的指标", "Metrics", _ID),
        "/api/render/{id}": render,
    }


@cache
def description() -> Schema:
    """The whole description."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "文枢",
            "version": "1",
            "description": "与各命令 --json 相同的对象；能看到什么由账号的角色和密级决定。",
        },
        "security": [{"token": []}, {}],
        "paths": _paths(),
        "components": {
            "schemas": _SCHEMAS,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }

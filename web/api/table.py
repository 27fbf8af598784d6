"""The table of the API: each line says what is asked, what is given and who may; nothing else does.

`@route` puts a function into the table. From the table come the Flask rules, the reading and
checking of what was sent, the rights and `/api/openapi.json`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from flask import Response, request

from store.amounts import dump_json
from store.exceptions import InvalidValue
from web import site as here
from web.api import shapes
from web.refusals import BadUpload, ConditionMissing, NotJson

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from flask import Blueprint
    from werkzeug.datastructures import FileStorage

    from store.amounts import Json
    from web.api.shapes import Schema
    from web.rights import Act

_JSON: Final = "application/json"
_NAME: Final = re.compile(r"\{(\w+)\}")
_ETAG: Final = re.compile(r'(?:W/)?"([0-9a-f]{1,128})"')


@dataclass(frozen=True, slots=True)
class Parameter:
    """One name of the address."""

    name: str
    text: str
    schema: Schema
    required: bool = False
    example: str = ""


@dataclass(slots=True)
class Call:
    """What was sent, checked against the table.

    Attributes:
        path: The names within the path.
        query: The names behind the question mark; those that were not given are missing.
        body: The JSON object, or the fields of the form.
        files: The uploaded files of a form.
    """

    path: Mapping[str, str]
    query: Mapping[str, object]
    body: Mapping[str, object]
    files: Sequence[FileStorage] = ()

    @property
    def id(self) -> str:
        """The document's id in the path."""
        return self.path["id"]

    def text(self, name: str) -> str:
        """A text that was sent, empty without one."""
        value = self.body.get(name, self.query.get(name, ""))
        return str(value).strip() if value is not None else ""

    def flag(self, name: str) -> bool:
        """Whether something was asked for."""
        return bool(self.body.get(name, self.query.get(name, False)))

    def number(self, name: str, usual: int) -> int:
        """A whole number that was sent, or the usual one."""
        value = self.body.get(name, self.query.get(name))
        return value if isinstance(value, int) else usual

    def table(self, name: str) -> dict[str, object]:
        """An object that was sent, empty without one."""
        value = self.body.get(name)
        return dict(value) if isinstance(value, dict) else {}

    def texts(self, name: str) -> list[str]:
        """A list of texts that was sent."""
        value = self.body.get(name)
        return [str(item) for item in value] if isinstance(value, list) else []

    @property
    def file(self) -> FileStorage:
        """The one uploaded file."""
        return self.files[0]


@dataclass(frozen=True, slots=True)
class Route:
    """One line of the table.

    Attributes:
        method, path: As in the description: `/documents/{id}`.
        view: Answers a call.
        text: One line of what it does.
        answer: The schema of the answer, or the media types of a file.
        query: What stands behind the question mark.
        body: The schema of the JSON that is sent.
        form: The schema of the form that is sent, files included.
        act: What the person must be allowed to do; what depends on the document is seen to there.
        guarded: `If-Match` must name the text that is changed.
        status: Of an answer that went well.
        as_json: The schema where one of the media types is JSON.
    """

    method: str
    path: str
    view: Callable[[Call], Mapping[str, object] | Response]
    text: str
    answer: Schema | tuple[str, ...]
    query: tuple[Parameter, ...] = ()
    body: Schema | None = None
    form: Schema | None = None
    act: Act | None = None
    guarded: bool = False
    status: int = 200
    as_json: Schema | None = None
    name: str = ""

    @property
    def names(self) -> list[str]:
        """The names within the path."""
        return _NAME.findall(self.path)

    @property
    def rule(self) -> str:
        """The path as Flask writes it; ids have slashes."""
        return _NAME.sub(lambda m: f"<path:{m[1]}>" if m[1] == "id" else f"<{m[1]}>", self.path)

    def answer_request(self, **path: str) -> Response:
        """Read, check and answer a request."""
        if self.act is not None:
            here.demand(self.act)
        call = Call(path, self._query(), *self._sent())
        if self.guarded:
            expected()
        found = self.view(call)
        if isinstance(found, Response):
            return found
        return exact(found, self.status)

    def _query(self) -> dict[str, object]:
        found: dict[str, object] = {}
        for parameter in self.query:
            raw = request.args.get(parameter.name)
            if raw is None or (raw == "" and not parameter.required):
                continue
            value = _converted(raw, parameter.schema)
            shapes.demand(value, parameter.schema, parameter.name)
            found[parameter.name] = value
        for parameter in self.query:
            if parameter.required and parameter.name not in found:
                raise InvalidValue(f"缺少 {parameter.name}：{parameter.text}。")
        return found

    def _sent(self) -> tuple[Mapping[str, object], Sequence[FileStorage]]:
        if self.form is not None:
            return _form(self.form)
        if self.body is None:
            return {}, ()
        return _json(self.body), ()


TABLE: Final[list[Route]] = []


def route(
    method: str,
    path: str,
    text: str,
    answer: Schema | tuple[str, ...],
    **more: object,
) -> Callable[
    [Callable[[Call], Mapping[str, object] | Response]],
    Callable[[Call], Mapping[str, object] | Response],
]:
    """Put a function into the table; `more` are the further columns of `Route`."""

    def enter(
        view: Callable[[Call], Mapping[str, object] | Response],
    ) -> Callable[[Call], Mapping[str, object] | Response]:
        name = view.__name__.strip("_")
        TABLE.append(Route(method, path, view, text, answer, name=name, **more))  # type: ignore[arg-type]
        return view

    return enter


def register(blueprint: Blueprint) -> None:
    """Make a Flask rule of each line."""
    for line in TABLE:
        blueprint.add_url_rule(
            line.rule,
            endpoint=line.name,
            view_func=line.answer_request,
            methods=[line.method],
            merge_slashes=False,
        )


def _converted(raw: str, schema: Mapping[str, object]) -> object:
    """A text of the address as what its schema says; what is none stays a text and is refused."""
    kind = schema.get("type")
    if kind == "integer" and re.fullmatch(r"-?[0-9]{1,15}", raw):
        return int(raw)
    if kind == "boolean" and raw.lower() in {"0", "1", "true", "false"}:
        return raw.lower() in {"1", "true"}
    return raw


def _json(schema: Schema) -> Mapping[str, object]:
    if (request.content_length or 0) > here.site().config.max_form:
        raise InvalidValue("内容过长。")
    data = request.get_data()
    if not data.strip() and not schema.get("required"):
        return {}
    if not request.is_json:
        raise NotJson(hint=f"请求头写 Content-Type: {_JSON}，正文写一个 JSON 对象。")
    value = request.get_json(silent=True)
    if not isinstance(value, dict):
        raise InvalidValue("正文应为一个 JSON 对象。")
    shapes.demand(value, schema, "正文")
    return value


def _form(schema: Schema) -> tuple[Mapping[str, object], Sequence[FileStorage]]:
    properties: Mapping[str, Schema] = schema["properties"]
    fields: dict[str, object] = {}
    for name, value in request.form.items():
        if name != "csrf":
            fields[name] = _converted(value, properties.get(name, {}))
    named = {n for n, s in properties.items() if s == shapes.FILE or s.get("items") == shapes.FILE}
    files = [
        file for name in sorted(named) for file in request.files.getlist(name) if file.filename
    ]
    for name in named & set(schema["required"]):
        if not any(file.name == name for file in files):
            raise BadUpload(f"请上传文件（{name}）。")
    checked = {name: "" for name in named if any(f.name == name for f in files)}
    plain = dict(schema, properties={n: {} if n in named else s for n, s in properties.items()})
    plain["properties"] |= dict.fromkeys(named, shapes.TEXT)
    shapes.demand({**fields, **checked}, plain, "表单")
    return fields, files


def expected() -> str:
    """The hash that `If-Match` names.

    Raises:
        ConditionMissing: There is none.
    """
    match = _ETAG.fullmatch(request.headers.get("If-Match", "").strip())
    if match is None:
        raise ConditionMissing(
            hint='先读取，再把回答中的 ETag（或 hash）写进请求头，如 If-Match: "3f5a…"。'
        )
    return match[1]


def exact(value: object, status: int = 200, tag: str = "") -> Response:
    """JSON whose figures no float has rounded; `tag` is the hash of the text it speaks of."""
    answer = Response(dump_json(cast("Json", value)), status, mimetype=_JSON)
    if tag:
        answer.set_etag(tag)
    return answer

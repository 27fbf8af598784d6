"""The API answers as its description says, and the description leaves nothing out."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tools_web import BASE, make_app

from search import SearchIndex
from web.api.openapi import description

if TYPE_CHECKING:
    from flask import Flask

    from store import Workspace

LEAVE = "管理制度/考勤与休假管理办法"
SUMMARY = "年终总结/清河农商银行客户部2024年工作总结"
EXAMPLES = {
    "/api/search": [
        "q=年假",
        "q=投诉&kind=policy&limit=3&explain=true",
        "q=没有的词&on=2023-06-01",
    ],
    "/api/suggest": ["q=kaoq", "q=", "q=投&limit=3"],
    "/api/documents": ["", "kind=岗位职责", "on=2023-06-01&status=现行", "year=2024"],
    "/api/documents/{id}": [LEAVE, SUMMARY],
    "/api/related/{id}": [LEAVE],
    "/api/check": ["", f"id={LEAVE}"],
    "/api/metrics/{id}": [SUMMARY],
    "/api/me": [""],
    "/api/openapi.json": [""],
    "/api/versions/{id}": [LEAVE],
    "/api/compare/{id}": [f"{LEAVE}?with={LEAVE}@2022"],
    "/api/text/{id}": [LEAVE],
    "/api/meta/{id}": [LEAVE, SUMMARY],
    "/api/attachments/{id}": [LEAVE],
    "/api/history/{id}": [LEAVE],
    "/api/bin": [""],
    "/api/imports": [""],
    "/api/templates": [""],
    "/api/ledger": ["", "on=2023-06-01&all=true"],
    "/api/audit": ["", "who=zhi&limit=5"],
}
ELSEWHERE = {  # files, and what has to be begun first: see test_web_api_writing
    "/api/files/{id}", "/api/render/{id}", "/api/imports/{token}", "/api/imports/{token}/text",
    "/api/templates/{kind}/{name}", "/api/templates/{kind}/{name}/check",
}  # fmt: skip
NAMES = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "null": type(None)}


@pytest.fixture(scope="module")
def app(starter: Workspace) -> Flask:
    return make_app(starter.root)


def fits(value: Any, schema: dict[str, Any], place: str = "") -> list[str]:
    """What of a value a schema does not allow; enough of JSON Schema for ours."""
    if "$ref" in schema:
        schema = description()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    types = schema.get("type", "object")
    types = types if isinstance(types, list) else [types]
    if isinstance(value, dict):
        wrong = [] if "object" in types else [f"{place}: object"]
        properties = schema.get("properties", {})
        wrong += [
            f"{place}.{name} is missing" for name in schema.get("required", []) if name not in value
        ]
        for name, item in value.items():
            inner = properties.get(name) or schema.get("additionalProperties")
            wrong += fits(item, inner, f"{place}.{name}") if inner else []
        return wrong
    if isinstance(value, list):
        if "array" not in types:
            return [f"{place}: array"]
        return [
            w for n, item in enumerate(value) for w in fits(item, schema["items"], f"{place}[{n}]")
        ]
    if isinstance(value, bool) and "boolean" not in types:
        return [f"{place}: {value!r}"]
    good = any(isinstance(value, NAMES[name]) for name in types if name in NAMES)
    good = good and value in schema.get("enum", [value])
    return [] if good else [f"{place}: {value!r} is not {types}"]


def test_the_description_names_every_route_and_no_other(app):
    rules = {
        (method.lower(), re.sub(r"<(?:path:)?(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/")
    }
    assert rules == {(m, path) for path, item in description()["paths"].items() for m in item}


@pytest.mark.parametrize(
    ("path", "example"), [(path, example) for path, all_ in EXAMPLES.items() for example in all_]
)
def test_answers_fit_the_description(app, path, example):
    address = path.replace("{id}", example) if "{id}" in path else f"{path}?{example}"
    answer = app.test_client().get(address, base_url=BASE)
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    schema = description()["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]
    assert fits(answer.get_json(), schema["schema"]) == []


def test_every_described_answer_has_an_example():
    described = {path for path, item in description()["paths"].items() if "get" in item}
    assert set(EXAMPLES) | ELSEWHERE == described


def test_every_body_is_described_and_every_change_says_how_it_fails():
    for path, item in description()["paths"].items():
        for operation in item.values():
            assert operation["summary"], path
            assert {"400", "401", "403", "404", "default"} <= set(operation["responses"])
            if any(parameter["name"] == "If-Match" for parameter in operation["parameters"]):
                assert {"412", "428"} <= set(operation["responses"])


def test_search_is_what_the_command_prints(app, starter):
    got = app.test_client().get("/api/search?q=年假&limit=5", base_url=BASE).get_json()
    command = SearchIndex.open(starter).search("年假", limit=5).to_json()
    assert {**got, "took_ms": 0} == {**json.loads(json.dumps(command)), "took_ms": 0}


def test_figures_come_exactly(app):
    answer = app.test_client().get(f"/api/metrics/{SUMMARY}", base_url=BASE)
    assert '"value": 161131,' in answer.get_data(as_text=True)


def test_render_gives_the_file(app):
    client = app.test_client()
    answer = client.get(f"/api/render/{LEAVE}?format=docx", base_url=BASE)
    assert answer.status_code == 200
    assert answer.data.startswith(b"PK")
    described = description()["paths"]["/api/render/{id}"]["get"]["responses"]["200"]
    assert answer.mimetype in described["content"]
    assert client.get("/api/render/nix", base_url=BASE).status_code == 404


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/api/search", 400),
        ("/api/search?q=x&limit=0", 400),
        ("/api/search?q=x&limit=9999", 400),
        ("/api/search?q=x&limit=-1", 400),
        ("/api/search?q=x&year=abc", 400),
        ("/api/search?q=x&explain=perhaps", 400),
        ("/api/search?q=x&kind=nix", 404),
        ("/api/documents/nix", 404),
        ("/api/metrics/" + LEAVE, 400),
        ("/api/render/" + LEAVE + "?format=exe", 400),
        ("/api/nix", 404),
    ],
)
def test_errors_are_json_with_a_sentence(app, address, status):
    answer = app.test_client().get(address, base_url=BASE)
    assert answer.status_code == status
    body = answer.get_json()
    assert fits(body, {"$ref": "#/components/schemas/Error"}) == []
    assert body["error"]["status"] == status
    assert body["error"]["message"]


def test_unknown_methods_are_refused(app):
    client = app.test_client()
    assert client.delete("/api/documents", base_url=BASE).status_code == 405
    assert client.get("/account/logout", base_url=BASE).status_code == 405


TEXTS = st.text(max_size=30)
READ = [path for path, item in description()["paths"].items() if "get" in item]
FURTHER = ["/search", "/suggest", "/library", "/documents/{id}", "/print/{id}", "/posts"]
NAMED = ["q", "kind", "department", "status", "year", "tag", "on", "limit", "explain", "id"]
NAMED += ["format", "template", "page", "sort", "all"]


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    path=st.sampled_from([*READ, *FURTHER]),
    name=TEXTS,
    values=st.dictionaries(st.sampled_from(NAMED), TEXTS, max_size=5),
)
def test_nothing_that_is_sent_breaks_a_page(app, path, name, values):
    address = path.replace("{id}", quote(name, safe=""))
    answer = app.test_client().get(address, query_string=values, base_url=BASE)
    assert answer.status_code < 500, (address, values)

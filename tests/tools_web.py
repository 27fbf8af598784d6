"""Helpers of the web tests: applications, people, forms."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from web import WebConfig, accounts, create_app

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

accounts.METHOD = "scrypt:1024:8:1"  # type: ignore[misc]  # the real cost would fill minutes
PASSWORD = "long-enough-7"
BASE = "http://127.0.0.1"
PEOPLE = {
    "yuan": {"role": "员工", "department": "营业厅"},
    "fu": {"role": "部门负责人", "department": "客户部"},
    "zhi": {"role": "制度管理员"},
    "xi": {"role": "系统管理员"},
}
_CSRF = re.compile(r'name="csrf" value="([0-9a-f]{128})"')


def make_app(root: Path, *, people: bool = False, **settings: object) -> Flask:
    """An application over a workspace; with `people` an account of each role."""
    config = WebConfig(**{"refresh_seconds": 0.0, **settings})  # type: ignore[arg-type]
    app = create_app(root, config=config)
    app.testing = False
    if people:
        for name, more in PEOPLE.items():
            app.extensions["wenshu"].accounts.add(name, PASSWORD, **more)
    return app


def csrf(client: FlaskClient, page: str = "/account/login") -> str:
    """The token of a page's form."""
    text = client.get(page, base_url=BASE).get_data(as_text=True)
    match = _CSRF.search(text)
    assert match, text[:400]
    return match[1]


def post(client: FlaskClient, address: str, page: str, **fields: object):
    """Send a form of a page."""
    return client.post(address, data={"csrf": csrf(client, page), **fields}, base_url=BASE)


def log_in(app: Flask, name: str, password: str = PASSWORD) -> FlaskClient:
    """A browser in which somebody has logged in."""
    client = app.test_client()
    answer = post(client, "/account/login", "/account/login", name=name, password=password)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return client


def text_of(client: FlaskClient, address: str, status: int = 200) -> str:
    """A page's text, with the status that is expected."""
    answer = client.get(address, base_url=BASE)
    assert answer.status_code == status, (address, answer.get_data(as_text=True)[-900:])
    return answer.get_data(as_text=True)

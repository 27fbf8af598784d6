"""The Flask application: one site, its gate, its blueprints, its errors."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask, url_for
from flask.json.provider import DefaultJSONProvider

from store.exceptions import EnvironmentRefused
from web import compress, errors, filters, security
from web.proxy import Proxy
from web.rights import Act
from web.site import Site, person, rights, site
from web.theme import theme

if TYPE_CHECKING:
    from web.config import WebConfig

_FOLDER = Path(__file__).parent


class ChineseJson(DefaultJSONProvider):
    """JSON with Chinese as it stands, keys in our order."""

    ensure_ascii = False
    sort_keys = False


def build(workspace_path: str | Path, config: WebConfig | None = None) -> Flask:
    """Make the application over one workspace.

    Raises:
        WenshuError: The workspace, its settings or its database cannot be used.
    """
    found = Site.open(workspace_path, config)
    app = Flask("web", root_path=str(_FOLDER), static_folder="static", template_folder="templates")
    app.json = ChineseJson(app)
    app.extensions["wenshu"] = found
    app.config.update(
        SECRET_KEY=found.secret,
        SESSION_COOKIE_NAME="wenshu_page",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=found.config.max_upload,
        MAX_FORM_MEMORY_SIZE=found.config.max_form,
        MAX_FORM_PARTS=2000,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=365),
        PERMANENT_SESSION_LIFETIME=timedelta(days=1),
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(filters.FILTERS)
    app.context_processor(_shared)
    compress.set_up(app)  # before the gate's: what is done last to an answer is set up first
    security.set_up(app)
    errors.set_up(app)
    _register(app)
    app.wsgi_app = Proxy(app.wsgi_app, found.config)  # type: ignore[method-assign]
    return app


def _register(app: Flask) -> None:
    from web import pages  # noqa: PLC0415 - the pages import what stands here

    for blueprint in pages.blueprints():
        app.register_blueprint(blueprint)


@cache
def _version(name: str) -> str:
    data = (_FOLDER / "static" / name).read_bytes()
    return hashlib.sha256(data).hexdigest()[:10]


def asset(name: str) -> str:
    """The address of a static file, new whenever the file is."""
    return url_for("static", filename=name, v=_version(name))


def _wants_login() -> bool:
    """As the site says; where its database cannot be asked, the page that says so is shown."""
    try:
        return site().wants_login
    except EnvironmentRefused:
        return True


def _shared() -> dict[str, Any]:
    """What every page may use."""
    return {
        "asset": asset,
        "csrf_token": security.csrf_token,
        "person": person(),
        "rights": rights,
        "Act": Act,
        "read_only": site().config.read_only,
        "wants_login": _wants_login(),
        "theme": theme(),
        "trouble": site().library.trouble,
    }

"""Pages about the page: help, and a sign of life for supervisors."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

blueprint = Blueprint("page", __name__)


@blueprint.get("/help")
def help_page() -> str:
    """How to use it."""
    return render_template("help.html")


@blueprint.get("/health")
def health() -> Response:
    """Whether the program answers."""
    return Response("ok\n", mimetype="text/plain")

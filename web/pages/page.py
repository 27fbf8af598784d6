"""Pages about the page: help, light or dark, and a sign of life for supervisors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, redirect, render_template, request

from web.security import is_secure, safe_next
from web.theme import COOKIE, KEPT_SECONDS, THEMES

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

blueprint = Blueprint("page", __name__)


@blueprint.get("/help")
def help_page() -> str:
    """How to use it."""
    return render_template("help.html")


@blueprint.get("/health")
def health() -> Response:
    """Whether the program answers."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.post("/theme")
def set_theme() -> AnyResponse:
    """Light, dark, or as the computer is set; back to where the person was."""
    answer = redirect(safe_next(request.form.get("next", "/")), 303)
    wanted = request.form.get("theme", "")
    if wanted in THEMES:
        answer.set_cookie(
            COOKIE, wanted, max_age=KEPT_SECONDS, httponly=True, samesite="Lax", secure=is_secure()
        )
    else:
        answer.delete_cookie(COOKIE, httponly=True, samesite="Lax")
    return answer

"""Whole pages that many ask for: made once for each sort of person, sent again while they hold.

A page depends on the library's state and the day (it is kept in the view), on the person, the
address and the look. The token against forged requests is put in when the page is sent.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Final

from flask import Response, g, request, session

from web.security import csrf_token, session_token
from web.site import person, rights, site
from web.theme import theme

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Response as AnyResponse

    from web.library import View

_MARK: Final = secrets.token_hex(64)  # no text that anybody writes holds it


def whole_page(seen: View, make: Callable[[], str]) -> AnyResponse | str:
    """The page of this address; not made again, nor sent again, while nothing changed."""
    if session.get("_flashes"):
        return make()
    key = (
        (person(), rights().read_only, site().wants_login, theme()),
        (seen.rights.key, seen.day, site().library.trouble),
        request.full_path,
    )
    pieces = seen.state.pages.get(key, lambda: _pieces(make))
    answer = Response(csrf_token().join(pieces), mimetype="text/html")
    answer.set_etag(_tag(pieces, session_token()), weak=True)
    return answer.make_conditional(request)


def _pieces(make: Callable[[], str]) -> list[str]:
    g.csrf_token = _MARK
    try:
        return make().split(_MARK)
    finally:
        g.pop("csrf_token")


def _tag(pieces: list[str], token: bytes) -> str:
    told = hashlib.blake2b(token, digest_size=16)
    for piece in pieces:
        told.update(piece.encode())
    return told.hexdigest()

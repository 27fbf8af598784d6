"""What a reverse proxy tells is believed only from the proxy's own address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from web.config import WebConfig

FORWARDED: Final = "wenshu.forwarded"
TOLD_USER: Final = "wenshu.user"
_HEADERS: Final = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_FORWARDED",
    "HTTP_X_REAL_IP",
)


class Proxy:
    """Takes address, scheme and host from the proxy; drops them from everybody else."""

    def __init__(self, inner: WSGIApplication, config: WebConfig) -> None:
        """Stand before an application."""
        self._inner = inner
        self._address = config.proxy_address
        header = config.proxy_user_header
        self._user_key = f"HTTP_{header.upper().replace('-', '_')}" if header else ""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        told = {str(key): str(environ.pop(key)) for key in _HEADERS if key in environ}
        user = environ.pop(self._user_key, "") if self._user_key else ""
        environ[FORWARDED] = bool(told)
        environ[TOLD_USER] = ""
        if self._address and environ.get("REMOTE_ADDR") == self._address:
            environ[TOLD_USER] = user
            self._believe(environ, told)
        return self._inner(environ, start_response)

    @staticmethod
    def _believe(environ: WSGIEnvironment, told: dict[str, str]) -> None:
        if client := told.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip():
            environ["REMOTE_ADDR"] = client
        if (scheme := told.get("HTTP_X_FORWARDED_PROTO", "").strip()) in {"http", "https"}:
            environ["wsgi.url_scheme"] = scheme
        if host := told.get("HTTP_X_FORWARDED_HOST", "").rpartition(",")[2].strip():
            environ["HTTP_HOST"] = host

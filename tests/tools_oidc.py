"""A small OpenID Connect provider in this process, which can also misbehave."""

from __future__ import annotations

import base64
import hashlib
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Flask, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import ECKey
from werkzeug.serving import make_server

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIENT, SECRET = "wenshu", "for-tests-only"


@dataclass
class Provider:
    """What the provider says; `spoil` changes the claims of the next tokens."""

    claims: dict[str, object] = field(default_factory=lambda: {"sub": "u-1"})
    spoil: dict[str, object] = field(default_factory=dict)
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "k1"}))
    signer: ECKey | None = None
    issuer: str = ""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)

    def app(self) -> Flask:
        """Its pages."""
        app = Flask("provider")

        @app.get("/.well-known/openid-configuration")
        def metadata():
            names = {"authorization_endpoint": "authorize", "token_endpoint": "token"}
            found = {name: f"{self.issuer}/{place}" for name, place in names.items()}
            found |= {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/jwks"}
            return jsonify(found | {"id_token_signing_alg_values_supported": ["ES256", "none"]})

        @app.get("/jwks")
        def jwks():
            return jsonify({"keys": [self.key.as_dict(private=False)]})

        @app.get("/authorize")
        def authorize():
            asked = request.args.to_dict()
            self.asked.append(asked)
            code = f"code-{len(self.codes)}"
            self.codes[code] = asked
            query = urlencode({"code": code, "state": asked["state"]})
            return redirect(f"{asked['redirect_uri']}?{query}")

        @app.post("/token")
        def token():
            return self._token()

        return app

    def _token(self):
        asked = self.codes.pop(request.form.get("code", ""), None)
        sent = request.authorization
        known = sent is not None and (sent.username, sent.password) == (CLIENT, SECRET)
        digest = hashlib.sha256(request.form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if asked is None or not known or challenge != asked["code_challenge"]:
            return jsonify({"error": "invalid_grant"}), 400
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 60}
        claims |= {"nonce": asked["nonce"]} | self.claims | self.spoil
        header = {"alg": "ES256", "kid": "k1"}
        made = jwt.encode(header, claims, self.signer or self.key, algorithms=["ES256"])
        return jsonify({"access_token": "a", "token_type": "Bearer", "id_token": made})


@contextmanager
def provider() -> Iterator[Provider]:
    """A provider that listens on this computer."""
    found = Provider()
    server = make_server("127.0.0.1", 0, found.app(), threaded=True)
    found.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)

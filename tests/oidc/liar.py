"""A login service that a test lets lie: what it says of itself, its keys and its tokens are whatever the test sets."""

import base64
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey


class Liar:
    """Answers the desk's own requests; there is no page to log in at, a test brings the code itself."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, parameters={"kid": "one", "use": "sig"}, auto_kid=False)
        self.listed: list[RSAKey] = [self.key]
        self.algorithm, self.header = "RS256", {"kid": "one"}
        self.claims: dict[str, Any] = {}
        self.about: dict[str, Any] = {}
        self.person: dict[str, Any] = {}
        self.failing: dict[str, tuple[int, bytes]] = {}
        self.asked: list[tuple[str, dict[str, str], dict[str, str]]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.issuer = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def paths(self) -> list[str]:
        return [path for path, _, _ in self.asked]

    def token(self) -> str:
        """The ID token as the test wants it."""
        now = int(time.time())
        good = {"iss": self.issuer, "aud": "desk", "sub": "lan", "iat": now, "exp": now + 300}
        claims = {name: value for name, value in (good | self.claims).items() if value is not None}
        header = {"alg": self.algorithm} | self.header
        if self.algorithm.startswith("RS"):
            return jwt.encode(header, claims, self.key, algorithms=[self.algorithm])
        # By hand: no library makes what is forged with a public key for the secret, or without any.
        content = ".".join(_encoded(json.dumps(part).encode()) for part in (header, claims))
        signature = hmac.digest(self.key.as_pem(private=False), content.encode(), "sha256")
        return f"{content}.{_encoded(signature) if self.algorithm == 'HS256' else ''}"

    def answer(self, path: str) -> object:
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/auth?tenant=desk",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "userinfo_endpoint": f"{self.issuer}/me",
            } | self.about
        if path == "/jwks":
            return {"keys": [key.as_dict(private=False) for key in self.listed]}
        if path == "/token":
            return {"id_token": self.token(), "access_token": "for-me", "token_type": "Bearer"}
        return self.person

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        liar = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(b"")

            def do_POST(self) -> None:
                self._answer(self.rfile.read(int(self.headers["Content-Length"])))

            def _answer(self, body: bytes) -> None:
                path = urlsplit(self.path).path
                fields = {name: values[0] for name, values in parse_qs(body.decode()).items()}
                liar.asked.append((path, {name.lower(): value for name, value in self.headers.items()}, fields))
                status, told = liar.failing.get(path) or (200, json.dumps(liar.answer(path)).encode())
                self.send_response(status)
                self.send_header("Content-Length", str(len(told)))
                self.end_headers()
                self.wfile.write(told)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing: the test looks at `asked`."""

        return Handler


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()

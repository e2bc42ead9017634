"""Two OpenID Connect providers on loopback, an honest one and a liar.

The honest one is a process of its own: the package oidc-provider-mock, on authlib's server side.
The other says whatever a test wants.
"""

import base64
import hashlib
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from joserfc import jwt
from joserfc.jwk import RSAKey
from litestar import Litestar
from litestar.testing import TestClient

from pulse.settings import Home

CLIENT = "pulse-client"
SECRET = "a secret of the client that is long enough"  # noqa: S105 - of a provider on loopback
Say = Callable[["Lying", str], Any]


def configure(home: Home, issuer: str, more: str = "") -> None:
    """Write the settings of single sign-on into a home."""
    home.settings_file.write_text(f'oidc_issuer = "{issuer}"\noidc_client_id = "{CLIENT}"\n{more}')
    file = home.accounts / "oidc.secret"
    file.touch(mode=0o600)
    file.write_text(f"{SECRET}\n")


@contextmanager
def honest(people: list[dict[str, Any]]) -> Iterator[str]:
    """Run the real provider with these people and give its address."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    claims = [word for each in people for word in ("--user-claims", json.dumps(each))]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "-p", str(port), "-n"]
    process = subprocess.Popen(
        [*command, "true", *claims], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert process.poll() is None, "the provider has ended"
        try:
            requests.get(f"{address}/jwks", timeout=1)
        except requests.ConnectionError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the provider did not start")


def agree(url: str, sub: str) -> str:
    """Sign in at the honest provider and return the address it leads back to."""
    answer = requests.post(url, data={"sub": sub}, allow_redirects=False, timeout=20)
    return answer.headers["location"]


class Lying:
    """A provider that says whatever `say` returns: claims, or a token ready made.

    `issuer` is its address; `describes` changes its description of itself.
    """

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one"})
        self.other_key = RSAKey.generate_key(2048, {"kid": "one"})
        self.say: Say = honestly
        self.describes: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {}
        self.nonce = self.challenge = ""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.answer(self)

            def do_POST(self) -> None:
                outer.answer(self)

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def close(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def visit(self, url: str) -> str:
        """Take a browser that was sent here, and return the query it goes back with."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert asked["code_challenge_method"] == "S256"
        assert asked["client_id"] == CLIENT
        self.nonce, self.challenge = asked["nonce"], asked["code_challenge"]
        return f"code=some-code&state={asked['state']}"

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        pages: dict[str, Callable[[], Any]] = {
            "/.well-known/openid-configuration": self._description,
            "/jwks": lambda: {"keys": [self.key.as_dict(private=False)]},
            "/userinfo": lambda: self.userinfo,
        }
        length = int(handler.headers.get("content-length") or 0)
        form = parse_qs(handler.rfile.read(length).decode())
        path = handler.path.partition("?")[0]
        body = json.dumps(self._token(form) if path == "/token" else pages[path]()).encode()
        handler.send_response(200)
        handler.send_header("content-type", "application/json")
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def _description(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            **self.describes,
        }

    def _token(self, form: dict[str, list[str]]) -> dict[str, Any]:
        verifier = hashlib.sha256(form["code_verifier"][0].encode()).digest()
        if base64.urlsafe_b64encode(verifier).decode().rstrip("=") != self.challenge:
            return {"error": "invalid_grant"}
        said = self.say(self, self.nonce)
        if isinstance(said, dict):
            said = self.signed(said)
        token = {"access_token": "t", "token_type": "Bearer", "expires_in": 60}
        return token if said is None else {**token, "id_token": said}

    def signed(self, claims: dict[str, Any], key: RSAKey | None = None) -> str:
        """Return claims as a token, signed with this provider's key or another."""
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, key or self.key)


def honestly(provider: Lying, nonce: str) -> dict[str, Any]:
    """Say what an honest provider says of HR."""
    now = int(time.time())
    return {
        "iss": provider.issuer, "aud": CLIENT, "sub": "1", "iat": now, "exp": now + 60,
        "nonce": nonce, "email": "hr@x.org", "email_verified": True,
    }  # fmt: skip


def unsigned(claims: dict[str, Any], header: dict[str, str], signature: bytes = b"") -> str:
    """Return a token made by hand."""
    parts = (json.dumps(header).encode(), json.dumps(claims).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def begin(client: TestClient[Litestar], provider: Lying) -> str:
    """Go to the provider and return the path that leads back."""
    answer = client.get("/login/provider")
    assert answer.status_code == 303
    return f"/login/provider/back?{provider.visit(answer.headers['location'])}"

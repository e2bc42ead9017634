"""Files and headers: the very Plotly of the Python package, a strict policy, nothing kept."""

import asyncio
import gzip
import hashlib
import re
from pathlib import Path
from typing import Any, cast

import httpx
import plotly
import pytest
from litestar import Litestar
from litestar.testing import TestClient

import dashboards
from dashboards.assets import ASSETS
from tests.unit.dashboards import house

pytestmark = pytest.mark.enable_socket  # the event loop's own pair of sockets

VENDORED = "vendor/plotly-cartesian.min.js"
SHA256 = "79542150855a52c567260e3137095dbe2b744e6d702a5cabe67da246942fba7a"


def _version(head: bytes) -> str:
    found = re.search(rb"plotly\.js (?:\(.*?\) )?v(\d+\.\d+\.\d+)", head)
    assert found is not None
    return found[1].decode()


def test_the_drawing_library_is_the_one_that_the_figures_are_made_for() -> None:
    """The vendored file has the known hash, its licence, and the version Plotly embeds."""
    folder = Path(dashboards.__file__).parent / "static"
    vendored = (folder / VENDORED).read_bytes()
    assert hashlib.sha256(vendored).hexdigest() == SHA256
    embedded = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    with embedded.open("rb") as file:
        assert _version(vendored[:300]) == _version(file.read(300))
    assert "MIT" in (folder / "vendor" / "plotly-LICENSE.txt").read_text()


def test_files_are_named_by_content_and_kept_for_ever(app: Litestar) -> None:
    """A file is sent compressed, immutable, without cookies; another version's name is a 404."""
    client = house.visitor(app)
    answer = client.get(ASSETS.address(VENDORED))
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    assert "set-cookie" not in answer.headers
    assert hashlib.sha256(answer.content).hexdigest() == SHA256
    plain = client.get(ASSETS.address("charts.js"), headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert client.get(f"/static/0000/{VENDORED}").status_code == 404
    assert client.get(f"/static/{ASSETS.version}/../app.py").status_code == 404
    assert client.get(f"/static/{ASSETS.version}/..%2fapp.py").status_code == 404
    assert gzip.decompress(ASSETS.files["charts.js"].packed) == plain.content


def test_every_page_has_a_strict_policy(
    leader: TestClient[Litestar], hr: TestClient[Litestar]
) -> None:
    """No page allows inline or foreign code; only pages with figures carry a fresh nonce."""
    for page in (leader.get("/"), hr.get("/account"), hr.get("/nothing"), hr.get("/units/eng")):
        policy = page.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["x-content-type-options"] == "nosniff"
        assert " style=" not in page.text
        assert not re.search(r"<script(?![^>]*\bsrc=)", page.text)
        assert not re.search(r'(src|href)="(?:https?:)?//(?!127\.0\.0\.1)', page.text)
    first, second = (hr.get("/units/eng").headers["content-security-policy"] for _ in range(2))
    assert "'nonce-" in first
    assert first != second


def _metrics(app: Litestar, client: str, host: str, **headers: str) -> int:
    return _asked(app, client, host, **headers).status_code


def _asked(app: Litestar, client: str, host: str, **headers: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(cast("Any", app), client=(client, 4711))
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as session:
            return await session.get("/metrics", headers=headers)

    return asyncio.run(ask())


def test_metrics_are_for_this_machine_only(app: Litestar) -> None:
    """Loopback gets constant process figures; another address, name or a proxy gets a 404."""
    assert _metrics(app, "127.0.0.1", "127.0.0.1:8001") == 200
    assert _metrics(app, "::1", "localhost:8001") == 200
    told = _asked(app, "127.0.0.1", "127.0.0.1:8001").headers["content-type"]
    assert told == "text/plain; version=0.0.4; charset=utf-8"
    assert _metrics(app, "10.0.0.7", "127.0.0.1:8001") == 404
    assert _metrics(app, "127.0.0.1", "pulse.example.org") == 404
    assert _metrics(app, "127.0.0.1", "127.0.0.1", **{"X-Forwarded-For": "10.0.0.7"}) == 404

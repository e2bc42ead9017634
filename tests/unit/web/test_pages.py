"""The staff pages: constant, cached as they should be, and quiet while a wave is open."""

import base64
import hashlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from pulse.app import create_app
from pulse.web.page import staff_page, static_files, static_folder
from pulse.web.standing import standing
from tests.station import Station, ballot_body

pytestmark = pytest.mark.enable_socket  # an event loop wakes itself through a pair of sockets

Browser = TestClient[Litestar]
ONE_FILE = {
    "/s": staff_page(),
    "/card": standing("card.html", "card.js").content,
    "/kiosk": standing("kiosk.html", "start.js").content,
}
PAGES = ("/s", "/card", "/kiosk", "/results", "/privacy")


@pytest.fixture
def station(tmp_path: Path) -> Station:
    """Return an open wave."""
    return Station(tmp_path)


@pytest.fixture
def browser(station: Station) -> Iterator[Browser]:
    """Return a client of the staff app."""
    with TestClient(create_app(station.home)) as browser:
        yield browser


@pytest.mark.parametrize("path", ONE_FILE)
def test_a_page_that_answers_begin_on_never_varies(browser: Browser, path: str) -> None:
    """Same bytes for anybody, with nothing that lets a cache or a server tell visits apart."""
    plain = browser.get(path, headers={"accept-encoding": "identity"})
    headers = {"cookie": "a=b", "accept-language": "de", "etag": "x"}
    other = browser.get(f"{path}?x=1", headers=headers)
    assert plain.content == other.content == ONE_FILE[path]
    assert plain.headers["content-type"] == "text/html; charset=utf-8"
    for reply in (plain, other):
        assert not {"etag", "last-modified", "set-cookie", "expires"} & set(reply.headers)
        assert reply.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ONE_FILE)
def test_only_the_pages_own_style_and_script_may_run(browser: Browser, path: str) -> None:
    """The policy names the hash of each inline element and nothing else; no attribute runs.

    The survey page also loads a kiosk's guard from its own host.
    """
    reply = browser.get(path)
    for tag in ("style", "script"):
        (inline,) = re.findall(rf"<{tag}[^>]*>(.*?)</{tag}>", reply.text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
        also = " 'self'" if (tag, path) == ("script", "/s") else ""
        assert f"{tag}-src 'sha256-{digest}'{also};" in reply.headers["content-security-policy"]
    markup = re.sub(r"<(style|script).*?</\1>", "", reply.text, flags=re.DOTALL)
    assert not re.search(r"\s(style|on\w+)=|//", markup)


@pytest.mark.parametrize("path", ["/results", "/privacy", "/nowhere"])
def test_pages_to_read_use_nothing_but_our_files(browser: Browser, path: str) -> None:
    """Every file that they name answers, for ever cacheable; nothing is inline or foreign."""
    html = browser.get(path, headers={"accept": "text/html"}).text
    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', html)
    assert files
    for address in files:
        reply = browser.get(address)
        assert (reply.status_code, "immutable" in reply.headers["cache-control"]) == (200, True)
        assert reply.content == static_files()[address.rpartition("/")[2]]
    assert not re.search(r"<script|<style|\s(style|on\w+)=|https?://", html)


def test_the_folder_name_changes_with_any_file() -> None:
    """The static folder is named by the hash over all names and contents."""
    together = hashlib.sha256()
    for name, content in sorted(static_files().items()):
        together.update(f"{name}\0{len(content)}\0".encode() + content)
    assert static_folder() == f"/static/{together.hexdigest()[:16]}"


def test_files_are_compressed_once_and_only_if_wanted(browser: Browser, station: Station) -> None:
    """Gzip where it is accepted, plain where not; either way the same content."""
    for path in ("/s", "/privacy", f"{static_folder()}/page.js", station.files["00001"]):
        packed = browser.get(path, headers={"accept-encoding": "br, gzip"})
        plain = browser.get(path, headers={"accept-encoding": "gzip;q=0"})
        assert packed.headers["content-encoding"] == "gzip"
        assert "content-encoding" not in plain.headers
        assert packed.headers["vary"] == plain.headers["vary"]
        assert packed.headers["vary"].split(", ")[0] == "Accept-Encoding"
        assert packed.content == plain.content
        assert int(packed.headers["content-length"]) < len(plain.content)


def test_published_files_are_served_by_their_hash_alone(browser: Browser, station: Station) -> None:
    """Key list and group files last for ever; the index and anything else is not served."""
    assert "immutable" in browser.get(station.keys_path).headers["cache-control"]
    folder = station.keys_path.rpartition("/")[0]
    for path in (
        f"{folder}/groups.json", f"{folder}/keys-{'0' * 64}.json", f"{folder}/keys-.json",
        f"{folder}/..%2fcurrent.json", "/w/..%2f..%2fw/current.json", "/w/current.json",
        f"{folder}/", "/w/", "/w", "/w/2026-W99/keys.json", "/static/x/page.js", "/static",
        f"{static_folder()}/..%2f..%2fpage.py", f"{static_folder()}/../../page.py", "/%00",
        "/w/%ff",
    ):  # fmt: skip
        reply = browser.get(path)
        assert reply.status_code == 404
        assert reply.headers["content-type"] == "application/problem+json"
    for wrong in (b"", b"{", b"[]", b'{"wave":1}', b"\xff"):
        (station.home.published / "current.json").write_bytes(wrong)
        assert browser.get("/w/current").json() == {"wave": None}


def test_pages_earn_the_observatorys_points(browser: Browser) -> None:
    """Default none, nothing unsafe, no framing, private referrers, same-origin resources."""
    for path in (*PAGES, "/nowhere"):
        headers = browser.get(path, headers={"accept": "text/html"}).headers
        assert headers["content-type"].startswith("text/html")
        policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
        assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert not any("unsafe" in value or "*" in value for value in policy.values())
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize("path", [*PAGES, "/health", "/w/current"])
def test_head_is_answered_and_other_methods_are_refused(browser: Browser, path: str) -> None:
    """HEAD gives GET's headers; POST is 405 with the allowed methods."""
    got, head = browser.get(path), browser.head(path)
    assert (head.status_code, head.headers, head.content) == (200, got.headers, b"")
    refused = browser.post(path)
    assert refused.status_code == 405
    assert {"GET", "HEAD"} <= set(refused.headers["allow"].split(", "))


def test_people_meet_a_page_and_programs_a_problem(browser: Browser) -> None:
    """A wrong address opened in a browser is a calm page with the same status."""
    page = browser.get("/nowhere", headers={"accept": "text/html,*/*"})
    assert page.status_code == 404
    assert page.text.startswith("<!doctype html>")
    assert browser.get("/nowhere").json()["type"] == "not_found"
    assert browser.get("/", follow_redirects=False).headers["location"] == "/results"


def look(browser: Browser, station: Station) -> list[Any]:
    """Return every answer that anybody can get without a link, and one with."""
    paths = [*PAGES, "/", "/health", "/w/current", station.keys_path, *station.files.values()]
    paths += ["/nowhere", "/me", "/ballot", "/issue", f"{static_folder()}/page.js"]
    replies = [browser.request(m, p) for p in paths for m in ("GET", "HEAD", "OPTIONS")]
    return [(reply.status_code, sorted(reply.headers.items()), reply.content) for reply in replies]


def test_one_more_ballot_changes_nothing_that_is_served(station: Station, browser: Browser) -> None:
    """While the wave is open every answer is the same before and after one more ballot."""
    before = look(browser, station)
    assert browser.post("/issue", json=station.issue_body()).status_code == 200
    assert browser.post("/ballot", json=ballot_body(station.ballot())).status_code == 200
    assert look(browser, station) == before


def test_a_server_that_counts_is_noticed(station: Station) -> None:
    """The mutant that tells a tally in one header differs after one more ballot."""
    app = create_app(station.home)
    guarded = app.asgi_handler

    async def counting(scope: Any, receive: Any, send: Any) -> None:
        async def send_counted(message: Any) -> None:
            if message["type"] == "http.response.start":
                tally = (b"x-ballots", str(station.box.count()).encode())
                message["headers"] = [*message["headers"], tally]
            await send(message)

        await guarded(scope, receive, send_counted)

    app.asgi_handler = counting
    with TestClient(app) as browser:
        before = look(browser, station)
        assert browser.post("/ballot", json=ballot_body(station.ballot())).status_code == 200
        assert look(browser, station) != before


@pytest.mark.slow
def test_the_staff_process_loads_nothing_of_the_dashboards(station: Station) -> None:
    """Starting the app and looking at its pages imports no polars, plotly, numpy or alembic."""
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from litestar.testing import TestClient\n"
        "from pulse.app import create_app\n"
        "from pulse.settings import Home\n"
        "with TestClient(create_app(Home(Path(sys.argv[1])))) as browser:\n"
        "    for path in ('/s', '/results', '/privacy', '/health', '/w/current'):\n"
        "        assert browser.get(path).status_code == 200\n"
        "heavy = {'polars', 'plotly', 'numpy', 'alembic', 'dashboards'}\n"
        "print(sorted(heavy & {name.partition('.')[0] for name in sys.modules}))\n"
    )
    command = [sys.executable, "-W", "error", "-c", code, str(station.home.path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
    assert done.stderr == ""

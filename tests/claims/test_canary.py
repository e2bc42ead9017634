"""A whole wave under the loudest logging: nothing that people sent is told or kept anywhere."""

import datetime as dt
import http.client
import re
import shutil
import sqlite3
import tarfile
from pathlib import Path
from typing import Final
from urllib.parse import urlencode, urlsplit

import pytest

from tests.claims.canary import Found, Lived, misuse, no_http, outputs
from tests.claims.tap import tapped
from tests.installation import installed

pytestmark = pytest.mark.slow

MOMENT: Final = dt.datetime(2026, 2, 23, 9, tzinfo=dt.UTC)
TEAMS: Final = ("north", "south")
PROCESSES: Final = 5 + 3  # commands, and the apps of `pulse serve`
SILENT: Final = b"tapped\n"  # and not one record after that
VOTERS: Final = 7  # of ten, in each team
# Where what people sent or are may stand while the wave is open; after it, people only.
OPEN: Final = {
    ("people", "home state/pulse.db"), ("people", "home outbox/"), ("link", "home outbox/"),
    ("mark", "home issuer/"), ("token", "home ballotbox/"), ("box", "home ballotbox/"),
}  # fmt: skip
CLOSED: Final = {("people", "home state/pulse.db")}


def strangers(found: Found, allowed: set[tuple[str, str]]) -> Found:
    """Return what stands where it may not."""
    return {
        (place, kind)
        for place, kind in found
        if not any(kind == what and place.startswith(where) for what, where in allowed)
    }


def look(lived: Lived, allowed: set[tuple[str, str]]) -> Found:
    """Search the logs, all that was said, and every file of the home."""
    contents = {**lived.logs(), **lived.said, **lived.files()}
    return strangers(lived.canaries.found_in(contents), allowed)


def open_wave(folder: Path) -> Lived:
    """Open a wave of two teams of ten under the tap, and send its mails."""
    lived = Lived(installed(folder, MOMENT, **tapped(folder / "tap")))
    lived.command("init", "--email", "admin@example.org")
    person = lived.canaries.word("people")
    lived.place.roster({team: [f"{person}-{team}{n}" for n in range(10)] for team in TEAMS})
    lived.command("wave", "open", "--wave", "2026-W09")
    lived.command("invite")
    return lived


def sign_in(lived: Lived) -> None:
    """Try to sign in to the dashboards with canaries, and look at the metrics."""
    line = http.client.HTTPConnection(urlsplit(lived.place.dashboards_url).netloc, timeout=30)
    line.request("GET", "/login")
    reply = line.getresponse()
    page, cookie = reply.read().decode(), reply.headers["set-cookie"].split(";")[0]
    (token,) = set(re.findall(r'_csrf_token" value="([0-9a-f]+)"', page))
    form = {"_csrf_token": token, "password": lived.canaries.word("login")}
    form["email"] = f"{lived.canaries.word('login')}@example.org"
    headers = {"content-type": "application/x-www-form-urlencoded", "cookie": cookie}
    line.request("POST", "/login", urlencode(form), headers)
    reply = line.getresponse()
    assert (reply.status, bool(reply.read())) == (401, True)
    line.request("GET", "/metrics")
    reply = line.getresponse()
    assert reply.status == 200
    lived.said["metrics"] = reply.read()
    line.close()


def busy(lived: Lived, body: object) -> None:
    """Have a ballot refused because another process holds the box."""
    holder = sqlite3.connect(lived.place.folder / "ballotbox/2026-W09.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    assert lived.ask("POST", "/ballot", body)[0] == 503
    holder.execute("ROLLBACK")
    holder.close()


def test_a_wave_tells_nothing_and_keeps_nothing(tmp_path: Path) -> None:
    """No canary in any log, trace, metric, output or file but where it belongs, errors too."""
    lived = open_wave(tmp_path)
    with lived.place.serving() as process:
        bodies = [lived.signed(link) for link in lived.links()[: 2 * VOTERS]]
        busy(lived, bodies[0][1])
        assert {lived.ask("POST", "/ballot", cast)[0] for _, cast in bodies} == {200}
        statuses = set(misuse(lived, *bodies[0]))
        assert statuses == {400, 403, 404, 405, 409, 413, 415, 422}
        no_http(lived)
        sign_in(lived)
        lived.command("wave", "open", "--wave", "2026-W09", code=1)
        lived.command("wave", "status")
        look_after(lived, "while-open")
        assert look(lived, OPEN) == set()
        # Each of them really stands where it belongs, so the search finds what is there.
        everywhere = lived.canaries.found_in(lived.files())
        assert {kind for _, kind in everywhere} == {kind for kind, _ in OPEN}
        lived.command("remind")
        lived.command("wave", "close")
        assert {lived.ask("POST", "/issue", bodies[0][0])[0]} == {410}
        assert {lived.ask("POST", "/ballot", bodies[0][1])[0]} == {410}
        assert lived.ask("GET", "/results")[0] == 200
        assert lived.ask("POST", "/me", {"v": 1, "secret": bodies[0][0]["secret"]})[0] == 404
        lived.command("invite", code=1)
        look_after(lived, "after")
        lived.command("audit")
        lived.command("export", "--format", "csv", "--out", str(tmp_path / "out.csv"))
        lived.said["exported"] = (tmp_path / "out.csv").read_bytes()
        lived.said["serve"] = outputs(process)
    assert len(lived.logs()) >= PROCESSES  # the tap was in every process
    # Who makes or copies a database tells how; nobody else has a word to say.
    assert all(told == SILENT or b"alembic" in told for told in lived.logs().values())
    assert look(lived, CLOSED) == set()
    assert elsewhere(lived, tmp_path) == set()


def look_after(lived: Lived, name: str) -> None:
    """Do what an operator does with any home: look it over, and take a backup of it."""
    lived.command("doctor", code=None)
    file = lived.place.folder.parent / f"{name}.backup"
    lived.command("backup", str(file))
    with tarfile.open(file) as tar:
        for member in tar:
            held = tar.extractfile(member)
            lived.said[f"home {member.name} in {name}"] = held.read() if held else b""


def elsewhere(lived: Lived, folder: Path) -> set[str]:
    """Return what any process wrote to, or called, that is neither its home nor this machine."""
    fine = re.compile(
        rf"(open|sqlite3.connect) (file:(//)?)?{re.escape(str(folder))}/"  # home, logs, backups
        r"|open .*/__pycache__/|open (/dev/null|\d+)$|socket.connect \('127\.0\.0\.1', "
    )
    return {doing for doing in lived.doings() if not fine.match(doing)}


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Open a wave once; its home is copied for the careless servers."""
    folder = tmp_path_factory.mktemp("mutants") / "opened"
    folder.mkdir()
    open_wave(folder)
    return folder


@pytest.mark.parametrize(
    ("mutants", "told"),
    [
        (
            ("logs bodies", "logs addresses", "prints errors"),
            {"blinded", "link", "token", "box", "address", "query"},
        ),
        (("keeps agents", "keeps links", "lets databases speak"), {"header", "link", "token"}),
        (("echoes", "spools", "tells a neighbour"), {"query", "link", "token", "box", "blinded"}),
    ],
)
def test_a_careless_server_is_found(
    opened: Path, tmp_path: Path, mutants: tuple[str, ...], told: set[str]
) -> None:
    """The same search finds what each mutant tells or keeps: one visit is enough."""
    shutil.copytree(opened / "home", tmp_path / "home")
    lived = Lived(installed(tmp_path, MOMENT, **tapped(tmp_path / "tap", *mutants)))
    with lived.place.serving("--only", "staff") as process:
        _, cast = lived.signed(lived.links()[0])
        assert [lived.ask("POST", "/ballot", cast)[0] for _ in range(2)] == [200, 200]
        assert lived.ask("GET", "/nowhere")[0] == 404
        lived.said["serve"] = outputs(process)
    assert told <= {kind for _, kind in look(lived, OPEN)}
    assert bool(elsewhere(lived, tmp_path)) == ("tells a neighbour" in mutants)

"""Issuer, ballot box and dashboards run as users of their own, and each is refused the rest."""

import contextlib
import datetime as dt
import email
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import httpx
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from pulse.settings import Home, load
from pulse.store.databases import ROOMS, Room, addresses
from pulse.store.postgres import postgres_engine
from tests.claims.test_silence import cast_one
from tests.installation import Installation, free_ports, installed
from tests.postgres import Cluster
from tests.users import ROOT, as_user, environment, readable, require_root

pytestmark = pytest.mark.slow

MOMENT: Final = dt.datetime(2026, 2, 23, 9, tzinfo=dt.UTC)
TEAM: Final = [f"p{number}" for number in range(12)]
USERS: Final = {"issuer": 61_001, "ballotbox": 61_002, "dashboards": 61_003}
ANSWERED: Final = 8


class Apart:
    """A home on which three processes of three users serve.

    Args:
        folder: where the home and its clock stand; everybody may enter it.
        settings: `PULSE_*` for the operator's commands beside those of an installation.
    """

    def __init__(self, folder: Path, **settings: str) -> None:
        self.operator: Installation = installed(folder, MOMENT, **settings)
        (folder / "clock").chmod(0o644)
        self.home = Home(folder / "home")
        self.own: Mapping[str, tuple[Path, ...]] = {
            "issuer": (self.home.issuer, self.home.issuer_keys),
            "ballotbox": (self.home.ballotbox,),
            "dashboards": (self.home.accounts, self.home.practices),
        }
        self.ports = dict(zip(USERS, free_ports(3), strict=True))
        self._environment = environment(
            self.home.path, PULSE_ENV="test", PULSE_TEST_CLOCK=str(folder / "clock")
        )

    def settle(self) -> None:
        """Make the home, give each room to its user, and open a week."""
        self.operator.run("init")
        self.home.keys.chmod(0o711)
        for name, number in USERS.items():
            for folder in self.own[name]:
                for path in (folder, *folder.rglob("*")):
                    os.chown(path, number, number)
        self.operator.roster({"ops": TEAM})
        self.operator.run("wave", "open")
        self.operator.run("invite")

    @contextlib.contextmanager
    def serving(self, name: str) -> Iterator[None]:
        """Serve one app as its user while inside."""
        port = "--dashboards-port" if name == "dashboards" else "--port"
        command = [sys.executable, "-m", "pulse", "serve", "--only", name, port]
        process = subprocess.Popen(
            as_user(USERS[name], [*command, str(self.ports[name])]),
            cwd=ROOT, env=self._environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        try:
            self._await(name, process)
            yield
        finally:
            process.terminate()
            process.communicate(timeout=30)

    def url(self, name: str) -> str:
        """Return where an app answers."""
        return f"http://127.0.0.1:{self.ports[name]}"

    def links(self) -> list[str]:
        """Return the links of all mails in the outbox."""
        mails = [email.message_from_bytes(p.read_bytes()) for p in self.home.outbox.rglob("*.eml")]
        parts = [part for mail in mails for part in mail.walk() if "plain" in str(part)]
        found = [re.search(r"http\S+#\S+", str(part.get_payload())) for part in parts]
        return [match.group() for match in found if match]

    def _await(self, name: str, process: "subprocess.Popen[bytes]") -> None:
        for _ in range(300):
            assert process.poll() is None, process.communicate()
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{self.url(name)}/health?alone=1").status_code == 200:
                    return
            time.sleep(0.1)
        raise AssertionError("The app did not answer within thirty seconds.")


class Browser(httpx.Client):
    """Sends ballots to the one app and everything else to the other, as a proxy would."""

    def __init__(self, apart: Apart) -> None:
        super().__init__(base_url=apart.url("issuer"))
        self._box = apart.url("ballotbox")

    def post(self, url: httpx.URL | str, **options: object) -> httpx.Response:
        """Post to whoever is asked."""
        place = f"{self._box}{url}" if url == "/ballot" else url
        return super().post(place, **options)  # type: ignore[arg-type]


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a folder that every user may enter; where tests write otherwise is closed to most."""
    require_root()
    made = Path(tempfile.mkdtemp(prefix="pulse-apart-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def live(apart: Apart) -> None:
    """Live a week: people answer over two processes, the operator closes, leaders are shown."""
    apart.settle()
    with apart.serving("issuer"), apart.serving("ballotbox"), apart.serving("dashboards"):
        with Browser(apart) as browser:
            for link in apart.links()[:ANSWERED]:
                cast_one(browser, link)
        check_files(apart)
        closed = apart.operator.run("wave", "close")
        assert (closed["state"], closed["counted"]) == ("released", ANSWERED)
        assert httpx.get(f"{apart.url('dashboards')}/login").status_code == 200


def check_files(apart: Apart) -> None:
    """Check that each user may read only its own and what is public, and change only its own."""
    home = apart.home
    private = [home.operator_keys, home.holder_keys, home.outbox, home.state / "trees"]
    private += [path for place in private for path in place.rglob("*") if path.is_file()]
    private += [path for path in home.state.iterdir() if path.is_file()]
    for name, number in USERS.items():
        theirs = [folder for other in USERS if other != name for folder in apart.own[other]]
        others = [folder for folder in theirs if folder != home.practices]  # which staff read
        others += [path for folder in others for path in folder.rglob("*") if path.is_file()]
        assert len(others) > 3
        assert readable(number, [*private, *others]) == set()
        assert readable(number, apart.own[name]) == set(apart.own[name])
        # What all may read, nobody who serves may change: key lists and releases above all.
        mine = {path for folder in apart.own[name] for path in (folder, *folder.rglob("*"))}
        rest = [home.path, *(path for path in home.path.rglob("*") if path not in mine)]
        assert writable(number, rest) == set()
        assert writable(number, apart.own[name]) == set(apart.own[name])


def writable(number: int, paths: Sequence[Path]) -> set[Path]:
    """Return the files and folders that a user can change."""
    words = ["sh", "-c", 'for p; do if [ -w "$p" ]; then echo "$p"; fi; done', "look"]
    command = as_user(number, [*words, *map(str, paths)])
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return {Path(line) for line in done.stdout.splitlines()}


def test_on_files_each_process_works_with_its_own_and_is_refused_the_rest(folder: Path) -> None:
    """Three users serve a week from SQLite files; none can read what another keeps."""
    live(Apart(folder))


def test_on_postgresql_each_process_has_a_role_that_enters_one_database(
    folder: Path, cluster: Cluster
) -> None:
    """Three users serve a week from databases; each role is refused at the others' doors."""
    main = cluster.new_database()
    apart = Apart(folder, PULSE_DATABASE_URL=main.render_as_string(hide_password=False))
    live(apart)
    every = addresses(apart.home, load(apart.home, {}))
    rooms: tuple[Room, ...] = ("accounts", "issuer", "ballotbox")
    for room in rooms:
        for other in ROOMS:
            url = every[room].set(database=every[other].database)
            engine = postgres_engine(url, serving=False, one_writer=False)
            if room == other:
                assert can(engine, "SELECT 1")
                assert not can(engine, "SELECT * FROM pg_authid")
                assert not can(engine, "COPY (SELECT 1) TO PROGRAM 'true'")
            else:
                assert not can(engine, "SELECT 1"), (room, other)


def can(engine: Engine, statement: str) -> bool:
    """Tell whether a role may run a statement."""
    try:
        with engine.connect() as connection:
            connection.execute(text(statement))
    except (OperationalError, ProgrammingError) as error:
        if "permission denied" in str(error.orig):
            return False
        raise
    return True


def test_a_home_that_all_may_read_is_noticed(folder: Path) -> None:
    """The twin whose rooms are open to everybody on the machine fails the very same look."""
    apart = Apart(folder)
    apart.settle()
    for path in (apart.home.ballotbox, *apart.home.ballotbox.rglob("*")):
        path.chmod(0o755)
    with pytest.raises(AssertionError, match="ballotbox"):
        check_files(apart)

"""The installation that a simulation lives in: the real code, a clock that is set, one network.

A crash comes in two kinds. *Died* unwinds the running call, as a signal handler would. *Killed*
first copies the home as it lies on the disk and goes on in the copy: nothing that the dying
process still did, not even a `finally`, reaches it.
"""

import asyncio
import atexit
import datetime as dt
import shutil
from collections import Counter
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final, NamedTuple

import msgspec
from litestar import Litestar
from msgspec import structs
from sqlalchemy import Engine, event

from pulse import closing, council, opening, wave
from pulse.ballotbox import holder, pairs
from pulse.ballotbox.cast import BallotBox
from pulse.disclosure.audit import audit_candidate
from pulse.invitation import cards
from pulse.issuer.desk import Issuer
from pulse.settings import Home, Settings
from pulse.store.databases import (
    accounts_engine,
    ballotbox_shelf,
    issuer_shelf,
    state_engine,
)
from pulse.store.home import make_home
from pulse.terms import Progress
from pulse.token.encoding import unb64u
from pulse.upkeep.backup import backup
from pulse.upkeep.restore import restore
from pulse.web.casting import ballotbox_routes
from pulse.web.issuing import issuer_routes
from pulse.web.mishaps import handlers
from tests.booth import signing_key
from tests.fault.simulation.model import demand
from tests.postgres import Cluster

PAGE: Final = b"page"
GROUPS: Final = 100  # more than there ever are
HALVES: Final = 12  # keys that a council makes at once; a cancelled wave has used one too


class Died(BaseException):
    """What runs dies here and now."""


class Clock:
    """A machine's clock: true time, and how far it is off."""

    def __init__(self) -> None:
        self.true, self.off = dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.timedelta()

    def now(self) -> dt.datetime:
        """Return what the machine takes for the present."""
        return self.true + self.off


class Parts(NamedTuple):
    """The code under test; a deliberately broken twin replaces one of them."""

    open: Callable[..., opening.Opened] = opening.open_wave
    close: Callable[..., closing.Closed] = closing.close_wave
    shut: Callable[[Home, Settings, str], None] = closing.shut_issuing
    cancel: Callable[..., wave.Wave] = opening.cancel
    issuer: Callable[[Home, Settings], Issuer] = lambda home, settings: Issuer(
        issuer_shelf(home, settings, serving=True), home.issuer_keys, home.published
    )
    box: Callable[[Home, Settings], BallotBox] = lambda home, settings: BallotBox(
        ballotbox_shelf(home, settings, serving=True), home.published
    )
    backup: Callable[..., object] = backup
    restore: Callable[..., object] = restore


class House:
    """One home with its state database, the staff's server, and ways to crash.

    Args:
        folder: where homes are made.
        settings: the configuration to begin with.
        parts: the code to run.
        cluster: a PostgreSQL server to be on instead of SQLite files. A home there dies only: no
            copy of a folder is the machine as it was.
    """

    def __init__(
        self, folder: Path, settings: Settings, parts: Parts, cluster: Cluster | None
    ) -> None:
        self.folder, self.settings, self.parts = folder, settings, parts
        self._cluster = cluster
        self.clock, self._runner = Clock(), asyncio.Runner()
        self._dies_at_commit = 0
        self.killed = False
        self._kill: Path | None = None
        self._copies = 0
        self._begun = Counter[tuple[int, int]]()
        self._settle(self._made(folder / "home-0"))

        if settings.holder == "council":
            self.import_council()

    def _made(self, folder: Path) -> Home:
        """Make the first home."""
        if self._cluster is None:
            return Home(shutil.copytree(_empty_home(), folder))
        self.settings = structs.replace(self.settings, database_url=self._database())
        make_home(Home(folder), "", self.settings)
        return Home(folder)

    def _database(self) -> str:
        assert self._cluster is not None
        return self._cluster.new_database().render_as_string(hide_password=False)

    def import_council(self) -> None:
        """Let the council make keys on its own machine, and take their public halves."""
        self._copies += 1
        self.council = self.folder / f"council-{self._copies}" / "F"
        self.council.parent.mkdir()
        pairs.make(self.council, HALVES)
        council.import_halves(self.home, self.engine, Path(f"{self.council}.pub"))

    def _settle(self, home: Home) -> None:
        self.home = home
        self.engine: Engine = state_engine(home, self.settings)
        event.listen(self.engine, "commit", self._commits)
        self.serve()

    def serve(self) -> None:
        """Start the server."""
        self.issuer, self.box = (
            self.parts.issuer(self.home, self.settings),
            self.parts.box(self.home, self.settings),
        )
        self._app = Litestar(
            [*issuer_routes(self.issuer), *ballotbox_routes(self.box)],
            exception_handlers=handlers(lambda: self.settings),
            openapi_config=None,
            logging_config=None,
        )

    def stop(self) -> None:
        """Stop the server."""
        self.issuer.close()
        self.box.close()

    def refresh(self) -> None:
        """Let the server look at its folders, as it does every second."""
        self.issuer.refresh()
        self.box.refresh()

    def leave(self) -> None:
        """Let go of everything."""
        self.stop()
        self.engine.dispose()
        self._runner.close()

    # The network.

    def post(self, path: str, body: object) -> tuple[int, Any]:
        """Send one request and return status and decoded answer."""
        return self.post_together(path, [body])[0]

    def post_together(self, path: str, bodies: list[object]) -> list[tuple[int, Any]]:
        """Send several requests at the same time."""

        async def together() -> list[tuple[int, Any]]:
            return list(await asyncio.gather(*(_asked(self._app, path, body) for body in bodies)))

        return self._runner.run(together())

    # Crashes.

    def crash(self, *, killed: bool) -> Died:
        """Return what to raise; killed, the home as it is now is what the next start finds."""
        if killed and self._cluster is None:
            self._kill = Path(mkdtemp(prefix="home-", dir=self.folder))
            shutil.copytree(self.home.path, self._kill, dirs_exist_ok=True)
        return Died()

    def recover(self) -> None:
        """Start again after a crash; a killed machine's server starts again too."""
        self._dies_at_commit = 0
        if self._kill is not None:
            self.move_to(self._kill)
            self._kill = None

    def move_to(self, folder: Path) -> None:
        """Serve another home from now on and throw this one away."""
        self.stop()
        self.engine.dispose()
        shutil.rmtree(self.home.path)
        self._settle(Home(folder))

    def die_at_commit(self, number: int, *, killed: bool) -> None:
        """Crash right before a commit of the state database, counted from now; 0 means never."""
        self._dies_at_commit, self.killed = number, killed

    def _commits(self, _: object) -> None:
        self._dies_at_commit -= 1
        if self._dies_at_commit == 0:
            raise self.crash(killed=self.killed)

    # What is done to waves.

    def spki(self, named: str, g: str) -> bytes:
        """Read the public key of a group as it was published."""
        groups = msgspec.json.decode((self.home.published / named / "groups.json").read_bytes())
        return unb64u(next(each["spki"] for each in groups if each["g"] == g))

    def row(self, named: str) -> wave.Wave | None:
        """Return a wave's row."""
        return wave.get(self.engine, named)

    def open(self, passing: Callable[[str], None]) -> opening.Opened:
        """Open the present week; `passing` is called before each step."""
        week = self.clock.now().astimezone(self.settings.zone).date().isocalendar()[:2]
        self._begun[week] += 1
        return self.parts.open(
            self.home, self.settings, self.clock, self.engine, page=PAGE,
            make_keys=partial(pooled_keys, self._begun[week]), progress=_told(passing),
        )  # fmt: skip

    def close(
        self, named: str, passing: Callable[[str], None], *, abandon: bool, accept: bool
    ) -> closing.Closed:
        """Close a wave or go on with its close; a second holder peels when asked."""

        def close(peeled: Path | None = None) -> closing.Closed:
            return self.parts.close(
                self.home, self.settings, self.clock, self.engine, named, peeled=peeled,
                abandon=abandon, accept_spoiled=accept, checkpoint=passing,
                auditor=audit_candidate,
            )  # fmt: skip

        report = close()
        return close(self._peel(report)) if report.box else report

    def _peel(self, report: closing.Closed) -> Path:
        """Carry BOX and its list to the council, and P back."""
        self._copies += 1
        away = self.council.parent / str(self._copies)
        away.mkdir()
        for path in (report.box, report.groups):
            shutil.copy(path, away)
        holder.peel_box(away / Path(report.box).name, self.council, away / "P")
        return away / "P"

    def shut(self, named: str) -> None:
        """Shut a wave's issuer at its closing time."""
        self.parts.shut(self.home, self.settings, named)

    def cancel(self, named: str) -> None:
        """Cancel a wave."""
        self.parts.cancel(self.home, self.settings, self.engine, named)

    def back_up(self, passing: Callable[[str], None]) -> Path:
        """Take a backup while the server runs, and return its file."""
        self._copies += 1
        file = self.folder / f"backup-{self._copies}"
        accounts = accounts_engine(self.home, self.settings)
        try:
            self.parts.backup(self.home, self.engine, accounts, self.clock, file, _told(passing))
        finally:
            accounts.dispose()
        return file

    def restore(self, file: Path, passing: Callable[[str], None]) -> None:
        """Make a new home from a backup and serve that one; the old one is gone."""
        folder, environ = self.folder / f"restored-{file.name}-{self._copies}", {}
        self._copies += 1
        if self._cluster is not None:
            environ = {"PULSE_DATABASE_URL": self._database()}
        self.parts.restore(Home(folder), file, environ, _told(passing))
        if self._cluster is not None:
            self.settings = structs.replace(
                self.settings, database_url=environ["PULSE_DATABASE_URL"]
            )
        self.move_to(folder)
        if self.settings.holder == "council":  # keys of before may have been used since
            demand(council.covered(self.engine) == 0, "a council's keys came back")
            self.import_council()


def _told(passing: Callable[[str], None]) -> Progress:
    def told(label: str, done: int, total: int) -> None:
        if label != cards.LABEL or not done:  # the first card stands for all of them
            passing(f"{label} {done}/{total}")

    return told


async def _asked(app: Litestar, path: str, body: object) -> tuple[int, Any]:
    content, sent = msgspec.json.encode(body), list[Any]()

    async def receive() -> Any:
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [
        (b"host", b"127.0.0.1"),
        (b"content-type", b"application/json"),
        (b"content-length", str(len(content)).encode()),
    ]
    scope: Any = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST",
        "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"",
        "root_path": "", "headers": headers, "client": ("127.0.0.1", 1), "state": {},
        "server": ("127.0.0.1", 80), "extensions": {},
    }  # fmt: skip
    await app(scope, receive, send)
    answer = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0]["status"], msgspec.json.decode(answer)


def pooled_keys(opening: int, count: int, progress: Progress) -> list[bytes]:
    """Return signing keys that one run makes only once, others for each opening of one week."""
    del progress
    return [_der(GROUPS * opening + number) for number in range(count)]


@cache
def _der(number: int) -> bytes:
    return signing_key(number).private_der().reveal()


@cache
def _empty_home() -> Path:
    folder = Path(mkdtemp(prefix="pulse-empty-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    make_home(Home(folder / "home"), "")
    return folder / "home"

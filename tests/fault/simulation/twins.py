"""Deliberately broken twins of what the simulation runs; each must be found, and soon.

They are given in as parts: nothing of the real code is replaced behind its back.
"""

import datetime as dt
import shutil
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Engine, text

from pulse import closing, opening, wave
from pulse.ballotbox.cast import BallotBox
from pulse.ballotbox.store import BoxStore
from pulse.clock import Clock
from pulse.closing.plan import Places, read_plan
from pulse.errors import Held
from pulse.issuer.desk import Issuer
from pulse.release import ledger
from pulse.settings import Home, Settings
from pulse.store.databases import ballotbox_shelf, issuer_shelf
from pulse.terms import Progress, SealedBallot
from pulse.upkeep import archive
from pulse.upkeep.backup import backup
from tests.fault.simulation.house import Parts

Passing = Callable[[str], None]
KEYLESS: Final = (
    "DROP TABLE sealed",
    "CREATE TABLE sealed (t BLOB, g TEXT, msg BLOB, sig BLOB, box BLOB)",
)


def counts_a_repeat_twice(home: Home, settings: Settings, *given: Any, **how: Any) -> Any:
    """Open a wave whose ballot box has no primary key."""
    opened = opening.open_wave(home, settings, *given, **how)
    _run(ballotbox_shelf(home, settings).engine(opened.wave), *KEYLESS)
    return opened


def closes_by_the_mornings_offset(
    home: Home, settings: Settings, clock: Clock, *given: Any, **how: Any
) -> Any:
    """Open a wave that closes as if the wall clock were never changed in between."""
    local = clock.now().astimezone(settings.zone)
    still = msgspec.structs.replace(settings, timezone="UTC")
    then = wave.closing_time(still, local.replace(tzinfo=dt.UTC))
    closes = then.replace(tzinfo=dt.timezone(local.utcoffset() or dt.timedelta()))
    return opening.open_wave(home, settings, clock, *given, closes=closes, **how)


def invites_into_another_team(home: Home, settings: Settings, *given: Any, **how: Any) -> Any:
    """Open a wave whose first two groups are exchanged."""
    opened = opening.open_wave(home, settings, *given, **how)
    exchange = (
        "UPDATE invitation SET g = CASE g WHEN '00001' THEN '00002' ELSE '00001' END "
        "WHERE g IN ('00001', '00002')"
    )
    _run(issuer_shelf(home, settings).engine(opened.wave), exchange)
    return opened


def backs_up_whatever_lies_there(home: Home, engine: Engine, *given: Any) -> None:
    """Take a backup, and the issuer's stores with it."""
    backup(home, engine, *given)
    file = next(each for each in given if isinstance(each, Path))
    with TemporaryDirectory() as folder:
        with tarfile.open(file) as tar:
            tar.extractall(folder, filter="data")
        with tarfile.open(file, "w") as tar:
            tar.add(folder, "")
            tar.add(home.issuer, "issuer")


class Interrupted(Exception):
    """A close stops where it was told to."""


def asks_for_too_many(
    home: Home, settings: Settings, *given: Any, checkpoint: Passing, **how: Any
) -> closing.Closed:
    """Close as if nothing may be shown of fewer than two hundred."""

    def passing(place: str) -> None:
        if place == "before publish":
            raise Interrupted
        checkpoint(place)

    try:
        return closing.close_wave(home, settings, *given, checkpoint=passing, **how)
    except Interrupted:
        much = msgspec.structs.replace(settings, k=200)
        return closing.close_wave(home, much, *given, checkpoint=checkpoint, **how)


class Dropping(BallotBox):
    """A ballot box that acknowledges every fifth ballot and keeps it in memory only."""

    seen = 0

    async def cast(self, wave: str, ballot: SealedBallot) -> None:
        """Cast, or pretend to."""
        self.seen += 1
        if self.seen % 5 or not await self._open(wave):
            await super().cast(wave, ballot)

    async def _open(self, wave: str) -> bool:
        return (await self._desks.at(wave)).store.is_open()


class SigningTwice(Issuer):
    """An issuer that forgets which invitations were used."""

    async def issue(self, wave: str, secret: str, blinded: str) -> bytes:
        """Sign as if nothing had been signed before."""
        desk = await self._desks.at(wave)
        with desk.store._engine.begin() as connection:
            connection.execute(text("UPDATE invitation SET c = zeroblob(32)"))
        return await super().issue(wave, secret, blinded)


def closing_that(at: Mapping[str, Callable[[Home, Settings, str], None]]) -> Parts:
    """Return parts whose close does something else when it passes a step."""

    def close(
        home: Home, settings: Settings, clock: Clock, engine: Engine, named: str,
        *, checkpoint: Passing, **how: Any,
    ) -> closing.Closed:  # fmt: skip
        def passing(place: str) -> None:
            at.get(place, _nothing)(home, settings, named)
            checkpoint(place)

        return closing.close_wave(home, settings, clock, engine, named, checkpoint=passing, **how)

    return Parts(close=close)


def leaves_the_gate_open(home: Home, settings: Settings, named: str) -> None:
    """Open the ballot box's gate again right after it was shut."""
    store = BoxStore(ballotbox_shelf(home, settings), named)
    store.open_gate()
    store.close()


def loses_a_ballot(home: Home, settings: Settings, named: str) -> None:
    """Lose one stored ballot, as a disk might, once the box has shut."""
    engine = ballotbox_shelf(home, settings).engine(named)
    _run(engine, "DELETE FROM sealed WHERE t = (SELECT min(t) FROM sealed)")


def forgets_the_wave(home: Home, settings: Settings, named: str) -> None:
    """Forget that a wave has closed."""
    del named
    for shelf in (issuer_shelf(home, settings), ballotbox_shelf(home, settings)):
        engine = shelf.engine("closed")
        _run(engine, "DELETE FROM closed")


def keeps_the_peeled(home: Home, settings: Settings, named: str) -> None:
    """Keep a copy of P."""
    del settings
    shutil.copy(Places(home, named).peeled, home.state / "kept")


def gives_up(home: Home, settings: Settings, *given: Any, **how: Any) -> closing.Closed:
    """Close, and give up at the first doubt."""
    try:
        return closing.close_wave(home, settings, *given, **how)
    except Held:
        return closing.close_wave(home, settings, *given, **{**how, "abandon": True})


class ReleasingTwice:
    """A close that presses a released wave again when it is called again, under a higher k."""

    def __init__(self) -> None:
        self._kept: dict[str, dict[str, bytes]] = {}

    def __call__(
        self, home: Home, settings: Settings, clock: Clock, engine: Engine, named: str,
        *, checkpoint: Passing, **how: Any,
    ) -> closing.Closed:  # fmt: skip
        """Close, and keep what would be needed to do it again."""
        places = Places(home, named)
        row = wave.get(engine, named)
        if named in self._kept and row is not None and row.state == "released":
            self._undo(home, places, named)

        def passing(place: str) -> None:
            if place == "before publish" and places.peeled.exists():
                files = ("peeled", "inner_key", "plan")
                self._kept[named] = {n: getattr(places, n).read_bytes() for n in files}
            checkpoint(place)

        return closing.close_wave(home, settings, clock, engine, named, checkpoint=passing, **how)

    def _undo(self, home: Home, places: Places, named: str) -> None:
        for name, data in self._kept.pop(named).items():
            getattr(places, name).write_bytes(data)
        plan = read_plan(places)
        assert plan is not None
        closing.write_plan(home, msgspec.structs.replace(plan, k=plan.k + 5))
        lines = ledger.whole_lines(home.releases)
        (home.releases / ledger.NAME).write_bytes(b"".join(line + b"\n" for line in lines[:-1]))
        shutil.rmtree(home.releases / named)


def only_marks(home: Home, settings: Settings, engine: Engine, named: str) -> wave.Wave:
    """Cancel a wave in its row alone."""
    del home, settings
    return wave.move(engine, named, ("planned", "open"), "cancelled")


def only_unpacks(home: Home, file: Path, environ: Mapping[str, str], progress: Progress) -> None:
    """Restore by unpacking, and let every wave go on where it was."""
    del environ
    home.path.mkdir()
    archive.unpack(file, home.path, progress)
    home.make()


def _run(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def _nothing(home: Home, settings: Settings, named: str) -> None:
    del home, settings, named


class Twin(NamedTuple):
    """A broken twin: the parts that it is made of, a seed that meets it, what is said then."""

    make: Callable[[], Parts]
    seed: int
    said: str


def _dropping(home: Home, settings: Settings) -> BallotBox:
    return Dropping(ballotbox_shelf(home, settings), home.published)


def _signing_twice(home: Home, settings: Settings) -> Issuer:
    return SigningTwice(issuer_shelf(home, settings), home.issuer_keys, home.published)


TWINS: Final[Mapping[str, Twin]] = {
    "counts a repeat twice": Twin(
        lambda: Parts(open=counts_a_repeat_twice),
        2,
        "under one token|is held where .*released|a repeat got|answered 503",
    ),
    "drops an acknowledged ballot": Twin(
        lambda: Parts(box=_dropping),
        2,
        "acknowledged ballots lost|ballots are told|a repeat got 200|under one token",
    ),
    "signs twice": Twin(lambda: Parts(issuer=_signing_twice), 2, "was given two tokens"),
    "loses a stored ballot": Twin(
        lambda: closing_that({"box shut": loses_a_ballot}),
        1,
        "acknowledged ballots lost|ballots are told",
    ),
    "leaves the gate open": Twin(
        lambda: closing_that({"after export": leaves_the_gate_open}),
        32,
        "after the gate had shut|(answered|got) [24]0[09] where .410. are right",
    ),
    "forgets that a wave closed": Twin(
        lambda: closing_that({"released": forgets_the_wave}), 1, "is released and /.* answered 404"
    ),
    "keeps the peeled ballots": Twin(
        lambda: closing_that({"after peel": keeps_the_peeled}), 2, "left .*'box'"
    ),
    "closes by the morning's offset": Twin(
        lambda: Parts(open=closes_by_the_mornings_offset), 1, "^Broken: closes "
    ),
    "invites into another team": Twin(
        lambda: Parts(open=invites_into_another_team), 2, " answers in 0000"
    ),
    "backs up whatever lies there": Twin(
        lambda: Parts(backup=backs_up_whatever_lies_there), 1, "^Broken: backup-.*'link'"
    ),
    "leaves the issuer's gate open": Twin(
        lambda: Parts(shut=_nothing), 2, "the issuer answered 200 where"
    ),
    "shows nothing of anybody": Twin(
        lambda: Parts(close=asks_for_too_many), 2, "^Broken: nothing is shown"
    ),
    "gives up at the first doubt": Twin(lambda: Parts(close=gives_up), 5, "is lost where"),
    "releases twice": Twin(
        lambda: Parts(close=ReleasingTwice()),
        2,
        "changed|reports something else|lost or changed",
    ),
    "cancels in its row alone": Twin(lambda: Parts(cancel=only_marks), 18, "cancelled, and left"),
    "lets waves go on after a restore": Twin(
        lambda: Parts(restore=only_unpacks), 11, "after a restore|keys came back"
    ),
}

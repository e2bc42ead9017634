"""What `pulse doctor` finds, planted one thing at a time."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from msgspec.structs import replace
from sqlalchemy import update

from pulse import wave as waves
from pulse.ballotbox.store import BoxStore
from pulse.clock import FixedClock
from pulse.issuer.store import IssuerStore
from pulse.settings import Home, Settings
from pulse.store.files import write_atomically
from pulse.store.ticked import Note, write_note
from pulse.store.wavestores import origin_of
from pulse.upkeep import files_look
from pulse.upkeep.doctor import examine, healthy
from pulse.upkeep.finding import Check
from pulse.upkeep.waves_look import own_stores
from tests.shelves import rooms
from tests.unit.upkeep.conftest import CLOCK, Place
from tests.unit.upkeep.test_homes import stamp

WELL = Settings(organisation="Example Ltd", sender="pulse@example.org", holder="same-host")


def found(home: Home, settings: Settings = WELL, clock: FixedClock = CLOCK) -> list[Check]:
    """Return what is not right."""
    return [check for check in examine(home, settings, clock) if check.status != "ok"]


def fails(home: Home, settings: Settings = WELL) -> set[str]:
    """Return what must be mended."""
    return {check.check for check in found(home, settings) if check.status == "fail"}


def test_a_good_home_has_nothing_to_mend(place: Place) -> None:
    """Every look of a home that is well ends in ok, but for what a trial is like."""
    place.end_open_week()
    checks = examine(place.home, WELL, CLOCK)
    assert healthy(checks)
    warned = {check.check for check in checks if check.status == "warn"}
    assert warned == {"support", "settings", "schedule"}
    assert {"folders", "modes", "disk", "sync", "database", "schema", "ledger", "clock"} <= {
        check.check for check in checks if check.status == "ok"
    }


Spoil = Callable[[Place], object]


def left(name: str) -> Spoil:
    """Leave a file of a week that is over."""
    return lambda place: write_atomically(place.home.path / name, b"x\n")


def mark_open_week_lost(place: Place) -> None:
    """End the open week, but forget addresses and marks."""
    waves.move(place.state, "2026-W10", ("open",), "lost")


SPOILED: dict[str, tuple[Spoil, str]] = {
    "a store of an unknown week": (left("issuer/2025-W01.db"), "leftovers"),
    "ballots of an unknown week": (left("ballotbox/2025-W01.box"), "leftovers"),
    "a log of a store": (left("ballotbox/2025-W01.db-wal"), "leftovers"),
    "signing keys": (left("keys/issuer/2025-W01.keys"), "leftovers"),
    "a key of links": (left("keys/operator/2025-W01.kwave"), "leftovers"),
    "codes of cards": (left("keys/operator/2025-W01.cards"), "leftovers"),
    "an outer key": (left("keys/holder/2025-W01.outer"), "leftovers"),
    "peeled ballots": (left("state/close/2025-W01.peeled"), "leftovers"),
    "addresses of a week that is over": (mark_open_week_lost, "marks"),
    "a file that others read": (lambda p: (p.home.state / "pulse.db").chmod(0o640), "modes"),
    "a folder that others enter": (lambda p: p.home.operator_keys.chmod(0o710), "modes"),
    "a link": (lambda p: (p.home.state / "x").symlink_to("/etc/passwd"), "links"),
    "a missing folder": (lambda p: p.home.outbox.rmdir(), "folders"),
    "an older schema": (lambda p: stamp(p.state, "state_0001"), "schema"),
    "a newer schema": (lambda p: stamp(p.accounts, "accounts_9999"), "schema"),
    "a broken ledger": (left("releases/ledger.jsonl"), "ledger"),
    "a ledger without a released week": (
        lambda p: waves.move(p.state, "2026-W10", ("open",), "released"), "ledger"
    ),
    "a store that keeps a log": (
        lambda p: write_atomically(p.home.issuer / "2026-W10.db", b"\0" * 18 + b"\2\2"), "journal"
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", SPOILED)
def test_what_is_planted_is_found(place: Place, what: str) -> None:
    """Each planted fault is a failure of its look."""
    (place.home.state / "close").mkdir(mode=0o700, exist_ok=True)
    spoil, check = SPOILED[what]
    spoil(place)
    assert check in fails(place.home)


def test_a_damaged_database_is_named(place: Place) -> None:
    """A page that was overwritten is found, and the way out is told."""
    place.state.dispose()
    path = place.home.state / "pulse.db"
    data = bytearray(path.read_bytes())
    data[4096:8192] = b"\xff" * 4096
    path.write_bytes(data)
    assert {"database"} <= fails(place.home)


def test_a_clock_that_runs_behind_is_found(place: Place) -> None:
    """A time before the last week opened cannot be right."""
    past = FixedClock(CLOCK.now() - dt.timedelta(days=8))
    assert "clock" in {check.check for check in found(place.home, clock=past)}


def test_a_week_that_should_have_closed_is_named(place: Place) -> None:
    """Long after its closing time an open week is told, with the command that closes it."""
    later = FixedClock(CLOCK.now() + dt.timedelta(days=30))
    assert any("pulse wave close" in check.message for check in found(place.home, clock=later))


def test_a_room_that_forgot_a_closed_week_is_named(place: Place) -> None:
    """Old links would answer 404 there instead of 410."""
    waves.move(place.state, "2026-W10", ("open",), "lost")
    rooms(place.home).issuer.remember_closed("2026-W10")
    named = [check.message for check in found(place.home) if check.check == "closed weeks"]
    assert len(named) == 1
    assert "ballotbox" in named[0]


@pytest.mark.parametrize(
    ("settings", "check", "status"),
    [
        (replace(WELL, holder="same-user"), "holder", "warn"),
        (replace(WELL, sender="pulse@localhost"), "mail", "warn"),
        (replace(WELL, env="test"), "settings", "warn"),
        (replace(WELL, support=replace(WELL.support, text=" ")), "support", "fail"),
        (replace(WELL, languages=("en", "ja")), "languages", "fail"),
        (
            replace(WELL, languages=("en", "de"), support=replace(WELL.support, text="Ask Ada.")),
            "languages",
            "warn",
        ),
        (replace(WELL, database_url="postgresql+psycopg://x@127.0.0.1:9/x"), "databases", "fail"),
    ],
)
def test_settings_are_weighed(place: Place, settings: Settings, check: str, status: str) -> None:
    """What is fit for a trial only is warned of, what breaks a promise must be mended."""
    assert (check, status) in {(each.check, each.status) for each in found(place.home, settings)}


def test_a_contact_of_one_s_own_is_enough(place: Place) -> None:
    """The default text is fine once a person or number is named beside it."""
    settings = replace(WELL, support=replace(WELL.support, contacts=("Ask Ada, room 3",)))
    assert "support" not in {check.check for check in found(place.home, settings)}


@pytest.mark.parametrize(
    ("cadence", "before", "status"),
    [
        ("weekly", 59, "ok"),
        ("weekly", 61, "warn"),
        ("automatic", None, "warn"),
        ("off", None, "ok"),
    ],
)
def test_somebody_has_to_look_what_is_due(
    place: Place, cadence: Literal["weekly", "automatic", "off"], before: int | None, status: str
) -> None:
    """Where weeks run by themselves, an hour without a tick that went well is warned of."""
    if before is not None:
        well = CLOCK.now() - dt.timedelta(minutes=before)
        write_note(place.home, place.state, Note(well=well))
    checks = examine(place.home, replace(WELL, cadence=cadence), CLOCK)
    assert [each.status for each in checks if each.check == "schedule"] == [status]


@pytest.mark.parametrize(
    ("kind", "status"), [("ext4", "ok"), ("tmpfs", "fail"), ("nfs4", "warn"), ("9p", "warn")]
)
def test_the_kind_of_disk_matters(tmp_path: Path, kind: str, status: str) -> None:
    """A disk that forgets is a failure, one whose locks cannot be relied on a warning."""
    mounts = tmp_path / "mounts"
    here = tmp_path / "home"
    mounts.write_text(f"x / ext4 rw 0 0\nx {tmp_path} {kind} rw 0 0\nx {here}x tmpfs rw 0 0\n")
    here.mkdir()
    (check,) = [c for c in files_look.look(Home(here), mounts) if c.check == "file system"]
    assert check.status == status


def test_nothing_is_changed_by_looking(place: Place) -> None:
    """A look leaves every file of the home as it was, and no other one."""

    def files() -> dict[Path, bytes]:
        found = (path for path in place.home.path.rglob("*") if path.is_file())
        return {path: path.read_bytes() for path in found if not path.name.endswith("-shm")}

    before = files()
    examine(place.home, WELL, CLOCK)
    assert {path: data for path, data in files().items() if data} == before


def test_stuck_weeks_are_named(place: Place) -> None:
    """A held week is told with its reason, one that was cut off with what goes on with it."""
    for state, word in (("held", "because"), ("awaiting_peel", "wave close"), ("planned", "open")):
        with place.state.begin() as connection:
            values = {"state": state, "reason": "because"}
            connection.execute(update(waves.wave_table).values(**values))
        told = [check.message for check in found(place.home) if check.check == "weeks"]
        assert len(told) == 1
        assert word in told[0]


def test_a_week_under_way_without_its_own_stores_is_named(place: Place) -> None:
    """Nothing in a room, or another home's store: both rooms are told until they hold its own."""
    (row,) = (row for row in waves.every(place.state) if row.state == "open")
    shelves = rooms(place.home)

    def told() -> dict[str, str]:
        checks = own_stores(place.home, shelves, [row])
        return {check.where: check.message for check in checks if check.status == "fail"}

    assert set(told()) == {f"{row.wave}, issuer", f"{row.wave}, ballotbox"}
    BoxStore.create(shelves.ballotbox, row.wave, origin_of("/w/another")).close()
    assert "another opening" in told()[f"{row.wave}, ballotbox"]
    shelves.ballotbox.destroy(row.wave)
    BoxStore.create(shelves.ballotbox, row.wave, origin_of(row.keys)).close()
    IssuerStore.create(shelves.issuer, row.wave, [], origin_of(row.keys)).close()
    assert told() == {}
    assert [check.status for check in own_stores(place.home, shelves, [row])] == ["ok"]
    assert list(own_stores(place.home, shelves, [])) == []


def test_what_a_press_left_is_named(place: Place) -> None:
    """A candidate and a folder that the ledger does not name are told, not refused."""
    for name in (".candidate-2026-W10", "2026-W10"):
        (place.home.releases / name).mkdir(mode=0o755)
    told = [check for check in found(place.home) if check.check == "ledger"]
    assert [check.status for check in told] == ["warn", "warn"]

"""Backups of a home whose week is open, closing and closed, and what is made of them."""

import datetime as dt
import io
import tarfile
import threading
from collections.abc import Mapping
from pathlib import Path

import msgspec
import polars as pl
import pytest
from litestar.testing import TestClient

import pulse.app
from pulse import wave as waves
from pulse.clock import FixedClock
from pulse.disclosure.audit import audit_home
from pulse.errors import Refused, WrongState
from pulse.invitation.links import invitations, read_kwave
from pulse.opening import open_wave
from pulse.release import ledger, manifest
from pulse.store.databases import accounts_engine
from pulse.token.encoding import b64u
from pulse.upkeep.backup import backup, waves_in
from pulse.upkeep.contents import MANIFEST, STATE
from tests import looking
from tests.copies import known, original, week
from tests.unit.dashboards.house import CLOCK
from tests.unit.upkeep.conftest import opened, restored
from tests.unit.upkeep.test_backup import inside
from tests.unit.upkeep.test_restore import repacked
from tests.week import CLOSES, OPENS, Secrets, Week, ballots, cast, same_keys

__all__ = ["known", "original", "week"]  # fixtures
pytestmark = pytest.mark.slow

NEXT = dt.timedelta(days=7)
# Before the shut, with BOX, with P, with a candidate, after the press, and at the end.
MOMENTS = (
    "before shut", "box shut", "after export", "after peel", "after open", "destroy links",
    "candidate", "pressed", "after destroy_b",
)  # fmt: skip


def take(week: Week, file: Path) -> Path:
    """Take a backup of a week's home."""
    accounts = accounts_engine(week.home, week.settings)
    backup(week.home, week.engine, accounts, week.clock, file)
    accounts.dispose()
    return file


def laid_open(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return files, and beside each table of cells what it says once it is unpacked."""
    tables = {
        f"{name} (rows)": pl.read_parquet(io.BytesIO(data)).write_csv().encode()
        for name, data in files.items()
        if name.endswith(".parquet")
    }
    return {**files, **tables}


@pytest.fixture(scope="module")
def taken(
    original: tuple[Week, Secrets], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Week, dict[str, Path]]:
    """Close a week and take a backup at each of `MOMENTS`, and one after."""
    folder = tmp_path_factory.mktemp("taken")
    week = original[0].copy(folder / "home")
    files: dict[str, Path] = {}

    def checkpoint(place: str) -> None:
        if place in MOMENTS and place not in files:
            files[place] = take(week, folder / f"{len(files)}.tar.gz")

    week.close(checkpoint=checkpoint)
    files["after"] = take(week, folder / "after.tar.gz")
    return week, files


def test_no_backup_of_any_moment_holds_a_secret(
    taken: tuple[Week, dict[str, Path]], original: tuple[Week, Secrets]
) -> None:
    """Before, during and after a close: no link, mark, token, box, key or answer is in any."""
    week, files = taken
    assert files.keys() == {*MOMENTS, "after"}
    for moment, file in files.items():
        assert original[1].found_in(laid_open(inside(file))) == set(), moment
    assert week.state == "released"


def test_a_backup_of_the_whole_folder_is_caught(week: Week, known: Secrets, tmp_path: Path) -> None:
    """The twin takes everything that lies in the home, and every kind of secret is found in it."""
    with tarfile.open(tmp_path / "x.tar.gz", "w:gz") as tar:
        tar.add(week.home.path, "home")
    assert {what for _, what in known.found_in(inside(tmp_path / "x.tar.gz"))} >= {
        "K_wave", "link", "opening key", "mark", "token", "box",
    }  # fmt: skip


@pytest.mark.parametrize("moment", ["before shut", "candidate", "pressed", "after"])
def test_a_backup_of_any_moment_makes_a_sound_home(
    taken: tuple[Week, dict[str, Path]], tmp_path: Path, moment: str
) -> None:
    """A week is lost before its release is in the ledger, and released from then on."""
    week, files = taken
    home, told = restored(files[moment], tmp_path / "new")
    released = moment in {"pressed", "after"}
    assert told.lost == (() if released else (week.wave,))
    assert told.releases == released
    assert audit_home(home.releases).ok
    with opened(home) as new:
        row = waves.get(new.state, week.wave)
        assert row is not None
        assert row.state == ("released" if released else "lost")


def test_a_cut_through_two_moments_is_refused(
    taken: tuple[Week, dict[str, Path]], tmp_path: Path
) -> None:
    """The twin: a backup that copied the releases first and the state last makes no home."""
    early, late = inside(taken[1]["candidate"]), inside(taken[1]["after"])
    described = msgspec.json.decode(early.pop(MANIFEST))
    mixed = repacked(tmp_path, {**early, STATE: late[STATE]}, described)
    with pytest.raises(Refused, match="do not belong together"):
        restored(mixed, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def whole(file: Path) -> list[str]:
    """Return the state of each wave in a backup, once everything in it was held together."""
    found = inside(file)
    (file.parent / "copy.db").write_bytes(found["state/pulse.db"])
    states = waves_in(file.parent / "copy.db")
    (file.parent / "copy.db").unlink()
    lines = found.get("releases/ledger.jsonl", b"").splitlines()
    named = [msgspec.json.decode(line)["wave"] for line in lines]
    assert {wave for wave, state in states.items() if state == "released"} <= set(named)
    for line, wave in zip(lines, named, strict=True):
        described = found[f"releases/{wave}/{manifest.NAME}"]
        assert ledger.digest(described).encode() in line
        for name, expected in manifest.decode(described).files.items():
            assert ledger.digest(found[f"releases/{wave}/{name}"]) == expected
    return list(states.values())


def test_backups_under_load_and_while_a_week_closes_hold_together(
    original: tuple[Week, Secrets], tmp_path: Path
) -> None:
    """Beside people who answer and a close, each backup is of one moment, and hinders nobody."""
    week = original[0].copy(tmp_path / "home")
    known = Secrets()
    late = ballots(week, {"lab": [(1, 2, 3, 4, 5, 1)] * 6, "tools": [(5,) * 6]}, known)
    failed: list[BaseException] = []
    enough = threading.Event()  # backups beside the answers, however slow the machine is

    def live() -> None:
        try:
            for ballot in late:
                cast(week, [ballot], known)
            enough.wait(60)
            assert week.close().counted == 34
        except BaseException as error:
            failed.append(error)
            raise

    living = threading.Thread(target=live)
    living.start()
    seen: list[str] = []
    while living.is_alive():
        seen += whole(take(week, tmp_path / f"{len(seen)}.tar.gz"))
        if len(seen) > 3:
            enough.set()
    living.join()
    assert not failed
    seen += whole(take(week, tmp_path / "last.tar.gz"))
    assert {"open", "released"} <= set(seen)
    assert len(seen) > 5


def test_a_restored_home_shows_the_same_bytes(
    taken: tuple[Week, dict[str, Path]], tmp_path: Path
) -> None:
    """Every page, figure, answer and export of every role is the same; so are rights and audit."""
    before = looking.everything(taken[0].copy(tmp_path / "old").home, CLOCK, tmp_path / "out")
    home, _ = restored(taken[1]["after"], tmp_path / "new")
    old = taken[0].home.path
    for path in (p for p in home.path.rglob("*") if (old / p.relative_to(home.path)).exists()):
        assert path.stat().st_mode == (old / path.relative_to(home.path)).stat().st_mode, path
    assert looking.everything(home, CLOCK, tmp_path / "out") == before
    assert sum(reply.status == 200 for reply in before.values()) > 50


def test_old_links_lead_nowhere(
    taken: tuple[Week, dict[str, Path]], original: tuple[Week, Secrets], tmp_path: Path
) -> None:
    """After a restore from a backup of the open week nobody can use a link or cast a ballot."""
    week, files = original[0], taken[1]
    home, _ = restored(files["before shut"], tmp_path / "new")
    kwave = read_kwave(week.home, week.wave)
    secret = b64u(next(iter(invitations(week.engine, week.wave, kwave))).secret.reveal())
    (ballot,) = ballots(week, {"lab": [(1, 2, 3, 4, 5, 1)]}, Secrets())
    issue = {"v": 1, "secret": secret, "wave": week.wave, "blinded": b64u(b"\1" * 256)}
    sealed = {
        "v": 1, "wave": week.wave, "g": ballot.g, "msg": b64u(ballot.msg),
        "sig": b64u(ballot.sig), "box": b64u(ballot.box),
    }  # fmt: skip
    with TestClient(pulse.app.create_app(home)) as client:
        assert client.get("/w/current").json() == {"wave": None}
        assert client.post("/me", json={"v": 1, "secret": secret}).status_code == 404
        assert client.post("/issue", json=issue).status_code == 410
        assert client.post("/ballot", json=sealed).status_code == 410
        assert client.get(week.row.keys).status_code == 200


@pytest.mark.parametrize("moment", ["before shut", "after"])
def test_the_next_week_opens_and_closes(
    taken: tuple[Week, dict[str, Path]], tmp_path: Path, moment: str
) -> None:
    """In a restored home the week that was lost is never asked again, the next one is released."""
    home, _ = restored(taken[1][moment], tmp_path / "new")
    week = Week(home.path, "2026-W10")
    week.clock = FixedClock(OPENS + dt.timedelta(hours=1))
    with pytest.raises(WrongState, match="asked once"):
        start(week, taken[0].wave)
    week.clock = FixedClock(OPENS + NEXT)
    start(week, week.wave)
    assert week.row.form == 1
    known = Secrets()
    cast(week, ballots(week, {"north": [(1, 2, 3, 4, 5, 1)] * 8}, known), known)
    week.clock = FixedClock(CLOSES + NEXT)
    assert week.close().state == "released"
    assert audit_home(home.releases).ok
    week.engine.dispose()


def start(week: Week, wave: str) -> None:
    """Open a wave in the home of `week`."""
    open_wave(
        week.home, week.settings, week.clock, week.engine, page=b"page", wave=wave,
        closes=CLOSES + NEXT, make_keys=same_keys,
    )  # fmt: skip

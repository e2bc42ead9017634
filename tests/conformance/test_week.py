"""A whole week is the same on every backend, down to the bytes of its release."""

import shutil
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, Table, insert, select
from sqlalchemy.engine import URL

from pulse.ballotbox.cast import BallotBox
from pulse.ballotbox.store import METADATA as BOX_TABLES
from pulse.clock import FixedClock
from pulse.errors import Busy, Refused, WrongState
from pulse.issuer.store import METADATA as ISSUER_TABLES
from pulse.issuer.store import IssuerStore
from pulse.opening import cancel, open_wave
from pulse.settings import Home, Settings
from pulse.store.engine import reading
from pulse.store.home import make_home
from pulse.store.lock import only_one
from pulse.store.metadata import state
from pulse.store.postgres import postgres_engine
from pulse.store.schemashelf import SchemaShelf
from tests.copies import original
from tests.postgres import Cluster
from tests.shelves import rooms
from tests.week import (
    ANSWERS,
    CLOSES,
    OPENS,
    Secrets,
    Week,
    ballots,
    cast,
    open_week,
    same_keys,
)

__all__ = ["original"]  # a fixture
pytestmark = pytest.mark.slow  # real weeks, opened and closed


def settings_on(cluster: Cluster) -> Settings:
    """Return settings that name a fresh database of the server."""
    return Settings(database_url=cluster.new_database().render_as_string(hide_password=False))


@pytest.fixture
def answered(cluster: Cluster, tmp_path: Path) -> Iterator[tuple[Week, Secrets]]:
    """Return an answered week whose home is on PostgreSQL, and its secrets."""
    made, known = open_week(tmp_path / "home", settings=settings_on(cluster))
    cast(made, ballots(made, ANSWERS, known), known)
    yield made, known
    made.engine.dispose()


def transplant(week: Week, folder: Path, settings: Settings) -> Week:
    """Return the same week, its keys and its ballots in a home on PostgreSQL."""
    make_home(Home(folder), "", settings)
    for path in week.home.path.rglob("*"):
        target = folder / path.relative_to(week.home.path)
        if path.is_dir():
            target.mkdir(exist_ok=True)
        elif ".db" not in path.name and path.name != "pulse.toml":
            shutil.copyfile(path, target)
    moved = Week(folder, week.wave)
    copy_rows(week.engine, moved.engine, state.sorted_tables)
    tables = (ISSUER_TABLES, BOX_TABLES)
    for ours, theirs, metadata in zip(rooms(week.home), rooms(moved.home), tables, strict=True):
        theirs.make(week.wave, metadata, lambda _: None)
        source, target_engine = ours.engine(week.wave), theirs.engine(week.wave)
        copy_rows(source, target_engine, metadata.sorted_tables)
        source.dispose()
        target_engine.dispose()
    return moved


def copy_rows(source: Engine, target: Engine, tables: Sequence[Table]) -> None:
    """Copy every row of some tables from one database to another."""
    with reading(source) as old, target.begin() as new:
        for table in tables:
            rows = [dict(row) for row in old.execute(select(table)).mappings()]
            if rows:
                new.execute(insert(table), rows)


def test_a_release_is_the_same_bytes_on_either_backend(
    original: tuple[Week, Secrets], cluster: Cluster, tmp_path: Path
) -> None:
    """The same ballots in SQLite files and on PostgreSQL give the same files, ledger included."""
    ours = original[0].copy(tmp_path / "files")
    theirs = transplant(ours, tmp_path / "server", settings_on(cluster))
    reports = [week.close() for week in (ours, theirs)]
    assert reports[0].release == reports[1].release != ""
    assert ours.released() == theirs.released()
    assert {"ledger.jsonl", f"{ours.wave}/cells.parquet"} <= set(theirs.released())
    for week in (ours, theirs):
        week.engine.dispose()


def test_after_the_close_the_tables_are_gone(answered: tuple[Week, Secrets]) -> None:
    """No schema of the wave is left, its id is remembered, and no file holds a secret of it."""
    week, known = answered
    week.close()
    for shelf in rooms(week.home):
        assert not shelf.exists(week.wave)
        assert shelf.closed() == {week.wave}
    assert known.found_in(week.files()) == set()


def test_many_closers_close_once(answered: tuple[Week, Secrets]) -> None:
    """Of several commands at once one closes, the others are refused, and the release is one."""
    week, meeting = answered[0], threading.Barrier(3)

    def close(_: int) -> str:
        meeting.wait(20)
        try:
            return week.close().state
        except WrongState as refusal:
            return refusal.type

    with ThreadPoolExecutor(3) as threads:
        ends = list(threads.map(close, range(3)))
    assert "released" in ends
    assert set(ends) <= {"released", WrongState.type}
    assert len(week.released()["ledger.jsonl"].splitlines()) == 1


def test_many_openers_open_once(cluster: Cluster, tmp_path: Path) -> None:
    """Of several commands at once one opens the week; everybody has one invitation."""
    week, _ = open_week(tmp_path / "home", settings=settings_on(cluster))
    cancel(week.home, week.settings, week.engine, week.wave)
    meeting = threading.Barrier(3)

    def reopen(_: int) -> str:
        meeting.wait(20)
        try:
            return open_wave(
                week.home, week.settings, FixedClock(OPENS), week.engine, page=b"page",
                closes=CLOSES, make_keys=same_keys,
            ).state  # fmt: skip
        except WrongState as refusal:
            return refusal.type

    with ThreadPoolExecutor(3) as threads:
        ends = sorted(threads.map(reopen, range(3)))
    assert ends == ["open", WrongState.type, WrongState.type]
    assert week.state == "open"
    store = IssuerStore(rooms(week.home).issuer, week.wave)
    assert store.is_open()
    store.close()
    week.engine.dispose()


def test_commands_on_machines_without_a_common_lock_file_are_told_apart(
    cluster: Cluster, tmp_path: Path
) -> None:
    """The server's lock holds where two machines have a lock file each; a dead holder frees it."""
    url = cluster.new_database()
    engines = [postgres_engine(url, serving=False, one_writer=True) for _ in range(2)]
    places = [tmp_path / name for name in ("one", "two")]
    for place in places:
        place.mkdir()
    with only_one(places[0] / "wave.lock", engines[0]):
        with (
            pytest.raises(WrongState, match="Another command"),
            only_one(places[1] / "wave.lock", engines[1]),
        ):
            pass
        with only_one(places[1] / "mail.lock", engines[1]):
            pass
    with only_one(places[1] / "wave.lock", engines[1]) as still_ours:
        still_ours()
        cluster.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
        )
        with only_one(places[0] / "wave.lock", engines[0]) as theirs:
            theirs()
            for _ in range(2):  # the connection is dead, then it is another one
                with pytest.raises(WrongState, match="was lost"):
                    still_ours()


@pytest.mark.parametrize("moment", ["before destroy_a", "candidate"])
def test_a_close_whose_lock_was_lost_goes_no_further(
    answered: tuple[Week, Secrets], cluster: Cluster, moment: str
) -> None:
    """Before it destroys and before it presses it looks; another machine's close may go on."""
    week, _ = answered
    waiting = [moment]

    def lose(place: str) -> None:
        if place in waiting:
            waiting.remove(place)
            cluster.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
            )

    before = week.state
    with pytest.raises(WrongState, match="was lost"):
        week.close(checkpoint=lose)
    stores = [shelf.exists(week.wave) for shelf in rooms(week.home)]
    assert stores == [moment == "before destroy_a"] * 2
    assert (before, week.state, week.released()) == ("open", "awaiting_peel", {})
    assert week.close().state == "released"


def test_a_lock_is_free_as_soon_as_its_holder_is_done(cluster: Cluster, tmp_path: Path) -> None:
    """Commands that follow each other at once, on two machines in turn, are never refused."""
    url = cluster.new_database()
    engines = [postgres_engine(url, serving=False, one_writer=True) for _ in range(2)]
    for _ in range(40):
        for engine in engines:
            engine.connect().close()  # so that nothing but the lock itself takes time
        for engine in engines:
            with only_one(tmp_path / "wave.lock", engine):
                pass
    for engine in engines:
        engine.dispose()


def test_a_room_starts_while_its_server_is_away(tmp_path: Path) -> None:
    """It says Busy and not well until the server is there; nothing has to be started again."""
    nowhere = URL.create(
        "postgresql+psycopg", "nobody", "none", "127.0.0.1", 1, "none"
    )  # nothing listens there
    (tmp_path / "w").mkdir()
    box = BallotBox(SchemaShelf(nowhere, serving=True), tmp_path / "w")
    assert not box.works()
    with pytest.raises(Busy):
        box._desks.find("2026-W09")
    box.close()


def test_a_refused_role_is_told_from_a_server_that_is_away(
    cluster: Cluster, tmp_path: Path
) -> None:
    """Who may not make databases hears of addresses for each room; a wrong port is to be mended."""
    cluster.execute("CREATE ROLE modest LOGIN PASSWORD 'modest'")
    url = cluster.new_database()
    cluster.execute(f"ALTER DATABASE {url.database} OWNER TO modest")
    modest = url.set(username="modest", password="modest")  # noqa: S106 - thrown away with its server
    for place, advice in ((modest, "an address for each room"), (url.set(port=1), "run it again")):
        settings = Settings(database_url=place.render_as_string(hide_password=False))
        with pytest.raises(Refused, match=advice) as refused:
            make_home(Home(tmp_path / "home"), "", settings)
        assert "modest'" not in str(refused.value)
        assert not (tmp_path / "home").exists()

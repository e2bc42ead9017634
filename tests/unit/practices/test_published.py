"""The list that staff read loses nothing when two leaders begin at once."""

import datetime as dt
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine

from pulse.practices import adopting, published
from pulse.practices.published import Tried
from pulse.settings import Home
from pulse.store.engine import sqlite_engine
from pulse.store.migrate import upgrade

DAY = dt.date(2026, 3, 4)
Renew = Callable[[Home, Engine, Callable[[], Iterable[Tried]]], None]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Make the folders of a home."""
    home = Home(tmp_path / "home")
    home.make()
    return home


@pytest.fixture
def accounts(home: Home) -> Iterator[Engine]:
    """Open the accounts of the home."""
    engine = sqlite_engine(home.accounts / "accounts.db", journal="wal", create=True)
    upgrade(engine, "accounts")
    yield engine
    engine.dispose()


def running(engine: Engine) -> list[Tried]:
    """Return what is being tried, as the list has it."""
    return [Tried(u.unit_id, u.practice, "A card", u.since) for u in adopting.running(engine)]


def listed(home: Home) -> set[str]:
    """Return the units that staff read of."""
    return {each.unit_id for each in published.read(home.practices)}


def two_at_once(home: Home, engine: Engine, renew: Renew) -> set[str]:
    """Let a second leader begin between the first one's reading and writing."""
    has_read, others_turn = threading.Event(), threading.Event()

    def slow() -> list[Tried]:
        found = running(engine)
        has_read.set()
        others_turn.wait(0.5)  # as long as it takes, or as long as the other one is kept waiting
        return found

    def second() -> None:
        has_read.wait(20)
        adopting.adopt(engine, "ops", "kindness", DAY)
        renew(home, engine, lambda: running(engine))
        others_turn.set()

    adopting.adopt(engine, "eng", "kindness", DAY)
    with ThreadPoolExecutor(2) as threads:
        for work in [
            threads.submit(renew, home, engine, slow),
            threads.submit(second),
        ]:
            work.result(20)
    return listed(home)


def test_two_who_begin_at_once_are_both_listed(home: Home, accounts: Engine) -> None:
    """The second waits until the first has written, and reads then."""
    assert two_at_once(home, accounts, published.renew) == {"eng", "ops"}


def careless(home: Home, engine: Engine, read: Callable[[], Iterable[Tried]]) -> None:
    """Read, and write whenever that is done."""
    del engine
    published.publish(home, read())


def test_without_waiting_one_would_be_lost(home: Home, accounts: Engine) -> None:
    """The twin: whoever has read first writes last, and the other's entry is gone."""
    assert two_at_once(home, accounts, careless) == {"eng"}


def test_many_at_once_are_all_listed(home: Home, accounts: Engine) -> None:
    """Twelve threads begin and write; in the end the file has what the table has."""
    meeting = threading.Barrier(12)

    def begin(number: int) -> None:
        meeting.wait(20)
        adopting.adopt(accounts, f"u{number}", "kindness", DAY)
        published.renew(home, accounts, lambda: running(accounts))

    with ThreadPoolExecutor(12) as threads:
        list(threads.map(begin, range(12)))
    assert listed(home) == {f"u{number}" for number in range(12)}
    assert published.read(home.practices) == tuple(running(accounts))

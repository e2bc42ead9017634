"""Sessions: they end by time, by their owner's hand and with the stamp; little is kept of them."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from pulse.accounts import directory, sittings
from pulse.accounts.directory import Account
from pulse.accounts.tables import session
from pulse.clock import FixedClock
from pulse.store.engine import reading
from tests.unit.accounts.conftest import CHEAP

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140 Safari/537.36 Edg/140"


@pytest.fixture
def people(engine: Engine, clock: FixedClock) -> list[Account]:
    """Give two people."""
    for name in ("ann", "ben"):
        directory.create(engine, clock, CHEAP.hash, email=f"{name}@x.org", role="hr")
    return directory.everyone(engine)


def later(clock: FixedClock, **span: float) -> FixedClock:
    """Return a clock that stands later."""
    return FixedClock(clock.now() + dt.timedelta(**span))


def test_an_idle_session_ends(engine: Engine, clock: FixedClock, people: list[Account]) -> None:
    """One hour after its last use it is over; use in between keeps it."""
    made = sittings.begin(engine, clock, people[0], way="password")
    assert sittings.find(engine, later(clock, minutes=59), made) is not None
    assert sittings.find(engine, later(clock, minutes=118), made) is not None
    assert sittings.find(engine, later(clock, minutes=178), made) is None


def test_no_session_lasts_for_ever(
    engine: Engine, clock: FixedClock, people: list[Account]
) -> None:
    """However busy, after twelve hours it is over, and its row goes."""
    made = sittings.begin(engine, clock, people[0], way="password")
    for minutes in range(30, 12 * 60, 30):
        assert sittings.find(engine, later(clock, minutes=minutes), made) is not None
    assert sittings.find(engine, later(clock, hours=12), made) is None
    sittings.forget_ended(engine, later(clock, hours=12))
    with reading(engine) as connection:
        assert connection.execute(select(session)).all() == []


def test_use_is_noted_coarsely(engine: Engine, clock: FixedClock, people: list[Account]) -> None:
    """Within five minutes nothing is written: a page costs no write, a row tells no rhythm."""
    made = sittings.begin(engine, clock, people[0], way="password")
    sittings.find(engine, later(clock, minutes=4), made)
    assert sittings.of(engine, clock, people[0])[0].seen == clock.now().isoformat()
    sittings.find(engine, later(clock, minutes=5), made)
    at = later(clock, minutes=5)
    assert sittings.of(engine, at, people[0])[0].seen == at.now().isoformat()


def test_everybody_ends_their_own_alone(
    engine: Engine, clock: FixedClock, people: list[Account]
) -> None:
    """One or all others of one's own end; somebody else's id ends nothing."""
    ann, ben = people
    mine = [sittings.begin(engine, clock, ann, way="password") for _ in range(3)]
    other = sittings.begin(engine, clock, ben, way="password")
    assert not sittings.end(engine, ann, other)
    assert sittings.find(engine, clock, other) is not None
    assert sittings.end(engine, ann, mine[0])
    assert sittings.end_others(engine, ann, mine[1]) == 1
    assert [row.session_id for row in sittings.of(engine, clock, ann)] == [mine[1]]
    assert sittings.find(engine, clock, other) is not None


def test_of_a_browser_its_family_is_kept(
    engine: Engine, clock: FixedClock, people: list[Account]
) -> None:
    """Neither version nor system nor address: the whole row is known here."""
    for agent in (FIREFOX, EDGE):
        sittings.begin(engine, clock, people[0], way="password", agent=agent)
    with reading(engine) as connection:
        rows = [row._mapping for row in connection.execute(select(session))]
    assert {row["browser"] for row in rows} == {"Firefox", "Edge"}
    assert set(rows[0]) == {
        "session_id", "account_id", "stamp", "way", "second", "browser", "began", "seen",
    }  # fmt: skip


@given(st.text())
def test_nothing_that_a_browser_says_is_kept(agent: str) -> None:
    """Whatever it says, one of seven words comes out."""
    families = {"Edge", "Opera", "Firefox", "Chrome", "Safari", "a browser"}
    assert sittings.family(agent) in families

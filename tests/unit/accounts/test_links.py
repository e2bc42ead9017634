"""One-time links: they work once, not for long, and leave nothing to be read."""

import datetime as dt
import hashlib
import threading

import pytest
from sqlalchemy import Engine, select

from pulse.accounts import directory, links, sittings, tokens
from pulse.accounts.directory import Account
from pulse.accounts.tables import link
from pulse.clock import FixedClock
from pulse.errors import BadAccounts
from pulse.store.engine import reading
from tests.unit.accounts.at_once import at_once
from tests.unit.accounts.conftest import CHEAP

WHO = "lea@example.org"


@pytest.fixture
def lea(engine: Engine, clock: FixedClock) -> Account:
    """Give a leader who has not signed in yet."""
    directory.create(engine, clock, CHEAP.hash, email=WHO, role="leader", unit_id="eng")
    return directory.everyone(engine)[0]


def later(clock: FixedClock, **span: float) -> FixedClock:
    """Return a clock that stands later."""
    return FixedClock(clock.now() + dt.timedelta(**span))


def test_a_link_sets_a_password_once(engine: Engine, clock: FixedClock, lea: Account) -> None:
    """The first use sets it and ends sessions, token and every other link; the second nothing."""
    session = sittings.begin(engine, clock, lea, way="password")
    token = tokens.issue(engine, clock, WHO).token
    first, other = links.invite(engine, clock, WHO), links.invite(engine, clock, WHO)
    after = links.use(engine, clock, first, "new hash")
    assert after is not None
    assert not after.must_change
    assert directory.find(engine, WHO) == (after, "new hash")
    assert links.use(engine, clock, first, "again") is None
    assert links.use(engine, clock, other, "again") is None
    assert sittings.find(engine, clock, session) is None
    assert tokens.bearer(engine, token) is None


def test_looking_uses_nothing_up(engine: Engine, clock: FixedClock, lea: Account) -> None:
    """A mail program that opens a link has changed nothing."""
    secret = links.invite(engine, clock, WHO)
    assert [links.peek(engine, clock, secret) for _ in range(3)] == [lea] * 3
    assert links.peek(engine, clock, secret + "x") is None
    assert links.use(engine, clock, secret, "new hash") is not None


def careless(
    engine: Engine, clock: FixedClock, secret: str, looked: threading.Barrier
) -> Account | None:
    """Use a link the wrong way: look first, then act, and take the link away afterwards."""
    found = links.peek(engine, clock, secret)
    looked.wait(30)
    if found is None:
        return None
    return directory.change_password(engine, found.account_id, "new hash")


@pytest.mark.usefixtures("lea")
def test_of_several_at_once_one_wins(engine: Engine, clock: FixedClock) -> None:
    """Six people with one link are one who sets a password and five who do not, each time."""
    for _ in range(5):
        secret = links.invite(engine, clock, WHO)
        done = at_once(6, lambda: links.use(engine, clock, secret, "new hash"))  # noqa: B023 - called at once
        assert sum(each is not None for each in done) == 1


@pytest.mark.usefixtures("lea")
def test_looking_before_acting_would_let_several_in(engine: Engine, clock: FixedClock) -> None:
    """The twin: checking first and acting afterwards lets all of them in."""
    secret, looked = links.invite(engine, clock, WHO), threading.Barrier(6)
    assert None not in at_once(6, lambda: careless(engine, clock, secret, looked))


@pytest.mark.usefixtures("lea")
@pytest.mark.parametrize(("purpose", "hours"), [("invitation", 7 * 24), ("forgotten", 1)])
def test_a_link_ends(engine: Engine, clock: FixedClock, purpose: str, hours: int) -> None:
    """An invitation lasts seven days, a link for a forgotten password one hour."""
    make = links.invite if purpose == "invitation" else links.forgotten
    secret = make(engine, clock, WHO)
    assert secret is not None
    before, after = later(clock, hours=hours, seconds=-1), later(clock, hours=hours)
    assert links.peek(engine, before, secret) is not None
    assert links.peek(engine, after, secret) is None
    assert links.use(engine, after, secret, "late") is None
    links.forget_old(engine, after)
    with reading(engine) as connection:
        assert connection.execute(select(link)).all() == []


@pytest.mark.usefixtures("lea")
def test_a_link_is_kept_as_its_hash(engine: Engine, clock: FixedClock) -> None:
    """256 bits are told once; the table holds their SHA-256."""
    secret = links.invite(engine, clock, WHO)
    assert len(secret) == 43
    with reading(engine) as connection:
        assert connection.scalar(select(link.c.digest)) == hashlib.sha256(secret.encode()).digest()


@pytest.mark.usefixtures("lea")
def test_nobody_is_flooded_with_mails(engine: Engine, clock: FixedClock) -> None:
    """Three links within the hour are enough for one person; the next comes when that is over."""
    made = [links.forgotten(engine, clock, WHO) for _ in range(4)]
    assert [each is not None for each in made] == [True, True, True, False]
    assert links.forgotten(engine, later(clock, hours=1, seconds=1), WHO) is not None
    assert links.forgotten(engine, clock, "who@example.org") is None


def test_nobody_unknown_is_invited(engine: Engine, clock: FixedClock) -> None:
    """An invitation to an address without an account is refused by name."""
    with pytest.raises(BadAccounts, match=r"who@x\.org"):
        links.invite(engine, clock, "who@x.org")

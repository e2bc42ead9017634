"""One administrator who has signed in always stays."""

import contextlib
import datetime as dt
from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from sqlalchemy import Engine, delete

from pulse.accounts import accesslog, directory, keeping
from pulse.accounts.directory import Role
from pulse.accounts.tables import account
from pulse.clock import FixedClock
from pulse.errors import BadAccounts
from tests.unit.accounts.conftest import CHEAP

ONE, TWO = "one@x.org", "two@x.org"


def made(
    engine: Engine, clock: FixedClock, email: str, role: Role = "admin", *, seen: bool = True
) -> None:
    """Make an account; one that was `seen` has a password of its own."""
    directory.create(
        engine, clock, CHEAP.hash, email=email, role=role, password="a b c" if seen else None
    )


def roles(engine: Engine) -> dict[str, str]:
    """Return all accounts and their roles."""
    return {each.email: each.role for each in directory.everyone(engine)}


def test_an_invited_administrator_is_no_spare_one(engine: Engine, clock: FixedClock) -> None:
    """While the other has never signed in, the first can be neither removed, demoted nor reset."""
    made(engine, clock, ONE)
    made(engine, clock, TWO, seen=False)
    assert keeping.usable_admins(engine) == {ONE}
    with pytest.raises(BadAccounts, match="only administrator"):
        keeping.remove(engine, ONE)
    with pytest.raises(BadAccounts, match="only administrator"):
        keeping.change_role(engine, ONE, "hr", None, ())
    with pytest.raises(BadAccounts, match="only administrator"):
        keeping.check_reset(engine, ONE)
    assert roles(engine) == {ONE: "admin", TWO: "admin"}
    keeping.remove(engine, TWO)
    assert roles(engine) == {ONE: "admin"}


def test_signing_in_through_the_provider_counts_too(engine: Engine, clock: FixedClock) -> None:
    """Who never had a password of their own, but has signed in, is usable."""
    made(engine, clock, ONE)
    made(engine, clock, TWO, seen=False)
    found = directory.find(engine, TWO)
    assert found is not None
    accesslog.note(engine, clock, found[0], "signed in", "provider")
    assert keeping.usable_admins(engine) == keeping.seen(engine) == {ONE, TWO}
    keeping.remove(engine, ONE)
    assert roles(engine) == {TWO: "admin"}


def test_who_signed_in_under_an_account_before_is_no_spare_one(
    engine: Engine, clock: FixedClock
) -> None:
    """An address that signed in once and was removed counts anew only once it signs in again."""
    made(engine, clock, ONE)
    made(engine, clock, TWO, "hr")
    before = directory.find(engine, TWO)
    assert before is not None
    accesslog.note(engine, clock, before[0], "signed in", "")
    keeping.remove(engine, TWO)
    later = FixedClock(clock.now() + dt.timedelta(days=1))
    made(engine, later, TWO, seen=False)
    assert keeping.usable_admins(engine) == keeping.seen(engine) == {ONE}
    with pytest.raises(BadAccounts, match="only administrator"):
        keeping.remove(engine, ONE)
    again = directory.find(engine, TWO)
    assert again is not None
    accesslog.note(engine, later, again[0], "signed in", "")
    keeping.remove(engine, ONE)
    assert roles(engine) == {TWO: "admin"}


def test_a_change_of_role_ends_sessions(engine: Engine, clock: FixedClock) -> None:
    """Another role or unit draws a new stamp; the same again changes nothing."""
    made(engine, clock, ONE, "hr")
    before = directory.everyone(engine)[0]
    after = keeping.change_role(engine, ONE, "leader", "web", {"web"})
    assert (after.role, after.unit_id) == ("leader", "web")
    assert after.stamp != before.stamp
    assert keeping.change_role(engine, ONE, "leader", "web", {"web"}) == after


def test_a_leader_needs_a_unit_of_the_roster(engine: Engine, clock: FixedClock) -> None:
    """A unit that is none is refused and nothing is changed."""
    made(engine, clock, ONE, "hr")
    for unit in (None, "", "elsewhere"):
        with pytest.raises(BadAccounts, match="needs a unit"):
            keeping.change_role(engine, ONE, "leader", unit, {"web"})
    with pytest.raises(BadAccounts, match="no account"):
        keeping.remove(engine, "who@x.org")
    assert roles(engine) == {ONE: "hr"}


def both_at_once(engine: Engine, remove: Callable[[Engine, str], None]) -> int:
    """Let two administrators remove each other at the same moment; return how many are left."""
    gate = Barrier(2)

    def run(email: str) -> None:
        gate.wait()
        with contextlib.suppress(BadAccounts):
            remove(engine, email)

    threads = [Thread(target=run, args=(email,)) for email in (ONE, TWO)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(keeping.usable_admins(engine))


def test_two_who_remove_each_other_are_one_who_succeeds(engine: Engine, clock: FixedClock) -> None:
    """However they meet, one administrator is left."""
    made(engine, clock, ONE)
    made(engine, clock, TWO)
    assert both_at_once(engine, keeping.remove) == 1


def test_looking_first_and_acting_then_would_lock_all_out(
    engine: Engine, clock: FixedClock
) -> None:
    """The twin: whoever looks in one transaction and removes in the next leaves nobody."""
    made(engine, clock, ONE)
    made(engine, clock, TWO)
    looked = Barrier(2)

    def careless(engine: Engine, email: str) -> None:
        usable = keeping.usable_admins(engine)
        looked.wait()
        if usable != {email}:
            with engine.begin() as connection:
                connection.execute(delete(account).where(account.c.email == email))

    assert both_at_once(engine, careless) == 0

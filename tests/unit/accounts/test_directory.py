"""Accounts and tokens: made, found, reset and removed."""

import hashlib
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, select

from pulse.accounts import accesslog, directory, sittings, tokens
from pulse.accounts.tables import account, api_token
from pulse.clock import FixedClock
from pulse.errors import BadAccounts
from pulse.store.engine import reading
from tests.unit.accounts.conftest import CHEAP


def _lea(engine: Engine, clock: FixedClock) -> directory.NewAccount:
    return directory.create(
        engine, clock, CHEAP.hash, email="Lea@Example.org", role="leader", unit_id="eng"
    )


def test_an_account_starts_with_a_one_time_password(engine: Engine, clock: FixedClock) -> None:
    """A new account must change its password, is found in any case, and stores only a hash."""
    told = _lea(engine, clock)
    found = directory.find(engine, "LEA@example.org")
    assert found is not None
    assert found[0].must_change
    assert (found[0].role, found[0].unit_id) == ("leader", "eng")
    assert told.one_time_password
    assert told.one_time_password not in found[1]
    assert CHEAP.verify(found[1], told.one_time_password)


def test_an_address_has_one_account(engine: Engine, clock: FixedClock) -> None:
    """A second account of the same address is refused, whatever its case."""
    _lea(engine, clock)
    with pytest.raises(BadAccounts, match="already"):
        directory.create(engine, clock, CHEAP.hash, email="lea@example.ORG", role="hr")


def test_only_a_leader_keeps_a_unit(engine: Engine, clock: FixedClock) -> None:
    """HR sees everything: a unit given for it is not stored, so it cannot be misread as a limit."""
    directory.create(engine, clock, CHEAP.hash, email="h@x.org", role="hr", unit_id="eng")
    found = directory.find(engine, "h@x.org")
    assert found is not None
    assert found[0].unit_id is None


def test_a_new_password_ends_the_sessions_before(engine: Engine, clock: FixedClock) -> None:
    """The stamp changes with the password; a session that carries the old one finds nobody."""
    _lea(engine, clock)
    found = directory.find(engine, "lea@example.org")
    assert found is not None
    before = found[0]
    session = sittings.begin(engine, clock, before, way="password")
    assert sittings.find(engine, clock, session) is not None
    after = directory.change_password(engine, before.account_id, CHEAP.hash("another password"))
    assert sittings.find(engine, clock, session) is None
    assert after.stamp != before.stamp
    assert not after.must_change


def test_reset_and_removal_end_sessions_and_tokens(engine: Engine, clock: FixedClock) -> None:
    """A reset gives a new one-time password; a token made before is worth nothing afterwards."""
    told = _lea(engine, clock)
    token = tokens.issue(engine, clock, "lea@example.org").token
    again = directory.reset(engine, CHEAP.hash, "lea@example.org")
    assert again.one_time_password not in {None, told.one_time_password}
    assert tokens.bearer(engine, token) is None
    token = tokens.issue(engine, clock, "lea@example.org").token
    directory.remove(engine, "lea@example.org")
    assert tokens.bearer(engine, token) is None
    assert directory.everyone(engine) == []


@pytest.mark.parametrize("step", ["reset", "remove", "token"])
def test_nobody_is_changed_by_mistake(engine: Engine, clock: FixedClock, step: str) -> None:
    """An address without an account is refused by name."""
    steps: dict[str, Callable[[], object]] = {
        "reset": lambda: directory.reset(engine, CHEAP.hash, "who@x.org"),
        "remove": lambda: directory.remove(engine, "who@x.org"),
        "token": lambda: tokens.issue(engine, clock, "who@x.org"),
    }
    with pytest.raises(BadAccounts, match=r"who@x\.org"):
        steps[step]()


def test_a_token_is_kept_as_its_hash(engine: Engine, clock: FixedClock) -> None:
    """256 bits are told once with their scope; the table holds their SHA-256 and nothing else."""
    _lea(engine, clock)
    told = tokens.issue(engine, clock, "Lea@example.org")
    assert told.scope == "leader:eng"
    assert len(told.token) == len("pulse_") + 43
    with reading(engine) as connection:
        row = connection.execute(select(api_token)).one()
    assert row.digest == hashlib.sha256(told.token.encode()).digest()
    found = tokens.bearer(engine, told.token)
    assert found is not None
    assert found.email == "lea@example.org"
    assert tokens.bearer(engine, told.token + "x") is None


def test_a_second_token_replaces_the_first(engine: Engine, clock: FixedClock) -> None:
    """One person has one token; making another or revoking it ends the one before."""
    _lea(engine, clock)
    first = tokens.issue(engine, clock, "lea@example.org").token
    second = tokens.issue(engine, clock, "lea@example.org").token
    assert tokens.bearer(engine, first) is None
    assert tokens.bearer(engine, second) is not None
    assert tokens.revoke(engine, "LEA@example.org")
    assert not tokens.revoke(engine, "lea@example.org")
    assert tokens.bearer(engine, second) is None


def test_the_access_log_outlives_the_account(engine: Engine, clock: FixedClock) -> None:
    """A row keeps address, role and time of who saw something, newest first."""
    _lea(engine, clock)
    found = directory.find(engine, "lea@example.org")
    assert found is not None
    accesslog.note(engine, clock, found[0], "saw", "eng 2026-W47")
    accesslog.note(engine, clock, found[0], "exported", "x" * 500)
    directory.remove(engine, "lea@example.org")
    rows = accesslog.newest(engine)
    assert [row.action for row in rows] == ["exported", "saw"]
    assert rows[1].moment == "2026-11-20T16:00:00+00:00"
    assert len(rows[0].subject) == 200


def test_the_database_refuses_a_leader_without_a_unit(engine: Engine, clock: FixedClock) -> None:
    """What no function does, no statement may do either: the table checks role and unit."""
    _lea(engine, clock)
    with pytest.raises(Exception, match="ck_account_unit"), engine.begin() as connection:
        connection.execute(account.update().values(unit_id=None))

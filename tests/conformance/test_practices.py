"""Practices and packs are kept by the same rules on a server."""

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine

from pulse.errors import WrongState
from pulse.instrument import load
from pulse.practices import adopting, packs
from pulse.store.migrate import upgrade
from pulse.store.postgres import postgres_engine
from tests.postgres import Cluster

DAY = dt.date(2026, 3, 4)


@pytest.fixture
def accounts(cluster: Cluster) -> Iterator[Engine]:
    """Open a fresh database of accounts on the server."""
    engine = postgres_engine(cluster.new_database(), serving=True, one_writer=True)
    upgrade(engine, "accounts")
    yield engine
    engine.dispose()


@pytest.mark.slow
def test_two_at_a_time_on_a_server_too(accounts: Engine) -> None:
    """Eight at once take two places; one is looked at, ended, and leaves room."""

    def once(number: int) -> bool:
        try:
            adopting.adopt(accounts, "eng", f"practice-{number}", DAY)
        except WrongState:
            return False
        return True

    with ThreadPoolExecutor(8) as workers:
        assert sum(workers.map(once, range(8))) == 2
    first, second = adopting.running(accounts, "eng")
    with pytest.raises(WrongState, match="Two practices"):
        adopting.adopt(accounts, "eng", "kindness", DAY)
    looked = adopting.look_back(accounts, first.use_id, DAY)
    assert looked is not None
    assert looked.looked == DAY
    assert adopting.end(accounts, first.use_id, DAY) is not None
    with pytest.raises(WrongState, match="already"):
        adopting.adopt(accounts, "eng", second.practice, DAY)
    assert adopting.adopt(accounts, "eng", "kindness", DAY).unit_id == "eng"


def test_one_pack_at_a_time_on_a_server_too(cluster: Cluster) -> None:
    """The same refusals and the same turns as on files."""
    state = postgres_engine(cluster.new_database(), serving=False, one_writer=True)
    upgrade(state, "state")
    survey = load()
    packs.switch_on(state, survey, "toil", 2)
    with pytest.raises(WrongState, match="toil is on"):
        packs.switch_on(state, survey, "change")
    assert packs.running(state) == packs.Run("toil", 2)
    packs.switch_off(state)
    assert packs.running(state) is None
    state.dispose()

"""What making databases on a server leaves behind there."""

import contextlib
from pathlib import Path

import pytest
from sqlalchemy import inspect, select

from pulse import wave as waves
from pulse.accounts import directory
from pulse.errors import Refused
from pulse.settings import Home, Settings, load
from pulse.store.databases import accounts_engine, state_engine
from pulse.store.home import STEPS, make_home, unfinished
from pulse.store.postgres import postgres_engine
from pulse.store.provision import provision
from pulse.terms import silent
from tests.postgres import Cluster
from tests.week import Interrupted, cut_off

pytestmark = pytest.mark.slow  # a real server


def test_a_server_that_logs_statements_learns_no_password() -> None:
    """The rooms' passwords work, and none stands in the server's log."""
    cluster = Cluster.throw_away(log_statement="all")
    try:
        main = cluster.new_database().render_as_string(hide_password=False)
        made = provision(Settings(database_url=main), "home")
        log = (cluster.folder / "log").read_text()
        for room in ("accounts", "issuer", "ballotbox"):
            assert f"{made[room].username}" in log
            assert str(made[room].password) not in log
            with postgres_engine(made[room], serving=False, one_writer=False).connect() as there:
                assert there.scalar(select(1)) == 1
    finally:
        cluster.remove()


@pytest.mark.parametrize("step", STEPS[1::2] + STEPS[-1:])
def test_a_home_that_was_cut_off_on_a_server_is_made_in_the_next_run(
    cluster: Cluster, tmp_path: Path, step: str
) -> None:
    """Nothing has to be dropped by hand; the home works and its databases name no other one."""
    settings = Settings(database_url=cluster.new_database().render_as_string(hide_password=False))
    home = Home(tmp_path / "home")
    with pytest.raises(Interrupted):
        make_home(home, "", settings, cut_off(step))
    assert unfinished(home)
    make_home(home, "", settings)
    assert not unfinished(home)
    engine = state_engine(home, load(home, {}))
    assert waves.every(engine) == ()
    assert not inspect(engine).has_table("unfinished_home")
    engine.dispose()
    accounts = accounts_engine(home, load(home, {}))
    assert directory.everyone(accounts) == []
    accounts.dispose()


def test_databases_that_another_home_was_made_of_meanwhile_are_left_alone(
    cluster: Cluster, tmp_path: Path
) -> None:
    """Whoever was cut off first and comes last is refused; the other home goes on working."""
    settings = Settings(database_url=cluster.new_database().render_as_string(hide_password=False))
    first, second = Home(tmp_path / "first"), Home(tmp_path / "second")
    with pytest.raises(Interrupted):
        make_home(first, "", settings, cut_off("tables"))
    for how in (cut_off("settings"), silent):
        with contextlib.suppress(Interrupted):
            make_home(second, "", settings, how)
        with pytest.raises(Refused, match="uses this database already"):
            make_home(first, "", settings)
    accounts = accounts_engine(second, load(second, {}))
    assert directory.everyone(accounts) == []
    accounts.dispose()

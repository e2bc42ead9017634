"""An upgrade that is interrupted anywhere has happened or has not; run again, it has."""

import random
import shutil
from pathlib import Path

import pytest

from pulse.errors import Refused
from pulse.store import schema
from pulse.store.engine import reading
from pulse.store.migrate import upgrade
from pulse.store.postgres import postgres_engine
from pulse.terms import silent
from pulse.upkeep.copying import copy_in
from tests.conftest import IN_CI
from tests.fault.upgrades import Cases, killed_at, run
from tests.postgres import Cluster
from tests.unit.upkeep.conftest import rows
from tests.unit.upkeep.test_homes import LATER, engine_of

pytestmark = pytest.mark.slow
A_FEW = 4
STEP = 5  # statements between two kills


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Cases:
    """Count where an upgrade can be disturbed; strace does it."""
    if shutil.which("strace") is None:
        if IN_CI:
            pytest.fail("strace is missing.")
        pytest.skip("strace is missing.")
    return Cases(tmp_path_factory.mktemp("upgrades"))


def test_an_upgrade_that_is_killed_goes_on(cases: Cases) -> None:
    """At a few calls chosen by chance; `python -m tests.fault.upgrades` takes all of them."""
    seed = random.randrange(1 << 32)
    chosen = random.Random(seed).sample(cases.points, A_FEW)
    assert run(cases, chosen, seed).wrong == []


def test_a_half_done_upgrade_would_be_seen(cases: Cases) -> None:
    """The twin: an upgrade that commits in the middle leaves what is neither old nor new."""
    half = dict(cases.before)
    half["pulse.db"] = half["pulse.db"].replace("state_0001", "state_0002")
    assert half["pulse.db"] not in {cases.before["pulse.db"], cases.after["pulse.db"]}
    assert any(point.fate == "kill" for point in cases.points)


def test_an_upgrade_on_a_server_that_is_killed_goes_on(cluster: Cluster, tmp_path: Path) -> None:
    """Killed before every few statements and before its commit, it has changed nothing."""
    url = cluster.new_database()
    text = url.render_as_string(hide_password=False)
    engine = postgres_engine(url, serving=False, one_writer=True)
    upgrade(engine, "accounts")
    old = engine_of("accounts_0001", tmp_path)
    old.dispose()
    copy_in(tmp_path / "accounts_0001.db", engine, "accounts", silent)
    before = rows(engine, "account")
    later = ("accounts", "accounts_later", str(LATER[0]))
    killed, number = 0, 1
    while killed_at(number, text, *later):
        assert rows(engine, "account") == before
        with reading(engine) as connection:
            assert schema.revision(connection) == schema.newest("accounts")
        killed, number = killed + 1, number + STEP
    assert killed > 1
    with reading(engine) as connection:
        assert schema.revision(connection) == "accounts_later"
    assert [row[:8] for row in rows(engine, "account")] == before
    with pytest.raises(Refused, match="newer version"):
        upgrade(engine, "accounts")
    engine.dispose()

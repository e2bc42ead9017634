"""An upgrade that is interrupted anywhere has happened or has not; run again, it has."""

import random
import shutil
from pathlib import Path

import pytest

from pulse.errors import Refused
from pulse.settings import Home
from pulse.store import schema
from pulse.store.engine import reading
from pulse.store.migrate import upgrade
from pulse.store.postgres import postgres_engine
from pulse.store.schema import check_schema
from pulse.terms import silent
from pulse.upkeep import archive
from pulse.upkeep.copying import copy_in
from pulse.upkeep.restore import restore
from tests.conftest import IN_CI
from tests.fault.telling import Given
from tests.fault.traced import disturbed, points
from tests.fault.upgrades import Cases, killed_at, run
from tests.postgres import Cluster
from tests.unit.upkeep.conftest import opened, rows
from tests.unit.upkeep.test_homes import LATER, engine_of

pytestmark = pytest.mark.slow
A_FEW = 2
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
    assert run(cases, chosen, Given(len(chosen), seed)).wrong == []


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


def test_a_backup_that_is_killed_is_whole_or_not_there(cases: Cases, tmp_path: Path) -> None:
    """Killed or failing at a few calls, `pulse backup` leaves a good file or none."""
    file, words = tmp_path / "x.tar.gz", ("backup", str(tmp_path / "x.tar.gz"))
    found = points(cases.home, *words)
    file.unlink()
    for number, point in enumerate(random.sample(found, A_FEW)):
        done = disturbed(cases.home, point, *words)
        assert "Traceback" not in done.stderr
        assert file.exists() or done.returncode
        if file.exists():
            (tmp_path / f"{number}").mkdir()
            archive.unpack(file, tmp_path / f"{number}", silent)
            file.unlink()


def test_a_restore_that_is_killed_has_made_a_home_or_none(cases: Cases, tmp_path: Path) -> None:
    """Killed or failing at a few calls, `pulse restore` leaves no home; run again, it makes one."""
    words = ("restore", str(tmp_path / "x.tar.gz"))
    with opened(Home(cases.home)) as place:
        place.backup(tmp_path / "x.tar.gz")
    found = points(tmp_path / "undisturbed", *words)
    for number, point in enumerate(random.sample(found, A_FEW)):
        home = tmp_path / f"home{number}"
        done = disturbed(home, point, *words)
        assert "Traceback" not in done.stderr
        assert done.returncode == 0 or not home.exists() or (home / "pulse.toml").exists()
        if not home.exists():
            restore(Home(home), tmp_path / "x.tar.gz", {})
        with opened(Home(home)) as made:
            assert rows(made.state, "membership")
            check_schema(made.state, "state")

"""P12 over every address: with a wave open, one more ballot changes nothing that is shown."""

from pathlib import Path

import pytest
from litestar.testing import TestClient

import pulse.app
from pulse.ballotbox.store import BoxStore
from pulse.clock import SystemClock
from pulse.demo.build import Demo, build
from pulse.settings import Home
from tests.claims.test_silence import cast_one
from tests.looking import Alter, Seen, everything
from tests.shelves import rooms
from tests.unit.dashboards.house import CLOCK


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Demo]:
    """Make an organisation with five released weeks and an open one."""
    home = Home(tmp_path_factory.mktemp("open") / "home")
    demo = build(
        home, SystemClock(), base_url="http://127.0.0.1:8000",
        dashboards_url="http://127.0.0.1:8001", people=80, weeks=5,
    )  # fmt: skip
    return home, demo


def counting(home: Home, wave: str) -> Alter:
    """Return what an app does that shows how many ballots lie in the box."""
    box = BoxStore(rooms(home).ballotbox, wave)
    count = box.count()
    box.close()
    return lambda _, body: body.replace(b"</main>", b"<p>%d so far</p></main>" % count)


def before_and_after(made: tuple[Home, Demo], link: int, out: Path, *, count: bool) -> list[str]:
    """Look at everything, cast one ballot, look again; name what differs."""
    home, demo = made
    looks: list[Seen] = []
    for cast_first in (False, True):
        if cast_first:
            with TestClient(pulse.app.create_app(home)) as staff:
                cast_one(staff, demo.links[link])
        alter = counting(home, demo.wave) if count else (lambda _, body: body)
        looks.append(everything(home, CLOCK, out, alter=alter))
    one, other = looks
    return sorted(n for n in one.keys() | other.keys() if one.get(n) != other.get(n))


def test_one_more_ballot_changes_nothing_at_any_address(
    made: tuple[Home, Demo], tmp_path: Path
) -> None:
    """Every page, figure, data answer, export and published file stays, for every role."""
    assert before_and_after(made, 0, tmp_path / "out.csv", count=False) == []


def test_a_count_of_ballots_is_noticed(made: tuple[Home, Demo], tmp_path: Path) -> None:
    """The twin: an app that shows how many have answered so far differs on its pages."""
    changed = before_and_after(made, 1, tmp_path / "out.csv", count=True)
    assert "staff nobody /results" in changed

"""Issuer and ballot box as processes of their own: neither loads or answers for the other."""

import subprocess
import sys
from pathlib import Path

import pytest
from litestar.testing import TestClient

from pulse.app import create_ballotbox, create_issuer
from pulse.token.encoding import b64u
from tests.booth import WAVE
from tests.station import Station


@pytest.fixture
def station(tmp_path: Path) -> Station:
    """Return an open wave."""
    return Station(tmp_path)


def test_the_halves_together_do_what_the_whole_does(station: Station) -> None:
    """The issuer's process knows the link, the ballot box's process takes the ballot."""
    secret = b64u(station.secrets["00001"][0])
    ballot = station.ballot()
    body = {"v": 1, "wave": WAVE, "g": ballot.g}
    body |= {name: b64u(getattr(ballot, name)) for name in ("msg", "sig", "box")}
    with TestClient(create_issuer(station.home)) as issuer:
        assert issuer.get("/s").status_code == 200
        assert issuer.post("/me", json={"v": 1, "secret": secret}).status_code == 200
        assert issuer.post("/ballot", json=body).status_code == 404
        assert issuer.get("/health").status_code == 200
    with TestClient(create_ballotbox(station.home)) as box:
        assert box.post("/me", json={"v": 1, "secret": secret}).status_code == 404
        assert box.get("/s").status_code == 404
        assert box.post("/ballot", json=body).status_code == 200
        assert box.get("/health").status_code == 200
    assert station.box.count() == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("factory", "absent", "present"),
    [
        ("create_issuer", "pulse.ballotbox", "pulse.issuer"),
        ("create_ballotbox", "pulse.issuer", "pulse.ballotbox"),
        ("create_app", "pulse.roster", "pulse.issuer"),
    ],
)
def test_a_half_never_loads_the_other(
    station: Station, factory: str, absent: str, present: str
) -> None:
    """What a process has not loaded it cannot use: module by module, after its start."""
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "import pulse.app\n"
        "from pulse.settings import Home\n"
        f"pulse.app.{factory}(Home(Path(sys.argv[1])))\n"
        f"print('{absent}' in sys.modules, '{present}' in sys.modules)\n"
    )
    command = [sys.executable, "-W", "error", "-c", code, str(station.home.path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "False True\n"

"""A small twin, lived through and attacked once for all tests."""

from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from pulse.attack import naive, organisation, release, suite, twin
from pulse.attack.publication import Publication
from pulse.attack.suite import Report
from pulse.attack.twin import Week
from pulse.instrument import Instrument, load
from pulse.settings import Home, Settings
from pulse.terms import RosterUnit

PEOPLE, WAVES = 120, 4


@pytest.fixture(scope="session")
def instrument() -> Instrument:
    """Load the weekly survey."""
    return load()


@pytest.fixture(scope="session")
def units() -> tuple[RosterUnit, ...]:
    """Invent a small organisation."""
    return organisation.invented(PEOPLE, Random("small"))


@pytest.fixture(scope="session")
def weeks(units: tuple[RosterUnit, ...], instrument: Instrument) -> tuple[Week, ...]:
    """Live through four weeks."""
    return twin.live(units, instrument, WAVES, 5, "small")


@pytest.fixture(scope="session")
def ours_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Name the folder of the released twin."""
    return Home(tmp_path_factory.mktemp("twin") / "home")


@pytest.fixture(scope="session")
def ours(weeks: Sequence[Week], instrument: Instrument, ours_home: Home) -> Publication:
    """Release the twin."""
    return release.release(weeks, instrument, Settings(), ours_home.path)


@pytest.fixture(scope="session")
def theirs(weeks: Sequence[Week], instrument: Instrument) -> Publication:
    """Publish the twin naively."""
    return naive.publish(weeks, instrument)


@pytest.fixture(scope="session")
def report(units: tuple[RosterUnit, ...], tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Run the whole suite on a home without releases."""
    nothing = Home(Path(tmp_path_factory.mktemp("nothing")))
    return suite.run(nothing, Settings(), waves=WAVES, seed="small", units=units)

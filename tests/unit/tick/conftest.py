"""A small organisation that ticks, with a clock moved by hand; made once, copied for each test."""

import datetime as dt
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import func, select

from pulse import wave as waves
from pulse.clock import FixedClock
from pulse.closing import close_wave
from pulse.disclosure.audit import audit_candidate
from pulse.invitation import send
from pulse.invitation.mails import Kind
from pulse.invitation.sending import Sent
from pulse.invitation.tables import sent
from pulse.opening import open_wave
from pulse.store.engine import reading
from pulse.tick import Parts, Ticked, tick
from tests.unit.opening.house import WAVE, House, known_keys

NINE: Final = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)  # Monday, the opening time of W10
CLOSES: Final = dt.datetime(2026, 3, 6, 17, tzinfo=dt.UTC)
MAILED: Final = 18  # of twenty people, two have no address
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
PARTS: Final = Parts(
    open=partial(open_wave, make_keys=known_keys),
    close=partial(close_wave, auditor=audit_candidate),
)


class Ticking(House):
    """The house, and ticks at any time; `writings` keeps who was written what, and when."""

    parts = PARTS

    def tick(self, at: dt.datetime) -> Ticked:
        """Set the clock and tick once."""
        self.clock = FixedClock(at)
        return tick(
            self.home, self.settings, self.clock, self.engine,
            tell_staff=lambda _: "", parts=self.parts,
        )  # fmt: skip

    def state(self, wave: str = WAVE) -> str:
        """Return a wave's state, or that there is none."""
        row = waves.get(self.engine, wave)
        return row.state if row else "none"

    def written(self, kind: Kind) -> int:
        """Count the marks of a kind of mail."""
        with reading(self.engine) as connection:
            query = select(func.count()).select_from(sent).where(sent.c.kind == kind)
            return connection.scalar(query) or 0


class Recorder:
    """Sends as the product does and keeps when each person was written what."""

    def __init__(self) -> None:
        self.writings: list[tuple[Kind, str, dt.datetime]] = []

    def send(self, *given: object, **named: object) -> Sent:
        """Send, and remember."""
        done = send(*given, **named)  # type: ignore[arg-type] # passed on as it came
        clock, only = given[2], named["only"]
        assert isinstance(clock, FixedClock)
        assert isinstance(only, frozenset)
        self.writings += [(named["kind"], each, clock.now()) for each in sorted(only)]  # type: ignore[misc]
        return done


def kinds(ticked: Ticked) -> list[str]:
    """Name the steps that were taken."""
    assert ticked.failed == ()
    return [each.step for each in ticked.done]


@pytest.fixture(scope="session")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the organisation once."""
    folder = tmp_path_factory.mktemp("ticking") / "home"
    Ticking.make(folder)
    return folder


@pytest.fixture(scope="session")
def begun(tmp_path_factory: pytest.TempPathFactory, before: Path) -> Path:
    """Let a tick open the week once."""
    folder = tmp_path_factory.mktemp("begun") / "home"
    shutil.copytree(before, folder)
    house = Ticking(folder)
    house.tick(NINE)
    assert house.state() == "open"
    house.engine.dispose()
    return folder


@pytest.fixture
def house(tmp_path: Path, before: Path) -> Iterator[Ticking]:
    """Copy the organisation before its first week."""
    yield from _copied(before, tmp_path)


@pytest.fixture
def opened(tmp_path: Path, begun: Path) -> Iterator[Ticking]:
    """Copy the organisation with its week open since nine o'clock."""
    yield from _copied(begun, tmp_path)


def _copied(template: Path, folder: Path) -> Iterator[Ticking]:
    shutil.copytree(template, folder / "home")
    house = Ticking(folder / "home")
    yield house
    house.engine.dispose()

"""A week that was closed and waits for its council, made once and copied for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pulse.ballotbox import holder, pairs
from pulse.closing import Closed
from tests.week import ANSWERS, Secrets, Week, ballots, cast, open_week


class Case:
    """A week that waits for its council, in `folder`: the home, and the council's own files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key, self.away = folder / "council" / "F", folder / "council"
        self.week = Week(folder / "home")

    @property
    def box(self) -> Path:
        """BOX as the council has it."""
        return self.away / "2026-W09.box"

    def fetch(self, report: Closed) -> None:
        """Carry BOX and its list to the council."""
        for path in (report.box, report.groups):
            (self.away / Path(path).name).write_bytes(Path(path).read_bytes())

    def peel(self, out: str = "P") -> Path:
        """Let the council peel."""
        holder.peel_box(self.box, self.key, self.away / out)
        return self.away / out


@pytest.fixture(scope="session")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Secrets]:
    """Return the folder of a week that was closed and waits; nobody may go on with it."""
    folder = tmp_path_factory.mktemp("waiting")
    (folder / "council").mkdir()
    pairs.make(folder / "council" / "F", 2)
    week, known = open_week(folder / "home", halves=folder / "council" / "F.pub")
    cast(week, ballots(week, ANSWERS, known), known)
    report = week.close()
    assert report.state == "awaiting_peel"
    Case(folder).fetch(report)
    week.engine.dispose()
    return folder, known


@pytest.fixture
def case(waiting: tuple[Path, Secrets], tmp_path: Path) -> Iterator[Case]:
    """Return a copy of the waiting week."""
    Week(waiting[0] / "home").copy(tmp_path / "home")
    (tmp_path / "council").mkdir()
    for path in (waiting[0] / "council").iterdir():
        (tmp_path / "council" / path.name).write_bytes(path.read_bytes())
    case = Case(tmp_path)
    yield case
    case.week.engine.dispose()

"""A small organisation ready to open a wave."""

import datetime as dt
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Self

from pulse import opening, roster
from pulse.clock import FixedClock
from pulse.opening.making import MakeKeys
from pulse.settings import Home, Settings
from pulse.store.engine import sqlite_engine
from pulse.store.home import make_home
from pulse.terms import Progress, silent
from tests.booth import signing_key

MONDAY = dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)
WAVE = "2026-W10"
PAGE = b"<!doctype html>the page"
UNITS = (("all", None, "All"), ("ops", "all", "Operations"), ("dev", "all", "Development"))


def known_keys(count: int, progress: Progress) -> Sequence[bytes]:
    """Return real keys, the same ones all through a test run."""
    progress("Making keys", 0, count)
    return [_der(number) for number in range(1, count + 1)]


@cache
def _der(number: int) -> bytes:
    return signing_key(number).private_der().reveal()


class House:
    """The home in `folder`: two teams of ten, all with an address but the first of each."""

    def __init__(self, folder: Path) -> None:
        self.home, self.settings = Home(folder), Settings(organisation="Example Ltd")
        self.clock = FixedClock(MONDAY)
        self.engine = sqlite_engine(self.home.state / "pulse.db", journal="wal", create=False)

    @classmethod
    def make(cls, folder: Path, cards: dict[str, int] | None = None) -> Self:
        """Make the home and hire the people; `cards` says how many of a team have no address."""
        make_home(Home(folder), "")
        house = cls(folder)
        house.staff({"ops": 10, "dev": 10}, cards)
        house.engine.dispose()
        return house

    def staff(self, teams: dict[str, int], cards: dict[str, int] | None = None) -> None:
        """Import people, one of each team without an address unless `cards` says otherwise."""
        cards = cards or {}
        people = [
            roster.Person(
                f"{unit}{i}", f"{unit}{i}@example.org" if i >= cards.get(unit, 1) else "", unit
            )
            for unit, count in teams.items()
            for i in range(count)
        ]
        units = tuple(roster.UnitRow(*unit) for unit in UNITS)
        roster.import_roster(self.engine, roster.Roster(units, tuple(people)))

    def open(
        self,
        wave: str | None = None,
        *,
        closes: dt.datetime | None = None,
        progress: Progress = silent,
        make_keys: MakeKeys = known_keys,
    ) -> opening.Opened:
        """Open a wave."""
        return opening.open_wave(
            self.home, self.settings, self.clock, self.engine, page=PAGE, wave=wave,
            closes=closes, make_keys=make_keys, progress=progress,
        )  # fmt: skip

    def files(self) -> set[str]:
        """Name every file of the home but databases' companions and the lock files."""
        found = (path for path in self.home.path.rglob("*") if path.is_file())
        names = (str(path.relative_to(self.home.path)) for path in found)
        return {name for name in names if not name.endswith(("-wal", "-shm", ".lock"))}

    def plain_files(self) -> set[str]:
        """Name the files without the hash in a public file's name, numbered where several."""
        plain: set[str] = set()
        for name in sorted(self.files()):
            stem = name.rpartition("-")[0] if name.startswith("state/w/2") else name
            plain.add(f"{stem} {sum(other.startswith(f'{stem} ') for other in plain)}")
        return plain

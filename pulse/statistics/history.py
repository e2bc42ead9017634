"""Everything released so far, as one table: the only thing that statistics read."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TypeVar, cast

import polars as pl

from pulse.disclosure.policy import INNER_FROM
from pulse.instrument import Instrument
from pulse.instrument import load as load_instrument
from pulse.release import cells as cellfile
from pulse.release import reading
from pulse.terms import Tree, Unit

T = TypeVar("T")


class History:
    """The released waves in order, their cells and their frozen trees.

    Args:
        releases: the releases in ascending order of wave.
        cells: all their rows, columns as in `cells.parquet`.
        instrument: the items and scales that the measures name.
    """

    def __init__(
        self, releases: tuple[reading.Release, ...], cells: pl.DataFrame, instrument: Instrument
    ) -> None:
        self._releases = {release.wave: release for release in releases}
        self.waves = tuple(self._releases)
        self.cells = cells
        self.instrument = instrument
        self._made: dict[str, object] = {}

    @property
    def latest(self) -> str | None:
        """The newest released wave, if there is any."""
        return self.waves[-1] if self.waves else None

    def release(self, wave: str) -> reading.Release:
        """Return one release; KeyError if `wave` is not released."""
        return self._releases[wave]

    def tree(self, wave: str | None = None) -> Tree:
        """Return the tree frozen for `wave` (default: the newest)."""
        return self._releases[wave or self.waves[-1]].tree

    @cached_property
    def units(self) -> dict[str, Unit]:
        """The units of the newest tree by id, in tree order."""
        return {unit.unit_id: unit for unit in self.tree().units} if self.waves else {}

    @property
    def calls_changes(self) -> bool:
        """Whether the organisation is large enough (60 people) to call any change real."""
        return bool(self.waves) and self.pools(self.waves[-1])

    def pools(self, wave: str) -> bool:
        """Tell whether the organisation was large enough in `wave` to read groups together."""
        return self.tree(wave).root.invited >= INNER_FROM

    @cached_property
    def shown_weeks(self) -> pl.DataFrame:
        """The columns wave, unit_id of every unit's published weeks."""
        rows = self.cells.lazy().filter(
            (pl.col("kind") == "unit")
            & (pl.col("status") == "published")
            & pl.col("measure").str.starts_with("item:")
        )
        return rows.select("wave", "unit_id").unique().collect()

    @cached_property
    def shown(self) -> frozenset[tuple[str, str]]:
        """The (wave, unit_id) pairs whose pattern is published."""
        return frozenset(self.shown_weeks.iter_rows())

    def once(self, name: str, make: Callable[[], T]) -> T:
        """Return what was made of these releases under `name`, making it the first time."""
        if name not in self._made:
            self._made[name] = make()
        return cast("T", self._made[name])

    def cells_of(self, wave: str) -> pl.DataFrame:
        """Return the rows of one wave."""
        return self.once(f"cells {wave}", lambda: self.cells.filter(pl.col("wave") == wave))

    def reorganised(self, unit_id: str) -> bool:
        """Tell whether the unit was shown before its present series, made of other people."""
        unit = self.units[unit_id]
        return any((w, unit_id) in self.shown for w in self.waves if w < unit.series)

    def series_waves(self, unit_id: str) -> tuple[str, ...]:
        """Return the waves since the unit's present series began (a reorganisation cuts it)."""
        unit = self.units.get(unit_id)
        start = unit.series if unit is not None else ""
        return tuple(wave for wave in self.waves if wave >= start)


def read_history(releases: Path, instrument: Instrument | None = None) -> History:
    """Read every release under `releases`, oldest first; none gives an empty history."""
    loaded = tuple(reading.load(releases, wave) for wave in reading.waves(releases))
    frames = [cellfile.read(release.folder / cellfile.NAME) for release in loaded]
    cells = pl.concat(frames) if frames else cellfile.frame(())
    return History(loaded, cells, instrument or load_instrument())

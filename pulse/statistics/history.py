"""Everything released so far, as one table: the only thing that statistics read."""

from bisect import bisect_left
from collections.abc import Callable, Container, Iterator
from functools import cached_property
from pathlib import Path
from typing import ClassVar, TypeVar, cast

import polars as pl

from pulse.disclosure.policy import INNER_FROM
from pulse.instrument import Instrument
from pulse.release import cells as cellfile
from pulse.release import reading, surveys
from pulse.statistics.packed import is_packed, packed
from pulse.terms import Tree, Unit

T = TypeVar("T")


class History:
    """The released waves in order, their cells and their frozen trees.

    Args:
        releases: the releases in ascending order of wave.
        cells: all their rows, columns as in `cells.parquet`; kept as `packed` makes them.
        instrument: the items and scales that the measures name.
    """

    at_once: ClassVar[int] = 500_000  # rows of a batch: a few dozen MB while they are worked on

    def __init__(
        self, releases: tuple[reading.Release, ...], cells: pl.DataFrame, instrument: Instrument
    ) -> None:
        self._releases = {release.wave: release for release in releases}
        self.waves = tuple(self._releases)
        self.cells = cells if is_packed(cells) else packed([cells])
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
            & pl.col("measure").cat.starts_with("item:")
        )
        return rows.select("wave", "unit_id").unique().collect()

    @cached_property
    def shown(self) -> "ShownWeeks":
        """The (wave, unit_id) pairs whose pattern is published."""
        return ShownWeeks(self.waves, self.shown_weeks)

    def once(self, name: str, make: Callable[[], T]) -> T:
        """Return what was made of these releases under `name`, making it the first time."""
        if name not in self._made:
            self._made[name] = make()
        return cast("T", self._made[name])

    def kind(self, column: str) -> pl.DataType:
        """Return the type of a column of `cells`; names to join with have it too."""
        return self._schema[column]

    @cached_property
    def _schema(self) -> pl.Schema:
        return self.cells.schema

    def names(self, column: str) -> list[str]:
        """Return the names that stand in a column of `cells`, ascending."""
        return cast("pl.Enum", self.kind(column)).categories.to_list()

    @cached_property
    def _places(self) -> dict[str, tuple[int, int]]:
        """Where each wave begins in `cells`, and how many rows it has."""
        runs = self.cells["wave"].rle().struct.unnest()
        starts = runs["len"].cum_sum() - runs["len"]
        return dict(zip(runs["value"], zip(starts, runs["len"], strict=True), strict=True))

    def cells_of(self, wave: str) -> pl.DataFrame:
        """Return the rows of one wave."""
        return self.cells.slice(*self._places.get(wave, (0, 0)))

    def batches(self, waves: tuple[str, ...]) -> Iterator[pl.DataFrame]:
        """Yield the rows of `waves` (ascending), whole waves, some hundred thousand at a time."""
        batch: list[pl.DataFrame] = []
        for wave in waves:
            batch.append(self.cells_of(wave))
            if sum(rows.height for rows in batch) >= self.at_once:
                yield pl.concat(batch)
                batch = []
        if batch:
            yield pl.concat(batch)

    def reorganised(self, unit_id: str) -> bool:
        """Tell whether the unit was shown before its present series, made of other people."""
        unit = self.units[unit_id]
        return any((w, unit_id) in self.shown for w in self.waves if w < unit.series)

    @cached_property
    def survey_since(self) -> str:
        """The wave in which the newest survey was first asked; empty if there was no other."""
        asked = [(wave, self.release(wave).manifest.instrument) for wave in self.waves]
        other = [at for at, (_, survey) in enumerate(asked) if survey != asked[-1][1]]
        return asked[other[-1] + 1][0] if other else ""

    def series_waves(self, unit_id: str) -> tuple[str, ...]:
        """Return the waves since the unit's present series began.

        A reorganisation cuts it, and so does another survey.
        """
        unit = self.units.get(unit_id)
        start = max(unit.series if unit is not None else "", self.survey_since)
        return self.once(f"since {start}", lambda: self.waves[bisect_left(self.waves, start) :])


class ShownWeeks(Container[tuple[str, str]]):
    """The weeks in which each unit is shown: one bit a week, for there are many units.

    Args:
        waves: the released waves.
        weeks: the columns wave and unit_id of what is shown.
    """

    def __init__(self, waves: tuple[str, ...], weeks: pl.DataFrame) -> None:
        self._bits = {wave: 1 << place for place, wave in enumerate(waves)}
        own = weeks.group_by("unit_id").agg("wave")
        self._units = {
            unit_id: sum(self._bits.get(wave, 0) for wave in shown)
            for unit_id, shown in own.iter_rows()
        }

    def __contains__(self, pair: object) -> bool:
        """Tell whether a (wave, unit_id) is shown."""
        wave, unit_id = cast("tuple[str, str]", pair)
        return bool(self._units.get(unit_id, 0) & self._bits.get(wave, 0))


def read_history(releases: Path, instrument: Instrument | None = None) -> History:
    """Read every release under `releases`, oldest first; none gives an empty history."""
    loaded = reading.everything(releases)
    frames = (cellfile.read(release.folder / cellfile.NAME) for release in loaded)
    cells = packed(frames) if loaded else cellfile.frame(())
    asked = surveys.together([release.manifest for release in loaded])
    return History(loaded, cells, instrument or asked)

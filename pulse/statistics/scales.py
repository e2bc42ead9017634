"""A unit's scales: the weekly line, four-wave blocks, and whether a change is real."""

import math
from functools import cached_property
from typing import Literal

import msgspec
import polars as pl

from pulse.statistics.adjustment import FIRST_LINE, spans, weekly_index
from pulse.statistics.alarms import (
    BASELINE,
    WATCHED,
    Alarm,
    Watched,
    alarms,
    beside_figure,
    beside_line,
)
from pulse.statistics.blocks import BlockRow, block_table, block_waves, weeks_of_series
from pulse.statistics.census import everybody
from pulse.statistics.change import WORDS, Direction, DirectionKey, Step, directions
from pulse.statistics.comparison import Comparison, apart, compared, within_variance
from pulse.statistics.estimate import EVERYBODY, Estimate, clip, on_hundred
from pulse.statistics.history import History
from pulse.statistics.level import Observation, smooth
from pulse.statistics.pooling import Pool, Posterior, pool
from pulse.statistics.precision import Z80, band_sizes, to_hundred

__all__ = [
    "WORDS",
    "Alarm",
    "Block",
    "Comparison",
    "Direction",
    "DirectionKey",
    "Estimate",
    "Scales",
    "WeekPoint",
    "WeekStatus",
]

WeekStatus = Literal["shown", "coded", "hidden", "not_asked", "too_early"]
_WATCHED = ("index", "sampling", "rounding", "weekly", "at_least", "invited")
_WEEK = ("index", "sampling", "rounding", "weekly", "at_least", "coded")


class WeekPoint(msgspec.Struct, frozen=True):
    """One week of a scale: `raw` as released and adjusted, `value` smoothed, 80 % band."""

    wave: str
    status: WeekStatus
    at_least: int | None = None
    raw: float | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None


class Block(msgspec.Struct, frozen=True):
    """Four consecutive waves; `estimate` is None unless at least two of them are shown.

    `estimate` says what all of the unit's invited people would have said in these weeks: the figure
    of tiles, months and heat tables. `level` says how such a unit is, whoever happened to be in it
    and to answer; a group's is drawn farther towards the others. `pooled` tells that both were read
    together with the organisation's other groups. `variance` is of the figure before that, points^2
    of 0-100, for setting units beside each other.
    """

    waves: tuple[str, ...]
    missing: tuple[str, ...]
    at_least: int | None = None
    estimate: Estimate | None = None
    level: Estimate | None = None
    pooled: bool = False
    variance: float | None = None


class Week(msgspec.Struct, frozen=True, array_like=True):
    """One released week of a line, 1-5; variances in points^2, `weekly` the share omega."""

    index: float
    sampling: float
    rounding: float
    weekly: float
    at_least: int
    coded: bool

    @property
    def observation(self) -> Observation:
        """The week as the line sees it: coded weeks count as missing."""
        if self.coded:
            return Observation(None, 0.0)
        return Observation(self.index, self.weekly * self.sampling + self.rounding)


class Scales:
    """Every unit's scales, computed once for a history (one release of the ledger)."""

    def __init__(self, history: History) -> None:
        self.history = history
        self._spans = spans(history)
        keys = ["unit_id", "scale"]
        weeks = weeks_of_series(history, weekly_index(history))
        blocks = block_table(history, weeks)
        self._blocks = blocks.select(*keys, "block", "group", *BlockRow._fields)
        self._weeks = weeks.select(*keys, "wave", "invited", *_WEEK)
        self._week_places = _places(self._weeks)
        self._block_places = _places(self._blocks)
        self._pools: dict[tuple[str, int], Pool | None] = {}

    def _own_weeks(self, unit_id: str, scale: str) -> dict[str, Week]:
        start, length = self._week_places.get((unit_id, scale), (0, 0))
        rows = self._weeks.slice(start, length).iter_rows()
        return {wave: Week(*numbers) for _, _, wave, _, *numbers in rows}

    def _own_blocks(self, unit_id: str, scale: str) -> dict[int, BlockRow]:
        start, length = self._block_places.get((unit_id, scale), (0, 0))
        rows = self._blocks.slice(start, length).iter_rows()
        return {block: BlockRow(*numbers) for _, _, block, _, *numbers in rows}

    def _early(self, waves: tuple[str, ...]) -> frozenset[str]:
        """Return those of the newest `waves` with no line yet when the last of them was new."""
        until = [[w for w in span if w <= waves[-1]] for span in self._spans] if waves else []
        return frozenset(w for span in until if len(span) < FIRST_LINE for w in span)

    def _status(self, unit_id: str, wave: str, week: Week | None, *, early: bool) -> WeekStatus:
        if (wave, unit_id) not in self.history.shown:
            return "hidden"
        if early:
            return "too_early"
        if week is None:
            return "not_asked"
        return "coded" if week.coded else "shown"

    def weekly(self, unit_id: str, scale: str, to: str = "") -> tuple[WeekPoint, ...]:
        """Return one point per wave of the unit's present series, oldest first.

        Coded weeks count as missing with a mark, hidden weeks are gaps: neither has a value.
        `to` is a wave of the past to end with: no later week is smoothed into the line.
        """
        waves = tuple(w for w in self.history.series_waves(unit_id) if not to or w <= to)
        early = self._early(waves)
        weeks = {w: week for w, week in self._own_weeks(unit_id, scale).items() if w not in early}
        series = [
            weeks[wave].observation if wave in weeks else Observation(None, 0.0) for wave in waves
        ]
        points = []
        for wave, level in zip(waves, smooth(series), strict=True):
            week = weeks.get(wave)
            status = self._status(unit_id, wave, week, early=wave in early)
            least = week.at_least if week else None
            if week is None or status != "shown" or level is None:
                raw = to_hundred(week.index) if week and status == "coded" else None
                points.append(WeekPoint(wave, status, least, raw))
                continue
            half = Z80 * math.sqrt(level.variance)
            band = (clip(to_hundred(level.mean + end)) for end in (0, -half, half))
            points.append(WeekPoint(wave, status, least, to_hundred(week.index), *band))
        return tuple(points)

    @cached_property
    def blocks_of_waves(self) -> tuple[tuple[str, ...], ...]:
        """The complete four-wave blocks of the whole history, oldest first."""
        return block_waves(self.history.waves)

    def _places_of_blocks(self, unit_id: str) -> list[int]:
        allowed = set(self.history.series_waves(unit_id))
        return [n for n, waves in enumerate(self.blocks_of_waves) if waves[0] in allowed]

    def blocks(self, unit_id: str, scale: str) -> tuple[Block, ...]:
        """Return the unit's four-wave blocks since its series began, oldest first."""
        rows = self._own_blocks(unit_id, scale)
        return tuple(
            self._block(unit_id, scale, n, rows.get(n)) for n in self._places_of_blocks(unit_id)
        )

    def last_block(self, unit_id: str, scale: str) -> Block | None:
        """Return the unit's last complete block, the one its tile shows; None before the first."""
        places = self._places_of_blocks(unit_id)
        if not places:
            return None
        row = self._latest_blocks.get((unit_id, scale), {}).get(places[-1])
        return self._block(unit_id, scale, places[-1], row)

    def _block(self, unit_id: str, scale: str, n: int, row: BlockRow | None) -> Block:
        waves = self.blocks_of_waves[n]
        missing = tuple(w for w in waves if (w, unit_id) not in self.history.shown)
        if row is None:
            return Block(waves, missing)
        together = self._pool(scale, n) if self.history.units[unit_id].group else None
        level = Posterior(row.mean, row.variance)
        if together is not None:
            level = together.level(*level)
        estimate = on_hundred(_everybody(row, together), together, EVERYBODY)
        return Block(
            waves, missing, row.at_least, estimate, on_hundred(level, together),
            together is not None, 625 * row.variance,
        )  # fmt: skip

    def _pool(self, scale: str, block: int) -> Pool | None:
        """Return the groups of one block read together; None under 60 people or 20 groups."""
        if not self.history.calls_changes:
            return None
        if (scale, block) not in self._pools:
            rows = self._groups.get((scale, block), self._blocks.clear())
            self._pools[scale, block] = pool(rows["mean"].to_list(), rows["variance"].to_list())
        return self._pools[scale, block]

    @cached_property
    def _groups(self) -> dict[tuple[object, ...], pl.DataFrame]:
        """The groups' rows of each scale and block."""
        rows = self._blocks.filter("group").select("scale", "block", "mean", "variance")
        return rows.partition_by("scale", "block", as_dict=True, include_key=False)

    @cached_property
    def directions(self) -> dict[tuple[str, str], Direction]:
        """The direction of every (unit, scale) of the newest tree; `change.directions` says how."""
        found = {}
        steps: dict[str, list[Step]] = {scale: [] for scale in self.history.instrument.scales}
        for unit in self.history.units.values():
            early = len(self._places_of_blocks(unit.unit_id)) < 2  # noqa: PLR2004 - before and after
            for scale, own in steps.items():
                pair = self._latest_blocks.get((unit.unit_id, scale), {})
                if early or len(pair) < 2:  # noqa: PLR2004 - as above
                    found[unit.unit_id, scale] = Direction("too_early" if early else "hidden")
                else:
                    before, after = (pair[n] for n in sorted(pair))
                    own.append(Step(unit.unit_id, unit.group, before, after))
        return found | directions(steps, calls=self.history.calls_changes)

    @cached_property
    def _latest_blocks(self) -> dict[tuple[str, str], dict[int, BlockRow]]:
        last = len(self.blocks_of_waves) - 1
        rows = self._blocks.filter(pl.col("block") >= last - 1)
        table: dict[tuple[str, str], dict[int, BlockRow]] = {}
        columns = ("unit_id", "scale", "block", *BlockRow._fields)
        for unit_id, scale, block, *numbers in rows.select(columns).iter_rows():
            table.setdefault((unit_id, scale), {})[block] = BlockRow(*numbers)
        return table

    @cached_property
    def alarms(self) -> dict[tuple[str, str], Alarm]:
        """What the newest week adds up to for every (unit, scale) watched long enough.

        It never says otherwise than the line that `weekly` draws or the figure of `last_block`.
        """
        if not self.history.calls_changes:
            return {}
        shown = self._weeks.filter(~pl.col("coded"))
        lines = shown.group_by("unit_id", "scale", maintain_order=True).agg(
            pl.col("wave").last(), pl.col(_WATCHED).tail(BASELINE + WATCHED)
        )
        newest = lines.filter(pl.col("wave") == self.history.latest).drop("wave")
        found = alarms(
            ((unit_id, scale), [Watched(*week) for week in zip(*columns, strict=True)])
            for unit_id, scale, *columns in newest.iter_rows()
        )
        flagged = {key: alarm for key, alarm in found.items() if alarm.key != "quiet"}
        return found | {key: self._told(alarm, *key) for key, alarm in flagged.items()}

    def _told(self, alarm: Alarm, unit_id: str, scale: str) -> Alarm:
        drawn = [p.value for p in self.weekly(unit_id, scale) if p.value is not None]
        block = self.last_block(unit_id, scale)
        figure = block.estimate.value if block and block.estimate else None
        return beside_figure(beside_line(alarm, drawn), figure)

    def comparison(self, unit_id: str, scale: str) -> Comparison | None:
        """Return the unit's last block beside the organisation's; None where either is hidden."""
        if (unit_id, scale) not in self._beside_root:
            return None
        own, whole = self._beside_root[unit_id, scale]
        n = len(self.blocks_of_waves) - 1
        together = self._pool(scale, n) if self.history.units[unit_id].group else None
        sigma2 = self.history.once(f"within {scale}", lambda: within_variance(self.history, scale))
        likely = (unit_id, scale) in self._apart
        # The figure of the tile; as sure as it is of the unit, whoever is in it (no census here).
        known = Posterior(_everybody(own, together).mean, own.variance)
        return compared(known, whole, sigma2, likely=likely)

    @cached_property
    def _apart(self) -> frozenset[tuple[str, str]]:
        return apart(self._beside_root) if self.history.calls_changes else frozenset()

    @cached_property
    def _beside_root(self) -> dict[tuple[str, str], tuple[BlockRow, BlockRow]]:
        """The newest block of every unit of the newest tree but the root, and the root's."""
        n, units = len(self.blocks_of_waves) - 1, self.history.units
        newest = {key: rows[n] for key, rows in self._latest_blocks.items() if n in rows}
        root = self.history.tree().root.unit_id if self.history.waves else ""
        return {
            (unit_id, scale): (own, newest[root, scale])
            for (unit_id, scale), own in newest.items()
            if unit_id != root and unit_id in units and (root, scale) in newest
        }


def _everybody(row: BlockRow, together: Pool | None) -> Posterior:
    """Return what is known of the mean of all invited people over a block."""
    sizes = [min(n * row.heard, row.invited) for n in band_sizes(row.at_least, row.invited)]
    return everybody(
        together, row.mean, sampling=row.person, rounding=row.blur, sizes=sizes,
        invited=row.invited,
    )  # fmt: skip


def _places(rows: pl.DataFrame) -> dict[tuple[str, str], tuple[int, int]]:
    """Return where each unit and scale begins in sorted `rows`, and how many rows it has."""
    lengths = rows.group_by("unit_id", "scale", maintain_order=True).len()
    starts = lengths.with_columns((pl.col("len").cum_sum() - pl.col("len")).alias("start"))
    return {
        (unit_id, scale): (start, length) for unit_id, scale, length, start in starts.iter_rows()
    }

"""A unit's scales: the weekly line, four-wave blocks, and whether a change is real."""

import math
from functools import cached_property
from typing import Literal

import msgspec

from pulse.release.hidden import REASON
from pulse.statistics.adjustment import FIRST_LINE, spans, weekly_index
from pulse.statistics.discoveries import benjamini_hochberg
from pulse.statistics.history import History
from pulse.statistics.level import Observation, smooth
from pulse.statistics.precision import STABLE_SHARE, Z80, Z95, to_hundred

BLOCK = 4
SAME_WITHIN = 5.0  # 0-100 points; 0.2 on 1-5, about a small effect (0.2 sigma)
FALSE_DISCOVERY = 0.10


class Estimate(msgspec.Struct, frozen=True):
    """A figure on 0-100 with its 95 % interval, clipped to the scale."""

    value: float
    low: float
    high: float


WeekStatus = Literal["shown", "coded", "hidden", "not_asked", "too_early"]


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
    """Four consecutive waves; `estimate` is None unless at least two of them are shown."""

    waves: tuple[str, ...]
    missing: tuple[str, ...]
    at_least: int | None = None
    estimate: Estimate | None = None


DirectionKey = Literal["higher", "lower", "same", "unclear", "too_early", "hidden"]
WORDS: dict[DirectionKey, str] = {
    "higher": "higher, likely real",
    "lower": "lower, likely real",
    "same": "about the same",
    "unclear": "cannot tell yet",
    "too_early": "too early to tell",
    "hidden": REASON,
}


class Direction(msgspec.Struct, frozen=True):
    """The last complete block against the one before, 0-100 points with 95 % interval."""

    key: DirectionKey
    difference: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def words(self) -> str:
        """The direction as a leader reads it."""
        return WORDS[self.key]


class _BlockSum(msgspec.Struct, frozen=True):
    mean: float  # 1-5
    sampling: float
    rounding: float
    shown: int
    unseen: float  # share of the unit that may be silent: 1 - b / H
    at_least: int

    def variance(self) -> float:
        """Process variance: the stable part of people stays, the weekly part averages out."""
        weekly = (1 - STABLE_SHARE) / self.shown
        return self.sampling * (STABLE_SHARE + weekly) + self.rounding / self.shown

    def change_variance(self) -> float:
        """Variance in a comparison with another block of the same unit.

        The stable part of those who answered both times cancels; whoever may have been
        silent once (at most 1 - b/H of the unit) does not.
        """
        weekly = (1 - STABLE_SHARE) / self.shown
        return self.sampling * (STABLE_SHARE * self.unseen + weekly) + self.rounding / self.shown


class Scales:
    """Every unit's scales, computed once for a history (one release of the ledger)."""

    def __init__(self, history: History) -> None:
        self.history = history
        self._rows: dict[tuple[str, str], dict[str, tuple[float, ...]]] = {}
        self._coded: set[tuple[str, str, str]] = set()
        self._early = {w for waves in spans(history) if len(waves) < FIRST_LINE for w in waves}
        frame = weekly_index(history).select(
            "unit_id", "scale", "wave", "coded", "index", "sampling", "rounding", "at_least",
            "invited",
        )  # fmt: skip
        for unit_id, scale, wave, coded, *numbers in frame.iter_rows():
            self._rows.setdefault((unit_id, scale), {})[wave] = tuple(numbers)
            if coded:
                self._coded.add((unit_id, scale, wave))

    def _status(self, unit_id: str, scale: str, wave: str) -> WeekStatus:
        if (wave, unit_id) not in self.history.shown:
            return "hidden"
        if wave in self._early:
            return "too_early"
        if (unit_id, scale, wave) in self._coded:
            return "coded"
        return "shown" if wave in self._rows.get((unit_id, scale), {}) else "not_asked"

    def weekly(self, unit_id: str, scale: str) -> tuple[WeekPoint, ...]:
        """Return one point per wave of the unit's present series, oldest first.

        Coded weeks count as missing with a mark, hidden weeks are gaps: neither has a value.
        """
        waves = self.history.series_waves(unit_id)
        rows = self._rows.get((unit_id, scale), {})
        statuses = [self._status(unit_id, scale, wave) for wave in waves]
        series = [
            Observation(rows[wave][0], (1 - STABLE_SHARE) * rows[wave][1] + rows[wave][2])
            if status == "shown"
            else Observation(None, 0.0)
            for wave, status in zip(waves, statuses, strict=True)
        ]
        points = []
        for wave, status, level in zip(waves, statuses, smooth(series), strict=True):
            if status != "shown" or level is None:
                raw = to_hundred(rows[wave][0]) if status == "coded" else None
                points.append(WeekPoint(wave, status, _band(rows.get(wave)), raw))
                continue
            half = Z80 * math.sqrt(level.variance)
            points.append(
                WeekPoint(
                    wave, status, _band(rows[wave]), to_hundred(rows[wave][0]),
                    _clip(to_hundred(level.mean)), _clip(to_hundred(level.mean - half)),
                    _clip(to_hundred(level.mean + half)),
                )
            )  # fmt: skip
        return tuple(points)

    @cached_property
    def blocks_of_waves(self) -> tuple[tuple[str, ...], ...]:
        """The complete four-wave blocks of the whole history, oldest first."""
        waves = self.history.waves
        return tuple(waves[i : i + BLOCK] for i in range(0, len(waves) - BLOCK + 1, BLOCK))

    def blocks(self, unit_id: str, scale: str) -> tuple[Block, ...]:
        """Return the unit's four-wave blocks since its series began, oldest first."""
        allowed = set(self.history.series_waves(unit_id))
        result = []
        for waves in self.blocks_of_waves:
            if not allowed.issuperset(waves):
                continue
            missing = tuple(w for w in waves if (w, unit_id) not in self.history.shown)
            total = self._block_sum(unit_id, scale, waves)
            if total is None:
                result.append(Block(waves, missing))
                continue
            half = Z95 * math.sqrt(total.variance())
            result.append(
                Block(waves, missing, total.at_least, Estimate(
                    _clip(to_hundred(total.mean)), _clip(to_hundred(total.mean - half)),
                    _clip(to_hundred(total.mean + half)),
                ))
            )  # fmt: skip
        return tuple(result)

    def _block_sum(self, unit_id: str, scale: str, waves: tuple[str, ...]) -> _BlockSum | None:
        shown = [wave for wave in waves if (wave, unit_id) in self.history.shown]
        rows = self._rows.get((unit_id, scale), {})
        weeks = [rows[wave] for wave in shown if wave in rows]
        if len(shown) < BLOCK // 2 or not weeks:
            return None
        index, sampling, rounding, bands, invited = zip(*weeks, strict=True)
        count = len(weeks)
        least = min(bands)
        return _BlockSum(
            sum(index) / count, sum(sampling) / count, sum(rounding) / count, count,
            max(0.0, 1 - least / max(invited)), int(least),
        )  # fmt: skip

    @cached_property
    def directions(self) -> dict[tuple[str, str], Direction]:
        """The direction of every (unit, scale) of the newest tree.

        "Likely real" is said only of changes that Benjamini-Hochberg keeps at q = .10 over
        all units and scales of the organisation, so that many teams cannot make news by chance;
        under 60 people never.
        """
        scales = tuple(self.history.instrument.scales)
        keys = [(unit_id, scale) for unit_id in self.history.units for scale in scales]
        raw = {key: self._change(*key) for key in keys}
        tested = {
            key: math.erfc(abs(change.difference or 0.0) / spread / math.sqrt(2))
            for key, (change, spread) in raw.items()
            if spread is not None
        }
        calls = self.history.calls_changes
        real = benjamini_hochberg(tested, FALSE_DISCOVERY) if calls else frozenset()
        return {
            key: _name(change, likely=key in real) if spread is not None else change
            for key, (change, spread) in raw.items()
        }

    def _change(self, unit_id: str, scale: str) -> tuple[Direction, float | None]:
        allowed = set(self.history.series_waves(unit_id))
        complete = [waves for waves in self.blocks_of_waves if allowed.issuperset(waves)]
        if len(complete) < 2:  # noqa: PLR2004 - a change needs a before and an after
            return Direction("too_early"), None
        before = self._block_sum(unit_id, scale, complete[-2])
        after = self._block_sum(unit_id, scale, complete[-1])
        if before is None or after is None:
            return Direction("hidden"), None
        difference = 25 * (after.mean - before.mean)
        spread = 25 * math.sqrt(before.change_variance() + after.change_variance())
        low, high = difference - Z95 * spread, difference + Z95 * spread
        return Direction("unclear", difference, low, high), spread


def _name(change: Direction, *, likely: bool) -> Direction:
    difference, low, high = change.difference or 0.0, change.low or 0.0, change.high or 0.0
    key: DirectionKey = "unclear"
    if likely and low * high > 0:
        key = "higher" if difference > 0 else "lower"
    elif low >= -SAME_WITHIN and high <= SAME_WITHIN:
        key = "same"
    return msgspec.structs.replace(change, key=key)


def _band(row: tuple[float, ...] | None) -> int | None:
    return int(row[3]) if row is not None else None


def _clip(value: float) -> float:
    return min(100.0, max(0.0, value))

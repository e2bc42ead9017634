"""How many took part, in the only form that is published: at least b of H."""

from collections.abc import Sequence
from typing import Final, Literal

import msgspec
import polars as pl

from pulse.release import hidden
from pulse.statistics.history import History
from pulse.statistics.precision import band_sizes

MONTH: Final = 4

TrendKey = Literal["more", "fewer", "unclear", "too_early"]
WORDS: Final[dict[TrendKey, str]] = {
    "more": "More people answered than in the four shown weeks before.",
    "fewer": "Fewer people answered than in the four shown weeks before.",
    "unclear": "Whether more or fewer answer than before cannot be told from the bands.",
    "too_early": "Too early to tell whether more or fewer answer.",
}


class Participation(msgspec.Struct, frozen=True):
    """The band of answers of a unit in a wave; `partial` below half of those invited."""

    at_least: int | None
    invited: int
    partial: bool
    words: str


class Turnout(msgspec.Struct, frozen=True):
    """One wave of a unit's participation; `at_least` is None where it is hidden."""

    wave: str
    at_least: int | None
    invited: int
    partial: bool


class ParticipationTrend(msgspec.Struct, frozen=True):
    """A unit's participation since its series began, and where the last four shown weeks lead.

    `partial` counts the shown weeks in which fewer than half may have answered.
    """

    weeks: tuple[Turnout, ...]
    key: TrendKey
    partial: int

    @property
    def words(self) -> str:
        """The trend as a leader reads it."""
        return WORDS[self.key]


def participation(history: History, unit_id: str, wave: str | None = None) -> Participation:
    """Return the participation of `unit_id` in `wave` (default: the newest)."""
    wave = wave or history.latest
    if wave is None:
        return Participation(None, 0, partial=False, words="No week has been shown yet.")
    told = _turnouts(history, unit_id, (wave,))[0]
    if told.at_least is None:
        return Participation(None, told.invited, partial=False, words=hidden.SENTENCE)
    words = f"At least {told.at_least} of {told.invited} answered"
    words += "; this is a partial view." if told.partial else "."
    return Participation(told.at_least, told.invited, told.partial, words)


def participation_trend(history: History, unit_id: str) -> ParticipationTrend:
    """Return the participation of every wave of the unit's series, and its direction.

    "More" or "fewer" is said only where it holds for every number of answers that the bands of
    the last four shown weeks and of the four before allow, as shares of those invited.
    """
    weeks = _turnouts(history, unit_id, history.series_waves(unit_id))
    shown = [week for week in weeks if week.at_least is not None]
    partial = sum(week.partial for week in shown)
    if len(shown) < 2 * MONTH:
        return ParticipationTrend(weeks, "too_early", partial)
    before, after = _rates(shown[-2 * MONTH : -MONTH]), _rates(shown[-MONTH:])
    key: TrendKey = "unclear"
    if after[0] > before[1]:
        key = "more"
    elif after[1] < before[0]:
        key = "fewer"
    return ParticipationTrend(weeks, key, partial)


def _turnouts(history: History, unit_id: str, waves: Sequence[str]) -> tuple[Turnout, ...]:
    rows = history.once("bands", lambda: _bands(history)).filter(pl.col("unit_id") == unit_id)
    bands = dict(rows.select("wave", "at_least").iter_rows())
    return tuple(
        _turnout(wave, bands.get(wave), _invited(history, wave).get(unit_id, 0)) for wave in waves
    )


def _turnout(wave: str, least: int | None, people: int) -> Turnout:
    return Turnout(wave, least, people, partial=least is not None and least < people / 2)


def _invited(history: History, wave: str) -> dict[str, int]:
    return history.once(
        f"invited {wave}", lambda: {u.unit_id: u.invited for u in history.tree(wave).units}
    )


def _bands(history: History) -> pl.DataFrame:
    """Return the smallest band of every unit and wave that is shown."""
    rows = history.cells.lazy().filter(
        (pl.col("kind") == "unit")
        & (pl.col("status") == "published")
        & pl.col("at_least").is_not_null()
    )
    return rows.group_by("wave", "unit_id").agg(pl.col("at_least").min()).collect()


def _rates(weeks: Sequence[Turnout]) -> tuple[float, float]:
    """Return the least and the greatest mean share of answers that the bands allow."""
    low = high = 0.0
    for week in weeks:
        sizes = band_sizes(week.at_least or 0, week.invited)
        low += sizes[0] / week.invited
        high += min(1.0, sizes[-1] / week.invited)
    return low / len(weeks), high / len(weeks)

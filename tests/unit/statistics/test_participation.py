"""How many took part, said in bands and nothing finer."""

import random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulse.statistics.history import History
from pulse.statistics.participation import WORDS, participation, participation_trend
from pulse.statistics.precision import band_sizes
from tests.unit.statistics.histories import history, team


@pytest.mark.parametrize(
    ("invited", "partial", "words"),
    [
        (20, False, "At least 10 of 20 answered."),
        (21, True, "At least 10 of 21 answered; this is a partial view."),
    ],
)
def test_a_view_is_partial_below_half_of_those_invited(
    invited: int, *, partial: bool, words: str
) -> None:
    """The band against the headcount decides, never the exact count."""
    told = participation(history(lambda *_: 3.0, 2, (team("a", invited),)), "a")
    assert (told.at_least, told.invited, told.partial, told.words) == (10, invited, partial, words)


def test_a_hidden_unit_has_no_number() -> None:
    """Nobody, four people or a hidden neighbour: the words are the same and there is no band."""
    shown = history(lambda unit, *_: None if unit == "a" else 3.0, 2, (team("a"),))
    told = participation(shown, "a")
    assert (told.at_least, told.partial) == (None, False)
    assert told.words == "Too few answers here or nearby to show safely."
    assert participation(history(lambda *_: 3.0, 0), "org").words == "No week has been shown yet."


def banded(bands: list[int | None], invited: int = 40) -> History:
    """Return a history in which team "a" is shown with these bands, hidden where None."""
    known = history(lambda *_: 3.0, len(bands), (team("a", invited),))
    given = dict(zip(known.waves, bands, strict=True))
    mine = pl.col("unit_id") == "a"
    band = pl.col("wave").replace_strict(given, return_dtype=pl.Int64)
    cells = known.cells.with_columns(
        pl.when(mine).then(band.cast(known.cells.schema["at_least"])).otherwise("at_least")
        .alias("at_least"),
        pl.when(mine & band.is_null()).then(pl.lit("suppressed"))
        .otherwise(pl.col("status").cast(pl.String))
        .alias("status"),
    )  # fmt: skip
    return History(tuple(known.release(wave) for wave in known.waves), cells, known.instrument)


@pytest.mark.parametrize(
    ("bands", "key", "partial"),
    [
        ([25] * 4 + [10] * 4, "fewer", 4),
        ([10] * 4 + [25] * 4, "more", 4),
        ([25] * 4 + [25, 20, 20, 25], "unclear", 0),
        ([25] * 7, "too_early", 0),
        ([25, 25, None, 25, 25, 15, 15, None, 15, 15], "fewer", 4),
    ],
)
def test_a_trend_is_told_only_where_every_count_in_the_bands_agrees(
    bands: list[int | None], key: str, partial: int
) -> None:
    """Bands that touch leave it open; hidden weeks are gaps that count for nothing."""
    told = participation_trend(banded(bands), "a")
    assert (told.key, told.partial, told.words) == (key, partial, WORDS[told.key])
    assert [week.at_least for week in told.weeks] == bands


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(5, 40), min_size=8, max_size=8), st.randoms(use_true_random=False))
def test_no_other_count_in_the_same_bands_would_turn_a_trend_round(
    counts: list[int], chance: random.Random
) -> None:
    """Whatever is said holds for the true counts and for any others that are banded alike."""
    bands = [5 * (min(n, 38) // 5) for n in counts]
    told = participation_trend(banded([*bands]), "a")
    others = [chance.choice(band_sizes(b, 40)) for b in bands]
    for people in (counts, others):
        before, after = sum(people[:4]), sum(people[4:])
        assert told.key != "more" or after > before
        assert told.key != "fewer" or after < before

"""What one released item row says about its scale, before any line is drawn."""

import polars as pl
import pytest

from pulse.statistics.adjustment import item_rows, weekly_index
from pulse.statistics.precision import DEFAULT_VARIANCE, ITEM_CORRELATION, harmonic_size
from tests.unit.statistics.histories import INSTRUMENT, history, team, wave_name


def agreed(unit: str, item: str, t: int) -> float:
    """Everybody agrees with everything, good or bad."""
    del unit, item, t
    return 4.0


def test_agreeing_with_a_reversed_item_counts_against_the_scale() -> None:
    """A mean of 4 on a reversed item stands for 2; on any other item it stays 4."""
    rows = item_rows(history(agreed, 4, (team("a"),), step=0.25))
    found = dict(rows.filter(pl.col("unit_id") == "a").select("item", "x").iter_rows())
    assert found == {
        item.id: 2.0 if item.reverse else 4.0
        for item in INSTRUMENT.items.values()
        if item.id in found
    }
    assert {item for item, x in found.items() if x < 3} == {"S4", "E1", "C4", "W1"}


def test_a_reversed_item_that_gets_worse_lowers_the_week() -> None:
    """More agreement with one reversed item lowers the index of its scale in that week."""

    def rule(unit: str, item: str, t: int) -> float:
        return 4.0 if (unit, item, t) == ("a", "C4", 5) else 3.0

    index = weekly_index(history(rule, 8, (team("a"),), step=0.25))
    care = index.filter((pl.col("unit_id") == "a") & (pl.col("scale") == "care"))
    found = dict(care.select("wave", "index").iter_rows())
    assert found[wave_name(5)] == pytest.approx(2.0)
    assert found[wave_name(4)] == pytest.approx(3.0)


def test_items_of_one_scale_do_not_count_as_other_people() -> None:
    """Five items of a scale in one week give less than five times the certainty of one."""
    index = weekly_index(history(agreed, 17, (team("a"),)))
    week = index.filter((pl.col("unit_id") == "a") & (pl.col("wave") == wave_name(16)))
    ((items, sampling),) = (
        week.filter(pl.col("scale") == "safety").select("items", "sampling").iter_rows()
    )
    assert items == 5
    alone = DEFAULT_VARIANCE / harmonic_size(10, 16)
    assert sampling == pytest.approx(alone * (1 + 4 * ITEM_CORRELATION) / 5)
    assert sampling > 2 * alone / 5

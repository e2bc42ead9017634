"""The statements of a week: one by itself, and together with the organisation's other groups."""

import random

import pytest
from msgspec import structs

from pulse.release import cells
from pulse.statistics.history import History
from pulse.statistics.items import items_of_week
from pulse.statistics.pooling import Pool, pool
from pulse.statistics.precision import (
    DEFAULT_VARIANCE,
    harmonic_size,
    midpoint,
    rounding_variance,
)
from tests.unit.statistics.histories import history, team

TEAMS = tuple(team(f"t{n}", 16 + n % 3) for n in range(26))
DEPARTMENT = structs.replace(team("dep", 40), group=False)


def varied(unit: str, item: str, t: int) -> float | None:
    """Give each unit and item its own level, some of them coded; hide one group in nine."""
    dice = random.Random(f"{unit} {item} {t}")
    return None if unit == f"t{9 * t % 25}" else dice.choice([1.2, 2.6, 3.1, 3.4, 3.9, 4.8])


def one_by_one(known: History, wave: str, item: str, *, all_units: bool = False) -> Pool | None:
    """Pool the groups' figures row by row, as the releases have them."""
    found = [
        (
            midpoint(cell.mean, cell.step, cell.mean_bound or "exact"),
            DEFAULT_VARIANCE / harmonic_size(cell.at_least or 0, cell.invited or 0)
            + rounding_variance(cell.step, coded=cell.mean_bound != "exact"),
        )
        for cell in cells.rows(known.cells_of(wave))
        if cell.measure == f"item:{item}"
        and cell.mean is not None
        and cell.step is not None
        and (all_units or cell.unit_id.startswith("t"))
    ]
    return pool([x for x, _ in found], [v for _, v in found])


@pytest.fixture(scope="module")
def known() -> History:
    """Give three weeks of a department and its groups."""
    return history(varied, 3, (*TEAMS, DEPARTMENT))


def test_groups_are_read_together_as_if_one_by_one(known: History) -> None:
    """Alike figures are counted, not read again: the estimate is that of all groups' rows."""
    for wave in known.waves:
        for figure in items_of_week(known, "t1", wave):
            together = one_by_one(known, wave, figure.item)
            assert together is not None
            assert figure.mean is not None
            x = midpoint(figure.mean, figure.step or 0, figure.mean_bound or "")
            blur = rounding_variance(figure.step or 0, coded=figure.mean_bound != "exact")
            own = DEFAULT_VARIANCE / harmonic_size(figure.at_least or 0, 17) + blur
            assert figure.level is not None
            assert figure.level.value == pytest.approx(together.level(x, own).mean, rel=1e-12)
            twin = one_by_one(known, wave, figure.item, all_units=True)
            assert twin is not None
            assert figure.level.value != pytest.approx(twin.level(x, own).mean, rel=1e-12)


def test_one_statement_by_itself_is_what_the_whole_week_says_of_it(known: History) -> None:
    """Asking for one statement reads less and says the same, hidden or shown, asked or not."""
    for unit in ("t0", "t9", "dep", "org"):
        for wave in known.waves:
            week = items_of_week(known, unit, wave)
            for figure in week:
                assert items_of_week(known, unit, wave, figure.item) == (figure,)
            assert items_of_week(known, unit, wave, "none") == ()

"""The bar of the intervals, with fewer groups than `python -m tests.bench.coverage` takes."""

import pytest

from tests.bench.coverage import twins
from tests.bench.coverage.agreement import tiles_apart, wholes_apart
from tests.bench.coverage.blocks import blocks, misses, shares
from tests.bench.coverage.judging import Method, ours, short_of, table, told
from tests.bench.coverage.lines import held
from tests.bench.coverage.worlds import worlds

pytestmark = pytest.mark.slow
CHANCE = 2  # standard errors that fewer groups may be off by


@pytest.mark.parametrize("groups", [10, 40])
def test_intervals_from_released_rows_hold_what_they_promise(groups: int) -> None:
    """By band .935-.965 of levels and teams lie inside, nine in ten of the outermost groups too."""
    rows = table(told(worlds(groups, 3_000, seed=groups), ours))
    assert short_of(rows, slack=CHANCE) == []


@pytest.mark.parametrize(
    ("twin", "groups"),
    [(twins.student, 40), (twins.bootstrap, 10), (twins.n_is_b, 10), (twins.exact_means, 10)],
)
def test_an_interval_of_another_recipe_misses_the_bar(twin: Method, groups: int) -> None:
    """A t interval, a bootstrap, n taken for b and a mean taken for exact are each told apart."""
    assert short_of(table(told(worlds(groups, 3_000, seed=groups), twin)), slack=CHANCE)


def test_without_drawing_outwards_the_outermost_are_left_out() -> None:
    """The same pooled figures with even tails hold far fewer than nine in ten of them."""
    rows = table(told(worlds(40, 3_000, seed=40), twins.pulled_in))
    (outermost,) = (row for row in rows if row.band.startswith("outermost"))
    assert outermost.level < 0.85


def test_the_band_of_a_line_holds_four_levels_of_five() -> None:
    """Over groups of 10 to 40 and levels from still to fast, .78 to .82 lie in the 80 % band."""
    assert 0.78 <= held(26, 30) <= 0.82


def test_a_line_that_takes_released_figures_for_exact_holds_fewer() -> None:
    """Without the rounding and the band, the same lines' bands hold fewer than .78."""
    assert held(26, 30, blind=True) < 0.78


def test_blocks_hold_what_they_promise() -> None:
    """By band, .935-.975 of what everybody would have said in four weeks lies inside, and levels.

    Half of who is silent is so by habit; the outermost are held too. An interval for these people
    taken for one of how such a group is holds far fewer.
    """
    rows = shares(blocks(40, 6, 8))
    assert misses(rows, slack=CHANCE) == []
    assert rows[-1].mistaken < 0.9


def test_a_tile_agrees_with_its_line() -> None:
    """Of group tiles, at most .12 lie outside the bands of all of their weeks; of levels, .25."""
    apart = tiles_apart(40, 16, 1)
    assert apart.figure <= 0.12 * apart.of
    assert apart.twin >= 0.25 * apart.of


def test_a_whole_seldom_lies_outside_all_of_its_parts() -> None:
    """Of departments of three groups one in ten at most; beside levels it would be many more."""
    apart = wholes_apart(42, 8, 2)
    assert apart.figure <= 0.10 * apart.of
    assert apart.twin >= 0.15 * apart.of

"""What is suggested depends on released cells and on nothing behind them."""

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from dashboards.pages.tiles import tiles
from dashboards.pages.trying import suggestions
from pulse.instrument.practices import shipped
from pulse.practices.suggesting import Reading, suggest
from pulse.statistics.history import History
from pulse.statistics.scales import Scales
from tests.unit.statistics.histories import INSTRUMENT, history, team

WAVES, STEP = 8, 0.5
NAMES = ("a", "b", "c")
TEAMS = tuple(team(name) for name in NAMES)
MORE = 0.4  # of a step: what is added to every exact mean without another rounded one
Exact = Callable[[str, str, int], float]


def suggested(released: History, unit: str) -> list[str]:
    """Return what is suggested to a unit."""
    scales = Scales(released)
    return [each.practice.id for each in suggestions(scales, unit, tiles(scales, unit), ())]


def rule(middle: float, noise: int, shift: float) -> Exact:
    """Return exact means on the grid of steps, moved by `shift` steps of their own rounding."""

    def mean(unit: str, item: str, t: int) -> float:
        step = 0.1 if unit == "org" else STEP
        jump = (sum(map(ord, unit + item)) * (t + 1) * (noise + 3)) % 3 - 1
        exact = round((middle + 0.5 * jump) / step) * step + shift * step
        return 6 - exact if INSTRUMENT.items[item].reverse else exact

    return mean


@settings(max_examples=8, deadline=None)
@given(
    st.sampled_from([2.5, 3.0, 3.5]), st.integers(0, 50),
    st.floats(-MORE, MORE), st.floats(-MORE, MORE),
)  # fmt: skip
def test_two_truths_behind_the_same_cells_get_the_same_cards(
    middle: float, noise: int, one: float, other: float
) -> None:
    """Whatever people answered exactly: equal releases, equal suggestions."""
    here = history(rule(middle, noise, one), WAVES, TEAMS, step=STEP)
    there = history(rule(middle, noise, other), WAVES, TEAMS, step=STEP)
    assert here.cells.equals(there.cells)
    for unit in (*NAMES, "org"):
        assert suggested(here, unit) == suggested(there, unit)


def test_a_card_chosen_by_exact_answers_would_tell_them_apart() -> None:
    """The twin: chosen by the exact means, two truths behind the same cells get other cards."""

    def truth(own: float) -> Exact:
        return lambda unit, *_: 3.5 if unit == "org" else own

    def peeking(exact: Exact) -> int:
        exactly = 25 * (exact("a", "A1", 0) - 1)
        lows = [Reading(name, name, exactly, exactly) for name in INSTRUMENT.scales]
        return len(suggest(lows, shipped().values()))

    near, far = truth(2.8), truth(3.2)
    assert history(near, 1, TEAMS).cells.equals(history(far, 1, TEAMS).cells)
    assert (peeking(near), peeking(far)) == (2, 1)


def test_another_release_gives_other_cards() -> None:
    """The property is not empty: low figures bring two cards, high ones one and no reason."""
    low = history(rule(1.9, 1, 0.0), WAVES, TEAMS, step=STEP)
    high = history(rule(4.0, 1, 0.0), WAVES, TEAMS, step=STEP)
    assert len(suggested(low, "a")) == 2
    assert len(suggested(high, "a")) == 1

"""A figure about a leader is made from that leader's group alone."""

import pytest
from msgspec import structs

from pulse.statistics.history import History
from pulse.statistics.items import ItemFigure, items_of_week
from tests.unit.statistics.histories import history, team

SAID, ORDINARY = "A1", "A2"
TEAMS = tuple(team(f"t{number}") for number in range(24))


def figures(others: float) -> dict[str, ItemFigure]:
    """Return the statements of one team, of which one is about its leader, beside 23 others."""
    plain = history(lambda unit, *_: 3.0 if unit == "t0" else others, 1, TEAMS)
    (release,) = (plain.release(wave) for wave in plain.waves)
    led = structs.replace(release, manifest=structs.replace(release.manifest, lead=(SAID,)))
    found = items_of_week(History((led,), plain.cells, plain.instrument), "t0")
    return {one.item: one for one in found}


def test_other_leaders_figures_do_not_enter_it() -> None:
    """Whatever is said of the other 23, value and interval stay; those of any other item move."""
    low, high = figures(2.0), figures(4.0)
    assert low[SAID] == high[SAID]
    assert not low[SAID].pooled
    assert (low[SAID].mean, low[SAID].value) == (3.0, 3.0)
    assert low[ORDINARY].pooled
    assert low[ORDINARY].value != pytest.approx(high[ORDINARY].value, abs=0.01)

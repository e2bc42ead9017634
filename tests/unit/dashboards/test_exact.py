"""The last four weeks in full: how such a unit is, and the change with its index."""

from pathlib import Path

import pytest

import dashboards
from dashboards.pages.exact import exact
from pulse.statistics.scales import Scales
from tests.unit.statistics.histories import INSTRUMENT, history, team

TEAMS = tuple(team(f"t{number}") for number in range(24))


def falls(unit: str, item: str, week: int) -> float:
    """Let the first team fall by two points after eight weeks, and nobody else."""
    agrees = 4.0 - 2.0 * (unit == "t0" and week >= 8)
    return 6 - agrees if INSTRUMENT.items[item].reverse else agrees


@pytest.fixture(scope="module")
def scales() -> Scales:
    """Twelve released weeks of 24 teams."""
    return Scales(history(falls, 12, TEAMS, step=0.1))


def test_a_change_has_its_index_beside_it(scales: Scales) -> None:
    """What fell shows by how many of its own standard errors, what did not is under 1.96."""
    energy = next(row for row in exact(scales, "t0").rows if row.name == "Energy")
    way = scales.directions["t0", "energy"]
    assert way.reliable is not None
    assert energy.reliable == f"\N{MINUS SIGN}{-way.reliable:.1f}"
    assert energy.seen == "\N{MINUS SIGN}50"
    assert energy.says == "lower, likely real"
    still = exact(scales, "t1").rows
    assert {row.reliable for row in still} == {"under 1.96"}
    assert {row.seen for row in still} == {"0"}


def test_a_kept_change_is_of_the_answers_alone(scales: Scales) -> None:
    """It is the released one, farther than the tiles moved, and the page says why under it."""
    energy = next(row for row in exact(scales, "t0").rows if row.name == "Energy")
    before, after = (block.estimate for block in scales.blocks("t0", "energy")[-2:])
    assert before is not None
    assert after is not None
    assert energy.difference == energy.seen
    assert before.value - after.value < 49
    page = (Path(dashboards.__file__).parent / "templates/unit.html").read_text(encoding="utf-8")
    section = page[page.index('id="exact"') :]
    assert "reckoned from the answers alone" in section[: section.index("</section>")]


def test_how_such_a_unit_is_reaches_beyond_these_weeks(scales: Scales) -> None:
    """The figure and its interval are not those of the people who were invited: they are wider."""
    block = scales.last_block("t1", "energy")
    assert block is not None
    assert block.level is not None
    assert block.estimate is not None
    row = next(row for row in exact(scales, "t1").rows if row.name == "Energy")
    assert row.level == f"{block.level.value:.0f}"
    assert row.level_interval == f"{block.level.low:.0f}\N{EN DASH}{block.level.high:.0f}"
    assert block.level.high - block.level.low > block.estimate.high - block.estimate.low


def test_before_the_first_block_there_is_nothing() -> None:
    """Three weeks make none, and the section is left out."""
    assert exact(Scales(history(falls, 3, TEAMS)), "t0").rows == ()

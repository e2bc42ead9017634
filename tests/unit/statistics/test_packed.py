"""Releases in memory: small, and still exactly what was released."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from pulse.release import cells
from pulse.release.cell import Cell
from pulse.statistics.adjustment import weekly_index
from pulse.statistics.history import History
from pulse.statistics.packed import is_packed, packed
from tests.unit.statistics.histories import history, team, wave_name

TEAMS = tuple(team(f"t{n}") for n in range(8))


def moving(unit: str, item: str, t: int) -> float | None:
    """Move by unit, item and week; hide every seventh."""
    place = sum(map(ord, unit + item)) + 3 * t
    return None if place % 7 == 0 else 2.0 + 0.1 * (place % 20)


def plain(known: History) -> pl.DataFrame:
    """Return a history's rows with the columns of a release."""
    return known.cells.cast(dict(cells.SCHEMA))  # type: ignore[arg-type] # polars' own mapping


rows = st.lists(
    st.builds(
        Cell,
        wave=st.sampled_from(["2026-W09", "2026-W10", "2025-W52"]),
        unit_id=st.sampled_from(["org", "Z", "a", "org:others", "é"]),
        parent_id=st.sampled_from([None, "org"]),
        name=st.sampled_from(["Team", "", "Größe"]),
        kind=st.just("unit"),
        measure=st.sampled_from(["item:A1", "sigma2:A1"]),
        status=st.sampled_from(["published", "suppressed"]),
        at_least=st.sampled_from([None, 5]),
        mean=st.sampled_from([None, 3.1]),
        no_answer=st.sampled_from([None, "under 10 %"]),
    ),
    max_size=12,
)


@settings(max_examples=20, deadline=None)
@given(st.lists(rows, min_size=1, max_size=3))
def test_packed_rows_are_the_released_rows(given: list[list[Cell]]) -> None:
    """Nothing is lost or changed; waves ascend, and inside a wave the rows keep their order."""
    found = packed(cells.frame(each) for each in given)
    every = sorted((row for each in given for row in each), key=lambda row: row.wave)
    assert is_packed(found)
    assert cells.rows(found) == every
    by_name = found.sort("wave", "unit_id", "name")
    assert by_name["unit_id"].to_list() == [
        row.unit_id for row in sorted(every, key=lambda row: (row.wave, row.unit_id, row.name))
    ]


def test_a_name_takes_two_bytes_at_most() -> None:
    """A name is kept once; a row has its number, and a bit for whether there is one at all."""
    rows = history(moving, 20, TEAMS).cells
    for name in (column for column, kind in cells.SCHEMA.items() if kind == pl.String):
        assert rows.select(name).estimated_size() <= 2 * rows.height + rows.height // 8 + 1


def test_a_wave_is_found_by_its_place() -> None:
    """The rows of a wave are those that name it, in their order; of another wave there are none."""
    known = history(moving, 9, TEAMS)
    for wave in known.waves:
        assert known.cells_of(wave).equals(known.cells.filter(pl.col("wave") == wave))
    assert known.cells_of("1999-W01").is_empty()


def test_what_is_worked_off_in_batches_is_the_same() -> None:
    """Many small batches of whole waves give the digits of a single large one."""
    known = history(moving, 10, TEAMS)
    (whole,) = known.batches(known.waves)
    assert whole.equals(known.cells)
    small = SmallBatches(tuple(known.release(w) for w in known.waves), plain(known),
                         known.instrument)  # fmt: skip
    assert len(list(small.batches(small.waves))) == len(small.waves)
    assert weekly_index(small).equals(weekly_index(known))


class SmallBatches(History):
    """A history whose batches hold one wave each."""

    at_once = 1


def test_shown_weeks_are_those_of_the_release() -> None:
    """A pair is shown exactly where the release publishes an item of that unit in that week."""
    known = history(moving, 9, TEAMS)
    published = plain(known).filter(pl.col("status") == "published")
    expected = set(published.select("wave", "unit_id").iter_rows())
    units = [*known.units, "nobody"]
    found = {(w, u) for w in (*known.waves, wave_name(52)) for u in units if (w, u) in known.shown}
    assert found == expected

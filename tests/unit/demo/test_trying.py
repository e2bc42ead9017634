"""The demo's practices: some to look back on, some too new, in organisations of any size."""

import datetime as dt
from pathlib import Path

import pytest

from pulse.demo.organisation import ROOT, TRYING, Organisation
from pulse.demo.trying import BEGUN, seed
from pulse.disclosure.groups import form_groups
from pulse.instrument.practices import shipped
from pulse.practices import adopting
from pulse.store.engine import sqlite_engine
from pulse.store.metadata import accounts as metadata
from pulse.terms import RosterUnit

MONDAY = dt.date(2026, 11, 23)


@pytest.mark.parametrize(("people", "weeks"), [(400, 52), (400, 8), (60, 52), (20, 4)])
def test_units_of_the_tree_try_shipped_practices(tmp_path: Path, people: int, weeks: int) -> None:
    """Every one is of a unit that there is and of a shipped card, none begins in the future."""
    organisation = Organisation(people, "seed")
    seats = list(organisation.people.values())
    tree = form_groups(
        [RosterUnit(i, p or None, n, seats.count(i)) for i, (p, n) in organisation.units.items()],
        8,
        None,
        5,
    )
    engine = sqlite_engine(tmp_path / "accounts.db", journal="wal", create=True)
    metadata.create_all(engine)
    seed(engine, tree, MONDAY, weeks)
    uses = adopting.uses(engine)
    engine.dispose()
    assert uses
    assert {use.unit_id for use in uses} <= {unit.unit_id for unit in tree.units}
    assert {use.practice for use in uses} <= set(shipped())
    assert all(use.since <= MONDAY for use in uses)
    assert all(use.since >= MONDAY - dt.timedelta(weeks=weeks) for use in uses)
    if people == 400:
        assert len(uses) == len(BEGUN)
        assert {TRYING, ROOT} <= {use.unit_id for use in uses}

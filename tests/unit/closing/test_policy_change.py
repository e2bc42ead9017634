"""Tightened at once, loosened only for weeks that open later: what a changed setting does."""

from pathlib import Path

import msgspec
import pytest

from pulse import roster
from pulse.closing import publish
from pulse.closing.plan import Plan, read_plan, tightened
from pulse.disclosure.audit import audit_home
from pulse.disclosure.policy import restore
from pulse.errors import Held
from pulse.opening import open_wave
from pulse.release import reading
from pulse.settings import Settings
from tests.week import (
    ANSWERS,
    Secrets,
    Week,
    answered,
    ballots,
    cast,
    manifest_of,
    open_week,
    same_keys,
    spoil,
    stop_at,
)

pytestmark = pytest.mark.slow  # whole weeks, opened and closed


def k_of(week: Week) -> int:
    """Return the k that a released week stands under."""
    return restore(reading.load(week.home.releases, week.wave).manifest.policy).k


def set_to(week: Week, **values: object) -> None:
    """Change the settings of a home."""
    week.settings = msgspec.structs.replace(week.settings, **values)


def test_a_lowered_k_does_not_loosen_the_open_wave(tmp_path: Path) -> None:
    """Opened under 10 and closed under 5, eight answers that 5 would show stay hidden."""
    week, known = open_week(tmp_path / "home", settings=Settings(organisation="E", k=10))
    north, lab = ("north+south", "tools+lab")
    given = {north: [*ANSWERS["north"], *ANSWERS["south"]], lab: ANSWERS["tools"][:8]}
    cast(week, ballots(week, given, known), known)
    set_to(week, k=5)
    report = week.close()
    assert (week.keys.k, k_of(week)) == (10, 10)
    shown = {unit for unit, show in _shown(week).items() if show}
    assert (shown, report.published) == ({"all"}, 1)
    assert audit_home(week.home.releases).ok


def test_the_next_wave_is_under_the_lowered_k(week: Week, known: Secrets) -> None:
    """A k that was raised and lowered again holds as it stood when each week opened."""
    set_to(week, k=10)
    week.close()
    set_to(week, k=5)
    week.later(3)
    opened = open_wave(
        week.home, week.settings, week.clock, week.engine, page=b"page", make_keys=same_keys
    )
    following = Week(week.home.path, opened.wave)
    cast(following, ballots(following, ANSWERS, known), known)
    following.close()
    assert (k_of(week), k_of(following)) == (10, 5)
    following.engine.dispose()


def test_a_raised_k_holds_for_groups_that_are_smaller(week: Week) -> None:
    """Groups of ten under a k of 15: the holder peels, nothing of them is shown."""
    set_to(week, k=15)
    report = week.close()
    assert (week.keys.k, k_of(week), report.published) == (5, 15, 1)
    assert audit_home(week.home.releases).ok


def test_a_k_raised_while_a_wave_is_held_holds_for_it(tmp_path: Path) -> None:
    """A held week is released under the k of the day it is released, if that is higher."""
    week, known = answered(tmp_path / "home")
    spoil(week, 5, known)
    with pytest.raises(Held, match="more than chance"):
        week.close()
    set_to(week, k=10)
    report = week.release(accept_spoiled=True)
    assert (k_of(week), report.published) == (10, 1)


def test_a_k_lowered_while_a_wave_is_held_changes_nothing(tmp_path: Path) -> None:
    """Going on with a held week never loosens it."""
    week, known = answered(tmp_path / "home")
    spoil(week, 5, known)
    set_to(week, k=10)
    with pytest.raises(Held, match="more than chance"):
        week.close()
    set_to(week, k=5)
    week.release(accept_spoiled=True)
    assert k_of(week) == 10


def test_a_release_on_disk_keeps_its_k(tmp_path: Path) -> None:
    """What was pressed before an interruption is completed as it is; before, a raised k holds."""
    plan = Plan(wave="2026-W09", step="publish", code_version="0", k=5)
    assert tightened(plan, 10, tmp_path).k == 10
    assert tightened(plan, 5, tmp_path).k == tightened(plan, 0, tmp_path).k == 5
    done = msgspec.structs.replace(plan, step="destroy_b")
    assert tightened(done, 10, tmp_path).k == 5
    (tmp_path / plan.wave).mkdir()
    assert tightened(plan, 10, tmp_path).k == 5


def test_the_order_is_that_of_the_close(week: Week) -> None:
    """What comes first is taken when a close begins and stays through its interruptions."""
    set_to(week, prefer="cells")
    with pytest.raises(Exception, match="after export"):
        week.close(checkpoint=stop_at("after export"))
    set_to(week, prefer="departments")
    plan = read_plan(week.places)
    assert plan is not None
    assert plan.prefer == "cells"
    week.close()
    policy = manifest_of(week)["policy"]
    assert isinstance(policy, dict)
    assert (policy["version"], policy["prefer"]) == (2, "cells")
    assert audit_home(week.home.releases).ok


def test_a_raised_k_marks_more_units_as_changed(week: Week, known: Secrets) -> None:
    """A team in which five people left and five came is changed under 10, not under 5."""
    week.close()
    gone = {f"north-{number}" for number in range(5)}
    people = [
        roster.Person(person.person_id, f"{person.person_id}@example.org", person.unit_id)
        for person in roster.members(week.engine, week.wave)
        if person.person_id not in gone
    ]
    people += [
        roster.Person(f"new-{number}", f"new-{number}@example.org", "north") for number in range(5)
    ]
    units = [roster.UnitRow("all", None, "All"), roster.UnitRow("field", "all", "Field")]
    units += [
        roster.UnitRow(name, "field" if name in {"north", "south"} else "all", name)
        for name in ANSWERS
    ]
    roster.import_roster(week.engine, roster.Roster(tuple(units), tuple(people)))
    week.later(3)
    opened = open_wave(
        week.home, week.settings, week.clock, week.engine, page=b"page", make_keys=same_keys
    )
    following = Week(week.home.path, opened.wave)
    assert not any(following.tree.unit(name).changed for name in ("north", "south"))
    cast(following, ballots(following, ANSWERS, known), known)
    set_to(following, k=10)
    following.close()
    released = reading.load(following.home.releases, following.wave).tree
    assert released.unit("north").changed
    assert released.unit("north").series == following.tree.unit("north").series
    assert not released.unit("south").changed
    following.engine.dispose()


def _shown(week: Week) -> dict[str, bool]:
    return publish._shown(week.home.releases / week.wave, ())

"""A week pressed late keeps the rule of small changes towards both of its neighbours.

No opening allows two weeks side by side yet; here their rows are set aside to have them.
"""

import pytest

from pulse import roster
from pulse import wave as waves
from pulse.disclosure.audit import audit_home
from pulse.opening import open_wave
from pulse.release import ledger, reading
from pulse.terms import Tree
from tests.week import (
    ANSWERS,
    PEOPLE,
    Interrupted,
    Secrets,
    Week,
    ballots,
    cast,
    same_keys,
    stop_at,
)

pytestmark = pytest.mark.slow  # whole weeks, opened and closed


def people_are(week: Week, north: int) -> None:
    """Let team "north" have so many of its ten people, everybody else staying."""
    units = [roster.UnitRow("all", None, "All"), roster.UnitRow("field", "all", "Field")]
    units += [
        roster.UnitRow(name, "field" if name in {"north", "south"} else "all", name)
        for name in ANSWERS
    ]
    people = [
        roster.Person(f"{team}-{number}", f"{team}-{number}@example.org", team)
        for team in ANSWERS
        for number in range(north if team == "north" else PEOPLE)
    ]
    roster.import_roster(week.engine, roster.Roster(tuple(units), tuple(people)))


def next_week(week: Week, known: Secrets, north: int) -> Week:
    """Open and answer the week after, team "north" having so many people."""
    people_are(week, north)
    week.later(7 if week.wave > "2026-W09" else 3)
    opened = open_wave(
        week.home, week.settings, week.clock, week.engine, page=b"page", make_keys=same_keys
    )
    following = Week(week.home.path, opened.wave)
    following.clock = week.clock
    cast(
        following,
        ballots(following, {**ANSWERS, "north": ANSWERS["north"][: north - 2]}, known),
        known,
    )
    return following


def set_aside(week: Week) -> None:
    """Interrupt a close before anything is pressed, and let the next week open all the same."""
    with pytest.raises(Interrupted):
        week.close(checkpoint=stop_at("after peel"))
    waves.move(week.engine, week.wave, ("awaiting_peel",), "released")


def taken_up(week: Week) -> str:
    """Go on with a week that was set aside; return its state."""
    waves.move(week.engine, week.wave, ("released",), "held", reason="set aside")
    return week.release().state


def changed(tree: Tree) -> set[str]:
    """Return the units that are marked as changed."""
    return {unit.unit_id for unit in tree.units if unit.changed}


def released(week: Week) -> Tree:
    """Return the tree of a released week."""
    return reading.load(week.home.releases, week.wave).tree


def test_a_week_pressed_after_the_next_one_is_compared_with_it(week: Week, known: Secrets) -> None:
    """One of north left in between: whichever week is pressed second bears the coarser step."""
    set_aside(week)
    following = next_week(week, known, north=9)
    assert following.close().state == "released"
    assert "north" not in changed(released(following))
    assert "north" not in changed(week.tree)
    assert taken_up(week) == "released"
    assert changed(released(week)) == {"all", "north"}
    assert audit_home(week.home.releases).ok


def test_two_weeks_pressed_late_are_compared_on_both_sides(week: Week, known: Secrets) -> None:
    """The middle one of three, pressed last, differs from its neighbours on both sides."""
    set_aside(week)
    middle = next_week(week, known, north=9)
    set_aside(middle)
    last = next_week(middle, known, north=9)
    assert last.close().state == "released"
    assert taken_up(week) == "released"
    assert "north" not in changed(middle.tree)
    assert taken_up(middle) == "released"
    assert "north" in changed(released(middle))
    assert [entry.wave for entry in ledger.read(week.home.releases)] == [
        each.wave for each in (last, week, middle)
    ]
    assert audit_home(week.home.releases).ok

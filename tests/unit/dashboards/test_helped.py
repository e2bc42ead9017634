"""Whether a practice helped, as pages say it: beforehand, afterwards and of several units."""

import datetime as dt
import math
import re
from functools import partial

import pytest
from sqlalchemy import Engine

from dashboards.desk import Book
from dashboards.pages import trying
from dashboards.pages.prospect import prospect
from pulse.practices import adopting
from pulse.settings import Home
from pulse.statistics.helped import ALONE, SMALL
from pulse.statistics.practice_effect import noticeable
from pulse.terms import Unit
from tests.unit.dashboards import house
from tests.unit.statistics.histories import history, team

pytestmark = [
    pytest.mark.slow,  # an app is made for nearly every test
    pytest.mark.enable_socket,  # the event loop's own pair of sockets
]


def helped(users: int, unit: str, item: str, week: int) -> float:
    """Let a unit answer a point higher from the twelfth week on where it tries something."""
    del item
    number = int(unit[1:]) if unit[1:].isdigit() else 99
    return 3.0 + (week % 3) / 10 + (1.0 if number < users and week >= 12 else 0.0)


TODAY = dt.date(2026, 6, 1)


def flat(unit: str, item: str, week: int) -> float:
    """Answer the same everywhere, always."""
    del unit, item, week
    return 3.0


@pytest.mark.parametrize(("users", "told"), [(2, False), (4, False), (5, True)])
def test_units_are_looked_at_together_from_five_on(
    engine: Engine, users: int, *, told: bool
) -> None:
    """Of two, a leader could take the own answer off and read the other unit's."""
    teams = tuple(team(f"t{number}") for number in range(12))
    book = Book("", history(partial(helped, users), 24, teams))
    practice = trying.cards()["day-end-round"]
    begun = dt.date.fromisocalendar(2026, 13, 1)
    for number in range(users):
        adopting.adopt(engine, f"t{number}", practice.id, begun)
    sentence = trying.together(engine, book, practice)
    assert bool(sentence) == told
    assert (f"In the {users} units" in sentence) == told


@pytest.mark.parametrize(
    ("practice", "began", "said"),
    [
        ("day-end-round", 4, "Cannot tell: there are 3 weeks with figures"),
        ("day-end-round", 14, "Likely no difference of note"),
        ("promise-list", 20, "Whether it helped cannot be measured by the"),
    ],
)
def test_whether_it_helped_is_answered_or_left_open(
    engine: Engine, practice: str, began: int, said: str
) -> None:
    """With weeks enough, without, and without a statement: each says what is known."""
    book = Book("", history(flat, 24, tuple(team(f"t{number}") for number in range(8))))
    use = adopting.adopt(engine, "t0", practice, dt.date.fromisocalendar(2026, began, 3))
    assert said in trying.answer(engine, book, use, TODAY)


def test_the_day_from_which_figures_can_tell_is_kept(engine: Engine) -> None:
    """Week after week the same day is named, later than the card's four weeks; then it tells."""
    units, seen = tuple(team(f"t{number}") for number in range(8)), set()
    use = adopting.adopt(engine, "t0", "say-why", dt.date.fromisocalendar(2026, 13, 1))
    for waves in range(12, 20):
        book = Book("", history(flat, waves, units))
        seen.add(trying.answer(engine, book, use, dt.date.fromisocalendar(2026, waves + 1, 1)))
    assert seen == {
        "Too early to tell: figures can from 18 May 2026 on, if every week until then is shown."
    }
    told = Book("", history(flat, 20, units))
    assert "early" not in trying.answer(engine, told, use, dt.date(2026, 5, 18))


def test_a_card_that_takes_longer_is_not_told_before(engine: Engine) -> None:
    """With figures enough for eight weeks, one to be looked at after twelve still waits."""
    book = Book("", history(flat, 22, tuple(team(f"t{number}") for number in range(8))))
    use = adopting.adopt(engine, "t0", "gap-grid", dt.date.fromisocalendar(2026, 13, 1))
    card, day = trying.cards()["gap-grid"], dt.date.fromisocalendar(2026, 23, 1)
    assert (bool(card.outcome), card.look_after_weeks) == (True, 12)
    assert "figures can from 15 June 2026 on" in trying.answer(engine, book, use, day)


@pytest.mark.parametrize(("unit", "teams"), [("org", 12), ("t0", 5)])
@pytest.mark.parametrize("day", [dt.date(2026, 5, 20), dt.date(2026, 9, 1)])
def test_what_no_week_will_ever_tell_is_not_promised(
    engine: Engine, unit: str, teams: int, day: dt.date
) -> None:
    """The whole organisation, and a unit beside too few others, are told so from the first day."""
    book = Book("", history(flat, 24, tuple(team(f"t{number}") for number in range(teams))))
    use = adopting.adopt(engine, unit, "kindness", dt.date.fromisocalendar(2026, 20, 3))
    assert trying.answer(engine, book, use, day) == ALONE


def test_a_small_organisation_is_not_told_to_wait(engine: Engine) -> None:
    """Under sixty people no week more gives an answer either."""
    root = Unit("org", None, "Organisation", 40, group=False, series="2026-W01")
    book = Book("", history(flat, 24, tuple(team(f"t{number}") for number in range(8)), root=root))
    use = adopting.adopt(engine, "t0", "kindness", dt.date.fromisocalendar(2026, 20, 3))
    assert trying.answer(engine, book, use, TODAY) == SMALL


@pytest.mark.parametrize(
    ("card", "waves", "teams", "apart", "said"),
    [
        ("promise-list", 24, 8, 0, "cannot be measured by the weekly survey: no statement"),
        ("quick-poll", 24, 8, 0, "cannot be measured by the weekly survey: no statement"),
        ("day-end-round", 5, 8, 0, "if it begins today: that takes eight weeks with figures"),
        ("day-end-round", 5, 8, 0, "there are 5. Begun on 22 June 2026 or later it can"),
        ("day-end-round", 5, 5, 0, "that takes five other teams to compare with"),
        ("day-end-round", 24, 5, 0, "other teams to compare with that try nothing for this, and "),
        ("day-end-round", 24, 8, 3, "and there are 4."),
        ("day-end-round", 24, 8, 2, "can be measured once there are eight weeks with figures"),
        ("gap-grid", 24, 8, 2, "measured after 12 weeks, once there are eight weeks with figures"),
        ("day-end-round", 24, 8, 2, "After 4 weeks look at it with the team. Whether it helped"),
        ("day-end-round", 24, 8, 2, "Changes of fewer than 7 points can hardly be noticed"),
    ],
)
def test_a_card_says_beforehand_whether_it_can_be_measured(
    card: str, waves: int, teams: int, apart: int, said: str
) -> None:
    """Cards without a statement, late starts and too few others say so before anybody begins."""
    units = tuple(team(f"t{number}") for number in range(teams))
    book = Book("", history(flat, waves, units))
    busy = [f"t{number + 1}" for number in range(apart)]
    assert said in prospect(book, trying.cards()[card], "t0", TODAY, busy)


def test_how_small_a_change_is_noticed_counts_in_how_the_others_go_on() -> None:
    """Where other teams move, larger changes alone are promised; too few weeks say "at least"."""

    def moving(unit: str, item: str, week: int) -> float:
        del item
        return 3.0 + 0.4 * math.sin(week / 3 + (ord(unit[-1]) if unit != "org" else 0))

    units, card = tuple(team(f"t{number}") for number in range(8)), trying.cards()["kindness"]
    long, short = (Book("", history(moving, weeks, units, step=0.1)) for weeks in (24, 15))
    found = re.search(r"fewer than (\d+) points", prospect(long, card, "t0", TODAY, ()))
    tried = noticeable(long.history, "care", "t0")
    assert found is not None
    assert tried is not None
    assert int(found[1]) == math.ceil(tried) > 7
    bound = re.search(r"it takes (\d+) points or more", prospect(short, card, "t0", TODAY, ()))
    assert bound is not None
    assert int(bound[1]) < int(found[1])


def test_a_small_organisation_is_told_beforehand() -> None:
    """Under sixty people nothing can be told of a team, and the card says so."""
    root = Unit("org", None, "Organisation", 40, group=False, series="2026-W01")
    book = Book("", history(flat, 24, (team("t0"),), root=root))
    assert "sixty people" in prospect(book, trying.cards()["kindness"], "t0", TODAY, ())


def test_what_tried_something_for_the_scale_is_no_comparison(engine: Engine) -> None:
    """Of any card of the scale, unless it ended half a year before; other scales do not count."""
    for unit, card in (("a", "kindness"), ("b", "who-knows"), ("c", "team-game")):
        use = adopting.adopt(engine, unit, card, dt.date(2026, 1, 5))
        if unit == "c":
            adopting.end(engine, use.use_id, dt.date(2026, 2, 2))
    assert trying.busy(engine, "care", "2026-W20") == {"a", "c"}
    assert trying.busy(engine, "care", "2026-W40") == {"a"}
    engine.dispose()


def test_an_answer_says_what_it_can_and_cannot_mean(home: Home, engine: Engine) -> None:
    """Once something is looked at the page says so, of other units' too; before, it is spared."""
    app = house.an_app(home)
    words = "low figures tend to come back by themselves"
    adopting.adopt(engine, "web", "day-end-round", dt.date(2026, 11, 18))
    assert words not in house.visitor(app, house.HR).get("/practices").text
    adopting.adopt(engine, "eng", "day-end-round", dt.date(2026, 10, 5))
    assert words in house.visitor(app, house.HR).get("/practices").text
    client = house.visitor(app, house.LEADER)
    page = client.get("/practices?unit=eng").text
    assert words in page
    assert "since 5 October 2026 · time to look with the team" in page
    assert 'href="/practices?unit=eng#meaning"' in client.get("/units/eng").text
    assert '<p id="meaning"' in client.get("/practices?unit=eng").text
    engine.dispose()


def test_before_the_button_stands_what_can_be_told(home: Home) -> None:
    """Whoever may begin a card reads it there; whoever may not is spared it."""
    app = house.an_app(home)
    page = house.visitor(app, house.LEADER).get("/practices?unit=eng").text
    for card in trying.cards():
        own = page[page.index(f'id="{card}"') :]
        assert "Whether it helped" in own[: own.index("Begin in")]
    assert "Whether it helped" not in house.visitor(app, house.HR).get("/practices").text

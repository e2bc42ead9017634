"""A pack is on for at most six waves, one at a time, and joins the week by one statement."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import structs
from sqlalchemy import Engine, insert

from pulse import wave as waves
from pulse.clock import FixedClock
from pulse.disclosure.groups import form_groups
from pulse.errors import Refused, WrongState
from pulse.instrument import load
from pulse.opening import cancel, open_wave
from pulse.practices import packs
from pulse.store.engine import sqlite_engine
from pulse.store.metadata import state as metadata
from pulse.terms import RosterUnit
from tests.week import CLOSES, OPENS, Week, ballots, cast, gather, manifest_of, open_week, same_keys

SURVEY = load()
TREE = form_groups([RosterUnit("all", None, "All", 20)], 8, None, 5)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Open an empty state database."""
    engine = sqlite_engine(tmp_path / "pulse.db", journal="wal", create=True)
    metadata.create_all(engine)
    yield engine
    engine.dispose()


def asked(engine: Engine, number: int, state: waves.State = "released") -> None:
    """Let a wave have been in a state."""
    row = waves._row(waves.Wave(f"2026-W{number:02}", state, OPENS, CLOSES, 0))
    with engine.begin() as connection:
        connection.execute(insert(waves.wave_table).values(**row))


def test_without_a_pack_six_statements_are_asked(engine: Engine) -> None:
    """The form, and nothing else."""
    assert packs.running(engine) is None
    assert packs.asks(engine, SURVEY, 3, TREE) == SURVEY.form(3)


def test_a_pack_asks_one_statement_a_week_in_turn_and_then_ends(engine: Engine) -> None:
    """Four waves of spin-down ask P1, P2, P3, P1; the fifth asks six statements again."""
    asked(engine, 1)
    packs.switch_on(engine, SURVEY, "spin-down", 4)
    seen = []
    for number in range(2, 7):
        seen.append(packs.asks(engine, SURVEY, 0, TREE)[6:])
        asked(engine, number)
    assert seen == [("P1",), ("P2",), ("P3",), ("P1",), ()]
    assert packs.running(engine) is None


def test_a_cancelled_or_half_opened_wave_takes_nothing_away(engine: Engine) -> None:
    """Only waves that were really asked count."""
    packs.switch_on(engine, SURVEY, "toil", 1)
    asked(engine, 2, "cancelled")
    asked(engine, 3, "planned")
    assert packs.running(engine) == packs.Run("toil", 1, 0)
    assert packs.asks(engine, SURVEY, 0, TREE)[6:] == ("P4",)


def test_one_pack_at_a_time(engine: Engine) -> None:
    """A second one waits until the first is over or switched off."""
    packs.switch_on(engine, SURVEY, "toil")
    for pack in ("toil", "change"):
        with pytest.raises(WrongState, match="toil is on, for 6 more waves"):
            packs.switch_on(engine, SURVEY, pack)
    assert packs.switch_off(engine).pack == "toil"
    with pytest.raises(WrongState, match="No pack"):
        packs.switch_off(engine)
    assert packs.switch_on(engine, SURVEY, "change", 2).waves == 2


@pytest.mark.parametrize(
    ("pack", "number", "said"),
    [
        ("moods", 6, "There are the packs spin-down"),
        ("toil", 7, "1 to 6 waves"),
        ("toil", 0, "1 to 6 waves"),
        ("check-in", 6, "Ask them first"),
        ("leaders", 6, "no such group"),
    ],
)
def test_what_a_pack_asks_for_must_be_there(
    engine: Engine, pack: str, number: int, said: str
) -> None:
    """Unknown, too long, about leaders who were not asked, or for leaders that are not there."""
    with pytest.raises(Refused, match=said):
        packs.switch_on(engine, SURVEY, pack, number)
    assert packs.running(engine) is None


def test_the_leaders_pack_asks_nobody_where_no_group_is_of_leaders(engine: Engine) -> None:
    """It is switched on where there is such a group, and silent in a week that has none."""
    packs.switch_on(engine, SURVEY, "leaders", agreed=True, leaders=True)
    assert packs.asks(engine, SURVEY, 0, TREE) == SURVEY.form(0)
    led = structs.replace(TREE, units=(structs.replace(TREE.root, leaders=True),))
    assert packs.asks(engine, SURVEY, 0, led)[6:] == ("P22",)


def opened_with(folder: Path, pack: str, *, agreed: bool = False) -> Week:
    """Open a week of four teams of ten, in which a pack is on, and answer it."""
    week, _ = open_week(folder)
    cancel(week.home, week.settings, week.engine, week.wave)
    packs.switch_on(week.engine, SURVEY, pack, agreed=agreed)
    open_wave(
        week.home, week.settings, FixedClock(OPENS), week.engine, page=b"page", closes=CLOSES,
        make_keys=same_keys,
    )  # fmt: skip
    known = gather(week)
    given = {
        team: [(1 + i % 5, 4, 5, 2, 3, 1 + i % 3, 1 + (i + 1) % 5) for i in range(many)]
        for team, many in (("north", 8), ("south", 7), ("tools", 9), ("lab", 8))
    }
    cast(week, ballots(week, given, known), known)
    return week


@pytest.mark.slow  # a real week, opened, answered and closed
def test_a_week_with_a_pack_goes_all_the_way(tmp_path: Path) -> None:
    """Seven statements are sealed, opened, protected, audited and told; scales have six of them."""
    week = opened_with(tmp_path / "home", "kindness")
    assert (week.keys.n, week.keys.items[6], week.keys.lead) == (7, "P14", ())
    report = week.close()
    assert (report.state, report.counted, report.spoiled) == ("released", 32, 0)
    described = manifest_of(week)
    assert described["items"] == [*SURVEY.form(0), "P14"]
    scales = described["scales"]
    assert isinstance(scales, dict)
    assert sorted(i for items in scales.values() for i in items) == sorted(SURVEY.form(0))
    told = json.loads(week.released()[f"{week.wave}/results.json"])
    assert told["items"][6]["text"] == SURVEY.items["P14"].text
    week.engine.dispose()


@pytest.mark.slow  # a real week, opened, answered and closed
def test_a_week_with_a_pack_about_leaders_tells_staff_nothing_of_it(tmp_path: Path) -> None:
    """Everybody is asked, and it is shown where ten people stand behind it."""
    week = opened_with(tmp_path / "home", "check-in", agreed=True)
    assert (week.keys.items[6], week.keys.lead) == ("P11", ())
    assert week.close().state == "released"
    assert manifest_of(week)["lead"] == ["P11"]
    assert b"P11" not in week.released()[f"{week.wave}/results.json"]
    shown = bands_of(week, "item:P11")
    assert shown
    assert all(band >= 10 for band in shown.values())
    assert {"north", "south", "tools", "lab"}.isdisjoint(shown)
    assert {"north", "tools"} <= bands_of(week, "item:A1").keys()
    week.engine.dispose()


def bands_of(week: Week, measure: str) -> dict[str, int]:
    """Return which units a measure is shown of, with their bands."""
    from pulse.release import cells

    table = cells.read(week.home.releases / week.wave / cells.NAME)
    return {
        cell.unit_id: cell.at_least or 0
        for cell in cells.rows(table)
        if cell.measure == measure and cell.status == "published"
    }

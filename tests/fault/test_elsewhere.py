"""A store that is not where the settings look loses no ballot, and is neither missed nor mistaken.

An address that leads elsewhere finds nothing, or a store of the same week that is somebody
else's. Either is told; the wave's own is destroyed once it is found, the other one never.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from pulse import opening
from pulse.ballotbox.store import BoxStore
from pulse.closing import Closed, shut_issuing
from pulse.errors import Held
from pulse.issuer.store import IssuerStore
from pulse.store import wavestores
from tests.shelves import rooms
from tests.week import Interrupted, Week, stop_at

pytestmark = pytest.mark.slow  # whole closes

ROOMS = ("issuer", "ballotbox")
MISSING = "is not where the settings look"
ANOTHER = "a store of another opening of this week"


@contextmanager
def elsewhere(
    week: Week, room: str, *, another: bool = False, numbered: bool = True
) -> Iterator[Path]:
    """Have the settings look into another folder, where there may be another home's store."""
    folder = getattr(week.home, room)
    aside = folder.rename(folder.with_name("elsewhere"))
    folder.mkdir()
    if another:
        make_another(week, room, numbered=numbered)
    yield aside
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    aside.rename(folder)


def make_another(week: Week, room: str, *, numbered: bool) -> None:
    """Make a store of the same week as another home would, open for people."""
    theirs = wavestores.origin_of(f"/w/{week.wave}/keys-{'0' * 64}.json") if numbered else 0
    if room == "issuer":
        store: IssuerStore | BoxStore = IssuerStore.create(
            rooms(week.home).issuer, week.wave, [(bytes(32), "00001")], theirs
        )
    else:
        store = BoxStore.create(rooms(week.home).ballotbox, week.wave, theirs)
    store.open_gate()
    store.close()


def still_open(week: Week, room: str) -> bool:
    """Tell whether the store where the settings look is there and lets people in."""
    kind = IssuerStore if room == "issuer" else BoxStore
    store = kind(getattr(rooms(week.home), room), week.wave)
    try:
        return store.is_open()
    finally:
        store.close()


def cancel(week: Week, *, without_store: bool = False) -> str:
    """Cancel the week and return its state."""
    row = opening.cancel(
        week.home, week.settings, week.engine, week.wave, without_store=without_store
    )
    return row.state


@pytest.mark.parametrize("room", ROOMS)
def test_a_store_that_was_out_of_reach_is_shut_before_it_is_read(week: Week, room: str) -> None:
    """A close that first met another database goes on with both gates shut."""
    with elsewhere(week, room), pytest.raises(Held, match=MISSING):
        week.close()
    with pytest.raises(Interrupted):
        week.close(checkpoint=stop_at("after export"))
    assert not any(still_open(week, each) for each in ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_a_store_out_of_reach_is_not_taken_for_destroyed(week: Week, room: str) -> None:
    """Until the store can be destroyed nothing is published, and then it is."""
    with pytest.raises(Interrupted):
        week.close(checkpoint=stop_at("after open"))
    with elsewhere(week, room):
        with pytest.raises(Held, match=MISSING):
            week.close()
        assert week.released() == {}
    assert week.close().state == "released"
    assert not (getattr(week.home, room) / f"{week.wave}.db").exists()


@pytest.mark.parametrize("room", ROOMS)
def test_a_store_that_is_lost_for_good_stops_no_release(week: Week, room: str) -> None:
    """Once BOX is written, whoever says that a store is lost gets the release of every ballot."""
    with pytest.raises(Interrupted):
        week.close(checkpoint=stop_at("after peel"))
    (getattr(week.home, room) / f"{week.wave}.db").unlink()
    with pytest.raises(Held, match="--without-store"):
        week.close()
    report: Closed = week.close(without_store=True)
    assert (report.state, report.counted) == ("released", 27)


def test_without_a_box_there_is_nothing_to_release(week: Week) -> None:
    """A ballot box that is lost before it was read cannot be gone on without, only given up."""
    (week.home.ballotbox / f"{week.wave}.db").unlink()
    for without_store in (False, True):
        with pytest.raises(Held, match=r"can only be given up.*--abandon --without-store"):
            week.close(without_store=without_store)
    assert week.close(abandon=True, without_store=True).state == "lost"
    assert "ballotbox" in week.row.reason


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("end", ["cancel", "abandon"])
def test_a_week_is_not_ended_beside_its_stores(week: Week, room: str, end: str) -> None:
    """Cancelled or given up under another address, it is refused and nothing is destroyed."""
    if end == "abandon":
        with pytest.raises(Interrupted):
            week.close(checkpoint=stop_at("after shut"))
    before, files = week.row, week.files()
    for another, words in ((False, MISSING), (True, ANOTHER)):
        with elsewhere(week, room, another=another), pytest.raises(Held, match=words):
            _ = cancel(week) if end == "cancel" else week.close(abandon=True).state
    week.engine.dispose()
    assert week.row == before
    assert week.files().keys() == files.keys()
    ended = cancel(week) if end == "cancel" else week.close(abandon=True).state
    assert ended == {"cancel": "cancelled", "abandon": "lost"}[end]
    assert not any(shelf.exists(week.wave) for shelf in rooms(week.home))


@pytest.mark.parametrize("room", ROOMS)
def test_a_store_of_another_home_is_neither_shut_nor_destroyed(week: Week, room: str) -> None:
    """Whatever is said of the week's own store, people go on answering at the other one."""
    with elsewhere(week, room, another=True):
        for end in (week.close, partial(shut_issuing, week.home, week.settings, week.wave)):
            with pytest.raises(Held, match=ANOTHER):
                end()
            assert still_open(week, room)
        assert week.close(abandon=True, without_store=True).state == "lost"
        assert still_open(week, room)


@pytest.mark.parametrize("room", ROOMS)
def test_a_week_cancelled_without_its_store_leaves_another_homes_alone(
    week: Week, room: str
) -> None:
    """What lies in the place of a store that is lost for good stays open and whole."""
    with elsewhere(week, room, another=True):
        assert cancel(week, without_store=True) == "cancelled"
        assert still_open(week, room)


def test_a_week_held_for_too_long_ends_beside_its_store(week: Week) -> None:
    """After 14 days it is lost, and its row says which store has yet to be destroyed."""
    with elsewhere(week, "issuer"):
        with pytest.raises(Held):
            week.close()
        week.later(14)
        assert week.close().state == "lost"
        assert "Its store was not found (issuer)" in week.row.reason


def test_a_cancelling_that_was_cut_off_misses_no_store(week: Week) -> None:
    """Run again, it does not ask for what its first run has destroyed."""
    in_the_way = week.home.issuer_keys / f"{week.wave}.keys"
    in_the_way.unlink()
    in_the_way.mkdir()
    with pytest.raises(OSError, match="directory"):
        cancel(week)
    assert not any(shelf.exists(week.wave) for shelf in rooms(week.home))
    in_the_way.rmdir()
    assert cancel(week) == "cancelled"


def test_a_cancelling_without_a_store_has_to_be_said(week: Week) -> None:
    """A store that is lost for good is asked for once; then the week ends."""
    rooms(week.home).issuer.destroy(week.wave)
    with pytest.raises(Held, match="--without-store"):
        cancel(week)
    assert cancel(week, without_store=True) == "cancelled"


def test_a_twin_without_numbers_would_destroy_what_is_another_homes(week: Week) -> None:
    """Stores that carry no number, as older versions made them, are taken for the week's own."""
    with pytest.raises(Interrupted):
        week.close(checkpoint=stop_at("after shut"))
    with elsewhere(week, "ballotbox", another=True, numbered=False):
        assert week.close(abandon=True).state == "lost"
        assert not rooms(week.home).ballotbox.exists(week.wave)

"""A crash at any step of opening, then `wave open` again, gives one whole wave."""

from typing import Final

import msgspec
import pytest

from pulse import opening
from pulse import wave as waves
from pulse.ballotbox.store import BoxStore
from pulse.errors import Held, WrongState
from pulse.invitation import send
from pulse.invitation.links import read_kwave
from pulse.issuer.store import IssuerStore
from pulse.store import wavestores
from pulse.store.lock import only_one
from pulse.terms import Progress
from tests.shelves import rooms
from tests.unit.opening.house import WAVE, House, known_keys

MOMENTS: Final = [*opening.STEPS, "Making keys", "Making cards"]


class Crash(Exception):
    """The power goes out."""


def crash_at(moment: str) -> Progress:
    """Return a listener that crashes when `moment` begins."""

    def progress(label: str, done: int, total: int) -> None:
        if label == moment or (label == opening.LABEL and done < total == len(opening.STEPS)
                               and opening.STEPS[done] == moment):  # fmt: skip
            raise Crash

    return progress


@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
def test_opening_again_after_a_crash_gives_a_whole_wave(
    house: House, undisturbed: set[str], moment: str
) -> None:
    """Whatever the crash left is wiped; the wave opens with the files of an undisturbed one."""
    with pytest.raises(Crash):
        house.open(progress=crash_at(moment))
    row = waves.get(house.engine, WAVE)
    assert row is not None
    assert row.state == "planned"
    with pytest.raises(WrongState, match="No wave is open"):
        send(house.home, house.settings, house.clock, house.engine)
    opened = house.open()
    assert opened.state == "open"
    assert house.plain_files() == undisturbed
    store = IssuerStore(rooms(house.home).issuer, WAVE)
    assert store.is_open()
    store.close()


def test_keys_that_fail_to_come_leave_a_wave_to_begin_again(house: House) -> None:
    """A failing key maker is a crash like any other."""

    def failing(count: int, progress: Progress) -> list[bytes]:
        del count, progress
        raise Crash

    with pytest.raises(Crash):
        house.open(make_keys=failing)
    assert house.open().state == "open"


def test_a_half_opened_wave_gets_fresh_keys(house: House) -> None:
    """No key of the attempt before is used again."""
    with pytest.raises(Crash):
        house.open(progress=crash_at("open"))
    before = read_kwave(house.home, WAVE).reveal()
    house.open()
    assert read_kwave(house.home, WAVE).reveal() != before


def test_two_openings_at_once_are_one(house: House) -> None:
    """While one command opens a wave another is refused, and so is cancelling."""
    with only_one(house.home.state / "wave.lock", house.engine):
        with pytest.raises(WrongState, match="Another command"):
            house.open()
        with pytest.raises(WrongState, match="Another command"):
            opening.cancel(house.home, house.settings, house.engine, WAVE)
    assert house.open().state == "open"


def test_cancelling_leaves_nothing_of_the_wave(house: House) -> None:
    """Stores, keys, public files, mails and memberships are gone; the row says cancelled."""
    before = house.files()
    house.open()
    send(house.home, house.settings, house.clock, house.engine)
    assert list((house.home.outbox / WAVE).iterdir())
    assert opening.cancel(house.home, house.settings, house.engine, WAVE).state == "cancelled"
    left = house.files() - before
    assert left == {"state/w/current.json"}
    current = (house.home.published / "current.json").read_bytes()
    assert msgspec.json.decode(current) == {"wave": None}
    assert not (house.home.outbox / WAVE).exists()
    with pytest.raises(WrongState, match="it is cancelled"):
        opening.cancel(house.home, house.settings, house.engine, WAVE)


def test_a_cancelled_week_opens_again_under_fresh_keys(house: House) -> None:
    """The id is free again, the form the same, the keys and links new, the mails unsent."""
    first = house.open()
    kwave = read_kwave(house.home, WAVE).reveal()
    send(house.home, house.settings, house.clock, house.engine)
    opening.cancel(house.home, house.settings, house.engine, WAVE)
    second = house.open(make_keys=known_keys)
    assert second.fingerprint != first.fingerprint
    assert read_kwave(house.home, WAVE).reveal() != kwave
    assert send(house.home, house.settings, house.clock, house.engine).written == 18
    row = waves.current(house.engine)
    assert row is not None
    assert row.form == 0


@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_half_opened_wave_can_be_cancelled(house: House, moment: str) -> None:
    """`wave cancel` also clears what a crash left."""
    before = house.files()
    with pytest.raises(Crash):
        house.open(progress=crash_at(moment))
    opening.cancel(house.home, house.settings, house.engine, WAVE)
    assert house.files() - before == {"state/w/current.json"}


def test_what_cannot_be_cancelled(house: House) -> None:
    """Unknown waves, closed waves and waves whose close has begun are refused."""
    with pytest.raises(WrongState, match="none of this name"):
        opening.cancel(house.home, house.settings, house.engine, WAVE)
    house.open()
    plan = house.home.state / "close" / f"{WAVE}.json"
    plan.parent.mkdir(exist_ok=True)
    plan.write_bytes(b"{}")
    with pytest.raises(WrongState, match="close has begun"):
        opening.cancel(house.home, house.settings, house.engine, WAVE)
    waves.move(house.engine, WAVE, ("open",), "released")
    with pytest.raises(WrongState, match="it is released"):
        opening.cancel(house.home, house.settings, house.engine, WAVE)


def test_a_store_of_another_home_is_not_opened_over(house: House) -> None:
    """A week whose place another home has taken is refused before anything is written."""
    box = rooms(house.home).ballotbox
    BoxStore.create(box, WAVE, wavestores.origin_of("/w/another")).close()
    before = house.files()
    with pytest.raises(Held, match="another home's"):
        house.open()
    assert (house.files(), box.exists(WAVE)) == (before, True)
    box.destroy(WAVE)
    assert house.open().state == "open"

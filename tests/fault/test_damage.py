"""Files that the disk has damaged: found and named, and nothing is destroyed before."""

from pathlib import Path

import pytest

from pulse.closing import Closed
from pulse.disclosure.audit import audit_candidate
from pulse.errors import Held
from tests.week import Interrupted, Secrets, Week, stop_at

PAGE = 4096


def close(week: Week, *, accept_spoiled: bool = False) -> Closed:
    """Close a week, with the audit in this process."""
    return week.close(auditor=audit_candidate, accept_spoiled=accept_spoiled)


def flipped(data: bytes, at: int) -> bytes:
    """Return the bytes with one bit turned round."""
    return data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :]


def without_a_page(data: bytes) -> bytes:
    """Return the bytes of a database whose second page was never written."""
    return data[:PAGE] + bytes(PAGE) + data[2 * PAGE :]


def hiding_a_row(data: bytes) -> bytes:
    """Return the bytes of a database one page of which claims a row less than it holds.

    A page of such a table begins with 10; its rows are counted in bytes 3 and 4
    (SQLite, Database File Format, 1.6).
    """
    pages = [at for at in range(0, len(data), PAGE) if data[at] == 10 and data[at + 4] > 1]
    place = pages[-1] + 4
    return data[:place] + bytes([data[place] - 1]) + data[place + 1 :]


def held(week: Week, reason: str) -> None:
    """Assert that a close is held for this reason, with nothing published."""
    with pytest.raises(Held, match=reason):
        close(week)
    assert week.state == "held"
    assert week.released() == {}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("ballotbox/2026-W09.db", "ballotbox/2026-W09.db: This file is damaged"),
        ("issuer/2026-W09.db", "issuer/2026-W09.db: This file is damaged"),
        ("keys/operator/2026-W09.inner", "2026-W09.inner: This opening key is not the one"),
        ("keys/holder/2026-W09.outer", "The outer key is not the one that was published"),
        ("state/trees/2026-W09.json", "trees/2026-W09.json: The frozen tree .* was damaged"),
        (
            "state/w/2026-W09/groups.json",
            "groups.json: This list of groups is not as",
        ),
    ],
)
def test_a_damaged_file_is_named_and_the_sound_one_goes_on(
    week: Week, untouched: dict[str, bytes], known: Secrets, name: str, reason: str
) -> None:
    """The wave is held, the file named; with the sound file back it is released as ever."""
    week.engine.dispose()
    path = week.home.path / name
    sound = path.read_bytes()
    at = sound.index(b'"invited":') + 10 if name.endswith("groups.json") else 20
    damaged = without_a_page(sound) if name.endswith(".db") else flipped(sound, at)
    path.write_bytes(damaged)
    held(week, reason)
    path.write_bytes(sound)
    assert close(week).state == "released"
    assert week.released() == untouched
    assert not known.found_in(week.files())


@pytest.mark.parametrize("room", ["ballotbox", "issuer"])
def test_a_page_that_hides_a_row_is_found(week: Week, room: str) -> None:
    """SQLite reads such a store without a word and counts one too few; the close does not."""
    week.engine.dispose()
    path = getattr(week.home, room) / f"{week.wave}.db"
    path.write_bytes(hiding_a_row(path.read_bytes()))
    held(week, f"{room}/{week.wave}.db: This file is damaged")


@pytest.mark.parametrize("part", ["msg", "sig"])
def test_one_damaged_ballot_blocks_no_wave(week: Week, known: Secrets, part: str) -> None:
    """It is held with the way out; who takes it finds the ballot among the spoiled."""
    week.engine.dispose()
    path = week.home.ballotbox / f"{week.wave}.db"
    token = known.values["token"][{"msg": 0, "sig": 1}[part]]
    sound = path.read_bytes()
    path.write_bytes(flipped(sound, sound.index(token[40:90]) + 9))
    held(week, "--accept-spoiled")
    report = week.release(accept_spoiled=True)
    assert (report.state, report.ballots, report.counted, report.spoiled) == (
        "released", 27, 26, 1,
    )  # fmt: skip
    assert not known.found_in(week.files())


def test_a_damaged_box_in_a_ballot_is_spoiled(week: Week, known: Secrets) -> None:
    """A bit turned round in a sealed box spoils that ballot and no other."""
    week.engine.dispose()
    path = week.home.ballotbox / f"{week.wave}.db"
    sound = path.read_bytes()
    path.write_bytes(flipped(sound, sound.index(known.values["box"][0]) + 100))
    report = close(week)
    assert (report.ballots, report.counted, report.spoiled) == (27, 26, 1)


@pytest.mark.parametrize("place", ["after export", "after peel"])
def test_what_was_made_of_the_box_is_made_again(
    week: Week, untouched: dict[str, bytes], place: str
) -> None:
    """BOX or P damaged while the ballot box is there: held, and made anew by the next run."""
    with pytest.raises(Interrupted):
        week.close(checkpoint=stop_at(place))
    path = week.places.box if place == "after export" else week.places.peeled
    data = path.read_bytes()
    path.write_bytes(flipped(data, len(data) - 250))
    held(week, "no valid token" if place == "after export" else "damaged on the disk")
    assert close(week).state == "released"
    assert week.released() == untouched


def test_a_damaged_p_is_never_counted_as_it_is(week: Week, untouched: dict[str, bytes]) -> None:
    """Once the ballot box is destroyed only a sound P goes on."""
    with pytest.raises(Interrupted):
        week.close(checkpoint=stop_at("after destroy_a"))
    sound = week.places.peeled.read_bytes()
    week.places.peeled.write_bytes(flipped(sound, len(sound) - 50))
    held(week, "damaged on the disk")
    week.places.peeled.write_bytes(sound)
    assert close(week).state == "released"
    assert week.released() == untouched


def test_a_wave_with_a_damaged_plan_can_be_given_up(peeled: Week, tmp_path: Path) -> None:
    """Whatever the plan says, everything can be destroyed."""
    week = peeled.copy(tmp_path / "home")
    week.places.plan.write_bytes(b"\xff\x00")
    with pytest.raises(Held, match="close --abandon"):
        close(week)
    assert week.close(abandon=True).state == "lost"

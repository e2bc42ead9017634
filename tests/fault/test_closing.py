"""A close that is interrupted, doubted or given up: it goes on, it holds, or it ends as lost."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from pulse import wave
from pulse.ballotbox import export, peeled
from pulse.closing import release_wave
from pulse.closing.plan import read_plan, write_plan
from pulse.errors import Held, WrongState
from pulse.release import ledger
from tests.shelves import rooms
from tests.week import ANSWERS, Interrupted, Secrets, Week, spoil, stop_at

BEFORE_THE_PEEL = ("before shut", "issuer shut", "box shut", "nothing open", "after shut",
                   "before export", "after export", "before peel")  # fmt: skip
AFTER_THE_PEEL = (
    "before open", "after open", "before destroy_a", "destroy issuer", "destroy ballotbox",
    "destroy 2026-W09.box", "destroy 2026-W09.groups", "destroy 2026-W09.keys", "destroy links",
    "after destroy_a",
    "before publish", "protected", "candidate", "pressed", "after publish", "before destroy_b",
    "destroy 2026-W09.outer", "destroy 2026-W09.outer.peeled", "destroy 2026-W09.inner",
    "destroy 2026-W09.peeled", "released", "after destroy_b",
)  # fmt: skip


def gone(week: Week, known: Secrets) -> bool:
    """Tell whether nothing of what must die is left, and no candidate of a release."""
    week.engine.dispose()
    files = week.files()
    return not known.found_in(files) and not [name for name in files if ".candidate" in name]


def test_the_places_named_here_are_all_there_are(week: Week) -> None:
    """A close passes exactly the checkpoints that the tests below interrupt."""
    passed: list[str] = []
    week.close(checkpoint=passed.append)
    assert set(passed) == {*BEFORE_THE_PEEL, "after peel", *AFTER_THE_PEEL}


def test_a_close_that_dies_at_every_place_before_the_peel_goes_on(
    week: Week, known: Secrets, untouched: dict[str, bytes]
) -> None:
    """Killed at each place in turn, the last run releases what an undisturbed close does."""
    for place in (*BEFORE_THE_PEEL, "after peel"):
        with pytest.raises(Interrupted):
            week.close(checkpoint=stop_at(place))
        assert week.released() == {}
    assert week.close().counted == 27
    assert week.released() == untouched
    assert gone(week, known)


@pytest.mark.parametrize("place", AFTER_THE_PEEL)
def test_a_close_that_dies_after_the_peel_goes_on(
    peeled: Week, tmp_path: Path, known: Secrets, untouched: dict[str, bytes], place: str
) -> None:
    """Killed at any place after the peel, the next run gives the same release and destroys all."""
    week = peeled.copy(tmp_path / "home")
    with pytest.raises(Interrupted):
        week.close(checkpoint=stop_at(place))
    report = week.close()
    assert (report.ballots, report.counted, report.state) == (27, 27, "released")
    assert week.state == "released"
    assert week.released() == untouched
    assert week.close() == report
    assert gone(week, known)


def test_a_week_that_dies_everywhere_in_turn_is_released_once(
    peeled: Week, tmp_path: Path, known: Secrets, untouched: dict[str, bytes]
) -> None:
    """One home killed at every place after the peel, one after the other, ends the same."""
    week = peeled.copy(tmp_path / "home")
    for place in AFTER_THE_PEEL:
        try:
            week.close(checkpoint=stop_at(place))
        except Interrupted:
            continue
    week.close()
    assert week.released() == untouched
    assert len(ledger.read(week.home.releases)) == 1
    assert gone(week, known)


def in_another_order(folder: Path) -> None:
    """Turn a candidate's cells around, as a faulty disk or hand might."""
    path = folder / ".candidate-2026-W09" / "cells.parquet"
    path.write_bytes(path.read_bytes()[::-1])


def held(week: Week, checkpoint: Callable[[str], None], reason: str) -> None:
    """Assert that a close is held for this reason, which is kept, with nothing published."""
    with pytest.raises(Held, match=reason):
        week.close(checkpoint=checkpoint)
    assert week.state == "held"
    assert week.row.reason
    assert week.released() == {}


def at(place: str, act: Callable[[], object]) -> Callable[[str], None]:
    """Return a checkpoint that does something when it passes `place`."""

    def checkpoint(passed: str) -> None:
        if passed == place:
            act()

    return checkpoint


def test_a_failed_audit_holds_with_no_answer_in_any_file_but_p(
    peeled: Week, tmp_path: Path, known: Secrets, untouched: dict[str, bytes]
) -> None:
    """Nothing is published; only P still holds answers, sealed; `release` goes on from there."""
    week = peeled.copy(tmp_path / "home")
    held(week, at("candidate", lambda: in_another_order(week.home.releases)), "audit stopped")
    week.engine.dispose()
    answers = Secrets()
    content = week.places.peeled.read_bytes().partition(b"\n")[2]
    answers.add("inner box", *(box[5:] for box in export.split(content, 118)))
    answers.add("answers", *known.values["plaintext"])
    assert {name for name, _ in answers.found_in(week.files())} == {"state/close/2026-W09.peeled"}
    keys = {"opening key"}
    assert {what for _, what in known.found_in(week.files())} == keys
    assert week.release().state == "released"
    assert week.released() == untouched
    assert gone(week, known)


def test_an_audit_that_is_not_asked_would_publish(peeled: Week, tmp_path: Path) -> None:
    """The tampering above does reach the candidate: what the audit reads is the file on disk."""
    week, seen = peeled.copy(tmp_path / "home"), []
    candidate = week.home.releases / ".candidate-2026-W09"
    week.close(
        checkpoint=at("candidate", lambda: seen.append(sorted(p.name for p in candidate.iterdir())))
    )
    assert seen == [["cells.parquet", "manifest.json", "results.json", "tree.json"]]


@pytest.mark.parametrize("place", ["before peel", "candidate", "protected"])
def test_a_disk_error_holds_and_the_next_run_goes_on(
    week: Week, untouched: dict[str, bytes], known: Secrets, place: str
) -> None:
    """An error of the disk inside a step holds the wave or stops the run; nothing is lost."""
    with pytest.raises((Held, OSError)):
        week.close(checkpoint=stop_at(place, OSError("no space left")))
    assert week.state in {"held", "awaiting_peel"}
    assert week.close().state == "released"
    assert week.released() == untouched
    assert gone(week, known)


def drop_a_record(week: Week) -> None:
    """Take the last ballot out of BOX."""
    box = week.places.box
    box.write_bytes(box.read_bytes()[: -export.RECORD])


def test_other_tokens_than_exported_are_held(week: Week) -> None:
    """Both sides hash all tokens; when BOX lost a ballot on its way, nothing is opened."""
    held(week, at("before peel", lambda: drop_a_record(week)), "other ballots than were exported")
    assert rooms(week.home).ballotbox.exists(week.wave)
    assert week.close(abandon=True).state == "lost"


def test_a_stuffed_box_is_held(week: Week) -> None:
    """When a group has more ballots than tokens, the holder refuses and says why."""

    def understate() -> None:
        header, _, rest = week.places.box.read_bytes().partition(b"\n")
        told = msgspec.json.decode(header)
        told["issued"] = dict.fromkeys(told["issued"], 1)
        week.places.box.write_bytes(msgspec.json.encode(told) + b"\n" + rest)

    held(week, at("before peel", understate), "more ballots than tokens")


def test_a_lost_key_is_a_lost_wave(peeled: Week, tmp_path: Path, known: Secrets) -> None:
    """Without the inner key the wave is held; giving it up destroys what is left."""
    week = peeled.copy(tmp_path / "home")
    week.places.inner_key.unlink()
    held(week, lambda _: None, "missing")
    report = week.close(abandon=True)
    assert (report.state, week.state, report.release) == ("lost", "lost", "")
    assert week.released() == {}
    assert week.close() == report
    assert week.wave in rooms(week.home).ballotbox.closed()
    assert gone(week, known)


@pytest.mark.parametrize("missing", ["ballotbox", "issuer"])
def test_a_missing_store_is_held(week: Week, missing: str) -> None:
    """When a store is gone, the other gate is shut all the same and the wave is held."""
    getattr(rooms(week.home), missing).destroy(week.wave)
    held(week, lambda _: None, "not where the settings look")


def test_another_key_list_is_held(week: Week) -> None:
    """A key list that is not the one people were given stops the close."""
    path = week.home.published / week.wave / Path(week.row.keys).name
    path.write_bytes(path.read_bytes() + b" ")
    held(week, lambda _: None, "not the one that was published")


def test_a_damaged_plan_is_held(peeled: Week, tmp_path: Path) -> None:
    """A plan that is not as it was written stops the close; a missing one allows to give up."""
    week = peeled.copy(tmp_path / "home")
    sound = week.places.plan.read_bytes()
    for damaged in (b"{", sound[:-2], sound.replace(b'"ballots":27', b'"ballots":26')):
        assert damaged != sound
        week.places.plan.write_bytes(damaged)
        with pytest.raises(Held, match="damaged on the disk"):
            week.close()
    week.places.plan.unlink()
    with pytest.raises(Held, match="only be abandoned"):
        week.close()
    assert week.close(abandon=True).state == "lost"


def test_too_many_spoiled_ballots_are_held_until_accepted(week: Week, known: Secrets) -> None:
    """Four of thirty-one are more than chance: Destroy A has run, P stays, `release` decides."""
    spoil(week, 4, known)
    with pytest.raises(Interrupted):
        week.close(checkpoint=stop_at("after export"))
    with pytest.raises(Held, match="4 of 31"):
        week.release(accept_spoiled=True)  # said before anybody knew how many there are
    held(week, lambda _: None, "4 of 31 ballots were spoiled")
    assert not rooms(week.home).ballotbox.exists(week.wave)
    assert week.places.peeled.exists()
    with pytest.raises(Held, match="4 of 31"):  # nothing is accepted that nobody accepts
        release_wave(week.home, week.settings, week.clock, week.engine, week.wave)
    report = week.release(accept_spoiled=True)
    assert (report.ballots, report.counted, report.spoiled) == (31, 27, 4)
    assert gone(week, known)


def test_a_few_spoiled_ballots_are_only_counted(week: Week, known: Secrets) -> None:
    """Three spoiled ballots are counted as spoiled and change no figure of the others."""
    spoil(week, 3, known)
    report = week.close()
    assert (report.ballots, report.counted, report.spoiled) == (30, 27, 3)


def test_a_held_wave_is_lost_after_fourteen_days(
    peeled: Week, tmp_path: Path, known: Secrets
) -> None:
    """On the thirteenth day a held wave still waits; on the fourteenth it ends as lost."""
    week = peeled.copy(tmp_path / "home")
    tamper = at("candidate", lambda: in_another_order(week.home.releases))
    held(week, tamper, "audit stopped")
    week.later(days=13)
    held(week, tamper, "audit stopped")
    week.later(days=1)
    assert week.release().state == "lost"
    assert week.state == "lost"
    assert week.released() == {}
    assert gone(week, known)


def test_losing_may_be_interrupted_too(peeled: Week, tmp_path: Path, known: Secrets) -> None:
    """A wave that is being given up goes on being given up."""
    week = peeled.copy(tmp_path / "home")
    with pytest.raises(Interrupted):
        week.close(abandon=True, checkpoint=stop_at("destroy 2026-W09.inner"))
    assert week.close().state == "lost"
    assert gone(week, known)


def test_a_pressed_wave_is_never_lost(
    peeled: Week, tmp_path: Path, untouched: dict[str, bytes]
) -> None:
    """Once the ledger names a wave, giving it up only finishes its close."""
    week = peeled.copy(tmp_path / "home")
    with pytest.raises(Interrupted):
        week.close(checkpoint=stop_at("pressed"))
    assert week.close(abandon=True).state == "released"
    assert week.released() == untouched


def test_a_council_peels_elsewhere(
    peeled: Week, tmp_path: Path, untouched: dict[str, bytes]
) -> None:
    """With a second holder the close waits for P, says where BOX is, and goes on with P."""
    week = peeled.copy(tmp_path / "home")
    plan = read_plan(week.places)
    assert plan is not None
    asked = msgspec.structs.replace(plan, step="peel", holder="council")
    write_plan(week.home, asked)
    away = week.places.peeled.rename(tmp_path / "P")
    report = week.close()
    assert (report.state, report.box, week.state) == (
        "awaiting_peel", str(week.places.box), "awaiting_peel",
    )  # fmt: skip
    assert week.close(peeled=away).state == "released"
    assert week.released() == untouched


def test_a_wave_in_the_ledger_is_not_pressed_again(
    peeled: Week, tmp_path: Path, untouched: dict[str, bytes]
) -> None:
    """A run after the press neither opens P again nor needs the inner key."""
    week = peeled.copy(tmp_path / "home")
    with pytest.raises(Interrupted):
        week.close(checkpoint=stop_at("pressed"))
    week.places.inner_key.unlink()
    assert week.close().state == "released"
    assert week.released() == untouched


def test_a_peeled_file_of_another_wave_is_held(peeled: Week, tmp_path: Path) -> None:
    """P must be of this wave, this key list and these tokens."""
    week = peeled.copy(tmp_path / "home")
    plan = read_plan(week.places)
    assert plan is not None
    other = msgspec.structs.replace(plan, step="peel", holder="council", tokens="0" * 64)
    write_plan(week.home, other)
    held(week, lambda _: None, "other ballots")


def test_items_that_left_the_survey_are_held(peeled: Week, tmp_path: Path) -> None:
    """A wave whose items the survey file no longer has is held, not guessed."""
    week = peeled.copy(tmp_path / "home")
    plan = read_plan(week.places)
    assert plan is not None
    other = msgspec.structs.replace(plan, items=("Z9", *plan.items[1:]))
    write_plan(week.home, other)
    held(week, lambda _: None, "no longer has the items")


def test_a_wave_cancelled_in_between_is_left_alone(week: Week) -> None:
    """If the wave's state is changed behind the close, it stops and changes nothing more."""

    def cancelled() -> None:
        wave.move(week.engine, week.wave, ("open",), "cancelled")

    with pytest.raises(WrongState):
        week.close(checkpoint=at("nothing open", cancelled))
    assert week.state == "cancelled"


def test_the_answers_used_here_are_the_ones_counted() -> None:
    """The tests above speak of 27 ballots because that many answers are cast."""
    assert sum(map(len, ANSWERS.values())) == 27
    assert peeled.RECORD == 118

"""Damaged files between a close and its council: each is told, with what can be done about it."""

from pathlib import Path

import pytest

from pulse.ballotbox import holder
from pulse.ballotbox.export import RECORD
from pulse.ballotbox.holder import FETCH_AGAIN
from pulse.errors import Held, PulseError, WrongState
from tests.unit.closing.case import Case
from tests.week import Interrupted, stop_at


def flip(path: Path, at: int) -> None:
    """Turn one bit of a file."""
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("harm", ["header", "token", "signature", "sealed box", "cut off", "empty"])
def test_a_council_with_a_damaged_box_is_told_to_fetch_it_again(case: Case, harm: str) -> None:
    """Nothing is peeled or noted, and the BOX that the operator gives again is peeled."""
    sound = case.box.read_bytes()
    first = sound.index(b"\n") + 1
    if harm == "cut off":
        case.box.write_bytes(sound[:-1])
    elif harm == "empty":
        case.box.write_bytes(b"")
    else:
        places = {"header": 0, "token": first + 50, "signature": first + 200}
        flip(case.box, places.get(harm, first + 500))
    before = {path.name for path in case.away.iterdir()}
    with pytest.raises(Held) as caught:
        case.peel()
    assert caught.value.message.endswith(FETCH_AGAIN)
    assert {path.name for path in case.away.iterdir()} == before
    case.box.write_bytes(Path(case.week.close().box).read_bytes())
    assert case.peel().exists()


def test_a_twin_whose_list_names_no_box_would_spoil_a_ballot_for_good(case: Case) -> None:
    """What a bit on the way does to a sealed box, no second peel mends: so the list names BOX."""
    listed = case.box.with_suffix(".groups")
    *lines, _, end = listed.read_bytes().split(b"\n")
    listed.write_bytes(b"\n".join([*lines, end]))
    sound = case.box.read_bytes()
    flip(case.box, sound.index(b"\n") + 501)
    assert holder.peel_box(case.box, case.key, case.away / "P").spoiled_outer == 1
    case.box.write_bytes(sound)
    with pytest.raises(Held, match="peeled before"):
        holder.peel_box(case.box, case.key, case.away / "Q")


def test_a_close_mends_the_box_that_its_own_disk_has_damaged(case: Case) -> None:
    """Asked again, it hands out BOX as it was first written."""
    flip(case.week.places.box, -RECORD)
    case.week.close()
    assert case.week.places.box.read_bytes() == case.box.read_bytes()


@pytest.mark.parametrize("step", ["open", "destroy_a", "publish"])
@pytest.mark.parametrize("harm", ["damaged", "gone"])
def test_the_right_p_given_again_mends_one_that_was_damaged(
    case: Case, step: str, harm: str
) -> None:
    """The close says so itself; another P is refused as ever, and the right one goes on."""
    given = case.peel()
    with pytest.raises(Interrupted):
        case.week.close(peeled=given, checkpoint=stop_at(f"before {step}"))
    if harm == "damaged":
        flip(case.week.places.peeled, -1)
    else:
        case.week.places.peeled.unlink()
    if step != "destroy_a":
        with pytest.raises(Held, match="--peeled P"):
            case.week.close()
    other = case.away / "other"
    other.write_bytes(given.read_bytes()[:-1])
    with pytest.raises(WrongState, match="Another P"):
        case.week.close(peeled=other)
    with pytest.raises(Interrupted):
        case.week.close(peeled=given, checkpoint=stop_at(f"before {step}"))
    assert case.week.places.peeled.read_bytes() == given.read_bytes()


def test_a_council_is_not_stopped_by_a_store_that_is_lost(case: Case) -> None:
    """P is held against BOX where no store is left, once that was said; a damaged BOX is not."""
    week, given = case.week, case.peel()
    (week.home.ballotbox / f"{week.wave}.db").unlink()
    with pytest.raises(Held, match="--without-store"):
        week.close(peeled=given)
    flip(week.places.box, -RECORD + 20)
    with pytest.raises(PulseError):
        week.close(peeled=given, without_store=True)
    week.places.box.write_bytes(case.box.read_bytes())
    with pytest.raises(Interrupted):
        week.close(peeled=given, without_store=True, checkpoint=stop_at("before publish"))


def test_box_that_lies_ready_is_handed_out_where_no_store_is_left(case: Case) -> None:
    """Once that was said, the close names the BOX it wrote before; it cannot write another."""
    week, sound = case.week, case.week.places.box.read_bytes()
    (week.home.ballotbox / f"{week.wave}.db").unlink()
    report = week.close(without_store=True)
    assert (report.state, report.box) == ("awaiting_peel", str(week.places.box))
    assert week.places.box.read_bytes() == sound
    week.places.box.write_bytes(sound[:-RECORD])  # whole records, in order, and one too few
    with pytest.raises(Held, match="no store is left to write it anew"):
        week.close(peeled=case.peel(), without_store=True)
    assert week.state == "awaiting_peel"
